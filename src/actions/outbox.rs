//! Telling by mail: letters noted in an act's transaction, the list of them, and the second try of a dead one.

use serde_json::Value;
use uuid::Uuid;

use super::error::{Error, Result};
use super::office::{Office, below};
use crate::domain::actor::{Actor, Right};
use crate::domain::code::Code as _;
use crate::domain::notice::{GIVE_UP_HOURS, NoticeKind, NoticeState};
use crate::store::Tx;
use crate::store::outbox::{self as letters, Desk, Notice};

/// To whom a letter goes; the mailbox is looked up when it is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum To {
    /// A station.
    Station(Uuid),
    /// An employer, if it asked for mail.
    Employer(Uuid),
    /// An account's own mailbox.
    Account(Uuid),
}

/// A letter to note.
#[derive(Debug, Clone)]
pub struct Tell {
    /// Kind.
    pub kind: NoticeKind,
    /// To whom.
    pub to: To,
    /// The row it is about.
    pub about: Uuid,
    /// The introduction it is about, whose page shows what became of the letter.
    pub introduction: Option<Uuid>,
    /// Further ids and days; never words about a person.
    pub payload: Value,
    /// A name that makes the letter one of a kind: told once however often it is noted.
    pub once: Option<String>,
}

impl Tell {
    /// A letter about a row.
    pub fn new(kind: NoticeKind, to: To, about: Uuid) -> Self {
        Self { kind, to, about, introduction: None, payload: Value::Object(serde_json::Map::new()), once: None }
    }
}

/// Host of `Message-ID`s: that of the public address.
fn host(office: &Office) -> String {
    let url = &office.settings.public_url;
    let host = url.split("://").nth(1).unwrap_or(url).split(['/', ':']).next().unwrap_or_default();
    let plain: String = host.chars().filter(|c| c.is_ascii_alphanumeric() || ".-".contains(*c)).collect();
    if plain.is_empty() { "localhost".to_owned() } else { plain }
}

/// True if a letter that is told once under a name was noted.
pub(super) async fn is_noted(office: &Office, once: &str) -> Result<bool> {
    Ok(letters::is_noted(&mut &office.db, &format!("{once}@{}", host(office))).await?)
}

/// Notes letters within the act's transaction; answers how many are new.
pub async fn notify(office: &Office, tx: &mut Tx, tells: &[Tell]) -> Result<u64> {
    let now = office.now();
    let host = host(office);
    let rows: Vec<Notice> = tells
        .iter()
        .map(|t| {
            let id = office.id();
            let (station, employer, account) = match t.to {
                To::Station(id) => (Some(id), None, None),
                To::Employer(id) => (None, Some(id), None),
                To::Account(id) => (None, None, Some(id)),
            };
            Notice {
                id,
                message_id: t.once.as_ref().map_or_else(|| format!("{id}@{host}"), |name| format!("{name}@{host}")),
                kind: t.kind,
                event: t.about.to_string(),
                station,
                employer,
                account,
                introduction: t.introduction,
                payload: t.payload.clone(),
                state: NoticeState::Pending,
                attempts: 0,
                next_at: now,
                lease: 0,
                last_error: None,
                maybe_duplicate: false,
                give_up_at: now + hours(GIVE_UP_HOURS),
                created_at: now,
                sent_at: None,
            }
        })
        .collect();
    Ok(letters::add(tx, &rows).await?)
}

/// Hours as microseconds.
pub(super) fn hours(n: i64) -> i64 {
    n * 3_600_000_000
}

/// The letters an actor may see: those of the own station and of those below it.
pub(super) async fn desk(office: &Office, actor: &Actor) -> Result<Desk> {
    office.need(actor, Right::Introductions)?;
    Ok(match actor.station() {
        Some(own) => Desk::Stations(below(&office.stations().await, own)),
        None => Desk::All,
    })
}

/// A page of letters.
#[derive(Debug)]
pub struct Page {
    /// The letters, newest first, each with the name of whom it goes to.
    pub items: Vec<(Notice, String)>,
    /// How many there are.
    pub total: i64,
    /// Cursor of the next page.
    pub next: Option<Uuid>,
}

/// Letters of the own desk.
pub async fn list(
    office: &Office,
    actor: &Actor,
    state: Option<NoticeState>,
    after: Option<Uuid>,
    limit: usize,
) -> Result<Page> {
    let desk = desk(office, actor).await?;
    let mut read = &office.db;
    let mut found = letters::list(&mut read, &desk, state, after, limit as i64 + 1).await?;
    let more = found.len() > limit;
    found.truncate(limit);
    let next = if more { found.last().map(|n| n.id) } else { None };
    let total = letters::count(&mut read, &desk, state).await?;
    let mut items = Vec::with_capacity(found.len());
    for n in found {
        let name = recipient(office, &n).await?;
        items.push((n, name));
    }
    Ok(Page { items, total, next })
}

/// The name of whom a letter goes to.
async fn recipient(office: &Office, n: &Notice) -> Result<String> {
    if let Some(id) = n.station {
        let stations = office.stations().await;
        return Ok(stations.iter().find(|s| s.id == id).map(|s| s.station.name.clone()).unwrap_or_default());
    }
    if let Some(id) = n.employer {
        let found = crate::store::employer::find(&mut &office.db, id).await?;
        return Ok(found.map(|e| e.employer.name).unwrap_or_default());
    }
    match n.account {
        Some(id) => Ok(crate::store::account::find(&mut &office.db, id).await?.map(|a| a.name).unwrap_or_default()),
        None => Ok(String::new()),
    }
}

/// Sends a dead letter again.
pub async fn retry(office: &Office, actor: &Actor, id: Uuid) -> Result<(Notice, String)> {
    let desk = desk(office, actor).await?;
    let n = letters::find(&mut &office.db, &desk, id).await?.ok_or(Error::NotFound)?;
    let mut tx = office.begin().await?;
    if !letters::revive(&mut tx, n.id, office.now(), office.now() + hours(GIVE_UP_HOURS)).await? {
        return Err(Error::conflict("outbox.state"));
    }
    tx.audit(office.audit(actor, "outbox.retry", "outbox", Some(n.id), n.kind.code()));
    office.commit(tx).await?;
    let n = letters::find(&mut &office.db, &desk, id).await?.ok_or(Error::NotFound)?;
    let name = recipient(office, &n).await?;
    Ok((n, name))
}
