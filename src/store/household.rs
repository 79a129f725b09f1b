//! Households with their members and watch episodes, and the places they live in.

use std::collections::HashMap;

use jiff::civil::Date;
use uuid::Uuid;

use super::Error;
use super::change::{Kind, Tx};
use super::db::{Read, sql};
use crate::domain::code::Code as _;
use crate::domain::household::{HouseholdFacts, WatchClass};
use crate::domain::worker::Village;

/// A household as stored.
#[derive(Debug, Clone)]
pub struct Household {
    /// Its id.
    pub id: Uuid,
    /// 户编号, or head and place.
    pub key: String,
    /// Facts; `relation` belongs to the membership and is empty here.
    pub facts: HouseholdFacts,
    /// Place.
    pub place: Option<Uuid>,
    /// Class of the open watch episode.
    pub watch: Option<WatchClass>,
}

/// The facts as stored: what is unknown is left out.
fn facts(facts: &HouseholdFacts) -> String {
    let mut value = serde_json::to_value(facts).unwrap_or_default();
    if let Some(map) = value.as_object_mut() {
        map.retain(|_, v| !v.is_null());
    }
    value.to_string()
}

/// Households by key.
pub async fn by_keys(read: &mut impl Read, keys: &[String]) -> Result<HashMap<String, Household>, Error> {
    let mut found = HashMap::new();
    for keys in keys.chunks(2_000).filter(|k| !k.is_empty()) {
        let statement = sql("SELECT h.id, h.key, h.facts, h.place, e.class FROM household h \
             LEFT JOIN watch_episode e ON e.household = h.id AND e.cleared_at IS NULL WHERE h.key IN ")
        .list(keys.iter());
        for row in read.all(statement).await? {
            let household = Household {
                id: row.id(0)?,
                key: row.get(1)?,
                facts: row.json(2)?,
                place: row.opt_id(3)?,
                watch: row.opt_code(4)?,
            };
            found.insert(household.key.clone(), household);
        }
    }
    Ok(found)
}

/// The key of a household.
pub async fn key_of(read: &mut impl Read, id: Uuid) -> Result<Option<String>, Error> {
    read.first(sql("SELECT key FROM household WHERE id = $1").bind(id)).await?.map(|row| row.get(0)).transpose()
}

/// Raises members and minors of households to what a register counts, never lowers them.
pub async fn raise(tx: &mut Tx, counts: &HashMap<String, (u32, u32)>, at: i64) -> Result<(), Error> {
    let keys: Vec<String> = counts.keys().cloned().collect();
    for mut household in by_keys(tx, &keys).await?.into_values() {
        let Some((members, minors)) = counts.get(&household.key).copied() else { continue };
        let facts = &household.facts;
        let raised = (facts.members.unwrap_or(0).max(members), facts.minors.unwrap_or(0).max(minors));
        if (facts.members, facts.minors) != (Some(raised.0), Some(raised.1)) {
            household.facts.members = Some(raised.0);
            household.facts.minors = Some(raised.1);
            update(tx, &household, at).await?;
        }
    }
    Ok(())
}

/// Adds households.
pub async fn insert(tx: &mut Tx, households: &[Household], at: i64) -> Result<(), Error> {
    let rows = households
        .iter()
        .map(|h| {
            vec![
                h.id.into(),
                (&h.key).into(),
                h.facts.kind.clone().into(),
                h.place.into(),
                facts(&h.facts).into(),
                h.facts.relocated.into(),
                1_i64.into(),
                at.into(),
            ]
        })
        .collect();
    tx.insert("household (id, key, kind, place, facts, relocated, version, updated_at)", rows, "").await.map(drop)
}

/// Writes a household's facts; its members change for followers too.
pub async fn update(tx: &mut Tx, h: &Household, at: i64) -> Result<(), Error> {
    let statement = sql("UPDATE household SET kind = $1, place = $2, facts = $3, relocated = $4, updated_at = $5, \
         version = version + 1 WHERE id = $6")
    .bind(h.facts.kind.clone())
    .bind(h.place)
    .bind(facts(&h.facts))
    .bind(h.facts.relocated)
    .bind(at)
    .bind(h.id);
    tx.execute(statement).await?;
    touch_members(tx, h.id).await
}

