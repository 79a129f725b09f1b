//! Searches that a station keeps: saved, stopped, taken away, and what is new for them in the daily digest.

use uuid::Uuid;

use super::error::{Error, Result};
use super::office::{Office, below};
use super::search::{Page, VacancyAsk, WorkerAsk, vacancies_of_index, workers_of_index};
use crate::domain::actor::{Actor, Right};
use crate::domain::code::Code as _;
use crate::domain::fault::Faults;
use crate::domain::saved_search::{SearchKind, check_name, holds_number};
use crate::domain::vacancy::VacancyState;
use crate::search::{self as index, Sort};
use crate::store::saved_search::{self as rows, SavedSearch};
use crate::store::worker::{self as people, Scope};
use crate::store::{Tx, vacancy};

/// Searches that a station keeps at most.
const MOST: usize = 50;

/// What a saved search asks.
#[derive(Debug, Clone)]
pub enum Asked {
    /// Of people.
    Workers(WorkerAsk),
    /// Of open vacancies.
    Vacancies(VacancyAsk),
}

impl Asked {
    fn kind(&self) -> SearchKind {
        match self {
            Self::Workers(_) => SearchKind::Workers,
            Self::Vacancies(_) => SearchKind::Vacancies,
        }
    }

    fn words(&self) -> &str {
        match self {
            Self::Workers(ask) => &ask.q,
            Self::Vacancies(ask) => &ask.q,
        }
    }

    fn json(&self) -> Result<serde_json::Value> {
        let value = match self {
            Self::Workers(ask) => serde_json::to_value(ask),
            Self::Vacancies(ask) => serde_json::to_value(ask),
        };
        value.map_err(|e| Error::Internal(e.to_string()))
    }

    fn of(saved: &SavedSearch) -> Result<Self> {
        let asked = saved.asked.clone();
        let read = match saved.kind {
            SearchKind::Workers => serde_json::from_value(asked).map(Self::Workers),
            SearchKind::Vacancies => serde_json::from_value(asked).map(Self::Vacancies),
        };
        read.map_err(|e| Error::Internal(e.to_string()))
    }
}

/// Saved searches are a station's own: nobody else sees them.
fn own(office: &Office, actor: &Actor) -> Result<Uuid> {
    office.need(actor, Right::Persons)?;
    actor.station().ok_or(Error::Forbidden)
}

/// Saves a search of the own station; `query` is how the list's address says what is asked.
pub async fn save(office: &Office, actor: &Actor, name: &str, query: String, asked: Asked) -> Result<SavedSearch> {
    let station = own(office, actor)?;
    let mut faults = Faults::default();
    let name = faults.take(check_name(name)).unwrap_or_default();
    let (said, nothing) = (
        asked.json()?,
        match asked.kind() {
            SearchKind::Workers => Asked::Workers(WorkerAsk::default()).json()?,
            SearchKind::Vacancies => Asked::Vacancies(VacancyAsk::default()).json()?,
        },
    );
    if holds_number(asked.words()) {
        faults.at("q", "saved_search.number");
    } else if said == nothing {
        faults.at("q", "saved_search.empty");
    }
    let name = faults.finish(name)?;
    if rows::of_station(&mut &office.db, station).await?.len() >= MOST {
        return Err(Error::conflict("saved_search.many"));
    }
    let now = office.now();
    let saved = SavedSearch {
        id: office.id(),
        station,
        kind: asked.kind(),
        name,
        query,
        asked: said,
        by: actor.name().to_owned(),
        created_at: now,
        told_until: now,
        stopped_at: None,
    };
    let mut tx = office.begin().await?;
    rows::insert(&mut tx, &saved).await?;
    tx.audit(office.audit(actor, "saved_search.save", "saved_search", Some(saved.id), saved.kind.code()));
    office.commit(tx).await?;
    Ok(saved)
}

/// The searches of the own station, each with the number of what is new since the last digest; none while the index is away.
pub async fn list(office: &Office, actor: &Actor) -> Result<Vec<(SavedSearch, Option<usize>)>> {
    let station = own(office, actor)?;
    let scope = office.scope(actor).await?;
    let mut list = Vec::new();
    for saved in rows::of_station(&mut &office.db, station).await? {
        let new = match saved.stopped_at {
            Some(_) => None,
            None => fresh(office, &scope, &saved).await?.map(|ids| ids.len()),
        };
        list.push((saved, new));
    }
    Ok(list)
}

/// One search of the own station.
pub async fn find(office: &Office, actor: &Actor, id: Uuid) -> Result<SavedSearch> {
    let station = own(office, actor)?;
    rows::find(&mut &office.db, station, id).await?.ok_or(Error::NotFound)
}

/// Stops a search: the digest leaves it out until it is resumed.
pub async fn stop(office: &Office, actor: &Actor, id: Uuid) -> Result<SavedSearch> {
    set_stopped(office, actor, id, true).await
}

/// Lets a stopped search go on, with what comes from now on.
pub async fn resume(office: &Office, actor: &Actor, id: Uuid) -> Result<SavedSearch> {
    set_stopped(office, actor, id, false).await
}

