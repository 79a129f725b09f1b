//! Whom to train: classes ranked by the people they bring into work, and the list to enrol from.

use uuid::Uuid;

use crate::actions::class;
use crate::actions::training_plan::{self, SEATS};
use crate::domain::actor::Right;
use crate::handler;
use crate::matching::training_plan::Plan;
use crate::pages::{
    Bit, Block, Button, Cell, Column, Desk, Field, Kind, Lang, Link, Note, Pick, Row, Step, Table, Tick, Tone,
    code_sentence, format, text, word,
};
use crate::store;
use crate::web::ask::Ask;
use crate::web::fault::Fault;
use crate::web::html::fields::{ids_of, value};
use crate::web::html::{chrome, page};
use crate::web::json::training::{asked_seats, named_posts};
use crate::web::reply::Answer;
use crate::web::route::{Audience, Body, Route};

const STAFF: Audience = Audience::Holds(&[Right::Training]);
const NAV: &str = "/station/training";
/// Vacancies named in a cell.
const NAMED: usize = 5;

/// Routes of this file.
pub static ROUTES: &[Route] = &[
    Route::get("/station/training/plan", STAFF, "which training brings most people into work", handler!(ranked))
        .query(&["seats"]),
    Route::get("/station/training/{id}/seats", STAFF, "whom to seat", handler!(show)).query(&["seats"]),
    Route::post("/station/training/{id}/seats", STAFF, "enrol several people", Body::Form, handler!(enrol))
        .takes(&["worker", "seats"]),
];

/// Steps to other numbers of seats.
fn steps(lang: Lang, path: &str, seats: u32) -> Vec<Step> {
    let step = |n: u32| Step {
        href: format!("{path}?seats={n}"),
        text: text(lang, "n-seats", &[("n", &n)]),
        here: n == seats,
    };
    [10, 20, SEATS, 50, 100].map(step).to_vec()
}

/// How many of a plan are one more placed each, and how many others it only helps to a better vacancy.
fn counts(plan: &Plan) -> (usize, usize) {
    let places = plan.seats.iter().filter(|seat| seat.places).count();
    (places, plan.seats.len() - places)
}

fn to_seat(lang: Lang, plan: &Plan) -> Cell {
    let (places, others) = counts(plan);
    let mut cell = Cell::number(places.to_string());
    if others > 0 {
        cell.bits.extend([Bit::Break, Bit::Small(text(lang, "and-better", &[("n", &others)]))]);
    }
    cell
}

async fn ranked(ask: Ask) -> Result<Answer, Fault> {
    let (lang, today) = (ask.lang, ask.office.today());
    let seats = asked_seats(&ask)?;
    let found = training_plan::plans(&ask.office, &ask.actor, None, seats).await?;
    let posts = named_posts(&ask, &found.plans).await?;
    let ids: Vec<Uuid> = found.plans.iter().map(|plan| plan.class).collect();
    let classes = store::class::records(&mut &ask.office.db, &ids).await?;
    let rows = found.plans.iter().filter_map(|plan| {
        let class = classes.iter().find(|c| c.row.id == plan.class)?;
        let mut goes: Vec<(Uuid, usize)> = vec![];
        for post in plan.seats.iter().filter_map(|seat| seat.goes) {
            match goes.iter_mut().find(|(known, _)| *known == post) {
                Some((_, n)) => *n += 1,
                None => goes.push((post, 1)),
            }
        }
        let link = |(post, n): &(Uuid, usize)| {
            let (_, title) = posts.get(post)?;
            Some([
                Bit::Link(Link::to(format!("/station/vacancies/{post}"), title.clone())),
                Bit::Small(format!("× {n}")),
            ])
        };
        let mut bits: Vec<Bit> = goes.iter().take(NAMED).filter_map(link).flatten().collect();
        if goes.len() > NAMED {
            bits.push(Bit::Small(text(lang, "and-more", &[("n", &(goes.len() - NAMED))])));
        }
        let cells = vec![
            Cell::head(Link::to(format!("{NAV}/{}/seats?seats={seats}", plan.class), class.row.class.name.clone())),
            Cell::number(class.row.class.starts.map(|d| format::day_desk(d, today)).unwrap_or_default()),
            Cell::number(format!("{} / {}", class.seats_left(), class.row.class.seats)),
            Cell::number(plan.candidates.to_string()),
            to_seat(lang, plan),
            Cell::number(Bit::Bold(format!("+{}", plan.placed))),
            Cell { bits, ..Cell::default() },
        ];
        Some(Row { tick: None, cells })
    });
    let table = Table {
        id: "plans".into(),
        caption: text(lang, "training-plans", &[("n", &seats)]),
        columns: vec![
            Column::named(lang, "class"),
            Column::figures(lang, "starts"),
            Column::figures(lang, "seats"),
            Column::figures(lang, "helped"),
            Column::figures(lang, "to-seat"),
            Column::figures(lang, "more-placed"),
            Column::named(lang, "then-goes"),
        ],
        rows: rows.collect(),
        empty: text(lang, "no-training-plan", &[]),
        ..Table::default()
    };
    let view = Desk {
        c: chrome(&ask, NAV).await,
        heading: text(lang, "page-training-plan", &[]),
        crumb: vec![Link::to(NAV, text(lang, "page-training", &[]))],
        jump: steps(lang, "/station/training/plan", seats),
        blocks: vec![Block::Text(text(lang, "training-plan-how", &[])), Block::Table(table)],
        ..Desk::default()
    };
    Ok(page(&view))
}

