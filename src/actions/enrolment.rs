//! Enrolments: put a person into a class, and what follows until the certificate.

use serde_json::Map;
use uuid::Uuid;

use super::error::{Error, Result};
use super::live::certificate_of;
use super::office::Office;
use super::order::{self, Forward};
use super::put::{changes, entry};
use super::worker;
use crate::domain::actor::{Actor, Right};
use crate::domain::code::Code as _;
use crate::domain::training::{Class, EnrolmentAct, EnrolmentState};
use crate::domain::worker::HeldCertificate;
use crate::store::enrolment::{self as enrolments, Enrolment};
use crate::store::worker::{self as people, Scope};
use crate::store::{self, Tx, class, history, introduction as cases};

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

/// What an act did.
#[derive(Debug, Clone)]
pub struct Done {
    /// The enrolment as it stands now.
    pub enrolment: Enrolment,
    /// Of somebody who passed an order class: the introduction that was made, or why there is none.
    pub forward: Option<Forward>,
}

/// Does an act with an enrolment; a certificate goes into the person's facts, and who passes an order class is put forward
/// for its vacancies.
pub async fn act(office: &Office, actor: &Actor, id: Uuid, act: EnrolmentAct) -> Result<Done> {
    office.need(actor, Right::Training)?;
    let scope = office.scope(actor).await?;
    let old = enrolments::find(&mut &office.db, &scope, id).await?.ok_or(Error::NotFound)?;
    let state = old.state.after(act).ok_or(Error::conflict("enrolment.state"))?;
    let name = format!("enrolment.{}", act.code());
    let mut tx = office.begin().await?;
    let class = class::find(&mut tx, old.class).await?.ok_or(Error::NotFound)?.row.class;
    if act == EnrolmentAct::Pass {
        cases::take_all(&mut tx, &class.order(), &[old.worker]).await?;
    }
    let mut new = Enrolment { state, updated_at: office.now(), ..old.clone() };
    if !enrolments::update(&mut tx, &new).await? {
        return Err(Error::Stale);
    }
    new.version += 1;
    let mut diff = Map::new();
    diff.insert("enrolment".into(), serde_json::json!([old.state.code(), state.code()]));
    if act == EnrolmentAct::Certify {
        diff.extend(certify(office, &mut tx, &scope, old.worker, &class).await?);
    }
    history::add(&mut tx, &[entry(office, actor, "worker", old.worker, &name, diff)]).await?;
    tx.audit(office.audit(actor, &name, "enrolment", Some(id), "state"));
    let forward = match act {
        EnrolmentAct::Pass => order::put_forward(office, actor, &mut tx, &scope, old.worker, &class).await?,
        _ => None,
    };
    office.commit(tx).await?;
    Ok(Done { enrolment: new, forward })
}

