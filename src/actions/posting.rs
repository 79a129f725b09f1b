//! Vacancies of a sheet: each row finds its employer and its earlier self, a chunk in one transaction.

use std::collections::HashMap;

use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::error::Result;
use super::office::Office;
use super::put::{Outcome, context, entry, overlay};
use super::vacancy::{Aim, audit_of_entry, by_text, enter, rewrite};
use crate::domain::actor::{Actor, Right};
use crate::domain::body::Field;
use crate::domain::employer::{EmployerBody, EmployerState, name_key};
use crate::domain::fault::FieldFault;
use crate::domain::finding::Finding;
use crate::domain::posting::{CheckedPosting, Posting};
use crate::domain::vacancy::{Vacancy, VacancyState};
use crate::store::employer as employers;
use crate::store::vacancy::{self as vacancies, VacancyRow};
use crate::store::worker::Referenced;
use crate::store::{Tx, history};

/// A row of a sheet.
#[derive(Debug, Clone, Default)]
pub struct Incoming {
    /// The vacancy; `employer` names the employer by id, code, short code or name.
    pub posting: Posting,
    /// What the row says of the employer beyond its name.
    pub employer: Option<EmployerBody>,
}

/// What became of a row.
#[derive(Debug, Clone)]
pub struct Put {
    /// Outcome.
    pub outcome: Outcome,
    /// Warnings of the check.
    pub warnings: Vec<FieldFault>,
    /// What the law check found on a new or changed vacancy.
    pub findings: Vec<Finding>,
}

impl Put {
    fn rejected(faults: Vec<FieldFault>) -> Self {
        Self { outcome: Outcome::Rejected(faults), warnings: Vec::new(), findings: Vec::new() }
    }
}

/// Enters rows of a sheet in the name of a station, or of the actor's own employer. The caller commits.
pub async fn put_many(
    office: &Office,
    tx: &mut Tx,
    actor: &Actor,
    station: Option<Uuid>,
    rows: &[Incoming],
    aim: Aim,
) -> Result<Vec<Put>> {
    if !actor.may(Right::Vacancies) {
        office.need(actor, Right::OwnVacancies)?;
    }
    let context = context(office);
    let checked: Vec<std::result::Result<CheckedPosting, Vec<FieldFault>>> =
        rows.iter().map(|r| r.posting.check(&context)).collect();
    let hirers = hirers(office, tx, actor, station, rows, &checked).await?;

    // The source's own number finds a vacancy even where a newer sheet leaves out what makes a whole posting.
    let keys: Vec<Option<Vec<u8>>> = rows
        .iter()
        .zip(checked.iter().zip(&hirers))
        .map(|(row, (checked, hirer))| {
            source_key(station, &row.posting).or_else(|| match (checked, hirer) {
                (Ok(checked), Ok((employer, _))) => Some(content_key(*employer, &checked.vacancy)),
                _ => None,
            })
        })
        .collect();
    let wanted: Vec<Vec<u8>> = keys.iter().flatten().cloned().collect();
    let mut standing: HashMap<Vec<u8>, VacancyRow> = vacancies::by_import_keys(tx, &wanted)
        .await?
        .into_iter()
        .filter_map(|row| row.import_key.clone().map(|key| (key, row)))
        .collect();

    let mut out = Vec::with_capacity(rows.len());
    let mut fresh: Vec<VacancyRow> = Vec::new();
    let mut by_key: HashMap<Vec<u8>, usize> = HashMap::new();
    for (((row, checked), hirer), key) in rows.iter().zip(checked).zip(hirers).zip(keys) {
        if let Some(old) = key.as_ref().and_then(|key| standing.get_mut(key)) {
            out.push(match hirer {
                Ok((employer, _)) => update(office, tx, actor, old, &row.posting, employer).await?,
                Err(_) if text(&row.posting.employer).is_none() => {
                    let employer = old.employer;
                    update(office, tx, actor, old, &row.posting, employer).await?
                }
                Err(faults) => Put::rejected(faults),
            });
            continue;
        }
        let (checked, (employer, state), key) = match (checked, hirer, key) {
            (Ok(checked), Ok(hirer), Some(key)) => (checked, hirer, key),
            (checked, hirer, _) => {
                let mut faults = checked.err().unwrap_or_default();
                faults.extend(hirer.err().unwrap_or_default());
                out.push(Put::rejected(faults));
                continue;
            }
        };
        let CheckedPosting { vacancy, warnings, .. } = checked;
        let findings = row.posting.findings(&vacancy, office.today());
        if let Some(at) = by_key.get(&key) {
            // The same vacancy twice in one sheet is one vacancy.
            out.push(Put { outcome: Outcome::Unchanged(fresh[*at].id), warnings, findings: Vec::new() });
            continue;
        }
        let now = office.now();
        let mut new = VacancyRow {
            id: office.id(),
            reference: String::new(),
            employer,
            station,
            state: VacancyState::Draft,
            vacancy,
            findings: findings.clone(),
            overruled: None,
            import_key: Some(key.clone()),
            warned_on: None,
            closed_reason: None,
            opened_at: None,
            version: 1,
            created_at: now,
            updated_at: now,
        };
        enter(office, actor, &mut new, state, aim);
        out.push(Put { outcome: Outcome::Created(new.id), warnings, findings });
        by_key.insert(key, fresh.len());
        fresh.push(new);
    }
    insert(office, tx, actor, fresh).await?;
    Ok(out)
}

