//! Plain values and rules, one file per noun; no input, output, clock or async.

pub mod actor;
pub mod code;
pub mod date_text;
pub mod employer;
pub mod fault;
pub mod heading;
pub mod household;
pub mod identity;
pub mod introduction;
pub mod occupation;
pub mod placement;
pub mod region;
pub mod registration;
pub mod sheet_row;
pub mod station;
pub mod training;
pub mod vacancy;
pub mod wage;
pub mod worker;
