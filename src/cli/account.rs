//! `account`: add, list, disable, password, token; passwords come from stdin only.

use std::io::BufRead as _;

use anyhow::{Result, bail};
use clap::Subcommand;
use serde_json::json;

use super::{Common, open};
use crate::actions::account::{self, NewAccount};
use crate::domain::actor::Role;
use crate::domain::code::Code as _;

/// What to do with accounts.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Add an account; the password is read from stdin
    Add {
        /// Name to sign in with
        name: String,
        /// clerk, head, village, leader, employer, admin, auditor or security
        #[arg(long)]
        role: String,
        /// Code of the station
        #[arg(long)]
        station: Option<String>,
        /// Credit code of the employer
        #[arg(long)]
        employer: Option<String>,
        /// `confidential`: opens confidential notes of the own station
        #[arg(long)]
        right: Vec<String>,
    },
    /// List accounts
    List,
    /// Disable an account and end its sessions
    Disable {
        /// Name
        name: String,
    },
    /// Set a password, read from stdin
    Password {
        /// Name
        name: String,
    },
    /// Print an API token once, alone on stdout
    Token {
        /// Name
        name: String,
    },
}

fn password() -> Result<String> {
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    let line = line.trim_end_matches(['\r', '\n']);
    if line.is_empty() {
        bail!("the password is read from stdin, and nothing came");
    }
    Ok(line.to_owned())
}

/// Runs the command.
pub async fn run(common: &Common, command: Command) -> Result<()> {
    let (_, office, actor) = open::command(common).await?;
    match command {
        Command::Add { name, role, station, employer, right } => {
            let Some(role) = Role::parse(&role) else {
                let list: Vec<_> = Role::ALL.iter().map(|r| r.code()).collect();
                return Err(open::Unusable(format!("--role: one of {}", list.join(", "))).into());
            };
            if let Some(other) = right.iter().find(|r| *r != "confidential") {
                return Err(open::Unusable(format!("--right {other}: only `confidential` can be given")).into());
            }
            let station = match station {
                Some(code) => match office.stations().await.iter().find(|s| s.station.code == code) {
                    Some(s) => Some(s.id),
                    None => bail!("--station {code}: no station has this code"),
                },
                None => None,
            };
            let employer = match employer {
                Some(code) => {
                    match crate::store::employer::by_credit_codes(&mut &office.db, std::slice::from_ref(&code))
                        .await?
                        .first()
                    {
                        Some(employer) => Some(employer.id),
                        None => bail!("--employer {code}: no employer has this credit code"),
                    }
                }
                None => None,
            };
            let new = NewAccount {
                name,
                role,
                station,
                employer,
                confidential: !right.is_empty(),
                password: Some(password()?),
                email: None,
            };
            let account = account::add(&office, &actor, new).await.map_err(open::told)?;
            if common.json {
                say!("{}", json!({"id": account.id, "name": account.name, "role": account.role.code()}));
            } else {
                say!("{} ({})", account.name, account.role.code());
            }
        }
        Command::List => {
            let accounts = account::list(&office, &actor).await.map_err(open::told)?;
            let items: Vec<_> = accounts
                .iter()
                .map(|a| json!({"name": a.name, "role": a.role.code(), "disabled": a.disabled_at.is_some()}))
                .collect();
            if common.json {
                say!("{}", json!({"items": items}));
            } else {
                for a in accounts {
                    let off = if a.disabled_at.is_some() { "  disabled" } else { "" };
                    say!("{}  {}{off}", a.name, a.role.code());
                }
            }
        }
        Command::Disable { name } => account::disable(&office, &actor, &name).await.map_err(open::told)?,
        Command::Password { name } => {
            account::set_password(&office, &actor, &name, password()?).await.map_err(open::told)?;
        }
        Command::Token { name } => {
            say!("{}", account::make_token(&office, &actor, &name).await.map_err(open::told)?);
        }
    }
    Ok(())
}
