//! The people introduced to an employer: the list by vacancy, answers to one and to several, one introduction with its invitation.

use std::collections::HashMap;

use uuid::Uuid;

use crate::actions::introduction::{self as cases, Details, Step as CaseStep, Whole, employer as shown};
use crate::actions::{Error, clock, live};
use crate::domain::code::Code as _;
use crate::domain::introduction::{IntroductionAct, IntroductionState, Offer};
use crate::domain::vacancy::Period;
use crate::pages::{
    Answers, Block, Button, Choice, Desk, EmployerHome, Fact, Form, Introduced, IntroducedGroup, Lang, Link, Note,
    Step, Tag, Tone, employer_reasons, format, forms, named, text, word,
};
use crate::store;
use crate::store::introduction::{Case, Filter, Placed};
use crate::web::ask::Ask;
use crate::web::fault::Fault;
use crate::web::html::fields::{Pairs, typed, value};
use crate::web::html::station::introduction::log;
use crate::web::html::{body_of, chrome, page, sentences};
use crate::web::reply::Answer;

/// People on a page, so that it stays small for a cheap telephone.
const PAGE: usize = 7;
/// People answered at once at most.
const SEVERAL: usize = 100;
/// What an employer has to do something about.
const TO_DO: [IntroductionState; 3] =
    [IntroductionState::Proposed, IntroductionState::Accepted, IntroductionState::Interview];

/// Which part of the list is looked at; an answer's form carries it along.
#[derive(Default)]
struct View {
    vacancy: Option<Uuid>,
    state: Option<IntroductionState>,
    after: Option<Uuid>,
}

impl View {
    fn asked(ask: &Ask) -> Result<Self, Fault> {
        let state = ask.query("state").and_then(IntroductionState::parse);
        Ok(Self { vacancy: ask.query_as("vacancy")?, state, after: ask.query_as("after")? })
    }

    /// The view that a form came from; what cannot be read is the whole list.
    fn of_form(fields: &Pairs) -> Self {
        let pairs: Pairs = serde_urlencoded::from_str(value(fields, "back")).unwrap_or_default();
        Self {
            vacancy: value(&pairs, "vacancy").parse().ok(),
            state: IntroductionState::parse(value(&pairs, "state")),
            after: value(&pairs, "after").parse().ok(),
        }
    }

    fn query(&self, more: &[(&str, &str)]) -> String {
        let mut pairs: Vec<(&str, String)> = Vec::new();
        pairs.extend(self.vacancy.map(|id| ("vacancy", id.to_string())));
        pairs.extend(self.state.map(|s| ("state", s.code().to_owned())));
        pairs.extend(self.after.map(|id| ("after", id.to_string())));
        pairs.extend(more.iter().map(|(n, v)| (*n, (*v).to_owned())));
        serde_urlencoded::to_string(&pairs).unwrap_or_default()
    }

    fn address(&self, more: &[(&str, &str)]) -> String {
        match self.query(more) {
            query if query.is_empty() => "/employer".to_owned(),
            query => format!("/employer?{query}"),
        }
    }
}

/// What is told beside the list when an answer was not taken.
#[derive(Default)]
struct Told {
    /// The form of one introduction with what was wrong.
    one: Option<(Uuid, Form)>,
    /// What was wrong with an answer to several.
    fault: String,
    /// What became of each of several.
    outcomes: Vec<(String, String, bool)>,
    /// Those ticked, and the reason chosen.
    picked: Vec<Uuid>,
    reason: String,
}

/// The fields that an act reads of the forms of the page.
fn fields_of(act: IntroductionAct) -> &'static [&'static str] {
    match act {
        IntroductionAct::Decline => &["reason", "text"],
        IntroductionAct::Interview => &["at", "place", "contact"],
        IntroductionAct::Place => &["from", "wage", "period", "contract_months", "organised"],
        _ => &[],
    }
}

