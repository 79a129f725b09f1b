//! Batch runs in the API: asked, followed, read, adopted.

use std::collections::HashMap;

use serde_json::{Value, json};
use uuid::Uuid;

use super::shapes;
use super::worker::{Nothing, instant};
use crate::actions::match_run::{self, Adoption, NotBegun, Told, Wanted};
use crate::domain::actor::Right;
use crate::domain::code::Code as _;
use crate::domain::fault::FieldFault;
use crate::handler;
use crate::pages::Lang;
use crate::store;
use crate::store::match_run::Run;
use crate::web::ask::Ask;
use crate::web::fault::{Fault, sentence};
use crate::web::json::list;
use crate::web::reply::Answer;
use crate::web::route::{Audience, Body, Route, shape};

/// So many shortages are told, the greatest first.
const SHORTAGES: usize = 200;

const MATCH: Audience = Audience::Holds(&[Right::Match]);

/// Routes of this file.
pub static ROUTES: &[Route] = &[
    Route::post("/api/v1/match-runs", MATCH, "start a batch run", Body::Json(shape::<Wanted>), handler!(begin))
        .gives::<shapes::MatchRun>()
        .status(202),
    Route::get("/api/v1/match-runs", MATCH, "the newest batch runs", handler!(newest))
        .gives::<shapes::List<shapes::MatchRun>>(),
    Route::get("/api/v1/match-runs/{id}", MATCH, "a batch run", handler!(find)).gives::<shapes::MatchRun>(),
    Route::get("/api/v1/match-runs/{id}/assignments", MATCH, "who goes where", handler!(assignments))
        .gives::<shapes::List<shapes::Assignment>>()
        .query(&["limit", "cursor"]),
    Route::post("/api/v1/match-runs/{id}/cancel", MATCH, "stop a run", Body::Json(shape::<Nothing>), handler!(cancel))
        .gives::<shapes::MatchRun>(),
    Route::post(
        "/api/v1/match-runs/{id}/adopt",
        MATCH,
        "make introductions of a run",
        Body::Json(shape::<Adoption>),
        handler!(adopt),
    )
    .gives::<shapes::Adopted>(),
];

fn told(lang: Lang, code: &str) -> String {
    sentence(lang, &FieldFault::new("", code))
}

fn view(run: &Run, lang: Lang) -> Value {
    let mut body = json!({
        "id": run.id, "state": run.state.code(), "progress": run.progress, "by": run.by, "asked": run.asked,
        "created_at": instant(run.created_at), "updated_at": instant(run.updated_at),
    });
    if let Some(code) = &run.fault {
        body["fault"] = json!({"code": code, "text": told(lang, code)});
    }
    for (name, value) in run.found.as_object().into_iter().flatten() {
        body[name] = value.clone();
    }
    if let Some(list) = body["shortages"].as_array_mut() {
        list.truncate(SHORTAGES);
    }
    for list in ["shortages", "sought"] {
        for told in body.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten() {
            let text = told[if lang == Lang::Zh { "zh" } else { "en" }].clone();
            if let Some(fields) = told.as_object_mut() {
                fields.remove("zh");
                fields.remove("en");
                fields.insert("text".into(), text);
            }
        }
    }
    body
}

/// A contradiction in words.
fn contradiction(one: &Told, lang: Lang) -> Value {
    let (wanted, there) = one.numbers.unwrap_or((0, 0));
    let fault = FieldFault::new("", one.code).with("wanted", wanted).with("there", there);
    json!({"code": one.code, "workers": one.workers, "vacancies": one.vacancies, "text": sentence(lang, &fault)})
}

