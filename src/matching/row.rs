//! One person, one post or one class as matching keeps them: numbers and small lists, no name, number or phone.

mod apart;
mod course;

use jiff::civil::Date;
use uuid::Uuid;

use super::vocabulary::{NONE, Vocabulary};
use crate::domain::household::WatchClass;
use crate::domain::vacancy::{Benefit, Opening, Pay, VacancyKind, VacancyState, state_on};
use crate::domain::worker::{Capacity, Need, Schooling, Seeker, Sex, Shift, Status};

pub use course::CourseRow;

/// Several lists of numbers in one allocation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lists<const N: usize> {
    numbers: Box<[u32]>,
    ends: [u16; N],
}

impl<const N: usize> Lists<N> {
    /// Packs the lists; what goes beyond 65,535 numbers in all is cut off.
    pub fn pack(lists: [Vec<u32>; N]) -> Self {
        let mut numbers = Vec::with_capacity(lists.iter().map(Vec::len).sum());
        let ends = lists.map(|list| {
            let room = usize::from(u16::MAX) - numbers.len();
            numbers.extend(list.into_iter().take(room));
            numbers.len() as u16
        });
        Self { numbers: numbers.into_boxed_slice(), ends }
    }

    /// One of the lists.
    pub fn get(&self, list: usize) -> &[u32] {
        let from = if list == 0 { 0 } else { self.ends[list - 1] };
        &self.numbers[usize::from(from)..usize::from(self.ends[list])]
    }
}

/// A day as one number that sorts.
fn day_number(day: Date) -> u32 {
    u32::from(day.year().unsigned_abs()) * 10_000
        + u32::from(day.month().unsigned_abs()) * 100
        + u32::from(day.day().unsigned_abs())
}

/// Years as whole months, for comparing experience.
pub fn months(years: f64) -> u32 {
    (years.clamp(0.0, 100.0) * 12.0).round() as u32
}

/// A set of needs or benefits as bits.
fn bit(value: usize) -> u16 {
    1 << value
}

/// A person who may be matched.
#[derive(Debug, Clone)]
pub struct SeekerRow {
    /// The person.
    pub id: Uuid,
    lists: Lists<8>,
    /// Birth date.
    pub birth: Option<Date>,
    /// First day of work.
    pub available_from: Option<Date>,
    /// Only read against the table of barred posts.
    pub sex: Option<Sex>,
    /// Schooling.
    pub schooling: Option<Schooling>,
    /// Labour capacity.
    pub capacity: Option<Capacity>,
    /// Derived status.
    pub status: Status,
    /// At work, but wants another post.
    pub wants_change: bool,
    /// Opted out of matching.
    pub opted_out: bool,
    /// Lowest monthly wage in fen.
    pub wage_floor: Option<i64>,
    /// Region of the residence, of the village and of the registered home; 0 unknown.
    homes: [u32; 3],
    /// False = only posts of the home county.
    pub can_leave_home: Option<bool>,
    /// Shifts taken.
    pub shift: Option<Shift>,
    needs: u16,
    /// Slot of the spouse or mate.
    pub partner: Option<u32>,
    /// Open watch episode of the household.
    pub watch: Option<WatchClass>,
    /// Relocated household.
    pub relocated: bool,
    /// 脱贫户.
    pub out_of_poverty: bool,
    /// Somebody of the household is at work.
    pub household_has_work: Option<bool>,
    /// Occupation of the last or present employment, or [`NONE`].
    pub last_occupation: u32,
}

