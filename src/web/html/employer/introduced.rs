//! The people introduced to an employer: the list by vacancy, and answers to one and to several.

use std::collections::HashMap;

use uuid::Uuid;

use super::case::{answer_form, answers, fields_of, notes, offer_words, refusal, tag};
use crate::actions::introduction::{self as cases, Details, Step as CaseStep, employer as shown};
use crate::actions::{Error, clock};
use crate::domain::code::Code as _;
use crate::domain::introduction::{IntroductionAct, IntroductionState, Offer};
use crate::pages::{
    Choice, EmployerHome, Form, Introduced, IntroducedGroup, Link, Note, Step, Tone, employer_reasons, format, named,
    text,
};
use crate::store;
use crate::store::introduction::{Case, Filter};
use crate::web::ask::Ask;
use crate::web::fault::Fault;
use crate::web::html::fields::{Pairs, value};
use crate::web::html::{body_of, chrome, page};
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
