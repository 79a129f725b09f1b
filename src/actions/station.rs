//! Stations: list, add, change, import.

use std::sync::Arc;

use serde_json::{Map, Value};
use uuid::Uuid;

use super::error::{Error, Result};
use super::office::{Office, below};
use super::put::{Outcome, changes, context, entry, overlay, patched};
use crate::domain::actor::{Actor, Right};
use crate::domain::fault::FieldFault;
use crate::domain::station::{Station, StationBody};
use crate::store::station::{self as stations, StationRow};
use crate::store::{self, Tx, history};

/// All stations by code: for staff of stations and for those who administer.
pub async fn list(office: &Office, actor: &Actor) -> Result<Arc<Vec<StationRow>>> {
    let rights = [Right::Persons, Right::Stations, Right::Accounts, Right::Figures];
    if !rights.iter().any(|r| actor.may(*r)) {
        office.need(actor, Right::Stations)?;
    }
    Ok(office.stations().await)
}

/// One station by id or code.
pub async fn find(office: &Office, actor: &Actor, key: &str) -> Result<StationRow> {
    let id = key.parse::<Uuid>().ok();
    let all = list(office, actor).await?;
    all.iter().find(|s| Some(s.id) == id || s.station.code == key).cloned().ok_or(Error::NotFound)
}

/// The id of a station's code.
pub async fn id_of(office: &Office, code: &str) -> Option<Uuid> {
    office.stations().await.iter().find(|s| s.station.code == code.trim()).map(|s| s.id)
}

fn parent_of(all: &[StationRow], station: &Station, own: Option<Uuid>) -> Result<Option<Uuid>> {
    let Some(code) = &station.parent else { return Ok(None) };
    let Some(parent) = all.iter().find(|s| s.station.code == *code) else {
        return Err(Error::field("parent", "station.parent_unknown"));
    };
    // A station under itself would be a tree without root.
    if own.is_some_and(|own| below(all, own).contains(&parent.id)) {
        return Err(Error::field("parent", "station.parent"));
    }
    Ok(Some(parent.id))
}

/// Adds a station.
pub async fn create(office: &Office, actor: &Actor, body: &StationBody) -> Result<StationRow> {
    office.need(actor, Right::Stations)?;
    let station = body.check(&context(office))?;
    let all = office.stations().await;
    let parent = parent_of(&all, &station, None)?;
    if let Some(there) = all.iter().find(|s| s.station.code == station.code) {
        return Err(Error::Conflict { code: "station.exists", with: Some(there.id) });
    }
    let row = StationRow { id: office.id(), parent, station, version: 1 };
    let mut tx = office.begin().await?;
    match stations::put(&mut tx, &row, true, office.now()).await {
        Err(store::Error::Duplicate) => return Err(Error::conflict("station.exists")),
        other => other?,
    };
    history::add(&mut tx, &[entry(office, actor, "station", row.id, "station.create", Map::new())]).await?;
    tx.audit(office.audit(actor, "station.create", "station", Some(row.id), ""));
    office.commit(tx).await?;
    office.reload_stations().await?;
    Ok(row)
}

/// Changes a station by a JSON merge patch; its code stays.
pub async fn patch(
    office: &Office,
    actor: &Actor,
    id: Uuid,
    patch: Map<String, Value>,
    expected: i64,
) -> Result<StationRow> {
    office.need(actor, Right::Stations)?;
    let all = office.stations().await;
    let old = all.iter().find(|s| s.id == id).ok_or(Error::NotFound)?;
    change_to(office, actor, id, &patched(&StationBody::of(&old.station), patch)?, expected).await
}

/// Changes a station to what the whole body says; its code stays.
pub async fn change_to(
    office: &Office,
    actor: &Actor,
    id: Uuid,
    body: &StationBody,
    expected: i64,
) -> Result<StationRow> {
    office.need(actor, Right::Stations)?;
    let all = office.stations().await;
    let old = all.iter().find(|s| s.id == id).ok_or(Error::NotFound)?;
    let station = body.check(&context(office))?;
    if station.code != old.station.code {
        return Err(Error::field("code", "station.code_fixed"));
    }
    let parent = parent_of(&all, &station, Some(id))?;
    if old.version != expected {
        return Err(Error::Stale);
    }
    let diff = changes(&old.station, &station);
    if diff.is_empty() {
        return Ok(old.clone());
    }
    let mut row = StationRow { id, parent, station, version: expected };
    let mut tx = office.begin().await?;
    if !stations::put(&mut tx, &row, false, office.now()).await? {
        return Err(Error::Stale);
    }
    row.version += 1;
    let fields = diff.keys().cloned().collect::<Vec<_>>().join(",");
    history::add(&mut tx, &[entry(office, actor, "station", id, "station.change", diff)]).await?;
    tx.audit(office.audit(actor, "station.change", "station", Some(id), &fields));
    office.commit(tx).await?;
    office.reload_stations().await?;
    Ok(row)
}

