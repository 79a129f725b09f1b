//! The result of a batch run: how good it is, what is lacking, how fairly it spreads, and who goes where.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use uuid::Uuid;

use super::{About, NAV, address, counted, number, t, title};
use crate::actions::match_run::{self, Wanted, Whole};
use crate::actions::order;
use crate::domain::match_run::RunState;
use crate::matching::parameters::Parameters;
use crate::pages::{
    Bit, Block, Button, Cell, Choice, Column, Desk, Fact, Field, Kind, Lang, Link, Note, Pick, Row, Stat, Table, Tag,
    Tick, Tone, format, text,
};
use crate::store::match_run::{Pair, Run};
use crate::web::ask::Ask;
use crate::web::fault::Fault;
use crate::web::html::fields::{here, region_name};
use crate::web::html::{chrome, page};
use crate::web::reply::Answer;

/// Posts on a page.
const POSTS: usize = 50;
/// People named beside a post.
const NAMED: usize = 4;
/// Shortages told in words beside the map.
const TOLD: usize = 12;
/// Full posts told where one more place would bring most.
const SOUGHT: usize = 6;
/// People named who got nothing.
const UNPLACED: usize = 20;

/// How near the result is to the best there can be, in words that promise no more than is proved.
pub fn optimum(lang: Lang, run: &Run) -> Tag {
    if run.found["optimal"] == true {
        return Tag::new(t(lang, "match-proved"), Tone::Ok);
    }
    Tag::new(text(lang, "match-gap", &[("percent", &gap(run))]), Tone::Warn)
}

/// What may be missing to the best, per cent, rounded up so that it is never less than true.
fn gap(run: &Run) -> String {
    let (objective, bound) = (number(run, "objective"), number(run, "bound").max(1));
    let tenths = (bound.saturating_sub(objective) * 1_000).div_ceil(bound);
    format!("{}.{}", tenths / 10, tenths % 10)
}

/// Places that stay empty by vacancy, with the reason in words.
pub fn shortages(lang: Lang, run: &Run) -> HashMap<Uuid, (u64, String)> {
    let words = if lang == Lang::Zh { "zh" } else { "en" };
    let list = run.found["shortages"].as_array().map(Vec::as_slice).unwrap_or_default();
    let one = |s: &serde_json::Value| {
        let id = s["vacancy"].as_str()?.parse().ok()?;
        Some((id, (s["missing"].as_u64()?, s[words].as_str().unwrap_or_default().to_owned())))
    };
    list.iter().filter_map(one).collect()
}

/// The place that a filter names: a county, or a village as `county|township|village`.
fn lies_in(place: &str, home: Option<&[String; 3]>) -> bool {
    home.is_some_and(|home| home[0] == place || home.join("|") == place)
}

/// A village by its name.
pub fn village_name(home: &[String; 3]) -> String {
    format!("{}{}{}", region_name(&home[0]), home[1], home[2])
}

/// The page of a result; `note` says what became of an act on it.
pub async fn page_of(ask: &Ask, id: Uuid, note: Option<Note>) -> Result<Answer, Fault> {
    Ok(page(&view(ask, id, note).await?))
}

