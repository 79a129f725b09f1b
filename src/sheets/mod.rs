//! Spreadsheets in and out; knows nothing of what a row means.
//!
//! Reading: [`read`] turns the bytes of a CSV, XLSX, XLS or ODS file into [`Row`]s; [`child`] runs it in a
//! confined process, which is the only way a file from outside may be read. [`find_header`] tells title, note
//! and total rows from data. Writing: [`Writer`] streams rows, [`template`] makes an empty import sheet,
//! [`ErrorSheet`] hands faulty rows back.

mod archive;
mod cell;
pub mod child;
mod delimited;
mod error;
mod frame;
mod heading;
mod read;
mod returned;
mod stream;
pub mod table;
mod template;
#[cfg(test)]
mod testing;
mod workbook;
mod write;

pub use cell::{Cell, CellKind, Row, cell_name, column_letters};
pub use error::SheetError;
pub use heading::{Header, Heading, find_header, is_note, normalise_heading};
pub use read::{Item, Kind, Limits, SheetInfo, read};
pub use returned::{ErrorSheet, Fault, REASON_HEADING};
pub use template::{TemplateColumn, template};
pub use write::{Column, Format, Value, Writer};
