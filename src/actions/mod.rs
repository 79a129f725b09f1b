//! What people do, one function per act: right, load, rules, one transaction.

pub mod account;
pub mod clock;
pub mod document;
pub mod enter;
pub mod error;
pub mod follow;
pub mod import;
pub mod introduction;
pub mod lexicon;
pub mod live;
pub mod matching;
pub mod office;
pub mod outbox;
pub mod reading;
pub mod search;
pub mod worker;

pub use error::{Error, Result};
pub use office::Office;