/// What a person agreed to tell, in short words.
fn offer_words(lang: Lang, offer: Option<&Offer>) -> Vec<String> {
    let Some(offer) = offer else { return vec![text(lang, "offer-withdrawn", &[])] };
    let mut words = Vec::new();
    if let Some((least, most)) = offer.ages {
        words.push(text(lang, "offer-ages", &[("least", &least), ("most", &most)]));
    }
    words.extend(offer.schooling.map(|s| named(lang, s)));
    for done in &offer.experience {
        let what = live::occupation_name(&done.occupation).unwrap_or_else(|| done.occupation.clone());
        words.push(text(lang, "offer-experience", &[("what", &what), ("years", &done.years)]));
    }
    if offer.experience.is_empty() && offer.skills.is_empty() && offer.certificates.is_empty() {
        words.push(text(lang, "offer-none", &[]));
    }
    let comma = text(lang, "list-comma", &[]);
    for (key, list) in [("offer-skills", &offer.skills), ("offer-certificates", &offer.certificates)] {
        if !list.is_empty() {
            words.push(text(lang, key, &[("what", &list.join(&comma))]));
        }
    }
    words.extend(offer.from.map(|day| text(lang, "offer-from", &[("day", &format::day_words(lang, day))])));
    words
}

/// The appointment in one line.
pub fn interview_words(interview: &crate::domain::introduction::Interview) -> String {
    let words = [Some(&interview.at), Some(&interview.place), interview.contact.as_ref()];
    words.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join("　")
}

/// The invitation as it is read out or handed over.
pub fn invitation(lang: Lang, case: &Case, name: &str, phone: &str) -> Option<Vec<String>> {
    let invited = case.introduction.interview.as_ref()?;
    if case.introduction.state != IntroductionState::Interview {
        return None;
    }
    let words: [(&str, &dyn std::fmt::Display); 3] =
        [("name", &name), ("when", &invited.at), ("place", &invited.place)];
    let first = match invited.contact.as_deref().filter(|c| !c.is_empty()) {
        Some(contact) => {
            let mut words = words.to_vec();
            words.push(("contact", &contact));
            text(lang, "say-invitation", &words)
        }
        None => text(lang, "ask-for-nobody", &words),
    };
    let phone = if phone.is_empty() { String::new() } else { format!(" {phone}") };
    let about: [(&str, &dyn std::fmt::Display); 3] =
        [("vacancy", &case.vacancy_title), ("employer", &case.employer_name), ("phone", &phone)];
    Some(vec![first, text(lang, "invitation-for", &about)])
}

/// First day and wage of a placement, in words.
pub fn placed_words(lang: Lang, placed: &Placed) -> String {
    let agreed = &placed.agreed;
    let day = agreed.from.map(|day| format::day_words(lang, day)).unwrap_or_default();
    let wage = format::wage_words(lang, agreed.wage, agreed.wage, agreed.period.unwrap_or(Period::Month));
    text(lang, "placed-line", &[("day", &day), ("wage", &wage)])
}

/// Until when to answer, the appointment, why not, or when work begins.
fn notes(ask: &Ask, case: &Case) -> Vec<String> {
    let lang = ask.lang;
    let i = &case.introduction;
    let mut notes = Vec::new();
    match i.state {
        IntroductionState::Proposed => {
            notes.extend(i.due.map(|due| text(lang, "answer-by", &[("day", &format::day_words(lang, due))])));
        }
        IntroductionState::Interview => {
            let what = i.interview.as_ref().map(interview_words);
            notes.extend(what.map(|what| text(lang, "interview-line", &[("what", &what)])));
        }
        IntroductionState::Placed => notes.extend(i.placement.as_ref().map(|p| placed_words(lang, p))),
        _ => {}
    }
    if let Some(reason) = i.reason {
        let note = i.note.as_deref().map(|n| format!(" {n}")).unwrap_or_default();
        notes.push(text(lang, "reason-line", &[("what", &format!("{}{note}", named(lang, reason)))]));
    }
    notes
}

fn tag(ask: &Ask, case: &Case) -> Tag {
    let (lang, today) = (ask.lang, ask.office.today());
    let i = &case.introduction;
    if i.state != IntroductionState::Proposed {
        return Tag::new(named(lang, i.state), if i.state.takes_place() { Tone::Ok } else { Tone::Plain });
    }
    let day = clock::day_of(i.updated_at).until(today).map_or(0, |span| span.get_days()) + 1;
    let late = i.due.is_some_and(|due| due < today);
    Tag::new(text(lang, "say-waiting-you", &[("n", &day)]), if late { Tone::Bad } else { Tone::Warn })
}

