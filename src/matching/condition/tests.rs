//! One table a condition: facts of the person and the post, and what the check must find.

use super::{CONDITIONS, Condition, Held, Pair, eligible};
use crate::domain::household::WatchClass;
use crate::domain::vacancy::{Benefit, Opening, Period, VacancyKind, VacancyState};
use crate::domain::worker::{Capacity, Need, Schooling, Seeker, Sex, Shift, Status, Village};
use crate::matching::change::certificate;
use crate::matching::columns::Columns;
use crate::matching::sample::{columns, opening, seeker, today};
use jiff::civil::date;
use uuid::Uuid;

type Facts = fn(&mut Seeker, &mut Opening);

fn with<T>(facts: Facts, look: impl FnOnce(&Pair) -> T) -> T {
    let (mut person, mut post) = (seeker(1), opening(2));
    facts(&mut person, &mut post);
    let mut columns: Columns = columns();
    columns.upsert_seeker(&person);
    columns.upsert_opening(&post);
    let (_, seeker) = columns.seekers.find(person.id).unwrap();
    let (slot, opening) = columns.openings.find(post.id).unwrap();
    look(&Pair::new(&columns, seeker, slot, opening, today()))
}

/// Checks a table, and that a failing condition alone decides eligibility.
fn check(code: &str, table: &[(&str, Held, Facts)]) {
    let condition: &Condition = CONDITIONS.iter().find(|c| c.code == code).unwrap();
    for (what, expected, facts) in table {
        with(*facts, |pair| {
            assert_eq!((condition.check)(pair), *expected, "{code}: {what}");
            assert!(expected.ok || !eligible(pair), "{code}: {what}");
        });
    }
}

use Held as H;

#[test]
fn the_sample_pair_fits() {
    assert!(with(|_, _| {}, eligible));
}

#[test]
fn each_condition_has_a_table_here() {
    let here: String = include_str!("tests.rs").split_whitespace().collect();
    for condition in CONDITIONS {
        assert!(here.contains(&format!("check(\"{}\",", condition.code)), "{}", condition.code);
    }
}

#[test]
fn the_example_of_the_guide_is_a_condition_as_it_stands() {
    let guide = include_str!("../../../CONTRIBUTING.md");
    let example = guide.split("**a condition of matching**").nth(1).and_then(|rest| rest.split("```").nth(1)).unwrap();
    let sources = [
        include_str!("../condition.rs"),
        include_str!("../sentence.rs"),
        include_str!("wish.rs"),
        include_str!("reads.rs"),
        include_str!("tests.rs"),
    ]
    .concat();
    let lines: Vec<&str> = example.lines().skip(1).filter(|line| !line.starts_with("//")).collect();
    assert!(lines.len() > 10, "{example}");
    for line in lines {
        assert!(sources.contains(line), "{line}");
    }
}

#[test]
fn status_follows_the_rule() {
    check(
        "status",
        &[
            ("looking", H::YES, |_, _| {}),
            ("never asked", H::ASK, |p, _| p.status = Status::Unknown),
            ("employed", H::NO, |p, _| p.status = Status::Employed),
            ("employed, wants a change", H::YES, |p, _| {
                p.status = Status::Employed;
                p.worker.wants_change = true;
            }),
            ("seeks nothing", H::NO, |p, _| p.status = Status::NotSeeking),
            ("away", H::NO, |p, _| p.status = Status::Away),
            ("in a class", H::NO, |p, _| p.status = Status::Training),
            ("closed", H::NO, |p, _| p.status = Status::Closed),
        ],
    );
}

#[test]
fn opting_out_always_wins() {
    check("opted_out", &[("no", H::YES, |_, _| {}), ("yes", H::NO, |p, _| p.opted_out = true)]);
}

