//! Conditions of what a person wants: occupation, place, wage, first day, shifts, lodging and meals.

use super::{Held, Pair};
use crate::domain::code::Code;
use crate::domain::vacancy::{Benefit, Period};
use crate::domain::worker::{Need, Shift};
use crate::matching::change::Change;
use crate::matching::sentence::{Arg, Say};
use crate::matching::vocabulary::{Distance, Kinship, NONE, distance, is_county, region_holds};

/// Nearest wish: how near, and its place in the list.
pub fn nearest_wish(pair: &Pair) -> Option<(Kinship, usize)> {
    let mut best: Option<(Kinship, usize)> = None;
    for (place, wish) in pair.seeker.wanted().iter().enumerate() {
        let near = pair.words.kinship(*wish, pair.opening.occupation);
        if best.is_none_or(|(known, _)| near > known) {
            best = Some((near, place));
        }
    }
    best
}

/// Occupation of the person's past that is of the post's family.
fn past_work(pair: &Pair) -> Option<u32> {
    std::iter::once(pair.seeker.last_occupation)
        .chain(pair.seeker.experience().map(|(occupation, _)| occupation))
        .find(|past| pair.words.kinship(*past, pair.opening.occupation) >= Kinship::Family)
}

/// The post asks neither certificate nor experience.
fn asks_nothing(pair: &Pair) -> bool {
    pair.opening.certificates().is_empty() && pair.opening.must.experience == 0
}

/// The post is a wish or an accepted relative of one; who was never asked is eligible for the family of
/// their past work, and for posts that ask neither certificate nor experience.
pub fn occupation(pair: &Pair) -> Held {
    if pair.opening.occupation == NONE {
        return Held::ASK;
    }
    match nearest_wish(pair) {
        Some((near, _)) => Held::by_fact(near >= Kinship::Relative),
        None if asks_nothing(pair) || past_work(pair).is_some() => Held::ASK,
        None => Held::UNASKED,
    }
}

pub fn say_occupation(pair: &Pair, held: Held) -> Say {
    let name = |number| Arg::Text(pair.words.occupation_name(number));
    let post = pair.opening.occupation;
    if post == NONE {
        return Say::plain("occupation.ask_post");
    }
    match (nearest_wish(pair), past_work(pair)) {
        (Some((Kinship::Same, _)), _) => Say::with("occupation.yes", [name(post)]),
        (Some((near, _)), _) if near >= Kinship::Relative => Say::with("occupation.near", [name(post)]),
        (Some(_), _) => {
            let wanted = pair.seeker.wanted().iter();
            let wishes = wanted.map(|w| pair.words.occupation_name(*w)).collect();
            Say::with("occupation.no", [Arg::List(wishes), name(post)])
        }
        (None, Some(past)) => Say::with("occupation.last", [name(past)]),
        (None, None) if held.ok => Say::plain("occupation.free"),
        (None, None) => Say::plain("occupation.unasked"),
    }
}

pub fn change_occupation(pair: &Pair) -> Vec<Vec<Change>> {
    let wishes = pair.seeker.wanted().iter().chain([&pair.opening.occupation]);
    let codes = wishes.map(|w| pair.words.occupation_code(*w).to_owned()).collect();
    let mut ways = vec![vec![Change::OccupationsWanted(codes)]];
    if pair.seeker.wanted().is_empty() {
        // Nobody who was never asked is kept from a post that asks nothing.
        let certificates = !pair.opening.certificates().is_empty();
        let experience = pair.opening.must.experience > 0;
        let asked = [
            certificates.then_some(Change::AskedCertificates(vec![])),
            experience.then_some(Change::AskedExperience(0.0)),
        ];
        ways.push(asked.into_iter().flatten().collect());
    }
    ways
}

/// The work place lies in a wished region; a post that names only the wider region asks.
pub fn region(pair: &Pair) -> Held {
    let (place, wished) = (pair.opening.region, pair.seeker.regions());
    if wished.is_empty() || place == 0 {
        Held::ASK
    } else if wished.iter().any(|wish| region_holds(*wish, place)) {
        Held::YES
    } else if wished.iter().any(|wish| region_holds(place, *wish)) {
        Held::ASK
    } else {
        Held::NO
    }
}

pub fn say_region(pair: &Pair, held: Held) -> Say {
    let place = Arg::Text(pair.words.region_name(pair.opening.region));
    match (held.ok, held.known) {
        (true, true) => Say::with("region.yes", [place]),
        (true, false) if pair.opening.region == 0 => Say::plain("region.nowhere"),
        (true, false) if pair.seeker.regions().is_empty() => Say::with("region.ask", [place]),
        (true, false) => Say::with("region.ask_post", [place]),
        (false, _) => {
            let wished = pair.seeker.regions().iter();
            let names = wished.map(|r| pair.words.region_name(*r)).collect();
            Say::with("region.no", [Arg::List(names), place])
        }
    }
}

