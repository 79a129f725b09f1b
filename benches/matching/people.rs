//! Made-up people and posts by the thousand, with the skew of a real register: few trades and counties hold most of both.

use std::sync::Arc;

use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use shanhai::domain::occupation::Occupation;
use shanhai::domain::region::{self, RegionCode};
use shanhai::domain::vacancy::{Asked, Benefit, Opening, Pay, Period, Vacancy, VacancyKind, VacancyState};
use shanhai::domain::worker::{
    Capacity, Experience, HeldCertificate, Need, Schooling, Seeker, Sex, Shift, Status, Worker,
};
use shanhai::matching::columns::Columns;
use shanhai::matching::lexicon::Lexicon;
use shanhai::matching::parameters::Parameters;
use uuid::Uuid;

use super::dice::{Dice, sums};

/// The day of all figures.
pub const TODAY: Date = date(2026, 1, 1);

/// Minor groups of the classification, their share and a usual wage in yuan.
const TRADES: [(&str, f64, f64); 14] = [
    ("6-25-01", 14.0, 5200.0),
    ("6-16-01", 12.0, 5400.0),
    ("4-03-02", 12.0, 5600.0),
    ("4-10-01", 12.0, 5900.0),
    ("6-29-02", 11.0, 7200.0),
    ("4-02-07", 11.0, 6200.0),
    ("4-08-08", 10.0, 4200.0),
    ("6-18-01", 9.0, 6300.0),
    ("6-11-08", 8.0, 4900.0),
    ("6-11-02", 6.0, 3900.0),
    ("6-02-06", 6.0, 4800.0),
    ("6-09-03", 5.0, 6100.0),
    ("6-28-01", 5.0, 4700.0),
    ("6-23-03", 4.0, 6000.0),
];
const SCHOOLING: [Schooling; 6] = [
    Schooling::Primary,
    Schooling::JuniorMiddle,
    Schooling::SeniorMiddle,
    Schooling::SeniorMiddle,
    Schooling::College,
    Schooling::Bachelor,
];
const NEEDS: [(Need, Benefit, f64, f64); 2] =
    [(Need::Lodging, Benefit::Lodging, 0.55, 0.62), (Need::Meals, Benefit::Meals, 0.35, 0.5)];

/// What people and posts are drawn from.
struct Land {
    /// Occupation codes, trade and usual wage of each.
    occupations: Vec<(String, usize, f64)>,
    occupation_sums: Vec<f64>,
    by_trade: Vec<Vec<usize>>,
    counties: Vec<RegionCode>,
    county_sums: Vec<f64>,
    districts: Vec<RegionCode>,
    cities: Vec<RegionCode>,
}

fn below(parent: u32) -> Vec<RegionCode> {
    let children = region::children(RegionCode::from_number(parent));
    children.into_iter().filter(|division| !division.retired()).map(|division| division.code).collect()
}

impl Land {
    fn new() -> Self {
        let (mut occupations, mut weights, mut by_trade) = (vec![], vec![], vec![]);
        for (trade, (group, share, wage)) in TRADES.into_iter().enumerate() {
            let codes = Occupation::all().map(|code| code.to_string());
            let codes: Vec<String> = codes.filter(|code| code.len() > 8 && code.starts_with(group)).collect();
            let zipf = |place: usize| 1.0 / ((place + 1) as f64).powf(0.9);
            let all: f64 = (0..codes.len()).map(zipf).sum();
            by_trade.push((occupations.len()..occupations.len() + codes.len()).collect());
            for (place, code) in codes.into_iter().enumerate() {
                weights.push(share * zipf(place) / all);
                occupations.push((code, trade, wage * (0.88 + 0.03 * (occupations.len() * 37 % 11) as f64)));
            }
        }
        let counties: Vec<RegionCode> =
            below(520_000).into_iter().flat_map(|prefecture| below(prefecture.number())).collect();
        let mut dice = Dice(20_260_101);
        let prefecture_weight =
            |code: RegionCode| [0.8, 1.0, 1.0, 3.0, 3.5, 0.9, 0.9, 0.9, 2.5][code.number() as usize / 100 % 9];
        let county_sums = sums(counties.iter().map(|code| prefecture_weight(*code) * dice.normal(0.0, 0.55).exp()));
        Self {
            occupations,
            occupation_sums: sums(weights),
            by_trade,
            counties,
            county_sums,
            districts: below(440_100),
            cities: [440_300, 440_600, 441_900, 442_000, 441_300, 440_400, 440_700]
                .into_iter()
                .filter_map(RegionCode::from_number)
                .collect(),
        }
    }

