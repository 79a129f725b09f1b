//! The office: database, keys, clock, live index and columns, and what every act takes from them.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::civil::Date;
use tokio::sync::Notify;
use uuid::Uuid;

use super::clock::Clock;
use super::error::{Error, Result};
use super::live::Live;
use super::reading::Reading;
use super::shown::Shown;
use crate::domain::actor::{Actor, Right};
use crate::store::change::Audit;
use crate::store::crypt::Keys;
use crate::store::station::StationRow;
use crate::store::worker::{Referenced, Scope};
use crate::store::{self, Db, Tx};

/// What the office is told from outside.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Folder for uploads and index.
    pub data_dir: PathBuf,
    /// Base of links in mails.
    pub public_url: String,
    /// Keep matching columns.
    pub matching: bool,
}

/// Where acts are done; cheap to clone.
#[derive(Debug, Clone)]
pub struct Office(Arc<Inner>);

/// What an [`Office`] holds.
#[derive(Debug)]
pub struct Inner {
    /// The database.
    pub db: Db,
    /// Sealing and look-up keys.
    pub keys: Keys,
    /// What time it is.
    pub clock: Clock,
    /// Settings.
    pub settings: Settings,
    /// Index and columns.
    pub live: Live,
    /// Group committer of read audits.
    pub reading: Reading,
    /// Rung after each act, so that followers and the mailer need not wait for their tick.
    pub bell: Notify,
    /// Vacancies as lists last read them.
    pub shown: Shown,
    stations: tokio::sync::RwLock<Arc<Vec<StationRow>>>,
}

impl std::ops::Deref for Office {
    type Target = Inner;
    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl Office {
    /// Opens the office over a migrated database.
    pub async fn open(db: Db, keys: Keys, clock: Clock, settings: Settings) -> Result<Self> {
        let stations = store::station::all(&mut &db).await?;
        let live = Live::empty();
        let reading = Reading::start(db.clone());
        Ok(Self(Arc::new(Inner {
            db,
            keys,
            clock,
            settings,
            live,
            reading,
            bell: Notify::new(),
            shown: Shown::default(),
            stations: tokio::sync::RwLock::new(Arc::new(stations)),
        })))
    }

    /// Now, microseconds UTC.
    pub fn now(&self) -> i64 {
        self.clock.now()
    }

    /// Today in Asia/Shanghai.
    pub fn today(&self) -> Date {
        self.clock.today()
    }

    /// A new id, later in order than every id this program gave before.
    pub fn id(&self) -> Uuid {
        /// Milliseconds and 12 bits of what is behind the point (RFC 9562, section 6.2, method 3).
        static LAST: AtomicU64 = AtomicU64::new(0);
        let now = self.now().max(0) as u64 * 4_096 / 1_000;
        let next = |last: u64| now.max(last + 1);
        let time =
            next(LAST.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| Some(next(last))).unwrap_or(now));
        // The generator of this thread asks the kernel once in a while, `now_v7` for every id.
        let mut random: [u8; 10] = rand::random();
        random[..2].copy_from_slice(&(time as u16 & 0xfff).to_be_bytes());
        uuid::Builder::from_unix_timestamp_millis(time >> 12, &random).into_uuid()
    }

    /// Refuses an actor whose role does not hold the right.
    pub fn need(&self, actor: &Actor, right: Right) -> Result<()> {
        match actor {
            _ if actor.may(right) => Ok(()),
            Actor::Anyone => Err(Error::Unauthorized),
            _ => Err(Error::Forbidden),
        }
    }

    /// Begins a transaction.
    pub async fn begin(&self) -> Result<Tx> {
        Ok(Tx::begin(&self.db).await?)
    }

    /// Commits an act and wakes those who follow.
    pub async fn commit(&self, tx: Tx) -> Result<()> {
        tx.commit().await?;
        self.shown.acted();
        self.bell.notify_waiters();
        Ok(())
    }

