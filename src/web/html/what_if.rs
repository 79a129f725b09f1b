//! What a change would bring, as pages: of a person's wishes, and of a vacancy while it is written and afterwards.

use serde_json::Value;

use super::fields::region_name;
use super::posting::Side;
use super::{chrome, page, sentences};
use crate::actions::what_if::{self, Alteration, Effect, SMALL, VacancyQuestion};
use crate::actions::{Error, worker};
use crate::domain::actor::Right;
use crate::domain::vacancy::Period;
use crate::handler;
use crate::pages::{Bit, Block, Cell, Column, Desk, Lang, Link, Note, Row, Table, Tone, format, text, word};
use crate::store;
use crate::store::vacancy::Record;
use crate::web::ask::Ask;
use crate::web::fault::Fault;
use crate::web::json::matching::{joined, tell};
use crate::web::reply::Answer;
use crate::web::route::{Audience, Route};

/// Routes of this file.
pub static ROUTES: &[Route] = &[Route::get(
    "/station/workers/{id}/what-if",
    Audience::Holds(&[Right::Persons]),
    "what a change would open to a person",
    handler!(of_worker),
)];

/// Vacancies named beside a change.
const NAMED: usize = 12;

async fn of_worker(ask: Ask) -> Result<Answer, Fault> {
    let lang = ask.lang;
    let record = worker::find(&ask.office, &ask.actor, ask.id("id")?).await?;
    let root = format!("/station/workers/{}", record.person.id);
    let found = what_if::of_worker(&ask.office, &ask.actor, record.person.id).await?;
    let ids: Vec<_> = found.iter().flat_map(|(why, _)| why.examples.iter().take(NAMED).copied()).collect();
    let posts = store::vacancy::records(&mut &ask.office.db, &ids).await?;
    let link = |id: &uuid::Uuid| {
        let row = &posts.iter().find(|post| post.row.id == *id)?.row;
        let pay = &row.vacancy.pay;
        let wage = format::wage(lang, pay.min, pay.max, pay.period.unwrap_or(Period::Month));
        let link = Link::to(format!("/station/vacancies/{id}"), format!("{} {}", row.vacancy.title, row.reference));
        Some([Bit::Link(link), Bit::Small(wage), Bit::Break])
    };
    let table = |id: &str, caption: &str, changes: usize| {
        let rows = found.iter().filter(|(why, _)| why.changes.len() == changes).map(|(why, says)| {
            let mut change = vec![Bit::Text(joined(says, lang))];
            if let Some(told) = tell(&why.changes, says, lang) {
                change.extend([Bit::Break, Bit::Small(text(lang, "tell-them", &[("what", &told)]))]);
            }
            let mut named: Vec<Bit> = why.examples.iter().take(NAMED).filter_map(link).flatten().collect();
            if why.opens > NAMED {
                named.push(Bit::Small(text(lang, "and-more", &[("n", &(why.opens - NAMED))])));
            }
            let closes = if why.closes == 0 { String::new() } else { why.closes.to_string() };
            let cells = vec![
                Cell { bits: change, head: true, ..Cell::default() },
                Cell::new(joined(&why.says, lang)),
                Cell::number(why.opens.to_string()),
                Cell::number(closes),
                Cell { bits: named, ..Cell::default() },
            ];
            Row { tick: None, cells }
        });
        Block::Table(Table {
            id: id.into(),
            caption: text(lang, caption, &[]),
            columns: vec![
                Column::named(lang, "what-if"),
                Column::named(lang, "stuck"),
                Column::figures(lang, "opens"),
                Column::figures(lang, "closes"),
                Column::named(lang, "which"),
            ],
            rows: rows.collect(),
            empty: text(lang, "what-if-nothing", &[]),
            ..Table::default()
        })
    };
    let mut blocks = vec![];
    let kept_out = what_if::kept_out(&ask.office, &ask.actor, record.person.id).await?;
    if !kept_out.is_empty() {
        let lead = text(lang, "what-if-kept-out", &[]);
        blocks.push(Block::Note(Note { tone: Tone::Warn, lead, text: joined(&kept_out, lang), ..Note::default() }));
    }
    // Two empty tables would say nothing beside the reason.
    if kept_out.is_empty() || !found.is_empty() {
        blocks.extend([table("one", "what-if-one", 1), table("two", "what-if-two", 2)]);
    }
    let view = Desk {
        c: chrome(&ask, "/station/workers").await,
        heading: text(lang, "page-what-if-worker", &[("name", &record.person.name)]),
        crumb: vec![Link::to(root, record.person.name.clone())],
        blocks,
        ..Desk::default()
    };
    Ok(page(&view))
}

