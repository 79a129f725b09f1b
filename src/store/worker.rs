//! People of the register: the row of a person, who may see whom, and how people are found.

mod likeness;
mod record;

use std::collections::HashMap;

use jiff::civil::Date;
use uuid::Uuid;

use super::Error;
use super::change::{Kind, Tx};
use super::db::{Read, Row, Sql, sql};
use crate::domain::code::Code as _;
use crate::domain::worker::{Basis, Verification, Worker};

pub use likeness::{Likeness, alike, distinct_from, mark_distinct, suspect, suspects};
pub use record::*;

/// Which people an actor may see; only `actions` makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// Operator and background work.
    All,
    /// People linked to one of these stations.
    Stations(Vec<Uuid>),
}

impl Scope {
    /// Adds `AND …` that keeps only people within the scope; `column` names the worker's id.
    pub(super) fn narrow(&self, statement: Sql, column: &str) -> Sql {
        match self {
            Self::All => statement,
            Self::Stations(ids) => statement
                .push(&format!(" AND {column} IN (SELECT worker FROM link WHERE station IN "))
                .list(ids.iter().copied())
                .push(")"),
        }
    }

    /// True if a person linked to these stations is within the scope.
    pub fn holds(&self, stations: &[Uuid]) -> bool {
        match self {
            Self::All => true,
            Self::Stations(own) => own.iter().any(|s| stations.contains(s)),
        }
    }
}

/// A person's own row.
#[derive(Debug, Clone)]
pub struct Person {
    /// The person.
    pub id: Uuid,
    /// Code to say on the telephone.
    pub reference: String,
    /// Name as written.
    pub name: String,
    /// Name for comparing.
    pub name_key: String,
    /// Full pinyin and initials, separated by a space.
    pub pinyin: String,
    /// Keyed hash of the ID number.
    pub id_hash: Option<Vec<u8>>,
    /// Sealed ID number.
    pub id_sealed: Option<Vec<u8>>,
    /// Keyed hash of the phone.
    pub phone_hash: Option<Vec<u8>>,
    /// Sealed phone.
    pub phone_sealed: Option<Vec<u8>>,
    /// Keyed hash that finds an imported person without number again.
    pub import_key: Option<Vec<u8>>,
    /// Place of the village.
    pub place: Option<Uuid>,
    /// Facts.
    pub worker: Worker,
    /// Legal ground.
    pub basis: Basis,
    /// How far the identity is proved.
    pub verification: Verification,
    /// By whom or which source.
    pub verified_by: Option<String>,
    /// When.
    pub verified_at: Option<i64>,
    /// The person this one was merged into.
    pub merged_into: Option<Uuid>,
    /// When the record was closed.
    pub closed_at: Option<i64>,
    /// Why.
    pub closed_reason: Option<String>,
    /// Version for `ETag`.
    pub version: i64,
    /// Made, microseconds UTC.
    pub created_at: i64,
    /// Changed, microseconds UTC.
    pub updated_at: i64,
}

const COLUMNS: &str = "w.id, w.ref, w.name, w.name_key, w.pinyin, w.id_hash, w.id_sealed, w.phone_hash, w.phone_sealed, \
     w.import_key, w.place, w.facts, w.basis, w.verification, w.verified_by, w.verified_at, w.merged_into, w.closed_at, \
     w.closed_reason, w.version, w.created_at, w.updated_at";

fn person(row: &Row) -> Result<Person, Error> {
    Ok(Person {
        id: row.id(0)?,
        reference: row.get(1)?,
        name: row.get(2)?,
        name_key: row.get(3)?,
        pinyin: row.get(4)?,
        id_hash: row.get(5)?,
        id_sealed: row.get(6)?,
        phone_hash: row.get(7)?,
        phone_sealed: row.get(8)?,
        import_key: row.get(9)?,
        place: row.opt_id(10)?,
        worker: row.json(11)?,
        basis: row.code(12)?,
        verification: row.code(13)?,
        verified_by: row.get(14)?,
        verified_at: row.get(15)?,
        merged_into: row.opt_id(16)?,
        closed_at: row.get(17)?,
        closed_reason: row.get(18)?,
        version: row.get(19)?,
        created_at: row.get(20)?,
        updated_at: row.get(21)?,
    })
}

fn json<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

fn day(date: Option<Date>) -> Option<String> {
    date.map(|d| d.to_string())
}

/// Adds people; each must be new.
pub async fn insert(tx: &mut Tx, people: &[Person]) -> Result<(), Error> {
    let rows = people
        .iter()
        .map(|p| {
            vec![
                p.id.into(),
                (&p.reference).into(),
                (&p.name).into(),
                (&p.name_key).into(),
                (&p.pinyin).into(),
                day(p.worker.birth_date).into(),
                p.id_hash.clone().into(),
                p.id_sealed.clone().into(),
                p.phone_hash.clone().into(),
                p.phone_sealed.clone().into(),
                p.import_key.clone().into(),
                p.worker.origin.clone().into(),
                p.place.into(),
                json(&p.worker).into(),
                p.basis.code().into(),
                p.verification.code().into(),
                p.verified_by.clone().into(),
                p.verified_at.into(),
                p.version.into(),
                p.created_at.into(),
                p.updated_at.into(),
            ]
        })
        .collect();
    let into = "worker (id, ref, name, name_key, pinyin, birth_date, id_hash, id_sealed, phone_hash, phone_sealed, \
                import_key, origin, place, facts, basis, verification, verified_by, verified_at, version, created_at, updated_at)";
    tx.insert(into, rows, "").await?;
    for p in people {
        tx.changed(Kind::Worker, p.id);
    }
    Ok(())
}

