//! Bringing in a sheet: choose, preview, write, and the rows that a person must look at.

use crate::actions::Error;
use crate::actions::import::review::{self, Decision};
use crate::actions::import::upload;
use crate::actions::{clock, worker};
use crate::domain::actor::Right;
use crate::domain::code::Code as _;
use crate::domain::heading::{self, SheetKind};
use crate::handler;
use crate::pages::{
    Bit, Block, Cell, Choice, Column, Desk, ImportPage, ImportStage, Link, Mapped, Note, Row, SetAside, Stat, Table,
    Tone, code_sentence, format, forms, named, text, word,
};
use crate::store::import::Import;
use crate::web::ask::Ask;
use crate::web::fault::{Fault, sentence};
use crate::web::html::fields::value;
use crate::web::html::{chrome, page, refused};
use crate::web::json::import::{XLSX, form};
use crate::web::reply::Answer;
use crate::web::route::{Audience, Body, Route};

const STAFF: Audience = Audience::Holds(&[Right::Imports]);

/// Routes of this file.
pub static ROUTES: &[Route] = &[
    Route::get("/station/imports", STAFF, "imports", handler!(list)),
    Route::post("/station/imports", STAFF, "upload a sheet", Body::Upload, handler!(create))
        .takes(&["kind", "file", "open"]),
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

async fn overview(ask: &Ask, told: Option<Note>) -> Result<Desk, Fault> {
    let (lang, today) = (ask.lang, ask.office.today());
    let imports = review::list(&ask.office, &ask.actor, 50).await?;
    let rows = imports.iter().map(|i| {
        let kind = SheetKind::parse(&i.kind).map(|k| named(lang, k)).unwrap_or_default();
        let mut cells = vec![
            Cell::head(Link::to(address(i), i.file_name.clone())),
            Cell::new(kind),
            Cell::new(format::day_desk(clock::day_of(i.created_at), today)),
            Cell::new(i.by_name.clone()),
        ];
        cells.extend(
            ["rows", "created", "updated", "set_aside", "rejected"].map(|n| Cell::number(format::count(count(i, n)))),
        );
        Row { tick: None, cells }
    });
    let mut columns = ["file", "kind", "at", "actor"].map(|n| Column::named(lang, n)).to_vec();
    columns.extend(["rows", "created", "updated", "set-aside", "rejected"].map(|n| Column::figures(lang, n)));
    let table = Table {
        id: "imports".into(),
        caption: text(lang, "page-imports", &[]),
        quiet: true,
        columns,
        rows: rows.collect(),
        ..Table::default()
    };
    let mut blocks: Vec<Block> = told.into_iter().map(Block::Note).collect();
    blocks.push(Block::Form(forms::upload(lang, "/station/imports", true)));
    blocks.push(Block::Table(table));
    let c = chrome(ask, "/station/imports").await;
    Ok(Desk { c, heading: text(lang, "page-imports", &[]), blocks, ..Desk::default() })
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
            let words: Vec<String> = fault.fields().iter().map(|f| sentence(ask.lang, f)).collect();
            let told = if words.is_empty() { fault.detail(ask.lang) } else { words.join(" ") };
            let note = Note { tone: Tone::Bad, text: told, ..Note::default() };
            Ok(refused(&overview(&ask, Some(note)).await?))
        }
        Err(fault) => Err(fault),
    }
}

fn letter(column: usize) -> String {
    crate::sheets::column_letters(column)
}

