//! People of the register: register, read, change, link, reveal, merge.

use serde_json::{Map, Value};
use uuid::Uuid;

use super::enter::{Bringer, Incoming, Merge, change, create, id_hash, open, phone_hash};
use super::error::{Error, Result};
use super::office::Office;
use crate::domain::actor::{Actor, Right};
use crate::domain::body::Context;
use crate::domain::fault::FieldFault;
use crate::domain::identity::{IdNumber, Name, Phone, similar_names};
use crate::domain::registration::{Checked, Registration};
use crate::domain::station::LinkRole;
use crate::store::history::{self, Entry};
use crate::store::worker::{self as people, Link, Record, Scope};

/// Links by number that a clerk may make in a day.
pub const LINKS_A_DAY: i64 = 20;

/// A person who may be the same, as far as the actor may know.
#[derive(Debug, Clone)]
pub struct Alike {
    /// The person.
    pub id: Uuid,
    /// `duplicate.name_birth`, `duplicate.name_phone` or `duplicate.similar`.
    pub code: &'static str,
    /// True if the actor's scope holds them.
    pub visible: bool,
}

/// What registering came to.
#[derive(Debug)]
pub struct Registered {
    /// The new person.
    pub record: Record,
    /// Warnings of the check.
    pub warnings: Vec<FieldFault>,
    /// Possible duplicates, put on the review list.
    pub alike: Vec<Alike>,
}

/// Checks a registration against the lists of the office.
pub fn check(office: &Office, body: &Registration) -> std::result::Result<Checked, Vec<FieldFault>> {
    body.check(&Context {
        today: office.today(),
        occupation: &super::live::occupation_of,
        certificate: &super::live::certificate_of,
    })
}

/// Registers a person. A number that stands already is a conflict; a likeness is told, never a block.
pub async fn register(office: &Office, actor: &Actor, body: &Registration) -> Result<Registered> {
    office.need(actor, Right::Persons)?;
    let checked = check(office, body)?;
    refuse_known(office, actor, &checked).await?;
    let alike = alike(office, actor, &checked, None).await?;
    let by = Bringer { actor, station: actor.station(), act: "worker.register" };
    let warnings = checked.warnings.clone();
    let mut tx = office.begin().await?;
    let ids = create(office, &mut tx, &by, &[Incoming { checked: &checked, import_key: None }]).await?;
    let id = ids.first().copied().ok_or_else(|| Error::Internal("nobody was written".into()))?;
    let pairs: Vec<_> = alike.iter().map(|a| (id, a.id, a.code.to_owned())).collect();
    people::suspect(&mut tx, &pairs, office.now()).await?;
    tx.audit(office.audit(actor, "worker.register", "worker", Some(id), ""));
    office.commit(tx).await?;
    Ok(Registered { record: load(office, &Scope::All, id).await?, warnings, alike })
}

async fn refuse_known(office: &Office, actor: &Actor, checked: &Checked) -> Result<()> {
    let Some(id) = &checked.id else { return Ok(()) };
    let hash = id_hash(&office.keys, &id.number);
    let Some(there) = people::by_id_hashes(&mut &office.db, &[hash]).await?.into_iter().next() else { return Ok(()) };
    let there = there.merged_into.unwrap_or(there.id);
    let scope = office.scope(actor).await?;
    if people::find(&mut &office.db, &scope, there).await?.is_some() {
        return Err(Error::Conflict { code: "worker.exists", with: Some(there) });
    }
    Err(Error::conflict("worker.known_elsewhere"))
}

