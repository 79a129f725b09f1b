//! `export` and `template`: lists and empty sheets as files.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::Args;
use serde_json::json as object;

use super::{Common, open};
use crate::actions::export::{self, Only, Options};
use crate::actions::{Office, template};
use crate::domain::actor::Actor;
use crate::domain::code::Code as _;
use crate::domain::employer::EmployerState;
use crate::domain::heading::{ExportKind, SheetKind};
use crate::pages::Lang;
use crate::sheets::Format;
use crate::web::ask::Ask;
use crate::web::fault::Fault;
use crate::web::json;

/// What to export, and how.
#[derive(Debug, Args)]
pub struct Export {
    /// stations, employers, training, vacancies, workers, placements or matches
    #[arg(value_name = "KIND", value_parser = kind)]
    kind: ExportKind,
    /// Ends in .csv or .xlsx
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// People and vacancies: as the search box or the list's address finds them (words, or name=value&…);
    /// others: rows whose name begins with this, or whose short code it is
    #[arg(long, value_name = "Q", default_value = "")]
    query: String,
    /// Numbers and phones in full; needs --account with that right, and is audited
    #[arg(long)]
    unmasked: bool,
    /// Of people names and numbers only, for an outside source to verify
    #[arg(long)]
    for_verification: bool,
}

fn kind(text: &str) -> Result<ExportKind, String> {
    ExportKind::parse(text).ok_or_else(|| {
        let all: Vec<&str> = ExportKind::ALL.iter().map(|k| k.code()).collect();
        format!("one of {}", all.join(", "))
    })
}

/// Which rows the words or `name=value&…` pairs of `--query` mean.
fn only(kind: ExportKind, query: &str, office: &Office, actor: &Actor) -> Result<Only> {
    let query = query.trim();
    if query.is_empty() {
        return Ok(Only::All);
    }
    let pairs = if query.contains('=') {
        serde_urlencoded::from_str(query).context("--query")?
    } else {
        vec![("q".to_owned(), query.to_owned())]
    };
    let told = |fault: Fault| anyhow::anyhow!("--query: {}", fault.detail(Lang::Zh));
    let ask = Ask::of_pairs(office, actor, pairs);
    Ok(match kind {
        ExportKind::Workers => Only::Workers(Box::new(json::worker::worker_ask(&ask).map_err(told)?)),
        ExportKind::Vacancies => Only::Vacancies(Box::new(json::vacancy::vacancy_ask(&ask).map_err(told)?)),
        ExportKind::Employers => {
            let state = ask.query("state").and_then(EmployerState::parse);
            Only::Employers(ask.query("q").unwrap_or_default().to_owned(), state)
        }
        _ => Only::Named(query.to_owned()),
    })
}

/// Runs `export`.
pub async fn run(common: &Common, args: &Export) -> Result<()> {
    let format = Format::by_name(&args.file)?;
    let (config, office, actor) = open::command(common).await?;
    let only = only(args.kind, &args.query, &office, &actor)?;
    if matches!(only, Only::Workers(_) | Only::Vacancies(_)) {
        super::search::index(&config, &office).await?;
    }
    if matches!(args.kind, ExportKind::Matches) {
        office.live.fill(&office).await.map_err(open::told)?;
    }
    // Written beside and renamed: a broken export never looks whole.
    let part = args.file.with_extension("part");
    let out = BufWriter::new(File::create(&part).with_context(|| part.display().to_string())?);
    let options = Options { only, unmasked: args.unmasked, for_verification: args.for_verification };
    let done = export::run(&office, &actor, args.kind, format, out, &options).await;
    let rows = match done {
        Ok((mut out, rows)) => {
            out.flush()?;
            rows
        }
        Err(error) => {
            let _ = std::fs::remove_file(&part);
            return Err(open::told(error));
        }
    };
    std::fs::rename(&part, &args.file).with_context(|| args.file.display().to_string())?;
    say!("{}", if common.json { object!({"rows": rows}).to_string() } else { format!("rows: {rows}") });
    Ok(())
}

/// Which empty sheet.
#[derive(Debug, Args)]
pub struct Template {
    /// stations, employers, training, vacancies, workers or verification
    #[arg(value_name = "KIND", value_parser = super::import::kind)]
    kind: SheetKind,
    /// Ends in .xlsx
    #[arg(value_name = "FILE.xlsx")]
    file: PathBuf,
}

/// Runs `template`.
pub fn template(common: &Common, args: &Template) -> Result<()> {
    let sheet = template::sheet(args.kind).map_err(open::told)?;
    std::fs::write(&args.file, sheet).with_context(|| args.file.display().to_string())?;
    if common.json {
        say!("{}", object!({"file": args.file}));
    }
    Ok(())
}
