//! Writing rows as they come, as CSV or XLSX.
use std::io::Write;
use std::path::Path;

use unicode_normalization::char::is_combining_mark;

use super::SheetError;
use super::stream::{Sheet, Style};

/// The formats that are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// UTF-8 with a byte order mark, so that Excel reads Chinese; cells are safe against formulas.
    Csv,
    /// Excel 2007 and later; text is typed as text.
    Xlsx,
}

impl Format {
    /// The format that a file name's extension asks for.
    pub fn by_name(path: &Path) -> Result<Self, SheetError> {
        let extension = path.extension().unwrap_or_default().to_ascii_lowercase();
        match extension.to_str() {
            Some("csv") => Ok(Self::Csv),
            Some("xlsx") => Ok(Self::Xlsx),
            _ => Err(SheetError::UnknownExtension),
        }
    }
}

/// A column to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// The heading.
    pub heading: String,
    /// Width in half-width letters.
    pub width: u16,
}

impl Column {
    /// A column as wide as its heading needs, with some room.
    pub fn new(heading: impl Into<String>) -> Self {
        let heading = heading.into();
        let width = (display_width(&heading) + 4).clamp(10, 40);
        Self { heading, width }
    }
}

/// A value to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// Nothing.
    Empty,
    /// Text, whatever it looks like.
    Text(&'a str),
    /// A whole number to calculate with; never an identifier.
    Number(i64),
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

/// Writes a sheet row by row; without [`Writer::finish`] the file is not whole.
pub struct Writer<W: Write>(Inner<W>);

enum Inner<W: Write> {
    Csv(Box<csv::Writer<W>>),
    Xlsx(Box<Sheet<W>>),
}

impl<W: Write> Writer<W> {
    /// Begins a sheet with its header row. `name` is the sheet's name in a workbook.
    pub fn new(format: Format, mut out: W, name: &str, columns: &[Column]) -> Result<Self, SheetError> {
        if format == Format::Xlsx {
            return Ok(Self(Inner::Xlsx(Box::new(Sheet::new(out, name, columns, false)?))));
        }
        out.write_all("\u{feff}".as_bytes())?;
        let terminator = csv::Terminator::CRLF;
        let mut csv = csv::WriterBuilder::new().terminator(terminator).flexible(true).from_writer(out);
        csv.write_record(columns.iter().map(|column| safe(&column.heading))).map_err(csv_error)?;
        Ok(Self(Inner::Csv(Box::new(csv))))
    }

    /// Writes one row; values beyond the last column are dropped in a workbook.
    pub fn row(&mut self, values: &[Value<'_>]) -> Result<(), SheetError> {
        match &mut self.0 {
            Inner::Csv(csv) => {
                let fields = values.iter().map(|value| match value {
                    Value::Empty => String::new(),
                    Value::Text(text) => safe(text),
                    Value::Number(number) => number.to_string(),
                });
                csv.write_record(fields).map_err(csv_error)
            }
            Inner::Xlsx(sheet) => sheet.row(values.iter().map(|value| (*value, Style::Text))),
        }
    }

    /// Completes the file and gives back what it was written to.
    pub fn finish(self) -> Result<W, SheetError> {
        match self.0 {
            Inner::Csv(csv) => csv.into_inner().map_err(|error| SheetError::Io(error.error().to_string())),
            Inner::Xlsx(sheet) => sheet.finish(),
        }
    }
}

fn csv_error(error: csv::Error) -> SheetError {
    SheetError::Io(error.to_string())
}

/// A text that no spreadsheet takes for a formula; reading takes the apostrophe off again.
fn safe(text: &str) -> String {
    // The full-width signs begin a formula in East Asian versions of Excel.
    let begins_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠', '\'']);
    let negative = text.strip_prefix('-').is_some_and(|digits| {
        digits.starts_with(|first: char| first.is_ascii_digit())
            && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
            && digits.bytes().filter(|byte| *byte == b'.').count() <= 1
    });
    if begins_formula && !negative { format!("'{text}") } else { text.to_owned() }
}

/// Width in half-width letters: Chinese letters count two.
pub(super) fn display_width(text: &str) -> u16 {
    let widths = text.chars().map(|letter| match letter {
        letter if is_combining_mark(letter) => 0,
        '\0'..'\u{1100}' => 1,
        _ => 2_usize,
    });
    widths.sum::<usize>().min(1000) as u16
}

