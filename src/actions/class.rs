//! Training classes: add, change, import.

use std::collections::HashMap;

use serde_json::{Map, Value};
use uuid::Uuid;

use super::error::{Error, Result};
use super::office::Office;
use super::put::{Outcome, changes, context, entry, names, overlay, patched};
use super::station::is_own;
use crate::domain::actor::{Actor, Right};
use crate::domain::fault::FieldFault;
use crate::domain::training::{Class, ClassBody};
use crate::store::class::{self as classes, ClassRow, Record};
use crate::store::worker::Referenced;
use crate::store::{self, Tx, enrolment, history, vacancy};

/// Classes that are looked at for one name.
const NAMESAKES: i64 = 20;

async fn load(office: &Office, id: Uuid) -> Result<Record> {
    classes::find(&mut &office.db, id).await?.ok_or(Error::NotFound)
}

/// One class by id or short code, for anyone.
pub async fn find(office: &Office, key: &str) -> Result<Record> {
    let id = match key.parse::<Uuid>() {
        Ok(id) => id,
        Err(_) => classes::by_reference(&mut &office.db, &key.to_uppercase()).await?.ok_or(Error::NotFound)?,
    };
    load(office, id).await
}

/// The vacancies of an order class must be there.
async fn check_vacancy(read: &mut impl store::db::Read, class: &Class) -> Result<()> {
    let more = class.vacancies.iter().enumerate().map(|(n, id)| (format!("vacancies[{n}]"), *id));
    for (field, id) in class.vacancy.map(|id| ("vacancy".to_owned(), id)).into_iter().chain(more) {
        if vacancy::find(read, id).await?.is_none() {
            return Err(Error::field(&field, "vacancy.unknown"));
        }
    }
    Ok(())
}

/// Adds a class.
pub async fn create(office: &Office, actor: &Actor, body: &ClassBody) -> Result<Record> {
    office.need(actor, Right::Training)?;
    let class = body.check(&context(office))?;
    let mut tx = office.begin().await?;
    check_vacancy(&mut tx, &class).await?;
    if let Some(there) = classes::by_keys(&mut tx, &[class.key()]).await?.first() {
        return Err(Error::Conflict { code: "class.exists", with: Some(there.id) });
    }
    let id = add(office, &mut tx, actor, vec![blank(office, class, actor.station())], "class.create").await?;
    let id = id.first().copied().ok_or_else(|| Error::Internal("no class was written".into()))?;
    tx.audit(office.audit(actor, "class.create", "class", Some(id), ""));
    office.commit(tx).await?;
    load(office, id).await
}

fn blank(office: &Office, class: Class, station: Option<Uuid>) -> ClassRow {
    let now = office.now();
    ClassRow { id: office.id(), reference: String::new(), station, class, version: 1, created_at: now, updated_at: now }
}

async fn add(office: &Office, tx: &mut Tx, actor: &Actor, mut rows: Vec<ClassRow>, act: &str) -> Result<Vec<Uuid>> {
    let references = office.references(tx, Referenced::Class, rows.len()).await?;
    for (row, reference) in rows.iter_mut().zip(references) {
        row.reference = reference;
    }
    match classes::insert(tx, &rows).await {
        Err(store::Error::Duplicate) => return Err(Error::conflict("class.exists")),
        other => other?,
    }
    let entries: Vec<_> = rows.iter().map(|r| entry(office, actor, "class", r.id, act, Map::new())).collect();
    history::add(tx, &entries).await?;
    Ok(rows.into_iter().map(|r| r.id).collect())
}

/// True if the class is the actor's station's to change.
pub async fn may_change(office: &Office, actor: &Actor, record: &Record) -> bool {
    actor.may(Right::Training) && is_own(office, actor, record.row.station).await
}

/// Changes a class by a JSON merge patch; seats that are taken stay.
pub async fn patch(
    office: &Office,
    actor: &Actor,
    id: Uuid,
    patch: Map<String, Value>,
    expected: i64,
) -> Result<Record> {
    office.need(actor, Right::Training)?;
    let record = load(office, id).await?;
    change_to(office, actor, id, &patched(&ClassBody::of(&record.row.class), patch)?, expected).await
}

/// Changes a class to what the whole body says; seats that are taken stay.
pub async fn change_to(office: &Office, actor: &Actor, id: Uuid, body: &ClassBody, expected: i64) -> Result<Record> {
    office.need(actor, Right::Training)?;
    let record = load(office, id).await?;
    if !is_own(office, actor, record.row.station).await {
        return Err(Error::NotFound);
    }
    let class = body.check(&context(office))?;
    let mut tx = office.begin().await?;
    // Held, so that nobody enrols between the count and the new number of seats.
    classes::lock(&mut tx, id).await?;
    let there = classes::find(&mut tx, id).await?.ok_or(Error::NotFound)?;
    if there.row.version != expected {
        return Err(Error::Stale);
    }
    if class.seats < there.taken {
        return Err(Error::Invalid(vec![FieldFault::new("seats", "class.seats_taken").with("taken", there.taken)]));
    }
    check_vacancy(&mut tx, &class).await?;
    let diff = rewrite(office, &mut tx, actor, &there.row, class, "class.change").await?;
    if !diff.is_empty() {
        tx.audit(office.audit(actor, "class.change", "class", Some(id), &names(&diff)));
        office.commit(tx).await?;
    }
    load(office, id).await
}

