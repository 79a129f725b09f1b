//! One row of cells, with each cell's text as the person saw it in the sheet.
use calamine::{Data, ExcelDateTime};

/// Excel's own limit for one cell, in UTF-16 units.
const LONGEST_CELL: usize = 32_767;

/// Numbers from here on have lost digits in a spreadsheet (it keeps 15), so their digits are never shown.
const FIRST_INEXACT: f64 = 1e15;

/// What the sheet said a cell is; the text is always filled in the same way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub enum CellKind {
    /// Text, and everything in a CSV file.
    #[default]
    Text,
    /// A number.
    Number,
    /// A date, a time or both.
    Date,
    /// TRUE or FALSE.
    Bool,
    /// An error value such as #N/A; its text is empty.
    Error,
}

/// One cell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// The text as the person sees it; a date is ISO 8601, a number that lost digits is like `5.22E+17`.
    pub text: String,
    /// What the sheet said it is.
    pub kind: CellKind,
}

impl AsRef<str> for Cell {
    fn as_ref(&self) -> &str {
        &self.text
    }
}

/// One row that has at least one filled cell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// 1-based row number in the person's own sheet.
    pub number: u32,
    /// Cells from column A on; trailing empty cells may be left out.
    pub cells: Vec<Cell>,
}

impl Row {
    /// The text of a 0-based column, empty if the row is shorter.
    pub fn text(&self, column: usize) -> &str {
        self.cells.get(column).map_or("", |cell| &cell.text)
    }
}

/// The letters that a spreadsheet shows for a 0-based column: 0 is A, 26 is AA.
pub fn column_letters(column: usize) -> String {
    let mut rest = column;
    let mut letters = Vec::new();
    loop {
        letters.push(char::from(b'A' + (rest % 26) as u8));
        if rest < 26 {
            break;
        }
        rest = rest / 26 - 1;
    }
    letters.iter().rev().collect()
}

/// The name of a cell as the spreadsheet shows it, e.g. `L17` for row 17, 0-based column 11.
pub fn cell_name(row: u32, column: usize) -> String {
    format!("{}{row}", column_letters(column))
}

/// A text was longer than a spreadsheet cell can be.
pub(super) struct TooLong;

impl Cell {
    /// A cell from typed text: `="…"` unwrapped, leading apostrophe and NUL bytes removed.
    pub(super) fn from_text(text: &str) -> Result<Self, TooLong> {
        if text.len() > LONGEST_CELL && text.encode_utf16().count() > LONGEST_CELL {
            return Err(TooLong);
        }
        let kind = CellKind::Text;
        let mut bare = text;
        match text.as_bytes().first() {
            Some(b'\'') => bare = &text[1..],
            Some(b'=') => {
                if let Some(inner) = text.trim_end().strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"')) {
                    let text = inner.replace("\"\"", "\"").replace('\0', "");
                    return Ok(Self { text, kind });
                }
            }
            _ => {}
        }
        let text = if bare.contains('\0') { bare.replace('\0', "") } else { bare.to_owned() };
        Ok(Self { text, kind })
    }

    /// A cell from a CSV field, where error values arrive as their text.
    pub(super) fn from_field(text: &str) -> Result<Self, TooLong> {
        const ERRORS: [&str; 7] = ["#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!"];
        if text.starts_with('#') && ERRORS.contains(&text.trim_end()) {
            return Ok(Self { text: String::new(), kind: CellKind::Error });
        }
        Self::from_text(text)
    }

    /// A cell from a workbook value.
    pub(super) fn from_data(data: Data) -> Result<Self, TooLong> {
        let (text, kind) = match data {
            Data::Empty => (String::new(), CellKind::Text),
            Data::String(text) => return Self::from_text(&text),
            Data::Int(number) => (whole(number), CellKind::Number),
            Data::Float(number) => (float(number), CellKind::Number),
            Data::Bool(value) => (if value { "TRUE" } else { "FALSE" }.to_owned(), CellKind::Bool),
            Data::DateTime(at) => (date(&at), CellKind::Date),
            Data::DateTimeIso(text) => (text.trim_end_matches("T00:00:00").replace('T', " "), CellKind::Date),
            Data::DurationIso(text) => (text, CellKind::Date),
            Data::Error(_) => (String::new(), CellKind::Error),
        };
        Ok(Self { text, kind })
    }

    /// Whether nothing stands in the cell; an error value counts as something.
    pub(super) fn is_blank(&self) -> bool {
        self.kind != CellKind::Error && self.text.trim().is_empty()
    }
}

fn whole(number: i64) -> String {
    if (number.unsigned_abs() as f64) < FIRST_INEXACT { number.to_string() } else { scientific(number as f64) }
}

