//! JSON for programs, under `/api/v1`, one file per noun.

pub mod interest;
pub mod introduction;
pub mod list;
pub mod outbox;
pub mod worker;
pub mod worklist;

use std::time::Duration;

use super::ask::Ask;
use super::fault::Fault;
use super::reply::Answer;
use super::route::{Handler, Route};
use crate::store::crypt::hash;
use crate::store::idempotency;

/// Routes of the API.
pub fn tables() -> Vec<&'static [Route]> {
    vec![worker::ROUTES, introduction::ROUTES, outbox::ROUTES, interest::ROUTES, worklist::ROUTES]
}

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
        answer.body = kept.answer.into();
        return Ok(match kept.location {
            Some(location) => answer.header("location", location),
            None => answer,
        });
    }
    let done = handler(ask).await;
    match &done {
        Ok(answer) => {
            let location = answer.headers.iter().find(|(n, _)| *n == "location").map(|(_, v)| v.as_str());
            let text = String::from_utf8_lossy(&answer.body);
            idempotency::keep(&office.db, &name, i64::from(answer.status), location, &text).await?;
        }
        Err(_) => idempotency::give_back(&office.db, &name).await?,
    }
    done
}
