//! The people of one post in a run: why each of them, what else would fit, and changing it by hand.

use std::collections::HashMap;

use uuid::Uuid;

use super::adopt::{adopted, nothing_picked};
use super::{About, NAV, address, t, title};
use crate::actions::Error;
use crate::actions::match_run::{self, Adoption, Again, At, NotBegun, Wanted};
use crate::actions::order;
use crate::domain::fault::FieldFault;
use crate::domain::match_run::RunState;
use crate::pages::{
    Bit, Block, Button, Cell, Choice, Column, Desk, Field, Kind, Link, Note, Pick, Row, Stat, Table, Tick, Tone, text,
};
use crate::store::match_run::Pair;
use crate::store::vacancy as vacancies;
use crate::web::ask::Ask;
use crate::web::fault::{Fault, sentence};
use crate::web::html::fields::{Pairs, ids_of, value};
use crate::web::html::{at_form, chrome, page};
use crate::web::json::matching::words;
use crate::web::reply::Answer;

/// People on a page.
const PEOPLE: usize = 100;

/// What stays as it is, and what a clerk may want instead.
const WISHES: [&str; 4] = ["", "keep", "not", "out"];

async fn view(ask: &Ask, fields: &Pairs, said: Option<Note>) -> Result<Desk, Fault> {
    let lang = ask.lang;
    let (id, vacancy) = (ask.id("id")?, ask.id("vacancy")?);
    let whole = match_run::whole(&ask.office, &ask.actor, id).await?;
    if whole.run.state != RunState::Done {
        return Err(Error::NotFound.into());
    }
    let mut here: Vec<&Pair> = whole.pairs.iter().filter(|p| p.vacancy == vacancy).collect();
    here.sort_by_key(|p| (std::cmp::Reverse(p.score), p.worker));
    let total = here.len();
    let from: usize = ask.query_as("from")?.unwrap_or(0);
    let shown: Vec<&Pair> = here.into_iter().skip(from).take(PEOPLE).collect();
    let people: Vec<Uuid> = shown.iter().map(|p| p.worker).collect();
    let reasons = match_run::reasons(&ask.office, &ask.actor, vacancy, people.clone()).await?;
    let others = reasons.values().filter_map(|r| r.second.map(|(post, _)| post));
    let about = About::new(ask, people, others.chain([vacancy])).await?;
    let post = about.posts.get(&vacancy).ok_or(Error::NotFound)?;
    let rows = shown.iter().map(|pair| row(ask, pair, &reasons, &about, fields));
    let root = address(id);
    let until = from + shown.len();
    let rest = [("keep", "match-rest-keep"), ("free", "match-rest-free")];
    let rest = rest.map(|(value, key)| Choice::new(value, t(lang, key))).to_vec();
    let rest = Field::new("rest", t(lang, "match-rest"), Kind::Select(rest));
    let rest = if value(fields, "rest").is_empty() { rest } else { rest.value(value(fields, "rest")) };
    let pick = Pick {
        action: format!("{root}/vacancies/{vacancy}"),
        table: Table {
            id: "people".into(),
            caption: text(lang, "match-people-of", &[("title", &post.row.vacancy.title), ("n", &total)]),
            note: t(lang, "match-people-note"),
            columns: vec![
                Column::named(lang, "name"),
                Column::number(t(lang, "match-col-score")),
                Column::new(t(lang, "match-col-why-here")),
                Column::new(t(lang, "match-col-second")),
                Column::new(t(lang, "match-col-wish")),
                Column::new(t(lang, "match-col-send")),
            ],
            rows: rows.collect(),
            empty: t(lang, "match-nobody-here"),
            ..Table::default()
        },
        fields: vec![rest],
        buttons: vec![
            Button { name: "act".into(), value: "again".into(), ..Button::main(t(lang, "match-again")) },
            Button::second(t(lang, "match-adopt-people"), "act", "adopt"),
        ],
        range: format!("{}–{until} / {total}", (from + 1).min(until)),
        next: if until < total { format!("{root}/vacancies/{vacancy}?from={until}") } else { String::new() },
    };
    let mut c = chrome(ask, NAV).await;
    c.notice = said.or(c.notice);
    let kept = order::kept(&mut &ask.office.db, vacancy).await?;
    let kept = (kept > 0).then(|| Block::Text(text(lang, "kept-places", &[("n", &kept)])));
    let stat = |n: usize, key: &str| Stat { number: n.to_string(), text: t(lang, key), href: String::new() };
    Ok(Desk {
        c,
        heading: post.row.vacancy.title.clone(),
        crumb: vec![
            Link::to(NAV, t(lang, "match-runs")),
            Link::to(root, title(ask, &whole.run).await),
            Link::to("", post.row.vacancy.title.clone()),
        ],
        lead: vec![Bit::Small(format!("{} {}", post.employer_name, post.row.reference))],
        links: vec![Link::to(format!("/station/vacancies/{vacancy}/candidates"), t(lang, "match-who-else"))],
        blocks: [
            Some(Block::Stats(vec![
                stat(post.places_left() as usize, "match-stat-places"),
                stat(total, "match-stat-assigned"),
            ])),
            kept,
            Some(Block::Text(t(lang, "match-again-note"))),
            Some(Block::Pick(Box::new(pick))),
        ]
        .into_iter()
        .flatten()
        .collect(),
        ..Desk::default()
    })
}

