//! Employers for station staff: the list, one employer with its approval, and entering one.

use serde_json::Value;
use uuid::Uuid;

use crate::actions::{Error, employer};
use crate::domain::actor::Right;
use crate::domain::code::Code as _;
use crate::domain::employer::{EmployerBody, EmployerState};
use crate::handler;
use crate::pages::{
    Block, Button, Cell, Column, Desk, Field, Find, Form, Kind, Lang, Link, Row, Step, Table, Tag, Tone, Weight,
    format, forms, named, text, word,
};
use crate::store::employer::Wanted;
use crate::store::history;
use crate::web::ask::Ask;
use crate::web::fault::Fault;
use crate::web::html::fields::{Refused, here, region_name, stored, typed, value, with};
use crate::web::html::posting::hidden;
use crate::web::html::{at_form, body_of, chrome, page, timeline};
use crate::web::reply::Answer;
use crate::web::route::{Audience, Body, Route, shape};

const STAFF: Audience = Audience::Holds(&[Right::Employers]);
const NAV: &str = "/station/employers";

/// Routes of this file.
pub static ROUTES: &[Route] = &[
    Route::get("/station/employers", STAFF, "employers", handler!(list)).query(&["q", "state", "from"]),
    Route::get("/station/employers/new", STAFF, "the form to enter one", handler!(new)),
    Route::post("/station/employers/new", STAFF, "enter one", Body::FormOf(shape::<EmployerBody>), handler!(create)),
    Route::get("/station/employers/{id}", STAFF, "an employer", handler!(show)),
    Route::get("/station/employers/{id}/edit", STAFF, "the form to change it", handler!(edit)),
    Route::post(
        "/station/employers/{id}/edit",
        STAFF,
        "change it",
        Body::FormOf(shape::<EmployerBody>),
        handler!(change),
    )
    .takes(&["version"]),
    Route::post("/station/employers/{id}/{act}", STAFF, "approve, reject, verify again", Body::Form, handler!(act))
        .takes(&["reason"]),
];

/// Rows of a page.
const PAGE: i64 = 50;

fn tag(lang: Lang, state: EmployerState) -> Tag {
    let tone = match state {
        EmployerState::Approved => Tone::Ok,
        EmployerState::Waiting => Tone::Warn,
        _ => Tone::Plain,
    };
    Tag::new(named(lang, state), tone)
}

async fn list(ask: Ask) -> Result<Answer, Fault> {
    let lang = ask.lang;
    let state = ask.query("state").and_then(EmployerState::parse);
    let from = ask.query_as::<i64>("from")?.unwrap_or(0).max(0);
    let q = ask.query("q").unwrap_or_default();
    let wanted = Wanted { text: q, state, stations: None, verified_before: None };
    let (rows, total) = employer::list(&ask.office, &ask.actor, &wanted, PAGE, from).await?;
    let today = ask.office.today();
    let until = from + rows.len() as i64;
    let lines = rows.iter().map(|e| {
        let cells = vec![
            Cell::head(Link::to(format!("{NAV}/{}", e.id), e.employer.name.clone())),
            Cell::new(e.reference.clone()),
            Cell::new(e.employer.kind.map(|k| named(lang, k)).unwrap_or_default()),
            Cell::new(e.employer.credit_code.clone().unwrap_or_default()),
            Cell::new(e.employer.region.as_deref().map(region_name).unwrap_or_default()),
            Cell::number(e.verified_on.map(|d| format::day_desk(d, today)).unwrap_or_default()),
            Cell::new(crate::pages::Bit::Tag(tag(lang, e.state))),
        ];
        Row { tick: None, cells }
    });
    let mut columns = ["employer", "code", "kind", "credit-code", "region"].map(|n| Column::named(lang, n)).to_vec();
    columns.extend([Column::figures(lang, "verified"), Column::named(lang, "now")]);
    let table = Table {
        id: "employers".into(),
        caption: text(lang, "page-employers", &[]),
        note: total.to_string(),
        columns,
        rows: lines.collect(),
        ..Table::default()
    };
    let code = state.map(EmployerState::code).unwrap_or_default();
    let mut blocks = vec![
        Block::Find(Find {
            action: NAV.into(),
            label: text(lang, "find-employers", &[]),
            q: q.to_owned(),
            kept: state.map(|s| ("state".to_owned(), s.code().to_owned())).into_iter().collect(),
            ..Find::default()
        }),
        Block::Table(table),
    ];
    if until < total {
        let next = here(NAV, &[("state", code), ("q", q), ("from", &until.to_string())]);
        blocks.push(Block::More(format!("{until} / {total}"), next));
    }
    let mut jump = vec![Step { href: here(NAV, &[("q", q)]), text: text(lang, "due-all", &[]), here: state.is_none() }];
    jump.extend(EmployerState::ALL.iter().map(|s| Step {
        href: here(NAV, &[("state", s.code()), ("q", q)]),
        text: named(lang, *s),
        here: Some(*s) == state,
    }));
    let view = Desk {
        c: chrome(&ask, NAV).await,
        heading: text(lang, "page-employers", &[]),
        links: vec![
            Link::to(format!("{NAV}/new"), word(lang, "go", "new-employer")),
            Link::to(
                here("/station/exports", &[("kind", "employers"), ("state", code), ("q", q)]),
                text(lang, "export", &[]),
            ),
        ],
        jump,
        blocks,
        ..Desk::default()
    };
    Ok(page(&view))
}

