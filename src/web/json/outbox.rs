//! Letters in the API: what was sent, what waits, what died, and the second try.

use serde_json::{Value, json};

use super::shapes;
use super::{limit, paged};
use crate::actions::{Error, outbox};
use crate::domain::actor::Right;
use crate::domain::code::Code as _;
use crate::domain::notice::NoticeState;
use crate::handler;
use crate::store::outbox::Notice;
use crate::web::ask::Ask;
use crate::web::fault::Fault;
use crate::web::json::worker::{Nothing, instant};
use crate::web::reply::Answer;
use crate::web::route::{Audience, Body, Route, shape};

const STAFF: Audience = Audience::Holds(&[Right::Introductions]);

/// Routes of this file.
pub static ROUTES: &[Route] = &[
    Route::get("/api/v1/outbox", STAFF, "letters of the own station, newest first", handler!(list))
        .gives::<shapes::List<shapes::Notice>>()
        .query(&["state", "limit", "cursor"]),
    Route::post(
        "/api/v1/outbox/{id}/retry",
        STAFF,
        "send a dead letter again",
        Body::Json(shape::<Nothing>),
        handler!(retry),
    )
    .gives::<shapes::Notice>(),
];

fn view(n: &Notice, name: &str) -> Value {
    let kind = match (n.station, n.employer) {
        (Some(_), _) => "station",
        (None, Some(_)) => "employer",
        (None, None) => "account",
    };
    json!({
        "id": n.id, "kind": n.kind.code(), "event": n.event, "message_id": n.message_id,
        "to": {"kind": kind, "name": name}, "introduction": n.introduction, "state": n.state.code(),
        "attempts": n.attempts, "error": n.last_error, "maybe_duplicate": n.maybe_duplicate,
        "next_at": (n.state == NoticeState::Pending).then(|| instant(n.next_at)),
        "created_at": instant(n.created_at), "sent_at": n.sent_at.map(instant),
    })
}

async fn list(ask: Ask) -> Result<Answer, Fault> {
    let state = match ask.query("state") {
        Some(text) => Some(NoticeState::parse(text).ok_or(Error::field("state", "choice.unknown"))?),
        None => None,
    };
    let page = outbox::list(&ask.office, &ask.actor, state, ask.query_as("cursor")?, limit(&ask)?).await?;
    let items = page.items.iter().map(|(n, name)| view(n, name)).collect();
    Ok(Answer::json(200, &paged(items, page.total, page.next.map(|id| id.to_string()))))
}

async fn retry(ask: Ask) -> Result<Answer, Fault> {
    let (n, name) = outbox::retry(&ask.office, &ask.actor, ask.id("id")?).await?;
    Ok(Answer::json(200, &view(&n, &name)))
}