    /// A line for the audit trail.
    pub fn audit(&self, actor: &Actor, act: &str, kind: &str, object: Option<Uuid>, fields: &str) -> Audit {
        let account = match actor {
            Actor::Account { id, .. } => Some(*id),
            _ => None,
        };
        Audit {
            at: self.now(),
            actor: actor.name().to_owned(),
            account,
            act: act.to_owned(),
            object_kind: kind.to_owned(),
            object,
            fields: fields.to_owned(),
            result: "ok".to_owned(),
        }
    }

    /// Waits until a read of persons stands in the audit trail; the answer may only go out after.
    pub async fn read_of(&self, actor: &Actor, act: &str, object: Option<Uuid>, fields: &str) -> Result<()> {
        self.reading.record(self.audit(actor, act, "worker", object, fields)).await
    }

    /// Puts on record that a door was refused.
    pub async fn refused(&self, actor: &Actor, door: &str) -> Result<()> {
        let line = Audit { result: "denied".to_owned(), ..self.audit(actor, "door.knock", "door", None, door) };
        self.reading.record(line).await
    }

    /// All stations with their tree.
    pub async fn stations(&self) -> Arc<Vec<StationRow>> {
        self.stations.read().await.clone()
    }

    /// Reads the stations again after one of them changed.
    pub async fn reload_stations(&self) -> Result<()> {
        let fresh = Arc::new(store::station::all(&mut &self.db).await?);
        *self.stations.write().await = fresh;
        Ok(())
    }

    /// The people an actor may see: linked to the own station or to one below it.
    pub async fn scope(&self, actor: &Actor) -> Result<Scope> {
        match actor {
            Actor::Operator | Actor::System => Ok(Scope::All),
            Actor::Account { station: Some(own), .. } if actor.may(Right::Persons) => {
                Ok(Scope::Stations(below(&self.stations().await, *own)))
            }
            Actor::Anyone => Err(Error::Unauthorized),
            Actor::Account { .. } => Err(Error::Forbidden),
        }
    }

    /// Codes to say on the telephone that nobody has yet: short ones first, longer where they are taken.
    pub async fn references(&self, tx: &mut Tx, table: Referenced, count: usize) -> Result<Vec<String>> {
        let (letter, shortest) = match table {
            Referenced::Worker => ('R', 5),
            Referenced::Vacancy => ('G', 4),
            Referenced::Employer => ('Y', 4),
            Referenced::Class => ('P', 4),
            Referenced::Introduction => ('T', 5),
            Referenced::Interest => ('H', 8),
        };
        let mut found: Vec<String> = Vec::with_capacity(count);
        for length in shortest.. {
            let mut wanted = std::collections::BTreeSet::new();
            while wanted.len() < count - found.len() {
                let code = reference(letter, length);
                if !found.contains(&code) {
                    wanted.insert(code);
                }
            }
            let wanted: Vec<String> = wanted.into_iter().collect();
            let taken = store::worker::taken_references(tx, table, &wanted).await?;
            found.extend(wanted.into_iter().filter(|code| !taken.contains(code)));
            if found.len() == count {
                break;
            }
        }
        Ok(found)
    }
}

/// Letters and digits that are not mistaken for each other on the telephone.
const ALPHABET: &[u8] = b"23456789ABCDEFGHJKMNPQRSTUVWXYZ";

fn reference(letter: char, length: usize) -> String {
    let mut code = format!("{letter}-");
    for _ in 0..length {
        code.push(ALPHABET[rand::random_range(0..ALPHABET.len())] as char);
    }
    code
}

/// A station and all below it.
pub fn below(stations: &[StationRow], own: Uuid) -> Vec<Uuid> {
    let mut ids = vec![own];
    let mut next = 0;
    while next < ids.len() {
        let parent = ids[next];
        ids.extend(stations.iter().filter(|s| s.parent == Some(parent)).map(|s| s.id));
        next += 1;
    }
    ids
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::actions::testing::fresh;

    #[tokio::test]
    async fn ids_are_in_the_order_in_which_they_were_given() {
        let fresh = fresh().await;
        let office = &fresh.office;
        let ids: Vec<Uuid> = (0..10_000).map(|_| office.id()).collect();
        assert!(ids.is_sorted_by(|a, b| a < b));
        assert_eq!(ids[0].get_version_num(), 7);
    }
}
