//! One introduction with its steps, letters and acts; and an interest that somebody left on the web.

use uuid::Uuid;

use crate::actions::introduction::{self as cases, Details, Step, Whole};
use crate::actions::{Error, call, clock, interest, worker};
use crate::domain::actor::Right;
use crate::domain::code::Code as _;
use crate::domain::introduction::{IntroductionAct, IntroductionState, Reason};
use crate::domain::registration::Registration;
use crate::handler;
use crate::pages::{
    Bit, Block, Button, Desk, Fact, Field, Form, Lang, Link, LogLine, Note, Tag, Tone, format, forms, named, text, word,
};
use crate::store::introduction::Case;
use crate::web::ask::Ask;
use crate::web::fault::Fault;
use crate::web::html::employer::{interview_words, invitation, placed_words};
use crate::web::html::fields::{Pairs, field, value};
use crate::web::html::{body_of, chrome, page, refused, sentences};
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
    Route::get("/station/interests/{id}", STAFF, "an interest from the web", handler!(show_interest)),
    Route::post(
        "/station/interests/{id}/{act}",
        STAFF,
        "call, link, register, close",
        Body::Form,
        handler!(act_interest),
    )
    .takes(&["text", "again", "result", "worker", "id_number", "id_missing_reason"]),
];

/// The timeline of an introduction: its steps and letters, newest first.
pub fn log(lang: Lang, whole: &Whole) -> Vec<LogLine> {
    let line = |at: i64, words: String, who: &str| LogLine {
        at: instant(at),
        when: format::day_desk(clock::day_of(at), clock::day_of(at)),
        text: vec![Bit::Text(words), Bit::Small(format!(" {who}"))],
    };
    let mut lines: Vec<(i64, LogLine)> = whole
        .events
        .iter()
        .map(|e| {
            let note = e.note.as_deref().map(|n| match Reason::parse(n) {
                Some(reason) => named(lang, reason),
                None => n.to_owned(),
            });
            let words: Vec<String> = [Some(named(lang, e.to)), note].into_iter().flatten().collect();
            (e.at, line(e.at, words.join(&text(lang, "colon", &[])), &e.actor))
        })
        .collect();
    lines.extend(whole.mail.iter().map(|m| {
        let at = m.sent_at.unwrap_or(m.created_at);
        let words = text(lang, "log-mailed", &[("kind", &m.kind.name()), ("state", &named(lang, m.state))]);
        (at, line(at, words, m.last_error.as_deref().unwrap_or_default()))
    }));
    lines.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    lines.into_iter().map(|(_, line)| line).collect()
}

/// An act that was not taken: which, what was typed, and what was wrong.
struct Failed {
    act: String,
    typed: Pairs,
    faults: Vec<(String, String)>,
}

/// What is known of the introduction, as facts; empty where nothing is.
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

