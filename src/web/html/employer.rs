//! Pages of employers: own vacancies, posting and changing them, and the own entry.

mod case;
mod introduced;
mod sheet;

use super::posting::{self, Side};
use super::public::facts;
use super::station::vacancy::state_tag;
use super::{chrome, page, refused, sentences, what_if};
use crate::actions::introduction::Details;
use crate::actions::{Error, employer, vacancy};
use crate::domain::actor::Right;
use crate::domain::employer::EmployerBody;
use crate::domain::posting::Posting;
use crate::domain::vacancy::{Period, VacancyState};
use crate::handler;
use crate::pages::{
    Bit, Block, Button, Cell, Column, Desk, Fact, Form, Link, Note, Row, Table, Tone, format, forms, named, text, word,
};
use crate::store;
use crate::store::employer::EmployerRow;
use crate::web::ask::Ask;
use crate::web::fault::Fault;
use crate::web::html::fields::{Pairs, region_name, stored, value};
use crate::web::reply::Answer;
use crate::web::route::{Audience, Body, Route, shape};

pub use case::{interview_words, invitation, placed_words};

const POSTS: Audience = Audience::Holds(&[Right::OwnVacancies]);
const CASES: Audience = Audience::Holds(&[Right::OwnIntroductions]);
const SIDE: Side = Side { root: "/employer/vacancies", staff: false };
/// Vacancies on a page.
const PAGE: usize = 50;

/// Routes of this file.
pub static ROUTES: &[Route] = &[
    Route::get("/employer", CASES, "people introduced", handler!(introduced::home))
        .query(&["vacancy", "state", "after"]),
    Route::post("/employer/introductions", CASES, "answer several", Body::Form, handler!(introduced::several))
        .takes(&["pick", "act", "reason", "back"]),
    Route::get("/employer/introductions/{id}", CASES, "one introduction", handler!(case::show)),
    Route::post(
        "/employer/introductions/{id}",
        CASES,
        "answer one",
        Body::FormOf(shape::<Details>),
        handler!(introduced::answer),
    )
    .takes(&["act", "back"]),
    Route::post("/employer/introductions/{id}/phone", CASES, "see the phone", Body::Form, handler!(case::phone)),
    Route::get("/employer/vacancies", POSTS, "own vacancies", handler!(list)).query(&["from"]),
    Route::get("/employer/vacancies/new", POSTS, "the form to post", handler!(new)),
    Route::post("/employer/vacancies/new", POSTS, "post a vacancy", Body::FormOf(shape::<Posting>), handler!(create))
        .takes(&["act"]),
    Route::get("/employer/vacancies/{id}", POSTS, "an own vacancy", handler!(show)),
    Route::get("/employer/vacancies/{id}/edit", POSTS, "the form to change it", handler!(edit)),
    Route::post("/employer/vacancies/{id}/edit", POSTS, "change it", Body::FormOf(shape::<Posting>), handler!(change))
        .takes(&["act", "version"]),
    Route::get("/employer/vacancies/{id}/copy", POSTS, "post it again", handler!(copy)),
    Route::get("/employer/vacancies/{id}/what-if", POSTS, "what a change would bring", handler!(would)),
    Route::post("/employer/vacancies/{id}/{act}", POSTS, "submit, close or reopen", Body::Form, handler!(act)),
    Route::get("/employer/import", POSTS, "hand in a sheet of vacancies", handler!(sheet::show)).query(&["done"]),
    Route::post("/employer/import", POSTS, "upload the sheet", Body::Upload, handler!(sheet::upload)).takes(&["file"]),
    Route::get("/employer/template", POSTS, "an empty sheet to fill in", handler!(sheet::template)),
    Route::get("/employer/entry", POSTS, "the own entry", handler!(entry)),
    Route::post("/employer/entry", POSTS, "change the own entry", Body::Form, handler!(change_entry))
        .takes(&["region", "address", "contact", "phone", "email", "version"]),
];