fn float(number: f64) -> String {
    if number.abs() >= FIRST_INEXACT {
        return scientific(number);
    }
    if number.fract() == 0.0 {
        return (number as i64).to_string();
    }
    // A spreadsheet shows 15 significant digits: 0.1 + 0.2 is 0.3 there.
    format!("{number:.14e}").parse::<f64>().map_or_else(|_| number.to_string(), |shown| shown.to_string())
}

/// As a spreadsheet shows a long number, so that the caller can say which cell lost its digits.
fn scientific(number: f64) -> String {
    let text = format!("{number:.5e}");
    let Some((digits, power)) = text.split_once('e') else {
        return text;
    };
    format!("{}E+{power}", digits.trim_end_matches('0').trim_end_matches('.'))
}

fn date(at: &ExcelDateTime) -> String {
    let days = at.as_f64();
    if at.is_duration() {
        let minutes = (days * 1440.0).round() as i64;
        return format!("{}:{:02}", minutes / 60, (minutes % 60).abs());
    }
    let (year, month, day, hour, minute, second, _) = at.to_ymd_hms_milli();
    if (0.0..1.0).contains(&days) {
        return format!("{hour:02}:{minute:02}");
    }
    if (hour, minute, second) == (0, 0, 0) {
        format!("{year:04}-{month:02}-{day:02}")
    } else {
        format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use calamine::ExcelDateTimeType;
    use proptest::prelude::*;

    fn shown(data: Data) -> String {
        Cell::from_data(data).map_or_else(|_| "too long".to_owned(), |cell| cell.text)
    }

    #[test]
    fn numbers_read_as_the_person_sees_them() {
        for (number, text) in [
            (30.0, "30"),
            (-4.5, "-4.5"),
            (0.1 + 0.2, "0.3"),
            (14_600_001_111.0, "14600001111"),
            (520_524_197_002_099.0, "520524197002099"),
            (522_524_199_002_029_970.0, "5.22524E+17"),
            (5.22e17, "5.22E+17"),
            (1e15, "1E+15"),
            (1e300, "1E+300"),
        ] {
            assert_eq!(shown(Data::Float(number)), text);
        }
        assert_eq!(shown(Data::Int(52_052_419_700_209_998)), "5.20524E+16");
    }

    #[test]
    fn dates_read_as_iso() {
        let at = |value| Data::DateTime(ExcelDateTime::new(value, ExcelDateTimeType::DateTime, false));
        assert_eq!(shown(at(45_000.0)), "2023-03-15");
        assert_eq!(shown(at(45_000.5)), "2023-03-15 12:00:00");
        assert_eq!(shown(at(0.354_166_666_7)), "08:30");
        let span = Data::DateTime(ExcelDateTime::new(1.5, ExcelDateTimeType::TimeDelta, false));
        assert_eq!(shown(span), "36:00");
        assert_eq!(shown(Data::DateTimeIso("2026-02-18".into())), "2026-02-18");
        assert_eq!(shown(Data::DateTimeIso("2026-02-18T00:00:00".into())), "2026-02-18");
    }

    #[test]
    fn wrappings_that_keep_digits_are_taken_off() {
        for (typed, text) in [
            ("=\"520524197002099983\"", "520524197002099983"),
            ("=\"a\"\"b\"", "a\"b"),
            ("'00123", "00123"),
            ("=1+1", "=1+1"),
            ("=\"", "=\""),
            ("a\0b", "ab"),
            (" 张三 ", " 张三 "),
        ] {
            assert_eq!(Cell::from_text(typed).ok().map(|cell| cell.text).as_deref(), Some(text));
        }
    }

    #[test]
    fn an_error_value_is_empty_and_flagged() {
        let cell = Cell::from_field("#N/A").ok();
        assert_eq!(cell, Some(Cell { text: String::new(), kind: CellKind::Error }));
        assert_eq!(Cell::from_field("#1 厂").ok().map(|cell| cell.text).as_deref(), Some("#1 厂"));
    }

    #[test]
    fn a_cell_is_as_long_as_excel_allows_and_no_longer() {
        assert!(Cell::from_text(&"字".repeat(32_767)).is_ok());
        assert!(Cell::from_text(&"字".repeat(32_768)).is_err());
    }

    #[test]
    fn cells_have_the_names_of_the_spreadsheet() {
        assert_eq!(cell_name(17, 11), "L17");
        assert_eq!(column_letters(25), "Z");
        assert_eq!(column_letters(26), "AA");
        assert_eq!(column_letters(702), "AAA");
        assert_eq!(column_letters(16_383), "XFD");
    }

    proptest! {
        #[test]
        fn every_whole_number_below_the_limit_keeps_its_digits(number in -999_999_999_999_999_i64..=999_999_999_999_999) {
            prop_assert_eq!(shown(Data::Float(number as f64)), number.to_string());
        }
    }
}