async fn show(ask: Ask) -> Result<Answer, Fault> {
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
    let stat = |name: &str, key: &str| Stat {
        number: format::count(count(&import, name)),
        text: word(lang, "col", key),
        href: if ["set_aside", "rejected"].contains(&name) {
            format!("{}?outcome={name}", address(&import))
        } else {
            String::new()
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
    let after = ask.query_as::<i64>("after")?.unwrap_or(0);
    let (rows, _) = review::rows(&ask.office, &ask.actor, import.id, outcome, after, ROWS).await?;
    let mut lines = Vec::new();
    let mut aside = Vec::new();
    for row in &rows {
        let errors: Vec<_> = row
            .errors
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default()
            .iter()
            .map(|e| review::error_view(lang, e))
            .collect();
        let said = |name: &str| {
            let parts = errors.iter().filter_map(|e| e[name].as_str()).filter(|s| !s.is_empty());
            parts.collect::<Vec<_>>().join("；")
        };
        let tone = match row.outcome.as_str() {
            "rejected" => Tone::Bad,
            _ => Tone::Warn,
        };
        let cell = Cell {
            bits: vec![Bit::Bold(said("value_masked")), Bit::Break, Bit::Text(said("message"))],
            tone,
            ..Cell::default()
        };
        let cells = vec![
            Cell::head(row.row.to_string()),
            Cell::new(said("cell")),
            cell,
            Cell::new(said("proposal")),
            Cell::new(word(lang, "outcome", &row.outcome)),
        ];
        lines.push(Row { tick: None, cells });
        if row.outcome == "set_aside" && row.resolved.is_none() && stage == ImportStage::Done {
            let mut same = Vec::new();
            if let Some(id) = row.object
                && let Ok(record) = worker::find(&ask.office, &ask.actor, id).await
            {
                same.push(Choice::new(id.to_string(), format!("{} {}", record.person.name, record.person.reference)));
            }
            let number = u32::try_from(row.row).unwrap_or(0);
            aside.push(SetAside { row: number, text: said("value_masked"), why: said("message"), same });
        }
    }
    let table = (!lines.is_empty()).then(|| Table {
        id: "rows".into(),
        caption: text(lang, "import-rows", &[]),
        cells: true,
        columns: ["row", "fields", "fault", "then", "result"].map(|n| Column::named(lang, n)).to_vec(),
        rows: lines,
        ..Table::default()
    });
    let dictionary = heading::dictionary(kind);
    let mapping = review::mapping(&import)
        .into_iter()
        .map(|m| Mapped {
            letter: letter(m.column),
            heading: m.heading,
            sample: String::new(),
            field: m.field.unwrap_or_default(),
            source: text(lang, if m.remembered { "mapped-remembered" } else { "mapped-known" }, &[]),
        })
        .collect();
    let note = import.fault.as_deref().map(|code| Note {
        tone: Tone::Bad,
        text: code_sentence(lang, code, &[]).unwrap_or_else(|| code.to_owned()),
        ..Note::default()
    });
    let all = import.options["expected"].as_u64().unwrap_or(0);
    let mut c = chrome(&ask, "/station/imports").await;
    c.refresh = refresh;
    let view = ImportPage {
        c,
        href: address(&import),
        file: import.file_name.clone(),
        lead: named(lang, kind),
        stage,
        progress: (u64::try_from(import.done_rows).unwrap_or(0), all),
        note,
        stats,
        rows: table,
        filters: Vec::new(),
        changes: None,
        aside,
        mapping,
        fields: dictionary.fields().map(|(field, name)| Choice::new(field, name)).collect(),
        writes: count(&import, "created") + count(&import, "updated"),
        report: count(&import, "rejected") + count(&import, "set_aside") > 0,
    };
    Ok(page(&view))
}

async fn remap(ask: Ask) -> Result<Answer, Fault> {
    let id = ask.id("id")?;
    let import = review::find(&ask.office, &ask.actor, id).await?;
    let fields = ask.form();
    let said: Vec<(usize, String)> = review::mapping(&import)
        .iter()
        .filter_map(|m| {
            let chosen = value(&fields, &format!("map-{}", letter(m.column)));
            (!chosen.is_empty() && m.field.as_deref() != Some(chosen)).then(|| (m.column, chosen.to_owned()))
        })
        .collect();
    review::remap(&ask.office, &ask.actor, id, &said).await?;
    Ok(Answer::see_other(format!("{}?said=saved", address(&import))))
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
        _ => Decision::Skip,
    };
    let id = ask.id("id")?;
    review::resolve(&ask.office, &ask.actor, id, row, how).await?;
    Ok(Answer::see_other(format!("/station/imports/{id}?said=resolved&outcome=set_aside")))
}

async fn report(ask: Ask) -> Result<Answer, Fault> {
    let bytes = review::report(&ask.office, &ask.actor, ask.id("id")?).await?;
    Ok(Answer::file("退回.xlsx", XLSX, bytes).private())
}