    fn skills(dice: &mut Dice, trade: usize, mean: f64) -> Vec<String> {
        let mut skills = vec![];
        while skills.len() < 8 && dice.hits(mean / (mean + 1.0)) {
            let trade = if dice.hits(0.1) { dice.below(TRADES.len()) } else { trade };
            skills.push(format!("技能{trade}-{}", dice.skewed(13)));
        }
        skills
    }

    fn wage(fen: f64) -> i64 {
        (fen / 100.0).round() as i64 * 100 * 100
    }

    fn seeker(&self, number: usize) -> Seeker {
        let mut dice = Dice(number as u64 * 2 + 1);
        let first = dice.weighed(&self.occupation_sums);
        let (_, trade, usual) = self.occupations[first];
        let mut wishes = vec![first];
        for share in [0.6, 0.3] {
            if dice.hits(share) {
                let own = &self.by_trade[trade];
                wishes.push(if dice.hits(0.65) {
                    own[dice.skewed(own.len())]
                } else {
                    dice.weighed(&self.occupation_sums)
                });
            }
        }
        let home = self.counties[dice.weighed(&self.county_sums)];
        let residence = match dice.share() {
            share if share < 0.45 => *dice.of(&self.districts),
            share if share < 0.57 => *dice.of(&self.cities),
            _ => home,
        };
        let (guangzhou, delta) = ("440100".to_owned(), "440000".to_owned());
        let (county, prefecture, province) =
            (home.to_string(), home.prefecture().to_string(), home.province().to_string());
        let regions = match dice.share() {
            share if share < 0.10 => vec![county],
            share if share < 0.18 => vec![prefecture],
            share if share < 0.25 => vec![province],
            share if share < 0.63 => vec![guangzhou],
            share if share < 0.75 => vec![delta],
            _ => vec![province, delta],
        };
        let age = (16.0 + 46.0 * (dice.share() + dice.share() + dice.share() * 0.5) / 2.5) as i16;
        let experience = (dice.share().ln() / 0.78_f64.ln()) as i64;
        let certificate = |dice: &mut Dice| HeldCertificate {
            name: format!("证书{trade}-{}", dice.skewed(3)),
            code: None,
            level: None,
            expires: None,
        };
        Seeker {
            id: Uuid::from_u128(u128::from(Dice(number as u64).next()) << 64 | number as u128),
            worker: Worker {
                birth_date: Some(date(2026 - age, 1 + (number % 12) as i8, 1 + (number % 28) as i8)),
                sex: Some(if dice.hits(0.44) { Sex::Female } else { Sex::Male }),
                origin: Some(home.to_string()),
                residence: Some(residence.to_string()),
                schooling: Some(SCHOOLING[dice.weighed(&[0.22, 0.68, 0.79, 0.90, 0.97, 1.0])]),
                capacity: Some(Capacity::Ordinary),
                occupations_wanted: wishes.iter().map(|wish| self.occupations[*wish].0.clone()).collect(),
                experience: vec![Experience {
                    occupation: self.occupations[first].0.clone(),
                    years: experience.min(i64::from(age) - 16) as f64,
                }],
                skills: Self::skills(&mut dice, trade, 2.2),
                certificates: if dice.hits(0.54) { vec![certificate(&mut dice)] } else { vec![] },
                wage_floor: Some(Self::wage(
                    (usual * dice.normal(-0.18, 0.2).exp() * (1.0 + 0.012 * experience.min(12) as f64))
                        .clamp(1800.0, 15_000.0),
                )),
                regions_wanted: regions,
                can_leave_home: Some(true),
                shift: Some(if dice.hits(0.2) { Shift::Day } else { Shift::Any }),
                available_from: Some(
                    TODAY + if dice.hits(0.55) { 0 } else { (-70.0 * dice.share().ln()).min(720.0) as i64 }.days(),
                ),
                needs: NEEDS.iter().filter(|(_, _, share, _)| dice.hits(*share)).map(|(need, ..)| *need).collect(),
                ..Worker::default()
            },
            status: Status::Looking,
            last_occupation: None,
            watch: None,
            relocated: dice.hits(0.09),
            out_of_poverty: dice.hits(0.33),
            household_has_work: Some(dice.hits(0.5)),
            opted_out: false,
            employer_consent: false,
            stations: vec![],
            introduced: vec![],
            trains_for: vec![],
        }
    }

