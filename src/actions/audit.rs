//! The audit trail for those who may see it; looking at it is itself on record.

use super::error::Result;
use super::office::Office;
use crate::domain::actor::{Actor, Right};
use crate::store;
use crate::store::change::Audit;

/// Lines before an instant, newest first.
pub async fn lines(office: &Office, actor: &Actor, before: Option<i64>, limit: i64) -> Result<Vec<Audit>> {
    office.need(actor, Right::Audit)?;
    let before = before.unwrap_or_else(|| office.now() + 1);
    let lines = store::audit::lines(&mut &office.db, None, before, limit).await?;
    office.read_of(actor, "audit.read", None, "").await?;
    Ok(lines)
}
