//! Conditions of what a person brings: age, bars of the law, schooling, certificates, skills, experience, capacity.

use super::{Held, Pair};
use crate::domain::worker::{Capacity, HeldCertificate, Sex, age_on};
use crate::matching::change::{Change, certificate};
use crate::matching::row::months;
use crate::matching::sentence::{Arg, Say};
use crate::matching::vocabulary::{Kinship, NONE};

fn years(pair: &Pair) -> Option<i16> {
    pair.seeker.birth.map(|birth| age_on(birth, pair.today))
}

/// The age limits of the post.
pub fn age(pair: &Pair) -> Held {
    let must = pair.opening.must;
    if must.min_age.is_none() && must.max_age.is_none() {
        return Held::YES;
    }
    years(pair).map_or(Held::UNASKED, |age| {
        let high_enough = must.min_age.is_none_or(|min| age >= i16::from(min));
        Held::by_fact(high_enough && must.max_age.is_none_or(|max| age <= i16::from(max)))
    })
}

pub fn say_age(pair: &Pair, held: Held) -> Say {
    let must = pair.opening.must;
    match (held.ok, years(pair)) {
        (false, None) => Say::plain("age.unasked"),
        (false, Some(age)) => {
            let range = match (must.min_age, must.max_age) {
                (Some(min), Some(max)) => format!("{min}–{max}"),
                (Some(min), None) => format!("≥ {min}"),
                (None, max) => format!("≤ {}", max.unwrap_or(u8::MAX)),
            };
            Say::with("age.no", [Arg::Count(i64::from(age)), Arg::Text(range)])
        }
        (true, _) if must.min_age.is_none() && must.max_age.is_none() => Say::plain("age.free"),
        (true, _) => Say::plain("age.yes"),
    }
}

/// The only place where sex is read: the table of posts barred by law, for women and for people of 16 and 17.
pub fn barred(pair: &Pair) -> Held {
    if pair.opening.bars_minors.is_some() {
        match years(pair) {
            None => return Held::UNASKED,
            Some(age) if age < 18 => return Held::NO,
            Some(_) => {}
        }
    }
    match (pair.opening.bars_women, pair.seeker.sex) {
        (None, _) | (Some(_), Some(Sex::Male)) => Held::YES,
        (Some(_), Some(Sex::Female)) => Held::NO,
        (Some(_), None) => Held::ASK,
    }
}

pub fn say_barred(pair: &Pair, held: Held) -> Say {
    let article = |number: Option<u32>| match number {
        Some(number) if number != NONE => pair.words.article_text(number).to_owned(),
        _ => "—".to_owned(),
    };
    match (held.ok, held.known) {
        (true, true) => Say::plain("barred.yes"),
        (true, false) => Say::plain("barred.ask"),
        (false, _) if pair.opening.bars_minors.is_some() && years(pair).is_none_or(|age| age < 18) => {
            Say::with("barred.minors", [Arg::Text(article(pair.opening.bars_minors))])
        }
        (false, _) => Say::with("barred.women", [Arg::Text(article(pair.opening.bars_women))]),
    }
}

/// Lowest schooling.
pub fn schooling(pair: &Pair) -> Held {
    match (pair.opening.must.schooling, pair.seeker.schooling) {
        (None, _) => Held::YES,
        (Some(_), None) => Held::ASK,
        (Some(asked), Some(has)) => Held::by_fact(has >= asked),
    }
}

pub fn say_schooling(pair: &Pair, held: Held) -> Say {
    match (pair.opening.must.schooling, pair.seeker.schooling) {
        (None, _) => Say::plain("schooling.free"),
        (Some(asked), None) => Say::with("schooling.ask", [Arg::code(asked)]),
        (Some(_), Some(has)) if held.ok => Say::with("schooling.yes", [Arg::code(has)]),
        (Some(asked), Some(has)) => Say::with("schooling.no", [Arg::code(has), Arg::code(asked)]),
    }
}

