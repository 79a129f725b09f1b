//! Introductions: putting a person forward, the steps after it, and undoing the last one.

mod doing;
pub mod employer;
mod step;

use std::sync::LazyLock;

use jiff::civil::Date;
use uuid::Uuid;

use super::enter::consent;
use super::error::{Error, Result};
use super::office::Office;
use super::outbox::{Tell, To, notify};
use crate::domain::actor::{Actor, Right};
use crate::domain::code::Code as _;
use crate::domain::date_text::parse_date;
use crate::domain::fault::Faults;
use crate::domain::identity::masked_name;
use crate::domain::introduction::{
    ANSWER_DAYS, ASK_DAYS, Interview, IntroductionAct, IntroductionState, REOPEN_DAYS, Reason, barred, closed_for,
};
use crate::domain::notice::NoticeKind;
use crate::domain::placement::Placement;
use crate::domain::registration::GivenConsent;
use crate::domain::worker::{ConsentScope, Employment};
use crate::matching::parameters::Parameters;
use crate::store::introduction::{self as cases, Case, Event, Filter, Introduction, Placed, Post, Reach};
use crate::store::outbox::Notice;
use crate::store::worker::{self as people, Job, Record, Referenced, Scope};
use crate::store::{self, Tx};

use doing::Doing;
use step::Typed;
pub use step::{ConsentGiven, Details, Step};

/// Whom to put forward for what.
#[derive(Debug, Clone, serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewIntroduction {
    /// The person.
    pub worker: Uuid,
    /// The vacancy.
    pub vacancy: Uuid,
    /// The person agreed that the employer is told.
    #[serde(default)]
    pub consent: Option<ConsentGiven>,
}

/// An introduction with its steps and letters.
#[derive(Debug, Clone)]
pub struct Whole {
    /// The introduction.
    pub case: Case,
    /// Its steps, oldest first.
    pub events: Vec<Event>,
    /// Letters about it, oldest first.
    pub mail: Vec<Notice>,
}

/// Which introductions an actor may see.
async fn reach(office: &Office, actor: &Actor) -> Result<Reach> {
    if let Some(employer) = actor.employer() {
        office.need(actor, Right::OwnIntroductions)?;
        return Ok(Reach::Employer(employer));
    }
    office.need(actor, Right::Introductions)?;
    Ok(Reach::People(office.scope(actor).await?))
}

/// Puts a person forward: `asked` without consent to tell the employer, `proposed` with it.
pub async fn introduce(office: &Office, actor: &Actor, new: &NewIntroduction) -> Result<Whole> {
    office.need(actor, Right::Introductions)?;
    let scope = office.scope(actor).await?;
    let given = match &new.consent {
        Some(given) => {
            let mut r = Typed { faults: Faults::default() };
            let checked = r.consent("consent.", given, office.today());
            r.faults.finish(())?;
            checked
        }
        None => None,
    };
    let id = put_forward(office, actor, &scope, new.worker, new.vacancy, given).await?;
    load(office, &Reach::People(scope), id).await
}

/// A person and a vacancy.
pub type Pair = (Uuid, Uuid);

/// Puts people forward for vacancies, each pair on its own: one that cannot be is told with its reason.
pub async fn introduce_many(office: &Office, actor: &Actor, pairs: &[Pair]) -> Result<Vec<(Pair, Result<Uuid>)>> {
    office.need(actor, Right::Introductions)?;
    let scope = office.scope(actor).await?;
    let mut done = Vec::with_capacity(pairs.len());
    for (worker, vacancy) in pairs {
        let outcome = put_forward(office, actor, &scope, *worker, *vacancy, None).await;
        // A database that does not answer is no matter of one pair.
        if let Err(Error::Busy(_) | Error::Internal(_)) = outcome {
            outcome.map(drop)?;
        } else {
            done.push(((*worker, *vacancy), outcome));
        }
    }
    Ok(done)
}

async fn record_in(tx: &mut Tx, scope: &Scope, id: Uuid) -> Result<Record> {
    let person = people::find(tx, scope, id).await?.ok_or(Error::NotFound)?;
    let id = person.merged_into.unwrap_or(person.id);
    people::records(tx, scope, &[id]).await?.into_iter().next().ok_or(Error::NotFound)
}

