//! Imports: how far each is, its rows that a person must look at, and headings that a clerk has put right.

use std::collections::HashMap;

use uuid::Uuid;

use super::Error;
use super::change::Tx;
use super::db::{Db, Read, Row, Sql, sql};
use super::worker::Likeness;

/// An import as stored.
#[derive(Debug, Clone)]
pub struct Import {
    /// Its id.
    pub id: Uuid,
    /// Code of the kind of sheet.
    pub kind: String,
    /// The station in whose name.
    pub station: Option<Uuid>,
    /// The employer who uploads own vacancies.
    pub employer: Option<Uuid>,
    /// Who.
    pub by_name: String,
    /// Who, by account.
    pub account: Option<Uuid>,
    /// Name of the file as uploaded.
    pub file_name: String,
    /// SHA-256 of its bytes.
    pub file_hash: Vec<u8>,
    /// Options, JSON.
    pub options: serde_json::Value,
    /// `queued`, `running`, `preview`, `done` or `failed`.
    pub state: String,
    /// Rows that are finished, in the order of processing.
    pub done_rows: i64,
    /// Counts so far, JSON.
    pub summary: serde_json::Value,
    /// Columns with headings and fields, JSON.
    pub mapping: serde_json::Value,
    /// Code of what is wrong with the file as a whole.
    pub fault: Option<String>,
    /// Made, microseconds UTC.
    pub created_at: i64,
    /// Changed, microseconds UTC.
    pub updated_at: i64,
}

const COLUMNS: &str = "SELECT id, kind, station, employer, by_name, account, file_name, file_hash, options, state, done_rows, \
     summary, mapping, fault, created_at, updated_at FROM import";

fn import(row: &Row) -> Result<Import, Error> {
    Ok(Import {
        id: row.id(0)?,
        kind: row.get(1)?,
        station: row.opt_id(2)?,
        employer: row.opt_id(3)?,
        by_name: row.get(4)?,
        account: row.opt_id(5)?,
        file_name: row.get(6)?,
        file_hash: row.get(7)?,
        options: row.json(8)?,
        state: row.get(9)?,
        done_rows: row.get(10)?,
        summary: row.json(11)?,
        mapping: row.json(12)?,
        fault: row.get(13)?,
        created_at: row.get(14)?,
        updated_at: row.get(15)?,
    })
}

/// Adds an import.
pub async fn insert(tx: &mut Tx, i: &Import) -> Result<(), Error> {
    let row = vec![
        i.id.into(),
        (&i.kind).into(),
        i.station.into(),
        i.employer.into(),
        (&i.by_name).into(),
        i.account.into(),
        (&i.file_name).into(),
        i.file_hash.clone().into(),
        i.options.to_string().into(),
        (&i.state).into(),
        i.done_rows.into(),
        i.summary.to_string().into(),
        i.mapping.to_string().into(),
        i.fault.clone().into(),
        i.created_at.into(),
        i.updated_at.into(),
    ];
    let into = "import (id, kind, station, employer, by_name, account, file_name, file_hash, options, state, done_rows, \
                summary, mapping, fault, created_at, updated_at)";
    tx.insert(into, vec![row], "").await.map(drop)
}

/// Writes how far an import is.
pub async fn update(tx: &mut Tx, i: &Import) -> Result<(), Error> {
    let statement = sql("UPDATE import SET state = $1, done_rows = $2, summary = $3, mapping = $4, fault = $5, \
         updated_at = $6, options = $7 WHERE id = $8")
    .bind(&i.state)
    .bind(i.done_rows)
    .bind(i.summary.to_string())
    .bind(i.mapping.to_string())
    .bind(i.fault.clone())
    .bind(i.updated_at)
    .bind(i.options.to_string())
    .bind(i.id);
    tx.execute(statement).await.map(drop)
}

/// One import.
pub async fn find(read: &mut impl Read, id: Uuid) -> Result<Option<Import>, Error> {
    read.first(sql(COLUMNS).push(" WHERE id = ").value(id)).await?.as_ref().map(import).transpose()
}

