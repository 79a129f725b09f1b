//! Exporting lists as CSV or XLSX: the columns that an import reads again, masked unless somebody may see them in full.

mod offer;
mod person;

use std::collections::HashMap;
use std::io::Write;

use uuid::Uuid;

use super::error::{Error, Result};
use super::office::Office;
use super::search::{self, ClassAsk, Found, VacancyAsk, WorkerAsk};
use crate::domain::actor::{Actor, Right};
use crate::domain::code::Code as _;
use crate::domain::employer::EmployerState;
use crate::domain::heading::{self, ExportKind, SheetKind};
use crate::domain::introduction::IntroductionState;
use crate::domain::region::{self, RegionCode};
use crate::sheets::{Column, Format, Value, Writer};
use crate::store::introduction::{self as cases, Filter, Reach};
use crate::store::{self, class, employer, vacancy, worker};

/// Which rows of a list go out.
#[derive(Debug, Clone, Default)]
pub enum Only {
    /// All within the actor's scope.
    #[default]
    All,
    /// Rows whose name or title begins with this, or whose short code it is.
    Named(String),
    /// People as a search finds them, in its order.
    Workers(Box<WorkerAsk>),
    /// Vacancies as a search finds them, in its order.
    Vacancies(Box<VacancyAsk>),
    /// Employers as their list shows them: words of the name, and a state.
    Employers(String, Option<EmployerState>),
    /// Classes as a search finds them, in its order.
    Classes(Box<ClassAsk>),
}

impl Only {
    /// True if a row is asked for by its name.
    fn takes(&self, name: &str, reference: &str) -> bool {
        match self {
            Self::Named(text) => name.starts_with(text.trim()) || reference.eq_ignore_ascii_case(text.trim()),
            _ => true,
        }
    }
}

/// How a list is to be exported.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Which rows.
    pub only: Only,
    /// Numbers and phones in full.
    pub unmasked: bool,
    /// Of people only name and number, for an outside source to verify.
    pub for_verification: bool,
}

/// Rows read at once.
const PAGE: i64 = 1_000;

/// Rows of one page of a search.
const SEARCHED: usize = 100;

/// Vacancies listed for each person in an export of matches.
const MATCHES: usize = 20;

/// Writes a list to `out`; answers it and how many rows there are.
pub async fn run<W: Write>(
    office: &Office,
    actor: &Actor,
    kind: ExportKind,
    format: Format,
    out: W,
    options: &Options,
) -> Result<(W, u64)> {
    office.need(actor, Right::Export)?;
    let in_full = options.unmasked || options.for_verification;
    if in_full {
        office.need(actor, Right::ExportUnmasked)?;
        // Somebody with a name answers for numbers in full.
        if !matches!(actor, Actor::Account { .. }) {
            return Err(Error::Forbidden);
        }
    }
    // On record before the first row goes out.
    let mut tx = office.begin().await?;
    let fields = match (options.for_verification, options.unmasked) {
        (true, _) => "for_verification",
        (false, true) => "unmasked",
        (false, false) => "masked",
    };
    tx.audit(office.audit(actor, "export", kind.code(), None, fields));
    office.commit(tx).await?;
    let mut sheet = Sheet { format, name: kind.name(), out: Some(out), writer: None, rows: 0 };
    match kind {
        ExportKind::Workers => workers(office, actor, &mut sheet, options).await?,
        ExportKind::Vacancies => vacancies(office, actor, &mut sheet, options).await?,
        ExportKind::Employers => employers(office, &mut sheet, options).await?,
        ExportKind::Training => classes(office, &mut sheet, options).await?,
        ExportKind::Stations => stations(office, &mut sheet, options).await?,
        ExportKind::Placements => placements(office, actor, &mut sheet).await?,
        ExportKind::Matches => matches(office, actor, &mut sheet).await?,
    }
    sheet.finish()
}

/// A sheet that begins with its header.
struct Sheet<W: Write> {
    format: Format,
    name: &'static str,
    out: Option<W>,
    writer: Option<Writer<W>>,
    rows: u64,
}