/// Why the person cannot be put forward now, whatever the vacancy.
fn refuses(record: &Record) -> Option<&'static str> {
    if record.person.closed_at.is_some() {
        return Some("worker.closed");
    }
    if record.consent(ConsentScope::Matching) == Some(false) {
        return Some("worker.opted_out");
    }
    let placed = record.job().is_some_and(|j| j.source == "placement");
    if placed && !record.person.worker.wants_change { Some("worker.placed") } else { None }
}

async fn put_forward(
    office: &Office,
    actor: &Actor,
    scope: &Scope,
    worker: Uuid,
    vacancy: Uuid,
    given: Option<GivenConsent>,
) -> Result<Uuid> {
    let mut tx = office.begin().await?;
    cases::take(&mut tx, vacancy, worker).await?;
    let id = enter(office, actor, &mut tx, scope, worker, vacancy, given).await?;
    office.commit(tx).await?;
    Ok(id)
}

/// Makes an introduction within a transaction that holds the rows of both; a refusal leaves the transaction as it was.
pub(super) async fn enter(
    office: &Office,
    actor: &Actor,
    tx: &mut Tx,
    scope: &Scope,
    worker: Uuid,
    vacancy: Uuid,
    given: Option<GivenConsent>,
) -> Result<Uuid> {
    let record = record_in(tx, scope, worker).await?;
    let worker = record.person.id;
    let post = cases::post(tx, vacancy).await?.ok_or_else(|| Error::field("vacancy", "vacancy.unknown"))?;
    if let Some(code) = refuses(&record).or_else(|| barred(&record.person.worker, &post.vacancy, office.today())) {
        return Err(Error::conflict(code));
    }
    room_for_one_more(office, tx, &post, worker).await?;
    if cases::of_worker(tx, worker).await?.iter().any(|case| case.introduction.vacancy == vacancy) {
        return Err(Error::conflict("introduction.exists"));
    }
    let agreed = given.is_some() || record.consent(ConsentScope::Employer) == Some(true);
    let state = if agreed { IntroductionState::Proposed } else { IntroductionState::Asked };
    let now = office.now();
    let introduction = Introduction {
        id: office.id(),
        reference: office.references(tx, Referenced::Introduction, 1).await?.pop().unwrap_or_default(),
        worker,
        vacancy,
        station: actor.station().or(post.station),
        state,
        reason: None,
        note: None,
        interview: None,
        placement: None,
        due: due(office, state, None),
        version: 1,
        created_at: now,
        updated_at: now,
    };
    cases::insert(tx, &introduction).await.map_err(|e| match e {
        store::Error::Duplicate => Error::conflict("introduction.exists"),
        other => other.into(),
    })?;
    if let Some(given) = &given {
        people::add_consents(tx, &[consent(office, actor, worker, given)]).await?;
        consented(office, actor, tx, worker).await?;
    }
    cases::add_event(tx, &event(office, actor, introduction.id, None, None, state, None)).await?;
    store::interest::introduced(tx, worker, vacancy, introduction.id, now).await?;
    timeline(office, tx, actor, &introduction, &post.reference, "introduction.introduce").await?;
    if state == IntroductionState::Proposed {
        notify(office, tx, &proposed(&introduction, &post)).await?;
    }
    tx.audit(office.audit(actor, "introduction.introduce", "introduction", Some(introduction.id), state.code()));
    Ok(introduction.id)
}

async fn room_for_one_more(office: &Office, tx: &mut Tx, post: &Post, worker: Uuid) -> Result<()> {
    let places = cases::places(tx, post.id).await?;
    if let Some(code) = closed_for(post.state, places.left(), post.vacancy.valid_until, office.today()) {
        return Err(Error::conflict(code));
    }
    if super::order::keeps_out(tx, worker, post.id, places.left()).await? {
        return Err(Error::conflict("vacancy.kept"));
    }
    if places.may_introduce(*PER_PLACE) { Ok(()) } else { Err(Error::conflict("vacancy.full")) }
}

