//! What waits for somebody at a station: one query a kind, each narrowed to the station's own rows.

use jiff::civil::Date;
use uuid::Uuid;

use super::Error;
use super::db::{Read, Row, Sql, sql};
use super::introduction::date;
use super::outbox::Desk;
use super::worker::Scope;
use crate::domain::code::Code as _;
use crate::domain::introduction::IntroductionState;

/// A waiting row.
#[derive(Debug, Clone)]
pub struct Waiting {
    /// The row.
    pub id: Uuid,
    /// Name of the person, to be masked.
    pub person: Option<String>,
    /// Code of the person, or of the row itself.
    pub reference: String,
    /// Title of the vacancy, name of the employer or file.
    pub title: String,
    /// Since when, microseconds UTC.
    pub since: i64,
    /// The day it is due, if the row says.
    pub due: Option<Date>,
}

fn waiting(row: &Row) -> Result<Waiting, Error> {
    Ok(Waiting {
        id: row.id(0)?,
        person: row.get(1)?,
        reference: row.get(2)?,
        title: row.get(3)?,
        since: row.get(4)?,
        due: date(row, 5)?,
    })
}

async fn all(read: &mut impl Read, statement: Sql) -> Result<Vec<Waiting>, Error> {
    read.all(statement).await?.iter().map(waiting).collect()
}

/// Rows of a desk; rows of no station are everybody's, or nobody would ever see them.
fn of_desk(desk: &Desk, statement: Sql, column: &str) -> Sql {
    match desk {
        Desk::All => statement,
        Desk::Stations(ids) => {
            statement.push(&format!(" AND ({column} IS NULL OR {column} IN ")).list(ids.iter().copied()).push(")")
        }
    }
}

/// Introductions in these states whose day is before `due_before`, if it is given.
pub async fn introductions(
    read: &mut impl Read,
    scope: &Scope,
    states: &[IntroductionState],
    due_before: Option<Date>,
    limit: i64,
) -> Result<Vec<Waiting>, Error> {
    let mut statement = sql("SELECT i.id, w.name, w.ref, v.title, i.updated_at, i.due_on FROM introduction i \
         JOIN worker w ON w.id = i.worker JOIN vacancy v ON v.id = i.vacancy WHERE i.state IN ")
    .list(states.iter().map(|s| s.code()));
    if let Some(day) = due_before {
        statement = statement.push(" AND i.due_on < ").value(day.to_string());
    }
    all(read, scope.narrow(statement, "i.worker").push(" ORDER BY i.due_on, i.id LIMIT ").value(limit)).await
}

/// Vacancies in review.
pub async fn reviews(read: &mut impl Read, desk: &Desk, limit: i64) -> Result<Vec<Waiting>, Error> {
    let statement = sql(
        "SELECT v.id, CAST(NULL AS TEXT), v.ref, v.title, v.updated_at, CAST(NULL AS TEXT) FROM vacancy v WHERE v.state = 'in_review'",
    );
    all(read, of_desk(desk, statement, "v.station").push(" ORDER BY v.updated_at, v.id LIMIT ").value(limit)).await
}

/// Vacancies that run, or are to run, whose occupation nobody has said for certain.
pub async fn unsure(read: &mut impl Read, desk: &Desk, today: Date, limit: i64) -> Result<Vec<Waiting>, Error> {
    let statement =
        sql("SELECT v.id, CAST(NULL AS TEXT), v.ref, v.title, v.updated_at, CAST(NULL AS TEXT) FROM vacancy v \
         WHERE v.unsure AND v.state IN ('open', 'in_review') AND (v.valid_until IS NULL OR v.valid_until >= ")
        .value(today.to_string())
        .push(")");
    all(read, of_desk(desk, statement, "v.station").push(" ORDER BY v.updated_at, v.id LIMIT ").value(limit)).await
}

/// Open vacancies with places left whose last day is between two days.
pub async fn expiring(
    read: &mut impl Read,
    desk: &Desk,
    from: Date,
    until: Date,
    limit: i64,
) -> Result<Vec<Waiting>, Error> {
    let statement = sql("SELECT v.id, CAST(NULL AS TEXT), v.ref, v.title, v.updated_at, v.valid_until FROM vacancy v \
         WHERE v.state = 'open' AND v.valid_until >= ")
    .value(from.to_string())
    .push(" AND v.valid_until <= ")
    .value(until.to_string())
    .push(" AND v.headcount > (SELECT COUNT(*) FROM introduction p WHERE p.vacancy = v.id AND p.state = 'placed')");
    all(read, of_desk(desk, statement, "v.station").push(" ORDER BY v.valid_until, v.id LIMIT ").value(limit)).await
}

/// Employers that wait for an approval.
pub async fn employers(read: &mut impl Read, desk: &Desk, limit: i64) -> Result<Vec<Waiting>, Error> {
    let statement = sql(
        "SELECT e.id, CAST(NULL AS TEXT), e.ref, e.name, e.created_at, CAST(NULL AS TEXT) FROM employer e WHERE e.state = 'waiting'",
    );
    all(read, of_desk(desk, statement, "e.station").push(" ORDER BY e.created_at, e.id LIMIT ").value(limit)).await
}

