//! Employers: rows, how they are found again, and who decided on them.

use jiff::civil::Date;
use uuid::Uuid;

use super::Error;
use super::change::Tx;
use super::db::{Read, Row, Sql, sql};
use crate::domain::code::Code as _;
use crate::domain::employer::{Employer, EmployerKind, EmployerState, name_key, reverify_on};

/// An employer as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct EmployerRow {
    /// Its id.
    pub id: Uuid,
    /// Code to say on the telephone.
    pub reference: String,
    /// Facts.
    pub employer: Employer,
    /// Whether it may open vacancies.
    pub state: EmployerState,
    /// The station that looks after it.
    pub station: Option<Uuid>,
    /// The day of the last verification.
    pub verified_on: Option<Date>,
    /// Who approved or rejected it.
    pub decided_by: Option<String>,
    /// Why it was rejected.
    pub reason: Option<String>,
    /// Version for `ETag`.
    pub version: i64,
    /// Made, microseconds UTC.
    pub created_at: i64,
    /// Changed, microseconds UTC.
    pub updated_at: i64,
}

impl EmployerRow {
    /// True for a family: it hires only through a station.
    pub fn is_household(&self) -> bool {
        self.employer.kind == Some(EmployerKind::Household)
    }

    /// True if the last verification is too old on a day.
    pub fn must_reverify(&self, today: Date) -> bool {
        self.state == EmployerState::Approved
            && self.verified_on.and_then(reverify_on).is_none_or(|until| until < today)
    }
}

const COLUMNS: &str = "e.id, e.ref, e.facts, e.state, e.station, e.verified_on, e.decided_by, e.reason, e.version, \
     e.created_at, e.updated_at";

fn employer(row: &Row) -> Result<EmployerRow, Error> {
    Ok(EmployerRow {
        id: row.id(0)?,
        reference: row.get(1)?,
        employer: row.json(2)?,
        state: row.code(3)?,
        station: row.opt_id(4)?,
        verified_on: row.get::<Option<String>>(5)?.and_then(|t| t.parse().ok()),
        decided_by: row.get(6)?,
        reason: row.get(7)?,
        version: row.get(8)?,
        created_at: row.get(9)?,
        updated_at: row.get(10)?,
    })
}

async fn select(read: &mut impl Read, rest: impl FnOnce(Sql) -> Sql) -> Result<Vec<EmployerRow>, Error> {
    let statement = rest(sql("SELECT ").push(COLUMNS).push(" FROM employer e WHERE "));
    read.all(statement).await?.iter().map(employer).collect()
}

/// Adds employers; each must be new.
pub async fn insert(tx: &mut Tx, employers: &[EmployerRow]) -> Result<(), Error> {
    let rows = employers
        .iter()
        .map(|e| {
            vec![
                e.id.into(),
                (&e.reference).into(),
                (&e.employer.name).into(),
                name_key(&e.employer.name).into(),
                e.employer.credit_code.clone().into(),
                e.state.code().into(),
                e.station.into(),
                serde_json::to_string(&e.employer).unwrap_or_default().into(),
                e.verified_on.map(|d| d.to_string()).into(),
                e.decided_by.clone().into(),
                e.reason.clone().into(),
                e.version.into(),
                e.created_at.into(),
                e.updated_at.into(),
            ]
        })
        .collect();
    let into = "employer (id, ref, name, name_key, credit_code, state, station, facts, verified_on, decided_by, reason, \
                version, created_at, updated_at)";
    tx.insert(into, rows, "").await.map(drop)
}

/// Writes an employer's row if nobody else was faster; false = another version stands there.
pub async fn update(tx: &mut Tx, e: &EmployerRow) -> Result<bool, Error> {
    let statement =
        sql("UPDATE employer SET name = $1, name_key = $2, credit_code = $3, state = $4, station = $5, facts = $6, \
         verified_on = $7, decided_by = $8, reason = $9, updated_at = $10, version = version + 1 \
         WHERE id = $11 AND version = $12")
        .bind(&e.employer.name)
        .bind(name_key(&e.employer.name))
        .bind(e.employer.credit_code.clone())
        .bind(e.state.code())
        .bind(e.station)
        .bind(serde_json::to_string(&e.employer).unwrap_or_default())
        .bind(e.verified_on.map(|d| d.to_string()))
        .bind(e.decided_by.clone())
        .bind(e.reason.clone())
        .bind(e.updated_at)
        .bind(e.id)
        .bind(e.version);
    Ok(tx.execute(statement).await? == 1)
}

