//! The hard conditions: one table, each row with its check, its words and the smallest changes that would make it true.

pub(super) mod ability;
mod kind;
mod person;
mod post;
pub(super) mod reads;
#[cfg(test)]
mod tests;
pub(super) mod wish;

use jiff::civil::Date;

use super::change::Change;
use super::columns::Columns;
use super::parameters::Parameters;
use super::row::{OpeningRow, SeekerRow};
use super::sentence::Say;
use super::vocabulary::Vocabulary;
use reads::Reads;

/// One person beside one post on a day.
#[derive(Clone, Copy)]
pub struct Pair<'a> {
    /// The person.
    pub seeker: &'a SeekerRow,
    /// The post.
    pub opening: &'a OpeningRow,
    /// Slot of the post, by which introductions are remembered.
    pub slot: u32,
    /// The day.
    pub today: Date,
    /// Texts as numbers.
    pub words: &'a Vocabulary,
    /// Weights and costs.
    pub parameters: &'a Parameters,
}

impl<'a> Pair<'a> {
    /// A pair out of the columns.
    pub fn new(columns: &'a Columns, seeker: &'a SeekerRow, slot: u32, opening: &'a OpeningRow, today: Date) -> Self {
        Self { seeker, opening, slot, today, words: &columns.words, parameters: &columns.parameters }
    }

    /// The person belongs to an order class for which places of the post are kept.
    pub fn has_kept_place(&self) -> bool {
        self.opening.kept > 0 && self.seeker.trains_for().contains(&self.slot)
    }

    /// Places left for this person: those kept are there for the people of the order class alone.
    pub fn places_left(&self) -> u32 {
        self.opening.places_left + if self.has_kept_place() { self.opening.kept } else { 0 }
    }
}

/// What a check found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// The condition does not stand in the way.
    pub ok: bool,
    /// It rests on facts, not on something nobody asked.
    pub known: bool,
}

impl Held {
    /// Holds by facts.
    pub const YES: Self = Self { ok: true, known: true };
    /// Fails by facts.
    pub const NO: Self = Self { ok: false, known: true };
    /// Unknown, and asks instead of excluding.
    pub const ASK: Self = Self { ok: true, known: false };
    /// Unknown, and excludes because harm could follow.
    pub const UNASKED: Self = Self { ok: false, known: false };

    /// Holds or fails by facts.
    pub fn by_fact(ok: bool) -> Self {
        if ok { Self::YES } else { Self::NO }
    }
}

/// A hard condition.
pub struct Condition {
    /// Stable code of the API.
    pub code: &'static str,
    /// Whether it holds.
    pub check: fn(&Pair) -> Held,
    /// Why, or why not.
    pub say: fn(&Pair, Held) -> Say,
    /// Ways to make it true where it fails; the changes of one way belong together.
    pub ways: fn(&Pair) -> Vec<Vec<Change>>,
    /// The facts of either side that the check looks at; the table of a batch is compiled by them.
    pub reads: Reads,
}

impl Condition {
    /// The cheapest way by the parameter file; empty when it holds or nothing can be done.
    pub fn changes(&self, pair: &Pair) -> Vec<Change> {
        if (self.check)(pair).ok {
            return vec![];
        }
        (self.ways)(pair).into_iter().min_by_key(|way| cost(way, pair.parameters)).unwrap_or_default()
    }
}

/// What a way costs.
pub fn cost(way: &[Change], parameters: &Parameters) -> u32 {
    way.iter().map(|change| parameters.cost(change.key())).fold(0, u32::saturating_add)
}

/// No way at all: the fact is protected, or not for us to change.
fn fixed(_: &Pair) -> Vec<Vec<Change>> {
    vec![]
}

