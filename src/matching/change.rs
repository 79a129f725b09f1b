//! A single change of a fact of a person or of a post, as the smallest step that would make a condition true.

use jiff::civil::Date;
use serde_json::{Value, json};

use super::sentence::{Arg, Say};
use crate::domain::code::Code;
use crate::domain::vacancy::{Benefit, Opening, VacancyState};
use crate::domain::worker::{Capacity, HeldCertificate, Need, Schooling, Seeker, Shift, Statement, Status};

/// Whose fact changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// The person's.
    Worker,
    /// The post's.
    Vacancy,
}

impl Side {
    /// Name in the API.
    pub fn code(self) -> &'static str {
        match self {
            Self::Worker => "worker",
            Self::Vacancy => "vacancy",
        }
    }
}

/// Every field that a change can touch: never age, sex, ethnicity, health or origin.
pub const FIELDS: &[&str] = &[
    "worker.statement",
    "worker.wants_change",
    "worker.occupations_wanted",
    "worker.certificates",
    "worker.skills",
    "worker.regions_wanted",
    "worker.can_leave_home",
    "worker.wage_floor",
    "worker.available_from",
    "worker.shift",
    "worker.needs",
    "vacancy.valid_until",
    "vacancy.headcount",
    "vacancy.requirements.schooling",
    "vacancy.requirements.certificates",
    "vacancy.requirements.skills",
    "vacancy.requirements.experience_years",
    "vacancy.requirements.capacity",
    "vacancy.wage.max",
    "vacancy.wage.typical_month",
    "vacancy.start_until",
    "vacancy.shift",
    "vacancy.benefits",
];

/// The new value of one field; lists are whole new lists (`new` of them at the end are added), money is in fen.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    Statement(Statement),
    WantsChange,
    OccupationsWanted(Vec<String>),
    Certificates { all: Vec<HeldCertificate>, new: usize },
    Skills { all: Vec<String>, new: usize },
    RegionsWanted(Vec<String>),
    CanLeaveHome,
    WageFloor(i64),
    AvailableFrom(Date),
    WorkerShift(Shift),
    Needs(Vec<Need>),
    ValidUntil(Date),
    Headcount(u32),
    AskedSchooling(Schooling),
    AskedCertificates(Vec<String>),
    AskedSkills(Vec<String>),
    AskedExperience(f64),
    AskedCapacity(Capacity),
    WageMax(i64),
    TypicalMonth(i64),
    StartUntil(Date),
    VacancyShift(Shift),
    Benefits(Vec<Benefit>),
}