impl<W: Write> Sheet<W> {
    fn begin(&mut self, headings: &[String]) -> Result<()> {
        let columns: Vec<Column> = headings.iter().map(|h| Column::new(h.as_str())).collect();
        if let Some(out) = self.out.take() {
            self.writer = Some(Writer::new(self.format, out, self.name, &columns)?);
        }
        Ok(())
    }

    fn row(&mut self, cells: &[String]) -> Result<()> {
        let values: Vec<Value<'_>> =
            cells.iter().map(|c| if c.is_empty() { Value::Empty } else { Value::Text(c) }).collect();
        if let Some(writer) = &mut self.writer {
            writer.row(&values)?;
            self.rows += 1;
        }
        Ok(())
    }

    fn finish(self) -> Result<(W, u64)> {
        let writer = self.writer.ok_or_else(|| Error::Internal("a sheet without header".into()))?;
        Ok((writer.finish()?, self.rows))
    }
}

/// The headings of fields in the words of the import dictionary.
fn headings(kind: SheetKind, fields: &[&str]) -> Vec<String> {
    let dictionary = heading::dictionary(kind);
    fields.iter().map(|field| dictionary.heading(field).to_owned()).collect()
}

/// Names of places and occupations that read back to the same code; each is found out once.
#[derive(Debug, Default)]
struct Names {
    regions: HashMap<String, String>,
    occupations: HashMap<String, String>,
}

impl Names {
    fn region(&mut self, code: &str) -> String {
        let known = self.regions.entry(code.to_owned()).or_insert_with(|| {
            let parsed = RegionCode::parse(code);
            let name = parsed.and_then(region::full_name);
            let back = |name: &String| region::parse_region_text(name).code == parsed;
            name.filter(back).unwrap_or_else(|| code.to_owned())
        });
        known.clone()
    }

    fn opt_region(&mut self, code: Option<&String>) -> String {
        code.map(|code| self.region(code)).unwrap_or_default()
    }

    fn occupation(&mut self, code: &str) -> String {
        let known = self.occupations.entry(code.to_owned()).or_insert_with(|| {
            let name = super::live::occupation_name(code);
            let back = |name: &String| super::live::occupation_of(name).as_deref() == Some(code);
            name.filter(back).unwrap_or_else(|| code.to_owned())
        });
        known.clone()
    }
}

/// What a search found, if it found what was asked for: a loosened answer is no answer to an export, and SQL in the
/// place of the index knows too few filters.
fn exact<T>(found: Found<T>) -> Result<Found<T>> {
    match (found.degraded, found.relaxed.is_empty()) {
        (true, _) => Err(Error::conflict("search.degraded")),
        (false, true) => Ok(found),
        (false, false) => Ok(Found::of(Vec::new())),
    }
}

async fn workers<W: Write>(office: &Office, actor: &Actor, sheet: &mut Sheet<W>, options: &Options) -> Result<()> {
    office.need(actor, Right::Persons)?;
    let scope = office.scope(actor).await?;
    sheet.begin(&person::headings(options))?;
    let mut names = Names::default();
    if let Only::Workers(ask) = &options.only {
        let mut ask = (**ask).clone();
        ask.page.limit = SEARCHED;
        loop {
            // What stands in the box is read as the list's box reads it: a number finds its owner.
            let found = match ask.q.trim() {
                "" => search::workers(office, actor, ask.clone()).await?,
                words => search::lookup(office, actor, words, ask.clone()).await?.1,
            };
            let found = exact(found)?;
            for (record, _) in
                found.items.iter().filter(|(r, _)| !options.for_verification || r.person.id_sealed.is_some())
            {
                sheet.row(&person::cells(office, record, options, &mut names)?)?;
            }
            ask.page.cursor = found.next_cursor;
            if ask.page.cursor.is_none() {
                return Ok(());
            }
        }
    }
    let mut read = &office.db;
    let mut after = None;
    loop {
        let ids = worker::ids_after(&mut read, after, PAGE).await?;
        let Some(last) = ids.last() else { return Ok(()) };
        after = Some(*last);
        for record in worker::records(&mut read, &scope, &ids).await? {
            let p = &record.person;
            let has_number = !options.for_verification || p.id_sealed.is_some();
            if options.only.takes(&p.name, &p.reference) && has_number {
                sheet.row(&person::cells(office, &record, options, &mut names)?)?;
            }
        }
    }
}

