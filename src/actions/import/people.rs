//! Importing people's registers: rows with a number first, rows without one against all of them, then whole households.

mod decide;

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Mutex, PoisonError};

use uuid::Uuid;

use self::decide::{Decision, by_name, decide, distinct};
use super::Job;
use super::journal::{Outcome, Verdict, error_json};
use super::sheet::Sheet;
use crate::actions::enter::{Bringer, Incoming, change, create, id_hash, phone_hash};
use crate::actions::error::{Error, Result};
use crate::domain::fault::FieldFault;
use crate::domain::identity::Sex;
use crate::domain::registration::Checked;
use crate::domain::sheet_row::person::{self, PersonRow, Reading};
use crate::domain::sheet_row::register::{Role, household_faults};
use crate::domain::sheet_row::{Cells, Places};
use crate::domain::station::LinkRole;
use crate::sheets::Row;
use crate::store::Tx;
use crate::store::crypt::Keys;
use crate::store::worker::{self as people, Likeness, Link};
use crate::store::{household, import};

/// Half of a keyed hash tells a hundred million numbers apart.
type Short = [u8; 16];

fn short(hash: &[u8]) -> Short {
    let mut out = [0; 16];
    out.iter_mut().zip(hash).for_each(|(to, from)| *to = *from);
    out
}

fn digest(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// A row on its way.
struct Line {
    row: u32,
    texts: Vec<String>,
    read: PersonRow,
    /// The person as an earlier export named them.
    id: Option<Uuid>,
    /// Keyed hash of the number.
    hash: Option<Vec<u8>>,
    /// Keyed hash of the phone.
    phone: Option<Vec<u8>>,
    /// Keyed hash that finds a person without number again.
    import_key: Option<Vec<u8>>,
    name_key: String,
    /// What the row says, to tell a repetition in a dry run.
    content: u64,
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
    places: Mutex<Places>,
    occupations: Mutex<HashMap<String, Option<String>>>,
    seen: HashMap<Short, Seen>,
    households: HashMap<String, Vec<Member>>,
    /// What a dry run would have created: name to birth date and phone.
    would_stand: HashMap<u64, Vec<Likeness>>,
    would_keys: HashMap<Short, u64>,
    unnumbered: bool,
}

/// Imports a register.
pub(super) async fn run(job: &mut Job<'_>, mut sheet: Sheet) -> Result<Sheet> {
    let mut state = State::default();
    pass(job, &mut state, &mut sheet, true).await?;
    if state.unnumbered {
        let mut again = job.open().await?;
        pass(job, &mut state, &mut again, false).await?;
    }
    households(job, &state, &sheet).await?;
    Ok(sheet)
}

/// Takes the rows with a number, or those without.
async fn pass(job: &mut Job<'_>, state: &mut State, sheet: &mut Sheet, numbered: bool) -> Result<()> {
    let mut lines = Vec::with_capacity(job.chunk());
    while let Some(row) = sheet.next().await? {
        let number = row_has_number(sheet, &row);
        state.unnumbered |= !number;
        if number != numbered {
            continue;
        }
        let line = read(job, state, sheet, row);
        if job.journal.skipping() {
            let accepted = line.read.person.is_ok() && !job.journal.refused.contains(&line.row);
            remember(state, &line, if accepted { Outcome::Unchanged } else { Outcome::Rejected });
            job.journal.pass();
            continue;
        }
        lines.push(line);
        if lines.len() == job.chunk() {
            chunk(job, state, sheet, std::mem::take(&mut lines)).await?;
        }
    }
    if lines.is_empty() { Ok(()) } else { chunk(job, state, sheet, lines).await }
}

fn row_has_number(sheet: &Sheet, row: &Row) -> bool {
    // Rows of an export name the person by id.
    let filled = |field| sheet.layout.column(field).is_some_and(|column| !row.text(column).trim().is_empty());
    filled("id_number") || filled("id")
}

fn read(job: &Job<'_>, state: &State, sheet: &Sheet, row: Row) -> Line {
    let texts: Vec<String> = row.cells.into_iter().map(|cell| cell.text).collect();
    let occupation = |title: &str| {
        // Coding a title is slow, and a sheet names the same few hundred again and again.
        let mut known = state.occupations.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(code) = known.get(title) {
            return code.clone();
        }
        let code = crate::actions::live::occupation_of(title);
        known.insert(title.to_owned(), code.clone());
        code
    };
    let with = Reading {
        today: job.today,
        places: &state.places,
        occupation: &occupation,
        certificate: &crate::actions::live::certificate_of,
    };
    let cells = Cells { layout: &sheet.layout, texts: &texts };
    let id = cells.get("id").parse().ok();
    let mut read = person::read(cells, &with);
    if let (Some(_), Ok(checked)) = (id, &mut read.person)
        && checked.worker.id_missing_reason.as_deref() == Some(person::NOT_IN_SHEET)
    {
        // An export hides the number; that is no word on the person.
        checked.worker.id_missing_reason = None;
    }
    let keys = &job.office.keys;
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
    line.hash = checked.id.as_ref().map(|id| id_hash(keys, &id.number));
    line.phone = checked.phone.as_ref().map(|phone| phone_hash(keys, phone));
    if line.hash.is_none() && line.id.is_none() {
        line.import_key = Some(import_key(keys, checked));
    }
    if job.options.dry_run {
        let said = (&checked.worker, &checked.household, &checked.employment);
        line.content = digest(&(serde_json::to_string(&said).unwrap_or_default(), &line.phone));
    }
    line
}

/// Name, birth date, household and phone find a person without number again.
pub(super) fn import_key(keys: &Keys, checked: &Checked) -> Vec<u8> {
    let birth = checked.worker.birth_date.map(|d| d.to_string()).unwrap_or_default();
    let household = checked.household.as_ref().and_then(|h| h.number.clone()).unwrap_or_default();
    let phone = checked.phone.as_ref().map_or("", |p| p.expose());
    keys.lookup("import", &format!("{}\0{birth}\0{household}\0{phone}", checked.name.compare_key()))
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
async fn chunk(job: &mut Job<'_>, state: &mut State, sheet: &Sheet, lines: Vec<Line>) -> Result<()> {
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
            settle(job, state, sheet, wave, decisions, &[])?;
        }
        job.journal.save_apart(job.office).await?;
    } else {
        let mut tx = job.office.begin().await?;
        for wave in waves {
            let decisions = decide(job, state, &mut tx, &wave).await?;
            let ids = write(job, &mut tx, &wave, &decisions).await?;
            settle(job, state, sheet, wave, decisions, &ids)?;
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
    sheet: &Sheet,
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
        job.journal.add(job.office, &sheet.layout, &sheet.mapping, verdict)?;
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
async fn households(job: &mut Job<'_>, state: &State, sheet: &Sheet) -> Result<()> {
    let ruled = sheet.layout.has("household.relation");
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
            let error = error_json(&fault, member.row, &sheet.layout, &sheet.mapping, &[]);
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