async fn view(ask: &Ask, id: Uuid, note: Option<Note>) -> Result<Desk, Fault> {
    let lang = ask.lang;
    let whole = match_run::whole(&ask.office, &ask.actor, id).await?;
    let run = &whole.run;
    let short = shortages(lang, run);
    let ids: BTreeSet<Uuid> = whole.pairs.iter().map(|p| p.vacancy).chain(short.keys().copied()).collect();
    let spread = |name: &str| -> Vec<Uuid> {
        let list = run.found["spread"][name].as_array().map(Vec::as_slice).unwrap_or_default();
        list.iter().filter_map(|id| id.as_str()?.parse().ok()).take(UNPLACED).collect()
    };
    let (lost_out, no_post) = (spread("lost_out_people"), spread("no_post_people"));
    let map = Map::new(ask, &whole, &short, &ids).await?;
    let named = map.shown.iter().flat_map(|row| row.pairs.iter().take(NAMED)).map(|p| p.worker);
    let people = named.chain(lost_out.iter().copied()).chain(no_post.iter().copied());
    let about = About { people: match_run::names(&ask.office, &ask.actor, people).await?, posts: map.posts.clone() };
    let mut c = chrome(ask, NAV).await;
    c.notice = note.or(c.notice);
    let mut blocks = vec![Block::Stats(stats(lang, run))];
    let wanted: Wanted = serde_json::from_value(run.asked.clone()).unwrap_or_default();
    let unknown = number(run, "unknown_home");
    if unknown > 0 {
        let key = if wanted.scope.unknown_home { "match-unknown-home-in" } else { "match-unknown-home-out" };
        blocks.push(Block::Text(text(lang, key, &[("n", &unknown)])));
    }
    blocks.push(Block::Explained(t(lang, "match-how-proved"), proof(lang, run)));
    if whole.pairs.is_empty() && number(run, "assigned") > 0 {
        let days = Parameters::shipped().match_runs.pair_days;
        blocks.push(Block::Text(text(lang, "match-forgotten", &[("days", &days)])));
    } else {
        blocks.push(Block::Filter(address(id), t(lang, "match-narrow"), map.filters(lang)));
        blocks.push(Block::Pick(Box::new(map.pick(lang, id, &about, &short, whole.pairs.len()))));
    }
    let (crumb, links) = (title(ask, run).await, ways_on(ask, run).await?);
    let seconds = run.found["seconds"].as_f64().unwrap_or(0.0);
    let rules = run.found["parameters"].as_str().unwrap_or("—");
    Ok(Desk {
        c,
        heading: t(lang, "match-result"),
        crumb: vec![Link::to(NAV, t(lang, "match-runs")), Link::to("", crumb)],
        tags: vec![optimum(lang, run)],
        lead: vec![Bit::Small(text(lang, "match-lead", &[("rules", &rules), ("seconds", &seconds)]))],
        links,
        blocks,
        aside: aside(lang, run, &short, &about, &lost_out, &no_post),
        ..Desk::default()
    })
}

fn stats(lang: Lang, run: &Run) -> Vec<Stat> {
    let stat = |number: String, key: &str, href: &str| Stat { number, text: t(lang, key), href: href.into() };
    let (workers, assigned, places) = (number(run, "workers"), number(run, "assigned"), number(run, "places"));
    vec![
        stat(counted(run, "workers"), "match-stat-people", ""),
        stat(counted(run, "vacancies"), "match-stat-posts", ""),
        stat(counted(run, "places"), "match-stat-places", ""),
        stat(counted(run, "assigned"), "match-stat-assigned", "#map"),
        stat(format::count(places.saturating_sub(assigned)), "match-stat-empty", "#lack"),
        stat(format::count(workers.saturating_sub(assigned)), "match-stat-without", "#fair"),
    ]
}

/// Objective and bound in words that a clerk can use.
fn proof(lang: Lang, run: &Run) -> String {
    let args = [("total", counted(run, "objective")), ("bound", counted(run, "bound")), ("percent", gap(run))];
    let args: Vec<(&str, &dyn std::fmt::Display)> = args.iter().map(|(n, v)| (*n, v as _)).collect();
    text(lang, if run.found["optimal"] == true { "match-proof" } else { "match-proof-gap" }, &args)
}

async fn ways_on(ask: &Ask, run: &Run) -> Result<Vec<Link>, Fault> {
    let lang = ask.lang;
    let root = address(run.id);
    let wanted: Wanted = serde_json::from_value(run.asked.clone()).unwrap_or_default();
    let mut links = vec![
        Link::to(format!("{root}/print/employer"), t(lang, "match-print-employer")),
        Link::to(format!("{root}/print/village"), t(lang, "match-print-village")),
        Link::to(format!("{NAV}/new?from={}", run.id), t(lang, "match-change-terms")),
    ];
    let mut before = wanted.parent;
    if before.is_none() {
        let runs = match_run::newest(&ask.office, &ask.actor).await?;
        let comparable = |r: &&Run| r.id < run.id && r.state == RunState::Done && r.station == run.station;
        before = runs.iter().find(comparable).map(|r| r.id);
    }
    if let Some(before) = before {
        links.push(Link::to(format!("{root}/compare/{before}"), t(lang, "match-compare")));
    }
    Ok(links)
}

