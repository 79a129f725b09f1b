//! Bringing in a sheet: choose, preview, write, and the rows that a person must look at.

use serde_json::Value;

use super::occupation;
use crate::actions::Error;
use crate::actions::import::review::{self, Decision};
use crate::actions::import::upload;
use crate::actions::template as sheets;
use crate::domain::actor::Right;
use crate::domain::code::Code as _;
use crate::domain::heading::{self, NOT_KEPT, SheetKind};
use crate::handler;
use crate::pages::{
    Bit, Block, Cell, Choice, Column, Desk, Form, ImportPage, ImportStage, Kind, Link, Mapped, Note, Row, SetAside,
    Stat, Step, Table, Tone, code_sentence, format, forms, named, text, word,
};
use crate::store::import::{Import, ImportRow};
use crate::web::ask::Ask;
use crate::web::fault::Fault;
use crate::web::html::fields::value;
use crate::web::html::timeline::{self, moment};
use crate::web::html::{at_form, chrome, page, refused, sentences};
use crate::web::json::import::{XLSX, form, words};
use crate::web::reply::Answer;
use crate::web::route::{Audience, Body, Route};

const STAFF: Audience = Audience::Holds(&[Right::Imports]);

/// Routes of this file.
pub static ROUTES: &[Route] = &[
    Route::get("/station/imports", STAFF, "imports", handler!(list)),
    Route::post("/station/imports", STAFF, "upload a sheet", Body::Upload, handler!(create))
        .takes(&["kind", "file", "open"]),
    Route::get("/station/templates/{kind}", STAFF, "an empty sheet to fill in", handler!(template)),
    Route::get("/station/imports/{id}", STAFF, "one import", handler!(show)).query(&["outcome", "after"]),
    Route::post("/station/imports/{id}/mapping", STAFF, "say what columns mean", Body::Form, handler!(remap))
        .takes(&["map-"]),
    Route::post("/station/imports/{id}/write", STAFF, "write what the preview showed", Body::Form, handler!(write)),
    Route::post("/station/imports/{id}/drop", STAFF, "throw the preview away", Body::Form, handler!(discard)),
    Route::post("/station/imports/{id}/rows/{row}/resolve", STAFF, "decide on a row", Body::Form, handler!(resolve))
        .takes(&["as", "person"]),
    Route::get("/station/imports/{id}/report.xlsx", STAFF, "the faulty rows as a sheet", handler!(report)),
];

/// Rows shown on the page.
const ROWS: i64 = 50;

fn address(import: &Import) -> String {
    format!("/station/imports/{}", import.id)
}

fn count(import: &Import, name: &str) -> u64 {
    import.summary[name].as_u64().unwrap_or(0)
}

/// The page of all imports; `form` is the upload as it was refused.
async fn overview(ask: &Ask, form: Option<Form>) -> Result<Desk, Fault> {
    let (lang, today) = (ask.lang, ask.office.today());
    let imports = review::list(&ask.office, &ask.actor, 50).await?;
    let rows = imports.iter().map(|i| {
        let kind = SheetKind::parse(&i.kind).map(|k| named(lang, k)).unwrap_or_default();
        let mut cells = vec![
            Cell::head(Link::to(address(i), i.file_name.clone())),
            Cell::new(kind),
            Cell::new(moment(i.created_at, today)),
            Cell::new(i.by_name.clone()),
            Cell::new(word(lang, "state-import", &i.state)),
        ];
        cells.extend(
            ["rows", "created", "updated", "set_aside", "rejected"].map(|n| Cell::number(format::count(count(i, n)))),
        );
        Row { tick: None, cells }
    });
    let mut columns = ["file", "kind", "at", "actor", "now"].map(|n| Column::named(lang, n)).to_vec();
    columns.extend(["rows", "created", "updated", "set-aside", "rejected"].map(|n| Column::figures(lang, n)));
    let table = Table {
        id: "imports".into(),
        caption: text(lang, "page-imports", &[]),
        quiet: true,
        columns,
        rows: rows.collect(),
        ..Table::default()
    };
    let form = form.unwrap_or_else(|| upload_form(ask));
    let c = chrome(ask, "/station/imports").await;
    let kinds = SheetKind::ALL.iter().filter(|k| **k != SheetKind::Stations || ask.actor.may(Right::Stations));
    let empty = kinds.map(|k| Link::to(format!("/station/templates/{}", k.code()), named(lang, *k))).collect();
    let blocks =
        vec![Block::Form(form), Block::Text(text(lang, "empty-sheets", &[])), Block::Links(empty), Block::Table(table)];
    Ok(Desk { c, heading: text(lang, "page-imports", &[]), blocks, ..Desk::default() })
}

