//! Writing checked people into the register, one or a chunk at a time: what registering and importing share.

mod change;

use std::collections::HashMap;

use serde_json::{Map, Value};
use uuid::Uuid;

use super::error::{Error, Result};
use super::office::Office;
use super::put::entry;
use crate::domain::actor::Actor;
use crate::domain::household::HouseholdFacts;
use crate::domain::identity::{IdNumber, Phone, name_pinyin};
use crate::domain::registration::{Checked, GivenConsent};
use crate::domain::station::{LinkRole, StationKind};
use crate::domain::worker::{Basis, Employment, Verification, Worker};
use crate::store::Tx;
use crate::store::crypt::{Cell, Keys};
use crate::store::household::{self, Household, place_key};
use crate::store::station::StationRow;
use crate::store::worker::{self, Consent, Job, Link, Person, Referenced};

pub use change::{Merge, change, differs};

/// Who brings people in, and how.
#[derive(Debug, Clone)]
pub struct Bringer<'a> {
    /// Who.
    pub actor: &'a Actor,
    /// The station in whose name.
    pub station: Option<Uuid>,
    /// Act for the history, for example `worker.register`.
    pub act: &'static str,
}

/// A person to write.
#[derive(Debug)]
pub struct Incoming<'a> {
    /// What was checked.
    pub checked: &'a Checked,
    /// Keyed hash that finds an imported person without number again.
    pub import_key: Option<Vec<u8>>,
}

/// Keyed hash of an ID number.
pub fn id_hash(keys: &Keys, id: &IdNumber) -> Vec<u8> {
    keys.lookup("id", id.expose())
}

/// Keyed hash of a phone.
pub fn phone_hash(keys: &Keys, phone: &Phone) -> Vec<u8> {
    keys.lookup("phone", phone.expose())
}

/// The cell of a person's sealed column.
pub fn cell(column: &'static str, id: Uuid) -> Cell<'static> {
    Cell { table: "worker", column, id }
}

/// The key of a household: its number, else head and place.
pub fn household_key(facts: &HouseholdFacts, worker: &Worker) -> Option<String> {
    if let Some(number) = &facts.number {
        return Some(format!("n:{number}"));
    }
    let head = facts.head.as_ref()?;
    let place = worker.village.as_ref().map(place_key).or_else(|| worker.origin.clone())?;
    Some(format!("h:{head}|{place}"))
}

/// The key of the household of a person of whom neither number nor head of the household is known.
fn own_household_key(person: Uuid) -> String {
    format!("p:{person}")
}

/// The stations of a person: the county station of the origin, the service home of the residence, and the bringer's own.
pub fn stations_of(stations: &[StationRow], worker: &Worker, own: Option<Uuid>) -> Vec<(Uuid, LinkRole)> {
    let serving = |code: &str, kinds: &[StationKind]| {
        stations
            .iter()
            .filter(|s| kinds.contains(&s.station.kind))
            .flat_map(|s| s.station.regions.iter().map(move |r| (s.id, r)))
            .filter(|(_, region)| code.starts_with(region.trim_end_matches("00")))
            .max_by_key(|(_, region)| region.trim_end_matches("00").len())
            .map(|(id, _)| id)
    };
    let origin = worker.origin.as_deref().and_then(|o| serving(o, &[StationKind::County]));
    let home = worker.residence.as_deref().and_then(|r| serving(r, &[StationKind::ServiceHome]));
    let mut links = Vec::new();
    if let Some(origin) = origin {
        links.push((origin, LinkRole::Origin));
    }
    if let Some(destination) = home.or(own.filter(|o| Some(*o) != origin)) {
        links.push((destination, LinkRole::Destination));
    }
    if let Some(own) = own
        && !links.iter().any(|(id, _)| *id == own)
    {
        links.push((own, LinkRole::Service));
    }
    links
}

/// Adds people who are new; answers their ids in order.
pub async fn create(office: &Office, tx: &mut Tx, by: &Bringer<'_>, incoming: &[Incoming<'_>]) -> Result<Vec<Uuid>> {
    let now = office.now();
    let today = office.today();
    let stations = office.stations().await;
    let villages: Vec<_> = incoming.iter().filter_map(|i| i.checked.worker.village.as_ref()).collect();
    let places = household::places(tx, &villages, || office.id()).await?;
    let references = office.references(tx, Referenced::Worker, incoming.len()).await?;

    let mut people = Vec::with_capacity(incoming.len());
    for (new, reference) in incoming.iter().zip(references) {
        people.push(person(office, &places, new, reference, now, today)?);
    }
    worker::insert(tx, &people).await.map_err(|e| match e {
        crate::store::Error::Duplicate => Error::conflict("worker.exists"),
        other => other.into(),
    })?;

    let keys: Vec<Option<String>> = people
        .iter()
        .zip(incoming)
        .map(|(p, new)| {
            let facts = new.checked.household.as_ref()?;
            Some(household_key(facts, &new.checked.worker).unwrap_or_else(|| own_household_key(p.id)))
        })
        .collect();
    let keyed = keys.iter().zip(incoming).filter_map(|(key, new)| Some((key.clone()?, new.checked)));
    let households = enter_households(office, tx, by, keyed, &places).await?;
    let (mut members, mut links, mut jobs, mut consents, mut history) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for ((p, new), key) in people.iter().zip(incoming).zip(&keys) {
        let c = new.checked;
        if let Some(facts) = &c.household
            && let Some(id) = key.as_ref().and_then(|k| households.get(k))
        {
            members.push((office.id(), (p.id, *id, facts.relation.clone())));
        }
        for (station, role) in stations_of(&stations, &c.worker, by.station) {
            links.push(Link { worker: p.id, station, role });
        }
        if let Some(facts) = &c.employment {
            jobs.push(job(office, p.id, facts));
        }
        consents.extend(c.consents.iter().map(|g| consent(office, by.actor, p.id, g)));
        history.push(entry(office, by.actor, "worker", p.id, by.act, Map::new()));
    }
    household::join(tx, &members, false, now).await?;
    worker::link(tx, &links, now).await?;
    worker::add_jobs(tx, &jobs, now).await?;
    worker::add_consents(tx, &consents).await?;
    crate::store::history::add(tx, &history).await?;
    Ok(people.into_iter().map(|p| p.id).collect())
}