/// The list to enrol from; `told` is what was refused.
async fn view(ask: &Ask, seats: u32, told: Option<Note>) -> Result<Desk, Fault> {
    let lang = ask.lang;
    let record = class::find(&ask.office, ask.param("id")).await?;
    let path = format!("{NAV}/{}", record.row.id);
    let found = training_plan::plans(&ask.office, &ask.actor, Some(record.row.id), seats).await?;
    let posts = named_posts(ask, &found.plans).await?;
    let link = |post: &Uuid| {
        let (code, title) = posts.get(post)?;
        Some(Bit::Link(Link::to(format!("/station/vacancies/{post}"), format!("{title} {code}"))))
    };
    let mut seated: Vec<_> = found.plans.iter().flat_map(|plan| &plan.seats).collect();
    // Those to call stand before those whom it also helps, as in the letter.
    seated.sort_by_key(|seat| !seat.places);
    let rows = seated.into_iter().filter_map(|seat| {
        let (name, code) = found.names.get(&seat.worker)?;
        let tick = Tick { name: "worker".into(), value: seat.worker.to_string(), label: name.clone(), on: seat.places };
        let others = seat.opens.iter().filter(|post| Some(**post) != seat.goes);
        let mut bits: Vec<Bit> = others.clone().take(NAMED).filter_map(link).collect();
        if others.clone().count() > NAMED {
            bits.push(Bit::Small(text(lang, "and-more", &[("n", &(others.count() - NAMED))])));
        }
        let cells = vec![
            Cell::head(Link::to(format!("/station/workers/{}", seat.worker), name.clone())),
            Cell::new(code.clone()),
            Cell { bits: seat.goes.as_ref().and_then(link).into_iter().collect(), ..Cell::default() },
            Cell { bits, ..Cell::default() },
            Cell::new(text(lang, if seat.places { "seat-places" } else { "seat-betters" }, &[])),
        ];
        Some(Row { tick: Some(tick), cells })
    });
    let table = Table {
        id: "seats".into(),
        caption: text(lang, "people-to-call", &[]),
        columns: ["name", "code", "then-goes", "opens-too", "brings"].map(|name| Column::named(lang, name)).to_vec(),
        rows: rows.collect(),
        empty: text(lang, "no-training-plan", &[]),
        ..Table::default()
    };
    let mut blocks: Vec<Block> = told.into_iter().map(Block::Note).collect();
    if let Some(plan) = found.plans.first() {
        let (places, others) = counts(plan);
        let words: [(&str, &dyn std::fmt::Display); 3] =
            [("seats", &places), ("placed", &plan.placed), ("most", &plan.at_most)];
        let key = if plan.placed == plan.at_most { "class-plan-best" } else { "class-plan-bound" };
        blocks.push(Block::Text(text(lang, key, &words)));
        if others > 0 {
            blocks.push(Block::Text(text(lang, "class-plan-better", &[("n", &others)])));
        }
    }
    if table.rows.is_empty() {
        blocks.push(Block::Table(table));
    } else {
        let kept = Field::new("seats", "", Kind::Hidden).value(seats.to_string());
        let buttons = vec![Button::main(text(lang, "enrol-picked", &[]))];
        let pick = Pick { action: format!("{path}/seats"), table, fields: vec![kept], buttons, ..Pick::default() };
        blocks.push(Block::Pick(Box::new(pick)));
    }
    let mut c = chrome(ask, NAV).await;
    c.back = format!("{path}/seats");
    Ok(Desk {
        c,
        heading: text(lang, "page-class-seats", &[("name", &record.row.class.name)]),
        crumb: vec![
            Link::to(NAV, text(lang, "page-training", &[])),
            Link::to(path.clone(), record.row.class.name.clone()),
        ],
        lead: vec![Bit::Text(text(lang, "seats-left", &[("n", &record.seats_left())]))],
        jump: steps(lang, &format!("{path}/seats"), seats),
        blocks,
        ..Desk::default()
    })
}

async fn show(ask: Ask) -> Result<Answer, Fault> {
    Ok(page(&view(&ask, asked_seats(&ask)?, None).await?))
}

/// Those who can be enrolled are; for the others the page says by name why not.
async fn enrol(ask: Ask) -> Result<Answer, Fault> {
    let (fields, lang) = (ask.form(), ask.lang);
    let seats = value(&fields, "seats").parse().unwrap_or(SEATS);
    let workers = ids_of(&fields, "worker");
    let bad = |text: String| Some(Note { tone: Tone::Bad, text, ..Note::default() });
    if workers.is_empty() {
        let told = bad(code_sentence(lang, "pick.first", &[]).unwrap_or_default());
        return Ok(Answer { status: 422, ..page(&view(&ask, seats, told).await?) });
    }
    let class = class::find(&ask.office, ask.param("id")).await?.row.id;
    let done = training_plan::enrol_many(&ask.office, &ask.actor, class, &workers).await?;
    let scope = ask.office.scope(&ask.actor).await?;
    let names = store::worker::names(&mut &ask.office.db, &scope, &workers).await?;
    let mut refused = vec![];
    for (worker, outcome) in done {
        if let Err(error) = outcome {
            let name = names.get(&worker).map(|(name, code)| format!("{name} {code}")).unwrap_or_default();
            refused.push(format!("{name}{}{}", text(lang, "colon", &[]), Fault::Act(error).detail(lang)));
        }
    }
    if refused.is_empty() {
        return Ok(Answer::see_other(format!("{NAV}/{class}?said=enrolled")));
    }
    let told = bad(format!("{} {}", word(lang, "say", "not-enrolled"), refused.join(" ")));
    Ok(Answer { status: 422, ..page(&view(&ask, seats, told).await?) })
}