/// The upload; a list of stations is not offered to who may not bring one.
fn upload_form(ask: &Ask) -> Form {
    let mut form = forms::upload(ask.lang, "/station/imports", true);
    if !ask.actor.may(Right::Stations)
        && let Some(Kind::Select(kinds)) = form.field_mut("kind").map(|f| &mut f.kind)
    {
        kinds.retain(|k| k.value != SheetKind::Stations.code());
    }
    form
}

async fn list(ask: Ask) -> Result<Answer, Fault> {
    Ok(page(&overview(&ask, None).await?))
}

/// Every sheet is shown before it is written.
async fn create(ask: Ask) -> Result<Answer, Fault> {
    let done = match form(&ask).await {
        Ok(mut form) => {
            form.options.dry_run = true;
            upload::upload(&ask.office, &ask.actor, form.kind, &form.file, form.options).await.map_err(Fault::Act)
        }
        Err(fault) => Err(fault),
    };
    match done {
        Ok(import) => Ok(Answer::see_other(address(&import))),
        Err(fault) if fault.status().0 == 422 => {
            let faults = match fault.fields() {
                [] => vec![(String::new(), fault.detail(ask.lang))],
                fields => sentences(ask.lang, fields),
            };
            let form = upload_form(&ask).fill(words(&ask).await).mark(faults);
            Ok(refused(&overview(&ask, Some(form)).await?))
        }
        Err(fault) => Err(fault),
    }
}

async fn template(ask: Ask) -> Result<Answer, Fault> {
    empty_sheet(SheetKind::parse(ask.param("kind")).ok_or(Error::NotFound)?)
}

/// The empty sheet of a kind, as a file to save.
pub fn empty_sheet(kind: SheetKind) -> Result<Answer, Fault> {
    Ok(Answer::file(&format!("{}.xlsx", kind.code()), XLSX, sheets::sheet(kind)?))
}

fn letter(column: usize) -> String {
    crate::sheets::column_letters(column)
}

/// The rows of a page of the journal: those with something wrong, those that would change, those to decide on.
struct Lines {
    /// Vacancies whose occupation is to be chosen.
    unsure: Vec<Form>,
    wrong: Vec<Row>,
    changes: Vec<Row>,
    aside: Vec<SetAside>,
    /// Number of the last row, if more follow.
    more: Option<i64>,
}

