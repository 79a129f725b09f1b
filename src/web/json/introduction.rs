//! Introductions in the API: one view for staff and employers, and the routes of `/introductions`.

use schemars::JsonSchema;
use serde_json::{Value, json};

use super::{limit, paged, shapes};
use crate::actions::introduction::{self, Details, NewIntroduction, Step, Whole, employer, name_for};
use crate::actions::{Error, Office};
use crate::domain::actor::{Actor, Right};
use crate::domain::code::Code as _;
use crate::domain::introduction::{IntroductionAct, IntroductionState};
use crate::domain::wage::yuan_json;
use crate::handler;
use crate::store::introduction::{Case, Filter};
use crate::store::outbox::Notice;
use crate::web::ask::Ask;
use crate::web::fault::Fault;
use crate::web::json::worker::{Nothing, instant};
use crate::web::reply::Answer;
use crate::web::route::{Audience, Body, Route, shape};

const STAFF: Audience = Audience::Holds(&[Right::Introductions]);
const BOTH: Audience = Audience::Holds(&[Right::Introductions, Right::OwnIntroductions]);

/// Makes the body that describes an act in the API's description; all are read as [`Details`].
macro_rules! step_body {
    ($name:ident { $($field:ident: $type:ty),* }) => {
        #[derive(JsonSchema)]
        #[schemars(deny_unknown_fields)]
        #[allow(dead_code)]
        struct $name { $($field: $type),* }
    };
}
use crate::domain::body::{Field, Text};
step_body!(ConsentStep { how: Text, at: Field });
step_body!(ReasonStep { reason: Text, text: Field });
step_body!(InterviewStep { at: Text, place: Text, contact: Field });
step_body!(PlaceStep { from: Text, wage: Text, period: Field, contract_months: Field, organised: Field });

/// Routes of this file.
pub static ROUTES: &[Route] = &[
    Route::post(
        "/api/v1/introductions",
        STAFF,
        "put a person forward for a vacancy",
        Body::Json(shape::<NewIntroduction>),
        handler!(introduce),
    )
    .gives::<shapes::Introduction>()
    .status(201),
    Route::get("/api/v1/introductions", BOTH, "introductions, newest first", handler!(list))
        .gives::<shapes::List<shapes::Introduction>>()
        .query(&["worker", "vacancy", "state", "limit", "cursor"]),
    Route::get("/api/v1/introductions/{id}", BOTH, "one introduction with its steps and letters", handler!(find))
        .gives::<shapes::Introduction>(),
    Route::post(
        "/api/v1/introductions/{id}/consent",
        STAFF,
        "the person agreed: the employer is told",
        Body::Json(shape::<ConsentStep>),
        handler!(agree),
    )
    .gives::<shapes::Introduction>(),
    Route::post("/api/v1/introductions/{id}/accept", BOTH, "wanted", Body::Json(shape::<Nothing>), handler!(accept))
        .gives::<shapes::Introduction>(),
    Route::post(
        "/api/v1/introductions/{id}/decline",
        BOTH,
        "not wanted, with a reason",
        Body::Json(shape::<ReasonStep>),
        handler!(decline),
    )
    .gives::<shapes::Introduction>(),
    Route::post(
        "/api/v1/introductions/{id}/interview",
        BOTH,
        "invite",
        Body::Json(shape::<InterviewStep>),
        handler!(interview),
    )
    .gives::<shapes::Introduction>(),
    Route::post("/api/v1/introductions/{id}/place", BOTH, "hired", Body::Json(shape::<PlaceStep>), handler!(place))
        .gives::<shapes::Introduction>(),
    Route::post(
        "/api/v1/introductions/{id}/phone",
        Audience::Holds(&[Right::OwnIntroductions]),
        "the phone of a person whom the employer accepted; on the audit trail",
        Body::Json(shape::<Nothing>),
        handler!(phone),
    )
    .gives::<shapes::Phone>(),
    Route::post(
        "/api/v1/introductions/{id}/no_show",
        STAFF,
        "did not come",
        Body::Json(shape::<Nothing>),
        handler!(no_show),
    )
    .gives::<shapes::Introduction>(),
    Route::post(
        "/api/v1/introductions/{id}/withdraw",
        STAFF,
        "take back, with a reason",
        Body::Json(shape::<ReasonStep>),
        handler!(withdraw),
    )
    .gives::<shapes::Introduction>(),
    Route::post(
        "/api/v1/introductions/{id}/reopen",
        STAFF,
        "undo the last step within 7 days",
        Body::Json(shape::<Nothing>),
        handler!(reopen),
    )
    .gives::<shapes::Introduction>(),
];

