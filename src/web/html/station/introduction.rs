//! One introduction with its steps, letters and acts.

use jiff::civil::Date;

use crate::actions::introduction::{self as cases, Details, Step, Whole};
use crate::actions::{Error, call};
use crate::domain::actor::Right;
use crate::domain::code::Code as _;
use crate::domain::introduction::{IntroductionAct, IntroductionState, Reason};
use crate::handler;
use crate::pages::{
    Bit, Block, Desk, Fact, Form, Lang, Link, LogLine, Note, Tag, Tone, code_sentence, format, forms, named, text, word,
};
use crate::store::introduction::Case;
use crate::web::ask::Ask;
use crate::web::fault::Fault;
use crate::web::html::employer::{interview_words, invitation, placed_words};
use crate::web::html::fields::{Pairs, call_of, typed};
use crate::web::html::timeline::moment;
use crate::web::html::{at_form, body_of, chrome, page};
use crate::web::json::worker::instant;
use crate::web::reply::Answer;
use crate::web::route::{Audience, Body, Route, shape};

const STAFF: Audience = Audience::Holds(&[Right::Introductions]);

/// Routes of this file.
pub static ROUTES: &[Route] = &[
    Route::get("/station/introductions/{id}", STAFF, "an introduction", handler!(show)),
    Route::post("/station/introductions/{id}/call", STAFF, "note a call about it", Body::Form, handler!(note_call))
        .takes(&["text", "again", "result"]),
    Route::post(
        "/station/introductions/{id}/{act}",
        STAFF,
        "the next step",
        Body::FormOf(shape::<Details>),
        handler!(act),
    ),
];

/// The timeline of an introduction: its steps and letters, newest first.
pub fn log(lang: Lang, today: Date, whole: &Whole) -> Vec<LogLine> {
    let line = |at: i64, words: String, who: &str| LogLine {
        at: instant(at),
        when: moment(at, today),
        text: vec![Bit::Text(words), Bit::Small(format!(" {who}"))],
    };
    let reason = |note: &str| Reason::parse(note).map_or_else(|| note.to_owned(), |r| named(lang, r));
    let mut lines: Vec<(i64, LogLine)> = whole
        .events
        .iter()
        .map(|e| {
            let note = e.note.as_deref().map(|n| format!("：{}", reason(n))).unwrap_or_default();
            (e.at, line(e.at, format!("{}{note}", named(lang, e.to)), &e.actor))
        })
        .collect();
    lines.extend(whole.mail.iter().map(|m| {
        let at = m.sent_at.unwrap_or(m.created_at);
        let kind = word(lang, "mail-kind", m.kind.code());
        let words = text(lang, "log-mailed", &[("kind", &kind), ("state", &named(lang, m.state))]);
        let why = m.last_error.as_deref().map(|e| code_sentence(lang, e, &[]).unwrap_or_else(|| e.to_owned()));
        (at, line(at, words, &why.unwrap_or_default()))
    }));
    lines.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    lines.into_iter().map(|(_, line)| line).collect()
}

/// A form of the page that was not accepted: its act, what was typed, what is wrong.
type Refused<'a> = (&'a str, &'a Pairs, Vec<(String, String)>);

/// The form as it was refused, if it was this one.
fn with(form: Form, act: &str, bad: Option<&Refused<'_>>) -> Form {
    match bad {
        Some((failed, fields, faults)) if *failed == act => form.fill(typed(fields)).mark(faults.clone()),
        _ => form,
    }
}

fn possible(state: IntroductionState, act: IntroductionAct) -> bool {
    state.after(act).is_some() || (act == IntroductionAct::Reopen && !state.is_open())
}

/// What is known of the introduction; nothing stands there empty.
async fn facts(ask: &Ask, case: &Case) -> Vec<Fact> {
    let (lang, today) = (ask.lang, ask.office.today());
    let i = &case.introduction;
    let stations = ask.office.stations().await;
    let station = stations.iter().find(|s| Some(s.id) == i.station).map(|s| s.station.name.clone());
    let mut facts = vec![
        Fact::named(lang, "code", i.reference.clone()),
        Fact::new(
            word(lang, "col", "title"),
            Link::to(format!("/station/vacancies/{}", i.vacancy), case.vacancy_title.clone()),
        ),
        Fact::named(
            lang,
            "employer",
            Link::to(format!("/station/employers/{}", case.employer), case.employer_name.clone()),
        ),
        Fact::named(lang, "consent", text(lang, if case.consented { "yes" } else { "no" }, &[])),
    ];
    let mut add = |term: String, value: Option<String>| facts.extend(value.map(|value| Fact::new(term, value)));
    add(word(lang, "col", "station"), station);
    add(word(lang, "col", "due"), i.due.map(|day| format::day_desk(day, today)));
    add(named(lang, IntroductionState::Interview), i.interview.as_ref().map(interview_words));
    let reason = i.reason.map(|reason| named(lang, reason));
    let why: Vec<String> = reason.into_iter().chain(i.note.clone()).collect();
    add(word(lang, "col", "why"), Some(why.join("　")).filter(|w| !w.is_empty()));
    add(named(lang, IntroductionState::Placed), i.placement.as_ref().map(|p| placed_words(lang, p)));
    facts
}

