//! Tables: columns, rows, cells, the checkbox that picks a row, and the form around picked rows.

use askama::Template;

use super::chrome::Chrome;
use super::language::{Lang, word};
use super::parts::{Bit, Button, Tone};

/// A column of a table.
#[derive(Clone, Debug, Default)]
pub struct Column {
    /// The heading.
    pub text: String,
    /// Figures: right-aligned.
    pub number: bool,
    /// The heading is only for screen readers.
    pub hidden: bool,
    /// Address that sorts by this column; empty if it cannot.
    pub sort: String,
    /// The table is sorted by this column: ascending (true) or descending.
    pub sorted: Option<bool>,
}

impl Column {
    /// A column of words.
    pub fn new(text: impl Into<String>) -> Column {
        Column { text: text.into(), ..Column::default() }
    }

    /// A column of figures.
    pub fn number(text: impl Into<String>) -> Column {
        Column { text: text.into(), number: true, ..Column::default() }
    }
}

impl Column {
    /// A column of words headed by `col-{name}` in the locales.
    pub fn named(lang: Lang, name: &str) -> Column {
        Column::new(word(lang, "col", name))
    }

    /// A column of figures headed by `col-{name}` in the locales.
    pub fn figures(lang: Lang, name: &str) -> Column {
        Column::number(word(lang, "col", name))
    }
}

/// A cell of a table.
#[derive(Clone, Debug, Default)]
pub struct Cell {
    /// What stands in it.
    pub bits: Vec<Bit>,
    /// It names the row.
    pub head: bool,
    /// A figure.
    pub number: bool,
    /// Wash of the cell; [`Tone::Bad`] and [`Tone::Warn`] only.
    pub tone: Tone,
}

impl Cell {
    /// A cell of one run.
    pub fn new(bit: impl Into<Bit>) -> Cell {
        Cell { bits: vec![bit.into()], ..Cell::default() }
    }

    /// The cell that names its row.
    pub fn head(bit: impl Into<Bit>) -> Cell {
        Cell { bits: vec![bit.into()], head: true, ..Cell::default() }
    }

    /// A figure.
    pub fn number(bit: impl Into<Bit>) -> Cell {
        Cell { bits: vec![bit.into()], number: true, ..Cell::default() }
    }
}

/// The checkbox that picks a row.
#[derive(Clone, Debug, Default)]
pub struct Tick {
    /// Name of the field.
    pub name: String,
    /// Value that is sent.
    pub value: String,
    /// Name of the row for screen readers.
    pub label: String,
    /// Ticked already.
    pub on: bool,
}

/// A row of a table.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// Checkbox in front; if one row has it, the table's first column is it.
    pub tick: Option<Tick>,
    /// The cells, as many as columns.
    pub cells: Vec<Cell>,
}

/// A table.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// Target of in-page links; unique on the page.
    pub id: String,
    /// What the table shows.
    pub caption: String,
    /// Secondary words after the caption.
    pub note: String,
    /// The caption is only for screen readers.
    pub quiet: bool,
    /// Looks like the spreadsheet that it came from.
    pub cells: bool,
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows.
    pub rows: Vec<Row>,
    /// What to say, with the next step, when there are no rows.
    pub empty: String,
}

impl Table {
    pub(super) fn ticks(&self) -> bool {
        self.rows.iter().any(|row| row.tick.is_some())
    }
}

/// A table whose rows are ticked and sent together.
#[derive(Clone, Debug, Default)]
pub struct Pick {
    /// Where the ticked rows are posted to.
    pub action: String,
    /// The table; its rows have ticks.
    pub table: Table,
    /// Extra fields in the bar, such as a message.
    pub fields: Vec<super::form::Field>,
    /// The buttons of the bar.
    pub buttons: Vec<Button>,
    /// Secondary words in the bar, such as the range shown.
    pub range: String,
    /// Address of the next page; empty on the last.
    pub next: String,
}

#[derive(Template)]
#[template(path = "part/table.html")]
pub(super) struct TablePart<'a> {
    pub c: &'a Chrome,
    pub table: &'a Table,
}
