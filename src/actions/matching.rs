//! Who fits where, for the person who asks: matches, candidates, any pair's fit, training, batch assignment.

use std::collections::HashMap;

use uuid::Uuid;

use super::error::{Error, Result};
use super::office::Office;
use super::worker::load;
use crate::domain::actor::{Actor, Right};
use crate::matching::assign::{Batch, assign_table};
use crate::matching::change::Change;
use crate::matching::columns::Columns;
use crate::matching::explain::{self, Fit, say_change};
use crate::matching::near::{self, Nearly, WhyNot};
use crate::matching::recommend::{self, Match, Rankings};
use crate::matching::sentence::Say;
use crate::matching::set::BitSet;
use crate::matching::table::Table;
use crate::matching::training_gain::{self, Gain};
use crate::store::worker::{self as people, Record, Scope};

/// Runs a pure computation over the columns off the async threads.
pub(super) async fn compute<T: Send + 'static>(
    office: &Office,
    work: impl FnOnce(&Columns) -> Result<T> + Send + 'static,
) -> Result<T> {
    let office = office.clone();
    tokio::task::spawn_blocking(move || {
        let columns = office.live.columns()?;
        work(&columns)
    })
    .await
    .map_err(|e| Error::Internal(e.to_string()))?
}

/// The words of changes.
pub(super) fn say_all(columns: &Columns, changes: &[Change]) -> Vec<Say> {
    changes.iter().map(|change| say_change(columns, change)).collect()
}

pub(super) fn slots(columns: &Columns, scope: &Scope) -> Option<BitSet> {
    match scope {
        Scope::All => None,
        Scope::Stations(ids) => Some(columns.seekers_of(ids)),
    }
}

/// The best open vacancies for a person; audited.
pub async fn matches(office: &Office, actor: &Actor, worker: Uuid, limit: usize) -> Result<Vec<Match>> {
    office.need(actor, Right::Persons)?;
    let record = load(office, &office.scope(actor).await?, worker).await?;
    let (id, today) = (record.person.id, office.today());
    let found = compute(office, move |c| Ok(recommend::top_vacancies(c, id, limit, None, today))).await?;
    office.read_of(actor, "worker.matches", Some(id), "").await?;
    Ok(found)
}

/// The best people for a vacancy within the actor's scope, with their records; audited.
pub async fn candidates(office: &Office, actor: &Actor, vacancy: Uuid, limit: usize) -> Result<Vec<(Match, Record)>> {
    office.need(actor, Right::Persons)?;
    let scope = office.scope(actor).await?;
    let today = office.today();
    let within = scope.clone();
    let found = compute(office, move |columns| {
        if columns.openings.find(vacancy).is_none() {
            return Err(Error::NotFound);
        }
        Ok(recommend::top_workers(columns, vacancy, limit, slots(columns, &within).as_ref(), today))
    })
    .await?;
    let ids: Vec<Uuid> = found.iter().map(|m| m.worker).collect();
    let mut records: HashMap<Uuid, Record> =
        people::records(&mut &office.db, &scope, &ids).await?.into_iter().map(|r| (r.person.id, r)).collect();
    office.read_of(actor, "vacancy.candidates", None, "").await?;
    Ok(found.into_iter().filter_map(|m| records.remove(&m.worker).map(|r| (m, r))).collect())
}

/// People of the actor's scope whom one change or two keep from a vacancy, with the words of the changes and their
/// records; audited.
pub async fn nearly(
    office: &Office,
    actor: &Actor,
    vacancy: Uuid,
    limit: usize,
) -> Result<Vec<(Nearly, Vec<Say>, Record)>> {
    office.need(actor, Right::Persons)?;
    let scope = office.scope(actor).await?;
    let (within, today) = (scope.clone(), office.today());
    let found = compute(office, move |columns| {
        let list = near::nearly(columns, vacancy, limit, slots(columns, &within).as_ref(), today).into_iter();
        let with_words = |one: Nearly| {
            let words = say_all(columns, &one.way.changes);
            (one, words)
        };
        Ok(list.map(with_words).collect::<Vec<_>>())
    })
    .await?;
    let ids: Vec<Uuid> = found.iter().map(|(one, _)| one.worker).collect();
    let mut records: HashMap<Uuid, Record> =
        people::records(&mut &office.db, &scope, &ids).await?.into_iter().map(|r| (r.person.id, r)).collect();
    office.read_of(actor, "vacancy.nearly", None, "").await?;
    Ok(found.into_iter().filter_map(|(one, words)| records.remove(&one.worker).map(|r| (one, words, r))).collect())
}

