//! Plain values and rules, one file per noun; no input, output, clock or async.

pub mod date_text;
pub mod identity;
pub mod region;
pub mod wage;
