//! `match`: recommendations for everyone, batch assignment, and the solver on foreign numbers.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Result, anyhow};
use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};

use uuid::Uuid;

use super::solve::{seconds, solve_files, write_whole};
use super::{Common, open};
use crate::actions::matching;
use crate::actions::office::Office;
use crate::matching::assign::each_edge;
use crate::matching::table::Table;

/// What to match.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// The best vacancies for everyone, or the best people for every vacancy
    Recommend {
        /// For whom
        #[arg(long = "for")]
        whom: Whom,
        /// How many each
        #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=1000))]
        top: u16,
        /// CSV to write: worker,vacancy,rank,score
        #[arg(long)]
        out: PathBuf,
    },
    /// One batch assignment under head-counts over all eligible pairs
    Assign {
        /// Only people of this station and those below it
        #[arg(long)]
        station: Option<String>,
        /// CSV to write: worker,vacancy,score
        #[arg(long)]
        out: PathBuf,
        /// CSV to write: vacancy,price
        #[arg(long)]
        prices: Option<PathBuf>,
    },
    /// Every eligible pair of `assign`, as `solve` reads it
    Edges {
        /// Only people of this station and those below it
        #[arg(long)]
        station: Option<String>,
        /// CSV to write: worker,vacancy,score
        #[arg(long)]
        out: PathBuf,
        /// CSV to write: vacancy,quota
        #[arg(long)]
        quotas: PathBuf,
    },
    /// The same solver on given numbers
    Solve(Solve),
}

/// Foreign numbers to solve.
#[derive(Debug, Args)]
pub struct Solve {
    /// CSV: worker,vacancy,score
    #[arg(long)]
    edges: PathBuf,
    /// CSV: vacancy,quota
    #[arg(long)]
    quotas: PathBuf,
    /// CSV to write: worker,vacancy,score
    #[arg(long)]
    out: PathBuf,
    /// CSV to write: vacancy,price
    #[arg(long)]
    prices: Option<PathBuf>,
}

/// For whom recommendations are.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Whom {
    /// People.
    Workers,
    /// Vacancies.
    Vacancies,
}

fn tell(common: &Common, summary: &Value) {
    if common.json {
        say!("{summary}");
    } else if let Some(map) = summary.as_object() {
        for (name, value) in map {
            say!("{name}: {value}");
        }
    }
}

/// Runs the command.
pub async fn run(common: &Common, command: Command) -> Result<()> {
    match command {
        Command::Recommend { whom, top, out } => recommend(common, whom, top, &out).await,
        Command::Assign { station, out, prices } => assign(common, station, &out, prices.as_deref()).await,
        Command::Edges { station, out, quotas } => edges(common, station, out, quotas).await,
        Command::Solve(ask) => solve(common, &ask),
    }
}

/// Solves what stands in files: needs neither a store nor a runtime.
pub fn solve(common: &Common, ask: &Solve) -> Result<()> {
    tell(common, &solve_files(&ask.edges, &ask.quotas, &ask.out, ask.prices.as_deref())?);
    Ok(())
}

async fn recommend(common: &Common, whom: Whom, top: u16, out: &Path) -> Result<()> {
    let (_, office, actor) = open::command(common).await?;
    office.live.fill(&office).await.map_err(open::told)?;
    let start = Instant::now();
    let for_vacancies = matches!(whom, Whom::Vacancies);
    let lines = matching::recommend_all(&office, &actor, for_vacancies, usize::from(top)).await.map_err(open::told)?;
    let took = seconds(start);
    write_whole(out, &["worker", "vacancy", "rank", "score"], |table| {
        for line in lines.iter() {
            let (worker, vacancy) = (line.worker.to_string(), line.vacancy.to_string());
            table.row(&[&worker, &vacancy, &line.rank.to_string(), &line.score.to_string()])?;
        }
        Ok(())
    })?;
    tell(common, &json!({"lines": lines.len(), "seconds": took}));
    Ok(())
}

async fn assign(common: &Common, station: Option<String>, out: &Path, prices: Option<&Path>) -> Result<()> {
    let begin = Instant::now();
    let (_, office, actor) = open::command(common).await?;
    let station = station_of(&office, station).await?;
    office.live.fill(&office).await.map_err(open::told)?;
    let read = seconds(begin);
    let start = Instant::now();
    let batch = matching::assign(&office, &actor, station).await.map_err(open::told)?;
    let solved = seconds(start);
    write_whole(out, &["worker", "vacancy", "score"], |table| {
        for (worker, vacancy, score) in &batch.pairs {
            table.row(&[&worker.to_string(), &vacancy.to_string(), &score.to_string()])?;
        }
        Ok(())
    })?;
    if let Some(path) = prices {
        write_whole(path, &["vacancy", "price"], |table| {
            for (vacancy, price) in &batch.prices {
                table.row(&[&vacancy.to_string(), &price.to_string()])?;
            }
            Ok(())
        })?;
    }
    let summary = json!({
        "workers": batch.workers, "vacancies": batch.vacancies, "places": batch.places, "assigned": batch.pairs.len(),
        "objective": batch.objective, "bound": batch.bound, "optimal": batch.optimal,
        "seconds_read": read, "seconds_solve": solved, "seconds": solved,
    });
    tell(common, &summary);
    Ok(())
}

async fn station_of(office: &Office, code: Option<String>) -> Result<Option<Uuid>> {
    let Some(code) = code else { return Ok(None) };
    let found = office.stations().await.iter().find(|s| s.station.code == code).map(|s| s.id);
    found.map(Some).ok_or_else(|| anyhow!("--station {code}: no station has this code"))
}

async fn edges(common: &Common, station: Option<String>, out: PathBuf, quotas: PathBuf) -> Result<()> {
    let begin = Instant::now();
    let (_, office, actor) = open::command(common).await?;
    let station = station_of(&office, station).await?;
    office.live.fill(&office).await.map_err(open::told)?;
    let read = seconds(begin);
    let start = Instant::now();
    let written = matching::with_table(&office, &actor, station, move |table| {
        Ok::<_, anyhow::Error>((table.workers(), table.posts(), write_edges(table, &out, &quotas)?))
    });
    let (workers, vacancies, pairs) = written.await.map_err(open::told)??;
    let took = seconds(start);
    tell(
        common,
        &json!({"workers": workers, "vacancies": vacancies, "edges": pairs, "seconds_read": read, "seconds": took}),
    );
    Ok(())
}

/// Writes all eligible pairs and the places of the posts, as `solve` reads them; answers how many pairs.
pub fn write_edges(table: &Table, out: &Path, quotas: &Path) -> Result<u64> {
    let workers: Vec<String> = (0..table.workers() as u32).map(|worker| table.worker(worker).to_string()).collect();
    let vacancies: Vec<String> = (0..table.posts() as u32).map(|post| table.opening(post).id.to_string()).collect();
    let mut pairs = 0;
    write_whole(out, &["worker", "vacancy", "score"], |csv| {
        each_edge(table, |post, worker, score| {
            pairs += 1;
            csv.row(&[&workers[worker as usize], &vacancies[post as usize], &score.to_string()])
        })?;
        Ok(())
    })?;
    write_whole(quotas, &["vacancy", "quota"], |csv| {
        for (post, id) in (0u32..).zip(&vacancies) {
            csv.row(&[id, &table.opening(post).places_left.to_string()])?;
        }
        Ok(())
    })?;
    Ok(pairs)
}
