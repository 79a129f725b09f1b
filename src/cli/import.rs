//! `import`: a sheet into the register, with a progress bar and a summary.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use bytes::Bytes;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::{Common, open, serve};
use crate::actions::import::{self, Done, Options};
use crate::domain::code::Code as _;
use crate::domain::heading::SheetKind;

/// What to import, and how.
#[derive(Debug, Args)]
pub struct Import {
    /// stations, employers, training, vacancies, workers or verification
    #[arg(value_name = "KIND", value_parser = kind)]
    kind: SheetKind,
    /// CSV (UTF-8, GB18030), XLSX, XLS or ODS
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// In the name of this station
    #[arg(long, value_name = "CODE")]
    station: Option<String>,
    /// Open vacancies that nothing blocks, without review
    #[arg(long)]
    open: bool,
    /// With --open: open all, findings are kept
    #[arg(long, requires = "open")]
    allow_findings: bool,
    /// Say what would happen and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Faulty rows as a sheet, to be corrected and imported again
    #[arg(long, value_name = "OUT.xlsx")]
    report: Option<PathBuf>,
}

/// The kind of a sheet by its English word.
pub fn kind(text: &str) -> Result<SheetKind, String> {
    SheetKind::parse(text).ok_or_else(|| {
        let all: Vec<&str> = SheetKind::ALL.iter().map(|k| k.code()).collect();
        format!("one of {}", all.join(", "))
    })
}

/// Runs the command.
pub async fn run(common: &Common, args: &Import) -> Result<()> {
    let (config, office, actor) = open::command(common).await?;
    let station = match &args.station {
        None => None,
        Some(code) => match crate::actions::station::id_of(&office, code).await {
            None => bail!("--station {code}: there is no such station"),
            some => some,
        },
    };
    let bytes = tokio::fs::read(&args.file).await.with_context(|| args.file.display().to_string())?;
    let bytes = Bytes::from(bytes);
    let options = Options {
        station,
        open: args.open,
        allow_findings: args.allow_findings,
        dry_run: args.dry_run,
        file_name: args.file.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        expected: None,
        // A server that starts meanwhile waits for one transaction.
        alone: office.db.is_sqlite() && serve::lock(&config).is_ok(),
    };
    // Drawn on a terminal only.
    let bar = ProgressBar::no_length();
    if let Ok(style) = ProgressStyle::with_template("{bar:32} {pos} / {len}  {per_sec}  {eta}") {
        bar.set_style(style);
    }
    let shown = bar.clone();
    let done = import::run(&office, &actor, args.kind, &bytes, &options, &mut move |progress| {
        if let Some(all) = progress.all {
            shown.set_length(all);
        }
        shown.set_position(progress.done);
    })
    .await;
    bar.finish_and_clear();
    let done = done.map_err(open::told)?;
    if let Some(path) = &args.report {
        let sheet = done.report(&office, &actor, args.kind).await.map_err(open::told)?;
        tokio::fs::write(path, sheet).await.with_context(|| path.display().to_string())?;
    }
    tell(common, &done, args.dry_run);
    Ok(())
}

fn tell(common: &Common, done: &Done, dry_run: bool) {
    let summary = serde_json::to_value(&done.summary).unwrap_or_default();
    if common.json {
        say!("{summary}");
        return;
    }
    for (name, value) in summary.as_object().into_iter().flatten() {
        say!("{name}: {value}");
    }
    for (note, count) in &done.notes {
        say!("note {note}: {count}");
    }
    for m in done.mapping.iter().filter(|m| m.field.is_none()) {
        say!("unknown column: {}", m.heading);
    }
    if dry_run {
        for (row, fields) in &done.changes {
            say!("{}", json!({"row": row, "changes": fields}));
        }
    }
}