fn row(ask: &Ask, pair: &Pair, reasons: &HashMap<Uuid, match_run::Reason>, about: &About, fields: &Pairs) -> Row {
    let lang = ask.lang;
    let id = pair.worker;
    let name = about.person(id).unwrap_or_else(|| t(lang, "match-not-yours"));
    let reason = reasons.get(&id);
    // What earns less than half of its points is told, but speaks for nothing.
    let say = |p: &crate::matching::explain::Points| match (p.points * 2 >= p.max, p.say.staff(words(lang))) {
        (true, said) => Bit::Reason(true, said),
        (false, said) => Bit::Small(said),
    };
    let why = reason.map(|r| r.parts.iter().map(say));
    let second = reason.and_then(|r| r.second).and_then(|(post, score)| {
        let p = about.posts.get(&post)?;
        let link = Link::to(format!("/station/vacancies/{post}"), p.row.vacancy.title.clone());
        Some(vec![link.into(), Bit::Small(format!("{} {score}", p.row.reference))])
    });
    let mut head = vec![about.person_link(lang, id)];
    if let Some((_, reference)) = about.people.get(&id) {
        head.push(Bit::Small(reference.clone()));
    }
    let (tick, wish, send) = if let Some(made) = pair.introduction {
        let link = Link::to(format!("/station/introductions/{made}"), t(lang, "match-adopted"));
        (None, Cell { bits: vec![Bit::RowLink(link, name)], ..Cell::default() }, Cell::default())
    } else {
        let wishes = WISHES.map(|wish| {
            let key = if wish.is_empty() { "as-is" } else { wish };
            Choice::new(wish, crate::pages::word(lang, "run", &format!("wish-{key}")))
        });
        let field = |prefix: &str, key: &str, kind: Kind| {
            let field = format!("{prefix}{id}");
            let typed = value(fields, &field).to_owned();
            let label = text(lang, key, &[("name", &name)]);
            let field = Field { values: vec![typed], hint: "G-".into(), ..Field::new(field, label, kind) };
            Cell::new(Bit::Choose(Box::new(field)))
        };
        let wish = field("do-", "match-wish-of", Kind::Select(wishes.to_vec()));
        let send = field("to-", "match-send-of", Kind::Text);
        let on = ids_of(fields, "worker").contains(&id);
        (Some(Tick { name: "worker".into(), value: id.to_string(), label: name, on }), wish, send)
    };
    let cells = vec![
        Cell { bits: head, head: true, ..Cell::default() },
        Cell::number(pair.score.to_string()),
        Cell { bits: why.map(Iterator::collect).unwrap_or_default(), ..Cell::default() },
        Cell { bits: second.unwrap_or_else(|| vec!["—".into()]), ..Cell::default() },
        wish,
        send,
    ];
    Row { tick, cells }
}

pub async fn show(ask: Ask) -> Result<Answer, Fault> {
    Ok(page(&view(&ask, &Vec::new(), None).await?))
}

