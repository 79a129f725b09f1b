//! What matching must ask of the rule books (occupations, regions, certificates, barred posts), as plain closures.

use crate::domain::worker::HeldCertificate;

/// Says something of one text.
pub type Of<T> = Box<dyn Fn(&str) -> T + Send + Sync>;
/// Says whether two texts stand in a relation.
pub type Between = Box<dyn Fn(&str, &str) -> bool + Send + Sync>;
/// Says whether a held certificate does what an asked one (name or code) asks.
pub type Covers = Box<dyn Fn(&HeldCertificate, &str) -> bool + Send + Sync>;

/// Whom the law bars from a hazard, each with the article.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Barred {
    /// Article that bars women.
    pub women: Option<String>,
    /// Article that bars people of 16 and 17.
    pub minors: Option<String>,
}

/// The rule books; `actions` wires the real ones.
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
    /// Inclusion of certificates; expiry is not its business.
    pub covers: Covers,
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
            covers: Box::new(|held, asked| held.name == asked || held.code.as_deref() == Some(asked)),
            barred: Box::new(|_| Barred::default()),
        }
    }
}