/// People who may be the same: same name and birth date, same name and phone, or a similar name with same birth date and village.
pub async fn alike(office: &Office, actor: &Actor, checked: &Checked, own: Option<Uuid>) -> Result<Vec<Alike>> {
    let scope = office.scope(actor).await?;
    let name = checked.name.compare_key();
    let phone = checked.phone.as_ref().map(|p| phone_hash(&office.keys, p));
    let number = checked.id.as_ref().map(|p| id_hash(&office.keys, &p.number));
    let mut read = &office.db;
    let place = match &checked.worker.village {
        Some(v) => crate::store::household::place_of(&mut read, v).await?,
        None => None,
    };
    let births: Vec<_> = checked.worker.birth_date.zip(place).into_iter().collect();
    let distinct = match own {
        Some(own) => people::distinct_from(&mut read, own).await?,
        None => Vec::new(),
    };
    let mut found: Vec<Alike> = Vec::new();
    for other in people::alike(&mut read, std::slice::from_ref(&name), &births).await? {
        let both_numbered = number.is_some() && other.id_hash.is_some();
        let known = Some(other.id) == own || found.iter().any(|a| a.id == other.id) || distinct.contains(&other.id);
        // Two different valid numbers are two people.
        if known || both_numbered {
            continue;
        }
        let same_name = other.name_key == name;
        let same_birth = other.birth_date.is_some() && other.birth_date == checked.worker.birth_date;
        let code = if same_name && same_birth {
            "duplicate.name_birth"
        } else if same_name && phone.is_some() && other.phone_hash == phone {
            "duplicate.name_phone"
        } else if same_birth && other.place.is_some() && other.place == place && similar_names(&name, &other.name_key) {
            "duplicate.similar"
        } else {
            continue;
        };
        let visible = people::find(&mut read, &scope, other.id).await?.is_some();
        found.push(Alike { id: other.id, code, visible });
    }
    Ok(found)
}

/// A record within the scope.
pub async fn load(office: &Office, scope: &Scope, id: Uuid) -> Result<Record> {
    let mut read = &office.db;
    let person = people::find(&mut read, scope, id).await?.ok_or(Error::NotFound)?;
    let id = person.merged_into.unwrap_or(person.id);
    people::records(&mut read, scope, &[id]).await?.into_iter().next().ok_or(Error::NotFound)
}

/// Reads one person; audited.
pub async fn find(office: &Office, actor: &Actor, id: Uuid) -> Result<Record> {
    office.need(actor, Right::Persons)?;
    let scope = office.scope(actor).await?;
    let record = load(office, &scope, id).await?;
    office.read_of(actor, "worker.read", Some(record.person.id), "").await?;
    Ok(record)
}

/// Notes that the actor opened a person's page, for the list of the last ten.
pub async fn note_viewed(office: &Office, actor: &Actor, id: Uuid) -> Result<()> {
    let Actor::Account { id: account, .. } = actor else { return Ok(()) };
    let mut tx = office.begin().await?;
    people::viewed(&mut tx, *account, id, office.now()).await?;
    Ok(tx.commit().await?)
}

/// Masked number and phone of a person.
pub fn masked(office: &Office, record: &Record) -> Result<(Option<String>, Option<String>)> {
    let p = &record.person;
    let number = open(office, p.id, "id_sealed", p.id_sealed.as_deref())?;
    let phone = open(office, p.id, "phone_sealed", p.phone_sealed.as_deref())?;
    Ok((
        number.and_then(|n| IdNumber::restore(&n).ok()).map(|n| n.masked()),
        phone.and_then(|n| Phone::parse(&n).ok()).map(|n| n.masked()),
    ))
}

/// The registration that stands, for the edit form and for PATCH.
pub fn registration(record: &Record) -> Registration {
    Registration::of(
        &record.person.name,
        &record.person.worker,
        record.household.as_ref().map(|(_, h)| h),
        record.job().map(|j| &j.facts),
    )
}

/// Changes a person by a JSON merge patch on the registration; `expected` is the version of `If-Match`.
pub async fn patch(
    office: &Office,
    actor: &Actor,
    id: Uuid,
    patch: Map<String, Value>,
    expected: i64,
) -> Result<Record> {
    office.need(actor, Right::Persons)?;
    let scope = office.scope(actor).await?;
    let record = load(office, &scope, id).await?;
    let mut whole = serde_json::to_value(registration(&record)).map_err(|e| Error::Internal(e.to_string()))?;
    merge_patch(&mut whole, Value::Object(patch));
    let body: Registration = serde_json::from_value(whole).map_err(|_| Error::field("", "field.type"))?;
    change_to(office, actor, &record, body, expected).await
}

