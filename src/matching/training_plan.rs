//! Whom a class should seat: the people whose training raises the optimum of the whole assignment most.
//!
//! The worth of a set of people is the greatest assignment over all open posts once they hold what the class gives: how
//! many are placed, then their points. People are chosen one at a time, each time the one with the greatest rise, which
//! is exact; the prices of the assignment so far bound every rise from above, so that only few are computed.
//!
//! What holds: for one seat the choice is the best. Where nobody who could be trained has a post without the class, the
//! worth is submodular (people for places are substitutes) and the choice reaches at least 1 - 1/e, 63 %, of the best.
//! Where somebody has one it need not be: who leaves a post for a better one makes room, and two trainings may open what
//! neither does alone. There the bound that comes with each plan says how far from the best it can be at most.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use jiff::civil::Date;
use uuid::Uuid;

use super::assign::batch_score;
use super::columns::Columns;
use super::condition::{Pair, failing};
use super::flow;
use super::flow::standing::{self, Standing};
use super::problem::{Problem, TOP_SCORE};
use super::row::CourseRow;
use super::set::BitSet;
use super::table::{Table, in_parallel, threads};
use super::training_gain::{joinable, supplies, teaches};

/// What being placed is worth beside the points of a pair, 1 to 1000: more than all points of hundreds of others.
const PLACED: u32 = TOP_SCORE - 1000;

/// Post and worth of an edge, by person.
type Edges = BTreeMap<u32, Vec<(u32, u32)>>;

/// A class and the edges that it gives to people.
#[derive(Debug)]
struct Offer {
    class: Uuid,
    starts: Option<Date>,
    seats_left: u32,
    opened: Edges,
}

/// People, posts and classes taken out of the columns, so that the planning holds nothing.
#[derive(Debug)]
pub struct Field {
    workers: Vec<Uuid>,
    posts: Vec<Uuid>,
    quotas: Vec<u32>,
    /// Post, person and worth of the pairs that are eligible now.
    pairs: Vec<(u32, u32, u32)>,
    offers: Vec<Offer>,
}

/// A person to be seated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seat {
    /// The person.
    pub worker: Uuid,
    /// Posts that the class opens to them, by id.
    pub opens: Vec<Uuid>,
    /// The post that the best assignment gives them after the class.
    pub goes: Option<Uuid>,
    /// One more is placed; else somebody only goes to a better post.
    pub places: bool,
}

/// Whom to seat in a class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The class.
    pub class: Uuid,
    /// People to whom the class opens anything.
    pub candidates: usize,
    /// More people placed by the best assignment than without the class.
    pub placed: usize,
    /// No choice of as many people places more.
    pub at_most: usize,
    /// The people, those who raise the optimum most first.
    pub seats: Vec<Seat>,
}

/// What was chosen of the people whom new edges are offered.
#[derive(Debug)]
struct Chosen<'a> {
    /// The people, and whether one more was placed by each.
    people: Vec<(u32, bool)>,
    bound: u64,
    end: Standing<'a>,
}

impl Field {
    /// The people of `people` (`None` = all), the open posts, and the classes with seats that have not begun, or one.
    pub fn new(columns: &Columns, people: Option<&BitSet>, class: Option<Uuid>, today: Date) -> Self {
        let table = Table::new(columns, people, None, today);
        let courses: Vec<&CourseRow> = columns
            .courses
            .iter()
            .map(|(_, row)| row)
            .filter(|row| joinable(row, today) && class.is_none_or(|class| row.id == class))
            .collect();
        let by_post = in_parallel(table.threads(), table.posts(), |post| {
            let post = post as u32;
            let pairs: Vec<_> =
                table.beside(post).all().into_iter().map(|(w, score)| (post, w, PLACED + score.max(1))).collect();
            let teaching: Vec<usize> =
                (0..courses.len()).filter(|c| teaches(courses[*c], &columns.words, table.opening(post))).collect();
            let mut opened = vec![];
            for worker in 0..if teaching.is_empty() { 0 } else { table.workers() as u32 } {
                let pair: Pair = table.pair(worker, post);
                let fails = failing(&pair);
                if fails == 0 {
                    continue;
                }
                for course in teaching.iter().filter(|course| supplies(courses[**course], &pair, fails)) {
                    opened.push((*course, worker, PLACED + batch_score(&pair)));
                }
            }
            (pairs, opened)
        });
        let mut offers: Vec<Offer> = courses
            .iter()
            .map(|c| Offer { class: c.id, starts: c.starts, seats_left: c.seats_left, opened: Edges::new() })
            .collect();
        let mut pairs = vec![];
        for (post, (now, opened)) in (0u32..).zip(by_post) {
            pairs.extend(now);
            for (course, worker, worth) in opened {
                offers[course].opened.entry(worker).or_default().push((post, worth));
            }
        }
        let posts = 0..table.posts() as u32;
        Self {
            workers: (0..table.workers() as u32).map(|worker| table.worker(worker)).collect(),
            quotas: posts.clone().map(|post| table.opening(post).places_left).collect(),
            posts: posts.map(|post| table.opening(post).id).collect(),
            pairs,
            offers,
        }
    }

