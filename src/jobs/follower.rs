//! The index follower: opens or rebuilds the index while the server answers, then follows the change log.

use std::time::Duration;

use tokio::sync::watch;

use crate::actions::Office;
use crate::actions::follow::Follower;

/// Longest wait before changes of other nodes are looked for.
const TICK: Duration = Duration::from_millis(500);
/// Wait after a fault.
const PAUSE: Duration = Duration::from_secs(5);

/// Follows until the end; after a fault it opens the index anew.
pub async fn run(office: Office, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        if let Err(error) = follow(&office, &mut stop).await {
            tracing::warn!(%error, "the index could not be followed");
            tokio::select! {
                () = tokio::time::sleep(PAUSE) => {}
                _ = stop.changed() => {}
            }
        }
    }
}

async fn follow(office: &Office, stop: &mut watch::Receiver<bool>) -> crate::actions::Result<()> {
    let mut follower = Follower::start(office).await?;
    loop {
        // A commit costs the same whatever its size: whatever is there goes at once, then the loop waits.
        if follower.step(office).await? == 0 && !super::wait(office, TICK, stop).await {
            return Ok(());
        }
        if *stop.borrow() {
            return Ok(());
        }
    }
}
