//! `jobs run`: all due work until idle.

use anyhow::Result;
use clap::Subcommand;

use super::{Common, open, serve};
use crate::actions::follow::Follower;
use crate::jobs;

/// What to do with background work.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Do all due work until idle and print counts
    Run,
}

/// Runs the command; a server on the same folder keeps the index to itself.
pub async fn run(common: &Common, command: Command) -> Result<()> {
    let Command::Run = command;
    let (config, office, _) = open::command(common).await?;
    let mailer = serve::mailer(&config)?;
    let lock = serve::lock(&config).ok();
    let mut follower = match &lock {
        Some(_) => Some(Follower::start(&office).await.map_err(open::told)?),
        None => None,
    };
    let counts = jobs::run_until_idle(&office, &mailer, follower.as_mut()).await.map_err(open::told)?;
    let counts = serde_json::to_value(counts)?;
    if common.json {
        say!("{counts}");
    } else if let Some(map) = counts.as_object() {
        for (name, count) in map {
            say!("{name}: {count}");
        }
    }
    Ok(())
}
