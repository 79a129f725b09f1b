//! The index on disk: opening with all checks, writing with a watermark, rebuilding beside the old one.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tantivy::query::Bm25StatisticsProvider;
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocSet, IndexReader, IndexWriter, ReloadPolicy, Searcher, TERMINATED, TantivyDocument, Term};
use uuid::Uuid;

use super::analysis::{Cjk12, TOKENIZER};
use super::answers::Answers;
use super::collect::Dictionaries;
use super::document::{Doc, Fields, Kind, SCHEMA_VERSION, id_term, schema};
use super::words;

/// Why an index cannot be used; it has to be rebuilt from SQL.
#[derive(Debug, thiserror::Error)]
#[error("the search index must be rebuilt: {reason}")]
pub struct NeedsRebuild {
    /// One of `missing`, `foreign`, `old`, `damaged`.
    pub reason: &'static str,
    /// What was found, for the log; no personal data.
    pub detail: String,
}

/// What goes wrong while writing or searching.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the search index failed: {0}")]
    Tantivy(#[from] tantivy::TantivyError),
    #[error("the search index's folder failed: {0}")]
    Io(#[from] std::io::Error),
    #[error("the page mark is not one of this list")]
    Cursor,
}

/// Memory and threads of a writer.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    pub threads: usize,
    /// Bytes over all threads; at least 15 MB a thread.
    pub memory: usize,
}

impl Effort {
    /// For following changes while serving.
    pub const FOLLOW: Self = Self { threads: 1, memory: 32 << 20 };
    /// For building everything anew.
    pub const REBUILD: Self = Self { threads: 2, memory: 256 << 20 };
}

/// What a commit says of itself.
#[derive(Serialize, Deserialize)]
struct Payload {
    version: String,
    watermark: serde_json::Value,
}

/// An open index.
pub struct Index {
    index: tantivy::Index,
    reader: IndexReader,
    pub(super) fields: Fields,
    pub(super) dictionaries: Dictionaries,
    pub(super) answers: Answers,
    folder: Option<PathBuf>,
}

/// An index that passed all checks, with the watermark of its last commit.
pub struct Opened {
    pub index: Index,
    pub watermark: serde_json::Value,
}

/// The version that an index must have: schema and word lists.
pub fn version() -> String {
    format!("{SCHEMA_VERSION}-{}", words::hash())
}

const POINTER: &str = "current";

impl Index {
    /// Opens the index below `root`, verifies every file's checksum and the version, and sweeps left-over temporary files.
    pub fn open(root: &Path) -> Result<Opened, NeedsRebuild> {
        Self::open_below(root, true)
    }

    /// The same beside a running server, whose files are left alone.
    pub fn open_to_read(root: &Path) -> Result<Opened, NeedsRebuild> {
        Self::open_below(root, false)
    }

