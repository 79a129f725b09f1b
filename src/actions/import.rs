//! Importing sheets: one act for every kind, in chunks with one transaction each, resumed where it stopped.

mod journal;
mod people;
pub mod review;
mod sheet;
mod tables;
#[cfg(test)]
mod tests;
pub mod upload;
mod verification;

use std::time::Instant;

use bytes::Bytes;
use jiff::civil::Date;
use uuid::Uuid;

pub use journal::{Outcome, Summary};
pub use sheet::Mapped;

use self::journal::Journal;
use self::sheet::Sheet;
use super::error::{Error, Result};
use super::office::{Office, below};
use crate::domain::actor::{Actor, Right};
use crate::domain::code::Code as _;
use crate::domain::heading::SheetKind;
use crate::store::Tx;
use crate::store::crypt::hash;
use crate::store::import::{self as journals, Import};
use crate::store::worker::Scope;

/// Rows in one transaction: other acts wait for the one writer of SQLite no longer than it takes.
const CHUNK: usize = 2_000;
/// The same while nobody else writes: pages all over the indexes are changed once for all these rows.
const CHUNK_ALONE: usize = 5_000;

/// How an import is to be done.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Options {
    /// The station in whose name; an account's own without.
    pub station: Option<Uuid>,
    /// Vacancies skip the review queue.
    pub open: bool,
    /// Vacancies are opened with their findings.
    pub allow_findings: bool,
    /// Nothing is written, only said.
    pub dry_run: bool,
    /// Name of the file as uploaded.
    pub file_name: String,
    /// Rows to expect, for the progress bar.
    pub expected: Option<u64>,
    /// No server works with this database now.
    #[serde(skip)]
    pub alone: bool,
}

/// How far an import is.
#[derive(Debug, Clone)]
pub struct Progress {
    /// Rows finished.
    pub done: u64,
    /// Rows in all, as far as can be told before the end.
    pub all: Option<u64>,
}

/// What an import came to.
#[derive(Debug, Clone)]
pub struct Done {
    /// The stored import; none for a dry run that leaves nothing.
    pub import: Option<Uuid>,
    /// Counts.
    pub summary: Summary,
    /// Columns with heading and field.
    pub mapping: Vec<Mapped>,
    /// How often each note was given, for example `region.retired`.
    pub notes: Vec<(String, u64)>,
    /// In a dry run: row numbers with the fields that would change.
    pub changes: Vec<(u32, Vec<String>)>,
    /// Rows for a person, where they are not stored.
    pub kept: Vec<journals::ImportRow>,
}

impl Done {
    /// Rows with a fault as an XLSX, whether or not they are stored.
    pub async fn report(&self, office: &Office, actor: &Actor, kind: SheetKind) -> Result<Vec<u8>> {
        match self.import {
            Some(id) => review::report(office, actor, id).await,
            None => review::sheet_of(office, kind, &self.mapping, Uuid::nil(), &self.kept),
        }
    }
}

/// Takes word of the progress.
pub type Tell<'a> = &'a mut (dyn FnMut(Progress) + Send + Sync);

/// An import under way.
struct Job<'a> {
    office: &'a Office,
    actor: &'a Actor,
    kind: SheetKind,
    options: &'a Options,
    /// The station in whose name.
    station: Option<Uuid>,
    /// People whom the importing station keeps.
    scope: Scope,
    today: Date,
    bytes: &'a Bytes,
    memory: std::collections::HashMap<String, String>,
    journal: Journal,
    all: Option<u64>,
    tell: Tell<'a>,
}

impl Job<'_> {
    /// Rows in one transaction.
    fn chunk(&self) -> usize {
        if self.options.alone { CHUNK_ALONE } else { CHUNK }
    }

    async fn open(&self) -> Result<Sheet> {
        Ok(Sheet::open(self.bytes, self.kind, &self.memory).await?)
    }

    /// Writes the journal and one line of the audit trail, and commits.
    async fn commit(&mut self, mut tx: Tx) -> Result<()> {
        self.journal.save(self.office, &mut tx).await?;
        let id = self.journal.import.as_ref().map(|i| i.id);
        let fields = format!("{} rows {}", self.kind.code(), self.journal.done);
        tx.audit(self.office.audit(self.actor, "import.chunk", "import", id, &fields));
        self.office.commit(tx).await
    }

    fn tell(&mut self) {
        (self.tell)(Progress { done: self.journal.done, all: self.all });
    }
}

/// Imports a file. The same file of the same station that was broken off goes on where it stopped.
pub async fn run(
    office: &Office,
    actor: &Actor,
    kind: SheetKind,
    bytes: &Bytes,
    options: &Options,
    tell: Tell<'_>,
) -> Result<Done> {
    let (station, scope) = authority(office, actor, kind, options).await?;
    let import = if options.dry_run { None } else { Some(begin(office, actor, kind, bytes, options, station).await?) };
    carry_out(office, actor, kind, bytes, options, station, scope, import, tell).await
}