async fn lines(ask: &Ask, import: &Import, stage: ImportStage) -> Result<Lines, Fault> {
    let lang = ask.lang;
    let after = ask.query_as::<i64>("after")?.unwrap_or(0);
    let (rows, _) = review::rows(&ask.office, &ask.actor, import.id, ask.query("outcome"), after, ROWS + 1).await?;
    let more = (rows.len() as i64 > ROWS).then(|| rows[ROWS as usize - 1].row);
    let rows = &rows[..rows.len().min(ROWS as usize)];
    let names = review::names(&ask.office, &ask.actor, rows).await?;
    let called = |row: &ImportRow| {
        let (name, reference) = row.object.and_then(|id| names.get(&id))?;
        Some(format!("{name} {reference}"))
    };
    let unsure = match stage {
        ImportStage::Done => occupation::questions(ask, import, rows).await?,
        _ => Vec::new(),
    };
    let mut found = Lines { unsure, wrong: Vec::new(), changes: Vec::new(), aside: Vec::new(), more };
    for row in rows {
        let errors: Vec<_> = row
            .errors
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default()
            .iter()
            .map(|e| review::error_view(lang, e))
            .collect();
        let said = |name: &str| {
            let mut parts: Vec<&str> =
                errors.iter().filter_map(|e| e[name].as_str()).filter(|s| !s.is_empty()).collect();
            parts.dedup();
            // Messages are whole sentences.
            parts.join(if name == "message" { " " } else { "；" })
        };
        for (field, change) in row.changes.as_ref().and_then(Value::as_object).into_iter().flatten() {
            let list = if import.kind == SheetKind::Vacancies.code() { "vacancy" } else { "worker" };
            let told = |value| timeline::fact(lang, list, field, value);
            let (old, new) = timeline::pair(change).map_or((String::new(), String::new()), |(o, n)| (told(o), told(n)));
            let name = match (row.object, called(row)) {
                (Some(id), Some(name)) => Cell::new(Link::to(format!("/station/workers/{id}"), name)),
                _ => Cell::new(""),
            };
            let cells = vec![
                Cell::head(row.row.to_string()),
                name,
                Cell::new(timeline::label(lang, list, field)),
                Cell::new(Bit::Old(old)),
                Cell::new(Bit::New(new)),
            ];
            found.changes.push(Row { tick: None, cells });
        }
        if !errors.is_empty() {
            let tone = if row.outcome == "rejected" { Tone::Bad } else { Tone::Warn };
            let bits = vec![Bit::Bold(said("value_masked")), Bit::Break, Bit::Text(said("message"))];
            let result = row.resolved.as_deref().map(|how| word(lang, "outcome-resolved", how));
            let cells = vec![
                Cell::head(row.row.to_string()),
                Cell::new(said("cell")),
                Cell { bits, tone, ..Cell::default() },
                Cell::new(said("proposal")),
                Cell::new(result.unwrap_or_else(|| word(lang, "outcome", &row.outcome))),
            ];
            found.wrong.push(Row { tick: None, cells });
        }
        if row.outcome == "set_aside" && row.resolved.is_none() && stage == ImportStage::Done {
            let same = row.object.zip(called(row)).map(|(id, name)| Choice::new(id.to_string(), name));
            let number = u32::try_from(row.row).unwrap_or(0);
            let text = said("value_masked");
            let why = format!("{}　{}", said("message"), review::told(&ask.office, import, row)?);
            found.aside.push(SetAside { row: number, text, why, same: same.into_iter().collect() });
        }
    }
    Ok(found)
}

/// Where the rows of a kind are found afterwards.
fn list_of(kind: SheetKind) -> &'static str {
    match kind {
        SheetKind::Stations => "/admin",
        SheetKind::Employers => "/station/employers",
        SheetKind::Training => "/station/training",
        SheetKind::Vacancies => "/station/vacancies?state=any",
        SheetKind::Workers | SheetKind::Verification => "/station/workers",
    }
}

/// How a column was recognised.
fn source(m: &crate::actions::import::Mapped) -> &'static str {
    match m.field.as_deref() {
        None => "mapped-unknown",
        Some(NOT_KEPT) => "mapped-not-kept",
        Some(_) if m.remembered => "mapped-remembered",
        Some(_) => "mapped-known",
    }
}

