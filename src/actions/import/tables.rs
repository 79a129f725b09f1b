//! Importing stations, employers, classes and vacancies: rows into bodies, a chunk in one transaction.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use uuid::Uuid;

use super::Job;
use super::journal::{Outcome, Verdict};
use super::sheet::{Columns, Sheet};
use crate::actions::error::Result;
use crate::actions::posting::{self, Incoming};
use crate::actions::put;
use crate::actions::vacancy::Aim;
use crate::actions::{class, employer, station, vacancy};
use crate::domain::advert::Rule;
use crate::domain::fault::FieldFault;
use crate::domain::finding::Finding;
use crate::domain::heading::SheetKind;
use crate::domain::sheet_row::person::Reading;
use crate::domain::sheet_row::{Cells, Places, Remarks, offer};
use crate::search;
use crate::store::vacancy::Record;
use crate::store::{self, Tx};

/// A row with what was said on the way.
struct Line {
    row: u32,
    texts: Vec<String>,
    remarks: Remarks,
    /// Order classes that a vacancy's row names.
    classes: Vec<String>,
}

/// The bodies of a chunk, all of one kind.
enum Bodies {
    Stations(Vec<crate::domain::station::StationBody>),
    Employers(Vec<crate::domain::employer::EmployerBody>),
    Classes(Vec<crate::domain::training::ClassBody>),
    /// With the ids that an export gave them.
    Vacancies(Vec<Incoming>, Vec<Option<Uuid>>),
}

impl Bodies {
    fn new(kind: SheetKind) -> Self {
        match kind {
            SheetKind::Stations => Self::Stations(Vec::new()),
            SheetKind::Employers => Self::Employers(Vec::new()),
            SheetKind::Training => Self::Classes(Vec::new()),
            _ => Self::Vacancies(Vec::new(), Vec::new()),
        }
    }

    fn read(&mut self, row: Cells<'_>, with: &Reading<'_>, remarks: &mut Remarks) {
        match self {
            Self::Stations(list) => list.push(offer::station(row, with, remarks)),
            Self::Employers(list) => list.push(offer::employer(row, with, remarks)),
            Self::Classes(list) => list.push(offer::class(row, with, remarks)),
            Self::Vacancies(list, ids) => {
                let (posting, employer) = offer::vacancy(row, with, remarks);
                ids.push(row.get("id").parse().ok());
                list.push(Incoming { posting, employer });
            }
        }
    }

    async fn put(&self, job: &Job<'_>, tx: &mut Tx) -> Result<Vec<(put::Outcome, Vec<Finding>)>> {
        let plain = |outcomes: Vec<put::Outcome>| outcomes.into_iter().map(|o| (o, Vec::new())).collect();
        Ok(match self {
            Self::Stations(bodies) => plain(station::put_many(job.office, tx, job.actor, bodies).await?),
            Self::Employers(bodies) => plain(employer::put_many(job.office, tx, job.actor, job.station, bodies).await?),
            Self::Classes(bodies) => plain(class::put_many(job.office, tx, job.actor, job.station, bodies).await?),
            Self::Vacancies(rows, ids) => {
                let aim = match (job.options.open, job.options.allow_findings) {
                    (true, true) => Aim::OpenWithFindings,
                    (true, false) => Aim::Open,
                    (false, _) => Aim::Review,
                };
                vacancies(job, tx, rows, ids, aim).await?
            }
        })
    }
}

/// Rows of an export change the vacancy that they name; all others find their own.
async fn vacancies(
    job: &Job<'_>,
    tx: &mut Tx,
    rows: &[Incoming],
    ids: &[Option<Uuid>],
    aim: Aim,
) -> Result<Vec<(put::Outcome, Vec<Finding>)>> {
    let named: Vec<Uuid> = ids.iter().flatten().copied().collect();
    let mut standing: HashMap<Uuid, Record> = HashMap::new();
    for record in store::vacancy::records(tx, &named).await? {
        if vacancy::may_change(job.office, job.actor, &record).await {
            standing.insert(record.row.id, record);
        }
    }
    let others: Vec<Incoming> = rows
        .iter()
        .zip(ids)
        .filter(|(_, id)| id.is_none_or(|id| !standing.contains_key(&id)))
        .map(|(row, _)| row.clone())
        .collect();
    let puts = posting::put_many(job.office, tx, job.actor, job.station, &others, aim).await?;
    let mut puts = puts.into_iter();
    let mut done = Vec::with_capacity(rows.len());
    for (row, id) in rows.iter().zip(ids) {
        let put = match id.and_then(|id| standing.get_mut(&id)) {
            Some(there) => {
                let employer = there.row.employer;
                Some(posting::update(job.office, tx, job.actor, &mut there.row, &row.posting, employer).await?)
            }
            None => puts.next(),
        };
        done.extend(put.map(|p| (p.outcome, p.findings)));
    }
    Ok(done)
}

