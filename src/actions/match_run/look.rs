//! Looking at batch runs: who goes where with names and homes, and what differs between two runs.

use std::collections::{BTreeMap, HashMap};

use uuid::Uuid;

use super::find;
use crate::actions::error::Result;
use crate::actions::matching::compute;
use crate::actions::office::Office;
use crate::domain::actor::{Actor, Right};
use crate::matching::explain::{self, Points};
use crate::matching::recommend;
use crate::store;
use crate::store::match_run::{self as runs, Pair, Run};
use crate::store::vacancy::Record;
use crate::store::worker as people;

/// Ids that are looked up together.
const TOGETHER: usize = 5_000;

/// A run with all that it says.
#[derive(Debug)]
pub struct Whole {
    /// The run.
    pub run: Run,
    /// Who would go where, by person, as far as the actor may see them.
    pub pairs: Vec<Pair>,
    /// County, township and village of those who have one.
    pub homes: HashMap<Uuid, [String; 3]>,
}

/// A run with its pairs; audited.
pub async fn whole(office: &Office, actor: &Actor, id: Uuid) -> Result<Whole> {
    let run = find(office, actor, id).await?;
    let mut read = &office.db;
    let pairs = runs::pairs(&mut read, id, None, i64::MAX).await?;
    let homes = runs::homes(&mut read, &office.scope(actor).await?, id).await?.into_iter().collect();
    office.read_of(actor, "match_run.assignments", None, "").await?;
    Ok(Whole { run, pairs, homes })
}

/// Names and codes of people within the actor's scope.
pub async fn names(
    office: &Office,
    actor: &Actor,
    ids: impl IntoIterator<Item = Uuid>,
) -> Result<HashMap<Uuid, (String, String)>> {
    let (scope, ids) = (office.scope(actor).await?, Vec::from_iter(ids));
    let mut found = HashMap::with_capacity(ids.len());
    for part in ids.chunks(TOGETHER) {
        found.extend(people::names(&mut &office.db, &scope, part).await?);
    }
    Ok(found)
}

/// The vacancies of these ids with their employers.
pub async fn posts(office: &Office, ids: impl IntoIterator<Item = Uuid>) -> Result<HashMap<Uuid, Record>> {
    let ids: Vec<Uuid> = ids.into_iter().collect();
    let mut found = HashMap::with_capacity(ids.len());
    for part in ids.chunks(TOGETHER) {
        let records = store::vacancy::records(&mut &office.db, part).await?;
        found.extend(records.into_iter().map(|record| (record.row.id, record)));
    }
    Ok(found)
}

/// What differs between an earlier and a later run.
#[derive(Debug)]
pub struct Compared {
    /// The earlier.
    pub before: Run,
    /// The later.
    pub after: Run,
    /// How many stay where they are.
    pub same: usize,
    /// Person, vacancy before, vacancy after.
    pub moved: Vec<(Uuid, Uuid, Uuid)>,
    /// Who had none before, and where they go now.
    pub came: Vec<(Uuid, Uuid)>,
    /// Who has none any more, and where they would have gone.
    pub fell: Vec<(Uuid, Uuid)>,
}

/// Two runs beside each other; audited.
pub async fn compare(office: &Office, actor: &Actor, before: Uuid, after: Uuid) -> Result<Compared> {
    let (before, after) = (find(office, actor, before).await?, find(office, actor, after).await?);
    let mut read = &office.db;
    let at = |pairs: Vec<Pair>| pairs.into_iter().map(|p| (p.worker, p.vacancy)).collect::<BTreeMap<Uuid, Uuid>>();
    let old = at(runs::pairs(&mut read, before.id, None, i64::MAX).await?);
    let new = at(runs::pairs(&mut read, after.id, None, i64::MAX).await?);
    office.read_of(actor, "match_run.assignments", None, "").await?;
    let mut found = Compared { before, after, same: 0, moved: vec![], came: vec![], fell: vec![] };
    for (worker, to) in &new {
        match old.get(worker) {
            Some(from) if from == to => found.same += 1,
            Some(from) => found.moved.push((*worker, *from, *to)),
            None => found.came.push((*worker, *to)),
        }
    }
    found.fell = old.into_iter().filter(|(worker, _)| !new.contains_key(worker)).collect();
    Ok(found)
}

/// Why somebody goes where they go.
#[derive(Debug)]
pub struct Reason {
    /// The parts that weigh most, heaviest first; household priority is not among them.
    pub parts: Vec<Points>,
    /// The best other vacancy, with its score.
    pub second: Option<(Uuid, u32)>,
}

/// Why these people go to a vacancy of a run, and what else would fit them best.
pub async fn reasons(
    office: &Office,
    actor: &Actor,
    vacancy: Uuid,
    workers: Vec<Uuid>,
) -> Result<HashMap<Uuid, Reason>> {
    /// So many parts are told.
    const TOLD: usize = 3;
    office.need(actor, Right::Match)?;
    let today = office.today();
    compute(office, move |columns| {
        let reason = |worker: &Uuid| {
            let mut parts = explain::fit(columns, *worker, vacancy, today)?.parts;
            parts.retain(|part| part.points > 0 && part.code != "priority");
            parts.sort_by_key(|part| std::cmp::Reverse(part.points));
            parts.truncate(TOLD);
            let others = recommend::top_vacancies(columns, *worker, 2, None, today);
            let second = others.iter().find(|m| m.vacancy != vacancy).map(|m| (m.vacancy, m.score));
            Some((*worker, Reason { parts, second }))
        };
        Ok(workers.iter().filter_map(reason).collect())
    })
    .await
}
