//! Introductions with their events, and the vacancy as far as an introduction needs it.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Error;
use super::change::{Kind, Tx};
use super::db::{Read, Row, Sql, sql};
use super::worker::Scope;
use crate::domain::code::Code as _;
use crate::domain::employer::{Employer, EmployerState};
use crate::domain::introduction::{Interview, IntroductionAct, IntroductionState, Places, Reason};
use crate::domain::placement::Placement;
use crate::domain::vacancy::{Vacancy, VacancyState};

/// Which introductions an actor may see.
#[derive(Debug, Clone)]
pub enum Reach {
    /// Those of people within the scope.
    People(Scope),
    /// Those for vacancies of an employer, from the moment it was told of them.
    Employer(Uuid),
}

impl Reach {
    /// Adds `AND …`; the tables are `introduction i` and `vacancy v`.
    fn narrow(&self, statement: Sql) -> Sql {
        match self {
            Self::People(scope) => scope.narrow(statement, "i.worker"),
            Self::Employer(id) => statement.push(" AND v.employer = ").value(*id).push(
                " AND EXISTS (SELECT 1 FROM introduction_event t WHERE t.introduction = i.id AND t.to_state = 'proposed')",
            ),
        }
    }
}

/// A placement as kept with its introduction.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Placed {
    /// What was agreed.
    #[serde(flatten)]
    pub agreed: Placement,
    /// Employments that ended with it and come back when it is undone.
    pub ended: Vec<Uuid>,
}

/// An introduction's own row.
#[derive(Debug, Clone)]
pub struct Introduction {
    /// Its id.
    pub id: Uuid,
    /// Code to say on the telephone.
    pub reference: String,
    /// Who.
    pub worker: Uuid,
    /// For what.
    pub vacancy: Uuid,
    /// The station that introduced.
    pub station: Option<Uuid>,
    /// Where it stands.
    pub state: IntroductionState,
    /// Why it was declined or withdrawn.
    pub reason: Option<Reason>,
    /// Words to that.
    pub note: Option<String>,
    /// Appointment.
    pub interview: Option<Interview>,
    /// What was agreed.
    pub placement: Option<Placed>,
    /// The day by which the next step is due.
    pub due: Option<Date>,
    /// Version for `ETag`.
    pub version: i64,
    /// Made, microseconds UTC.
    pub created_at: i64,
    /// Changed, microseconds UTC.
    pub updated_at: i64,
}

/// An introduction with the names that lists and letters show.
#[derive(Debug, Clone)]
pub struct Case {
    /// The row.
    pub introduction: Introduction,
    /// The person as they stand now, after merges.
    pub person: Uuid,
    /// Name of the person, to be masked where the reader may not see it.
    pub worker_name: String,
    /// The person's code.
    pub worker_reference: String,
    /// The vacancy's code.
    pub vacancy_reference: String,
    /// The vacancy's title.
    pub vacancy_title: String,
    /// The station that looks after the vacancy.
    pub vacancy_station: Option<Uuid>,
    /// The employer.
    pub employer: Uuid,
    /// Its name.
    pub employer_name: String,
    /// The newest word on passing data to employers is a yes.
    pub consented: bool,
}

/// One step of an introduction.
#[derive(Debug, Clone)]
pub struct Event {
    /// Its id.
    pub id: Uuid,
    /// The introduction.
    pub introduction: Uuid,
    /// When, microseconds UTC.
    pub at: i64,
    /// Who, by name.
    pub actor: String,
    /// What; none = put forward.
    pub act: Option<IntroductionAct>,
    /// State before.
    pub from: Option<IntroductionState>,
    /// State after.
    pub to: IntroductionState,
    /// Reason code or words.
    pub note: Option<String>,
}

/// A vacancy as far as introductions and interests need it.
#[derive(Debug, Clone)]
pub struct Post {
    /// Its id.
    pub id: Uuid,
    /// Its code.
    pub reference: String,
    /// The employer.
    pub employer: Uuid,
    /// Facts of the employer.
    pub employer_facts: Employer,
    /// Whether the employer is verified.
    pub employer_state: EmployerState,
    /// The station that looks after it.
    pub station: Option<Uuid>,
    /// What was decided on it.
    pub state: VacancyState,
    /// What is advertised; title and head-count are those of the row.
    pub vacancy: Vacancy,
}

