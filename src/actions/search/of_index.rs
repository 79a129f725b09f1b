//! What is asked of people and vacancies, put to the index.

use jiff::civil::Date;
use uuid::Uuid;

use super::super::document::day_number;
use super::{
    Office, Result, VacancyAsk, WorkerAsk, ask_index, index_scope, nearness_from, occupation_filter, region_filter,
};
use crate::search::{self, Answer, WorkerQuery};
use crate::store::worker::Scope;

fn born(today: Date, years: u8, days: i32) -> i32 {
    let birthday = today.checked_sub(jiff::Span::new().years(i64::from(years))).unwrap_or(today);
    day_number(birthday) + days
}

/// The index's answer to a search of people within a scope; none while the index is away.
pub async fn workers_of_index(
    office: &Office,
    scope: &Scope,
    station: Option<Uuid>,
    home: Option<String>,
    asked: WorkerAsk,
) -> Result<Option<Answer>> {
    let (today, within) = (office.today(), index_scope(scope));
    ask_index(office, move |index| {
        let near = nearness_from(home.as_deref());
        let fen = |wage: Option<i64>| wage.and_then(|w| u64::try_from(w).ok());
        index.workers(&WorkerQuery {
            q: asked.q.clone(),
            origin: region_filter(asked.origin.as_deref()),
            occupation: occupation_filter(asked.occupation.as_deref()),
            capacity: asked.capacity,
            watch: asked.watch,
            status: asked.status,
            // At most 40 years old = born after the day 41 years ago.
            born_from: asked.max_age.map(|age| born(today, age + 1, 1)),
            born_to: asked.min_age.map(|age| born(today, age, 0)),
            min_wage: fen(asked.min_wage),
            max_wage: fen(asked.max_wage),
            certificate: asked.certificate,
            skill: asked.skill,
            village: asked.village,
            relocated: asked.relocated,
            schooling: None,
            station,
            scope: within,
            paging: asked.page.paging(&near),
        })
    })
    .await
}

/// The index's answer to a search of vacancies in a state; none while the index is away.
pub async fn vacancies_of_index(
    office: &Office,
    within: search::Scope,
    employer: Option<Uuid>,
    wanted: String,
    asked: VacancyAsk,
) -> Result<Option<Answer>> {
    let today = office.today();
    ask_index(office, move |index| {
        let near = nearness_from(asked.page.near.as_deref());
        index.vacancies(&search::VacancyQuery {
            q: asked.q,
            region: region_filter(asked.region.as_deref()),
            occupation: occupation_filter(asked.occupation.as_deref()),
            kind: asked.kind,
            form: asked.form,
            min_wage: asked.min_wage.and_then(|w| u64::try_from(w).ok()),
            lodging: asked.lodging,
            meals: asked.meals,
            employer,
            valid_on: (wanted == "open").then(|| day_number(today)),
            state: (wanted != "any").then_some(wanted),
            scope: within,
            paging: asked.page.paging(&near),
        })
    })
    .await
}
