//! Finding people, vacancies and classes: the index's answer within the actor's scope, or SQL's while the index is away.

mod of_index;

use std::ops::Range;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub(super) use of_index::{vacancies_of_index, workers_of_index};

use super::enter::{id_hash, phone_hash};
use super::error::{Error, Result};
use super::office::Office;
use crate::domain::actor::{Actor, Right};
use crate::domain::code::Code as _;
use crate::domain::identity::{IdNumber, Phone};
use crate::domain::occupation::Occupation;
use crate::domain::region::{self, RegionCode};
use crate::domain::vacancy::VacancyState;
use crate::search::{self, Answer, FacetCount, Index, Paging, PersonQuery, Relaxed, Sort};
use crate::store::worker::{self as people, Record, Scope};
use crate::store::{class, vacancy};

/// A page of a list.
#[derive(Debug)]
pub struct Found<T> {
    /// Rows with the spans of title or name that meet the text, in characters.
    pub items: Vec<(T, Vec<Range<usize>>)>,
    /// Exact number within the scope.
    pub total: u64,
    /// Mark of the next page.
    pub next_cursor: Option<String>,
    /// Facets by name.
    pub facets: Vec<(&'static str, Vec<FacetCount>)>,
    /// What was relaxed.
    pub relaxed: Vec<Relaxed>,
    /// Other texts that may have been meant.
    pub suggest: Vec<String>,
    /// The index is away and SQL answered: fewer filters, no facets.
    pub degraded: bool,
}

impl<T> Found<T> {
    /// A list made of rows alone.
    pub fn of(rows: Vec<T>) -> Self {
        Self {
            total: rows.len() as u64,
            items: rows.into_iter().map(|row| (row, Vec::new())).collect(),
            next_cursor: None,
            facets: Vec::new(),
            relaxed: Vec::new(),
            suggest: Vec::new(),
            degraded: false,
        }
    }

    /// The rows that an answer of the index names, in its order; rows that are gone meanwhile are left out.
    pub fn from_answer(answer: Answer, mut row: impl FnMut(Uuid) -> Option<T>) -> Self {
        Self {
            items: answer.hits.into_iter().filter_map(|hit| Some((row(hit.id)?, hit.highlight))).collect(),
            total: answer.total,
            next_cursor: answer.next_cursor,
            facets: answer.facets,
            relaxed: answer.relaxed,
            suggest: answer.suggest,
            degraded: false,
        }
    }
}

/// How a list is asked for.
#[derive(Debug, Clone)]
pub struct Page {
    /// 1 to 100.
    pub limit: usize,
    /// Mark of an earlier page.
    pub cursor: Option<String>,
    /// Order.
    pub sort: Sort,
    /// County code that nearness is counted from.
    pub near: Option<String>,
    /// Facets are counted.
    pub facets: bool,
    /// Nothing is loosened that was asked.
    pub strict: bool,
}

impl Page {
    /// As the index is asked; `near` counts nearness from [`Page::near`].
    fn paging<'a>(&self, near: search::Nearness<'a>) -> Paging<'a> {
        Paging {
            sort: self.sort,
            limit: self.limit,
            cursor: self.cursor.clone(),
            near: Some(near),
            facets: self.facets,
            strict: self.strict,
        }
    }
}

impl Default for Page {
    fn default() -> Self {
        Self { limit: 20, cursor: None, sort: Sort::Relevance, near: None, facets: true, strict: false }
    }
}

/// What is asked of people; empty asks nothing. Codes are those of the API.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct WorkerAsk {
    /// Words.
    pub q: String,
    /// Region code.
    pub origin: Option<String>,
    /// Occupation code or title.
    pub occupation: Option<String>,
    /// Code of the capacity.
    pub capacity: Option<String>,
    /// Code of the watch class.
    pub watch: Option<String>,
    /// Code of the status.
    pub status: Option<String>,
    /// Least age.
    pub min_age: Option<u8>,
    /// Greatest age.
    pub max_age: Option<u8>,
    /// Bounds of the wage wish in fen.
    pub min_wage: Option<i64>,
    /// See `min_wage`.
    pub max_wage: Option<i64>,
    /// Certificate by name or code.
    pub certificate: Option<String>,
    /// Skill.
    pub skill: Option<String>,
    /// Words of township and village.
    pub village: Option<String>,
    /// Only relocated households.
    pub relocated: bool,
    /// Code of a station within the scope.
    pub station: Option<String>,
    /// Page.
    #[serde(skip)]
    pub page: Page,
}

