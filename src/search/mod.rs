//! Full-text index of workers, vacancies and classes, and Chinese text analysis.

pub mod analysis;
mod answers;
pub mod class;
pub mod clerk;
pub mod coder;
mod collect;
pub mod document;
mod families;
pub mod find;
pub mod index;
mod memory;
pub mod quality;
#[cfg(test)]
mod regression;
pub mod suggest;
mod text;
pub mod title;
pub mod vacancy;
pub mod words;
pub mod worker;

pub use class::ClassQuery;
pub use clerk::{PersonQuery, classify_person_query};
pub use coder::{CERTAIN, Candidate, code_occupation};
pub use document::{ClassDoc, Doc, Kind, VacancyDoc, WorkerDoc};
pub use find::{Answer, FacetCount, Hit, Nearness, Paging, Relaxed, Scope, Sort};
pub use index::{Effort, Error, Index, NeedsRebuild, Opened, Rebuild, Writer};
pub use suggest::{TitleSuggestion, did_you_mean, spell, suggest_titles};
pub use text::without_operators;
pub use vacancy::VacancyQuery;
pub use worker::WorkerQuery;