/// The API's view of an introduction; an employer sees what consent allows, and nothing from before it was told.
pub async fn view(office: &Office, actor: &Actor, case: &Case) -> Value {
    let i = &case.introduction;
    let stations = office.stations().await;
    let station = |id: Option<uuid::Uuid>| {
        stations.iter().find(|s| Some(s.id) == id).map(|s| json!({"code": s.station.code, "name": s.station.name}))
    };
    let mut worker = json!({"ref": case.worker_reference, "name": name_for(actor, case)});
    if actor.employer().is_none() {
        worker["id"] = json!(i.worker);
    }
    let placement = i.placement.as_ref().map(|p| {
        let p = &p.agreed;
        json!({"from": p.from, "wage": p.wage.map(yuan_json), "period": p.period, "contract_months": p.contract_months,
               "organised": p.organised})
    });
    json!({
        "id": i.id, "ref": i.reference, "state": i.state.code(), "worker": worker,
        "vacancy": {"id": i.vacancy, "ref": case.vacancy_reference, "title": case.vacancy_title},
        "employer": {"id": case.employer, "name": case.employer_name},
        "station": station(i.station), "consented": case.consented,
        "reason": i.reason, "note": i.note, "interview": i.interview, "placement": placement,
        "due": i.due, "version": i.version, "created_at": instant(i.created_at), "updated_at": instant(i.updated_at),
    })
}

/// A letter as the introduction's page shows it.
fn letter(n: &Notice) -> Value {
    json!({"id": n.id, "kind": n.kind.code(), "state": n.state.code(), "at": instant(n.sent_at.unwrap_or(n.created_at)),
           "error": n.last_error, "maybe_duplicate": n.maybe_duplicate})
}

/// Adds what a person agreed to tell the employer that asks.
async fn offer(ask: &Ask, cases: &[Case], bodies: &mut [Value]) -> Result<(), Fault> {
    if ask.actor.employer().is_some() {
        let offers = employer::offers(&ask.office, &ask.actor, cases).await?;
        for (case, body) in cases.iter().zip(bodies) {
            body["worker"]["offer"] = json!(offers.get(&case.introduction.id));
        }
    }
    Ok(())
}

async fn whole(ask: &Ask, whole: &Whole) -> Result<Value, Fault> {
    let employer = ask.actor.employer().is_some();
    let mut body = view(&ask.office, &ask.actor, &whole.case).await;
    offer(ask, std::slice::from_ref(&whole.case), std::slice::from_mut(&mut body)).await?;
    body["history"] = whole
        .events
        .iter()
        .map(|e| {
            let mut line = json!({"at": instant(e.at), "act": e.act.map_or("introduce", |a| a.code()),
                                  "from": e.from.map(IntroductionState::code), "to": e.to.code(), "note": e.note});
            if !employer {
                line["actor"] = json!(e.actor);
            }
            line
        })
        .collect();
    body["mail"] = whole.mail.iter().map(letter).collect();
    Ok(body)
}

async fn introduce(ask: Ask) -> Result<Answer, Fault> {
    let body: NewIntroduction = ask.json()?;
    let done = introduction::introduce(&ask.office, &ask.actor, &body).await?;
    let i = &done.case.introduction;
    Ok(Answer::json(201, &whole(&ask, &done).await?)
        .header("location", format!("/api/v1/introductions/{}", i.id))
        .version(i.version))
}

async fn list(ask: Ask) -> Result<Answer, Fault> {
    let mut states = Vec::new();
    for text in ask.query_all("state") {
        states.push(IntroductionState::parse(&text).ok_or(Error::field("state", "choice.unknown"))?);
    }
    let filter =
        Filter { worker: ask.query_as("worker")?, vacancy: ask.query_as("vacancy")?, states, ..Filter::default() };
    let page = introduction::list(&ask.office, &ask.actor, &filter, ask.query_as("cursor")?, limit(&ask)?).await?;
    let mut items = Vec::with_capacity(page.items.len());
    for case in &page.items {
        items.push(view(&ask.office, &ask.actor, case).await);
    }
    offer(&ask, &page.items, &mut items).await?;
    Ok(Answer::json(200, &paged(items, page.total, page.next.map(|id| id.to_string()))))
}

async fn find(ask: Ask) -> Result<Answer, Fault> {
    let found = introduction::find(&ask.office, &ask.actor, ask.id("id")?).await?;
    Ok(Answer::json(200, &whole(&ask, &found).await?).version(found.case.introduction.version))
}

async fn phone(ask: Ask) -> Result<Answer, Fault> {
    ask.json::<Nothing>()?;
    let phone = employer::reveal_phone(&ask.office, &ask.actor, ask.id("id")?).await?;
    Ok(Answer::json(200, &json!({"phone": phone})))
}

async fn step(ask: Ask, act: IntroductionAct) -> Result<Answer, Fault> {
    let details: Details = ask.json()?;
    let step = Step::check(act, &details, ask.office.today()).map_err(Error::Invalid)?;
    let done = introduction::act(&ask.office, &ask.actor, ask.id("id")?, step).await?;
    Ok(Answer::json(200, &whole(&ask, &done).await?).version(done.case.introduction.version))
}

macro_rules! steps {
    ($($name:ident => $act:ident),+ $(,)?) => {
        $(async fn $name(ask: Ask) -> Result<Answer, Fault> { step(ask, IntroductionAct::$act).await })+
    };
}
steps! {
    agree => Consent, accept => Accept, decline => Decline, interview => Interview, place => Place, no_show => NoShow,
    withdraw => Withdraw, reopen => Reopen,
}