fn aside(
    lang: Lang,
    run: &Run,
    short: &HashMap<Uuid, (u64, String)>,
    about: &About,
    lost_out: &[Uuid],
    no_post: &[Uuid],
) -> Vec<Block> {
    let mut list: Vec<(&Uuid, &(u64, String))> = short.iter().collect();
    list.sort_by_key(|(id, (missing, _))| (std::cmp::Reverse(*missing), **id));
    let missing = number(run, "places").saturating_sub(number(run, "assigned"));
    let facts = list.iter().take(TOLD).map(|(id, (_, why))| Fact {
        term: about.posts.get(id).map(|p| p.row.vacancy.title.clone()).unwrap_or_default(),
        value: match about.posts.get(id) {
            Some(p) => {
                vec![Link::to(format!("/station/vacancies/{id}"), p.row.reference.clone()).into(), why.clone().into()]
            }
            None => vec![why.clone().into()],
        },
    });
    let mut blocks = vec![Block::Heading("lack".into(), text(lang, "match-lack", &[("n", &format::count(missing))]))];
    match list.len() {
        0 => blocks.push(Block::Text(t(lang, "match-nothing-lacks"))),
        n => {
            blocks.push(Block::Facts(facts.collect()));
            if n > TOLD {
                blocks.push(Block::Text(text(lang, "match-lack-more", &[("n", &(n - TOLD))])));
            }
        }
    }
    let words = if lang == Lang::Zh { "zh" } else { "en" };
    let wanted = run.found["sought"].as_array().map(Vec::as_slice).unwrap_or_default().iter().take(SOUGHT);
    let wanted = wanted.filter_map(|s| {
        let post = about.posts.get(&s["vacancy"].as_str()?.parse().ok()?)?;
        let link = Link::to(format!("/station/vacancies/{}", post.row.id), post.row.reference.clone());
        let why = s[words].as_str().unwrap_or_default().to_owned();
        Some(Fact { term: post.row.vacancy.title.clone(), value: vec![link.into(), why.into()] })
    });
    let wanted: Vec<Fact> = wanted.collect();
    if !wanted.is_empty() {
        blocks.push(Block::Heading("sought".into(), t(lang, "match-sought")));
        blocks.push(Block::Facts(wanted));
    }
    let of = |name: &str| format::count(run.found["spread"][name].as_u64().unwrap_or(0));
    let fact = |key: &str, value: String| Fact::new(t(lang, key), value);
    let watched = text(lang, "match-of", &[("n", &of("watched_placed")), ("of", &of("watched"))]);
    blocks.push(Block::Heading("fair".into(), t(lang, "match-fair")));
    blocks.push(Block::Facts(vec![
        fact("match-fair-placed", of("placed")),
        fact("match-fair-lost", of("lost_out")),
        fact("match-fair-none", of("no_post")),
        fact("match-fair-empty", of("empty")),
        fact("match-fair-watched", watched),
        fact("match-fair-most", of("most_open")),
    ]));
    blocks.push(Block::Text(t(lang, "match-fair-rule")));
    for (key, people) in [("match-who-lost", lost_out), ("match-who-none", no_post)] {
        if !people.is_empty() {
            let links = people.iter().map(|id| about.person_link(lang, *id));
            blocks.push(Block::Words([Bit::Bold(t(lang, key)), Bit::Break].into_iter().chain(links).collect()));
        }
    }
    blocks
}

/// A row of the map: a post with its people, best first.
struct Line {
    post: Uuid,
    pairs: Vec<Pair>,
}

