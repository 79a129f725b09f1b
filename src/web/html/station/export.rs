//! Lists as files, filtered as typed; masked unless somebody with the right asks for full numbers with a reason.

use super::worker::FILTERS;
use crate::actions::Error;
use crate::actions::consent;
use crate::actions::export::{self, Only, Options};
use crate::actions::search::ClassAsk;
use crate::domain::actor::Right;
use crate::domain::code::Code as _;
use crate::domain::employer::EmployerState;
use crate::domain::fault::FieldFault;
use crate::domain::heading::ExportKind;
use crate::handler;
use crate::pages::{Desk, Field, Form, Kind, Lang, forms, text};
use crate::sheets::Format;
use crate::web::ask::Ask;
use crate::web::fault::Fault;
use crate::web::html::fields::{Pairs, value};
use crate::web::html::{chrome, page, refused, sentences};
use crate::web::json::import::XLSX;
use crate::web::json::vacancy::vacancy_ask;
use crate::web::json::worker::worker_ask;
use crate::web::reply::Answer;
use crate::web::route::{Audience, Body, Route};

const STAFF: Audience = Audience::Holds(&[Right::Export]);

/// Routes of this file.
pub static ROUTES: &[Route] = &[
    Route::get("/station/exports", STAFF, "choose an export", handler!(choose)).query(&["kind", "q", "state"]),
    Route::post("/station/exports", STAFF, "fetch an export", Body::Form, handler!(fetch)).takes(TAKEN).query(FILTERS),
    // The filters of a list come along in its form: words for a person never stand in an address.
    Route::post(
        "/station/exports/of/{kind}",
        STAFF,
        "choose an export of a list",
        Body::Form,
        handler!(choose_of_list),
    )
    .takes(TAKEN)
    .query(FILTERS),
];

/// Fields of the form, and the one filter of the list of vacancies.
const TAKEN: &[&str] = &["kind", "q", "format", "unmasked", "reason", "state"];

/// True for a filter of a list, which goes along hidden.
fn is_filter((name, value): &(String, String)) -> bool {
    (name == "state" || FILTERS.contains(&name.as_str())) && name != "cursor" && !value.trim().is_empty()
}

fn form(lang: Lang, pairs: &[(String, String)]) -> Form {
    let mut form = forms::export(lang, "/station/exports");
    let filters = pairs.iter().filter(|pair| is_filter(pair));
    if let Some(section) = form.sections.first_mut() {
        section.fields.extend(filters.map(|(name, _)| Field::new(name.clone(), "", Kind::Hidden)));
    }
    form.fill(pairs.iter().map(|(n, v)| (n.as_str(), v.as_str())))
}

async fn choose(ask: Ask) -> Result<Answer, Fault> {
    let form = form(ask.lang, &ask.query);
    Ok(page(&Desk::form(chrome(&ask, "/station").await, text(ask.lang, "page-exports", &[]), form)))
}

async fn choose_of_list(ask: Ask) -> Result<Answer, Fault> {
    let mut fields = ask.form();
    fields.push(("kind".to_owned(), ask.param("kind").to_owned()));
    let form = form(ask.lang, &fields);
    Ok(page(&Desk::form(chrome(&ask, "/station").await, text(ask.lang, "page-exports", &[]), form)).private())
}

/// Which rows the filters of a list mean.
fn only(ask: &Ask, kind: ExportKind, fields: &Pairs) -> Result<Only, Fault> {
    let said = |pair: &&(String, String)| is_filter(pair) || pair.0 == "q" && !pair.1.trim().is_empty();
    let asked = Ask { query: fields.iter().filter(said).cloned().collect(), ..ask.clone() };
    let q = asked.query("q").unwrap_or_default();
    Ok(match kind {
        _ if asked.query.is_empty() => Only::All,
        ExportKind::Workers => Only::Workers(Box::new(worker_ask(&asked)?)),
        ExportKind::Vacancies => Only::Vacancies(Box::new(vacancy_ask(&asked)?)),
        ExportKind::Employers => Only::Employers(q.to_owned(), asked.query("state").and_then(EmployerState::parse)),
        ExportKind::Training if !q.is_empty() => {
            Only::Classes(Box::new(ClassAsk { q: q.to_owned(), ..ClassAsk::default() }))
        }
        _ if q.is_empty() => Only::All,
        _ => Only::Named(q.to_owned()),
    })
}

async fn fetch(ask: Ask) -> Result<Answer, Fault> {
    let fields = ask.form();
    let mut faults = Vec::new();
    let kind = ExportKind::parse(value(&fields, "kind"));
    if kind.is_none() {
        faults.push(FieldFault::new("kind", "field.missing"));
    }
    let unmasked = value(&fields, "unmasked") == "true";
    let reason = value(&fields, "reason");
    if unmasked && reason.chars().count() < 2 {
        faults.push(FieldFault::new("reason", "reveal.reason"));
    }
    let Some(kind) = kind.filter(|_| faults.is_empty()) else {
        let form = form(ask.lang, &fields).mark(sentences(ask.lang, &faults));
        return Ok(refused(&Desk::form(chrome(&ask, "/station").await, text(ask.lang, "page-exports", &[]), form)));
    };
    if unmasked {
        consent::note_reason(&ask.office, &ask.actor, "export.reason", reason).await?;
    }
    let csv = value(&fields, "format") == "csv";
    let options = Options { only: only(&ask, kind, &fields)?, unmasked, for_verification: false };
    let format = if csv { Format::Csv } else { Format::Xlsx };
    let out = std::io::Cursor::new(Vec::new());
    let out = match export::run(&ask.office, &ask.actor, kind, format, out, &options).await {
        Ok((out, _)) => out,
        Err(Error::Invalid(faults)) => {
            let told = sentences(ask.lang, &faults).into_iter().map(|(_, words)| ("q".to_owned(), words));
            let form = form(ask.lang, &fields).mark(told.collect::<Vec<_>>());
            return Ok(refused(&Desk::form(chrome(&ask, "/station").await, text(ask.lang, "page-exports", &[]), form)));
        }
        Err(other) => return Err(other.into()),
    };
    let (name, media) = if csv { ("csv", "text/csv; charset=utf-8") } else { ("xlsx", XLSX) };
    let file = format!("{}-{}.{name}", kind.code(), ask.office.today());
    Ok(Answer::file(&file, media, out.into_inner()).private())
}
