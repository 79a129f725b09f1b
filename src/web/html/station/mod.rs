//! Pages of station staff, one file per noun.

pub mod candidates;
pub mod employer;
pub mod export;
pub mod home;
pub mod import;
pub mod interest;
pub mod introduction;
pub mod match_run;
pub mod occupation;
pub mod outcome;
pub mod person;
pub mod plan;
pub mod review;
pub mod search;
pub mod training;
pub mod vacancy;
pub mod worker;

use crate::web::route::Route;

/// Routes of the station's pages.
pub fn tables() -> Vec<&'static [Route]> {
    vec![
        home::ROUTES,
        worker::ROUTES,
        person::ROUTES,
        candidates::ROUTES,
        vacancy::ROUTES,
        occupation::ROUTES,
        introduction::ROUTES,
        interest::ROUTES,
        employer::ROUTES,
        import::ROUTES,
        match_run::ROUTES,
        training::ROUTES,
        plan::ROUTES,
        review::ROUTES,
        search::ROUTES,
        export::ROUTES,
    ]
}