pub fn change_schooling(pair: &Pair) -> Vec<Vec<Change>> {
    let has = pair.seeker.schooling;
    has.map(|has| vec![Change::AskedSchooling(has)]).into_iter().collect()
}

/// Required certificates that nothing in the person's hand covers on the first day of work.
pub fn missing_certificates<'a>(pair: &'a Pair<'_>) -> impl Iterator<Item = u32> + 'a {
    let day = pair.opening.start_day(pair.today);
    pair.opening.certificates().iter().copied().filter(move |asked| !pair.seeker.covers(*asked, day, pair.words))
}

/// Every required certificate, by inclusion and valid on the first day; unknown excludes.
pub fn certificates(pair: &Pair) -> Held {
    if missing_certificates(pair).next().is_none() {
        Held::YES
    } else if pair.seeker.certificates().next().is_none() {
        Held::UNASKED
    } else {
        Held::NO
    }
}

pub fn say_certificates(pair: &Pair, held: Held) -> Say {
    let names = |list: Vec<u32>| {
        let text = |n: &u32| pair.words.asked_text(*n).to_owned();
        [Arg::List(list.iter().map(text).collect())]
    };
    if pair.opening.certificates().is_empty() {
        return Say::plain("certificates.free");
    }
    let missing: Vec<u32> = missing_certificates(pair).collect();
    let once_held = |asked: &u32| {
        let mut all = pair.seeker.certificates();
        all.any(|(held, _)| pair.words.covers(held, *asked))
    };
    match (held.ok, held.known) {
        (true, _) => Say::with("certificates.yes", names(pair.opening.certificates().to_vec())),
        (false, false) => Say::with("certificates.unasked", names(missing)),
        (false, true) if missing.iter().all(once_held) => Say::with("certificates.expired", names(missing)),
        (false, true) => Say::with("certificates.no", names(missing)),
    }
}

pub fn change_certificates(pair: &Pair) -> Vec<Vec<Change>> {
    let missing: Vec<u32> = missing_certificates(pair).collect();
    let text = |n: u32| pair.words.asked_text(n).to_owned();
    let kept = pair.seeker.certificates().map(|(held, expiry)| {
        let day = (expiry != u32::MAX)
            .then(|| {
                let (y, m, d) = (expiry / 10_000, expiry / 100 % 100, expiry % 100);
                jiff::civil::Date::new(y as i16, m as i8, d as i8).ok()
            })
            .flatten();
        HeldCertificate { expires: day, ..pair.words.held_by_number(held).clone() }
    });
    let learnt = kept.chain(missing.iter().map(|n| certificate(&text(*n)))).collect();
    let asked = pair.opening.certificates().iter();
    let dropped = asked.filter(|n| !missing.contains(n)).map(|n| text(*n)).collect();
    vec![vec![Change::Certificates { all: learnt, new: missing.len() }], vec![Change::AskedCertificates(dropped)]]
}

/// Required skills that the person did not name.
pub fn missing_skills<'a>(pair: &'a Pair<'_>) -> impl Iterator<Item = u32> + 'a {
    pair.opening.skills().iter().copied().filter(|skill| pair.seeker.skills().binary_search(skill).is_err())
}

/// Every required skill; nobody who was never asked is excluded.
pub fn skills(pair: &Pair) -> Held {
    if missing_skills(pair).next().is_none() {
        Held::YES
    } else if pair.seeker.skills().is_empty() {
        Held::ASK
    } else {
        Held::NO
    }
}

pub fn say_skills(pair: &Pair, held: Held) -> Say {
    let names = |list: &[u32]| {
        let text = |n: &u32| pair.words.skill_text(*n).to_owned();
        [Arg::List(list.iter().map(text).collect())]
    };
    let missing: Vec<u32> = missing_skills(pair).collect();
    match (held.ok, held.known) {
        _ if pair.opening.skills().is_empty() => Say::plain("skills.free"),
        (true, true) => Say::with("skills.yes", names(pair.opening.skills())),
        (true, false) => Say::with("skills.ask", names(&missing)),
        (false, _) => Say::with("skills.no", names(&missing)),
    }
}