async fn new(ask: Ask) -> Result<Answer, Fault> {
    let form = forms::employer(ask.lang, "/station/employers/new", NAV);
    Ok(page(&Desk::form(chrome(&ask, NAV).await, text(ask.lang, "page-employer-new", &[]), form)))
}

async fn create(ask: Ask) -> Result<Answer, Fault> {
    let fields = ask.form();
    let body: EmployerBody = body_of(&fields)?;
    match employer::create(&ask.office, &ask.actor, &body).await {
        Ok(row) => Ok(Answer::see_other(format!("{NAV}/{}?said=saved", row.id))),
        Err(error) => {
            let (status, faults) = at_form(ask.lang, error)?;
            let form = forms::employer(ask.lang, "/station/employers/new", NAV).fill(typed(&fields)).mark(faults);
            let view = Desk::form(chrome(&ask, NAV).await, text(ask.lang, "page-employer-new", &[]), form);
            Ok(Answer { status, ..page(&view) })
        }
    }
}

fn edit_form(lang: Lang, id: Uuid, version: i64) -> Form {
    let mut form = forms::employer(lang, &format!("{NAV}/{id}/edit"), &format!("{NAV}/{id}"));
    form.sections.push(hidden("version", version.to_string()));
    form
}

async fn edit(ask: Ask) -> Result<Answer, Fault> {
    let row = employer::find(&ask.office, &ask.actor, ask.id("id")?).await?;
    if !employer::may_change(&ask.office, &ask.actor, &row).await {
        return Err(Error::NotFound.into());
    }
    let form = edit_form(ask.lang, row.id, row.version).fill(stored(&EmployerBody::of(&row.employer)));
    Ok(page(&Desk::form(chrome(&ask, NAV).await, text(ask.lang, "page-employer-edit", &[]), form)))
}

