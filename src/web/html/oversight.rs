//! What can be looked at but not changed: parameters of matching, the audit trail, how the program runs.

use super::admin::ANY;
use super::{chrome, page};
use crate::actions::{audit, clock};
use crate::domain::actor::Right;
use crate::domain::code::Code as _;
use crate::domain::notice::NoticeState;
use crate::handler;
use crate::matching::parameters::Parameters;
use crate::pages::{
    Block, Cell, Column, Desk, Fact, Lang, Row, Table, Tag, Tone, code_sentence, format, named, text, word,
};
use crate::store;
use crate::web::ask::Ask;
use crate::web::fault::Fault;
use crate::web::reply::Answer;
use crate::web::route::{Audience, Route};

/// Routes of this file.
pub static ROUTES: &[Route] = &[
    Route::get("/admin/parameters", ANY, "parameters", handler!(parameters)),
    Route::get("/admin/audit", Audience::Holds(&[Right::Audit]), "the audit trail", handler!(trail)).query(&["before"]),
    Route::get("/admin/health", ANY, "health", handler!(health)),
];

/// Lines of the trail on a page.
const LINES: i64 = 100;

/// Sections of the parameter file, in the order in which they are explained.
const SECTIONS: &[&str] = &[
    "points",
    "occupation",
    "experience",
    "wage",
    "place",
    "priority",
    "eligibility",
    "start",
    "introductions",
    "costs",
];

/// What a parameter is called; costs bear the names of the fields that they are about.
fn parameter_name(lang: Lang, section: &str, name: &str) -> String {
    match name.split_once('.') {
        Some((side, field)) => {
            // Some fields are called by what stands around them on the form.
            let own = word(lang, "param-cost", name);
            let called = if own == name { word(lang, side, field) } else { own };
            format!("{}　{called}", word(lang, "param", side))
        }
        None => word(lang, &format!("param-{section}"), name),
    }
}

async fn parameters(ask: Ask) -> Result<Answer, Fault> {
    let lang = ask.lang;
    let values = Parameters::shipped_values();
    let mut sections: Vec<&str> = SECTIONS.to_vec();
    // A section that nobody has put in order yet is shown all the same.
    sections.extend(values.iter().map(|(section, ..)| section.as_str()).filter(|s| !SECTIONS.contains(s)));
    sections.dedup();
    let version = Parameters::shipped().version;
    let mut blocks = vec![Block::Text(text(lang, "parameters-where", &[("version", &version)]))];
    for section in sections {
        let rows = values.iter().filter(|(s, ..)| s == section).map(|(_, name, value)| {
            let value = word(lang, "param-value", value);
            Row { tick: None, cells: vec![Cell::head(parameter_name(lang, section, name)), Cell::number(value)] }
        });
        blocks.push(Block::Table(Table {
            id: section.into(),
            caption: word(lang, "param", section),
            columns: vec![Column::named(lang, "part"), Column::figures(lang, "value")],
            rows: rows.collect(),
            ..Table::default()
        }));
    }
    let c = chrome(&ask, "/admin/parameters").await;
    Ok(page(&Desk { c, heading: text(lang, "page-parameters", &[]), blocks, ..Desk::default() }))
}

