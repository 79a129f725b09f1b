//! An XLSX archive written row by row: flat memory, no temporary file that would hold people's numbers.
use std::fmt::Write as _;
use std::io::{self, Write};

use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, ZipWriter};

use super::write::{Column, Value};
use super::{SheetError, column_letters};

/// Excel's own limit for one cell, in UTF-16 units.
const LONGEST_CELL: usize = 32_767;

/// Excel's last row.
const LAST_ROW: u32 = 1_048_576;

/// Bytes that are gathered before they are handed to the compressor.
const CHUNK: usize = 64 << 10;

/// How a cell looks; the numbers are those of the style sheet below.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// Text, so that what a person types later keeps its digits too.
    Text = 0,
    Head = 1,
    Number = 2,
    /// A faulty cell.
    Bad = 3,
    /// Text of several lines.
    Wrapped = 4,
}

const DECLARATION: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>"#;
const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";
const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const TYPE: &str = "application/vnd.openxmlformats-officedocument";

/// Fonts, fills and formats; number format 49 is text, 1 is a whole number.
const STYLES: &str = r#"<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="4"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill><fill><patternFill patternType="solid"><fgColor rgb="FFE3ECE7"/></patternFill></fill><fill><patternFill patternType="solid"><fgColor rgb="FFF7C6BC"/></patternFill></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="5"><xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/><xf numFmtId="49" fontId="1" fillId="2" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1" applyFill="1"/><xf numFmtId="1" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/><xf numFmtId="49" fontId="0" fillId="3" borderId="0" xfId="0" applyNumberFormat="1" applyFill="1"/><xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>"#;

/// One sheet that is being written. The parts around it go first, the notes last, so that the rows can stream.
pub(super) struct Sheet<W: Write> {
    zip: ZipWriter<StreamWriter<W>>,
    xml: String,
    rows: u32,
    letters: Vec<String>,
    /// Cells with a note, if the sheet may have any: row, column, text.
    notes: Option<Vec<(u32, usize, String)>>,
}