fn answers(state: IntroductionState) -> Answers {
    match state {
        IntroductionState::Proposed => Answers::Proposed,
        IntroductionState::Accepted | IntroductionState::Interview => Answers::Going,
        _ => Answers::None,
    }
}

async fn introduced(ask: &Ask, case: &Case, offer: Option<&Offer>, told: &Told) -> Introduced {
    let lang = ask.lang;
    let i = &case.introduction;
    let day = format::day_words(lang, clock::day_of(i.created_at));
    let stations = ask.office.stations().await;
    let station = stations.iter().find(|s| Some(s.id) == i.station);
    let from = match station {
        Some(s) => text(lang, "introduced-by", &[("station", &s.station.name), ("day", &day)]),
        None => text(lang, "introduced-on", &[("day", &day)]),
    };
    Introduced {
        id: i.id.to_string(),
        name: cases::name_for(&ask.actor, case),
        code: i.reference.clone(),
        from,
        summary: offer_words(lang, offer).join(&text(lang, "comma", &[])),
        tag: tag(ask, case),
        notes: notes(ask, case),
        can_call: i.state.takes_place() && case.consented,
        answers: answers(i.state),
        invited: i.state == IntroductionState::Interview,
        on: told.picked.contains(&i.id),
        form: told.one.as_ref().filter(|(id, _)| *id == i.id).map(|(_, form)| form.clone()),
    }
}

/// People who wait first, then by what comes next.
fn rank(state: IntroductionState) -> usize {
    IntroductionState::ALL.iter().position(|s| *s == state).unwrap_or_default()
}