async fn insert(office: &Office, tx: &mut Tx, actor: &Actor, mut fresh: Vec<VacancyRow>) -> Result<()> {
    if fresh.is_empty() {
        return Ok(());
    }
    let references = office.references(tx, Referenced::Vacancy, fresh.len()).await?;
    for (row, reference) in fresh.iter_mut().zip(references) {
        row.reference = reference;
    }
    vacancies::insert(tx, &fresh).await?;
    let entries: Vec<_> = fresh
        .iter()
        .map(|row| entry(office, actor, "vacancy", row.id, "vacancy.import", serde_json::Map::new()))
        .collect();
    history::add(tx, &entries).await?;
    for row in fresh.iter().filter(|row| row.overruled.is_some()) {
        tx.audit(audit_of_entry(office, actor, row, "vacancy.import"));
    }
    Ok(())
}

/// Lays a newer row over a vacancy that stands.
pub(super) async fn update(
    office: &Office,
    tx: &mut Tx,
    actor: &Actor,
    old: &mut VacancyRow,
    posting: &Posting,
    employer: Uuid,
) -> Result<Put> {
    let whole = overlay(&Posting::of(&old.vacancy), posting)?;
    let checked = match whole.check(&context(office)) {
        Ok(checked) => checked,
        Err(faults) => return Ok(Put::rejected(faults)),
    };
    let warnings = checked.warnings.clone();
    let diff = rewrite(office, tx, actor, old, &whole, checked, employer, "vacancy.import").await?;
    if diff.is_empty() {
        return Ok(Put { outcome: Outcome::Unchanged(old.id), warnings, findings: Vec::new() });
    }
    if let Some(now) = vacancies::find(tx, old.id).await? {
        *old = now.row;
    }
    Ok(Put { outcome: Outcome::Updated(old.id, diff), warnings, findings: old.findings.clone() })
}

type Hirer = std::result::Result<(Uuid, EmployerState), Vec<FieldFault>>;