/// A change of a vacancy in words.
fn said(lang: Lang, change: &Alteration) -> String {
    let number = change.value.as_f64().map(|yuan| format!("{yuan}")).unwrap_or_default();
    match change.field.as_str() {
        "wage.min" | "wage.max" => text(lang, "what-if-wage", &[("yuan", &number)]),
        "wage.typical_month" => text(lang, "what-if-typical", &[("yuan", &number)]),
        "benefits" => text(lang, "what-if-lodging", &[]),
        "region" => {
            let place = change.value.as_str().map(region_name).unwrap_or_default();
            text(lang, "what-if-region", &[("place", &place)])
        }
        other => text(lang, "what-if-drop", &[("what", &word(lang, "vacancy", other))]),
    }
}

/// A count of people as it may be told.
fn told(count: usize) -> String {
    if count < SMALL { format!("<{SMALL}") } else { count.to_string() }
}

/// What the usual changes of a vacancy would bring, with counts of people by county.
fn effects(lang: Lang, found: &[Effect]) -> Block {
    /// Counties named beside a change, those with most people.
    const COUNTIES: usize = 6;
    let rows = found.iter().map(|effect| {
        let changes: Vec<String> = effect.changes.iter().map(|change| said(lang, change)).collect();
        let (large, small): (Vec<_>, Vec<_>) = effect.counties.iter().partition(|(_, _, count)| *count >= SMALL);
        let mut from: Vec<String> =
            large.iter().take(COUNTIES).map(|(_, name, count)| format!("{name} {count}")).collect();
        if !small.is_empty() || large.len() > COUNTIES {
            from.push(text(lang, "what-if-elsewhere", &[]));
        }
        let cells = vec![
            Cell::head(changes.join("；")),
            Cell::number(told(effect.eligible)),
            Cell::number(if effect.opens < SMALL { told(effect.opens) } else { format!("+{}", effect.opens) }),
            Cell::new(from.join(if lang == Lang::Zh { "，" } else { ", " })),
        ];
        Row { tick: None, cells }
    });
    Block::Table(Table {
        id: "what-if".into(),
        caption: text(lang, "what-if-vacancy", &[]),
        note: text(lang, "what-if-small", &[("n", &SMALL)]),
        columns: vec![
            Column::named(lang, "what-if"),
            Column::figures(lang, "fit-now"),
            Column::figures(lang, "fit-more"),
            Column::named(lang, "from-counties"),
        ],
        rows: rows.collect(),
        empty: text(lang, "what-if-no-change", &[]),
        ..Table::default()
    })
}

/// What a vacancy's usual changes would bring; `vacancy` is the id of one that stands, or the body of one being written.
pub async fn of_vacancy(ask: &Ask, vacancy: Value) -> Result<Block, Error> {
    let found = what_if::of_vacancy(&ask.office, &ask.actor, VacancyQuestion { vacancy, changes: Vec::new() }).await?;
    Ok(effects(ask.lang, &found))
}

/// The page of a vacancy that stands.
pub async fn of_record(ask: &Ask, side: Side, record: &Record) -> Result<Answer, Fault> {
    let lang = ask.lang;
    let block = match of_vacancy(ask, Value::String(record.row.id.to_string())).await {
        Ok(block) => block,
        // What is kept may break a rule that is newer than it: the form tells where.
        Err(Error::Invalid(faults)) => {
            let told = sentences(lang, &faults).into_iter().map(|(_, told)| told).collect::<Vec<_>>().join(" ");
            Block::Note(Note { tone: Tone::Warn, text: told, ..Note::default() })
        }
        Err(other) => return Err(other.into()),
    };
    let root = format!("{}/{}", side.root, record.row.id);
    let view = Desk {
        c: chrome(ask, side.root).await,
        heading: text(lang, "page-what-if-vacancy", &[("title", &record.row.vacancy.title)]),
        crumb: vec![Link::to(root.clone(), record.row.vacancy.title.clone())],
        links: vec![Link::to(format!("{root}/edit"), word(lang, "go", "edit"))],
        blocks: vec![block],
        ..Desk::default()
    };
    Ok(page(&view))
}
