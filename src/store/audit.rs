//! Reading the audit trail.

use uuid::Uuid;

use super::Error;
use super::change::Audit;
use super::db::{Read, sql};

/// How often somebody did an act since an instant.
pub async fn count(read: &mut impl Read, actor: &str, act: &str, since: i64) -> Result<i64, Error> {
    let statement = sql("SELECT CAST(COUNT(*) AS BIGINT) FROM audit WHERE at >= $1 AND actor = $2 AND act = $3")
        .bind(since)
        .bind(actor)
        .bind(act);
    read.first(statement).await?.map_or(Ok(0), |row| row.get(0))
}

/// Lines of the trail, newest first; with an object only those about it.
pub async fn lines(read: &mut impl Read, object: Option<Uuid>, before: i64, limit: i64) -> Result<Vec<Audit>, Error> {
    let mut statement =
        sql("SELECT at, actor, account, act, object_kind, object, fields, result FROM audit WHERE at < ").value(before);
    if let Some(object) = object {
        statement = statement.push(" AND object = ").value(object);
    }
    read.all(statement.push(" ORDER BY at DESC, lane, n DESC, seq DESC LIMIT ").value(limit))
        .await?
        .iter()
        .map(|row| {
            Ok(Audit {
                at: row.get(0)?,
                actor: row.get(1)?,
                account: row.opt_id(2)?,
                act: row.get(3)?,
                object_kind: row.get(4)?,
                object: row.opt_id(5)?,
                fields: row.get(6)?,
                result: row.get(7)?,
            })
        })
        .collect()
}