async fn touch_members(tx: &mut Tx, household: Uuid) -> Result<(), Error> {
    let rows =
        tx.all(sql("SELECT worker FROM membership WHERE to_at IS NULL AND household = $1").bind(household)).await?;
    for row in rows {
        tx.changed(Kind::Worker, row.id(0)?);
    }
    Ok(())
}

/// Opens watch episodes.
pub async fn watch(tx: &mut Tx, episodes: &[(Uuid, Uuid, WatchClass, Date)]) -> Result<(), Error> {
    let rows = episodes
        .iter()
        .map(|(id, household, class, from)| {
            vec![(*id).into(), (*household).into(), class.code().into(), from.to_string().into(), "[]".into()]
        })
        .collect();
    tx.insert("watch_episode (id, household, class, from_on, risks)", rows, "").await?;
    for (_, household, _, _) in episodes {
        touch_members(tx, *household).await?;
    }
    Ok(())
}

/// Closes the open watch episode of a household: the official register says its risk is cleared.
pub async fn clear_watch(tx: &mut Tx, household: Uuid, at: i64, by: &str) -> Result<(), Error> {
    let statement =
        sql("UPDATE watch_episode SET cleared_at = $1, cleared_by = $2 WHERE household = $3 AND cleared_at IS NULL")
            .bind(at)
            .bind(by)
            .bind(household);
    tx.execute(statement).await?;
    touch_members(tx, household).await
}

/// A membership to write: worker, household, relation.
pub type Member = (Uuid, Uuid, Option<String>);

/// Puts people into households; a person leaves the household they were in before.
pub async fn join(tx: &mut Tx, members: &[(Uuid, Member)], leave: bool, at: i64) -> Result<(), Error> {
    if leave {
        for (_, (worker, _, _)) in members {
            let statement =
                sql("UPDATE membership SET to_at = $1 WHERE worker = $2 AND to_at IS NULL").bind(at).bind(*worker);
            tx.execute(statement).await?;
        }
    }
    let rows = members
        .iter()
        .map(|(id, (worker, household, relation))| {
            vec![(*id).into(), (*worker).into(), (*household).into(), relation.clone().into(), at.into()]
        })
        .collect();
    tx.insert("membership (id, worker, household, relation, from_at)", rows, "").await?;
    for (_, (worker, _, _)) in members {
        tx.changed(Kind::Worker, *worker);
    }
    Ok(())
}

/// The key of a village: its normalised words.
pub fn place_key(village: &Village) -> String {
    let squeeze = |t: &str| t.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    format!("{}|{}|{}", village.county, squeeze(&village.township), squeeze(&village.village))
}

/// Ids of villages, made where they are new.
pub async fn places(tx: &mut Tx, villages: &[&Village], id: impl Fn() -> Uuid) -> Result<HashMap<String, Uuid>, Error> {
    let mut wanted: HashMap<String, &Village> = villages.iter().map(|v| (place_key(v), *v)).collect();
    let mut found = HashMap::with_capacity(wanted.len());
    if wanted.is_empty() {
        return Ok(found);
    }
    let look = |keys: Vec<String>| sql("SELECT key, id FROM place WHERE key IN ").list(keys);
    for row in tx.all(look(wanted.keys().cloned().collect())).await? {
        let key: String = row.get(0)?;
        wanted.remove(&key);
        found.insert(key, row.id(1)?);
    }
    if !wanted.is_empty() {
        let rows = wanted
            .iter()
            .map(|(key, v)| {
                vec![id().into(), (&v.county).into(), (&v.township).into(), (&v.village).into(), key.into()]
            })
            .collect();
        tx.insert("place (id, county, township, village, key)", rows, " ON CONFLICT DO NOTHING").await?;
        // Somebody else may have made one of them meanwhile: read what stands.
        for row in tx.all(look(wanted.keys().cloned().collect())).await? {
            found.insert(row.get(0)?, row.id(1)?);
        }
    }
    Ok(found)
}

/// The id of a village that stands.
pub async fn place_of(read: &mut impl Read, village: &Village) -> Result<Option<Uuid>, Error> {
    let row = read.first(sql("SELECT id FROM place WHERE key = $1").bind(place_key(village))).await?;
    row.map(|r| r.id(0)).transpose()
}