async fn home_view(ask: &Ask, view: &View, told: Told) -> Result<EmployerHome, Fault> {
    let lang = ask.lang;
    let own = ask.actor.employer().ok_or(Error::Forbidden)?;
    let of_post = Filter { vacancy: view.vacancy, ..Filter::default() };
    let states = view.state.map_or(TO_DO.to_vec(), |state| vec![state]);
    let filter = Filter { states, by_vacancy: true, ..of_post.clone() };
    let mut found = cases::list(&ask.office, &ask.actor, &filter, view.after, PAGE).await?;
    if let Some((id, _)) = &told.one
        && !found.items.iter().any(|c| c.introduction.id == *id)
    {
        // It moved on meanwhile and is no longer in this part of the list: it stands first, with its answer.
        found.items.insert(0, cases::find(&ask.office, &ask.actor, *id).await?.case);
    }
    let offers = shown::offers(&ask.office, &ask.actor, &found.items).await?;
    let ids = store::vacancy::of_employer(&mut &ask.office.db, own).await?;
    let posts = store::vacancy::records(&mut &ask.office.db, &ids).await?;
    let left: HashMap<Uuid, u32> = posts.iter().map(|p| (p.row.id, p.places_left())).collect();
    let mut groups: Vec<(Uuid, IntroducedGroup)> = Vec::new();
    found.items.sort_by_key(|c| rank(c.introduction.state));
    for case in &found.items {
        let vacancy = case.introduction.vacancy;
        let person = introduced(ask, case, offers.get(&case.introduction.id), &told).await;
        if let Some((_, group)) = groups.iter_mut().find(|(id, _)| *id == vacancy) {
            group.people.push(person);
            continue;
        }
        let places = text(lang, "places-left", &[("n", &left.get(&vacancy).copied().unwrap_or(0))]);
        let group = IntroducedGroup {
            vacancy: Link::to(format!("/employer/vacancies/{vacancy}"), case.vacancy_title.clone()),
            about: format!("{}　{places}", case.vacancy_reference),
            people: vec![person],
        };
        groups.push((vacancy, group));
    }
    let mut vacancies = vec![Choice::new("", text(lang, "all-vacancies", &[]))];
    let listed = posts.iter().filter(|p| p.introduced > 0 || p.placed > 0 || view.vacancy == Some(p.row.id));
    vacancies.extend(listed.take(50).map(|p| {
        let words = format!("{} {}", p.row.vacancy.title, text(lang, "places-left", &[("n", &p.places_left())]));
        Choice::new(p.row.id.to_string(), words).chosen(view.vacancy == Some(p.row.id))
    }));
    let counts = cases::counts(&ask.office, &ask.actor, &of_post).await?;
    let count = |wanted: &[IntroductionState]| -> i64 {
        counts.iter().filter(|(state, _)| wanted.contains(state)).map(|(_, n)| n).sum()
    };
    let step = |state: Option<IntroductionState>, text: String| Step {
        href: View { vacancy: view.vacancy, state, after: None }.address(&[]),
        text,
        here: view.state == state,
    };
    let mut steps = vec![step(None, text(lang, "to-do-n", &[("n", &count(&TO_DO))]))];
    for state in IntroductionState::ALL.iter().filter(|s| **s != IntroductionState::Asked) {
        let n = count(&[*state]);
        if n > 0 || view.state == Some(*state) {
            let words = text(lang, "state-n", &[("state", &named(lang, *state)), ("n", &n)]);
            steps.push(step(Some(*state), words));
        }
    }
    let late =
        Filter { states: vec![IntroductionState::Proposed], due_before: Some(ask.office.today()), ..Filter::default() };
    let late: i64 = cases::counts(&ask.office, &ask.actor, &late).await?.iter().map(|(_, n)| n).sum();
    let note = (late > 0).then(|| Note {
        tone: Tone::Warn,
        lead: text(lang, "late-lead", &[("n", &late)]),
        text: text(lang, "late-text", &[]),
        ..Note::default()
    });
    let mut c = chrome(ask, "/employer").await;
    c.back = view.address(&[]);
    let next = found.next.map(|next| View { after: Some(next), vacancy: view.vacancy, state: view.state }.address(&[]));
    let reasons = employer_reasons(lang).into_iter().map(|r| {
        let on = r.value == told.reason;
        r.chosen(on)
    });
    Ok(EmployerHome {
        c,
        vacancies,
        state: view.state.map(|s| s.code().to_owned()).unwrap_or_default(),
        states: steps,
        note,
        outcomes: told.outcomes,
        groups: groups.into_iter().map(|(_, group)| group).collect(),
        reasons: reasons.collect(),
        fault: told.fault,
        query: view.query(&[]),
        next: next.unwrap_or_default(),
    })
}

pub async fn home(ask: Ask) -> Result<Answer, Fault> {
    let view = View::asked(&ask)?;
    Ok(page(&home_view(&ask, &view, Told::default()).await?))
}

fn step_of(ask: &Ask, act: IntroductionAct, fields: &Pairs) -> Result<CaseStep, Error> {
    let own: Pairs = fields.iter().filter(|(n, _)| fields_of(act).contains(&n.as_str())).cloned().collect();
    let details: Details = body_of(&own).map_err(|_| Error::Refused("body.form"))?;
    CaseStep::check(act, &details, ask.office.today()).map_err(Error::Invalid)
}

/// Acts that an employer may do from its page.
fn act_of(fields: &Pairs) -> Result<IntroductionAct, Error> {
    IntroductionAct::parse(value(fields, "act"))
        .filter(|act| act.is_employers())
        .ok_or_else(|| Error::field("act", "field.missing"))
}

/// What keeps an answer from being taken, as its page tells it; other errors have a page of their own.
fn refusal(lang: Lang, error: Error) -> Result<(u16, Vec<(String, String)>), Fault> {
    let fault = Fault::Act(error);
    match &fault {
        Fault::Act(Error::Invalid(faults)) => Ok((422, sentences(lang, faults))),
        Fault::Act(Error::Conflict { .. } | Error::Stale | Error::Busy(_) | Error::Refused(_)) => {
            Ok((fault.status().0, vec![(String::new(), fault.detail(lang))]))
        }
        _ => Err(fault),
    }
}