/// Imports a list of stations, employers, classes or vacancies.
pub(super) async fn run(job: &mut Job<'_>, mut sheet: Sheet) -> Result<()> {
    let columns = Arc::clone(&sheet.columns);
    let places = Mutex::new(Places::default());
    let (mut lines, mut bodies) = (Vec::new(), Bodies::new(job.kind));
    while let Some(row) = sheet.next().await? {
        if job.journal.skipping() {
            job.journal.pass();
            continue;
        }
        let texts: Vec<String> = row.cells.into_iter().map(|cell| cell.text).collect();
        let mut remarks = Remarks::default();
        let cells = Cells { layout: &columns.layout, texts: &texts };
        bodies.read(cells, &reading(job.today, &places), &mut remarks);
        let classes = if job.kind == SheetKind::Vacancies { cells.list("order_class") } else { Vec::new() };
        lines.push(Line { row: row.number, texts, remarks, classes });
        // A station's parent may stand in any row, so a list of stations is entered in one piece.
        if lines.len() == job.chunk() && job.kind != SheetKind::Stations {
            chunk(job, &columns, std::mem::take(&mut lines), &bodies).await?;
            bodies = Bodies::new(job.kind);
        }
    }
    if !lines.is_empty() {
        chunk(job, &columns, lines, &bodies).await?;
    }
    if job.kind == SheetKind::Stations && !job.options.dry_run {
        job.office.reload_stations().await?;
    }
    Ok(())
}

fn reading(today: jiff::civil::Date, places: &Mutex<Places>) -> Reading<'_> {
    let (occupation, certificate) = (&crate::actions::live::occupation_of, &crate::actions::live::certificate_of);
    Reading { today, places, occupation, certificate }
}

async fn chunk(job: &mut Job<'_>, columns: &Columns, lines: Vec<Line>, bodies: &Bodies) -> Result<()> {
    let mut tx = job.office.begin().await?;
    let done = bodies.put(job, &mut tx).await?;
    let doubted =
        lines.iter().zip(&done).filter(|(line, _)| line.remarks.notes.iter().any(|n| n.code == offer::UNSURE));
    let doubted: Vec<Uuid> = doubted.filter_map(|(_, (outcome, _))| outcome.id()).collect();
    // What somebody has said of a vacancy before holds.
    let unsure: HashMap<Uuid, String> = store::vacancy::records(&mut tx, &doubted)
        .await?
        .into_iter()
        .filter(|record| record.row.vacancy.occupation.is_none())
        .map(|record| (record.row.id, proposals(&record.row.vacancy.title)))
        .collect();
    for (mut line, (mut outcome, findings)) in lines.into_iter().zip(done) {
        let object = outcome.id();
        if let Some(vacancy) = object.filter(|_| !line.classes.is_empty()) {
            let bound = class::order(job.office, &mut tx, job.actor, vacancy, &line.classes).await?;
            let told = |word: &String| FieldFault::new("order_class", "class.not_own").with("word", word);
            line.remarks.warnings.extend(bound.unknown.iter().map(told));
            outcome = with_order(outcome, &bound.new);
        }
        let (outcome, faults, changes) = match outcome {
            put::Outcome::Created(_) => (Outcome::Created, Vec::new(), None),
            put::Outcome::Updated(_, diff) => (Outcome::Updated, Vec::new(), Some(diff)),
            put::Outcome::Unchanged(_) => (Outcome::Unchanged, Vec::new(), None),
            put::Outcome::Rejected(faults) => (Outcome::Rejected, faults, None),
        };
        let Remarks { warnings, mut notes } = line.remarks;
        notes.retain(|note| note.code != offer::UNSURE);
        notes.extend(findings.iter().map(found));
        let asked = object.and_then(|id| unsure.get(&id));
        notes.extend(asked.map(|names| FieldFault::new("title", offer::UNSURE).with("names", names)));
        // An advert that only lacks an element is seen with the vacancy; one that says what it may not is for a person, and
        // so is a title that may be several occupations.
        let shown = asked.is_some() || findings.iter().any(|f| f.rule != Rule::ElementMissing);
        let (row, texts) = (line.row, line.texts);
        let verdict = Verdict { row, outcome, faults, warnings, notes, changes, object, shown, texts };
        job.journal.add(job.office, &columns.layout, &columns.mapping, verdict)?;
    }
    if job.options.dry_run {
        // What was written to find out is given back.
        drop(tx);
        job.journal.save_apart(job.office).await?;
    } else {
        job.commit(tx).await?;
    }
    job.tell();
    Ok(())
}

/// A row that bound its vacancy to classes has changed something.
fn with_order(outcome: put::Outcome, bound: &[String]) -> put::Outcome {
    if bound.is_empty() {
        return outcome;
    }
    let change = ("order_class".to_owned(), serde_json::json!([null, bound.join("、")]));
    match outcome {
        put::Outcome::Updated(id, mut diff) => {
            diff.extend([change]);
            put::Outcome::Updated(id, diff)
        }
        put::Outcome::Unchanged(id) => put::Outcome::Updated(id, serde_json::Map::from_iter([change])),
        other => other,
    }
}

/// Names of the occupations that a title may mean, the likeliest first.
fn proposals(title: &str) -> String {
    search::code_occupation(title).iter().map(|c| c.name).collect::<Vec<_>>().join("、")
}

/// A finding of the law check as a note of its row.
fn found(finding: &Finding) -> FieldFault {
    FieldFault::new(&finding.field, format!("advert.{}", finding.rule.code()))
        .with("article", &finding.article)
        .with("text", &finding.text)
}
