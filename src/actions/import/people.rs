//! Importing people's registers: rows with a number first, rows without one against all of them, then whole households.

mod decide;
mod read;

use std::collections::HashMap;
use std::sync::Arc;

use uuid::Uuid;

use self::decide::{Decision, by_name, decide, distinct};
pub(super) use self::read::import_key;
use self::read::{Line, Lines, digest};
use super::Job;
use super::journal::{Outcome, Verdict, error_json};
use super::sheet::{Columns, Sheet};
use crate::actions::enter::{Bringer, Incoming, change, create};
use crate::actions::error::{Error, Result};
use crate::domain::fault::FieldFault;
use crate::domain::identity::Sex;
use crate::domain::sheet_row::register::{Role, household_faults};
use crate::domain::station::LinkRole;
use crate::store::Tx;
use crate::store::worker::{self as people, Likeness, Link};
use crate::store::{household, import};

/// Half of a keyed hash tells a hundred million numbers apart.
type Short = [u8; 16];

fn short(hash: &[u8]) -> Short {
    let mut out = [0; 16];
    out.iter_mut().zip(hash).for_each(|(to, from)| *to = *from);
    out
}

/// A number of this sheet that was accepted.
#[derive(Clone, Copy)]
struct Seen {
    name: u64,
    content: u64,
}

/// An accepted row of a household, or a child that is only counted.
struct Member {
    row: u32,
    role: Role,
    sex: Option<Sex>,
    outcome: Option<Outcome>,
    person: u64,
}

/// What is remembered from row to row.
#[derive(Default)]
struct State {
    seen: HashMap<Short, Seen>,
    households: HashMap<String, Vec<Member>>,
    /// What a dry run would have created: name to birth date and phone.
    would_stand: HashMap<u64, Vec<Likeness>>,
    would_keys: HashMap<Short, u64>,
}

/// Imports a register.
pub(super) async fn run(job: &mut Job<'_>, sheet: Sheet) -> Result<()> {
    let columns = Arc::clone(&sheet.columns);
    let mut state = State::default();
    if pass(job, &mut state, &columns, sheet, true).await? {
        let again = job.open().await?;
        pass(job, &mut state, &columns, again, false).await?;
    }
    households(job, &state, &columns).await
}

/// Takes the rows with a number, or those without; true if there are others.
async fn pass(job: &mut Job<'_>, state: &mut State, columns: &Columns, sheet: Sheet, numbered: bool) -> Result<bool> {
    let mut coming = Lines::new(job, sheet, numbered);
    let mut lines = Vec::with_capacity(job.chunk());
    while let Some(line) = coming.next().await? {
        if job.journal.skipping() {
            let accepted = line.read.person.is_ok() && !job.journal.refused.contains(&line.row);
            remember(state, &line, if accepted { Outcome::Unchanged } else { Outcome::Rejected });
            job.journal.pass();
            continue;
        }
        lines.push(line);
        if lines.len() == job.chunk() {
            chunk(job, state, columns, std::mem::take(&mut lines)).await?;
        }
    }
    if !lines.is_empty() {
        chunk(job, state, columns, lines).await?;
    }
    Ok(coming.others())
}

/// Keeps what later rows and the rules of households need of a finished row.
fn remember(state: &mut State, line: &Line, outcome: Outcome) {
    if outcome.accepted()
        && let Some(hash) = &line.hash
    {
        let seen = Seen { name: digest(&line.name_key), content: line.content };
        state.seen.insert(short(hash), seen);
    }
    let Some(member) = &line.read.household else { return };
    let minor = line.read.person.is_err() && member.minor;
    if !minor && !outcome.accepted() {
        return;
    }
    // A row that comes twice is one member.
    let person = match (&line.hash, &line.import_key) {
        (Some(key), _) | (None, Some(key)) => digest(key),
        _ => digest(&line.texts),
    };
    let members = state.households.entry(member.household.clone()).or_default();
    if members.iter().all(|m| m.person != person) {
        let outcome = (!minor).then_some(outcome);
        members.push(Member { row: line.row, role: member.role, sex: member.sex, outcome, person });
    }
}

