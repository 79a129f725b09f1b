//! Answers kept for a day, so that a repeated write is done once.

use super::Error;
use super::db::{Db, Read as _, sql};

/// An answer as kept.
#[derive(Debug)]
pub struct Kept {
    /// Hash of the request's body.
    pub body_hash: Vec<u8>,
    /// Status; 0 = the first request is still under way.
    pub status: i64,
    /// `Location`.
    pub location: Option<String>,
    /// Body, sealed: an answer may hold what only its reader may see.
    pub answer: Option<Vec<u8>>,
}

/// Takes the key for a request; a key that is taken gives what was kept under it.
pub async fn take(mut db: &Db, hash: &[u8], body_hash: &[u8], at: i64, oldest: i64) -> Result<Option<Kept>, Error> {
    db.execute(sql("DELETE FROM idempotency WHERE at < $1").bind(oldest)).await?;
    let taken = db
        .execute(
            sql("INSERT INTO idempotency (hash, body_hash, status, at) VALUES ($1, $2, 0, $3) ON CONFLICT DO NOTHING")
                .bind(hash)
                .bind(body_hash)
                .bind(at),
        )
        .await?;
    if taken == 1 {
        return Ok(None);
    }
    let row =
        db.first(sql("SELECT body_hash, status, location, answer FROM idempotency WHERE hash = $1").bind(hash)).await?;
    row.map(|r| Ok(Kept { body_hash: r.get(0)?, status: r.get(1)?, location: r.get(2)?, answer: r.get(3)? }))
        .transpose()
}

/// Keeps the answer.
pub async fn keep(db: &Db, hash: &[u8], status: i64, location: Option<&str>, answer: Vec<u8>) -> Result<(), Error> {
    let statement = sql("UPDATE idempotency SET status = $1, location = $2, answer = $3 WHERE hash = $4")
        .bind(status)
        .bind(location.map(str::to_owned))
        .bind(answer)
        .bind(hash);
    db.execute(statement).await.map(drop)
}

/// Gives the key back after a failure, so that the request can be tried again.
pub async fn give_back(db: &Db, hash: &[u8]) -> Result<(), Error> {
    db.execute(sql("DELETE FROM idempotency WHERE hash = $1").bind(hash)).await.map(drop)
}
