//! Batch runs: asked, computed in the background, looked at, adopted into introductions.

mod adopt;
mod again;
mod look;
mod ready;
mod work;

pub use adopt::{Adopted, Adoption, adopt};
pub use again::{Again, again};
pub use look::{Compared, Reason, Whole, compare, names, posts, reasons, whole};

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::error::{Error, Result};
use super::matching::people_of;
use super::office::Office;
use crate::domain::actor::{Actor, Right};
use crate::domain::match_run::RunState;
use crate::domain::station::StationKind;
use crate::matching::parameters::Parameters;
use crate::matching::plan::{self, Aim};
use crate::store::match_run::{self as runs, Pair, Run};
use crate::store::worker::Scope;
use ready::Ready;

/// So many pairs can be written down for terms that need them.
const PAIRS: u64 = 48 << 20;
/// Whoever computes a run says so at least this often for it to go on, microseconds.
const LEASE: i64 = 60_000_000;

/// Whom and what a run is about.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct WantedScope {
    /// People of this station and those below it; code.
    pub station: Option<String>,
    /// People whose village or registered home lies in these regions; where neither is recorded, those whom a county's
    /// station of these regions looks after.
    pub counties: Vec<String>,
    /// With `counties`: also people whose home county nothing tells.
    pub unknown_home: bool,
    /// Only these vacancies.
    pub vacancies: Vec<Uuid>,
    /// Only vacancies of these kinds.
    pub kinds: Vec<String>,
    /// Only people who may begin on this day, and posts that may be begun on it; year-month-day.
    pub date: Option<String>,
    /// Without these people.
    pub leave_out: Vec<Uuid>,
}

/// A person at a vacancy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct At {
    /// The person.
    pub worker: Uuid,
    /// The vacancy.
    pub vacancy: Uuid,
}

/// What a run is asked for.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Wanted {
    /// Whom and what.
    pub scope: WantedScope,
    /// What is to be greatest.
    pub aim: Aim,
    /// People who go to one employer together, or stay.
    pub together: Vec<Vec<Uuid>>,
    /// Who goes where in any case.
    pub pin: Vec<At>,
    /// Who does not go where.
    pub forbid: Vec<At>,
    /// A vacancy takes so many, or nobody.
    pub min_to_run: BTreeMap<Uuid, u32>,
    /// Places kept for people of watched households.
    pub reserve: BTreeMap<Uuid, u32>,
    /// Most people of one employer.
    pub employer_cap: BTreeMap<Uuid, u32>,
    /// The run that this one changes.
    pub parent: Option<Uuid>,
}

/// Why no run was begun.
#[derive(Debug)]
pub enum NotBegun {
    /// As with any act.
    Error(Error),
    /// Terms that cannot hold together, with the people and vacancies they are about.
    Contradictions(Vec<Told>),
}

impl From<Error> for NotBegun {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

/// A contradiction by code, with ids instead of numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Stable code.
    pub code: &'static str,
    /// People it is about.
    pub workers: Vec<Uuid>,
    /// Vacancies it is about.
    pub vacancies: Vec<Uuid>,
    /// What is wanted and what there is, where it is about numbers.
    pub numbers: Option<(u32, u32)>,
}

/// What the stations of counties serve, by station.
async fn counties(office: &Office) -> BTreeMap<Uuid, Vec<String>> {
    let stations = office.stations().await;
    let of_county = stations.iter().filter(|s| s.station.kind == StationKind::County);
    of_county.map(|s| (s.id, s.station.regions.clone())).collect()
}