/// Enters rows of a sheet; a parent may stand in any row. The caller commits, then reloads the stations.
pub async fn put_many(office: &Office, tx: &mut Tx, actor: &Actor, bodies: &[StationBody]) -> Result<Vec<Outcome>> {
    office.need(actor, Right::Stations)?;
    let mut all: Vec<StationRow> = stations::all(tx).await?;
    let mut outcomes: Vec<Option<Outcome>> = vec![None; bodies.len()];
    let mut waiting: Vec<usize> = (0..bodies.len()).collect();
    let mut entries = Vec::new();
    loop {
        let before = waiting.len();
        let mut later = Vec::new();
        for i in waiting {
            let outcome = put(office, tx, actor, &mut all, &bodies[i], &mut entries).await?;
            let orphan = matches!(&outcome, Outcome::Rejected(faults) if faults.iter().any(|f| f.code == "station.parent_unknown"));
            if orphan {
                later.push(i);
            }
            outcomes[i] = Some(outcome);
        }
        // Rows whose parent came with this pass are tried again until no pass brings one more.
        if later.is_empty() || later.len() == before {
            break;
        }
        waiting = later;
    }
    history::add(tx, &entries).await?;
    Ok(outcomes.into_iter().flatten().collect())
}

async fn put(
    office: &Office,
    tx: &mut Tx,
    actor: &Actor,
    all: &mut Vec<StationRow>,
    body: &StationBody,
    entries: &mut Vec<history::Entry>,
) -> Result<Outcome> {
    let code = body.code.as_ref().map(|c| c.0.trim().to_owned()).unwrap_or_default();
    let there = all.iter().position(|s| s.station.code == code);
    let body = match there {
        Some(at) => overlay(&StationBody::of(&all[at].station), body)?,
        None => body.clone(),
    };
    let station = match body.check(&context(office)) {
        Ok(station) => station,
        Err(faults) => return Ok(Outcome::Rejected(faults)),
    };
    let parent = match parent_of(all, &station, there.map(|at| all[at].id)) {
        Ok(parent) => parent,
        Err(Error::Invalid(faults)) => return Ok(Outcome::Rejected(faults)),
        Err(other) => return Err(other),
    };
    let Some(at) = there else {
        let row = StationRow { id: office.id(), parent, station, version: 1 };
        stations::put(tx, &row, true, office.now()).await?;
        entries.push(entry(office, actor, "station", row.id, "station.import", Map::new()));
        all.push(row.clone());
        return Ok(Outcome::Created(row.id));
    };
    let old = &mut all[at];
    let mut before = old.station.clone();
    // The order in which a sheet names regions means nothing.
    before.regions.sort();
    let mut after = station.clone();
    after.regions.sort();
    let diff = changes(&before, &after);
    if diff.is_empty() {
        return Ok(Outcome::Unchanged(old.id));
    }
    let row = StationRow { id: old.id, parent, station, version: old.version };
    if !stations::put(tx, &row, false, office.now()).await? {
        return Err(Error::Stale);
    }
    *old = StationRow { version: row.version + 1, ..row };
    entries.push(entry(office, actor, "station", old.id, "station.import", diff.clone()));
    Ok(Outcome::Updated(old.id, diff))
}

/// The station whose regions cover a place most closely.
pub fn serving(all: &[StationRow], region: &str) -> Option<Uuid> {
    all.iter()
        .flat_map(|s| s.station.regions.iter().map(move |r| (s.id, r.trim_end_matches("00"))))
        .filter(|(_, served)| region.starts_with(served))
        .max_by_key(|(_, served)| served.len())
        .map(|(id, _)| id)
}

/// The station that a body names by its code.
pub async fn named(office: &Office, code: Option<&str>) -> Result<Option<Uuid>> {
    let Some(code) = code.map(str::trim).filter(|c| !c.is_empty()) else { return Ok(None) };
    match id_of(office, code).await {
        Some(id) => Ok(Some(id)),
        None => Err(Error::Invalid(vec![FieldFault::new("station", "station.unknown")])),
    }
}

