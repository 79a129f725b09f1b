//! What people do with an import afterwards: look at its rows, decide on those set aside, fetch the faulty ones.

use serde_json::Value;
use uuid::Uuid;

use super::journal::open_cells;
use super::people::import_key;
use super::sheet::Mapped;
use crate::actions::enter::{Bringer, Incoming, Merge, change, create, id_hash};
use crate::actions::error::{Error, Result};
use crate::actions::office::{Office, below};
use crate::actions::worker;
use crate::domain::actor::{Actor, Right, Role};
use crate::domain::advert::Rule;
use crate::domain::code::Code as _;
use crate::domain::fault::{Faults, FieldFault};
use crate::domain::heading::{self, NOT_KEPT, SheetKind};
use crate::domain::registration::Checked;
use crate::domain::sheet_row::person::{self, Reading};
use crate::domain::sheet_row::{Cells, Layout, Places, masked};
use crate::pages::{self, Lang};
use crate::sheets::{ErrorSheet, Fault};
use crate::store::import::{self as journals, Import, ImportRow};
use crate::store::worker as people;

/// Most rows that a returned sheet holds.
const RETURNED: i64 = 20_000;

/// Refuses who neither brought the file nor heads its station.
pub(super) async fn need_own(office: &Office, actor: &Actor, import: &Import) -> Result<()> {
    let Actor::Account { id, role, station, .. } = actor else {
        return office.need(actor, Right::Imports);
    };
    let heads = match (role, station, import.station) {
        (Role::Head, Some(own), Some(of)) => below(&office.stations().await, *own).contains(&of),
        _ => false,
    };
    if heads || import.account == Some(*id) { Ok(()) } else { Err(Error::NotFound) }
}

/// One import, for who brought it and the head of its station.
pub async fn find(office: &Office, actor: &Actor, id: Uuid) -> Result<Import> {
    let import = journals::find(&mut &office.db, id).await?.ok_or(Error::NotFound)?;
    need_own(office, actor, &import).await?;
    Ok(import)
}

/// Imports of the own station and of those below, newest first.
pub async fn list(office: &Office, actor: &Actor, limit: i64) -> Result<Vec<Import>> {
    let mut read = &office.db;
    if let Some(employer) = actor.employer() {
        office.need(actor, Right::OwnVacancies)?;
        return Ok(journals::of_stations(&mut read, None, Some(employer), limit).await?);
    }
    office.need(actor, Right::Imports)?;
    let under = match actor.station() {
        Some(own) => Some(below(&office.stations().await, own)),
        None => None,
    };
    Ok(journals::of_stations(&mut read, under.as_deref(), None, limit).await?)
}

/// Rows of an import that a person must look at, after a row number, and how many there are.
pub async fn rows(
    office: &Office,
    actor: &Actor,
    id: Uuid,
    outcome: Option<&str>,
    after: i64,
    limit: i64,
) -> Result<(Vec<ImportRow>, i64)> {
    let import = find(office, actor, id).await?;
    let rows = journals::rows(&mut &office.db, import.id, outcome, after, limit).await?;
    let total = journals::count_rows(&mut &office.db, import.id, outcome).await?;
    office.read_of(actor, "import.rows", Some(id), "").await?;
    Ok((rows, total))
}

/// How many rows an import keeps for a person, by outcome.
pub async fn outcomes(office: &Office, import: &Import) -> Result<Vec<(String, i64)>> {
    Ok(journals::outcomes(&mut &office.db, import.id).await?)
}

/// Names of the people that rows are about, as far as the actor's scope holds them.
pub async fn names(
    office: &Office,
    actor: &Actor,
    rows: &[ImportRow],
) -> Result<std::collections::HashMap<Uuid, (String, String)>> {
    let ids: Vec<Uuid> = rows.iter().filter_map(|row| row.object).collect();
    if ids.is_empty() || !actor.may(Right::Persons) {
        return Ok(std::collections::HashMap::new());
    }
    Ok(people::names(&mut &office.db, &office.scope(actor).await?, &ids).await?)
}