/// RFC 7396: null takes away, objects merge, everything else replaces.
pub(super) fn merge_patch(into: &mut Value, patch: Value) {
    match patch {
        Value::Object(patch) => {
            if !into.is_object() {
                *into = Value::Object(Map::new());
            }
            if let Some(map) = into.as_object_mut() {
                for (name, value) in patch {
                    if value.is_null() {
                        map.remove(&name);
                    } else {
                        merge_patch(map.entry(name).or_insert(Value::Null), value);
                    }
                }
            }
        }
        other => *into = other,
    }
}

/// Changes a person to what the whole registration says; number and phone stay when they are not given.
pub async fn change_to(
    office: &Office,
    actor: &Actor,
    record: &Record,
    mut body: Registration,
    expected: i64,
) -> Result<Record> {
    office.need(actor, Right::Persons)?;
    let p = &record.person;
    // What is not typed again stays: forms and patches never carry the masked number back.
    let keeps_number = body.id_number.is_none() && p.id_sealed.is_some();
    if keeps_number {
        body.id_number = open(office, p.id, "id_sealed", p.id_sealed.as_deref())?.map(Into::into);
    }
    let checked = check(office, &body)?;
    if !keeps_number && let Some(id) = &checked.id {
        let hash = id_hash(&office.keys, &id.number);
        let other = people::by_id_hashes(&mut &office.db, &[hash]).await?.into_iter().find(|o| o.id != p.id);
        if other.is_some() {
            refuse_known(office, actor, &checked).await?;
        }
    }
    let by = Bringer { actor, station: actor.station(), act: "worker.change" };
    let mut tx = office.begin().await?;
    let fields = change(office, &mut tx, &by, record, &checked, Merge::Whole, Some(expected)).await?;
    if p.version != expected {
        return Err(Error::Stale);
    }
    if !fields.is_empty() {
        let links: Vec<_> = super::enter::stations_of(&office.stations().await, &checked.worker, None)
            .into_iter()
            .map(|(station, role)| Link { worker: p.id, station, role })
            .collect();
        people::link(&mut tx, &links, office.now()).await?;
        tx.audit(office.audit(actor, "worker.change", "worker", Some(p.id), &fields.join(",")));
        office.commit(tx).await?;
    }
    load(office, &office.scope(actor).await?, p.id).await
}

/// A person with their history, newest first; sealed fields are told by name only.
pub async fn timeline(office: &Office, actor: &Actor, id: Uuid) -> Result<(Record, Vec<Entry>)> {
    let record = find(office, actor, id).await?;
    let entries = history::of(&mut &office.db, record.person.id, 200).await?;
    Ok((record, entries))
}

/// What was revealed.
#[derive(Debug, Default)]
pub struct Revealed {
    /// ID number.
    pub id_number: Option<String>,
    /// Phone.
    pub phone: Option<String>,
}

/// Shows sealed fields in full; needs a reason and is audited before the answer.
pub async fn reveal(office: &Office, actor: &Actor, id: Uuid, fields: &[String], reason: &str) -> Result<Revealed> {
    office.need(actor, Right::Reveal)?;
    let mut faults = Vec::new();
    if reason.trim().chars().count() < 2 || reason.chars().count() > 200 {
        faults.push(FieldFault::new("reason", "reveal.reason"));
    }
    if fields.is_empty() || fields.iter().any(|f| f != "id_number" && f != "phone") {
        faults.push(FieldFault::new("fields", "reveal.fields"));
    }
    if !faults.is_empty() {
        return Err(Error::Invalid(faults));
    }
    let record = load(office, &office.scope(actor).await?, id).await?;
    let p = &record.person;
    let mut tx = office.begin().await?;
    tx.audit(office.audit(actor, "worker.reveal", "worker", Some(p.id), &fields.join(",")));
    let mut diff = Map::new();
    diff.insert("reason".into(), Value::from(reason.trim()));
    let entry = Entry {
        id: office.id(),
        kind: "worker".into(),
        object: p.id,
        at: office.now(),
        actor: actor.name().into(),
        act: "worker.reveal".into(),
        diff,
        sealed: None,
    };
    history::add(&mut tx, &[entry]).await?;
    office.commit(tx).await?;
    let mut shown = Revealed::default();
    if fields.iter().any(|f| f == "id_number") {
        shown.id_number = open(office, p.id, "id_sealed", p.id_sealed.as_deref())?;
    }
    if fields.iter().any(|f| f == "phone") {
        shown.phone = open(office, p.id, "phone_sealed", p.phone_sealed.as_deref())?;
    }
    Ok(shown)
}

