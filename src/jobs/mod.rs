//! Background loops that repeat the acts of the office until the program stops; tests and `jobs run` call the same steps.

pub mod daily;
pub mod follower;
pub mod mailer;

use std::sync::Arc;

use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::actions::follow::Follower;
use crate::actions::{Office, Result};
use crate::mail::Mailer;

/// What was done until nothing was left to do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Counts {
    /// Changes applied to index and columns.
    pub changes: usize,
    /// Digests noted.
    pub digests: u64,
    /// Letters about free seats noted.
    pub seats: u64,
    /// Reminders noted.
    pub reminders: u64,
    /// Vacancies whose last day has passed.
    pub expired: u64,
    /// Warnings of vacancies' last days noted.
    pub warnings: u64,
    /// Rows and files that had run out.
    pub swept: u64,
    /// Letters sent.
    pub sent: u64,
    /// Letters to be tried again later.
    pub waiting: u64,
    /// Letters given up.
    pub dead: u64,
}

/// Does all due work until idle; the index is followed only by whoever holds its lock and hands its follower over.
pub async fn run_until_idle(office: &Office, mailer: &Mailer, follower: Option<&mut Follower>) -> Result<Counts> {
    let mut counts = Counts::default();
    let day = daily::step(office, true).await?;
    (counts.digests, counts.seats, counts.reminders) = (day.digests, day.seats, day.reminders);
    (counts.expired, counts.warnings, counts.swept) = (day.expired, day.warnings, day.swept);
    if let Some(follower) = follower {
        counts.changes = follower.catch_up(office).await?;
    }
    loop {
        let done = mailer::step(office, mailer).await?;
        if done.all() == 0 {
            return Ok(counts);
        }
        counts.sent += done.sent;
        counts.waiting += done.waiting;
        counts.dead += done.dead;
    }
}

/// Starts the loops of a server; they end when `stop` turns true or its sender is dropped, each after its step.
pub fn start(office: &Office, mailer: Arc<Mailer>, stop: &watch::Receiver<bool>) -> JoinSet<()> {
    let mut loops = JoinSet::new();
    loops.spawn(follower::run(office.clone(), stop.clone()));
    loops.spawn(mailer::run(office.clone(), mailer, stop.clone()));
    loops.spawn(daily::run(office.clone(), stop.clone()));
    loops
}

/// Waits for a tick, an act's bell or the end; true = go on.
async fn wait(office: &Office, tick: std::time::Duration, stop: &mut watch::Receiver<bool>) -> bool {
    if *stop.borrow() {
        return false;
    }
    tokio::select! {
        () = tokio::time::sleep(tick) => true,
        () = office.bell.notified() => true,
        changed = stop.changed() => changed.is_ok() && !*stop.borrow(),
    }
}
