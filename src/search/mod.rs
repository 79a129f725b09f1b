//! Full-text index of workers, vacancies and classes, and Chinese text analysis.

pub mod analysis;
pub mod coder;
pub mod title;
pub mod words;
