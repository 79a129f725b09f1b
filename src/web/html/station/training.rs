//! Training classes for station staff, and who sits in them.

use uuid::Uuid;

use crate::actions::search::{self, ClassAsk};
use crate::actions::{Error, class, enrolment, vacancy};
use crate::domain::actor::Right;
use crate::domain::code::Code as _;
use crate::domain::training::{Class, ClassBody, EnrolmentAct};
use crate::handler;
use crate::pages::{
    Bit, Block, Cell, Column, Desk, Fact, Find, Link, Row, Table, Tag, Tone, format, forms, named, text, word,
};
use crate::store::{history, vacancy as vacancies, worker as people};
use crate::web::ask::Ask;
use crate::web::fault::Fault;
use crate::web::html::fields::{Pairs, here, over, region_name, stored, typed, value};
use crate::web::html::posting::hidden;
use crate::web::html::{at_form, body_of, chrome, page, timeline};
use crate::web::json::list as lists;
use crate::web::reply::Answer;
use crate::web::route::{Audience, Body, Route, shape};

const STAFF: Audience = Audience::Holds(&[Right::Training]);
const NAV: &str = "/station/training";

/// Routes of this file.
pub static ROUTES: &[Route] = &[
    Route::get("/station/training", STAFF, "classes", handler!(list)).query(&["q", "cursor"]),
    Route::get("/station/training/new", STAFF, "the form of a class", handler!(new)),
    Route::post("/station/training/new", STAFF, "add a class", Body::FormOf(shape::<ClassBody>), handler!(create)),
    Route::get("/station/training/{id}", STAFF, "a class", handler!(show)),
    Route::get("/station/training/{id}/edit", STAFF, "the form to change it", handler!(edit)),
    Route::post("/station/training/{id}/edit", STAFF, "change it", Body::FormOf(shape::<ClassBody>), handler!(change))
        .takes(&["version"]),
    Route::post("/station/enrolments/{id}/{act}", STAFF, "how an enrolment went on", Body::Form, handler!(act)),
];

async fn list(ask: Ask) -> Result<Answer, Fault> {
    let (lang, today) = (ask.lang, ask.office.today());
    let q = ask.query("q").unwrap_or_default();
    let mut asked = ClassAsk { q: q.to_owned(), page: lists::page(&ask)?, ..ClassAsk::default() };
    asked.page.limit = 50;
    let found = search::classes(&ask.office, asked).await?;
    let day = |d: Option<jiff::civil::Date>| d.map(|d| format::day_desk(d, today)).unwrap_or_default();
    let rows = found.items.iter().map(|(r, _)| {
        let c = &r.row.class;
        let cells = vec![
            Cell::head(Link::to(format!("{NAV}/{}", r.row.id), c.name.clone())),
            Cell::new(c.programme.clone()),
            Cell::number(day(c.starts)),
            Cell::number(day(c.ends)),
            Cell::new(c.region.as_deref().map(region_name).unwrap_or_default()),
            Cell::number(format!("{} / {}", r.seats_left(), c.seats)),
        ];
        Row { tick: None, cells }
    });
    let table = Table {
        id: "classes".into(),
        caption: text(lang, "page-training", &[]),
        note: found.total.to_string(),
        columns: vec![
            Column::named(lang, "class"),
            Column::named(lang, "programme"),
            Column::figures(lang, "starts"),
            Column::figures(lang, "ends"),
            Column::named(lang, "place"),
            Column::figures(lang, "left"),
        ],
        rows: rows.collect(),
        ..Table::default()
    };
    let find = Find { action: NAV.into(), label: text(lang, "find-classes", &[]), q: q.to_owned(), ..Find::default() };
    let mut blocks = vec![Block::Find(find), Block::Table(table)];
    if let Some(cursor) = &found.next_cursor {
        let range = text(lang, "page-of", &[("shown", &found.items.len()), ("total", &found.total)]);
        blocks.push(Block::More(range, here(NAV, &[("q", q), ("cursor", cursor)])));
    }
    let view = Desk {
        c: chrome(&ask, NAV).await,
        heading: text(lang, "page-training", &[]),
        links: vec![
            Link::to(format!("{NAV}/new"), word(lang, "go", "new-class")),
            Link::to(format!("{NAV}/plan"), word(lang, "go", "training-plan")),
            Link::to(here("/station/exports", &[("kind", "training"), ("q", q)]), text(lang, "export", &[])),
        ],
        blocks,
        ..Desk::default()
    };
    Ok(page(&view))
}

