//! The mail sender: sends what is due, soon after each act and at every tick.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::actions::letter::{Sent, send_due};
use crate::actions::{Office, Result};
use crate::mail::Mailer;

/// Longest wait before letters that became due are looked for.
const TICK: Duration = Duration::from_secs(5);

/// Sends one batch.
pub async fn step(office: &Office, mailer: &Mailer) -> Result<Sent> {
    send_due(office, mailer).await
}

/// Sends until the end.
pub async fn run(office: Office, mailer: Arc<Mailer>, mut stop: watch::Receiver<bool>) {
    loop {
        match step(&office, &mailer).await {
            Ok(done) if done.all() > 0 => {
                tracing::info!(sent = done.sent, waiting = done.waiting, dead = done.dead, "letters");
                if *stop.borrow() {
                    return;
                }
                continue;
            }
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "letters could not be sent"),
        }
        if !super::wait(&office, TICK, &mut stop).await {
            return;
        }
    }
}
