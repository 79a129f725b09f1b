//! Training classes and their seats.

use std::collections::{BTreeSet, HashMap};

use uuid::Uuid;

use super::Error;
use super::change::{Kind, Tx};
use super::db::{Read, Row, Sql, sql};
use crate::domain::employer::name_key;
use crate::domain::training::{Class, Course};

/// A class's own row.
#[derive(Debug, Clone, PartialEq)]
pub struct ClassRow {
    /// Its id.
    pub id: Uuid,
    /// Code to say on the telephone.
    pub reference: String,
    /// The station that made it.
    pub station: Option<Uuid>,
    /// Facts.
    pub class: Class,
    /// Version for `ETag`.
    pub version: i64,
    /// Made, microseconds UTC.
    pub created_at: i64,
    /// Changed, microseconds UTC.
    pub updated_at: i64,
}

/// A class with its enrolments counted.
#[derive(Debug, Clone)]
pub struct Record {
    /// The row.
    pub row: ClassRow,
    /// Seats taken.
    pub taken: u32,
    /// Code, name and telephone of the station.
    pub station: Option<(String, String, Option<String>)>,
}

impl Record {
    /// Seats less those taken.
    pub fn seats_left(&self) -> u32 {
        self.row.class.seats.saturating_sub(self.taken)
    }

    /// The class as matching sees it.
    pub fn course(&self) -> Course {
        Course { id: self.row.id, class: self.row.class.clone(), seats_left: self.seats_left() }
    }
}

const COLUMNS: &str = "c.id, c.ref, c.station, c.facts, c.version, c.created_at, c.updated_at";

fn class(row: &Row) -> Result<ClassRow, Error> {
    Ok(ClassRow {
        id: row.id(0)?,
        reference: row.get(1)?,
        station: row.opt_id(2)?,
        class: row.json(3)?,
        version: row.get(4)?,
        created_at: row.get(5)?,
        updated_at: row.get(6)?,
    })
}

/// Adds classes; each must be new.
pub async fn insert(tx: &mut Tx, classes: &[ClassRow]) -> Result<(), Error> {
    let rows = classes
        .iter()
        .map(|c| {
            vec![
                c.id.into(),
                (&c.reference).into(),
                c.class.key().into(),
                c.station.into(),
                c.class.seats.into(),
                c.class.starts.map(|d| d.to_string()).into(),
                serde_json::to_string(&c.class).unwrap_or_default().into(),
                c.version.into(),
                c.created_at.into(),
                c.updated_at.into(),
            ]
        })
        .collect();
    let into = "class (id, ref, key, station, seats, starts, facts, version, created_at, updated_at)";
    tx.insert(into, rows, "").await?;
    for c in classes {
        bind_posts(tx, c).await?;
        tx.changed(Kind::Class, c.id);
    }
    Ok(())
}

/// Writes a class's row if nobody else was faster; false = another version stands there.
pub async fn update(tx: &mut Tx, c: &ClassRow) -> Result<bool, Error> {
    let statement = sql("UPDATE class SET key = $1, seats = $2, starts = $3, facts = $4, updated_at = $5, \
         version = version + 1 WHERE id = $6 AND version = $7")
    .bind(c.class.key())
    .bind(c.class.seats)
    .bind(c.class.starts.map(|d| d.to_string()))
    .bind(serde_json::to_string(&c.class).unwrap_or_default())
    .bind(c.updated_at)
    .bind(c.id)
    .bind(c.version);
    let done = tx.execute(statement).await? == 1;
    if done && bound(tx, c.id).await? != c.class.order().into_iter().collect() {
        // Whose places are kept no longer, and who may no longer take them, is seen anew like those who come in.
        for vacancy in bound(tx, c.id).await? {
            tx.changed(Kind::Vacancy, vacancy);
        }
        let sitting = sql("SELECT worker FROM enrolment WHERE class = ").value(c.id);
        for row in tx.all(sitting).await? {
            tx.changed(Kind::Worker, row.id(0)?);
        }
        tx.execute(sql("DELETE FROM class_post WHERE class = ").value(c.id)).await?;
        bind_posts(tx, c).await?;
    }
    tx.changed(Kind::Class, c.id);
    Ok(done)
}

