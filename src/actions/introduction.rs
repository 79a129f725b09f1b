//! Introductions: putting a person forward, the steps after it, and undoing the last one.

use jiff::civil::Date;
use uuid::Uuid;

use super::enter::consent;
use super::error::{Error, Result};
use super::office::Office;
use super::outbox::{Tell, To, notify};
use crate::domain::actor::{Actor, Right};
use crate::domain::code::Code as _;
use crate::domain::date_text::parse_date;
use crate::domain::fault::{Faults, FieldFault};
use crate::domain::introduction::{
    ANSWER_DAYS, ASK_DAYS, Interview, IntroductionAct, IntroductionState, OPEN_PER_PLACE, REOPEN_DAYS, Reason, barred,
    closed_for,
};
use crate::domain::notice::NoticeKind;
use crate::domain::placement::Placement;
use crate::domain::registration::{Field, GivenConsent};
use crate::domain::vacancy::Period;
use crate::domain::wage::fen_from_yuan;
use crate::domain::worker::{ConsentScope, ConsentWay, Employment};
use crate::store::introduction::{self as cases, Case, Event, Filter, Introduction, Placed, Post, Reach};
use crate::store::outbox::Notice;
use crate::store::worker::{self as people, Job, Record, Referenced, Scope};
use crate::store::{self, Tx};

/// A consent as typed: how it was given, and the day if it was not today.
#[derive(Debug, Clone, Default, serde::Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ConsentGiven {
    /// `call`, `paper` or `form`.
    pub how: Field,
    /// The day.
    pub at: Field,
}

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

/// What comes with a step, as typed; each act reads its own fields.
#[derive(Debug, Clone, Default, serde::Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Details {
    /// Consent: how. Interview: none.
    pub how: Field,
    /// Consent: the day. Interview: day and time.
    pub at: Field,
    /// Decline, withdraw: coded reason.
    pub reason: Field,
    /// Decline, withdraw: words.
    pub text: Field,
    /// Interview: where.
    pub place: Field,
    /// Interview: whom to ask for.
    pub contact: Field,
    /// Place: first day of work.
    pub from: Field,
    /// Place: wage in yuan.
    pub wage: Field,
    /// Place: what the wage is paid for; month if it is not said.
    pub period: Field,
    /// Place: contract length.
    pub contract_months: Field,
    /// Place: organised transport.
    pub organised: Field,
}

/// A step with what it needs, checked.
#[derive(Debug, Clone)]
pub enum Step {
    /// The person agreed.
    Consent(GivenConsent),
    /// The employer wants the person.
    Accept,
    /// The employer does not, or the person does not.
    Decline(Reason, Option<String>),
    /// They meet.
    Interview(Interview),
    /// The person took the post.
    Place(Placement),
    /// The person did not come.
    NoShow,
    /// Taken back.
    Withdraw(Reason, Option<String>),
    /// The last step is undone.
    Reopen,
}

impl Step {
    /// The act of the step.
    pub fn act(&self) -> IntroductionAct {
        match self {
            Self::Consent(_) => IntroductionAct::Consent,
            Self::Accept => IntroductionAct::Accept,
            Self::Decline(..) => IntroductionAct::Decline,
            Self::Interview(_) => IntroductionAct::Interview,
            Self::Place(_) => IntroductionAct::Place,
            Self::NoShow => IntroductionAct::NoShow,
            Self::Withdraw(..) => IntroductionAct::Withdraw,
            Self::Reopen => IntroductionAct::Reopen,
        }
    }

