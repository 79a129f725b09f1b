//! Paths that the contract names and later work will fill: until then they answer 501.

use crate::domain::actor::Right;
use crate::web::route::{Audience, Body, Route, Shape};

const STAFF: Audience = Audience::Holds(&[Right::Persons]);

fn anything(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    true.into()
}

const ANY: Body = Body::Json(anything as Shape);

/// Routes of this file.
pub static ROUTES: &[Route] = &[
    Route::post("/api/v1/vacancies/{id}/report", Audience::Anyone, "complain about an advert", ANY, None),
    Route::get("/api/v1/people/me", Audience::Anyone, "what is stored of me", None),
    Route::post("/api/v1/people/me/copy", Audience::Anyone, "a copy of it", ANY, None),
    Route::post("/api/v1/people/me/correct", Audience::Anyone, "correct it", ANY, None),
    Route::post("/api/v1/people/me/withdraw", Audience::Anyone, "withdraw a consent", ANY, None),
    Route::post("/api/v1/people/me/erase", Audience::Anyone, "erase it", ANY, None),
    Route::get("/api/v1/placements", STAFF, "placements", None),
    Route::post("/api/v1/placements/{id}/events", STAFF, "what happened after the hire", ANY, None),
    Route::post("/api/v1/confirmations/{token}", Audience::Anyone, "confirm an employment", ANY, None),
    Route::get("/api/v1/cases", STAFF, "cases", None),
    Route::post("/api/v1/cases", STAFF, "open a case", ANY, None),
    Route::post("/api/v1/cases/{id}/{act}", STAFF, "act on a case", ANY, None),
    Route::get("/api/v1/households/{id}", STAFF, "a household", None),
    Route::post("/api/v1/households/{id}/checks", STAFF, "a household check", ANY, None),
    Route::post("/api/v1/households/{id}/risks/{risk}/{act}", STAFF, "a measure against a risk", ANY, None),
    Route::get("/api/v1/alerts", STAFF, "early warnings", None),
    Route::get("/api/v1/workers/{id}/entitlements", STAFF, "support a person is entitled to", None),
    Route::get(
        "/api/v1/employers/{id}/entitlements",
        Audience::Holds(&[Right::Employers, Right::OwnVacancies]),
        "support an employer is entitled to",
        None,
    ),
    Route::post("/api/v1/claims", Audience::Holds(&[Right::Persons, Right::OwnVacancies]), "claim support", ANY, None),
    Route::post("/api/v1/claims/{id}/{act}", STAFF, "decide a claim", ANY, None),
    Route::post("/api/v1/campaigns", STAFF, "a campaign", ANY, None),
    Route::post("/api/v1/campaigns/{id}/{act}", STAFF, "run a campaign", ANY, None),
    Route::get("/api/v1/campaigns/{id}/effect", STAFF, "what a campaign brought", None),
    Route::get(
        "/api/v1/sheets/{kind}/{id}",
        Audience::Holds(&[Right::Persons, Right::Orders]),
        "a printed sheet",
        None,
    ),
    Route::post(
        "/api/v1/sheets/answers",
        Audience::Holds(&[Right::Persons, Right::Orders]),
        "answers of a village",
        ANY,
        None,
    ),
    Route::get("/api/v1/figures", Audience::Holds(&[Right::Figures]), "figures", None),
];
