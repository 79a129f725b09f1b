//! The minimum wage of a place at a date, and whether a pay reaches it (table: `index/law/minimum_wage.tsv`).

use std::sync::LazyLock;

use jiff::civil::Date;

const DATA: &str = include_str!("../../index/law/minimum_wage.tsv");

/// What a pay is counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Per {
    Hour,
    Day,
    Week,
    Month,
    Year,
}

impl Per {
    /// The period of a code of the vacancy body; `piece` has no time, hence none.
    pub fn from_code(code: &str) -> Option<Per> {
        Some(match code {
            "hour" => Per::Hour,
            "day" => Per::Day,
            "week" => Per::Week,
            "month" => Per::Month,
            "year" => Per::Year,
            _ => return None,
        })
    }
}

/// A pay: the lower end of what is offered, in fen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pay {
    pub fen: i64,
    pub per: Per,
}

impl Pay {
    /// Monthly equivalent in fen: 21.75 days, 174 hours, 4.35 weeks a month, 12 months a year.
    pub fn per_month(self) -> i64 {
        match self.per {
            Per::Hour => self.fen * 174,
            Per::Day => self.fen * 2175 / 100,
            Per::Week => self.fen * 435 / 100,
            Per::Month => self.fen,
            Per::Year => self.fen / 12,
        }
    }

    /// Hourly equivalent in fen, rounded down: 8 hours a day, 40 a week.
    pub fn per_hour(self) -> i64 {
        match self.per {
            Per::Hour => self.fen,
            Per::Day => self.fen / 8,
            Per::Week => self.fen / 40,
            Per::Month | Per::Year => self.per_month() / 174,
        }
    }
}

/// The minimum that holds for a place, a date and a form of employment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Minimum {
    /// In fen, by `per`.
    pub fen: i64,
    /// Month for full-time, hour for part-time work.
    pub per: Per,
    pub valid_from: Date,
    /// An unverified figure only warns.
    pub verified: bool,
    pub source: &'static str,
}

impl Minimum {
    /// Whether the pay stays below this minimum.
    pub fn is_above(&self, pay: Pay) -> bool {
        match self.per {
            Per::Hour => pay.per_hour() < self.fen,
            _ => pay.per_month() < self.fen,
        }
    }
}

struct Row {
    valid_from: Date,
    region: &'static str,
    monthly: Option<i64>,
    hourly: Option<i64>,
    verified: bool,
    source: &'static str,
}

static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| rows(DATA).0);

/// The minimum of the narrowest region of the table that contains the GB/T 2260 code `region`, in the row valid on `day`.
pub fn lookup(region: &str, day: Date, part_time: bool) -> Option<Minimum> {
    let row = ROWS
        .iter()
        .filter(|row| region.starts_with(row.region) && row.valid_from <= day)
        .filter(|row| if part_time { row.hourly } else { row.monthly }.is_some())
        .max_by_key(|row| (row.region.len(), row.valid_from))?;
    let (fen, per) = if part_time { (row.hourly?, Per::Hour) } else { (row.monthly?, Per::Month) };
    Some(Minimum { fen, per, valid_from: row.valid_from, verified: row.verified, source: row.source })
}

/// Whether the shipped table is well formed; each fault names its line.
pub fn check_data() -> Result<(), Vec<String>> {
    let (rows, mut faults) = rows(DATA);
    for (i, row) in rows.iter().enumerate() {
        if rows[..i].iter().any(|r| r.region == row.region && r.valid_from == row.valid_from) {
            faults.push(format!("{} {} stands twice", row.valid_from, row.region));
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

fn rows(data: &'static str) -> (Vec<Row>, Vec<String>) {
    let (mut rows, mut faults) = (Vec::new(), Vec::new());
    for (i, line) in data.lines().enumerate() {
        if line.starts_with('#') || line.is_empty() {
            continue;
        }
        match row(line) {
            Ok(row) => rows.push(row),
            Err(fault) => faults.push(format!("line {}: {fault}", i + 1)),
        }
    }
    (rows, faults)
}

fn row(line: &'static str) -> Result<Row, String> {
    let cells: Vec<&str> = line.split('\t').collect();
    let [valid_from, region, monthly, hourly, verified, source] = cells[..] else {
        return Err(format!("{} columns instead of 6", cells.len()));
    };
    if region.len() % 2 != 0 || region.len() > 6 || !region.bytes().all(|b| b.is_ascii_digit()) {
        return Err(format!("{region} is no region code"));
    }
    let (monthly, hourly) = (fen(monthly)?, fen(hourly)?);
    if monthly.is_none() && hourly.is_none() {
        return Err("neither a monthly nor an hourly figure".to_owned());
    }
    Ok(Row {
        valid_from: valid_from.parse().map_err(|_| format!("{valid_from} is no date"))?,
        region,
        monthly,
        hourly,
        verified: match verified {
            "yes" => true,
            "no" => false,
            _ => return Err(format!("verified is yes or no, not {verified}")),
        },
        source,
    })
}

/// Yuan with at most two decimals, to fen; `-` is unknown.
fn fen(cell: &str) -> Result<Option<i64>, String> {
    if cell == "-" {
        return Ok(None);
    }
    let wrong = || format!("{cell} is no amount");
    let (yuan, cents) = cell.split_once('.').unwrap_or((cell, ""));
    if cents.len() > 2 {
        return Err(wrong());
    }
    let yuan: i64 = yuan.parse().map_err(|_| wrong())?;
    let cents: i64 = format!("{cents:0<2}").parse().map_err(|_| wrong())?;
    Ok(Some(yuan * 100 + cents))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn the_shipped_table_is_well_formed() {
        assert_eq!(check_data(), Ok(()));
    }

    #[test]
    fn a_district_of_guangzhou_takes_the_row_of_its_city_valid_on_the_day() {
        let old = lookup("440106", date(2024, 6, 1), false).unwrap();
        assert_eq!((old.fen, old.per, old.verified), (230_000, Per::Month, true));
        let new = lookup("440106", date(2025, 3, 1), false).unwrap();
        assert_eq!((new.fen, new.verified), (250_000, false));
        let hour = lookup("440106", date(2022, 1, 1), true).unwrap();
        assert_eq!((hour.fen, hour.per), (2220, Per::Hour));
        assert_eq!(lookup("440106", date(2000, 1, 1), false), None);
        assert_eq!(lookup("110101", date(2025, 3, 1), false), None);
    }

    #[test]
    fn pay_by_day_hour_week_and_year_is_compared_as_a_month() {
        let minimum = lookup("440100", date(2024, 6, 1), false).unwrap();
        for (yuan, per, above) in [
            (2299, Per::Month, true),
            (2300, Per::Month, false),
            (105, Per::Day, true),
            (106, Per::Day, false),
            (13, Per::Hour, true),
            (14, Per::Hour, false),
            (528, Per::Week, true),
            (530, Per::Week, false),
            (27_000, Per::Year, true),
            (27_600, Per::Year, false),
        ] {
            assert_eq!(minimum.is_above(Pay { fen: yuan * 100, per }), above, "{yuan} {per:?}");
        }
    }

    #[test]
    fn part_time_pay_is_compared_by_the_hour() {
        let minimum = lookup("440100", date(2024, 6, 1), true).unwrap();
        assert!(minimum.is_above(Pay { fen: 2200, per: Per::Hour }));
        assert!(!minimum.is_above(Pay { fen: 2220, per: Per::Hour }));
        assert!(minimum.is_above(Pay { fen: 17_000, per: Per::Day }));
    }
}
