//! What the office does by itself: digests in the morning, reminders, warnings and sweeping through the day.

use std::time::Duration;

use tokio::sync::watch;

use crate::actions::{Office, Result, digest, match_run};

/// How often the day's work is looked at; every part of it is done once however often it is looked at.
const TICK: Duration = Duration::from_mins(1);

/// What a step did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Done {
    /// Digests noted.
    pub digests: u64,
    /// Letters about free seats noted.
    pub seats: u64,
    /// Reminders noted.
    pub reminders: u64,
    /// Vacancies whose last day has passed.
    pub expired: u64,
    /// Warnings noted.
    pub warnings: u64,
    /// Rows and files that had run out.
    pub swept: u64,
}

/// Does the day's work that is due; digests before the morning only when asked.
pub async fn step(office: &Office, before_morning: bool) -> Result<Done> {
    let mut done = Done { expired: digest::end_expired(office).await?, ..Done::default() };
    done.warnings = digest::warn_expiring(office).await?;
    done.reminders = digest::remind(office).await?;
    if before_morning || digest::is_morning(office) {
        done.digests = digest::digests(office).await?;
        done.seats = digest::tell_seats(office).await?;
    }
    done.swept = digest::sweep(office).await? + match_run::break_off(office).await? + match_run::forget(office).await?;
    Ok(done)
}

/// Does the day's work until the end.
pub async fn run(office: Office, mut stop: watch::Receiver<bool>) {
    loop {
        if let Err(error) = step(&office, false).await {
            tracing::warn!(%error, "the day's work could not be done");
        }
        tokio::select! {
            () = tokio::time::sleep(TICK) => {}
            changed = stop.changed() => if changed.is_err() || *stop.borrow() { return },
        }
        if *stop.borrow() {
            return;
        }
    }
}
