//! Changing a person who stands: what a newer registration says, old and new of each field, household and work.

use std::collections::HashMap;

use serde::Serialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{
    Bringer, cell, consent, difference, empty, enter_households, facts_of, fill_household, household_key, id_hash, job,
    open, own_household_key, phone_hash,
};
use crate::actions::error::{Error, Result};
use crate::actions::office::Office;
use crate::actions::put::{changes, entry};
use crate::domain::code::Code as _;
use crate::domain::household::HouseholdFacts;
use crate::domain::identity::name_pinyin;
use crate::domain::registration::Checked;
use crate::domain::sheet_row::masked;
use crate::domain::worker::{ConsentScope, Employment, Verification};
use crate::store::Tx;
use crate::store::crypt::Cell;
use crate::store::history::Entry;
use crate::store::household::{self, place_key};
use crate::store::worker::{self, Consent, Job, Person, Record};

/// How a person's stored facts give way to new ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Merge {
    /// New facts win, a field that is absent stays (import of an own person).
    Newer,
    /// New facts only fill what was empty (import of a person whom another station keeps).
    Fill,
    /// The registration is the whole truth: absent means unknown (edit form, PATCH).
    Whole,
}

/// What a registration would change on a person: the row as it would stand, and old and new of each field.
struct Rewritten {
    person: Person,
    diff: Map<String, Value>,
    sealed: Map<String, Value>,
}

fn rewrite(office: &Office, old: &Person, checked: &Checked, how: Merge) -> Result<Rewritten> {
    let mut p = old.clone();
    let before = facts_of(&old.worker);
    let mut after = if how == Merge::Whole { Map::new() } else { before.clone() };
    for (field, value) in facts_of(&checked.worker) {
        let stands = before.get(&field).is_some_and(|v| !empty(v));
        if how == Merge::Whole || (!empty(&value) && (how == Merge::Newer || !stands)) {
            after.insert(field, value);
        }
    }
    let mut diff = Map::new();
    // Most rows of a sheet that comes again say nothing new.
    if after != before {
        p.worker = serde_json::from_value(Value::Object(after)).map_err(|e| Error::Internal(e.to_string()))?;
        // A statement is dated when it is made.
        p.worker.statement_on =
            if p.worker.statement == old.worker.statement { old.worker.statement_on } else { Some(office.today()) };
        diff = difference(&before, &facts_of(&p.worker));
        diff.remove("statement_on");
    }

    let mut sealed = Map::new();
    if p.name != checked.name.expose() && how != Merge::Fill {
        let (full, initials) = name_pinyin(checked.name.expose());
        p.name = checked.name.expose().to_owned();
        p.name_key = checked.name.compare_key();
        p.pinyin = format!("{full} {initials}");
        diff.insert("name".into(), serde_json::json!([old.name, p.name]));
    }
    if let Some(id) = &checked.id {
        let hash = id_hash(&office.keys, &id.number);
        if old.id_hash.as_ref() != Some(&hash) && (how != Merge::Fill || old.id_hash.is_none()) {
            let was = open(office, old.id, "id_sealed", old.id_sealed.as_deref())?;
            sealed.insert("id_number".into(), serde_json::json!([was, id.number.expose()]));
            p.id_sealed = Some(office.keys.seal(cell("id_sealed", p.id), id.number.expose().as_bytes())?);
            p.id_hash = Some(hash);
            p.verification = Verification::FormatChecked;
            p.verified_by = None;
            p.verified_at = None;
        }
    }
    if let Some(phone) = &checked.phone {
        let hash = phone_hash(&office.keys, phone);
        if old.phone_hash.as_ref() != Some(&hash) && (how != Merge::Fill || old.phone_hash.is_none()) {
            let was = open(office, old.id, "phone_sealed", old.phone_sealed.as_deref())?;
            sealed.insert("phone".into(), serde_json::json!([was, phone.expose()]));
            p.phone_sealed = Some(office.keys.seal(cell("phone_sealed", p.id), phone.expose().as_bytes())?);
            p.phone_hash = Some(hash);
        }
    }
    Ok(Rewritten { person: p, diff, sealed })
}

/// Names of the fields that [`change`] would write, with old and new where they may be shown; empty when nothing differs.
pub fn differs(office: &Office, record: &Record, checked: &Checked, how: Merge) -> Result<Map<String, Value>> {
    let Rewritten { mut diff, sealed, .. } = rewrite(office, &record.person, checked, how)?;
    // What is sealed is told apart by its first and last digits.
    diff.extend(sealed.into_iter().map(|(field, pair)| {
        let sides = pair.as_array().map(Vec::as_slice).unwrap_or_default();
        (field, sides.iter().map(|side| side.as_str().map_or(Value::Null, |text| masked(text).into())).collect())
    }));
    diff.extend(household_diff(record, checked, how));
    diff.extend(job_diff(record, checked, how));
    if checked.consents.iter().any(|g| record.consent(g.scope) != Some(!g.refused)) {
        diff.insert("consent".into(), Value::Null);
    }
    Ok(diff)
}

