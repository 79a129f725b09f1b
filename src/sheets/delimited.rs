//! Reading delimited text: encoding, delimiter, rows.
use std::borrow::Cow;

use encoding_rs::{Encoding, GB18030, UTF_8};

use super::read::Each;
use super::{Cell, Item, Kind, Limits, Row, SheetError, SheetInfo};

/// Lines that are looked at to find the delimiter.
const LINES_LOOKED_AT: usize = 30;

/// Whether the text says of itself that it is UTF-16.
pub(super) fn has_utf16_mark(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff")
}

/// Streams the rows of a delimited text.
pub(super) fn read(bytes: &[u8], limits: &Limits, each: &mut Each<'_>) -> Result<(), SheetError> {
    let (text, encoding) = decode(bytes);
    let text = text.as_bytes();
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter(text))
        .buffer_capacity(64 << 10)
        .from_reader(text);
    let mut info = Some(SheetInfo { kind: Kind::Csv, name: String::new(), encoding: encoding.name().to_lowercase() });
    let mut record = csv::StringRecord::new();
    let mut number = 0;
    loop {
        let start = reader.position().byte() as usize;
        // The text is valid UTF-8 and lengths may differ, so no other error than a broken reader is left.
        if !reader.read_record(&mut record).map_err(|_| SheetError::Damaged)? {
            break;
        }
        number += blank_lines(text, start) + 1;
        if let Some(row) = row(number, &record, limits)? {
            if let Some(info) = info.take() {
                each(Item::Sheet(info))?;
            }
            each(Item::Row(row))?;
        }
    }
    if info.is_some() { Err(SheetError::Empty) } else { Ok(()) }
}

fn row(number: u32, record: &csv::StringRecord, limits: &Limits) -> Result<Option<Row>, SheetError> {
    let filled = (0..record.len()).rev().find(|at| !record[*at].trim().is_empty()).map_or(0, |last| last + 1);
    if filled > limits.columns {
        return Err(SheetError::TooManyColumns { row: number });
    }
    let mut cells = Vec::with_capacity(filled);
    for (column, field) in record.iter().take(filled).enumerate() {
        let cell = Cell::from_field(field);
        cells.push(cell.map_err(|_| SheetError::CellTooLong { row: number, column: column as u32 })?);
    }
    while cells.pop_if(|cell| cell.is_blank()).is_some() {}
    Ok((!cells.is_empty()).then_some(Row { number, cells }))
}

/// Counts the blank lines at a record's start, which the reader skips but a spreadsheet numbers.
fn blank_lines(text: &[u8], start: usize) -> u32 {
    let mut rest = text.get(start..).unwrap_or_default();
    // The second half of the last record's CR LF is no line of its own.
    if start > 0 && text.get(start - 1) == Some(&b'\r') {
        rest = rest.strip_prefix(b"\n").unwrap_or(rest);
    }
    let mut lines = 0;
    loop {
        rest = match rest {
            [b'\r', b'\n', rest @ ..] | [b'\r' | b'\n', rest @ ..] => rest,
            _ => return lines,
        };
        lines += 1;
    }
}

/// Decodes by byte order mark, else as UTF-8 if it is (almost) that, else as GB18030, which contains GBK.
fn decode(bytes: &[u8]) -> (Cow<'_, str>, &'static Encoding) {
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return (encoding.decode_with_bom_removal(bytes).0, encoding);
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return (Cow::Borrowed(text), UTF_8);
    }
    // A UTF-8 file that was cut or patched has a few bad bytes among many good ones; GBK read as UTF-8 has the reverse.
    let (mut good, mut bad) = (0_usize, 0_usize);
    for chunk in bytes.utf8_chunks() {
        good += chunk.valid().chars().filter(|letter| !letter.is_ascii()).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    let encoding = if good > bad * 10 { UTF_8 } else { GB18030 };
    (encoding.decode_without_bom_handling(bytes).0, encoding)
}

