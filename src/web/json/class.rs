//! Training classes in the API: one view, and the routes that add and change them.

use serde_json::{Value, json};

use super::shapes;
use super::worker::{instant, named};
use super::{list, patch_of};
use crate::actions::search::{self, ClassAsk};
use crate::actions::{class, live};
use crate::domain::actor::Right;
use crate::domain::training::ClassBody;
use crate::domain::wage::yuan_json;
use crate::handler;
use crate::store::class::Record;
use crate::web::ask::Ask;
use crate::web::fault::Fault;
use crate::web::reply::Answer;
use crate::web::route::{Audience, Body, Route, shape};

const STAFF: Audience = Audience::Holds(&[Right::Training]);

/// Routes of this file.
pub static ROUTES: &[Route] = &[
    Route::post("/api/v1/classes", STAFF, "add a class", Body::Json(shape::<ClassBody>), handler!(create))
        .gives::<shapes::Class>()
        .status(201),
    Route::get("/api/v1/classes", Audience::Anyone, "search training classes", handler!(search))
        .gives::<shapes::List<shapes::Class>>()
        .query(&["q", "programme", "region", "open", "limit", "cursor", "sort", "near"]),
    Route::get("/api/v1/classes/{id}", Audience::Anyone, "one class by id or short code", handler!(find))
        .gives::<shapes::Class>(),
    Route::patch("/api/v1/classes/{id}", STAFF, "change a class", Body::Json(shape::<ClassBody>), handler!(patch))
        .gives::<shapes::Class>(),
];

/// The API's view of a class.
pub fn view(record: &Record) -> Value {
    let row = &record.row;
    let c = &row.class;
    json!({
        "id": row.id, "ref": row.reference, "programme": c.programme, "name": c.name,
        "occupation": c.occupation.as_ref().map(|code| named(code, live::occupation_name(code))),
        "certificates": c.certificates, "skills": c.skills, "starts": c.starts, "ends": c.ends, "seats": c.seats,
        "seats_left": record.seats_left(), "region": c.region, "place": c.place, "provider": c.provider,
        "fee": c.fee.map(yuan_json), "vacancy": c.vacancy, "vacancies": c.vacancies,
        "station": record.station.as_ref().map(|(code, name, phone)| json!({"code": code, "name": name, "phone": phone})),
        "version": row.version, "created_at": instant(row.created_at), "updated_at": instant(row.updated_at),
    })
}

fn answer(record: &Record) -> Answer {
    Answer::json(200, &view(record)).version(record.row.version)
}

async fn search(ask: Ask) -> Result<Answer, Fault> {
    let text = |name: &str| ask.query(name).map(str::to_owned);
    let asked = ClassAsk {
        q: text("q").unwrap_or_default(),
        programme: text("programme"),
        region: text("region"),
        open: list::truth(&ask, "open"),
        page: list::page(&ask)?,
    };
    let found = search::classes(&ask.office, asked).await?;
    let rows = found.items.iter().map(|(record, _)| view(record)).collect();
    Ok(Answer::json(200, &list::answer(ask.lang, &found, rows)))
}

async fn create(ask: Ask) -> Result<Answer, Fault> {
    let record = class::create(&ask.office, &ask.actor, &ask.json()?).await?;
    let location = format!("/api/v1/classes/{}", record.row.id);
    Ok(Answer::json(201, &view(&record)).header("location", location).version(record.row.version))
}

async fn find(ask: Ask) -> Result<Answer, Fault> {
    Ok(answer(&class::find(&ask.office, ask.param("id")).await?))
}

async fn patch(ask: Ask) -> Result<Answer, Fault> {
    let version = ask.if_match()?;
    let patch = patch_of::<ClassBody>(&ask)?;
    Ok(answer(&class::patch(&ask.office, &ask.actor, ask.id("id")?, patch, version).await?))
}
