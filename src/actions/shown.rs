//! Vacancies as lists last read them, so that a list that everybody asks for is not read from SQL for each of them.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use uuid::Uuid;

use super::error::Result;
use crate::store::Db;
use crate::store::vacancy::{self, Record};

/// Another process or node may write without a word to this one: what it wrote shows as late as in the index.
const FRESH: Duration = Duration::from_secs(1);
/// Vacancies that are remembered at most.
const MOST: usize = 2_000;

/// What lists have read since the last act of this process, and for at most a second.
#[derive(Debug, Default)]
pub struct Shown {
    /// Acts that this process has committed.
    acts: AtomicU64,
    rows: Mutex<Rows>,
}

#[derive(Debug, Default)]
struct Rows {
    /// Acts at the time of the first reading.
    acts: u64,
    since: Option<Instant>,
    records: HashMap<Uuid, Arc<Record>>,
}

impl Shown {
    /// Notes that an act was committed: whatever was read before may be old.
    pub fn acted(&self) {
        self.acts.fetch_add(1, Ordering::SeqCst);
    }

    /// The vacancies of these ids; ids that are gone are left out.
    pub async fn vacancies(&self, db: &Db, ids: &[Uuid]) -> Result<HashMap<Uuid, Arc<Record>>> {
        let acts = self.acts.load(Ordering::SeqCst);
        let mut found = self.known(acts, ids);
        let missing: Vec<Uuid> = ids.iter().copied().filter(|id| !found.contains_key(id)).collect();
        if missing.is_empty() {
            return Ok(found);
        }
        let read = vacancy::records(&mut &*db, &missing).await?;
        let read: Vec<_> = read.into_iter().map(|record| (record.row.id, Arc::new(record))).collect();
        let mut rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        // An act that was committed while SQL was read may or may not be in it.
        if rows.acts == acts && rows.records.len() + read.len() <= MOST {
            rows.records.extend(read.iter().cloned());
        }
        found.extend(read);
        Ok(found)
    }

    fn known(&self, acts: u64, ids: &[Uuid]) -> HashMap<Uuid, Arc<Record>> {
        let mut rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        if rows.acts != acts || rows.since.is_none_or(|since| since.elapsed() >= FRESH) {
            *rows = Rows { acts, since: Some(Instant::now()), records: HashMap::new() };
        }
        ids.iter().filter_map(|id| Some((*id, rows.records.get(id)?.clone()))).collect()
    }
}
