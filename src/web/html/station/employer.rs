//! Employers for station staff: the list, one employer with its approval, and entering one.

use crate::actions::{Error, employer};
use crate::domain::actor::Right;
use crate::domain::code::Code as _;
use crate::domain::employer::{EmployerBody, EmployerState};
use crate::handler;
use crate::pages::{
    Block, Button, Cell, Column, Desk, Fact, Field, Form, Lang, Link, Row, Step, Table, Tag, Tone, format, forms,
    named, text, word,
};
use crate::store::employer::Wanted;
use crate::web::ask::Ask;
use crate::web::fault::Fault;
use crate::web::html::fields::{region_name, stored, typed, value};
use crate::web::html::{body_of, chrome, page, refused, sentences};
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
    let wanted = Wanted { text: ask.query("q").unwrap_or_default(), state, stations: None, verified_before: None };
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
    let mut blocks = vec![Block::Table(table)];
    if until < total {
        let mut query = vec![("from", until.to_string())];
        query.extend(state.map(|s| ("state", s.code().to_owned())));
        let query = serde_urlencoded::to_string(&query).unwrap_or_default();
        blocks.push(Block::More(format!("{until} / {total}"), format!("{NAV}?{query}")));
    }
    let jump = EmployerState::ALL
        .iter()
        .map(|s| Step { href: format!("{NAV}?state={}", s.code()), text: named(lang, *s), here: Some(*s) == state })
        .collect();
    let view = Desk {
        c: chrome(&ask, NAV).await,
        heading: text(lang, "page-employers", &[]),
        links: vec![Link::to(format!("{NAV}/new"), word(lang, "go", "new-employer"))],
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
        Err(Error::Invalid(faults)) => {
            let form = forms::employer(ask.lang, "/station/employers/new", NAV)
                .fill(typed(&fields))
                .mark(sentences(ask.lang, &faults));
            Ok(refused(&Desk::form(chrome(&ask, NAV).await, text(ask.lang, "page-employer-new", &[]), form)))
        }
        Err(other) => Err(other.into()),
    }
}

async fn show(ask: Ask) -> Result<Answer, Fault> {
    let lang = ask.lang;
    let row = employer::find(&ask.office, &ask.actor, ask.id("id")?).await?;
    let body = stored(&EmployerBody::of(&row.employer));
    let facts = body.iter().map(|(name, value)| {
        let shown = if name == "region" { region_name(value) } else { value.clone() };
        Fact::new(word(lang, "employer", name), shown)
    });
    let root = format!("{NAV}/{}", row.id);
    let button = |act: &str| {
        Block::Form(Form::new(format!("{root}/{act}"), Vec::new(), vec![Button::main(word(lang, "go", act))]))
    };
    let mut aside = Vec::new();
    match row.state {
        EmployerState::Approved => aside.push(button("reverify")),
        EmployerState::Rejected => aside.push(button("approve")),
        EmployerState::Waiting | EmployerState::Unverified => {
            aside.push(button("approve"));
            let why = Field { name: "reason".into(), label: word(lang, "col", "fault"), ..Field::default() };
            aside.push(Block::Fold(
                word(lang, "go", "reject"),
                Form::new(format!("{root}/reject"), vec![why], vec![Button::main(word(lang, "go", "reject"))]),
            ));
        }
    }
    let view = Desk {
        c: chrome(&ask, NAV).await,
        heading: row.employer.name.clone(),
        crumb: vec![Link::to(NAV, text(lang, "page-employers", &[]))],
        tags: vec![tag(lang, row.state)],
        lead: vec![crate::pages::Bit::Text(row.reference.clone())],
        blocks: vec![Block::Facts(facts.collect())],
        aside,
        ..Desk::default()
    };
    Ok(page(&view))
}

async fn act(ask: Ask) -> Result<Answer, Fault> {
    let fields = ask.form();
    let id = ask.id("id")?;
    let said = match ask.param("act") {
        "approve" => employer::approve(&ask.office, &ask.actor, id).await.map(|_| "approved"),
        "reject" => employer::reject(&ask.office, &ask.actor, id, value(&fields, "reason")).await.map(|_| "rejected"),
        "reverify" => employer::reverify(&ask.office, &ask.actor, id).await.map(|_| "saved"),
        _ => return Err(Error::NotFound.into()),
    }?;
    Ok(Answer::see_other(format!("{NAV}/{id}?said={said}")))
}