async fn new(ask: Ask) -> Result<Answer, Fault> {
    let form = forms::class(ask.lang, "/station/training/new", NAV);
    Ok(page(&Desk::form(chrome(&ask, NAV).await, text(ask.lang, "page-class-new", &[]), form)))
}

/// An order class names its vacancies by code; they are kept by id. A code that nothing has stays to be told.
async fn typed_body(ask: &Ask, fields: &Pairs) -> Result<ClassBody, Fault> {
    let mut body: ClassBody = body_of(fields)?;
    for said in body.vacancy.iter_mut().chain(&mut body.vacancies) {
        let code = said.0.trim();
        if !code.is_empty()
            && code.parse::<Uuid>().is_err()
            && let Ok(post) = vacancy::find(&ask.office, &ask.actor, code).await
        {
            *said = post.row.id.to_string().into();
        }
    }
    Ok(body)
}

/// What the form of a class on record is filled with; its vacancies are shown by code.
async fn on_record(ask: &Ask, class: &Class) -> Result<Pairs, Fault> {
    let mut pairs = stored(&ClassBody::of(class));
    for post in vacancies::records(&mut &ask.office.db, &class.order()).await? {
        for (_, text) in pairs.iter_mut().filter(|(name, _)| name.starts_with("vacanc")) {
            *text = text.replace(&post.row.id.to_string(), &post.row.reference);
        }
    }
    Ok(pairs)
}

async fn create(ask: Ask) -> Result<Answer, Fault> {
    let fields = ask.form();
    let body = typed_body(&ask, &fields).await?;
    match class::create(&ask.office, &ask.actor, &body).await {
        Ok(record) => Ok(Answer::see_other(format!("{NAV}/{}?said=saved", record.row.id))),
        Err(error) => {
            let (status, faults) = at_form(ask.lang, error)?;
            let form = forms::class(ask.lang, "/station/training/new", NAV).fill(typed(&fields)).mark(faults);
            let view = Desk::form(chrome(&ask, NAV).await, text(ask.lang, "page-class-new", &[]), form);
            Ok(Answer { status, ..page(&view) })
        }
    }
}

async fn edit(ask: Ask) -> Result<Answer, Fault> {
    let record = class::find(&ask.office, ask.param("id")).await?;
    if !class::may_change(&ask.office, &ask.actor, &record).await {
        return Err(Error::NotFound.into());
    }
    let mut form = forms::class(ask.lang, &format!("{NAV}/{}/edit", record.row.id), NAV)
        .fill(on_record(&ask, &record.row.class).await?);
    form.sections.push(hidden("version", record.row.version.to_string()));
    Ok(page(&Desk::form(chrome(&ask, NAV).await, text(ask.lang, "page-class-edit", &[]), form)))
}

async fn change(ask: Ask) -> Result<Answer, Fault> {
    let fields = ask.form();
    let id = ask.id("id")?;
    let stands = class::find(&ask.office, ask.param("id")).await?;
    let mut form = forms::class(ask.lang, &format!("{NAV}/{id}/edit"), NAV);
    let body = over(&ClassBody::of(&stands.row.class), &form, &typed_body(&ask, &fields).await?)?;
    let version: i64 = value(&fields, "version").parse().unwrap_or(0);
    let mut fresh = version;
    let (status, faults) = match class::change_to(&ask.office, &ask.actor, id, &body, version).await {
        Ok(record) => return Ok(Answer::see_other(format!("{NAV}/{}?said=saved", record.row.id))),
        Err(Error::Stale) => {
            // After somebody else was faster, the next press goes over what stands now.
            fresh = class::find(&ask.office, &id.to_string()).await?.row.version;
            let entries = history::of(&mut &ask.office.db, id, 5).await?;
            (422, timeline::stale(ask.lang, "class", &entries, fresh - version))
        }
        Err(error) => at_form(ask.lang, error)?,
    };
    form.sections.push(hidden("version", fresh.to_string()));
    let form = form.fill(typed(&fields).filter(|(n, _)| *n != "version")).mark(faults);
    let view = Desk::form(chrome(&ask, NAV).await, text(ask.lang, "page-class-edit", &[]), form);
    Ok(Answer { status, ..page(&view) })
}