/// Adds what the class certifies and the person does not hold yet.
async fn certify(
    office: &Office,
    tx: &mut Tx,
    scope: &Scope,
    worker: Uuid,
    class: &Class,
) -> Result<Map<String, serde_json::Value>> {
    let mut person = people::find(tx, scope, worker).await?.ok_or(Error::NotFound)?;
    if let Some(into) = person.merged_into {
        person = people::find(tx, scope, into).await?.ok_or(Error::NotFound)?;
    }
    let before = person.worker.clone();
    for name in &class.certificates {
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

/// One enrolment of a person within the actor's scope.
pub async fn find(office: &Office, actor: &Actor, id: Uuid) -> Result<Enrolment> {
    office.need(actor, Right::Training)?;
    let scope = office.scope(actor).await?;
    let found = enrolments::find(&mut &office.db, &scope, id).await?.ok_or(Error::NotFound)?;
    office.read_of(actor, "enrolment.read", Some(found.worker), "").await?;
    Ok(found)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::actions::testing::{Fresh, fresh, person, station};
    use crate::domain::training::ClassBody;

    async fn class_of(office: &Office, clerk: &Actor, seats: u32) -> Uuid {
        let body: ClassBody = serde_json::from_value(serde_json::json!({
            "programme": "南粤家政", "name": format!("护理{seats}座班{}", office.id()), "seats": seats,
            "certificates": ["养老护理员证"]
        }))
        .unwrap();
        crate::actions::class::create(office, clerk, &body).await.unwrap().row.id
    }

    /// Eight clicks at once for two seats.
    async fn last_seat(fresh: &Fresh) {
        let office = &fresh.office;
        let code = format!("S-{}", &office.id().simple().to_string()[20..]);
        let (_, clerk) = station(office, &code, None, &[]).await;
        let class = class_of(office, &clerk, 2).await;
        let mut clicks = tokio::task::JoinSet::new();
        for n in 0..8 {
            let worker =
                person(office, &clerk, &format!("王{}", ["一", "二", "三", "四", "五", "六", "七", "八"][n])).await;
            let (office, clerk) = (office.clone(), clerk.clone());
            clicks.spawn(async move { enrol(&office, &clerk, worker, class).await });
        }
        let (mut seated, mut full) = (0, 0);
        while let Some(click) = clicks.join_next().await {
            match click.unwrap() {
                Ok(_) => seated += 1,
                Err(Error::Conflict { code: "class.full", .. }) => full += 1,
                Err(other) => panic!("{other:?}"),
            }
        }
        assert_eq!((seated, full), (2, 6));
        let record = crate::actions::class::find(office, &class.to_string()).await.unwrap();
        assert_eq!(record.seats_left(), 0);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn the_last_seat_goes_to_one_of_those_who_click_at_once() {
        last_seat(&fresh().await).await;
    }

    #[tokio::test]
    async fn a_certificate_goes_into_the_persons_facts_and_history_once() {
        let fresh = fresh().await;
        let office = &fresh.office;
        let (_, clerk) = station(office, "A", None, &[]).await;
        let worker = person(office, &clerk, "王小山").await;
        let class = class_of(office, &clerk, 5).await;
        let seat = enrol(office, &clerk, worker, class).await.unwrap();
        assert!(matches!(
            enrol(office, &clerk, worker, class).await,
            Err(Error::Conflict { code: "enrolment.exists", .. })
        ));
        assert!(matches!(
            act(office, &clerk, seat.id, EnrolmentAct::Certify).await,
            Err(Error::Conflict { code: "enrolment.state", .. })
        ));
        act(office, &clerk, seat.id, EnrolmentAct::Pass).await.unwrap();
        let done = act(office, &clerk, seat.id, EnrolmentAct::Certify).await.unwrap();
        assert_eq!((done.enrolment.state, done.enrolment.version), (EnrolmentState::Certified, 3));
        assert!(done.forward.is_none(), "it is no order class");
        let record = worker::load(office, &Scope::All, worker).await.unwrap();
        let held: Vec<&str> = record.person.worker.certificates.iter().map(|c| c.name.as_str()).collect();
        assert_eq!(held, ["养老护理员证"]);
        let acts: Vec<String> =
            worker::timeline(office, &clerk, worker).await.unwrap().1.into_iter().map(|e| e.act).collect();
        assert_eq!(acts, ["enrolment.certify", "enrolment.pass", "enrolment.enrol", "worker.register"]);
    }

    #[tokio::test]
    async fn who_leaves_frees_the_seat_and_another_stations_person_is_not_there() {
        let fresh = fresh().await;
        let office = &fresh.office;
        let (_, clerk) = station(office, "A", None, &[]).await;
        let (_, stranger) = station(office, "B", None, &[]).await;
        let class = class_of(office, &clerk, 1).await;
        let worker = person(office, &clerk, "王小山").await;
        let seat = enrol(office, &clerk, worker, class).await.unwrap();
        assert!(matches!(act(office, &stranger, seat.id, EnrolmentAct::Leave).await, Err(Error::NotFound)));
        assert!(matches!(enrol(office, &stranger, worker, class).await, Err(Error::Invalid(_))));
        act(office, &clerk, seat.id, EnrolmentAct::Leave).await.unwrap();
        let other = person(office, &clerk, "李小海").await;
        enrol(office, &clerk, other, class).await.unwrap();
        assert!(matches!(enrol(office, &clerk, worker, class).await, Err(Error::Conflict { code: "class.full", .. })));
    }
}
