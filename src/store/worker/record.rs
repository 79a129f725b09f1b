//! What hangs on a person: links, consents, stretches of work, and the record that pages, index and columns read.

use std::collections::HashMap;

use jiff::civil::Date;
use uuid::Uuid;

use super::{COLUMNS, Person, Scope, day, json, person};
use crate::domain::code::Code as _;
use crate::domain::household::{HouseholdFacts, WatchClass};
use crate::domain::station::LinkRole;
use crate::domain::training::EnrolmentState;
use crate::domain::worker::{ConsentScope, ConsentWay, Employment, Seeker, Status, status};
use crate::store::Error;
use crate::store::change::{Kind, Tx};
use crate::store::db::{Read, sql};

/// A link of a person to a station.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The person.
    pub worker: Uuid,
    /// The station.
    pub station: Uuid,
    /// Why.
    pub role: LinkRole,
}

/// Links people to stations; links that stand are left alone. Answers how many are new.
pub async fn link(tx: &mut Tx, links: &[Link], at: i64) -> Result<u64, Error> {
    let rows = links.iter().map(|l| vec![l.worker.into(), l.station.into(), l.role.code().into(), at.into()]).collect();
    for l in links {
        tx.changed(Kind::Worker, l.worker);
    }
    tx.insert("link (worker, station, role, at)", rows, " ON CONFLICT DO NOTHING").await
}

/// A consent or refusal as recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct Consent {
    /// Its id.
    pub id: Uuid,
    /// The person.
    pub worker: Uuid,
    /// To what.
    pub scope: ConsentScope,
    /// How.
    pub way: ConsentWay,
    /// When, microseconds UTC.
    pub at: i64,
    /// Who recorded it.
    pub by: String,
    /// The person said no.
    pub refused: bool,
    /// When it was taken back.
    pub withdrawn_at: Option<i64>,
}

/// Records consents.
pub async fn add_consents(tx: &mut Tx, consents: &[Consent]) -> Result<(), Error> {
    let rows = consents
        .iter()
        .map(|c| {
            vec![
                c.id.into(),
                c.worker.into(),
                c.scope.code().into(),
                c.way.code().into(),
                c.at.into(),
                (&c.by).into(),
                c.refused.into(),
            ]
        })
        .collect();
    for c in consents {
        tx.changed(Kind::Worker, c.worker);
    }
    tx.insert("consent (id, worker, scope, way, at, by_name, refused)", rows, "").await?;
    Ok(())
}

/// A stretch of work as stored.
#[derive(Debug, Clone)]
pub struct Job {
    /// Its id.
    pub id: Uuid,
    /// The person.
    pub worker: Uuid,
    /// The employer, if it is in the list.
    pub employer: Option<Uuid>,
    /// What is known.
    pub facts: Employment,
    /// Occupation code.
    pub occupation: Option<String>,
    /// `register` or `placement`.
    pub source: String,
    /// Last day; none = still at work.
    pub to: Option<Date>,
    /// The introduction it came from.
    pub introduction: Option<Uuid>,
}

/// Adds stretches of work.
pub async fn add_jobs(tx: &mut Tx, jobs: &[Job], at: i64) -> Result<(), Error> {
    let rows = jobs
        .iter()
        .map(|j| {
            vec![
                j.id.into(),
                j.worker.into(),
                j.employer.into(),
                json(&j.facts).into(),
                j.occupation.clone().into(),
                (&j.source).into(),
                day(j.facts.from).into(),
                day(j.to).into(),
                j.introduction.into(),
                at.into(),
            ]
        })
        .collect();
    for j in jobs {
        tx.changed(Kind::Worker, j.worker);
    }
    let into = "employment (id, worker, employer, facts, occupation, source, from_on, to_on, introduction, created_at)";
    tx.insert(into, rows, "").await?;
    Ok(())
}

/// Changes the facts of a stretch of work.
pub async fn update_job(tx: &mut Tx, job: &Job) -> Result<(), Error> {
    let statement = sql("UPDATE employment SET facts = $1, occupation = $2, from_on = $3, to_on = $4 WHERE id = $5")
        .bind(json(&job.facts))
        .bind(job.occupation.clone())
        .bind(day(job.facts.from))
        .bind(day(job.to))
        .bind(job.id);
    tx.execute(statement).await?;
    tx.changed(Kind::Worker, job.worker);
    Ok(())
}

