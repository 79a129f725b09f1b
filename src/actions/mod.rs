//! What people do, one function per act: right, load, rules, one transaction.

pub mod account;
pub mod class;
pub mod clock;
pub mod document;
pub mod employer;
pub mod enrolment;
pub mod enter;
pub mod error;
pub mod follow;
pub mod live;
pub mod office;
pub mod posting;
pub mod put;
pub mod reading;
pub mod search;
pub mod station;
pub mod vacancy;
pub mod worker;

pub use error::{Error, Result};
pub use office::Office;

#[cfg(test)]
pub mod testing;