/// Open introductions allowed for each place left, as the parameter file says.
static PER_PLACE: LazyLock<u32> = LazyLock::new(|| Parameters::shipped().introductions.places_factor);

fn due(office: &Office, state: IntroductionState, interview: Option<&Interview>) -> Option<Date> {
    let in_days = |days: i64| office.today().checked_add(jiff::Span::new().days(days)).ok();
    match state {
        IntroductionState::Asked => in_days(ASK_DAYS),
        IntroductionState::Proposed | IntroductionState::Accepted => in_days(ANSWER_DAYS),
        IntroductionState::Interview => {
            interview.and_then(|i| parse_date(i.at.get(..10)?).ok()).or(in_days(ANSWER_DAYS))
        }
        _ => None,
    }
}

#[allow(clippy::too_many_arguments)]
fn event(
    office: &Office,
    actor: &Actor,
    introduction: Uuid,
    act: Option<IntroductionAct>,
    from: Option<IntroductionState>,
    to: IntroductionState,
    note: Option<String>,
) -> Event {
    Event { id: office.id(), introduction, at: office.now(), actor: actor.name().to_owned(), act, from, to, note }
}

/// Adds the step to the person's timeline.
async fn timeline(
    office: &Office,
    tx: &mut Tx,
    actor: &Actor,
    i: &Introduction,
    vacancy: &str,
    act: &str,
) -> Result<()> {
    let mut diff = serde_json::Map::new();
    diff.insert("introduction".into(), i.reference.clone().into());
    diff.insert("vacancy".into(), vacancy.into());
    diff.insert("state".into(), i.state.code().into());
    if let Some(reason) = i.reason {
        diff.insert("reason".into(), reason.code().into());
    }
    super::worker::add_note(office, tx, actor, i.worker, act, diff).await
}

/// Letters of a proposal: to the employer if it asked for mail, and to the station that looks after the vacancy.
fn proposed(i: &Introduction, post: &Post) -> Vec<Tell> {
    let tell = |to| Tell { introduction: Some(i.id), ..Tell::new(NoticeKind::Introduction, to, i.id) };
    let mut tells = Vec::new();
    if post.employer_facts.email.is_some() {
        tells.push(tell(To::Employer(post.employer)));
    }
    if let Some(station) = post.station.or(i.station) {
        tells.push(tell(To::Station(station)));
    }
    tells
}

/// Puts forward what only waited for the person's consent; what cannot go on any more waits for a clerk.
pub(super) async fn consented(office: &Office, actor: &Actor, tx: &mut Tx, worker: Uuid) -> Result<()> {
    let record = record_in(tx, &Scope::All, worker).await?;
    for case in cases::of_worker(tx, record.person.id).await? {
        let Introduction { id, state, vacancy, .. } = case.introduction;
        if state != IntroductionState::Asked {
            continue;
        }
        let post = cases::post(tx, vacancy).await?.ok_or(Error::NotFound)?;
        let mut doing = Doing { office, actor, tx: &mut *tx, post: &post, record: &record, case: &case };
        let done = match doing.tell().await {
            Err(Error::Conflict { .. }) => continue,
            told => told?,
        };
        timeline(office, tx, actor, &done, &post.reference, "introduction.consent").await?;
        tx.audit(office.audit(actor, "introduction.consent", "introduction", Some(id), done.state.code()));
    }
    Ok(())
}

