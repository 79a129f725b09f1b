//! Employers in the API: one view, and the routes of `/employers`.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::shapes;
use super::worker::{Nothing, instant};
use super::{page, paged, patch_of};
use crate::actions::{Office, employer};
use crate::domain::actor::Right;
use crate::domain::code::Code;
use crate::domain::employer::{EmployerBody, EmployerState, reverify_on};
use crate::handler;
use crate::store::employer::{EmployerRow, Wanted};
use crate::web::ask::Ask;
use crate::web::fault::Fault;
use crate::web::reply::Answer;
use crate::web::route::{Audience, Body, Route, shape};

const STAFF: Audience = Audience::Holds(&[Right::Employers]);
const BOTH: Audience = Audience::Holds(&[Right::Employers, Right::OwnVacancies]);

/// Routes of this file.
pub static ROUTES: &[Route] = &[
    Route::get("/api/v1/employers", STAFF, "employers, newest first", handler!(list))
        .gives::<shapes::List<shapes::Employer>>()
        .query(&["q", "state", "limit", "cursor"]),
    Route::post(
        "/api/v1/employers",
        Audience::Anyone,
        "sign up (waits for approval), or enter as a station",
        Body::Json(shape::<EmployerBody>),
        handler!(create),
    )
    .gives::<shapes::Employer>()
    .status(201),
    Route::get("/api/v1/employers/{id}", BOTH, "one employer", handler!(find)).gives::<shapes::Employer>(),
    Route::patch(
        "/api/v1/employers/{id}",
        BOTH,
        "change an employer",
        Body::Json(shape::<EmployerBody>),
        handler!(patch),
    )
    .gives::<shapes::Employer>(),
    Route::post(
        "/api/v1/employers/{id}/approve",
        STAFF,
        "approve and invite",
        Body::Json(shape::<Nothing>),
        handler!(approve),
    )
    .gives::<shapes::Employer>(),
    Route::post(
        "/api/v1/employers/{id}/reject",
        STAFF,
        "reject, with a reason",
        Body::Json(shape::<ReasonBody>),
        handler!(reject),
    )
    .gives::<shapes::Employer>(),
    Route::post(
        "/api/v1/employers/{id}/reverify",
        STAFF,
        "verified again today",
        Body::Json(shape::<Nothing>),
        handler!(reverify),
    )
    .gives::<shapes::Employer>(),
];

/// Why something is done.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReasonBody {
    /// 2 to 200 characters.
    #[serde(default)]
    pub reason: String,
}

/// The API's view of an employer.
pub async fn view(office: &Office, row: &EmployerRow) -> Value {
    let e = &row.employer;
    let stations = office.stations().await;
    let station = stations.iter().find(|s| Some(s.id) == row.station);
    json!({
        "id": row.id, "ref": row.reference, "name": e.name, "kind": e.kind.map(Code::code),
        "kind_guessed": e.kind_guessed, "credit_code": e.credit_code, "region": e.region, "address": e.address,
        "industry": e.industry, "contact": e.contact, "phone": e.phone, "email": e.email, "licence": e.licence,
        "size": e.size, "remark": e.remark, "state": row.state.code(), "reason": row.reason,
        "verified_on": row.verified_on, "reverify_by": row.verified_on.and_then(reverify_on),
        "must_reverify": row.must_reverify(office.today()),
        "station": station.map(|s| json!({"code": s.station.code, "name": s.station.name})),
        "version": row.version, "created_at": instant(row.created_at), "updated_at": instant(row.updated_at),
    })
}

async fn list(ask: Ask) -> Result<Answer, Fault> {
    let (limit, offset) = page(&ask)?;
    let state = super::list::code::<EmployerState>(&ask, "state")?.and_then(|s| EmployerState::parse(&s));
    let wanted = Wanted { text: ask.query("q").unwrap_or_default(), state, ..Wanted::default() };
    let (rows, total) = employer::list(&ask.office, &ask.actor, &wanted, limit, offset).await?;
    let mut items = Vec::with_capacity(rows.len());
    for row in &rows {
        items.push(view(&ask.office, row).await);
    }
    let next = offset + limit;
    let next = (next < total).then(|| next.to_string());
    Ok(Answer::json(200, &paged(items, total, next)))
}

async fn create(ask: Ask) -> Result<Answer, Fault> {
    let row = employer::create(&ask.office, &ask.actor, &ask.json()?).await?;
    let body = view(&ask.office, &row).await;
    Ok(Answer::json(201, &body).header("location", format!("/api/v1/employers/{}", row.id)).version(row.version))
}

async fn answer(ask: &Ask, row: &EmployerRow) -> Answer {
    Answer::json(200, &view(&ask.office, row).await).version(row.version)
}

async fn find(ask: Ask) -> Result<Answer, Fault> {
    let row = employer::find(&ask.office, &ask.actor, ask.id("id")?).await?;
    Ok(answer(&ask, &row).await)
}

async fn patch(ask: Ask) -> Result<Answer, Fault> {
    let version = ask.if_match()?;
    let patch = patch_of::<EmployerBody>(&ask)?;
    let row = employer::patch(&ask.office, &ask.actor, ask.id("id")?, patch, version).await?;
    Ok(answer(&ask, &row).await)
}

async fn approve(ask: Ask) -> Result<Answer, Fault> {
    ask.json::<Nothing>()?;
    let done = employer::approve(&ask.office, &ask.actor, ask.id("id")?).await?;
    let mut body = view(&ask.office, &done.row).await;
    body["account"] = json!(done.invited);
    Ok(Answer::json(200, &body).version(done.row.version))
}

async fn reject(ask: Ask) -> Result<Answer, Fault> {
    let body: ReasonBody = ask.json()?;
    let row = employer::reject(&ask.office, &ask.actor, ask.id("id")?, &body.reason).await?;
    Ok(answer(&ask, &row).await)
}

async fn reverify(ask: Ask) -> Result<Answer, Fault> {
    ask.json::<Nothing>()?;
    let row = employer::reverify(&ask.office, &ask.actor, ask.id("id")?).await?;
    Ok(answer(&ask, &row).await)
}
