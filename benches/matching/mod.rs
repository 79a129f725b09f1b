//! Figures of matching: batches on given edges, and everything over the product's own conditions in memory.

pub mod dice;
pub mod instances;
pub mod people;

use std::path::Path;
use std::time::Instant;

use serde_json::{Value, json};
use shanhai::matching::assign::assign_table;
use shanhai::matching::columns::Columns;
use shanhai::matching::kept::Kept;
use shanhai::matching::recommend;
use shanhai::matching::table::Table;

use people::TODAY;

type Outcome<T = ()> = Result<T, Box<dyn std::error::Error>>;

/// Memory of this process in MB: now, or the most since it began or was last asked to begin anew.
fn memory(line: &str) -> f64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let found = text.lines().find_map(|text| text.strip_prefix(line)).unwrap_or_default();
    found.trim_start_matches(':').trim().trim_end_matches(" kB").parse::<f64>().unwrap_or(0.0) / 1024.0
}

/// CPU seconds of all threads of this process, those that ended too.
pub fn process_cpu() -> f64 {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = text.rsplit(')').next().unwrap_or_default().split_whitespace();
    fields.skip(11).take(2).filter_map(|n| n.parse::<f64>().ok()).sum::<f64>() / 100.0
}

/// What something took, with the memory beyond what stood there before.
fn measured<T>(what: &str, work: impl FnOnce() -> T) -> (T, Value) {
    let before = memory("VmRSS");
    // Lets the kernel forget the greatest size so far; where it does not, the figure is only too great.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
    let (start, cpu) = (Instant::now(), process_cpu());
    let done = work();
    let figure = json!({
        "what": what, "wall": start.elapsed().as_secs_f64(), "cpu": process_cpu() - cpu, "columns": before,
        "above": memory("VmHWM") - before, "peak": memory("VmHWM"),
    });
    (done, figure)
}

fn with(mut figure: Value, more: Value) -> Value {
    if let (Value::Object(figure), Value::Object(more)) = (&mut figure, more) {
        figure.extend(more);
    }
    figure
}

/// Runs one of the commands; `None` if it is none of these.
pub fn run(args: &[String]) -> Option<Outcome<Value>> {
    let number = |at: usize, or: usize| args.get(at).and_then(|text| text.parse().ok()).unwrap_or(or);
    let people = number(1, 10_000);
    let columns = |even| people::columns(people, people.div_ceil(10), even);
    match args.first()?.as_str() {
        "edges" => Some(edges(args)),
        "everyone" => Some(Ok(everyone(&columns(false)))),
        "batch" => Some(batch(&columns(false))),
        "even" => Some(batch(&columns(true))),
        "one" => Some(Ok(one(&columns(false)))),
        _ => None,
    }
}

/// `edges SHAPE WORKERS EACH FOLDER`
fn edges(args: &[String]) -> Outcome<Value> {
    let [_, shape, workers, each, folder] = args else { return Err("edges SHAPE WORKERS EACH FOLDER".into()) };
    if !instances::SHAPES.contains(&shape.as_str()) {
        return Err(format!("the shapes are {}", instances::SHAPES.join(", ")).into());
    }
    let count = instances::write(shape, workers.parse()?, each.parse()?, Path::new(folder))?;
    Ok(json!({"edges": count}))
}

/// The twenty best for everyone.
fn everyone(columns: &Columns) -> Value {
    let (lists, figure) = measured("everyone", || recommend::everyone(columns, 20, None, TODAY));
    with(figure, json!({"lines": lists.len()}))
}

/// The best assignment over all pairs.
fn batch(columns: &Columns) -> Outcome<Value> {
    let (batch, figure) = measured("batch", || assign_table(&Table::new(columns, None, None, TODAY)));
    let batch = batch?;
    let facts = json!({
        "places": batch.places, "assigned": batch.pairs.len(), "objective": batch.objective, "optimal": batch.optimal,
    });
    Ok(with(figure, facts))
}

/// One person beside all posts, and one post beside all people.
fn one(columns: &Columns) -> Value {
    let people: Vec<_> = columns.seekers.iter().map(|(_, row)| row.id).step_by(columns.seekers.len() / 50).collect();
    let posts: Vec<_> = columns.openings.iter().map(|(_, row)| row.id).step_by(columns.openings.len() / 50).collect();
    let median = |work: &mut dyn FnMut(usize)| {
        let mut times: Vec<f64> = (0..50)
            .map(|turn| {
                let start = Instant::now();
                work(turn);
                start.elapsed().as_secs_f64() * 1000.0
            })
            .collect();
        times.sort_by(f64::total_cmp);
        times[25]
    };
    let mut found = 0;
    let person = median(&mut |turn| found += recommend::top_vacancies(columns, people[turn], 20, None, TODAY).len());
    let post = median(&mut |turn| found += recommend::top_workers(columns, posts[turn], 20, None, TODAY).len());
    let mut kept = Kept::new(columns, 20, TODAY);
    // Fifty posts close one after the other.
    let mut changed = columns.clone();
    let mut touched = 0;
    let change = median(&mut |turn| {
        changed.remove_opening(posts[turn]);
        touched += kept.vacancy_changed(&changed, posts[turn]);
    });
    let person_change = median(&mut |turn| touched += kept.worker_changed(&changed, people[turn]));
    json!({
        "what": "one", "person_ms": person, "post_ms": post, "found": found, "vacancy_change_ms": change,
        "person_change_ms": person_change, "lists": touched / 50,
    })
}