/// How a row that was set aside is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Another person: enter them.
    New,
    /// This person: the row is news of them.
    Same(Option<Uuid>),
    /// Leave it.
    Skip,
}

impl Decision {
    fn code(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Same(_) => "same",
            Self::Skip => "skip",
        }
    }
}

/// Decides on a row that was set aside.
pub async fn resolve(office: &Office, actor: &Actor, id: Uuid, row: i64, how: Decision) -> Result<ImportRow> {
    let import = find(office, actor, id).await?;
    let there = journals::row(&mut &office.db, id, row).await?.ok_or(Error::NotFound)?;
    let dry_run = import.state == "preview";
    if there.outcome != "set_aside" || there.resolved.is_some() || dry_run || import.kind != SheetKind::Workers.code() {
        return Err(Error::conflict("import.row_state"));
    }
    let mut object = there.object;
    let mut tx = office.begin().await?;
    if how != Decision::Skip {
        office.need(actor, Right::Persons)?;
        let (checked, key) = reread(office, &import, &there)?;
        let by = Bringer { actor, station: import.station, act: "worker.import" };
        if how == Decision::New {
            if let Some(parsed) = &checked.id
                && !people::by_id_hashes(&mut tx, &[id_hash(&office.keys, &parsed.number)]).await?.is_empty()
            {
                // Two people cannot share a number: one of the two cells is wrong.
                return Err(Error::conflict("number.other_name"));
            }
            let new = create(office, &mut tx, &by, &[Incoming { checked: &checked, import_key: key }]).await?;
            if let (Some(new), Some(like)) = (new.first(), there.object) {
                people::mark_distinct(&mut tx, *new, like, office.now(), actor.name()).await?;
            }
            object = new.first().copied();
        } else if let Decision::Same(person) = how {
            let person = person.or(there.object).ok_or_else(|| Error::field("person", "field.missing"))?;
            let record = worker::load(office, &office.scope(actor).await?, person).await?;
            change(office, &mut tx, &by, &record, &checked, Merge::Newer, None).await?;
            if let Some(key) = key {
                // The next sheet finds the person at once.
                people::set_import_key(&mut tx, record.person.id, &key).await?;
            }
            object = Some(record.person.id);
        }
    }
    if !journals::resolve(&mut tx, id, row, how.code(), object).await? {
        return Err(Error::conflict("import.row_state"));
    }
    tx.audit(office.audit(actor, "import.resolve", "import", Some(id), &format!("row {row} {}", how.code())));
    office.commit(tx).await?;
    journals::row(&mut &office.db, id, row).await?.ok_or(Error::NotFound)
}

/// The mapping of a stored import.
pub fn mapping(import: &Import) -> Vec<Mapped> {
    serde_json::from_value(import.mapping.clone()).unwrap_or_default()
}

fn layout(kind: SheetKind, mapping: &[Mapped]) -> Layout {
    let dictionary = heading::dictionary(kind);
    Layout::new(mapping.iter().filter_map(|m| {
        let field = dictionary.known_field(m.field.as_deref()?)?;
        (field != NOT_KEPT).then_some((m.column, field))
    }))
}

/// The person of a row that was kept, checked again.
fn reread(office: &Office, import: &Import, row: &ImportRow) -> Result<(Checked, Option<Vec<u8>>)> {
    let sealed = row.sealed.as_deref().ok_or_else(|| Error::conflict("import.cells_gone"))?;
    let texts = open_cells(office, import.id, row.row as u32, sealed)?;
    let layout = layout(SheetKind::Workers, &mapping(import));
    let places = std::sync::Mutex::new(Places::default());
    let with = Reading {
        today: office.today(),
        places: &places,
        occupation: &crate::actions::live::occupation_of,
        certificate: &crate::actions::live::certificate_of,
    };
    let checked = person::read(Cells { layout: &layout, texts: &texts }, &with).person?;
    let key = checked.id.is_none().then(|| import_key(&office.keys, &checked));
    Ok((checked, key))
}