/// Writes a person's row if nobody else was faster; false = another version stands there.
pub async fn update(tx: &mut Tx, p: &Person) -> Result<bool, Error> {
    let statement = sql("UPDATE worker SET name = $1, name_key = $2, pinyin = $3, birth_date = $4, id_hash = $5, id_sealed = $6, \
         phone_hash = $7, phone_sealed = $8, origin = $9, place = $10, facts = $11, verification = $12, verified_by = $13, \
         verified_at = $14, merged_into = $15, closed_at = $16, closed_reason = $17, updated_at = $18, import_key = $19, \
         basis = $20, version = version + 1 WHERE id = $21 AND version = $22")
    .bind(&p.name).bind(&p.name_key).bind(&p.pinyin).bind(day(p.worker.birth_date)).bind(p.id_hash.clone())
    .bind(p.id_sealed.clone()).bind(p.phone_hash.clone()).bind(p.phone_sealed.clone()).bind(p.worker.origin.clone())
    .bind(p.place).bind(json(&p.worker)).bind(p.verification.code()).bind(p.verified_by.clone()).bind(p.verified_at)
    .bind(p.merged_into).bind(p.closed_at).bind(p.closed_reason.clone()).bind(p.updated_at).bind(p.import_key.clone())
    .bind(p.basis.code()).bind(p.id).bind(p.version);
    let done = tx.execute(statement).await? == 1;
    tx.changed(Kind::Worker, p.id);
    Ok(done)
}

/// Gives a person the keyed hash that finds them again in a sheet without numbers.
pub async fn set_import_key(tx: &mut Tx, id: Uuid, key: &[u8]) -> Result<(), Error> {
    tx.execute(sql("UPDATE worker SET import_key = $1 WHERE id = $2").bind(key).bind(id)).await.map(drop)
}

/// One person within the scope.
pub async fn find(read: &mut impl Read, scope: &Scope, id: Uuid) -> Result<Option<Person>, Error> {
    let statement = sql("SELECT ").push(COLUMNS).push(" FROM worker w WHERE w.id = ").value(id);
    read.all(scope.narrow(statement, "w.id")).await?.first().map(person).transpose()
}

/// One person within the scope by the code said on the telephone.
pub async fn by_reference(read: &mut impl Read, scope: &Scope, reference: &str) -> Result<Option<Person>, Error> {
    let statement = sql("SELECT ").push(COLUMNS).push(" FROM worker w WHERE w.ref = ").value(reference);
    read.all(scope.narrow(statement, "w.id")).await?.first().map(person).transpose()
}

/// People by keyed hashes of their numbers, whatever the scope: the caller decides what may be told.
pub async fn by_id_hashes(read: &mut impl Read, hashes: &[Vec<u8>]) -> Result<Vec<Person>, Error> {
    if hashes.is_empty() {
        return Ok(Vec::new());
    }
    let statement =
        sql("SELECT ").push(COLUMNS).push(" FROM worker w WHERE w.id_hash IN ").list(hashes.iter().cloned());
    read.all(statement).await?.iter().map(person).collect()
}

/// People by the keyed hashes that an import gives to those without number.
pub async fn by_import_keys(read: &mut impl Read, keys: &[Vec<u8>]) -> Result<Vec<Person>, Error> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let statement =
        sql("SELECT ").push(COLUMNS).push(" FROM worker w WHERE w.import_key IN ").list(keys.iter().cloned());
    read.all(statement).await?.iter().map(person).collect()
}

/// People within the scope with a phone.
pub async fn by_phone_hash(read: &mut impl Read, scope: &Scope, hash: &[u8]) -> Result<Vec<Person>, Error> {
    let statement =
        sql("SELECT ").push(COLUMNS).push(" FROM worker w WHERE w.merged_into IS NULL AND w.phone_hash = ").value(hash);
    read.all(scope.narrow(statement, "w.id").push(" LIMIT 50")).await?.iter().map(person).collect()
}

/// The records that were merged into a person.
pub async fn merged_into(read: &mut impl Read, scope: &Scope, id: Uuid) -> Result<Vec<Person>, Error> {
    let statement = sql("SELECT ").push(COLUMNS).push(" FROM worker w WHERE w.merged_into = ").value(id);
    read.all(scope.narrow(statement, "w.id").push(" ORDER BY w.id LIMIT 50")).await?.iter().map(person).collect()
}

