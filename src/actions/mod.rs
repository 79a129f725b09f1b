//! What people do, one function per act: right, load, rules, one transaction.

pub mod account;
pub mod clock;
pub mod error;
pub mod live;
pub mod office;
pub mod reading;

pub use error::{Error, Result};
pub use office::Office;
