//! Interests from the web: leaving one, its receipt, and what a clerk makes of it.

use uuid::Uuid;

use super::enter::{phone_hash, stations_of};
use super::error::{Error, Result};
use super::office::Office;
use super::outbox::{Tell, To, desk, notify};
use crate::domain::actor::{Actor, Right};
use crate::domain::body::{Field, Text};
use crate::domain::code::Code as _;
use crate::domain::fault::{Faults, FieldFault};
use crate::domain::identity::{Name, Phone};
use crate::domain::interest::{INTERESTS_A_DAY, InterestState};
use crate::domain::introduction::closed_for;
use crate::domain::notice::NoticeKind;
use crate::domain::registration::Registration;
use crate::domain::station::{LinkRole, StationKind};
use crate::domain::worker::Worker;
use crate::store::Tx;
use crate::store::crypt::Cell;
use crate::store::interest::{self as interests, Interest, Listed};
use crate::store::introduction::{self as cases, Post};
use crate::store::worker::{self as people, Record, Referenced};

/// An interest as typed.
#[derive(Debug, Clone, Default, serde::Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NewInterest {
    /// Name.
    pub name: Field,
    /// Phone.
    pub phone: Field,
    /// The station may call about this post; must be true.
    pub consent: Field,
    /// Words.
    pub remark: Field,
}

fn cell(id: Uuid) -> Cell<'static> {
    Cell { table: "interest", column: "phone_sealed", id }
}

fn check(new: &NewInterest) -> Result<(Name, Phone, Option<String>)> {
    let mut faults = Faults::default();
    let text = |f: &Field| f.as_ref().map(|t| t.0.trim().to_owned()).unwrap_or_default();
    let name = Name::parse(&text(&new.name)).map_err(|e| faults.at("name", e.code())).ok();
    let phone = match text(&new.phone) {
        empty if empty.is_empty() => {
            faults.at("phone", "field.missing");
            None
        }
        typed => Phone::parse(&typed).map_err(|e| faults.at("phone", e.code())).ok(),
    };
    if !matches!(text(&new.consent).as_str(), "true" | "on" | "yes" | "1" | "是") {
        faults.at("consent", "consent.needed");
    }
    let remark = Some(text(&new.remark)).filter(|t| !t.is_empty());
    if let Some(words) = &remark {
        if words.chars().count() > 200 {
            faults.add(FieldFault::new("remark", "text.long").with("most", 200));
        } else if words.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
            faults.at("remark", "text.control");
        }
    }
    faults.finish(())?;
    let missing = || Error::field("name", "name.empty");
    Ok((name.ok_or_else(missing)?, phone.ok_or_else(missing)?, remark))
}

/// Leaves an interest in a vacancy; answers the receipt's code. No person is made of it before a clerk links one.
pub async fn leave(office: &Office, vacancy: Uuid, new: &NewInterest) -> Result<String> {
    let (name, phone, remark) = check(new)?;
    let hash = phone_hash(&office.keys, &phone);
    let mut tx = office.begin().await?;
    let post = cases::post(&mut tx, vacancy).await?.ok_or(Error::NotFound)?;
    let places = cases::places(&mut tx, vacancy).await?;
    match closed_for(post.state, places.left(), post.vacancy.valid_until, office.today()) {
        // What was never open is not known to the public.
        Some(_) if post.is_hidden() => return Err(Error::NotFound),
        Some(code) => return Err(Error::conflict(code)),
        None => {}
    }
    let since = super::clock::start_of(office.today());
    if interests::count_since(&mut tx, &hash, since).await? >= INTERESTS_A_DAY {
        return Err(Error::TooMany("interest.too_many"));
    }
    let station = responsible(office, &mut tx, &post, &hash, &name.compare_key()).await?;
    let id = office.id();
    let interest = Interest {
        id,
        receipt: office.references(&mut tx, Referenced::Interest, 1).await?.pop().unwrap_or_default(),
        vacancy,
        station,
        name: name.expose().to_owned(),
        phone_sealed: office.keys.seal(cell(id), phone.expose().as_bytes())?,
        phone_hash: hash,
        remark,
        state: InterestState::Received,
        worker: None,
        introduction: None,
        created_at: office.now(),
        updated_at: office.now(),
    };
    interests::insert(&mut tx, &interest).await?;
    if let Some(station) = station {
        notify(office, &mut tx, &[Tell::new(NoticeKind::Interest, To::Station(station), id)]).await?;
    }
    tx.audit(office.audit(&Actor::Anyone, "interest.leave", "interest", Some(id), ""));
    office.commit(tx).await?;
    Ok(interest.receipt)
}

