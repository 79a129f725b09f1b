//! What lives in memory beside the database: the index and the matching columns, both following the change log.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use arc_swap::ArcSwapOption;

use uuid::Uuid;

use super::error::{Error, Result};
use super::office::Office;
use super::order;
use crate::domain::certificate::Certificate;
use crate::domain::occupation::Occupation;
use crate::matching::columns::Columns;
use crate::matching::lexicon::Lexicon;
use crate::matching::parameters::Parameters;
use crate::search::{self, Index};
use crate::store::change::{Kind, Watermark};
use crate::store::worker::{self as people, Scope};

/// Index and columns of this node.
pub struct Live {
    /// The index, when it is open; without it search answers from SQL.
    pub index: ArcSwapOption<Index>,
    /// Why the index is away, for the notice and `/readyz`.
    pub away: ArcSwapOption<&'static str>,
    /// What matching reads; empty until filled.
    columns: RwLock<Columns>,
    /// The columns are filled.
    filled: AtomicBool,
    /// Up to which number of each lane the index has read.
    mark: ArcSwapOption<Watermark>,
}

impl std::fmt::Debug for Live {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Live").field("index", &self.index.load().is_some()).finish_non_exhaustive()
    }
}

impl Live {
    /// Nothing loaded yet.
    pub fn empty() -> Self {
        let columns = Columns::new(Arc::new(Lexicon::shipped()), Arc::new(Parameters::shipped()));
        Self {
            index: ArcSwapOption::empty(),
            away: ArcSwapOption::from(Some(Arc::new("starting"))),
            columns: RwLock::new(columns),
            filled: AtomicBool::new(false),
            mark: ArcSwapOption::empty(),
        }
    }
}

impl Live {
    /// Takes the index out of use; search answers from SQL until a rebuild has put a new one in.
    pub fn lose(&self, why: &'static str) {
        self.index.store(None);
        self.away.store(Some(Arc::new(why)));
    }

    /// Notes how far the index has read.
    pub fn has_read(&self, mark: &Watermark) {
        self.mark.store(Some(Arc::new(mark.clone())));
    }

    /// How many numbered transactions the index has not read yet; nothing on a node without a follower.
    pub fn lag(&self, heads: &Watermark) -> Option<i64> {
        let mark = self.mark.load();
        let mark = mark.as_ref()?;
        Some(heads.iter().map(|(lane, head)| (head - mark.get(lane).copied().unwrap_or(0)).max(0)).sum())
    }

    /// True once the columns hold everything.
    pub fn matching_ready(&self) -> bool {
        self.filled.load(Ordering::Acquire)
    }

    /// The columns for reading; refused until they are filled.
    pub fn columns(&self) -> Result<RwLockReadGuard<'_, Columns>> {
        if !self.matching_ready() {
            return Err(Error::Busy("matching is still loading".to_owned()));
        }
        Ok(self.columns.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Fills the columns from SQL.
    pub async fn fill(&self, office: &Office) -> Result<()> {
        for kind in [Kind::Vacancy, Kind::Class, Kind::Worker] {
            let mut after = None;
            loop {
                let ids = super::follow::ids_after(office, kind, after, 2_000).await?;
                let Some(last) = ids.last() else { break };
                after = Some(*last);
                self.refresh(office, kind, &ids).await?;
            }
        }
        self.filled.store(true, Ordering::Release);
        Ok(())
    }

    /// Reads rows into the columns again; rows that are gone are taken out.
    pub async fn refresh(&self, office: &Office, kind: Kind, ids: &[Uuid]) -> Result<()> {
        let mut read = &office.db;
        match kind {
            Kind::Worker => {
                let records = people::records(&mut read, &Scope::All, ids).await?;
                let there: HashSet<Uuid> = records.iter().map(|r| r.person.id).collect();
                let mut columns = self.write();
                for record in &records {
                    columns.upsert_seeker(&record.seeker());
                }
                ids.iter().filter(|id| !there.contains(*id)).for_each(|id| columns.remove_seeker(*id));
            }
            Kind::Vacancy => {
                let openings = order::openings(office, ids).await?;
                let there: HashSet<Uuid> = openings.iter().map(|o| o.id).collect();
                let mut columns = self.write();
                for opening in &openings {
                    columns.upsert_opening(opening);
                }
                ids.iter().filter(|id| !there.contains(*id)).for_each(|id| columns.remove_opening(*id));
            }
            Kind::Class => {
                let courses = crate::store::class::courses(&mut read, ids).await?;
                let there: HashSet<Uuid> = courses.iter().map(|c| c.id).collect();
                // Who sits in an order class, and in which, is what its vacancies keep places for.
                let ordered: Vec<Uuid> = courses.iter().flat_map(|c| c.class.order()).collect();
                let openings = order::openings(office, &ordered).await?;
                let mut columns = self.write();
                for opening in &openings {
                    columns.upsert_opening(opening);
                }
                for course in &courses {
                    columns.upsert_course(course);
                }
                ids.iter().filter(|id| !there.contains(*id)).for_each(|id| columns.remove_course(*id));
            }
            Kind::Station => {}
        }
        Ok(())
    }

    fn write(&self) -> RwLockWriteGuard<'_, Columns> {
        self.columns.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The occupation code of a code or title, if it is certain enough.
pub fn occupation_of(text: &str) -> Option<String> {
    if let Ok(code) = text.parse::<Occupation>() {
        return Some(code.to_string());
    }
    let best = search::code_occupation(text).into_iter().next()?;
    (best.confidence >= search::CERTAIN).then(|| best.code.to_string())
}

/// The code of a certificate's name.
pub fn certificate_of(name: &str) -> Option<String> {
    Certificate::parse(name).map(|c| c.code().to_owned())
}

/// The name of an occupation code.
pub fn occupation_name(code: &str) -> Option<String> {
    code.parse::<Occupation>().ok().map(|o| o.name().to_owned())
}
