//! Training plans in the API: which classes bring people into work, and whom to seat.

use std::collections::HashMap;

use serde_json::{Value, json};
use uuid::Uuid;

use super::shapes;
use crate::actions::class;
use crate::actions::training_plan::{self, Plans, SEATS};
use crate::domain::actor::Right;
use crate::handler;
use crate::matching::training_plan::Plan;
use crate::store;
use crate::web::ask::Ask;
use crate::web::fault::Fault;
use crate::web::reply::Answer;
use crate::web::route::{Audience, Route};

const STAFF: Audience = Audience::Holds(&[Right::Training]);

/// Routes of this file.
pub static ROUTES: &[Route] = &[
    Route::get("/api/v1/training/plan", STAFF, "which training brings most people into work", handler!(plans))
        .gives::<shapes::List<shapes::TrainingPlan>>()
        .query(&["seats"]),
    Route::get("/api/v1/classes/{id}/seats", STAFF, "whom to seat in a class", handler!(seats))
        .gives::<shapes::TrainingPlan>()
        .query(&["seats"]),
];

/// Code and title of the posts that plans name.
pub async fn named_posts(ask: &Ask, plans: &[Plan]) -> Result<HashMap<Uuid, (String, String)>, Fault> {
    let seats = plans.iter().flat_map(|plan| &plan.seats);
    let mut ids: Vec<Uuid> = seats.flat_map(|seat| seat.opens.iter().copied().chain(seat.goes)).collect();
    ids.sort_unstable();
    ids.dedup();
    let records = store::vacancy::records(&mut &ask.office.db, &ids).await?;
    Ok(records.into_iter().map(|r| (r.row.id, (r.row.reference, r.row.vacancy.title))).collect())
}

async fn views(ask: &Ask, found: &Plans) -> Result<Vec<Value>, Fault> {
    let posts = named_posts(ask, &found.plans).await?;
    let post = |id: &Uuid| posts.get(id).map(|(code, title)| json!({"id": id, "ref": code, "title": title}));
    let classes: Vec<Uuid> = found.plans.iter().map(|plan| plan.class).collect();
    let classes = store::class::records(&mut &ask.office.db, &classes).await?;
    let view = |plan: &Plan| {
        let class = classes.iter().find(|c| c.row.id == plan.class)?;
        let seats = plan.seats.iter().filter_map(|seat| {
            let (name, code) = found.names.get(&seat.worker)?;
            Some(json!({
                "worker": {"id": seat.worker, "ref": code, "name": name},
                "opens": seat.opens.iter().filter_map(post).collect::<Value>(), "goes": seat.goes.as_ref().and_then(post),
                "places": seat.places,
            }))
        });
        Some(json!({
            "class": super::class::view(class), "candidates": plan.candidates, "placed": plan.placed,
            "at_most": plan.at_most, "seats": seats.collect::<Value>(),
        }))
    };
    Ok(found.plans.iter().filter_map(view).collect())
}

/// How many seats are asked about.
pub fn asked_seats(ask: &Ask) -> Result<u32, Fault> {
    Ok(ask.query_as("seats")?.unwrap_or(SEATS))
}

async fn plans(ask: Ask) -> Result<Answer, Fault> {
    let found = training_plan::plans(&ask.office, &ask.actor, None, asked_seats(&ask)?).await?;
    Ok(Answer::json(200, &super::items(views(&ask, &found).await?)))
}

async fn seats(ask: Ask) -> Result<Answer, Fault> {
    let class = class::find(&ask.office, ask.param("id")).await?;
    let found = training_plan::plans(&ask.office, &ask.actor, Some(class.row.id), asked_seats(&ask)?).await?;
    let nothing = json!({"class": super::class::view(&class), "candidates": 0, "placed": 0, "at_most": 0, "seats": []});
    let view = views(&ask, &found).await?.pop().unwrap_or(nothing);
    Ok(Answer::json(200, &view))
}
