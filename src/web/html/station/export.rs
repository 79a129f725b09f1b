//! Lists as files, filtered as typed; masked unless somebody with the right asks for full numbers with a reason.

use crate::actions::consent;
use crate::actions::export::{self, Options};
use crate::domain::actor::Right;
use crate::domain::code::Code as _;
use crate::domain::fault::FieldFault;
use crate::domain::heading::ExportKind;
use crate::handler;
use crate::pages::{Desk, forms, text};
use crate::sheets::Format;
use crate::web::ask::Ask;
use crate::web::fault::Fault;
use crate::web::html::fields::{typed, value};
use crate::web::html::{chrome, page, refused, sentences};
use crate::web::json::import::XLSX;
use crate::web::reply::Answer;
use crate::web::route::{Audience, Body, Route};

const STAFF: Audience = Audience::Holds(&[Right::Export]);

/// Routes of this file.
pub static ROUTES: &[Route] = &[
    Route::get("/station/exports", STAFF, "choose an export", handler!(choose)).query(&["kind", "q"]),
    Route::post("/station/exports", STAFF, "fetch an export", Body::Form, handler!(fetch))
        .takes(&["kind", "q", "format", "unmasked", "reason"]),
];

async fn choose(ask: Ask) -> Result<Answer, Fault> {
    let form =
        forms::export(ask.lang, "/station/exports").fill(ask.query.iter().map(|(n, v)| (n.as_str(), v.as_str())));
    Ok(page(&Desk::form(chrome(&ask, "/station").await, text(ask.lang, "page-exports", &[]), form)))
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
        let form = forms::export(ask.lang, "/station/exports").fill(typed(&fields)).mark(sentences(ask.lang, &faults));
        return Ok(refused(&Desk::form(chrome(&ask, "/station").await, text(ask.lang, "page-exports", &[]), form)));
    };
    if unmasked {
        consent::note_reason(&ask.office, &ask.actor, "export.reason", reason).await?;
    }
    let csv = value(&fields, "format") == "csv";
    let options = Options { query: value(&fields, "q").to_owned(), unmasked, for_verification: false };
    let format = if csv { Format::Csv } else { Format::Xlsx };
    let out = std::io::Cursor::new(Vec::new());
    let (out, _) = export::run(&ask.office, &ask.actor, kind, format, out, &options).await?;
    let (name, media) = if csv { ("csv", "text/csv; charset=utf-8") } else { ("xlsx", XLSX) };
    let file = format!("{}-{}.{name}", kind.code(), ask.office.today());
    Ok(Answer::file(&file, media, out.into_inner()).private())
}