/// Points of nearness for the index: larger is nearer.
pub fn nearness_from(home: Option<&str>) -> impl Fn(u32) -> u8 + Sync + use<> {
    let home = home.and_then(RegionCode::parse);
    move |code| {
        use region::Nearness as N;
        let Some((home, there)) = home.zip(RegionCode::from_number(code)) else { return 0 };
        match region::nearness(home, there) {
            N::County => 4,
            N::Prefecture => 3,
            N::Province => 2,
            N::NeighbouringProvince => 1,
            N::Far => 0,
        }
    }
}

/// The scope as the index knows it.
pub fn index_scope(scope: &Scope) -> search::Scope {
    match scope {
        Scope::All => search::Scope::All,
        Scope::Stations(ids) => search::Scope::Stations(ids.clone()),
    }
}

/// Asks the index off the async threads; an index that fails is taken out of use and SQL answers.
pub async fn ask_index(
    office: &Office,
    ask: impl FnOnce(&Index) -> std::result::Result<Answer, search::Error> + Send + 'static,
) -> Result<Option<Answer>> {
    let Some(index) = office.live.index.load_full() else { return Ok(None) };
    let done = tokio::task::spawn_blocking(move || ask(&Arc::clone(&index))).await;
    match done.map_err(|e| Error::Internal(e.to_string()))? {
        Ok(answer) => Ok(Some(answer)),
        Err(search::Error::Cursor) => Err(Error::field("cursor", "query.cursor")),
        Err(error) => {
            tracing::error!(%error, "the index failed and is taken out of use until it is rebuilt");
            office.live.lose("damaged");
            Ok(None)
        }
    }
}

/// An occupation filter by code or title.
pub fn occupation_filter(text: Option<&str>) -> Option<Occupation> {
    let text = text?;
    text.parse().ok().or_else(|| search::code_occupation(text).into_iter().next().map(|c| c.code))
}

/// A region filter by code or text.
pub fn region_filter(text: Option<&str>) -> Option<u32> {
    let text = text?;
    let code = RegionCode::parse(text).or_else(|| region::parse_region_text(text).code);
    code.map(RegionCode::number)
}

/// Finds people within the actor's scope; audited.
pub async fn workers(office: &Office, actor: &Actor, ask: WorkerAsk) -> Result<Found<Record>> {
    office.need(actor, Right::Persons)?;
    let scope = office.scope(actor).await?;
    let stations = office.stations().await;
    let station = match &ask.station {
        Some(code) => {
            let found = stations.iter().find(|s| s.station.code == *code).map(|s| s.id);
            Some(found.ok_or_else(|| Error::field("station", "station.unknown"))?)
        }
        None => None,
    };
    let home = ask.page.near.clone().or_else(|| {
        let own = actor.station()?;
        stations.iter().find(|s| s.id == own)?.station.regions.first().cloned()
    });
    let answer = workers_of_index(office, &scope, station, home, ask.clone()).await?;
    let mut read = &office.db;
    let found = if let Some(answer) = answer {
        let ids: Vec<Uuid> = answer.hits.iter().map(|h| h.id).collect();
        let mut records: std::collections::HashMap<Uuid, Record> =
            people::records(&mut read, &scope, &ids).await?.into_iter().map(|r| (r.person.id, r)).collect();
        Found::from_answer(answer, |id| records.remove(&id))
    } else {
        let offset: i64 = ask.page.cursor.as_deref().and_then(|c| c.parse().ok()).unwrap_or(0);
        let limit = i64::try_from(ask.page.limit).unwrap_or(20);
        let (ids, total) = people::plain_search(
            &mut read,
            &scope,
            &search::without_operators(&ask.q),
            ask.origin.as_deref(),
            limit,
            offset,
        )
        .await?;
        let next = offset + i64::try_from(ids.len()).unwrap_or(0);
        Found {
            total: u64::try_from(total).unwrap_or(0),
            next_cursor: (next < total).then(|| next.to_string()),
            degraded: true,
            ..Found::of(people::records(&mut read, &scope, &ids).await?)
        }
    };
    office.read_of(actor, "workers.search", None, "").await?;
    Ok(found)
}

