//! The soft parts: what makes one eligible pair better than another, each part defined once with points, greatest points and words.

use super::condition::Pair;
use super::condition::reads::{self, Reads};
use super::parameters::Parameters;
use super::sentence::{Arg, Say};
use super::vocabulary::{Distance, Kinship, distance, region_holds};
use crate::domain::code::Code;
use crate::domain::vacancy::Benefit;
use crate::domain::worker::Need;

use super::condition::wish::nearest_wish;

/// A soft part of the score. Sex, ethnicity, marital state, registered home and health are read by none of them.
pub struct Part {
    /// Stable code of the API.
    pub code: &'static str,
    /// Greatest points.
    pub max: fn(&Parameters) -> u32,
    /// Per mille of the greatest points; an unknown fact earns 0.
    pub share: fn(&Pair) -> u32,
    /// Why it earned what it earned.
    pub say: fn(&Pair) -> Say,
    /// The facts of either side that the share looks at; the table of a batch is compiled by them.
    pub reads: Reads,
}

impl Part {
    /// Points of a pair.
    pub fn points(&self, pair: &Pair) -> u32 {
        (self.max)(pair.parameters) * (self.share)(pair) / 1000
    }
}

/// All parts; their greatest points add up to 1000.
pub const PARTS: &[Part] = &[
    Part {
        code: "occupation",
        max: |p| p.points.occupation,
        share: occupation,
        say: say_occupation,
        reads: reads::part::OCCUPATION,
    },
    Part {
        code: "experience",
        max: |p| p.points.experience,
        share: experience,
        say: say_experience,
        reads: reads::part::EXPERIENCE,
    },
    Part { code: "wage", max: |p| p.points.wage, share: wage, say: say_wage, reads: reads::part::WAGE },
    Part { code: "place", max: |p| p.points.place, share: place, say: say_place, reads: reads::part::PLACE },
    Part { code: "needs", max: |p| p.points.needs, share: needs, say: say_needs, reads: reads::part::NEEDS },
    Part {
        code: "preferences",
        max: |p| p.points.preferences,
        share: preferences,
        say: say_preferences,
        reads: reads::part::PREFERENCES,
    },
    Part {
        code: "priority",
        max: |p| p.points.priority,
        share: priority,
        say: say_priority,
        reads: reads::part::PRIORITY,
    },
];

/// The whole score, 0 to 1000: the sum of the points.
pub fn score(pair: &Pair) -> u32 {
    PARTS.iter().map(|part| part.points(pair)).sum()
}

fn occupation(pair: &Pair) -> u32 {
    let shares = pair.parameters.occupation;
    match nearest_wish(pair) {
        None | Some((Kinship::Stranger, _)) => 0,
        Some((Kinship::Same, 0)) => shares.first_wish,
        Some((Kinship::Same, 1)) => shares.second_wish,
        Some((Kinship::Same, _)) => shares.later_wish,
        Some((Kinship::Family, _)) => shares.family,
        Some((Kinship::Relative, _)) => shares.relative,
    }
}

fn say_occupation(pair: &Pair) -> Say {
    match nearest_wish(pair) {
        Some((Kinship::Same, place)) => Say::with("part.occupation.wish", [Arg::Count(place as i64 + 1)]),
        Some((Kinship::Family | Kinship::Relative, _)) => Say::plain("part.occupation.near"),
        _ => Say::plain("part.occupation.none"),
    }
}

fn experience(pair: &Pair) -> u32 {
    let months = super::condition::ability::experience_in(pair).unwrap_or(0);
    let full = pair.parameters.experience.full_months;
    months.min(full) * 1000 / full
}

fn say_experience(pair: &Pair) -> Say {
    match super::condition::ability::experience_in(pair) {
        None | Some(0) => Say::plain("part.experience.none"),
        Some(months) => Say::with("part.experience", [Arg::Months(months)]),
    }
}

/// Fen that the middle of the wage lies above the floor; `None` if either is unknown or the floor is not reached at all.
fn above_floor(pair: &Pair) -> Option<i64> {
    let (reach, middle) = (pair.opening.reach?, pair.opening.middle?);
    let floor = pair.seeker.wage_floor?;
    (reach >= floor).then(|| (middle - floor).max(0))
}

fn wage(pair: &Pair) -> u32 {
    let scale = pair.parameters.wage;
    let Some(above) = above_floor(pair) else {
        return 0;
    };
    let floor = pair.seeker.wage_floor.unwrap_or(0).max(1);
    let full = (floor.saturating_mul(i64::from(scale.full_percent)) / 100).max(1);
    let rest = i64::from(1000 - scale.at_floor);
    scale.at_floor + (above.min(full).saturating_mul(rest) / full) as u32
}

