//! Made-up people and posts for the tests of matching.

use std::sync::Arc;

use jiff::civil::{Date, date};
use proptest::prelude::*;
use uuid::Uuid;

use super::change::certificate;
use super::columns::Columns;
use super::lexicon::{Barred, Lexicon};
use super::parameters::Parameters;
use crate::domain::code::Code;
use crate::domain::household::WatchClass;
use crate::domain::training::{Class, Course};
use crate::domain::vacancy::{Asked, Benefit, Opening, Pay, Period, Vacancy, VacancyKind, VacancyState};
use crate::domain::worker::{Capacity, Experience, Need, Schooling, Seeker, Sex, Shift, Statement, Status, Worker};

/// The day of all tests.
pub fn today() -> Date {
    date(2026, 11, 24)
}

/// Empty columns over a small lexicon: 高级证 covers 初级证, cooks and waiters are relatives, 井下 is barred.
pub fn columns() -> Columns {
    let lexicon = Lexicon {
        related_occupation: Box::new(|a, b| {
            (a, b) == ("4-03-02-01", "4-03-02-05") || (a, b) == ("6-31-01-01", "4-03-02-01")
        }),
        covers: Box::new(|held, asked| held == asked || held == "高级证" && asked == "初级证"),
        barred: Box::new(|hazard| match hazard {
            "井下" => Barred { women: Some("附录一".into()), minors: Some("第三条".into()) },
            "高处" => Barred { women: None, minors: Some("第三条".into()) },
            _ => Barred::default(),
        }),
        neighbours: Box::new(|a, b| a == "44" && b == "45" || a == "45" && b == "44"),
        ..Lexicon::plain()
    };
    Columns::new(Arc::new(lexicon), Arc::new(Parameters::shipped()))
}

/// A cook of 30 from Nayong who looks for work in Guangzhou.
pub fn seeker(id: u128) -> Seeker {
    Seeker {
        id: Uuid::from_u128(id),
        worker: Worker {
            birth_date: Some(date(1996, 5, 6)),
            sex: Some(Sex::Female),
            origin: Some("520525".into()),
            schooling: Some(Schooling::JuniorMiddle),
            capacity: Some(Capacity::Ordinary),
            occupations_wanted: vec!["4-03-02-01".into()],
            experience: vec![Experience { occupation: "4-03-02-01".into(), years: 2.0 }],
            skills: vec!["炒锅".into()],
            certificates: vec![certificate("健康证")],
            wage_floor: Some(450_000),
            regions_wanted: vec!["440100".into()],
            can_leave_home: Some(true),
            shift: Some(Shift::Any),
            available_from: Some(date(2026, 12, 1)),
            needs: vec![Need::Lodging],
            statement: Some(Statement::Looking),
            ..Worker::default()
        },
        status: Status::Looking,
        last_occupation: Some("4-03-02-01".into()),
        watch: None,
        relocated: false,
        out_of_poverty: false,
        household_has_work: Some(true),
        opted_out: false,
        employer_consent: false,
        stations: vec![],
        introduced: vec![],
        trains_for: vec![],
    }
}

/// An open post for cooks in Tianhe that asks nothing special.
pub fn opening(id: u128) -> Opening {
    Opening {
        id: Uuid::from_u128(id),
        vacancy: Vacancy {
            title: "厨师".into(),
            occupation: Some("4-03-02-01".into()),
            kind: Some(VacancyKind::Market),
            headcount: 5,
            region: Some("440106".into()),
            pay: Pay { min: Some(500_000), max: Some(600_000), period: Some(Period::Month), typical_month: None },
            shift: Some(Shift::Day),
            benefits: vec![Benefit::Lodging, Benefit::Meals],
            start_until: Some(date(2026, 12, 20)),
            ..Vacancy::default()
        },
        state: VacancyState::Open,
        places_left: 5,
        kept: 0,
        introduced: 0,
        employer: Uuid::from_u128(900),
        station: None,
    }
}

/// A class that starts soon.
pub fn course(id: u128) -> Course {
    Course {
        id: Uuid::from_u128(id),
        class: Class {
            starts: Some(date(2026, 11, 28)),
            ends: Some(date(2026, 12, 10)),
            seats: 30,
            ..Class::default()
        },
        seats_left: 4,
    }
}

fn one_of<T: Clone + std::fmt::Debug + 'static>(values: &[T]) -> impl Strategy<Value = T> + use<T> {
    proptest::sample::select(values.to_vec())
}

fn some_of<T: Clone + std::fmt::Debug + 'static>(values: &[T]) -> impl Strategy<Value = Vec<T>> + use<T> {
    proptest::sample::subsequence(values.to_vec(), 0..=values.len())
}

fn maybe_code<C: Code + std::fmt::Debug>() -> impl Strategy<Value = Option<C>> {
    proptest::option::of(one_of(C::ALL))
}

const OCCUPATIONS: [&str; 5] = ["4-03-02-01", "4-03-02-05", "6-31-01-01", "6-31-01-02", "4-13-01-01"];
const REGIONS: [&str; 6] = ["440106", "440100", "440000", "450102", "520525", "520502"];
const CERTIFICATES: [&str; 4] = ["高级证", "初级证", "健康证", "焊工证"];
const SKILLS: [&str; 3] = ["炒锅", "驾驶", "焊接"];

