//! People in the API: one view of a record, and the routes of `/workers` and `/duplicates`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::list;
use super::shapes;
use crate::actions::search::{self, Found, Page, WorkerAsk};
use crate::actions::{self, Error, Office, worker};
use crate::domain::actor::Right;
use crate::domain::code::Code as _;
use crate::domain::fault::FieldFault;
use crate::domain::household::WatchClass;
use crate::domain::registration::Registration;
use crate::domain::wage::fen_from_yuan;
use crate::domain::worker::{Capacity, Status};
use crate::handler;
use crate::store::worker::Record;
use crate::web::ask::Ask;
use crate::web::fault::{Fault, sentence};
use crate::web::reply::Answer;
use crate::web::route::{Audience, Body, Route, shape};

const STAFF: Audience = Audience::Holds(&[Right::Persons]);

/// Parameters of the list of people.
pub const QUERY: &[&str] = &[
    "q",
    "origin",
    "occupation",
    "capacity",
    "watch",
    "status",
    "min_age",
    "max_age",
    "min_wage",
    "max_wage",
    "certificate",
    "skill",
    "village",
    "relocated",
    "station",
    "limit",
    "cursor",
    "sort",
    "near",
];

/// Routes of this file.
pub static ROUTES: &[Route] = &[
    Route::get("/api/v1/workers", STAFF, "search people", handler!(search))
        .gives::<shapes::List<shapes::Worker>>()
        .query(QUERY),
    Route::post(
        "/api/v1/workers/lookup",
        STAFF,
        "find people by number, phone, name or words",
        Body::Json(shape::<LookupBody>),
        handler!(lookup),
    )
    .gives::<shapes::List<shapes::Worker>>(),
    Route::post("/api/v1/workers", STAFF, "register a person", Body::Json(shape::<Registration>), handler!(register))
        .gives::<shapes::Worker>()
        .status(201),
    Route::post(
        "/api/v1/workers/link",
        STAFF,
        "link a person known elsewhere",
        Body::Json(shape::<LinkBody>),
        handler!(link),
    )
    .gives::<shapes::Worker>(),
    Route::get("/api/v1/workers/{id}", STAFF, "one person, masked", handler!(find)).gives::<shapes::Worker>(),
    Route::patch("/api/v1/workers/{id}", STAFF, "change a person", Body::Json(shape::<Registration>), handler!(patch))
        .gives::<shapes::Worker>(),
    Route::get("/api/v1/workers/{id}/history", STAFF, "what changed on a person", handler!(history))
        .gives::<shapes::List<shapes::Change>>(),
    Route::post(
        "/api/v1/workers/{id}/reveal",
        Audience::Holds(&[Right::Reveal]),
        "show sealed fields, audited",
        Body::Json(shape::<RevealBody>),
        handler!(reveal),
    )
    .gives::<shapes::Revealed>(),
    Route::get("/api/v1/duplicates", STAFF, "possible duplicates", handler!(duplicates))
        .gives::<shapes::List<shapes::Duplicate>>(),
    Route::post(
        "/api/v1/workers/{id}/merge",
        STAFF,
        "merge another person into this one",
        Body::Json(shape::<OtherBody>),
        handler!(merge),
    )
    .gives::<shapes::Worker>(),
    Route::post("/api/v1/workers/{id}/unmerge", STAFF, "undo a merge", Body::Json(shape::<Nothing>), handler!(unmerge))
        .gives::<shapes::Worker>(),
    Route::post(
        "/api/v1/workers/{id}/distinct",
        STAFF,
        "remember: not the same",
        Body::Json(shape::<OtherBody>),
        handler!(distinct),
    )
    .gives::<shapes::Worker>(),
];

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct LookupBody {
    text: String,
    #[serde(default)]
    limit: Option<usize>,
    #[serde(default)]
    cursor: Option<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct LinkBody {
    name: String,
    id_number: String,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RevealBody {
    fields: Vec<String>,
    #[serde(default)]
    reason: String,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct OtherBody {
    other: uuid::Uuid,
}

/// A body without fields.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// A warning that goes on.
#[derive(Debug, Serialize)]
pub struct Warning {
    field: String,
    code: String,
    message: String,
}

/// Warnings with their sentences.
pub fn warnings(ask: &Ask, faults: &[FieldFault]) -> Vec<Warning> {
    faults
        .iter()
        .map(|f| Warning { field: f.field.clone(), code: f.code.clone(), message: sentence(ask.lang, f) })
        .collect()
}

/// A code with its name: `{code, name}`.
pub fn named(code: &str, name: Option<String>) -> Value {
    json!({"code": code, "name": name.unwrap_or_else(|| code.to_owned())})
}

/// The API's view of a person: the registration's fields with numbers masked, and what follows from events.
pub async fn view(office: &Office, record: &Record) -> Result<Value, Fault> {
    let p = &record.person;
    let w = &p.worker;
    let (id_number, phone) = worker::masked(office, record)?;
    let mut body = match serde_json::to_value(worker::registration(record)) {
        Ok(Value::Object(map)) => map,
        _ => Map::new(),
    };
    body.retain(|_, v| !v.is_null());
    let stations = office.stations().await;
    let occupation = |code: &String| named(code, actions::live::occupation_name(code));
    let money = |fen: i64| Value::Number(crate::domain::wage::yuan_json(fen));
    body.insert("id".into(), json!(p.id));
    body.insert("ref".into(), json!(p.reference));
    body.insert("id_number".into(), json!(id_number));
    body.insert("phone".into(), json!(phone));
    body.insert("schooling".into(), json!(w.schooling));
    body.insert("capacity".into(), json!(w.capacity));
    body.insert("health".into(), json!(w.health));
    body.insert("shift".into(), json!(w.shift));
    body.insert("needs".into(), json!(w.needs));
    body.insert("wage_floor".into(), w.wage_floor.map_or(Value::Null, money));
    body.insert("can_leave_home".into(), json!(w.can_leave_home));
    body.insert("wants_change".into(), json!(w.wants_change));
    body.insert("certificates".into(), json!(w.certificates));
    body.insert("occupations_wanted".into(), w.occupations_wanted.iter().map(occupation).collect());
    body.insert(
        "experience".into(),
        w.experience.iter().map(|e| json!({"occupation": occupation(&e.occupation), "years": e.years})).collect(),
    );
    if let Some(job) = record.job() {
        body.insert("employment".into(), json!(job.facts));
    }
    body.insert("employments".into(), record.jobs.iter().map(|job| json!(job.facts)).collect());
    if let Some((id, facts)) = &record.household {
        let mut facts = json!(facts);
        facts["id"] = json!(id);
        if let Some(kind) = record.household.as_ref().and_then(|(_, h)| h.kind.as_deref()) {
            facts["type"] = crate::domain::household::HouseholdType::parse(kind).map_or(json!(kind), |k| json!(k));
        }
        facts["watch_class"] = json!(record.watch);
        body.insert("household".into(), facts);
    }
    let consents: Vec<_> = record
        .consents
        .iter()
        .map(|c| {
            json!({"scope": c.scope.code(), "how": c.way.code(), "at": instant(c.at), "by": c.by, "refused": c.refused,
                   "withdrawn_at": c.withdrawn_at.map(instant)})
        })
        .collect();
    body.insert("consent".into(), consents.into());
    body.insert("status".into(), json!(record.status().code()));
    body.insert("basis".into(), json!(p.basis.code()));
    body.insert("verification".into(), json!(p.verification.code()));
    let links: Vec<_> = record
        .links
        .iter()
        .filter_map(|l| stations.iter().find(|s| s.id == l.station).map(|s| (s, l.role)))
        .map(|(s, role)| json!({"code": s.station.code, "name": s.station.name, "role": role.code()}))
        .collect();
    body.insert("stations".into(), links.into());
    body.insert("version".into(), json!(p.version));
    body.insert("created_at".into(), json!(instant(p.created_at)));
    body.insert("updated_at".into(), json!(instant(p.updated_at)));
    Ok(Value::Object(body))
}

/// An instant as RFC 3339 UTC.
pub fn instant(at: i64) -> String {
    jiff::Timestamp::from_microsecond(at).map(|t| t.to_string()).unwrap_or_default()
}

async fn register(ask: Ask) -> Result<Answer, Fault> {
    let body: Registration = ask.json()?;
    let done = worker::register(&ask.office, &ask.actor, &body).await?;
    let mut row = view(&ask.office, &done.record).await?;
    row["warnings"] = json!(warnings(&ask, &done.warnings));
    row["possible_duplicates"] =
        done.alike.iter().filter(|a| a.visible).map(|a| json!({"worker": a.id, "code": a.code})).collect();
    let p = &done.record.person;
    Ok(Answer::json(201, &row).header("location", format!("/api/v1/workers/{}", p.id)).version(p.version))
}

async fn find(ask: Ask) -> Result<Answer, Fault> {
    let record = worker::find(&ask.office, &ask.actor, ask.id("id")?).await?;
    Ok(Answer::json(200, &view(&ask.office, &record).await?).version(record.person.version))
}

async fn patch(ask: Ask) -> Result<Answer, Fault> {
    let version = ask.if_match()?;
    // Read once as the typed body, so that unknown fields and wrong types are told at their place.
    let _: Registration = ask.json::<Map<String, Value>>().and_then(|mut map| {
        map.retain(|_, v| !v.is_null());
        let text = serde_json::to_vec(&map).unwrap_or_default();
        Ask { body: text.into(), ..ask.clone() }.json()
    })?;
    let record = worker::patch(&ask.office, &ask.actor, ask.id("id")?, ask.json()?, version).await?;
    Ok(Answer::json(200, &view(&ask.office, &record).await?).version(record.person.version))
}

async fn history(ask: Ask) -> Result<Answer, Fault> {
    let (_, entries) = worker::timeline(&ask.office, &ask.actor, ask.id("id")?).await?;
    let items: Vec<_> = entries
        .iter()
        .map(|e| {
            json!({"id": e.id, "at": instant(e.at), "actor": e.actor, "act": e.act, "changes": super::changes(&e.diff),
                   "sealed_changes": e.sealed.is_some()})
        })
        .collect();
    Ok(Answer::json(200, &super::items(items)))
}

async fn reveal(ask: Ask) -> Result<Answer, Fault> {
    let body: RevealBody = ask.json()?;
    let shown = worker::reveal(&ask.office, &ask.actor, ask.id("id")?, &body.fields, &body.reason).await?;
    let mut answer = Map::new();
    for field in &body.fields {
        let value = if field == "phone" { &shown.phone } else { &shown.id_number };
        answer.insert(field.clone(), json!(value));
    }
    Ok(Answer::json(200, &answer))
}

/// What a request asks of people.
pub fn worker_ask(ask: &Ask) -> Result<WorkerAsk, Fault> {
    let text = |name: &str| ask.query(name).map(str::to_owned);
    let money = |name: &str| match ask.query(name) {
        None => Ok(None),
        Some(t) => fen_from_yuan(t).map(Some).ok_or_else(|| Fault::Act(Error::field(name, "money.wrong"))),
    };
    Ok(WorkerAsk {
        q: text("q").unwrap_or_default(),
        origin: text("origin"),
        occupation: text("occupation"),
        capacity: list::code::<Capacity>(ask, "capacity")?,
        watch: list::code::<WatchClass>(ask, "watch")?,
        status: list::code::<Status>(ask, "status")?,
        min_age: ask.query_as("min_age")?,
        max_age: ask.query_as("max_age")?,
        min_wage: money("min_wage")?,
        max_wage: money("max_wage")?,
        certificate: text("certificate"),
        skill: text("skill"),
        village: text("village"),
        relocated: list::truth(ask, "relocated"),
        station: text("station"),
        page: list::page(ask)?,
    })
}

async fn rows(ask: &Ask, found: &Found<Record>) -> Result<Vec<Value>, Fault> {
    let mut rows = Vec::with_capacity(found.items.len());
    for (record, _) in &found.items {
        rows.push(view(&ask.office, record).await?);
    }
    Ok(rows)
}

async fn search(ask: Ask) -> Result<Answer, Fault> {
    let found = search::workers(&ask.office, &ask.actor, worker_ask(&ask)?).await?;
    let rows = rows(&ask, &found).await?;
    Ok(Answer::json(200, &list::answer(ask.lang, &found, rows)))
}

async fn lookup(ask: Ask) -> Result<Answer, Fault> {
    let body: LookupBody = ask.json()?;
    let page = Page { limit: body.limit.unwrap_or(20).clamp(1, 100), cursor: body.cursor, ..Page::default() };
    let (_, found) =
        search::lookup(&ask.office, &ask.actor, &body.text, WorkerAsk { page, ..WorkerAsk::default() }).await?;
    let rows = rows(&ask, &found).await?;
    Ok(Answer::json(200, &list::answer(ask.lang, &found, rows)))
}

async fn link(ask: Ask) -> Result<Answer, Fault> {
    let body: LinkBody = ask.json()?;
    let record = worker::link(&ask.office, &ask.actor, &body.name, &body.id_number).await?;
    Ok(Answer::json(200, &view(&ask.office, &record).await?))
}

async fn duplicates(ask: Ask) -> Result<Answer, Fault> {
    let mut items = Vec::new();
    for (a, b, code, at) in worker::duplicates(&ask.office, &ask.actor).await? {
        items.push(json!({"code": code, "at": instant(at), "workers": [view(&ask.office, &a).await?, view(&ask.office, &b).await?]}));
    }
    Ok(Answer::json(200, &super::items(items)))
}

async fn merge(ask: Ask) -> Result<Answer, Fault> {
    let body: OtherBody = ask.json()?;
    let record = worker::merge(&ask.office, &ask.actor, ask.id("id")?, body.other, "").await?;
    Ok(Answer::json(200, &view(&ask.office, &record).await?))
}

async fn unmerge(ask: Ask) -> Result<Answer, Fault> {
    let record = worker::unmerge(&ask.office, &ask.actor, ask.id("id")?).await?;
    Ok(Answer::json(200, &view(&ask.office, &record).await?))
}

async fn distinct(ask: Ask) -> Result<Answer, Fault> {
    let body: OtherBody = ask.json()?;
    worker::distinct(&ask.office, &ask.actor, ask.id("id")?, body.other, "").await?;
    let record = worker::find(&ask.office, &ask.actor, ask.id("id")?).await?;
    Ok(Answer::json(200, &view(&ask.office, &record).await?))
}
