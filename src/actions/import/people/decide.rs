//! What becomes of each row of a register: new, changed, unchanged, set aside or rejected, before anything is written.

use std::collections::HashMap;

use serde_json::{Map, Value};
use uuid::Uuid;

use super::{Line, State, digest, short};
use crate::actions::enter::{Merge, differs};
use crate::actions::error::Result;
use crate::actions::import::Job;
use crate::domain::registration::Checked;
use crate::domain::station::LinkRole;
use crate::store::db::Read;
use crate::store::import;
use crate::store::worker::{self as people, Likeness, Link, Person, Record, Scope};

/// What is decided on a row before anything is written.
pub(super) enum Decision {
    Create,
    Change {
        record: Box<Record>,
        how: Merge,
        diff: Map<String, Value>,
        link: bool,
    },
    Unchanged(Option<Uuid>),
    /// In a dry run: a row before this one says otherwise.
    UpdatedInSheet,
    Aside {
        code: &'static str,
        like: Option<Uuid>,
    },
    Reject,
}

/// Decides on rows that know nothing of each other.
pub(super) async fn decide(job: &Job<'_>, state: &State, read: &mut impl Read, wave: &[Line]) -> Result<Vec<Decision>> {
    let hashes: Vec<Vec<u8>> = wave.iter().filter_map(|l| l.hash.clone()).collect();
    let keys: Vec<Vec<u8>> = wave.iter().filter_map(|l| l.import_key.clone()).collect();
    let mut standing = people::by_id_hashes(read, &hashes).await?;
    standing.extend(people::by_import_keys(read, &keys).await?);
    let mut by_key: HashMap<Vec<u8>, Uuid> = HashMap::with_capacity(standing.len());
    for p in &standing {
        for key in [&p.id_hash, &p.import_key].into_iter().flatten() {
            by_key.insert(key.clone(), p.merged_into.unwrap_or(p.id));
        }
    }
    let (here, merged): (Vec<Person>, Vec<Person>) = standing.into_iter().partition(|p| p.merged_into.is_none());
    let mut records = people::complete(read, here).await?;
    let named = wave.iter().filter(|l| l.hash.is_none()).filter_map(|l| l.id);
    let others = merged.iter().filter_map(|p| p.merged_into).chain(named).filter(|id| !records.contains_key(id));
    let others: Vec<Uuid> = others.collect();
    records.extend(people::records(read, &Scope::All, &others).await?.into_iter().map(|r| (r.person.id, r)));
    let unknown = wave.iter().filter(|l| l.import_key.as_deref().is_some_and(|key| !by_key.contains_key(key)));
    let alike = by_name(import::same_names(read, &distinct(unknown.map(|l| &l.name_key)), false).await?);

    let mut decisions = Vec::with_capacity(wave.len());
    for line in wave {
        let Ok(checked) = &line.read.person else {
            decisions.push(Decision::Reject);
            continue;
        };
        let key = line.hash.as_deref().or(line.import_key.as_deref()).unwrap_or_default();
        let own =
            |record: &&Record| record.links.iter().any(|l| job.scope.holds(&[l.station])) || job.scope == Scope::All;
        let named = line.id.filter(|_| line.hash.is_none()).and_then(|id| records.get(&id)).filter(own);
        let decision = match by_key.get(key).and_then(|id| records.get(id)).or(named) {
            Some(record) if line.import_key.is_none() && record.person.name_key != line.name_key => {
                Decision::Aside { code: "number.other_name", like: Some(record.person.id) }
            }
            Some(record) => compare(job, state, line, checked, record)?,
            // Nobody of this register: without number and name nothing tells who it is.
            None if line.id.is_some() && line.hash.is_none() => {
                Decision::Aside { code: "worker.unknown_id", like: None }
            }
            None => decide_new(state, line, checked, &alike),
        };
        decisions.push(decision);
    }
    Ok(decisions)
}

fn compare(job: &Job<'_>, state: &State, line: &Line, checked: &Checked, record: &Record) -> Result<Decision> {
    // In a dry run the row before stands nowhere yet.
    let seen = line.hash.as_ref().and_then(|hash| state.seen.get(&short(hash)));
    if job.options.dry_run && seen.is_some_and(|seen| seen.content == line.content) {
        return Ok(Decision::Unchanged(Some(record.person.id)));
    }
    let here = |l: &&Link| job.scope.holds(&[l.station]);
    let link = !record.links.iter().any(|l| here(&l));
    let kept_here =
        record.links.iter().filter(here).any(|l| l.role != LinkRole::Service) || record.links.iter().all(|l| here(&l));
    let how = if kept_here { Merge::Newer } else { Merge::Fill };
    let diff = differs(job.office, record, checked, how)?;
    if diff.is_empty() && !(link && job.station.is_some()) {
        return Ok(Decision::Unchanged(Some(record.person.id)));
    }
    Ok(Decision::Change { record: Box::new(record.clone()), how, diff, link })
}

/// A person who does not stand yet: new, or set aside because somebody is like them.
fn decide_new(state: &State, line: &Line, checked: &Checked, alike: &HashMap<String, Vec<Likeness>>) -> Decision {
    // These two only ever match in a dry run, where nobody of this sheet stands.
    if let Some(hash) = &line.hash {
        return match state.seen.get(&short(hash)) {
            Some(seen) if seen.name != digest(&line.name_key) => {
                Decision::Aside { code: "number.other_name", like: None }
            }
            Some(seen) if seen.content == line.content => Decision::Unchanged(None),
            Some(_) => Decision::UpdatedInSheet,
            None => Decision::Create,
        };
    }
    if let Some(content) = line.import_key.as_ref().and_then(|key| state.would_keys.get(&short(key))) {
        return if *content == line.content { Decision::Unchanged(None) } else { Decision::UpdatedInSheet };
    }
    let same = alike.get(&line.name_key).into_iter().flatten();
    let here = state.would_stand.get(&digest(&line.name_key)).into_iter().flatten();
    for other in same.chain(here) {
        let like = (!other.id.is_nil()).then_some(other.id);
        if other.birth_date.is_some() && other.birth_date == checked.worker.birth_date {
            return Decision::Aside { code: "duplicate.name_birth", like };
        }
        if other.phone_hash.is_some() && other.phone_hash == line.phone {
            return Decision::Aside { code: "duplicate.name_phone", like };
        }
    }
    Decision::Create
}

pub(super) fn distinct<'a>(names: impl Iterator<Item = &'a String>) -> Vec<String> {
    names.collect::<std::collections::BTreeSet<_>>().into_iter().cloned().collect()
}

pub(super) fn by_name(people: Vec<Likeness>) -> HashMap<String, Vec<Likeness>> {
    let mut named: HashMap<String, Vec<Likeness>> = HashMap::new();
    for person in people {
        named.entry(person.name_key.clone()).or_default().push(person);
    }
    named
}
