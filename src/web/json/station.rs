//! Stations in the API: one view, and the routes of `/stations`.

use serde_json::{Value, json};

use super::shapes;
use super::{items, patch_of};
use crate::actions::station;
use crate::domain::actor::Right;
use crate::domain::station::StationBody;
use crate::handler;
use crate::store::station::StationRow;
use crate::web::ask::Ask;
use crate::web::fault::Fault;
use crate::web::reply::Answer;
use crate::web::route::{Audience, Body, Route, shape};

const READERS: Audience = Audience::Holds(&[Right::Persons, Right::Stations, Right::Accounts, Right::Figures]);
const ADMIN: Audience = Audience::Holds(&[Right::Stations]);

/// Routes of this file.
pub static ROUTES: &[Route] = &[
    Route::get("/api/v1/stations", READERS, "all stations", handler!(list)).gives::<shapes::List<shapes::Station>>(),
    Route::post("/api/v1/stations", ADMIN, "add a station", Body::Json(shape::<StationBody>), handler!(create))
        .gives::<shapes::Station>()
        .status(201),
    Route::get("/api/v1/stations/{id}", READERS, "one station by id or code", handler!(find))
        .gives::<shapes::Station>(),
    Route::patch("/api/v1/stations/{id}", ADMIN, "change a station", Body::Json(shape::<StationBody>), handler!(patch))
        .gives::<shapes::Station>(),
];

/// The API's view of a station.
pub fn view(row: &StationRow) -> Value {
    let s = &row.station;
    json!({
        "id": row.id, "code": s.code, "name": s.name, "kind": s.kind, "parent": s.parent, "regions": s.regions,
        "email": s.email, "phone": s.phone, "address": s.address, "lang": s.lang, "version": row.version,
    })
}

async fn list(ask: Ask) -> Result<Answer, Fault> {
    let all = station::list(&ask.office, &ask.actor).await?;
    Ok(Answer::json(200, &items(all.iter().map(view).collect())))
}

async fn find(ask: Ask) -> Result<Answer, Fault> {
    let row = station::find(&ask.office, &ask.actor, ask.param("id")).await?;
    Ok(Answer::json(200, &view(&row)).version(row.version))
}

async fn create(ask: Ask) -> Result<Answer, Fault> {
    let row = station::create(&ask.office, &ask.actor, &ask.json()?).await?;
    Ok(Answer::json(201, &view(&row)).header("location", format!("/api/v1/stations/{}", row.id)).version(row.version))
}

async fn patch(ask: Ask) -> Result<Answer, Fault> {
    let version = ask.if_match()?;
    let row = station::patch(&ask.office, &ask.actor, ask.id("id")?, patch_of::<StationBody>(&ask)?, version).await?;
    Ok(Answer::json(200, &view(&row)).version(row.version))
}
