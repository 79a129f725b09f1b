//! The command line: one function per command.

/// Prints a line; a reader that has gone away (`| head`) is no fault.
macro_rules! say {
    ($($line:tt)*) => { $crate::cli::print_line(&format!($($line)*)) };
}

mod account;
mod check_value;
mod demo;
mod evaluate;
mod export;
mod import;
mod index;
mod jobs;
mod later;
pub mod matching;
mod open;
mod search;
mod serve;
mod solve;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::config::Given;

/// Shanhai: registry, vacancies, matching and casework of labour-cooperation stations.
#[derive(Debug, Parser)]
#[command(name = "shanhai", version, about)]
struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

/// Options of every command.
#[derive(Debug, Clone, Args)]
pub struct Common {
    /// Settings file (default: shanhai.toml if present)
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Folder of database, index, mail and uploads
    #[arg(long, global = true, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// One JSON object as the last line of stdout
    #[arg(long, global = true)]
    json: bool,
    /// Act in the name of this account instead of `operator`
    #[arg(long, global = true, value_name = "NAME")]
    account: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Migrate, open or rebuild the index, serve
    Serve {
        /// Address of the web server
        #[arg(long, value_name = "ADDRESS")]
        listen: Option<String>,
    },
    /// A world of made-up people to try everything in
    Demo {
        /// Address of the web server
        #[arg(long, value_name = "ADDRESS")]
        listen: Option<String>,
        /// Begin anew
        #[arg(long)]
        fresh: bool,
    },
    /// Accounts: add, list, disable, password, token
    #[command(subcommand)]
    Account(account::Command),
    /// Search people, vacancies or classes
    Search(search::Search),
    /// Recommendations, batch assignment, the solver
    #[command(subcommand, name = "match")]
    Match(matching::Command),
    /// How good search and coding are on sets with known answers
    Evaluate(evaluate::Evaluate),
    /// The search index
    #[command(subcommand)]
    Index(index::Command),
    /// Background work
    #[command(subcommand)]
    Jobs(jobs::Command),
    /// A sheet into the register
    Import(import::Import),
    /// A list as a sheet
    Export(export::Export),
    /// An empty import sheet with lists, notes and an example
    Template(export::Template),
    /// The parser of sheets, confined; reads a file from stdin
    #[command(hide = true)]
    ParseSheet,
    /// Consistency of the whole store
    Check,
    /// What the rules say of ID numbers
    CheckId(check_value::Values),
    /// What the rules say of unified social credit codes
    CheckEmployer(check_value::Values),
    /// How wage texts are read
    CheckWage(check_value::Values),
    /// How places are read
    CheckRegion(check_value::Values),
    /// How titles are coded
    CheckOccupation(check_value::Values),
    /// What the law check says of adverts
    CheckAdvert(check_value::Values),
    /// Whether the word lists of search and coding can be used
    CheckLists(check_value::Lists),
    #[command(flatten)]
    Later(later::Command),
}

/// Runs the program: 0 done, 1 failed, 2 wrong use.
pub fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(e) => {
            let _ = e.print();
            return ExitCode::from(if e.use_stderr() { 2 } else { 0 });
        }
    };
    // Before any thread starts: the limits are those of the whole process.
    if matches!(cli.command, Command::ParseSheet) {
        return parse_sheet();
    }
    if let Command::Match(matching::Command::Solve(ask)) = &cli.command {
        return ended(matching::solve(&cli.common, ask));
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(e) => {
            eprintln!("shanhai: {e}");
            return ExitCode::FAILURE;
        }
    };
    ended(runtime.block_on(dispatch(cli)))
}

/// How a command ended: 0 done, 1 failed, 2 wrong use.
fn ended(done: anyhow::Result<()>) -> ExitCode {
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            let line = format!("{e:#}").replace('\n', " ");
            eprintln!("shanhai: {line}");
            ExitCode::from(if e.is::<crate::config::Fault>() || e.is::<open::Unusable>() { 2 } else { 1 })
        }
    }
}

fn parse_sheet() -> ExitCode {
    let limits = crate::sheets::Limits::default();
    let done = crate::sheets::child::confine(&limits)
        .map_err(crate::sheets::SheetError::from)
        .and_then(|()| crate::sheets::child::child_main(std::io::stdin(), std::io::stdout(), &limits));
    if done.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

async fn dispatch(cli: Cli) -> anyhow::Result<()> {
    let common = cli.common;
    match cli.command {
        Command::Serve { listen } => serve::run(&common, Given { listen, ..Given::default() }).await,
        Command::Demo { listen, fresh } => demo::run(&common, listen, fresh).await,
        Command::Account(command) => account::run(&common, command).await,
        Command::Search(ask) => search::run(&common, ask).await,
        Command::Match(command) => matching::run(&common, command).await,
        Command::Evaluate(ask) => evaluate::run(&common, &ask),
        Command::Index(command) => index::run(&common, command).await,
        Command::Jobs(command) => jobs::run(&common, command).await,
        Command::Import(args) => import::run(&common, &args).await,
        Command::Export(args) => export::run(&common, &args).await,
        Command::Template(args) => export::template(&common, &args),
        Command::ParseSheet => Ok(()),
        Command::Check => index::check(&common).await,
        Command::CheckOccupation(values) => check_value::occupation(&values),
        Command::CheckAdvert(values) => check_value::advert(&values),
        Command::CheckLists(ask) => check_value::lists(&common, &ask),
        Command::CheckId(values) => check_value::id(&values),
        Command::CheckEmployer(values) => check_value::employer(&values),
        Command::CheckWage(values) => check_value::wage(&values),
        Command::CheckRegion(values) => check_value::region(&values),
        Command::Later(command) => later::run(&command),
    }
}

/// Prints a line to stdout.
fn print_line(line: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}