/// Who goes where, narrowed and cut to a page.
struct Map {
    posts: HashMap<Uuid, crate::store::vacancy::Record>,
    /// Places kept for order classes.
    kept: HashMap<Uuid, u32>,
    shown: Vec<Line>,
    from: usize,
    total: usize,
    employer: String,
    place: String,
    employers: Vec<Choice>,
    places: Vec<Choice>,
}

impl Map {
    async fn new(
        ask: &Ask,
        whole: &Whole,
        short: &HashMap<Uuid, (u64, String)>,
        ids: &BTreeSet<Uuid>,
    ) -> Result<Self, Fault> {
        let lang = ask.lang;
        let posts = match_run::posts(&ask.office, ids.iter().copied()).await?;
        let known: Vec<Uuid> = posts.keys().copied().collect();
        let kept = order::kept_of(&mut &ask.office.db, &known).await?;
        let (employer, place) = (ask.query("employer").unwrap_or_default(), ask.query("place").unwrap_or_default());
        let from: usize = ask.query_as("from")?.unwrap_or(0);
        let mut firms: BTreeMap<(String, String), usize> = BTreeMap::new();
        let mut counties: BTreeMap<String, usize> = BTreeMap::new();
        let mut villages: BTreeMap<&[String; 3], usize> = BTreeMap::new();
        let mut by_post: BTreeMap<Uuid, Vec<Pair>> = BTreeMap::new();
        for pair in &whole.pairs {
            let home = whole.homes.get(&pair.worker);
            if let Some(home) = home {
                *counties.entry(home[0].clone()).or_default() += 1;
                *villages.entry(home).or_default() += 1;
            }
            if let Some(post) = posts.get(&pair.vacancy) {
                *firms.entry((post.employer_name.clone(), post.row.employer.to_string())).or_default() += 1;
            }
            if place.is_empty() || lies_in(place, home) {
                by_post.entry(pair.vacancy).or_default().push(*pair);
            }
        }
        if place.is_empty() {
            for id in short.keys() {
                by_post.entry(*id).or_default();
            }
        }
        let mut lines: Vec<Line> = by_post.into_iter().map(|(post, pairs)| Line { post, pairs }).collect();
        lines.retain(|line| {
            posts.get(&line.post).is_some_and(|p| employer.is_empty() || p.row.employer.to_string() == employer)
        });
        lines.sort_by_cached_key(|line| {
            let name = posts.get(&line.post).map(|p| (p.employer_name.clone(), p.row.vacancy.title.clone()));
            // Posts without people are no part of who goes where: they stand last.
            (line.pairs.is_empty(), name, line.post)
        });
        for line in &mut lines {
            line.pairs.sort_by_key(|p| (std::cmp::Reverse(p.score), p.worker));
        }
        let total = lines.len();
        let all = |key: &str| Choice::new("", t(lang, key));
        let employers = firms.into_iter().map(|((name, id), n)| Choice::new(id, format!("{name} {n}")));
        let counties = counties.into_iter().map(|(code, n)| {
            let name = format!("{} {n}", region_name(&code));
            Choice::new(code, name)
        });
        let villages =
            villages.into_iter().map(|(home, n)| Choice::new(home.join("|"), format!("　{}{} {n}", home[1], home[2])));
        // Each county stands before its villages.
        let mut places: Vec<Choice> = counties.chain(villages).collect();
        places.sort_by(|a, b| a.value.cmp(&b.value));
        Ok(Self {
            shown: lines.into_iter().skip(from).take(POSTS).collect(),
            posts,
            kept,
            from,
            total,
            employer: employer.to_owned(),
            place: place.to_owned(),
            employers: std::iter::once(all("match-every-employer")).chain(employers).collect(),
            places: std::iter::once(all("match-every-place")).chain(places).collect(),
        })
    }

