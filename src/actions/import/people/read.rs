//! Rows of a register as people, read on a task of its own while the rows before them are written.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::civil::Date;
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::actions::enter::{id_hash, phone_hash};
use crate::actions::error::{Error, Result};
use crate::actions::import::Job;
use crate::actions::import::sheet::{Columns, Sheet};
use crate::domain::registration::Checked;
use crate::domain::sheet_row::person::{self, PersonRow, Reading};
use crate::domain::sheet_row::{Cells, Places};
use crate::sheets::{Row, SheetError};
use crate::store::crypt::Keys;

/// A row on its way.
pub(super) struct Line {
    pub row: u32,
    pub texts: Vec<String>,
    pub read: PersonRow,
    /// The person as an earlier export named them.
    pub id: Option<Uuid>,
    /// Keyed hash of the number.
    pub hash: Option<Vec<u8>>,
    /// Keyed hash of the phone.
    pub phone: Option<Vec<u8>>,
    /// Keyed hash that finds a person without number again.
    pub import_key: Option<Vec<u8>>,
    pub name_key: String,
    /// What the row says, to tell a repetition in a dry run.
    pub content: u64,
}

pub(super) fn digest(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// Lines sent at once.
const BATCH: usize = 500;

/// The lines of a sheet, with or without a number, as they are read.
pub(super) struct Lines {
    batches: mpsc::Receiver<Batch>,
    batch: std::vec::IntoIter<Line>,
    others: Arc<AtomicBool>,
    reader: JoinHandle<()>,
}

type Batch = std::result::Result<Vec<Line>, SheetError>;

impl Lines {
    /// Begins to read; the rows of the other sort are passed over.
    pub fn new(job: &Job<'_>, sheet: Sheet, numbered: bool) -> Self {
        let reader = Reader {
            columns: Arc::clone(&sheet.columns),
            today: job.today,
            keys: job.office.keys.clone(),
            dry_run: job.options.dry_run,
            places: Mutex::default(),
            occupations: Mutex::default(),
            others: Arc::default(),
        };
        let others = Arc::clone(&reader.others);
        // A whole chunk waits while the one before it is written.
        let (send, batches) = mpsc::channel(job.chunk() / BATCH);
        // It computes all the time: a thread of its own leaves the others to answer. It ends when nobody receives.
        let here = Handle::current();
        let reader = tokio::task::spawn_blocking(move || here.block_on(reader.run(sheet, numbered, send)));
        Self { batches, batch: Vec::new().into_iter(), others, reader }
    }

    /// True if rows of the other sort were passed over so far.
    pub fn others(&self) -> bool {
        self.others.load(Ordering::Relaxed)
    }

    pub async fn next(&mut self) -> Result<Option<Line>> {
        loop {
            if let Some(line) = self.batch.next() {
                return Ok(Some(line));
            }
            match self.batches.recv().await {
                Some(batch) => self.batch = batch?.into_iter(),
                // The end, if the reader itself says so.
                None => return (&mut self.reader).await.map(|()| None).map_err(|e| Error::Internal(e.to_string())),
            }
        }
    }
}

/// What reading needs and remembers from row to row.
struct Reader {
    columns: Arc<Columns>,
    today: Date,
    keys: Keys,
    dry_run: bool,
    places: Mutex<Places>,
    occupations: Mutex<HashMap<String, Option<String>>>,
    others: Arc<AtomicBool>,
}

impl Reader {
    async fn run(self, mut sheet: Sheet, numbered: bool, send: mpsc::Sender<Batch>) {
        let mut batch = Vec::with_capacity(BATCH);
        loop {
            match sheet.next().await {
                Ok(Some(row)) if self.has_number(&row) != numbered => self.others.store(true, Ordering::Relaxed),
                Ok(Some(row)) => batch.push(self.line(row)),
                Ok(None) => {
                    let _ = send.send(Ok(batch)).await;
                    return;
                }
                Err(fault) => {
                    // What came before the fault counts.
                    let _ = send.send(Ok(batch)).await;
                    let _ = send.send(Err(fault)).await;
                    return;
                }
            }
            if batch.len() == BATCH && send.send(Ok(std::mem::take(&mut batch))).await.is_err() {
                return;
            }
        }
    }

    fn has_number(&self, row: &Row) -> bool {
        // Rows of an export name the person by id.
        let column = |field| self.columns.layout.column(field);
        ["id_number", "id"].into_iter().filter_map(column).any(|column| !row.text(column).trim().is_empty())
    }

    fn line(&self, row: Row) -> Line {
        let texts: Vec<String> = row.cells.into_iter().map(|cell| cell.text).collect();
        let occupation = |title: &str| {
            // Coding a title is slow, and a sheet names the same few hundred again and again.
            let mut known = self.occupations.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(code) = known.get(title) {
                return code.clone();
            }
            let code = crate::actions::live::occupation_of(title);
            known.insert(title.to_owned(), code.clone());
            code
        };
        let with = Reading {
            today: self.today,
            places: &self.places,
            occupation: &occupation,
            certificate: &crate::actions::live::certificate_of,
        };
        let cells = Cells { layout: &self.columns.layout, texts: &texts };
        let id = cells.get("id").parse().ok();
        let mut read = person::read(cells, &with);
        if let (Some(_), Ok(checked)) = (id, &mut read.person)
            && checked.worker.id_missing_reason.as_deref() == Some(person::NOT_IN_SHEET)
        {
            // An export hides the number; that is no word on the person.
            checked.worker.id_missing_reason = None;
        }
        let mut line = Line {
            row: row.number,
            texts,
            id,
            hash: None,
            phone: None,
            import_key: None,
            name_key: String::new(),
            content: 0,
            read,
        };
        let Ok(checked) = &line.read.person else { return line };
        line.name_key = checked.name.compare_key();
        line.hash = checked.id.as_ref().map(|id| id_hash(&self.keys, &id.number));
        line.phone = checked.phone.as_ref().map(|phone| phone_hash(&self.keys, phone));
        if line.hash.is_none() && line.id.is_none() {
            line.import_key = Some(import_key(&self.keys, checked));
        }
        if self.dry_run {
            let said = (&checked.worker, &checked.household, &checked.employment);
            line.content = digest(&(serde_json::to_string(&said).unwrap_or_default(), &line.phone));
        }
        line
    }
}

/// Name, birth date, household and phone find a person without number again.
pub(in crate::actions::import) fn import_key(keys: &Keys, checked: &Checked) -> Vec<u8> {
    let birth = checked.worker.birth_date.map(|d| d.to_string()).unwrap_or_default();
    let household = checked.household.as_ref().and_then(|h| h.number.clone()).unwrap_or_default();
    let phone = checked.phone.as_ref().map_or("", |p| p.expose());
    keys.lookup("import", &format!("{}\0{birth}\0{household}\0{phone}", checked.name.compare_key()))
}
