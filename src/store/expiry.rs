//! Deleting what has run out (sessions, invitations, parked forms, kept answers), and up to which day a daily act was done.

use super::Error;
use super::change::Tx;
use super::db::{Db, Read, sql};

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

/// Up to where a daily act was done.
pub async fn mark(read: &mut impl Read, key: &str) -> Result<Option<String>, Error> {
    read.first(sql("SELECT value FROM meta WHERE key = $1").bind(key)).await?.map(|row| row.get(0)).transpose()
}

/// Remembers up to where a daily act was done.
pub async fn set_mark(tx: &mut Tx, key: &str, value: &str) -> Result<(), Error> {
    let statement =
        sql("INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value")
            .bind(key)
            .bind(value);
    tx.execute(statement).await.map(drop)
}