async fn view(ask: &Ask, failed: Option<Failed>) -> Result<Desk, Fault> {
    let lang = ask.lang;
    let whole = cases::find(&ask.office, &ask.actor, ask.id("id")?).await?;
    let case = &whole.case;
    let i = &case.introduction;
    let href = format!("/station/introductions/{}", i.id);
    let mut failed = failed;
    let mut refill = |act: &str, form: Form| match failed.take_if(|f| f.act == act) {
        Some(f) => (form.fill(f.typed).mark(f.faults), true),
        None => (form, false),
    };
    let (call, _) = refill("call", forms::call(lang, &format!("{href}/call")));
    let mut aside = vec![Block::Form(call)];
    for act in IntroductionAct::ALL {
        let possible = i.state.after(*act).is_some() || (*act == IntroductionAct::Reopen && !i.state.is_open());
        if !possible {
            continue;
        }
        match refill(act.code(), forms::act(lang, &href, *act)) {
            (form, true) => aside.insert(0, Block::Form(form)),
            (form, false) => aside.push(Block::Fold(named(lang, *act), form)),
        }
    }
    let mut blocks = vec![Block::Facts(facts(ask, case).await)];
    // The act that failed is not possible any more: only the reason is left to tell.
    blocks.extend(failed.map(|f| {
        let words: Vec<String> = f.faults.into_iter().map(|(_, sentence)| sentence).collect();
        Block::Note(Note { tone: Tone::Warn, text: words.join(" "), ..Note::default() })
    }));
    let stations = ask.office.stations().await;
    let phone = stations.iter().find(|s| Some(s.id) == i.station).and_then(|s| s.station.phone.clone());
    if let Some(lines) = invitation(lang, case, &case.worker_name, &phone.unwrap_or_default()) {
        blocks.push(Block::Heading("invitation".into(), text(lang, "invitation", &[])));
        blocks.extend(lines.into_iter().map(Block::Text));
    }
    blocks.push(Block::Log(log(lang, &whole)));
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

/// The page again with what was typed and what was wrong; an error that is not about this act has a page of its own.
async fn again(ask: &Ask, act: &str, typed: Pairs, error: Error) -> Result<Answer, Fault> {
    let fault = Fault::Act(error);
    let faults = match &fault {
        Fault::Act(Error::Invalid(faults)) => sentences(ask.lang, faults),
        Fault::Act(Error::Conflict { .. } | Error::Stale | Error::Busy(_)) => {
            vec![(String::new(), fault.detail(ask.lang))]
        }
        _ => return Err(fault),
    };
    let failed = Failed { act: act.to_owned(), typed, faults };
    Ok(Answer { status: fault.status().0, ..page(&view(ask, Some(failed)).await?) })
}

async fn show(ask: Ask) -> Result<Answer, Fault> {
    Ok(page(&view(&ask, None).await?))
}

async fn act(ask: Ask) -> Result<Answer, Fault> {
    let fields = ask.form();
    let act = IntroductionAct::parse(ask.param("act")).ok_or(Error::NotFound)?;
    let details: Details = body_of(&fields)?;
    let id = ask.id("id")?;
    let done = match Step::check(act, &details, ask.office.today()) {
        Ok(step) => cases::act(&ask.office, &ask.actor, id, step).await.map(drop),
        Err(faults) => Err(Error::Invalid(faults)),
    };
    match done {
        Ok(()) => Ok(Answer::see_other(format!("/station/introductions/{id}"))),
        Err(error) => again(&ask, act.code(), fields, error).await,
    }
}

fn new_call(fields: &Vec<(String, String)>) -> call::NewCall {
    call::NewCall {
        worker: None,
        introduction: None,
        interest: None,
        result: field(fields, "result"),
        again: field(fields, "again"),
        note: field(fields, "text"),
    }
}

async fn note_call(ask: Ask) -> Result<Answer, Fault> {
    let id = ask.id("id")?;
    let fields = ask.form();
    let new = call::NewCall { introduction: Some(id), ..new_call(&fields) };
    match call::note(&ask.office, &ask.actor, &new).await {
        Ok(_) => Ok(Answer::see_other(format!("/station/introductions/{id}?said=call-noted"))),
        Err(error) => again(&ask, "call", fields, error).await,
    }
}

async fn interest_view(ask: &Ask, phone: Option<String>, faults: &[(String, String)]) -> Result<Desk, Fault> {
    let lang = ask.lang;
    let found = interest::find(&ask.office, &ask.actor, ask.id("id")?).await?;
    let i = &found.interest;
    let href = format!("/station/interests/{}", i.id);
    let phone = match phone {
        Some(phone) => phone,
        None => interest::masked_phone(&ask.office, i)?,
    };
    let facts = vec![
        Fact::named(lang, "code", i.receipt.clone()),
        Fact::new(
            word(lang, "col", "title"),
            Link::to(format!("/station/vacancies/{}", i.vacancy), found.vacancy_title.clone()),
        ),
        Fact::named(lang, "phone", phone),
        Fact::new(word(lang, "interest", "remark"), i.remark.clone().unwrap_or_default()),
    ];
    let person = Field { name: "worker".into(), label: text(lang, "interest-person", &[]), ..Field::default() };
    let number = Field { name: "id_number".into(), label: word(lang, "worker", "id_number"), ..Field::default() };
    let missing = Field {
        name: "id_missing_reason".into(),
        label: word(lang, "worker", "id_missing_reason"),
        ..Field::default()
    };
    let form = |act: &str, fields: Vec<Field>, key: &str| {
        Form::new(format!("{href}/{act}"), fields, vec![Button::main(text(lang, key, &[]))])
            .mark(faults.iter().map(|(n, v)| (n.as_str(), v.as_str())))
    };
    let mut aside = vec![Block::Form(forms::call(lang, &format!("{href}/call")))];
    if i.worker.is_none() {
        aside.push(Block::Form(form("link", vec![person], "interest-link")));
        aside.push(Block::Form(form("register", vec![number, missing], "interest-register")));
    }
    aside.push(Block::Form(Form::new(
        format!("{href}/reveal"),
        Vec::new(),
        vec![Button::second(text(lang, "see-phone", &[]), "", "")],
    )));
    aside.push(Block::Form(Form::new(
        format!("{href}/close"),
        Vec::new(),
        vec![Button::second(text(lang, "interest-close", &[]), "", "")],
    )));
    let links = i.worker.map(|id| Link::to(format!("/station/workers/{id}"), i.name.clone()));
    Ok(Desk {
        c: chrome(ask, "/station").await,
        heading: i.name.clone(),
        tags: vec![Tag::new(named(lang, i.state), Tone::Plain)],
        links: links.into_iter().collect(),
        blocks: vec![Block::Facts(facts)],
        aside,
        ..Desk::default()
    })
}

async fn show_interest(ask: Ask) -> Result<Answer, Fault> {
    Ok(page(&interest_view(&ask, None, &[]).await?))
}

async fn act_interest(ask: Ask) -> Result<Answer, Fault> {
    let fields = ask.form();
    let id = ask.id("id")?;
    let office = &ask.office;
    let done: Result<(), Error> = match ask.param("act") {
        "call" => {
            let new = call::NewCall { interest: Some(id), ..new_call(&fields) };
            call::note(office, &ask.actor, &new).await.map(drop)
        }
        "link" => match person_of(&ask, value(&fields, "worker")).await {
            Ok(person) => interest::link(office, &ask.actor, id, person).await.map(drop),
            Err(error) => Err(error),
        },
        "register" => {
            let found = interest::find(office, &ask.actor, id).await?;
            let body: Registration = body_of(&fields)?;
            let body = Registration { name: Some(found.interest.name.into()), ..body };
            interest::register(office, &ask.actor, id, body).await.map(drop)
        }
        "close" => interest::close(office, &ask.actor, id).await.map(drop),
        "reveal" => {
            let phone = interest::reveal_phone(office, &ask.actor, id).await?;
            return Ok(page(&interest_view(&ask, Some(phone), &[]).await?));
        }
        _ => return Err(Error::NotFound.into()),
    };
    match done {
        Ok(()) => Ok(Answer::see_other(format!("/station/interests/{id}?said=saved"))),
        Err(Error::Invalid(faults)) => {
            let faults = sentences(ask.lang, &faults);
            Ok(refused(&interest_view(&ask, None, &faults).await?))
        }
        Err(other) => Err(other.into()),
    }
}

/// A person by id or by the code said on the telephone.
async fn person_of(ask: &Ask, key: &str) -> Result<Uuid, Error> {
    match key.parse::<Uuid>() {
        Ok(id) => Ok(id),
        Err(_) => worker::by_reference(&ask.office, &ask.actor, key).await,
    }
}
