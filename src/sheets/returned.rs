//! The sheet that hands faulty rows back, to be corrected and imported again.
use std::io::Write;

use super::stream::{Sheet, Style};
use super::write::{Column, Value};
use super::{SheetError, normalise_heading};

/// Heading of the last column, which an import passes over.
pub const REASON_HEADING: &str = "退回原因";

/// Width of the reason column, in half-width letters.
const REASON_WIDTH: u16 = 60;

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

impl Fault {
    fn sentence(&self) -> String {
        match &self.proposal {
            Some(proposal) => format!("{} → {proposal}", self.reason),
            None => self.reason.clone(),
        }
    }
}

/// Writes an XLSX of the header and rows as they came, faulty cells coloured with a note, reasons at the end.
///
/// Everything is text, so that the digits of numbers stay. A reason column of an earlier return is dropped.
/// Without [`ErrorSheet::finish`] the file is not whole.
pub struct ErrorSheet<W: Write> {
    sheet: Sheet<W>,
    header: Vec<String>,
    /// The columns that are handed back.
    kept: Vec<usize>,
}

impl<W: Write> ErrorSheet<W> {
    /// Begins the sheet with the header as it came.
    pub fn new(out: W, name: &str, header: &[impl AsRef<str>]) -> Result<Self, SheetError> {
        let header: Vec<String> = header.iter().map(|heading| heading.as_ref().to_owned()).collect();
        let kept: Vec<usize> =
            (0..header.len()).filter(|at| normalise_heading(&header[*at]) != REASON_HEADING).collect();
        let mut columns: Vec<Column> = kept.iter().map(|at| Column::new(&*header[*at])).collect();
        columns.push(Column { heading: REASON_HEADING.to_owned(), width: REASON_WIDTH });
        let sheet = Sheet::new(out, name, &columns, true)?;
        Ok(Self { sheet, header, kept })
    }

    /// Hands back one row with its cells as they came.
    pub fn row(&mut self, cells: &[impl AsRef<str>], faults: &[Fault]) -> Result<(), SheetError> {
        let named = faults.iter().map(|fault| {
            let heading = fault.column.and_then(|column| self.header.get(column));
            heading.map_or_else(|| fault.sentence(), |heading| format!("{heading}：{}", fault.sentence()))
        });
        let reasons = named.collect::<Vec<_>>().join("\n");
        let values = self.kept.iter().map(|at| {
            let is_faulty = faults.iter().any(|fault| fault.column == Some(*at));
            let style = if is_faulty { Style::Bad } else { Style::Text };
            (Value::Text(cells.get(*at).map_or("", AsRef::as_ref)), style)
        });
        self.sheet.row(values.chain([(Value::Text(&reasons), Style::Wrapped)]))?;
        for (to, from) in self.kept.iter().enumerate() {
            let here = faults.iter().filter(|fault| fault.column == Some(*from));
            let sentences: Vec<String> = here.map(Fault::sentence).collect();
            if !sentences.is_empty() {
                self.sheet.note(to, sentences.join("\n"));
            }
        }
        Ok(())
    }

    /// Completes the file and gives back what it was written to.
    pub fn finish(self) -> Result<W, SheetError> {
        self.sheet.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{part, rows, texts};
    use super::super::{CellKind, find_header};
    use super::*;

    fn example() -> Vec<u8> {
        let fault =
            Fault { column: Some(1), reason: "校验位不对".into(), proposal: Some("520524197002099983".into()) };
        let empty = Fault { column: Some(3), reason: "没有填".into(), proposal: None };
        let whole = Fault { column: None, reason: "同名同生日".into(), proposal: None };
        let mut sheet =
            ErrorSheet::new(Vec::new(), "退回", &["姓名", "证件号码", "退回 原因", "备注"]).expect("memory");
        sheet.row(&["张三", "520524197002099980", "旧"], &[fault, empty, whole]).expect("memory");
        sheet.row(&["=1+1", "007"], &[]).expect("memory");
        sheet.finish().expect("memory")
    }

    #[test]
    fn rows_come_back_with_all_columns_and_a_fresh_reason() {
        let read = texts(&example());
        assert_eq!(read[0].1, ["姓名", "证件号码", "备注", REASON_HEADING]);
        let reason = "证件号码：校验位不对 → 520524197002099983\n备注：没有填\n同名同生日";
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
    fn a_faulty_cell_is_coloured_and_has_a_note_even_if_it_is_empty() {
        let bytes = example();
        let notes = part(&bytes, "xl/comments1.xml");
        assert!(notes.contains(r#"ref="B2""#) && notes.contains("校验位不对 → 520524197002099983"));
        assert!(notes.contains(r#"ref="C2""#) && notes.contains("没有填"));
        assert!(part(&bytes, "xl/worksheets/sheet1.xml").contains(r#"<c r="C2" s="3"/>"#));
    }
}