async fn set_stopped(office: &Office, actor: &Actor, id: Uuid, stop: bool) -> Result<SavedSearch> {
    let saved = find(office, actor, id).await?;
    let now = office.now();
    let (stopped_at, told_until) = if stop { (Some(now), saved.told_until) } else { (None, now) };
    let mut tx = office.begin().await?;
    if !rows::set_stopped(&mut tx, id, stopped_at, told_until).await? {
        return Err(Error::conflict("saved_search.state"));
    }
    let act = if stop { "saved_search.stop" } else { "saved_search.resume" };
    tx.audit(office.audit(actor, act, "saved_search", Some(id), ""));
    office.commit(tx).await?;
    Ok(SavedSearch { told_until, stopped_at, ..saved })
}

/// Takes a search away; answers what it was.
pub async fn delete(office: &Office, actor: &Actor, id: Uuid) -> Result<SavedSearch> {
    let saved = find(office, actor, id).await?;
    let mut tx = office.begin().await?;
    if !rows::delete(&mut tx, id).await? {
        return Err(Error::NotFound);
    }
    tx.audit(office.audit(actor, "saved_search.delete", "saved_search", Some(id), ""));
    office.commit(tx).await?;
    Ok(saved)
}

/// What is new for a saved search.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct News {
    /// The search.
    pub search: Uuid,
    /// How many are new.
    pub n: usize,
    /// The first of them.
    pub ids: Vec<Uuid>,
}

/// So many are named in a letter; the others are counted.
const NAMED: usize = 5;

/// What is new for a station's searches since they were told last; a search without anything new is left out.
pub(super) async fn news(office: &Office, station: Uuid) -> Result<Vec<News>> {
    let saved = rows::of_station(&mut &office.db, station).await?;
    if saved.is_empty() {
        return Ok(Vec::new());
    }
    let scope = Scope::Stations(below(&office.stations().await, station));
    let mut news = Vec::new();
    for saved in saved.iter().filter(|s| s.stopped_at.is_none()) {
        let Some(mut ids) = fresh(office, &scope, saved).await?.filter(|ids| !ids.is_empty()) else { continue };
        let n = ids.len();
        ids.truncate(NAMED);
        news.push(News { search: saved.id, n, ids });
    }
    Ok(news)
}

/// Notes that the news went into a letter.
pub(super) async fn told(office: &Office, tx: &mut Tx, news: &[News]) -> Result<()> {
    let ids: Vec<Uuid> = news.iter().map(|n| n.search).collect();
    Ok(rows::told(tx, &ids, office.now()).await?)
}

/// The search behind a piece of news, if it still stands.
pub(super) async fn behind(office: &Office, station: Uuid, news: &News) -> Result<Option<SavedSearch>> {
    Ok(rows::find(&mut &office.db, station, news.search).await?)
}

async fn fresh(office: &Office, scope: &Scope, saved: &SavedSearch) -> Result<Option<Vec<Uuid>>> {
    match Asked::of(saved)? {
        Asked::Workers(ask) => new_workers(office, scope, &ask, saved.told_until).await,
        Asked::Vacancies(ask) => new_vacancies(office, &ask, saved.told_until).await,
    }
}

/// So many pages of a hundred are looked through for what is new.
const PAGES: usize = 20;

fn newest_first(cursor: Option<String>) -> Page {
    Page { limit: 100, cursor, sort: Sort::Newest, near: None, facets: false, strict: true }
}

/// People of a scope whom a search finds as it was said and who were registered after an instant, the last changed first;
/// none while the index is away.
async fn new_workers(office: &Office, scope: &Scope, ask: &WorkerAsk, after: i64) -> Result<Option<Vec<Uuid>>> {
    let stations = office.stations().await;
    let station = ask.station.as_ref().and_then(|code| stations.iter().find(|s| s.station.code == *code)).map(|s| s.id);
    let (mut new, mut cursor) = (Vec::new(), None);
    for _ in 0..PAGES {
        let asked = WorkerAsk { page: newest_first(cursor), ..ask.clone() };
        let Some(answer) = workers_of_index(office, scope, station, None, asked).await? else { return Ok(None) };
        let ids: Vec<Uuid> = answer.hits.iter().map(|h| h.id).collect();
        let records = people::records(&mut &office.db, scope, &ids).await?;
        new.extend(records.iter().map(|r| &r.person).filter(|p| p.created_at > after).map(|p| p.id));
        cursor = answer.next_cursor;
        // The list goes by the last change, which is never before the registration.
        if cursor.is_none() || records.iter().any(|r| r.person.updated_at <= after) {
            break;
        }
    }
    Ok(Some(new))
}

/// Open vacancies that a search finds as it was said and that were opened after an instant, newest first; none while the
/// index is away.
async fn new_vacancies(office: &Office, ask: &VacancyAsk, after: i64) -> Result<Option<Vec<Uuid>>> {
    let (mut new, mut cursor) = (Vec::new(), None);
    for _ in 0..PAGES {
        let asked = VacancyAsk { page: newest_first(cursor), ..ask.clone() };
        let open = VacancyState::Open.code().to_owned();
        let found = vacancies_of_index(office, index::Scope::All, ask.employer, open, asked).await?;
        let Some(answer) = found else { return Ok(None) };
        let ids: Vec<Uuid> = answer.hits.iter().map(|h| h.id).collect();
        let records = vacancy::records(&mut &office.db, &ids).await?;
        let opened = |r: &vacancy::Record| r.row.opened_at.unwrap_or(r.row.created_at);
        new.extend(records.iter().filter(|r| opened(r) > after).map(|r| r.row.id));
        cursor = answer.next_cursor;
        if cursor.is_none() || records.iter().any(|r| opened(r) <= after) {
            break;
        }
    }
    Ok(Some(new))
}