pub fn change_region(pair: &Pair) -> Vec<Vec<Change>> {
    let wishes = pair.seeker.regions().iter().chain([&pair.opening.region]);
    vec![vec![Change::RegionsWanted(wishes.map(|r| format!("{r:06}")).collect())]]
}

/// Who cannot leave home takes posts of the home county only.
pub fn leave_home(pair: &Pair) -> Held {
    let place = pair.opening.region;
    if pair.seeker.can_leave_home == Some(true) {
        return Held::YES;
    }
    if pair.seeker.homes().any(|home| distance(home, place) == Distance::County) {
        return Held::YES;
    }
    // Home or post known only as a prefecture or province: the county may still be the same.
    let mut homes = pair.seeker.homes().peekable();
    let unclear = place == 0
        || homes.peek().is_none()
        || homes.any(|home| {
            region_holds(place, home) && !is_county(place) || region_holds(home, place) && !is_county(home)
        });
    if pair.seeker.can_leave_home.is_none() || unclear { Held::ASK } else { Held::NO }
}

pub fn say_leave_home(pair: &Pair, held: Held) -> Say {
    match (held.ok, held.known) {
        (true, true) if pair.seeker.can_leave_home == Some(true) => Say::plain("leave_home.yes"),
        (true, true) => Say::plain("leave_home.home"),
        (true, false) if pair.seeker.can_leave_home.is_none() => Say::plain("leave_home.ask"),
        (true, false) => Say::plain("leave_home.ask_post"),
        (false, _) => Say::with("leave_home.no", [Arg::Text(pair.words.region_name(pair.opening.region))]),
    }
}

pub fn change_leave_home(_: &Pair) -> Vec<Vec<Change>> {
    vec![vec![Change::CanLeaveHome]]
}

/// The upper end of the wage (the lower one if there is no upper) reaches the floor, month by month.
pub fn wage(pair: &Pair) -> Held {
    match (pair.opening.reach, pair.seeker.wage_floor) {
        (Some(reach), Some(floor)) => Held::by_fact(reach >= floor),
        _ => Held::ASK,
    }
}

pub fn say_wage(pair: &Pair, held: Held) -> Say {
    match (pair.opening.reach, pair.seeker.wage_floor) {
        (Some(reach), Some(floor)) => {
            let code = if held.ok { "wage.yes" } else { "wage.no" };
            Say::with(code, [Arg::Yuan(reach), Arg::Yuan(floor)])
        }
        (None, _) => Say::plain("wage.ask_post"),
        (Some(_), None) => Say::plain("wage.ask"),
    }
}

/// The floor down to whole yuan, or the wage up to the whole yuan that reaches the floor.
pub fn change_wage(pair: &Pair) -> Vec<Vec<Change>> {
    let (Some(reach), Some(floor)) = (pair.opening.reach, pair.seeker.wage_floor) else {
        return vec![];
    };
    let whole_yuan = |fen: i64| fen.div_euclid(100) * 100 + if fen % 100 == 0 { 0 } else { 100 };
    // A usual month that is stated counts for itself, whatever the range says.
    let paid = if pair.opening.pay.typical_month.is_some() || pair.opening.pay.period == Some(Period::Piece) {
        Change::TypicalMonth(whole_yuan(floor))
    } else {
        Change::WageMax(whole_yuan(match pair.opening.pay.period {
            Some(Period::Hour) => floor.div_euclid(174) + 1,
            Some(Period::Day) => floor.saturating_mul(100) / 2175 + 1,
            Some(Period::Week) => floor.saturating_mul(100) / 435 + 1,
            Some(Period::Year) => floor.saturating_mul(12),
            _ => floor,
        }))
    };
    vec![vec![Change::WageFloor(reach.div_euclid(100) * 100)], vec![paid]]
}

/// Free by the last day on which work may begin.
pub fn start(pair: &Pair) -> Held {
    match (pair.opening.latest_start, pair.seeker.available_from) {
        (None, _) => Held::YES,
        (Some(_), None) => Held::ASK,
        (Some(latest), Some(free)) => Held::by_fact(free <= latest),
    }
}

pub fn say_start(pair: &Pair, held: Held) -> Say {
    match (pair.opening.latest_start, pair.seeker.available_from) {
        (None, _) => Say::plain("start.free"),
        (Some(latest), None) => Say::with("start.ask", [Arg::Day(latest)]),
        (Some(_), Some(_)) if held.ok => Say::plain("start.yes"),
        (Some(latest), Some(free)) => Say::with("start.no", [Arg::Day(free), Arg::Day(latest)]),
    }
}

