//! What a command asks of the running server.

use super::Error;
use super::db::{Db, Read as _, sql};

/// Leaves a request.
pub async fn ask(db: &Db, kind: &str, at: i64) -> Result<(), Error> {
    let statement = sql("INSERT INTO request (kind, at, done_at) VALUES ($1, $2, NULL) \
         ON CONFLICT (kind) DO UPDATE SET at = excluded.at, done_at = NULL")
    .bind(kind)
    .bind(at);
    db.execute(statement).await.map(drop)
}

/// True if a request waits.
pub async fn waits(mut db: &Db, kind: &str) -> Result<bool, Error> {
    let row = db.first(sql("SELECT 1 FROM request WHERE done_at IS NULL AND kind = $1").bind(kind)).await?;
    Ok(row.is_some())
}

/// Says that a request is done.
pub async fn done(db: &Db, kind: &str, at: i64) -> Result<(), Error> {
    db.execute(sql("UPDATE request SET done_at = $1 WHERE kind = $2").bind(at).bind(kind)).await.map(drop)
}

/// True once a request made at an instant is done.
pub async fn done_since(mut db: &Db, kind: &str, at: i64) -> Result<bool, Error> {
    let statement = sql("SELECT 1 FROM request WHERE kind = $1 AND done_at >= $2").bind(kind).bind(at);
    Ok(db.first(statement).await?.is_some())
}