/// The delimiter that the most of the first lines contain; among equals that of the very first line, then the more
/// frequent one.
fn delimiter(text: &[u8]) -> u8 {
    let mut seen = [(b',', 0_usize, 0_usize, 0_usize), (b';', 0, 0, 0), (b'\t', 0, 0, 0)];
    let mut here = [0_usize; 3];
    let (mut quoted, mut lines) = (false, 0);
    for byte in text.iter().take(256 << 10).chain(b"\n") {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => {
                for (count, (_, in_lines, first, total)) in here.iter_mut().zip(&mut seen) {
                    *in_lines += usize::from(*count > 0);
                    if lines == 0 {
                        *first = *count;
                    }
                    *total += std::mem::take(count);
                }
                lines += 1;
                if lines == LINES_LOOKED_AT {
                    break;
                }
            }
            b',' if !quoted => here[0] += 1,
            b';' if !quoted => here[1] += 1,
            b'\t' if !quoted => here[2] += 1,
            _ => {}
        }
    }
    let rank = |(_, in_lines, first, total): &&(u8, usize, usize, usize)| (*in_lines, *first, *total);
    seen.iter().rev().max_by_key(rank).map_or(b',', |(byte, ..)| *byte)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{rows, texts};
    use super::*;
    use proptest::prelude::*;

    fn cells(row: &[&str]) -> Vec<String> {
        row.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn a_cell_full_of_tabs_does_not_outvote_the_heading() {
        assert_eq!(delimiter(b"\"a,b\",c\r\n'\t\ta\r\n"), b',');
    }

    #[test]
    fn the_same_sheet_reads_alike_in_every_encoding() {
        let text = "姓名,民族\r\n杨𬭎,苗族\r\n";
        let utf16 = |mark: &[u8], pair: fn(u16) -> [u8; 2]| {
            mark.iter().copied().chain(text.encode_utf16().flat_map(pair)).collect::<Vec<u8>>()
        };
        let mut with_mark = b"\xef\xbb\xbf".to_vec();
        with_mark.extend(text.as_bytes());
        for (bytes, name) in [
            (text.as_bytes().to_vec(), "utf-8"),
            (with_mark, "utf-8"),
            (utf16(b"\xff\xfe", u16::to_le_bytes), "utf-16le"),
            (utf16(b"\xfe\xff", u16::to_be_bytes), "utf-16be"),
            (GB18030.encode(text).0.into_owned(), "gb18030"),
        ] {
            assert_eq!(texts(&bytes), [(1, cells(&["姓名", "民族"])), (2, cells(&["杨𬭎", "苗族"]))], "{name}");
            assert_eq!(rows(&bytes).map(|(info, _)| info.encoding), Ok(name.to_owned()));
        }
    }

    #[test]
    fn a_utf8_file_with_one_cut_letter_stays_utf8() {
        let mut bytes = "姓名,民族\n张三,汉族\n李四,苗族\n王五,侗族".as_bytes().to_vec();
        bytes.pop();
        assert_eq!(texts(&bytes)[1].1, cells(&["张三", "汉族"]));
    }

    #[test]
    fn the_delimiter_is_found_and_commas_in_text_do_not_mislead() {
        for delimiter in [",", ";", "\t"] {
            let text = ["姓名", "\"会木工,会电工,会焊工\"", "备注"].join(delimiter);
            assert_eq!(texts(text.as_bytes())[0].1, cells(&["姓名", "会木工,会电工,会焊工", "备注"]));
        }
        assert_eq!(texts("姓名\n张三".as_bytes()), [(1, cells(&["姓名"])), (2, cells(&["张三"]))]);
    }

    #[test]
    fn row_numbers_are_those_of_the_spreadsheet() {
        // Blank lines, all line ends, a line break inside a cell, a row of empty cells, no line end at the end.
        for text in [
            "a\n\nb\n\"c\nc\"\n,,\nd",
            "a\r\n\r\nb\r\n\"c\nc\"\r\n,,\r\nd",
            "a\r\rb\r\"c\rc\"\r,,\rd",
            "a\n\r\nb\r\"c\nc\"\r\n,,\nd\r\n",
        ] {
            let numbers: Vec<u32> = texts(text.as_bytes()).iter().map(|(number, _)| *number).collect();
            assert_eq!(numbers, [1, 3, 4, 6], "{text:?}");
        }
    }

    #[test]
    fn broken_quotes_uneven_rows_and_nul_bytes_are_survived() {
        let text = "a,b\n5\" pipe,\"say \"\"hi\"\"\"\nx\0y\n1,2,3,,\n=\"520524197002099983\",\"=\"\"001\"\"\"\n";
        let read = texts(text.as_bytes());
        assert_eq!(read[1].1, cells(&["5\" pipe", "say \"hi\""]));
        assert_eq!(read[2].1, cells(&["xy"]));
        assert_eq!(read[3].1, cells(&["1", "2", "3"]));
        assert_eq!(read[4].1, cells(&["520524197002099983", "001"]));
    }

    #[test]
    fn a_cell_of_ten_megabytes_is_refused_with_its_place() {
        let text = format!("a,b\n1,{}\n", "x".repeat(10 << 20));
        assert_eq!(rows(text.as_bytes()), Err(SheetError::CellTooLong { row: 2, column: 1 }));
        let unclosed = format!("a,b\n\"1,{}", "2,3\n".repeat(20_000));
        assert_eq!(rows(unclosed.as_bytes()), Err(SheetError::CellTooLong { row: 2, column: 0 }));
    }

    #[test]
    fn three_hundred_columns_are_read_and_one_more_is_refused() {
        let wide = |columns: usize| format!("a\n{}x,,,\n", "x,".repeat(columns - 1));
        assert_eq!(texts(wide(300).as_bytes())[1].1.len(), 300);
        assert_eq!(rows(wide(301).as_bytes()), Err(SheetError::TooManyColumns { row: 2 }));
    }

    proptest! {
        #[test]
        fn any_bytes_give_rows_or_an_error_and_never_a_panic(bytes: Vec<u8>) {
            if let Ok((_, rows)) = rows(&bytes) {
                prop_assert!(rows.windows(2).all(|pair| pair[0].number < pair[1].number));
            }
        }

        #[test]
        fn row_numbers_count_every_line(lines in prop::collection::vec("[a-z]{0,3}", 1..30), end in "\n|\r\n|\r") {
            let text = lines.join(&end);
            prop_assume!(!text.trim().is_empty());
            let expected: Vec<u32> = (1..).zip(&lines).filter(|(_, line)| !line.is_empty()).map(|(at, _)| at).collect();
            let numbers: Vec<u32> = texts(text.as_bytes()).iter().map(|(number, _)| *number).collect();
            prop_assert_eq!(numbers, expected);
        }
    }
}