/// Codes of a vacancy's order classes.
fn of<'a>(classes: &'a HashMap<Uuid, Vec<String>>, record: &vacancy::Record) -> &'a [String] {
    classes.get(&record.row.id).map_or(&[], Vec::as_slice)
}

async fn vacancies<W: Write>(office: &Office, actor: &Actor, sheet: &mut Sheet<W>, options: &Options) -> Result<()> {
    sheet.begin(&offer::vacancy_headings())?;
    let mut names = Names::default();
    let today = office.today();
    if let Only::Vacancies(ask) = &options.only {
        let mut ask = (**ask).clone();
        ask.page.limit = SEARCHED;
        loop {
            let found = exact(search::vacancies(office, actor, ask.clone()).await?)?;
            let ids: Vec<Uuid> = found.items.iter().map(|(record, _)| record.row.id).collect();
            let classes = class::references_of(&mut &office.db, &ids).await?;
            for (record, _) in &found.items {
                sheet.row(&offer::vacancy_cells(record, of(&classes, record), today, &mut names))?;
            }
            ask.page.cursor = found.next_cursor;
            if ask.page.cursor.is_none() {
                return Ok(());
            }
        }
    }
    let mut read = &office.db;
    let mut after = None;
    loop {
        let ids = vacancy::ids_after(&mut read, after, PAGE).await?;
        let Some(last) = ids.last() else { return Ok(()) };
        after = Some(*last);
        let classes = class::references_of(&mut read, &ids).await?;
        for record in vacancy::records(&mut read, &ids).await? {
            if options.only.takes(&record.row.vacancy.title, &record.row.reference) {
                sheet.row(&offer::vacancy_cells(&record, of(&classes, &record), today, &mut names))?;
            }
        }
    }
}

async fn employers<W: Write>(office: &Office, sheet: &mut Sheet<W>, options: &Options) -> Result<()> {
    sheet.begin(&offer::employer_headings())?;
    let mut names = Names::default();
    if let Only::Employers(text, state) = &options.only {
        let wanted = employer::Wanted { text, state: *state, stations: None, verified_before: None };
        let mut from = 0;
        loop {
            let (rows, _) = employer::list(&mut &office.db, &wanted, PAGE, from).await?;
            for row in &rows {
                sheet.row(&offer::employer_cells(row, &mut names))?;
            }
            from += PAGE;
            if rows.len() < PAGE as usize {
                return Ok(());
            }
        }
    }
    let mut after = None;
    loop {
        let rows = employer::after(&mut &office.db, after, PAGE).await?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = Some(last.id);
        for row in rows.iter().filter(|r| options.only.takes(&r.employer.name, &r.reference)) {
            sheet.row(&offer::employer_cells(row, &mut names))?;
        }
    }
}

async fn classes<W: Write>(office: &Office, sheet: &mut Sheet<W>, options: &Options) -> Result<()> {
    sheet.begin(&offer::class_headings())?;
    let mut names = Names::default();
    if let Only::Classes(ask) = &options.only {
        let mut ask = (**ask).clone();
        ask.page.limit = SEARCHED;
        loop {
            let found = exact(search::classes(office, ask.clone()).await?)?;
            for (record, _) in &found.items {
                sheet.row(&offer::class_cells(record, &mut names))?;
            }
            ask.page.cursor = found.next_cursor;
            if ask.page.cursor.is_none() {
                return Ok(());
            }
        }
    }
    let mut read = &office.db;
    let mut after = None;
    loop {
        let ids = class::ids_after(&mut read, after, PAGE).await?;
        let Some(last) = ids.last() else { return Ok(()) };
        after = Some(*last);
        for record in class::records(&mut read, &ids).await? {
            if options.only.takes(&record.row.class.name, &record.row.reference) {
                sheet.row(&offer::class_cells(&record, &mut names))?;
            }
        }
    }
}

