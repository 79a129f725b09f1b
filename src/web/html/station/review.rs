//! What waits for a second look: possible duplicates side by side, and letters that could not be delivered.

use serde_json::{Map, Value};
use uuid::Uuid;

use crate::actions::{Error, clock, outbox, worker};
use crate::domain::actor::Right;
use crate::domain::code::Code as _;
use crate::domain::notice::NoticeState;
use crate::handler;
use crate::pages::{
    Bit, Block, Cell, Column, Desk, Duplicates, Link, Note, Row, Side, Step, Table, Tag, Tone, code_sentence, format,
    forms, named, text, word,
};
use crate::store::worker::Record;
use crate::web::ask::Ask;
use crate::web::fault::Fault;
use crate::web::html::fields::value;
use crate::web::html::timeline::{self, moment};
use crate::web::html::{at_form, chrome, page};
use crate::web::reply::Answer;
use crate::web::route::{Audience, Body, Route};

const STAFF: Audience = Audience::Holds(&[Right::Persons]);

/// Routes of this file.
pub static ROUTES: &[Route] = &[
    Route::get("/station/duplicates", STAFF, "possible duplicates", handler!(duplicates)).query(&["at"]),
    Route::get("/station/duplicates/{a}/{b}", STAFF, "two people side by side", handler!(pair)),
    Route::post("/station/duplicates/{a}/{b}", STAFF, "one or two people", Body::Form, handler!(decide))
        .takes(&["act", "at", "later", "reason"]),
    Route::post("/station/workers/{id}/unmerge", STAFF, "take a merge apart", Body::Form, handler!(unmerge)),
    Route::get("/station/outbox", Audience::Holds(&[Right::Introductions]), "letters", handler!(letters))
        .query(&["state", "after"]),
    Route::post(
        "/station/outbox/{id}/retry",
        Audience::Holds(&[Right::Introductions]),
        "send again",
        Body::Form,
        handler!(retry),
    ),
];

/// Letters on a page.
const LETTERS: usize = 100;

/// Both records field by field in words, what differs first.
fn sides(ask: &Ask, a: &Record, b: &Record) -> Result<Vec<Side>, Fault> {
    let lang = ask.lang;
    let facts = |record: &Record| -> Result<Map<String, Value>, Fault> {
        let (number, phone) = worker::masked(&ask.office, record)?;
        let Ok(Value::Object(mut facts)) = serde_json::to_value(worker::registration(record)) else {
            return Ok(Map::new());
        };
        facts.extend(number.map(|n| ("id_number".to_owned(), n.into())));
        facts.extend(phone.map(|n| ("phone".to_owned(), n.into())));
        Ok(facts)
    };
    let (left, right) = (facts(a)?, facts(b)?);
    let mut names: Vec<&String> = left.keys().chain(right.keys()).collect();
    names.sort();
    names.dedup();
    // In the order of the form that everybody knows; what it does not ask stands behind.
    let form = forms::worker(lang, "", "");
    let asked: Vec<&str> = form.sections.iter().flat_map(|s| s.fields.iter().map(|f| f.name.as_str())).collect();
    let place = |name: &str| {
        let of = |field: &str| field == name || field.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'));
        asked.iter().position(|field| of(field)).unwrap_or(asked.len())
    };
    names.sort_by_key(|name| place(name));
    let told = |facts: &Map<String, Value>, name: &str| {
        timeline::fact(lang, "worker", name, facts.get(name).unwrap_or(&Value::Null))
    };
    let mut sides: Vec<Side> = names
        .into_iter()
        .map(|name| (name, told(&left, name), told(&right, name)))
        .filter(|(_, x, y)| !x.is_empty() || !y.is_empty())
        .map(|(name, x, y)| Side {
            text: timeline::label(lang, "worker", name),
            differs: x != y,
            a: vec![Bit::Text(x)],
            b: vec![Bit::Text(y)],
        })
        .collect();
    sides.sort_by_key(|s| !s.differs);
    Ok(sides)
}

