//! Batch runs: asked, computed in the background, looked at, adopted into introductions.

mod ready;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use uuid::Uuid;

use super::error::{Error, Result};
use super::introduction;
use super::matching::people_of;
use super::office::Office;
use crate::domain::actor::{Actor, Right};
use crate::domain::match_run::RunState;
use crate::matching::assign::{Ends, assign_table};
use crate::matching::columns::Columns;
use crate::matching::plan::{self, Aim, NoPlan, Plan};
use crate::matching::sentence::Lang;
use crate::matching::shortage::{Shortage, Sought, shortages, sought};
use crate::store::match_run::{self as runs, Pair, Run};
use crate::store::worker::Scope;
use ready::Ready;

/// A second run at once would only make both slower.
static ONE_BY_ONE: Semaphore = Semaphore::const_new(1);

/// Runs under way here, with the word to stop.
static UNDER_WAY: Mutex<BTreeMap<Uuid, Arc<AtomicBool>>> = Mutex::new(BTreeMap::new());

/// Branches that may be tried for what is not a plain flow, in pairs of people and vacancies.
const EFFORT: usize = 120_000_000;
/// The most branches at all.
const BRANCHES: usize = 20_000;
/// So many pairs can be written down for terms that need them.
const PAIRS: u64 = 48 << 20;
/// So many shortages are kept with a run.
const SHORTAGES: usize = 200;
/// So many vacancies that are full and wanted most are kept with a run.
const SOUGHT: usize = 50;

/// Whom and what a run is about.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct WantedScope {
    /// People of this station and those below it; code.
    pub station: Option<String>,
    /// People whose village or registered home lies in these regions.
    pub counties: Vec<String>,
    /// Only these vacancies.
    pub vacancies: Vec<Uuid>,
    /// Only vacancies of these kinds.
    pub kinds: Vec<String>,
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
}

/// Whom to introduce out of a run; none named = all.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Adoption {
    /// Pairs of the run.
    pub pairs: Option<Vec<At>>,
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
    let (inner, asked, today) = (office.clone(), wanted.clone(), office.today());
    let contradictions = tokio::task::spawn_blocking(move || {
        let columns = inner.live.columns()?;
        let ready = Ready::new(&columns, &people, &asked, today)?;
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
    };
    let mut tx = office.begin().await?;
    runs::insert(&mut tx, &run).await.map_err(Error::from)?;
    tx.audit(office.audit(actor, "match_run.begin", "match_run", Some(run.id), ""));
    office.commit(tx).await?;
    let stop = Arc::new(AtomicBool::new(false));
    UNDER_WAY.lock().unwrap_or_else(PoisonError::into_inner).insert(run.id, stop.clone());
    let (office, work) = (office.clone(), run.clone());
    tokio::spawn(async move {
        let id = work.id;
        if let Ok(_turn) = ONE_BY_ONE.acquire().await
            && let Err(error) = carry_out(&office, work, station, stop).await
        {
            tracing::error!(%id, %error, "a batch run stopped");
        }
        UNDER_WAY.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
    });
    Ok(run)
}

/// Writes a step of a run down; false = it was cancelled meanwhile.
async fn note(office: &Office, run: &mut Run, state: RunState, progress: i64) -> Result<bool> {
    (run.state, run.progress, run.updated_at) = (state, progress, office.now());
    let mut tx = office.begin().await?;
    let going_on = runs::step(&mut tx, run).await?;
    tx.commit().await?;
    Ok(going_on)
}

/// What a computation brings back.
struct Computed {
    pairs: Vec<Pair>,
    found: Value,
}

async fn carry_out(office: &Office, mut run: Run, station: Option<Uuid>, stop: Arc<AtomicBool>) -> Result<()> {
    if !note(office, &mut run, RunState::Running, 5).await? {
        return Ok(());
    }
    let wanted: Wanted = serde_json::from_value(run.asked.clone()).unwrap_or_default();
    let people = match station {
        Some(id) => Scope::Stations(super::office::below(&office.stations().await, id)),
        None => Scope::All,
    };
    let (inner, today) = (office.clone(), office.today());
    let computed = tokio::task::spawn_blocking(move || compute(&inner, &people, &wanted, today, &stop)).await;
    let computed = computed.unwrap_or_else(|e| Err(Error::Internal(e.to_string())));
    match computed {
        Ok(None) => Ok(()),
        Ok(Some(Computed { pairs, found })) => {
            run.found = found;
            (run.state, run.progress, run.updated_at) = (RunState::Done, 100, office.now());
            let mut tx = office.begin().await?;
            if runs::step(&mut tx, &run).await? {
                runs::add_pairs(&mut tx, run.id, &pairs).await?;
                tx.commit().await?;
            }
            Ok(())
        }
        Err(error) => {
            run.fault = Some(match &error {
                Error::Conflict { code, .. } => (*code).to_owned(),
                Error::Invalid(_) => "match.changed".to_owned(),
                _ => "internal".to_owned(),
            });
            let progress = run.progress;
            note(office, &mut run, RunState::Failed, progress).await?;
            if matches!(error, Error::Internal(_)) { Err(error) } else { Ok(()) }
        }
    }
}

