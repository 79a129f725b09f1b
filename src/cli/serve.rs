//! `serve`: migrate, follow, serve, drain.

use anyhow::{Context as _, Result};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use super::{Common, open};
use crate::config::{Config, Given};
use crate::web::{Door, server};

/// Runs the server until SIGTERM or Ctrl-C.
pub async fn run(common: &Common, flags: Given) -> Result<()> {
    let config = open::config(common, flags)?;
    open::logging(&config, "info")?;
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

/// Serves an opened office.
pub async fn serve(config: &Config, office: crate::actions::Office) -> Result<()> {
    let listener = TcpListener::bind(config.listen)
        .await
        .map_err(|e| open::Unusable(format!("listen: {} cannot be opened: {e}", config.listen)))?;
    let address = listener.local_addr()?;
    let (mut term, mut int) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
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
    office.db.close().await;
    Ok(())
}