async fn view(ask: &Ask, bad: Option<Refused<'_>>) -> Result<Desk, Fault> {
    let (lang, today) = (ask.lang, ask.office.today());
    let whole = cases::find(&ask.office, &ask.actor, ask.id("id")?).await?;
    let case = &whole.case;
    let i = &case.introduction;
    let href = format!("/station/introductions/{}", i.id);
    let bad = bad.as_ref();
    let mut aside = vec![Block::Form(with(forms::call(lang, &format!("{href}/call")), "call", bad))];
    for act in IntroductionAct::ALL {
        if !possible(i.state, *act) {
            continue;
        }
        let form = with(forms::act(lang, &href, *act), act.code(), bad);
        if form.faults() > 0 {
            aside.insert(0, Block::Form(form));
        } else {
            aside.push(Block::Fold(named(lang, *act), form));
        }
    }
    let mut blocks = vec![Block::Facts(facts(ask, case).await)];
    if let Some((act, _, faults)) = bad
        && IntroductionAct::parse(act).is_some_and(|act| !possible(i.state, act))
    {
        // The act is not possible any more: only the reason is left to tell.
        let words: Vec<&str> = faults.iter().map(|(_, sentence)| sentence.as_str()).collect();
        blocks.insert(0, Block::Note(Note { tone: Tone::Warn, text: words.join(" "), ..Note::default() }));
    }
    let stations = ask.office.stations().await;
    let phone = stations.iter().find(|s| Some(s.id) == i.station).and_then(|s| s.station.phone.clone());
    if let Some(lines) = invitation(lang, case, &case.worker_name, &phone.unwrap_or_default()) {
        blocks.push(Block::Heading("invitation".into(), text(lang, "invitation", &[])));
        blocks.extend(lines.into_iter().map(Block::Text));
    }
    blocks.push(Block::Log(log(lang, today, &whole)));
    let mut c = chrome(ask, "/station").await;
    c.back = href;
    Ok(Desk {
        c,
        heading: text(lang, "page-introduction", &[("name", &case.worker_name)]),
        tags: vec![Tag::new(named(lang, i.state), if i.state.is_open() { Tone::Ok } else { Tone::Plain })],
        links: vec![Link::to(format!("/station/workers/{}", i.worker), case.worker_name.clone())],
        blocks,
        aside,
        ..Desk::default()
    })
}

async fn show(ask: Ask) -> Result<Answer, Fault> {
    Ok(page(&view(&ask, None).await?))
}

/// The page once more, with what was typed in the form of an act and what is wrong with it.
async fn again(ask: &Ask, act: &str, fields: &Pairs, error: Error) -> Result<Answer, Fault> {
    let (status, faults) = at_form(ask.lang, error)?;
    Ok(Answer { status, ..page(&view(ask, Some((act, fields, faults))).await?) })
}

async fn act(ask: Ask) -> Result<Answer, Fault> {
    let fields = ask.form();
    let act = IntroductionAct::parse(ask.param("act")).ok_or(Error::NotFound)?;
    let details: Details = body_of(&fields)?;
    let id = ask.id("id")?;
    let done = match Step::check(act, &details, ask.office.today()) {
        Ok(step) => cases::act(&ask.office, &ask.actor, id, step).await,
        Err(faults) => Err(Error::Invalid(faults)),
    };
    match done {
        Ok(_) => Ok(Answer::see_other(format!("/station/introductions/{id}?said=saved"))),
        Err(error) => again(&ask, act.code(), &fields, error).await,
    }
}

async fn note_call(ask: Ask) -> Result<Answer, Fault> {
    let id = ask.id("id")?;
    let fields = ask.form();
    let new = call::NewCall { introduction: Some(id), ..call_of(&fields) };
    match call::note(&ask.office, &ask.actor, &new).await {
        Ok(_) => Ok(Answer::see_other(format!("/station/introductions/{id}?said=call-noted"))),
        Err(error) => again(&ask, "call", &fields, error).await,
    }
}
