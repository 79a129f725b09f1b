//! Whom to train: the classes by the people they would bring into work, and enrolling those who were chosen.

use std::collections::HashMap;

use uuid::Uuid;

use super::enrolment;
use super::error::{Error, Result};
use super::matching::{compute, slots};
use super::office::Office;
use crate::domain::actor::{Actor, Right};
use crate::matching::training_plan::{Field, Plan};
use crate::store::enrolment::Enrolment;
use crate::store::worker::{self as people, Scope};

/// Seats planned for where nobody says how many.
pub const SEATS: u32 = 30;
/// Seats planned for at most.
pub const MOST_SEATS: u32 = 200;

/// Plans for classes, and name and code of everybody in them.
#[derive(Debug)]
pub struct Plans {
    /// The plans, the class that places most people first.
    pub plans: Vec<Plan>,
    /// Name and code by person.
    pub names: HashMap<Uuid, (String, String)>,
}

/// Name and code of those whom a station should call for a class.
#[derive(Debug, Default)]
pub struct ToSeat {
    /// Each is one more who is placed.
    pub enrol: Vec<(String, String)>,
    /// They would go to a better vacancy, and nobody more is placed.
    pub better: Vec<(String, String)>,
}

/// Plans people within a scope for classes, or for one; what is read is let go before the planning begins.
async fn planned(office: &Office, scope: Scope, class: Option<Uuid>, seats: u32) -> Result<Vec<Plan>> {
    let today = office.today();
    let field =
        compute(office, move |columns| Ok(Field::new(columns, slots(columns, &scope).as_ref(), class, today))).await?;
    tokio::task::spawn_blocking(move || field.plans(seats)).await.map_err(|e| Error::Internal(e.to_string()))
}

/// Which classes, or whether one, would bring most people of the actor's scope into work, and whom to seat; audited.
pub async fn plans(office: &Office, actor: &Actor, class: Option<Uuid>, seats: u32) -> Result<Plans> {
    office.need(actor, Right::Training)?;
    office.need(actor, Right::Persons)?;
    if !(1..=MOST_SEATS).contains(&seats) {
        return Err(Error::field("seats", "query.value"));
    }
    let scope = office.scope(actor).await?;
    let plans = planned(office, scope.clone(), class, seats).await?;
    let ids: Vec<Uuid> = plans.iter().flat_map(|plan| plan.seats.iter().map(|seat| seat.worker)).collect();
    let names = people::names(&mut &office.db, &scope, &ids).await?;
    office.read_of(actor, "training.plan", class, "").await?;
    Ok(Plans { plans, names })
}

/// Whom the stations with these ids should seat in each of some classes, for their letter; nobody on a node that does not
/// match.
pub(super) async fn to_seat(office: &Office, stations: &[Uuid], classes: &[Uuid]) -> Result<HashMap<Uuid, ToSeat>> {
    let mut found = HashMap::new();
    if !office.live.matching_ready() {
        return Ok(found);
    }
    let scope = Scope::Stations(stations.to_vec());
    for class in classes {
        let plans = planned(office, scope.clone(), Some(*class), SEATS).await?;
        let seats = || plans.iter().flat_map(|plan| &plan.seats);
        let ids: Vec<Uuid> = seats().map(|seat| seat.worker).collect();
        let names = people::names(&mut &office.db, &scope, &ids).await?;
        let named = |places: bool| {
            let those = seats().filter(|seat| seat.places == places);
            those.filter_map(|seat| names.get(&seat.worker).cloned()).collect()
        };
        found.insert(*class, ToSeat { enrol: named(true), better: named(false) });
    }
    Ok(found)
}

/// Puts people into a class, each on their own: one who cannot be is told with the reason.
pub async fn enrol_many(
    office: &Office,
    actor: &Actor,
    class: Uuid,
    workers: &[Uuid],
) -> Result<Vec<(Uuid, Result<Enrolment>)>> {
    let mut done = Vec::with_capacity(workers.len());
    for worker in workers {
        match enrolment::enrol(office, actor, *worker, class).await {
            // A database that does not answer is no matter of one person.
            Err(fault @ (Error::Busy(_) | Error::Internal(_) | Error::Forbidden)) => return Err(fault),
            outcome => done.push((*worker, outcome)),
        }
    }
    Ok(done)
}
