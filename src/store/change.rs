//! The transaction of an act: its rows, then one number of a lane with its change and audit rows, then the commit.

use std::collections::{BTreeMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};

use serde::Serialize;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::Error;
use super::db::{Db, RawTx, Read, Row, Sql, Value, sql};

/// Number of lanes on PostgreSQL; SQLite has one writer and one lane.
pub const LANES: u64 = 16;

/// Kinds of rows that index and columns follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// A worker or anything that hangs on one.
    Worker,
    /// A vacancy or anything that changes its places.
    Vacancy,
    /// A class or its seats.
    Class,
    /// A station: its tree moves scopes.
    Station,
}

impl Kind {
    /// Text in the change log.
    pub fn text(self) -> &'static str {
        match self {
            Self::Worker => "worker",
            Self::Vacancy => "vacancy",
            Self::Class => "class",
            Self::Station => "station",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::Worker, Self::Vacancy, Self::Class, Self::Station].into_iter().find(|k| k.text() == text)
    }
}

/// One line of the audit trail: ids, field names, codes and result, never values.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Audit {
    /// When, microseconds UTC.
    pub at: i64,
    /// Who, by name.
    pub actor: String,
    /// Who, by account.
    pub account: Option<Uuid>,
    /// Act, for example `worker.register`.
    pub act: String,
    /// Kind of the object.
    pub object_kind: String,
    /// The object.
    pub object: Option<Uuid>,
    /// Names of the fields concerned.
    pub fields: String,
    /// `ok`, `denied`, or a code.
    pub result: String,
}

/// A change that a follower reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Change {
    /// Kind of the row.
    pub kind: Kind,
    /// Its id; absent in SQL = deleted.
    pub id: Uuid,
}

/// The last number applied in each lane.
pub type Watermark = BTreeMap<i64, i64>;

static NEXT_LANE: AtomicU64 = AtomicU64::new(0);

/// A transaction of an act; dropped without [`Tx::commit`] it leaves nothing.
#[derive(Debug)]
pub struct Tx {
    raw: RawTx,
    lanes: u64,
    changes: Vec<Change>,
    /// The same, to note each row once: a chunk of an import touches thousands several times.
    noted: HashSet<Change>,
    audits: Vec<Audit>,
    /// An insert of many rows failed half way.
    broken: bool,
}

impl Tx {
    /// Begins.
    pub async fn begin(db: &Db) -> Result<Self, Error> {
        let lanes = if db.is_sqlite() { 1 } else { LANES };
        Ok(Self {
            raw: db.begin().await?,
            lanes,
            changes: Vec::new(),
            noted: HashSet::new(),
            audits: Vec::new(),
            broken: false,
        })
    }

    /// Notes that followers must read this row again.
    pub fn changed(&mut self, kind: Kind, id: Uuid) {
        let change = Change { kind, id };
        if self.noted.insert(change) {
            self.changes.push(change);
        }
    }

    /// Notes a line of the audit trail.
    pub fn audit(&mut self, line: Audit) {
        self.audits.push(line);
    }

    /// Runs a statement.
    pub(super) async fn execute(&mut self, statement: Sql) -> Result<u64, Error> {
        self.raw.execute(statement).await
    }

    /// Inserts many rows; after an error the transaction can only be dropped.
    pub(super) async fn insert(&mut self, into: &str, rows: Vec<Vec<Value>>, tail: &str) -> Result<u64, Error> {
        let done = self.raw.insert(into, rows, tail).await;
        self.broken |= done.is_err();
        done
    }

