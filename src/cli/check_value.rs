//! `check-…`: what the rules say of a value, one JSON object a line.

use std::io::{BufRead as _, Write as _};

use anyhow::Result;
use clap::Args;
use serde::Serialize;
use serde_json::json;

use crate::actions::clock::Clock;
use crate::domain::{advert, identity, region, wage};

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

/// `check-occupation`: up to five candidates, best first.
pub fn occupation(values: &Values) -> Result<()> {
    each(values, |value| {
        let candidates: Vec<_> = crate::search::code_occupation(value)
            .iter()
            .map(|c| {
                let confidence = (f64::from(c.confidence) * 1000.0).round() / 1000.0;
                json!({"code": c.code.to_string(), "name": c.name, "confidence": confidence})
            })
            .collect();
        json!({"candidates": candidates})
    })
}

/// `check-advert`.
pub fn advert(values: &Values) -> Result<()> {
    each(values, |value| json!({"findings": advert::check_text(value)}))
}
