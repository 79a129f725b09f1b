//! Employers: sign up or enter, change, approve, reject, verify again, import.

use std::collections::HashMap;

use serde_json::{Map, Value};
use uuid::Uuid;

use super::error::{Error, Result};
use super::office::Office;
use super::outbox::{Tell, To, notify};
use super::put::{Outcome, changes, context, entry, names, overlay, patched, reason};
use super::station::{is_own, named, serving};
use crate::domain::actor::{Actor, Right, Role};
use crate::domain::employer::{Employer, EmployerBody, EmployerKind, EmployerState, name_key};
use crate::domain::fault::{Faults, FieldFault};
use crate::domain::notice::NoticeKind;
use crate::store::account::{self as accounts, Account};
use crate::store::change::Kind;
use crate::store::employer::{self as employers, EmployerRow, Wanted};
use crate::store::worker::Referenced;
use crate::store::{self, Tx, history};

/// What approving came to.
#[derive(Debug)]
pub struct Approved {
    /// The employer.
    pub row: EmployerRow,
    /// The name to sign in with of the account that was made; a letter invites to set its password.
    pub invited: Option<String>,
}

/// Adds an employer: anybody's waits for approval, a station's counts as seen by it.
pub async fn create(office: &Office, actor: &Actor, body: &EmployerBody) -> Result<EmployerRow> {
    let public = *actor == Actor::Anyone;
    if !public {
        office.need(actor, Right::Employers)?;
    }
    let employer = body.check(&context(office))?;
    let said = named(office, body.station.as_ref().map(|t| t.0.as_str())).await?;
    let row = if public {
        signed_up(office, employer, said).await?
    } else {
        let station = said.or(actor.station());
        if !is_own(office, actor, station).await {
            return Err(Error::field("station", "station.unknown"));
        }
        entered(office, actor, employer, station)
    };
    let mut tx = office.begin().await?;
    let row = add(office, &mut tx, actor, vec![row], "employer.create").await.map_err(|e| match e {
        // Who signs up is not told which row stands there.
        Error::Conflict { code, .. } if public => Error::conflict(code),
        other => other,
    })?;
    let row = row.into_iter().next().ok_or_else(|| Error::Internal("no employer was written".into()))?;
    tx.audit(office.audit(actor, "employer.create", "employer", Some(row.id), ""));
    office.commit(tx).await?;
    Ok(row)
}

async fn signed_up(office: &Office, employer: Employer, said: Option<Uuid>) -> Result<EmployerRow> {
    let mut faults = Faults::default();
    if employer.kind == Some(EmployerKind::Household) {
        faults.at("kind", "employer.household_station");
    } else if employer.credit_code.is_none() {
        faults.at("credit_code", "field.missing");
    }
    for (at, field) in [("email", &employer.email), ("contact", &employer.contact), ("phone", &employer.phone)] {
        if field.is_none() {
            faults.at(at, "field.missing");
        }
    }
    faults.finish(())?;
    let station = match (said, &employer.region) {
        (Some(id), _) => Some(id),
        (None, Some(region)) => serving(&office.stations().await, region),
        (None, None) => None,
    };
    Ok(EmployerRow { station, ..blank(office, employer, EmployerState::Waiting) })
}

/// A row that a station brings: verified if it shows a code (a family has none), else known by name only.
fn entered(office: &Office, actor: &Actor, employer: Employer, station: Option<Uuid>) -> EmployerRow {
    let mut row = EmployerRow { station, ..blank(office, employer, EmployerState::Unverified) };
    verify_entered(office, actor, &mut row);
    row
}

fn verify_entered(office: &Office, actor: &Actor, row: &mut EmployerRow) {
    if row.state == EmployerState::Unverified && (row.employer.credit_code.is_some() || row.is_household()) {
        row.state = EmployerState::Approved;
        row.verified_on = Some(office.today());
        row.decided_by = Some(actor.name().to_owned());
    }
}

fn blank(office: &Office, employer: Employer, state: EmployerState) -> EmployerRow {
    let now = office.now();
    EmployerRow {
        id: office.id(),
        reference: String::new(),
        employer,
        state,
        station: None,
        verified_on: None,
        decided_by: None,
        reason: None,
        version: 1,
        created_at: now,
        updated_at: now,
    }
}

/// Writes new rows with their short codes and history.
async fn add(
    office: &Office,
    tx: &mut Tx,
    actor: &Actor,
    mut rows: Vec<EmployerRow>,
    act: &str,
) -> Result<Vec<EmployerRow>> {
    let codes: Vec<String> = rows.iter().filter_map(|r| r.employer.credit_code.clone()).collect();
    if let Some(there) = employers::by_credit_codes(tx, &codes).await?.first() {
        return Err(Error::Conflict { code: "employer.exists", with: Some(there.id) });
    }
    let references = office.references(tx, Referenced::Employer, rows.len()).await?;
    for (row, reference) in rows.iter_mut().zip(references) {
        row.reference = reference;
    }
    match employers::insert(tx, &rows).await {
        Err(store::Error::Duplicate) => return Err(Error::conflict("employer.exists")),
        other => other?,
    }
    let entries: Vec<_> = rows.iter().map(|r| entry(office, actor, "employer", r.id, act, Map::new())).collect();
    history::add(tx, &entries).await?;
    Ok(rows)
}