    /// Takes the next number of a lane, writes change and audit rows under it, and commits.
    pub async fn commit(mut self) -> Result<(), Error> {
        if self.broken {
            return Err(Error::Damaged("a transaction whose insert failed cannot be committed"));
        }
        if self.changes.is_empty() && self.audits.is_empty() {
            return self.raw.commit().await;
        }
        let lane = (NEXT_LANE.fetch_add(1, Ordering::Relaxed) % self.lanes) as i64;
        let row = self
            .raw
            .first(sql("UPDATE lane SET n = n + 1 WHERE no = $1 RETURNING n, audit_head").bind(lane))
            .await?
            .ok_or(Error::Damaged("a lane is missing"))?;
        let (n, mut head): (i64, Vec<u8>) = (row.get(0)?, row.get(1)?);
        // One row a kind, however many ids: an import changes thousands at once.
        let mut packed: BTreeMap<Kind, Vec<u8>> = BTreeMap::new();
        for change in std::mem::take(&mut self.changes) {
            packed.entry(change.kind).or_default().extend_from_slice(change.id.as_bytes());
        }
        let rows =
            packed.into_iter().map(|(kind, ids)| vec![lane.into(), n.into(), kind.text().into(), ids.into()]).collect();
        self.insert("change (lane, n, kind, ids)", rows, "").await?;
        let audits = std::mem::take(&mut self.audits);
        let mut rows = Vec::with_capacity(audits.len());
        for (seq, line) in audits.into_iter().enumerate() {
            let hash = chain(&head, lane, n, seq as i64, &line);
            rows.push(vec![
                lane.into(),
                n.into(),
                (seq as i64).into(),
                line.at.into(),
                line.actor.into(),
                line.account.into(),
                line.act.into(),
                line.object_kind.into(),
                line.object.into(),
                line.fields.into(),
                line.result.into(),
                head.into(),
                hash.clone().into(),
            ]);
            head = hash;
        }
        if !rows.is_empty() {
            let into = "audit (lane, n, seq, at, actor, account, act, object_kind, object, fields, result, prev, hash)";
            self.insert(into, rows, "").await?;
            self.raw.execute(sql("UPDATE lane SET audit_head = $1 WHERE no = $2").bind(head).bind(lane)).await?;
        }
        self.raw.commit().await
    }
}

impl Read for Tx {
    async fn all(&mut self, statement: Sql) -> Result<Vec<Row>, Error> {
        self.raw.all(statement).await
    }
}

fn chain(prev: &[u8], lane: i64, n: i64, seq: i64, line: &Audit) -> Vec<u8> {
    let mut hash = Sha256::new();
    hash.update(prev);
    // Canonical bytes: serde_json writes struct fields in their order of definition.
    hash.update(serde_json::to_vec(&(lane, n, seq, line)).unwrap_or_default());
    hash.finalize().to_vec()
}

/// Rows of the change log read at once.
const AT_ONCE: usize = 256;

/// The changes after a watermark, in whole numbers of a lane until they are `limit`, and the watermark after them.
pub async fn after(mut db: &Db, mark: &Watermark, limit: usize) -> Result<(Vec<Change>, Watermark), Error> {
    let mut changes = Vec::new();
    let mut next = mark.clone();
    for row in db.all(sql("SELECT no, n FROM lane ORDER BY no")).await? {
        let (lane, head): (i64, i64) = (row.get(0)?, row.get(1)?);
        let mut from = mark.get(&lane).copied().unwrap_or(0);
        while from < head && changes.len() < limit {
            let rows = db
                .all(
                    sql("SELECT n, kind, ids FROM change WHERE lane = $1 AND n > $2 AND n <= $3 ORDER BY n, kind LIMIT $4")
                        .bind(lane)
                        .bind(from)
                        .bind(head)
                        .bind(AT_ONCE as i64),
                )
                .await?;
            let numbers: Vec<i64> = rows.iter().map(|row| row.get(0)).collect::<Result<_, _>>()?;
            // A full answer may have cut its last number in two: that one is read again.
            let whole = if rows.len() < AT_ONCE { head } else { numbers.last().map_or(head, |n| n - 1) };
            for (row, n) in rows.iter().zip(numbers) {
                if n > whole || changes.len() >= limit && n > from {
                    break;
                }
                let kind = Kind::parse(&row.get::<String>(1)?).ok_or(Error::Damaged("an unknown change kind"))?;
                for id in row.get::<Vec<u8>>(2)?.chunks(16) {
                    let id = Uuid::from_slice(id).map_err(|_| Error::Damaged("an id has not 16 bytes"))?;
                    changes.push(Change { kind, id });
                }
                from = n;
            }
            if changes.len() < limit {
                from = whole;
            }
        }
        next.insert(lane, from);
    }
    Ok((changes, next))
}

