//! The worklist: the first page of station staff.

use jiff::civil::Date;

use crate::actions::{clock, worklist};
use crate::domain::actor::Right;
use crate::domain::code::Code as _;
use crate::domain::task::TaskKind;
use crate::handler;
use crate::pages::{Facet, Home, Lang, Link, Tag, Task, Tone, format, text, word};
use crate::web::ask::Ask;
use crate::web::fault::Fault;
use crate::web::html::{chrome, page};
use crate::web::reply::Answer;
use crate::web::route::{Audience, Route};

/// Routes of this file.
pub static ROUTES: &[Route] =
    &[Route::get("/station", Audience::Holds(&[Right::Introductions]), "what is to be done", handler!(home))
        .query(&["kind", "due", "from"])];

/// Tasks on a page.
const PAGE: usize = 50;

/// How urgent a day is, in a word.
fn urgency(lang: Lang, due: Date, today: Date) -> Tag {
    let week = today.saturating_add(jiff::Span::new().days(7));
    if due < today {
        Tag::new(word(lang, "due", "overdue"), Tone::Bad)
    } else if due == today {
        Tag::new(word(lang, "due", "today"), Tone::Warn)
    } else if due <= week {
        Tag::new(word(lang, "due", "week"), Tone::Plain)
    } else {
        Tag::new(word(lang, "due", "later"), Tone::Plain)
    }
}

async fn home(ask: Ask) -> Result<Answer, Fault> {
    let (lang, today) = (ask.lang, ask.office.today());
    let list = worklist::of(&ask.office, &ask.actor).await?;
    let kind = ask.query("kind").and_then(TaskKind::parse);
    let due = ask.query("due");
    let address = |kind: Option<TaskKind>, due: Option<&str>| {
        let mut query = Vec::new();
        query.extend(kind.map(|k| ("kind", k.code())));
        query.extend(due.map(|d| ("due", d)));
        match serde_urlencoded::to_string(&query) {
            Ok(q) if !q.is_empty() => format!("/station?{q}"),
            _ => "/station".to_owned(),
        }
    };
    let n = |n: usize| n as u64;
    let overdue = list.overdue(today);
    let now = list.tasks.iter().filter(|t| t.due == today).count();
    let of_kind = |t: &worklist::Task, kind: Option<TaskKind>| kind.is_none_or(|k| t.kind == k);
    let on = |t: &worklist::Task, due: Option<&str>| match due {
        Some("overdue") => t.due < today,
        Some("today") => t.due == today,
        _ => true,
    };
    // Each count is that of the list behind it: with the other filter as it stands.
    let counted = |kind: Option<TaskKind>, due: Option<&str>| {
        n(list.tasks.iter().filter(|t| of_kind(t, kind) && on(t, due)).count())
    };
    let filters = [(None, "due-all"), (Some("overdue"), "due-overdue"), (Some("today"), "due-today")];
    let chosen: Vec<_> = list.tasks.iter().filter(|t| of_kind(t, kind) && on(t, due)).collect();
    let from: usize = ask.query_as("from")?.unwrap_or(0);
    let shown: Vec<Task> = chosen
        .iter()
        .skip(from)
        .take(PAGE)
        .map(|t| Task {
            due: urgency(lang, t.due, today),
            act: word(lang, "task", t.kind.code()),
            about: Link::to(t.link.clone(), t.title.clone()),
            came: format::day_desk(clock::day_of(t.since), today),
            until: format::day_desk(t.due, today),
            next: Link::to(t.link.clone(), word(lang, "go", "open")),
        })
        .collect();
    let until = from + shown.len();
    let view = Home {
        c: chrome(&ask, "/station").await,
        today: format!(
            "{}　{} {overdue}　{} {now}",
            format::day_words(lang, today),
            word(lang, "due", "overdue"),
            word(lang, "due", "today")
        ),
        filters: filters
            .into_iter()
            .map(|(d, key)| Facet {
                href: address(kind, d),
                text: text(lang, key, &[]),
                n: counted(kind, d),
                here: due == d,
            })
            .collect(),
        kinds: std::iter::once((None, text(lang, "due-all", &[])))
            .chain(list.counts().into_iter().map(|(k, _)| (Some(k), word(lang, "task", k.code()))))
            .map(|(k, text)| Facet { href: address(k, due), text, n: counted(k, due), here: kind == k })
            .collect(),
        tasks: shown,
        later: match list.tasks.iter().map(|t| t.due).min() {
            Some(day) if chosen.is_empty() => text(lang, "say-next-task", &[("day", &format::day_desk(day, today))]),
            _ => String::new(),
        },
        range: if chosen.is_empty() { String::new() } else { format!("{}–{until} / {}", from + 1, chosen.len()) },
        next: if until < chosen.len() {
            let head = address(kind, due);
            format!("{head}{}from={until}", if head.contains('?') { "&" } else { "?" })
        } else {
            String::new()
        },
    };
    Ok(page(&view))
}
