//! throw-away
use shanhai::domain::occupation::Occupation;
use shanhai::search::coder::code_occupation;
fn main() {
    let mut r = csv::Reader::from_path("/work/shared/data/occupation/titles.csv").unwrap();
    let mut blue = [0u32; 3];
    let (mut n, mut first, mut five, mut minor, mut skip) = (0, 0, 0, 0, 0);
    let mut bins = [[0u32; 2]; 10];
    let verbose = std::env::args().any(|a| a == "-v");
    let t = std::time::Instant::now();
    for rec in r.records() {
        let rec = rec.unwrap();
        let Ok(code) = rec[1].parse::<Occupation>() else {
            skip += 1;
            continue;
        };
        let c = code_occupation(&rec[0]);
        n += 1;
        let ok = c.first().is_some_and(|c| c.code == code);
        if ok {
            first += 1
        }
        if &rec[3] == "True" {
            blue[0] += 1;
            blue[1] += u32::from(ok);
            blue[2] += u32::from(c.iter().any(|c| c.code == code));
        }
        if c.iter().any(|c| c.code == code) {
            five += 1
        }
        if c.first().is_some_and(|c| {
            c.code.is_within(code)
                || code.is_within(c.code)
                || c.code.minor_group() == code.minor_group()
        }) {
            minor += 1
        }
        if let Some(c) = c.first() {
            let b = ((c.confidence * 10.0) as usize).min(9);
            bins[b][usize::from(ok)] += 1;
        }
        if verbose && !ok {
            println!(
                "{}\t{}\t{}",
                &rec[0],
                &rec[2],
                c.iter()
                    .map(|c| format!("{} {:.2}", c.name, c.confidence))
                    .collect::<Vec<_>>()
                    .join(" | ")
            );
        }
    }
    eprintln!(
        "n {n} skip {skip} first {:.3} five {:.3} minor {:.3} time {:?}",
        first as f64 / n as f64,
        five as f64 / n as f64,
        minor as f64 / n as f64,
        t.elapsed()
    );
    eprintln!(
        "blue {} {:.3} {:.3}",
        blue[0],
        blue[1] as f64 / blue[0] as f64,
        blue[2] as f64 / blue[0] as f64
    );
    if verbose {
        for (i, b) in bins.iter().enumerate() {
            eprintln!(
                "conf .{i}: {} right {:.2}",
                b[0] + b[1],
                b[1] as f64 / f64::from((b[0] + b[1]).max(1))
            );
        }
    }
}
