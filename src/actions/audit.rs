//! The audit trail for those who may see it; looking at it is itself on record.

use super::error::Result;
use super::office::Office;
use crate::domain::actor::{Actor, Right};
use crate::store;
use crate::store::audit::Place;
use crate::store::change::Audit;

/// Lines with their places, newest first, from before a place.
pub async fn lines(office: &Office, actor: &Actor, before: Option<Place>, limit: i64) -> Result<Vec<(Place, Audit)>> {
    office.need(actor, Right::Audit)?;
    let lines = store::audit::lines(&mut &office.db, before, limit).await?;
    office.read_of(actor, "audit.read", None, "").await?;
    Ok(lines)
}