    fn open_below(root: &Path, own: bool) -> Result<Opened, NeedsRebuild> {
        let broken = |reason, detail: String| NeedsRebuild { reason, detail };
        let name = fs::read_to_string(root.join(POINTER)).map_err(|error| broken("missing", error.to_string()))?;
        let name = name.trim();
        if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
            return Err(broken("foreign", "the pointer names no folder".into()));
        }
        let folder = root.join(name);
        if own {
            sweep(&folder);
        }
        let index = tantivy::Index::open_in_dir(&folder).map_err(|error| broken("damaged", error.to_string()))?;
        let (expected, fields) = schema();
        if index.schema() != expected {
            return Err(broken("old", "another schema".into()));
        }
        let meta = index.load_metas().map_err(|error| broken("damaged", error.to_string()))?;
        let payload: Payload = meta
            .payload
            .as_deref()
            .and_then(|text| serde_json::from_str(text).ok())
            .ok_or_else(|| broken("foreign", "no watermark".into()))?;
        if payload.version != version() {
            return Err(broken("old", format!("version {}", payload.version)));
        }
        let index = Self::wrap(index, fields, Some(folder)).map_err(|error| broken("damaged", error.to_string()))?;
        index.verify()?;
        Ok(Opened { index, watermark: payload.watermark })
    }

    /// An empty index in memory.
    pub fn in_memory() -> Result<Self, Error> {
        let (schema, fields) = schema();
        Self::wrap(tantivy::Index::create_in_ram(schema), fields, None)
    }

    fn wrap(index: tantivy::Index, fields: Fields, folder: Option<PathBuf>) -> Result<Self, Error> {
        index.tokenizers().register(TOKENIZER, Cjk12::default());
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        Ok(Self { index, reader, fields, dictionaries: Dictionaries::default(), answers: Answers::default(), folder })
    }

    /// Checks every file against its checksum, as at start and nightly.
    pub fn verify(&self) -> Result<(), NeedsRebuild> {
        let broken = |detail: String| NeedsRebuild { reason: "damaged", detail };
        let damaged = self.index.validate_checksum().map_err(|error| broken(error.to_string()))?;
        match damaged.iter().next() {
            None => Ok(()),
            Some(file) => Err(broken(format!("{} differs from its checksum", file.display()))),
        }
    }

    /// A writer; there can be only one per index.
    pub fn writer(&self, effort: Effort) -> Result<Writer, Error> {
        let writer = self.index.writer_with_num_threads(effort.threads, effort.memory)?;
        Ok(Writer { writer, fields: self.fields })
    }

    /// Makes the last commit visible to searches.
    pub fn reload(&self) -> Result<(), Error> {
        self.reader.reload()?;
        let searcher = self.reader.searcher();
        let alive: Vec<_> = searcher.segment_readers().iter().map(tantivy::SegmentReader::segment_id).collect();
        self.dictionaries.retain(&alive);
        Ok(())
    }

    /// The watermark of the last commit.
    pub fn watermark(&self) -> Option<serde_json::Value> {
        let payload = self.index.load_metas().ok()?.payload?;
        serde_json::from_str::<Payload>(&payload).ok().map(|payload| payload.watermark)
    }

    /// How many documents of a kind a search sees.
    pub fn count(&self, kind: Kind) -> Result<u64, Error> {
        Ok(self.ids(kind)?.len() as u64)
    }

    /// The ids of a kind that a search sees, ascending: `index check` compares them with SQL.
    pub fn ids(&self, kind: Kind) -> Result<Vec<Uuid>, Error> {
        let mut ids = Vec::new();
        let term = Term::from_field_text(self.fields.tag, &kind.letter().to_string());
        for segment in self.reader.searcher().segment_readers() {
            let fast = segment.fast_fields();
            let high = fast.column_first_or_default::<u64>("id_high")?;
            let low = fast.column_first_or_default::<u64>("id_low")?;
            let postings = segment.inverted_index(self.fields.tag)?.read_postings(&term, IndexRecordOption::Basic)?;
            let Some(mut postings) = postings else { continue };
            let mut doc = postings.doc();
            while doc != TERMINATED {
                if !segment.is_deleted(doc) {
                    ids.push(Uuid::from_u64_pair(high.get_val(doc), low.get_val(doc)));
                }
                doc = postings.advance();
            }
        }
        ids.sort_unstable();
        Ok(ids)
    }

    pub(super) fn searcher(&self) -> Searcher {
        self.reader.searcher()
    }
}

/// Statistics of one kind: each kind has text fields of its own, but tantivy counts all documents.
pub(super) struct KindStatistics<'s> {
    searcher: &'s Searcher,
    documents: u64,
}

impl<'s> KindStatistics<'s> {
    pub fn new(searcher: &'s Searcher, fields: &Fields, kind: Kind) -> Result<Self, Error> {
        let term = Term::from_field_text(fields.tag, &kind.letter().to_string());
        Ok(Self { searcher, documents: searcher.doc_freq(&term)?.max(1) })
    }
}

impl Bm25StatisticsProvider for KindStatistics<'_> {
    fn total_num_tokens(&self, field: Field) -> tantivy::Result<u64> {
        self.searcher.total_num_tokens(field)
    }

    fn total_num_docs(&self) -> tantivy::Result<u64> {
        Ok(self.documents)
    }

    fn doc_freq(&self, term: &Term) -> tantivy::Result<u64> {
        // Fields that kinds share (exact segments) may hold a term more often than the kind has documents.
        Ok(self.searcher.doc_freq(term)?.min(self.documents))
    }
}

