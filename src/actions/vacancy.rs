//! Vacancies: post, change, open, overrule, close, reopen.

use jiff::ToSpan as _;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::error::{Error, Result};
use super::office::Office;
use super::put::{changes, context, entry, names, patched, reason};
use super::station::is_own;
use crate::domain::actor::{Actor, Right};
use crate::domain::code::Code as _;
use crate::domain::employer::EmployerState;
use crate::domain::fault::FieldFault;
use crate::domain::finding::{Finding, Overruled, is_blocked};
use crate::domain::posting::{CheckedPosting, Posting, VALID_DAYS};
use crate::domain::vacancy::{Vacancy, VacancyState};
use crate::store::employer::{self as employers, EmployerRow};
use crate::store::vacancy::{self as vacancies, Record, VacancyRow};
use crate::store::worker::Referenced;
use crate::store::{Tx, history};

/// How far a new vacancy shall go at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aim {
    /// Kept as a draft.
    Draft,
    /// Put before a clerk.
    Review,
    /// Opened if nothing blocks; station staff only.
    Open,
    /// Opened with its findings kept on it; station staff only.
    OpenWithFindings,
}

/// What posting came to.
#[derive(Debug)]
pub struct Posted {
    /// The vacancy.
    pub record: Record,
    /// Warnings of the check.
    pub warnings: Vec<FieldFault>,
}

/// True if the actor is staff of a station, who may open what nothing blocks.
fn is_staff(actor: &Actor) -> bool {
    actor.may(Right::Vacancies)
}

pub(super) fn need_writer(office: &Office, actor: &Actor) -> Result<()> {
    if is_staff(actor) { Ok(()) } else { office.need(actor, Right::OwnVacancies) }
}

