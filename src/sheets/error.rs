//! What can be wrong with a whole file, each with a stable code.
use serde::{Deserialize, Serialize};

/// Why a file cannot be read or written as a sheet.
///
/// Nothing of the file's content is in these values, so they may be logged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum SheetError {
    /// The workbook asks for a password.
    #[error("the workbook is locked with a password")]
    Encrypted,
    /// The bytes are no CSV, XLSX, XLS or ODS.
    #[error("the file is no CSV, XLSX, XLS or ODS sheet")]
    Foreign,
    /// No sheet of the file has a filled cell.
    #[error("the file has no filled cell")]
    Empty,
    /// The file, or what it asks for in memory, is over the limit.
    #[error("the file is too large")]
    TooLarge,
    /// The archive unpacks to far more than it holds.
    #[error("the archive unpacks to far more than a sheet needs")]
    Bomb,
    /// The file breaks off or contradicts itself.
    #[error("the file is damaged")]
    Damaged,
    /// Reading took longer than allowed.
    #[error("reading the file took too long")]
    Timeout,
    /// A row has a filled cell beyond the last allowed column.
    #[error("row {row} has more columns than allowed")]
    TooManyColumns {
        /// 1-based row number in the person's own sheet.
        row: u32,
    },
    /// An XLS or ODS sheet has more rows than are read in one piece, or an XLSX more than Excel has.
    #[error("the sheet has too many rows for this format")]
    TooManyRowsForFormat,
    /// A cell holds more than Excel's 32,767 characters.
    #[error("cell {} is too long", super::cell_name(*row, *column as usize))]
    CellTooLong {
        /// 1-based row number in the person's own sheet.
        row: u32,
        /// 0-based column.
        column: u32,
    },
    /// The file name's extension names no format that is written here.
    #[error("the file name must end in .csv or .xlsx")]
    UnknownExtension,
    /// The system refused to read, write or start the parser; the text is the system's.
    #[error("{0}")]
    Io(String),
}

impl SheetError {
    /// The stable code that translations and programs go by.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Encrypted => "sheet.encrypted",
            Self::Foreign => "sheet.foreign",
            Self::Empty => "sheet.empty",
            Self::TooLarge => "sheet.too_large",
            Self::Bomb => "sheet.bomb",
            Self::Damaged => "sheet.damaged",
            Self::Timeout => "sheet.timeout",
            Self::TooManyColumns { .. } => "sheet.too_many_columns",
            Self::TooManyRowsForFormat => "sheet.too_many_rows_for_format",
            Self::CellTooLong { .. } => "sheet.cell_too_long",
            Self::UnknownExtension => "sheet.extension",
            Self::Io(_) => "sheet.io",
        }
    }
}

impl From<std::io::Error> for SheetError {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error.to_string())
    }
}
