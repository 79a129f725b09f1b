//! Which facts each condition and each part looks at, as numbers: people alike in them fare alike, and so do posts.
//!
//! The table of a batch asks the definition once for each pair of likes. What is missing here is found by the test
//! that holds the table against the definitions.

use jiff::civil::Date;

use crate::domain::code::Code;
use crate::domain::vacancy::VacancyKind;
use crate::domain::worker::{Need, age_on};
use crate::matching::row::{Limits, OpeningRow, SeekerRow};

/// Facts as numbers; the order is part of them.
pub type Facts = Vec<u64>;

/// The facts of both sides.
#[derive(Debug, Clone, Copy)]
pub struct Reads {
    /// Of the person, on a day.
    pub seeker: fn(&SeekerRow, Date, &mut Facts),
    /// Of the post, on a day.
    pub opening: fn(&OpeningRow, Date, &mut Facts),
    /// The post as several posts that each ask one thing: a condition holds exactly if it holds for all of them, and a
    /// part earns as many of a thousand as of them are answered.
    pub apart: Option<fn(&OpeningRow) -> Vec<OpeningRow>>,
    /// The person as several people with one wish, skill or paper each: a condition holds exactly if it holds for one of
    /// them, and a part earns what the best of them earns.
    pub either: Option<fn(&SeekerRow) -> Vec<SeekerRow>>,
}

fn nothing_of_seeker(_: &SeekerRow, _: Date, _: &mut Facts) {}
fn nothing_of_opening(_: &OpeningRow, _: Date, _: &mut Facts) {}

fn list(facts: &mut Facts, numbers: impl Iterator<Item = u32>) {
    let place = facts.len();
    facts.push(0);
    facts.extend(numbers.map(u64::from));
    facts[place] = (facts.len() - place) as u64;
}

fn some<T>(value: Option<T>, number: impl Fn(T) -> u64) -> u64 {
    value.map_or(0, |value| number(value) + 1)
}

fn code<C: Code>(value: Option<C>) -> u64 {
    some(value, |value| C::ALL.iter().position(|c| *c == value).unwrap_or(C::ALL.len()) as u64)
}

fn day(value: Option<Date>) -> u64 {
    some(value, |d| (i64::from(d.year()) * 512 + i64::from(d.day_of_year())).unsigned_abs())
}

fn money(value: Option<i64>) -> u64 {
    some(value, |fen| fen.unsigned_abs() << 1 | u64::from(fen < 0))
}

fn age(seeker: &SeekerRow, today: Date, facts: &mut Facts) {
    facts.push(some(seeker.birth, |birth| (i64::from(age_on(birth, today)) + 1_000).unsigned_abs()));
}

fn wishes(seeker: &SeekerRow, _: Date, facts: &mut Facts) {
    list(facts, seeker.wanted().iter().copied());
}

fn wishes_or_past(seeker: &SeekerRow, today: Date, facts: &mut Facts) {
    wishes(seeker, today, facts);
    if seeker.wanted().is_empty() {
        facts.push(seeker.last_occupation.into());
        facts.extend(seeker.experience().map(|(occupation, _)| u64::from(occupation)));
    }
}

fn spells(seeker: &SeekerRow, _: Date, facts: &mut Facts) {
    list(facts, seeker.experience().flat_map(|(occupation, months)| [occupation, months]));
}

fn skills(seeker: &SeekerRow, _: Date, facts: &mut Facts) {
    list(facts, seeker.skills().iter().copied());
}

fn certificates(seeker: &SeekerRow, _: Date, facts: &mut Facts) {
    list(facts, seeker.certificates().flat_map(|(held, expiry)| [held, expiry]));
}

fn homes(seeker: &SeekerRow, _: Date, facts: &mut Facts) {
    list(facts, seeker.homes());
}

fn needs(seeker: &SeekerRow, _: Date, facts: &mut Facts) {
    facts.push(Need::ALL.iter().zip(0..).map(|(need, place)| u64::from(seeker.needs(*need)) << place).sum());
}

fn capacity(seeker: &SeekerRow, _: Date, facts: &mut Facts) {
    facts.push(code(seeker.capacity));
}

fn occupation(opening: &OpeningRow, _: Date, facts: &mut Facts) {
    facts.push(opening.occupation.into());
}

