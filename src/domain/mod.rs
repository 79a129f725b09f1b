//! Plain values and rules, one file per noun; no input, output, clock or async.

pub mod advert;
pub mod minimum_wage;