async fn begin(ask: Ask) -> Result<Answer, Fault> {
    let wanted: Wanted = ask.json()?;
    match match_run::begin(&ask.office, &ask.actor, wanted).await {
        Ok(run) => {
            let location = format!("/api/v1/match-runs/{}", run.id);
            Ok(Answer::json(202, &view(&run, ask.lang)).header("location", location))
        }
        Err(NotBegun::Error(error)) => Err(error.into()),
        Err(NotBegun::Contradictions(list)) => {
            let code = "match.contradictory";
            let body = json!({
                "type": format!("urn:shanhai:problem:{code}"), "title": told(ask.lang, "status.422"), "status": 422,
                "detail": told(ask.lang, code), "code": code,
                "contradictions": list.iter().map(|one| contradiction(one, ask.lang)).collect::<Value>(),
            });
            Ok(Answer::json(422, &body).header("content-type", "application/problem+json"))
        }
    }
}

async fn newest(ask: Ask) -> Result<Answer, Fault> {
    let runs = match_run::newest(&ask.office, &ask.actor).await?;
    Ok(Answer::json(200, &super::items(runs.iter().map(|run| view(run, ask.lang)).collect())))
}

async fn find(ask: Ask) -> Result<Answer, Fault> {
    let run = match_run::find(&ask.office, &ask.actor, ask.id("id")?).await?;
    Ok(Answer::json(200, &view(&run, ask.lang)))
}

async fn assignments(ask: Ask) -> Result<Answer, Fault> {
    let limit = list::page(&ask)?.limit;
    let after: Option<Uuid> = ask.query_as("cursor")?;
    let (run, mut pairs) =
        match_run::assignments(&ask.office, &ask.actor, ask.id("id")?, after, limit as i64 + 1).await?;
    let more = pairs.len() > limit;
    pairs.truncate(limit);
    let scope = ask.office.scope(&ask.actor).await?;
    let mut read = &ask.office.db;
    let ids: Vec<Uuid> = pairs.iter().map(|p| p.worker).collect();
    let people = store::worker::records(&mut read, &scope, &ids).await?;
    let people: HashMap<Uuid, Value> = people
        .iter()
        .map(|r| (r.person.id, json!({"id": r.person.id, "ref": r.person.reference, "name": r.person.name})))
        .collect();
    let ids: Vec<Uuid> = pairs.iter().map(|p| p.vacancy).collect();
    let vacancies: HashMap<Uuid, Value> = store::vacancy::records(&mut read, &ids)
        .await?
        .iter()
        .map(|r| {
            let row = &r.row;
            let post =
                json!({"id": row.id, "ref": row.reference, "title": row.vacancy.title, "employer": r.employer_name});
            (row.id, post)
        })
        .collect();
    // Who left the scope since is not shown.
    let item = |p: &store::match_run::Pair| {
        Some(json!({"worker": people.get(&p.worker)?, "vacancy": vacancies.get(&p.vacancy)?, "score": p.score,
                    "introduction": p.introduction}))
    };
    let items: Vec<Value> = pairs.iter().filter_map(item).collect();
    let next = if more { pairs.last().map(|p| p.worker.to_string()) } else { None };
    let total = run.found["assigned"].as_i64().unwrap_or(0);
    Ok(Answer::json(200, &super::paged(items, total, next)))
}

async fn cancel(ask: Ask) -> Result<Answer, Fault> {
    ask.json::<Nothing>()?;
    let run = match_run::cancel(&ask.office, &ask.actor, ask.id("id")?).await?;
    Ok(Answer::json(200, &view(&run, ask.lang)))
}

async fn adopt(ask: Ask) -> Result<Answer, Fault> {
    let wanted: Adoption = ask.json()?;
    let done = match_run::adopt(&ask.office, &ask.actor, ask.id("id")?, &wanted).await?;
    let refused = done.refused.iter().map(
        |(at, code)| json!({"worker": at.worker, "vacancy": at.vacancy, "code": code, "text": told(ask.lang, code)}),
    );
    let made =
        done.adopted.iter().map(|(at, id)| json!({"worker": at.worker, "vacancy": at.vacancy, "introduction": id}));
    let body = json!({
        "adopted": done.adopted.len(), "introductions": made.collect::<Value>(), "refused": refused.collect::<Value>(),
    });
    Ok(Answer::json(200, &body))
}
