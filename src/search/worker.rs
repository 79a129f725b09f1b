//! Searching people of the register within a scope.

use uuid::Uuid;

use crate::domain::occupation::Occupation;

use super::analysis::fold;
use super::collect::Order;
use super::document::Kind;
use super::find::{Answer, Filter, Paging, Plan, Scope, Sort, Test, find, first_query};
use super::index::{Error, Index};
use super::text::Places;

/// What is asked of the people; empty fields ask nothing. An unknown age or wage meets no bound.
#[derive(Clone)]
pub struct WorkerQuery<'a> {
    /// Job words, names, pinyin, villages or the short code; ID numbers and phones are not in the index.
    pub q: String,
    /// A county, prefecture or province.
    pub origin: Option<u32>,
    /// A code of any level.
    pub occupation: Option<Occupation>,
    pub capacity: Option<String>,
    pub watch: Option<String>,
    pub status: Option<String>,
    /// Born on or after this day (days since 1970-01-01): the greatest age.
    pub born_from: Option<i32>,
    /// Born on or before this day: the least age.
    pub born_to: Option<i32>,
    /// Fen a month, bounds of the wage wish.
    pub min_wage: Option<u64>,
    pub max_wage: Option<u64>,
    pub certificate: Option<String>,
    pub skill: Option<String>,
    pub village: Option<String>,
    pub relocated: bool,
    pub schooling: Option<String>,
    /// Only people linked to this station or below it, within the scope.
    pub station: Option<Uuid>,
    pub scope: Scope,
    pub paging: Paging<'a>,
}

impl WorkerQuery<'_> {
    /// An empty query within a scope.
    pub fn within(scope: Scope) -> Self {
        Self {
            q: String::new(),
            origin: None,
            occupation: None,
            capacity: None,
            watch: None,
            status: None,
            born_from: None,
            born_to: None,
            min_wage: None,
            max_wage: None,
            certificate: None,
            skill: None,
            village: None,
            relocated: false,
            schooling: None,
            station: None,
            scope,
            paging: Paging::default(),
        }
    }
}

impl Index {
    /// Finds people; facets `origin, occupation, capacity, watch, status`, all within the scope.
    pub fn workers(&self, query: &WorkerQuery<'_>) -> Result<Answer, Error> {
        self.planned(query, |plan| find(self, plan))
    }

    /// The query that the same search begins with, for measuring beside tantivy's own collectors.
    pub fn workers_query(&self, query: &WorkerQuery<'_>) -> Box<dyn tantivy::query::Query> {
        self.planned(query, |plan| first_query(self, plan))
    }

    fn planned<T>(&self, query: &WorkerQuery<'_>, done: impl FnOnce(&Plan<'_>) -> T) -> T {
        let fields = &self.fields;
        let equal = |name, value: &Option<String>| value.as_deref().map(|v| Filter::equal(name, v));
        let mut filters: Vec<Filter> = Vec::new();
        // What a clerk can do without goes first, what makes another search of it last.
        filters.extend(equal("schooling", &query.schooling));
        filters.extend(query.skill.as_deref().map(|skill| Filter::equal("skill", &fold(skill))));
        if query.min_wage.is_some() || query.max_wage.is_some() {
            let name = if query.max_wage.is_some() { "max_wage" } else { "min_wage" };
            let shown = query.max_wage.or(query.min_wage).unwrap_or(0).to_string();
            let test = Test::Wage(query.min_wage, query.max_wage);
            filters.push(Filter::droppable(name, shown, test));
        }
        filters.extend(equal("capacity", &query.capacity));
        if query.born_from.is_some() || query.born_to.is_some() {
            let name = if query.born_from.is_some() { "max_age" } else { "min_age" };
            let test = Test::Day(query.born_from, query.born_to);
            filters.push(Filter::droppable(name, String::new(), test));
        }
        filters.extend(equal("watch", &query.watch));
        filters.extend(query.relocated.then(|| Filter::equal("relocated", "yes")));
        filters.extend(query.origin.map(|code| Filter::place("origin", code)));
        filters.extend(equal("status", &query.status));
        let certificate = query.certificate.as_deref();
        filters.extend(certificate.map(|value| Filter::equal("certificate", &fold(value))));
        filters.extend(query.occupation.map(Filter::occupation));
        filters.extend(
            query.station.map(|id| Filter::fixed("station", Test::Tags("station", vec![id.simple().to_string()]))),
        );
        filters.extend(Filter::scope(&query.scope));
        let village =
            query.village.as_deref().map_or(String::new(), |text| format!(" +{}", fold(text).replace(' ', "")));
        let q = format!("{}{village}", query.q);
        let plan = Plan {
            kind: Kind::Worker,
            q: &q,
            places: Places {
                title: fields.worker_jobs,
                phrases: vec![(fields.worker_name, 3.0), (fields.worker_place, 1.0)],
                text: None,
                segment: None,
                family: None,
                tag: fields.tag,
                pinyin: Some((fields.worker_pinyin, fields.worker_initials)),
                reference: fields.reference,
                letter: Kind::Worker.letter(),
            },
            filters,
            paging: query.paging.clone(),
            order: match query.paging.sort {
                Sort::Relevance => Order::Relevance,
                Sort::Newest => Order::Newest,
                Sort::Wage => Order::WageLow,
                Sort::Near => Order::Near,
            },
            facets: ["origin", "capacity", "watch", "status", "occupation"],
            fill: false,
        };
        done(&plan)
    }
}