/// The station that calls back whom nobody knows: the service home of the vacancy's district, else the vacancy's station,
/// else the root.
pub async fn calls_back(office: &Office, region: Option<&str>, station: Option<Uuid>) -> Option<Uuid> {
    let stations = office.stations().await;
    let lives_there = Worker { residence: region.map(str::to_owned), ..Worker::default() };
    let home = stations_of(&stations, &lives_there, None)
        .into_iter()
        .find(|(_, role)| *role == LinkRole::Destination)
        .map(|(id, _)| id);
    let root = || {
        let roots = stations.iter().filter(|s| s.parent.is_none());
        roots.min_by_key(|s| (s.station.kind != StationKind::General, &s.station.code)).map(|s| s.id)
    };
    home.or(station).or_else(root)
}

/// The telephone of a station.
pub async fn telephone(office: &Office, station: Option<Uuid>) -> Option<String> {
    let stations = office.stations().await;
    stations.iter().find(|s| Some(s.id) == station)?.station.phone.clone()
}

/// The station that calls back: the person's own if phone and name are known, else that of the vacancy.
async fn responsible(office: &Office, tx: &mut Tx, post: &Post, hash: &[u8], name_key: &str) -> Result<Option<Uuid>> {
    if let Some(own) = interests::stations_of_phone(tx, hash, name_key).await?.first() {
        return Ok(Some(*own));
    }
    Ok(calls_back(office, post.vacancy.region.as_deref(), post.station).await)
}

/// What a receipt shows; nothing of the person.
pub async fn receipt(office: &Office, code: &str) -> Result<Listed> {
    let code = code.trim().to_uppercase();
    interests::by_receipt(&mut &office.db, &code).await?.ok_or(Error::NotFound)
}

/// Takes an interest back; the holder of the receipt may do it at any time before it is closed.
pub async fn withdraw(office: &Office, code: &str) -> Result<Listed> {
    let found = receipt(office, code).await?;
    match found.interest.state {
        InterestState::Withdrawn => return Ok(found),
        InterestState::Closed => return Err(Error::conflict("interest.state")),
        InterestState::Received | InterestState::Called | InterestState::Introduced => {}
    }
    let gone = Interest { state: InterestState::Withdrawn, updated_at: office.now(), ..found.interest.clone() };
    save(office, &Actor::Anyone, "interest.withdraw", &gone, found.interest.state).await?;
    receipt(office, code).await
}

async fn save(office: &Office, actor: &Actor, act: &str, new: &Interest, was: InterestState) -> Result<()> {
    let mut tx = office.begin().await?;
    if !interests::update(&mut tx, new, was).await? {
        return Err(Error::conflict("interest.state"));
    }
    tx.audit(office.audit(actor, act, "interest", Some(new.id), new.state.code()));
    office.commit(tx).await
}

/// One interest of the own desk.
pub async fn find(office: &Office, actor: &Actor, id: Uuid) -> Result<Listed> {
    let desk = desk(office, actor).await?;
    let found = interests::find(&mut &office.db, &desk, id).await?.ok_or(Error::NotFound)?;
    office.read_of(actor, "interest.read", found.interest.worker, "").await?;
    Ok(found)
}

