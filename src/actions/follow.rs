//! The one step that applies a batch of changes to index and columns with one watermark; `jobs` loops it.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::civil::Date;
use uuid::Uuid;

use super::document;
use super::error::{Error, Result};
use super::office::Office;
use crate::search::{Doc, Effort, Index, Rebuild, Writer};
use crate::store::change::{self, Kind, Watermark};
use crate::store::request;
use crate::store::worker::{self as people, Scope};

/// The request that `index rebuild` leaves for a running server.
pub const REBUILD: &str = "index.rebuild";
/// Changes read in one step.
const BATCH: usize = 4_000;

/// Follows the change log for this node.
#[derive(Default)]
pub struct Follower {
    writer: Option<Writer>,
    mark: Watermark,
    /// The day for which states of vacancies and classes were last derived.
    day: Option<Date>,
}

impl std::fmt::Debug for Follower {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Follower").field("mark", &self.mark).finish_non_exhaustive()
    }
}

/// Folder of the index.
pub fn folder(office: &Office) -> PathBuf {
    office.settings.data_dir.join("index")
}

/// Runs index work off the async threads.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|e| Error::Internal(e.to_string()))
}

fn fault(error: impl std::fmt::Display) -> Error {
    Error::Internal(format!("index: {error}"))
}

impl Follower {
    /// Opens the index and fills the columns.
    pub async fn start(office: &Office) -> Result<Self> {
        let heads = change::heads(&office.db).await?;
        let mut follower = Self::open_index(office).await?;
        if office.settings.matching {
            office.live.fill(office).await?;
            // What was read into the columns may be older than the index: the log is read again from the older mark.
            for (lane, n) in heads {
                let mark = follower.mark.entry(lane).or_insert(n);
                *mark = (*mark).min(n);
            }
        }
        Ok(follower)
    }

    /// Opens the index, or rebuilds it from SQL when it is missing, foreign, old or damaged.
    pub async fn open_index(office: &Office) -> Result<Self> {
        let root = folder(office);
        let mut follower = Self { day: Some(office.today()), ..Self::default() };
        match blocking(move || Index::open(&root)).await? {
            Ok(opened) => {
                follower.mark = serde_json::from_value(opened.watermark).unwrap_or_default();
                follower.adopt(office, opened.index).await?;
            }
            Err(needs) => {
                tracing::warn!(reason = needs.reason, detail = needs.detail, "the index is rebuilt from the database");
                office.live.away.store(Some(Arc::new("rebuilding")));
                follower.rebuild(office).await?;
            }
        }
        Ok(follower)
    }

    async fn adopt(&mut self, office: &Office, index: Index) -> Result<()> {
        let (index, writer) = blocking(move || {
            let writer = index.writer(Effort::FOLLOW);
            (index, writer)
        })
        .await?;
        self.writer = Some(writer.map_err(fault)?);
        office.live.index.store(Some(Arc::new(index)));
        office.live.away.store(None);
        office.live.has_read(&self.mark);
        Ok(())
    }

    /// Builds a new index beside the old one, which answers meanwhile, and swaps it in.
    pub async fn rebuild(&mut self, office: &Office) -> Result<()> {
        let mark = change::heads(&office.db).await?;
        let root = folder(office);
        let tag = format!("i{}", office.id().simple());
        let mut growing = blocking(move || Rebuild::begin(&root, &tag, Effort::REBUILD)).await?.map_err(fault)?;
        for kind in [Kind::Worker, Kind::Vacancy, Kind::Class] {
            let mut after = None;
            loop {
                let ids = ids_after(office, kind, after, 2_000).await?;
                let Some(last) = ids.last() else { break };
                after = Some(*last);
                let docs = documents(office, kind, &ids).await?;
                let (back, done) = blocking(move || {
                    let done = growing.add(&docs);
                    (growing, done)
                })
                .await?;
                growing = back;
                done.map_err(fault)?;
            }
        }
        // The old writer must be gone before the folder is swapped.
        self.writer = None;
        let payload = serde_json::to_value(&mark).map_err(fault)?;
        let index = blocking(move || growing.finish(&payload)).await?.map_err(fault)?;
        self.mark = mark;
        self.adopt(office, index).await
    }