    /// Checks what was typed for an act; fields of other acts are unknown here.
    pub fn check(act: IntroductionAct, details: &Details, today: Date) -> std::result::Result<Self, Vec<FieldFault>> {
        let mut r = Typed { faults: Faults::default() };
        let d = details;
        let own: &[&str] = match act {
            IntroductionAct::Consent => &["how", "at"],
            IntroductionAct::Decline => &["reason", "text"],
            IntroductionAct::Withdraw => &["reason", "text"],
            IntroductionAct::Interview => &["at", "place", "contact"],
            IntroductionAct::Place => &["from", "wage", "period", "contract_months", "organised"],
            IntroductionAct::Accept | IntroductionAct::NoShow | IntroductionAct::Reopen => &[],
        };
        for (name, field) in [
            ("how", &d.how),
            ("at", &d.at),
            ("reason", &d.reason),
            ("text", &d.text),
            ("place", &d.place),
            ("contact", &d.contact),
            ("from", &d.from),
            ("wage", &d.wage),
            ("period", &d.period),
            ("contract_months", &d.contract_months),
            ("organised", &d.organised),
        ] {
            if field.is_some() && !own.contains(&name) {
                r.faults.at(name, "field.unknown");
            }
        }
        let step = match act {
            IntroductionAct::Consent => {
                r.consent("", &ConsentGiven { how: d.how.clone(), at: d.at.clone() }, today).map(Self::Consent)
            }
            IntroductionAct::Accept => Some(Self::Accept),
            IntroductionAct::NoShow => Some(Self::NoShow),
            IntroductionAct::Reopen => Some(Self::Reopen),
            IntroductionAct::Decline => r.reason(d).map(|(reason, text)| Self::Decline(reason, text)),
            IntroductionAct::Withdraw => r.reason(d).map(|(reason, text)| Self::Withdraw(reason, text)),
            IntroductionAct::Interview => {
                let at = r.needed("at", &d.at, 40);
                let place = r.needed("place", &d.place, 100);
                let contact = r.words("contact", &d.contact, 50);
                at.zip(place).map(|(at, place)| Self::Interview(Interview { at, place, contact }))
            }
            IntroductionAct::Place => Some(Self::Place(r.placement(d, today))),
        };
        match step {
            Some(step) => r.faults.finish(step),
            None => Err(r.faults.finish(()).err().unwrap_or_else(|| vec![FieldFault::new("", "field.missing")])),
        }
    }
}

/// Earliest and latest first day of work around today, in days.
const PLACE_FROM: std::ops::RangeInclusive<i32> = -92..=183;
/// Highest believable wage a month in fen.
const WAGE_A_MONTH: i64 = 10_000_000;

struct Typed {
    faults: Faults,
}

impl Typed {
    fn words(&mut self, name: &str, field: &Field, most: usize) -> Option<String> {
        let text = field.as_ref().map(|t| t.0.trim()).filter(|t| !t.is_empty())?;
        if text.chars().count() > most {
            self.faults.add(FieldFault::new(name, "text.long").with("most", most));
            return None;
        }
        if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
            self.faults.at(name, "text.control");
            return None;
        }
        Some(text.to_owned())
    }

    fn needed(&mut self, name: &str, field: &Field, most: usize) -> Option<String> {
        if field.as_ref().is_none_or(|t| t.0.trim().is_empty()) {
            self.faults.at(name, "field.missing");
            return None;
        }
        self.words(name, field, most)
    }

    fn day(&mut self, name: &str, field: &Field) -> Option<Date> {
        let text = self.words(name, field, 30)?;
        parse_date(&text).map_err(|e| self.faults.at(name, e.code())).ok()
    }

    fn consent(&mut self, prefix: &str, given: &ConsentGiven, today: Date) -> Option<GivenConsent> {
        let way = match self.needed(&format!("{prefix}how"), &given.how, 20) {
            None => None,
            Some(how) => {
                let way = ConsentWay::parse(&how);
                if way.is_none() {
                    self.faults.at(&format!("{prefix}how"), "choice.unknown");
                }
                way
            }
        };
        // An instant is read as its day.
        let at =
            given.at.as_ref().map(|t| crate::domain::registration::Text(t.0.split('T').next().unwrap_or("").into()));
        let name = format!("{prefix}at");
        let on = self.day(&name, &at);
        if on.is_some_and(|d| d > today) {
            self.faults.at(&name, "date.future");
        }
        way.map(|way| GivenConsent { scope: ConsentScope::Employer, way, on, refused: false })
    }

    fn reason(&mut self, d: &Details) -> Option<(Reason, Option<String>)> {
        let text = self.words("text", &d.text, 200);
        if d.reason.as_ref().is_none_or(|t| t.0.trim().is_empty()) {
            self.faults.at("reason", "reason.missing");
            return None;
        }
        let reason = d.reason.as_ref().and_then(|t| Reason::parse(&t.0));
        if reason.is_none() {
            self.faults.at("reason", "choice.unknown");
        }
        reason.map(|r| (r, text))
    }

    fn placement(&mut self, d: &Details, today: Date) -> Placement {
        let needs = |faults: &mut Faults, name: &str, field: &Field| {
            if field.as_ref().is_none_or(|t| t.0.trim().is_empty()) {
                faults.at(name, "field.missing");
            }
        };
        needs(&mut self.faults, "from", &d.from);
        needs(&mut self.faults, "wage", &d.wage);
        let from = self.day("from", &d.from);
        if let Some(from) = from {
            let days = today.until(from).map_or(i32::MAX, |span| span.get_days());
            if !PLACE_FROM.contains(&days) {
                self.faults.at("from", "placement.from");
            }
        }
        let period = match self.words("period", &d.period, 10) {
            None => Some(Period::Month),
            Some(text) => {
                let period = Period::parse(&text);
                if period.is_none() {
                    self.faults.at("period", "choice.unknown");
                }
                period
            }
        };
        let wage = self.words("wage", &d.wage, 20).and_then(|text| {
            let fen = fen_from_yuan(&text);
            if fen.is_none() {
                self.faults.at("wage", "number.wrong");
            }
            fen
        });
        if let (Some(fen), Some(period)) = (wage, period) {
            let pay = crate::domain::vacancy::Pay { min: Some(fen), period: Some(period), ..Default::default() };
            // Piece work has no month; any positive rate is believed.
            let month = if period == Period::Piece { Some(fen) } else { pay.monthly().0 };
            if fen <= 0 || month.is_none_or(|m| m > WAGE_A_MONTH) {
                self.faults.at("wage", "placement.wage");
            }
        }
        let contract_months = match self.words("contract_months", &d.contract_months, 10) {
            None => None,
            Some(text) => match text.parse::<u32>() {
                Ok(n) if n <= 600 => Some(n),
                _ => {
                    self.faults.at("contract_months", "number.wrong");
                    None
                }
            },
        };
        let organised = match self.words("organised", &d.organised, 10).as_deref() {
            None | Some("false" | "否" | "0" | "no") => false,
            Some("true" | "是" | "1" | "yes" | "on") => true,
            Some(_) => {
                self.faults.at("organised", "truth.wrong");
                false
            }
        };
        Placement { from, wage, period, contract_months, organised }
    }
}

