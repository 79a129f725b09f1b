//! What matching must ask of the rule books (occupations, regions, certificates, barred posts), as plain closures.

use unicode_normalization::UnicodeNormalization as _;

use crate::domain::barred_post::{self, Who};
use crate::domain::certificate::{self, Certificate};
use crate::domain::occupation::Occupation;
use crate::domain::region::{self, RegionCode};
use crate::domain::worker::HeldCertificate;

/// Says something of one text.
pub type Of<T> = Box<dyn Fn(&str) -> T + Send + Sync>;
/// Says whether two texts stand in a relation.
pub type Between = Box<dyn Fn(&str, &str) -> bool + Send + Sync>;
/// Whom the law bars from a hazard, each with the article.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Barred {
    /// Article that bars women.
    pub women: Option<String>,
    /// Article that bars people of 16 and 17.
    pub minors: Option<String>,
}

/// The rule books.
pub struct Lexicon {
    /// Name of an occupation code.
    pub occupation_name: Of<String>,
    /// Name of a region code.
    pub region_name: Of<String>,
    /// The region code in force for a code that may be retired.
    pub current_region: Of<String>,
    /// Two different occupations are accepted for each other by the curated list (the same minor group always is).
    pub related_occupation: Between,
    /// Two provinces (two digits each) have a common border.
    pub neighbours: Between,
    /// Key of a certificate in somebody's hand: one for all spellings of the same.
    pub held_key: Box<dyn Fn(&HeldCertificate) -> String + Send + Sync>,
    /// Key of a certificate that a post asks, by name or code.
    pub asked_key: Of<String>,
    /// The held key does what the asked key asks; expiry is not its business.
    pub covers: Between,
    /// Whom a hazard bars.
    pub barred: Of<Barred>,
}

impl Lexicon {
    /// Knows only what the codes say by themselves: no relatives, no neighbours, certificates by equal name or code.
    pub fn plain() -> Self {
        Self {
            occupation_name: Box::new(str::to_owned),
            region_name: Box::new(str::to_owned),
            current_region: Box::new(str::to_owned),
            related_occupation: Box::new(|_, _| false),
            neighbours: Box::new(|_, _| false),
            held_key: Box::new(|held| held.code.as_ref().unwrap_or(&held.name).trim().to_owned()),
            asked_key: Box::new(|asked| asked.trim().to_owned()),
            covers: Box::new(|held, asked| held == asked),
            barred: Box::new(|_| Barred::default()),
        }
    }

    /// The rule books that ship with the program.
    pub fn shipped() -> Self {
        let region = |code: &str| RegionCode::parse(code);
        Self {
            occupation_name: Box::new(|code| {
                code.parse::<Occupation>().map_or_else(|_| code.to_owned(), |o| o.name().to_owned())
            }),
            region_name: Box::new(move |code| {
                let division = region(code).and_then(region::find);
                division.map_or_else(|| code.to_owned(), |d| d.name.to_owned())
            }),
            current_region: Box::new(move |code| {
                let heir = region(code).and_then(region::successor);
                heir.map_or_else(|| code.to_owned(), |heir| heir.to_string())
            }),
            related_occupation: Box::new(|a, b| match (a.parse::<Occupation>(), b.parse::<Occupation>()) {
                (Ok(a), Ok(b)) => a.related().contains(&b) || b.related().contains(&a),
                _ => false,
            }),
            neighbours: Box::new(move |a, b| match (region(&format!("{a}0000")), region(&format!("{b}0000"))) {
                (Some(a), Some(b)) => region::nearness(a, b) == region::Nearness::NeighbouringProvince,
                _ => false,
            }),
            held_key: Box::new(|held| {
                let known = held.code.as_deref().and_then(Certificate::from_code);
                let known = known.or_else(|| certificate_of(&held.name));
                known.map_or_else(
                    || plain_text(&held.name),
                    |known| held.level.as_deref().map_or(known, |level| known.with_grade(level)).to_string(),
                )
            }),
            asked_key: Box::new(|asked| {
                certificate_of(asked).map_or_else(|| plain_text(asked), |known| known.to_string())
            }),
            covers: Box::new(|held, asked| match (Certificate::from_code(held), Certificate::from_code(asked)) {
                (Some(held), Some(asked)) => certificate::covers(held, asked),
                _ => held == asked,
            }),
            barred: Box::new(|hazard| {
                let found = barred_post::hazard(hazard);
                let article = |who| found.and_then(|h| h.article(who)).map(str::to_owned);
                Barred { women: article(Who::Women), minors: article(Who::Minors) }
            }),
        }
    }
}

/// A certificate by its code or by a name.
fn certificate_of(text: &str) -> Option<Certificate> {
    Certificate::from_code(text.trim()).or_else(|| Certificate::parse(text))
}

/// A name that the table does not know, so that equal names still match.
fn plain_text(text: &str) -> String {
    text.nfkc().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_rule_books_answer() {
        let lexicon = Lexicon::shipped();
        let covers = |name: &str, level: Option<&str>, asked: &str| {
            let held =
                HeldCertificate { name: name.into(), code: None, level: level.map(str::to_owned), expires: None };
            (lexicon.covers)(&(lexicon.held_key)(&held), &(lexicon.asked_key)(asked))
        };
        assert!(covers("电焊证", None, "焊工证"));
        assert!(covers("育婴员", Some("高级"), "中级育婴员") && !covers("育婴员", Some("初级"), "中级育婴员"));
        assert!(covers("本厂 操作证", None, "本厂操作证") && !covers("本厂操作证", None, "焊工证"));
        assert_eq!((lexicon.current_region)("522401"), "520500");
        assert_eq!((lexicon.region_name)("440106"), "天河区");
        assert!((lexicon.neighbours)("44", "45") && !(lexicon.neighbours)("44", "52"));
        let hazard = barred_post::hazards().iter().find(|h| h.women.is_some()).unwrap();
        assert!((lexicon.barred)(hazard.code).women.is_some());
        assert_eq!((lexicon.barred)("没有这种"), Barred::default());
    }
}