/// Columns that help to decide who somebody is.
const TELLING: &[&str] =
    &["sex", "birth_date", "county", "township", "village", "origin", "household.number", "household.head", "phone"];

/// What a kept row says of a person beside the name, its phone hidden; empty once the cells are gone.
pub fn told(office: &Office, import: &Import, row: &ImportRow) -> Result<String> {
    let Some(sealed) = row.sealed.as_deref() else { return Ok(String::new()) };
    let texts = open_cells(office, import.id, row.row as u32, sealed)?;
    let parts = mapping(import).into_iter().filter_map(|m| {
        let field = m.field.filter(|f| TELLING.contains(&f.as_str()))?;
        let text = texts.get(m.column).map(|t| t.trim()).filter(|t| !t.is_empty())?;
        let text = if field == "phone" { masked(text) } else { text.to_owned() };
        Some(format!("{} {text}", m.heading))
    });
    Ok(parts.collect::<Vec<_>>().join("　"))
}

/// Rows with a fault as an XLSX: faulty cells marked, reasons in the last column, to be corrected and imported again.
pub async fn report(office: &Office, actor: &Actor, id: Uuid) -> Result<Vec<u8>> {
    let import = find(office, actor, id).await?;
    let rows = journals::rows(&mut &office.db, id, None, 0, RETURNED).await?;
    let mut tx = office.begin().await?;
    tx.audit(office.audit(actor, "import.report", "import", Some(id), ""));
    office.commit(tx).await?;
    let kind = SheetKind::parse(&import.kind).ok_or_else(|| Error::Internal("an unknown kind of import".into()))?;
    sheet_of(office, kind, &mapping(&import), id, &rows)
}

/// The same for rows that are stored nowhere.
pub(super) fn sheet_of(
    office: &Office,
    kind: SheetKind,
    mapping: &[Mapped],
    id: Uuid,
    rows: &[ImportRow],
) -> Result<Vec<u8>> {
    let width = mapping.iter().map(|m| m.column + 1).max().unwrap_or_default();
    let mut header = vec![String::new(); width];
    for m in mapping {
        header[m.column].clone_from(&m.heading);
    }
    let layout = layout(kind, mapping);
    let mut sheet = ErrorSheet::new(Vec::new(), kind.name(), &header)?;
    for row in rows.iter().filter(|row| row.resolved.is_none()) {
        let Some(sealed) = &row.sealed else { continue };
        let cells = open_cells(office, id, row.row as u32, sealed)?;
        let errors = row.errors.as_array().map(Vec::as_slice).unwrap_or_default();
        let faults: Vec<Fault> = errors
            .iter()
            .map(|error| {
                let fault = fault_of(error);
                let (reason, proposal) = sentences(Lang::Zh, &fault);
                Fault { column: layout.column(&fault.field), reason, proposal }
            })
            .collect();
        if !faults.is_empty() {
            sheet.row(&cells, &faults)?;
        }
    }
    Ok(sheet.finish()?)
}

/// The fault of a stored error.
pub fn fault_of(error: &Value) -> FieldFault {
    let text = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
    let args = serde_json::from_value(error["args"].clone()).unwrap_or_default();
    FieldFault { field: text("field"), code: text("code"), args }
}

/// What is wrong, and what to write instead, in a reader's language.
pub fn sentences(lang: Lang, fault: &FieldFault) -> (String, Option<String>) {
    let args: Vec<(&str, &dyn std::fmt::Display)> =
        fault.args.iter().map(|(name, value)| (name.as_str(), value as &dyn std::fmt::Display)).collect();
    let reason = pages::code_sentence(lang, &fault.code, &args).unwrap_or_else(|| fault.code.clone());
    let fix = match fault.code.strip_prefix("advert.").and_then(Rule::from_code) {
        Some(rule) if lang == Lang::Zh => Some(rule.suggestion_zh().to_owned()),
        Some(rule) => Some(rule.suggestion_en().to_owned()),
        None => pages::code_sentence(lang, &format!("fix.{}", fault.code), &args),
    };
    (reason, fix)
}

