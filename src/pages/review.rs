//! Pages on which staff decide before something becomes a record: import preview, possible duplicates.

use askama::Template;

use super::chrome::Chrome;
use super::form::{Choice, Form};
use super::format;
use super::parts::{Bit, Link, Note, Stat, Step};
use super::table::Table;

/// A column of the sheet and the field it goes to.
#[derive(Clone, Debug, Default)]
pub struct Mapped {
    /// The column's letter.
    pub letter: String,
    /// The heading in the sheet.
    pub heading: String,
    /// The first values, masked where they are numbers of people.
    pub sample: String,
    /// Field it goes to; empty: not recognised.
    pub field: String,
    /// How it was recognised: dictionary, remembered, not at all.
    pub source: String,
    /// Why the field cannot come from here; empty: it can.
    pub fault: String,
}

/// How far an import is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ImportStage {
    /// The file is being read; the page reloads itself.
    Reading,
    /// Nothing written yet; columns and rows can be checked.
    #[default]
    Preview,
    /// Rows are being written; the page reloads itself.
    Writing,
    /// Finished.
    Done,
    /// The file could not be read or the import was dropped.
    Failed,
}

/// A row that is set aside until somebody decides.
#[derive(Clone, Debug, Default)]
pub struct SetAside {
    /// Row number in the sheet; decisions are posted to `/station/imports/{id}/rows/{row}/resolve`.
    pub row: u32,
    /// Who or what it is.
    pub text: String,
    /// Why it is in doubt.
    pub why: String,
    /// Who it may be the same as: id and name.
    pub same: Vec<Choice>,
}

/// An import: `/station/imports/{id}`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "page/import.html")]
pub struct ImportPage {
    /// The page around it; `refresh` is set while it reads or writes.
    pub c: Chrome,
    /// Address of this import, such as `/station/imports/{id}`; acts are posted under it.
    pub href: String,
    /// The file's name.
    pub file: String,
    /// Sheet, header row, encoding, rows.
    pub lead: String,
    /// How far it is.
    pub stage: ImportStage,
    /// Rows done and all, while it reads or writes.
    pub progress: (u64, u64),
    /// What went wrong, or what is worth knowing.
    pub note: Option<Note>,
    /// Created, updated, unchanged, set aside, rejected, all, warned; they add up.
    pub stats: Vec<Stat>,
    /// Rows with something wrong, as a spreadsheet.
    pub rows: Option<Table>,
    /// Which of how many, and filters by outcome.
    pub filters: Vec<Step>,
    /// What would change in rows that exist: row, name, field, now, then.
    pub changes: Option<Table>,
    /// Address of the next rows; empty on the last page.
    pub next: String,
    /// Rows set aside.
    pub aside: Vec<SetAside>,
    /// Vacancies whose occupation is to be chosen: a button each proposal.
    pub unsure: Vec<Form>,
    /// The columns.
    pub mapping: Vec<Mapped>,
    /// The fields that a column may go to; the first is 请选择.
    pub fields: Vec<Choice>,
    /// How many rows the write button writes.
    pub writes: u64,
    /// A sheet with the faulty cells marked can be fetched.
    pub report: bool,
}

impl ImportPage {
    fn act(&self, act: &str) -> String {
        format!("{}/{act}", self.href)
    }

    fn step(&self) -> usize {
        match self.stage {
            ImportStage::Reading => 1,
            ImportStage::Preview | ImportStage::Failed => 2,
            ImportStage::Writing | ImportStage::Done => 3,
        }
    }

    fn done(&self) -> String {
        format::count(self.progress.0)
    }

    fn all(&self) -> String {
        format::count(self.progress.1)
    }

    fn writing(&self) -> String {
        format::count(self.writes)
    }

    fn is(&self, stage: ImportStage) -> bool {
        self.stage == stage
    }
}

/// A field of two people side by side.
#[derive(Clone, Debug, Default)]
pub struct Side {
    /// The field in words.
    pub text: String,
    /// The first person's value.
    pub a: Vec<Bit>,
    /// The second person's value.
    pub b: Vec<Bit>,
    /// They differ.
    pub differs: bool,
}

/// Two people who may be one: `/station/duplicates`, decided by `POST /station/duplicates/{a}/{b}` with `act` = `merge-a`,
/// `merge-b`, `apart` or `later`. A merge moves nothing: one record stays, the other is kept below it and can be taken out again.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "page/duplicates.html")]
pub struct Duplicates {
    /// The page around it.
    pub c: Chrome,
    /// Where the decision is posted to; empty: no pair is left.
    pub action: String,
    /// Which pair of how many; none if the two are on no list.
    pub place: Option<(u64, u64)>,
    /// Number of the pair to go to without a decision.
    pub later: usize,
    /// Address of the next pair; empty on the last.
    pub next: String,
    /// Why they may be one; empty if nothing says so.
    pub why: String,
    /// What is missing so that the program does not decide.
    pub doubt: String,
    /// The first person, and where the record comes from.
    pub a: (Link, String),
    /// The second person, and where the record comes from.
    pub b: (Link, String),
    /// The second record is the one to keep, as far as the program can tell.
    pub second: bool,
    /// The fields.
    pub sides: Vec<Side>,
}

impl Duplicates {
    fn differing(&self) -> usize {
        self.sides.iter().filter(|s| s.differs).count()
    }

    fn index(&self) -> u64 {
        self.place.map_or(0, |(at, _)| at - 1)
    }

    /// The two ways to merge, the proposed one first: value and key of the button.
    fn ways(&self) -> [(&'static str, &'static str); 2] {
        let ways = [("merge-a", "merge-into-a"), ("merge-b", "merge-into-b")];
        if self.second { [ways[1], ways[0]] } else { ways }
    }
}