fn person(
    office: &Office,
    places: &HashMap<String, Uuid>,
    new: &Incoming<'_>,
    reference: String,
    now: i64,
    today: jiff::civil::Date,
) -> Result<Person> {
    let id = office.id();
    let c = new.checked;
    let sealed = |column, text: &str| office.keys.seal(cell(column, id), text.as_bytes());
    let (full, initials) = name_pinyin(c.name.expose());
    let mut worker = c.worker.clone();
    worker.statement_on = worker.statement.map(|_| today);
    Ok(Person {
        id,
        reference,
        name: c.name.expose().to_owned(),
        name_key: c.name.compare_key(),
        pinyin: format!("{full} {initials}"),
        id_hash: c.id.as_ref().map(|p| id_hash(&office.keys, &p.number)),
        id_sealed: c.id.as_ref().map(|p| sealed("id_sealed", p.number.expose())).transpose()?,
        phone_hash: c.phone.as_ref().map(|p| phone_hash(&office.keys, p)),
        phone_sealed: c.phone.as_ref().map(|p| sealed("phone_sealed", p.expose())).transpose()?,
        import_key: new.import_key.clone(),
        place: worker.village.as_ref().and_then(|v| places.get(&place_key(v)).copied()),
        basis: Basis::Duty,
        verification: if c.id.is_some() && c.warnings.iter().all(|w| !w.code.ends_with("_differs")) {
            Verification::FormatChecked
        } else {
            Verification::Unverified
        },
        worker,
        verified_by: None,
        verified_at: None,
        merged_into: None,
        closed_at: None,
        closed_reason: None,
        version: 1,
        created_at: now,
        updated_at: now,
    })
}

/// A stretch of work that the register reports.
fn job(office: &Office, worker: Uuid, facts: &Employment) -> Job {
    Job {
        id: office.id(),
        worker,
        employer: None,
        facts: facts.clone(),
        occupation: None,
        source: "register".into(),
        to: facts.to,
        introduction: None,
    }
}

/// A consent as recorded now or on the day it was given.
pub fn consent(office: &Office, actor: &Actor, worker: Uuid, given: &GivenConsent) -> Consent {
    Consent {
        id: office.id(),
        worker,
        scope: given.scope,
        way: given.way,
        at: given.on.filter(|d| *d < office.today()).map_or_else(|| office.now(), super::clock::start_of),
        by: actor.name().to_owned(),
        refused: given.refused,
        withdrawn_at: None,
    }
}