pub fn change_skills(pair: &Pair) -> Vec<Vec<Change>> {
    let missing: Vec<u32> = missing_skills(pair).collect();
    let text = |n: &u32| pair.words.skill_text(*n).to_owned();
    let has = pair.seeker.skills().iter();
    let asked = pair.opening.skills().iter();
    vec![
        vec![Change::Skills { all: has.chain(&missing).map(text).collect(), new: missing.len() }],
        vec![Change::AskedSkills(asked.filter(|n| !missing.contains(n)).map(text).collect())],
    ]
}

/// Months of work in the family of the post's occupation, and whether anything is known of the person's work.
pub fn experience_in(pair: &Pair) -> Option<u32> {
    let mut spells = pair.seeker.experience().peekable();
    spells.peek()?;
    let near = |occupation| pair.words.kinship(occupation, pair.opening.occupation) >= Kinship::Family;
    Some(spells.filter(|(occupation, _)| near(*occupation)).map(|(_, months)| months).sum())
}

/// Months of work in the occupation family; of a post without a code nothing can be said.
pub fn experience(pair: &Pair) -> Held {
    let asked = pair.opening.must.experience;
    if asked == 0 {
        return Held::YES;
    }
    match experience_in(pair) {
        Some(_) if pair.opening.occupation == NONE => Held::ASK,
        None => Held::ASK,
        Some(has) => Held::by_fact(has >= asked),
    }
}

pub fn say_experience(pair: &Pair, held: Held) -> Say {
    let asked = pair.opening.must.experience;
    let has = experience_in(pair).unwrap_or(0);
    match (held.ok, held.known) {
        _ if asked == 0 => Say::plain("experience.free"),
        (true, true) => Say::with("experience.yes", [Arg::Months(has)]),
        (true, false) => Say::with("experience.ask", [Arg::Months(asked)]),
        (false, _) => Say::with("experience.no", [Arg::Months(has), Arg::Months(asked)]),
    }
}

/// Half years, rounded down, so that the relaxed requirement is really met.
pub fn change_experience(pair: &Pair) -> Vec<Vec<Change>> {
    let halves = f64::from(experience_in(pair).unwrap_or(0) / 6) / 2.0;
    debug_assert!(months(halves) <= experience_in(pair).unwrap_or(0));
    vec![vec![Change::AskedExperience(halves)]]
}

/// How much a labour capacity can carry.
fn strength(capacity: Capacity) -> u8 {
    match capacity {
        Capacity::Skilled => 3,
        Capacity::Ordinary => 2,
        Capacity::Weak => 1,
        Capacity::Lost | Capacity::Unable => 0,
    }
}

/// Lowest stated labour capacity; health itself is never read.
pub fn capacity(pair: &Pair) -> Held {
    match (pair.opening.must.capacity, pair.seeker.capacity) {
        (None, _) => Held::YES,
        (Some(_), None) => Held::ASK,
        (Some(asked), Some(has)) => Held::by_fact(strength(has) >= strength(asked)),
    }
}

pub fn say_capacity(pair: &Pair, held: Held) -> Say {
    match (pair.opening.must.capacity, pair.seeker.capacity) {
        (None, _) => Say::plain("capacity.free"),
        (Some(asked), None) => Say::with("capacity.ask", [Arg::code(asked)]),
        (Some(_), Some(has)) if held.ok => Say::with("capacity.yes", [Arg::code(has)]),
        (Some(asked), Some(has)) => Say::with("capacity.no", [Arg::code(has), Arg::code(asked)]),
    }
}

pub fn change_capacity(pair: &Pair) -> Vec<Vec<Change>> {
    let has = pair.seeker.capacity.filter(|has| has.can_work());
    has.map(|has| vec![Change::AskedCapacity(has)]).into_iter().collect()
}