fn say_wage(pair: &Pair) -> Say {
    match above_floor(pair) {
        None => Say::plain("part.wage.none"),
        Some(above) if above < 100 => Say::plain("part.wage.meets"),
        Some(above) => Say::with("part.wage.above", [Arg::Yuan(above / 100 * 100)]),
    }
}

/// Place of the wish that holds the work place.
fn wished_region(pair: &Pair) -> Option<usize> {
    let place = pair.opening.region;
    let mut wishes = pair.seeker.regions().iter();
    wishes.position(|wish| place != 0 && region_holds(*wish, place))
}

fn place(pair: &Pair) -> u32 {
    let shares = pair.parameters.place;
    let wished = match wished_region(pair) {
        None => 0,
        Some(0) => shares.first_wish,
        Some(_) => shares.later_wish,
    };
    wished + nearness(pair)
}

/// Nearness to where the person lives; the registered home is not read.
fn nearness(pair: &Pair) -> u32 {
    let shares = pair.parameters.place;
    let (lives, work) = (pair.seeker.lives(), pair.opening.region);
    if lives == 0 || work == 0 {
        return 0;
    }
    match distance(lives, work) {
        Distance::County => shares.same_county,
        Distance::Prefecture => shares.same_prefecture,
        Distance::Province => shares.same_province,
        Distance::Far if pair.words.neighbouring(lives, work) => shares.neighbouring_province,
        Distance::Far => 0,
    }
}

fn say_place(pair: &Pair) -> Say {
    let name = [Arg::Text(pair.words.region_name(pair.opening.region))];
    if wished_region(pair).is_some() {
        Say::with("part.place.wish", name)
    } else if nearness(pair) > 0 {
        Say::with("part.place.near", name)
    } else {
        Say::plain("part.place.none")
    }
}

/// Needs that a benefit can answer, with that benefit.
const ANSWERS: [(Need, Benefit); 3] =
    [(Need::Lodging, Benefit::Lodging), (Need::Meals, Benefit::Meals), (Need::Couple, Benefit::CoupleRoom)];

fn needs(pair: &Pair) -> u32 {
    let stated = ANSWERS.iter().filter(|(n, _)| pair.seeker.needs(*n));
    let (mut all, mut met) = (0, 0);
    for (need, _) in stated {
        all += 1;
        met += u32::from(pair.opening.meets(*need));
    }
    (met * 1000).checked_div(all).unwrap_or(0)
}

fn say_needs(pair: &Pair) -> Say {
    let met = ANSWERS.iter().filter(|(n, _)| pair.seeker.needs(*n) && pair.opening.meets(*n));
    let names: Vec<_> = met.map(|(_, b)| (b.name(), b.code())).collect();
    if names.is_empty() { Say::plain("part.needs.none") } else { Say::with("part.needs", [Arg::Codes(names)]) }
}

/// How many things the post requires or prefers, and how many of them the person is known to bring.
/// Age and labour capacity are left out: they open or close a post, they do not make a person better.
fn brought(pair: &Pair) -> (u32, u32) {
    let (seeker, opening) = (pair.seeker, pair.opening);
    let (mut all, mut has) = (0, 0);
    let mut count = |known_to_bring: bool| {
        all += 1;
        has += u32::from(known_to_bring);
    };
    for limits in [opening.must, opening.nice] {
        if let Some(asked) = limits.schooling {
            count(seeker.schooling.is_some_and(|level| level >= asked));
        }
        if limits.experience > 0 {
            let months = super::condition::ability::experience_in(pair);
            count(months.is_some_and(|months| months >= limits.experience));
        }
    }
    let skills = opening.skills().iter().chain(opening.nice_skills());
    for skill in skills {
        count(seeker.skills().binary_search(skill).is_ok());
    }
    let day = opening.start_day(pair.today);
    for asked in opening.nice_certificates() {
        count(seeker.covers(*asked, day, pair.words));
    }
    (has, all)
}

fn preferences(pair: &Pair) -> u32 {
    let (has, all) = brought(pair);
    (has * 1000).checked_div(all).unwrap_or(1000)
}

fn say_preferences(pair: &Pair) -> Say {
    let (has, all) = brought(pair);
    if all == 0 {
        Say::plain("part.preferences.free")
    } else {
        let counts = [Arg::Count(i64::from(has)), Arg::Count(i64::from(all))];
        Say::with("part.preferences", counts)
    }
}