/// Does a step.
pub async fn act(office: &Office, actor: &Actor, id: Uuid, step: Step) -> Result<Whole> {
    let reach = reach(office, actor).await?;
    if matches!(reach, Reach::Employer(_)) && !step.act().is_employers() {
        return Err(Error::Forbidden);
    }
    let first = cases::find(&mut &office.db, &reach, id).await?.ok_or(Error::NotFound)?;
    let mut tx = office.begin().await?;
    cases::take(&mut tx, first.introduction.vacancy, first.introduction.worker).await?;
    // Read again: somebody may have been faster while we waited for the rows.
    let case = cases::find(&mut tx, &reach, id).await?.ok_or(Error::NotFound)?;
    let post = cases::post(&mut tx, case.introduction.vacancy).await?.ok_or(Error::NotFound)?;
    let record = record_in(&mut tx, &Scope::All, case.introduction.worker).await?;
    let mut doing = Doing { office, actor, tx: &mut tx, post: &post, record: &record, case: &case };
    let done = match &step {
        Step::Reopen => doing.reopen().await?,
        _ => doing.go_on(&step).await?,
    };
    let act = step.act();
    timeline(office, &mut tx, actor, &done, &post.reference, &format!("introduction.{}", act.code())).await?;
    tx.audit(office.audit(actor, &format!("introduction.{}", act.code()), "introduction", Some(id), done.state.code()));
    if matches!(step, Step::Consent(_)) {
        consented(office, actor, &mut tx, done.worker).await?;
    }
    office.commit(tx).await?;
    load(office, &reach, id).await
}

async fn load(office: &Office, reach: &Reach, id: Uuid) -> Result<Whole> {
    let mut read = &office.db;
    let case = cases::find(&mut read, reach, id).await?.ok_or(Error::NotFound)?;
    let mut events = cases::events(&mut read, id).await?;
    if matches!(reach, Reach::Employer(_)) {
        // The employer sees the case from the moment it was told.
        let told = events.iter().position(|e| e.to == IntroductionState::Proposed).unwrap_or(0);
        events.drain(..told);
    }
    let mut mail = crate::store::outbox::of_introduction(&mut read, id).await?;
    if matches!(reach, Reach::Employer(_)) {
        mail.retain(|n| n.employer.is_some());
    }
    let mut whole = Whole { case, events, mail };
    if let Reach::Employer(own) = reach {
        employer::hide(office, *own, &mut whole).await?;
    }
    Ok(whole)
}

/// One introduction with its steps and letters; audited.
pub async fn find(office: &Office, actor: &Actor, id: Uuid) -> Result<Whole> {
    let whole = load(office, &reach(office, actor).await?, id).await?;
    office.read_of(actor, "introduction.read", Some(whole.case.introduction.worker), "").await?;
    Ok(whole)
}

/// A page of introductions.
#[derive(Debug)]
pub struct Page {
    /// The introductions, newest first.
    pub items: Vec<Case>,
    /// How many there are.
    pub total: i64,
    /// Cursor of the next page.
    pub next: Option<Uuid>,
}

/// Introductions within reach, newest first; audited.
pub async fn list(office: &Office, actor: &Actor, filter: &Filter, after: Option<Uuid>, limit: usize) -> Result<Page> {
    let reach = reach(office, actor).await?;
    let mut read = &office.db;
    let mut items = cases::list(&mut read, &reach, filter, after, limit as i64 + 1).await?;
    let more = items.len() > limit;
    items.truncate(limit);
    let next = if more { items.last().map(|c| c.introduction.id) } else { None };
    let total = cases::count(&mut read, &reach, filter).await?;
    office.read_of(actor, "introduction.list", filter.worker, "").await?;
    if matches!(reach, Reach::Employer(_)) {
        items.iter_mut().for_each(employer::hide_reason);
    }
    Ok(Page { items, total, next })
}

/// How many introductions within reach stand in each state.
pub async fn counts(office: &Office, actor: &Actor, filter: &Filter) -> Result<Vec<(IntroductionState, i64)>> {
    let reach = reach(office, actor).await?;
    Ok(cases::counts(&mut &office.db, &reach, filter).await?)
}

/// The newest letter about each of some introductions that were read before.
pub async fn newest_letters(office: &Office, cases: &[Case]) -> Result<std::collections::HashMap<Uuid, Notice>> {
    let ids: Vec<Uuid> = cases.iter().map(|c| c.introduction.id).collect();
    let letters = store::outbox::of_introductions(&mut &office.db, &ids).await?;
    Ok(letters.into_iter().filter_map(|n| Some((n.introduction?, n))).collect())
}

/// The person's name as the actor may see it: clear for staff, and for an employer once it is consented.
pub fn name_for(actor: &Actor, case: &Case) -> String {
    if actor.employer().is_some() && !case.consented {
        masked_name(&case.worker_name)
    } else {
        case.worker_name.clone()
    }
}