/// Decides and writes a chunk in one transaction; rows about the same person wait for those before them.
async fn chunk(job: &mut Job<'_>, state: &mut State, columns: &Columns, lines: Vec<Line>) -> Result<()> {
    let mut waves: Vec<Vec<Line>> = Vec::new();
    let mut before: HashMap<u64, usize> = HashMap::with_capacity(lines.len());
    for line in lines {
        let key = match (&line.hash, line.id) {
            (Some(hash), _) => digest(hash),
            (None, Some(id)) => digest(&id),
            (None, None) => digest(&line.name_key),
        };
        let rank = if line.read.person.is_ok() { before.entry(key).or_default() } else { &mut 0 };
        if waves.len() == *rank {
            waves.push(Vec::new());
        }
        waves[*rank].push(line);
        *rank += 1;
    }
    if job.options.dry_run {
        for wave in waves {
            let decisions = decide(job, state, &mut &job.office.db, &wave).await?;
            settle(job, state, columns, wave, decisions, &[])?;
        }
        job.journal.save_apart(job.office).await?;
    } else {
        let mut tx = job.office.begin().await?;
        for wave in waves {
            let decisions = decide(job, state, &mut tx, &wave).await?;
            let ids = write(job, &mut tx, &wave, &decisions).await?;
            settle(job, state, columns, wave, decisions, &ids)?;
        }
        job.commit(tx).await?;
    }
    job.tell();
    Ok(())
}

