//! Vacancies: rows, their places, and the records that pages, index and columns read.

use std::collections::HashMap;

use jiff::civil::Date;
use uuid::Uuid;

use super::Error;
use super::change::{Kind, Tx};
use super::db::{Read, Row, Sql, sql};
use crate::domain::code::Code as _;
use crate::domain::employer::{EmployerKind, EmployerState, name_key};
use crate::domain::finding::{Finding, Overruled};
use crate::domain::vacancy::{Opening, Vacancy, VacancyState, state_on};

/// A vacancy's own row.
#[derive(Debug, Clone, PartialEq)]
pub struct VacancyRow {
    /// Its id.
    pub id: Uuid,
    /// Code to say on the telephone.
    pub reference: String,
    /// The employer.
    pub employer: Uuid,
    /// The station that looks after it.
    pub station: Option<Uuid>,
    /// What was decided; `filled` and `expired` follow from places and dates.
    pub state: VacancyState,
    /// Facts.
    pub vacancy: Vacancy,
    /// What the law check found.
    pub findings: Vec<Finding>,
    /// The decision to open in spite of findings.
    pub overruled: Option<Overruled>,
    /// Hash that finds an imported vacancy again.
    pub import_key: Option<Vec<u8>>,
    /// The day the station was warned of its end.
    pub warned_on: Option<Date>,
    /// Why it was closed.
    pub closed_reason: Option<String>,
    /// First opened, microseconds UTC.
    pub opened_at: Option<i64>,
    /// Version for `ETag`.
    pub version: i64,
    /// Made, microseconds UTC.
    pub created_at: i64,
    /// Changed, microseconds UTC.
    pub updated_at: i64,
}

/// A vacancy with what hangs on it.
#[derive(Debug, Clone)]
pub struct Record {
    /// The row.
    pub row: VacancyRow,
    /// Places taken.
    pub placed: u32,
    /// Open introductions.
    pub introduced: u32,
    /// Name of the employer.
    pub employer_name: String,
    /// Short code of the employer.
    pub employer_ref: String,
    /// Kind of the employer.
    pub employer_kind: Option<EmployerKind>,
    /// State of the employer.
    pub employer_state: EmployerState,
    /// The day on which the employer was verified last, and the station that answers for it.
    pub employer_verified: (Option<Date>, Option<Uuid>),
    /// Code, name and telephone of the station.
    pub station: Option<(String, String, Option<String>)>,
}

impl Record {
    /// Head-count less placed.
    pub fn places_left(&self) -> u32 {
        self.row.vacancy.headcount.saturating_sub(self.placed)
    }

    /// Where it stands on a day.
    pub fn state(&self, today: Date) -> VacancyState {
        state_on(self.row.state, self.places_left(), self.row.vacancy.valid_until, today)
    }

    /// The vacancy as matching sees it, with no place kept yet: what order classes keep stands in other tables.
    pub fn opening(&self, today: Date) -> Opening {
        Opening {
            id: self.row.id,
            vacancy: self.row.vacancy.clone(),
            state: self.state(today),
            places_left: self.places_left(),
            kept: 0,
            introduced: self.introduced,
            employer: self.row.employer,
            station: self.row.station,
        }
    }
}

const COLUMNS: &str = "v.id, v.ref, v.employer, v.station, v.state, v.facts, v.findings, v.overruled, v.import_key, \
     v.warned_on, v.closed_reason, v.opened_at, v.version, v.created_at, v.updated_at";

const JOINED: &str = ", e.name, e.ref, e.facts, e.state, s.code, s.name, s.phone, e.verified_on, e.station \
     FROM vacancy v JOIN employer e ON e.id = v.employer LEFT JOIN station s ON s.id = v.station";

