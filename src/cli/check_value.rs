//! `check-…`: what the rules say of a value, one JSON object a line.

use std::borrow::Cow;
use std::io::{BufRead as _, Write as _};
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use clap::Args;
use serde::Serialize;
use serde_json::json;

use super::Common;
use crate::actions::clock::Clock;
use crate::domain::{advert, identity, region, wage};
use crate::search::words;

/// Values to check.
#[derive(Debug, Args)]
pub struct Values {
    /// Values, or `-` for lines on stdin
    #[arg(required = true, allow_hyphen_values = true)]
    values: Vec<String>,
}

fn each<T: Serialize>(values: &Values, check: impl Fn(&str) -> T) -> Result<()> {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let mut line = |value: &str| -> Result<()> {
        serde_json::to_writer(&mut out, &check(value))?;
        out.write_all(b"\n")?;
        Ok(())
    };
    for value in &values.values {
        if value == "-" {
            for value in std::io::stdin().lock().lines() {
                line(value?.trim_end_matches('\r'))?;
            }
        } else {
            line(value)?;
        }
    }
    out.flush()?;
    Ok(())
}

/// `check-id`.
pub fn id(values: &Values) -> Result<()> {
    let today = Clock::System.today();
    each(values, |value| identity::check_id(value, today))
}

/// `check-employer`.
pub fn employer(values: &Values) -> Result<()> {
    each(values, |value| json!({"ok": identity::CreditCode::parse(value).is_ok()}))
}

/// `check-wage`.
pub fn wage(values: &Values) -> Result<()> {
    each(values, wage::parse_wage_text)
}

/// `check-region`.
pub fn region(values: &Values) -> Result<()> {
    each(values, region::parse_region_text)
}

/// `check-occupation`: up to five candidates, best first, and whether the first is taken without asking.
pub fn occupation(values: &Values) -> Result<()> {
    each(values, |value| {
        let found = crate::search::code_occupation(value);
        let sure = found.first().is_some_and(|best| best.confidence >= crate::search::CERTAIN);
        let candidates: Vec<_> = found
            .iter()
            .map(|c| {
                let confidence = (f64::from(c.confidence) * 1000.0).round() / 1000.0;
                json!({"code": c.code.to_string(), "name": c.name, "confidence": confidence})
            })
            .collect();
        json!({"candidates": candidates, "sure": sure})
    })
}

/// `check-advert`.
pub fn advert(values: &Values) -> Result<()> {
    each(values, |value| json!({"findings": advert::check_text(value)}))
}

/// A folder of word lists.
#[derive(Debug, Args)]
pub struct Lists {
    /// Folder with `words/` and `occupations/`, such as index/; without it the built-in lists
    dir: Option<PathBuf>,
}

/// `check-lists`: every line of the word lists that cannot be used, with file, number and reason.
pub fn lists(common: &Common, ask: &Lists) -> Result<()> {
    let mut faults = 0;
    for (name, built_in) in words::LISTS {
        let text = match &ask.dir {
            None => Cow::Borrowed(*built_in),
            Some(dir) => {
                let path = dir.join(name);
                let bytes = std::fs::read(&path).with_context(|| path.display().to_string())?;
                String::from_utf8(bytes).with_context(|| path.display().to_string())?.into()
            }
        };
        for problem in words::check(name, &text) {
            faults += 1;
            say!("{}:{}: {}", problem.file, problem.line, problem.text);
        }
    }
    if common.json {
        say!("{}", json!({"faults": faults}));
    } else if faults == 0 {
        say!("ok");
    }
    if faults > 0 {
        bail!("{faults} lines cannot be used");
    }
    Ok(())
}