/// All conditions, those that filter most first.
pub const CONDITIONS: &[Condition] = &[
    Condition {
        code: "occupation",
        check: wish::occupation,
        say: wish::say_occupation,
        ways: wish::change_occupation,
        reads: reads::OCCUPATION,
    },
    Condition { code: "open", check: post::open, say: post::say_open, ways: post::change_open, reads: reads::OPEN },
    Condition {
        code: "places",
        check: post::places,
        say: post::say_places,
        ways: post::change_places,
        reads: reads::PLACES,
    },
    Condition {
        code: "region",
        check: wish::region,
        say: wish::say_region,
        ways: wish::change_region,
        reads: reads::REGION,
    },
    Condition {
        code: "leave_home",
        check: wish::leave_home,
        say: wish::say_leave_home,
        ways: wish::change_leave_home,
        reads: reads::LEAVE_HOME,
    },
    Condition { code: "wage", check: wish::wage, say: wish::say_wage, ways: wish::change_wage, reads: reads::WAGE },
    Condition {
        code: "certificates",
        check: ability::certificates,
        say: ability::say_certificates,
        ways: ability::change_certificates,
        reads: reads::CERTIFICATES,
    },
    Condition { code: "age", check: ability::age, say: ability::say_age, ways: fixed, reads: reads::AGE },
    Condition {
        code: "skills",
        check: ability::skills,
        say: ability::say_skills,
        ways: ability::change_skills,
        reads: reads::SKILLS,
    },
    Condition {
        code: "experience",
        check: ability::experience,
        say: ability::say_experience,
        ways: ability::change_experience,
        reads: reads::EXPERIENCE,
    },
    Condition {
        code: "schooling",
        check: ability::schooling,
        say: ability::say_schooling,
        ways: ability::change_schooling,
        reads: reads::SCHOOLING,
    },
    Condition {
        code: "capacity",
        check: ability::capacity,
        say: ability::say_capacity,
        ways: ability::change_capacity,
        reads: reads::CAPACITY,
    },
    Condition {
        code: "start",
        check: wish::start,
        say: wish::say_start,
        ways: wish::change_start,
        reads: reads::START,
    },
    Condition {
        code: "shift",
        check: wish::shift,
        say: wish::say_shift,
        ways: wish::change_shift,
        reads: reads::SHIFT,
    },
    Condition {
        code: "needs",
        check: wish::needs,
        say: wish::say_needs,
        ways: wish::change_needs,
        reads: reads::NEEDS,
    },
    Condition {
        code: "public_welfare",
        check: kind::public_welfare,
        say: kind::say_public_welfare,
        ways: fixed,
        reads: reads::PUBLIC_WELFARE,
    },
    Condition { code: "workshop", check: kind::workshop, say: kind::say_workshop, ways: fixed, reads: reads::WORKSHOP },
    Condition { code: "barred", check: ability::barred, say: ability::say_barred, ways: fixed, reads: reads::BARRED },
    Condition {
        code: "partner",
        check: post::partner,
        say: post::say_partner,
        ways: post::change_partner,
        reads: reads::PARTNER,
    },
    Condition {
        code: "introduced",
        check: post::introduced,
        say: post::say_introduced,
        ways: fixed,
        reads: reads::INTRODUCED,
    },
    Condition {
        code: "status",
        check: person::status,
        say: person::say_status,
        ways: person::change_status,
        reads: reads::STATUS,
    },
    Condition {
        code: "opted_out",
        check: person::opted_out,
        say: person::say_opted_out,
        ways: fixed,
        reads: reads::OPTED_OUT,
    },
    Condition {
        code: "no_capacity",
        check: person::no_capacity,
        say: person::say_no_capacity,
        ways: fixed,
        reads: reads::NO_CAPACITY,
    },
    Condition {
        code: "under_16",
        check: person::under_16,
        say: person::say_under_16,
        ways: fixed,
        reads: reads::UNDER_16,
    },
];

/// True if every condition holds or only asks.
pub fn eligible(pair: &Pair) -> bool {
    CONDITIONS.iter().all(|c| (c.check)(pair).ok)
}

/// Conditions that fail, as bits by their place in [`CONDITIONS`].
pub fn failing(pair: &Pair) -> u32 {
    CONDITIONS.iter().zip(0..).filter(|(c, _)| !(c.check)(pair).ok).fold(0, |bits, (_, place)| bits | 1 << place)
}

/// Bit of a condition in [`failing`].
pub fn bit_of(code: &str) -> u32 {
    CONDITIONS.iter().position(|c| c.code == code).map_or(0, |place| 1 << place)
}