fn region(opening: &OpeningRow, _: Date, facts: &mut Facts) {
    facts.push(opening.region.into());
}

fn asked_certificates(opening: &OpeningRow, today: Date, facts: &mut Facts) {
    if !opening.certificates().is_empty() {
        list(facts, opening.certificates().iter().copied());
        facts.push(day(Some(opening.start_day(today))));
    }
}

fn itself(opening: &OpeningRow, facts: &mut Facts) {
    let (high, low) = opening.id.as_u64_pair();
    facts.extend([high, low]);
}

/// Whether so many places are open to everybody, and where they are not, to whom the kept ones are.
fn places(opening: &OpeningRow, wanted: u32, facts: &mut Facts) {
    let open = opening.places_left >= wanted;
    facts.push(open.into());
    if !open && opening.kept > 0 {
        facts.push((opening.places_left + opening.kept).into());
        itself(opening, facts);
    }
}

fn order_classes(seeker: &SeekerRow, _: Date, facts: &mut Facts) {
    list(facts, seeker.trains_for().iter().copied());
}

fn benefits(opening: &OpeningRow, _: Date, facts: &mut Facts) {
    facts.extend([opening.benefit_bits().into(), code(opening.shift)]);
}

fn limits(limits: Limits, facts: &mut Facts) {
    facts.extend([code(limits.schooling), limits.experience.into()]);
}

pub const OCCUPATION: Reads = Reads {
    seeker: wishes_or_past,
    opening: |o, _, f| {
        let asks_nothing = o.certificates().is_empty() && o.must.experience == 0;
        f.extend([u64::from(o.occupation), asks_nothing.into()]);
    },
    apart: None,
    either: Some(SeekerRow::by_wish),
};
pub const OPEN: Reads = Reads {
    seeker: nothing_of_seeker,
    opening: |o, today, f| f.push(code(Some(o.state_on(today)))),
    apart: None,
    either: None,
};
pub const PLACES: Reads =
    Reads { seeker: order_classes, opening: |o, _, f| places(o, 1, f), apart: None, either: None };
pub const REGION: Reads =
    Reads { seeker: |s, _, f| list(f, s.regions().iter().copied()), opening: region, apart: None, either: None };
pub const LEAVE_HOME: Reads = Reads {
    seeker: |s, today, f| {
        f.push(some(s.can_leave_home, u64::from));
        if s.can_leave_home == Some(false) {
            homes(s, today, f);
        }
    },
    opening: region,
    apart: None,
    either: None,
};
pub const WAGE: Reads = Reads {
    seeker: |s, _, f| f.push(money(s.wage_floor)),
    opening: |o, _, f| f.push(money(o.reach)),
    apart: None,
    either: None,
};
pub const CERTIFICATES: Reads = Reads {
    seeker: certificates,
    opening: asked_certificates,
    apart: Some(OpeningRow::by_certificate),
    either: Some(SeekerRow::by_certificate),
};
pub const AGE: Reads = Reads {
    seeker: age,
    opening: |o, _, f| f.extend([some(o.must.min_age, u64::from), some(o.must.max_age, u64::from)]),
    apart: None,
    either: None,
};
pub const SKILLS: Reads = Reads {
    seeker: skills,
    opening: |o, _, f| list(f, o.skills().iter().copied()),
    apart: Some(OpeningRow::by_skill),
    either: Some(SeekerRow::by_skill),
};
pub const EXPERIENCE: Reads = Reads {
    seeker: spells,
    opening: |o, _, f| {
        if o.must.experience > 0 {
            f.extend([u64::from(o.must.experience), o.occupation.into()]);
        }
    },
    apart: None,
    either: None,
};
pub const SCHOOLING: Reads = Reads {
    seeker: |s, _, f| f.push(code(s.schooling)),
    opening: |o, _, f| f.push(code(o.must.schooling)),
    apart: None,
    either: None,
};
pub const CAPACITY: Reads =
    Reads { seeker: capacity, opening: |o, _, f| f.push(code(o.must.capacity)), apart: None, either: None };
