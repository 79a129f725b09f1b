//! Enrolments: put a person into a class, and what follows until the certificate.

use serde_json::Map;
use uuid::Uuid;

use super::error::{Error, Result};
use super::live::certificate_of;
use super::office::Office;
use super::put::{changes, entry};
use super::worker;
use crate::domain::actor::{Actor, Right};
use crate::domain::code::Code as _;
use crate::domain::training::{EnrolmentAct, EnrolmentState};
use crate::domain::worker::HeldCertificate;
use crate::store::enrolment::{self as enrolments, Enrolment};
use crate::store::worker::{self as people, Scope};
use crate::store::{self, Tx, class, history};

/// Puts a person into a class; of two clicks for the last seat the second reads `class.full`.
pub async fn enrol(office: &Office, actor: &Actor, worker: Uuid, class: Uuid) -> Result<Enrolment> {
    office.need(actor, Right::Training)?;
    let scope = office.scope(actor).await?;
    let record = match worker::load(office, &scope, worker).await {
        Err(Error::NotFound) => return Err(Error::field("worker", "worker.unknown")),
        other => other?,
    };
    let mut tx = office.begin().await?;
    if !class::lock(&mut tx, class).await? {
        return Err(Error::field("class", "class.unknown"));
    }
    let there = class::find(&mut tx, class).await?.ok_or(Error::NotFound)?;
    if there.row.class.ends.is_some_and(|day| day < office.today()) {
        return Err(Error::conflict("class.over"));
    }
    if there.seats_left() == 0 {
        return Err(Error::conflict("class.full"));
    }
    let now = office.now();
    let enrolment = Enrolment {
        id: office.id(),
        worker: record.person.id,
        class,
        state: EnrolmentState::Enrolled,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    match enrolments::insert(&mut tx, &enrolment).await {
        Err(store::Error::Duplicate) => return Err(Error::conflict("enrolment.exists")),
        other => other?,
    }
    let mut diff = Map::new();
    diff.insert("class".into(), serde_json::json!([null, there.row.class.name]));
    history::add(&mut tx, &[entry(office, actor, "worker", enrolment.worker, "enrolment.enrol", diff)]).await?;
    tx.audit(office.audit(actor, "enrolment.enrol", "enrolment", Some(enrolment.id), "worker,class"));
    office.commit(tx).await?;
    Ok(enrolment)
}

/// Does an act with an enrolment; a certificate goes into the person's facts.
pub async fn act(office: &Office, actor: &Actor, id: Uuid, act: EnrolmentAct) -> Result<Enrolment> {
    office.need(actor, Right::Training)?;
    let scope = office.scope(actor).await?;
    let old = enrolments::find(&mut &office.db, &scope, id).await?.ok_or(Error::NotFound)?;
    let state = old.state.after(act).ok_or(Error::conflict("enrolment.state"))?;
    let name = format!("enrolment.{}", act.code());
    let mut tx = office.begin().await?;
    let mut new = Enrolment { state, updated_at: office.now(), ..old.clone() };
    if !enrolments::update(&mut tx, &new).await? {
        return Err(Error::Stale);
    }
    new.version += 1;
    let mut diff = Map::new();
    diff.insert("enrolment".into(), serde_json::json!([old.state.code(), state.code()]));
    if act == EnrolmentAct::Certify {
        diff.extend(certify(office, &mut tx, &scope, &old).await?);
    }
    history::add(&mut tx, &[entry(office, actor, "worker", old.worker, &name, diff)]).await?;
    tx.audit(office.audit(actor, &name, "enrolment", Some(id), "state"));
    office.commit(tx).await?;
    Ok(new)
}

/// Adds what the class certifies and the person does not hold yet.
async fn certify(
    office: &Office,
    tx: &mut Tx,
    scope: &Scope,
    enrolment: &Enrolment,
) -> Result<Map<String, serde_json::Value>> {
    let class = class::find(tx, enrolment.class).await?.ok_or(Error::NotFound)?;
    let mut person = people::find(tx, scope, enrolment.worker).await?.ok_or(Error::NotFound)?;
    if let Some(into) = person.merged_into {
        person = people::find(tx, scope, into).await?.ok_or(Error::NotFound)?;
    }
    let before = person.worker.clone();
    for name in &class.row.class.certificates {
        let code = certificate_of(name);
        let held = before.certificates.iter().any(|c| c.name == *name || (code.is_some() && c.code == code));
        if !held {
            person.worker.certificates.push(HeldCertificate { name: name.clone(), code, level: None, expires: None });
        }
    }
    let diff = changes(&before, &person.worker);
    if !diff.is_empty() {
        person.updated_at = office.now();
        if !people::update(tx, &person).await? {
            return Err(Error::Stale);
        }
    }
    Ok(diff)
}

/// The enrolments in a class of people within the actor's scope.
pub async fn of_class(office: &Office, actor: &Actor, class: Uuid) -> Result<Vec<Enrolment>> {
    office.need(actor, Right::Training)?;
    let scope = office.scope(actor).await?;
    let found = enrolments::of_class(&mut &office.db, &scope, class).await?;
    office.read_of(actor, "enrolment.read", Some(class), "").await?;
    Ok(found)
}

/// The enrolments of a person within the actor's scope.
pub async fn of_worker(office: &Office, actor: &Actor, worker: Uuid) -> Result<Vec<Enrolment>> {
    office.need(actor, Right::Training)?;
    let scope = office.scope(actor).await?;
    let found = enrolments::of_worker(&mut &office.db, &scope, worker).await?;
    office.read_of(actor, "enrolment.read", Some(worker), "").await?;
    Ok(found)
}