async fn list(ask: Ask) -> Result<Answer, Fault> {
    let (lang, today) = (ask.lang, ask.office.today());
    let own = ask.actor.employer().ok_or(Error::Forbidden)?;
    let from = ask.query_as::<usize>("from")?.unwrap_or(0);
    let ids = store::vacancy::of_employer(&mut &ask.office.db, own).await?;
    let shown: Vec<_> = ids.iter().skip(from).take(PAGE).copied().collect();
    let posts = store::vacancy::records(&mut &ask.office.db, &shown).await?;
    let rows = posts.iter().map(|r| {
        let cells = vec![
            Cell::head(Link::to(format!("/employer/vacancies/{}", r.row.id), r.row.vacancy.title.clone())),
            Cell::new(r.row.reference.clone()),
            Cell::number(format!("{} / {}", r.places_left(), r.row.vacancy.headcount)),
            Cell::number(r.row.vacancy.valid_until.map(|d| format::day_desk(d, today)).unwrap_or_default()),
            Cell::new(Bit::Tag(state_tag(lang, r.state(today)))),
        ];
        Row { tick: None, cells }
    });
    let table = Table {
        id: "vacancies".into(),
        caption: text(lang, "page-own-vacancies", &[]),
        quiet: true,
        columns: vec![
            Column::named(lang, "title"),
            Column::named(lang, "code"),
            Column::figures(lang, "left"),
            Column::figures(lang, "valid-until"),
            Column::named(lang, "now"),
        ],
        rows: rows.collect(),
        empty: text(lang, "no-own-vacancies", &[]),
        ..Table::default()
    };
    let mut blocks = vec![Block::Table(table)];
    let until = from + posts.len();
    if until < ids.len() || from > 0 {
        let next = if until < ids.len() { format!("/employer/vacancies?from={until}") } else { String::new() };
        blocks.push(Block::More(format!("{until} / {}", ids.len()), next));
    }
    let view = Desk {
        c: chrome(&ask, "/employer/vacancies").await,
        heading: text(lang, "page-own-vacancies", &[]),
        links: vec![Link::to("/employer/vacancies/new", word(lang, "go", "new-vacancy"))],
        blocks,
        ..Desk::default()
    };
    Ok(page(&view))
}

async fn new(ask: Ask) -> Result<Answer, Fault> {
    Ok(page(&posting::new_page(&ask, SIDE, None).await))
}

async fn create(ask: Ask) -> Result<Answer, Fault> {
    posting::create(&ask, SIDE).await
}

async fn own(ask: &Ask) -> Result<store::vacancy::Record, Fault> {
    let record = vacancy::find(&ask.office, &ask.actor, ask.param("id")).await?;
    if vacancy::may_change(&ask.office, &ask.actor, &record).await { Ok(record) } else { Err(Error::NotFound.into()) }
}

async fn copy(ask: Ask) -> Result<Answer, Fault> {
    let record = own(&ask).await?;
    Ok(page(&posting::new_page(&ask, SIDE, Some(&record)).await))
}

async fn would(ask: Ask) -> Result<Answer, Fault> {
    what_if::of_record(&ask, SIDE, &own(&ask).await?).await
}

async fn edit(ask: Ask) -> Result<Answer, Fault> {
    let record = own(&ask).await?;
    Ok(page(&posting::edit_page(&ask, SIDE, &record).await))
}

async fn change(ask: Ask) -> Result<Answer, Fault> {
    let record = own(&ask).await?;
    posting::change(&ask, SIDE, &record).await
}

async fn show(ask: Ask) -> Result<Answer, Fault> {
    Ok(page(&vacancy_view(&ask, None).await?))
}

async fn vacancy_view(ask: &Ask, told: Option<Note>) -> Result<Desk, Fault> {
    let (lang, today) = (ask.lang, ask.office.today());
    let record = own(ask).await?;
    let root = format!("/employer/vacancies/{}", record.row.id);
    let v = &record.row.vacancy;
    let (first, more) = facts(lang, &record);
    let mut blocks: Vec<Block> = told.into_iter().map(Block::Note).collect();
    blocks.push(Block::Facts(first.into_iter().chain(more).collect()));
    blocks.extend(v.description.iter().flat_map(|d| d.lines()).map(|line| Block::Text(line.to_owned())));
    if !record.row.findings.is_empty() {
        blocks.push(Block::Findings(record.row.findings.iter().map(|f| posting::finding(lang, f)).collect()));
    }
    let state = record.state(today);
    let (act, key) = match state {
        VacancyState::Draft => ("open", "submit"),
        VacancyState::InReview | VacancyState::Open | VacancyState::Filled => ("close", "close"),
        VacancyState::Closed | VacancyState::Expired => ("reopen", "reopen"),
    };
    let button = Form::new(format!("{root}/{act}"), Vec::new(), vec![Button::second(word(lang, "go", key), "", "")]);
    blocks.push(Block::Form(button));
    let mut c = chrome(ask, "/employer/vacancies").await;
    c.back.clone_from(&root);
    Ok(Desk {
        c,
        heading: v.title.clone(),
        crumb: vec![Link::to("/employer/vacancies", text(lang, "page-own-vacancies", &[]))],
        tags: vec![state_tag(lang, state)],
        lead: vec![Bit::Wage(format::wage(lang, v.pay.min, v.pay.max, v.pay.period.unwrap_or(Period::Month)))],
        links: vec![
            Link::to(format!("{root}/edit"), word(lang, "go", "edit")),
            Link::to(format!("{root}/copy"), word(lang, "go", "copy")),
            Link::to(format!("{root}/what-if"), word(lang, "go", "what-if")),
        ],
        blocks,
        ..Desk::default()
    })
}