async fn view(ask: &Ask, told: Option<Note>) -> Result<ImportPage, Fault> {
    let lang = ask.lang;
    let import = review::find(&ask.office, &ask.actor, ask.id("id")?).await?;
    let kind = SheetKind::parse(&import.kind).ok_or(Error::NotFound)?;
    let (stage, refresh) = match import.state.as_str() {
        "queued" | "running" if import.options["dry_run"].as_bool() == Some(true) => (ImportStage::Reading, Some(2)),
        "queued" | "running" => (ImportStage::Writing, Some(2)),
        "preview" => (ImportStage::Preview, None),
        "done" => (ImportStage::Done, None),
        _ => (ImportStage::Failed, None),
    };
    let kept = review::outcomes(&ask.office, &import).await?;
    let root = address(&import);
    let only = |outcome: &str| format!("{root}?outcome={outcome}");
    let stat = |name: &str, key: &str| Stat {
        number: format::count(count(&import, name)),
        text: word(lang, "col", key),
        // Of other outcomes only the rows with a warning are kept: no list has as many rows as the number says.
        href: match name {
            "set_aside" | "rejected" if count(&import, name) > 0 => only(name),
            _ => String::new(),
        },
    };
    let stats = vec![
        stat("created", "created"),
        stat("updated", "updated"),
        stat("unchanged", "unchanged"),
        stat("set_aside", "set-aside"),
        stat("rejected", "rejected"),
        stat("rows", "rows"),
        stat("warnings", "warned"),
    ];
    let outcome = ask.query("outcome");
    let mut filters = vec![Step {
        href: root.clone(),
        text: format!("{} {}", text(lang, "import-all", &[]), kept.iter().map(|(_, n)| n).sum::<i64>()),
        here: outcome.is_none(),
    }];
    filters.extend(kept.iter().map(|(name, n)| Step {
        href: only(name),
        text: format!("{} {n}", word(lang, "outcome-kept", name)),
        here: outcome == Some(name),
    }));
    let Lines { unsure, wrong, changes, aside, more } = lines(ask, &import, stage).await?;
    let table = |id: &str, key: &str, columns: [&str; 5], rows: Vec<Row>| {
        (!rows.is_empty()).then(|| Table {
            id: id.into(),
            caption: text(lang, key, &[]),
            cells: true,
            columns: columns.map(|n| Column::named(lang, n)).to_vec(),
            rows,
            ..Table::default()
        })
    };
    let samples = match stage {
        ImportStage::Preview => upload::samples(&ask.office, &ask.actor, import.id).await?,
        _ => std::collections::HashMap::new(),
    };
    let mapping = review::mapping(&import)
        .into_iter()
        .map(|m| Mapped {
            letter: letter(m.column),
            sample: samples.get(&m.column).cloned().unwrap_or_default(),
            source: text(lang, source(&m), &[]),
            heading: m.heading,
            field: m.field.unwrap_or_default(),
            fault: String::new(),
        })
        .collect();
    // Nothing is chosen for a column that was not recognised.
    let mut fields =
        vec![Choice::new("", text(lang, "please-choose", &[])), Choice::new(NOT_KEPT, text(lang, "map-not-kept", &[]))];
    fields.extend(heading::dictionary(kind).fields().map(|(field, name)| Choice::new(field, name)));
    let fault = import.fault.as_deref().map(|code| Note {
        tone: Tone::Bad,
        text: code_sentence(lang, code, &[]).unwrap_or_else(|| code.to_owned()),
        ..Note::default()
    });
    let dropped = (import.state == "dropped").then(|| Note {
        tone: Tone::Warn,
        text: text(lang, "said-dropped", &[]),
        ..Note::default()
    });
    let writes = count(&import, "created") + count(&import, "updated");
    let written = (stage == ImportStage::Done).then(|| Note {
        tone: Tone::Ok,
        text: text(lang, "said-written", &[("n", &writes)]),
        links: vec![Link::to(list_of(kind), text(lang, "see-list", &[]))],
        ..Note::default()
    });
    let mut c = chrome(ask, "/station/imports").await;
    c.refresh = refresh;
    let query = outcome.map(|o| format!("outcome={o}&")).unwrap_or_default();
    Ok(ImportPage {
        c,
        file: import.file_name.clone(),
        lead: named(lang, kind),
        stage,
        progress: (u64::try_from(import.done_rows).unwrap_or(0), import.options["expected"].as_u64().unwrap_or(0)),
        note: told.or(fault).or(dropped).or(written),
        stats,
        rows: table("rows", "import-rows", ["row", "fields", "fault", "instead", "result"], wrong),
        filters: if kept.len() > 1 || outcome.is_some() { filters } else { Vec::new() },
        changes: table("changes", "import-changes", ["row", "name", "field", "now", "then"], changes),
        next: more.map(|row| format!("{root}?{query}after={row}")).unwrap_or_default(),
        aside,
        unsure,
        mapping,
        fields,
        writes,
        report: count(&import, "rejected") + count(&import, "set_aside") > 0,
        href: root,
    })
}