/// How a clerk's text was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadAs {
    /// ID number.
    IdNumber,
    /// Phone.
    Phone,
    /// The code of a person, such as R-7K2M.
    Code,
    /// Name, pinyin or free text.
    Words,
}

/// The clerk's one box: number, phone, name, pinyin or free text; audited. A number finds its owner whatever else is asked,
/// words are searched together with it.
pub async fn lookup(office: &Office, actor: &Actor, text: &str, ask: WorkerAsk) -> Result<(ReadAs, Found<Record>)> {
    office.need(actor, Right::Persons)?;
    let scope = office.scope(actor).await?;
    let mut read = &office.db;
    // The code that a person says on the telephone.
    let code = text.trim().to_uppercase();
    if code.starts_with("R-")
        && let Some(person) = people::by_reference(&mut read, &scope, &code).await?
    {
        let found = people::records(&mut read, &scope, &[person.merged_into.unwrap_or(person.id)]).await?;
        office.read_of(actor, "workers.lookup", Some(person.id), "").await?;
        return Ok((ReadAs::Code, Found::of(found)));
    }
    let query = search::classify_person_query(text);
    // Digits that are no number are one that was mistyped: nobody is looked for with them.
    if let PersonQuery::FreeText(words) = &query
        && let Some(code) = mistyped(words)
    {
        return Err(Error::field("text", code));
    }
    let people = match query {
        PersonQuery::IdNumber(number) => {
            let id = IdNumber::parse(&number, office.today()).map_err(|e| Error::field("text", e.code()))?;
            let hash = id_hash(&office.keys, &id.number);
            let found = people::by_id_hashes(&mut read, &[hash]).await?;
            (ReadAs::IdNumber, found.iter().map(|p| p.merged_into.unwrap_or(p.id)).collect::<Vec<_>>())
        }
        PersonQuery::Phone(phone) => {
            let phone = Phone::parse(&phone).map_err(|e| Error::field("text", e.code()))?;
            let hash = phone_hash(&office.keys, &phone);
            let found = people::by_phone_hash(&mut read, &scope, &hash).await?;
            (ReadAs::Phone, found.iter().map(|p| p.id).collect())
        }
        PersonQuery::Name(words) | PersonQuery::Pinyin(words) | PersonQuery::FreeText(words) => {
            let found = workers(office, actor, WorkerAsk { q: words, ..ask }).await?;
            return Ok((ReadAs::Words, found));
        }
    };
    let records = people::records(&mut read, &scope, &people.1).await?;
    office.read_of(actor, "workers.lookup", records.first().map(|r| r.person.id), "").await?;
    Ok((people.0, Found::of(records)))
}

/// What is wrong with a long run of digits that is neither an ID number nor a phone.
fn mistyped(text: &str) -> Option<&'static str> {
    let bare: Vec<char> = text.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
    let digits = bare.iter().filter(|c| c.is_numeric()).count();
    match digits {
        _ if digits + 1 < bare.len() => None,
        8..=13 => Some("phone.length"),
        14.. => Some("identity.length"),
        _ => None,
    }
}

/// What is asked of vacancies; empty asks nothing. Codes are those of the API.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct VacancyAsk {
    /// Words.
    pub q: String,
    /// Region code or text.
    pub region: Option<String>,
    /// Occupation code or title.
    pub occupation: Option<String>,
    /// Code of the kind.
    pub kind: Option<String>,
    /// Code of the employment form.
    pub form: Option<String>,
    /// Fen a month that the upper end must reach.
    pub min_wage: Option<i64>,
    /// Bed.
    pub lodging: bool,
    /// Food.
    pub meals: bool,
    /// Employer.
    pub employer: Option<Uuid>,
    /// Code of a state; the public sees open ones only.
    pub state: Option<String>,
    /// Page.
    #[serde(skip)]
    pub page: Page,
}

