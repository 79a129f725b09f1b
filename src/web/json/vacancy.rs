//! Vacancies in the API: one view, and the routes that post and change them.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::employer::ReasonBody;
use super::shapes;
use super::worker::{Nothing, instant, named, warnings};
use super::{items, list, patch_of};
use crate::actions::search::{self, VacancyAsk};
use crate::actions::vacancy::{self, Aim};
use crate::actions::{Error, Office, live};
use crate::domain::actor::{Actor, Right};
use crate::domain::code::Code;
use crate::domain::finding::{Finding, Overruled};
use crate::domain::posting::Posting;
use crate::domain::region::{self, RegionCode};
use crate::domain::vacancy::{EmploymentForm, VacancyKind, VacancyState};
use crate::domain::wage::{fen_from_yuan, yuan_json};
use crate::handler;
use crate::store::vacancy::Record;
use crate::web::ask::Ask;
use crate::web::fault::Fault;
use crate::web::reply::Answer;
use crate::web::route::{Audience, Body, Route, shape};

const WRITERS: Audience = Audience::Holds(&[Right::Vacancies, Right::OwnVacancies]);

/// Parameters of the list of vacancies.
pub const QUERY: &[&str] = &[
    "q",
    "region",
    "occupation",
    "kind",
    "form",
    "min_wage",
    "lodging",
    "meals",
    "employer",
    "state",
    "limit",
    "cursor",
    "sort",
    "near",
];

/// Routes of this file.
pub static ROUTES: &[Route] = &[
    Route::post("/api/v1/vacancies", WRITERS, "post a vacancy", Body::Json(shape::<Posting>), handler!(post))
        .gives::<shapes::Vacancy>()
        .query(&["open", "draft"])
        .status(201),
    Route::get("/api/v1/vacancies", Audience::Anyone, "search vacancies", handler!(search))
        .gives::<shapes::List<shapes::Vacancy>>()
        .query(QUERY),
    Route::get("/api/v1/vacancies/{id}", Audience::Anyone, "one vacancy by id or short code", handler!(find))
        .gives::<shapes::Vacancy>(),
    Route::patch("/api/v1/vacancies/{id}", WRITERS, "change a vacancy", Body::Json(shape::<Posting>), handler!(patch))
        .gives::<shapes::Vacancy>(),
    Route::get("/api/v1/vacancies/{id}/history", WRITERS, "what changed on a vacancy", handler!(history))
        .gives::<shapes::List<shapes::Change>>(),
    Route::post(
        "/api/v1/vacancies/{id}/open",
        WRITERS,
        "send a draft to review, or open as a station",
        Body::Json(shape::<Nothing>),
        handler!(open),
    )
    .gives::<shapes::Vacancy>(),
    Route::post(
        "/api/v1/vacancies/{id}/overrule",
        Audience::Holds(&[Right::Overrule]),
        "open in spite of findings, with a reason",
        Body::Json(shape::<ReasonBody>),
        handler!(overrule),
    )
    .gives::<shapes::Vacancy>(),
    Route::post("/api/v1/vacancies/{id}/close", WRITERS, "close", Body::Json(shape::<CloseBody>), handler!(close))
        .gives::<shapes::Vacancy>(),
    Route::post("/api/v1/vacancies/{id}/reopen", WRITERS, "open again", Body::Json(shape::<Nothing>), handler!(reopen))
        .gives::<shapes::Vacancy>(),
];

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct CloseBody {
    #[serde(default)]
    reason: Option<String>,
}

/// Findings as the API answers them.
pub fn findings(list: &[Finding]) -> Value {
    list.iter()
        .map(
            |f| json!({"rule": f.rule, "article": f.article, "text": f.text, "severity": f.severity, "field": f.field}),
        )
        .collect()
}

/// The API's view of a vacancy; findings and decisions only for those who look after it.
pub async fn view(office: &Office, actor: &Actor, record: &Record) -> Value {
    let row = &record.row;
    let v = &row.vacancy;
    let region = v.region.as_deref().map(|code| named(code, RegionCode::parse(code).and_then(region::full_name)));
    let mut body = json!({
        "id": row.id, "ref": row.reference, "title": v.title,
        "employer": {"id": row.employer, "ref": record.employer_ref, "name": record.employer_name,
                     "kind": record.employer_kind.map(Code::code), "state": record.employer_state.code()},
        "station": record.station.as_ref().map(|(code, name, phone)| json!({"code": code, "name": name, "phone": phone})),
        "work_unit": v.work_unit,
        "occupation": v.occupation.as_ref().map(|code| named(code, live::occupation_name(code))),
        "kind": v.kind, "employment_form": v.employment_form, "headcount": v.headcount,
        "region": v.region, "region_name": region.map(|r| r["name"].clone()), "address": v.address,
        "wage": v.pay.in_yuan(),
        "requirements": v.requirements, "preferences": v.preferences, "hazards": v.hazards, "barred_for": v.barred_for,
        "shift": v.shift, "benefits": v.benefits,
        "probation": {"months": v.probation.months, "wage": v.probation.wage.map(yuan_json)},
        "contract_months": v.contract_months, "social_insurance": v.social_insurance, "start_from": v.start_from,
        "start_until": v.start_until, "valid_until": v.valid_until, "description": v.description, "contact": v.contact,
        "source": v.source, "platform": v.platform,
        "state": record.state(office.today()).code(), "places_left": record.places_left(),
        "opened_at": row.opened_at.map(instant), "version": row.version, "created_at": instant(row.created_at),
        "updated_at": instant(row.updated_at),
    });
    if vacancy::may_change(office, actor, record).await {
        body["findings"] = findings(&row.findings);
        body["introduced"] = json!(record.introduced);
        body["closed_reason"] = json!(row.closed_reason);
        let by = |o: &Overruled| actor.employer().is_none().then(|| o.by.clone());
        body["overruled"] = row
            .overruled
            .as_ref()
            .map_or(Value::Null, |o| json!({"reason": o.reason, "by": by(o), "at": instant(o.at)}));
    }
    body
}

