//! `index rebuild` and `index check`; `check`: the consistency of the whole store.

use std::collections::BTreeSet;

use anyhow::{Result, bail};
use clap::Subcommand;
use serde_json::json;
use uuid::Uuid;

use super::{Common, open, serve};
use crate::actions::follow::{self, Follower};
use crate::actions::{Office, consistency};
use crate::search::{Index, Kind as Indexed};
use crate::store::change::Kind;

/// What to do with the index.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Build it anew from SQL, while a server goes on serving
    Rebuild,
    /// Compare every row with the index and print differences
    Check,
}

/// Runs the command.
pub async fn run(common: &Common, command: Command) -> Result<()> {
    let (config, office, _) = open::command(common).await?;
    match command {
        Command::Rebuild => {
            // A running server owns the index: it is asked, and this command waits.
            if let Ok(_lock) = serve::lock(&config) {
                Follower::default().rebuild(&office).await.map_err(open::told)?;
            } else {
                let asked = office.now();
                crate::store::request::ask(&office.db, follow::REBUILD, asked).await?;
                while !crate::store::request::done_since(&office.db, follow::REBUILD, asked).await? {
                    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
                }
            }
            say!("{}", if common.json { json!({"rebuilt": true}).to_string() } else { "rebuilt".into() });
            Ok(())
        }
        Command::Check => {
            let faults = differences(&office).await?;
            report(common, &faults)
        }
    }
}

/// `check`.
pub async fn check(common: &Common) -> Result<()> {
    let (_, office, _) = open::command(common).await?;
    let mut faults = consistency::faults(&office).await.map_err(open::told)?;
    faults.extend(differences(&office).await?);
    report(common, &faults)
}

fn report(common: &Common, faults: &[String]) -> Result<()> {
    for fault in faults {
        say!("{fault}");
    }
    if common.json {
        say!("{}", json!({"faults": faults.len()}));
    }
    if faults.is_empty() {
        if !common.json {
            say!("ok");
        }
        Ok(())
    } else {
        bail!("{} faults", faults.len())
    }
}

/// Rows without document and documents without row. An index that nobody has made yet has no differences.
async fn differences(office: &Office) -> Result<Vec<String>> {
    let root = follow::folder(office);
    if !root.exists() {
        return Ok(Vec::new());
    }
    let index = match Index::open_to_read(&root) {
        Ok(opened) => opened.index,
        Err(needs) => return Ok(vec![format!("index: {} {}", needs.reason, needs.detail)]),
    };
    let mut faults = Vec::new();
    for (kind, indexed, name) in [
        (Kind::Worker, Indexed::Worker, "worker"),
        (Kind::Vacancy, Indexed::Vacancy, "vacancy"),
        (Kind::Class, Indexed::Class, "class"),
    ] {
        let rows: BTreeSet<Uuid> = follow::ids_after(office, kind, None, i64::MAX).await?.into_iter().collect();
        let docs: BTreeSet<Uuid> = index.ids(indexed)?.into_iter().collect();
        faults.extend(rows.difference(&docs).map(|id| format!("index: {name} {id} is in SQL only")));
        faults.extend(docs.difference(&rows).map(|id| format!("index: {name} {id} is in the index only")));
    }
    Ok(faults)
}
