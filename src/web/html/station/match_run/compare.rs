//! Two runs beside each other: totals, who moved, who got in, who fell out.

use uuid::Uuid;

use super::{About, NAV, address, counted, t, title};
use crate::actions::match_run::{self, Compared};
use crate::pages::{Bit, Block, Cell, Column, Desk, Lang, Link, Row, Stat, Table, format, text};
use crate::store::match_run::Run;
use crate::web::ask::Ask;
use crate::web::fault::Fault;
use crate::web::html::{chrome, page};
use crate::web::reply::Answer;

/// People listed by name.
const LISTED: usize = 200;

pub async fn show(ask: Ask) -> Result<Answer, Fault> {
    let lang = ask.lang;
    let (one, other) = (ask.id("id")?, ask.id("other")?);
    // Ids are in the order of time: the earlier run stands first.
    let found = match_run::compare(&ask.office, &ask.actor, one.min(other), one.max(other)).await?;
    let Compared { before, after, same, moved, came, fell } = &found;
    let changed = moved
        .iter()
        .take(LISTED)
        .map(|(w, from, to)| (*w, Some(*from), Some(*to)))
        .chain(came.iter().take(LISTED).map(|(w, to)| (*w, None, Some(*to))))
        .chain(fell.iter().take(LISTED).map(|(w, from)| (*w, Some(*from), None)));
    let changed: Vec<(Uuid, Option<Uuid>, Option<Uuid>)> = changed.collect();
    let posts: Vec<Uuid> = changed.iter().flat_map(|(_, from, to)| [*from, *to]).flatten().collect();
    let people: Vec<Uuid> = changed.iter().map(|(w, ..)| *w).collect();
    let about = About::new(&ask, people, posts).await?;
    let cell = |post: Option<Uuid>| match post {
        Some(post) => Cell { bits: about.post_bits(post), ..Cell::default() },
        None => Cell::new("—"),
    };
    let table = |id: &str, key: &str, count: usize, of: &dyn Fn(&(Uuid, Option<Uuid>, Option<Uuid>)) -> bool| {
        let rows = changed.iter().filter(|c| of(c)).map(|(worker, from, to)| Row {
            tick: None,
            cells: vec![Cell { head: true, ..Cell::new(about.person_link(lang, *worker)) }, cell(*from), cell(*to)],
        });
        Block::Table(Table {
            id: id.into(),
            caption: text(lang, key, &[("n", &count)]),
            note: if count > LISTED { text(lang, "match-first-n", &[("n", &LISTED)]) } else { String::new() },
            columns: vec![
                Column::named(lang, "name"),
                Column::new(t(lang, "match-col-before")),
                Column::new(t(lang, "match-col-after")),
            ],
            rows: rows.collect(),
            empty: t(lang, "match-nobody"),
            ..Table::default()
        })
    };
    let stat = |n: usize, key: &str, href: &str| Stat { number: n.to_string(), text: t(lang, key), href: href.into() };
    let blocks = vec![
        Block::Stats(vec![
            stat(*same, "match-same", ""),
            stat(moved.len(), "match-moved", "#moved"),
            stat(came.len(), "match-came", "#came"),
            stat(fell.len(), "match-fell", "#fell"),
        ]),
        Block::Table(totals(&ask, before, after).await),
        table("moved", "match-moved-n", moved.len(), &|(_, from, to)| from.is_some() && to.is_some()),
        table("came", "match-came-n", came.len(), &|(_, from, _)| from.is_none()),
        table("fell", "match-fell-n", fell.len(), &|(_, _, to)| to.is_none()),
    ];
    Ok(page(&Desk {
        c: chrome(&ask, NAV).await,
        heading: t(lang, "match-compared"),
        crumb: vec![
            Link::to(NAV, t(lang, "match-runs")),
            Link::to(address(after.id), title(&ask, after).await),
            Link::to("", t(lang, "match-compared")),
        ],
        blocks,
        ..Desk::default()
    }))
}

async fn totals(ask: &Ask, before: &Run, after: &Run) -> Table {
    let lang = ask.lang;
    let line = |key: &str, of: &dyn Fn(&Run) -> String| Row {
        tick: None,
        cells: vec![Cell::head(t(lang, key)), Cell::number(of(before)), Cell::number(of(after))],
    };
    let spread = |name: &'static str| move |run: &Run| format::count(run.found["spread"][name].as_u64().unwrap_or(0));
    let figure = |name: &'static str| move |run: &Run| counted(run, name);
    let head = async |run: &Run| {
        let link = Link::to(address(run.id), title(ask, run).await);
        Cell::number(Bit::Link(link))
    };
    let runs =
        Row { tick: None, cells: vec![Cell::head(t(lang, "match-col-run")), head(before).await, head(after).await] };
    Table {
        id: "totals".into(),
        caption: t(lang, "match-totals"),
        columns: vec![
            Column::new(t(lang, "match-col-what")),
            Column::number(t(lang, "match-col-before")),
            Column::number(t(lang, "match-col-after")),
        ],
        rows: vec![
            runs,
            line("match-stat-people", &figure("workers")),
            line("match-stat-places", &figure("places")),
            line("match-stat-assigned", &figure("assigned")),
            line("match-total-points", &figure("objective")),
            line("match-how-good", &|run: &Run| how_good(lang, run)),
            line("match-fair-watched", &spread("watched_placed")),
            line("match-fair-lost", &spread("lost_out")),
            line("match-fair-none", &spread("no_post")),
        ],
        ..Table::default()
    }
}

fn how_good(lang: Lang, run: &Run) -> String {
    super::result::optimum(lang, run).text
}