    fn filters(&self, lang: Lang) -> Vec<Field> {
        let menu = |name: &str, key: &str, choices: &[Choice], on: &str| {
            Field::new(name, t(lang, key), Kind::Select(choices.to_vec())).value(on)
        };
        vec![
            menu("employer", "match-col-employer", &self.employers, &self.employer),
            menu("place", "match-col-place", &self.places, &self.place),
        ]
    }

    fn pick(&self, lang: Lang, id: Uuid, about: &About, short: &HashMap<Uuid, (u64, String)>, assigned: usize) -> Pick {
        let rows = self.shown.iter().filter_map(|line| {
            let post = self.posts.get(&line.post)?;
            let missing = short.get(&line.post).map_or(0, |(missing, _)| *missing);
            let to_post = format!("{}/vacancies/{}", address(id), line.post);
            let mut people: Vec<Bit> = Vec::new();
            for pair in line.pairs.iter().take(NAMED) {
                people.push(about.person_link(lang, pair.worker));
            }
            if line.pairs.len() > NAMED {
                people.push("…".into());
            }
            let taken = line.pairs.iter().filter(|p| p.introduction.is_some()).count();
            if taken > 0 {
                people.push(Bit::Tag(Tag::new(text(lang, "match-adopted-n", &[("n", &taken)]), Tone::Ok)));
            }
            let scores = line.pairs.first().zip(line.pairs.last()).map(|(best, last)| {
                if best.score == last.score {
                    best.score.to_string()
                } else {
                    format!("{}–{}", last.score, best.score)
                }
            });
            let enough = match missing {
                0 => Cell::new(t(lang, "match-full")),
                n => Cell { tone: Tone::Warn, ..Cell::new(text(lang, "match-missing-n", &[("n", &n)])) },
            };
            let count = match line.pairs.len() {
                0 => Cell::number("0"),
                n => Cell::number(Bit::RowLink(Link::to(to_post, n.to_string()), post.row.vacancy.title.clone())),
            };
            let mut places = Cell::number(post.places_left().to_string());
            if let Some(kept) = self.kept.get(&line.post) {
                places.bits.extend([Bit::Break, Bit::Small(text(lang, "match-kept", &[("n", kept)]))]);
            }
            let mut head = about.post_bits(line.post);
            head.insert(1, Bit::Small(post.row.reference.clone()));
            Some(Row {
                tick: (!line.pairs.is_empty()).then(|| Tick {
                    name: "vacancy".into(),
                    value: line.post.to_string(),
                    label: post.row.vacancy.title.clone(),
                    on: false,
                }),
                cells: vec![
                    Cell { bits: head, head: true, ..Cell::default() },
                    places,
                    count,
                    enough,
                    Cell { bits: people, ..Cell::default() },
                    Cell::number(scores.unwrap_or_default()),
                ],
            })
        });
        let until = (self.from + POSTS).min(self.total);
        let next =
            here(&address(id), &[("employer", &self.employer), ("place", &self.place), ("from", &until.to_string())]);
        Pick {
            action: format!("{}/adopt", address(id)),
            table: Table {
                id: "map".into(),
                caption: t(lang, "match-map"),
                note: t(lang, "match-map-note"),
                columns: vec![
                    Column::named(lang, "vacancy"),
                    Column::number(t(lang, "match-col-places")),
                    Column::number(t(lang, "match-col-assigned")),
                    Column::new(t(lang, "match-col-enough")),
                    Column::new(t(lang, "match-col-who")),
                    Column::number(t(lang, "match-col-score")),
                ],
                rows: rows.collect(),
                empty: t(lang, "match-nobody-here"),
                ..Table::default()
            },
            fields: vec![],
            buttons: vec![
                Button {
                    name: "act".into(),
                    value: "all".into(),
                    ..Button::main(text(lang, "match-adopt-all", &[("n", &assigned)]))
                },
                Button::second(t(lang, "match-adopt-picked"), "act", "picked"),
            ],
            range: text(
                lang,
                "page-of",
                &[("shown", &format!("{}–{until}", (self.from + 1).min(until))), ("total", &self.total)],
            ),
            next: if until < self.total { next } else { String::new() },
        }
    }
}