#[test]
fn nobody_without_labour_capacity_is_matched() {
    check(
        "no_capacity",
        &[
            ("unknown", H::ASK, |p, _| p.worker.capacity = None),
            ("weak", H::YES, |p, _| p.worker.capacity = Some(Capacity::Weak)),
            ("lost", H::NO, |p, _| p.worker.capacity = Some(Capacity::Lost)),
            ("none", H::NO, |p, _| p.worker.capacity = Some(Capacity::Unable)),
        ],
    );
}

#[test]
fn nobody_under_16_is_matched() {
    check(
        "under_16",
        &[
            ("birthday is today", H::YES, |p, _| p.worker.birth_date = Some(date(2010, 11, 24))),
            ("birthday is tomorrow", H::NO, |p, _| p.worker.birth_date = Some(date(2010, 11, 25))),
            ("unknown", H::UNASKED, |p, _| p.worker.birth_date = None),
        ],
    );
}

#[test]
fn a_post_must_be_open_with_places_and_room_for_a_couple() {
    check(
        "open",
        &[
            ("open", H::YES, |_, _| {}),
            ("filled", H::YES, |_, v| {
                v.state = VacancyState::Filled;
                v.places_left = 0;
            }),
            ("draft", H::NO, |_, v| v.state = VacancyState::Draft),
            ("in review", H::NO, |_, v| v.state = VacancyState::InReview),
            ("closed", H::NO, |_, v| v.state = VacancyState::Closed),
            ("expired", H::NO, |_, v| v.state = VacancyState::Expired),
            ("its last day is today", H::YES, |_, v| v.vacancy.valid_until = Some(today())),
            ("its last day has passed since", H::NO, |_, v| v.vacancy.valid_until = Some(date(2026, 11, 23))),
        ],
    );
    check(
        "places",
        &[
            ("one", H::YES, |_, v| v.places_left = 1),
            ("none", H::NO, |_, v| v.places_left = 0),
            ("some are kept for an order class", H::YES, |_, v| v.kept = 4),
            ("all are kept for an order class", H::NO, |_, v| v.kept = 5),
            ("all are kept for their own class", H::YES, |p, v| {
                v.kept = 5;
                p.trains_for.push(v.id);
            }),
        ],
    );
    check(
        "partner",
        &[
            ("alone", H::YES, |_, v| v.places_left = 1),
            ("couple, one place", H::NO, |p, v| {
                p.worker.partner = Some(Uuid::from_u128(9));
                p.worker.needs.push(Need::Couple);
                v.vacancy.benefits.push(Benefit::CoupleRoom);
                v.places_left = 1;
            }),
            ("couple, one of two places is kept", H::NO, |p, v| {
                p.worker.partner = Some(Uuid::from_u128(9));
                p.worker.needs.push(Need::Couple);
                v.vacancy.benefits.push(Benefit::CoupleRoom);
                (v.places_left, v.kept) = (2, 1);
            }),
            ("couple, two places", H::YES, |p, v| {
                p.worker.partner = Some(Uuid::from_u128(9));
                p.worker.needs.push(Need::Couple);
                v.vacancy.benefits.push(Benefit::CoupleRoom);
                v.places_left = 2;
            }),
        ],
    );
    check(
        "introduced",
        &[
            ("elsewhere", H::YES, |p, _| p.introduced.push(Uuid::from_u128(3))),
            ("here", H::NO, |p, v| p.introduced.push(v.id)),
        ],
    );
}

#[test]
fn occupations_fit_by_wish_family_relatives_and_past_work() {
    check(
        "occupation",
        &[
            ("wished", H::YES, |_, _| {}),
            ("same minor group", H::YES, |p, _| p.worker.occupations_wanted = vec!["4-03-02-09".into()]),
            ("curated relative", H::YES, |p, _| p.worker.occupations_wanted = vec!["6-31-01-01".into()]),
            ("another", H::NO, |p, _| p.worker.occupations_wanted = vec!["4-13-01-01".into()]),
            ("second wish", H::YES, |p, _| {
                p.worker.occupations_wanted = vec!["4-13-01-01".into(), "4-03-02-01".into()];
            }),
            ("post without code", H::ASK, |_, v| v.vacancy.occupation = None),
            ("never asked, same past", H::ASK, |p, v| {
                p.worker.occupations_wanted.clear();
                v.vacancy.requirements.experience_years = Some(1.0);
            }),
            ("never asked, other past, asks nothing", H::ASK, |p, _| {
                p.worker.occupations_wanted.clear();
                p.worker.experience.clear();
                p.last_occupation = None;
            }),
            ("never asked, other past, asks experience", H::UNASKED, |p, v| {
                p.worker.occupations_wanted.clear();
                p.worker.experience.clear();
                p.last_occupation = None;
                v.vacancy.requirements.experience_years = Some(1.0);
            }),
        ],
    );
}