/// The form of an act with what was typed and what was wrong.
fn answer_form(lang: Lang, id: Uuid, act: IntroductionAct, fields: &Pairs, faults: Vec<(String, String)>) -> Form {
    let mut form = forms::act(lang, "", act);
    form.action = format!("/employer/introductions/{id}");
    if act == IntroductionAct::Decline
        && let Some(reason) = form.field_mut("reason")
    {
        reason.kind = crate::pages::Kind::Select(
            std::iter::once(Choice::new("", text(lang, "please-choose", &[]))).chain(employer_reasons(lang)).collect(),
        );
    }
    form.buttons = vec![Button::second(named(lang, act), "act", act.code())];
    form.sections.push(crate::web::html::posting::hidden("back", value(fields, "back")));
    // A form without fields is its buttons, which stand beside it anyway.
    if fields_of(act).is_empty() {
        form.buttons.clear();
    }
    form.fill(typed(fields)).mark(faults)
}

pub async fn answer(ask: Ask) -> Result<Answer, Fault> {
    let fields = ask.form();
    let id = ask.id("id")?;
    let act = act_of(&fields)?;
    let view = View::of_form(&fields);
    let done = match step_of(&ask, act, &fields) {
        Ok(step) => cases::act(&ask.office, &ask.actor, id, step).await.map(drop),
        Err(error) => Err(error),
    };
    let Err(error) = done else {
        return Ok(Answer::see_other(view.address(&[("said", "saved")])));
    };
    let (status, faults) = refusal(ask.lang, error)?;
    let form = answer_form(ask.lang, id, act, &fields, faults);
    let told = Told { one: Some((id, form)), ..Told::default() };
    Ok(Answer { status, ..page(&home_view(&ask, &view, told).await?) })
}

pub async fn several(ask: Ask) -> Result<Answer, Fault> {
    let fields = ask.form();
    let act = act_of(&fields)?;
    let view = View::of_form(&fields);
    let mut picked: Vec<Uuid> =
        fields.iter().filter(|(n, _)| n == "pick").filter_map(|(_, v)| v.parse().ok()).take(SEVERAL).collect();
    picked.dedup();
    let mut told = Told { reason: value(&fields, "reason").to_owned(), ..Told::default() };
    // What is wrong with the answer itself is told before anybody is answered.
    let step = match step_of(&ask, act, &fields) {
        Ok(step) if !picked.is_empty() => step,
        Ok(_) => {
            told.fault = text(ask.lang, "pick-nobody", &[]);
            return Ok(Answer { status: 422, ..page(&home_view(&ask, &view, told).await?) });
        }
        Err(error) => {
            let (status, faults) = refusal(ask.lang, error)?;
            told.fault = faults.into_iter().map(|(_, sentence)| sentence).collect::<Vec<_>>().join(" ");
            told.picked = picked;
            return Ok(Answer { status, ..page(&home_view(&ask, &view, told).await?) });
        }
    };
    let mut status = 200;
    for id in picked {
        let case = cases::find(&ask.office, &ask.actor, id).await?.case;
        let who = format!("{} {}", cases::name_for(&ask.actor, &case), case.introduction.reference);
        match cases::act(&ask.office, &ask.actor, id, step.clone()).await {
            Ok(_) => told.outcomes.push((who, named(ask.lang, act), true)),
            Err(error) => {
                let (failed, faults) = refusal(ask.lang, error)?;
                status = failed;
                let why = faults.into_iter().map(|(_, sentence)| sentence).collect::<Vec<_>>().join(" ");
                told.outcomes.push((who, why, false));
                told.picked.push(id);
            }
        }
    }
    if status == 200 {
        return Ok(Answer::see_other(view.address(&[("said", "saved")])));
    }
    Ok(Answer { status, ..page(&home_view(&ask, &view, told).await?) })
}

