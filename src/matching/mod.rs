//! Who fits where: conditions, scores, rankings and assignments as pure functions.
//!
//! Knows no SQL, clock, network or name of a person: `actions` feeds [`columns::Columns`] from the change log and
//! says which day it is. Whole numbers only; equal scores order by id; the same input gives the same answer.

pub mod assign;
pub mod change;
pub mod columns;
pub mod condition;
pub mod explain;
pub mod flow;
pub mod kept;
pub mod lexicon;
pub mod near;
pub mod parameters;
pub mod plan;
pub mod problem;
pub mod progress;
pub mod proof;
pub mod recommend;
pub mod row;
pub mod score;
pub mod sentence;
pub mod set;
pub mod shortage;
pub mod spread;
pub mod table;
pub mod training_gain;
pub mod training_plan;
pub mod vocabulary;
pub mod ways;

#[cfg(test)]
mod sample;
