//! Searching training classes.

use uuid::Uuid;

use crate::domain::occupation::Occupation;

use super::collect::Order;
use super::document::Kind;
use super::find::{Answer, Filter, Paging, Plan, Scope, Sort, Test, find};
use super::index::{Error, Index};
use super::text::Places;

/// What is asked of the classes; empty fields ask nothing.
#[derive(Clone)]
pub struct ClassQuery<'a> {
    pub q: String,
    pub programme: Option<Uuid>,
    pub region: Option<u32>,
    pub occupation: Option<Occupation>,
    /// Only classes that people can enrol in; never relaxed.
    pub open: bool,
    /// Starting on or after this day (days since 1970-01-01); never relaxed.
    pub starts_from: Option<i32>,
    pub scope: Scope,
    pub paging: Paging<'a>,
}

impl Default for ClassQuery<'_> {
    fn default() -> Self {
        Self {
            q: String::new(),
            programme: None,
            region: None,
            occupation: None,
            open: false,
            starts_from: None,
            scope: Scope::All,
            paging: Paging::default(),
        }
    }
}

impl Index {
    /// Finds classes; facets `region, open, state, occupation`. Sorting by wage is by newest.
    pub fn classes(&self, query: &ClassQuery<'_>) -> Result<Answer, Error> {
        let fields = &self.fields;
        let mut filters: Vec<Filter> = Vec::new();
        filters.extend(query.region.map(|code| Filter::place("region", code)));
        filters.extend(query.occupation.map(Filter::occupation));
        filters.extend(query.programme.map(|id| Filter::equal("programme", &id.simple().to_string())));
        filters.extend(query.open.then(|| Filter::fixed("open", Test::Tags("open", vec!["yes".into()]))));
        filters.extend(query.starts_from.map(|day| Filter::fixed("starts", Test::Day(Some(day), None))));
        filters.extend(Filter::scope(&query.scope));
        let plan = Plan {
            kind: Kind::Class,
            q: &query.q,
            places: Places {
                title: fields.class_title,
                phrases: Vec::new(),
                text: Some(fields.class_text),
                segment: Some(fields.segment),
                family: None,
                tag: fields.tag,
                pinyin: None,
                reference: fields.reference,
                letter: Kind::Class.letter(),
            },
            filters,
            paging: query.paging.clone(),
            order: match query.paging.sort {
                Sort::Relevance => Order::Relevance,
                Sort::Newest | Sort::Wage => Order::Newest,
                Sort::Near => Order::Near,
            },
            facets: ["region", "open", "", "state", "occupation"],
            fill: true,
        };
        find(self, &plan)
    }
}