/// Remembers for the station which field a heading means; `-` passes the column over.
pub async fn remap(office: &Office, actor: &Actor, id: Uuid, fields: &[(usize, String)]) -> Result<Import> {
    let mut import = find(office, actor, id).await?;
    if import.state != "preview" {
        return Err(Error::conflict("import.state"));
    }
    let kind = SheetKind::parse(&import.kind).ok_or(Error::NotFound)?;
    let mut mapping = mapping(&import);
    one_column_each(&mapping, fields)?;
    let mut tx = office.begin().await?;
    for (column, field) in fields {
        // A column may be passed over whatever the kind of sheet.
        let known = heading::dictionary(kind).known_field(field).or((field == NOT_KEPT).then_some(NOT_KEPT));
        let (Some(m), Some(known)) = (mapping.iter_mut().find(|m| m.column == *column), known) else {
            return Err(Error::field("field", "choice.unknown"));
        };
        if m.field.as_deref() == Some(known) {
            continue;
        }
        m.field = Some(known.to_owned());
        m.remembered = true;
        if let Some(station) = import.station {
            journals::remember(&mut tx, station, kind.code(), &m.key, known).await?;
        }
    }
    import.mapping = serde_json::to_value(&mapping).unwrap_or_default();
    import.updated_at = office.now();
    journals::update(&mut tx, &import).await?;
    tx.audit(office.audit(actor, "import.remap", "import", Some(id), ""));
    office.commit(tx).await?;
    Ok(import)
}

/// A field comes from one column: of two the second would be lost in silence.
fn one_column_each(mapping: &[Mapped], said: &[(usize, String)]) -> Result<()> {
    let will_be = |m: &Mapped| {
        let new = said.iter().find(|(column, _)| *column == m.column).map(|(_, field)| field.clone());
        new.or_else(|| m.field.clone()).filter(|field| field != NOT_KEPT)
    };
    let mut faults = Faults::default();
    for (column, field) in said.iter().filter(|(_, field)| field != NOT_KEPT) {
        let taken = mapping.iter().find(|m| m.column != *column && will_be(m).as_deref() == Some(field));
        if let Some(other) = taken {
            let letters = crate::sheets::column_letters(*column);
            let fault = FieldFault::new(format!("map-{letters}"), "heading.twice");
            faults.add(fault.with("other", crate::sheets::column_letters(other.column)));
        }
    }
    Ok(faults.finish(())?)
}

/// An error of a row as the API shows it.
pub fn error_view(lang: Lang, error: &Value) -> Value {
    let (message, proposal) = sentences(lang, &fault_of(error));
    serde_json::json!({
        "column": error["column"], "cell": error["cell"], "code": error["code"],
        "value_masked": error["value_masked"], "message": message, "proposal": proposal,
    })
}

#[cfg(test)]
mod tests {
    use super::super::journal::error_json;
    use super::*;

    #[test]
    fn a_stored_error_is_told_in_the_reader_s_language_with_a_proposal() {
        let layout = Layout::new([(2, "id_number")]);
        let mapping =
            [Mapped {
                column: 2, heading: "证件号码".into(), key: "证件号码".into(), field: None, remembered: false
            }];
        let texts = [String::new(), String::new(), "520524197002099980".to_owned()];
        let error = error_json(&FieldFault::new("id_number", "identity.check"), 17, &layout, &mapping, &texts);
        let view = error_view(Lang::En, &error);
        assert_eq!((&view["cell"], &view["column"]), (&"C17".into(), &"证件号码".into()));
        assert_eq!(view["value_masked"], "5205**********9980");
        assert!(view["proposal"].is_string());
        assert_ne!(view["message"], error_view(Lang::Zh, &error)["message"]);
    }
}