/// Asks for a run; it is computed in the background.
pub async fn begin(office: &Office, actor: &Actor, wanted: Wanted) -> std::result::Result<Run, NotBegun> {
    office.need(actor, Right::Match)?;
    let station = match &wanted.scope.station {
        Some(code) => {
            let found = office.stations().await.iter().find(|s| s.station.code == *code).map(|s| s.id);
            Some(found.ok_or_else(|| Error::field("scope.station", "station.unknown"))?)
        }
        None => actor.station(),
    };
    let people = match people_of(office, actor, station).await {
        Err(Error::NotFound) => return Err(Error::field("scope.station", "station.unknown").into()),
        other => other?,
    };
    if let Some(parent) = wanted.parent
        && !matches!(find(office, actor, parent).await, Ok(run) if run.state == RunState::Done)
    {
        return Err(Error::field("parent", "match.unknown").into());
    }
    let (inner, asked, today, counties) = (office.clone(), wanted.clone(), office.today(), counties(office).await);
    let contradictions = tokio::task::spawn_blocking(move || {
        let columns = inner.live.columns()?;
        let ready = Ready::new(&columns, &people, &asked, &counties, today)?;
        if ready.terms.are_none() {
            return Ok(vec![]);
        }
        let found = plan::contradictions(&ready.instance()?, &ready.terms);
        Ok::<_, Error>(found.iter().map(|one| ready.told(one)).collect())
    });
    let contradictions = contradictions.await.map_err(|e| Error::Internal(e.to_string()))??;
    if !contradictions.is_empty() {
        return Err(NotBegun::Contradictions(contradictions));
    }
    let now = office.now();
    let run = Run {
        id: office.id(),
        station,
        by: actor.name().to_owned(),
        account: match actor {
            Actor::Account { id, .. } => Some(*id),
            _ => None,
        },
        state: RunState::Queued,
        progress: 0,
        asked: serde_json::to_value(&wanted).unwrap_or_default(),
        found: Value::Null,
        fault: None,
        created_at: now,
        updated_at: now,
        lease_until: now + LEASE,
    };
    let mut tx = office.begin().await?;
    runs::insert(&mut tx, &run).await.map_err(Error::from)?;
    tx.audit(office.audit(actor, "match_run.begin", "match_run", Some(run.id), ""));
    office.commit(tx).await?;
    work::start(office, run.clone());
    Ok(run)
}

/// One run within the actor's scope.
pub async fn find(office: &Office, actor: &Actor, id: Uuid) -> Result<Run> {
    office.need(actor, Right::Match)?;
    let run = runs::find(&mut &office.db, id).await?.ok_or(Error::NotFound)?;
    let seen = match (office.scope(actor).await?, run.station) {
        (Scope::All, _) => true,
        (scope, Some(station)) => scope.holds(&[station]),
        (_, None) => false,
    };
    if seen { Ok(run) } else { Err(Error::NotFound) }
}

/// The newest runs within the actor's scope.
pub async fn newest(office: &Office, actor: &Actor) -> Result<Vec<Run>> {
    office.need(actor, Right::Match)?;
    Ok(runs::newest(&mut &office.db, &office.scope(actor).await?, 20).await?)
}

/// Stops a run that is under way.
pub async fn cancel(office: &Office, actor: &Actor, id: Uuid) -> Result<Run> {
    let mut run = find(office, actor, id).await?;
    let mut tx = office.begin().await?;
    (run.state, run.updated_at) = (RunState::Cancelled, office.now());
    if !runs::step(&mut tx, &run).await? {
        return Err(Error::conflict("match.not_under_way"));
    }
    tx.audit(office.audit(actor, "match_run.cancel", "match_run", Some(id), ""));
    office.commit(tx).await?;
    work::stop(id);
    Ok(run)
}

/// Who would go where, by person, after a given one; audited.
pub async fn assignments(
    office: &Office,
    actor: &Actor,
    id: Uuid,
    after: Option<Uuid>,
    limit: i64,
) -> Result<(Run, Vec<Pair>)> {
    let run = find(office, actor, id).await?;
    let pairs = runs::pairs(&mut &office.db, id, after, limit).await?;
    office.read_of(actor, "match_run.assignments", None, "").await?;
    Ok((run, pairs))
}

/// Tells runs that nobody computes any more that they were broken off; answers how many.
pub async fn break_off(office: &Office) -> Result<u64> {
    let mut tx = office.begin().await?;
    let count = runs::break_off(&mut tx, office.now()).await?;
    tx.commit().await?;
    Ok(count)
}

/// Forgets who would have gone where by runs of long ago; answers how many pairs went.
pub async fn forget(office: &Office) -> Result<u64> {
    let days = i64::from(Parameters::shipped().match_runs.pair_days);
    let mut tx = office.begin().await?;
    let count = runs::forget_pairs(&mut tx, office.now() - days * 86_400_000_000).await?;
    tx.commit().await?;
    Ok(count)
}