    fn opening(&self, number: usize, places: Option<f64>) -> Opening {
        let mut dice = Dice(number as u64 * 2 + 2_000_000_000);
        let at_home = dice.hits(0.2);
        let region = match (at_home, dice.hits(0.9)) {
            (true, _) => *dice.of(&self.counties),
            (false, true) => *dice.of(&self.districts),
            (false, false) => *dice.of(&self.cities),
        };
        let occupation = dice.weighed(&self.occupation_sums);
        let (code, trade, usual) = &self.occupations[occupation];
        let wage = (usual * if at_home { 0.68 } else { 1.0 } * dice.normal(-0.08, 0.17).exp()).clamp(800.0, 16_000.0);
        let most = wage * (1.0 + dice.share() * dice.share());
        let start = (-45.0 * dice.share().ln()).min(360.0) as i64;
        let (quota, slack) = ((1.0 / dice.share().powf(1.0 / 1.15)).min(300.0), [7, 15, 30, 60, 120][dice.below(5)]);
        let quota = places.map_or(quota, |factor| quota * factor).max(1.0) as u32;
        let certificates = if dice.hits(0.11) { vec![format!("证书{trade}-{}", dice.skewed(3))] } else { vec![] };
        let schooling =
            if dice.hits(0.62) { SCHOOLING[0] } else { SCHOOLING[dice.weighed(&[0.0, 0.62, 0.82, 0.92, 0.98, 1.0])] };
        Opening {
            id: Uuid::from_u128(u128::from(Dice(number as u64 + 7_000_000_000).next()) << 64 | number as u128),
            vacancy: Vacancy {
                occupation: Some(code.clone()),
                kind: Some(VacancyKind::Market),
                headcount: quota,
                region: Some(region.to_string()),
                pay: Pay {
                    min: Some(Self::wage(wage)),
                    max: Some(Self::wage(most)),
                    period: Some(Period::Month),
                    typical_month: None,
                },
                requirements: Asked {
                    min_age: Some(if dice.hits(0.8) { 18 } else { 16 }),
                    max_age: Some(
                        [35, 40, 45, 48, 50, 55, 60, 65][dice.weighed(&[0.08, 0.22, 0.44, 0.56, 0.76, 0.9, 0.98, 1.0])],
                    ),
                    schooling: Some(schooling),
                    certificates,
                    ..Asked::default()
                },
                preferences: Asked { skills: Self::skills(&mut dice, *trade, 2.0), ..Asked::default() },
                shift: Some(if dice.hits(0.3) { Shift::Day } else { Shift::Any }),
                benefits: NEEDS
                    .iter()
                    .filter(|(_, _, _, share)| dice.hits(if at_home { share / 4.0 } else { *share }))
                    .map(|(_, benefit, ..)| *benefit)
                    .collect(),
                start_from: Some(TODAY + start.days()),
                start_until: Some(TODAY + (start + slack).days()),
                ..Vacancy::default()
            },
            state: VacancyState::Open,
            places_left: quota,
            kept: 0,
            introduced: 0,
            employer: Uuid::from_u128(dice.skewed(25_000) as u128 + 1),
            station: None,
        }
    }
}

/// Columns of so many people and a tenth as many posts; with `even` there are as many places as people.
pub fn columns(people: usize, posts: usize, even: bool) -> Columns {
    let land = Land::new();
    let mut columns = Columns::new(Arc::new(Lexicon::shipped()), Arc::new(Parameters::shipped()));
    let places = |factor| (0..posts).map(|number| u64::from(land.opening(number, factor).places_left)).sum::<u64>();
    let factor = even.then(|| people as f64 / places(None) as f64 * 1.08);
    for number in 0..posts {
        columns.upsert_opening(&land.opening(number, factor));
    }
    for number in 0..people {
        columns.upsert_seeker(&land.seeker(number));
    }
    columns
}
