//! Employers.

use uuid::Uuid;

use super::Error;
use super::db::{Read, sql};

/// The employer of a credit code.
pub async fn by_credit_code(read: &mut impl Read, code: &str) -> Result<Option<Uuid>, Error> {
    let row = read.first(sql("SELECT id FROM employer WHERE credit_code = $1").bind(code)).await?;
    row.map(|r| r.id(0)).transpose()
}
