//! Sheets and archives built for the tests of this room.
use std::io::{Cursor, Read, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::{Item, Limits, Row, SheetError, SheetInfo, read};

/// Reads a whole file into memory.
pub fn rows(bytes: &[u8]) -> Result<(SheetInfo, Vec<Row>), SheetError> {
    let (mut info, mut rows) = (None, Vec::new());
    read(bytes, &Limits::default(), &mut |item| {
        match item {
            Item::Sheet(sheet) => info = Some(sheet),
            Item::Row(row) => rows.push(row),
        }
        Ok(())
    })?;
    Ok((info.expect("rows come after the sheet"), rows))
}

/// Rows as number and texts, which is what most tests compare.
pub fn texts(bytes: &[u8]) -> Vec<(u32, Vec<String>)> {
    let (_, rows) = rows(bytes).expect("a good file");
    rows.into_iter().map(|row| (row.number, row.cells.into_iter().map(|cell| cell.text).collect())).collect()
}

/// A row of text cells.
pub fn row(number: u32, texts: &[&str]) -> Row {
    let cells = texts.iter().map(|text| super::Cell { text: (*text).to_owned(), ..super::Cell::default() }).collect();
    Row { number, cells }
}

/// A zip archive of these entries.
pub fn zip<'a>(entries: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, bytes) in entries {
        zip.start_file(name, options).expect("a new entry");
        zip.write_all(bytes).expect("memory");
    }
    zip.finish().expect("memory").into_inner()
}

/// The text of one part of an archive.
pub fn part(archive: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(archive)).expect("a zip");
    let mut text = String::new();
    archive.by_name(name).expect("the part").read_to_string(&mut text).expect("text");
    text
}

const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/// An XLSX of sheets given as (name, state, XML inside `worksheet`). Style 1 is a date, 2 is text.
pub fn xlsx(sheets: &[(&str, &str, &str)]) -> Vec<u8> {
    use std::fmt::Write as _;
    let (mut list, mut rels, mut parts) = (String::new(), String::new(), Vec::new());
    for (number, (name, state, body)) in (1..).zip(sheets) {
        write!(list, r#"<sheet name="{name}" sheetId="{number}" state="{state}" r:id="rId{number}"/>"#)
            .expect("memory");
        write!(
            rels,
            r#"<Relationship Id="rId{number}" Type="{RELATIONS}/worksheet" Target="worksheets/s{number}.xml"/>"#
        )
        .expect("memory");
        parts.push((format!("xl/worksheets/s{number}.xml"), format!("<worksheet>{body}</worksheet>")));
    }
    write!(rels, r#"<Relationship Id="rIdS" Type="{RELATIONS}/styles" Target="styles.xml"/>"#).expect("memory");
    let fixed = [
        (
            "_rels/.rels",
            format!(
                r#"<Relationships><Relationship Id="rId1" Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>"#
            ),
        ),
        ("xl/workbook.xml", format!(r#"<workbook xmlns:r="{RELATIONS}"><sheets>{list}</sheets></workbook>"#)),
        ("xl/_rels/workbook.xml.rels", format!("<Relationships>{rels}</Relationships>")),
        (
            "xl/styles.xml",
            r#"<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="49"/></cellXfs></styleSheet>"#
                .to_owned(),
        ),
    ];
    let fixed = fixed.iter().map(|(name, text)| (*name, text.as_bytes()));
    zip(fixed.chain(parts.iter().map(|(name, text)| (name.as_str(), text.as_bytes()))))
}

/// An XLSX with one sheet of these rows, given as the XML inside `sheetData`.
pub fn one_sheet(rows: &str) -> Vec<u8> {
    xlsx(&[("岗位", "visible", &format!("<sheetData>{rows}</sheetData>"))])
}

/// An XLS with one sheet of these records (type and body), in a compound file made by hand.
pub fn xls(records: &[(u16, Vec<u8>)]) -> Vec<u8> {
    fn record(kind: u16, body: &[u8]) -> Vec<u8> {
        [&kind.to_le_bytes()[..], &(body.len() as u16).to_le_bytes()[..], body].concat()
    }
    /// Begin of a substream: 5 is the workbook, 0x10 a sheet.
    fn begin(kind: u16) -> Vec<u8> {
        let mut body = vec![0; 16];
        body[..2].copy_from_slice(&0x0600_u16.to_le_bytes());
        body[2..4].copy_from_slice(&kind.to_le_bytes());
        record(0x0809, &body)
    }
    let end = record(0x000a, &[]);
    // The sheet's entry: place of its substream, seen, a worksheet, a name of one letter.
    let entry = |place: u32| record(0x0085, &[&place.to_le_bytes()[..], &[0, 0, 1, 0, b's']].concat());
    let place = [begin(5), entry(0), end.clone()].concat().len() as u32;
    let body = records.iter().flat_map(|(kind, body)| record(*kind, body)).collect();
    let mut stream = [begin(5), entry(place), end.clone(), begin(0x10), body, end].concat();
    // Streams below 4096 bytes would be kept elsewhere.
    stream.resize(stream.len().next_multiple_of(512).max(4096), 0);

    let words = |words: &[u32]| words.iter().flat_map(|word| word.to_le_bytes()).collect::<Vec<u8>>();
    let (free, last) = (u32::MAX, u32::MAX - 1);
    let mut header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec();
    header.resize(24, 0);
    header.extend([0x3e, 0, 3, 0, 0xfe, 0xff, 9, 0, 6, 0, 0, 0, 0, 0, 0, 0]);
    header.extend(words(&[0, 1, 1, 0, 4096, last, 0, last, 0, 0]));
    header.resize(512, 0xff);
    // Sector 0 is the table of sectors, 1 the directory, the rest the stream.
    let sectors = stream.len() as u32 / 512;
    let mut table = words(&[u32::MAX - 2, last]);
    table.extend((3..2 + sectors).flat_map(u32::to_le_bytes));
    table.extend(last.to_le_bytes());
    table.resize(512, 0xff);
    let item = |name: &str, kind: u8, child: u32, start: u32, size: u32| {
        let mut item: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let length = item.len() as u16 + 2;
        item.resize(64, 0);
        item.extend(length.to_le_bytes());
        item.extend([kind, 1]);
        item.extend(words(&[free, free, child]));
        item.resize(116, 0);
        item.extend(words(&[start, size, 0]));
        item
    };
    let mut directory = item("Root Entry", 5, 1, last, 0);
    directory.extend(item("Workbook", 2, free, 2, stream.len() as u32));
    directory.resize(512, 0);
    [header, table, directory, stream].concat()
}