impl Post {
    /// True while the public never saw it.
    pub fn is_hidden(&self) -> bool {
        matches!(self.state, VacancyState::Draft | VacancyState::InReview)
    }
}

const COLUMNS: &str = "i.id, i.ref, i.worker, i.vacancy, i.station, i.state, i.reason, i.note, i.interview, i.placement, \
     i.due_on, i.version, i.created_at, i.updated_at, w.name, w.ref, v.ref, v.title, v.station, v.employer, e.name, \
     (SELECT c.refused FROM consent c WHERE c.worker = w.id AND c.scope = 'employer' AND c.withdrawn_at IS NULL \
      AND NOT EXISTS (SELECT 1 FROM consent n WHERE n.worker = w.id AND n.scope = 'employer' AND (n.at, n.id) > (c.at, c.id))), w.id";

/// A merge moves no rows: the person of a row may have been merged into another, who is shown.
const FROM: &str = " FROM introduction i JOIN worker o ON o.id = i.worker JOIN worker w ON w.id = COALESCE(o.merged_into, o.id) \
     JOIN vacancy v ON v.id = i.vacancy JOIN employer e ON e.id = v.employer WHERE 1 = 1";

fn json<T: serde::Serialize>(value: Option<&T>) -> Option<String> {
    value.and_then(|v| serde_json::to_string(v).ok())
}

fn opt_json<T: serde::de::DeserializeOwned>(row: &Row, column: usize) -> Result<Option<T>, Error> {
    let text: Option<String> = row.get(column)?;
    text.map(|t| serde_json::from_str(&t).map_err(|_| Error::Damaged("a JSON column cannot be read"))).transpose()
}

pub(super) fn date(row: &Row, column: usize) -> Result<Option<Date>, Error> {
    Ok(row.get::<Option<String>>(column)?.and_then(|t| t.parse().ok()))
}

fn case(row: &Row) -> Result<Case, Error> {
    Ok(Case {
        introduction: Introduction {
            id: row.id(0)?,
            reference: row.get(1)?,
            worker: row.id(2)?,
            vacancy: row.id(3)?,
            station: row.opt_id(4)?,
            state: row.code(5)?,
            reason: row.opt_code(6)?,
            note: row.get(7)?,
            interview: opt_json(row, 8)?,
            placement: opt_json(row, 9)?,
            due: date(row, 10)?,
            version: row.get(11)?,
            created_at: row.get(12)?,
            updated_at: row.get(13)?,
        },
        person: row.id(22)?,
        worker_name: row.get(14)?,
        worker_reference: row.get(15)?,
        vacancy_reference: row.get(16)?,
        vacancy_title: row.get(17)?,
        vacancy_station: row.opt_id(18)?,
        employer: row.id(19)?,
        employer_name: row.get(20)?,
        consented: row.get::<Option<bool>>(21)? == Some(false),
    })
}

/// One introduction within reach.
pub async fn find(read: &mut impl Read, reach: &Reach, id: Uuid) -> Result<Option<Case>, Error> {
    let statement = sql("SELECT ").push(COLUMNS).push(FROM).push(" AND i.id = ").value(id);
    read.first(reach.narrow(statement)).await?.as_ref().map(case).transpose()
}

/// What a list is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// One person, with those merged into them.
    pub worker: Option<Uuid>,
    /// One vacancy.
    pub vacancy: Option<Uuid>,
    /// Any of these states; empty = all.
    pub states: Vec<IntroductionState>,
    /// Due before this day.
    pub due_before: Option<Date>,
    /// Introductions for one vacancy stand together in a list, the newest vacancy first.
    pub by_vacancy: bool,
}

fn filtered(statement: Sql, reach: &Reach, filter: &Filter) -> Sql {
    let mut statement = reach.narrow(statement);
    if let Some(worker) = filter.worker {
        statement = statement
            .push(" AND i.worker IN (SELECT m.id FROM worker m WHERE m.id = ")
            .value(worker)
            .push(" OR m.merged_into = ")
            .value(worker)
            .push(")");
    }
    if let Some(vacancy) = filter.vacancy {
        statement = statement.push(" AND i.vacancy = ").value(vacancy);
    }
    if !filter.states.is_empty() {
        statement = statement.push(" AND i.state IN ").list(filter.states.iter().map(|s| s.code()));
    }
    if let Some(day) = filter.due_before {
        statement = statement.push(" AND i.due_on < ").value(day.to_string());
    }
    statement
}

