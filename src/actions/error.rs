//! Why an act was not done, in terms of what the person can do about it.

use uuid::Uuid;

use crate::domain::fault::FieldFault;
use crate::store;

/// An act's error; the doors turn it into a page, a problem document or a line.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Sign in first.
    #[error("sign in first")]
    Unauthorized,
    /// The actor's role does not hold the right.
    #[error("not allowed")]
    Forbidden,
    /// There is no such row, or it is out of the actor's scope.
    #[error("not found")]
    NotFound,
    /// The act does not fit the state of things; the code says why.
    #[error("{code}")]
    Conflict {
        /// Stable code, for example `vacancy.full`.
        code: &'static str,
        /// The row in the way, when the actor may see it.
        with: Option<Uuid>,
    },
    /// Somebody else changed the row first.
    #[error("changed meanwhile")]
    Stale,
    /// Faults of the input, each at its place.
    #[error("{} faults in the input", .0.len())]
    Invalid(Vec<FieldFault>),
    /// A request that makes no sense as a whole; the code says why.
    #[error("{0}")]
    Refused(&'static str),
    /// More than allowed in this time.
    #[error("too often: {0}")]
    TooMany(&'static str),
    /// Not now; trying again helps.
    #[error("busy: {0}")]
    Busy(String),
    /// A fault of ours; logged once at the door.
    #[error("internal: {0}")]
    Internal(String),
}

impl Error {
    /// One fault at one field.
    pub fn field(field: &str, code: &str) -> Self {
        Self::Invalid(vec![FieldFault::new(field, code)])
    }

    /// A conflict that points to nothing.
    pub fn conflict(code: &'static str) -> Self {
        Self::Conflict { code, with: None }
    }
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::Busy(why) => Self::Busy(why),
            other => Self::Internal(other.to_string()),
        }
    }
}

impl From<Vec<FieldFault>> for Error {
    fn from(faults: Vec<FieldFault>) -> Self {
        Self::Invalid(faults)
    }
}

/// Result of an act.
pub type Result<T> = std::result::Result<T, Error>;