async fn show(ask: Ask) -> Result<Answer, Fault> {
    Ok(page(&view(&ask, None).await?))
}

/// What the clerk says of the columns holds at once: the sheet is read again with it.
async fn remap(ask: Ask) -> Result<Answer, Fault> {
    let id = ask.id("id")?;
    let import = review::find(&ask.office, &ask.actor, id).await?;
    let fields = ask.form();
    let said: Vec<(usize, String)> = review::mapping(&import)
        .iter()
        .filter_map(|m| {
            let name = format!("map-{}", letter(m.column));
            let (_, chosen) = fields.iter().find(|(n, _)| *n == name)?;
            // A column that loses its field is passed over; one that never had one waits on.
            let chosen = match (chosen.trim(), m.field.is_some()) {
                ("", false) => return None,
                ("", true) => NOT_KEPT,
                (chosen, _) => chosen,
            };
            (m.field.as_deref() != Some(chosen)).then(|| (m.column, chosen.to_owned()))
        })
        .collect();
    if said.is_empty() {
        return Ok(Answer::see_other(address(&import)));
    }
    match review::remap(&ask.office, &ask.actor, id, &said).await {
        Err(Error::Invalid(faults)) => {
            let mut shown = view(&ask, None).await?;
            let told = sentences(ask.lang, &faults);
            for column in &mut shown.mapping {
                let name = format!("map-{}", column.letter);
                if let Some((_, typed)) = fields.iter().find(|(n, _)| *n == name) {
                    column.field = typed.clone();
                }
                column.fault = told.iter().find(|(n, _)| *n == name).map(|(_, s)| s.clone()).unwrap_or_default();
            }
            return Ok(refused(&shown));
        }
        done => drop(done?),
    }
    upload::look_again(&ask.office, &ask.actor, id).await?;
    Ok(Answer::see_other(format!("{}?said=remapped", address(&import))))
}

async fn write(ask: Ask) -> Result<Answer, Fault> {
    let import = upload::write(&ask.office, &ask.actor, ask.id("id")?).await?;
    Ok(Answer::see_other(address(&import)))
}

async fn discard(ask: Ask) -> Result<Answer, Fault> {
    upload::discard(&ask.office, &ask.actor, ask.id("id")?).await?;
    Ok(Answer::see_other("/station/imports?said=dropped"))
}

async fn resolve(ask: Ask) -> Result<Answer, Fault> {
    let fields = ask.form();
    let row = ask.param("row").parse().map_err(|_| Fault::Act(Error::NotFound))?;
    let how = match value(&fields, "as") {
        "new" => Decision::New,
        "same" => Decision::Same(value(&fields, "person").parse().ok()),
        "skip" => Decision::Skip,
        _ => return Err(Error::field("as", "field.missing").into()),
    };
    let id = ask.id("id")?;
    match review::resolve(&ask.office, &ask.actor, id, row, how).await {
        Ok(_) => Ok(Answer::see_other(format!("/station/imports/{id}?said=resolved&outcome=set_aside"))),
        Err(error) => {
            let (status, faults) = at_form(ask.lang, error)?;
            let words = faults.into_iter().map(|(_, told)| told).collect::<Vec<_>>().join(" ");
            let lead = text(ask.lang, "row-n", &[("n", &row)]);
            let note = Note { tone: Tone::Bad, lead, text: words, ..Note::default() };
            Ok(Answer { status, ..page(&view(&ask, Some(note)).await?) })
        }
    }
}

async fn report(ask: Ask) -> Result<Answer, Fault> {
    let bytes = review::report(&ask.office, &ask.actor, ask.id("id")?).await?;
    Ok(Answer::file("退回.xlsx", XLSX, bytes).private())
}
