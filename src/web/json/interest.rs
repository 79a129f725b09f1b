//! Interests in the API: leaving one, its receipt, and what a clerk makes of it.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::paged;
use super::shapes;
use crate::actions::interest::{self, NewInterest};
use crate::actions::{Error, Office};
use crate::domain::actor::Right;
use crate::domain::code::Code as _;
use crate::domain::interest::InterestState;
use crate::domain::registration::Registration;
use crate::handler;
use crate::store::interest::Listed;
use crate::web::ask::Ask;
use crate::web::fault::Fault;
use crate::web::json::worker::{Nothing, instant};
use crate::web::reply::Answer;
use crate::web::route::{Audience, Body, Route, shape};

const STAFF: Audience = Audience::Holds(&[Right::Introductions]);

/// Routes of this file.
pub static ROUTES: &[Route] = &[
    Route::post(
        "/api/v1/vacancies/{id}/interest",
        Audience::Anyone,
        "leave a phone for a vacancy",
        Body::Json(shape::<NewInterest>),
        handler!(leave),
    )
    .gives::<shapes::Receipt>()
    .status(202),
    Route::get("/api/v1/receipts/{code}", Audience::Anyone, "how far an interest has come", handler!(receipt))
        .gives::<shapes::Told>(),
    Route::post(
        "/api/v1/receipts/{code}/withdraw",
        Audience::Anyone,
        "take an interest back",
        Body::Json(shape::<Nothing>),
        handler!(withdraw),
    )
    .gives::<shapes::Told>(),
    Route::get("/api/v1/interests", STAFF, "interests that went to the own station", handler!(list))
        .gives::<shapes::List<shapes::Interest>>()
        .query(&["state"]),
    Route::get("/api/v1/interests/{id}", STAFF, "one interest, phone masked", handler!(find))
        .gives::<shapes::Interest>(),
    Route::post(
        "/api/v1/interests/{id}/link",
        STAFF,
        "link an interest to a person",
        Body::Json(shape::<LinkBody>),
        handler!(link),
    )
    .gives::<shapes::Interest>(),
    Route::post(
        "/api/v1/interests/{id}/register",
        STAFF,
        "register a person from an interest",
        Body::Json(shape::<Registration>),
        handler!(register),
    )
    .gives::<shapes::Interest>(),
    Route::post(
        "/api/v1/interests/{id}/reveal",
        Audience::Holds(&[Right::Reveal]),
        "show the phone to call, audited",
        Body::Json(shape::<Nothing>),
        handler!(reveal),
    )
    .gives::<shapes::Phone>(),
    Route::post(
        "/api/v1/interests/{id}/close",
        STAFF,
        "close an interest",
        Body::Json(shape::<Nothing>),
        handler!(close),
    )
    .gives::<shapes::Interest>(),
];

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct LinkBody {
    worker: Uuid,
}

fn view(office: &Office, l: &Listed) -> Result<Value, Fault> {
    let n = &l.interest;
    Ok(json!({
        "id": n.id, "receipt": n.receipt, "state": n.state.code(), "name": n.name,
        "phone": interest::masked_phone(office, n)?, "remark": n.remark,
        "vacancy": {"id": n.vacancy, "ref": l.vacancy_reference, "title": l.vacancy_title},
        "worker": n.worker, "introduction": n.introduction,
        "created_at": instant(n.created_at), "updated_at": instant(n.updated_at),
    }))
}

/// What the holder of a receipt sees: nothing of the person.
fn told(l: &Listed) -> Value {
    json!({"receipt": l.interest.receipt, "state": l.interest.state.code(),
           "vacancy": {"ref": l.vacancy_reference, "title": l.vacancy_title},
           "created_at": instant(l.interest.created_at), "updated_at": instant(l.interest.updated_at)})
}

async fn leave(ask: Ask) -> Result<Answer, Fault> {
    let body: NewInterest = ask.json()?;
    let receipt = interest::leave(&ask.office, ask.id("id")?, &body).await?;
    let location = format!("/api/v1/receipts/{receipt}");
    Ok(Answer::json(202, &json!({"receipt": receipt})).header("location", location))
}

async fn receipt(ask: Ask) -> Result<Answer, Fault> {
    Ok(Answer::json(200, &told(&interest::receipt(&ask.office, ask.param("code")).await?)))
}

async fn withdraw(ask: Ask) -> Result<Answer, Fault> {
    Ok(Answer::json(200, &told(&interest::withdraw(&ask.office, ask.param("code")).await?)))
}

async fn list(ask: Ask) -> Result<Answer, Fault> {
    let mut states = Vec::new();
    for text in ask.query_all("state") {
        states.push(InterestState::parse(&text).ok_or(Error::field("state", "choice.unknown"))?);
    }
    if states.is_empty() {
        states.extend([InterestState::Received, InterestState::Called]);
    }
    let found = interest::list(&ask.office, &ask.actor, &states, 500).await?;
    let items = found.iter().map(|l| view(&ask.office, l)).collect::<Result<Vec<_>, _>>()?;
    let total = items.len() as i64;
    Ok(Answer::json(200, &paged(items, total, None)))
}

async fn find(ask: Ask) -> Result<Answer, Fault> {
    let found = interest::find(&ask.office, &ask.actor, ask.id("id")?).await?;
    Ok(Answer::json(200, &view(&ask.office, &found)?))
}

async fn link(ask: Ask) -> Result<Answer, Fault> {
    let body: LinkBody = ask.json()?;
    let done = interest::link(&ask.office, &ask.actor, ask.id("id")?, body.worker).await?;
    Ok(Answer::json(200, &view(&ask.office, &done)?))
}

async fn register(ask: Ask) -> Result<Answer, Fault> {
    let done = interest::register(&ask.office, &ask.actor, ask.id("id")?, ask.json()?).await?;
    Ok(Answer::json(200, &view(&ask.office, &done)?))
}

async fn reveal(ask: Ask) -> Result<Answer, Fault> {
    let phone = interest::reveal_phone(&ask.office, &ask.actor, ask.id("id")?).await?;
    Ok(Answer::json(200, &json!({"phone": phone})))
}

async fn close(ask: Ask) -> Result<Answer, Fault> {
    let done = interest::close(&ask.office, &ask.actor, ask.id("id")?).await?;
    Ok(Answer::json(200, &view(&ask.office, &done)?))
}
