//! What people do, one function per act: right, load, rules, one transaction.

pub mod account;
pub mod audit;
pub mod call;
pub mod class;
pub mod clock;
pub mod consent;
pub mod consistency;
pub mod digest;
pub mod document;
pub mod employer;
pub mod enrolment;
pub mod enter;
pub mod error;
pub mod export;
pub mod follow;
pub mod import;
pub mod interest;
pub mod introduction;
pub mod letter;
pub mod live;
pub mod match_run;
pub mod matching;
pub mod office;
pub mod order;
pub mod outbox;
pub mod posting;
pub mod put;
pub mod reading;
pub mod saved_search;
pub mod search;
pub mod shown;
pub mod station;
pub mod template;
pub mod training_plan;
pub mod vacancy;
pub mod what_if;
pub mod worker;
pub mod worklist;

pub use error::{Error, Result};
pub use office::Office;

#[cfg(test)]
pub mod testing;
