//! Saved searches of the station: the list, what one finds, saving, stopping, taking away.

use crate::actions::{Error, clock, saved_search};
use crate::domain::actor::Right;
use crate::domain::code::Code as _;
use crate::domain::saved_search::SearchKind;
use crate::handler;
use crate::pages::{
    Bit, Block, Button, Cell, Column, Desk, Field, Form, Kind, Lang, Link, Row, Table, Tag, Tone, format, text, word,
};
use crate::store::saved_search::SavedSearch;
use crate::web::ask::Ask;
use crate::web::fault::Fault;
use crate::web::html::fields::{Pairs, value};
use crate::web::html::{at_form, chrome, page};
use crate::web::json::list as lists;
use crate::web::json::saved_search::asked;
use crate::web::reply::Answer;
use crate::web::route::{Audience, Body, Route};

use super::{vacancy, worker};

const STAFF: Audience = Audience::Holds(&[Right::Persons]);
const NAV: &str = "/station/workers";
/// Address of the list.
pub const LIST: &str = "/station/searches";

/// Routes of this file.
pub static ROUTES: &[Route] = &[
    Route::get("/station/searches", STAFF, "saved searches", handler!(list)),
    Route::get("/station/searches/{id}", STAFF, "what a saved search finds now", handler!(show)),
    Route::post("/station/searches/of/{kind}", STAFF, "save a search", Body::Form, handler!(save))
        .takes(&["name", "q", "state"])
        .query(worker::FILTERS),
    Route::post("/station/searches/{id}/{act}", STAFF, "stop, resume or delete it", Body::Form, handler!(act)),
];

/// The form that names and saves a search; the kept pairs say what is asked.
fn form(lang: Lang, kind: SearchKind, kept: &[(&str, &str)]) -> Form {
    let hidden = kept.iter().map(|(name, value)| Field::new(*name, "", Kind::Hidden).value(*value));
    let name = Field::new("name", text(lang, "saved-search-name", &[]), Kind::Text);
    let fields = std::iter::once(name.hint(text(lang, "saved-search-hint", &[])).required()).chain(hidden).collect();
    let save = vec![Button::main(text(lang, "saved-search-save", &[]))];
    Form::new(format!("{LIST}/of/{}", kind.code()), fields, save)
}

/// The same, folded under a list.
pub fn keep(lang: Lang, kind: SearchKind, kept: &[(&str, &str)]) -> Block {
    Block::Fold(text(lang, "saved-search-keep", &[]), form(lang, kind, kept).apart("keep"))
}

/// What is asked, in words.
fn said(ask: &Ask, saved: &SavedSearch) -> String {
    let pairs: Pairs = serde_urlencoded::from_str(&saved.query).unwrap_or_default();
    let told = pairs.iter().map(|(name, value)| {
        let shown = lists::name_of(ask.lang, name, value).unwrap_or_else(|| value.clone());
        format!("{} {shown}", word(ask.lang, "filter", name))
    });
    told.collect::<Vec<_>>().join("；")
}

async fn list(ask: Ask) -> Result<Answer, Fault> {
    let (lang, today) = (ask.lang, ask.office.today());
    let rows = saved_search::list(&ask.office, &ask.actor).await?;
    let rows = rows.iter().map(|(saved, new)| {
        let address = format!("{LIST}/{}", saved.id);
        let press = |act: &str| {
            Bit::Post(Link::to(format!("{address}/{act}"), word(lang, "saved-search", act)), saved.name.clone())
        };
        let state = match (saved.stopped_at, new) {
            (Some(_), _) => Bit::Tag(Tag::new(text(lang, "saved-search-stopped", &[]), Tone::Plain)),
            (None, Some(n)) => Bit::Text(format::count(*n as u64)),
            (None, None) => Bit::Text(String::new()),
        };
        Row {
            tick: None,
            cells: vec![
                Cell::head(Link::to(address.clone(), saved.name.clone())),
                Cell::new(word(lang, "sheet", saved.kind.code())),
                Cell::new(said(&ask, saved)),
                Cell::new(saved.by.clone()),
                Cell::number(format::day_desk(clock::day_of(saved.created_at), today)),
                Cell { bits: vec![state], ..Cell::default() },
                Cell {
                    bits: vec![press(if saved.stopped_at.is_some() { "resume" } else { "stop" }), press("delete")],
                    ..Cell::default()
                },
            ],
        }
    });
    let table = Table {
        id: "searches".into(),
        caption: text(lang, "page-searches", &[]),
        quiet: true,
        columns: vec![
            Column::named(lang, "search"),
            Column::named(lang, "kind"),
            Column::named(lang, "asked"),
            Column::named(lang, "saved-by"),
            Column::figures(lang, "saved-on"),
            Column::named(lang, "new"),
            Column::named(lang, "act"),
        ],
        rows: rows.collect(),
        empty: text(lang, "no-searches", &[]),
        ..Table::default()
    };
    let view = Desk {
        c: chrome(&ask, NAV).await,
        heading: text(lang, "page-searches", &[]),
        links: vec![
            Link::to("/station/workers", text(lang, "nav-workers", &[])),
            Link::to("/station/vacancies", text(lang, "nav-vacancies", &[])),
        ],
        blocks: vec![Block::Text(text(lang, "saved-search-what", &[])), Block::Table(table)],
        ..Desk::default()
    };
    Ok(page(&view))
}