impl SeekerRow {
    /// Packs a person; `partner`, `introduced` and `trains_for` are slots of the partner and of vacancies.
    pub fn pack(
        seeker: &Seeker,
        words: &mut Vocabulary,
        partner: Option<u32>,
        introduced: Vec<u32>,
        trains_for: Vec<u32>,
    ) -> Self {
        let worker = &seeker.worker;
        let mut wanted: Vec<u32> = Vec::new();
        for code in &worker.occupations_wanted {
            let number = words.occupation(code);
            if number != NONE && !wanted.contains(&number) {
                wanted.push(number);
            }
        }
        let mut experience = Vec::new();
        for spell in &worker.experience {
            let number = words.occupation(&spell.occupation);
            if number != NONE {
                experience.extend([number, months(spell.years)]);
            }
        }
        let mut skills: Vec<u32> = worker.skills.iter().map(|s| words.skill(s)).collect();
        skills.sort_unstable();
        skills.dedup();
        let certificates = worker
            .certificates
            .iter()
            .flat_map(|held| {
                let expiry = held.expires.map_or(u32::MAX, day_number);
                [words.held_certificate(held), expiry]
            })
            .collect();
        let mut regions: Vec<u32> = Vec::new();
        for code in &worker.regions_wanted {
            let region = words.region(code);
            if region != 0 && !regions.contains(&region) {
                regions.push(region);
            }
        }
        let stations = seeker.stations.iter().map(|s| words.station(*s)).collect();
        let region = |code: Option<&String>| code.map_or(0, |c| words.region(c));
        Self {
            id: seeker.id,
            birth: worker.birth_date,
            available_from: worker.available_from,
            sex: worker.sex,
            schooling: worker.schooling,
            capacity: worker.capacity,
            status: seeker.status,
            wants_change: worker.wants_change,
            opted_out: seeker.opted_out,
            wage_floor: worker.wage_floor,
            homes: [
                region(worker.residence.as_ref()),
                region(worker.village.as_ref().map(|v| &v.county)),
                region(worker.origin.as_ref()),
            ],
            can_leave_home: worker.can_leave_home,
            shift: worker.shift,
            needs: worker.needs.iter().fold(0, |all, n| all | bit(*n as usize)),
            partner,
            watch: seeker.watch,
            relocated: seeker.relocated,
            out_of_poverty: seeker.out_of_poverty,
            household_has_work: seeker.household_has_work,
            last_occupation: seeker.last_occupation.as_ref().map_or(NONE, |code| words.occupation(code)),
            lists: Lists::pack([wanted, experience, skills, certificates, regions, stations, introduced, trains_for]),
        }
    }

    /// Wished occupations, first wish first; empty = never asked.
    pub fn wanted(&self) -> &[u32] {
        self.lists.get(0)
    }

    /// Occupation and months of each spell of work.
    pub fn experience(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        self.lists.get(1).chunks_exact(2).map(|c| (c[0], c[1]))
    }

    /// Skills, sorted; empty = unknown.
    pub fn skills(&self) -> &[u32] {
        self.lists.get(2)
    }

    /// True if a certificate of this person covers the asked one on that day.
    pub fn covers(&self, asked: u32, day: Date, words: &Vocabulary) -> bool {
        let day = day_number(day);
        self.certificates().any(|(held, expiry)| expiry >= day && words.covers(held, asked))
    }

    /// Certificates as number and packed day of expiry; empty = unknown.
    pub fn certificates(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        self.lists.get(3).chunks_exact(2).map(|c| (c[0], c[1]))
    }

    /// Wished regions, first wish first; empty = never asked.
    pub fn regions(&self) -> &[u32] {
        self.lists.get(4)
    }

    /// Stations linked to the person.
    pub fn stations(&self) -> &[u32] {
        self.lists.get(5)
    }

    /// Slots of vacancies with an open introduction or placement.
    pub fn introduced(&self) -> &[u32] {
        self.lists.get(6)
    }

    /// Slots of the vacancies of the order classes that the person sits in or has passed.
    pub fn trains_for(&self) -> &[u32] {
        self.lists.get(7)
    }

    /// Where the person lives: residence, else village; never the registered home. 0 = unknown.
    pub fn lives(&self) -> u32 {
        if self.homes[0] == 0 { self.homes[1] } else { self.homes[0] }
    }