impl Change {
    /// Side and field in one word, as the parameter file names it.
    pub fn key(&self) -> &'static str {
        match self {
            Self::Statement(_) => "worker.statement",
            Self::WantsChange => "worker.wants_change",
            Self::OccupationsWanted(_) => "worker.occupations_wanted",
            Self::Certificates { .. } => "worker.certificates",
            Self::Skills { .. } => "worker.skills",
            Self::RegionsWanted(_) => "worker.regions_wanted",
            Self::CanLeaveHome => "worker.can_leave_home",
            Self::WageFloor(_) => "worker.wage_floor",
            Self::AvailableFrom(_) => "worker.available_from",
            Self::WorkerShift(_) => "worker.shift",
            Self::Needs(_) => "worker.needs",
            Self::ValidUntil(_) => "vacancy.valid_until",
            Self::Headcount(_) => "vacancy.headcount",
            Self::AskedSchooling(_) => "vacancy.requirements.schooling",
            Self::AskedCertificates(_) => "vacancy.requirements.certificates",
            Self::AskedSkills(_) => "vacancy.requirements.skills",
            Self::AskedExperience(_) => "vacancy.requirements.experience_years",
            Self::AskedCapacity(_) => "vacancy.requirements.capacity",
            Self::WageMax(_) => "vacancy.wage.max",
            Self::TypicalMonth(_) => "vacancy.wage.typical_month",
            Self::StartUntil(_) => "vacancy.start_until",
            Self::VacancyShift(_) => "vacancy.shift",
            Self::Benefits(_) => "vacancy.benefits",
        }
    }

    /// Whose fact it is.
    pub fn side(&self) -> Side {
        if self.key().starts_with("worker.") { Side::Worker } else { Side::Vacancy }
    }

    /// Field of the API's body, dotted where it is nested.
    pub fn field(&self) -> &'static str {
        self.key().split_once('.').map_or("", |(_, field)| field)
    }

    /// The value as the API's body takes it; money in yuan.
    pub fn value(&self) -> Value {
        fn yuan(fen: i64) -> Value {
            if fen % 100 == 0 { json!(fen / 100) } else { json!(fen as f64 / 100.0) }
        }
        fn codes<C: Code>(list: &[C]) -> Value {
            list.iter().map(|c| c.code()).collect()
        }
        match self {
            Self::Statement(s) => json!(s.code()),
            Self::WantsChange | Self::CanLeaveHome => json!(true),
            Self::OccupationsWanted(list)
            | Self::RegionsWanted(list)
            | Self::AskedCertificates(list)
            | Self::AskedSkills(list) => json!(list),
            Self::Certificates { all, .. } => json!(all),
            Self::Skills { all, .. } => json!(all),
            Self::WageFloor(fen) | Self::WageMax(fen) | Self::TypicalMonth(fen) => yuan(*fen),
            Self::AvailableFrom(day) | Self::ValidUntil(day) | Self::StartUntil(day) => {
                json!(day.to_string())
            }
            Self::WorkerShift(shift) | Self::VacancyShift(shift) => json!(shift.code()),
            Self::Needs(list) => codes(list),
            Self::Headcount(n) => json!(n),
            Self::AskedSchooling(s) => json!(s.code()),
            Self::AskedExperience(years) => json!(years),
            Self::AskedCapacity(c) => json!(c.code()),
            Self::Benefits(list) => codes(list),
        }
    }

    /// The change in words; `names` are those of the occupations or regions in the value, in its order.
    pub fn say(&self, names: &dyn Fn(&Self) -> Vec<String>) -> Say {
        let args = match self {
            Self::Statement(_) | Self::WantsChange | Self::CanLeaveHome => vec![],
            Self::OccupationsWanted(_) | Self::RegionsWanted(_) => {
                vec![Arg::Text(names(self).pop().unwrap_or_default())]
            }
            Self::Certificates { all, new } => {
                let added = all.iter().skip(all.len().saturating_sub(*new));
                vec![Arg::List(added.map(|c| c.name.clone()).collect())]
            }
            Self::Skills { all, new } => vec![Arg::List(all[all.len().saturating_sub(*new)..].to_vec())],
            Self::AskedSkills(list) | Self::AskedCertificates(list) => vec![Arg::List(list.clone())],
            Self::WageFloor(fen) | Self::WageMax(fen) | Self::TypicalMonth(fen) => {
                vec![Arg::Yuan(*fen)]
            }
            Self::AvailableFrom(day) | Self::ValidUntil(day) | Self::StartUntil(day) => {
                vec![Arg::Day(*day)]
            }
            Self::WorkerShift(s) | Self::VacancyShift(s) => vec![Arg::code(*s)],
            Self::Needs(list) => vec![Arg::Codes(list.iter().map(|c| (c.name(), c.code())).collect())],
            Self::Headcount(n) => vec![Arg::Count(i64::from(*n))],
            Self::AskedSchooling(s) => vec![Arg::code(*s)],
            Self::AskedExperience(years) => vec![Arg::Months(super::row::months(*years))],
            Self::AskedCapacity(c) => vec![Arg::code(*c)],
            Self::Benefits(list) => vec![Arg::Codes(list.iter().map(|c| (c.name(), c.code())).collect())],
        };
        Say { code: self.key(), args }
    }

    /// The change of the same fact that does what both do; `None` where they contradict each other.
    pub fn both(&self, other: &Self) -> Option<Self> {
        fn common<T: Clone + PartialEq>(one: &[T], other: &[T]) -> Vec<T> {
            one.iter().filter(|entry| other.contains(entry)).cloned().collect()
        }
        match (self, other) {
            (one, other) if one == other => Some(one.clone()),
            (Self::Needs(one), Self::Needs(other)) => Some(Self::Needs(common(one, other))),
            (Self::AskedCertificates(one), Self::AskedCertificates(other)) => {
                Some(Self::AskedCertificates(common(one, other)))
            }
            (Self::AskedExperience(one), Self::AskedExperience(other)) => Some(Self::AskedExperience(one.min(*other))),
            (Self::Headcount(one), Self::Headcount(other)) => Some(Self::Headcount(*one.max(other))),
            _ => None,
        }
    }

    /// Makes a change of a person; others do nothing here.
    pub fn apply_to_seeker(&self, seeker: &mut Seeker) {
        let worker = &mut seeker.worker;
        match self {
            Self::Statement(statement) => {
                worker.statement = Some(*statement);
                if matches!(seeker.status, Status::NotSeeking | Status::Away) {
                    seeker.status = crate::domain::worker::status(false, false, false, worker.statement);
                }
            }
            Self::WantsChange => worker.wants_change = true,
            Self::OccupationsWanted(list) => worker.occupations_wanted.clone_from(list),
            Self::Certificates { all, .. } => worker.certificates.clone_from(all),
            Self::Skills { all, .. } => worker.skills.clone_from(all),
            Self::RegionsWanted(list) => worker.regions_wanted.clone_from(list),
            Self::CanLeaveHome => worker.can_leave_home = Some(true),
            Self::WageFloor(fen) => worker.wage_floor = Some(*fen),
            Self::AvailableFrom(day) => worker.available_from = Some(*day),
            Self::WorkerShift(shift) => worker.shift = Some(*shift),
            Self::Needs(list) => worker.needs.clone_from(list),
            _ => {}
        }
    }

    /// Makes a change of a post; others do nothing here.
    pub fn apply_to_opening(&self, opening: &mut Opening) {
        let vacancy = &mut opening.vacancy;
        let asked = &mut vacancy.requirements;
        match self {
            Self::ValidUntil(day) => {
                vacancy.valid_until = Some(*day);
                if opening.state == VacancyState::Expired {
                    opening.state = VacancyState::Open;
                }
            }
            Self::Headcount(n) => {
                opening.places_left += n.saturating_sub(vacancy.headcount);
                vacancy.headcount = *n;
                if opening.state == VacancyState::Filled {
                    opening.state = VacancyState::Open;
                }
            }
            Self::AskedSchooling(level) => asked.schooling = Some(*level),
            Self::AskedCertificates(list) => asked.certificates.clone_from(list),
            Self::AskedSkills(list) => asked.skills.clone_from(list),
            Self::AskedExperience(years) => asked.experience_years = Some(*years),
            Self::AskedCapacity(level) => asked.capacity = Some(*level),
            Self::WageMax(fen) => vacancy.pay.max = Some(*fen),
            Self::TypicalMonth(fen) => vacancy.pay.typical_month = Some(*fen),
            Self::StartUntil(day) => vacancy.start_until = Some(*day),
            Self::VacancyShift(shift) => vacancy.shift = Some(*shift),
            Self::Benefits(list) => vacancy.benefits.clone_from(list),
            _ => {}
        }
    }
}

/// A certificate known by name only, without expiry.
pub fn certificate(name: &str) -> HeldCertificate {
    HeldCertificate { name: name.to_owned(), code: None, level: None, expires: None }
}
