//! Pages of station staff, one file per noun.

pub mod candidates;
pub mod home;
pub mod vacancy;
pub mod worker;

use crate::web::route::Route;

/// Routes of the station's pages.
pub fn tables() -> Vec<&'static [Route]> {
    vec![home::ROUTES, worker::ROUTES, candidates::ROUTES, vacancy::ROUTES]
}