/// Writes batches; each commit carries a watermark.
pub struct Writer {
    writer: IndexWriter<TantivyDocument>,
    fields: Fields,
}

impl Writer {
    /// Puts documents in place of earlier ones of the same id and takes others out, without making it durable.
    pub fn put(&mut self, upserts: &[Doc], deletes: &[Uuid]) -> Result<(), Error> {
        for id in deletes {
            self.writer.delete_term(id_term(&self.fields, *id));
        }
        for doc in upserts {
            self.writer.delete_term(id_term(&self.fields, doc.id()));
            self.writer.add_document(doc.build(&self.fields))?;
        }
        Ok(())
    }

    /// Makes everything put so far durable together with the watermark.
    pub fn commit(&mut self, watermark: &serde_json::Value) -> Result<(), Error> {
        let payload = Payload { version: version(), watermark: watermark.clone() };
        let text = serde_json::to_string(&payload).map_err(std::io::Error::other)?;
        let mut prepared = self.writer.prepare_commit()?;
        prepared.set_payload(&text);
        prepared.commit()?;
        Ok(())
    }

    /// One batch: put and commit. Applying a batch twice gives the same index; after an error nothing of it stays.
    pub fn apply(&mut self, upserts: &[Doc], deletes: &[Uuid], watermark: &serde_json::Value) -> Result<(), Error> {
        let done = self.put(upserts, deletes).and_then(|()| self.commit(watermark));
        if done.is_err() {
            self.writer.rollback()?;
        }
        done
    }

    /// Ends the writer after its background merges.
    pub fn finish(self) -> Result<(), Error> {
        self.writer.wait_merging_threads()?;
        Ok(())
    }
}

/// A new index growing beside the current one, which keeps answering.
pub struct Rebuild {
    root: PathBuf,
    name: String,
    index: Index,
    writer: Writer,
}

impl Rebuild {
    /// Starts in a fresh folder below `root`; `tag` makes its name (a time or number; letters, digits, hyphens).
    pub fn begin(root: &Path, tag: &str, effort: Effort) -> Result<Self, Error> {
        let mut name: String = tag.chars().filter(|ch| ch.is_ascii_alphanumeric() || *ch == '-').collect();
        while name.is_empty() || root.join(&name).exists() {
            name.push('x');
        }
        let folder = root.join(&name);
        fs::create_dir_all(&folder)?;
        let (schema, fields) = schema();
        let index = tantivy::Index::create_in_dir(&folder, schema)?;
        let index = Index::wrap(index, fields, Some(folder))?;
        let writer = index.writer(effort)?;
        Ok(Self { root: root.to_path_buf(), name, index, writer })
    }

    /// Adds documents; each id only once, for nothing is looked up (a change during the build comes later by the follower).
    pub fn add(&mut self, docs: &[Doc]) -> Result<(), Error> {
        for doc in docs {
            self.writer.writer.add_document(doc.build(&self.writer.fields))?;
        }
        Ok(())
    }

    /// Commits, points `current` at the new folder and removes the folders that it replaces.
    pub fn finish(mut self, watermark: &serde_json::Value) -> Result<Index, Error> {
        self.writer.commit(watermark)?;
        self.writer.finish()?;
        self.index.reload()?;
        let fresh = self.root.join(format!("{POINTER}.new"));
        fs::write(&fresh, &self.name)?;
        fs::File::open(&fresh)?.sync_all()?;
        fs::rename(&fresh, self.root.join(POINTER))?;
        for entry in fs::read_dir(&self.root)?.flatten() {
            if entry.path().is_dir() && entry.file_name() != self.name.as_str() {
                // An old folder that cannot go now goes with the next rebuild.
                let _ = fs::remove_dir_all(entry.path());
            }
        }
        Ok(self.index)
    }