    /// The classes that place anybody with so many seats, or fewer where fewer are left: most people placed first, then
    /// the earlier one, then by id.
    pub fn plans(&self, seats: u32) -> Vec<Plan> {
        let order = |offer: &Offer| (offer.starts, offer.class);
        let edges = standing::Edges::new(Problem::new(self.workers.len() as u32, self.quotas.clone(), &self.pairs));
        let start = Standing::new(&edges, &flow::solve(edges.problem()));
        let planned = in_parallel(threads(), self.offers.len(), |n| {
            (order(&self.offers[n]), self.plan(&self.offers[n], &start, seats))
        });
        let mut plans: Vec<_> = planned.into_iter().filter(|(_, plan)| !plan.seats.is_empty()).collect();
        plans.sort_by_key(|(order, plan)| (Reverse(plan.placed), *order));
        plans.into_iter().map(|(_, plan)| plan).collect()
    }

    fn plan(&self, offer: &Offer, start: &Standing, seats: u32) -> Plan {
        let seats = seats.min(offer.seats_left) as usize;
        let chosen = choose(start.clone(), &offer.opened, seats);
        let (before, after) = (start.placed(), chosen.end.placed());
        // A placement is worth at least this, so no choice places more people than the bound holds of them.
        let at_most = (chosen.bound / u64::from(PLACED)) as usize;
        let seat = |(worker, places): &(u32, bool)| {
            let opens = offer.opened[worker].iter().map(|(post, _)| self.posts[*post as usize]).collect();
            let goes = chosen.end.held_by(*worker).map(|(post, _)| self.posts[post as usize]);
            Seat { worker: self.workers[*worker as usize], opens, goes, places: *places }
        };
        Plan {
            class: offer.class,
            candidates: offer.opened.len(),
            placed: after - before,
            at_most: (at_most - before).min(seats),
            seats: chosen.people.iter().map(seat).collect(),
        }
    }
}