    /// Every region that counts as home: residence and village; the registered home only where neither is known.
    pub fn homes(&self) -> impl Iterator<Item = u32> + '_ {
        let [residence, village, registered] = self.homes;
        let last = if residence == 0 && village == 0 { registered } else { 0 };
        [residence, village, last].into_iter().filter(|region| *region != 0)
    }

    /// Region of the village, else of the registered home; 0 = unknown.
    pub fn comes_from(&self) -> u32 {
        if self.homes[1] == 0 { self.homes[2] } else { self.homes[1] }
    }

    /// True if village or registered home lies in the region.
    pub fn belongs_to(&self, region: u32) -> bool {
        self.homes[1..].iter().any(|home| *home != 0 && super::vocabulary::region_holds(region, *home))
    }

    /// True if the person said they need it; `day_shift` may also be said as the shift.
    pub fn needs(&self, need: Need) -> bool {
        self.needs & bit(need as usize) != 0
    }

    /// True if anything was said about needs.
    pub fn told_needs(&self) -> bool {
        self.needs != 0
    }

    /// True if only day work is taken.
    pub fn day_only(&self) -> bool {
        self.shift == Some(Shift::Day) || self.needs(Need::DayShift)
    }

    /// True if a spouse or mate must find room as well.
    pub fn goes_as_couple(&self) -> bool {
        self.partner.is_some() && self.needs(Need::Couple)
    }
}

/// What a post asks, as numbers.
#[derive(Debug, Clone, Copy, Default)]
pub struct Limits {
    /// Lowest age.
    pub min_age: Option<u8>,
    /// Highest age.
    pub max_age: Option<u8>,
    /// Lowest schooling.
    pub schooling: Option<Schooling>,
    /// Lowest labour capacity.
    pub capacity: Option<Capacity>,
    /// Months of work in the occupation family; 0 = not asked.
    pub experience: u32,
}

/// A post.
#[derive(Debug, Clone)]
pub struct OpeningRow {
    /// The vacancy.
    pub id: Uuid,
    lists: Lists<4>,
    /// Occupation or [`NONE`].
    pub occupation: u32,
    /// Region of the work place; 0 unknown.
    pub region: u32,
    /// Monthly equivalent of the upper end (lower end if none) in fen.
    pub reach: Option<i64>,
    /// Monthly equivalent of the middle of the range in fen.
    pub middle: Option<i64>,
    /// The wage as stated.
    pub pay: Pay,
    /// Requirements.
    pub must: Limits,
    /// Preferences.
    pub nice: Limits,
    /// Shifts of the post.
    pub shift: Option<Shift>,
    benefits: u16,
    /// First day of work, from.
    pub start_from: Option<Date>,
    /// Last day on which work may begin.
    pub latest_start: Option<Date>,
    state: VacancyState,
    valid_until: Option<Date>,
    /// Kind.
    pub kind: Option<VacancyKind>,
    /// Equal posts.
    pub headcount: u32,
    /// Places open to everybody: head-count less placed and less kept.
    pub places_left: u32,
    /// Places left that are kept for the people of order classes.
    pub kept: u32,
    /// Open introductions.
    pub introduced: u32,
    /// Women are barred: article, or [`NONE`] when the post only says so.
    pub bars_women: Option<u32>,
    /// People of 16 and 17 are barred, likewise.
    pub bars_minors: Option<u32>,
    /// The employer.
    pub employer: Uuid,
    /// Number of the station that looks after it.
    pub station: Option<u32>,
}