/// Writes what was decided; answers the ids of the new people in order.
async fn write(job: &Job<'_>, tx: &mut Tx, wave: &[Line], decisions: &[Decision]) -> Result<Vec<Uuid>> {
    let by = Bringer { actor: job.actor, station: job.station, act: "worker.import" };
    let new = wave.iter().zip(decisions).filter(|(_, decision)| matches!(decision, Decision::Create));
    let (lines, incoming): (Vec<&Line>, Vec<Incoming<'_>>) = new
        .filter_map(|(line, _)| {
            let checked = line.read.person.as_ref().ok()?;
            Some((line, Incoming { checked, import_key: line.import_key.clone() }))
        })
        .unzip();
    let mut ids = Vec::new();
    if !incoming.is_empty() {
        ids = create(job.office, tx, &by, &incoming).await?;
        suspect(job, tx, &lines, &ids).await?;
    }
    for (line, decision) in wave.iter().zip(decisions) {
        let (Decision::Change { record, how, link, .. }, Ok(checked)) = (decision, &line.read.person) else { continue };
        change(job.office, tx, &by, record, checked, *how, None).await?;
        if let Some(station) = job.station.filter(|_| *link) {
            let worker = record.person.id;
            people::link(tx, &[Link { worker, station, role: LinkRole::Service }], job.office.now()).await?;
            tx.audit(job.office.audit(job.actor, "worker.link", "worker", Some(worker), "import"));
        }
    }
    Ok(ids)
}

/// Puts on the review list who came with a number and is like somebody without one.
async fn suspect(job: &Job<'_>, tx: &mut Tx, new: &[&Line], ids: &[Uuid]) -> Result<()> {
    let names = distinct(new.iter().filter(|l| l.hash.is_some()).map(|l| &l.name_key));
    let unnumbered = by_name(import::same_names(tx, &names, true).await?);
    let mut pairs = Vec::new();
    for (line, id) in new.iter().zip(ids).filter(|(line, _)| line.hash.is_some()) {
        let birth = line.read.person.as_ref().ok().and_then(|checked| checked.worker.birth_date);
        for other in unnumbered.get(&line.name_key).into_iter().flatten().filter(|o| o.id != *id) {
            if other.birth_date.is_some() && other.birth_date == birth {
                pairs.push((*id, other.id, "duplicate.name_birth".to_owned()));
            } else if other.phone_hash.is_some() && other.phone_hash == line.phone {
                pairs.push((*id, other.id, "duplicate.name_phone".to_owned()));
            }
        }
    }
    Ok(people::suspect(tx, &pairs, job.office.now()).await?)
}

/// Counts a wave and keeps what later rows need of it.
fn settle(
    job: &mut Job<'_>,
    state: &mut State,
    columns: &Columns,
    wave: Vec<Line>,
    decisions: Vec<Decision>,
    ids: &[Uuid],
) -> Result<()> {
    let mut ids = ids.iter();
    for (mut line, decision) in wave.into_iter().zip(decisions) {
        let (outcome, mut object, mut changes) = match &decision {
            Decision::Create => (Outcome::Created, ids.next().copied(), None),
            Decision::Change { record, .. } => (Outcome::Updated, Some(record.person.id), None),
            Decision::UpdatedInSheet => (Outcome::Updated, None, None),
            Decision::Unchanged(id) => (Outcome::Unchanged, *id, None),
            Decision::Aside { like, .. } => (Outcome::SetAside, *like, None),
            Decision::Reject => (Outcome::Rejected, None, None),
        };
        let mut faults = Vec::new();
        match decision {
            Decision::Aside { code, .. } => {
                let field = match code {
                    "worker.unknown_id" => "id",
                    "number.other_name" => "id_number",
                    _ => "name",
                };
                faults.push(FieldFault::new(field, code));
            }
            Decision::Change { diff, .. } => changes = Some(diff),
            _ => {}
        }
        if let Err(found) = &mut line.read.person {
            faults.append(found);
            object = None;
        }
        let mut warnings = std::mem::take(&mut line.read.remarks.warnings);
        if outcome.accepted()
            && let Some(hash) = &line.hash
            && state.seen.contains_key(&short(hash))
        {
            warnings.push(FieldFault::new("id_number", "number.twice"));
            let watched = line.read.person.as_ref().ok().and_then(|c| c.household.as_ref()?.watch_class);
            if watched.is_some() {
                warnings.push(FieldFault::new("household.watch_class", "watch.twice"));
            }
        }
        remember(state, &line, outcome);
        if job.options.dry_run && outcome == Outcome::Created {
            would_stand(state, &line);
        }
        let notes = std::mem::take(&mut line.read.remarks.notes);
        let verdict = Verdict {
            row: line.row,
            outcome,
            faults,
            warnings,
            notes,
            changes,
            object,
            shown: false,
            texts: line.texts,
        };
        job.journal.add(job.office, &columns.layout, &columns.mapping, verdict)?;
    }
    Ok(())
}

/// Notes whom a dry run would have created.
fn would_stand(state: &mut State, line: &Line) {
    let Ok(checked) = &line.read.person else { return };
    if let Some(key) = &line.import_key {
        state.would_keys.insert(short(key), line.content);
    }
    state.would_stand.entry(digest(&line.name_key)).or_default().push(Likeness {
        id: Uuid::nil(),
        name_key: String::new(),
        pinyin: String::new(),
        birth_date: checked.worker.birth_date,
        phone_hash: line.phone.clone(),
        id_hash: None,
        place: None,
    });
}

/// The rules of whole households, and the children that are only counted.
async fn households(job: &mut Job<'_>, state: &State, columns: &Columns) -> Result<()> {
    let ruled = columns.layout.has("household.relation");
    let (mut found, mut counts) = (Vec::new(), HashMap::new());
    for (number, all) in &state.households {
        let members: Vec<(&Member, Outcome)> = all.iter().filter_map(|m| Some((m, m.outcome?))).collect();
        let minors = all.len() - members.len();
        if minors > 0 {
            counts.insert(format!("n:{number}"), (all.len() as u32, minors as u32));
        }
        if members.is_empty() || !ruled {
            continue;
        }
        let roles: Vec<(Role, Option<Sex>)> = members.iter().map(|(m, _)| (m.role, m.sex)).collect();
        for (at, code) in household_faults(&roles) {
            let Some((member, outcome)) = members.get(at) else { continue };
            let fault = FieldFault::new("household.relation", code);
            let error = error_json(&fault, member.row, &columns.layout, &columns.mapping, &[]);
            found.push((member.row, *outcome, error));
        }
    }
    job.journal.summary.warnings_household = found.len() as u64;
    if job.options.dry_run {
        return job.journal.amend(job.office, None, found).await;
    }
    let mut tx = job.office.begin().await?;
    household::raise(&mut tx, &counts, job.office.now()).await?;
    job.journal.amend(job.office, Some(&mut tx), found).await?;
    job.commit(tx).await
}

impl From<crate::sheets::SheetError> for Error {
    fn from(error: crate::sheets::SheetError) -> Self {
        match error {
            crate::sheets::SheetError::Io(why) => Self::Internal(why),
            other => Self::Refused(other.code()),
        }
    }
}
