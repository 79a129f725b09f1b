//! Deleting what has run out: sessions, invitations, parked forms, kept answers.

use super::Error;
use super::db::{Db, sql};

/// Deletes what has run out before these instants; answers how many rows went.
pub async fn sweep(db: &Db, now: i64, idle_since: i64, begun_before: i64, kept_before: i64) -> Result<u64, Error> {
    let mut gone = db
        .execute(sql("DELETE FROM session WHERE seen_at < $1 OR created_at < $2").bind(idle_since).bind(begun_before))
        .await?;
    gone += db.execute(sql("DELETE FROM invite WHERE expires_at <= $1").bind(now)).await?;
    gone += db.execute(sql("DELETE FROM parked_form WHERE expires_at <= $1").bind(now)).await?;
    gone += db.execute(sql("DELETE FROM idempotency WHERE at < $1").bind(kept_before)).await?;
    Ok(gone)
}