/// Two records side by side; `place` is where they stand in the list of pairs.
async fn view(
    ask: &Ask,
    a: &Record,
    b: &Record,
    code: &str,
    place: Option<(usize, usize)>,
) -> Result<Duplicates, Fault> {
    let lang = ask.lang;
    let today = ask.office.today();
    let who = |r: &Record| {
        let from = format::day_desk(clock::day_of(r.person.created_at), today);
        (
            Link::to(format!("/station/workers/{}", r.person.id), format!("{} {}", r.person.name, r.person.reference)),
            text(lang, "recorded-on", &[("day", &from)]),
        )
    };
    let numbered = (a.person.id_hash.is_some(), b.person.id_hash.is_some());
    let doubt = if numbered == (true, true) { String::new() } else { text(lang, "number-missing", &[]) };
    let (at, of) = place.unwrap_or((0, 0));
    Ok(Duplicates {
        c: chrome(ask, "/station/duplicates").await,
        action: format!("/station/duplicates/{}/{}", a.person.id, b.person.id),
        place: place.map(|(at, of)| (at as u64 + 1, of as u64)),
        later: if at + 1 < of { at + 1 } else { 0 },
        next: if at + 1 < of { format!("/station/duplicates?at={}", at + 1) } else { String::new() },
        why: code_sentence(lang, code, &[]).unwrap_or_default(),
        doubt,
        a: who(a),
        b: who(b),
        // Who has a number keeps the record; else the older one does.
        second: numbered == (false, true),
        sides: sides(ask, a, b)?,
    })
}

async fn duplicates(ask: Ask) -> Result<Answer, Fault> {
    let pairs = worker::duplicates(&ask.office, &ask.actor).await?;
    let at = ask.query_as::<usize>("at")?.unwrap_or(0).min(pairs.len().saturating_sub(1));
    let view = match pairs.get(at) {
        Some((a, b, code, _)) => view(&ask, a, b, code, Some((at, pairs.len()))).await?,
        None => Duplicates { c: chrome(&ask, "/station/duplicates").await, ..Duplicates::default() },
    };
    Ok(page(&view))
}

/// A pair by its ids: one of the list says why it stands there, any other two are only compared.
async fn pair_view(ask: &Ask) -> Result<Duplicates, Fault> {
    let (a, b) = (ask.id("a")?, ask.id("b")?);
    let pairs = worker::duplicates(&ask.office, &ask.actor).await?;
    let of = |x: Uuid, y: Uuid| (x, y) == (a, b) || (x, y) == (b, a);
    if let Some((at, (a, b, code, _))) = pairs.iter().enumerate().find(|(_, (x, y, ..))| of(x.person.id, y.person.id)) {
        return view(ask, a, b, code, Some((at, pairs.len()))).await;
    }
    let (left, right) =
        (worker::find(&ask.office, &ask.actor, a).await?, worker::find(&ask.office, &ask.actor, b).await?);
    view(ask, &left, &right, "", None).await
}

async fn pair(ask: Ask) -> Result<Answer, Fault> {
    Ok(page(&pair_view(&ask).await?))
}

async fn decide(ask: Ask) -> Result<Answer, Fault> {
    let fields = ask.form();
    let (a, b): (Uuid, Uuid) = (ask.id("a")?, ask.id("b")?);
    let at: usize = value(&fields, "at").parse().unwrap_or(0);
    let grounds = value(&fields, "reason");
    let (office, actor) = (&ask.office, &ask.actor);
    let done = match value(&fields, "act") {
        "later" => {
            let next: usize = value(&fields, "later").parse().unwrap_or(0);
            return Ok(Answer::see_other(format!("/station/duplicates?at={next}")));
        }
        "merge-a" => worker::merge(office, actor, a, b, grounds).await.map(Some),
        "merge-b" => worker::merge(office, actor, b, a, grounds).await.map(Some),
        "apart" => worker::distinct(office, actor, a, b, grounds).await.map(|()| None),
        _ => Err(Error::field("act", "field.missing")),
    };
    match done {
        // The person who stays shows what was merged, and takes it apart again.
        Ok(Some(stays)) => Ok(Answer::see_other(format!("/station/workers/{}?said=merged", stays.person.id))),
        Ok(None) => Ok(Answer::see_other(format!("/station/duplicates?at={at}&said=apart"))),
        Err(error) => {
            let (status, faults) = at_form(ask.lang, error)?;
            let told = faults.into_iter().map(|(_, told)| told).collect::<Vec<_>>().join(" ");
            let mut view = pair_view(&ask).await?;
            view.c.notice = Some(Note { tone: Tone::Bad, text: told, ..Note::default() });
            Ok(Answer { status, ..page(&view) })
        }
    }
}

