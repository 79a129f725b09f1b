//! Searching vacancies.

use uuid::Uuid;

use crate::domain::occupation::Occupation;

use super::collect::Order;
use super::document::Kind;
use super::find::{Answer, Filter, Paging, Plan, Scope, Sort, Test, Wider, find};
use super::index::{Error, Index};
use super::text::Places;

/// What is asked of the vacancies; empty fields ask nothing.
#[derive(Clone)]
pub struct VacancyQuery<'a> {
    pub q: String,
    /// A county, prefecture or province.
    pub region: Option<u32>,
    /// A code of any level.
    pub occupation: Option<Occupation>,
    pub kind: Option<String>,
    pub form: Option<String>,
    /// Fen a month that the upper end of the pay must reach.
    pub min_wage: Option<u64>,
    pub lodging: bool,
    pub meals: bool,
    pub employer: Option<Uuid>,
    /// Such as `open`; never relaxed.
    pub state: Option<String>,
    /// Only vacancies valid on this day (days since 1970-01-01); never relaxed.
    pub valid_on: Option<i32>,
    pub scope: Scope,
    pub paging: Paging<'a>,
}

impl Default for VacancyQuery<'_> {
    fn default() -> Self {
        Self {
            q: String::new(),
            region: None,
            occupation: None,
            kind: None,
            form: None,
            min_wage: None,
            lodging: false,
            meals: false,
            employer: None,
            state: None,
            valid_on: None,
            scope: Scope::All,
            paging: Paging::default(),
        }
    }
}

impl Index {
    /// Finds vacancies; facets `region, occupation, kind, form, state`.
    pub fn vacancies(&self, query: &VacancyQuery<'_>) -> Result<Answer, Error> {
        let fields = &self.fields;
        let mut filters: Vec<Filter> = Vec::new();
        // What a searcher can do without goes first, what makes another search of it last.
        filters.extend(query.meals.then(|| Filter::equal("meals", "yes")));
        filters.extend(query.lodging.then(|| Filter::equal("lodging", "yes")));
        filters.extend(query.form.as_ref().map(|form| Filter::equal("form", form)));
        filters.extend(query.min_wage.map(|wage| {
            let mut filter = Filter::droppable("min_wage", wage.to_string(), Test::Wage(Some(wage), None));
            let lower = wage - wage / 10;
            let test = Some(Test::Wage(Some(lower), None));
            filter.wider.insert(0, Wider { shown: lower.to_string(), test });
            filter
        }));
        filters.extend(query.kind.as_ref().map(|kind| Filter::equal("kind", kind)));
        filters.extend(query.region.map(|code| Filter::place("region", code)));
        filters.extend(query.occupation.map(Filter::occupation));
        filters.extend(query.employer.map(|id| Filter::equal("employer", &id.simple().to_string())));
        filters
            .extend(query.state.as_ref().map(|state| Filter::fixed("state", Test::Tags("state", vec![state.clone()]))));
        filters.extend(query.valid_on.map(|day| Filter::fixed("valid", Test::Day(Some(day), None))));
        filters.extend(Filter::scope(&query.scope));
        let plan = Plan {
            kind: Kind::Vacancy,
            q: &query.q,
            places: Places {
                title: fields.vacancy_title,
                phrases: vec![(fields.vacancy_employer, 1.0)],
                text: Some(fields.vacancy_text),
                segment: Some(fields.segment),
                family: Some(fields.vacancy_family),
                tag: fields.tag,
                pinyin: None,
                reference: fields.reference,
                letter: Kind::Vacancy.letter(),
            },
            filters,
            paging: query.paging.clone(),
            order: match query.paging.sort {
                Sort::Relevance => Order::Relevance,
                Sort::Newest => Order::Newest,
                Sort::Wage => Order::WageHigh,
                Sort::Near => Order::Near,
            },
            facets: ["region", "kind", "form", "state", "occupation"],
            fill: true,
        };
        find(self, &plan)
    }
}