/// Removes the employment that a reopened placement had made.
pub async fn remove_job_of(tx: &mut Tx, introduction: Uuid) -> Result<(), Error> {
    tx.execute(sql("DELETE FROM employment WHERE introduction = $1").bind(introduction)).await?;
    Ok(())
}

/// Everything that hangs on a person and that pages, index and columns read.
#[derive(Debug, Clone)]
pub struct Record {
    /// The row.
    pub person: Person,
    /// Household id and facts of the open membership.
    pub household: Option<(Uuid, HouseholdFacts)>,
    /// Class of the household's open watch episode.
    pub watch: Option<WatchClass>,
    /// Stretches of work, newest first.
    pub jobs: Vec<Job>,
    /// Sits in a class.
    pub enrolled: bool,
    /// Links.
    pub links: Vec<Link>,
    /// Consents, newest first.
    pub consents: Vec<Consent>,
    /// Vacancies with an open introduction or placement.
    pub introduced: Vec<Uuid>,
    /// Vacancies of the order classes that they sit in or have passed.
    pub trains_for: Vec<Uuid>,
    /// Somebody of the household is at work.
    pub household_has_work: Option<bool>,
}

impl Record {
    /// The open employment, if any.
    pub fn job(&self) -> Option<&Job> {
        self.jobs.iter().find(|j| j.to.is_none())
    }

    /// Derived status.
    pub fn status(&self) -> Status {
        status(self.person.closed_at.is_some(), self.job().is_some(), self.enrolled, self.person.worker.statement)
    }

    /// The newest word on a consent scope: `Some(true)` agreed, `Some(false)` refused or withdrawn.
    pub fn consent(&self, scope: ConsentScope) -> Option<bool> {
        self.consents.iter().find(|c| c.scope == scope).map(|c| !c.refused && c.withdrawn_at.is_none())
    }

    /// The person as matching sees them.
    pub fn seeker(&self) -> Seeker {
        let kind = self.household.as_ref().and_then(|(_, h)| h.kind.as_deref());
        Seeker {
            id: self.person.id,
            worker: self.person.worker.clone(),
            status: self.status(),
            last_occupation: self.jobs.iter().find_map(|j| j.occupation.clone()),
            watch: self.watch,
            relocated: self.household.as_ref().and_then(|(_, h)| h.relocated).unwrap_or(false),
            out_of_poverty: kind == Some("脱贫户") || kind == Some("out_of_poverty"),
            household_has_work: self.household_has_work,
            opted_out: self.consent(ConsentScope::Matching) == Some(false),
            employer_consent: self.consent(ConsentScope::Employer) == Some(true),
            stations: {
                let mut ids: Vec<Uuid> = self.links.iter().map(|l| l.station).collect();
                ids.sort_unstable();
                ids.dedup();
                ids
            },
            introduced: self.introduced.clone(),
            trains_for: self.trains_for.clone(),
        }
    }
}

/// Records of people within the scope, in the order of the ids given; merged people are left out.
pub async fn records(read: &mut impl Read, scope: &Scope, ids: &[Uuid]) -> Result<Vec<Record>, Error> {
    let mut out = Vec::with_capacity(ids.len());
    for ids in ids.chunks(2_000) {
        if ids.is_empty() {
            continue;
        }
        let statement = sql("SELECT ")
            .push(COLUMNS)
            .push(" FROM worker w WHERE w.merged_into IS NULL AND w.id IN ")
            .list(ids.iter().copied());
        let rows = read.all(scope.narrow(statement, "w.id")).await?;
        let people = rows.iter().map(person).collect::<Result<_, _>>()?;
        let mut found = complete(read, people).await?;
        out.extend(ids.iter().filter_map(|id| found.remove(id)));
    }
    Ok(out)
}