pub const START: Reads = Reads {
    seeker: |s, _, f| f.push(day(s.available_from)),
    opening: |o, _, f| f.push(day(o.latest_start)),
    apart: None,
    either: None,
};
pub const SHIFT: Reads = Reads {
    seeker: |s, today, f| {
        f.push(code(s.shift));
        needs(s, today, f);
    },
    opening: |o, _, f| f.push(code(o.shift)),
    apart: None,
    either: None,
};
pub const NEEDS: Reads = Reads { seeker: needs, opening: benefits, apart: None, either: None };
pub const PUBLIC_WELFARE: Reads = Reads {
    seeker: |s, today, f| {
        priority(s, today, f);
        capacity(s, today, f);
        age(s, today, f);
    },
    opening: |o, _, f| f.push((o.kind == Some(VacancyKind::PublicWelfare)).into()),
    apart: None,
    either: None,
};
pub const WORKSHOP: Reads = Reads {
    seeker: homes,
    opening: |o, _, f| f.push(if o.kind == Some(VacancyKind::Workshop) { o.region.into() } else { u64::MAX }),
    apart: None,
    either: None,
};
pub const BARRED: Reads = Reads {
    seeker: |s, today, f| {
        f.push(code(s.sex));
        age(s, today, f);
    },
    opening: |o, _, f| f.extend([u64::from(o.bars_women.is_some()), o.bars_minors.is_some().into()]),
    apart: None,
    either: None,
};
pub const PARTNER: Reads = Reads {
    seeker: |s, today, f| {
        f.push(s.goes_as_couple().into());
        if s.goes_as_couple() {
            order_classes(s, today, f);
        }
    },
    opening: |o, _, f| places(o, 2, f),
    apart: None,
    either: None,
};
pub const INTRODUCED: Reads = Reads {
    seeker: |s, _, f| list(f, s.introduced().iter().copied()),
    opening: |o, _, f| itself(o, f),
    apart: None,
    either: None,
};
pub const STATUS: Reads = Reads {
    seeker: |s, _, f| f.extend([code(Some(s.status)), s.wants_change.into()]),
    opening: nothing_of_opening,
    apart: None,
    either: None,
};
pub const OPTED_OUT: Reads =
    Reads { seeker: |s, _, f| f.push(s.opted_out.into()), opening: nothing_of_opening, apart: None, either: None };
pub const NO_CAPACITY: Reads = Reads { seeker: capacity, opening: nothing_of_opening, apart: None, either: None };
pub const UNDER_16: Reads = Reads { seeker: age, opening: nothing_of_opening, apart: None, either: None };

fn priority(seeker: &SeekerRow, _: Date, facts: &mut Facts) {
    facts.extend([
        code(seeker.watch),
        seeker.relocated.into(),
        seeker.out_of_poverty.into(),
        some(seeker.household_has_work, u64::from),
    ]);
}

/// The facts of the soft parts.
pub mod part {
    use super::*;

    pub const OCCUPATION: Reads =
        Reads { seeker: wishes, opening: occupation, apart: None, either: Some(SeekerRow::by_wish) };
    pub const EXPERIENCE: Reads = Reads { seeker: spells, opening: occupation, apart: None, either: None };
    pub const WAGE: Reads = Reads {
        seeker: |s, _, f| f.push(money(s.wage_floor)),
        opening: |o, _, f| f.extend([money(o.reach), money(o.middle)]),
        apart: None,
        either: None,
    };
    pub const PLACE: Reads = Reads {
        seeker: |s, _, f| {
            list(f, s.regions().iter().copied());
            f.push(s.lives().into());
        },
        opening: region,
        apart: None,
        either: None,
    };
    pub const NEEDS: Reads = Reads { seeker: needs, opening: benefits, apart: None, either: None };
    pub const PREFERENCES: Reads = Reads {
        seeker: |s, today, f| {
            f.push(code(s.schooling));
            spells(s, today, f);
            skills(s, today, f);
            certificates(s, today, f);
        },
        opening: |o, today, f| {
            for asked in [o.must, o.nice] {
                limits(asked, f);
            }
            if o.must.experience + o.nice.experience > 0 {
                f.push(o.occupation.into());
            }
            for numbers in [o.skills(), o.nice_skills(), o.nice_certificates()] {
                list(f, numbers.iter().copied());
            }
            if !o.nice_certificates().is_empty() {
                f.push(day(Some(o.start_day(today))));
            }
        },
        apart: Some(OpeningRow::by_asked),
        either: Some(SeekerRow::by_brought),
    };
    pub const PRIORITY: Reads = Reads { seeker: priority, opening: nothing_of_opening, apart: None, either: None };
}
