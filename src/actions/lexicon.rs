//! The rule books of matching wired to the domain's tables.

use crate::domain::barred_post::{Who, hazard};
use crate::domain::certificate::{self, Certificate};
use crate::domain::occupation::Occupation;
use crate::domain::region::{self, Nearness, RegionCode};
use crate::matching::lexicon::{Barred, Lexicon};

/// The rule books.
pub fn lexicon() -> Lexicon {
    Lexicon {
        occupation_name: Box::new(|code| {
            code.parse::<Occupation>().map_or_else(|_| code.to_owned(), |o| o.name().to_owned())
        }),
        region_name: Box::new(|code| {
            RegionCode::parse(code).and_then(region::full_name).unwrap_or_else(|| code.to_owned())
        }),
        current_region: Box::new(|code| {
            let current = RegionCode::parse(code).map(|c| region::successor(c).unwrap_or(c));
            current.map_or_else(|| code.to_owned(), |c| c.to_string())
        }),
        related_occupation: Box::new(|a, b| match (a.parse::<Occupation>(), b.parse::<Occupation>()) {
            (Ok(a), Ok(b)) => a.related().contains(&b),
            _ => false,
        }),
        neighbours: Box::new(|a, b| {
            let province = |two: &str| RegionCode::parse(&format!("{two}0000"));
            match (province(a), province(b)) {
                (Some(a), Some(b)) => region::nearness(a, b) == Nearness::NeighbouringProvince,
                _ => false,
            }
        }),
        covers: Box::new(|held, asked| {
            if held.name == asked || held.code.as_deref() == Some(asked) {
                return true;
            }
            let known = |text: &str| Certificate::from_code(text).or_else(|| Certificate::parse(text));
            let own = held.code.as_deref().and_then(Certificate::from_code).or_else(|| Certificate::parse(&held.name));
            let own = own.map(|c| held.level.as_deref().map_or(c, |level| c.with_grade(level)));
            own.zip(known(asked)).is_some_and(|(own, asked)| certificate::covers(own, asked))
        }),
        barred: Box::new(|name| {
            let found = hazard(name);
            let article = |who| found.and_then(|h| h.article(who)).map(str::to_owned);
            Barred { women: article(Who::Women), minors: article(Who::Minors) }
        }),
    }
}
