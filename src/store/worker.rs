//! People of the register: rows, links, consents, employments, and the records that index and columns follow.

use std::collections::HashMap;

use jiff::civil::Date;
use uuid::Uuid;

use super::Error;
use super::change::{Kind, Tx};
use super::db::{Read, Row, Sql, sql};
use crate::domain::code::Code as _;
use crate::domain::household::{HouseholdFacts, WatchClass};
use crate::domain::station::LinkRole;
use crate::domain::worker::{
    Basis, ConsentScope, ConsentWay, Employment, Seeker, Status, Verification, Worker, status,
};

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

/// A person who may be the same as another: enough to compare, nothing to show out of scope.
#[derive(Debug, Clone)]
pub struct Likeness {
    /// The person.
    pub id: Uuid,
    /// Name for comparing.
    pub name_key: String,
    /// Full pinyin and initials.
    pub pinyin: String,
    /// Birth date.
    pub birth_date: Option<Date>,
    /// Keyed hash of the phone.
    pub phone_hash: Option<Vec<u8>>,
    /// Keyed hash of the number.
    pub id_hash: Option<Vec<u8>>,
    /// Place of the village.
    pub place: Option<Uuid>,
}

const LIKENESS: &str = "SELECT id, name_key, pinyin, birth_date, phone_hash, id_hash, place FROM worker WHERE merged_into IS NULL AND closed_at IS NULL";

fn likeness(row: &Row) -> Result<Likeness, Error> {
    let birth = row.get::<Option<String>>(3)?;
    Ok(Likeness {
        id: row.id(0)?,
        name_key: row.get(1)?,
        pinyin: row.get(2)?,
        birth_date: birth.and_then(|t| t.parse().ok()),
        phone_hash: row.get(4)?,
        id_hash: row.get(5)?,
        place: row.opt_id(6)?,
    })
}

/// People whose name, or whose birth date and village, are among those asked for: candidates for a comparison.
pub async fn alike(read: &mut impl Read, names: &[String], births: &[(Date, Uuid)]) -> Result<Vec<Likeness>, Error> {
    let mut found = Vec::new();
    if !names.is_empty() {
        let statement = sql(LIKENESS).push(" AND name_key IN ").list(names.iter());
        for row in read.all(statement).await? {
            found.push(likeness(&row)?);
        }
    }
    for pairs in births.chunks(500) {
        let mut statement = sql(LIKENESS).push(" AND (birth_date, place) IN (VALUES ");
        statement = statement.rows(pairs.iter().map(|(d, p)| vec![d.to_string().into(), (*p).into()])).push(")");
        for row in read.all(statement).await? {
            found.push(likeness(&row)?);
        }
    }
    Ok(found)
}

/// Pairs that somebody marked as not the same, both ways round.
pub async fn distinct_from(read: &mut impl Read, id: Uuid) -> Result<Vec<Uuid>, Error> {
    let statement =
        sql("SELECT b FROM distinct_pair WHERE a = $1 UNION SELECT a FROM distinct_pair WHERE b = $1").bind(id);
    read.all(statement).await?.iter().map(|row| row.id(0)).collect()
}

/// Remembers that two people are not the same.
pub async fn mark_distinct(tx: &mut Tx, a: Uuid, b: Uuid, at: i64, by: &str) -> Result<(), Error> {
    let (a, b) = (a.min(b), a.max(b));
    let statement = sql("INSERT INTO distinct_pair (a, b, at, by_name) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING")
        .bind(a)
        .bind(b)
        .bind(at)
        .bind(by);
    tx.execute(statement).await?;
    tx.execute(sql("DELETE FROM duplicate_pair WHERE a = $1 AND b = $2").bind(a).bind(b)).await?;
    Ok(())
}

/// Puts possible duplicates on the review list.
pub async fn suspect(tx: &mut Tx, pairs: &[(Uuid, Uuid, String)], at: i64) -> Result<(), Error> {
    let rows =
        pairs.iter().map(|(a, b, code)| vec![(*a.min(b)).into(), (*a.max(b)).into(), code.into(), at.into()]).collect();
    tx.insert("duplicate_pair (a, b, code, at)", rows, " ON CONFLICT DO NOTHING").await?;
    Ok(())
}

/// The review list of possible duplicates within the scope: both people, why, when.
pub async fn suspects(read: &mut impl Read, scope: &Scope) -> Result<Vec<(Uuid, Uuid, String, i64)>, Error> {
    let statement = sql(
        "SELECT d.a, d.b, d.code, d.at FROM duplicate_pair d JOIN worker x ON x.id = d.a JOIN worker y ON y.id = d.b \
         WHERE x.merged_into IS NULL AND y.merged_into IS NULL \
         AND NOT EXISTS (SELECT 1 FROM distinct_pair n WHERE n.a = d.a AND n.b = d.b)",
    );
    let statement = scope.narrow(scope.narrow(statement, "d.a"), "d.b").push(" ORDER BY d.at DESC, d.a LIMIT 500");
    read.all(statement).await?.iter().map(|r| Ok((r.id(0)?, r.id(1)?, r.get(2)?, r.get(3)?))).collect()
}

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
            record.jobs.push(Job {
                id: row.id(0)?,
                worker: row.id(1)?,
                employer: row.opt_id(2)?,
                facts: row.json(3)?,
                occupation: row.get(4)?,
                source: row.get(5)?,
                to: row.get::<Option<String>>(6)?.and_then(|t| t.parse().ok()),
                introduction: row.opt_id(7)?,
            });
        }
    }
    for row in &read
        .all(of("SELECT DISTINCT worker FROM enrolment WHERE state IN ('enrolled', 'attending') AND worker IN "))
        .await?
    {
        if let Some(record) = found.get_mut(&row.id(0)?) {
            record.enrolled = true;
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