/// Checks the right and answers the station in whose name and the people it keeps.
async fn authority(
    office: &Office,
    actor: &Actor,
    kind: SheetKind,
    options: &Options,
) -> Result<(Option<Uuid>, Scope)> {
    if kind == SheetKind::Vacancies && actor.may(Right::OwnVacancies) && actor.employer().is_some() {
        return Ok((None, Scope::Stations(Vec::new())));
    }
    office.need(actor, if kind == SheetKind::Stations { Right::Stations } else { Right::Imports })?;
    let stations = office.stations().await;
    match (options.station, actor.station()) {
        (None, None) => Ok((None, Scope::All)),
        (Some(station), None) => Ok((Some(station), Scope::Stations(below(&stations, station)))),
        (wanted, Some(own)) => {
            let under = below(&stations, own);
            let station = wanted.unwrap_or(own);
            if !under.contains(&station) {
                return Err(Error::Forbidden);
            }
            Ok((Some(station), Scope::Stations(below(&stations, station))))
        }
    }
}

/// The journal of a new import, or of the one that was broken off.
async fn begin(
    office: &Office,
    actor: &Actor,
    kind: SheetKind,
    bytes: &Bytes,
    options: &Options,
    station: Option<Uuid>,
) -> Result<Import> {
    let file_hash = hash(bytes);
    let employer = actor.employer();
    if let Some(there) = journals::unfinished(&mut &office.db, kind.code(), station, employer, &file_hash).await? {
        return Ok(there);
    }
    let import = fresh(office, actor, kind, file_hash, options, station, "running");
    let mut tx = office.begin().await?;
    journals::insert(&mut tx, &import).await?;
    tx.audit(office.audit(actor, "import.begin", "import", Some(import.id), kind.code()));
    office.commit(tx).await?;
    Ok(import)
}

fn fresh(
    office: &Office,
    actor: &Actor,
    kind: SheetKind,
    file_hash: Vec<u8>,
    options: &Options,
    station: Option<Uuid>,
    state: &str,
) -> Import {
    Import {
        id: office.id(),
        kind: kind.code().to_owned(),
        station,
        employer: actor.employer(),
        by_name: actor.name().to_owned(),
        account: match actor {
            Actor::Account { id, .. } => Some(*id),
            _ => None,
        },
        file_name: options.file_name.clone(),
        file_hash,
        options: serde_json::to_value(options).unwrap_or_default(),
        state: state.to_owned(),
        done_rows: 0,
        summary: serde_json::to_value(Summary::default()).unwrap_or_default(),
        mapping: serde_json::Value::Array(Vec::new()),
        fault: None,
        created_at: office.now(),
        updated_at: office.now(),
    }
}

#[expect(clippy::too_many_arguments, reason = "what `run` and the background task have found out")]
async fn carry_out(
    office: &Office,
    actor: &Actor,
    kind: SheetKind,
    bytes: &Bytes,
    options: &Options,
    station: Option<Uuid>,
    scope: Scope,
    import: Option<Import>,
    tell: Tell<'_>,
) -> Result<Done> {
    let began = Instant::now();
    let id = import.as_ref().map(|i| i.id);
    let mut memory = journals::memory(&mut &office.db, station, kind.code()).await?;
    // What was said of this very sheet holds, also where no station remembers it.
    let said = import.as_ref().map(review::mapping).unwrap_or_default();
    memory.extend(said.into_iter().filter(|m| m.remembered).filter_map(|m| Some((m.key, m.field?))));
    let journal = Journal::open(office, import, options.dry_run).await?;
    let today = office.today();
    let all = lines_of(bytes);
    let mut job = Job { office, actor, kind, options, station, scope, today, bytes, memory, journal, all, tell };
    let outcome = work(&mut job).await;
    let spent = job.journal.summary.seconds + began.elapsed().as_secs_f64();
    job.journal.summary.seconds = (spent * 1000.0).round() / 1000.0;
    if let Some(import) = &mut job.journal.import {
        match &outcome {
            Ok(mapping) => {
                if options.dry_run { "preview" } else { "done" }.clone_into(&mut import.state);
                import.mapping = serde_json::to_value(mapping).unwrap_or_default();
            }
            Err(Error::Refused(code)) => {
                "failed".clone_into(&mut import.state);
                import.fault = Some((*code).to_owned());
            }
            // Anything else is no fault of the file: the same command goes on from here.
            Err(_) => {}
        }
        let mut tx = office.begin().await?;
        job.journal.save(office, &mut tx).await?;
        tx.audit(office.audit(actor, "import.end", "import", id, kind.code()));
        office.commit(tx).await?;
    }
    let mapping = outcome?;
    let Journal { summary, notes, changes, kept, .. } = job.journal;
    let changes = changes.into_iter().map(|(row, fields)| (row, fields.into_iter().map(|(f, _)| f).collect()));
    Ok(Done { import: id, summary, mapping, notes: notes.into_iter().collect(), changes: changes.collect(), kept })
}

async fn work(job: &mut Job<'_>) -> Result<Vec<Mapped>> {
    let sheet = job.open().await?;
    let columns = std::sync::Arc::clone(&sheet.columns);
    if columns.mapping.iter().all(|m| m.field.is_none()) {
        return Err(Error::Refused("import.no_headings"));
    }
    match job.kind {
        SheetKind::Workers => people::run(job, sheet).await?,
        SheetKind::Verification => verification::run(job, sheet).await?,
        _ => tables::run(job, sheet).await?,
    }
    Ok(columns.mapping.clone())
}

/// Lines of a text file but its header; workbooks do not tell before they are read.
fn lines_of(bytes: &[u8]) -> Option<u64> {
    let is_workbook = bytes.starts_with(b"PK") || bytes.starts_with(b"\xd0\xcf\x11\xe0");
    (!is_workbook).then(|| bytes.split(|b| *b == b'\n').count().saturating_sub(2) as u64)
}