fn vacancy(row: &Row) -> Result<VacancyRow, Error> {
    Ok(VacancyRow {
        id: row.id(0)?,
        reference: row.get(1)?,
        employer: row.id(2)?,
        station: row.opt_id(3)?,
        state: row.code(4)?,
        vacancy: row.json(5)?,
        findings: row.json(6)?,
        overruled: match row.get::<Option<String>>(7)? {
            Some(_) => Some(row.json(7)?),
            None => None,
        },
        import_key: row.get(8)?,
        warned_on: row.get::<Option<String>>(9)?.and_then(|t| t.parse().ok()),
        closed_reason: row.get(10)?,
        opened_at: row.get(11)?,
        version: row.get(12)?,
        created_at: row.get(13)?,
        updated_at: row.get(14)?,
    })
}

fn record(row: &Row) -> Result<Record, Error> {
    let employer: crate::domain::employer::Employer = row.json(17)?;
    let station = match row.get::<Option<String>>(19)? {
        Some(code) => Some((code, row.get(20)?, row.get(21)?)),
        None => None,
    };
    Ok(Record {
        row: vacancy(row)?,
        placed: 0,
        introduced: 0,
        employer_name: row.get(15)?,
        employer_ref: row.get(16)?,
        employer_kind: employer.kind,
        employer_state: row.code(18)?,
        employer_verified: (row.get::<Option<String>>(22)?.and_then(|t| t.parse().ok()), row.opt_id(23)?),
        station,
    })
}

fn json<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// Adds vacancies; each must be new.
pub async fn insert(tx: &mut Tx, vacancies: &[VacancyRow]) -> Result<(), Error> {
    let rows = vacancies
        .iter()
        .map(|v| {
            vec![
                v.id.into(),
                (&v.reference).into(),
                v.employer.into(),
                v.station.into(),
                v.state.code().into(),
                (&v.vacancy.title).into(),
                name_key(&v.vacancy.title).into(),
                v.vacancy.headcount.into(),
                v.vacancy.region.clone().into(),
                v.vacancy.valid_until.map(|d| d.to_string()).into(),
                v.import_key.clone().into(),
                json(&v.vacancy).into(),
                json(&v.findings).into(),
                v.overruled.as_ref().map(json).into(),
                v.opened_at.into(),
                v.vacancy.occupation.is_none().into(),
                v.version.into(),
                v.created_at.into(),
                v.updated_at.into(),
            ]
        })
        .collect();
    let into = "vacancy (id, ref, employer, station, state, title, title_key, headcount, region, valid_until, import_key, \
                facts, findings, overruled, opened_at, unsure, version, created_at, updated_at)";
    tx.insert(into, rows, "").await?;
    for v in vacancies {
        tx.changed(Kind::Vacancy, v.id);
    }
    Ok(())
}

/// Writes a vacancy's row if nobody else was faster; false = another version stands there.
pub async fn update(tx: &mut Tx, v: &VacancyRow) -> Result<bool, Error> {
    let statement = sql("UPDATE vacancy SET state = $1, title = $2, title_key = $3, headcount = $4, region = $5, valid_until = $6, \
         facts = $7, findings = $8, overruled = $9, warned_on = $10, closed_reason = $11, opened_at = $12, employer = $13, \
         station = $14, updated_at = $15, unsure = $16, version = version + 1 WHERE id = $17 AND version = $18")
    .bind(v.state.code())
    .bind(&v.vacancy.title)
    .bind(name_key(&v.vacancy.title))
    .bind(v.vacancy.headcount)
    .bind(v.vacancy.region.clone())
    .bind(v.vacancy.valid_until.map(|d| d.to_string()))
    .bind(json(&v.vacancy))
    .bind(json(&v.findings))
    .bind(v.overruled.as_ref().map(json))
    .bind(v.warned_on.map(|d| d.to_string()))
    .bind(v.closed_reason.clone())
    .bind(v.opened_at)
    .bind(v.employer)
    .bind(v.station)
    .bind(v.updated_at)
    .bind(v.vacancy.occupation.is_none())
    .bind(v.id)
    .bind(v.version);
    let done = tx.execute(statement).await? == 1;
    tx.changed(Kind::Vacancy, v.id);
    Ok(done)
}