    /// Applies one batch; answers how many changes it held, 0 when nothing is left.
    pub async fn step(&mut self, office: &Office) -> Result<usize> {
        let asked = request::waits(&office.db, REBUILD).await?;
        // Without a writer the index was lost in use: it grows anew from SQL.
        if asked || self.writer.is_none() {
            self.rebuild(office).await?;
            request::done(&office.db, REBUILD, office.now()).await?;
        }
        let (mut changes, mark) = change::after(&office.db, &self.mark, BATCH).await?;
        // Vacancies expire and classes begin with the day, without anybody changing a row.
        if self.day != Some(office.today()) {
            self.verify(office).await?;
            for kind in [Kind::Vacancy, Kind::Class].into_iter().filter(|_| self.day.is_some()) {
                let ids = ids_after(office, kind, None, i64::MAX).await?;
                changes.extend(ids.into_iter().map(|id| change::Change { kind, id }));
            }
            self.day = Some(office.today());
        }
        if changes.is_empty() {
            self.mark = mark;
            office.live.has_read(&self.mark);
            return Ok(0);
        }
        // Somebody else may have written them.
        office.shown.acted();
        let of = |kind| changes.iter().filter(|c| c.kind == kind).map(|c| c.id).collect::<BTreeSet<Uuid>>();
        if !of(Kind::Station).is_empty() {
            office.reload_stations().await?;
        }
        let (mut docs, mut gone) = (Vec::new(), Vec::new());
        for kind in [Kind::Worker, Kind::Vacancy, Kind::Class] {
            let ids: Vec<Uuid> = of(kind).into_iter().collect();
            if ids.is_empty() {
                continue;
            }
            let found = documents(office, kind, &ids).await?;
            let there: BTreeSet<Uuid> = found.iter().map(Doc::id).collect();
            gone.extend(ids.iter().copied().filter(|id| !there.contains(id)));
            docs.extend(found);
            if office.live.matching_ready() {
                office.live.refresh(office, kind, &ids).await?;
            }
        }
        if let Some(mut writer) = self.writer.take() {
            let payload = serde_json::to_value(&mark).map_err(fault)?;
            let (writer, done) = blocking(move || {
                let done = writer.apply(&docs, &gone, &payload);
                (writer, done)
            })
            .await?;
            if let Err(error) = done {
                // A full disk or a damaged file: the next step rebuilds; search goes on from SQL meanwhile.
                office.live.lose("damaged");
                return Err(fault(error));
            }
            self.writer = Some(writer);
            if let Some(index) = office.live.index.load_full() {
                blocking(move || index.reload()).await?.map_err(fault)?;
            }
        }
        self.mark = mark;
        office.live.has_read(&self.mark);
        Ok(changes.len())
    }

    /// The nightly look at the index's files: damage is noticed before a search stumbles over it.
    async fn verify(&mut self, office: &Office) -> Result<()> {
        let Some(index) = office.live.index.load_full() else { return Ok(()) };
        if let Err(needs) = blocking(move || index.verify()).await? {
            tracing::warn!(reason = needs.reason, detail = needs.detail, "the index is rebuilt from the database");
            office.live.lose("damaged");
            self.rebuild(office).await?;
        }
        Ok(())
    }

    /// Follows until nothing is left.
    pub async fn catch_up(&mut self, office: &Office) -> Result<usize> {
        let mut all = 0;
        loop {
            match self.step(office).await? {
                0 => return Ok(all),
                n => all += n,
            }
        }
    }
}

/// Ids of a kind's rows after a given one.
pub async fn ids_after(office: &Office, kind: Kind, after: Option<Uuid>, limit: i64) -> Result<Vec<Uuid>> {
    let mut read = &office.db;
    Ok(match kind {
        Kind::Worker => people::ids_after(&mut read, after, limit).await?,
        Kind::Vacancy => crate::store::vacancy::ids_after(&mut read, after, limit).await?,
        Kind::Class => crate::store::class::ids_after(&mut read, after, limit).await?,
        Kind::Station => Vec::new(),
    })
}

/// The documents of rows that stand; a row that is gone gives none.
async fn documents(office: &Office, kind: Kind, ids: &[Uuid]) -> Result<Vec<Doc>> {
    let mut read = &office.db;
    Ok(match kind {
        Kind::Worker => people::records(&mut read, &Scope::All, ids).await?.iter().map(document::of_worker).collect(),
        Kind::Vacancy => {
            let records = crate::store::vacancy::records(&mut read, ids).await?;
            records.iter().map(|r| document::of_vacancy(r, office.today())).collect()
        }
        Kind::Class => crate::store::class::records(&mut read, ids)
            .await?
            .iter()
            .map(|r| document::of_class(r, office.today()))
            .collect(),
        Kind::Station => Vec::new(),
    })
}