/// Finds vacancies: open and valid ones for everybody; other states for those who look after them.
pub async fn vacancies(office: &Office, actor: &Actor, ask: VacancyAsk) -> Result<Found<Arc<vacancy::Record>>> {
    let today = office.today();
    // Who may see more than open ones sees it of own vacancies only.
    let (employer, scope) = match ask.state.as_deref() {
        None | Some("open") => (ask.employer, search::Scope::All),
        Some(_) => match (actor.employer(), office.scope(actor).await) {
            (Some(own), _) => (Some(own), search::Scope::All),
            (None, Ok(scope)) => (ask.employer, index_scope(&scope)),
            (None, Err(error)) => return Err(error),
        },
    };
    let state = ask.state.clone().unwrap_or_else(|| "open".to_owned());
    let answer = vacancies_of_index(office, scope.clone(), employer, state.clone(), ask.clone()).await?;
    let mut read = &office.db;
    if let Some(answer) = answer {
        let ids: Vec<Uuid> = answer.hits.iter().map(|h| h.id).collect();
        let mut records = office.shown.vacancies(read, &ids).await?;
        return Ok(Found::from_answer(answer, |id| records.remove(&id)));
    }
    let stations = match &scope {
        search::Scope::All => None,
        search::Scope::Stations(ids) => Some(ids.as_slice()),
    };
    let region = region_filter(ask.region.as_deref()).map(|code| format!("{code:06}"));
    let text = search::without_operators(&ask.q);
    let plain = vacancy::Plain {
        text: &text,
        state: VacancyState::parse(&state).filter(|s| *s != VacancyState::Open),
        open_on: (state == "open").then_some(today),
        region: region.as_deref(),
        employer,
        stations,
    };
    let offset: i64 = ask.page.cursor.as_deref().and_then(|c| c.parse().ok()).unwrap_or(0);
    let limit = i64::try_from(ask.page.limit).unwrap_or(20);
    let (ids, total) = vacancy::plain_search(&mut read, &plain, limit, offset).await?;
    let next = offset + i64::try_from(ids.len()).unwrap_or(0);
    Ok(Found {
        total: u64::try_from(total).unwrap_or(0),
        next_cursor: (next < total).then(|| next.to_string()),
        degraded: true,
        ..Found::of(vacancy::records(&mut read, &ids).await?.into_iter().map(Arc::new).collect())
    })
}

/// What is asked of classes.
#[derive(Debug, Clone, Default)]
pub struct ClassAsk {
    /// Words.
    pub q: String,
    /// Words of the programme.
    pub programme: Option<String>,
    /// Region code or text.
    pub region: Option<String>,
    /// Only classes that people can still join.
    pub open: bool,
    /// Page.
    pub page: Page,
}

/// Finds training classes; everybody may.
pub async fn classes(office: &Office, ask: ClassAsk) -> Result<Found<class::Record>> {
    let asked = ask.clone();
    let answer = ask_index(office, move |index| {
        let near = nearness_from(asked.page.near.as_deref());
        let words = [asked.q.as_str(), asked.programme.as_deref().unwrap_or_default()].join(" ");
        index.classes(&search::ClassQuery {
            q: words.trim().to_owned(),
            region: region_filter(asked.region.as_deref()),
            open: asked.open,
            paging: asked.page.paging(&near),
            ..search::ClassQuery::default()
        })
    })
    .await?;
    let mut read = &office.db;
    if let Some(answer) = answer {
        let ids: Vec<Uuid> = answer.hits.iter().map(|h| h.id).collect();
        let mut records: std::collections::HashMap<Uuid, class::Record> =
            class::records(&mut read, &ids).await?.into_iter().map(|r| (r.row.id, r)).collect();
        return Ok(Found::from_answer(answer, |id| records.remove(&id)));
    }
    let ids = class::ids_after(&mut read, None, 100).await?;
    let mut rows = class::records(&mut read, &ids).await?;
    rows.retain(|r| r.row.class.name.contains(ask.q.trim()));
    Ok(Found { degraded: true, ..Found::of(rows) })
}