async fn unmerge(ask: Ask) -> Result<Answer, Fault> {
    let record = worker::unmerge(&ask.office, &ask.actor, ask.id("id")?).await?;
    Ok(Answer::see_other(format!("/station/workers/{}?said=unmerged", record.person.id)))
}

async fn letters(ask: Ask) -> Result<Answer, Fault> {
    let (lang, today) = (ask.lang, ask.office.today());
    let state = ask.query("state").and_then(NoticeState::parse);
    let after = ask.query_as::<Uuid>("after")?;
    let found = outbox::list(&ask.office, &ask.actor, state, after, LETTERS).await?;
    let rows = found.items.iter().map(|(n, to)| {
        let why = n.last_error.as_deref().map(|e| code_sentence(lang, e, &[]).unwrap_or_else(|| e.to_owned()));
        let mut then = Vec::new();
        if n.state == NoticeState::Dead {
            let link = Link::to(format!("/station/outbox/{}/retry", n.id), word(lang, "go", "retry"));
            then.push(Bit::Post(link, n.kind.name().to_owned()));
        }
        let tone = if n.state == NoticeState::Dead { Tone::Bad } else { Tone::Plain };
        let cells = vec![
            Cell::head(word(lang, "mail-kind", n.kind.code())),
            Cell::new(to.clone()),
            Cell::number(moment(n.created_at, today)),
            Cell::new(Bit::Tag(Tag::new(named(lang, n.state), tone))),
            Cell::number(n.attempts.to_string()),
            Cell::new(why.unwrap_or_default()),
            Cell { bits: then, ..Cell::default() },
        ];
        Row { tick: None, cells }
    });
    let table = Table {
        id: "letters".into(),
        caption: text(lang, "page-outbox", &[]),
        note: format::count(u64::try_from(found.total).unwrap_or(0)),
        columns: vec![
            Column::named(lang, "kind"),
            Column::named(lang, "to"),
            Column::figures(lang, "at"),
            Column::named(lang, "now"),
            Column::figures(lang, "tries"),
            Column::named(lang, "fault"),
            Column::named(lang, "next"),
        ],
        rows: rows.collect(),
        ..Table::default()
    };
    let mut blocks = vec![Block::Table(table)];
    if let Some(next) = found.next {
        let state = state.map(|s| format!("state={}&", s.code())).unwrap_or_default();
        blocks.push(Block::More(String::new(), format!("/station/outbox?{state}after={next}")));
    }
    let mut jump =
        vec![Step { href: "/station/outbox".into(), text: text(lang, "due-all", &[]), here: state.is_none() }];
    jump.extend(NoticeState::ALL.iter().map(|s| Step {
        href: format!("/station/outbox?state={}", s.code()),
        text: named(lang, *s),
        here: Some(*s) == state,
    }));
    let view = Desk {
        c: chrome(&ask, "/station/outbox").await,
        heading: text(lang, "page-outbox", &[]),
        jump,
        blocks,
        ..Desk::default()
    };
    Ok(page(&view))
}

async fn retry(ask: Ask) -> Result<Answer, Fault> {
    outbox::retry(&ask.office, &ask.actor, ask.id("id")?).await?;
    Ok(Answer::see_other("/station/outbox?said=retried"))
}