/// Chooses at most `seats` people to get the edges opened to them, greedily by the rise of the optimum `now`.
fn choose<'a>(mut now: Standing<'a>, opened: &Edges, seats: usize) -> Chosen<'a> {
    let (mut people, mut bound) = (Vec::<(u32, bool)>::new(), u64::MAX);
    loop {
        let chosen = |person: &u32| people.iter().any(|(known, _)| known == person);
        let left = opened.iter().filter(|(person, _)| !chosen(person));
        let mut rises: Vec<(u64, u32)> = left.map(|(person, edges)| (now.most(*person, edges), *person)).collect();
        rises.retain(|(most, _)| *most > 0);
        rises.sort_unstable_by_key(|(most, person)| (Reverse(*most), *person));
        // Whoever was chosen so far keeps the edges, which only helps: a bound for any choice of `seats`.
        bound = bound.min(now.total() + rises.iter().take(seats).map(|(most, _)| most).sum::<u64>());
        let mut best: Option<(u64, u32)> = None;
        if people.len() < seats {
            for (most, person) in rises {
                let known = best.map_or(0, |(rise, _)| rise);
                if most <= known {
                    break;
                }
                best = now.rise(person, &opened[&person], known).map(|rise| (rise, person)).or(best);
            }
        }
        let Some((_, person)) = best else {
            return Chosen { people, bound, end: now };
        };
        let before = now.placed();
        now.add(person, &opened[&person]);
        people.push((person, now.placed() > before));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::training::Course;
    use crate::matching::sample::{columns, course, opening, seeker, today};
    use proptest::prelude::*;

    type Case = (Vec<u32>, Vec<(u32, u32, u32)>, Edges, usize);

    /// Up to six people, four posts, edges now and edges opened; `apart`: who could be trained has no edge now.
    fn a_case(apart: bool, top: u32) -> impl Strategy<Value = Case> {
        let edge = || (0u32..4, 0u32..6, 1..=top);
        let edges = move |most| proptest::collection::vec(edge(), 0..most);
        (proptest::collection::vec(1u32..3, 4), edges(12), edges(14), 0usize..4).prop_map(
            move |(quotas, mut now, new, seats)| {
                let mut opened = Edges::new();
                for (post, person, worth) in new {
                    opened.entry(person).or_default().push((post, worth));
                }
                now.retain(|(_, person, _)| !apart || !opened.contains_key(person));
                (quotas, now, opened, seats)
            },
        )
    }

    fn worth_of((quotas, now, opened, _): &Case, people: &[u32]) -> u64 {
        let mut edges = now.clone();
        for person in people {
            edges.extend(opened[person].iter().map(|(post, worth)| (*post, *person, *worth)));
        }
        let solution = flow::solve(&Problem::new(6, quotas.clone(), &edges));
        solution.matched.iter().flatten().map(|(_, worth)| u64::from(*worth)).sum()
    }

    /// The best over every set of at most so many people.
    fn best_of_all(case: &Case) -> u64 {
        let people: Vec<u32> = case.2.keys().copied().collect();
        let sets = (0u32..1 << people.len()).filter(|set| set.count_ones() as usize <= case.3);
        let of = |set: u32| (0..people.len()).filter(|n| set >> n & 1 == 1).map(|n| people[n]).collect::<Vec<_>>();
        sets.map(|set| worth_of(case, &of(set))).max().unwrap_or(0)
    }

    fn field(case: &Case) -> standing::Edges {
        standing::Edges::new(Problem::new(6, case.0.clone(), &case.1))
    }

    fn chosen<'a>(field: &'a standing::Edges, case: &Case) -> Chosen<'a> {
        choose(Standing::new(field, &flow::solve(field.problem())), &case.2, case.3)
    }

    fn people(found: &Chosen) -> Vec<u32> {
        found.people.iter().map(|(person, _)| *person).collect()
    }

    #[test]
    fn two_trainings_may_open_what_neither_opens_alone() {
        // The first post is held by person 1, who could take the second; person 0 could take the first.
        let opened = Edges::from([(0, vec![(0, 10)]), (1, vec![(1, 10)])]);
        let case = (vec![1, 1], vec![(0, 1, 10)], opened, 2);
        assert_eq!((worth_of(&case, &[0]), worth_of(&case, &[1]), worth_of(&case, &[0, 1])), (10, 10, 20));
        // No single one raises anything, so greedy stops; the bound says that it may be far from the best.
        let field = field(&case);
        let found = chosen(&field, &case);
        assert_eq!((found.people.len(), found.end.total()), (0, 10));
        assert!(found.bound >= 20, "{found:?}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1200))]
        #[test]
        fn each_choice_is_the_greatest_rise_and_the_bound_holds_for_every_set(
            case in prop_oneof![a_case(false, 3), a_case(false, 1000), a_case(true, 20)],
        ) {
            let field = field(&case);
            let found = chosen(&field, &case);
            let best = best_of_all(&case);
            let people = people(&found);
            prop_assert_eq!(found.end.total(), worth_of(&case, &people));
            prop_assert!(found.end.total() <= best && best <= found.bound, "{best} {found:?}");
            for n in 0..people.len() {
                let (so_far, person) = (&people[..n], people[n]);
                let with = |one: u32| worth_of(&case, &[so_far, &[one]].concat());
                let others = case.2.keys().filter(|other| !so_far.contains(other)).map(|other| with(*other));
                prop_assert_eq!(Some(with(person)), others.max());
            }
        }

        #[test]
        fn where_nobody_has_a_post_without_the_class_the_choice_reaches_63_per_cent_of_the_best(case in a_case(true, 50)) {
            let field = field(&case);
            let found = chosen(&field, &case);
            let before = worth_of(&case, &[]);
            let (rise, best) = (found.end.total() - before, best_of_all(&case) - before);
            prop_assert!(rise as f64 >= 0.632 * best as f64, "{rise} of {best}");
        }
    }

    #[test]
    fn the_class_with_the_most_places_stands_first_and_seats_no_more_than_are_placed() {
        let mut columns = columns();
        for id in 1..=6 {
            columns.upsert_seeker(&seeker(id));
        }
        let asks = |id: u128, certificate: &str, places: u32| {
            let mut post = opening(id);
            post.vacancy.requirements.certificates = vec![certificate.into()];
            post.places_left = places;
            post
        };
        for post in [asks(20, "初级证", 2), asks(21, "焊工证", 3)] {
            columns.upsert_opening(&post);
        }
        let class = |id: u128, certificate: &str| {
            let mut class: Course = course(id);
            class.class.certificates = vec![certificate.into()];
            class
        };
        for class in [class(30, "高级证"), class(31, "焊工证"), class(32, "电工证")] {
            columns.upsert_course(&class);
        }
        let plans = Field::new(&columns, None, None, today()).plans(30);
        let told: Vec<_> = plans.iter().map(|p| (p.class.as_u128(), p.candidates, p.placed, p.seats.len())).collect();
        assert_eq!(told, [(31, 6, 3, 3), (30, 6, 2, 2)]);
        assert!(plans.iter().all(|plan| plan.at_most >= plan.placed && plan.seats.iter().all(|seat| seat.places)));
        let seat = &plans[0].seats[0];
        assert_eq!((&seat.opens[..], seat.goes), (&[Uuid::from_u128(21)][..], Some(Uuid::from_u128(21))));
        let two = Field::new(&columns, None, Some(Uuid::from_u128(31)), today()).plans(2);
        assert_eq!((two.len(), two[0].placed, two[0].seats.len()), (1, 2, 2));
    }
}