/// Imports with rows set aside that nobody resolved; the reference is their number.
pub async fn imports(read: &mut impl Read, desk: &Desk, limit: i64) -> Result<Vec<Waiting>, Error> {
    let statement =
        sql("SELECT m.id, CAST(NULL AS TEXT), CAST(COUNT(*) AS TEXT), m.file_name, m.created_at, CAST(NULL AS TEXT) \
         FROM import m JOIN import_row r ON r.import = m.id WHERE r.outcome = 'set_aside' AND r.resolved IS NULL");
    let statement = match desk {
        Desk::All => statement,
        Desk::Stations(ids) => statement.push(" AND m.station IN ").list(ids.iter().copied()),
    };
    let statement = statement.push(" GROUP BY m.id, m.file_name, m.created_at ORDER BY m.created_at, m.id LIMIT ");
    all(read, statement.value(limit)).await
}

/// People and interests that somebody wanted to call again by a day, with no call since.
pub async fn calls(
    read: &mut impl Read,
    scope: &Scope,
    desk: &Desk,
    until: Date,
    limit: i64,
) -> Result<Vec<(Waiting, bool)>, Error> {
    let due = |statement: Sql| statement.push(" AND c.again_on <= ").value(until.to_string());
    let people = due(sql(
        "SELECT w.id, w.name, w.ref, '', c.at, c.again_on FROM call_note c JOIN worker w ON w.id = c.worker \
         WHERE w.closed_at IS NULL AND NOT EXISTS (SELECT 1 FROM call_note n WHERE n.worker = c.worker AND (n.at, n.id) > (c.at, c.id))",
    ));
    let people = scope.narrow(people, "w.id").push(" ORDER BY c.again_on, c.id LIMIT ").value(limit);
    let left = due(sql(
        "SELECT t.id, t.name, t.receipt, v.title, c.at, c.again_on FROM call_note c JOIN interest t ON t.id = c.interest \
         JOIN vacancy v ON v.id = t.vacancy WHERE c.worker IS NULL AND t.state IN ('received', 'called') \
         AND NOT EXISTS (SELECT 1 FROM call_note n WHERE n.interest = c.interest AND (n.at, n.id) > (c.at, c.id))",
    ));
    let left = of_desk(desk, left, "t.station").push(" ORDER BY c.again_on, c.id LIMIT ").value(limit);
    let mut found: Vec<_> = all(read, people).await?.into_iter().map(|w| (w, true)).collect();
    found.extend(all(read, left).await?.into_iter().map(|w| (w, false)));
    Ok(found)
}

/// A vacancy in a letter's list.
#[derive(Debug, Clone)]
pub struct Advert {
    /// The vacancy.
    pub id: Uuid,
    /// Its code.
    pub reference: String,
    /// Its title.
    pub title: String,
    /// Places left.
    pub left: i64,
    /// Last day.
    pub valid_until: Option<Date>,
    /// The station that looks after it.
    pub station: Option<Uuid>,
}

fn advert(row: &Row) -> Result<Advert, Error> {
    Ok(Advert {
        id: row.id(0)?,
        reference: row.get(1)?,
        title: row.get(2)?,
        left: row.get(3)?,
        valid_until: date(row, 4)?,
        station: row.opt_id(5)?,
    })
}

const ADVERT: &str = "SELECT v.id, v.ref, v.title, v.headcount - (SELECT COUNT(*) FROM introduction p \
     WHERE p.vacancy = v.id AND p.state = 'placed'), v.valid_until, v.station FROM vacancy v WHERE ";

/// Vacancies by id, in the order of their last day.
pub async fn adverts(read: &mut impl Read, ids: &[Uuid]) -> Result<Vec<Advert>, Error> {
    let statement = sql(ADVERT).push("v.id IN ").list(ids.iter().copied()).push(" ORDER BY v.valid_until, v.id");
    read.all(statement).await?.iter().map(advert).collect()
}

/// Vacancies opened in a stretch of time that still run on a day, newest first.
pub async fn opened(
    read: &mut impl Read,
    from: i64,
    until: i64,
    today: Date,
    limit: i64,
) -> Result<Vec<Advert>, Error> {
    let statement = sql(ADVERT)
        .push("v.state = 'open' AND v.opened_at >= ")
        .value(from)
        .push(" AND v.opened_at < ")
        .value(until)
        .push(" AND (v.valid_until IS NULL OR v.valid_until >= ")
        .value(today.to_string())
        .push(") ORDER BY v.opened_at DESC, v.id LIMIT ")
        .value(limit);
    read.all(statement).await?.iter().map(advert).collect()
}

/// Classes with seats left that begin within a span of days, the next to begin first.
pub async fn classes_with_seats(read: &mut impl Read, from: Date, until: Date) -> Result<Vec<Uuid>, Error> {
    let statement = sql("SELECT c.id FROM class c WHERE c.starts >= $1 AND c.starts <= $2 \
         AND c.seats > (SELECT COUNT(*) FROM enrolment e WHERE e.class = c.id AND e.state <> 'left') ORDER BY c.starts, c.id LIMIT 20")
    .bind(from.to_string())
    .bind(until.to_string());
    read.all(statement).await?.iter().map(|row| row.id(0)).collect()
}
