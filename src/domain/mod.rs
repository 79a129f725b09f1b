//! Plain values and rules, one file per noun; no input, output, clock or async.

pub mod advert;
pub mod barred_post;
pub mod certificate;
pub mod minimum_wage;
pub mod requirement_text;
