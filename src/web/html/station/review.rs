//! What waits for a second look: possible duplicates side by side, and letters that could not be delivered.

use uuid::Uuid;

use crate::actions::{Error, clock, outbox, worker};
use crate::domain::actor::Right;
use crate::domain::code::Code as _;
use crate::domain::notice::NoticeState;
use crate::handler;
use crate::pages::{
    Bit, Block, Cell, Column, Desk, Duplicates, Link, Row, Side, Step, Table, Tag, Tone, code_sentence, format, named,
    text, word,
};
use crate::store::worker::Record;
use crate::web::ask::Ask;
use crate::web::fault::Fault;
use crate::web::html::fields::{stored, value};
use crate::web::html::{chrome, page};
use crate::web::reply::Answer;
use crate::web::route::{Audience, Body, Route};

const STAFF: Audience = Audience::Holds(&[Right::Persons]);

/// Routes of this file.
pub static ROUTES: &[Route] = &[
    Route::get("/station/duplicates", STAFF, "possible duplicates", handler!(duplicates)).query(&["at"]),
    Route::get("/station/duplicates/{a}/{b}", STAFF, "two people side by side", handler!(pair)),
    Route::post("/station/duplicates/{a}/{b}", STAFF, "one or two people", Body::Form, handler!(decide))
        .takes(&["act"]),
    Route::post("/station/workers/{id}/unmerge", STAFF, "take a merge apart", Body::Form, handler!(unmerge)),
    Route::get("/station/outbox", Audience::Holds(&[Right::Introductions]), "letters", handler!(letters))
        .query(&["state"]),
    Route::post(
        "/station/outbox/{id}/retry",
        Audience::Holds(&[Right::Introductions]),
        "send again",
        Body::Form,
        handler!(retry),
    ),
];

fn sides(ask: &Ask, a: &Record, b: &Record) -> Result<Vec<Side>, Fault> {
    let lang = ask.lang;
    let rows = |record: &Record| -> Result<Vec<(String, String)>, Fault> {
        let (number, phone) = worker::masked(&ask.office, record)?;
        let mut rows = stored(&worker::registration(record));
        rows.extend(number.map(|n| ("id_number".to_owned(), n)));
        rows.extend(phone.map(|n| ("phone".to_owned(), n)));
        Ok(rows)
    };
    let (left, right) = (rows(a)?, rows(b)?);
    let mut names: Vec<&String> = left.iter().chain(&right).map(|(n, _)| n).collect();
    names.dedup();
    let mut seen = Vec::new();
    let mut sides = Vec::new();
    for name in names {
        if seen.contains(&name) {
            continue;
        }
        seen.push(name);
        let of = |rows: &[(String, String)]| {
            let values = rows.iter().filter(|(n, _)| n == name).map(|(_, v)| v.clone());
            values.collect::<Vec<_>>().join(" ")
        };
        let (x, y) = (of(&left), of(&right));
        sides.push(Side {
            text: word(lang, "worker", name),
            differs: x != y,
            a: vec![Bit::Text(x)],
            b: vec![Bit::Text(y)],
            ..Side::default()
        });
    }
    sides.sort_by_key(|s| !s.differs);
    Ok(sides)
}

async fn view(ask: &Ask, a: &Record, b: &Record, code: &str, at: usize, of: usize) -> Result<Duplicates, Fault> {
    let lang = ask.lang;
    let who = |r: &Record| {
        let from = format::day_desk(clock::day_of(r.person.created_at), ask.office.today());
        (
            Link::to(format!("/station/workers/{}", r.person.id), format!("{} {}", r.person.name, r.person.reference)),
            from,
        )
    };
    let doubt = if a.person.id_hash.is_none() || b.person.id_hash.is_none() {
        text(lang, "number-missing", &[])
    } else {
        String::new()
    };
    Ok(Duplicates {
        c: chrome(ask, "/station/duplicates").await,
        action: format!("/station/duplicates/{}/{}", a.person.id, b.person.id),
        at: at as u64 + 1,
        of: of as u64,
        next: if at + 1 < of { format!("/station/duplicates?at={}", at + 1) } else { String::new() },
        why: code_sentence(lang, code, &[]).unwrap_or_else(|| code.to_owned()),
        doubt,
        a: who(a),
        b: who(b),
        sides: sides(ask, a, b)?,
    })
}

async fn duplicates(ask: Ask) -> Result<Answer, Fault> {
    let pairs = worker::duplicates(&ask.office, &ask.actor).await?;
    let at = ask.query_as::<usize>("at")?.unwrap_or(0);
    let view = match pairs.get(at).or_else(|| pairs.first()) {
        Some((a, b, code, _)) => view(&ask, a, b, code, at.min(pairs.len() - 1), pairs.len()).await?,
        None => Duplicates { c: chrome(&ask, "/station/duplicates").await, ..Duplicates::default() },
    };
    Ok(page(&view))
}

async fn pair(ask: Ask) -> Result<Answer, Fault> {
    let (a, b) = (ask.id("a")?, ask.id("b")?);
    let (left, right) =
        (worker::find(&ask.office, &ask.actor, a).await?, worker::find(&ask.office, &ask.actor, b).await?);
    Ok(page(&view(&ask, &left, &right, "duplicate.name_birth", 0, 1).await?))
}

async fn decide(ask: Ask) -> Result<Answer, Fault> {
    let fields = ask.form();
    let (a, b): (Uuid, Uuid) = (ask.id("a")?, ask.id("b")?);
    let said = match value(&fields, "act") {
        "merge" => worker::merge(&ask.office, &ask.actor, a, b).await.map(|_| "merged"),
        "later" => return Ok(Answer::see_other("/station/duplicates?at=1")),
        "apart" => worker::distinct(&ask.office, &ask.actor, a, b).await.map(|()| "apart"),
        _ => Err(Error::field("act", "field.missing")),
    }?;
    Ok(Answer::see_other(format!("/station/duplicates?said={said}")))
}

async fn unmerge(ask: Ask) -> Result<Answer, Fault> {
    let record = worker::unmerge(&ask.office, &ask.actor, ask.id("id")?).await?;
    Ok(Answer::see_other(format!("/station/workers/{}?said=unmerged", record.person.id)))
}

async fn letters(ask: Ask) -> Result<Answer, Fault> {
    let (lang, today) = (ask.lang, ask.office.today());
    let state = ask.query("state").and_then(NoticeState::parse);
    let found = outbox::list(&ask.office, &ask.actor, state, None, 100).await?;
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
            Cell::number(format::day_desk(clock::day_of(n.created_at), today)),
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
        quiet: true,
        columns: vec![
            Column::named(lang, "kind"),
            Column::named(lang, "to"),
            Column::figures(lang, "at"),
            Column::named(lang, "now"),
            Column::figures(lang, "tries"),
            Column::named(lang, "fault"),
            Column::named(lang, "then"),
        ],
        rows: rows.collect(),
        ..Table::default()
    };
    let jump = NoticeState::ALL
        .iter()
        .map(|s| Step {
            href: format!("/station/outbox?state={}", s.code()),
            text: named(lang, *s),
            here: Some(*s) == state,
        })
        .collect();
    let view = Desk {
        c: chrome(&ask, "/station/outbox").await,
        heading: text(lang, "page-outbox", &[]),
        jump,
        blocks: vec![Block::Table(table)],
        ..Desk::default()
    };
    Ok(page(&view))
}

async fn retry(ask: Ask) -> Result<Answer, Fault> {
    outbox::retry(&ask.office, &ask.actor, ask.id("id")?).await?;
    Ok(Answer::see_other("/station/outbox?said=retried"))
}
