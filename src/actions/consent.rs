//! What a person agreed to and how far the identity is proved, recorded by a clerk; and reasons for seeing many numbers.

use serde_json::{Map, Value};
use uuid::Uuid;

use super::error::{Error, Result};
use super::office::Office;
use super::worker::{add_note, load};
use crate::domain::actor::{Actor, Right};
use crate::domain::code::Code as _;
use crate::domain::registration::GivenConsent;
use crate::domain::worker::{ConsentScope, Verification};
use crate::store::history::{self, Entry};
use crate::store::worker as people;

/// Records what a person agreed to, refused, or takes back.
pub async fn record(office: &Office, actor: &Actor, id: Uuid, given: &[GivenConsent]) -> Result<()> {
    office.need(actor, Right::Persons)?;
    let record = load(office, &office.scope(actor).await?, id).await?;
    let consents: Vec<_> = given.iter().map(|g| super::enter::consent(office, actor, record.person.id, g)).collect();
    let mut tx = office.begin().await?;
    people::add_consents(&mut tx, &consents).await?;
    for c in &consents {
        let mut diff = Map::new();
        diff.insert("scope".into(), Value::from(c.scope.code()));
        diff.insert("how".into(), Value::from(c.way.code()));
        let act = if c.refused { "worker.consent_withdrawn" } else { "worker.consented" };
        add_note(office, &mut tx, actor, record.person.id, act, diff).await?;
    }
    let scopes: Vec<&str> = consents.iter().map(|c| c.scope.code()).collect();
    tx.audit(office.audit(actor, "worker.consent", "worker", Some(record.person.id), &scopes.join(",")));
    if consents.iter().any(|c| c.scope == ConsentScope::Employer && !c.refused) {
        super::introduction::consented(office, actor, &mut tx, record.person.id).await?;
    }
    office.commit(tx).await
}

/// Records that the actor saw the person's card; only for a person with a number.
pub async fn card_seen(office: &Office, actor: &Actor, id: Uuid) -> Result<()> {
    office.need(actor, Right::Persons)?;
    let record = load(office, &office.scope(actor).await?, id).await?;
    let mut person = record.person.clone();
    if person.id_hash.is_none() {
        return Err(Error::field("verification", "identity.missing"));
    }
    if person.verification >= Verification::DocumentSeen {
        return Ok(());
    }
    person.verification = Verification::DocumentSeen;
    person.verified_by = Some(actor.name().to_owned());
    person.verified_at = Some(office.now());
    person.updated_at = office.now();
    let mut tx = office.begin().await?;
    if !people::update(&mut tx, &person).await? {
        return Err(Error::Stale);
    }
    let mut diff = Map::new();
    diff.insert(
        "verification".into(),
        serde_json::json!([record.person.verification.code(), person.verification.code()]),
    );
    add_note(office, &mut tx, actor, person.id, "worker.card_seen", diff).await?;
    tx.audit(office.audit(actor, "worker.card_seen", "worker", Some(person.id), "verification"));
    office.commit(tx).await
}

/// Puts the reason for seeing many numbers in full on record, before they are shown.
pub async fn note_reason(office: &Office, actor: &Actor, act: &str, reason: &str) -> Result<()> {
    let mut diff = Map::new();
    diff.insert("reason".into(), Value::from(reason.trim()));
    let id = office.id();
    let entry = Entry {
        id,
        kind: "export".into(),
        object: id,
        at: office.now(),
        actor: actor.name().into(),
        act: act.into(),
        diff,
        sealed: None,
    };
    let mut tx = office.begin().await?;
    history::add(&mut tx, &[entry]).await?;
    tx.audit(office.audit(actor, act, "export", Some(id), "reason"));
    office.commit(tx).await
}