/// Writes what changed of a person; answers the names of the changed fields, empty when nothing did.
pub async fn change(
    office: &Office,
    tx: &mut Tx,
    by: &Bringer<'_>,
    record: &Record,
    checked: &Checked,
    how: Merge,
    expected: Option<i64>,
) -> Result<Vec<String>> {
    let now = office.now();
    let old = &record.person;
    let Rewritten { person: mut p, mut diff, sealed } = rewrite(office, old, checked, how)?;
    let mut names: Vec<String> = diff.keys().chain(sealed.keys()).cloned().collect();
    let places = match &p.worker.village {
        Some(village) => household::places(tx, &[village], || office.id()).await?,
        None => HashMap::new(),
    };
    if !names.is_empty() {
        p.place = p.worker.village.as_ref().and_then(|v| places.get(&place_key(v)).copied());
        p.updated_at = now;
        p.version = expected.unwrap_or(old.version);
        match worker::update(tx, &p).await {
            Ok(true) => {}
            Ok(false) => return Err(Error::Stale),
            Err(crate::store::Error::Duplicate) => return Err(Error::conflict("worker.exists")),
            Err(other) => return Err(other.into()),
        }
    }
    if change_household(office, tx, by, record, checked, &places, how).await? {
        names.push("household".into());
        diff.extend(household_diff(record, checked, how));
    }
    if change_job(office, tx, record, checked, how).await? {
        names.push("employment".into());
        diff.extend(job_diff(record, checked, how));
    }
    let fresh: Vec<Consent> = checked
        .consents
        .iter()
        .filter(|g| record.consent(g.scope) != Some(!g.refused))
        .map(|g| consent(office, by.actor, p.id, g))
        .collect();
    if !fresh.is_empty() {
        worker::add_consents(tx, &fresh).await?;
        if fresh.iter().any(|c| c.scope == ConsentScope::Employer && !c.refused) {
            crate::actions::introduction::consented(office, by.actor, tx, p.id).await?;
        }
        names.push("consent".into());
        diff.insert("consent".into(), fresh.iter().map(|c| Value::from(c.scope.code())).collect());
    }
    if !names.is_empty() {
        let entry = entry(office, by.actor, "worker", p.id, by.act, diff);
        let cell = Cell { table: "history", column: "sealed", id: entry.id };
        let seal = |map| office.keys.seal(cell, Value::Object(map).to_string().as_bytes());
        let sealed = (!sealed.is_empty()).then(|| seal(sealed)).transpose()?;
        crate::store::history::add(tx, &[Entry { sealed, ..entry }]).await?;
    }
    Ok(names)
}

/// What a registration does to the membership of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moves {
    /// Same household, same facts, same relation.
    Nothing,
    /// The facts of the household that the person is in.
    Facts,
    /// Another household, or another relation to the head.
    Member,
}

fn moves(record: &Record, checked: &Checked, facts: &HouseholdFacts, how: Merge) -> Moves {
    let Some((_, old)) = &record.household else { return Moves::Member };
    // The household of a person whom another station keeps is that station's to change.
    if how == Merge::Fill {
        return Moves::Nothing;
    }
    let key = household_key(facts, &checked.worker);
    let same = key.is_none() || key == household_key(old, &record.person.worker);
    if !same || (facts.relation.is_some() && facts.relation != old.relation) {
        return Moves::Member;
    }
    let mut merged = old.clone();
    fill_household(&mut merged, facts, true);
    if merged == *old { Moves::Nothing } else { Moves::Facts }
}

/// Old and new of each fact of the household, as [`change`] would write them.
fn household_diff(record: &Record, checked: &Checked, how: Merge) -> Map<String, Value> {
    let Some(facts) = &checked.household else { return Map::new() };
    if moves(record, checked, facts, how) == Moves::Nothing {
        return Map::new();
    }
    let before = record.household.as_ref().map(|(_, old)| old.clone()).unwrap_or_default();
    let key = household_key(facts, &checked.worker);
    let stays = key.is_none() || key == household_key(&before, &record.person.worker);
    let mut after = if stays { before.clone() } else { HouseholdFacts::default() };
    fill_household(&mut after, facts, true);
    after.relation = facts.relation.clone().or(before.relation.clone());
    parts("household", &before, &after)
}