/// The rows of people within the scope, without what hangs on them.
pub async fn persons(read: &mut impl Read, scope: &Scope, ids: &[Uuid]) -> Result<Vec<Person>, Error> {
    let statement = sql("SELECT ").push(COLUMNS).push(" FROM worker w WHERE w.id IN ").list(ids.iter().copied());
    read.all(scope.narrow(statement, "w.id")).await?.iter().map(person).collect()
}

/// Ids of all people who are not merged away, in the order of ids, after a given one.
pub async fn ids_after(read: &mut impl Read, after: Option<Uuid>, limit: i64) -> Result<Vec<Uuid>, Error> {
    let statement = sql("SELECT id FROM worker WHERE merged_into IS NULL AND id > $1 ORDER BY id LIMIT $2")
        .bind(after.unwrap_or(Uuid::nil()))
        .bind(limit);
    read.all(statement).await?.iter().map(|row| row.id(0)).collect()
}

/// What SQL alone can search while the index is away: name prefix, reference, origin; newest first.
pub async fn plain_search(
    read: &mut impl Read,
    scope: &Scope,
    prefix: &str,
    origin: Option<&str>,
    limit: i64,
    offset: i64,
) -> Result<(Vec<Uuid>, i64), Error> {
    let narrow = |statement: Sql| {
        let mut statement = scope.narrow(statement, "w.id");
        if !prefix.is_empty() {
            statement = statement
                .push(" AND (w.name_key LIKE ")
                .value(format!("{}%", prefix.replace(['%', '_'], "")))
                .push(" OR w.ref = ")
                .value(prefix)
                .push(")");
        }
        if let Some(origin) = origin {
            statement = statement.push(" AND w.origin LIKE ").value(format!("{}%", origin.trim_end_matches("00")));
        }
        statement
    };
    let from = " FROM worker w WHERE w.merged_into IS NULL";
    let total =
        read.first(narrow(sql("SELECT CAST(COUNT(*) AS BIGINT)").push(from))).await?.map_or(Ok(0), |r| r.get(0))?;
    let page = narrow(sql("SELECT w.id").push(from))
        .push(" ORDER BY w.updated_at DESC, w.id LIMIT ")
        .value(limit)
        .push(" OFFSET ")
        .value(offset);
    let ids = read.all(page).await?.iter().map(|row| row.id(0)).collect::<Result<_, _>>()?;
    Ok((ids, total))
}

/// Notes that an account opened a person, for the list of the last ten.
pub async fn viewed(tx: &mut Tx, account: Uuid, worker: Uuid, at: i64) -> Result<(), Error> {
    let statement = sql("INSERT INTO viewed (account, worker, at) VALUES ($1, $2, $3) \
         ON CONFLICT (account, worker) DO UPDATE SET at = excluded.at")
    .bind(account)
    .bind(worker)
    .bind(at);
    tx.execute(statement).await?;
    Ok(())
}

/// The people an account opened last, newest first.
pub async fn last_viewed(read: &mut impl Read, scope: &Scope, account: Uuid, limit: i64) -> Result<Vec<Person>, Error> {
    let statement = sql("SELECT ")
        .push(COLUMNS)
        .push(" FROM viewed v JOIN worker w ON w.id = v.worker WHERE v.account = ")
        .value(account);
    let statement = scope.narrow(statement, "w.id").push(" ORDER BY v.at DESC LIMIT ").value(limit);
    read.all(statement).await?.iter().map(person).collect()
}

/// Which of these references are taken already.
pub async fn taken_references(
    read: &mut impl Read,
    table: Referenced,
    wanted: &[String],
) -> Result<Vec<String>, Error> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let text = match table {
        Referenced::Worker => "SELECT ref FROM worker WHERE ref IN ",
        Referenced::Vacancy => "SELECT ref FROM vacancy WHERE ref IN ",
        Referenced::Employer => "SELECT ref FROM employer WHERE ref IN ",
        Referenced::Class => "SELECT ref FROM class WHERE ref IN ",
        Referenced::Introduction => "SELECT ref FROM introduction WHERE ref IN ",
        Referenced::Interest => "SELECT receipt FROM interest WHERE receipt IN ",
    };
    read.all(sql(text).list(wanted.iter())).await?.iter().map(|row| row.get(0)).collect()
}

/// Tables whose rows have a code to say on the telephone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Referenced {
    /// `R-…`
    Worker,
    /// `G-…`
    Vacancy,
    /// `Y-…`
    Employer,
    /// `P-…`
    Class,
    /// `T-…`
    Introduction,
    /// `H-…`
    Interest,
}

/// Names and references of people within the scope, for lists that mask them.
pub async fn names(
    read: &mut impl Read,
    scope: &Scope,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, (String, String)>, Error> {
    let statement = sql("SELECT w.id, w.name, w.ref FROM worker w WHERE w.id IN ").list(ids.iter().copied());
    read.all(scope.narrow(statement, "w.id")).await?.iter().map(|r| Ok((r.id(0)?, (r.get(1)?, r.get(2)?)))).collect()
}
