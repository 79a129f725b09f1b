//! Rendering of templates in the user's language; knows no routes.
//!
//! A page is one struct of plain data, filled by a handler and turned into HTML by [`html`]:
//!
//! ```
//! use shanhai::pages::{self, Chrome, ErrorPage, Lang};
//! let page = ErrorPage { c: Chrome { lang: Lang::En, ..Chrome::default() }, status: 404, ..ErrorPage::default() };
//! assert!(pages::html(&page).starts_with("<!doctype html>"));
//! ```
//!
//! * Every struct has `c`, the [`Chrome`]: language, audience, navigation, who is signed in, the path to come back to.
//! * Crafted pages: [`VacancySearch`], [`VacancyPage`], [`Receipt`], [`ClassSearch`], [`ClassPage`], [`Login`], [`Message`],
//!   [`ErrorPage`] for everyone; [`Home`], [`WorkerFind`], [`WorkerPage`], [`Candidates`], [`ImportPage`], [`Duplicates`] for
//!   stations; [`EmployerHome`] for employers.
//! * Every other page is a [`Desk`]: a heading and [`Block`]s (tables, facts, forms, timelines) in one or two columns.
//! * Forms come from [`forms`]; `fill` puts back what was typed or stored, `mark` puts errors at their fields, `find` puts
//!   findings of the law check beside them. Field names are the paths of the API's bodies (`wage.min`), lists are typed
//!   with `；` between entries.
//! * Which page is which struct. Public: `/`, `/vacancies` [`VacancySearch`]; `/vacancies/{ref}` [`VacancyPage`] with
//!   [`forms::interest`]; `/receipts/{code}` [`Receipt`]; `/classes` [`ClassSearch`], `/classes/{ref}` [`ClassPage`]; `/login`
//!   [`Login`]; `/employers/new` [`Desk`] with [`forms::sign_up`]; `/password/{token}` [`Desk`] with [`forms::password`]; thanks
//!   [`Message`]; faults [`ErrorPage`]. Station: `/station` [`Home`]; `/station/workers` and the answer to
//!   `POST /station/workers/find` [`WorkerFind`]; `…/new`, `…/edit` [`Desk`] with [`forms::worker`] and [`worker_aside`];
//!   `/station/workers/{id}` [`WorkerPage`]; `/station/vacancies/{id}/candidates` [`Candidates`]; `/station/imports/{id}`
//!   [`ImportPage`]; `/station/duplicates` [`Duplicates`]. Employer: `/employer` [`EmployerHome`], at most ten people a page to
//!   stay under 30 kB. All others, and all of `/admin`, are [`Desk`]s, whose titles, columns, terms, links and notices stand in the
//!   locales as `page-…`, `col-…` ([`Column::named`]), `fact-…` ([`Fact::named`]), `go-…`, `said-…`, `log-…`.
//! * Acts post to: `/station/workers/{id}/{reveal, call, consent, introduce, enrol}` (`vacancy` ids, `class` id),
//!   `/station/vacancies/{id}/introduce` (`worker` ids), `/station/imports/{id}/{mapping, write, drop}` (`map-A` …) and
//!   `…/rows/{row}/resolve` (`as`, `person`), `/station/duplicates/{a}/{b}` (`act`, `reason`),
//!   `/employer/introductions/{id}` (`act` and its fields), `/employer/introductions` (`pick` ids, `act`, `reason`),
//!   `/vacancies/{ref}/interest`, `/receipts/{code}/withdraw`, `/login`, `/logout`.
//! * Words come from the fluent files in `templates/locales`: [`text`] by key, [`named`] for a code of the domain,
//!   [`word`] by list and value, [`code_sentence`] by error code. Numbers and days are formatted by [`format`] before they go into a struct.
//! * Pages need no script and no inline style. The content policy that fits: `default-src 'none'; style-src 'self';
//!   img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`. Acts are forms that post; nothing
//!   but language and type size changes on a GET.

mod assets;
mod chrome;
mod desk;
mod employer;
mod form;
pub mod format;
pub mod forms;
mod language;
mod lists;
mod parts;
mod public;
mod review;
mod sheets;
mod station;
mod table;

#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;

pub use assets::{Asset, asset, stylesheet_path};
pub use chrome::{Audience, Chrome, Who};
pub use desk::Desk;
pub use employer::{Answers, EmployerHome, Introduced, IntroducedGroup};
pub use form::{Choice, Field, Form, Kind, Section};
pub use language::{Lang, code_sentence, code_text, text, word};
pub use lists::{Listed, employer_reasons, export_kinds, named, options, relations, reveal_reasons};
pub use parts::{Bit, Block, Button, Fact, Find, Finding, Link, LogLine, Note, Stat, Step, Tag, Tone, Weight};
pub use public::{
    ClassLine, ClassPage, ClassSearch, ErrorPage, Login, Message, Receipt, Stage, VacancyLine, VacancyPage,
    VacancySearch,
};
pub use review::{Duplicates, ImportPage, ImportStage, Mapped, SetAside, Side};
pub use sheets::{Sheet, Sheets};
pub use station::{
    Candidates, Facet, FacetGroup, FacetValue, Gain, Home, IntroductionLine, Match, Near, Task, WorkerFind, WorkerPage,
    worker_aside,
};
pub use table::{Cell, Column, Pick, Row, Table, Tick};

/// A struct that is a whole page; all are made in this room.
pub trait Page: askama::Template {}

impl Page for VacancySearch {}
impl Page for VacancyPage {}
impl Page for Receipt {}
impl Page for ClassSearch {}
impl Page for ClassPage {}
impl Page for Login {}
impl Page for Message {}
impl Page for ErrorPage {}
impl Page for Desk {}
impl Page for EmployerHome {}
impl Page for Home {}
impl Page for WorkerFind {}
impl Page for WorkerPage {}
impl Page for Candidates {}
impl Page for ImportPage {}
impl Page for Duplicates {}
impl Page for Sheets {}

/// The HTML of a page.
pub fn html(page: &impl Page) -> String {
    // Rendering fails only where a `Display` fails, and the views hold nothing but strings and numbers.
    page.render().unwrap_or_default()
}