/// Posts a vacancy.
pub async fn post(office: &Office, actor: &Actor, body: &Posting, aim: Aim) -> Result<Posted> {
    need_writer(office, actor)?;
    let checked = body.check(&context(office));
    let employer = employer_of(office, actor, body).await;
    let (checked, employer) = match (checked, employer) {
        (Ok(checked), Ok(employer)) => (checked, employer),
        // Both kinds of faults are told at once.
        (Err(mut faults), Err(Error::Invalid(more))) => {
            faults.extend(more);
            return Err(Error::Invalid(faults));
        }
        (Err(faults), _) => return Err(Error::Invalid(faults)),
        (_, Err(error)) => return Err(error),
    };
    let CheckedPosting { vacancy, warnings, .. } = checked;
    let findings = body.findings(&vacancy, office.today());
    let now = office.now();
    let mut row = VacancyRow {
        id: office.id(),
        reference: String::new(),
        employer: employer.id,
        station: actor.station().or(employer.station),
        state: VacancyState::Draft,
        vacancy,
        findings,
        overruled: None,
        import_key: None,
        warned_on: None,
        closed_reason: None,
        opened_at: None,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    enter(office, actor, &mut row, employer.state, aim);
    let mut tx = office.begin().await?;
    row.reference = office.references(&mut tx, Referenced::Vacancy, 1).await?.pop().unwrap_or_default();
    vacancies::insert(&mut tx, std::slice::from_ref(&row)).await?;
    history::add(&mut tx, &[entry(office, actor, "vacancy", row.id, "vacancy.post", Map::new())]).await?;
    tx.audit(audit_of_entry(office, actor, &row, "vacancy.post"));
    office.commit(tx).await?;
    Ok(Posted { record: load(office, row.id).await?, warnings })
}

/// The audit line of a new vacancy; findings that were let through are named in it.
pub(super) fn audit_of_entry(
    office: &Office,
    actor: &Actor,
    row: &VacancyRow,
    act: &str,
) -> crate::store::change::Audit {
    let mut line = office.audit(actor, act, "vacancy", Some(row.id), "");
    if row.overruled.is_some() {
        "allow_findings".clone_into(&mut line.result);
        line.fields = codes(&row.findings);
    }
    line
}

fn codes(findings: &[Finding]) -> String {
    findings.iter().filter(|f| f.blocks()).map(|f| f.rule.code()).collect::<Vec<_>>().join(",")
}

/// Takes a new vacancy as far as its aim, its findings and its employer allow.
pub(super) fn enter(office: &Office, actor: &Actor, row: &mut VacancyRow, employer: EmployerState, aim: Aim) {
    row.state = if aim == Aim::Draft { VacancyState::Draft } else { VacancyState::InReview };
    let may_open = is_staff(actor) && matches!(aim, Aim::Open | Aim::OpenWithFindings) && may_hire(employer);
    if !may_open {
        return;
    }
    let blocked = is_blocked(&row.findings, None);
    if blocked && aim == Aim::OpenWithFindings {
        row.overruled = Some(overruled(office, actor, row, "allow_findings"));
    }
    if !blocked || aim == Aim::OpenWithFindings {
        row.state = VacancyState::Open;
        row.opened_at = Some(office.now());
    }
}

fn overruled(office: &Office, actor: &Actor, row: &VacancyRow, reason: &str) -> Overruled {
    Overruled {
        reason: reason.to_owned(),
        by: actor.name().to_owned(),
        at: office.now(),
        findings: row.findings.iter().filter(|f| f.blocks()).cloned().collect(),
    }
}

/// A station may open adverts of employers that it knows by name only; who waits or was rejected may not.
fn may_hire(state: EmployerState) -> bool {
    matches!(state, EmployerState::Approved | EmployerState::Unverified)
}

/// The employer of a posting: the own one of an employer account, else as named by id, credit code or short code.
async fn employer_of(office: &Office, actor: &Actor, body: &Posting) -> Result<EmployerRow> {
    let mut read = &office.db;
    if let Some(own) = actor.employer() {
        return employers::find(&mut read, own).await?.ok_or(Error::Forbidden);
    }
    let text = body.employer.as_ref().map(|t| t.0.trim()).unwrap_or_default();
    if text.is_empty() {
        return Err(Error::field("employer", "field.missing"));
    }
    by_text(&mut read, text).await?.ok_or_else(|| Error::field("employer", "employer.unknown"))
}

/// The employer of an id, credit code or short code.
pub(super) async fn by_text(read: &mut impl crate::store::db::Read, text: &str) -> Result<Option<EmployerRow>> {
    if let Ok(id) = text.parse::<Uuid>() {
        return Ok(employers::find(read, id).await?);
    }
    if let Ok(code) = crate::domain::identity::CreditCode::parse(text) {
        return Ok(employers::by_credit_codes(read, &[code.as_str().to_owned()]).await?.pop());
    }
    Ok(employers::by_reference(read, &text.to_uppercase()).await?)
}

async fn load(office: &Office, id: Uuid) -> Result<Record> {
    vacancies::find(&mut &office.db, id).await?.ok_or(Error::NotFound)
}

/// True if the vacancy is the actor's to change.
pub async fn may_change(office: &Office, actor: &Actor, record: &Record) -> bool {
    if is_staff(actor) {
        return is_own(office, actor, record.row.station).await;
    }
    actor.may(Right::OwnVacancies) && actor.employer() == Some(record.row.employer)
}

pub(super) async fn load_own(office: &Office, actor: &Actor, id: Uuid) -> Result<Record> {
    need_writer(office, actor)?;
    let record = load(office, id).await?;
    if may_change(office, actor, &record).await { Ok(record) } else { Err(Error::NotFound) }
}

/// One vacancy by id or short code: anyone sees open ones, staff all that were ever open, and each their own.
pub async fn find(office: &Office, actor: &Actor, key: &str) -> Result<Record> {
    let record = load(office, id_of(office, key).await?).await?;
    let seen = record.state(office.today()) == VacancyState::Open
        || (is_staff(actor) && record.row.opened_at.is_some())
        || may_change(office, actor, &record).await;
    if seen { Ok(record) } else { Err(Error::NotFound) }
}

/// One vacancy for its public page: what was open once stays readable there, so that an old link says what became of it;
/// an advert that the law check stops does not.
pub async fn find_for_page(office: &Office, actor: &Actor, key: &str) -> Result<Record> {
    let record = load(office, id_of(office, key).await?).await?;
    let state = record.state(office.today());
    let over = matches!(state, VacancyState::Filled | VacancyState::Expired | VacancyState::Closed)
        && record.row.opened_at.is_some()
        && !is_blocked(&record.row.findings, record.row.overruled.as_ref());
    if over { Ok(record) } else { find(office, actor, key).await }
}

async fn id_of(office: &Office, key: &str) -> Result<Uuid> {
    match key.parse::<Uuid>() {
        Ok(id) => Ok(id),
        Err(_) => vacancies::by_reference(&mut &office.db, &key.to_uppercase()).await?.ok_or(Error::NotFound),
    }
}

/// The posting that stands, for the edit form, the copy and PATCH.
pub fn posting(record: &Record) -> Posting {
    Posting { employer: Some(record.row.employer.to_string().into()), ..Posting::of(&record.row.vacancy) }
}

/// What the law has against a posting that was refused for its faults, to show it beside them.
pub fn findings_so_far(office: &Office, body: &Posting) -> Vec<Finding> {
    body.findings_so_far(&context(office))
}

/// A vacancy and what changed on it, newest first.
pub async fn timeline(office: &Office, actor: &Actor, id: Uuid) -> Result<(Record, Vec<history::Entry>)> {
    let record = load_own(office, actor, id).await?;
    let mut entries = history::of(&mut &office.db, record.row.id, 200).await?;
    if let Some(own) = actor.employer() {
        // An employer reads which station did something, not which of its people.
        let colleagues = crate::store::account::names_of_employer(&mut &office.db, own).await?;
        let station = record.station.as_ref().map(|(_, name, _)| name.clone()).unwrap_or_default();
        for entry in entries.iter_mut().filter(|e| !colleagues.contains(&e.actor)) {
            entry.actor.clone_from(&station);
        }
    }
    Ok((record, entries))
}

/// What a posting would be, if nothing is wrong with it.
pub(super) fn checked(office: &Office, body: &Posting) -> Result<Vacancy> {
    Ok(body.check(&context(office))?.vacancy)
}

/// Changes a vacancy by a JSON merge patch on the posting; `expected` is the version of `If-Match`.
pub async fn patch(
    office: &Office,
    actor: &Actor,
    id: Uuid,
    patch: Map<String, Value>,
    expected: i64,
) -> Result<Record> {
    let record = load_own(office, actor, id).await?;
    let body = patched(&posting(&record), patch)?;
    change_to(office, actor, &record, &body, expected).await
}

/// Changes a vacancy to what the whole posting says; an open one with a new blocking finding goes back to review.
pub async fn change_to(
    office: &Office,
    actor: &Actor,
    record: &Record,
    body: &Posting,
    expected: i64,
) -> Result<Record> {
    if !may_change(office, actor, record).await {
        return Err(Error::NotFound);
    }
    let checked = body.check(&context(office))?;
    let employer = match &checked.employer {
        Some(_) => employer_of(office, actor, body).await?.id,
        None => record.row.employer,
    };
    let mut tx = office.begin().await?;
    // Held, so that nobody is placed between the count and the new head-count.
    vacancies::lock(&mut tx, record.row.id).await?;
    let there = vacancies::find(&mut tx, record.row.id).await?.ok_or(Error::NotFound)?;
    if there.row.version != expected {
        return Err(Error::Stale);
    }
    if checked.vacancy.headcount < there.placed {
        let fault = FieldFault::new("headcount", "vacancy.headcount_placed").with("placed", there.placed);
        return Err(Error::Invalid(vec![fault]));
    }
    let diff = rewrite(office, &mut tx, actor, &there.row, body, checked, employer, "vacancy.change").await?;
    if !diff.is_empty() {
        tx.audit(office.audit(actor, "vacancy.change", "vacancy", Some(record.row.id), &names(&diff)));
        office.commit(tx).await?;
    }
    load(office, record.row.id).await
}

/// Writes a changed posting with its findings and history; answers what changed, nothing = nothing was written.
#[expect(clippy::too_many_arguments, reason = "the parts of one act, used by the form and by the import")]
pub(super) async fn rewrite(
    office: &Office,
    tx: &mut Tx,
    actor: &Actor,
    old: &VacancyRow,
    body: &Posting,
    checked: CheckedPosting,
    employer: Uuid,
    act: &str,
) -> Result<Map<String, Value>> {
    let mut diff = changes(&old.vacancy, &checked.vacancy);
    if employer != old.employer {
        diff.insert("employer".into(), serde_json::json!([old.employer, employer]));
    }
    if diff.is_empty() {
        return Ok(diff);
    }
    let mut row = VacancyRow { vacancy: checked.vacancy, employer, updated_at: office.now(), ..old.clone() };
    row.findings = body.findings(&row.vacancy, office.today());
    if row.vacancy.valid_until != old.vacancy.valid_until {
        row.warned_on = None;
    }
    if row.state == VacancyState::Open && is_blocked(&row.findings, row.overruled.as_ref()) {
        row.state = VacancyState::InReview;
        diff.insert("state".into(), serde_json::json!([old.state.code(), row.state.code()]));
    }
    if !vacancies::update(tx, &row).await? {
        return Err(Error::Stale);
    }
    history::add(tx, &[entry(office, actor, "vacancy", row.id, act, diff.clone())]).await?;
    Ok(diff)
}

/// Writes a new state of a vacancy.
async fn step(
    office: &Office,
    actor: &Actor,
    record: &Record,
    mut row: VacancyRow,
    act: &str,
    why: Option<&str>,
) -> Result<Record> {
    let old = &record.row;
    row.updated_at = office.now();
    let mut diff = Map::new();
    if old.state != row.state {
        diff.insert("state".into(), serde_json::json!([old.state.code(), row.state.code()]));
    }
    if old.vacancy.valid_until != row.vacancy.valid_until {
        diff.insert("valid_until".into(), serde_json::json!([old.vacancy.valid_until, row.vacancy.valid_until]));
    }
    if let Some(why) = why {
        diff.insert("reason".into(), why.into());
    }
    let mut tx = office.begin().await?;
    if !vacancies::update(&mut tx, &row).await? {
        return Err(Error::Stale);
    }
    let mut line = office.audit(actor, act, "vacancy", Some(row.id), &names(&diff));
    if act == "vacancy.overrule" {
        line.fields = codes(&row.findings);
    }
    tx.audit(line);
    history::add(&mut tx, &[entry(office, actor, "vacancy", row.id, act, diff)]).await?;
    office.commit(tx).await?;
    load(office, row.id).await
}

/// Sends a draft to review (employer), or opens a draft or a reviewed one (station).
pub async fn open(office: &Office, actor: &Actor, id: Uuid) -> Result<Record> {
    let record = load_own(office, actor, id).await?;
    if !is_staff(actor) {
        if record.row.state != VacancyState::Draft {
            return Err(Error::conflict("vacancy.state"));
        }
        let row = VacancyRow { state: VacancyState::InReview, ..record.row.clone() };
        return step(office, actor, &record, row, "vacancy.submit", None).await;
    }
    if !matches!(record.row.state, VacancyState::Draft | VacancyState::InReview) {
        return Err(Error::conflict("vacancy.state"));
    }
    let row = opened(office, &record, record.row.clone())?;
    step(office, actor, &record, row, "vacancy.open", None).await
}

/// The row as open, if employer and findings allow it.
fn opened(office: &Office, record: &Record, mut row: VacancyRow) -> Result<VacancyRow> {
    if !may_hire(record.employer_state) {
        return Err(Error::conflict("employer.not_approved"));
    }
    if is_blocked(&row.findings, row.overruled.as_ref()) {
        return Err(Error::conflict("vacancy.findings"));
    }
    row.state = VacancyState::Open;
    row.opened_at = row.opened_at.or(Some(office.now()));
    row.closed_reason = None;
    Ok(row)
}

/// Opens a vacancy in spite of blocking findings; the reason is on record.
pub async fn overrule(office: &Office, actor: &Actor, id: Uuid, why: &str) -> Result<Record> {
    office.need(actor, Right::Overrule)?;
    let why = reason(why)?;
    let record = load_own(office, actor, id).await?;
    if record.row.state != VacancyState::InReview || !is_blocked(&record.row.findings, record.row.overruled.as_ref()) {
        return Err(Error::conflict("vacancy.state"));
    }
    let mut row = record.row.clone();
    row.overruled = Some(overruled(office, actor, &row, &why));
    let row = opened(office, &record, row)?;
    step(office, actor, &record, row, "vacancy.overrule", Some(&why)).await
}

/// Closes a vacancy.
pub async fn close(office: &Office, actor: &Actor, id: Uuid, why: Option<&str>) -> Result<Record> {
    let why = why.map(reason).transpose()?;
    let record = load_own(office, actor, id).await?;
    if record.row.state == VacancyState::Closed {
        return Err(Error::conflict("vacancy.closed"));
    }
    let row = VacancyRow { state: VacancyState::Closed, closed_reason: why.clone(), ..record.row.clone() };
    step(office, actor, &record, row, "vacancy.close", why.as_deref()).await
}

/// Opens a closed or expired vacancy again; an advert that is past is valid for the usual days from today.
pub async fn reopen(office: &Office, actor: &Actor, id: Uuid) -> Result<Record> {
    let record = load_own(office, actor, id).await?;
    let today = office.today();
    if !matches!(record.state(today), VacancyState::Closed | VacancyState::Expired) {
        return Err(Error::conflict("vacancy.state"));
    }
    let mut row = record.row.clone();
    if row.vacancy.valid_until.is_some_and(|until| until < today) {
        row.vacancy.valid_until = today.checked_add(VALID_DAYS.days()).ok();
        row.warned_on = None;
    }
    // The law may have changed while it was closed, and what was never open is not opened by its employer.
    row.findings = Posting::of(&row.vacancy).findings(&row.vacancy, today);
    let reviewed = is_staff(actor) || (row.opened_at.is_some() && record.employer_state == EmployerState::Approved);
    row = match opened(office, &record, row.clone()) {
        Ok(open) if reviewed => open,
        Err(Error::Conflict { code: "employer.not_approved", with }) => {
            return Err(Error::Conflict { code: "employer.not_approved", with });
        }
        _ => VacancyRow { state: VacancyState::InReview, closed_reason: None, ..row },
    };
    step(office, actor, &record, row, "vacancy.reopen", None).await
}

#[cfg(test)]
mod tests;