/// The employer of each row; one known by name only is entered as unverified.
async fn hirers(
    office: &Office,
    tx: &mut Tx,
    actor: &Actor,
    station: Option<Uuid>,
    rows: &[Incoming],
    checked: &[std::result::Result<CheckedPosting, Vec<FieldFault>>],
) -> Result<Vec<Hirer>> {
    if let Some(own) = actor.employer() {
        let state = employers::find(tx, own).await?.map(|e| e.state);
        let hirer: Hirer = match state {
            Some(state) => Ok((own, state)),
            None => Err(vec![FieldFault::new("employer", "employer.unknown")]),
        };
        return Ok(vec![hirer; rows.len()]);
    }
    // Each employer of the sheet once: sheets name the same few again and again.
    let mut known: HashMap<String, Hirer> = HashMap::new();
    let mut bodies: Vec<(String, EmployerBody)> = Vec::new();
    let names: Vec<String> = rows.iter().map(|r| label(&r.posting, r.employer.as_ref())).collect();
    for ((row, name), checked) in rows.iter().zip(&names).zip(checked) {
        if known.contains_key(name) || bodies.iter().any(|(n, _)| n == name) {
            continue;
        }
        let text = text(&row.posting.employer).unwrap_or_default();
        if let Some(there) = by_text(tx, text).await? {
            known.insert(name.clone(), Ok((there.id, there.state)));
            continue;
        }
        let body = match &row.employer {
            Some(body) if body.name.is_some() => body.clone(),
            Some(body) => EmployerBody { name: row.posting.employer.clone(), ..body.clone() },
            None => EmployerBody { name: row.posting.employer.clone(), ..EmployerBody::default() },
        };
        let nameless = self::text(&body.name).is_none();
        let code_only = body.credit_code.is_none() && crate::domain::identity::CreditCode::parse(text).is_ok();
        if nameless || code_only {
            let code = if nameless { "field.missing" } else { "employer.unknown" };
            known.insert(name.clone(), Err(vec![FieldFault::new("employer", code)]));
        } else if checked.is_ok() {
            // A row that is rejected for another reason brings no employer along.
            bodies.push((name.clone(), body));
        }
    }
    let (labels, bodies): (Vec<_>, Vec<_>) = bodies.into_iter().unzip();
    let outcomes = super::employer::put_many(office, tx, actor, station, &bodies).await?;
    let ids: Vec<Uuid> = outcomes.iter().filter_map(Outcome::id).collect();
    let states: HashMap<Uuid, EmployerState> =
        employers::by_ids(tx, &ids).await?.into_iter().map(|e| (e.id, e.state)).collect();
    for (label, outcome) in labels.into_iter().zip(outcomes) {
        let hirer = match outcome {
            Outcome::Rejected(faults) => Err(faults),
            taken => match taken.id().and_then(|id| Some((id, *states.get(&id)?))) {
                Some(hirer) => Ok(hirer),
                None => Err(vec![FieldFault::new("employer", "employer.unknown")]),
            },
        };
        known.insert(label, hirer);
    }
    Ok(names.iter().map(|n| known.get(n).cloned().unwrap_or(Err(Vec::new()))).collect())
}

fn label(posting: &Posting, employer: Option<&EmployerBody>) -> String {
    let of = |field: &Field| field.as_ref().map(|t| name_key(&t.0)).unwrap_or_default();
    let (name, code) = employer.map_or((String::new(), String::new()), |e| (of(&e.name), of(&e.credit_code)));
    format!("{}|{name}|{code}", of(&posting.employer))
}

fn text(field: &Field) -> Option<&str> {
    field.as_ref().map(|t| t.0.trim()).filter(|t| !t.is_empty())
}

/// The source's own number within the station.
fn source_key(station: Option<Uuid>, posting: &Posting) -> Option<Vec<u8>> {
    let reference = text(&posting.source.as_ref()?.reference)?;
    Some(digest(&serde_json::json!(["source", station, name_key(reference)])))
}

/// What makes a vacancy without such a number the same in a newer sheet: employer, title, place, wage and requirements.
fn content_key(employer: Uuid, v: &Vacancy) -> Vec<u8> {
    let place = v.address.as_deref().map(name_key);
    digest(&serde_json::json!(["content", employer, name_key(&v.title), v.region, place, v.pay, v.requirements]))
}

fn digest(parts: &serde_json::Value) -> Vec<u8> {
    Sha256::digest(parts.to_string().as_bytes()).to_vec()
}