/// What a search finds now: the page of its list, with the filters as they were saved.
async fn show(ask: Ask) -> Result<Answer, Fault> {
    let saved = saved_search::find(&ask.office, &ask.actor, ask.id("id")?).await?;
    let query: Pairs = serde_urlencoded::from_str(&saved.query).unwrap_or_default();
    let ask = Ask { query, ..ask };
    match saved.kind {
        SearchKind::Workers => worker::found(&ask, vec![saved.name]).await,
        SearchKind::Vacancies => vacancy::list_of(ask).await,
    }
}

/// The page on which a search is named.
async fn naming(ask: &Ask, kind: SearchKind, fields: &Pairs, faults: Vec<(String, String)>) -> Desk {
    let kept = fields.iter().filter(|(name, value)| name != "name" && !value.is_empty());
    let kept: Vec<(&str, &str)> = kept.map(|(name, value)| (name.as_str(), value.as_str())).collect();
    // What is wrong with the words is said at the name: this form does not show them.
    let faults = faults.into_iter().map(|(field, told)| (if field == "q" { "name".to_owned() } else { field }, told));
    let form = form(ask.lang, kind, &kept).fill([("name", value(fields, "name"))]).mark(faults);
    Desk::form(chrome(ask, NAV).await, text(ask.lang, "saved-search-keep", &[]), form)
}

/// Saves what the form of a list says; one without a name comes back to be named.
async fn save(ask: Ask) -> Result<Answer, Fault> {
    let fields = ask.form();
    let kind = SearchKind::parse(ask.param("kind")).ok_or(Error::NotFound)?;
    if !fields.iter().any(|(name, _)| name == "name") {
        return Ok(page(&naming(&ask, kind, &fields, Vec::new()).await).private());
    }
    // How a list is ordered and paged is no part of a search, and only open vacancies are ever new.
    let left = ["name", "sort", "cursor", "state"];
    let said: Pairs = fields.iter().filter(|(n, v)| !left.contains(&n.as_str()) && !v.is_empty()).cloned().collect();
    let done = match asked(&ask, kind, said) {
        Ok((query, asked)) => saved_search::save(&ask.office, &ask.actor, value(&fields, "name"), query, asked).await,
        Err(Fault::Act(error)) => Err(error),
        Err(fault) => return Err(fault),
    };
    match done {
        Ok(_) => Ok(Answer::see_other(format!("{LIST}?said=search-saved"))),
        Err(error) => {
            let (status, faults) = at_form(ask.lang, error)?;
            Ok(Answer { status, ..page(&naming(&ask, kind, &fields, faults).await).private() })
        }
    }
}

async fn act(ask: Ask) -> Result<Answer, Fault> {
    let (id, office, actor) = (ask.id("id")?, &ask.office, &ask.actor);
    let done = match ask.param("act") {
        "stop" => saved_search::stop(office, actor, id).await,
        "resume" => saved_search::resume(office, actor, id).await,
        "delete" => saved_search::delete(office, actor, id).await,
        _ => return Err(Error::NotFound.into()),
    };
    match done {
        // Pressed twice: it stands as it was meant.
        Ok(_) | Err(Error::Conflict { code: "saved_search.state", .. }) => {
            Ok(Answer::see_other(format!("{LIST}?said=saved")))
        }
        Err(error) => Err(error.into()),
    }
}
