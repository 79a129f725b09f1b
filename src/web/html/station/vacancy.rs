//! Vacancies for station staff: the list by state, one vacancy with its findings and acts, posting and changing.

use crate::actions::search::{self, VacancyAsk};
use crate::actions::{Error, clock, order, vacancy};
use crate::domain::actor::Right;
use crate::domain::code::Code as _;
use crate::domain::finding::is_blocked;
use crate::domain::posting::Posting;
use crate::domain::saved_search::SearchKind;
use crate::domain::vacancy::{Period, VacancyState};
use crate::handler;
use crate::pages::{
    Bit, Block, Button, Cell, Column, Desk, Fact, Field, Find, Form, Kind, Link, Note, Row, Step, Table, Tag, Tone,
    Weight, format, named, text, word,
};
use crate::store::vacancy::Record;
use crate::web::ask::Ask;
use crate::web::fault::Fault;
use crate::web::html::fields::{Refused, here, region_name, value, with};
use crate::web::html::posting::{self, Side};
use crate::web::html::public::facts;
use crate::web::html::{at_form, chrome, page, what_if};
use crate::web::json::list as lists;
use crate::web::json::vacancy::vacancy_ask;
use crate::web::reply::Answer;
use crate::web::route::{Audience, Body, Route, shape};

use super::occupation;
use super::search::{LIST, keep};

const STAFF: Audience = Audience::Holds(&[Right::Vacancies]);
const NAV: &str = "/station/vacancies";
const SIDE: Side = Side { root: NAV, staff: true };

/// Routes of this file.
pub static ROUTES: &[Route] = &[
    Route::get("/station/vacancies", STAFF, "vacancies by state", handler!(list)).query(&["state", "q", "cursor"]),
    Route::get("/station/vacancies/new", STAFF, "the form to post", handler!(new)),
    Route::post("/station/vacancies/new", STAFF, "post a vacancy", Body::FormOf(shape::<Posting>), handler!(create))
        .takes(&["act"]),
    Route::get("/station/vacancies/{id}", STAFF, "a vacancy", handler!(show)),
    Route::get("/station/vacancies/{id}/edit", STAFF, "the form to change it", handler!(edit)),
    Route::post("/station/vacancies/{id}/edit", STAFF, "change it", Body::FormOf(shape::<Posting>), handler!(change))
        .takes(&["act", "version"]),
    Route::get("/station/vacancies/{id}/copy", STAFF, "post it again", handler!(copy)),
    Route::get("/station/vacancies/{id}/what-if", STAFF, "what a change would bring", handler!(would)),
    Route::post("/station/vacancies/{id}/{act}", STAFF, "open, overrule, close or reopen", Body::Form, handler!(act))
        .takes(&["reason"]),
];

/// A state with its colour.
pub fn state_tag(lang: crate::pages::Lang, state: VacancyState) -> Tag {
    let tone = match state {
        VacancyState::Open => Tone::Ok,
        VacancyState::InReview => Tone::Warn,
        _ => Tone::Plain,
    };
    Tag::new(named(lang, state), tone)
}

async fn list(ask: Ask) -> Result<Answer, Fault> {
    list_of(ask).await
}

