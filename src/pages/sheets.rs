//! Sheets to print: one page of paper for each employer or village.

use askama::Template;

use super::chrome::Chrome;
use super::parts::Link;
use super::table::Table;

/// One page of paper.
#[derive(Clone, Debug, Default)]
pub struct Sheet {
    /// For whom it is.
    pub heading: String,
    /// What it says above the table.
    pub lead: String,
    /// The table.
    pub table: Table,
    /// Whom to call, and what the sheet leaves out.
    pub foot: String,
}

/// Sheets to print.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "page/sheets.html")]
pub struct Sheets {
    /// The page around it; nothing of it is printed.
    pub c: Chrome,
    /// Heading on the screen, also the window's title.
    pub heading: String,
    /// Where this page lies.
    pub crumb: Vec<Link>,
    /// What is said on the screen before printing.
    pub hint: String,
    /// The sheets.
    pub sheets: Vec<Sheet>,
    /// What was shown of how many, and the address of the rest; empty on the last page.
    pub more: (String, String),
}