/// One employer, for station staff and for its own account.
pub async fn find(office: &Office, actor: &Actor, id: Uuid) -> Result<EmployerRow> {
    if !actor.may(Right::Employers) {
        office.need(actor, Right::OwnVacancies)?;
        if actor.employer() != Some(id) {
            return Err(Error::NotFound);
        }
    }
    employers::find(&mut &office.db, id).await?.ok_or(Error::NotFound)
}

/// A page of employers, newest first, and how many there are.
pub async fn list(
    office: &Office,
    actor: &Actor,
    wanted: &Wanted<'_>,
    limit: i64,
    offset: i64,
) -> Result<(Vec<EmployerRow>, i64)> {
    office.need(actor, Right::Employers)?;
    Ok(employers::list(&mut &office.db, wanted, limit, offset).await?)
}

/// Changes an employer by a JSON merge patch; the employer itself changes how it is reached, not who it is.
pub async fn patch(
    office: &Office,
    actor: &Actor,
    id: Uuid,
    patch: Map<String, Value>,
    expected: i64,
) -> Result<EmployerRow> {
    let old = find(office, actor, id).await?;
    let staff = actor.may(Right::Employers);
    if staff && !is_own(office, actor, old.station).await {
        return Err(Error::NotFound);
    }
    let station = match patch.get("station").and_then(Value::as_str) {
        Some(code) if staff => named(office, Some(code)).await?,
        _ => old.station,
    };
    let says_kind = patch.contains_key("kind");
    let mut employer = patched(&EmployerBody::of(&old.employer), patch)?.check(&context(office))?;
    if !says_kind {
        // What nobody speaks of is not guessed anew.
        (employer.kind, employer.kind_guessed) = (old.employer.kind, old.employer.kind_guessed);
    }
    if !staff {
        let mut faults = Faults::default();
        for (at, same) in [
            ("name", employer.name == old.employer.name),
            ("credit_code", employer.credit_code == old.employer.credit_code),
            ("kind", employer.kind == old.employer.kind),
            ("licence", employer.licence == old.employer.licence),
        ] {
            if !same {
                faults.at(at, "employer.fixed");
            }
        }
        faults.finish(())?;
    }
    if old.version != expected {
        return Err(Error::Stale);
    }
    let mut row = EmployerRow { employer, station, updated_at: office.now(), ..old.clone() };
    verify_entered(office, actor, &mut row);
    let mut diff = changes(&old.employer, &row.employer);
    if row.station != old.station {
        diff.insert("station".into(), serde_json::json!([old.station, row.station]));
    }
    if diff.is_empty() {
        return Ok(old);
    }
    let mut tx = office.begin().await?;
    write(office, &mut tx, actor, &old, &mut row, diff, "employer.change").await?;
    office.commit(tx).await?;
    Ok(row)
}

/// Writes a changed row with history, audit and, where adverts show it, its vacancies.
async fn write(
    office: &Office,
    tx: &mut Tx,
    actor: &Actor,
    old: &EmployerRow,
    row: &mut EmployerRow,
    diff: Map<String, Value>,
    act: &str,
) -> Result<()> {
    match employers::update(tx, row).await {
        Ok(true) => row.version += 1,
        Ok(false) => return Err(Error::Stale),
        Err(store::Error::Duplicate) => return Err(Error::field("credit_code", "employer.exists")),
        Err(other) => return Err(other.into()),
    }
    if row.employer.name != old.employer.name || row.employer.kind != old.employer.kind {
        for vacancy in store::vacancy::of_employer(tx, row.id).await? {
            tx.changed(Kind::Vacancy, vacancy);
        }
    }
    tx.audit(office.audit(actor, act, "employer", Some(row.id), &names(&diff)));
    history::add(tx, &[entry(office, actor, "employer", row.id, act, diff)]).await?;
    Ok(())
}

async fn load_own(office: &Office, actor: &Actor, id: Uuid) -> Result<EmployerRow> {
    office.need(actor, Right::Employers)?;
    let row = employers::find(&mut &office.db, id).await?.ok_or(Error::NotFound)?;
    if is_own(office, actor, row.station).await { Ok(row) } else { Err(Error::NotFound) }
}