#[test]
fn what_a_person_brings_is_held_against_what_is_asked() {
    check(
        "age",
        &[
            ("inside", H::YES, |_, v| v.vacancy.requirements.max_age = Some(30)),
            ("one year above", H::NO, |_, v| v.vacancy.requirements.max_age = Some(29)),
            ("below", H::NO, |_, v| v.vacancy.requirements.min_age = Some(31)),
            ("unknown", H::UNASKED, |p, v| {
                p.worker.birth_date = None;
                v.vacancy.requirements.max_age = Some(55);
            }),
        ],
    );
    check(
        "barred",
        &[
            ("no hazard", H::YES, |_, _| {}),
            ("woman under ground", H::NO, |_, v| v.vacancy.hazards = vec!["井下".into()]),
            ("man under ground", H::YES, |p, v| {
                p.worker.sex = Some(Sex::Male);
                v.vacancy.hazards = vec!["井下".into()];
            }),
            ("sex unknown", H::ASK, |p, v| {
                p.worker.sex = None;
                v.vacancy.hazards = vec!["井下".into()];
            }),
            ("17 years at height", H::NO, |p, v| {
                p.worker.birth_date = Some(date(2008, 11, 25));
                v.vacancy.hazards = vec!["高处".into()];
            }),
            ("18 years today at height", H::YES, |p, v| {
                p.worker.birth_date = Some(date(2008, 11, 24));
                v.vacancy.hazards = vec!["高处".into()];
            }),
            ("age unknown at height", H::UNASKED, |p, v| {
                p.worker.birth_date = None;
                v.vacancy.hazards = vec!["高处".into()];
            }),
            ("the post says so", H::NO, |p, v| {
                p.worker.birth_date = Some(date(2009, 1, 1));
                v.vacancy.barred_for = vec!["minors".into()];
            }),
        ],
    );
    check(
        "schooling",
        &[
            ("equal", H::YES, |_, v| v.vacancy.requirements.schooling = Some(Schooling::JuniorMiddle)),
            ("lower", H::NO, |_, v| v.vacancy.requirements.schooling = Some(Schooling::SeniorMiddle)),
            ("unknown", H::ASK, |p, v| {
                p.worker.schooling = None;
                v.vacancy.requirements.schooling = Some(Schooling::SeniorMiddle);
            }),
        ],
    );
    check(
        "certificates",
        &[
            ("held", H::YES, |_, v| v.vacancy.requirements.certificates = vec!["健康证".into()]),
            ("covered by a higher one", H::YES, |p, v| {
                p.worker.certificates = vec![certificate("高级证")];
                v.vacancy.requirements.certificates = vec!["初级证".into()];
            }),
            ("the higher one asked", H::NO, |p, v| {
                p.worker.certificates = vec![certificate("初级证")];
                v.vacancy.requirements.certificates = vec!["高级证".into()];
            }),
            ("expires on the first day", H::YES, |p, v| {
                p.worker.certificates[0].expires = Some(date(2026, 12, 10));
                v.vacancy.requirements.certificates = vec!["健康证".into()];
                v.vacancy.start_from = Some(date(2026, 12, 10));
            }),
            ("expires the day before", H::NO, |p, v| {
                p.worker.certificates[0].expires = Some(date(2026, 12, 9));
                v.vacancy.requirements.certificates = vec!["健康证".into()];
                v.vacancy.start_from = Some(date(2026, 12, 10));
            }),
            ("never asked", H::UNASKED, |p, v| {
                p.worker.certificates.clear();
                v.vacancy.requirements.certificates = vec!["健康证".into()];
            }),
        ],
    );
    check(
        "skills",
        &[
            ("named", H::YES, |_, v| v.vacancy.requirements.skills = vec!["炒 锅".into()]),
            ("not named", H::NO, |_, v| v.vacancy.requirements.skills = vec!["焊接".into()]),
            ("never asked", H::ASK, |p, v| {
                p.worker.skills.clear();
                v.vacancy.requirements.skills = vec!["焊接".into()];
            }),
        ],
    );
    check(
        "experience",
        &[
            ("enough", H::YES, |_, v| v.vacancy.requirements.experience_years = Some(2.0)),
            ("too little", H::NO, |_, v| v.vacancy.requirements.experience_years = Some(2.5)),
            ("never asked", H::ASK, |p, v| {
                p.worker.experience.clear();
                v.vacancy.requirements.experience_years = Some(2.0);
            }),
        ],
    );
    check(
        "capacity",
        &[
            ("enough", H::YES, |_, v| v.vacancy.requirements.capacity = Some(Capacity::Weak)),
            ("too weak", H::NO, |_, v| v.vacancy.requirements.capacity = Some(Capacity::Skilled)),
            ("unknown", H::ASK, |p, v| {
                p.worker.capacity = None;
                v.vacancy.requirements.capacity = Some(Capacity::Ordinary);
            }),
        ],
    );
}

