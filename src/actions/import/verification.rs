//! Importing the answers of an outside source on numbers and names: who is confirmed, and what does not agree.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Map;
use uuid::Uuid;

use super::Job;
use super::journal::{Outcome, Verdict};
use super::sheet::{Columns, Sheet};
use crate::actions::enter::id_hash;
use crate::actions::error::Result;
use crate::actions::put::entry;
use crate::domain::code::Code as _;
use crate::domain::date_text::parse_date;
use crate::domain::fault::FieldFault;
use crate::domain::heading;
use crate::domain::identity::{IdNumber, Name};
use crate::domain::sheet_row::Cells;
use crate::domain::worker::Verification;
use crate::store::db::Read;
use crate::store::worker::{self as people, Person};
use crate::store::{Tx, history};

/// What the source said of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    Agreed,
    Differs,
    NotFound,
}

/// A row as read.
struct Line {
    row: u32,
    texts: Vec<String>,
    faults: Vec<FieldFault>,
    hash: Vec<u8>,
    name: String,
    answer: Option<Answer>,
    source: String,
    at: i64,
}

/// Imports answers.
pub(super) async fn run(job: &mut Job<'_>, mut sheet: Sheet) -> Result<()> {
    let columns = Arc::clone(&sheet.columns);
    let mut lines = Vec::new();
    while let Some(row) = sheet.next().await? {
        if job.journal.skipping() {
            job.journal.pass();
            continue;
        }
        let texts: Vec<String> = row.cells.into_iter().map(|cell| cell.text).collect();
        lines.push(read(job, &columns, row.number, texts));
        if lines.len() == job.chunk() {
            chunk(job, &columns, std::mem::take(&mut lines)).await?;
        }
    }
    if !lines.is_empty() {
        chunk(job, &columns, lines).await?;
    }
    Ok(())
}

fn read(job: &Job<'_>, columns: &Columns, row: u32, texts: Vec<String>) -> Line {
    let cells = Cells { layout: &columns.layout, texts: &texts };
    let mut faults = Vec::new();
    let name = Name::parse(cells.get("name")).map_err(|e| faults.push(FieldFault::new("name", e.code()))).ok();
    let number = IdNumber::parse(cells.get("id_number"), job.today)
        .map_err(|e| faults.push(FieldFault::new("id_number", e.code())))
        .ok();
    let answer = match heading::value("verified", cells.get("result")).as_str() {
        "一致" => Some(Answer::Agreed),
        "不一致" => Some(Answer::Differs),
        "查无此人" => Some(Answer::NotFound),
        _ => {
            faults.push(FieldFault::new("result", "verification.result").with("list", "一致、不一致、查无此人"));
            None
        }
    };
    let source = cells.get("source").to_owned();
    if source.is_empty() {
        faults.push(FieldFault::new("source", "field.missing"));
    }
    let at = match cells.get("date") {
        "" => job.office.now(),
        text => match parse_date(text) {
            Ok(day) => crate::actions::clock::start_of(day),
            Err(e) => {
                faults.push(FieldFault::new("date", e.code()));
                0
            }
        },
    };
    let hash = number.map(|p| id_hash(&job.office.keys, &p.number)).unwrap_or_default();
    let name = name.map(|n| n.compare_key()).unwrap_or_default();
    Line { row, texts, faults, hash, name, answer, source, at }
}

async fn chunk(job: &mut Job<'_>, columns: &Columns, lines: Vec<Line>) -> Result<()> {
    let mut tx = job.office.begin().await?;
    let mut people = standing(job, &mut tx, &lines).await?;
    for line in lines {
        let (mut faults, mut warnings) = (line.faults, Vec::new());
        let (mut outcome, mut object) = (Outcome::Rejected, None);
        if faults.is_empty() {
            match people.get_mut(&line.hash) {
                None => faults.push(FieldFault::new("id_number", "verification.nobody")),
                Some(person) if person.name_key != line.name => {
                    outcome = Outcome::SetAside;
                    object = Some(person.id);
                    faults.push(FieldFault::new("id_number", "number.other_name"));
                }
                Some(person) => {
                    object = Some(person.id);
                    match line.answer {
                        Some(Answer::Differs) => warnings.push(FieldFault::new("result", "verification.differs")),
                        Some(Answer::NotFound) => warnings.push(FieldFault::new("result", "verification.not_found")),
                        _ => {}
                    }
                    let changed = note(job, &mut tx, person, line.answer, &line.source, line.at).await?;
                    outcome = if changed { Outcome::Updated } else { Outcome::Unchanged };
                }
            }
        }
        let (row, texts) = (line.row, line.texts);
        let verdict =
            Verdict { row, outcome, faults, warnings, notes: Vec::new(), changes: None, object, shown: false, texts };
        job.journal.add(job.office, &columns.layout, &columns.mapping, verdict)?;
    }
    if job.options.dry_run {
        drop(tx);
        job.journal.save_apart(job.office).await?;
    } else {
        job.commit(tx).await?;
    }
    job.tell();
    Ok(())
}

/// People of the scope by keyed hash; whom another station keeps is nobody here.
async fn standing(job: &Job<'_>, read: &mut impl Read, lines: &[Line]) -> Result<HashMap<Vec<u8>, Person>> {
    let hashes: Vec<Vec<u8>> = lines.iter().map(|l| l.hash.clone()).filter(|h| !h.is_empty()).collect();
    let found = people::by_id_hashes(read, &hashes).await?;
    let ids: Vec<Uuid> = found.iter().map(|p| p.id).collect();
    let seen: Vec<Uuid> = people::records(read, &job.scope, &ids).await?.into_iter().map(|r| r.person.id).collect();
    let own = found.into_iter().filter(|p| seen.contains(&p.id));
    Ok(own.filter_map(|p| Some((p.id_hash.clone()?, p))).collect())
}

/// Sets the state that follows from an answer; true if it is another one than before.
async fn note(
    job: &Job<'_>,
    tx: &mut Tx,
    person: &mut Person,
    answer: Option<Answer>,
    source: &str,
    at: i64,
) -> Result<bool> {
    let state = match answer {
        Some(Answer::Agreed) => Verification::SourceConfirmed,
        // Never shown as more than it is: what an outside source disputes is only typed.
        Some(Answer::Differs) => Verification::Unverified,
        // Not every source holds everybody: only its own earlier word is taken back.
        _ if person.verification == Verification::SourceConfirmed => Verification::FormatChecked,
        _ => person.verification,
    };
    let confirmed = state == Verification::SourceConfirmed;
    let by = if confirmed { Some(source.to_owned()) } else { person.verified_by.clone() };
    if person.verification == state && person.verified_by == by && (!confirmed || person.verified_at >= Some(at)) {
        return Ok(false);
    }
    let mut diff = Map::new();
    diff.insert("verification".into(), serde_json::json!([person.verification.code(), state.code(), source]));
    person.verification = state;
    person.verified_by = by;
    person.verified_at = Some(at);
    person.updated_at = job.office.now();
    people::update(tx, person).await?;
    person.version += 1;
    let entry = entry(job.office, job.actor, "worker", person.id, "worker.verification", diff);
    history::add(tx, &[entry]).await?;
    let line = job.office.audit(job.actor, "worker.verification", "worker", Some(person.id), "verification");
    tx.audit(line);
    Ok(true)
}