/// Adds the own station's link to a person whom another station keeps: name and number must both agree.
pub async fn link(office: &Office, actor: &Actor, name: &str, id_number: &str) -> Result<Record> {
    office.need(actor, Right::Persons)?;
    let station = actor.station().ok_or(Error::Forbidden)?;
    let mut faults = Vec::new();
    let name = Name::parse(name).map_err(|e| faults.push(FieldFault::new("name", e.code()))).ok();
    let id = IdNumber::parse(id_number, office.today())
        .map_err(|e| faults.push(FieldFault::new("id_number", e.code())))
        .ok();
    let (Some(name), Some(id)) = (name, id) else { return Err(Error::Invalid(faults)) };
    let since = super::clock::start_of(office.today());
    if crate::store::audit::count(&mut &office.db, actor.name(), "worker.link", since).await? >= LINKS_A_DAY {
        return Err(Error::TooMany("worker.links_a_day"));
    }
    let mut tx = office.begin().await?;
    let hash = id_hash(&office.keys, &id.number);
    let there = people::by_id_hashes(&mut tx, &[hash]).await?.into_iter().next();
    let found = there.filter(|p| p.name_key == name.compare_key());
    let mut line = office.audit(actor, "worker.link", "worker", found.as_ref().map(|p| p.id), "");
    let Some(person) = found else {
        // A wrong guess counts against the day's limit and is on record.
        line.result = "denied".into();
        tx.audit(line);
        office.commit(tx).await?;
        return Err(Error::NotFound);
    };
    let id = person.merged_into.unwrap_or(person.id);
    let link = Link { worker: id, station, role: LinkRole::Service };
    people::link(&mut tx, &[link], office.now()).await?;
    tx.audit(line);
    office.commit(tx).await?;
    load(office, &office.scope(actor).await?, id).await
}

/// Possible duplicates within the actor's scope: both records, the code and since when.
pub async fn duplicates(office: &Office, actor: &Actor) -> Result<Vec<(Record, Record, String, i64)>> {
    office.need(actor, Right::Persons)?;
    let scope = office.scope(actor).await?;
    let mut read = &office.db;
    let mut out = Vec::new();
    for (a, b, code, at) in people::suspects(&mut read, &scope).await? {
        let mut pair = people::records(&mut read, &scope, &[a, b]).await?.into_iter();
        if let (Some(a), Some(b)) = (pair.next(), pair.next()) {
            out.push((a, b, code, at));
        }
    }
    office.read_of(actor, "duplicates.read", None, "").await?;
    Ok(out)
}

/// Why two records were held to be one person or two, as far as it was said.
fn with_grounds(name: &str, other: &Record, grounds: &str) -> Map<String, Value> {
    let mut diff = Map::new();
    diff.insert(name.into(), Value::from(other.person.reference.clone()));
    if !grounds.trim().is_empty() {
        diff.insert("reason".into(), grounds.trim().chars().take(200).collect::<String>().into());
    }
    diff
}

/// Remembers that two people are not the same; the grounds stand in the timeline of both.
pub async fn distinct(office: &Office, actor: &Actor, id: Uuid, other: Uuid, grounds: &str) -> Result<()> {
    office.need(actor, Right::Persons)?;
    let scope = office.scope(actor).await?;
    let (a, b) = (load(office, &scope, id).await?, load(office, &scope, other).await?);
    let mut tx = office.begin().await?;
    people::mark_distinct(&mut tx, a.person.id, b.person.id, office.now(), actor.name()).await?;
    for (one, two) in [(&a, &b), (&b, &a)] {
        let diff = with_grounds("distinct", two, grounds);
        add_note(office, &mut tx, actor, one.person.id, "worker.distinct", diff).await?;
    }
    tx.audit(office.audit(actor, "worker.distinct", "worker", Some(a.person.id), ""));
    office.commit(tx).await
}

