//! Training classes for workers: the list and one class.

use super::{address, certificate_name, region_menu, region_name};
use crate::actions::search::{self, ClassAsk};
use crate::actions::{class, live};
use crate::pages::{Bit, Choice, ClassLine, ClassPage, ClassSearch, Fact, Lang, Link, format, text};
use crate::web::ask::Ask;
use crate::web::fault::Fault;
use crate::web::html::{chrome, page};
use crate::web::json::list as lists;
use crate::web::reply::Answer;

fn class_facts(lang: Lang, record: &crate::store::class::Record) -> Vec<Fact> {
    let c = &record.row.class;
    let mut facts = Vec::new();
    let mut add = |name: &str, value: Option<String>| facts.extend(value.map(|v| Fact::named(lang, name, v)));
    let days: Vec<String> = [c.starts, c.ends].into_iter().flatten().map(|d| format::day_words(lang, d)).collect();
    add("days", (!days.is_empty()).then(|| days.join("–")));
    add("place", c.place.clone().or_else(|| c.region.as_deref().map(region_name)));
    add("seats", Some(text(lang, "seats-left", &[("n", &record.seats_left())])));
    add(
        "fee",
        c.fee.map(|fen| {
            if fen == 0 { text(lang, "free", &[]) } else { text(lang, "fee-yuan", &[("yuan", &format::yuan(fen))]) }
        }),
    );
    add("provider", c.provider.clone());
    let certificates: Vec<String> = c.certificates.iter().map(|c| certificate_name(lang, c)).collect();
    add("certificates", (!certificates.is_empty()).then(|| certificates.join(" ")));
    facts
}

/// Training classes that still take people.
pub async fn list(ask: Ask) -> Result<Answer, Fault> {
    let lang = ask.lang;
    let asked = ClassAsk {
        q: ask.query("q").unwrap_or_default().to_owned(),
        programme: ask.query("programme").map(str::to_owned),
        region: ask.query("region").map(str::to_owned),
        open: true,
        page: search::Page { facets: false, ..lists::page(&ask)? },
    };
    let found = search::classes(&ask.office, asked).await?;
    let seen: u64 = ask.query("seen").and_then(|n| n.parse().ok()).unwrap_or(0);
    let shown = seen + found.items.len() as u64;
    let programmes = ["粤菜师傅", "广东技工", "南粤家政"];
    let chosen = ask.query("programme");
    let mut choices = vec![Choice::new("", text(lang, "any", &[]))];
    choices.extend(programmes.map(|p| Choice::new(p, p).chosen(chosen == Some(p))));
    let items = found.items.iter().map(|(record, _)| {
        let bits = |fact: &Fact| {
            fact.value
                .iter()
                .filter_map(|b| if let Bit::Text(t) = b { Some(t.clone()) } else { None })
                .collect::<String>()
        };
        ClassLine {
            href: format!("/classes/{}", record.row.reference),
            name: record.row.class.name.clone(),
            facts: class_facts(lang, record).iter().take(4).map(bits).collect(),
            opens: record.row.class.occupation.as_deref().and_then(live::occupation_name).unwrap_or_default(),
        }
    });
    let view = ClassSearch {
        c: chrome(&ask, "/").await,
        q: ask.query("q").unwrap_or_default().to_owned(),
        regions: region_menu(lang, ask.query("region")),
        programmes: choices,
        total: found.total,
        items: items.collect(),
        shown,
        next: found.next_cursor.as_ref().map_or_else(String::new, |cursor| {
            address(&ask, "/classes", &[("cursor", cursor), ("seen", &shown.to_string())])
        }),
    };
    Ok(page(&view))
}

/// One class.
pub async fn show(ask: Ask) -> Result<Answer, Fault> {
    let record = class::find(&ask.office, ask.param("ref")).await?;
    let c = &record.row.class;
    let opens = c.occupation.as_deref().and_then(live::occupation_name);
    let begun = c.starts.is_some_and(|day| day < ask.office.today());
    let view = ClassPage {
        c: chrome(&ask, "/").await,
        name: c.name.clone(),
        code: record.row.reference.clone(),
        facts: class_facts(ask.lang, &record),
        opens: opens
            .map(|name| Link::to(address(&ask, "/vacancies", &[("q", &name)]), name.clone()))
            .into_iter()
            .collect(),
        open: record.seats_left() > 0 && !begun,
    };
    Ok(page(&view))
}
