//! JSON for programs, under `/api/v1`, one file per noun.

pub mod class;
pub mod employer;
pub mod enrolment;
pub mod import;
pub mod interest;
pub mod introduction;
pub mod later;
pub mod list;
pub mod match_run;
pub mod matching;
pub mod openapi;
pub mod outbox;
pub mod saved_search;
pub mod shapes;
pub mod station;
pub mod training;
pub mod vacancy;
pub mod worker;
pub mod worklist;

use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::ask::Ask;
use super::fault::Fault;
use super::reply::Answer;
use super::route::{Handler, Route};
use crate::actions::Error;
use crate::domain::wage::yuan_json;
use crate::store::crypt::{Cell, hash};
use crate::store::idempotency;

/// Routes of the API.
pub fn tables() -> Vec<&'static [Route]> {
    vec![
        worker::ROUTES,
        matching::ROUTES,
        match_run::ROUTES,
        introduction::ROUTES,
        outbox::ROUTES,
        interest::ROUTES,
        worklist::ROUTES,
        saved_search::ROUTES,
        station::ROUTES,
        employer::ROUTES,
        vacancy::ROUTES,
        class::ROUTES,
        enrolment::ROUTES,
        training::ROUTES,
        import::ROUTES,
        later::ROUTES,
        openapi::ROUTES,
    ]
}

/// Where a kept answer is sealed for.
const KEPT: Cell<'static> = Cell { table: "idempotency", column: "answer", id: uuid::Uuid::nil() };

/// Runs a write under its `Idempotency-Key`: same key and body within 24 h = the first answer again, done once.
pub async fn idempotent(handler: Handler, ask: Ask, key: &str) -> Result<Answer, Fault> {
    let office = ask.office.clone();
    let name = hash(format!("{}\0{}\0{key}", ask.actor.name(), ask.path).as_bytes());
    let body = hash(&ask.body);
    let now = office.now();
    let day = i64::try_from(Duration::from_secs(86_400).as_micros()).unwrap_or(0);
    if let Some(kept) = idempotency::take(&office.db, &name, &body, now, now - day).await? {
        if kept.body_hash != body {
            return Err(Fault::Status(422, "idempotency.other_body"));
        }
        if kept.status == 0 {
            return Err(Fault::Status(409, "idempotency.under_way"));
        }
        let mut answer = Answer::json(u16::try_from(kept.status).unwrap_or(500), &());
        answer.body = office.keys.open_sealed(KEPT, kept.answer.as_deref().unwrap_or_default())?.into();
        return Ok(match kept.location {
            Some(location) => answer.header("location", location),
            None => answer,
        });
    }
    let done = handler(ask).await;
    match &done {
        Ok(answer) => {
            let location = answer.headers.iter().find(|(n, _)| *n == "location").map(|(_, v)| v.as_str());
            let sealed = office.keys.seal(KEPT, &answer.body)?;
            idempotency::keep(&office.db, &name, i64::from(answer.status), location, sealed).await?;
        }
        Err(_) => idempotency::give_back(&office.db, &name).await?,
    }
    done
}

/// A whole list as an answer.
pub fn items(rows: Vec<Value>) -> Value {
    let total = rows.len() as i64;
    paged(rows, total, None)
}

/// A page of a list that SQL answers.
pub fn paged(items: Vec<Value>, total: i64, next: Option<String>) -> Value {
    json!({"items": items, "total": total, "next_cursor": next, "facets": {}, "relaxed": [], "suggest": []})
}

/// `limit` of a list: 1 to 100, 20 if it is not said.
pub fn limit(ask: &Ask) -> Result<usize, Fault> {
    match ask.query("limit").map(str::parse::<usize>) {
        None => Ok(20),
        Some(Ok(n)) if (1..=100).contains(&n) => Ok(n),
        Some(_) => Err(Error::field("limit", "query.limit").into()),
    }
}

/// Limit and offset of a list that SQL answers; the cursor is the offset.
pub fn page(ask: &Ask) -> Result<(i64, i64), Fault> {
    let limit = limit(ask)? as i64;
    let offset = ask.query_as::<u32>("cursor")?.map_or(0, i64::from);
    Ok((limit, offset))
}

/// A merge patch, read once as the typed body, so that unknown fields and wrong types are told at their place.
pub fn patch_of<T: DeserializeOwned>(ask: &Ask) -> Result<Map<String, Value>, Fault> {
    fn without_nulls(value: &mut Value) {
        if let Value::Object(map) = value {
            map.retain(|_, v| !v.is_null());
            map.values_mut().for_each(without_nulls);
        }
    }
    let patch: Map<String, Value> = ask.json()?;
    let mut said = Value::Object(patch.clone());
    without_nulls(&mut said);
    Ask { body: said.to_string().into(), ..ask.clone() }.json::<T>()?;
    Ok(patch)
}

/// Old and new of each field of a history, money in yuan as everywhere else: rows keep it as whole fen.
pub fn changes(diff: &Map<String, Value>) -> Value {
    fn told(field: &str, value: &Value) -> Value {
        match value {
            Value::Number(fen) if matches!(field, "wage_floor" | "typical_month" | "min" | "max" | "wage") => {
                fen.as_i64().map_or_else(|| value.clone(), |fen| json!(yuan_json(fen)))
            }
            Value::Array(sides) => sides.iter().map(|side| told(field, side)).collect(),
            Value::Object(parts) => parts.iter().map(|(name, part)| (name.clone(), told(name, part))).collect(),
            other => other.clone(),
        }
    }
    diff.iter().map(|(field, pair)| (field.clone(), told(field, pair))).collect()
}
