//! `serve`: migrate, follow, serve, drain.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use super::{Common, open};
use crate::actions::Office;
use crate::config::{Config, Given};
use crate::jobs;
use crate::mail::Mailer;
use crate::web::{Door, server};

/// Longest wait for the loops to finish their step when the server stops.
const LOOPS_END: Duration = Duration::from_secs(5);

/// Runs the server until SIGTERM or Ctrl-C.
pub async fn run(common: &Common, flags: Given) -> Result<()> {
    let config = open::config(common, flags)?;
    open::logging(&config, "info,sqlx=warn")?;
    let _lock = lock(&config)?;
    let office = open::office(&config).await?;
    serve(&config, office).await
}

/// Takes `serve.lock`, so that one server at a time writes this folder's index.
pub fn lock(config: &Config) -> Result<std::fs::File> {
    config.prepare_folder()?;
    let path = config.data_dir.join("serve.lock");
    let file = std::fs::File::create(&path).with_context(|| format!("{}", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(_) => {
            Err(open::Unusable(format!("data_dir: {} is in use by another server", config.data_dir.display())).into())
        }
    }
}

/// Serves an opened office: the door, and the loops behind it.
pub async fn serve(config: &Config, office: Office) -> Result<()> {
    let mailer = mailer(config)?;
    let listener = TcpListener::bind(config.listen)
        .await
        .map_err(|e| open::Unusable(format!("listen: {} cannot be opened: {e}", config.listen)))?;
    let address = listener.local_addr()?;
    let (mut term, mut int) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let (stop, stopped) = watch::channel(false);
    crate::actions::import::upload::resume(&office).await.map_err(super::open::told)?;
    crate::actions::match_run::break_off(&office).await.map_err(super::open::told)?;
    let mut loops = jobs::start(&office, Arc::new(mailer), &stopped);
    tracing::info!(%address, "ready");
    let door = Door { office: office.clone(), https: config.public_url.starts_with("https://") };
    server::serve(door, listener, async move {
        tokio::select! {
            _ = term.recv() => {}
            _ = int.recv() => {}
        }
        tracing::info!("stopping: no new requests, finishing those under way");
    })
    .await;
    let _ = stop.send(true);
    // A loop that hangs in a slow mail server must not hold the stop; its lease runs out by itself.
    let _ = tokio::time::timeout(LOOPS_END, async { while loops.join_next().await.is_some() {} }).await;
    loops.abort_all();
    office.db.close().await;
    Ok(())
}

/// The mail transport of the settings.
pub fn mailer(config: &Config) -> Result<Mailer> {
    Ok(Mailer::open(&config.mail_url, &config.mail_from).map_err(|e| open::Unusable(e.to_string()))?)
}
