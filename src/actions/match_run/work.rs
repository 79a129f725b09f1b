//! Computing a batch run in the background: its turn, its progress, its lease, its result.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::civil::Date;
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use uuid::Uuid;

use super::ready::Ready;
use super::{LEASE, Wanted, counties};
use crate::actions::error::{Error, Result};
use crate::actions::office::{Office, below};
use crate::domain::code::Code as _;
use crate::domain::match_run::{RunStage, RunState};
use crate::matching::assign::{Ends, assign_table};
use crate::matching::columns::Columns;
use crate::matching::plan::{self, NoPlan, Plan};
use crate::matching::progress::{Progress, tell, watched};
use crate::matching::proof::Violation;
use crate::matching::sentence::Lang;
use crate::matching::shortage::{Shortage, Sought, shortages, sought};
use crate::matching::spread::spread;
use crate::store::match_run::{self as runs, Pair, Run};
use crate::store::worker::Scope;

/// A second run at once would only make both slower.
static ONE_BY_ONE: Semaphore = Semaphore::const_new(1);

/// Runs under way here, each where it can be told to stop.
static UNDER_WAY: Mutex<BTreeMap<Uuid, Arc<Progress>>> = Mutex::new(BTreeMap::new());

/// Branches that may be tried for what is not a plain flow, in pairs of people and vacancies.
const EFFORT: usize = 120_000_000;
/// The most branches at all.
const BRANCHES: usize = 20_000;
/// So many shortages are kept with a run.
const SHORTAGES: usize = 2_000;
/// So many vacancies that are full and wanted most are kept with a run.
const SOUGHT: usize = 50;
/// How often a run's progress is looked at.
const LOOKED_AT: Duration = Duration::from_millis(500);
/// How often a lease is renewed where nothing else is to be written.
const RENEWED: Duration = Duration::from_secs(15);

/// Begins to compute a run.
pub(super) fn start(office: &Office, run: Run) {
    let progress = Arc::new(Progress::default());
    UNDER_WAY.lock().unwrap_or_else(PoisonError::into_inner).insert(run.id, progress.clone());
    let office = office.clone();
    tokio::spawn(async move {
        let id = run.id;
        if let Err(error) = carry_out(&office, run, progress).await {
            tracing::error!(%id, %error, "a batch run stopped");
        }
        UNDER_WAY.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
    });
}

/// Tells a run that is computed here to stop; another node sees it at its next step.
pub(super) fn stop(id: Uuid) {
    if let Some(progress) = UNDER_WAY.lock().unwrap_or_else(PoisonError::into_inner).get(&id) {
        progress.stop();
    }
}

/// Writes a step of a run down; false = it was cancelled meanwhile.
async fn note(office: &Office, run: &mut Run, state: RunState, progress: i64) -> Result<bool> {
    (run.state, run.progress, run.updated_at) = (state, progress, office.now());
    run.lease_until = run.updated_at + LEASE;
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

async fn carry_out(office: &Office, mut run: Run, progress: Arc<Progress>) -> Result<()> {
    let turn = loop {
        match tokio::time::timeout(RENEWED, ONE_BY_ONE.acquire()).await {
            Ok(turn) => break turn,
            // Who waits for its turn is not given up either.
            Err(_) if note(office, &mut run, RunState::Queued, 0).await? => {}
            Err(_) => return Ok(()),
        }
    };
    let Ok(_turn) = turn else { return Ok(()) };
    if !note(office, &mut run, RunState::Running, 1).await? {
        return Ok(());
    }
    let wanted: Wanted = serde_json::from_value(run.asked.clone()).unwrap_or_default();
    let people = match run.station {
        Some(id) => Scope::Stations(below(&office.stations().await, id)),
        None => Scope::All,
    };
    let (inner, today, counties, seen) = (office.clone(), office.today(), counties(office).await, progress.clone());
    let mut computing = tokio::task::spawn_blocking(move || {
        watched(&seen, || compute(&inner, &people, &wanted, &counties, today, &seen))
    });
    let (mut noted, mut written) = (progress.now(), Instant::now());
    let computed = loop {
        tokio::select! {
            done = &mut computing => break done,
            () = tokio::time::sleep(LOOKED_AT) => {}
        }
        let now = progress.now();
        if now == noted && written.elapsed() < RENEWED {
            continue;
        }
        (noted, written) = (now, Instant::now());
        run.found = json!({"stage": now.0.code(), "done": now.1, "of": now.2});
        match note(office, &mut run, RunState::Running, i64::from(progress.per_cent())).await {
            Ok(true) => {}
            Ok(false) => progress.stop(),
            Err(Error::Busy(why)) => tracing::warn!(id = %run.id, why, "the progress of a run is not written down"),
            Err(other) => {
                progress.stop();
                return Err(other);
            }
        }
    };
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
    counties: &BTreeMap<Uuid, Vec<String>>,
    today: Date,
    progress: &Progress,
) -> Result<Option<Computed>> {
    let begun = Instant::now();
    tell(RunStage::Reading, 0, 0);
    // A copy, so that the columns can follow the changes of the day while this takes its time.
    let columns = Columns::clone(&*office.live.columns()?);
    tell(RunStage::Tables, 0, 0);
    let ready = Ready::new(&columns, people, wanted, counties, today)?;
    let table = &ready.table;
    tell(RunStage::Lists, 0, 0);
    let plan = if ready.terms.are_none() && ready.kept().is_empty() {
        let batch = match assign_table(table) {
            Ok(batch) => batch,
            Err(Violation::Stopped) => return Ok(None),
            Err(fault) => return Err(Error::Internal(fault.to_string())),
        };
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
        match plan::plan(&instance, &ready.terms, effort, &|| !progress.is_stopped()) {
            Ok(plan) => plan,
            Err(NoPlan::Cancelled) => return Ok(None),
            Err(NoPlan::Contradictions(_)) => return Err(Error::conflict("match.contradictory")),
            Err(NoPlan::Fault(fault)) => return Err(Error::Internal(fault)),
        }
    };
    if progress.is_stopped() {
        return Ok(None);
    }
    tell(RunStage::Shortages, 0, 2);
    let fair = spread(table, &plan.pairs);
    tell(RunStage::Shortages, 1, 2);
    let short = shortages(table, &plan.pairs, &plan.gains);
    let wanted_most = sought(table, &plan.gains, &plan.loses);
    let places: u64 = (0..table.posts() as u32).map(|post| u64::from(table.opening(post).places_left)).sum();
    let found = json!({
        "workers": table.workers(), "vacancies": table.posts(), "places": places, "assigned": plan.pairs.len(),
        "objective": plan.objective, "bound": plan.bound, "optimal": plan.optimal,
        "seconds": (begun.elapsed().as_secs_f64() * 1000.0).round() / 1000.0,
        "parameters": columns.parameters.version, "spread": fair, "unknown_home": ready.unknown_home,
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