/// True if the employer is the actor's station's to decide on and to change.
pub async fn may_change(office: &Office, actor: &Actor, row: &EmployerRow) -> bool {
    actor.may(Right::Employers) && is_own(office, actor, row.station).await
}

fn state_diff(old: &EmployerRow, row: &EmployerRow) -> Map<String, Value> {
    use crate::domain::code::Code as _;
    let mut diff = Map::new();
    if old.state != row.state {
        diff.insert("state".into(), serde_json::json!([old.state.code(), row.state.code()]));
    }
    if old.verified_on != row.verified_on {
        diff.insert("verified_on".into(), serde_json::json!([old.verified_on, row.verified_on]));
    }
    if old.reason != row.reason {
        diff.insert("reason".into(), serde_json::json!([old.reason, row.reason]));
    }
    diff
}

/// Approves an employer and makes its account, if it left a mail address and has none yet.
pub async fn approve(office: &Office, actor: &Actor, id: Uuid) -> Result<Approved> {
    let old = load_own(office, actor, id).await?;
    if old.state == EmployerState::Approved {
        return Err(Error::conflict("employer.state"));
    }
    if old.employer.credit_code.is_none() && !old.is_household() {
        return Err(Error::field("credit_code", "employer.code_missing"));
    }
    let mut row = EmployerRow {
        state: EmployerState::Approved,
        verified_on: Some(office.today()),
        decided_by: Some(actor.name().to_owned()),
        reason: None,
        station: old.station.or(actor.station()),
        updated_at: office.now(),
        ..old.clone()
    };
    let mut tx = office.begin().await?;
    let diff = state_diff(&old, &row);
    write(office, &mut tx, actor, &old, &mut row, diff, "employer.approve").await?;
    let invited = invite(office, &mut tx, actor, &row).await?;
    office.commit(tx).await?;
    Ok(Approved { row, invited })
}

async fn invite(office: &Office, tx: &mut Tx, actor: &Actor, row: &EmployerRow) -> Result<Option<String>> {
    let Some(email) = row.employer.email.clone() else { return Ok(None) };
    if row.is_household() || employers::has_account(tx, row.id).await? {
        return Ok(None);
    }
    // The mail address is what people remember; where it is taken, the short code of the employer.
    let name = match accounts::by_name(tx, &email).await? {
        None if email.chars().count() <= 50 => email.clone(),
        _ => row.reference.clone(),
    };
    let account = Account {
        id: office.id(),
        name: name.clone(),
        role: Role::Employer,
        station: None,
        employer: Some(row.id),
        confidential: false,
        password_hash: None,
        email: Some(email),
        disabled_at: None,
        failures: 0,
        locked_until: None,
    };
    accounts::insert(tx, &account, office.now()).await?;
    tx.audit(office.audit(actor, "account.add", "account", Some(account.id), "name,role,employer"));
    notify(office, tx, &[Tell::new(NoticeKind::Password, To::Account(account.id), account.id)]).await?;
    Ok(Some(name))
}

/// Sends the letter to set a password to who signs in for an employer, at the mailbox that the employer has now; an employer
/// without an account gets one.
pub async fn send_password_letter(office: &Office, actor: &Actor, id: Uuid) -> Result<()> {
    let row = load_own(office, actor, id).await?;
    if row.state != EmployerState::Approved {
        return Err(Error::conflict("employer.state"));
    }
    let Some(email) = row.employer.email.clone() else { return Err(Error::conflict("account.no_mailbox")) };
    let mut tx = office.begin().await?;
    let standing = accounts::of_employer(&mut tx, id).await?;
    for account in &standing {
        accounts::update(&mut tx, &Account { email: Some(email.clone()), ..account.clone() }, office.now()).await?;
        notify(office, &mut tx, &[Tell::new(NoticeKind::Password, To::Account(account.id), account.id)]).await?;
    }
    if standing.is_empty() {
        invite(office, &mut tx, actor, &row).await?;
    }
    tx.audit(office.audit(actor, "employer.letter", "employer", Some(id), "password"));
    office.commit(tx).await
}

/// Rejects an employer with a reason.
pub async fn reject(office: &Office, actor: &Actor, id: Uuid, why: &str) -> Result<EmployerRow> {
    let why = reason(why)?;
    let old = load_own(office, actor, id).await?;
    if old.state == EmployerState::Rejected {
        return Err(Error::conflict("employer.state"));
    }
    let mut row = EmployerRow {
        state: EmployerState::Rejected,
        decided_by: Some(actor.name().to_owned()),
        reason: Some(why),
        updated_at: office.now(),
        ..old.clone()
    };
    let mut tx = office.begin().await?;
    let diff = state_diff(&old, &row);
    write(office, &mut tx, actor, &old, &mut row, diff, "employer.reject").await?;
    office.commit(tx).await?;
    Ok(row)
}

