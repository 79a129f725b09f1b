//! Commands that the contract names and later work will fill: until then they say so and end with status 1.

use clap::{Args, Subcommand};

/// Whatever follows the command.
#[derive(Debug, Args)]
#[command(disable_help_flag = true)]
pub struct Rest {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    _rest: Vec<String>,
}

/// One variant for each command that is not built yet.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// A consistent copy while serving
    #[command(hide = true)]
    Backup(Rest),
    /// From a copy and its keys
    #[command(hide = true)]
    Restore(Rest),
    /// Faults of the set-up in plain words
    #[command(hide = true)]
    Doctor(Rest),
    /// One letter to try the mail settings
    #[command(hide = true)]
    Mail(Rest),
    /// From one database to another
    #[command(hide = true)]
    Copy(Rest),
    /// Seal again with a new key
    #[command(hide = true)]
    Key(Rest),
    /// Verify the chain of the audit
    #[command(hide = true)]
    Audit(Rest),
    /// Who was affected
    #[command(hide = true)]
    Report(Rest),
    /// The matrix of rights
    #[command(hide = true)]
    Rights(Rest),
    /// What would be erased
    #[command(hide = true)]
    Retention(Rest),
    /// Check a file of support rules
    #[command(hide = true)]
    Measures(Rest),
}

/// # Errors
/// Always: the command is not built yet.
pub fn run(command: &Command) -> anyhow::Result<()> {
    let name = match command {
        Command::Backup(_) => "backup",
        Command::Restore(_) => "restore",
        Command::Doctor(_) => "doctor",
        Command::Mail(_) => "mail",
        Command::Copy(_) => "copy",
        Command::Key(_) => "key",
        Command::Audit(_) => "audit",
        Command::Report(_) => "report",
        Command::Rights(_) => "rights",
        Command::Retention(_) => "retention",
        Command::Measures(_) => "measures",
    };
    anyhow::bail!("{name}: not yet")
}