/// A name as those see it who may not know it: 王*.
pub fn masked_name(name: &str) -> String {
    name.chars().take(1).chain(['*']).collect()
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

/// Puts several people forward for one vacancy, each on its own: one that cannot be is told with its reason.
pub async fn introduce_many(
    office: &Office,
    actor: &Actor,
    workers: &[Uuid],
    vacancy: Uuid,
    given: Option<GivenConsent>,
) -> Result<Vec<(Uuid, Result<Uuid>)>> {
    office.need(actor, Right::Introductions)?;
    let scope = office.scope(actor).await?;
    let mut done = Vec::with_capacity(workers.len());
    for worker in workers {
        let outcome = put_forward(office, actor, &scope, *worker, vacancy, given.clone()).await;
        // A database that does not answer is no matter of one person.
        if let Err(Error::Busy(_) | Error::Internal(_)) = outcome {
            outcome.map(drop)?;
        } else {
            done.push((*worker, outcome));
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
    let record = record_in(&mut tx, scope, worker).await?;
    let worker = record.person.id;
    let post = cases::post(&mut tx, vacancy).await?.ok_or_else(|| Error::field("vacancy", "vacancy.unknown"))?;
    if let Some(code) = refuses(&record).or_else(|| barred(&record.person.worker, &post.vacancy, office.today())) {
        return Err(Error::conflict(code));
    }
    room_for_one_more(office, &mut tx, &post).await?;
    let agreed = given.is_some() || record.consent(ConsentScope::Employer) == Some(true);
    let state = if agreed { IntroductionState::Proposed } else { IntroductionState::Asked };
    let now = office.now();
    let introduction = Introduction {
        id: office.id(),
        reference: office.references(&mut tx, Referenced::Introduction, 1).await?.pop().unwrap_or_default(),
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
    cases::insert(&mut tx, &introduction).await.map_err(|e| match e {
        store::Error::Duplicate => Error::conflict("introduction.exists"),
        other => other.into(),
    })?;
    if let Some(given) = &given {
        people::add_consents(&mut tx, &[consent(office, actor, worker, given)]).await?;
    }
    cases::add_event(&mut tx, &event(office, actor, introduction.id, None, None, state, None)).await?;
    store::interest::introduced(&mut tx, worker, vacancy, introduction.id, now).await?;
    timeline(office, &mut tx, actor, &introduction, &post.reference, "introduction.introduce").await?;
    if state == IntroductionState::Proposed {
        notify(office, &mut tx, &proposed(&introduction, &post)).await?;
    }
    tx.audit(office.audit(actor, "introduction.introduce", "introduction", Some(introduction.id), state.code()));
    office.commit(tx).await?;
    Ok(introduction.id)
}

async fn room_for_one_more(office: &Office, tx: &mut Tx, post: &Post) -> Result<()> {
    let places = cases::places(tx, post.id).await?;
    if let Some(code) = closed_for(post.state, places.left(), post.vacancy.valid_until, office.today()) {
        return Err(Error::conflict(code));
    }
    let per_place = per_place(tx).await?;
    if places.may_introduce(per_place) { Ok(()) } else { Err(Error::conflict("vacancy.full")) }
}

/// Open introductions allowed for each place left.
async fn per_place(tx: &mut Tx) -> Result<u32> {
    Ok(cases::parameter(tx, "introduction.open_per_place")
        .await?
        .and_then(|v| v.trim().parse().ok())
        .filter(|n| (1..=100).contains(n))
        .unwrap_or(OPEN_PER_PLACE))
}

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
    office.commit(tx).await?;
    load(office, &reach, id).await
}

/// A step under way, with everything it reads under the locks.
struct Doing<'a> {
    office: &'a Office,
    actor: &'a Actor,
    tx: &'a mut Tx,
    post: &'a Post,
    record: &'a Record,
    case: &'a Case,
}

impl Doing<'_> {
    async fn go_on(&mut self, step: &Step) -> Result<Introduction> {
        let old = &self.case.introduction;
        let to = old.state.after(step.act()).ok_or_else(|| Error::conflict("introduction.state"))?;
        if matches!(to, IntroductionState::Proposed) || to.takes_place() {
            self.may_go_on(to).await?;
        }
        let mut new = Introduction { state: to, updated_at: self.office.now(), ..old.clone() };
        let mut note = None;
        match step {
            Step::Consent(given) => {
                let line = consent(self.office, self.actor, self.record.person.id, given);
                people::add_consents(self.tx, &[line]).await?;
                notify(self.office, self.tx, &proposed(&new, self.post)).await?;
            }
            Step::Decline(reason, text) | Step::Withdraw(reason, text) => {
                new.reason = Some(*reason);
                new.note.clone_from(text);
                note = Some(reason.code().to_owned());
            }
            Step::Interview(interview) => new.interview = Some(interview.clone()),
            Step::Place(agreed) => {
                new.placement = Some(self.employ(agreed).await?);
                self.close_others().await?;
                self.tell_placement(&new).await?;
            }
            Step::NoShow => new.reason = Some(Reason::NoShow),
            Step::Accept | Step::Reopen => {}
        }
        new.due = due(self.office, to, new.interview.as_ref());
        self.save(&new, step.act(), note).await?;
        Ok(new)
    }

    /// Places, person and law once more, now under the locks.
    async fn may_go_on(&mut self, to: IntroductionState) -> Result<()> {
        let old = &self.case.introduction;
        let places = cases::places(self.tx, self.post.id).await?;
        // What is accepted or placed needs a place, not an advert that still runs: an answer may come after its last day.
        if !places.may_move(old.state, to) {
            return Err(Error::conflict("vacancy.full"));
        }
        if to == IntroductionState::Proposed
            && let Some(code) =
                closed_for(self.post.state, places.left(), self.post.vacancy.valid_until, self.office.today())
        {
            return Err(Error::conflict(code));
        }
        if let Some(code) =
            refuses(self.record).or_else(|| barred(&self.record.person.worker, &self.post.vacancy, self.office.today()))
        {
            return Err(Error::conflict(code));
        }
        if to.takes_place() && self.record.consent(ConsentScope::Employer) != Some(true) {
            return Err(Error::conflict("consent.missing"));
        }
        Ok(())
    }

    /// Makes the employment of a placement and ends the one before.
    async fn employ(&mut self, agreed: &Placement) -> Result<Placed> {
        let mut ended = Vec::new();
        for job in self.record.jobs.iter().filter(|j| j.to.is_none()) {
            people::update_job(self.tx, &Job { to: agreed.from, ..job.clone() }).await?;
            ended.push(job.id);
        }
        let pay = crate::domain::vacancy::Pay { min: agreed.wage, period: agreed.period, ..Default::default() };
        let place = self.post.vacancy.address.clone().or_else(|| {
            let code = crate::domain::region::RegionCode::parse(self.post.vacancy.region.as_deref()?)?;
            crate::domain::region::full_name(code)
        });
        let job = Job {
            id: self.office.id(),
            worker: self.record.person.id,
            employer: Some(self.post.employer),
            facts: Employment {
                employer: Some(self.post.employer_facts.name.clone()),
                place,
                wage: pay.monthly().0.map(|fen| fen as f64 / 100.0),
                from: agreed.from,
                industry: self.post.employer_facts.industry.clone(),
                channel: Some("劳务协作推荐".to_owned()),
                organised: Some(agreed.organised),
                months: None,
            },
            occupation: self.post.vacancy.occupation.clone(),
            source: "placement".into(),
            to: None,
            introduction: Some(self.case.introduction.id),
        };
        people::add_jobs(self.tx, &[job], self.office.now()).await?;
        Ok(Placed { agreed: agreed.clone(), ended })
    }

    /// Closes the person's other open introductions, with a note.
    async fn close_others(&mut self) -> Result<()> {
        let own = &self.case.introduction;
        for other in cases::of_worker(self.tx, self.record.person.id).await? {
            let i = &other.introduction;
            if i.id == own.id || !i.state.is_open() {
                continue;
            }
            let note = format!("已在别处录用（{}）", own.reference);
            let closed = Introduction {
                state: IntroductionState::Withdrawn,
                reason: Some(Reason::OtherJob),
                note: Some(note.clone()),
                due: None,
                updated_at: self.office.now(),
                ..i.clone()
            };
            if !cases::update(self.tx, &closed).await? {
                return Err(Error::Busy("an introduction of the same person is being changed".into()));
            }
            let act = Some(IntroductionAct::Withdraw);
            let step = event(self.office, self.actor, i.id, act, Some(i.state), closed.state, Some(note));
            cases::add_event(self.tx, &step).await?;
            timeline(self.office, self.tx, self.actor, &closed, &other.vacancy_reference, "introduction.withdraw")
                .await?;
        }
        Ok(())
    }

    async fn tell_placement(&mut self, new: &Introduction) -> Result<()> {
        let mut stations: Vec<Uuid> = self.record.links.iter().map(|l| l.station).collect();
        stations.extend(self.post.station.or(new.station));
        stations.sort_unstable();
        stations.dedup();
        let tells: Vec<Tell> = stations
            .into_iter()
            .map(|s| Tell { introduction: Some(new.id), ..Tell::new(NoticeKind::Placement, To::Station(s), new.id) })
            .collect();
        notify(self.office, self.tx, &tells).await?;
        Ok(())
    }

    /// Undoes the last step.
    async fn reopen(&mut self) -> Result<Introduction> {
        let old = &self.case.introduction;
        let last = cases::events(self.tx, old.id).await?.pop().ok_or(Error::NotFound)?;
        let back = last.act.and_then(|act| old.state.before(act, last.from));
        let to = back.ok_or_else(|| Error::conflict("introduction.state"))?;
        let oldest = self.office.now() - super::outbox::hours(24 * REOPEN_DAYS);
        if last.at < oldest {
            return Err(Error::conflict("introduction.reopen_late"));
        }
        let mut new = Introduction {
            state: to,
            reason: None,
            note: None,
            updated_at: self.office.now(),
            due: due(self.office, to, old.interview.as_ref()),
            ..old.clone()
        };
        if old.state == IntroductionState::Placed {
            let placed = new.placement.take().unwrap_or_default();
            people::remove_job_of(self.tx, old.id).await?;
            for job in self.record.jobs.iter().filter(|j| placed.ended.contains(&j.id)) {
                people::update_job(self.tx, &Job { to: None, ..job.clone() }).await?;
            }
        } else if !old.state.is_open() {
            // Open again: it needs what a new one would need.
            if to.takes_place() {
                self.may_go_on(to).await?;
            } else if let Some(code) = refuses(self.record) {
                return Err(Error::conflict(code));
            }
            room_for_one_more(self.office, self.tx, self.post).await?;
        }
        if old.state == IntroductionState::Interview {
            new.interview = None;
        }
        self.save(&new, IntroductionAct::Reopen, None).await?;
        Ok(new)
    }

    async fn save(&mut self, new: &Introduction, act: IntroductionAct, note: Option<String>) -> Result<()> {
        let old = &self.case.introduction;
        match cases::update(self.tx, new).await {
            Ok(true) => {}
            Ok(false) => return Err(Error::conflict("introduction.state")),
            Err(store::Error::Duplicate) => return Err(Error::conflict("introduction.exists")),
            Err(other) => return Err(other.into()),
        }
        let step = event(self.office, self.actor, old.id, Some(act), Some(old.state), new.state, note);
        Ok(cases::add_event(self.tx, &step).await?)
    }
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
    Ok(Whole { case, events, mail })
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
    Ok(Page { items, total, next })
}

/// The person's name as the actor may see it: clear for staff, and for an employer once it is consented.
pub fn name_for(actor: &Actor, case: &Case) -> String {
    if actor.employer().is_some() && !case.consented {
        masked_name(&case.worker_name)
    } else {
        case.worker_name.clone()
    }
}