/// Introductions within reach, newest first, after a given id.
pub async fn list(
    read: &mut impl Read,
    reach: &Reach,
    filter: &Filter,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Case>, Error> {
    let mut statement = filtered(sql("SELECT ").push(COLUMNS).push(FROM), reach, filter);
    let order = if filter.by_vacancy { "i.vacancy DESC, i.id DESC" } else { "i.id DESC" };
    if let Some(after) = after {
        statement = if filter.by_vacancy {
            let there = " AND (i.vacancy, i.id) < (SELECT a.vacancy, a.id FROM introduction a WHERE a.id = ";
            statement.push(there).value(after).push(")")
        } else {
            statement.push(" AND i.id < ").value(after)
        };
    }
    read.all(statement.push(" ORDER BY ").push(order).push(" LIMIT ").value(limit)).await?.iter().map(case).collect()
}

/// How many introductions within reach stand in each state.
pub async fn counts(
    read: &mut impl Read,
    reach: &Reach,
    filter: &Filter,
) -> Result<Vec<(IntroductionState, i64)>, Error> {
    let statement = filtered(sql("SELECT i.state, CAST(COUNT(*) AS BIGINT)").push(FROM), reach, filter);
    let rows = read.all(statement.push(" GROUP BY i.state")).await?;
    rows.iter().map(|row| Ok((row.code(0)?, row.get(1)?))).collect()
}

/// How many introductions within reach there are.
pub async fn count(read: &mut impl Read, reach: &Reach, filter: &Filter) -> Result<i64, Error> {
    let statement = filtered(sql("SELECT CAST(COUNT(*) AS BIGINT)").push(FROM), reach, filter);
    read.first(statement).await?.map_or(Ok(0), |row| row.get(0))
}

/// The steps of an introduction, oldest first.
pub async fn events(read: &mut impl Read, id: Uuid) -> Result<Vec<Event>, Error> {
    let statement = sql("SELECT id, introduction, at, actor, act, from_state, to_state, note FROM introduction_event \
         WHERE introduction = $1 ORDER BY at, id")
    .bind(id);
    read.all(statement)
        .await?
        .iter()
        .map(|row| {
            Ok(Event {
                id: row.id(0)?,
                introduction: row.id(1)?,
                at: row.get(2)?,
                actor: row.get(3)?,
                act: IntroductionAct::parse(&row.get::<String>(4)?),
                from: row.opt_code(5)?,
                to: row.code(6)?,
                note: row.get(7)?,
            })
        })
        .collect()
}

/// Takes the vacancy's row until the end of the transaction, then the person's, so that two clicks on the last place, or
/// two placements of one person, come one after the other; always in this order, so that nobody waits in a circle.
pub async fn take(tx: &mut Tx, vacancy: Uuid, worker: Uuid) -> Result<(), Error> {
    take_all(tx, &[vacancy], &[worker]).await
}

/// The same for many at once, in the order of their ids.
pub async fn take_all(tx: &mut Tx, vacancies: &[Uuid], workers: &[Uuid]) -> Result<(), Error> {
    for vacancy in vacancies.iter().collect::<std::collections::BTreeSet<_>>() {
        super::vacancy::lock(tx, *vacancy).await?;
    }
    let person = "UPDATE worker SET version = version WHERE id = (SELECT COALESCE(o.merged_into, o.id) FROM worker o WHERE o.id = $1)";
    for worker in workers.iter().collect::<std::collections::BTreeSet<_>>() {
        tx.execute(sql(person).bind(*worker)).await?;
    }
    Ok(())
}

/// One vacancy with its employer.
pub async fn post(read: &mut impl Read, id: Uuid) -> Result<Option<Post>, Error> {
    let statement =
        sql("SELECT v.id, v.ref, v.employer, e.facts, e.state, v.station, v.state, v.facts, v.title, v.headcount, \
         v.valid_until, e.name FROM vacancy v JOIN employer e ON e.id = v.employer WHERE v.id = $1")
        .bind(id);
    let Some(row) = read.first(statement).await? else { return Ok(None) };
    let mut vacancy: Vacancy = row.json(7)?;
    vacancy.title = row.get(8)?;
    vacancy.headcount = u32::try_from(row.get::<i64>(9)?).unwrap_or(0);
    vacancy.valid_until = date(&row, 10)?;
    let mut employer_facts: Employer = row.json(3)?;
    employer_facts.name = row.get(11)?;
    Ok(Some(Post {
        id: row.id(0)?,
        reference: row.get(1)?,
        employer: row.id(2)?,
        employer_facts,
        employer_state: row.code(4)?,
        station: row.opt_id(5)?,
        state: row.code(6)?,
        vacancy,
    }))
}

/// How a vacancy's places are taken now.
pub async fn places(read: &mut impl Read, vacancy: Uuid) -> Result<Places, Error> {
    let row = read.first(sql("SELECT CAST(headcount AS BIGINT) FROM vacancy WHERE id = $1").bind(vacancy)).await?;
    let headcount: i64 = row.map_or(Ok(0), |r| r.get(0))?;
    let mut places = Places { headcount: u32::try_from(headcount).unwrap_or(0), ..Places::default() };
    let statement =
        sql("SELECT state, CAST(COUNT(*) AS BIGINT) FROM introduction WHERE vacancy = $1 GROUP BY state").bind(vacancy);
    for row in read.all(statement).await? {
        let (state, n): (IntroductionState, i64) = (row.code(0)?, row.get(1)?);
        let n = u32::try_from(n).unwrap_or(u32::MAX);
        if state.is_open() {
            places.open += n;
        }
        if state.holds_place() {
            places.held += n;
        }
        if state == IntroductionState::Placed {
            places.placed += n;
        }
    }
    Ok(places)
}

/// Open introductions and placements of a person, whatever the reach: what an act on one of them must see.
pub async fn of_worker(read: &mut impl Read, worker: Uuid) -> Result<Vec<Case>, Error> {
    let statement = sql("SELECT ")
        .push(COLUMNS)
        .push(FROM)
        .push(" AND i.state IN ('asked', 'proposed', 'accepted', 'interview', 'placed')")
        .push(" AND i.worker IN (SELECT m.id FROM worker m WHERE m.id = ")
        .value(worker)
        .push(" OR m.merged_into = ")
        .value(worker)
        .push(") ORDER BY i.id");
    read.all(statement).await?.iter().map(case).collect()
}

/// Adds an introduction; a second open one of the same person for the same vacancy is a duplicate.
pub async fn insert(tx: &mut Tx, i: &Introduction) -> Result<(), Error> {
    let row = vec![
        i.id.into(),
        (&i.reference).into(),
        i.worker.into(),
        i.vacancy.into(),
        i.station.into(),
        i.state.code().into(),
        i.due.map(|d| d.to_string()).into(),
        i.version.into(),
        i.created_at.into(),
        i.updated_at.into(),
    ];
    let into = "introduction (id, ref, worker, vacancy, station, state, due_on, version, created_at, updated_at)";
    tx.insert(into, vec![row], "").await?;
    tx.changed(Kind::Worker, i.worker);
    tx.changed(Kind::Vacancy, i.vacancy);
    Ok(())
}

/// Writes an introduction if nobody else was faster; false = another version stands there.
pub async fn update(tx: &mut Tx, i: &Introduction) -> Result<bool, Error> {
    let statement = sql(
        "UPDATE introduction SET state = $1, reason = $2, note = $3, interview = $4, placement = $5, due_on = $6, \
         updated_at = $7, version = version + 1 WHERE id = $8 AND version = $9",
    )
    .bind(i.state.code())
    .bind(i.reason.map(Reason::code))
    .bind(i.note.clone())
    .bind(json(i.interview.as_ref()))
    .bind(json(i.placement.as_ref()))
    .bind(i.due.map(|d| d.to_string()))
    .bind(i.updated_at)
    .bind(i.id)
    .bind(i.version);
    tx.changed(Kind::Worker, i.worker);
    tx.changed(Kind::Vacancy, i.vacancy);
    Ok(tx.execute(statement).await? == 1)
}

/// Adds a step.
pub async fn add_event(tx: &mut Tx, e: &Event) -> Result<(), Error> {
    let row = vec![
        e.id.into(),
        e.introduction.into(),
        e.at.into(),
        (&e.actor).into(),
        e.act.map_or("introduce", |a| a.code()).into(),
        e.from.map(IntroductionState::code).into(),
        e.to.code().into(),
        e.note.clone().into(),
    ];
    let into = "introduction_event (id, introduction, at, actor, act, from_state, to_state, note)";
    tx.insert(into, vec![row], "").await.map(drop)
}
