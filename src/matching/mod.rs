//! Who fits where: conditions, scores, rankings and assignments as pure functions.
//!
//! Knows no SQL, clock, network or name of a person: `actions` feeds [`columns::Columns`] from the change log and
//! says which day it is. Whole numbers only; equal scores order by id; the same input gives the same answer.

pub mod change;
pub mod columns;
pub mod condition;
pub mod explain;
pub mod lexicon;
pub mod parameters;
pub mod recommend;
pub mod row;
pub mod score;
pub mod sentence;
pub mod set;
pub mod vocabulary;

#[cfg(test)]
mod sample;