/// The newest number of each lane.
pub async fn heads(mut db: &Db) -> Result<Watermark, Error> {
    db.all(sql("SELECT no, n FROM lane")).await?.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// The first break of the audit chain, as lane and number, if there is one.
pub async fn verify_chain(mut db: &Db) -> Result<Option<(i64, i64)>, Error> {
    for lane in db.all(sql("SELECT no, audit_head FROM lane ORDER BY no")).await? {
        let (no, head): (i64, Vec<u8>) = (lane.get(0)?, lane.get(1)?);
        let (mut prev, mut n, mut seq) = (Vec::new(), 0_i64, -1_i64);
        loop {
            let rows = db
                .all(
                    sql("SELECT n, seq, at, actor, account, act, object_kind, object, fields, result, prev, hash FROM audit \
                         WHERE lane = $1 AND (n, seq) > ($2, $3) ORDER BY n, seq LIMIT 5000")
                        .bind(no).bind(n).bind(seq),
                )
                .await?;
            for row in &rows {
                (n, seq) = (row.get(0)?, row.get(1)?);
                let line = Audit {
                    at: row.get(2)?,
                    actor: row.get(3)?,
                    account: row.opt_id(4)?,
                    act: row.get(5)?,
                    object_kind: row.get(6)?,
                    object: row.opt_id(7)?,
                    fields: row.get(8)?,
                    result: row.get(9)?,
                };
                let hash = chain(&prev, no, n, seq, &line);
                if row.get::<Vec<u8>>(10)? != prev || row.get::<Vec<u8>>(11)? != hash {
                    return Ok(Some((no, n)));
                }
                prev = hash;
            }
            if rows.is_empty() {
                break;
            }
        }
        if prev != head {
            return Ok(Some((no, n)));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn commit(db: &Db, kinds: &[(Kind, usize)]) {
        let mut tx = Tx::begin(db).await.unwrap();
        for (kind, count) in kinds {
            for _ in 0..*count {
                tx.changed(*kind, Uuid::now_v7());
            }
        }
        tx.commit().await.unwrap();
    }

    #[tokio::test]
    async fn a_follower_reads_every_change_once_whatever_the_size_of_its_bites() {
        let folder = tempfile::tempdir().unwrap();
        let db = Db::open(&format!("sqlite://{}", folder.path().join("t.db").display())).await.unwrap();
        super::super::schema::migrate(&db).await.unwrap();
        // More numbers than one answer holds, two kinds in each, and one number far larger than a bite.
        for _ in 0..AT_ONCE {
            commit(&db, &[(Kind::Vacancy, 1), (Kind::Worker, 2)]).await;
        }
        commit(&db, &[(Kind::Worker, 1_000)]).await;
        commit(&db, &[(Kind::Class, 1)]).await;
        for limit in [1, 2, 7, 100, 10_000] {
            let (mut seen, mut mark) = (Vec::new(), Watermark::new());
            loop {
                let (changes, next) = after(&db, &mark, limit).await.unwrap();
                if changes.is_empty() {
                    break;
                }
                assert!(next > mark && (changes.len() < limit + 3 || changes.len() <= limit + 1_000));
                seen.extend(changes);
                mark = next;
            }
            assert_eq!(seen.len(), 3 * AT_ONCE + 1_001);
            assert_eq!(seen.iter().collect::<HashSet<_>>().len(), seen.len());
            assert_eq!(mark, heads(&db).await.unwrap());
        }
        db.close().await;
    }
}
