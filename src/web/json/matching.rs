//! Matches, candidates, fit and training in the API.

use serde_json::{Value, json};

use std::collections::HashMap;

use uuid::Uuid;

use super::shapes;
use crate::actions::matching::{self, Explained};
use crate::actions::vacancy;
use crate::actions::what_if::{self, VacancyQuestion};
use crate::domain::actor::Right;
use crate::handler;
use crate::matching::change::{Change, Side};
use crate::matching::explain::Points;
use crate::matching::near::WhyNot;
use crate::matching::recommend::Match;
use crate::matching::sentence::{Lang as Words, Say, Voice};
use crate::pages::Lang;
use crate::store;
use crate::web::ask::Ask;
use crate::web::fault::Fault;
use crate::web::json::list;
use crate::web::reply::Answer;
use crate::web::route::{Audience, Body, Route, shape};

const STAFF: Audience = Audience::Holds(&[Right::Persons]);

/// Routes of this file.
pub static ROUTES: &[Route] = &[
    Route::get("/api/v1/workers/{id}/matches", STAFF, "best vacancies for a person", handler!(matches))
        .gives::<shapes::List<shapes::Match>>()
        .query(&["limit"]),
    Route::get("/api/v1/workers/{id}/fit/{vacancy}", STAFF, "any pair taken apart", handler!(fit))
        .gives::<shapes::Fit>(),
    Route::get("/api/v1/workers/{id}/training", STAFF, "classes by the vacancies they open", handler!(training))
        .gives::<shapes::List<shapes::Opened>>(),
    Route::get("/api/v1/vacancies/{id}/candidates", STAFF, "best people for a vacancy", handler!(candidates))
        .gives::<shapes::List<shapes::Candidate>>()
        .query(&["limit"]),
    Route::get("/api/v1/workers/{id}/what-if", STAFF, "what a single change would open", handler!(worker_what_if))
        .gives::<shapes::List<shapes::Relaxed>>(),
    Route::post(
        "/api/v1/vacancies/what-if",
        Audience::Holds(&[Right::Persons, Right::OwnVacancies]),
        "what a change of a vacancy would bring",
        Body::Json(shape::<VacancyQuestion>),
        handler!(vacancy_what_if),
    )
    .gives::<shapes::List<shapes::Effect>>(),
];

/// The language of matching's sentences.
pub fn words(lang: Lang) -> Words {
    match lang {
        Lang::Zh => Words::Zh,
        Lang::En => Words::En,
    }
}

fn reason(p: &Points, lang: Lang) -> Value {
    json!({"code": p.code, "weight": p.points, "text": p.say.staff(words(lang))})
}

/// What a match says beside the row it points to.
pub fn match_view(m: &Match, lang: Lang) -> Value {
    json!({
        "score": m.score,
        "parts": m.parts.iter().map(|p| json!({"code": p.code, "points": p.points, "max": p.max})).collect::<Value>(),
        "reasons": m.reasons.iter().map(|p| reason(p, lang)).collect::<Value>(),
        "asked": m.asked.iter().map(|(code, say)| json!({"code": code, "text": say.staff(words(lang))})).collect::<Value>(),
        "places_left": m.places_left,
        "introduced": m.introduced,
    })
}

/// Views of vacancies by id.
async fn vacancy_views(ask: &Ask, ids: &[Uuid]) -> Result<HashMap<Uuid, Value>, Fault> {
    let mut views = HashMap::new();
    for record in store::vacancy::records(&mut &ask.office.db, ids).await? {
        views.insert(record.row.id, super::vacancy::view(&ask.office, &ask.actor, &record).await);
    }
    Ok(views)
}

/// Views of classes by id.
async fn class_views(ask: &Ask, ids: &[Uuid]) -> Result<HashMap<Uuid, Value>, Fault> {
    let records = store::class::records(&mut &ask.office.db, ids).await?;
    Ok(records.iter().map(|r| (r.row.id, super::class::view(r))).collect())
}

async fn matches(ask: Ask) -> Result<Answer, Fault> {
    let limit = list::page(&ask)?.limit;
    let found = matching::matches(&ask.office, &ask.actor, ask.id("id")?, limit).await?;
    let ids: Vec<_> = found.iter().map(|m| m.vacancy).collect();
    let rows = vacancy_views(&ask, &ids).await?;
    let items: Vec<Value> = found
        .iter()
        .filter_map(|m| {
            let mut item = match_view(m, ask.lang);
            item["vacancy"] = rows.get(&m.vacancy)?.clone();
            Some(item)
        })
        .collect();
    Ok(Answer::json(200, &super::items(items)))
}

async fn candidates(ask: Ask) -> Result<Answer, Fault> {
    let limit = list::page(&ask)?.limit;
    let id = vacancy::find(&ask.office, &ask.actor, ask.param("id")).await?.row.id;
    let found = matching::candidates(&ask.office, &ask.actor, id, limit).await?;
    let mut items = Vec::with_capacity(found.len());
    for (m, record) in &found {
        let mut item = match_view(m, ask.lang);
        item["worker"] = super::worker::view(&ask.office, record).await?;
        items.push(item);
    }
    Ok(Answer::json(200, &super::items(items)))
}