/// The highest ground of priority: points, and its name in Chinese and English.
fn ground(pair: &Pair) -> Option<(u32, &'static str, &'static str)> {
    let (seeker, shares) = (pair.seeker, pair.parameters.priority);
    let watched = seeker.watch.map(|c| (shares.watched, c.name(), c.code()));
    let grounds = [
        (
            seeker.household_has_work == Some(false),
            (shares.household_without_work, "全家没人上班", "nobody of the household at work"),
        ),
        (seeker.out_of_poverty, (shares.out_of_poverty, "脱贫户", "out-of-poverty household")),
        (seeker.relocated, (shares.relocated, "搬迁户", "relocated household")),
    ];
    let others = grounds.into_iter().filter(|(applies, _)| *applies).map(|(_, ground)| ground);
    // The first of equal grounds names it.
    watched.into_iter().chain(others).reduce(|best, next| if next.0 > best.0 { next } else { best })
}

fn priority(pair: &Pair) -> u32 {
    ground(pair).map_or(0, |(share, _, _)| share)
}

fn say_priority(pair: &Pair) -> Say {
    match ground(pair) {
        Some((_, zh, en)) => Say::with("part.priority", [Arg::Code(zh, en)]),
        None => Say::plain("part.priority.none"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::household::WatchClass;
    use crate::domain::worker::{Health, Sex};
    use crate::matching::condition::{eligible, failing};
    use crate::matching::explain::fit;
    use crate::matching::sample::{any_opening, any_seeker, columns, opening, seeker, today};
    use proptest::prelude::*;

    #[test]
    fn greatest_points_add_up_to_a_thousand_and_a_perfect_pair_reaches_them() {
        let parameters = Parameters::shipped();
        assert_eq!(PARTS.iter().map(|p| (p.max)(&parameters)).sum::<u32>(), 1000);
        let mut columns = columns();
        let (mut person, mut post) = (seeker(1), opening(2));
        person.worker.wage_floor = Some(300_000);
        person.worker.residence = Some("440106".into());
        person.worker.regions_wanted = vec!["4401".into()];
        person.worker.needs = vec![Need::Lodging];
        person.worker.experience[0].years = 5.0;
        person.watch = Some(WatchClass::Sudden);
        post.vacancy.pay.min = Some(600_000);
        post.vacancy.benefits = vec![Benefit::Lodging];
        columns.upsert_seeker(&person);
        columns.upsert_opening(&post);
        let fit = fit(&columns, person.id, post.id, today()).unwrap();
        assert!(fit.eligible);
        assert_eq!(fit.score, 1000, "{:?}", fit.parts);
    }

    #[test]
    fn an_unknown_fact_earns_nothing_in_its_part() {
        let mut columns = columns();
        let (mut person, post) = (seeker(1), opening(2));
        person.worker.wage_floor = None;
        person.worker.occupations_wanted.clear();
        person.worker.regions_wanted.clear();
        columns.upsert_seeker(&person);
        columns.upsert_opening(&post);
        let fit = fit(&columns, person.id, post.id, today()).unwrap();
        for part in fit.parts {
            if ["wage", "occupation", "place"].contains(&part.code) {
                assert_eq!(part.points, 0, "{}", part.code);
            }
        }
    }

    proptest! {
        #[test]
        fn sex_ethnicity_registered_home_and_health_never_change_a_score(
            person in any_seeker(), post in any_opening(),
        ) {
            let mut columns = columns();
            columns.upsert_opening(&post);
            let mut flipped = person.clone();
            flipped.worker.sex = match person.worker.sex {
                Some(Sex::Female) => Some(Sex::Male),
                _ => Some(Sex::Female),
            };
            flipped.worker.ethnicity = Some("苗族".into());
            flipped.worker.origin = Some("110101".into());
            flipped.worker.origin_text = Some("北京市".into());
            flipped.worker.health = vec![Health::Chronic, Health::Disabled];
            flipped.worker.disability = Some("41".into());
            let mut seen = vec![];
            for one in [&person, &flipped] {
                columns.upsert_seeker(one);
                let (slot, opening) = columns.openings.find(post.id).unwrap();
                let (_, seeker) = columns.seekers.find(one.id).unwrap();
                let pair = Pair::new(&columns, seeker, slot, opening, today());
                let barred = super::super::condition::bit_of("barred");
                let home = super::super::condition::bit_of("leave_home")
                    | super::super::condition::bit_of("workshop");
                prop_assert_eq!(failing(&pair) == 0, eligible(&pair));
                seen.push((score(&pair), failing(&pair) & !barred & !home));
            }
            prop_assert!(seen[0].0 <= 1000);
            prop_assert_eq!(seen[0], seen[1]);
        }
    }
}