async fn case_view(ask: &Ask, whole: &Whole, phone: Option<String>, fault: &str) -> Result<Desk, Fault> {
    let lang = ask.lang;
    let case = &whole.case;
    let i = &case.introduction;
    let root = format!("/employer/introductions/{}", i.id);
    let offers = shown::offers(&ask.office, &ask.actor, std::slice::from_ref(case)).await?;
    let stations = ask.office.stations().await;
    let station = stations.iter().find(|s| Some(s.id) == i.station).map(|s| &s.station);
    let name = cases::name_for(&ask.actor, case);
    let mut facts = vec![
        Fact::named(lang, "code", i.reference.clone()),
        Fact::new(
            word(lang, "col", "title"),
            Link::to(format!("/employer/vacancies/{}", i.vacancy), case.vacancy_title.clone()),
        ),
        Fact::new(text(lang, "who-is-this", &[]), offer_words(lang, offers.get(&i.id)).join("　")),
    ];
    facts.extend(station.map(|s| {
        let phone = s.phone.as_deref().unwrap_or_default();
        Fact::new(text(lang, "the-station", &[]), format!("{} {phone}", s.name))
    }));
    facts.extend(phone.map(|phone| Fact::new(text(lang, "phone-shown", &[]), phone)));
    let state = [named(lang, i.state)].into_iter().chain(notes(ask, case)).collect::<Vec<_>>().join("　");
    facts.push(Fact::named(lang, "state", state));
    let mut blocks = vec![Block::Facts(facts)];
    if !fault.is_empty() {
        blocks.insert(0, Block::Note(Note { tone: Tone::Warn, text: fault.to_owned(), ..Note::default() }));
    }
    let station_phone = station.and_then(|s| s.phone.clone()).unwrap_or_default();
    if let Some(lines) = invitation(lang, case, &name, &station_phone) {
        blocks.push(Block::Heading("invitation".into(), text(lang, "invitation", &[])));
        blocks.extend(lines.into_iter().map(Block::Text));
    }
    if i.state.takes_place() && case.consented {
        let button = Button::second(text(lang, "show-phone", &[]), "", "");
        let mut form = Form::new(format!("{root}/phone"), Vec::new(), vec![button]);
        form.label = text(lang, "show-phone", &[]);
        blocks.push(Block::Form(form));
    }
    if answers(i.state) != Answers::None {
        for act in IntroductionAct::ALL.iter().filter(|a| a.is_employers() && i.state.after(**a).is_some()) {
            blocks.push(Block::Fold(named(lang, *act), act_form(lang, i.id, *act)));
        }
    }
    blocks.push(Block::Heading(String::new(), text(lang, "history-n", &[])));
    // Letters are the station's affair.
    let steps = Whole { mail: Vec::new(), ..whole.clone() };
    blocks.push(Block::Log(log(lang, &steps)));
    let mut c = chrome(ask, "/employer").await;
    c.back = root;
    Ok(Desk {
        c,
        heading: name,
        crumb: vec![Link::to("/employer", text(lang, "nav-introduced", &[]))],
        tags: vec![tag(ask, case)],
        blocks,
        ..Desk::default()
    })
}

/// The empty form of an act on the page of one introduction.
fn act_form(lang: Lang, id: Uuid, act: IntroductionAct) -> Form {
    let mut form = answer_form(lang, id, act, &Pairs::new(), Vec::new());
    form.buttons = vec![Button::second(named(lang, act), "act", act.code())];
    form
}

pub async fn show(ask: Ask) -> Result<Answer, Fault> {
    let whole = cases::find(&ask.office, &ask.actor, ask.id("id")?).await?;
    Ok(page(&case_view(&ask, &whole, None, "").await?))
}

/// The phone is the answer to this post alone: no address shows it again.
pub async fn phone(ask: Ask) -> Result<Answer, Fault> {
    let id = ask.id("id")?;
    let (status, phone, fault) = match shown::reveal_phone(&ask.office, &ask.actor, id).await {
        Ok(Some(phone)) => (200, Some(phone), String::new()),
        Ok(None) => (200, None, text(ask.lang, "phone-none", &[])),
        Err(error) => {
            let (status, faults) = refusal(ask.lang, error)?;
            (status, None, faults.into_iter().map(|(_, sentence)| sentence).collect())
        }
    };
    let whole = cases::find(&ask.office, &ask.actor, id).await?;
    Ok(Answer { status, ..page(&case_view(&ask, &whole, phone, &fault).await?) })
}