#[cfg(test)]
mod tests {
    use super::super::testing::{part, rows, texts};
    use super::super::{CellKind, Kind};
    use super::*;
    use proptest::prelude::*;

    fn written(format: Format, headings: &[&str], data: &[Vec<Value<'_>>]) -> Vec<u8> {
        let columns: Vec<Column> = headings.iter().map(|heading| Column::new(*heading)).collect();
        let mut writer = Writer::new(format, Vec::new(), "人员", &columns).expect("memory");
        for row in data {
            writer.row(row).expect("memory");
        }
        writer.finish().expect("memory")
    }

    #[test]
    fn the_name_chooses_the_format() {
        assert_eq!(Format::by_name(Path::new("a/导出.CSV")), Ok(Format::Csv));
        assert_eq!(Format::by_name(Path::new("b.xlsx")), Ok(Format::Xlsx));
        assert_eq!(Format::by_name(Path::new("b.xls")), Err(SheetError::UnknownExtension));
        assert_eq!(Format::by_name(Path::new("csv")), Err(SheetError::UnknownExtension));
    }

    #[test]
    fn csv_is_for_excel_and_safe_against_formulas() {
        let bytes = written(
            Format::Csv,
            &["姓名", "a,b"],
            &[
                vec!["=1+1".into(), "+8614600000000".into()],
                vec!["-5".into(), "-5+1".into()],
                vec![7.into(), "@x".into()],
            ],
        );
        let text = String::from_utf8(bytes).expect("UTF-8");
        assert_eq!(text, "\u{feff}姓名,\"a,b\"\r\n'=1+1,'+8614600000000\r\n-5,'-5+1\r\n7,'@x\r\n");
    }

    #[test]
    fn xlsx_keeps_text_as_text_and_numbers_as_numbers() {
        let id = "520524197002099983";
        let bytes =
            written(Format::Xlsx, &["姓名", "证件号码", "人数"], &[vec!["=1<2&\"\u{1}".into(), id.into(), 3.into()]]);
        let (info, rows) = rows(&bytes).expect("a good file");
        assert_eq!((info.kind, info.name.as_str()), (Kind::Xlsx, "人员"));
        let texts: Vec<&str> = rows[1].cells.iter().map(|cell| cell.text.as_str()).collect();
        assert_eq!(texts, ["=1<2&\"", id, "3"]);
        assert_eq!(rows[1].cells[1].kind, CellKind::Text);
        assert_eq!(rows[1].cells[2].kind, CellKind::Number);
    }

    #[test]
    fn xlsx_has_a_frozen_header_and_a_filter() {
        let bytes = written(Format::Xlsx, &["a", "b"], &[vec!["1".into()], vec!["2".into()]]);
        let xml = part(&bytes, "xl/worksheets/sheet1.xml");
        assert!(xml.contains(r#"<pane ySplit="1""#) && xml.contains(r#"<autoFilter ref="A1:B3"/></worksheet>"#));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(row in prop::collection::vec("[^\\p{C}#]{0,12}|[-+=@'\t]{1,2}[0-9a-z\"]{0,4}", 1..6)) {
            // A row without a filled cell is left out when reading.
            prop_assume!(row.iter().any(|text| !text.trim().is_empty()));
            let values: Vec<Value<'_>> = row.iter().map(|text| Value::Text(text)).collect();
            let mut expected = row.clone();
            while expected.last().is_some_and(|text| text.trim().is_empty()) {
                expected.pop();
            }
            let read = texts(&written(Format::Csv, &["a,b", "c"], std::slice::from_ref(&values)));
            prop_assert_eq!(&read[1].1, &expected);
            // Without formulas to ward off, only a leading apostrophe or ="…" means something else when read.
            if !row.iter().any(|text| text.starts_with(['\'', '='])) {
                let blank_out = |texts: &[String]| -> Vec<String> {
                    texts.iter().map(|text| if text.trim().is_empty() { String::new() } else { text.clone() }).collect()
                };
                let read = texts(&written(Format::Xlsx, &["a"; 6], &[values]));
                prop_assert_eq!(&read[1].1, &blank_out(&expected));
            }
        }
    }
}
