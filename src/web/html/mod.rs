//! Pages for people, by audience.

use super::Door;
use super::ask::Ask;
use super::fault::Fault;
use super::reply::Answer;
use super::route::Route;
use crate::pages::Lang;

/// Routes of all pages.
pub fn tables() -> Vec<&'static [Route]> {
    vec![]
}

/// The page of a fault.
pub async fn fault(_door: &Door, ask: &Ask, fault: &Fault) -> Answer {
    plain_fault(ask.lang, fault)
}

/// The page of a fault that came before anything was known of the request.
pub fn plain_fault(_lang: Lang, fault: &Fault) -> Answer {
    let (status, code) = fault.status();
    Answer::text(status, code)
}