/// Interests of the own desk in these states, oldest first.
pub async fn list(office: &Office, actor: &Actor, states: &[InterestState], limit: usize) -> Result<Vec<Listed>> {
    let desk = desk(office, actor).await?;
    let found = interests::list(&mut &office.db, &desk, states, limit as i64).await?;
    office.read_of(actor, "interest.list", None, "").await?;
    Ok(found)
}

/// The phone of an interest, masked.
pub fn masked_phone(office: &Office, interest: &Interest) -> Result<String> {
    let phone = office.keys.open_text(cell(interest.id), &interest.phone_sealed)?;
    Ok(Phone::parse(&phone).map(|p| p.masked()).unwrap_or_default())
}

/// The phone of an interest in full, to call it; audited before it is answered.
pub async fn reveal_phone(office: &Office, actor: &Actor, id: Uuid) -> Result<String> {
    office.need(actor, Right::Reveal)?;
    let found = find(office, actor, id).await?.interest;
    let mut tx = office.begin().await?;
    tx.audit(office.audit(actor, "interest.reveal", "interest", Some(id), "phone"));
    office.commit(tx).await?;
    Ok(office.keys.open_text(cell(id), &found.phone_sealed)?)
}

/// Links an interest to a person of the register; an introduction that runs already moves it on.
pub async fn link(office: &Office, actor: &Actor, id: Uuid, worker: Uuid) -> Result<Listed> {
    let found = find(office, actor, id).await?.interest;
    if !found.state.is_open() {
        return Err(Error::conflict("interest.state"));
    }
    let scope = office.scope(actor).await?;
    let worker = super::worker::load(office, &scope, worker).await?.person.id;
    let mut new = Interest { worker: Some(worker), updated_at: office.now(), ..found.clone() };
    let running = cases::of_worker(&mut &office.db, worker).await?;
    if let Some(case) = running.iter().find(|c| c.introduction.vacancy == found.vacancy) {
        new.introduction = Some(case.introduction.id);
        new.state = InterestState::Introduced;
    }
    save(office, actor, "interest.link", &new, found.state).await?;
    find(office, actor, id).await
}

/// People within the actor's scope who have the phone of an interest, the namesakes first.
pub async fn likely(office: &Office, actor: &Actor, interest: &Interest) -> Result<Vec<Record>> {
    let scope = office.scope(actor).await?;
    let mut read = &office.db;
    let known = people::by_phone_hash(&mut read, &scope, &interest.phone_hash).await?;
    let ids: Vec<Uuid> = known.iter().map(|p| p.id).collect();
    let mut records = people::records(&mut read, &scope, &ids).await?;
    records.sort_by_key(|r| r.person.name != interest.name);
    Ok(records)
}

/// Registers a new person from an interest and links it; name and phone come from the interest where none are typed.
pub async fn register(office: &Office, actor: &Actor, id: Uuid, mut body: Registration) -> Result<Listed> {
    let found = find(office, actor, id).await?.interest;
    if !found.state.is_open() || found.worker.is_some() {
        return Err(Error::conflict("interest.state"));
    }
    if body.name.is_none() {
        body.name = Some(Text(found.name.clone()));
    }
    if body.phone.is_none() {
        body.phone = Some(Text(office.keys.open_text(cell(id), &found.phone_sealed)?));
    }
    let done = super::worker::register(office, actor, &body).await?;
    link(office, actor, id, done.record.person.id).await
}

/// Closes an interest of which nothing more comes.
pub async fn close(office: &Office, actor: &Actor, id: Uuid) -> Result<Listed> {
    let found = find(office, actor, id).await?.interest;
    if matches!(found.state, InterestState::Closed | InterestState::Withdrawn) {
        return Err(Error::conflict("interest.state"));
    }
    let new = Interest { state: InterestState::Closed, updated_at: office.now(), ..found.clone() };
    save(office, actor, "interest.close", &new, found.state).await?;
    find(office, actor, id).await
}
