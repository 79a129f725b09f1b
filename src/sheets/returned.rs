//! The sheet that hands faulty rows back, to be corrected and imported again.
use rust_xlsxwriter::{Color, Format, Note, Workbook, XlsxError};

use super::write::display_width;
use super::{SheetError, normalise_heading};

/// Heading of the last column, which an import passes over.
pub const REASON_HEADING: &str = "退回原因";

/// What is wrong in a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// 0-based column of the faulty cell; none if the row as a whole is meant.
    pub column: Option<usize>,
    /// What is wrong, as a sentence.
    pub reason: String,
    /// What to write instead.
    pub proposal: Option<String>,
}

/// A row to hand back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Returned {
    /// All cells as they came.
    pub cells: Vec<String>,
    /// What is wrong.
    pub faults: Vec<Fault>,
}

/// Makes the sheet: the header and rows as they came, faulty cells coloured with a note, reasons at the end.
///
/// Everything is text, so that the digits of numbers stay. A reason column of an earlier return is dropped.
pub fn error_sheet(
    name: &str,
    header: &[String],
    rows: impl IntoIterator<Item = Returned>,
) -> Result<Vec<u8>, SheetError> {
    build(name, header, rows).map_err(|error| SheetError::Io(error.to_string()))
}

fn build(name: &str, header: &[String], rows: impl IntoIterator<Item = Returned>) -> Result<Vec<u8>, XlsxError> {
    let text = Format::new().set_num_format("@");
    let head = text.clone().set_bold().set_background_color(Color::RGB(0x00E3_ECE7));
    let bad = text.clone().set_background_color(Color::RGB(0x00F7_C6BC));
    let reasons = text.clone().set_text_wrap();

    let kept: Vec<usize> = (0..header.len()).filter(|at| normalise_heading(&header[*at]) != REASON_HEADING).collect();
    let reason_column = kept.len() as u16;
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name(name)?;
    sheet.set_freeze_panes(1, 0)?;
    for (to, from) in (0_u16..).zip(&kept) {
        sheet.set_column_format(to, &text)?;
        sheet.set_column_width(to, (display_width(&header[*from]) + 4).clamp(10, 40))?;
        sheet.write_string_with_format(0, to, &header[*from], &head)?;
    }
    sheet.set_column_width(reason_column, 60)?;
    sheet.write_string_with_format(0, reason_column, REASON_HEADING, &head)?;
    let mut last = 0;
    for (at, row) in (1_u32..).zip(rows) {
        last = at;
        for (to, from) in (0_u16..).zip(&kept) {
            let value = row.cells.get(*from).map_or("", String::as_str);
            let faults: Vec<&Fault> = row.faults.iter().filter(|fault| fault.column == Some(*from)).collect();
            if faults.is_empty() {
                if !value.is_empty() {
                    sheet.write_string_with_format(at, to, value, &text)?;
                }
                continue;
            }
            sheet.write_string_with_format(at, to, value, &bad)?;
            let lines: Vec<String> = faults.iter().map(|fault| sentence(fault)).collect();
            sheet.insert_note(at, to, &Note::new(lines.join("\n")).add_author_prefix(false))?;
        }
        let named = row.faults.iter().map(|fault| {
            let heading = fault.column.and_then(|column| header.get(column));
            heading.map_or_else(|| sentence(fault), |heading| format!("{heading}：{}", sentence(fault)))
        });
        let all: String = named.collect::<Vec<_>>().join("\n");
        sheet.write_string_with_format(at, reason_column, all, &reasons)?;
    }
    sheet.autofilter(0, 0, last, reason_column)?;
    book.save_to_buffer()
}

fn sentence(fault: &Fault) -> String {
    match &fault.proposal {
        Some(proposal) => format!("{} → {proposal}", fault.reason),
        None => fault.reason.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{rows, texts};
    use super::super::{CellKind, find_header};
    use super::*;

    fn strings(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    fn example() -> Vec<u8> {
        let fault =
            Fault { column: Some(1), reason: "校验位不对".into(), proposal: Some("520524197002099983".into()) };
        let whole = Fault { column: None, reason: "同名同生日".into(), proposal: None };
        let rows = [
            Returned { cells: strings(&["张三", "520524197002099980", "旧"]), faults: vec![fault, whole] },
            Returned { cells: strings(&["=1+1", "007"]), faults: vec![] },
        ];
        error_sheet("退回", &strings(&["姓名", "证件号码", REASON_HEADING, "备注"]), rows).expect("a sheet")
    }

    #[test]
    fn rows_come_back_with_all_columns_and_a_fresh_reason() {
        let read = texts(&example());
        assert_eq!(read[0].1, ["姓名", "证件号码", "备注", REASON_HEADING]);
        let reason = "证件号码：校验位不对 → 520524197002099983\n同名同生日";
        assert_eq!(read[1].1, ["张三", "520524197002099980", "", reason]);
        assert_eq!(read[2].1, ["=1+1", "007"]);
        let (_, rows) = rows(&example()).expect("a good file");
        assert_eq!(rows[1].cells[1].kind, CellKind::Text);
    }

    #[test]
    fn a_later_import_passes_over_the_reason() {
        let (_, rows) = rows(&example()).expect("a good file");
        let header = find_header(&rows, &|heading| ["姓名", "证件号码"].contains(&heading)).expect("a header");
        let keys: Vec<&str> = header.headings.iter().map(|heading| heading.key.as_str()).collect();
        assert_eq!(keys, ["姓名", "证件号码", "备注"]);
    }

    #[test]
    fn a_faulty_cell_is_coloured_and_has_a_note() {
        let bytes = example();
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("a zip");
        let mut text = String::new();
        for name in ["xl/comments1.xml", "xl/styles.xml"] {
            std::io::Read::read_to_string(&mut archive.by_name(name).expect("the part"), &mut text).expect("text");
        }
        assert!(text.contains(r#"ref="B2""#) && text.contains("校验位不对") && text.contains("FFF7C6BC"));
    }
}