/// The plan of a run with its figures; `None` = cancelled.
fn compute(
    office: &Office,
    people: &Scope,
    wanted: &Wanted,
    today: Date,
    stop: &AtomicBool,
) -> Result<Option<Computed>> {
    let begun = Instant::now();
    // A copy, so that the columns can follow the changes of the day while this takes its time.
    let columns = Columns::clone(&*office.live.columns()?);
    let ready = Ready::new(&columns, people, wanted, today)?;
    let table = &ready.table;
    let plan = if ready.terms.are_none() {
        let batch = assign_table(table).map_err(|fault| Error::Internal(fault.to_string()))?;
        let number = |(worker, vacancy, score): (Uuid, Uuid, u32)| {
            Some((table.worker_number(worker)?, table.post_number(vacancy)?, score))
        };
        let prices = batch.prices.into_iter().map(|(_, price)| price);
        let ends = batch.ends.unwrap_or_else(|| Ends { gains: prices.collect(), loses: vec![] });
        Plan {
            pairs: batch.pairs.into_iter().filter_map(number).collect(),
            objective: batch.objective,
            bound: batch.bound,
            optimal: batch.optimal,
            gains: ends.gains,
            loses: ends.loses,
        }
    } else {
        let instance = ready.instance()?;
        let effort = (EFFORT / instance.problem.edge_count().max(1)).min(BRANCHES);
        match plan::plan(&instance, &ready.terms, effort, &|| !stop.load(Ordering::Relaxed)) {
            Ok(plan) => plan,
            Err(NoPlan::Cancelled) => return Ok(None),
            Err(NoPlan::Contradictions(_)) => return Err(Error::conflict("match.contradictory")),
            Err(NoPlan::Fault(fault)) => return Err(Error::Internal(fault)),
        }
    };
    if stop.load(Ordering::Relaxed) {
        return Ok(None);
    }
    let short = shortages(table, &plan.pairs, &plan.gains);
    let wanted_most = sought(table, &plan.gains, &plan.loses);
    let places: u64 = (0..table.posts() as u32).map(|post| u64::from(table.opening(post).places_left)).sum();
    let found = json!({
        "workers": table.workers(), "vacancies": table.posts(), "places": places, "assigned": plan.pairs.len(),
        "objective": plan.objective, "bound": plan.bound, "optimal": plan.optimal,
        "seconds": (begun.elapsed().as_secs_f64() * 1000.0).round() / 1000.0,
        "shortages": short.iter().take(SHORTAGES).map(shortage).collect::<Value>(),
        "sought": wanted_most.iter().take(SOUGHT).map(in_words).collect::<Value>(),
    });
    let pair = |(worker, vacancy, score): &(u32, u32, u32)| Pair {
        worker: table.worker(*worker),
        vacancy: table.opening(*vacancy).id,
        score: *score,
        introduction: None,
    };
    Ok(Some(Computed { pairs: plan.pairs.iter().map(pair).collect(), found }))
}

/// A shortage as kept, in both languages.
fn shortage(short: &Shortage) -> Value {
    json!({
        "vacancy": short.vacancy, "missing": short.missing, "price": short.price,
        "zh": short.text(Lang::Zh), "en": short.text(Lang::En),
    })
}

/// A sought vacancy as kept, in both languages.
fn in_words(sought: &Sought) -> Value {
    json!({
        "vacancy": sought.vacancy, "gain": sought.gain, "loss": sought.loss,
        "zh": sought.text(Lang::Zh), "en": sought.text(Lang::En),
    })
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
    if let Some(stop) = UNDER_WAY.lock().unwrap_or_else(PoisonError::into_inner).get(&id) {
        stop.store(true, Ordering::Relaxed);
    }
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

/// What became of an adoption.
#[derive(Debug, Default)]
pub struct Adopted {
    /// Introductions made.
    pub adopted: Vec<(At, Uuid)>,
    /// Pairs that were not introduced, with the code.
    pub refused: Vec<(At, &'static str)>,
}

/// Makes introductions of a run, all or some, in one transaction; places, consent and the rest are looked at again.
pub async fn adopt(office: &Office, actor: &Actor, id: Uuid, wanted: &Adoption) -> Result<Adopted> {
    office.need(actor, Right::Introductions)?;
    let run = find(office, actor, id).await?;
    if run.state != RunState::Done {
        return Err(Error::conflict("match.not_done"));
    }
    let scope = office.scope(actor).await?;
    let all = runs::pairs(&mut &office.db, id, None, i64::MAX).await?;
    let known: BTreeSet<At> = all.iter().map(|p| At { worker: p.worker, vacancy: p.vacancy }).collect();
    let mut done = Adopted::default();
    let mut chosen = vec![];
    for at in wanted.pairs.clone().unwrap_or_else(|| known.iter().copied().collect()) {
        if known.contains(&at) {
            chosen.push(at);
        } else {
            done.refused.push((at, "match.not_in_run"));
        }
    }
    let mut tx = office.begin().await?;
    let vacancies: Vec<Uuid> = chosen.iter().map(|at| at.vacancy).collect();
    let workers: Vec<Uuid> = chosen.iter().map(|at| at.worker).collect();
    crate::store::introduction::take_all(&mut tx, &vacancies, &workers).await?;
    for at in chosen {
        match introduction::enter(office, actor, &mut tx, &scope, at.worker, at.vacancy, None).await {
            Ok(made) => {
                runs::adopted(&mut tx, id, at.worker, made).await?;
                done.adopted.push((at, made));
            }
            Err(Error::Conflict { code, .. }) => done.refused.push((at, code)),
            Err(Error::NotFound) => done.refused.push((at, "worker.unknown")),
            Err(Error::Invalid(_)) => done.refused.push((at, "vacancy.unknown")),
            Err(other) => return Err(other),
        }
    }
    tx.audit(office.audit(actor, "match_run.adopt", "match_run", Some(id), ""));
    office.commit(tx).await?;
    Ok(done)
}

/// Tells runs that a restart broke off that they were; answers how many.
pub async fn break_off(office: &Office) -> Result<u64> {
    let mut tx = office.begin().await?;
    let count = runs::break_off(&mut tx, office.now()).await?;
    tx.commit().await?;
    Ok(count)
}
