//! An employer's sheet of vacancies: written at once into review, and what was taken and what was not, row by row.

use serde_json::Value;

use crate::actions::import::{self, review};
use crate::domain::advert::Rule;
use crate::domain::heading::SheetKind;
use crate::domain::sheet_row::offer::UNSURE;
use crate::pages::{Block, Cell, Column, Desk, Link, Note, Row, Stat, Table, Tone, format, forms, named, text, word};
use crate::store::import::ImportRow;
use crate::web::ask::Ask;
use crate::web::fault::{Fault, sentence};
use crate::web::html::station::import::empty_sheet;
use crate::web::html::{chrome, page};
use crate::web::json::import::form_of;
use crate::web::reply::Answer;

/// Rows told on the page.
const SHOWN: usize = 30;
/// Rows among which those are chosen.
const LOOKED_AT: i64 = 2_000;

async fn view(ask: &Ask, mut blocks: Vec<Block>) -> Desk {
    blocks.push(Block::Form(forms::upload(ask.lang, "/employer/import", false)));
    let empty = Link::to("/employer/template", named(ask.lang, SheetKind::Vacancies));
    blocks.push(Block::Text(text(ask.lang, "empty-sheets", &[])));
    blocks.push(Block::Links(vec![empty]));
    let mut c = chrome(ask, "/employer/import").await;
    c.back = "/employer/import".into();
    Desk { c, heading: text(ask.lang, "page-own-import", &[]), blocks, ..Desk::default() }
}

/// The empty sheet of vacancies.
pub async fn template(_ask: Ask) -> Result<Answer, Fault> {
    empty_sheet(SheetKind::Vacancies)
}

/// The upload form, under what became of the sheet before.
pub async fn show(ask: Ask) -> Result<Answer, Fault> {
    let told = match ask.query_as("done")? {
        Some(id) => outcome(&ask, id).await?,
        None => Vec::new(),
    };
    Ok(page(&view(&ask, told).await))
}

async fn outcome(ask: &Ask, id: uuid::Uuid) -> Result<Vec<Block>, Fault> {
    let lang = ask.lang;
    let done = review::find(&ask.office, &ask.actor, id).await?;
    let stat = |name: &str| Stat {
        number: format::count(done.summary[name].as_u64().unwrap_or(0)),
        text: word(lang, "col", name),
        href: String::new(),
    };
    let stats = ["rows", "created", "updated", "unchanged", "set_aside", "rejected"].map(stat);
    let mut blocks =
        vec![Block::Heading("outcome".into(), done.file_name.clone()), Block::Stats(stats.into_iter().collect())];
    let (mut rows, total) = review::rows(&ask.office, &ask.actor, id, None, 0, LOOKED_AT).await?;
    // What was not taken comes first, then what was read otherwise; what the post's own page asks again can wait.
    let missing = format!("advert.{}", Rule::ElementMissing.code());
    let can_wait = |error: &Value| error["code"] == UNSURE || error["code"] == missing.as_str();
    let doubt_only = |row: &ImportRow| row.errors.as_array().is_some_and(|errors| errors.iter().all(can_wait));
    rows.sort_by_key(|row| (row.outcome != "rejected", doubt_only(row)));
    rows.truncate(SHOWN);
    if !rows.is_empty() {
        blocks.push(Block::Table(told_rows(ask, &rows)));
        let more = total - rows.len() as i64;
        if more > 0 {
            blocks.push(Block::Text(text(lang, "sheet-more", &[("n", &more)])));
        }
    }
    let mut links = vec![Link::to("/employer/vacancies", text(lang, "page-own-vacancies", &[]))];
    if total > 0 {
        links.push(Link::to(format!("/api/v1/imports/{id}/report.xlsx"), text(lang, "get-report", &[])));
    }
    blocks.push(Block::Links(links));
    Ok(blocks)
}

fn told_rows(ask: &Ask, rows: &[ImportRow]) -> Table {
    let lang = ask.lang;
    let lines = rows.iter().flat_map(|row| {
        let errors = row.errors.as_array().map(Vec::as_slice).unwrap_or_default();
        let tone = if row.outcome == "rejected" { Tone::Bad } else { Tone::Warn };
        errors.iter().map(move |error| {
            let told = review::error_view(lang, error);
            let part = |name: &str| told[name].as_str().unwrap_or_default().to_owned();
            let why = [part("message"), part("proposal")].join(" ");
            let cells = vec![
                Cell::head(text(lang, "sheet-fault-row", &[("row", &row.row)])),
                Cell::new(word(lang, "outcome", &row.outcome)),
                Cell::new(part("column")),
                Cell { tone, ..Cell::new(part("value_masked")) },
                Cell::new(why.trim().to_owned()),
            ];
            Row { tick: None, cells }
        })
    });
    Table {
        id: "told".into(),
        caption: text(lang, "sheet-faults", &[]),
        columns: ["row", "result", "column", "value", "fault"].map(|name| Column::named(lang, name)).to_vec(),
        rows: lines.collect(),
        ..Table::default()
    }
}

/// A sheet that cannot be read is told at the form; one that can is told row by row.
pub async fn upload(ask: Ask) -> Result<Answer, Fault> {
    let done = match form_of(&ask, Some(SheetKind::Vacancies)).await {
        Ok(form) => {
            let kind = SheetKind::Vacancies;
            import::run(&ask.office, &ask.actor, kind, &form.file, &form.options, &mut |_| {})
                .await
                .map_err(Fault::from)
        }
        Err(fault) => Err(fault),
    };
    let fault = match done {
        Ok(done) => {
            let id = done.import.map(|id| id.to_string()).unwrap_or_default();
            return Ok(Answer::see_other(format!("/employer/import?done={id}")));
        }
        Err(fault) => fault,
    };
    let status = fault.status().0;
    if !matches!(status, 400 | 409 | 413 | 415 | 422 | 503) {
        return Err(fault);
    }
    let mut words: Vec<String> = fault.fields().iter().map(|f| sentence(ask.lang, f)).collect();
    if words.is_empty() {
        words.push(fault.detail(ask.lang));
    }
    let note = Note { tone: Tone::Bad, text: words.join(" "), ..Note::default() };
    Ok(Answer { status, ..page(&view(&ask, vec![Block::Note(note)]).await) })
}
