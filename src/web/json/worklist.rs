//! The worklist and notes of calls in the API.

use serde_json::{Value, json};

use super::paged;
use super::shapes;
use crate::actions::call::{self, NewCall};
use crate::actions::worklist;
use crate::domain::actor::Right;
use crate::domain::code::Code as _;
use crate::handler;
use crate::web::ask::Ask;
use crate::web::fault::Fault;
use crate::web::json::worker::instant;
use crate::web::reply::Answer;
use crate::web::route::{Audience, Body, Route, shape};

const STAFF: Audience = Audience::Holds(&[Right::Introductions]);

/// Routes of this file.
pub static ROUTES: &[Route] = &[
    Route::get("/api/v1/worklist", STAFF, "what waits at the own station, the most urgent first", handler!(list))
        .gives::<shapes::List<shapes::Task>>()
        .query(&["kind"]),
    Route::post("/api/v1/calls", STAFF, "note a telephone call", Body::Json(shape::<NewCall>), handler!(note))
        .gives::<shapes::Call>()
        .status(201),
];

async fn list(ask: Ask) -> Result<Answer, Fault> {
    let kinds = ask.query_all("kind");
    let list = worklist::of(&ask.office, &ask.actor).await?;
    let today = ask.office.today();
    let counts: Vec<Value> = list
        .counts()
        .into_iter()
        .map(|(kind, n)| json!({"code": kind.code(), "name": crate::pages::word(ask.lang, "task", kind.code()), "count": n}))
        .collect();
    let items: Vec<Value> = list
        .tasks
        .iter()
        .filter(|t| kinds.is_empty() || kinds.iter().any(|k| k == t.kind.code()))
        .map(|t| {
            json!({"kind": t.kind.code(), "id": t.id, "title": t.title, "since": instant(t.since), "due": t.due,
                   "overdue": t.due < today, "link": t.link})
        })
        .collect();
    let total = items.len() as i64;
    let mut body = paged(items, total, None);
    body["facets"] = json!({"kind": counts});
    Ok(Answer::json(200, &body))
}

async fn note(ask: Ask) -> Result<Answer, Fault> {
    let body: NewCall = ask.json()?;
    let done = call::note(&ask.office, &ask.actor, &body).await?;
    Ok(Answer::json(
        201,
        &json!({"id": done.id, "worker": done.worker, "introduction": done.introduction, "interest": done.interest,
                "result": done.result.code(), "again": done.again, "note": done.note, "at": instant(done.at), "by": done.by}),
    ))
}
