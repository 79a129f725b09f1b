//! The parameter file of matching: weights, costs of changes and curated eligibility, with its version.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::change::FIELDS;
use super::vocabulary::Distance;

/// The file that ships with the program.
const SHIPPED: &str = include_str!("../../index/matching/parameters.toml");

/// Why a parameter file is refused.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// Not TOML, an unknown key, a missing key or a wrong type.
    #[error("{0}")]
    Form(#[from] toml::de::Error),
    /// The parts do not add up.
    #[error("[points] add up to {0}, not to 1000")]
    Points(u32),
    /// A share above the whole.
    #[error("[{0}] holds more than 1000 per mille")]
    Share(&'static str),
    /// A later or wider wish that earns more than an earlier or nearer one.
    #[error("[occupation] must not rise from first_wish to relative")]
    Order,
    /// A divisor of zero.
    #[error("[{0}] holds a zero that must be at least 1")]
    Zero(&'static str),
    /// A change without a cost, or a cost without a change.
    #[error("[costs] \"{0}\" is missing or names no field that a change can touch")]
    Cost(String),
}

/// All parameters; per mille unless said.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameters {
    /// Version, repeated in answers.
    pub version: String,
    /// Greatest points of each part.
    pub points: Points,
    /// Nearness to wished occupations.
    pub occupation: OccupationShares,
    /// Experience.
    pub experience: ExperienceScale,
    /// Wage against the floor.
    pub wage: WageScale,
    /// Wished and near places.
    pub place: PlaceShares,
    /// Household priority.
    pub priority: PriorityShares,
    /// Curated eligibility of kinds.
    pub eligibility: Eligibility,
    /// First day of work.
    pub start: Start,
    /// Limits of introductions.
    pub introductions: Introductions,
    /// What stays of batch runs.
    pub match_runs: MatchRuns,
    /// Cost of a change by side and field.
    costs: BTreeMap<String, u32>,
}

/// What stays of batch runs.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MatchRuns {
    /// Days for which a run knows who would have gone where.
    pub pair_days: u16,
}

/// Greatest points of each part; they add up to 1000.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Points {
    pub occupation: u32,
    pub experience: u32,
    pub wage: u32,
    pub place: u32,
    pub needs: u32,
    pub preferences: u32,
    pub priority: u32,
}

/// Shares by nearness of the occupation.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OccupationShares {
    pub first_wish: u32,
    pub second_wish: u32,
    pub later_wish: u32,
    pub family: u32,
    pub relative: u32,
}

/// Months that earn the whole part.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExperienceScale {
    pub full_months: u32,
}

/// Share at the floor, and per cent above it for the whole.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WageScale {
    pub at_floor: u32,
    pub full_percent: u32,
}

/// Shares of wish and nearness.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlaceShares {
    pub first_wish: u32,
    pub later_wish: u32,
    pub same_county: u32,
    pub same_prefecture: u32,
    pub same_province: u32,
    pub neighbouring_province: u32,
}

/// Shares of household priority.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriorityShares {
    pub watched: u32,
    pub out_of_poverty: u32,
    pub relocated: u32,
    pub household_without_work: u32,
}

/// Curated eligibility of kinds of posts.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Eligibility {
    pub hard_to_employ_age: i16,
    pub hard_to_employ_weak_capacity: bool,
    pub hard_to_employ_household_without_work: bool,
    pub workshop_near: Distance,
}

/// First day of work.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Start {
    pub slack_days: u16,
    pub renewed_days: u16,
}

/// Limits of introductions.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Introductions {
    /// Open introductions allowed for a place left.
    pub places_factor: u32,
}

impl Parameters {
    /// The file that ships with the program.
    pub fn shipped() -> Self {
        // A test reads the shipped file, so that it cannot be wrong here.
        Self::parse(SHIPPED).expect("the shipped parameter file is tested")
    }

    /// Every value of the shipped file as its section, its name and its text, in the order of their names.
    pub fn shipped_values() -> Vec<(String, String, String)> {
        let file: toml::Table = toml::from_str(SHIPPED).unwrap_or_default();
        let sections = file.into_iter().filter_map(|(section, value)| match value {
            toml::Value::Table(values) => Some((section, values)),
            _ => None,
        });
        let text = |value: toml::Value| match value {
            toml::Value::String(text) => text,
            other => other.to_string(),
        };
        sections
            .flat_map(|(section, values)| {
                values.into_iter().map(move |(name, value)| (section.clone(), name, text(value))).collect::<Vec<_>>()
            })
            .collect()
    }

    /// Reads a file and checks that it is whole.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let read: Self = toml::from_str(text)?;
        let p = read.points;
        let parts = [p.occupation, p.experience, p.wage, p.place, p.needs, p.preferences, p.priority];
        let sum = parts.iter().fold(0u32, |sum, part| sum.saturating_add(*part));
        if sum != 1000 {
            return Err(Fault::Points(sum));
        }
        let (o, l, r) = (read.occupation, read.place, read.priority);
        let shares = [
            ("occupation", o.first_wish.max(o.second_wish).max(o.later_wish).max(o.family).max(o.relative)),
            ("wage", read.wage.at_floor),
            (
                "place",
                l.first_wish.max(l.later_wish).saturating_add(
                    l.same_county.max(l.same_prefecture).max(l.same_province).max(l.neighbouring_province),
                ),
            ),
            ("priority", r.watched.max(r.out_of_poverty).max(r.relocated).max(r.household_without_work)),
        ];
        if let Some((name, _)) = shares.iter().find(|(_, share)| *share > 1000) {
            return Err(Fault::Share(name));
        }
        if ![o.first_wish, o.second_wish, o.later_wish, o.family, o.relative].is_sorted_by(|a, b| a >= b) {
            return Err(Fault::Order);
        }
        if read.experience.full_months == 0 {
            return Err(Fault::Zero("experience"));
        }
        if read.wage.full_percent == 0 {
            return Err(Fault::Zero("wage"));
        }
        let unknown = read.costs.keys().find(|k| !FIELDS.contains(&k.as_str()));
        let missing = FIELDS.iter().find(|k| !read.costs.contains_key(**k));
        if let Some(key) = unknown.map(String::as_str).or(missing.copied()) {
            return Err(Fault::Cost(key.to_owned()));
        }
        Ok(read)
    }

    /// Cost of changing a field, named as in the file.
    pub fn cost(&self, field: &str) -> u32 {
        // `parse` insists on a cost for each field of FIELDS.
        self.costs.get(field).copied().unwrap_or(u32::MAX / 64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_file_is_whole() {
        let read = Parameters::parse(SHIPPED).unwrap();
        assert_eq!(read.introductions.places_factor, 3);
    }

    #[test]
    fn a_file_that_does_not_add_up_is_refused_with_the_place() {
        let broken = |from: &str, to: &str| {
            let text = SHIPPED.replacen(from, to, 1);
            assert_ne!(text, SHIPPED);
            Parameters::parse(&text).unwrap_err().to_string()
        };
        assert!(broken("occupation = 300", "occupation = 301").contains("1001"));
        assert!(broken("watched = 1000", "watched = 1001").contains("[priority]"));
        assert!(broken("full_months = 36", "full_months = 0").contains("[experience]"));
        assert!(broken("\"worker.shift\"", "\"worker.sex\"").contains("worker.sex"));
        assert!(broken("\"worker.shift\" = 20\n", "").contains("worker.shift"));
        assert!(broken("version =", "versoin =").contains("versoin"));
    }
}