/// What was typed as changes, and what is wrong with it.
async fn change_of(ask: &Ask, vacancy: Uuid, fields: &Pairs) -> Result<(Again, Vec<String>), Fault> {
    let lang = ask.lang;
    let mut change = Again { keep_rest: value(fields, "rest") != "free", ..Again::default() };
    let mut faults = vec![];
    for (name, typed) in fields.iter().filter(|(_, v)| !v.trim().is_empty()) {
        let parsed = |prefix: &str| name.strip_prefix(prefix).and_then(|id| id.parse::<Uuid>().ok());
        if let Some(worker) = parsed("to-") {
            let code = typed.trim().to_uppercase();
            match vacancies::by_reference(&mut &ask.office.db, &code).await? {
                Some(to) => change.pin.push(At { worker, vacancy: to }),
                None => faults.push(format!(
                    "{code}{}{}",
                    t(lang, "colon"),
                    sentence(lang, &FieldFault::new("", "vacancy.unknown"))
                )),
            }
        } else if let Some(worker) = parsed("do-") {
            if !value(fields, &format!("to-{worker}")).is_empty() {
                continue;
            }
            let at = At { worker, vacancy };
            match typed.as_str() {
                "keep" => change.pin.push(at),
                "not" => change.forbid.push(at),
                "out" => change.leave_out.push(worker),
                _ => faults.push(sentence(lang, &FieldFault::new("", "choice.unknown"))),
            }
        }
    }
    if faults.is_empty() && change.pin.is_empty() && change.forbid.is_empty() && change.leave_out.is_empty() {
        faults.push(t(lang, "match-nothing-changed"));
    }
    Ok((change, faults))
}

pub async fn act(ask: Ask) -> Result<Answer, Fault> {
    let fields = ask.form();
    let (id, vacancy) = (ask.id("id")?, ask.id("vacancy")?);
    if value(&fields, "act") == "adopt" {
        let workers = ids_of(&fields, "worker");
        if workers.is_empty() {
            return refused(&ask, &fields, 422, &[nothing_picked(ask.lang)]).await;
        }
        let pairs = workers.into_iter().map(|worker| At { worker, vacancy }).collect();
        return adopted(&ask, id, &Adoption { pairs: Some(pairs) }).await;
    }
    let (change, faults) = change_of(&ask, vacancy, &fields).await?;
    if !faults.is_empty() {
        return refused(&ask, &fields, 422, &faults).await;
    }
    match match_run::again(&ask.office, &ask.actor, id, &change).await {
        Ok(run) => Ok(Answer::see_other(address(run.id))),
        Err((NotBegun::Contradictions(list), _)) => {
            let about = About::of(&ask, &list).await?;
            let said: Vec<String> = list.iter().map(|one| about.sentence(ask.lang, one)).collect();
            refused(&ask, &fields, 422, &said).await
        }
        Err((NotBegun::Error(Error::Invalid(list)), wanted)) => {
            let said = by_name(&ask, &list, &wanted).await?;
            refused(&ask, &fields, 422, &said).await
        }
        Err((NotBegun::Error(other), _)) => {
            let (status, said) = at_form(ask.lang, other)?;
            let said: Vec<String> = said.into_iter().map(|(_, text)| text).collect();
            refused(&ask, &fields, status, &said).await
        }
    }
}

/// Faults at pairs of what was asked, each with person and post instead of its place in a list.
async fn by_name(ask: &Ask, faults: &[FieldFault], wanted: &Wanted) -> Result<Vec<String>, Fault> {
    let pair = |fault: &FieldFault| {
        let (list, rest) = fault.field.split_once('[')?;
        let place: usize = rest.split_once(']')?.0.parse().ok()?;
        let list = if list == "pin" { &wanted.pin } else { &wanted.forbid };
        list.get(place).copied()
    };
    let at: Vec<At> = faults.iter().filter_map(pair).collect();
    let about = About::new(ask, at.iter().map(|a| a.worker), at.iter().map(|a| a.vacancy)).await?;
    let mut said: Vec<String> = faults
        .iter()
        .map(|fault| {
            let why = sentence(ask.lang, fault);
            let Some(at) = pair(fault) else { return why };
            let who = [about.person(at.worker), about.post(at.vacancy)].into_iter().flatten().collect::<Vec<_>>();
            format!("{}{}{why}", who.join(&t(ask.lang, "match-and")), t(ask.lang, "colon"))
        })
        .collect();
    said.dedup();
    Ok(said)
}

async fn refused(ask: &Ask, fields: &Pairs, status: u16, said: &[String]) -> Result<Answer, Fault> {
    /// So many reasons are told at once.
    const TOLD: usize = 20;
    let lead = t(ask.lang, "match-not-begun");
    let mut told = said[..said.len().min(TOLD)].join(" ");
    if said.len() > TOLD {
        told += &text(ask.lang, "match-and-more", &[("n", &(said.len() - TOLD))]);
    }
    let note = Note { tone: Tone::Bad, lead, text: told, ..Note::default() };
    Ok(Answer { status, ..page(&view(ask, fields, Some(note)).await?) })
}