fn changes_view(changes: &[Change], words: &[Say], lang: Lang) -> Value {
    let view = |(change, say): (&Change, &Say)| {
        json!({"side": change.side().code(), "field": change.field(), "value": change.value(),
               "text": say.staff(self::words(lang))})
    };
    changes.iter().zip(words).map(view).collect()
}

/// Sentences as one.
pub fn joined(says: &[Say], lang: Lang) -> String {
    let spoken: Vec<String> = says.iter().map(|say| say.staff(words(lang))).collect();
    spoken.join(if lang == Lang::Zh { "；" } else { "; " })
}

/// What is said to the person: only where everything is theirs to change.
pub fn tell(changes: &[Change], says: &[Say], lang: Lang) -> Option<String> {
    let own = changes.iter().all(|change| change.side() == Side::Worker);
    let spoken = says.iter().map(|say| say.text(words(lang), Voice::Worker)).collect::<Option<Vec<_>>>()?;
    own.then(|| spoken.join(if lang == Lang::Zh { "，" } else { ", " }))
}

async fn fit(ask: Ask) -> Result<Answer, Fault> {
    let vacancy = vacancy::find(&ask.office, &ask.actor, ask.param("vacancy")).await?.row.id;
    let Explained { fit, change_words, way_words } =
        matching::fit(&ask.office, &ask.actor, ask.id("id")?, vacancy).await?;
    let say = |say: &Say| say.staff(words(ask.lang));
    let conditions: Vec<Value> = fit
        .conditions
        .iter()
        .zip(&change_words)
        .map(|(c, words)| {
            let mut condition = json!({"code": c.code, "ok": c.ok, "known": c.known, "text": say(&c.say)});
            if !c.changes.is_empty() {
                condition["changes"] = changes_view(&c.changes, words, ask.lang);
            }
            condition
        })
        .collect();
    let parts: Vec<Value> = fit
        .parts
        .iter()
        .map(|p| json!({"code": p.code, "points": p.points, "max": p.max, "text": say(&p.say)}))
        .collect();
    let ways: Vec<Value> = fit
        .ways
        .iter()
        .zip(&way_words)
        .map(|(way, words)| {
            let changes = changes_view(&way.changes, words, ask.lang);
            json!({"changes": changes, "cost": way.cost, "tell": tell(&way.changes, words, ask.lang)})
        })
        .collect();
    let body =
        json!({"eligible": fit.eligible, "score": fit.score, "conditions": conditions, "parts": parts, "ways": ways});
    Ok(Answer::json(200, &body))
}

async fn training(ask: Ask) -> Result<Answer, Fault> {
    let found = matching::training(&ask.office, &ask.actor, ask.id("id")?).await?;
    let ids: Vec<_> = found.iter().map(|g| g.class).collect();
    let classes = class_views(&ask, &ids).await?;
    let opened: Vec<_> = found.iter().flat_map(|g| g.vacancies.iter().copied()).collect();
    let vacancies = vacancy_views(&ask, &opened).await?;
    let items: Vec<Value> = found
        .iter()
        .filter_map(|g| {
            let list: Vec<_> = g.vacancies.iter().filter_map(|id| vacancies.get(id).cloned()).collect();
            Some(json!({"class": classes.get(&g.class)?, "opens": g.opens(), "vacancies": list}))
        })
        .collect();
    Ok(Answer::json(200, &super::items(items)))
}

async fn worker_what_if(ask: Ask) -> Result<Answer, Fault> {
    let found = what_if::of_worker(&ask.office, &ask.actor, ask.id("id")?).await?;
    let ids: Vec<Uuid> = found.iter().flat_map(|(why, _)| why.examples.iter().copied()).collect();
    let records = store::vacancy::records(&mut &ask.office.db, &ids).await?;
    let named: HashMap<Uuid, Value> = records
        .iter()
        .map(|r| (r.row.id, json!({"id": r.row.id, "ref": r.row.reference, "title": r.row.vacancy.title})))
        .collect();
    let item = |(why, says): &(WhyNot, Vec<Say>)| {
        json!({
            "changes": changes_view(&why.changes, says, ask.lang), "opens": why.opens, "closes": why.closes,
            "cost": why.cost, "text": joined(&why.says, ask.lang), "tell": tell(&why.changes, says, ask.lang),
            "examples": why.examples.iter().filter_map(|id| named.get(id).cloned()).collect::<Value>(),
        })
    };
    Ok(Answer::json(200, &super::items(found.iter().map(item).collect())))
}

/// A count of people, hidden where it is small enough to point at one.
fn hidden(count: usize) -> Value {
    if count < what_if::SMALL { json!("<5") } else { json!(count) }
}

async fn vacancy_what_if(ask: Ask) -> Result<Answer, Fault> {
    let found = what_if::of_vacancy(&ask.office, &ask.actor, ask.json()?).await?;
    let item = |effect: &what_if::Effect| {
        let county = |(code, name, count): &(u32, String, usize)| json!({"code": format!("{code:06}"), "name": name, "count": hidden(*count)});
        let change = |c: &what_if::Alteration| json!({"side": "vacancy", "field": c.field, "value": c.value});
        json!({
            "changes": effect.changes.iter().map(change).collect::<Value>(), "opens": hidden(effect.opens),
            "eligible": hidden(effect.eligible), "examples": [],
            "counties": effect.counties.iter().map(county).collect::<Value>(),
        })
    };
    Ok(Answer::json(200, &super::items(found.iter().map(item).collect())))
}
