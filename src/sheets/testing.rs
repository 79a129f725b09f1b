//! Sheets and archives built for the tests of this room.
use std::io::{Cursor, Write};

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
