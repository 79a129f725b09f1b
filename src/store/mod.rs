//! SQL and nothing but SQL, one file per table group.

pub mod account;
pub mod audit;
pub mod call;
pub mod change;
pub mod class;
pub mod consistency;
pub mod crypt;
pub mod db;
pub mod employer;
pub mod enrolment;
pub mod expiry;
pub mod history;
pub mod household;
pub mod idempotency;
pub mod import;
pub mod interest;
pub mod introduction;
pub mod match_run;
pub mod outbox;
pub mod request;
pub mod saved_search;
pub mod schema;
pub mod station;
pub mod vacancy;
pub mod worker;
pub mod worklist;

pub use change::Tx;
pub use db::Db;

/// What can go wrong with the database.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A unique value stands already.
    #[error("a unique value stands already")]
    Duplicate,
    /// A row that something else points to, or points to nothing.
    #[error("a reference is broken")]
    Reference,
    /// The database does not answer now; trying again may help.
    #[error("the database does not answer: {0}")]
    Busy(String),
    /// Stored bytes cannot be read back.
    #[error("stored data is damaged: {0}")]
    Damaged(&'static str),
    /// The database is not ours, or newer than this program.
    #[error("{0}")]
    Schema(String),
    /// A sealed value cannot be opened with the keys at hand.
    #[error("a sealed value cannot be opened: wrong key or damaged data")]
    Sealed,
    /// A value cannot be sealed: nothing is written rather than an empty cell.
    #[error("a value cannot be sealed")]
    Unsealable,
    /// Anything else from the database.
    #[error("database: {0}")]
    Sql(sqlx::Error),
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        use sqlx::error::ErrorKind;
        match &error {
            sqlx::Error::Database(e) => match e.kind() {
                ErrorKind::UniqueViolation => Self::Duplicate,
                ErrorKind::ForeignKeyViolation => Self::Reference,
                // 5 and 6 are SQLite's busy and locked; 40001, 40P01, 57P0x PostgreSQL's try-again.
                _ => match e.code().as_deref() {
                    Some("5" | "6" | "517" | "40001" | "40P01" | "57P01" | "57P02" | "57P03") => {
                        Self::Busy(e.message().to_owned())
                    }
                    _ => Self::Sql(error),
                },
            },
            sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Io(_) => Self::Busy(error.to_string()),
            _ => Self::Sql(error),
        }
    }
}