fn texts(values: &[&str]) -> impl Strategy<Value = Vec<String>> + use<> {
    some_of(&values.iter().map(|v| (*v).to_owned()).collect::<Vec<_>>())
}

fn maybe_text(values: &[&str]) -> impl Strategy<Value = Option<String>> + use<> {
    proptest::option::of(one_of(&values.iter().map(|v| (*v).to_owned()).collect::<Vec<_>>()))
}

fn a_day() -> impl Strategy<Value = Date> {
    (-20i32..60).prop_map(|days| today().saturating_add(jiff::Span::new().days(days)))
}

prop_compose! {
    fn any_facts()(
        birth in proptest::option::of((1955i16..2012, 1i8..=12, 1i8..=28)),
        sex in maybe_code(), schooling in maybe_code(), capacity in maybe_code(),
        origin in maybe_text(&REGIONS), residence in maybe_text(&REGIONS),
        wanted in texts(&OCCUPATIONS), past in maybe_text(&OCCUPATIONS), years in 0u8..6,
        skills in texts(&SKILLS),
    ) -> Worker {
        Worker {
            birth_date: birth.map(|(y, m, d)| date(y, m, d)),
            sex, schooling, capacity, origin, residence,
            occupations_wanted: wanted,
            experience: past.into_iter()
                .map(|occupation| Experience { occupation, years: f64::from(years) / 2.0 }).collect(),
            skills,
            ..Worker::default()
        }
    }
}

prop_compose! {
    fn any_worker()(
        facts in any_facts(),
        certificates in texts(&CERTIFICATES), expires in proptest::option::of(a_day()),
        wage_floor in proptest::option::of((2000i64..9000).prop_map(|yuan| yuan * 100 + 50)),
        regions_wanted in texts(&REGIONS),
        can_leave_home in any::<Option<bool>>(), shift in maybe_code(),
        available_from in proptest::option::of(a_day()), needs in some_of(Need::ALL),
        partner in any::<bool>(), wants_change in any::<bool>(),
    ) -> Worker {
        Worker {
            certificates: certificates.iter()
                .map(|name| crate::domain::worker::HeldCertificate { expires, ..certificate(name) }).collect(),
            wage_floor, regions_wanted, can_leave_home, shift, available_from, needs, wants_change,
            partner: partner.then(|| Uuid::from_u128(5)),
            ..facts
        }
    }
}

prop_compose! {
    /// Anybody, with many facts unknown.
    pub fn any_seeker()(
        worker in any_worker(), status in one_of(Status::ALL), last in maybe_text(&OCCUPATIONS),
        watch in maybe_code::<WatchClass>(), flags in any::<[bool; 3]>(),
        household_has_work in any::<Option<bool>>(),
    ) -> Seeker {
        Seeker {
            worker, status, last_occupation: last, watch,
            relocated: flags[0], out_of_poverty: flags[1], opted_out: flags[2] && flags[1],
            household_has_work,
            ..seeker(1)
        }
    }
}

prop_compose! {
    fn any_asked()(
        min_age in proptest::option::of(16u8..30), max_age in proptest::option::of(30u8..60),
        schooling in maybe_code(), certificates in texts(&CERTIFICATES[..2]), skills in texts(&SKILLS),
        capacity in proptest::option::of(one_of(&[Capacity::Weak, Capacity::Ordinary, Capacity::Skilled])),
        experience in proptest::option::of(0u8..6),
    ) -> Asked {
        Asked {
            min_age, max_age, schooling, certificates, skills, capacity,
            experience_years: experience.map(|half| f64::from(half) / 2.0),
        }
    }
}

prop_compose! {
    fn any_vacancy()(
        occupation in maybe_text(&OCCUPATIONS), kind in maybe_code(), region in maybe_text(&REGIONS),
        min in proptest::option::of(100i64..9000), spread in proptest::option::of(0i64..3000),
        period in proptest::option::of(one_of(Period::ALL)), typical in proptest::option::of(1000i64..9000),
        requirements in any_asked(), preferences in any_asked(),
        shift in maybe_code(), benefits in some_of(&Benefit::ALL[..4]),
        start in proptest::option::of(a_day()), until in proptest::option::of(a_day()),
        hazards in texts(&["井下", "高处", "噪声"]),
    ) -> Vacancy {
        Vacancy {
            occupation, kind, region, requirements, preferences, shift, benefits, hazards,
            pay: Pay {
                min: min.map(|yuan| yuan * 100),
                max: spread.map(|more| (min.unwrap_or(3000) + more) * 100),
                period,
                typical_month: typical.map(|yuan| yuan * 100),
            },
            start_from: start,
            start_until: until,
            headcount: 3,
            ..Vacancy::default()
        }
    }
}

prop_compose! {
    /// Any post, with many facts unknown.
    pub fn any_opening()(
        vacancy in any_vacancy(), state in one_of(VacancyState::ALL), places_left in 0u32..3,
    ) -> Opening {
        Opening { vacancy, state, places_left, ..opening(2) }
    }
}
