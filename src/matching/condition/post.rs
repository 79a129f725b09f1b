//! Conditions of the post alone, and of what is already under way: open, places, couples, introductions.

use super::wish::met_needs;
use super::{Held, Pair};
use crate::domain::vacancy::VacancyState;
use crate::domain::worker::Need;
use crate::matching::change::Change;
use crate::matching::sentence::{Arg, Say};

/// Open; a filled one fails by its places only.
pub fn open(pair: &Pair) -> Held {
    Held::by_fact(matches!(pair.opening.state_on(pair.today), VacancyState::Open | VacancyState::Filled))
}

pub fn say_open(pair: &Pair, held: Held) -> Say {
    if held.ok { Say::plain("open.yes") } else { Say::with("open.no", [Arg::code(pair.opening.state_on(pair.today))]) }
}

/// An expired post can be renewed; opening or reopening one is an act, not a fact.
pub fn change_open(pair: &Pair) -> Vec<Vec<Change>> {
    if pair.opening.state_on(pair.today) != VacancyState::Expired {
        return vec![];
    }
    let days = pair.parameters.start.renewed_days;
    let until = pair.today.saturating_add(jiff::Span::new().days(days));
    vec![vec![Change::ValidUntil(until)]]
}

/// At least one place that is not kept for others.
pub fn places(pair: &Pair) -> Held {
    Held::by_fact(pair.places_left() > 0)
}

pub fn say_places(pair: &Pair, held: Held) -> Say {
    if held.ok {
        Say::with("places.yes", [Arg::Count(i64::from(pair.places_left()))])
    } else if pair.opening.kept > 0 {
        Say::with("places.kept", [Arg::Count(i64::from(pair.opening.kept))])
    } else {
        Say::plain("places.no")
    }
}

/// Raises the head-count to the places this person needs, two for a couple.
pub fn change_places(pair: &Pair) -> Vec<Vec<Change>> {
    // More may sit in the class than there are places: one place more could be kept as well.
    if pair.places_left() == 0 && pair.opening.kept > 0 {
        return vec![];
    }
    let wanted = 1 + u32::from(pair.seeker.goes_as_couple());
    let missing = wanted.saturating_sub(pair.places_left());
    vec![vec![Change::Headcount(pair.opening.headcount.saturating_add(missing))]]
}

/// Room for both, or going without the couple's room.
pub fn change_partner(pair: &Pair) -> Vec<Vec<Change>> {
    let alone = met_needs(pair).into_iter().filter(|need| *need != Need::Couple).collect();
    let mut ways = change_places(pair);
    ways.push(vec![Change::Needs(alone)]);
    ways
}

/// Who goes with a spouse or mate into a couple's room needs two places.
pub fn partner(pair: &Pair) -> Held {
    Held::by_fact(!pair.seeker.goes_as_couple() || pair.places_left() >= 2)
}

pub fn say_partner(pair: &Pair, held: Held) -> Say {
    if !held.ok {
        Say::with("partner.no", [Arg::Count(i64::from(pair.places_left()))])
    } else if pair.seeker.goes_as_couple() {
        Say::plain("partner.yes")
    } else {
        Say::plain("partner.free")
    }
}

/// Not already introduced to, or placed in, this very post.
pub fn introduced(pair: &Pair) -> Held {
    Held::by_fact(!pair.seeker.introduced().contains(&pair.slot))
}

pub fn say_introduced(_: &Pair, held: Held) -> Say {
    Say::plain(if held.ok { "introduced.yes" } else { "introduced.no" })
}