async fn change_household(
    office: &Office,
    tx: &mut Tx,
    by: &Bringer<'_>,
    record: &Record,
    checked: &Checked,
    places: &HashMap<String, Uuid>,
    how: Merge,
) -> Result<bool> {
    let Some(facts) = &checked.household else { return Ok(false) };
    let moves = moves(record, checked, facts, how);
    if moves == Moves::Nothing {
        return Ok(false);
    }
    let standing = record.household.as_ref();
    let key = match (household_key(facts, &checked.worker), standing) {
        (Some(key), _) => key,
        // Nothing names another household: it is the one that the person is in.
        (None, Some((id, _))) => {
            household::key_of(tx, *id).await?.unwrap_or_else(|| own_household_key(record.person.id))
        }
        (None, None) => own_household_key(record.person.id),
    };
    let ids = enter_households(office, tx, by, std::iter::once((key.clone(), checked)), places).await?;
    let Some(id) = ids.get(&key).copied() else { return Ok(false) };
    if moves == Moves::Member || standing.is_some_and(|(old, _)| *old != id) {
        let relation = facts.relation.clone().or_else(|| standing.and_then(|(_, f)| f.relation.clone()));
        household::join(tx, &[(office.id(), (record.person.id, id, relation))], standing.is_some(), office.now())
            .await?;
    }
    Ok(true)
}

/// What a registration does to the work that stands.
#[derive(Debug, Clone, PartialEq)]
enum JobChange {
    /// Nothing.
    Nothing,
    /// The person was not at work.
    Add,
    /// Another employer: the old work ends.
    Move,
    /// More is known of the same work.
    Facts(Employment),
}

fn job_change(record: &Record, checked: &Checked, how: Merge) -> JobChange {
    let Some(new) = &checked.employment else { return JobChange::Nothing };
    match record.job() {
        // An old sheet that comes again does not take up work that has ended.
        None if how != Merge::Whole
            && record.jobs.iter().any(|j| Employment { to: None, ..j.facts.clone() } == *new) =>
        {
            JobChange::Nothing
        }
        None => JobChange::Add,
        // What came from a placement is not overwritten; that it has ended may be said.
        Some(old) if old.source == "placement" && new.to.is_some() && how != Merge::Fill => {
            JobChange::Facts(Employment { to: new.to, ..old.facts.clone() })
        }
        Some(old) if old.source == "placement" || how == Merge::Fill => JobChange::Nothing,
        Some(old) => {
            let mut facts = old.facts.clone();
            let moved = new.employer.is_some() && old.facts.employer.is_some() && new.employer != old.facts.employer;
            fill_job(&mut facts, new);
            match facts == old.facts {
                true => JobChange::Nothing,
                false if moved => JobChange::Move,
                false => JobChange::Facts(facts),
            }
        }
    }
}

/// Old and new of each fact of the work, as [`change`] would write them.
fn job_diff(record: &Record, checked: &Checked, how: Merge) -> Map<String, Value> {
    let (Some(new), old) = (&checked.employment, record.job().map(|j| j.facts.clone()).unwrap_or_default()) else {
        return Map::new();
    };
    match job_change(record, checked, how) {
        JobChange::Nothing => Map::new(),
        JobChange::Facts(facts) => parts("employment", &old, &facts),
        JobChange::Add | JobChange::Move => parts("employment", &old, new),
    }
}

/// `{group.field: [old, new]}` of the facts of a group.
fn parts<T: Serialize>(group: &str, before: &T, after: &T) -> Map<String, Value> {
    changes(before, after).into_iter().map(|(field, value)| (format!("{group}.{field}"), value)).collect()
}

async fn change_job(office: &Office, tx: &mut Tx, record: &Record, checked: &Checked, how: Merge) -> Result<bool> {
    let change = job_change(record, checked, how);
    let Some(new) = &checked.employment else { return Ok(false) };
    match (&change, record.job()) {
        (JobChange::Nothing, _) => return Ok(false),
        (JobChange::Facts(facts), Some(old)) => {
            worker::update_job(tx, &Job { facts: facts.clone(), to: facts.to, ..old.clone() }).await?;
            return Ok(true);
        }
        (JobChange::Move, Some(old)) => {
            let facts = Employment { to: Some(office.today()), ..old.facts.clone() };
            worker::update_job(tx, &Job { to: facts.to, facts, ..old.clone() }).await?;
        }
        _ => {}
    }
    worker::add_jobs(tx, &[job(office, record.person.id, new)], office.now()).await?;
    Ok(true)
}

fn fill_job(into: &mut Employment, from: &Employment) {
    let Employment { employer, place, wage, from: start, to, industry, channel, organised, months } = from.clone();
    into.employer = employer.or(into.employer.take());
    into.place = place.or(into.place.take());
    into.wage = wage.or(into.wage);
    into.from = start.or(into.from);
    into.to = to.or(into.to);
    into.industry = industry.or(into.industry.take());
    into.channel = channel.or(into.channel.take());
    into.organised = organised.or(into.organised);
    into.months = months.or(into.months);
}