/// One employer.
pub async fn find(read: &mut impl Read, id: Uuid) -> Result<Option<EmployerRow>, Error> {
    Ok(select(read, |s| s.push("e.id = ").value(id)).await?.pop())
}

/// Employers by id.
pub async fn by_ids(read: &mut impl Read, ids: &[Uuid]) -> Result<Vec<EmployerRow>, Error> {
    select(read, |s| s.push("e.id IN ").list(ids.iter().copied())).await
}

/// One employer by the code said on the telephone.
pub async fn by_reference(read: &mut impl Read, reference: &str) -> Result<Option<EmployerRow>, Error> {
    Ok(select(read, |s| s.push("e.ref = ").value(reference)).await?.pop())
}

/// Employers by credit code.
pub async fn by_credit_codes(read: &mut impl Read, codes: &[String]) -> Result<Vec<EmployerRow>, Error> {
    select(read, |s| s.push("e.credit_code IN ").list(codes.iter())).await
}

/// Employers of a station (or of none) by name for comparing, the oldest first.
pub async fn by_names(
    read: &mut impl Read,
    station: Option<Uuid>,
    name_keys: &[String],
) -> Result<Vec<EmployerRow>, Error> {
    let of_station = |s: Sql| match station {
        Some(id) => s.push(" AND e.station = ").value(id),
        None => s.push(" AND e.station IS NULL"),
    };
    select(read, |s| of_station(s.push("e.name_key IN ").list(name_keys.iter())).push(" ORDER BY e.created_at, e.id"))
        .await
}

/// What a list of employers asks for.
#[derive(Debug, Clone, Default)]
pub struct Wanted<'a> {
    /// Part of the name, short code or credit code.
    pub text: &'a str,
    /// State.
    pub state: Option<EmployerState>,
    /// Only those of these stations (or of none).
    pub stations: Option<&'a [Uuid]>,
    /// Only those verified before this day (or never).
    pub verified_before: Option<Date>,
}

/// A page of employers, newest first, and how many there are in all.
pub async fn list(
    read: &mut impl Read,
    wanted: &Wanted<'_>,
    limit: i64,
    offset: i64,
) -> Result<(Vec<EmployerRow>, i64), Error> {
    let narrow = |mut s: Sql| {
        if !wanted.text.is_empty() {
            let part = format!("%{}%", name_key(wanted.text).replace(['%', '_'], ""));
            let exact = wanted.text.trim().to_uppercase();
            s = s.push(" AND (e.name_key LIKE ").value(part).push(" OR e.ref = ").value(&exact);
            s = s.push(" OR e.credit_code = ").value(&exact).push(")");
        }
        if let Some(state) = wanted.state {
            s = s.push(" AND e.state = ").value(state.code());
        }
        if let Some(stations) = wanted.stations {
            s = s.push(" AND (e.station IS NULL OR e.station IN ").list(stations.iter().copied()).push(")");
        }
        if let Some(day) = wanted.verified_before {
            s = s.push(" AND (e.verified_on IS NULL OR e.verified_on < ").value(day.to_string()).push(")");
        }
        s
    };
    let count = narrow(sql("SELECT CAST(COUNT(*) AS BIGINT) FROM employer e WHERE 1 = 1"));
    let total = read.first(count).await?.map_or(Ok(0), |r| r.get(0))?;
    let rows = select(read, |s| {
        narrow(s.push("1 = 1"))
            .push(" ORDER BY e.created_at DESC, e.id DESC LIMIT ")
            .value(limit)
            .push(" OFFSET ")
            .value(offset)
    })
    .await?;
    Ok((rows, total))
}

/// Every employer by id after a given one, for exports.
pub async fn after(read: &mut impl Read, after: Option<Uuid>, limit: i64) -> Result<Vec<EmployerRow>, Error> {
    select(read, |s| s.push("e.id > ").value(after.unwrap_or(Uuid::nil())).push(" ORDER BY e.id LIMIT ").value(limit))
        .await
}

/// Whether an account signs in for an employer.
pub async fn has_account(read: &mut impl Read, id: Uuid) -> Result<bool, Error> {
    let statement = sql("SELECT 1 FROM account WHERE employer = ").value(id).push(" AND disabled_at IS NULL LIMIT 1");
    Ok(read.first(statement).await?.is_some())
}

/// The employer of a credit code.
pub async fn by_credit_code(read: &mut impl Read, code: &str) -> Result<Option<Uuid>, Error> {
    Ok(by_credit_codes(read, &[code.to_owned()]).await?.first().map(|e| e.id))
}
