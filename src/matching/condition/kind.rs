//! Conditions of kinds of posts: who may take a public-welfare post, and how near a workshop must be.

use super::{Held, Pair};
use crate::domain::code::Code;
use crate::domain::vacancy::VacancyKind;
use crate::domain::worker::{Capacity, age_on};
use crate::matching::sentence::{Arg, Say};
use crate::matching::vocabulary::distance;

/// Which ground opens a public-welfare post to this person, in Chinese and English.
fn welfare_ground(pair: &Pair) -> Option<(&'static str, &'static str)> {
    let (seeker, rule) = (pair.seeker, pair.parameters.eligibility);
    if let Some(class) = seeker.watch {
        return Some((class.name(), "watched household"));
    }
    if seeker.out_of_poverty {
        return Some(("脱贫户", "out-of-poverty household"));
    }
    if seeker.relocated {
        return Some(("易地扶贫搬迁户", "relocated household"));
    }
    if rule.hard_to_employ_weak_capacity && seeker.capacity == Some(Capacity::Weak) {
        return Some(("弱劳动力", "weak labour capacity"));
    }
    if rule.hard_to_employ_household_without_work && seeker.household_has_work == Some(false) {
        return Some(("零就业家庭", "nobody of the household at work"));
    }
    let old = seeker.birth.is_some_and(|birth| age_on(birth, pair.today) >= rule.hard_to_employ_age);
    old.then_some(("大龄", "older worker"))
}

/// A public-welfare post takes its circle only; an unestablished one does not count as belonging.
pub fn public_welfare(pair: &Pair) -> Held {
    if pair.opening.kind != Some(VacancyKind::PublicWelfare) || welfare_ground(pair).is_some() {
        return Held::YES;
    }
    let known = pair.seeker.household_has_work.is_some() && pair.seeker.capacity.is_some();
    if known { Held::NO } else { Held::UNASKED }
}

pub fn say_public_welfare(pair: &Pair, held: Held) -> Say {
    if !held.ok {
        return Say::plain(if held.known { "public_welfare.no" } else { "public_welfare.unasked" });
    }
    match welfare_ground(pair) {
        Some((zh, en)) if pair.opening.kind == Some(VacancyKind::PublicWelfare) => {
            Say::with("public_welfare.yes", [Arg::Code(zh, en)])
        }
        _ => Say::plain("public_welfare.free"),
    }
}

/// A workshop takes people who live near it, as near as the parameter says.
pub fn workshop(pair: &Pair) -> Held {
    if pair.opening.kind != Some(VacancyKind::Workshop) {
        return Held::YES;
    }
    let near = pair.parameters.eligibility.workshop_near;
    let place = pair.opening.region;
    // A region that is wider than the parameter says nothing of nearness.
    let tells = |region: u32| region != 0 && distance(region, region) <= near;
    if !tells(place) || !pair.seeker.homes().any(tells) {
        return Held::ASK;
    }
    Held::by_fact(pair.seeker.homes().any(|home| distance(home, place) <= near))
}

pub fn say_workshop(pair: &Pair, held: Held) -> Say {
    match (held.ok, held.known) {
        (true, true) if pair.opening.kind == Some(VacancyKind::Workshop) => Say::plain("workshop.yes"),
        (true, true) => Say::plain("workshop.free"),
        (true, false) if pair.seeker.homes().next().is_none() => Say::plain("workshop.ask"),
        (true, false) => Say::plain("workshop.ask_post"),
        (false, _) => Say::with("workshop.no", [Arg::Text(pair.words.region_name(pair.opening.region))]),
    }
}