/// A pair taken apart, and its changes in words.
#[derive(Debug)]
pub struct Explained {
    /// The pair taken apart.
    pub fit: Fit,
    /// Words of each condition's changes, in the order of the conditions.
    pub change_words: Vec<Vec<Say>>,
    /// Words of each way's changes, in the order of the ways.
    pub way_words: Vec<Vec<Say>>,
}

/// Any pair taken apart; audited.
pub async fn fit(office: &Office, actor: &Actor, worker: Uuid, vacancy: Uuid) -> Result<Explained> {
    office.need(actor, Right::Persons)?;
    let record = load(office, &office.scope(actor).await?, worker).await?;
    let (id, today) = (record.person.id, office.today());
    let explained = compute(office, move |columns| {
        let fit = explain::fit(columns, id, vacancy, today).ok_or(Error::NotFound)?;
        let change_words = fit.conditions.iter().map(|c| say_all(columns, &c.changes)).collect();
        let way_words = fit.ways.iter().map(|way| say_all(columns, &way.changes)).collect();
        Ok(Explained { fit, change_words, way_words })
    })
    .await?;
    office.read_of(actor, "worker.fit", Some(id), "").await?;
    Ok(explained)
}

/// Which changes, alone or two together, would open posts to a person, with the words of each change; audited.
pub async fn why_not(office: &Office, actor: &Actor, worker: Uuid) -> Result<Vec<(WhyNot, Vec<Say>)>> {
    office.need(actor, Right::Persons)?;
    let record = load(office, &office.scope(actor).await?, worker).await?;
    let (id, today) = (record.person.id, office.today());
    let found = compute(office, move |columns| {
        let list = near::why_not(columns, id, today).into_iter();
        let with_words = |why: WhyNot| {
            let words = say_all(columns, &why.changes);
            (why, words)
        };
        Ok(list.map(with_words).collect())
    })
    .await?;
    office.read_of(actor, "worker.why_not", Some(id), "").await?;
    Ok(found)
}

/// Classes ranked by the vacancies that they really open to a person; audited.
pub async fn training(office: &Office, actor: &Actor, worker: Uuid) -> Result<Vec<Gain>> {
    office.need(actor, Right::Persons)?;
    let record = load(office, &office.scope(actor).await?, worker).await?;
    let (id, today) = (record.person.id, office.today());
    let found = compute(office, move |c| Ok(training_gain::classes_for(c, id, today))).await?;
    office.read_of(actor, "worker.training", Some(id), "").await?;
    Ok(found)
}

/// The best `top` for everyone in scope: for people their vacancies, or for vacancies their people.
pub async fn recommend_all(office: &Office, actor: &Actor, for_vacancies: bool, top: usize) -> Result<Rankings> {
    office.need(actor, Right::Match)?;
    let scope = office.scope(actor).await?;
    let today = office.today();
    compute(office, move |columns| {
        let people = slots(columns, &scope);
        Ok(if for_vacancies {
            recommend::every_vacancy(columns, top, people.as_ref(), today)
        } else {
            recommend::everyone(columns, top, people.as_ref(), today)
        })
    })
    .await
}

/// People in scope, or of one station and those below it.
pub(super) async fn people_of(office: &Office, actor: &Actor, station: Option<Uuid>) -> Result<Scope> {
    let Some(id) = station else { return office.scope(actor).await };
    if !matches!(actor, Actor::Operator) && !office.scope(actor).await?.holds(&[id]) {
        return Err(Error::NotFound);
    }
    Ok(Scope::Stations(super::office::below(&office.stations().await, id)))
}

/// Asks the table of everyone in scope, or of one station and those below it, beside all open posts.
pub async fn with_table<T: Send + 'static>(
    office: &Office,
    actor: &Actor,
    station: Option<Uuid>,
    ask: impl FnOnce(&Table) -> T + Send + 'static,
) -> Result<T> {
    office.need(actor, Right::Match)?;
    let scope = people_of(office, actor, station).await?;
    let today = office.today();
    compute(office, move |columns| {
        let people = slots(columns, &scope);
        Ok(ask(&Table::new(columns, people.as_ref(), None, today)))
    })
    .await
}

/// One batch assignment over all eligible pairs within the scope, or of one station and those below it.
pub async fn assign(office: &Office, actor: &Actor, station: Option<Uuid>) -> Result<Batch> {
    let batch = with_table(office, actor, station, assign_table).await?;
    batch.map_err(|fault| Error::Internal(fault.to_string()))
}
