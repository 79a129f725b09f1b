//! Saved searches in the API.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::vacancy::vacancy_ask;
use super::worker::{Nothing, instant, worker_ask};
use super::{shapes, vacancy, worker};
use crate::actions::saved_search::{self, Asked};
use crate::actions::{Error, search::Page};
use crate::domain::actor::Right;
use crate::domain::code::Code as _;
use crate::domain::fault::FieldFault;
use crate::domain::saved_search::SearchKind;
use crate::handler;
use crate::store::saved_search::SavedSearch;
use crate::web::ask::Ask;
use crate::web::fault::Fault;
use crate::web::reply::Answer;
use crate::web::route::{Audience, Body, Route, shape};

const STAFF: Audience = Audience::Holds(&[Right::Persons]);

/// Routes of this file.
pub static ROUTES: &[Route] = &[
    Route::get("/api/v1/searches", STAFF, "saved searches of the own station", handler!(list))
        .gives::<shapes::List<shapes::SavedSearch>>(),
    Route::post(
        "/api/v1/searches",
        STAFF,
        "save a search; the daily digest tells what is new for it",
        Body::Json(shape::<NewSearch>),
        handler!(save),
    )
    .gives::<shapes::SavedSearch>()
    .status(201),
    Route::get("/api/v1/searches/{id}", STAFF, "a saved search", handler!(find)).gives::<shapes::SavedSearch>(),
    Route::post(
        "/api/v1/searches/{id}/stop",
        STAFF,
        "leave a saved search out of the digest",
        Body::Json(shape::<Nothing>),
        handler!(stop),
    )
    .gives::<shapes::SavedSearch>(),
    Route::post(
        "/api/v1/searches/{id}/resume",
        STAFF,
        "let a stopped search go on",
        Body::Json(shape::<Nothing>),
        handler!(resume),
    )
    .gives::<shapes::SavedSearch>(),
    Route::post(
        "/api/v1/searches/{id}/delete",
        STAFF,
        "take a saved search away",
        Body::Json(shape::<Nothing>),
        handler!(delete),
    )
    .gives::<shapes::SavedSearch>(),
];

/// A search to save; `query` takes what the list of its kind takes, without the page.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewSearch {
    kind: SearchKind,
    name: String,
    query: BTreeMap<String, String>,
}

/// Parameters of a list that say how it is looked at, not what is asked; and only open vacancies are ever new.
const NOT_KEPT: &[&str] = &["limit", "cursor", "sort", "near", "state"];

/// What is asked and how the list's address says it; what a list of this kind does not take comes back.
pub fn asked(ask: &Ask, kind: SearchKind, said: Vec<(String, String)>) -> Result<(String, Asked), Fault> {
    let known = match kind {
        SearchKind::Workers => worker::QUERY,
        SearchKind::Vacancies => vacancy::QUERY,
    };
    let strange = said.iter().filter(|(name, _)| !known.contains(&name.as_str()) || NOT_KEPT.contains(&name.as_str()));
    let faults: Vec<FieldFault> = strange.map(|(name, _)| FieldFault::new(name, "field.unknown")).collect();
    if !faults.is_empty() {
        return Err(Error::Invalid(faults).into());
    }
    let query: Vec<(String, String)> = said.into_iter().filter(|(_, value)| !value.trim().is_empty()).collect();
    let text = serde_urlencoded::to_string(&query).map_err(|e| Fault::Act(Error::Internal(e.to_string())))?;
    let ask = Ask { query, ..ask.clone() };
    let asked = match kind {
        SearchKind::Workers => {
            let mut asked = worker_ask(&ask)?;
            asked.page = Page::default();
            Asked::Workers(asked)
        }
        SearchKind::Vacancies => {
            let mut asked = vacancy_ask(&ask)?;
            asked.page = Page::default();
            Asked::Vacancies(asked)
        }
    };
    Ok((text, asked))
}

fn view(saved: &SavedSearch, new: Option<usize>) -> Value {
    let query: BTreeMap<String, String> = serde_urlencoded::from_str(&saved.query).unwrap_or_default();
    json!({"id": saved.id, "kind": saved.kind.code(), "name": saved.name, "query": query, "by": saved.by,
           "created_at": instant(saved.created_at), "told_until": instant(saved.told_until),
           "stopped_at": saved.stopped_at.map(instant), "new": new})
}

fn one(saved: &SavedSearch) -> Answer {
    Answer::json(200, &view(saved, None))
}

async fn list(ask: Ask) -> Result<Answer, Fault> {
    let rows = saved_search::list(&ask.office, &ask.actor).await?;
    Ok(Answer::json(200, &super::items(rows.iter().map(|(saved, new)| view(saved, *new)).collect())))
}

async fn save(ask: Ask) -> Result<Answer, Fault> {
    let body: NewSearch = ask.json()?;
    let (query, asked) = asked(&ask, body.kind, body.query.into_iter().collect())?;
    let saved = saved_search::save(&ask.office, &ask.actor, &body.name, query, asked).await?;
    let location = format!("/api/v1/searches/{}", saved.id);
    Ok(Answer::json(201, &view(&saved, Some(0))).header("location", location))
}

async fn find(ask: Ask) -> Result<Answer, Fault> {
    Ok(one(&saved_search::find(&ask.office, &ask.actor, ask.id("id")?).await?))
}

async fn stop(ask: Ask) -> Result<Answer, Fault> {
    ask.json::<Nothing>()?;
    Ok(one(&saved_search::stop(&ask.office, &ask.actor, ask.id("id")?).await?))
}

async fn resume(ask: Ask) -> Result<Answer, Fault> {
    ask.json::<Nothing>()?;
    Ok(one(&saved_search::resume(&ask.office, &ask.actor, ask.id("id")?).await?))
}

async fn delete(ask: Ask) -> Result<Answer, Fault> {
    ask.json::<Nothing>()?;
    Ok(one(&saved_search::delete(&ask.office, &ask.actor, ask.id("id")?).await?))
}