async fn rewrite(
    office: &Office,
    tx: &mut Tx,
    actor: &Actor,
    old: &ClassRow,
    class: Class,
    act: &str,
) -> Result<Map<String, Value>> {
    let diff = changes(&old.class, &class);
    if diff.is_empty() {
        return Ok(diff);
    }
    match classes::update(tx, &ClassRow { class, updated_at: office.now(), ..old.clone() }).await {
        Ok(true) => {}
        Ok(false) => return Err(Error::Stale),
        Err(store::Error::Duplicate) => return Err(Error::conflict("class.exists")),
        Err(other) => return Err(other.into()),
    }
    history::add(tx, &[entry(office, actor, "class", old.id, act, diff.clone())]).await?;
    Ok(diff)
}

/// Enters rows of a sheet: the same class is known by programme and name. The caller commits.
pub async fn put_many(
    office: &Office,
    tx: &mut Tx,
    actor: &Actor,
    station: Option<Uuid>,
    bodies: &[ClassBody],
) -> Result<Vec<Outcome>> {
    office.need(actor, Right::Training)?;
    let context = context(office);
    let checked: Vec<std::result::Result<Class, Vec<FieldFault>>> = bodies.iter().map(|b| b.check(&context)).collect();
    // A newer sheet may leave out what an older one said, even the seats: only the name must be there.
    let keys: Vec<Option<String>> = bodies.iter().map(key_of).collect();
    let wanted: Vec<String> = keys.iter().flatten().cloned().collect();
    let mut standing: HashMap<String, ClassRow> =
        classes::by_keys(tx, &wanted).await?.into_iter().map(|row| (row.class.key(), row)).collect();
    let mut outcomes = Vec::with_capacity(bodies.len());
    let mut fresh: Vec<ClassRow> = Vec::new();
    for ((body, checked), key) in bodies.iter().zip(checked).zip(keys) {
        if let Some(old) = key.as_ref().and_then(|k| standing.get_mut(k)) {
            outcomes.push(update(office, tx, actor, old, body).await?);
            continue;
        }
        match checked {
            Err(faults) => outcomes.push(Outcome::Rejected(faults)),
            Ok(class) => {
                if let Some(there) = fresh.iter().find(|row| row.class.key() == class.key()) {
                    outcomes.push(Outcome::Unchanged(there.id));
                    continue;
                }
                match check_vacancy(tx, &class).await {
                    Err(Error::Invalid(faults)) => {
                        outcomes.push(Outcome::Rejected(faults));
                        continue;
                    }
                    other => other?,
                }
                let row = blank(office, class, station);
                outcomes.push(Outcome::Created(row.id));
                fresh.push(row);
            }
        }
    }
    if !fresh.is_empty() {
        add(office, tx, actor, fresh, "class.import").await?;
    }
    Ok(outcomes)
}

/// The class of the actor's own that a sheet names by short code, or by a name that no other class has.
async fn named(office: &Office, tx: &mut Tx, actor: &Actor, word: &str) -> Result<Option<ClassRow>> {
    let (ids, _) = classes::plain_search(tx, word, NAMESAKES, 0).await?;
    let mut found = Vec::new();
    for record in classes::records(tx, &ids).await? {
        let is_it = record.row.reference.eq_ignore_ascii_case(word) || record.row.class.name == word;
        if is_it && may_change(office, actor, &record).await {
            found.push(record.row);
        }
    }
    Ok(if found.len() == 1 { found.pop() } else { None })
}

/// What became of the order classes that a row of vacancies names.
#[derive(Debug, Default)]
pub struct Bound {
    /// Codes of classes that the vacancy was bound to.
    pub new: Vec<String>,
    /// Words that name no class of the actor's own.
    pub unknown: Vec<String>,
}

/// Binds a vacancy to the order classes that a sheet names; those that it is bound to already stay as they are.
pub async fn order(office: &Office, tx: &mut Tx, actor: &Actor, vacancy: Uuid, words: &[String]) -> Result<Bound> {
    let mut bound = Bound::default();
    for word in words {
        let Some(class) = named(office, tx, actor, word).await? else {
            bound.unknown.push(word.clone());
            continue;
        };
        classes::lock(tx, class.id).await?;
        let Some(there) = classes::find(tx, class.id).await? else { continue };
        let mut class = there.row.class.clone();
        if class.order().contains(&vacancy) {
            continue;
        }
        class.vacancies.push(vacancy);
        rewrite(office, tx, actor, &there.row, class, "class.import").await?;
        bound.new.push(there.row.reference);
    }
    Ok(bound)
}

fn key_of(body: &ClassBody) -> Option<String> {
    let text = |field: &crate::domain::body::Field| field.as_ref().map(|t| t.0.trim().to_owned());
    let class = Class { programme: text(&body.programme)?, name: text(&body.name)?, ..Class::default() };
    Some(class.key())
}

async fn update(office: &Office, tx: &mut Tx, actor: &Actor, old: &mut ClassRow, body: &ClassBody) -> Result<Outcome> {
    let class = match overlay(&ClassBody::of(&old.class), body)?.check(&context(office)) {
        Ok(class) => class,
        Err(faults) => return Ok(Outcome::Rejected(faults)),
    };
    let taken = enrolment::taken(tx, old.id).await?;
    if class.seats < taken {
        return Ok(Outcome::Rejected(vec![FieldFault::new("seats", "class.seats_taken").with("taken", taken)]));
    }
    let diff = rewrite(office, tx, actor, old, class, "class.import").await?;
    if diff.is_empty() {
        return Ok(Outcome::Unchanged(old.id));
    }
    if let Some(now) = classes::find(tx, old.id).await? {
        *old = now.row;
    }
    Ok(Outcome::Updated(old.id, diff))
}