/// Vacancies by state, and by what a saved search asks beside it.
pub async fn list_of(ask: Ask) -> Result<Answer, Fault> {
    let lang = ask.lang;
    let state = match ask.query("state") {
        Some("any") => "any".to_owned(),
        _ => lists::code::<VacancyState>(&ask, "state")?.unwrap_or_else(|| "open".to_owned()),
    };
    let q = ask.query("q").unwrap_or_default();
    let mut asked = VacancyAsk { state: Some(state.clone()), ..vacancy_ask(&ask)? };
    asked.page.limit = 50;
    asked.page.facets = false;
    asked.page.sort = if q.is_empty() { crate::search::Sort::Newest } else { crate::search::Sort::Relevance };
    asked.page.cursor = ask.query("cursor").map(str::to_owned);
    let found = search::vacancies(&ask.office, &ask.actor, asked).await?;
    let today = ask.office.today();
    let rows = found.items.iter().map(|(r, _)| {
        let v = &r.row.vacancy;
        let until = v.valid_until.map(|d| format::day_desk(d, today)).unwrap_or_default();
        let cells = vec![
            Cell::head(Link::to(format!("/station/vacancies/{}", r.row.id), v.title.clone())),
            Cell::new(r.row.reference.clone()),
            Cell::new(r.employer_name.clone()),
            Cell::new(v.region.as_deref().map(region_name).unwrap_or_default()),
            Cell::number(v.headcount.to_string()),
            Cell::number(r.places_left().to_string()),
            Cell::number(r.introduced.to_string()),
            Cell::number(until),
            Cell::new(Bit::Tag(state_tag(lang, r.state(today)))),
        ];
        Row { tick: None, cells }
    });
    let table = Table {
        id: "vacancies".into(),
        caption: text(lang, "page-vacancies", &[]),
        note: format::count(found.total),
        columns: vec![
            Column::named(lang, "title"),
            Column::named(lang, "code"),
            Column::named(lang, "employer"),
            Column::named(lang, "region"),
            Column::figures(lang, "headcount"),
            Column::figures(lang, "left"),
            Column::figures(lang, "introduced"),
            Column::figures(lang, "valid-until"),
            Column::named(lang, "now"),
        ],
        rows: rows.collect(),
        empty: text(lang, "no-vacancies", &[]),
        ..Table::default()
    };
    let mut blocks = vec![Block::Find(Find {
        action: NAV.into(),
        label: text(lang, "find-vacancies", &[]),
        q: q.to_owned(),
        kept: vec![("state".into(), state.clone())],
        help: true,
    })];
    if !q.is_empty() && state == "open" {
        blocks.push(keep(lang, SearchKind::Vacancies, &[("q", q)]));
    }
    let relaxed: Vec<String> = found.relaxed.iter().map(|r| lists::relaxed_text(lang, r)).collect();
    if !relaxed.is_empty() {
        let lead = text(lang, "relaxed", &[]);
        blocks.push(Block::Note(Note { tone: Tone::Warn, lead, text: relaxed.join("；"), ..Note::default() }));
    }
    blocks.push(Block::Table(table));
    if let Some(cursor) = &found.next_cursor {
        let range = text(lang, "page-of", &[("shown", &found.items.len()), ("total", &found.total)]);
        blocks.push(Block::More(range, here(NAV, &[("state", &state), ("q", q), ("cursor", cursor)])));
    }
    let states = VacancyState::ALL.iter().map(|s| (s.code(), named(lang, *s)));
    let jump = states
        .chain([("any", text(lang, "due-all", &[]))])
        .map(|(code, text)| Step { href: here(NAV, &[("state", code), ("q", q)]), text, here: code == state })
        .collect();
    let view = Desk {
        c: chrome(&ask, "/station/vacancies").await,
        heading: text(lang, "page-vacancies", &[]),
        links: vec![
            Link::to("/station/vacancies/new", word(lang, "go", "new-vacancy")),
            Link::to(
                here("/station/exports", &[("kind", "vacancies"), ("state", &state), ("q", q)]),
                text(lang, "export", &[]),
            ),
            Link::to(LIST, text(lang, "page-searches", &[])),
        ],
        jump,
        blocks,
        ..Desk::default()
    };
    Ok(page(&view))
}

async fn new(ask: Ask) -> Result<Answer, Fault> {
    Ok(page(&posting::new_page(&ask, SIDE, None).await))
}

async fn copy(ask: Ask) -> Result<Answer, Fault> {
    let record = vacancy::find(&ask.office, &ask.actor, ask.param("id")).await?;
    Ok(page(&posting::new_page(&ask, SIDE, Some(&record)).await))
}

async fn create(ask: Ask) -> Result<Answer, Fault> {
    posting::create(&ask, SIDE).await
}

async fn edit(ask: Ask) -> Result<Answer, Fault> {
    let record = vacancy::find(&ask.office, &ask.actor, ask.param("id")).await?;
    if !vacancy::may_change(&ask.office, &ask.actor, &record).await {
        return Err(Error::NotFound.into());
    }
    Ok(page(&posting::edit_page(&ask, SIDE, &record).await))
}

async fn change(ask: Ask) -> Result<Answer, Fault> {
    let record = vacancy::find(&ask.office, &ask.actor, ask.param("id")).await?;
    posting::change(&ask, SIDE, &record).await
}

async fn would(ask: Ask) -> Result<Answer, Fault> {
    let record = vacancy::find(&ask.office, &ask.actor, ask.param("id")).await?;
    what_if::of_record(&ask, SIDE, &record).await
}

async fn show(ask: Ask) -> Result<Answer, Fault> {
    Ok(page(&view(&ask, None).await?))
}