async fn stations<W: Write>(office: &Office, sheet: &mut Sheet<W>, options: &Options) -> Result<()> {
    const FIELDS: [&str; 9] = ["code", "name", "kind", "parent", "regions", "address", "email", "phone", "lang"];
    sheet.begin(&headings(SheetKind::Stations, &FIELDS))?;
    for row in office.stations().await.iter().filter(|s| options.only.takes(&s.station.name, &s.station.code)) {
        let s = &row.station;
        let text = |t: &Option<String>| t.clone().unwrap_or_default();
        sheet.row(&[
            s.code.clone(),
            s.name.clone(),
            s.kind.name().to_owned(),
            text(&s.parent),
            s.regions.join("、"),
            text(&s.address),
            text(&s.email),
            text(&s.phone),
            s.lang.clone(),
        ])?;
    }
    Ok(())
}

async fn placements<W: Write>(office: &Office, actor: &Actor, sheet: &mut Sheet<W>) -> Result<()> {
    office.need(actor, Right::Persons)?;
    let headings = ["id", "ref", "人员", "姓名", "岗位编号", "岗位名称", "用人单位", "入职日期", "月薪"];
    sheet.begin(&headings.map(str::to_owned))?;
    let reach = Reach::People(office.scope(actor).await?);
    let filter = Filter { states: vec![IntroductionState::Placed], ..Filter::default() };
    let mut after = None;
    loop {
        let page = cases::list(&mut &office.db, &reach, &filter, after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(last.introduction.id);
        for case in &page {
            let agreed = case.introduction.placement.as_ref().map(|p| &p.agreed);
            let pay = agreed.and_then(|a| serde_json::to_value(a).ok());
            let of = |name: &str| match pay.as_ref().map(|p| &p[name]) {
                Some(serde_json::Value::String(text)) => text.clone(),
                Some(serde_json::Value::Null) | None => String::new(),
                Some(other) => other.to_string(),
            };
            sheet.row(&[
                case.introduction.id.to_string(),
                case.introduction.reference.clone(),
                case.worker_reference.clone(),
                case.worker_name.clone(),
                case.vacancy_reference.clone(),
                case.vacancy_title.clone(),
                case.employer_name.clone(),
                of("from"),
                of("wage"),
            ])?;
        }
    }
}

async fn matches<W: Write>(office: &Office, actor: &Actor, sheet: &mut Sheet<W>) -> Result<()> {
    office.need(actor, Right::Persons)?;
    sheet.begin(&["id", "ref", "岗位 id", "岗位编号", "名次", "分数"].map(str::to_owned))?;
    let ranked = super::matching::recommend_all(office, actor, false, MATCHES).await?;
    let mut read = &office.db;
    let mut lines = ranked.iter();
    loop {
        let page: Vec<_> = lines.by_ref().take(PAGE as usize).collect();
        if page.is_empty() {
            return Ok(());
        }
        let people: Vec<Uuid> = page.iter().map(|r| r.worker).collect();
        let posts: Vec<Uuid> = page.iter().map(|r| r.vacancy).collect();
        let scope = office.scope(actor).await?;
        let people: HashMap<Uuid, String> = worker::records(&mut read, &scope, &people)
            .await?
            .into_iter()
            .map(|r| (r.person.id, r.person.reference))
            .collect();
        let posts: HashMap<Uuid, String> = store::vacancy::records(&mut read, &posts)
            .await?
            .into_iter()
            .map(|r| (r.row.id, r.row.reference))
            .collect();
        for r in page {
            let of = |map: &HashMap<Uuid, String>, id: &Uuid| map.get(id).cloned().unwrap_or_default();
            sheet.row(&[
                r.worker.to_string(),
                of(&people, &r.worker),
                r.vacancy.to_string(),
                of(&posts, &r.vacancy),
                r.rank.to_string(),
                r.score.to_string(),
            ])?;
        }
    }
}
