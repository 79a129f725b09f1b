//! The group committer of read audits: an answer waits until its line is durable, many lines share one commit.

use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use super::error::{Error, Result};
use crate::store::change::Audit;
use crate::store::{Db, Tx};

/// Lines gathered at most before a commit.
const BATCH: usize = 256;
/// Time gathered at most before a commit.
const GATHER: Duration = Duration::from_millis(10);

type Line = (Audit, oneshot::Sender<bool>);

/// Handle to the committer task.
#[derive(Debug)]
pub struct Reading(mpsc::Sender<Line>);

impl Reading {
    /// Starts the committer; it ends when the handle is dropped.
    pub fn start(db: Db) -> Self {
        let (send, receive) = mpsc::channel(1024);
        tokio::spawn(run(db, receive));
        Self(send)
    }

    /// Waits until the line is committed.
    pub async fn record(&self, line: Audit) -> Result<()> {
        let (done, wait) = oneshot::channel();
        let lost = || Error::Busy("the audit trail cannot be written".to_owned());
        self.0.send((line, done)).await.map_err(|_| lost())?;
        if wait.await.unwrap_or(false) { Ok(()) } else { Err(lost()) }
    }
}

async fn run(db: Db, mut lines: mpsc::Receiver<Line>) {
    while let Some(first) = lines.recv().await {
        let mut batch = vec![first];
        let until = tokio::time::Instant::now() + GATHER;
        while batch.len() < BATCH {
            match tokio::time::timeout_at(until, lines.recv()).await {
                Ok(Some(line)) => batch.push(line),
                Ok(None) | Err(_) => break,
            }
        }
        let (audits, waiting): (Vec<_>, Vec<_>) = batch.into_iter().unzip();
        let written = write(&db, audits).await;
        if let Err(error) = &written {
            tracing::error!(%error, "the audit trail could not be written; the reads were refused");
        }
        for done in waiting {
            let _ = done.send(written.is_ok());
        }
    }
}

async fn write(db: &Db, audits: Vec<Audit>) -> std::result::Result<(), crate::store::Error> {
    let mut tx = Tx::begin(db).await?;
    for line in audits {
        tx.audit(line);
    }
    tx.commit().await
}
