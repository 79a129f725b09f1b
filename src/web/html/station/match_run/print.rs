//! A run as sheets of paper, by employer or by village; a sheet names nobody: 王* and the code, as on every printed list.

use std::collections::BTreeMap;

use super::result::village_name;
use super::{About, NAV, address, t, title};
use crate::actions::Error;
use crate::actions::match_run;
use crate::domain::identity::masked_name;
use crate::domain::vacancy::Period;
use crate::pages::{Bit, Cell, Column, Link, Row, Sheet, Sheets, Table, format, text};
use crate::store::match_run::Pair;
use crate::store::vacancy::Record;
use crate::web::ask::Ask;
use crate::web::fault::Fault;
use crate::web::html::fields::region_name;
use crate::web::html::{chrome, page};
use crate::web::reply::Answer;

/// Sheets on a page of the screen.
const SHEETS: usize = 60;

pub async fn show(ask: Ask) -> Result<Answer, Fault> {
    let lang = ask.lang;
    let id = ask.id("id")?;
    let by_employer = match ask.param("by") {
        "employer" => true,
        "village" => false,
        _ => return Err(Error::NotFound.into()),
    };
    let whole = match_run::whole(&ask.office, &ask.actor, id).await?;
    let about = About::new(&ask, whole.pairs.iter().map(|p| p.worker), whole.pairs.iter().map(|p| p.vacancy)).await?;
    let mut groups: BTreeMap<(String, String), Vec<(&Pair, &Record)>> = BTreeMap::new();
    for pair in &whole.pairs {
        let Some(post) = about.posts.get(&pair.vacancy) else { continue };
        if !about.people.contains_key(&pair.worker) {
            continue;
        }
        let key = match (by_employer, whole.homes.get(&pair.worker)) {
            (true, _) => (post.employer_name.clone(), post.employer_ref.clone()),
            (false, Some(home)) => (home.join("|"), village_name(home)),
            // Those without a village come last.
            (false, None) => ("~".to_owned(), t(lang, "match-no-village")),
        };
        groups.entry(key).or_default().push((pair, post));
    }
    let total = groups.len();
    let from: usize = ask.query_as("from")?.unwrap_or(0);
    let when = title(&ask, &whole.run).await;
    let c = chrome(&ask, NAV).await;
    let phone = c.phone.clone();
    let sheets: Vec<Sheet> = groups
        .into_iter()
        .enumerate()
        .skip(from)
        .take(SHEETS)
        .map(|(n, ((first, second), mut list))| {
            list.sort_by(|(a, p), (b, q)| {
                (&p.row.vacancy.title, p.row.id, b.score, a.worker).cmp(&(
                    &q.row.vacancy.title,
                    q.row.id,
                    a.score,
                    b.worker,
                ))
            });
            let rows = list.iter().filter_map(|(pair, post)| {
                let (name, reference) = about.people.get(&pair.worker)?;
                Some(Row {
                    tick: None,
                    cells: cells(
                        &ask,
                        by_employer,
                        vec![masked_name(name).into(), Bit::Break, reference.clone().into()],
                        post,
                    ),
                })
            });
            let columns = if by_employer {
                ["vacancy", "match-col-person", "match-col-wage", "match-col-start", "match-col-came"]
            } else {
                ["match-col-person", "vacancy", "match-col-employer", "match-col-wage", "match-col-start"]
            };
            let columns =
                columns.map(|key| if key == "vacancy" { Column::named(lang, key) } else { Column::new(t(lang, key)) });
            let heading = if by_employer { first } else { second };
            Sheet {
                lead: text(lang, "match-sheet-lead", &[("when", &when), ("n", &list.len())]),
                table: Table {
                    id: format!("sheet-{n}"),
                    caption: heading.clone(),
                    quiet: true,
                    columns: columns.to_vec(),
                    rows: rows.collect(),
                    ..Table::default()
                },
                heading,
                foot: text(lang, "match-sheet-foot", &[("phone", &phone)]),
            }
        })
        .collect();
    let until = from + sheets.len();
    let more = if until < total {
        let range = text(lang, "page-of", &[("shown", &format!("{}–{until}", from + 1)), ("total", &total)]);
        (range, format!("{}/print/{}?from={until}", address(id), ask.param("by")))
    } else {
        (String::new(), String::new())
    };
    let heading = t(lang, if by_employer { "match-print-employer" } else { "match-print-village" });
    Ok(page(&Sheets {
        c,
        crumb: vec![Link::to(NAV, t(lang, "match-runs")), Link::to(address(id), when), Link::to("", heading.clone())],
        heading,
        hint: text(lang, "match-print-hint", &[("n", &total)]),
        sheets,
        more,
    }))
}

fn cells(ask: &Ask, by_employer: bool, person: Vec<Bit>, post: &Record) -> Vec<Cell> {
    let v = &post.row.vacancy;
    let wage = Cell::new(format::wage(ask.lang, v.pay.min, v.pay.max, v.pay.period.unwrap_or(Period::Month)));
    let start = v.start_from.map(|day| format::day_desk(day, ask.office.today())).unwrap_or_default();
    let title =
        Cell { bits: vec![v.title.clone().into(), Bit::Break, post.row.reference.clone().into()], ..Cell::default() };
    let person = Cell { bits: person, head: true, ..Cell::default() };
    if by_employer {
        return vec![title, person, wage, Cell::new(start), Cell::new("□")];
    }
    let place = v.region.as_deref().map(region_name).unwrap_or_default();
    let firm = format!("{}　{place}", post.employer_name);
    vec![person, title, Cell::new(firm), wage, Cell::new(start)]
}
