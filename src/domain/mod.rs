//! Plain values and rules, one file per noun; no input, output, clock or async.

pub mod actor;
pub mod advert;
pub mod barred_post;
pub mod certificate;
pub mod code;
pub mod date_text;
pub mod employer;
pub mod fault;
pub mod heading;
pub mod household;
pub mod identity;
pub mod introduction;
pub mod minimum_wage;
pub mod occupation;
pub mod placement;
pub mod region;
pub mod registration;
pub mod requirement_text;
pub mod sheet_row;
pub mod station;
pub mod training;
pub mod vacancy;
pub mod wage;
pub mod worker;
