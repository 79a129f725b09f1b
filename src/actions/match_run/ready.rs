//! What a run is asked for, laid over the columns: people, posts and terms by number.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use uuid::Uuid;

use super::{PAIRS, Told, Wanted};
use crate::actions::error::{Error, Result};
use crate::actions::matching::slots;
use crate::domain::code::Code as _;
use crate::domain::date_text::parse_date;
use crate::domain::fault::FieldFault;
use crate::domain::vacancy::VacancyKind;
use crate::matching::assign::{all_pairs, batch_score};
use crate::matching::columns::Columns;
use crate::matching::condition::eligible;
use crate::matching::plan::{Contradiction, Instance, Kept, Terms};
use crate::matching::problem::Problem;
use crate::matching::table::Table;
use crate::store::worker::Scope;

/// A run's people and posts out of the columns, with its terms by number.
pub(super) struct Ready<'a> {
    pub table: Table<'a>,
    employers: Vec<Uuid>,
    pub terms: Terms,
    /// How many people are not known to be from anywhere, where the run asks for some counties.
    pub unknown_home: Option<usize>,
}

impl<'a> Ready<'a> {
    /// What is wanted, with a fault at each name that stands for nothing in the scope.
    pub fn new(
        columns: &'a Columns,
        people: &Scope,
        wanted: &Wanted,
        counties: &BTreeMap<Uuid, Vec<String>>,
        today: Date,
    ) -> Result<Self> {
        let mut people = slots(columns, people);
        let scope = &wanted.scope;
        let (mut faults, mut unknown_home) = (vec![], None);
        if !scope.counties.is_empty() {
            let regions: Vec<u32> = scope.counties.iter().map(|code| columns.words.region(code)).collect();
            let unknown =
                |(place, _): (usize, &u32)| FieldFault::new(format!("scope.counties[{place}]"), "region.unknown");
            faults.extend(regions.iter().enumerate().filter(|(_, region)| **region == 0).map(unknown));
            let numbers = |codes: &Vec<String>| codes.iter().map(|code| columns.words.region(code)).collect();
            let counties = counties.iter().map(|(station, codes)| (*station, numbers(codes))).collect();
            let (mut from, unknown) = columns.seekers_from(people.as_ref(), &regions, &counties);
            unknown_home = Some(unknown.len());
            if scope.unknown_home {
                from = columns
                    .seekers
                    .iter()
                    .map(|(slot, _)| slot)
                    .filter(|s| from.contains(*s) || unknown.contains(*s))
                    .collect();
            }
            people = Some(from);
        }
        let day = match scope.date.as_deref().map(parse_date) {
            None => None,
            Some(Ok(day)) => Some(day),
            Some(Err(fault)) => {
                faults.push(FieldFault::new("scope.date", fault.code()));
                None
            }
        };
        if let Some(day) = day {
            people = Some(columns.seekers_free_on(people.as_ref(), day));
        }
        if !scope.leave_out.is_empty() {
            let without: BTreeSet<Uuid> = scope.leave_out.iter().copied().collect();
            let within = |slot: u32| people.as_ref().is_none_or(|set| set.contains(slot));
            let rows = columns.seekers.iter().filter(|(slot, row)| within(*slot) && !without.contains(&row.id));
            people = Some(rows.map(|(slot, _)| slot).collect());
        }
        let mut kinds = vec![];
        for (place, kind) in scope.kinds.iter().enumerate() {
            match VacancyKind::parse(kind) {
                Some(kind) => kinds.push(kind),
                None => faults.push(FieldFault::unlisted::<VacancyKind>(format!("scope.kinds[{place}]"))),
            }
        }
        let wished: BTreeSet<Uuid> = scope.vacancies.iter().copied().collect();
        let posts = columns
            .openings
            .iter()
            .filter(|(_, row)| wished.is_empty() || wished.contains(&row.id))
            .filter(|(_, row)| kinds.is_empty() || row.kind.is_some_and(|kind| kinds.contains(&kind)))
            .filter(|(_, row)| day.is_none_or(|day| row.start_from.is_none_or(|from| from <= day)))
            .filter(|(_, row)| day.is_none_or(|day| row.latest_start.is_none_or(|until| day <= until)))
            .map(|(slot, _)| slot)
            .collect();
        let table = Table::new(columns, people.as_ref(), Some(&posts), today);
        let mut employers: Vec<Uuid> = (0..table.posts() as u32).map(|post| table.opening(post).employer).collect();
        employers.sort_unstable();
        employers.dedup();
        for (place, id) in scope.vacancies.iter().enumerate() {
            if table.post_number(*id).is_none() {
                faults.push(FieldFault::new(format!("scope.vacancies[{place}]"), "vacancy.unknown"));
            }
        }
        let mut terms = Terms { aim: wanted.aim, ..Terms::default() };
        let mut worker = |path: String, id: Uuid| {
            let number = table.worker_number(id);
            if number.is_none() {
                faults.push(FieldFault::new(path, "worker.unknown"));
            }
            number
        };
        for (place, group) in wanted.together.iter().enumerate() {
            let numbers = group.iter().enumerate().filter_map(|(n, id)| worker(format!("together[{place}][{n}]"), *id));
            terms.together.push(numbers.collect());
        }
        let mut pairs = [vec![], vec![]];
        for (list, name, found) in [(&wanted.pin, "pin", 0), (&wanted.forbid, "forbid", 1)] {
            for (place, at) in list.iter().enumerate() {
                pairs[found].push((
                    worker(format!("{name}[{place}].worker"), at.worker),
                    format!("{name}[{place}].vacancy"),
                    at.vacancy,
                ));
            }
        }
        let mut post = |path: String, id: Uuid| {
            let number = table.post_number(id);
            if number.is_none() {
                faults.push(FieldFault::new(path, "vacancy.unknown"));
            }
            number
        };
        let [pin, forbid] = pairs.map(|list| {
            let both = list.into_iter().map(|(worker, path, vacancy)| worker.zip(post(path, vacancy)));
            both.collect::<Vec<_>>().into_iter().flatten().collect::<Vec<_>>()
        });
        terms.pin = pin;
        terms.forbid = forbid.into_iter().collect();
        for (id, number) in &wanted.min_to_run {
            terms.min_to_run.extend(post(format!("min_to_run.{id}"), *id).map(|v| (v, *number)));
        }
        for (id, number) in &wanted.reserve {
            terms.reserve.extend(post(format!("reserve.{id}"), *id).map(|v| (v, *number)));
        }
        for (id, number) in &wanted.employer_cap {
            match employers.binary_search(id) {
                Ok(place) => drop(terms.employer_cap.insert(place as u32, *number)),
                Err(_) => faults.push(FieldFault::new(format!("employer_cap.{id}"), "employer.unknown")),
            }
        }
        if faults.is_empty() { Ok(Self { table, employers, terms, unknown_home }) } else { Err(Error::Invalid(faults)) }
    }