async fn bound(tx: &mut Tx, class: Uuid) -> Result<BTreeSet<Uuid>, Error> {
    let statement = sql("SELECT vacancy FROM class_post WHERE class = ").value(class);
    tx.all(statement).await?.iter().map(|row| row.id(0)).collect()
}

async fn bind_posts(tx: &mut Tx, c: &ClassRow) -> Result<(), Error> {
    let rows: Vec<_> = c.class.order().into_iter().map(|vacancy| vec![c.id.into(), vacancy.into()]).collect();
    if rows.is_empty() {
        return Ok(());
    }
    tx.insert("class_post (class, vacancy)", rows, "").await?;
    Ok(())
}

/// Codes of the order classes of vacancies, by vacancy.
pub async fn references_of(read: &mut impl Read, ids: &[Uuid]) -> Result<HashMap<Uuid, Vec<String>>, Error> {
    let mut found: HashMap<Uuid, Vec<String>> = HashMap::new();
    for ids in ids.chunks(2_000) {
        let statement =
            sql("SELECT o.vacancy, c.ref FROM class_post o JOIN class c ON c.id = o.class WHERE o.vacancy IN ")
                .list(ids.iter().copied())
                .push(" ORDER BY c.ref");
        for row in &read.all(statement).await? {
            found.entry(row.id(0)?).or_default().push(row.get(1)?);
        }
    }
    Ok(found)
}

/// Of these vacancies those that are bound to an order class, and all others of the same orders.
pub async fn ordered(read: &mut impl Read, ids: &[Uuid]) -> Result<BTreeSet<Uuid>, Error> {
    let mut found = BTreeSet::new();
    for ids in ids.chunks(2_000) {
        let statement = sql(
            "SELECT DISTINCT b.vacancy FROM class_post a JOIN class_post b ON b.class = a.class WHERE a.vacancy IN ",
        )
        .list(ids.iter().copied());
        for row in &read.all(statement).await? {
            found.insert(row.id(0)?);
        }
    }
    Ok(found)
}

/// The order classes of a vacancy in which people sit: the vacancies of each in its order, and how many sit there.
pub async fn orders(read: &mut impl Read, vacancy: Uuid) -> Result<Vec<(Vec<Uuid>, u32)>, Error> {
    let statement =
        sql("SELECT c.facts, CAST(COUNT(n.id) AS BIGINT) FROM class_post o JOIN class c ON c.id = o.class \
         JOIN enrolment n ON n.class = c.id AND n.state IN ('enrolled', 'attending') WHERE o.vacancy = ")
        .value(vacancy)
        .push(" GROUP BY c.id, c.facts");
    let order = |row: &Row| {
        let class: Class = row.json(0)?;
        Ok((class.order(), u32::try_from(row.get::<i64>(1)?).unwrap_or(u32::MAX)))
    };
    read.all(statement).await?.iter().map(order).collect()
}

