//! Adopting a run, all of it or the ticked posts, and what became of it by name.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::{About, NAV, address, t, title};
use crate::actions::match_run::{self, Adoption, At};
use crate::pages::{Bit, Block, Cell, Column, Desk, Lang, Link, Note, Row, Stat, Table, Tone, code_sentence, text};
use crate::web::ask::Ask;
use crate::web::fault::Fault;
use crate::web::html::fields::{ids_of, value};
use crate::web::html::{at_form, chrome, page};
use crate::web::reply::Answer;

/// Pairs listed by name.
const LISTED: usize = 200;

/// That nobody was ticked.
pub fn nothing_picked(lang: Lang) -> String {
    code_sentence(lang, "pick.first", &[]).unwrap_or_default()
}

pub async fn adopt(ask: Ask) -> Result<Answer, Fault> {
    let fields = ask.form();
    let id = ask.id("id")?;
    if value(&fields, "act") != "picked" {
        return adopted(&ask, id, &Adoption::default()).await;
    }
    let picked: BTreeSet<Uuid> = ids_of(&fields, "vacancy").into_iter().collect();
    if picked.is_empty() {
        let note = Note { tone: Tone::Bad, text: t(ask.lang, "match-pick-posts"), ..Note::default() };
        let answer = super::result::page_of(&ask, id, Some(note)).await?;
        return Ok(Answer { status: 422, ..answer });
    }
    let whole = match_run::whole(&ask.office, &ask.actor, id).await?;
    let chosen = whole.pairs.iter().filter(|p| picked.contains(&p.vacancy));
    let pairs = chosen.map(|p| At { worker: p.worker, vacancy: p.vacancy }).collect();
    adopted(&ask, id, &Adoption { pairs: Some(pairs) }).await
}

/// Adopts, and answers with those introduced and those refused, each by name.
pub async fn adopted(ask: &Ask, id: Uuid, wanted: &Adoption) -> Result<Answer, Fault> {
    let lang = ask.lang;
    let done = match match_run::adopt(&ask.office, &ask.actor, id, wanted).await {
        Ok(done) => done,
        Err(error) => {
            let (status, said) = at_form(lang, error)?;
            let said: Vec<String> = said.into_iter().map(|(_, text)| text).collect();
            let note = Note { tone: Tone::Bad, text: said.join(" "), ..Note::default() };
            let answer = super::result::page_of(ask, id, Some(note)).await?;
            return Ok(Answer { status, ..answer });
        }
    };
    let run = match_run::find(&ask.office, &ask.actor, id).await?;
    let pairs =
        || done.adopted.iter().take(LISTED).map(|(at, _)| at).chain(done.refused.iter().take(LISTED).map(|(at, _)| at));
    let about = About::new(ask, pairs().map(|at| at.worker), pairs().map(|at| at.vacancy)).await?;
    let row = |at: &At, last: Cell| Row {
        tick: None,
        cells: vec![
            Cell { head: true, ..Cell::new(about.person_link(lang, at.worker)) },
            Cell { bits: about.post_bits(at.vacancy), ..Cell::default() },
            last,
        ],
    };
    let name = |at: &At| about.person(at.worker).unwrap_or_default();
    let made = done.adopted.iter().take(LISTED).map(|(at, made)| {
        let link = Link::to(format!("/station/introductions/{made}"), t(lang, "match-see-introduction"));
        row(at, Cell::new(Bit::RowLink(link, name(at))))
    });
    let refused = done.refused.iter().take(LISTED).map(|(at, code)| {
        row(
            at,
            Cell {
                tone: Tone::Warn,
                ..Cell::new(code_sentence(lang, code, &[]).unwrap_or_else(|| (*code).to_owned()))
            },
        )
    });
    let table = |id: &str, key: &str, last: &str, rows: Vec<Row>| Table {
        id: id.into(),
        caption: t(lang, key),
        note: if rows.len() == LISTED { text(lang, "match-first-n", &[("n", &LISTED)]) } else { String::new() },
        columns: vec![Column::named(lang, "name"), Column::named(lang, "vacancy"), Column::new(t(lang, last))],
        rows,
        ..Table::default()
    };
    let stat = |n: usize, key: &str, href: &str| Stat { number: n.to_string(), text: t(lang, key), href: href.into() };
    let mut blocks = vec![Block::Stats(vec![
        stat(done.adopted.len(), "match-made", ""),
        stat(done.refused.len(), "match-not-made", ""),
    ])];
    if !done.refused.is_empty() {
        blocks.push(Block::Table(table("refused", "match-refused", "match-col-reason", refused.collect())));
    }
    if !done.adopted.is_empty() {
        blocks.push(Block::Text(t(lang, "match-made-note")));
        blocks.push(Block::Table(table("made", "match-introduced", "match-col-next", made.collect())));
    }
    Ok(page(&Desk {
        c: chrome(ask, NAV).await,
        heading: t(lang, "match-adoption"),
        crumb: vec![
            Link::to(NAV, t(lang, "match-runs")),
            Link::to(address(id), title(ask, &run).await),
            Link::to("", t(lang, "match-adoption")),
        ],
        links: vec![Link::to(address(id), t(lang, "match-back-to-run"))],
        blocks,
        ..Desk::default()
    }))
}
