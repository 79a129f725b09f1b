//! `match solve`: foreign edges in, the best assignment with its prices out; nothing half written.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context as _, Result, anyhow};
use serde_json::{Value, json};

use crate::matching::assign::solve;
use crate::matching::problem::{NamedEdges, NamedProblem, Reason};
use crate::sheets::table::{TableWriter, read_rows};

/// Writes a file whole or not at all: beside its place first, then renamed.
pub fn write_whole(
    path: &Path,
    columns: &[&str],
    rows: impl FnOnce(&mut TableWriter<BufWriter<File>>) -> Result<()>,
) -> Result<()> {
    let mut name = path.file_name().ok_or_else(|| anyhow!("{} is no file name", path.display()))?.to_owned();
    name.push(".part");
    let part = path.with_file_name(name);
    let done = (|| -> Result<()> {
        let file = File::create(&part)?;
        let mut table = TableWriter::new(BufWriter::with_capacity(1 << 16, file), columns)?;
        rows(&mut table)?;
        table.finish()?;
        std::fs::rename(&part, path)?;
        Ok(())
    })();
    if done.is_err() {
        let _ = std::fs::remove_file(&part);
    }
    done.with_context(|| path.display().to_string())
}

/// Seconds since then, to the millisecond.
pub fn seconds(since: Instant) -> f64 {
    (since.elapsed().as_secs_f64() * 1000.0).round() / 1000.0
}

fn whole(file: &str, line: u64, column: &str, text: &str) -> Result<i64> {
    text.trim().parse().map_err(|_| anyhow!("{file}: line {line}: {column} “{text}” is not a whole number"))
}

fn read_problem(edges: &Path, quotas: &Path) -> Result<NamedProblem> {
    let open = |path: &Path| File::open(path).with_context(|| path.display().to_string());
    let mut named = NamedEdges::default();
    read_rows(open(quotas)?, &["vacancy", "quota"], |line, cells| {
        let quota = whole("quotas", line, "quota", cells[1])?;
        Ok(named.quota(line, cells[0], quota)?)
    })
    .map_err(|e: anyhow::Error| prefixed(e, "quotas"))?;
    read_rows(open(edges)?, &["worker", "vacancy", "score"], |line, cells| {
        let score = whole("edges", line, "score", cells[2])?;
        Ok(named.edge(line, cells[0], cells[1], score)?)
    })
    .map_err(|e: anyhow::Error| prefixed(e, "edges"))?;
    named.finish().map_err(|mut fault| {
        if let Reason::SecondEdge(worker, vacancy) = &fault.reason {
            fault.line = open(edges).map_or(0, |file| second_line(file, worker, vacancy));
        }
        let file = match fault.table {
            crate::matching::problem::Table::Quotas => "quotas",
            crate::matching::problem::Table::Edges => "edges",
        };
        prefixed(fault.into(), file)
    })
}

/// The line on which a pair stands for the second time; 0 if it cannot be read again.
fn second_line(edges: File, worker: &str, vacancy: &str) -> u64 {
    let (mut seen, mut second) = (0, 0);
    // What cannot be read twice is told without its line.
    let _ = read_rows(edges, &["worker", "vacancy", "score"], |line, cells| {
        if cells[..2] == [worker, vacancy] {
            seen += 1;
            second = if seen == 2 { line } else { second };
        }
        Ok::<_, anyhow::Error>(())
    });
    second
}

/// The fault on one line that a terminal can show, with the file in front.
fn prefixed(error: anyhow::Error, file: &str) -> anyhow::Error {
    const LONGEST: usize = 300;
    let mut text = error.to_string().replace(['\n', '\r'], " ");
    if let Some((cut, _)) = text.char_indices().nth(LONGEST) {
        text.truncate(cut);
        text.push('…');
    }
    if text.starts_with(file) { anyhow!(text) } else { anyhow!("{file}: {text}") }
}

/// Solves a problem from files; nothing is written when anything is wrong.
pub fn solve_files(edges: &Path, quotas: &Path, out: &Path, prices: Option<&Path>) -> Result<Value> {
    let begin = Instant::now();
    let NamedProblem { problem, workers, vacancies } = read_problem(edges, quotas)?;
    let read = seconds(begin);
    let start = Instant::now();
    let places = problem.places();
    let solved = solve(problem).map_err(|e| anyhow!("the proof failed: {e:?}"))?;
    let took = seconds(start);
    write_whole(out, &["worker", "vacancy", "score"], |table| {
        for (worker, vacancy, score) in &solved.pairs {
            table.row(&[workers.name(*worker), vacancies.name(*vacancy), &score.to_string()])?;
        }
        Ok(())
    })?;
    if let Some(path) = prices {
        write_whole(path, &["vacancy", "price"], |table| {
            for (vacancy, price) in vacancies.iter().zip(&solved.prices) {
                table.row(&[vacancy, &price.to_string()])?;
            }
            Ok(())
        })?;
    }
    Ok(json!({
        "workers": workers.len(), "vacancies": vacancies.len(), "places": places, "assigned": solved.pairs.len(),
        "objective": solved.objective, "bound": solved.bound, "optimal": solved.optimal,
        "seconds_read": read, "seconds_solve": took, "seconds": took,
    }))
}