/// Graduates of the order classes of a vacancy who are put forward for it and not placed yet.
pub async fn waiting(read: &mut impl Read, vacancy: Uuid) -> Result<u32, Error> {
    let statement = sql("SELECT CAST(COUNT(DISTINCT n.worker) AS BIGINT) FROM class_post o \
         JOIN enrolment n ON n.class = o.class AND n.state IN ('passed', 'certified') \
         JOIN introduction i ON i.worker = n.worker AND i.vacancy = o.vacancy \
         AND i.state IN ('asked', 'proposed', 'accepted', 'interview') WHERE o.vacancy = ")
    .value(vacancy);
    let count: i64 = read.first(statement).await?.map_or(Ok(0), |row| row.get(0))?;
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

/// True if a person sits in, or has passed, an order class of a vacancy.
pub async fn trains_for(read: &mut impl Read, worker: Uuid, vacancy: Uuid) -> Result<bool, Error> {
    let statement = sql("SELECT n.id FROM class_post o JOIN enrolment n ON n.class = o.class \
         WHERE n.state NOT IN ('left', 'failed') AND o.vacancy = ")
    .value(vacancy)
    .push(" AND n.worker = ")
    .value(worker);
    Ok(read.first(statement).await?.is_some())
}

/// Holds a class's row until the transaction ends, so that its seats are counted by one at a time.
pub async fn lock(tx: &mut Tx, id: Uuid) -> Result<bool, Error> {
    Ok(tx.execute(sql("UPDATE class SET version = version WHERE id = $1").bind(id)).await? == 1)
}

/// The id of a short code.
pub async fn by_reference(read: &mut impl Read, reference: &str) -> Result<Option<Uuid>, Error> {
    let row = read.first(sql("SELECT id FROM class WHERE ref = ").value(reference)).await?;
    row.map(|r| r.id(0)).transpose()
}

/// Classes by programme and name for comparing.
pub async fn by_keys(read: &mut impl Read, keys: &[String]) -> Result<Vec<ClassRow>, Error> {
    let statement = sql("SELECT ").push(COLUMNS).push(" FROM class c WHERE c.key IN ").list(keys.iter());
    read.all(statement).await?.iter().map(class).collect()
}

/// Records in the order of the ids given; ids that are gone are left out.
pub async fn records(read: &mut impl Read, ids: &[Uuid]) -> Result<Vec<Record>, Error> {
    let mut out = Vec::with_capacity(ids.len());
    for ids in ids.chunks(2_000) {
        if ids.is_empty() {
            continue;
        }
        let statement = sql("SELECT ")
            .push(COLUMNS)
            .push(", s.code, s.name, s.phone FROM class c LEFT JOIN station s ON s.id = c.station WHERE c.id IN ")
            .list(ids.iter().copied());
        let mut found = HashMap::with_capacity(ids.len());
        for row in &read.all(statement).await? {
            let station = match row.get::<Option<String>>(7)? {
                Some(code) => Some((code, row.get(8)?, row.get(9)?)),
                None => None,
            };
            let record = Record { row: class(row)?, taken: 0, station };
            found.insert(record.row.id, record);
        }
        let counts = sql("SELECT class, CAST(COUNT(*) AS BIGINT) FROM enrolment WHERE state <> 'left' AND class IN ")
            .list(ids.iter().copied())
            .push(" GROUP BY class");
        for row in &read.all(counts).await? {
            if let Some(record) = found.get_mut(&row.id(0)?) {
                record.taken = u32::try_from(row.get::<i64>(1)?).unwrap_or(u32::MAX);
            }
        }
        out.extend(ids.iter().filter_map(|id| found.remove(id)));
    }
    Ok(out)
}

/// One record.
pub async fn find(read: &mut impl Read, id: Uuid) -> Result<Option<Record>, Error> {
    Ok(records(read, &[id]).await?.pop())
}

/// Classes as matching sees them.
pub async fn courses(read: &mut impl Read, ids: &[Uuid]) -> Result<Vec<Course>, Error> {
    Ok(records(read, ids).await?.iter().map(Record::course).collect())
}

/// Ids of all classes in their order after a given one.
pub async fn ids_after(read: &mut impl Read, after: Option<Uuid>, limit: i64) -> Result<Vec<Uuid>, Error> {
    let statement =
        sql("SELECT id FROM class WHERE id > $1 ORDER BY id LIMIT $2").bind(after.unwrap_or(Uuid::nil())).bind(limit);
    read.all(statement).await?.iter().map(|row| row.id(0)).collect()
}

/// What SQL alone can search while the index is away: part of programme or name, or the short code; the next to start first.
pub async fn plain_search(
    read: &mut impl Read,
    text: &str,
    limit: i64,
    offset: i64,
) -> Result<(Vec<Uuid>, i64), Error> {
    let narrow = |s: Sql| {
        if text.is_empty() {
            return s;
        }
        let part = format!("%{}%", name_key(text).replace(['%', '_'], ""));
        s.push(" WHERE c.key LIKE ").value(part).push(" OR c.ref = ").value(text.trim().to_uppercase())
    };
    let count = narrow(sql("SELECT CAST(COUNT(*) AS BIGINT) FROM class c"));
    let total = read.first(count).await?.map_or(Ok(0), |r| r.get(0))?;
    let page = narrow(sql("SELECT c.id FROM class c"))
        .push(" ORDER BY c.starts DESC, c.id DESC LIMIT ")
        .value(limit)
        .push(" OFFSET ")
        .value(offset);
    Ok((read.all(page).await?.iter().map(|row| row.id(0)).collect::<Result<_, _>>()?, total))
}
