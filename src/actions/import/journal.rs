//! What an import keeps of itself: counts, and the rows that a person must look at.

use std::collections::{BTreeMap, HashSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::sheet::Mapped;
use crate::actions::error::{Error, Result};
use crate::actions::office::Office;
use crate::domain::fault::FieldFault;
use crate::domain::sheet_row::{Layout, masked};
use crate::sheets::cell_name;
use crate::store::Tx;
use crate::store::crypt::Cell;
use crate::store::import::{self, Import, ImportRow};

/// Counts of an import; every row is in exactly one of the five outcomes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// Rows of data.
    pub rows: u64,
    /// New.
    pub created: u64,
    /// Stood already and say something new.
    pub updated: u64,
    /// Stood already just so.
    pub unchanged: u64,
    /// Waiting for a person's decision.
    pub set_aside: u64,
    /// Not taken.
    pub rejected: u64,
    /// Accepted rows with at least one warning of their own.
    pub warnings: u64,
    /// Warnings of household rules.
    pub warnings_household: u64,
    /// Time it took.
    pub seconds: f64,
}

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// New.
    Created,
    /// Stood already and said something new.
    Updated,
    /// Stood already just so.
    Unchanged,
    /// Waits for a person's decision.
    SetAside,
    /// Not taken.
    Rejected,
}

impl Outcome {
    /// The word of the contract.
    pub fn code(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Unchanged => "unchanged",
            Self::SetAside => "set_aside",
            Self::Rejected => "rejected",
        }
    }

    /// True if the row's data stands in the register now.
    pub fn accepted(self) -> bool {
        !matches!(self, Self::SetAside | Self::Rejected)
    }
}

/// What became of one row, and why.
#[derive(Debug)]
pub struct Verdict {
    /// Row number in the sheet.
    pub row: u32,
    /// The outcome.
    pub outcome: Outcome,
    /// Why it was set aside or rejected.
    pub faults: Vec<FieldFault>,
    /// Rules broken.
    pub warnings: Vec<FieldFault>,
    /// Shown, counted nowhere.
    pub notes: Vec<FieldFault>,
    /// What it changed or would change.
    pub changes: Option<Map<String, Value>>,
    /// What it became, or whom it is like.
    pub object: Option<Uuid>,
    /// A person must look at it for another reason than a warning.
    pub shown: bool,
    /// The cells.
    pub texts: Vec<String>,
}

/// Changes that a preview lists; beyond them it only counts.
const PREVIEWED: u64 = 1_000;

/// The running account of an import.
#[derive(Debug)]
pub struct Journal {
    /// The stored import; none where nothing may be written.
    pub import: Option<Import>,
    /// Nothing but the journal itself is written.
    pub dry_run: bool,
    /// Counts so far.
    pub summary: Summary,
    /// How often each note was given.
    pub notes: BTreeMap<String, u64>,
    /// Rows finished in this attempt, skipped ones included.
    pub done: u64,
    /// Rows that an earlier attempt has finished.
    pub skip: u64,
    /// Of these the rows that were not accepted.
    pub refused: HashSet<u32>,
    /// Changes for a preview that is not stored.
    pub changes: Vec<(u32, Map<String, Value>)>,
    /// Rows kept for a person, where they are not stored.
    pub kept: Vec<ImportRow>,
    rows: Vec<ImportRow>,
}

impl Journal {
    /// A new account, or that of an earlier attempt.
    pub async fn open(office: &Office, import: Option<Import>, dry_run: bool) -> Result<Self> {
        let mut journal = Self {
            dry_run,
            summary: Summary::default(),
            notes: BTreeMap::new(),
            done: 0,
            skip: 0,
            refused: HashSet::new(),
            changes: Vec::new(),
            kept: Vec::new(),
            rows: Vec::new(),
            import: None,
        };
        if let Some(import) = &import
            && import.done_rows > 0
        {
            journal.skip = import.done_rows as u64;
            journal.summary = serde_json::from_value(import.summary.clone()).unwrap_or_default();
            journal.refused =
                import::refused(&mut &office.db, import.id).await?.into_iter().map(|n| n as u32).collect();
        }
        journal.import = import;
        Ok(journal)
    }

    /// True while rows pass by that an earlier attempt has finished.
    pub fn skipping(&self) -> bool {
        self.done < self.skip
    }

    /// Counts a row, and keeps it if a person must look at it.
    pub fn add(&mut self, office: &Office, layout: &Layout, mapping: &[Mapped], verdict: Verdict) -> Result<()> {
        let s = &mut self.summary;
        s.rows += 1;
        *match verdict.outcome {
            Outcome::Created => &mut s.created,
            Outcome::Updated => &mut s.updated,
            Outcome::Unchanged => &mut s.unchanged,
            Outcome::SetAside => &mut s.set_aside,
            Outcome::Rejected => &mut s.rejected,
        } += 1;
        self.done += 1;
        for note in &verdict.notes {
            *self.notes.entry(note.code.clone()).or_default() += 1;
        }
        let warned = verdict.outcome.accepted() && !verdict.warnings.is_empty();
        s.warnings += u64::from(warned);
        let shows_change = self.dry_run && verdict.outcome == Outcome::Updated && s.updated <= PREVIEWED;
        if shows_change && let Some(changes) = &verdict.changes {
            self.changes.push((verdict.row, changes.clone()));
        }
        if !warned && !verdict.shown && verdict.outcome.accepted() && !shows_change {
            return Ok(());
        }
        let all = verdict.faults.iter().chain(&verdict.warnings).chain(&verdict.notes);
        let errors = all.map(|fault| error_json(fault, verdict.row, layout, mapping, &verdict.texts)).collect();
        let id = self.import.as_ref().map_or(Uuid::nil(), |i| i.id);
        self.rows.push(ImportRow {
            row: i64::from(verdict.row),
            outcome: verdict.outcome.code().to_owned(),
            errors: Value::Array(errors),
            changes: verdict.changes.filter(|_| shows_change).map(Value::Object),
            object: verdict.object,
            sealed: Some(seal_cells(office, id, verdict.row, &verdict.texts)?),
            resolved: None,
        });
        Ok(())
    }

