//! `evaluate`: how good search and coding are on sets of queries with known answers.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::Write as _;
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow, bail};
use clap::Args;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::Common;
use crate::domain::occupation::Occupation;
use crate::search::quality::{self, MEASURES, Mean};
use crate::search::{Doc, Effort, Index, Paging, VacancyDoc, VacancyQuery, code_occupation};
use crate::sheets::table::{TableError, read_rows};

/// Which sets, and what to compare with.
#[derive(Debug, Args)]
pub struct Evaluate {
    /// Folder of a set, or of folders of sets
    dir: PathBuf,
    /// TSV to write: set, query, measure, value
    #[arg(long, value_name = "TSV")]
    run: Option<PathBuf>,
    /// A TSV of an earlier run to compare with
    #[arg(long, value_name = "TSV")]
    against: Option<PathBuf>,
}

/// Values of each query of a set, by measure.
struct Measured {
    set: String,
    queries: Vec<String>,
    measures: Vec<(&'static str, Vec<f64>)>,
}

/// An advert of `jobs.jsonl`; other fields are not read.
#[derive(Deserialize)]
struct Advert {
    id: String,
    title: String,
    #[serde(default)]
    description: Option<String>,
}

/// Rankings of queries over an index of these vacancies: title, text.
fn rank(adverts: &[(String, String)], queries: &[&str]) -> Result<Vec<Vec<usize>>> {
    let index = Index::in_memory()?;
    let docs: Vec<Doc> = adverts
        .iter()
        .enumerate()
        .map(|(n, (title, description))| {
            let code = crate::actions::live::occupation_of(title).and_then(|c| c.parse::<Occupation>().ok());
            Doc::Vacancy(Box::new(VacancyDoc {
                id: Uuid::from_u128(n as u128),
                title: title.clone(),
                description: description.clone(),
                occupations: code.into_iter().collect(),
                state: "open".into(),
                ..VacancyDoc::default()
            }))
        })
        .collect();
    index.writer(Effort::FOLLOW)?.apply(&docs, &[], &json!({}))?;
    index.reload()?;
    let mut rankings = Vec::with_capacity(queries.len());
    for query in queries {
        let paging = Paging { limit: 100, ..Paging::default() };
        let found = index.vacancies(&VacancyQuery { q: (*query).to_owned(), paging, ..VacancyQuery::default() })?;
        rankings.push(found.hits.iter().map(|hit| hit.id.as_u128() as usize).collect());
    }
    Ok(rankings)
}

/// Measures rankings against what is relevant to each query.
fn judge(set: &str, adverts: &[(String, String)], queries: Vec<(String, HashSet<usize>)>) -> Result<Measured> {
    let words: Vec<&str> = queries.iter().map(|(q, _)| q.as_str()).collect();
    let mut measures: Vec<_> = MEASURES.iter().map(|name| (*name, Vec::new())).collect();
    for (ranking, (_, relevant)) in rank(adverts, &words)?.iter().zip(&queries) {
        for ((_, values), value) in measures.iter_mut().zip(quality::measure(ranking, relevant)) {
            values.push(value);
        }
    }
    Ok(Measured { set: set.to_owned(), queries: queries.into_iter().map(|(q, _)| q).collect(), measures })
}

/// Lines of a tab-separated file below its heading, if it has one.
fn tsv(path: &Path, headed: bool) -> Result<Vec<Vec<String>>> {
    let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    let lines = text.lines().skip(usize::from(headed)).filter(|line| !line.trim().is_empty());
    Ok(lines.map(|line| line.split('\t').map(str::to_owned).collect()).collect())
}

/// `corpus_elements.tsv`, `queries.tsv`, `qrels.tsv`: titles of jobs, each a vacancy.
fn titles(set: &str, dir: &Path) -> Result<Measured> {
    let two = |file: &str| -> Result<Vec<(String, String)>> {
        let rows = tsv(&dir.join(file), true)?.into_iter().enumerate();
        rows.map(|(n, mut row)| match (row.len(), row.pop(), row.pop()) {
            (2, Some(title), Some(id)) => Ok((id, title)),
            _ => Err(anyhow!("{file} line {}: two columns are wanted", n + 2)),
        })
        .collect()
    };
    let corpus = two("corpus_elements.tsv")?;
    let place: HashMap<&str, usize> = corpus.iter().enumerate().map(|(n, (id, _))| (id.as_str(), n)).collect();
    let mut relevant: HashMap<String, HashSet<usize>> = HashMap::new();
    for row in tsv(&dir.join("qrels.tsv"), false)? {
        if let [query, _, element, grade] = row.as_slice()
            && grade != "0"
            && let Some(n) = place.get(element.as_str())
        {
            relevant.entry(query.clone()).or_default().insert(*n);
        }
    }
    let queries = two("queries.tsv")?
        .into_iter()
        .filter_map(|(id, title)| relevant.remove(&id).map(|relevant| (title, relevant)))
        .collect();
    let adverts: Vec<_> = corpus.into_iter().map(|(_, title)| (title, String::new())).collect();
    judge(set, &adverts, queries)
}

/// `jobs.jsonl`, `category_qrels.json`: adverts filed under categories, whose names are the queries.
fn adverts(set: &str, dir: &Path) -> Result<Measured> {
    let text = std::fs::read_to_string(dir.join("jobs.jsonl"))?;
    let mut all = Vec::new();
    for (n, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let advert: Advert = serde_json::from_str(line).with_context(|| format!("jobs.jsonl line {}", n + 1))?;
        all.push(advert);
    }
    let place: HashMap<&str, usize> = all.iter().enumerate().map(|(n, a)| (a.id.as_str(), n)).collect();
    let filed: BTreeMap<String, Vec<String>> =
        serde_json::from_slice(&std::fs::read(dir.join("category_qrels.json"))?).context("category_qrels.json")?;
    let queries = filed
        .into_iter()
        .map(|(category, ids)| (category, ids.iter().filter_map(|id| place.get(id.as_str()).copied()).collect()))
        .collect();
    let adverts: Vec<_> = all.iter().map(|a| (a.title.clone(), a.description.clone().unwrap_or_default())).collect();
    judge(set, &adverts, queries)
}

/// `titles.csv`: titles of adverts with the code of their occupation.
fn coded(set: &str, dir: &Path) -> Result<Measured> {
    let (mut queries, mut first, mut five) = (Vec::new(), Vec::new(), Vec::new());
    let columns = ["job_name", "expected_code", "expected_name", "blue"];
    read_rows(File::open(dir.join("titles.csv"))?, &columns, |line, row| {
        let wanted = row[1].parse::<Occupation>();
        let wanted = wanted.map_err(|_| TableError::Line { line, why: format!("{} is no code", row[1]) })?;
        let found = code_occupation(row[0]);
        queries.push(row[0].to_owned());
        first.push(f64::from(u8::from(found.first().is_some_and(|c| c.code == wanted))));
        five.push(f64::from(u8::from(found.iter().take(5).any(|c| c.code == wanted))));
        Ok::<(), TableError>(())
    })?;
    Ok(Measured { set: set.to_owned(), queries, measures: vec![("first", first), ("among_five", five)] })
}

/// The set of a folder, if it is one.
fn evaluate(dir: &Path) -> Result<Option<Measured>> {
    let has = |file: &str| dir.join(file).is_file();
    let set = dir.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
    let measured = if has("corpus_elements.tsv") && has("queries.tsv") && has("qrels.tsv") {
        titles(&set, dir)
    } else if has("jobs.jsonl") && has("category_qrels.json") {
        adverts(&set, dir)
    } else if has("titles.csv") {
        coded(&set, dir)
    } else {
        return Ok(None);
    };
    measured.map(Some).with_context(|| dir.display().to_string())
}

/// Values of an earlier run by set, measure and query.
fn earlier(path: &Path) -> Result<HashMap<(String, String, String), f64>> {
    let mut values = HashMap::new();
    for (n, row) in tsv(path, true)?.into_iter().enumerate() {
        let [set, query, measure, value] = row.as_slice() else {
            bail!("{} line {}: four columns are wanted", path.display(), n + 2);
        };
        let value = value.parse().with_context(|| format!("{} line {}", path.display(), n + 2))?;
        values.insert((set.clone(), measure.clone(), query.clone()), value);
    }
    Ok(values)
}

fn told(mean: Mean) -> Value {
    let round = |v: f64| (v * 10_000.0).round() / 10_000.0;
    json!({"mean": round(mean.mean), "low": round(mean.low), "high": round(mean.high)})
}

/// Runs the command.
pub fn run(common: &Common, ask: &Evaluate) -> Result<()> {
    let mut folders = vec![ask.dir.clone()];
    for entry in std::fs::read_dir(&ask.dir).with_context(|| ask.dir.display().to_string())? {
        folders.push(entry?.path());
    }
    folders.sort();
    let before = ask.against.as_deref().map(earlier).transpose()?;
    let mut measured = Vec::new();
    for folder in folders.iter().filter(|f| f.is_dir()) {
        measured.extend(evaluate(folder)?);
    }
    if measured.is_empty() {
        bail!("{}: no set of queries was found", ask.dir.display());
    }
    let mut sets = Vec::new();
    for m in &measured {
        let mut set = json!({"set": m.set, "queries": m.queries.len(), "measures": {}});
        for (name, values) in &m.measures {
            let mean = quality::bootstrap(values);
            let mut line = format!(
                "{:<16} {:>5} queries  {name:<11} {:.3} [{:.3}, {:.3}]",
                m.set,
                values.len(),
                mean.mean,
                mean.low,
                mean.high
            );
            set["measures"][name] = told(mean);
            if let Some(before) = &before {
                let pairs = m.queries.iter().zip(values).filter_map(|(query, value)| {
                    before.get(&(m.set.clone(), (*name).to_owned(), query.clone())).map(|old| value - old)
                });
                let change = quality::bootstrap(&pairs.collect::<Vec<f64>>());
                let _ = write!(line, "  {:+.3} [{:+.3}, {:+.3}]", change.mean, change.low, change.high);
                set["measures"][name]["change"] = told(change);
            }
            say!("{line}");
        }
        sets.push(set);
    }
    if let Some(path) = &ask.run {
        let mut out = std::io::BufWriter::new(File::create(path).with_context(|| path.display().to_string())?);
        writeln!(out, "set\tquery\tmeasure\tvalue")?;
        for m in &measured {
            for (name, values) in &m.measures {
                for (query, value) in m.queries.iter().zip(values) {
                    writeln!(out, "{}\t{query}\t{name}\t{value}", m.set)?;
                }
            }
        }
        out.flush()?;
    }
    if common.json {
        say!("{}", json!({"sets": sets}));
    }
    Ok(())
}