/// True if a row that this station looks after is the actor's to change: the own station's, one below it, or nobody's.
pub async fn is_own(office: &Office, actor: &Actor, station: Option<Uuid>) -> bool {
    match (actor, station) {
        (Actor::Operator | Actor::System, _) => true,
        (Actor::Account { station: Some(own), .. }, Some(of)) => below(&office.stations().await, *own).contains(&of),
        (Actor::Account { station: Some(_), .. }, None) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::actions::testing::{account, fresh};
    use crate::domain::actor::Role;

    fn body(json: Value) -> StationBody {
        serde_json::from_value(json).unwrap()
    }

    fn map(json: Value) -> Map<String, Value> {
        serde_json::from_value(json).unwrap()
    }

    #[tokio::test]
    async fn codes_are_unique_and_a_tree_has_a_root() {
        let fresh = fresh().await;
        let office = &fresh.office;
        let admin = account(Role::Admin, None, None);
        let root = body(serde_json::json!({"code": "GZ", "name": "总站", "kind": "general", "regions": ["贵州省"]}));
        let root = create(office, &admin, &root).await.unwrap();
        assert_eq!(root.station.regions, ["520000"]);
        let child = body(serde_json::json!({"code": "NY", "name": "纳雍站", "kind": "county", "parent": "GZ"}));
        let child = create(office, &admin, &child).await.unwrap();
        let again = body(serde_json::json!({"code": "NY", "name": "别的站", "kind": "county"}));
        let refused = create(office, &admin, &again).await.unwrap_err();
        assert!(matches!(refused, Error::Conflict { code: "station.exists", with: Some(id) } if id == child.id));
        let under = patch(office, &admin, root.id, map(serde_json::json!({"parent": "NY"})), 1).await;
        assert_eq!(under.unwrap_err().to_string(), Error::field("parent", "station.parent").to_string());
        let named = patch(office, &admin, child.id, map(serde_json::json!({"name": "纳雍县工作站"})), 1).await.unwrap();
        assert_eq!((named.version, named.parent), (2, Some(root.id)));
        assert_eq!(office.stations().await.iter().find(|s| s.id == child.id).unwrap().station.name, "纳雍县工作站");
        assert!(matches!(
            patch(office, &admin, child.id, map(serde_json::json!({"name": "x"})), 1).await,
            Err(Error::Stale)
        ));
        let clerk = account(Role::Clerk, Some(child.id), None);
        assert!(matches!(create(office, &clerk, &again).await, Err(Error::Forbidden)));
    }

    #[tokio::test]
    async fn a_sheet_may_name_a_parent_below_its_child_and_changes_nothing_the_second_time() {
        let fresh = fresh().await;
        let office = &fresh.office;
        let rows = [
            body(serde_json::json!({"code": "C", "name": "三", "kind": "county", "parent": "B"})),
            body(serde_json::json!({"code": "B", "name": "二", "kind": "branch", "parent": "A"})),
            body(serde_json::json!({"code": "A", "name": "一", "kind": "general"})),
            body(serde_json::json!({"code": "D", "name": "四", "kind": "general", "parent": "Z"})),
        ];
        let enter = async |rows: &[StationBody]| {
            let mut tx = office.begin().await.unwrap();
            let outcomes = put_many(office, &mut tx, &Actor::Operator, rows).await.unwrap();
            office.commit(tx).await.unwrap();
            office.reload_stations().await.unwrap();
            outcomes
        };
        let first = enter(&rows).await;
        assert!(first[..3].iter().all(|o| matches!(o, Outcome::Created(_))), "{first:?}");
        assert!(matches!(&first[3], Outcome::Rejected(f) if f[0].code == "station.parent_unknown"));
        let all = office.stations().await;
        assert_eq!(below(&all, first[2].id().unwrap()).len(), 3);
        let second = enter(&rows).await;
        assert!(second[..3].iter().all(|o| matches!(o, Outcome::Unchanged(_))), "{second:?}");
        let newer = enter(&[body(serde_json::json!({"code": "C", "phone": "0857-1234567"}))]).await;
        assert!(matches!(&newer[0], Outcome::Updated(_, fields) if fields.keys().eq(["phone"])), "{newer:?}");
    }
}