/// Holds a vacancy's row until the transaction ends, so that its places are counted by one at a time.
pub async fn lock(tx: &mut Tx, id: Uuid) -> Result<bool, Error> {
    Ok(tx.execute(sql("UPDATE vacancy SET version = version WHERE id = $1").bind(id)).await? == 1)
}

/// The id of a short code.
pub async fn by_reference(read: &mut impl Read, reference: &str) -> Result<Option<Uuid>, Error> {
    let row = read.first(sql("SELECT id FROM vacancy WHERE ref = ").value(reference)).await?;
    row.map(|r| r.id(0)).transpose()
}

/// Imported vacancies by their keys.
pub async fn by_import_keys(read: &mut impl Read, keys: &[Vec<u8>]) -> Result<Vec<VacancyRow>, Error> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let statement =
        sql("SELECT ").push(COLUMNS).push(" FROM vacancy v WHERE v.import_key IN ").list(keys.iter().cloned());
    read.all(statement).await?.iter().map(vacancy).collect()
}

/// Records in the order of the ids given; ids that are gone are left out.
pub async fn records(read: &mut impl Read, ids: &[Uuid]) -> Result<Vec<Record>, Error> {
    let mut out = Vec::with_capacity(ids.len());
    for ids in ids.chunks(2_000) {
        if ids.is_empty() {
            continue;
        }
        let statement = sql("SELECT ").push(COLUMNS).push(JOINED).push(" WHERE v.id IN ").list(ids.iter().copied());
        let mut found = HashMap::with_capacity(ids.len());
        for row in &read.all(statement).await? {
            let record = record(row)?;
            found.insert(record.row.id, record);
        }
        let counts = sql("SELECT vacancy, state, CAST(COUNT(*) AS BIGINT) FROM introduction \
             WHERE state IN ('asked', 'proposed', 'accepted', 'interview', 'placed') AND vacancy IN ")
        .list(ids.iter().copied())
        .push(" GROUP BY vacancy, state");
        for row in &read.all(counts).await? {
            if let Some(record) = found.get_mut(&row.id(0)?) {
                let count = u32::try_from(row.get::<i64>(2)?).unwrap_or(u32::MAX);
                if row.get::<String>(1)? == "placed" {
                    record.placed += count;
                } else {
                    record.introduced += count;
                }
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

/// Vacancies as matching sees them on a day, with no place kept yet.
pub async fn openings(read: &mut impl Read, ids: &[Uuid], today: Date) -> Result<Vec<Opening>, Error> {
    Ok(records(read, ids).await?.iter().map(|r| r.opening(today)).collect())
}

/// Ids of all vacancies in their order after a given one.
pub async fn ids_after(read: &mut impl Read, after: Option<Uuid>, limit: i64) -> Result<Vec<Uuid>, Error> {
    let statement =
        sql("SELECT id FROM vacancy WHERE id > $1 ORDER BY id LIMIT $2").bind(after.unwrap_or(Uuid::nil())).bind(limit);
    read.all(statement).await?.iter().map(|row| row.id(0)).collect()
}

/// What a list of vacancies from SQL alone can ask for.
#[derive(Debug, Clone, Default)]
pub struct Plain<'a> {
    /// Beginning of the title, or the short code.
    pub text: &'a str,
    /// Stored state; none = any.
    pub state: Option<VacancyState>,
    /// Only open ones that are valid on this day and have a place left.
    pub open_on: Option<Date>,
    /// Region and all below it.
    pub region: Option<&'a str>,
    /// Employer.
    pub employer: Option<Uuid>,
    /// Only those of these stations (or of none).
    pub stations: Option<&'a [Uuid]>,
}

/// What SQL alone can search while the index is away, newest first, and how many there are in all.
pub async fn plain_search(
    read: &mut impl Read,
    wanted: &Plain<'_>,
    limit: i64,
    offset: i64,
) -> Result<(Vec<Uuid>, i64), Error> {
    let narrow = |mut s: Sql| {
        if !wanted.text.is_empty() {
            let prefix = format!("{}%", name_key(wanted.text).replace(['%', '_'], ""));
            s = s.push(" AND (v.title_key LIKE ").value(prefix);
            s = s.push(" OR v.ref = ").value(wanted.text.trim().to_uppercase()).push(")");
        }
        if let Some(state) = wanted.state {
            s = s.push(" AND v.state = ").value(state.code());
        }
        if let Some(day) = wanted.open_on {
            s = s.push(" AND v.state = 'open' AND (v.valid_until IS NULL OR v.valid_until >= ").value(day.to_string());
            s = s.push(") AND v.headcount > (SELECT COUNT(*) FROM introduction i WHERE i.vacancy = v.id AND i.state = 'placed')");
        }
        if let Some(region) = wanted.region {
            s = s.push(" AND v.region LIKE ").value(format!("{}%", below(region)));
        }
        if let Some(employer) = wanted.employer {
            s = s.push(" AND v.employer = ").value(employer);
        }
        if let Some(stations) = wanted.stations {
            s = s.push(" AND (v.station IS NULL OR v.station IN ").list(stations.iter().copied()).push(")");
        }
        s
    };
    let from = " FROM vacancy v WHERE 1 = 1";
    let count = narrow(sql("SELECT CAST(COUNT(*) AS BIGINT)").push(from));
    let total = read.first(count).await?.map_or(Ok(0), |r| r.get(0))?;
    let page = narrow(sql("SELECT v.id").push(from))
        .push(" ORDER BY COALESCE(v.opened_at, v.created_at) DESC, v.id DESC LIMIT ")
        .value(limit)
        .push(" OFFSET ")
        .value(offset);
    Ok((read.all(page).await?.iter().map(|row| row.id(0)).collect::<Result<_, _>>()?, total))
}

/// The part of a region code that all regions below share.
fn below(region: &str) -> &str {
    let cut = region.strip_suffix("0000").or_else(|| region.strip_suffix("00"));
    cut.unwrap_or(region)
}

/// Ids of all vacancies of an employer, newest first.
pub async fn of_employer(read: &mut impl Read, employer: Uuid) -> Result<Vec<Uuid>, Error> {
    let statement = sql("SELECT id FROM vacancy WHERE employer = $1 ORDER BY created_at DESC, id DESC").bind(employer);
    read.all(statement).await?.iter().map(|row| row.id(0)).collect()
}

/// Open vacancies whose last day comes soon and whose station has not been warned.
pub async fn expiring(read: &mut impl Read, from: Date, until: Date, limit: i64) -> Result<Vec<Uuid>, Error> {
    let statement = sql("SELECT id FROM vacancy WHERE state = 'open' AND warned_on IS NULL \
         AND valid_until >= $1 AND valid_until <= $2 ORDER BY valid_until, id LIMIT $3")
    .bind(from.to_string())
    .bind(until.to_string())
    .bind(limit);
    read.all(statement).await?.iter().map(|row| row.id(0)).collect()
}

/// Notes the day on which stations were warned of the end of vacancies.
pub async fn warned(tx: &mut Tx, ids: &[Uuid], on: Date) -> Result<(), Error> {
    let statement =
        sql("UPDATE vacancy SET warned_on = $1 WHERE id IN ").bind(on.to_string()).list(ids.iter().copied());
    tx.execute(statement).await.map(drop)
}

/// Ids of vacancies whose last day was a given one, so that the index shows them as expired.
pub async fn ended_on(read: &mut impl Read, from: Date, until: Date) -> Result<Vec<Uuid>, Error> {
    let statement =
        sql("SELECT id FROM vacancy WHERE state = 'open' AND valid_until >= $1 AND valid_until < $2 ORDER BY id")
            .bind(from.to_string())
            .bind(until.to_string());
    read.all(statement).await?.iter().map(|row| row.id(0)).collect()
}