/// Merges `other` into the person: the row stays, readers follow it, undo clears it.
pub async fn merge(office: &Office, actor: &Actor, id: Uuid, other: Uuid, grounds: &str) -> Result<Record> {
    office.need(actor, Right::Persons)?;
    let scope = office.scope(actor).await?;
    let (winner, loser) = (load(office, &scope, id).await?, load(office, &scope, other).await?);
    if winner.person.id == loser.person.id {
        return Err(Error::field("other", "merge.same"));
    }
    let differ = winner.person.id_hash.is_some()
        && loser.person.id_hash.is_some()
        && winner.person.id_hash != loser.person.id_hash;
    if differ {
        return Err(Error::conflict("merge.two_numbers"));
    }
    let mut gone = loser.person.clone();
    gone.merged_into = Some(winner.person.id);
    gone.updated_at = office.now();
    let mut tx = office.begin().await?;
    if !people::update(&mut tx, &gone).await? {
        return Err(Error::Stale);
    }
    let links: Vec<_> = loser.links.iter().map(|l| Link { worker: winner.person.id, ..l.clone() }).collect();
    people::link(&mut tx, &links, office.now()).await?;
    let diff = with_grounds("merged", &loser, grounds);
    add_note(office, &mut tx, actor, winner.person.id, "worker.merge", diff).await?;
    tx.audit(office.audit(actor, "worker.merge", "worker", Some(winner.person.id), "merged_into"));
    office.commit(tx).await?;
    load(office, &scope, winner.person.id).await
}

/// The records that were merged into a person and can be taken apart again.
pub async fn merged_into(office: &Office, actor: &Actor, id: Uuid) -> Result<Vec<people::Person>> {
    office.need(actor, Right::Persons)?;
    Ok(people::merged_into(&mut &office.db, &office.scope(actor).await?, id).await?)
}

/// Undoes a merge: the person stands for themselves again.
pub async fn unmerge(office: &Office, actor: &Actor, id: Uuid) -> Result<Record> {
    office.need(actor, Right::Persons)?;
    let scope = office.scope(actor).await?;
    let mut person = people::find(&mut &office.db, &scope, id).await?.ok_or(Error::NotFound)?;
    let Some(winner) = person.merged_into.take() else { return Err(Error::conflict("merge.none")) };
    person.updated_at = office.now();
    let mut tx = office.begin().await?;
    if !people::update(&mut tx, &person).await? {
        return Err(Error::Stale);
    }
    let mut diff = Map::new();
    diff.insert("unmerged".into(), Value::from(person.reference.clone()));
    add_note(office, &mut tx, actor, winner, "worker.unmerge", diff).await?;
    tx.audit(office.audit(actor, "worker.unmerge", "worker", Some(id), "merged_into"));
    office.commit(tx).await?;
    load(office, &scope, id).await
}

/// Adds an entry to a person's timeline.
pub(super) async fn add_note(
    office: &Office,
    tx: &mut crate::store::Tx,
    actor: &Actor,
    id: Uuid,
    act: &str,
    diff: Map<String, Value>,
) -> Result<()> {
    let entry = Entry {
        id: office.id(),
        kind: "worker".into(),
        object: id,
        at: office.now(),
        actor: actor.name().into(),
        act: act.into(),
        diff,
        sealed: None,
    };
    Ok(history::add(tx, &[entry]).await?)
}

/// The people the actor's account opened last.
pub async fn last_opened(office: &Office, actor: &Actor) -> Result<Vec<people::Person>> {
    let Actor::Account { id, .. } = actor else { return Ok(Vec::new()) };
    Ok(people::last_viewed(&mut &office.db, &office.scope(actor).await?, *id, 10).await?)
}

/// A person within the actor's scope by the code said on the telephone.
pub async fn by_reference(office: &Office, actor: &Actor, reference: &str) -> Result<Uuid> {
    office.need(actor, Right::Persons)?;
    let scope = office.scope(actor).await?;
    let found = people::by_reference(&mut &office.db, &scope, &reference.trim().to_uppercase()).await?;
    found.map(|p| p.merged_into.unwrap_or(p.id)).ok_or_else(|| Error::field("worker", "worker.unknown"))
}