/// What a request asks of vacancies.
pub fn vacancy_ask(ask: &Ask) -> Result<VacancyAsk, Fault> {
    let text = |name: &str| ask.query(name).map(str::to_owned);
    let min_wage = match ask.query("min_wage") {
        None => None,
        Some(t) => Some(fen_from_yuan(t).ok_or_else(|| Fault::Act(Error::field("min_wage", "money.wrong")))?),
    };
    Ok(VacancyAsk {
        q: text("q").unwrap_or_default(),
        region: text("region"),
        occupation: text("occupation"),
        kind: list::code::<VacancyKind>(ask, "kind")?,
        form: list::code::<EmploymentForm>(ask, "form")?,
        min_wage,
        lodging: list::truth(ask, "lodging"),
        meals: list::truth(ask, "meals"),
        employer: ask.query_as("employer")?,
        state: match ask.query("state") {
            Some("any") => Some("any".to_owned()),
            _ => list::code::<VacancyState>(ask, "state")?,
        },
        page: list::page(ask)?,
    })
}

async fn search(ask: Ask) -> Result<Answer, Fault> {
    let found = search::vacancies(&ask.office, &ask.actor, vacancy_ask(&ask)?).await?;
    let mut rows = Vec::with_capacity(found.items.len());
    for (record, _) in &found.items {
        rows.push(view(&ask.office, &ask.actor, record).await);
    }
    Ok(Answer::json(200, &list::answer(ask.lang, &found, rows)))
}

async fn answer(ask: &Ask, record: &Record) -> Answer {
    Answer::json(200, &view(&ask.office, &ask.actor, record).await).version(record.row.version)
}

fn flag(ask: &Ask, name: &str) -> Result<bool, Fault> {
    match ask.query(name) {
        None | Some("false" | "0") => Ok(false),
        Some("true" | "1") => Ok(true),
        Some(_) => Err(Error::field(name, "truth.wrong").into()),
    }
}

async fn post(ask: Ask) -> Result<Answer, Fault> {
    let aim = match (flag(&ask, "open")?, flag(&ask, "draft")?) {
        (true, _) => Aim::Open,
        (false, true) => Aim::Draft,
        (false, false) => Aim::Review,
    };
    let done = vacancy::post(&ask.office, &ask.actor, &ask.json()?, aim).await?;
    let mut body = view(&ask.office, &ask.actor, &done.record).await;
    body["findings"] = findings(&done.record.row.findings);
    body["warnings"] = json!(warnings(&ask, &done.warnings));
    let row = &done.record.row;
    Ok(Answer::json(201, &body).header("location", format!("/api/v1/vacancies/{}", row.id)).version(row.version))
}

async fn find(ask: Ask) -> Result<Answer, Fault> {
    let record = vacancy::find(&ask.office, &ask.actor, ask.param("id")).await?;
    Ok(answer(&ask, &record).await)
}

async fn patch(ask: Ask) -> Result<Answer, Fault> {
    let version = ask.if_match()?;
    let patch = patch_of::<Posting>(&ask)?;
    let record = vacancy::patch(&ask.office, &ask.actor, ask.id("id")?, patch, version).await?;
    Ok(answer(&ask, &record).await)
}

async fn history(ask: Ask) -> Result<Answer, Fault> {
    let (_, entries) = vacancy::timeline(&ask.office, &ask.actor, ask.id("id")?).await?;
    let rows = entries
        .iter()
        .map(|e| json!({"id": e.id, "at": instant(e.at), "actor": e.actor, "act": e.act, "changes": super::changes(&e.diff)}))
        .collect();
    Ok(Answer::json(200, &items(rows)))
}

async fn open(ask: Ask) -> Result<Answer, Fault> {
    ask.json::<Nothing>()?;
    let record = vacancy::open(&ask.office, &ask.actor, ask.id("id")?).await?;
    Ok(answer(&ask, &record).await)
}

async fn overrule(ask: Ask) -> Result<Answer, Fault> {
    let body: ReasonBody = ask.json()?;
    let record = vacancy::overrule(&ask.office, &ask.actor, ask.id("id")?, &body.reason).await?;
    Ok(answer(&ask, &record).await)
}

async fn close(ask: Ask) -> Result<Answer, Fault> {
    let body: CloseBody = ask.json()?;
    let record = vacancy::close(&ask.office, &ask.actor, ask.id("id")?, body.reason.as_deref()).await?;
    Ok(answer(&ask, &record).await)
}

async fn reopen(ask: Ask) -> Result<Answer, Fault> {
    ask.json::<Nothing>()?;
    let record = vacancy::reopen(&ask.office, &ask.actor, ask.id("id")?).await?;
    Ok(answer(&ask, &record).await)
}