#[test]
fn what_a_person_wants_is_held_against_what_is_offered() {
    check(
        "region",
        &[
            ("inside the wish", H::YES, |_, _| {}),
            ("outside", H::NO, |_, v| v.vacancy.region = Some("440305".into())),
            ("post names the province only", H::ASK, |_, v| v.vacancy.region = Some("440000".into())),
            ("post names nothing", H::ASK, |_, v| v.vacancy.region = None),
            ("never asked", H::ASK, |p, _| p.worker.regions_wanted.clear()),
        ],
    );
    check(
        "leave_home",
        &[
            ("may go", H::YES, |_, _| {}),
            ("never asked", H::ASK, |p, _| p.worker.can_leave_home = None),
            ("must stay", H::NO, |p, _| p.worker.can_leave_home = Some(false)),
            ("must stay, post at home", H::YES, |p, v| {
                p.worker.can_leave_home = Some(false);
                v.vacancy.region = Some("520525".into());
            }),
            ("must stay, village known", H::YES, |p, v| {
                p.worker.can_leave_home = Some(false);
                p.worker.village =
                    Some(Village { county: "520502".into(), township: String::new(), village: String::new() });
                v.vacancy.region = Some("520502".into());
            }),
            ("must stay, post names the prefecture", H::ASK, |p, v| {
                p.worker.can_leave_home = Some(false);
                v.vacancy.region = Some("520500".into());
            }),
        ],
    );
    check(
        "wage",
        &[
            ("upper end reaches", H::YES, |p, _| p.worker.wage_floor = Some(600_000)),
            ("upper end falls short", H::NO, |p, _| p.worker.wage_floor = Some(600_001)),
            ("lower end alone", H::YES, |_, v| v.vacancy.pay.max = None),
            ("by the day", H::YES, |_, v| {
                v.vacancy.pay.period = Some(Period::Day);
                (v.vacancy.pay.min, v.vacancy.pay.max) = (Some(20_000), Some(20_690));
            }),
            ("by the day, a little less", H::NO, |_, v| {
                v.vacancy.pay.period = Some(Period::Day);
                (v.vacancy.pay.min, v.vacancy.pay.max) = (Some(20_000), Some(20_689));
            }),
            ("open wage", H::ASK, |_, v| v.vacancy.pay = crate::domain::vacancy::Pay::default()),
            ("never asked", H::ASK, |p, _| p.worker.wage_floor = None),
        ],
    );
    check(
        "start",
        &[
            ("on the last day", H::YES, |p, _| p.worker.available_from = Some(date(2026, 12, 20))),
            ("a day late", H::NO, |p, _| p.worker.available_from = Some(date(2026, 12, 21))),
            ("first day only, within the slack", H::YES, |p, v| {
                v.vacancy.start_until = None;
                v.vacancy.start_from = Some(date(2026, 11, 25));
                p.worker.available_from = Some(date(2026, 12, 9));
            }),
            ("first day only, beyond it", H::NO, |p, v| {
                v.vacancy.start_until = None;
                v.vacancy.start_from = Some(date(2026, 11, 25));
                p.worker.available_from = Some(date(2026, 12, 10));
            }),
            ("never asked", H::ASK, |p, _| p.worker.available_from = None),
        ],
    );
    check(
        "shift",
        &[
            ("any", H::YES, |_, v| v.vacancy.shift = Some(Shift::Any)),
            ("day only", H::NO, |p, v| {
                p.worker.shift = Some(Shift::Day);
                v.vacancy.shift = Some(Shift::Any);
            }),
            ("day only, as a need", H::NO, |p, v| {
                p.worker.needs.push(Need::DayShift);
                v.vacancy.shift = Some(Shift::Any);
            }),
            ("day only, shifts not stated", H::ASK, |p, v| {
                p.worker.shift = Some(Shift::Day);
                v.vacancy.shift = None;
            }),
            ("never asked", H::ASK, |p, v| {
                p.worker.shift = None;
                v.vacancy.shift = Some(Shift::Any);
            }),
        ],
    );
    check(
        "needs",
        &[
            ("offered", H::YES, |_, _| {}),
            ("not offered", H::NO, |_, v| v.vacancy.benefits = vec![Benefit::Meals]),
            ("not stated", H::ASK, |_, v| v.vacancy.benefits.clear()),
            ("a couple's room is lodging", H::YES, |_, v| v.vacancy.benefits = vec![Benefit::CoupleRoom]),
            ("never asked", H::ASK, |p, v| {
                p.worker.needs.clear();
                v.vacancy.benefits = vec![Benefit::Meals];
            }),
        ],
    );
}

