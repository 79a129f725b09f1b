//! Enrolments in the API: one view, and the routes of `/enrolments`.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::shapes;
use super::worker::{Nothing, instant};
use crate::actions::enrolment;
use crate::domain::actor::Right;
use crate::domain::code::Code as _;
use crate::domain::training::EnrolmentAct;
use crate::handler;
use crate::store::enrolment::Enrolment;
use crate::web::ask::Ask;
use crate::web::fault::Fault;
use crate::web::reply::Answer;
use crate::web::route::{Audience, Body, Route, shape};

const STAFF: Audience = Audience::Holds(&[Right::Training]);

const fn act(pattern: &'static str, what: &'static str) -> Route {
    Route::post(pattern, STAFF, what, Body::Json(shape::<Nothing>), handler!(step)).gives::<shapes::Enrolment>()
}

/// Routes of this file.
pub static ROUTES: &[Route] = &[
    Route::post(
        "/api/v1/enrolments",
        STAFF,
        "put a person into a class",
        Body::Json(shape::<EnrolBody>),
        handler!(enrol),
    )
    .gives::<shapes::Enrolment>()
    .status(201),
    Route::get("/api/v1/enrolments/{id}", STAFF, "one enrolment", handler!(find)).gives::<shapes::Enrolment>(),
    act("/api/v1/enrolments/{id}/attend", "came to the class"),
    act("/api/v1/enrolments/{id}/pass", "passed"),
    act("/api/v1/enrolments/{id}/fail", "did not pass"),
    act("/api/v1/enrolments/{id}/certify", "got the certificates of the class"),
    act("/api/v1/enrolments/{id}/leave", "left: the seat is free"),
];

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct EnrolBody {
    worker: Uuid,
    class: Uuid,
}

/// The API's view of an enrolment.
pub fn view(e: &Enrolment) -> Value {
    json!({"id": e.id, "worker": e.worker, "class": e.class, "state": e.state.code(), "version": e.version,
           "created_at": instant(e.created_at), "updated_at": instant(e.updated_at), "introduction": null,
           "not_introduced": null})
}

async fn enrol(ask: Ask) -> Result<Answer, Fault> {
    let body: EnrolBody = ask.json()?;
    let done = enrolment::enrol(&ask.office, &ask.actor, body.worker, body.class).await?;
    Ok(Answer::json(201, &view(&done))
        .header("location", format!("/api/v1/enrolments/{}", done.id))
        .version(done.version))
}

async fn find(ask: Ask) -> Result<Answer, Fault> {
    let found = enrolment::find(&ask.office, &ask.actor, ask.id("id")?).await?;
    Ok(Answer::json(200, &view(&found)).version(found.version))
}

async fn step(ask: Ask) -> Result<Answer, Fault> {
    ask.json::<Nothing>()?;
    // The last segment is one of the table's acts.
    let word = ask.path.rsplit('/').next().unwrap_or_default();
    let act = EnrolmentAct::parse(word).ok_or(crate::actions::Error::NotFound)?;
    let done = enrolment::act(&ask.office, &ask.actor, ask.id("id")?, act).await?;
    let mut view = view(&done.enrolment);
    match done.forward {
        Some(Ok(introduction)) => view["introduction"] = json!(introduction),
        Some(Err(code)) => view["not_introduced"] = json!(code),
        None => {}
    }
    Ok(Answer::json(200, &view).version(done.enrolment.version))
}
