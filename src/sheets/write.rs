//! Writing rows as they come: CSV for Excel, XLSX in flat memory and without a temporary file.
use std::fmt::Write as _;
use std::io::{self, Write};
use std::path::Path;

use unicode_normalization::char::is_combining_mark;
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, ZipWriter};

use super::{SheetError, column_letters};

/// Excel's own limit for one cell, in UTF-16 units.
const LONGEST_CELL: usize = 32_767;

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
    Xlsx(Box<Xlsx<W>>),
}

impl<W: Write> Writer<W> {
    /// Begins a sheet with its header row. `name` is the sheet's name in a workbook.
    pub fn new(format: Format, out: W, name: &str, columns: &[Column]) -> Result<Self, SheetError> {
        let mut inner = match format {
            Format::Csv => {
                let mut out = out;
                out.write_all("\u{feff}".as_bytes())?;
                let terminator = csv::Terminator::CRLF;
                Inner::Csv(Box::new(csv::WriterBuilder::new().terminator(terminator).flexible(true).from_writer(out)))
            }
            Format::Xlsx => return Ok(Self(Inner::Xlsx(Box::new(Xlsx::new(out, name, columns)?)))),
        };
        if let Inner::Csv(csv) = &mut inner {
            csv.write_record(columns.iter().map(|column| safe(&column.heading))).map_err(csv_error)?;
        }
        Ok(Self(inner))
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
            Inner::Xlsx(sheet) => Ok(sheet.row(values, 0)?),
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

/// One sheet of an XLSX archive that is being written. The other parts go first, so that the rows can stream.
struct Xlsx<W: Write> {
    zip: ZipWriter<StreamWriter<W>>,
    xml: String,
    rows: u32,
    letters: Vec<String>,
}

const DECLARATION: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>"#;
const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";
const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const TYPE: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml";

/// Bytes that are gathered before they are handed to the compressor.
const CHUNK: usize = 64 << 10;

impl<W: Write> Xlsx<W> {
    fn new(out: W, name: &str, columns: &[Column]) -> Result<Self, SheetError> {
        let mut sheet_name = String::new();
        // Excel refuses these letters and names over 31 letters.
        let allowed: String = name.chars().filter(|letter| !"[]:*?/\\'".contains(*letter)).take(31).collect();
        escape(if allowed.is_empty() { "Sheet1" } else { &allowed }, &mut sheet_name);
        let mut zip = ZipWriter::new_stream(out);
        let parts = [
            (
                "[Content_Types].xml",
                format!(
                    r#"<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="{TYPE}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="{TYPE}.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="{TYPE}.styles+xml"/></Types>"#
                ),
            ),
            (
                "_rels/.rels",
                format!(
                    r#"<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>"#
                ),
            ),
            (
                "xl/workbook.xml",
                format!(
                    r#"<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet name="{sheet_name}" sheetId="1" r:id="rId1"/></sheets></workbook>"#
                ),
            ),
            (
                "xl/_rels/workbook.xml.rels",
                format!(
                    r#"<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="{OFFICE}/styles" Target="styles.xml"/></Relationships>"#
                ),
            ),
            // Style 0 is text, so that a person's typing keeps its digits too; 1 is the header; 2 a number.
            (
                "xl/styles.xml",
                format!(
                    r#"<styleSheet xmlns="{MAIN}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill><fill><patternFill patternType="solid"><fgColor rgb="FFE3ECE7"/></patternFill></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="3"><xf numFmtId="49" applyNumberFormat="1"/><xf numFmtId="49" fontId="1" fillId="2" applyNumberFormat="1" applyFont="1" applyFill="1"/><xf numFmtId="1" applyNumberFormat="1"/></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>"#
                ),
            ),
        ];
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        for (path, xml) in parts {
            zip.start_file(path, options).map_err(io::Error::from)?;
            zip.write_all(DECLARATION.as_bytes())?;
            zip.write_all(xml.as_bytes())?;
        }
        zip.start_file("xl/worksheets/sheet1.xml", options).map_err(io::Error::from)?;
        let mut xml = format!(
            r#"{DECLARATION}<worksheet xmlns="{MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>"#
        );
        for (number, column) in columns.iter().enumerate().map(|(index, column)| (index + 1, column)) {
            let width = column.width;
            put(&mut xml, format_args!(r#"<col min="{number}" max="{number}" width="{width}" customWidth="1"/>"#));
        }
        xml += "</cols><sheetData>";
        let mut sheet = Self { zip, xml, rows: 0, letters: (0..columns.len()).map(column_letters).collect() };
        let headings: Vec<_> = columns.iter().map(|column| Value::Text(&column.heading)).collect();
        sheet.row(&headings, 1)?;
        Ok(sheet)
    }

    fn row(&mut self, values: &[Value<'_>], style: u8) -> io::Result<()> {
        self.rows += 1;
        let number = self.rows.to_string();
        let xml = &mut self.xml;
        put(xml, format_args!(r#"<row r="{number}">"#));
        // A row longer than the header has cells without a column, and no spreadsheet would show them.
        for (letters, value) in self.letters.iter().zip(values) {
            match value {
                Value::Empty | Value::Text("") => {}
                Value::Number(whole) => {
                    put(xml, format_args!(r#"<c r="{letters}{number}" s="2"><v>{whole}</v></c>"#));
                }
                Value::Text(text) => {
                    for part in ["<c r=\"", letters, &number] {
                        xml.push_str(part);
                    }
                    xml.push_str(if style == 0 { "\"" } else { "\" s=\"1\"" });
                    xml.push_str(" t=\"inlineStr\"><is><t xml:space=\"preserve\">");
                    escape(text, xml);
                    xml.push_str("</t></is></c>");
                }
            }
        }
        xml.push_str("</row>");
        if xml.len() > CHUNK {
            self.zip.write_all(xml.as_bytes())?;
            xml.clear();
        }
        Ok(())
    }

    fn finish(mut self) -> Result<W, SheetError> {
        self.xml.push_str("</sheetData>");
        if let Some(last) = self.letters.last() {
            put(&mut self.xml, format_args!(r#"<autoFilter ref="A1:{last}{}"/>"#, self.rows));
        }
        self.xml.push_str("</worksheet>");
        self.zip.write_all(self.xml.as_bytes())?;
        Ok(self.zip.finish().map_err(io::Error::from)?.into_inner())
    }
}

/// Appends formatted text; a string never refuses.
fn put(xml: &mut String, text: std::fmt::Arguments<'_>) {
    let _ = xml.write_fmt(text);
}

/// Appends text for XML, without the letters that XML has no way to write, cut at Excel's longest cell.
fn escape(text: &str, xml: &mut String) {
    let is_plain = |byte: &u8| *byte >= b' ' && !matches!(byte, b'&' | b'<' | b'>' | b'"' | 0xef);
    if text.len() <= LONGEST_CELL && text.as_bytes().iter().all(is_plain) {
        xml.push_str(text);
        return;
    }
    let mut units = 0;
    for letter in text.chars() {
        units += letter.len_utf16();
        if units > LONGEST_CELL {
            break;
        }
        match letter {
            '&' => xml.push_str("&amp;"),
            '<' => xml.push_str("&lt;"),
            '>' => xml.push_str("&gt;"),
            '"' => xml.push_str("&quot;"),
            '\r' => xml.push_str("&#13;"),
            '\t' | '\n' => xml.push(letter),
            '\0'..' ' | '\u{fffe}' | '\u{ffff}' => {}
            _ => xml.push(letter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{rows, texts};
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
        let mut archive = zip::ZipArchive::new(io::Cursor::new(bytes)).expect("a zip");
        let mut xml = String::new();
        let mut sheet = archive.by_name("xl/worksheets/sheet1.xml").expect("the sheet");
        io::Read::read_to_string(&mut sheet, &mut xml).expect("text");
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
