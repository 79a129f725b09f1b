//! What all lists of the API share: page parameters in, facets, relaxations and marks out.

use std::ops::Range;

use serde_json::{Map, Value, json};

use crate::actions::search::{Found, Page};
use crate::actions::{Error, live};
use crate::domain::code::Code;
use crate::domain::fault::FieldFault;
use crate::domain::household::WatchClass;
use crate::domain::region::{self, RegionCode};
use crate::domain::vacancy::{EmploymentForm, VacancyKind, VacancyState};
use crate::domain::worker::{Capacity, Status};
use crate::pages::{self, Lang, Listed};
use crate::search::{FacetCount, Relaxed, Sort};
use crate::web::ask::Ask;
use crate::web::fault::Fault;

/// Parameters of every list.
pub const PAGE: [&str; 4] = ["limit", "cursor", "sort", "near"];

/// The page that a request asks for.
pub fn page(ask: &Ask) -> Result<Page, Fault> {
    let limit = super::limit(ask)?;
    let sort = match ask.query("sort") {
        None | Some("relevance") => Sort::Relevance,
        Some("newest") => Sort::Newest,
        Some("wage") => Sort::Wage,
        Some("near") => Sort::Near,
        Some(_) => return Err(Error::field("sort", "query.sort").into()),
    };
    let text = |name: &str| ask.query(name).map(str::to_owned);
    Ok(Page { limit, cursor: text("cursor"), sort, near: text("near"), facets: true, strict: false })
}

/// The code of a list that a query parameter names in either spelling.
pub fn code<C: Code>(ask: &Ask, name: &str) -> Result<Option<String>, Fault> {
    match ask.query(name) {
        None => Ok(None),
        Some(text) => match C::parse(text) {
            Some(code) => Ok(Some(code.code().to_owned())),
            None => Err(Error::Invalid(vec![FieldFault::unlisted::<C>(name)]).into()),
        },
    }
}

/// Yes or no of a query parameter.
pub fn truth(ask: &Ask, name: &str) -> bool {
    matches!(ask.query(name), Some("true" | "1" | "yes" | "on" | "是"))
}

/// The name of a facet's or filter's code; places and occupations have their official name in every language.
pub fn name_of(lang: Lang, facet: &str, code: &str) -> Option<String> {
    fn named<C: Listed>(lang: Lang, code: &str) -> Option<String> {
        C::parse(code).map(|c| pages::named(lang, c))
    }

    match facet {
        "origin" | "region" => RegionCode::parse(code).and_then(region::full_name),
        "occupation" => live::occupation_name(code),
        "capacity" => named::<Capacity>(lang, code),
        "watch" => named::<WatchClass>(lang, code),
        "status" => named::<Status>(lang, code),
        "kind" => named::<VacancyKind>(lang, code),
        "form" => named::<EmploymentForm>(lang, code),
        "state" => named::<VacancyState>(lang, code),
        _ => None,
    }
}

/// The sentence of a relaxed filter.
pub fn relaxed_text(lang: Lang, r: &Relaxed) -> String {
    let shown = |value: &str| name_of(lang, r.filter, value).unwrap_or_else(|| money(lang, r.filter, value));
    let label = pages::word(lang, "filter", r.filter);
    match (&r.to, lang) {
        // A box that was ticked has no value beside its name.
        (None, Lang::Zh) if r.from == "yes" => format!("{label} 不再限制"),
        (None, Lang::En) if r.from == "yes" => format!("{label}: dropped"),
        (Some(to), Lang::Zh) => format!("{label}：{} 放宽到 {}", shown(&r.from), shown(to)),
        (None, Lang::Zh) => format!("{label}：{} 不再限制", shown(&r.from)),
        (Some(to), Lang::En) => format!("{label}: {} widened to {}", shown(&r.from), shown(to)),
        (None, Lang::En) => format!("{label}: {} dropped", shown(&r.from)),
    }
}

fn money(lang: Lang, filter: &str, value: &str) -> String {
    match (filter, value.parse::<i64>()) {
        ("min_wage" | "max_wage", Ok(fen)) => pages::text(lang, "fee-yuan", &[("yuan", &pages::format::yuan(fen))]),
        _ => value.to_owned(),
    }
}

fn facets(lang: Lang, facets: &[(&'static str, Vec<FacetCount>)]) -> Map<String, Value> {
    facets
        .iter()
        .map(|(name, counts)| {
            let values = counts
                .iter()
                .map(|c| json!({"code": c.code, "name": name_of(lang, name, &c.code).unwrap_or_else(|| c.code.clone()), "count": c.count}))
                .collect();
            ((*name).to_owned(), values)
        })
        .collect()
}

/// A list's answer around its rows.
pub fn answer<T>(lang: Lang, found: &Found<T>, rows: Vec<Value>) -> Value {
    let spans = |spans: &[Range<usize>]| spans.iter().map(|s| json!([s.start, s.end])).collect::<Value>();
    let items: Vec<Value> = rows
        .into_iter()
        .zip(&found.items)
        .map(|(mut row, (_, highlight))| {
            row["highlight"] = spans(highlight);
            row
        })
        .collect();
    let mut body = json!({
        "items": items,
        "total": found.total,
        "next_cursor": found.next_cursor,
        "facets": facets(lang, &found.facets),
        "relaxed": found.relaxed.iter().map(|r| json!({"filter": r.filter, "text": relaxed_text(lang, r)})).collect::<Value>(),
        "suggest": found.suggest,
    });
    if found.degraded {
        body["notice"] = json!(pages::code_sentence(lang, "search.degraded", &[]));
    }
    body
}