impl OpeningRow {
    /// Packs a post; `slack_days` follow the first day when no last day is stated.
    pub fn pack(opening: &Opening, words: &mut Vocabulary, slack_days: u16) -> Self {
        let vacancy = &opening.vacancy;
        let (low, high) = vacancy.pay.monthly();
        let mut bars_women = vacancy.barred_for.iter().any(|b| b == "women").then_some(NONE);
        let mut bars_minors = vacancy.barred_for.iter().any(|b| b == "minors").then_some(NONE);
        for hazard in &vacancy.hazards {
            let barred = (words.lexicon().barred)(hazard);
            if let Some(article) = barred.women {
                bars_women = Some(words.article(&article));
            }
            if let Some(article) = barred.minors {
                bars_minors = Some(words.article(&article));
            }
        }
        let certificates = |words: &mut Vocabulary, texts: &[String]| {
            let mut list: Vec<u32> = Vec::new();
            for text in texts.iter().filter(|t| !t.trim().is_empty()) {
                let number = words.asked_certificate(text);
                if !list.contains(&number) {
                    list.push(number);
                }
            }
            list
        };
        let skills = |words: &mut Vocabulary, texts: &[String]| {
            let mut list: Vec<u32> = texts.iter().filter(|t| !t.trim().is_empty()).map(|t| words.skill(t)).collect();
            list.sort_unstable();
            list.dedup();
            list
        };
        let limits = |asked: &crate::domain::vacancy::Asked| Limits {
            min_age: asked.min_age,
            max_age: asked.max_age,
            schooling: asked.schooling,
            capacity: asked.capacity,
            experience: asked.experience_years.map_or(0, months),
        };
        let latest_start = vacancy
            .start_until
            .or_else(|| vacancy.start_from.map(|from| from.saturating_add(jiff::Span::new().days(slack_days))));
        Self {
            id: opening.id,
            occupation: vacancy.occupation.as_ref().map_or(NONE, |code| words.occupation(code)),
            region: vacancy.region.as_ref().map_or(0, |code| words.region(code)),
            reach: high.or(low),
            middle: match (low, high) {
                (Some(low), Some(high)) => Some(i64::midpoint(low, high)),
                (one, other) => one.or(other),
            },
            pay: vacancy.pay,
            must: limits(&vacancy.requirements),
            nice: limits(&vacancy.preferences),
            shift: vacancy.shift,
            benefits: vacancy.benefits.iter().fold(0, |all, b| all | bit(*b as usize)),
            start_from: vacancy.start_from,
            latest_start,
            state: opening.state,
            valid_until: vacancy.valid_until,
            kind: vacancy.kind,
            headcount: vacancy.headcount,
            places_left: opening.places_left.saturating_sub(opening.kept),
            kept: opening.kept.min(opening.places_left),
            introduced: opening.introduced,
            bars_women,
            bars_minors,
            employer: opening.employer,
            station: opening.station.map(|s| words.station(s)),
            lists: Lists::pack([
                certificates(words, &vacancy.requirements.certificates),
                skills(words, &vacancy.requirements.skills),
                certificates(words, &vacancy.preferences.certificates),
                skills(words, &vacancy.preferences.skills),
            ]),
        }
    }

    /// Where it stands on a day: one that was open when it came in may have expired since.
    pub fn state_on(&self, today: Date) -> VacancyState {
        state_on(self.state, self.places_left + self.kept, self.valid_until, today)
    }

    /// Required certificates in the order of the advert.
    pub fn certificates(&self) -> &[u32] {
        self.lists.get(0)
    }

    /// Required skills, sorted.
    pub fn skills(&self) -> &[u32] {
        self.lists.get(1)
    }

    /// Preferred certificates.
    pub fn nice_certificates(&self) -> &[u32] {
        self.lists.get(2)
    }

    /// Preferred skills, sorted.
    pub fn nice_skills(&self) -> &[u32] {
        self.lists.get(3)
    }

    /// True if the post offers it.
    pub fn offers(&self, benefit: Benefit) -> bool {
        self.benefits & bit(benefit as usize) != 0
    }

    /// All that the post offers, one bit each.
    pub fn benefit_bits(&self) -> u16 {
        self.benefits
    }

    /// True if the advert says anything about benefits.
    pub fn told_benefits(&self) -> bool {
        self.benefits != 0
    }

    /// True if the post meets a need other than that of day work.
    pub fn meets(&self, need: Need) -> bool {
        match need {
            Need::Lodging => self.offers(Benefit::Lodging) || self.offers(Benefit::CoupleRoom),
            Need::Meals => self.offers(Benefit::Meals),
            Need::Couple => self.offers(Benefit::CoupleRoom),
            Need::DayShift => self.shift != Some(Shift::Any),
        }
    }

    /// The day on which a certificate must be valid: the first day of work, today if that has passed or is unknown.
    pub fn start_day(&self, today: Date) -> Date {
        self.start_from.map_or(today, |from| from.max(today))
    }
}