/// The person cannot be asked to have been free in the past.
pub fn change_start(pair: &Pair) -> Vec<Vec<Change>> {
    let (Some(latest), Some(free)) = (pair.opening.latest_start, pair.seeker.available_from) else {
        return vec![];
    };
    let mut ways = vec![vec![Change::StartUntil(free)]];
    if latest >= pair.today {
        ways.insert(0, vec![Change::AvailableFrom(latest)]);
    }
    ways
}

/// Who takes day work only does not go to a post with shifts.
pub fn shift(pair: &Pair) -> Held {
    let told = pair.seeker.shift.is_some() || pair.seeker.needs(Need::DayShift);
    match (pair.opening.shift, pair.seeker.day_only()) {
        (Some(Shift::Day), _) => Held::YES,
        (Some(Shift::Any), true) => Held::NO,
        (None, true) => Held::ASK,
        (_, false) if told => Held::YES,
        (_, false) => Held::ASK,
    }
}

pub fn say_shift(pair: &Pair, held: Held) -> Say {
    Say::plain(match (held.ok, held.known) {
        (true, true) => "shift.yes",
        (true, false) if pair.seeker.day_only() => "shift.ask_post",
        (true, false) => "shift.ask",
        (false, _) => "shift.no",
    })
}

/// Needs that this post meets or says nothing of, as the whole list a person would be left with.
pub fn met_needs(pair: &Pair) -> Vec<Need> {
    let silent = !pair.opening.told_benefits();
    let unmet = if silent { vec![] } else { unmet_needs(pair) };
    Need::ALL
        .iter()
        .copied()
        .filter(|need| pair.seeker.needs(*need))
        .filter(|need| !unmet.contains(need) && (*need != Need::DayShift || pair.opening.meets(*need)))
        .collect()
}

pub fn change_shift(pair: &Pair) -> Vec<Vec<Change>> {
    let mut asked = vec![];
    if pair.seeker.shift == Some(Shift::Day) {
        asked.push(Change::WorkerShift(Shift::Any));
    }
    if pair.seeker.needs(Need::DayShift) {
        asked.push(Change::Needs(met_needs(pair)));
    }
    vec![asked, vec![Change::VacancyShift(Shift::Day)]]
}

/// Needs other than day work that the post does not meet.
fn unmet_needs(pair: &Pair) -> Vec<Need> {
    [Need::Lodging, Need::Meals, Need::Couple]
        .into_iter()
        .filter(|need| pair.seeker.needs(*need) && !pair.opening.meets(*need))
        .collect()
}

/// Lodging, meals and a couple's room where they are needed; an advert that says nothing of benefits asks.
pub fn needs(pair: &Pair) -> Held {
    if !pair.seeker.told_needs() {
        let all = pair.opening.meets(Need::Lodging) && pair.opening.meets(Need::Meals);
        return if all { Held::YES } else { Held::ASK };
    }
    let unmet = [Need::Lodging, Need::Meals, Need::Couple]
        .into_iter()
        .any(|need| pair.seeker.needs(need) && !pair.opening.meets(need));
    match (unmet, pair.opening.told_benefits()) {
        (false, _) => Held::YES,
        (true, true) => Held::NO,
        (true, false) => Held::ASK,
    }
}

pub fn say_needs(pair: &Pair, held: Held) -> Say {
    let names = |list: Vec<Need>| Arg::Codes(list.iter().map(|n| (n.name(), n.code())).collect());
    match (held.ok, held.known) {
        (true, true) => {
            let offered = [Benefit::Lodging, Benefit::Meals, Benefit::CoupleRoom];
            let has = offered.into_iter().filter(|b| pair.opening.offers(*b));
            Say::with("needs.yes", [Arg::Codes(has.map(|b| (b.name(), b.code())).collect())])
        }
        (true, false) if !pair.seeker.told_needs() => Say::plain("needs.ask"),
        (true, false) => Say::with("needs.ask_post", [names(unmet_needs(pair))]),
        (false, _) => Say::with("needs.no", [names(unmet_needs(pair))]),
    }
}

pub fn change_needs(pair: &Pair) -> Vec<Vec<Change>> {
    let offered = Benefit::ALL.iter().copied();
    let unmet = unmet_needs(pair);
    let more = |benefit: &Benefit| {
        pair.opening.offers(*benefit)
            || match benefit {
                Benefit::Lodging => unmet.contains(&Need::Lodging),
                Benefit::Meals => unmet.contains(&Need::Meals),
                Benefit::CoupleRoom => unmet.contains(&Need::Couple),
                _ => false,
            }
    };
    vec![vec![Change::Needs(met_needs(pair))], vec![Change::Benefits(offered.filter(more).collect())]]
}