/// An instant as the clock on the wall shows it.
fn time(at: i64) -> String {
    clock::local(at).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// An act such as `worker.read` in words.
fn act_words(lang: Lang, act: &str) -> String {
    match act.split_once('.') {
        Some((noun, verb)) => format!("{}　{}", word(lang, "noun", noun), word(lang, "did", verb)),
        None => word(lang, "noun", act),
    }
}

/// A field's name as forms call it; what no form asks for is a noun, a column or its own name.
fn field_words(lang: Lang, kind: &str, field: &str) -> String {
    let words = [kind, "noun", "col", "fact"].into_iter().map(|list| word(lang, list, field));
    words.into_iter().find(|words| words != field).unwrap_or_else(|| field.to_owned())
}

async fn trail(ask: Ask) -> Result<Answer, Fault> {
    let lang = ask.lang;
    let lines = audit::lines(&ask.office, &ask.actor, ask.query_as("before")?, LINES).await?;
    let rows = lines.iter().map(|(_, l)| {
        let fields = l.fields.split(',').filter(|f| !f.is_empty()).map(|f| field_words(lang, &l.object_kind, f));
        let object = l.object.map(|id| format!("{} {id}", word(lang, "noun", &l.object_kind))).unwrap_or_default();
        let result = match l.result.as_str() {
            known @ ("ok" | "denied") => word(lang, "result", known),
            code => code_sentence(lang, code, &[]).unwrap_or_else(|| code.to_owned()),
        };
        let tone = if l.result == "ok" { Tone::Plain } else { Tone::Warn };
        let cells = vec![
            Cell::head(time(l.at)),
            Cell::new(l.actor.clone()),
            Cell::new(act_words(lang, &l.act)),
            Cell::new(object),
            Cell::new(fields.collect::<Vec<_>>().join(" ")),
            Cell::new(Tag::new(result, tone)),
        ];
        Row { tick: None, cells }
    });
    let table = Table {
        id: "audit".into(),
        caption: text(lang, "page-audit", &[]),
        quiet: true,
        columns: ["at", "actor", "did", "object", "fields", "result"].map(|n| Column::named(lang, n)).to_vec(),
        rows: rows.collect(),
        ..Table::default()
    };
    let mut blocks = vec![Block::Table(table)];
    if let Some((last, _)) = lines.last().filter(|_| lines.len() as i64 == LINES) {
        blocks.push(Block::More(lines.len().to_string(), format!("/admin/audit?before={last}")));
    }
    let c = chrome(&ask, "/admin/audit").await;
    Ok(page(&Desk { c, heading: text(lang, "page-audit", &[]), blocks, ..Desk::default() }))
}

async fn health(ask: Ask) -> Result<Answer, Fault> {
    let lang = ask.lang;
    let (live, db) = (&ask.office.live, &ask.office.db);
    let state = |name: &str| word(lang, "run", name);
    let (database, schema) = store::schema::versions(db).await?;
    let away = live.away.load();
    let index = away.as_ref().map_or("ok", |why| **why);
    let heads = store::change::heads(db).await?;
    let behind = live.lag(&heads).map_or_else(|| state("nobody-follows"), |n| format::count(n.unsigned_abs()));
    let matching = match (ask.office.settings.matching, live.matching_ready()) {
        (false, _) => "off",
        (true, true) => "ok",
        (true, false) => "loading",
    };
    let changes: i64 = heads.values().sum();
    let facts = [
        ("program", format!("Shanhai {}", env!("CARGO_PKG_VERSION"))),
        ("database", format!("{}　{database}", state("ok"))),
        ("schema", schema.to_string()),
        ("index", state(index)),
        ("behind", behind),
        ("matching", state(matching)),
        ("changes", format::count(changes.unsigned_abs())),
        ("clock", time(ask.office.now())),
    ];
    let mut facts: Vec<Fact> = facts.into_iter().map(|(name, value)| Fact::new(state(name), value)).collect();
    let letters = store::outbox::by_state(&mut &ask.office.db).await?;
    for known in NoticeState::ALL {
        let n = letters.iter().find(|(s, _)| s == known.code()).map_or(0, |(_, n)| n.unsigned_abs());
        facts.push(Fact::new(format!("{}　{}", state("letters"), named(lang, *known)), format::count(n)));
    }
    let c = chrome(&ask, "/admin/health").await;
    Ok(page(&Desk { c, heading: text(lang, "page-health", &[]), blocks: vec![Block::Facts(facts)], ..Desk::default() }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_parameter_of_the_shipped_file_is_explained_in_both_languages() {
        for lang in Lang::ALL {
            for (section, name, _) in Parameters::shipped_values() {
                assert_ne!(word(lang, "param", &section), section);
                let words = parameter_name(lang, &section, &name);
                assert!(!words.contains('_') && !words.contains('.') && words != name, "{section}.{name}: {words}");
            }
        }
    }
}