/// An act that the vacancy does not allow now is told on its page.
async fn act(ask: Ask) -> Result<Answer, Fault> {
    let id = ask.id("id")?;
    let done = match ask.param("act") {
        "open" => vacancy::open(&ask.office, &ask.actor, id).await.map(|_| "in-review"),
        "close" => vacancy::close(&ask.office, &ask.actor, id, None).await.map(|_| "closed"),
        "reopen" => vacancy::reopen(&ask.office, &ask.actor, id).await.map(|r| match r.state(ask.office.today()) {
            VacancyState::InReview => "in-review",
            _ => "reopened",
        }),
        _ => return Err(Error::NotFound.into()),
    };
    match done {
        Ok(said) => Ok(Answer::see_other(format!("/employer/vacancies/{id}?said={said}"))),
        Err(error @ (Error::Conflict { .. } | Error::Stale)) => {
            let fault = Fault::Act(error);
            let note = Note { tone: Tone::Warn, text: fault.detail(ask.lang), ..Note::default() };
            Ok(Answer { status: fault.status().0, ..page(&vacancy_view(&ask, Some(note)).await?) })
        }
        Err(other) => Err(other.into()),
    }
}

/// What the employer itself may change of its entry.
const OWN: &[&str] = &["region", "address", "contact", "phone", "email"];

async fn entry_view(ask: &Ask, row: &EmployerRow, refused: Option<(&Pairs, Vec<(String, String)>)>) -> Desk {
    let lang = ask.lang;
    let e = &row.employer;
    let mut form = forms::employer(lang, "/employer/entry", "/employer");
    for section in &mut form.sections {
        section.fields.retain(|f| OWN.contains(&f.name.as_str()));
    }
    let version = refused.as_ref().map_or_else(|| row.version.to_string(), |(f, _)| value(f, "version").to_owned());
    form.sections[0].fields.extend(posting::hidden("version", version).fields);
    let form = match refused {
        Some((fields, faults)) => form.fill(fields.iter().filter(|(n, _)| n != "version").cloned()).mark(faults),
        None => form.fill(stored(&EmployerBody::of(e)).into_iter().map(|(name, text)| {
            let shown = if name == "region" { region_name(&text) } else { text };
            (name, shown)
        })),
    };
    let mut facts =
        vec![Fact::named(lang, "employer", e.name.clone()), Fact::named(lang, "code", row.reference.clone())];
    facts.extend(e.kind.map(|kind| Fact::named(lang, "kind", named(lang, kind))));
    facts.extend(e.credit_code.clone().map(|code| Fact::new(word(lang, "col", "credit-code"), code)));
    let verified = row.verified_on.map(|day| text(lang, "own-verified", &[("day", &day)])).unwrap_or_default();
    facts.push(Fact::named(lang, "state", format!("{}　{verified}", named(lang, row.state))));
    let mut c = chrome(ask, "/employer/entry").await;
    c.back = "/employer/entry".into();
    let blocks = vec![Block::Facts(facts), Block::Text(text(lang, "own-fixed", &[])), Block::Form(form)];
    Desk { c, heading: text(lang, "page-own-entry", &[]), blocks, ..Desk::default() }
}

async fn own_entry(ask: &Ask) -> Result<EmployerRow, Fault> {
    let own = ask.actor.employer().ok_or(Error::Forbidden)?;
    Ok(employer::find(&ask.office, &ask.actor, own).await?)
}

async fn entry(ask: Ask) -> Result<Answer, Fault> {
    let row = own_entry(&ask).await?;
    Ok(page(&entry_view(&ask, &row, None).await))
}

async fn change_entry(ask: Ask) -> Result<Answer, Fault> {
    let fields = ask.form();
    let row = own_entry(&ask).await?;
    // A field that was emptied is cleared; what the form does not show stays.
    let shown = OWN.iter().filter(|name| fields.iter().any(|(n, _)| n == *name));
    let patch = shown.map(|name| {
        let typed = value(&fields, name);
        ((*name).to_owned(), if typed.is_empty() { serde_json::Value::Null } else { typed.into() })
    });
    let version = value(&fields, "version").parse().unwrap_or(0);
    let faults = match employer::patch(&ask.office, &ask.actor, row.id, patch.collect(), version).await {
        Ok(_) => return Ok(Answer::see_other("/employer/entry?said=saved")),
        Err(Error::Invalid(faults)) => sentences(ask.lang, &faults),
        Err(error @ Error::Stale) => vec![("version".to_owned(), Fault::Act(error).detail(ask.lang))],
        Err(other) => return Err(other.into()),
    };
    Ok(refused(&entry_view(&ask, &row, Some((&fields, faults))).await))
}