    /// Places kept for order classes whose people are in the run and could take them.
    pub fn kept(&self) -> BTreeMap<u32, Kept> {
        let table = &self.table;
        let trained: Vec<u32> =
            (0..table.workers() as u32).filter(|worker| !table.seeker(*worker).trains_for().is_empty()).collect();
        let of = |post: u32| {
            let own = trained.iter().copied().filter(|worker| {
                let pair = table.pair(*worker, post);
                pair.has_kept_place() && eligible(&pair)
            });
            let people: BTreeSet<u32> = own.collect();
            (!people.is_empty()).then(|| (post, Kept { places: table.opening(post).kept, people }))
        };
        (0..table.posts() as u32).filter(|post| table.opening(*post).kept > 0).filter_map(of).collect()
    }

    /// All pairs written down, the kept places among the others.
    fn problem(&self, kept: &BTreeMap<u32, Kept>) -> Problem {
        let open = all_pairs(&self.table);
        if kept.is_empty() {
            return open;
        }
        let posts = 0..open.vacancies();
        let places = |post| open.quota(post) + kept.get(&post).map_or(0, |kept| kept.places);
        let written =
            posts.clone().flat_map(|post| open.candidates(post).map(move |(worker, score)| (post, worker, score)));
        // A vacancy without open places has no pairs but those of its order classes.
        let shut = kept.iter().filter(|(post, _)| open.quota(**post) == 0);
        let own = shut.flat_map(|(post, kept)| {
            kept.people.iter().map(|worker| (*post, *worker, batch_score(&self.table.pair(*worker, *post))))
        });
        let edges: Vec<_> = written.chain(own).collect();
        Problem::new(open.workers(), posts.map(places).collect(), &edges)
    }

    /// All pairs written down.
    pub fn instance(&self) -> Result<Instance> {
        let pairs: u64 = (0..self.table.posts() as u32).map(|post| self.table.beside(post).candidates()).sum();
        if pairs > PAIRS {
            return Err(Error::conflict("match.too_large"));
        }
        let employer = |post: u32| self.employers.binary_search(&self.table.opening(post).employer).unwrap_or(0) as u32;
        let kept = self.kept();
        Ok(Instance {
            problem: self.problem(&kept),
            kept,
            watched: (0..self.table.workers() as u32).map(|w| self.table.seeker(w).watch.is_some()).collect(),
            employers: (0..self.table.posts() as u32).map(employer).collect(),
        })
    }

    /// A contradiction with ids instead of numbers.
    pub fn told(&self, one: &Contradiction) -> Told {
        use Contradiction as C;
        let worker = |number: &u32| self.table.worker(*number);
        let vacancy = |number: &u32| self.table.opening(*number).id;
        let told = |code, workers: &[&u32], vacancies: &[&u32], numbers| Told {
            code,
            workers: workers.iter().map(|w| worker(w)).collect(),
            vacancies: vacancies.iter().map(|v| vacancy(v)).collect(),
            numbers,
        };
        match one {
            C::PinImpossible(w, v) => told("match.pin_impossible", &[w], &[v], None),
            C::PinForbidden(w, v) => told("match.pin_forbidden", &[w], &[v], None),
            C::PinTwice(w, a, b) => told("match.pin_twice", &[w], &[a, b], None),
            C::PinsOverPlaces(v, n, of) => told("match.pins_over_places", &[], &[v], Some((*n, *of))),
            C::PinsOverReserve(v, n, of) => told("match.pins_over_reserve", &[], &[v], Some((*n, *of))),
            C::PinsOverCap(_, n, of) => told("match.pins_over_cap", &[], &[], Some((*n, *of))),
            C::ReserveOverPlaces(v, n, of) => told("match.reserve_over_places", &[], &[v], Some((*n, *of))),
            C::MinimumOverPlaces(v, n, of) => told("match.minimum_over_places", &[], &[v], Some((*n, *of))),
            C::MinimumOverCap(v, n, of) => told("match.minimum_over_cap", &[], &[v], Some((*n, *of))),
            C::PinBelowMinimum(v, n, of) => told("match.pin_below_minimum", &[], &[v], Some((*n, *of))),
            C::TogetherTwice(w) => told("match.together_twice", &[w], &[], None),
            C::TogetherApart(a, b) => told("match.together_apart", &[a, b], &[], None),
            C::TogetherImpossible(a, b) => told("match.together_impossible", &[a, b], &[], None),
            C::All => told("match.contradictory_all", &[], &[], None),
        }
    }
}