impl<W: Write> Sheet<W> {
    /// Begins a sheet with its header row frozen.
    pub fn new(out: W, name: &str, columns: &[Column], with_notes: bool) -> Result<Self, SheetError> {
        let mut escaped_name = String::new();
        escape(&sheet_name(name), &mut escaped_name);
        let note_types = if with_notes {
            format!(
                r#"<Default Extension="vml" ContentType="{TYPE}.vmlDrawing"/><Override PartName="/xl/comments1.xml" ContentType="{TYPE}.spreadsheetml.comments+xml"/>"#
            )
        } else {
            String::new()
        };
        let sheet_type = format!("{TYPE}.spreadsheetml");
        let parts = [
            (
                "[Content_Types].xml",
                format!(
                    r#"<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="{sheet_type}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="{sheet_type}.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="{sheet_type}.styles+xml"/>{note_types}</Types>"#
                ),
            ),
            ("_rels/.rels", relations(&[("officeDocument", "xl/workbook.xml")])),
            (
                "xl/workbook.xml",
                format!(
                    r#"<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet name="{escaped_name}" sheetId="1" r:id="rId1"/></sheets></workbook>"#
                ),
            ),
            (
                "xl/_rels/workbook.xml.rels",
                relations(&[("worksheet", "worksheets/sheet1.xml"), ("styles", "styles.xml")]),
            ),
            ("xl/styles.xml", format!(r#"<styleSheet xmlns="{MAIN}">{STYLES}</styleSheet>"#)),
        ];
        let mut zip = ZipWriter::new_stream(out);
        for (path, xml) in parts {
            part(&mut zip, path)?;
            zip.write_all(xml.as_bytes())?;
        }
        part(&mut zip, "xl/worksheets/sheet1.xml")?;
        let mut xml = format!(
            r#"<worksheet xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>"#
        );
        if !columns.is_empty() {
            xml.push_str("<cols>");
            for (number, column) in (1..).zip(columns) {
                let width = column.width;
                put(&mut xml, format_args!(r#"<col min="{number}" max="{number}" width="{width}" customWidth="1"/>"#));
            }
            xml.push_str("</cols>");
        }
        xml.push_str("<sheetData>");
        let letters = (0..columns.len()).map(column_letters).collect();
        let mut sheet = Self { zip, xml, rows: 0, letters, notes: with_notes.then(Vec::new) };
        sheet.row(columns.iter().map(|column| (Value::Text(&column.heading), Style::Head)))?;
        Ok(sheet)
    }

    /// Writes one row; values beyond the last column are dropped, since nobody could tell what they are.
    pub fn row<'a>(&mut self, values: impl IntoIterator<Item = (Value<'a>, Style)>) -> Result<(), SheetError> {
        if self.rows == LAST_ROW {
            return Err(SheetError::TooManyRowsForFormat);
        }
        self.rows += 1;
        let number = self.rows.to_string();
        let xml = &mut self.xml;
        put(xml, format_args!(r#"<row r="{number}">"#));
        for (letters, (value, style)) in self.letters.iter().zip(values) {
            let style = style as u8;
            match value {
                Value::Empty | Value::Text("") if style == 0 => {}
                Value::Empty | Value::Text("") => {
                    put(xml, format_args!(r#"<c r="{letters}{number}" s="{style}"/>"#));
                }
                Value::Number(whole) => {
                    let style = Style::Number as u8;
                    put(xml, format_args!(r#"<c r="{letters}{number}" s="{style}"><v>{whole}</v></c>"#));
                }
                Value::Text(text) => {
                    put(xml, format_args!(r#"<c r="{letters}{number}" s="{style}" t="inlineStr">"#));
                    xml.push_str("<is><t xml:space=\"preserve\">");
                    escape(text, xml);
                    xml.push_str("</t></is></c>");
                }
            }
        }
        xml.push_str("</row>");
        self.drain()
    }

    /// Puts a note on a cell of the row that was written last.
    pub fn note(&mut self, column: usize, text: String) {
        if let Some(notes) = &mut self.notes {
            notes.push((self.rows, column, text));
        }
    }

    /// Completes the archive and gives back what it was written to.
    pub fn finish(mut self) -> Result<W, SheetError> {
        self.xml.push_str("</sheetData>");
        if let Some(last) = self.letters.last() {
            put(&mut self.xml, format_args!(r#"<autoFilter ref="A1:{last}{}"/>"#, self.rows));
        }
        let notes = self.notes.take();
        if notes.is_some() {
            self.xml.push_str(r#"<legacyDrawing r:id="rId1"/>"#);
        }
        self.xml.push_str("</worksheet>");
        self.end_part()?;
        if let Some(notes) = notes {
            self.notes_parts(&notes)?;
        }
        Ok(self.zip.finish().map_err(io::Error::from)?.into_inner())
    }

    /// Notes are two parts: the texts, and a drawing without which Excel does not show them.
    fn notes_parts(&mut self, notes: &[(u32, usize, String)]) -> Result<(), SheetError> {
        part(&mut self.zip, "xl/worksheets/_rels/sheet1.xml.rels")?;
        self.xml = relations(&[("vmlDrawing", "../drawings/vmlDrawing1.vml"), ("comments", "../comments1.xml")]);
        self.end_part()?;

        part(&mut self.zip, "xl/comments1.xml")?;
        self.xml = format!(r#"<comments xmlns="{MAIN}"><authors><author/></authors><commentList>"#);
        for (row, column, text) in notes {
            let cell = super::cell_name(*row, *column);
            put(&mut self.xml, format_args!(r#"<comment ref="{cell}" authorId="0"><text><t xml:space="preserve">"#));
            escape(text, &mut self.xml);
            self.xml.push_str("</t></text></comment>");
            self.drain()?;
        }
        self.xml.push_str("</commentList></comments>");
        self.end_part()?;

        part(&mut self.zip, "xl/drawings/vmlDrawing1.vml")?;
        // A block of 1024 shape numbers belongs to each number of the map.
        let blocks: Vec<String> = (1..=notes.len() / 1024 + 1).map(|block| block.to_string()).collect();
        self.xml = format!(
            r#"<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:x="urn:schemas-microsoft-com:office:excel"><o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="{}"/></o:shapelayout><v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe"><v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>"#,
            blocks.join(",")
        );
        for (number, (row, column, _)) in (1025..).zip(notes) {
            let (row, from, to) = (row - 1, column + 1, column + 4);
            let (top, bottom) = (row.saturating_sub(1), row + 4);
            put(
                &mut self.xml,
                format_args!(
                    r##"<v:shape id="_x0000_s{number}" type="#_x0000_t202" style="position:absolute;visibility:hidden" fillcolor="#ffffe1" o:insetmode="auto"><v:fill color2="#ffffe1"/><v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/><v:textbox style="mso-direction-alt:auto"><div style="text-align:left"/></v:textbox><x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/><x:Anchor>{from}, 15, {top}, 10, {to}, 15, {bottom}, 4</x:Anchor><x:AutoFill>False</x:AutoFill><x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"##
                ),
            );
            self.drain()?;
        }
        self.xml.push_str("</xml>");
        self.end_part()
    }

    fn drain(&mut self) -> Result<(), SheetError> {
        if self.xml.len() > CHUNK { self.end_part() } else { Ok(()) }
    }

    fn end_part(&mut self) -> Result<(), SheetError> {
        self.zip.write_all(self.xml.as_bytes())?;
        self.xml.clear();
        Ok(())
    }
}

fn part<W: Write>(zip: &mut ZipWriter<StreamWriter<W>>, path: &str) -> Result<(), SheetError> {
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    zip.start_file(path, options).map_err(io::Error::from)?;
    Ok(zip.write_all(DECLARATION.as_bytes())?)
}

fn relations(targets: &[(&str, &str)]) -> String {
    let mut xml = format!(r#"<Relationships xmlns="{PACKAGE}/relationships">"#);
    for (number, (kind, target)) in (1..).zip(targets) {
        put(&mut xml, format_args!(r#"<Relationship Id="rId{number}" Type="{OFFICE}/{kind}" Target="{target}"/>"#));
    }
    xml + "</Relationships>"
}

/// A name that Excel accepts for a sheet: some letters and more than 31 of them it refuses.
pub(super) fn sheet_name(name: &str) -> String {
    let allowed = name.chars().filter(|letter| !"[]:*?/\\'".contains(*letter) && !letter.is_control());
    let allowed: String = allowed.take(31).collect();
    if allowed.trim().is_empty() { "Sheet1".to_owned() } else { allowed }
}

/// Appends formatted text; a string never refuses.
fn put(xml: &mut String, text: std::fmt::Arguments<'_>) {
    let _ = xml.write_fmt(text);
}

/// Appends text for XML, without the letters that XML has no way to write, cut at Excel's longest cell.
fn escape(text: &str, xml: &mut String) {
    // Most texts need nothing; 0xEF begins the two letters that XML forbids, among many that it allows.
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
    use super::super::testing::{part, rows, texts};
    use super::super::{Cell, CellKind};
    use super::*;

    fn one_cell(text: &str) -> Cell {
        let mut sheet = Sheet::new(Vec::new(), "s", &[Column::new("a")], false).expect("memory");
        sheet.row([(Value::Text(text), Style::Text)]).expect("memory");
        let (_, mut rows) = rows(&sheet.finish().expect("memory")).expect("a good file");
        rows.remove(1).cells.remove(0)
    }

    #[test]
    fn text_stays_text_whatever_it_looks_like() {
        for text in ["520524197002099983", "=1+1", "<a>&\"b\"", "a\nb\r\tc", "TRUE", " 杨𬭎 "] {
            assert_eq!(one_cell(text), Cell { text: text.to_owned(), kind: CellKind::Text });
        }
    }

    #[test]
    fn letters_that_xml_cannot_write_are_left_out_and_long_text_is_cut() {
        assert_eq!(one_cell("a\u{1}b\u{ffff}c").text, "abc");
        assert_eq!(one_cell(&"字".repeat(40_000)).text.chars().count(), 32_767);
    }

    #[test]
    fn a_sheet_gets_a_name_that_excel_accepts() {
        assert_eq!(sheet_name("2026/春季[1]"), "2026春季1");
        assert_eq!(sheet_name("'"), "Sheet1");
        assert_eq!(sheet_name(&"岗".repeat(40)).chars().count(), 31);
    }

    #[test]
    fn the_last_row_of_excel_is_the_last_one_written() {
        let mut sheet = Sheet::new(io::sink(), "s", &[Column::new("a")], false).expect("a sink");
        sheet.rows = LAST_ROW - 1;
        assert_eq!(sheet.row([]), Ok(()));
        assert_eq!(sheet.row([]), Err(SheetError::TooManyRowsForFormat));
    }

    #[test]
    fn a_sheet_without_columns_is_a_file_all_the_same() {
        let sheet = Sheet::new(Vec::new(), "s", &[], false).expect("memory");
        assert_eq!(rows(&sheet.finish().expect("memory")), Err(SheetError::Empty));
    }

    #[test]
    fn many_notes_have_shape_numbers_of_their_own() {
        let mut sheet = Sheet::new(Vec::new(), "s", &[Column::new("a")], true).expect("memory");
        for _ in 0..2_000 {
            sheet.row([(Value::Text("x"), Style::Bad)]).expect("memory");
            sheet.note(0, "错".to_owned());
        }
        let bytes = sheet.finish().expect("memory");
        assert_eq!(texts(&bytes).len(), 2_001);
        let drawing = part(&bytes, "xl/drawings/vmlDrawing1.vml");
        assert!(drawing.contains(r#"data="1,2""#) && drawing.contains(r#"id="_x0000_s3024""#));
    }
}