    /// Gives up and takes the new folder away.
    pub fn abandon(self) -> Result<(), Error> {
        let folder = self.index.folder.clone();
        drop(self);
        if let Some(folder) = folder {
            fs::remove_dir_all(folder)?;
        }
        Ok(())
    }
}

/// Removes temporary files that a crash in the middle of an atomic write leaves behind.
fn sweep(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        if entry.file_name().to_string_lossy().starts_with(".tmp") {
            // A file that cannot go does no harm but take room.
            let _ = fs::remove_file(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::search::document::WorkerDoc;

    fn folder(name: &str) -> PathBuf {
        let root = std::env::temp_dir().join(format!("shanhai-index-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&root);
        fs::create_dir_all(&root).unwrap();
        root
    }

    fn worker(n: u128) -> Doc {
        Doc::Worker(Box::new(WorkerDoc { id: Uuid::from_u128(n), name: "王小明".into(), ..WorkerDoc::default() }))
    }

    fn built(root: &Path, tag: &str, docs: &[Doc]) -> Index {
        let mut rebuild = Rebuild::begin(root, tag, Effort::FOLLOW).unwrap();
        rebuild.add(docs).unwrap();
        rebuild.finish(&json!({"0": 7})).unwrap()
    }

    fn reason(root: &Path) -> &'static str {
        Index::open(root).err().map_or("fine", |error| error.reason)
    }

    #[test]
    fn a_rebuilt_index_opens_with_its_watermark_and_the_old_folder_is_gone() {
        let root = folder("rebuild");
        assert_eq!(reason(&root), "missing");
        built(&root, "a", &[worker(1)]);
        built(&root, "b", &[worker(1), worker(2)]);
        let opened = Index::open(&root).unwrap();
        assert_eq!(opened.watermark, json!({"0": 7}));
        assert_eq!(opened.index.ids(Kind::Worker).unwrap().len(), 2);
        assert!(!root.join("a").exists());
    }

    #[test]
    fn a_batch_applied_twice_changes_nothing_and_a_delete_takes_out() {
        let index = Index::in_memory().unwrap();
        let mut writer = index.writer(Effort::FOLLOW).unwrap();
        for _ in 0..2 {
            writer.apply(&[worker(1), worker(2), worker(2)], &[], &json!(1)).unwrap();
        }
        index.reload().unwrap();
        assert_eq!(index.count(Kind::Worker).unwrap(), 2);
        writer.apply(&[], &[Uuid::from_u128(1), Uuid::from_u128(9)], &json!(2)).unwrap();
        index.reload().unwrap();
        assert_eq!(index.ids(Kind::Worker).unwrap(), [Uuid::from_u128(2)]);
        assert_eq!(index.watermark(), Some(json!(2)));
    }

    #[test]
    fn damaged_old_and_foreign_indexes_are_noticed_and_temporary_files_swept() {
        let root = folder("damage");
        built(&root, "a", &[worker(1)]);
        fs::write(root.join("a/.tmpAbC"), "x").unwrap();
        assert_eq!(reason(&root), "fine");
        assert!(!root.join("a/.tmpAbC").exists());
        let meta = root.join("a/meta.json");
        let text = fs::read_to_string(&meta).unwrap();
        fs::write(&meta, text.replace(&version(), "0-00")).unwrap();
        assert_eq!(reason(&root), "old");
        fs::write(&meta, text.replace("payload", "pay")).unwrap();
        assert_eq!(reason(&root), "foreign");
        fs::write(&meta, &text).unwrap();
        let file = fs::read_dir(root.join("a"))
            .unwrap()
            .flatten()
            .map(|entry| entry.path())
            .find(|path| path.extension().is_some_and(|e| e == "fast"))
            .unwrap();
        let mut bytes = fs::read(&file).unwrap();
        let middle = bytes.len() / 3;
        bytes[middle] ^= 0xff;
        fs::write(&file, &bytes).unwrap();
        assert_eq!(reason(&root), "damaged");
        fs::remove_file(&file).unwrap();
        assert_eq!(reason(&root), "damaged");
        fs::write(root.join("current"), "../elsewhere").unwrap();
        assert_eq!(reason(&root), "foreign");
    }
}
