//! What an employer learns of an introduction: the station without its people, what the person agreed to tell, the phone after a yes.

use std::collections::HashMap;

use super::*;
use crate::domain::introduction::Offer;

/// Hides from an employer who at a station did a step, and what of its words is not for an employer.
pub(super) async fn hide(office: &Office, own: Uuid, whole: &mut Whole) -> Result<()> {
    let colleagues = store::account::names_of_employer(&mut &office.db, own).await?;
    let stations = office.stations().await;
    let station = stations.iter().find(|s| Some(s.id) == whole.case.introduction.station);
    let station = station.map(|s| s.station.name.clone()).unwrap_or_default();
    let own_words = whole.events.last().is_some_and(|e| colleagues.contains(&e.actor));
    let words = whole.case.introduction.note.take().filter(|_| own_words);
    hide_reason(&mut whole.case);
    whole.case.introduction.note = words;
    for event in &mut whole.events {
        if !colleagues.contains(&event.actor) {
            event.actor.clone_from(&station);
        }
        event.note = event.note.take().map(|note| {
            // Words instead of a code stand where the person was placed elsewhere.
            let reason = Reason::parse(&note).unwrap_or(Reason::OtherJob);
            if reason.is_employers() { reason } else { Reason::Other }.code().to_owned()
        });
    }
    Ok(())
}

/// Hides the reason of a station or person that is not for an employer, and the words to it.
pub(super) fn hide_reason(case: &mut Case) {
    let i = &mut case.introduction;
    i.note = None;
    i.reason = i.reason.map(|reason| if reason.is_employers() { reason } else { Reason::Other });
}

/// What the people of an employer's introductions agreed to tell it, by introduction; who took the consent back is
/// missing. The list that brought the introductions is on the audit trail.
pub async fn offers(office: &Office, actor: &Actor, cases: &[Case]) -> Result<HashMap<Uuid, Offer>> {
    let own = actor.employer().ok_or(Error::Forbidden)?;
    office.need(actor, Right::OwnIntroductions)?;
    let told: Vec<&Case> = cases.iter().filter(|c| c.consented && c.employer == own).collect();
    let ids: Vec<Uuid> = told.iter().map(|c| c.person).collect();
    let records = people::records(&mut &office.db, &Scope::All, &ids).await?;
    let today = office.today();
    let offer = |case: &&Case| {
        let record = records.iter().find(|r| r.person.id == case.person)?;
        Some((case.introduction.id, Offer::of(&record.person.worker, today)))
    };
    Ok(told.iter().filter_map(offer).collect())
}

/// The phone of a person whom the employer accepted, to arrange the first day; audited before it is answered and seen by
/// the person's station. `None` if no phone is known.
pub async fn reveal_phone(office: &Office, actor: &Actor, id: Uuid) -> Result<Option<String>> {
    let own = actor.employer().ok_or(Error::Forbidden)?;
    office.need(actor, Right::OwnIntroductions)?;
    let mut tx = office.begin().await?;
    let case = cases::find(&mut tx, &Reach::Employer(own), id).await?.ok_or(Error::NotFound)?;
    if !case.introduction.state.takes_place() {
        return Err(Error::conflict("introduction.state"));
    }
    if !case.consented {
        return Err(Error::conflict("consent.missing"));
    }
    let person = record_in(&mut tx, &Scope::All, case.introduction.worker).await?.person;
    let mut diff = serde_json::Map::new();
    diff.insert("reason".into(), format!("用人单位接收后联系本人（{}）", case.introduction.reference).into());
    crate::actions::worker::add_note(office, &mut tx, actor, person.id, "worker.reveal", diff).await?;
    tx.audit(office.audit(actor, "worker.reveal", "worker", Some(person.id), "phone"));
    office.commit(tx).await?;
    crate::actions::enter::open(office, person.id, "phone_sealed", person.phone_sealed.as_deref())
}