async fn change(ask: Ask) -> Result<Answer, Fault> {
    let fields = ask.form();
    let id = ask.id("id")?;
    let mut patch = match serde_json::to_value(body_of::<EmployerBody>(&fields)?) {
        Ok(Value::Object(map)) => map,
        _ => serde_json::Map::new(),
    };
    let version: i64 = value(&fields, "version").parse().unwrap_or(0);
    // What the form does not show stays as it is.
    let shown = edit_form(ask.lang, id, version);
    patch.retain(|name, _| shown.sections.iter().flat_map(|s| &s.fields).any(|f| f.name == *name));
    let mut fresh = version;
    let (status, faults) = match employer::patch(&ask.office, &ask.actor, id, patch, version).await {
        Ok(row) => return Ok(Answer::see_other(format!("{NAV}/{}?said=saved", row.id))),
        Err(Error::Stale) => {
            // After somebody else was faster, the next press goes over what stands now.
            fresh = employer::find(&ask.office, &ask.actor, id).await?.version;
            let entries = history::of(&mut &ask.office.db, id, 5).await?;
            (422, timeline::stale(ask.lang, "employer", &entries, fresh - version))
        }
        Err(error) => at_form(ask.lang, error)?,
    };
    let form = edit_form(ask.lang, id, fresh).fill(typed(&fields).filter(|(n, _)| *n != "version")).mark(faults);
    let view = Desk::form(chrome(&ask, NAV).await, text(ask.lang, "page-employer-edit", &[]), form);
    Ok(Answer { status, ..page(&view) })
}

async fn show(ask: Ask) -> Result<Answer, Fault> {
    Ok(page(&view(&ask, None).await?))
}

/// An employer; `bad` is the form that was not accepted.
async fn view(ask: &Ask, bad: Option<Refused<'_>>) -> Result<Desk, Fault> {
    let lang = ask.lang;
    let row = employer::find(&ask.office, &ask.actor, ask.id("id")?).await?;
    let facts = timeline::facts(lang, "employer", &EmployerBody::of(&row.employer));
    let root = format!("{NAV}/{}", row.id);
    let mine = employer::may_change(&ask.office, &ask.actor, &row).await;
    let form = |act: &str, fields: Vec<Field>, weight: Weight| {
        let button = Button { text: word(lang, "go", act), weight, ..Button::default() };
        with(Form::new(format!("{root}/{act}"), fields, vec![button]).apart(act), act, bad.as_ref())
    };
    let mut aside = Vec::new();
    match row.state {
        _ if !mine => {}
        EmployerState::Approved => {
            aside.push(Block::Form(form("reverify", Vec::new(), Weight::Main)));
            aside.push(Block::Form(form("send-password", Vec::new(), Weight::Second)));
        }
        EmployerState::Rejected => aside.push(Block::Form(form("approve", Vec::new(), Weight::Main))),
        EmployerState::Waiting | EmployerState::Unverified => {
            aside.push(Block::Form(form("approve", Vec::new(), Weight::Main)));
            let why = Field::new("reason", word(lang, "col", "fault"), Kind::Text);
            aside.push(Block::Fold(word(lang, "go", "reject"), form("reject", vec![why], Weight::Red)));
        }
    }
    Ok(Desk {
        c: chrome(ask, NAV).await,
        heading: row.employer.name.clone(),
        crumb: vec![Link::to(NAV, text(lang, "page-employers", &[]))],
        tags: vec![tag(lang, row.state)],
        lead: vec![crate::pages::Bit::Text(row.reference.clone())],
        links: mine.then(|| Link::to(format!("{root}/edit"), word(lang, "go", "edit"))).into_iter().collect(),
        blocks: vec![Block::Facts(facts)],
        aside,
        ..Desk::default()
    })
}

async fn act(ask: Ask) -> Result<Answer, Fault> {
    let fields = ask.form();
    let id = ask.id("id")?;
    let act = ask.param("act");
    let done = match act {
        "approve" => employer::approve(&ask.office, &ask.actor, id).await.map(|_| "approved"),
        "reject" => employer::reject(&ask.office, &ask.actor, id, value(&fields, "reason")).await.map(|_| "rejected"),
        "reverify" => employer::reverify(&ask.office, &ask.actor, id).await.map(|_| "saved"),
        "send-password" => employer::send_password_letter(&ask.office, &ask.actor, id).await.map(|()| "password-sent"),
        _ => return Err(Error::NotFound.into()),
    };
    match done {
        Ok(said) => Ok(Answer::see_other(format!("{NAV}/{id}?said={said}"))),
        Err(error) => {
            let (status, faults) = at_form(ask.lang, error)?;
            Ok(Answer { status, ..page(&view(&ask, Some(Refused { act, fields: &fields, faults })).await?) })
        }
    }
}