    /// Counts a row that an earlier attempt has finished: its outcome is in the counts already.
    pub fn pass(&mut self) {
        self.done += 1;
    }

    /// Writes what has come together since the last time; the caller commits.
    pub async fn save(&mut self, office: &Office, tx: &mut Tx) -> Result<()> {
        if let Some(import) = &mut self.import {
            import.done_rows = self.done as i64;
            import.summary = serde_json::to_value(&self.summary).unwrap_or_default();
            import.updated_at = office.now();
            import::update(tx, import).await?;
            import::put_rows(tx, import.id, &std::mem::take(&mut self.rows)).await?;
        }
        Ok(())
    }

    /// The same in a dry run: into a transaction of its own, or only into memory where nothing is stored.
    pub async fn save_apart(&mut self, office: &Office) -> Result<()> {
        if self.import.is_none() {
            self.kept.append(&mut self.rows);
            return Ok(());
        }
        let mut tx = office.begin().await?;
        self.save(office, &mut tx).await?;
        Ok(tx.commit().await?)
    }

    /// Adds faults to rows that were counted before: what a whole household breaks.
    pub async fn amend(
        &mut self,
        office: &Office,
        tx: Option<&mut Tx>,
        found: Vec<(u32, Outcome, Value)>,
    ) -> Result<()> {
        let numbers: Vec<i64> = found.iter().map(|(row, _, _)| i64::from(*row)).collect();
        let mut standing = match &self.import {
            Some(import) => import::rows_of(&mut &office.db, import.id, &numbers).await?,
            None => std::mem::take(&mut self.kept),
        };
        let at: std::collections::HashMap<i64, usize> =
            standing.iter().enumerate().map(|(at, row)| (row.row, at)).collect();
        for (row, outcome, error) in found {
            match at.get(&i64::from(row)).and_then(|at| standing.get_mut(*at)) {
                Some(there) => {
                    // A second attempt finds the same again.
                    if let Value::Array(errors) = &mut there.errors
                        && !errors.contains(&error)
                    {
                        errors.push(error);
                    }
                }
                None => standing.push(ImportRow {
                    row: i64::from(row),
                    outcome: outcome.code().to_owned(),
                    errors: json!([error]),
                    changes: None,
                    object: None,
                    sealed: None,
                    resolved: None,
                }),
            }
        }
        match (&self.import, tx) {
            (Some(import), Some(tx)) => import::put_rows(tx, import.id, &standing).await?,
            // A preview is kept in a transaction of its own.
            (Some(import), None) => {
                let mut tx = office.begin().await?;
                import::put_rows(&mut tx, import.id, &standing).await?;
                tx.commit().await?;
            }
            (None, _) => self.kept = standing,
        }
        Ok(())
    }
}

/// A fault of a row as stored: where, what, and the value with its digits hidden.
pub fn error_json(fault: &FieldFault, row: u32, layout: &Layout, mapping: &[Mapped], texts: &[String]) -> Value {
    // Words that the law forbids stand where they were found, whatever field the column became.
    let words = fault.args.iter().find(|(name, _)| name == "text" && fault.code.starts_with("advert."));
    let column = words
        .and_then(|(_, words)| texts.iter().position(|text| text.contains(words.as_str())))
        .or_else(|| layout.column(&fault.field));
    let heading = column.and_then(|c| mapping.iter().find(|m| m.column == c)).map(|m| m.heading.as_str());
    json!({
        "field": fault.field,
        "column": heading,
        "cell": column.map(|c| cell_name(row, c)),
        "code": fault.code,
        "args": fault.args,
        "value_masked": column.and_then(|c| texts.get(c)).map(|text| masked(text.trim())),
    })
}

/// Name of the sealed column, which is bound to the row of the sheet too.
fn column_of(row: u32) -> String {
    format!("sealed.{row}")
}

/// Seals the cells of a row.
pub fn seal_cells(office: &Office, import: Uuid, row: u32, texts: &[String]) -> Result<Vec<u8>> {
    let column = column_of(row);
    let cell = Cell { table: "import_row", column: &column, id: import };
    let bytes = serde_json::to_vec(texts).map_err(|e| Error::Internal(e.to_string()))?;
    Ok(office.keys.seal(cell, &bytes)?)
}

/// Opens the cells of a row.
pub fn open_cells(office: &Office, import: Uuid, row: u32, sealed: &[u8]) -> Result<Vec<String>> {
    let column = column_of(row);
    let cell = Cell { table: "import_row", column: &column, id: import };
    let bytes = office.keys.open_sealed(cell, sealed)?;
    Ok(serde_json::from_slice(&bytes).unwrap_or_default())
}