/// Imports of these stations, newest first; of all stations without a list.
pub async fn of_stations(
    read: &mut impl Read,
    stations: Option<&[Uuid]>,
    employer: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Import>, Error> {
    let mut statement = sql(COLUMNS).push(" WHERE 1 = 1");
    if let Some(stations) = stations {
        statement = statement.push(" AND station IN ").list(stations.iter().copied());
    }
    if let Some(employer) = employer {
        statement = statement.push(" AND employer = ").value(employer);
    }
    let statement = statement.push(" ORDER BY created_at DESC, id DESC LIMIT ").value(limit);
    read.all(statement).await?.iter().map(import).collect()
}

/// The same file of the same station or employer that was not finished.
pub async fn unfinished(
    read: &mut impl Read,
    kind: &str,
    station: Option<Uuid>,
    employer: Option<Uuid>,
    file_hash: &[u8],
) -> Result<Option<Import>, Error> {
    let statement = sql(COLUMNS).push(" WHERE state = 'running' AND kind = ").value(kind);
    let statement = statement.push(" AND file_hash = ").value(file_hash);
    let statement = match station {
        Some(station) => statement.push(" AND station = ").value(station),
        None => statement.push(" AND station IS NULL"),
    };
    let statement = match employer {
        Some(employer) => statement.push(" AND employer = ").value(employer),
        None => statement.push(" AND employer IS NULL"),
    };
    let statement = statement.push(" ORDER BY created_at DESC LIMIT 1");
    read.first(statement).await?.as_ref().map(import).transpose()
}

/// Imports in a state, oldest first.
pub async fn in_state(read: &mut impl Read, states: &[&str]) -> Result<Vec<Import>, Error> {
    let statement = sql(COLUMNS).push(" WHERE state IN ").list(states.iter().copied()).push(" ORDER BY created_at, id");
    read.all(statement).await?.iter().map(import).collect()
}

/// A row that a person must look at: set aside, rejected, or with warnings.
#[derive(Debug, Clone)]
pub struct ImportRow {
    /// Row number in the person's own sheet.
    pub row: i64,
    /// What became of it.
    pub outcome: String,
    /// What is wrong, JSON.
    pub errors: serde_json::Value,
    /// What it would change or has changed, JSON.
    pub changes: Option<serde_json::Value>,
    /// What it became, or whom it is like.
    pub object: Option<Uuid>,
    /// Its cells, sealed.
    pub sealed: Option<Vec<u8>>,
    /// How a person decided.
    pub resolved: Option<String>,
}

/// Adds rows to an import; rows of an earlier attempt are written over.
pub async fn put_rows(tx: &mut Tx, import: Uuid, rows: &[ImportRow]) -> Result<(), Error> {
    let rows = rows
        .iter()
        .map(|r| {
            vec![
                import.into(),
                r.row.into(),
                (&r.outcome).into(),
                r.errors.to_string().into(),
                r.changes.as_ref().map(ToString::to_string).into(),
                r.object.into(),
                r.sealed.clone().into(),
                r.resolved.clone().into(),
            ]
        })
        .collect();
    let tail = " ON CONFLICT (import, row_no) DO UPDATE SET outcome = excluded.outcome, errors = excluded.errors, \
                changes = excluded.changes, object = excluded.object, sealed = excluded.sealed";
    tx.insert("import_row (import, row_no, outcome, errors, changes, object, sealed, resolved)", rows, tail)
        .await
        .map(drop)
}

const ROW: &str = "SELECT row_no, outcome, errors, changes, object, sealed, resolved FROM import_row WHERE import = ";

fn import_row(row: &Row) -> Result<ImportRow, Error> {
    let changes = row.get::<Option<String>>(3)?;
    Ok(ImportRow {
        row: row.get(0)?,
        outcome: row.get(1)?,
        errors: row.json(2)?,
        changes: changes.and_then(|text| serde_json::from_str(&text).ok()),
        object: row.opt_id(4)?,
        sealed: row.get(5)?,
        resolved: row.get(6)?,
    })
}

/// Rows of an import in the order of the sheet, after a row number.
pub async fn rows(
    read: &mut impl Read,
    import: Uuid,
    outcome: Option<&str>,
    after: i64,
    limit: i64,
) -> Result<Vec<ImportRow>, Error> {
    let mut statement = sql(ROW).value(import).push(" AND row_no > ").value(after);
    if let Some(outcome) = outcome {
        statement = statement.push(" AND outcome = ").value(outcome);
    }
    let statement = statement.push(" ORDER BY row_no LIMIT ").value(limit);
    read.all(statement).await?.iter().map(import_row).collect()
}

/// How many rows an import keeps.
pub async fn count_rows(read: &mut impl Read, import: Uuid, outcome: Option<&str>) -> Result<i64, Error> {
    let mut statement = sql("SELECT CAST(COUNT(*) AS BIGINT) FROM import_row WHERE import = ").value(import);
    if let Some(outcome) = outcome {
        statement = statement.push(" AND outcome = ").value(outcome);
    }
    read.first(statement).await?.map_or(Ok(0), |row| row.get(0))
}

/// How many rows an import keeps, by outcome.
pub async fn outcomes(read: &mut impl Read, import: Uuid) -> Result<Vec<(String, i64)>, Error> {
    let statement = sql("SELECT outcome, CAST(COUNT(*) AS BIGINT) FROM import_row WHERE import = ")
        .value(import)
        .push(" GROUP BY outcome ORDER BY outcome");
    read.all(statement).await?.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// One row of an import.
pub async fn row(read: &mut impl Read, import: Uuid, row: i64) -> Result<Option<ImportRow>, Error> {
    let statement = sql(ROW).value(import).push(" AND row_no = ").value(row);
    read.first(statement).await?.as_ref().map(import_row).transpose()
}

/// Rows by their numbers.
pub async fn rows_of(read: &mut impl Read, import: Uuid, numbers: &[i64]) -> Result<Vec<ImportRow>, Error> {
    let mut found = Vec::new();
    for numbers in numbers.chunks(2_000) {
        let statement = sql(ROW).value(import).push(" AND row_no IN ").list(numbers.iter().copied());
        for row in read.all(statement).await? {
            found.push(import_row(&row)?);
        }
    }
    Ok(found)
}

/// Numbers of the rows that were not accepted.
pub async fn refused(read: &mut impl Read, import: Uuid) -> Result<Vec<i64>, Error> {
    let statement = sql("SELECT row_no FROM import_row WHERE outcome IN ('rejected', 'set_aside') AND import = ");
    read.all(statement.value(import)).await?.iter().map(|row| row.get(0)).collect()
}

/// Notes how a person decided on a row; false = somebody was faster.
pub async fn resolve(tx: &mut Tx, import: Uuid, row: i64, how: &str, object: Option<Uuid>) -> Result<bool, Error> {
    let statement = sql("UPDATE import_row SET resolved = $1, object = $2 WHERE import = $3 AND row_no = $4 \
         AND outcome = 'set_aside' AND resolved IS NULL")
    .bind(how)
    .bind(object)
    .bind(import)
    .bind(row);
    Ok(tx.execute(statement).await? == 1)
}

/// Takes away the rows of an import: its preview is over.
pub async fn clear_rows(tx: &mut Tx, import: Uuid) -> Result<(), Error> {
    tx.execute(sql("DELETE FROM import_row WHERE import = $1").bind(import)).await.map(drop)
}

/// Forgets the cells of imports that were last touched before an instant; what was wrong stays known. Answers how many.
pub async fn forget_cells(db: &Db, before: i64) -> Result<u64, Error> {
    let statement = sql("UPDATE import_row SET sealed = NULL WHERE sealed IS NOT NULL \
         AND import IN (SELECT id FROM import WHERE updated_at < $1)");
    db.execute(statement.bind(before)).await
}

/// Fields of headings that clerks of a station have put right.
pub async fn memory(read: &mut impl Read, station: Option<Uuid>, kind: &str) -> Result<HashMap<String, String>, Error> {
    let Some(station) = station else { return Ok(HashMap::new()) };
    let statement =
        sql("SELECT heading, field FROM heading_memory WHERE station = $1 AND kind = $2").bind(station).bind(kind);
    read.all(statement).await?.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// Remembers the field of a heading for a station.
pub async fn remember(tx: &mut Tx, station: Uuid, kind: &str, heading: &str, field: &str) -> Result<(), Error> {
    let statement = sql("INSERT INTO heading_memory (station, kind, heading, field) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (station, kind, heading) DO UPDATE SET field = excluded.field")
    .bind(station)
    .bind(kind)
    .bind(heading)
    .bind(field);
    tx.execute(statement).await.map(drop)
}

fn namesakes(names: &[String]) -> Sql {
    sql("SELECT id, name_key, birth_date, phone_hash, id_hash FROM worker WHERE merged_into IS NULL AND closed_at IS NULL \
         AND name_key IN ")
    .list(names.iter())
}

/// People of these names, or only those of them who have no number; whatever the scope: the caller tells a code only.
pub async fn same_names(read: &mut impl Read, names: &[String], unnumbered: bool) -> Result<Vec<Likeness>, Error> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let mut statement = namesakes(names);
    if unnumbered {
        statement = statement.push(" AND id_hash IS NULL");
    }
    let rows = read.all(statement).await?;
    rows.iter()
        .map(|row| {
            Ok(Likeness {
                id: row.id(0)?,
                name_key: row.get(1)?,
                pinyin: String::new(),
                birth_date: row.get::<Option<String>>(2)?.and_then(|text| text.parse().ok()),
                phone_hash: row.get(3)?,
                id_hash: row.get(4)?,
                place: None,
            })
        })
        .collect()
}