/// Notes that an approved employer was verified again today.
pub async fn reverify(office: &Office, actor: &Actor, id: Uuid) -> Result<EmployerRow> {
    let old = load_own(office, actor, id).await?;
    if old.state != EmployerState::Approved {
        return Err(Error::conflict("employer.state"));
    }
    let mut row = EmployerRow {
        verified_on: Some(office.today()),
        decided_by: Some(actor.name().to_owned()),
        updated_at: office.now(),
        ..old.clone()
    };
    let mut tx = office.begin().await?;
    let diff = state_diff(&old, &row);
    write(office, &mut tx, actor, &old, &mut row, diff, "employer.reverify").await?;
    office.commit(tx).await?;
    Ok(row)
}

/// Enters rows of a sheet: the same employer is known by its code, else by station and name. The caller commits.
pub async fn put_many(
    office: &Office,
    tx: &mut Tx,
    actor: &Actor,
    station: Option<Uuid>,
    bodies: &[EmployerBody],
) -> Result<Vec<Outcome>> {
    if !actor.may(Right::Imports) {
        office.need(actor, Right::Employers)?;
    }
    let context = context(office);
    let checked: Vec<std::result::Result<Employer, Vec<FieldFault>>> =
        bodies.iter().map(|b| b.check(&context)).collect();
    let codes: Vec<String> = checked.iter().flatten().filter_map(|e| e.credit_code.clone()).collect();
    let names: Vec<String> = checked.iter().flatten().map(|e| name_key(&e.name)).collect();
    let mut standing = Standing::default();
    for row in employers::by_names(tx, station, &names).await? {
        standing.note(row, false);
    }
    for row in employers::by_credit_codes(tx, &codes).await? {
        standing.note(row, false);
    }
    let mut outcomes = Vec::with_capacity(bodies.len());
    for (body, checked) in bodies.iter().zip(checked) {
        let employer = match checked {
            Ok(employer) => employer,
            Err(faults) => {
                outcomes.push(Outcome::Rejected(faults));
                continue;
            }
        };
        let Some(at) = standing.find(&employer) else {
            let row = entered(office, actor, employer, station);
            outcomes.push(Outcome::Created(row.id));
            standing.note(row, true);
            continue;
        };
        let (old, new) = standing.rows[at].clone();
        let foreign = !is_own(office, actor, old.station).await;
        let stands = EmployerBody::of(&old.employer);
        // An employer that another station looks after only gains what was unknown.
        let whole = if foreign { overlay(body, &stands)? } else { overlay(&stands, body)? };
        let employer = match whole.check(&context) {
            Ok(employer) => employer,
            Err(faults) => {
                outcomes.push(Outcome::Rejected(faults));
                continue;
            }
        };
        let mut row = EmployerRow { employer, updated_at: office.now(), ..old.clone() };
        verify_entered(office, actor, &mut row);
        let diff = changes(&old.employer, &row.employer);
        if diff.is_empty() {
            outcomes.push(Outcome::Unchanged(old.id));
            continue;
        }
        if !new {
            write(office, tx, actor, &old, &mut row, diff.clone(), "employer.import").await?;
        }
        standing.replace(at, row);
        outcomes.push(Outcome::Updated(old.id, diff));
    }
    let fresh: Vec<EmployerRow> = standing.rows.into_iter().filter(|(_, new)| *new).map(|(row, _)| row).collect();
    if !fresh.is_empty() {
        add(office, tx, actor, fresh, "employer.import").await?;
    }
    Ok(outcomes)
}

/// Rows that stand or are about to, by code and by name.
#[derive(Default)]
struct Standing {
    rows: Vec<(EmployerRow, bool)>,
    by_code: HashMap<String, usize>,
    by_name: HashMap<String, usize>,
}

impl Standing {
    fn note(&mut self, row: EmployerRow, new: bool) {
        if self.rows.iter().any(|(r, _)| r.id == row.id) {
            return;
        }
        self.rows.push((row, new));
        self.index(self.rows.len() - 1);
    }

    fn index(&mut self, at: usize) {
        let employer = &self.rows[at].0.employer;
        if let Some(code) = &employer.credit_code {
            self.by_code.entry(code.clone()).or_insert(at);
        }
        self.by_name.entry(name_key(&employer.name)).or_insert(at);
    }

    fn replace(&mut self, at: usize, row: EmployerRow) {
        self.rows[at].0 = row;
        self.index(at);
    }

    fn find(&self, employer: &Employer) -> Option<usize> {
        let named = self.by_name.get(&name_key(&employer.name)).copied();
        match &employer.credit_code {
            // Known by name only so far: the code completes it.
            Some(code) => {
                self.by_code.get(code).copied().or(named.filter(|at| self.rows[*at].0.employer.credit_code.is_none()))
            }
            None => named,
        }
    }
}

#[cfg(test)]
mod tests;