/// A vacancy; `bad` is the form that was not accepted.
async fn view(ask: &Ask, bad: Option<Refused<'_>>) -> Result<Desk, Fault> {
    let (lang, today) = (ask.lang, ask.office.today());
    let record = vacancy::find(&ask.office, &ask.actor, ask.param("id")).await?;
    let mine = vacancy::may_change(&ask.office, &ask.actor, &record).await;
    let root = format!("/station/vacancies/{}", record.row.id);
    let state = record.state(today);
    let v = &record.row.vacancy;
    let (first, more) = facts(lang, &record);
    let kept = order::kept(&mut &ask.office.db, record.row.id).await?;
    let kept = (kept > 0).then(|| Fact::named(lang, "kept", text(lang, "kept-places", &[("n", &kept)])));
    let mut blocks = vec![Block::Facts(first.into_iter().chain(more).chain(kept).collect())];
    blocks.extend(v.description.iter().flat_map(|d| d.lines()).map(|line| Block::Text(line.to_owned())));
    if mine && !record.row.findings.is_empty() {
        blocks.push(Block::Findings(record.row.findings.iter().map(|f| posting::finding(lang, f)).collect()));
    }
    if mine && v.occupation.is_none() {
        blocks.splice(0..0, occupation::question(lang, &record));
    }
    let mut aside = Vec::new();
    if mine {
        let blocked = is_blocked(&record.row.findings, record.row.overruled.as_ref());
        let mut add = |act: &str, why: Option<&str>, button: Button| {
            let reason = why.map(|key| Field::new("reason", text(lang, key, &[]), Kind::Area));
            let form = Form::new(format!("{root}/{act}"), reason.into_iter().collect(), vec![button]).apart(act);
            aside.push(Block::Form(with(form, act, bad.as_ref())));
        };
        match state {
            VacancyState::InReview if blocked => {
                if ask.actor.may(Right::Overrule) {
                    add("overrule", Some("overrule-why"), Button::main(text(lang, "overrule", &[])));
                } else {
                    add("open", None, Button::main(word(lang, "go", "approve")));
                }
            }
            VacancyState::Draft | VacancyState::InReview => {
                add("open", None, Button::main(word(lang, "go", "approve")));
            }
            VacancyState::Open | VacancyState::Filled => {
                let close = Button { text: word(lang, "go", "close"), weight: Weight::Red, ..Button::default() };
                add("close", Some("close-why"), close);
            }
            VacancyState::Closed | VacancyState::Expired => {
                add("reopen", None, Button::main(word(lang, "go", "reopen")));
            }
        }
    }
    let mut links = vec![Link::to(format!("{root}/candidates"), word(lang, "go", "candidates"))];
    if mine {
        links.push(Link::to(format!("{root}/edit"), word(lang, "go", "edit")));
        links.push(Link::to(format!("{root}/copy"), word(lang, "go", "copy")));
        links.push(Link::to(format!("{root}/what-if"), word(lang, "go", "what-if")));
    }
    let view = Desk {
        c: chrome(ask, "/station/vacancies").await,
        heading: v.title.clone(),
        crumb: vec![Link::to("/station/vacancies", text(lang, "page-vacancies", &[]))],
        tags: vec![state_tag(lang, state)],
        lead: vec![
            Bit::Wage(format::wage(lang, v.pay.min, v.pay.max, v.pay.period.unwrap_or(Period::Month))),
            Bit::Text(format!(
                "　{}　{}",
                record.row.reference,
                format::day_desk(clock::day_of(record.row.created_at), today)
            )),
        ],
        links,
        blocks,
        aside,
        ..Desk::default()
    };
    Ok(view)
}

async fn act(ask: Ask) -> Result<Answer, Fault> {
    let fields = ask.form();
    let id = ask.id("id")?;
    let why = value(&fields, "reason");
    let act = ask.param("act");
    let done = match act {
        "open" => vacancy::open(&ask.office, &ask.actor, id).await.map(|_| "posted"),
        "overrule" => vacancy::overrule(&ask.office, &ask.actor, id, why).await.map(|_| "posted"),
        "close" => {
            vacancy::close(&ask.office, &ask.actor, id, Some(why).filter(|w| !w.is_empty())).await.map(|_| "closed")
        }
        "reopen" => vacancy::reopen(&ask.office, &ask.actor, id).await.map(|record| said(&record, ask.office.today())),
        _ => return Err(Error::NotFound.into()),
    };
    match done {
        Ok(said) => Ok(Answer::see_other(format!("/station/vacancies/{id}?said={said}"))),
        Err(error) => {
            let (status, faults) = at_form(ask.lang, error)?;
            Ok(Answer { status, ..page(&view(&ask, Some(Refused { act, fields: &fields, faults })).await?) })
        }
    }
}

/// What is said of a vacancy that was to be opened again.
fn said(record: &Record, today: jiff::civil::Date) -> &'static str {
    if record.state(today) == VacancyState::InReview { "in-review" } else { "reopened" }
}