/// The records of people who were read before, by their ids: everything that hangs on them.
pub async fn complete(read: &mut impl Read, people: Vec<Person>) -> Result<HashMap<Uuid, Record>, Error> {
    let bare = |person: Person| Record {
        person,
        household: None,
        watch: None,
        jobs: Vec::new(),
        enrolled: false,
        links: Vec::new(),
        consents: Vec::new(),
        introduced: Vec::new(),
        trains_for: Vec::new(),
        household_has_work: None,
    };
    let mut found: HashMap<_, _> = people.into_iter().map(|p| (p.id, bare(p))).collect();
    if !found.is_empty() {
        fill(read, &mut found).await?;
    }
    Ok(found)
}

async fn fill(read: &mut impl Read, found: &mut HashMap<Uuid, Record>) -> Result<(), Error> {
    let ids: Vec<Uuid> = found.keys().copied().collect();
    let of = |text: &str| sql(text).list(ids.iter().copied());
    let rows = read
        .all(of("SELECT m.worker, h.id, h.facts, m.relation, e.class, \
             (SELECT CAST(COUNT(*) AS BIGINT) FROM membership o JOIN employment j ON j.worker = o.worker \
              WHERE o.household = h.id AND o.to_at IS NULL AND j.to_on IS NULL) \
             FROM membership m JOIN household h ON h.id = m.household \
             LEFT JOIN watch_episode e ON e.household = h.id AND e.cleared_at IS NULL \
             WHERE m.to_at IS NULL AND m.worker IN "))
        .await?;
    for row in &rows {
        if let Some(record) = found.get_mut(&row.id(0)?) {
            let mut facts: HouseholdFacts = row.json(2)?;
            facts.relation = row.get(3)?;
            record.household = Some((row.id(1)?, facts));
            record.watch = row.opt_code(4)?;
            record.household_has_work = Some(row.get::<i64>(5)? > 0);
        }
    }
    let rows = read
        .all(of("SELECT id, worker, employer, facts, occupation, source, to_on, introduction FROM employment WHERE worker IN ")
            .push(" ORDER BY created_at DESC, id DESC"))
        .await?;
    for row in &rows {
        if let Some(record) = found.get_mut(&row.id(1)?) {
            let to: Option<Date> = row.get::<Option<String>>(6)?.and_then(|t| t.parse().ok());
            record.jobs.push(Job {
                id: row.id(0)?,
                worker: row.id(1)?,
                employer: row.opt_id(2)?,
                facts: Employment { to, ..row.json(3)? },
                occupation: row.get(4)?,
                source: row.get(5)?,
                to,
                introduction: row.opt_id(7)?,
            });
        }
    }
    let rows = read
        .all(of("SELECT n.worker, n.state, o.vacancy FROM enrolment n LEFT JOIN class_post o ON o.class = n.class \
             WHERE n.state NOT IN ('left', 'failed') AND n.worker IN "))
        .await?;
    for row in &rows {
        if let Some(record) = found.get_mut(&row.id(0)?) {
            record.enrolled |= matches!(row.code(1)?, EnrolmentState::Enrolled | EnrolmentState::Attending);
            record.trains_for.extend(row.opt_id(2)?);
        }
    }
    for row in
        &read.all(of("SELECT worker, station, role FROM link WHERE worker IN ").push(" ORDER BY at, station")).await?
    {
        if let Some(record) = found.get_mut(&row.id(0)?) {
            record.links.push(Link { worker: row.id(0)?, station: row.id(1)?, role: row.code(2)? });
        }
    }
    let rows = read
        .all(
            of("SELECT id, worker, scope, way, at, by_name, refused, withdrawn_at FROM consent WHERE worker IN ")
                .push(" ORDER BY at DESC, id DESC"),
        )
        .await?;
    for row in &rows {
        if let Some(record) = found.get_mut(&row.id(1)?) {
            record.consents.push(Consent {
                id: row.id(0)?,
                worker: row.id(1)?,
                scope: row.code(2)?,
                way: row.code(3)?,
                at: row.get(4)?,
                by: row.get(5)?,
                refused: row.get(6)?,
                withdrawn_at: row.get(7)?,
            });
        }
    }
    let rows = read
        .all(of("SELECT worker, vacancy FROM introduction WHERE state IN ('asked', 'proposed', 'accepted', 'interview', 'placed') AND worker IN "))
        .await?;
    for row in &rows {
        if let Some(record) = found.get_mut(&row.id(0)?) {
            record.introduced.push(row.id(1)?);
        }
    }
    Ok(())
}