/// Makes or completes the households that people bring along, each with its key; answers their ids by key.
async fn enter_households<'a>(
    office: &Office,
    tx: &mut Tx,
    by: &Bringer<'_>,
    keyed: impl Iterator<Item = (String, &'a Checked)>,
    places: &HashMap<String, Uuid>,
) -> Result<HashMap<String, Uuid>> {
    let mut wanted: HashMap<String, (HouseholdFacts, Option<Uuid>)> = HashMap::new();
    for (key, c) in keyed {
        let Some(facts) = &c.household else { continue };
        let place = c.worker.village.as_ref().and_then(|v| places.get(&place_key(v)).copied());
        let entry = wanted.entry(key).or_default();
        fill_household(&mut entry.0, facts, true);
        entry.1 = entry.1.or(place);
    }
    if wanted.is_empty() {
        return Ok(HashMap::new());
    }
    let now = office.now();
    let standing = household::by_keys(tx, &wanted.keys().cloned().collect::<Vec<_>>()).await?;
    let (mut ids, mut new, mut episodes) = (HashMap::new(), Vec::new(), Vec::new());
    for (key, (facts, place)) in wanted {
        let under_watch = facts.watch_class.filter(|_| facts.risk_cleared != Some(true));
        if let Some(there) = standing.get(&key) {
            let mut merged = there.clone();
            fill_household(&mut merged.facts, &facts, true);
            merged.place = merged.place.or(place);
            if merged.facts != there.facts || merged.place != there.place {
                household::update(tx, &merged, now).await?;
            }
            match (there.watch, under_watch) {
                (None, Some(class)) => episodes.push((office.id(), there.id, class, office.today())),
                (Some(old), Some(class)) if old != class => {
                    household::clear_watch(tx, there.id, now, by.actor.name()).await?;
                    episodes.push((office.id(), there.id, class, office.today()));
                }
                (Some(_), _) if facts.risk_cleared == Some(true) => {
                    household::clear_watch(tx, there.id, now, by.actor.name()).await?;
                }
                _ => {}
            }
            ids.insert(key, there.id);
        } else {
            let id = office.id();
            if let Some(class) = under_watch {
                episodes.push((office.id(), id, class, office.today()));
            }
            ids.insert(key.clone(), id);
            new.push(Household { id, key, facts, place, watch: None });
        }
    }
    household::insert(tx, &new, now).await?;
    household::watch(tx, &episodes).await?;
    Ok(ids)
}

/// Takes what is said over what stood (`newer`), or only into what was empty; never empties a field.
fn fill_household(into: &mut HouseholdFacts, from: &HouseholdFacts, newer: bool) {
    fn take<T: Clone>(into: &mut Option<T>, from: &Option<T>, newer: bool) {
        if from.is_some() && (newer || into.is_none()) {
            into.clone_from(from);
        }
    }
    take(&mut into.number, &from.number, newer);
    take(&mut into.head, &from.head, newer);
    take(&mut into.kind, &from.kind, newer);
    take(&mut into.watch_class, &from.watch_class, newer);
    take(&mut into.risk_cleared, &from.risk_cleared, newer);
    take(&mut into.relocated, &from.relocated, newer);
    take(&mut into.settlement, &from.settlement, newer);
    take(&mut into.members, &from.members, newer);
    take(&mut into.minors, &from.minors, newer);
}

/// Opens a sealed cell of a person.
pub fn open(office: &Office, id: Uuid, column: &'static str, sealed: Option<&[u8]>) -> Result<Option<String>> {
    Ok(sealed.map(|s| office.keys.open_text(cell(column, id), s)).transpose()?)
}

fn facts_of(worker: &Worker) -> Map<String, Value> {
    match serde_json::to_value(worker) {
        Ok(Value::Object(map)) => map,
        _ => Map::new(),
    }
}

fn empty(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Array(list) => list.is_empty(),
        _ => false,
    }
}

/// What stands where such a value is left out.
fn nothing(value: &Value) -> Value {
    if value.is_array() { Value::Array(Vec::new()) } else { Value::Null }
}

/// `{field: [old, new]}` of what differs.
pub fn difference(before: &Map<String, Value>, after: &Map<String, Value>) -> Map<String, Value> {
    let mut diff = Map::new();
    for (field, new) in after {
        let old = before.get(field).cloned().unwrap_or_else(|| nothing(new));
        if old != *new && !(empty(&old) && empty(new)) {
            diff.insert(field.clone(), Value::Array(vec![old, new.clone()]));
        }
    }
    for (field, old) in before {
        if !after.contains_key(field) && !empty(old) {
            diff.insert(field.clone(), Value::Array(vec![old.clone(), nothing(old)]));
        }
    }
    diff
}