async fn show(ask: Ask) -> Result<Answer, Fault> {
    let lang = ask.lang;
    let record = class::find(&ask.office, ask.param("id")).await?;
    let body = ClassBody { vacancy: None, vacancies: Vec::new(), ..ClassBody::of(&record.row.class) };
    let mut facts = timeline::facts(lang, "class", &body);
    for post in vacancies::records(&mut &ask.office.db, &record.row.class.order()).await? {
        let link = Link::to(format!("/station/vacancies/{}", post.row.id), post.row.vacancy.title);
        facts.push(Fact::new(word(lang, "class", "vacancy"), link));
    }
    let seats = enrolment::of_class(&ask.office, &ask.actor, record.row.id).await?;
    let scope = ask.office.scope(&ask.actor).await?;
    let ids: Vec<_> = seats.iter().map(|e| e.worker).collect();
    let persons = people::persons(&mut &ask.office.db, &scope, &ids).await?;
    let rows = seats.iter().filter_map(|e| {
        let person = persons.iter().find(|p| p.id == e.worker)?;
        let mut bits = Vec::new();
        for act in EnrolmentAct::ALL.iter().filter(|a| e.state.after(**a).is_some()) {
            let link = Link::to(format!("/station/enrolments/{}/{}", e.id, act.code()), word(lang, "go", act.code()));
            bits.push(Bit::Post(link, person.name.clone()));
        }
        let cells = vec![
            Cell::head(Link::to(format!("/station/workers/{}", person.id), person.name.clone())),
            Cell::new(Bit::Tag(Tag::new(named(lang, e.state), Tone::Plain))),
            Cell { bits, ..Cell::default() },
        ];
        Some(Row { tick: None, cells })
    });
    let table = Table {
        id: "enrolments".into(),
        caption: word(lang, "col", "enrolled"),
        columns: ["name", "now", "next"].map(|n| Column::named(lang, n)).to_vec(),
        rows: rows.collect(),
        ..Table::default()
    };
    let mut links = vec![Link::to(format!("{NAV}/{}/seats", record.row.id), word(lang, "go", "class-seats"))];
    if class::may_change(&ask.office, &ask.actor, &record).await {
        links.push(Link::to(format!("{NAV}/{}/edit", record.row.id), word(lang, "go", "edit")));
    }
    let view = Desk {
        c: chrome(&ask, NAV).await,
        heading: record.row.class.name.clone(),
        crumb: vec![Link::to(NAV, text(lang, "page-training", &[]))],
        lead: vec![Bit::Text(format!(
            "{}　{}",
            record.row.reference,
            text(lang, "seats-left", &[("n", &record.seats_left())])
        ))],
        links,
        blocks: vec![Block::Facts(facts), Block::Table(table)],
        ..Desk::default()
    };
    Ok(page(&view))
}

async fn act(ask: Ask) -> Result<Answer, Fault> {
    let act = EnrolmentAct::parse(ask.param("act")).ok_or(Error::NotFound)?;
    let done = enrolment::act(&ask.office, &ask.actor, ask.id("id")?, act).await?;
    let said = match done.forward {
        Some(Ok(_)) => "passed-introduced",
        Some(Err(_)) => "passed-not-introduced",
        None => "saved",
    };
    Ok(Answer::see_other(format!("{NAV}/{}?said={said}", done.enrolment.class)))
}