#[test]
fn kinds_of_posts_have_their_own_circle() {
    check(
        "public_welfare",
        &[
            ("market post", H::YES, |_, _| {}),
            ("no ground", H::NO, |_, v| v.vacancy.kind = Some(VacancyKind::PublicWelfare)),
            ("not established", H::UNASKED, |p, v| {
                p.household_has_work = None;
                v.vacancy.kind = Some(VacancyKind::PublicWelfare);
            }),
            ("watched", H::YES, |p, v| {
                p.watch = Some(WatchClass::Borderline);
                v.vacancy.kind = Some(VacancyKind::PublicWelfare);
            }),
            ("nobody at work", H::YES, |p, v| {
                p.household_has_work = Some(false);
                v.vacancy.kind = Some(VacancyKind::PublicWelfare);
            }),
            ("50 years", H::YES, |p, v| {
                p.worker.birth_date = Some(date(1976, 11, 24));
                v.vacancy.kind = Some(VacancyKind::PublicWelfare);
            }),
        ],
    );
    check(
        "workshop",
        &[
            ("market post", H::YES, |_, _| {}),
            ("same prefecture", H::YES, |p, v| {
                p.worker.regions_wanted.clear();
                v.vacancy.kind = Some(VacancyKind::Workshop);
                v.vacancy.region = Some("520502".into());
            }),
            ("far", H::NO, |_, v| v.vacancy.kind = Some(VacancyKind::Workshop)),
            ("home unknown", H::ASK, |p, v| {
                p.worker.origin = None;
                v.vacancy.kind = Some(VacancyKind::Workshop);
            }),
        ],
    );
}
