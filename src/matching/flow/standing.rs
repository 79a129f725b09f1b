//! A standing optimum that takes in further edges of one worker at a time, each by one shortest path.
//!
//! The search goes over vacancies and one more node, the outside: whoever is left without a place goes there, so does a
//! place that fills, and free workers and places that are given up come from there. A free worker who gets edges starts
//! from the outside, so the path ends there; who holds a place leaves it free, so the path ends at that vacancy. Prices
//! are the greatest after every step, which makes the rise of a free worker a look-up.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use super::workers::ByWorker;
use super::{FREE, Solution};
use crate::matching::problem::Problem;

/// A problem with its edges from both sides.
#[derive(Debug)]
pub struct Edges {
    problem: Problem,
    by_worker: ByWorker,
}

impl Edges {
    /// The edges of a problem.
    pub fn new(problem: Problem) -> Self {
        Self { by_worker: ByWorker::new(problem.clone()), problem }
    }

    /// The problem.
    pub fn problem(&self) -> &Problem {
        &self.problem
    }
}

/// How a node was reached.
#[derive(Debug, Clone, Copy)]
enum Via {
    /// This worker comes to the vacancy for that score, out of the one that holds them or, the new one, from nowhere.
    Worker(u32, u32),
    /// This worker is free and takes the vacancy for that score.
    Free(u32, u32),
    /// A place of the vacancy is given up.
    Empty,
    /// The outside: this worker is left without a place.
    Leaves(u32),
    /// The outside: this vacancy has a place free.
    Fills(u32),
}

/// What a search leaves: distances of what it touched, and how each was reached.
#[derive(Debug, Clone, Default)]
struct Paths {
    distance: Vec<i64>,
    via: Vec<Via>,
    touched: Vec<u32>,
    /// Nearest first, equal ones by the last found.
    queue: BinaryHeap<(Reverse<i64>, u32, u32)>,
    pushed: u32,
    /// Nothing as far as this matters.
    limit: i64,
}

impl Paths {
    fn reach(&mut self, node: u32, distance: i64, via: Via) {
        let known = &mut self.distance[node as usize];
        if distance >= self.limit || distance >= *known {
            return;
        }
        if *known == i64::MAX {
            self.touched.push(node);
        }
        *known = distance;
        self.via[node as usize] = via;
        self.queue.push((Reverse(distance), self.pushed, node));
        self.pushed += 1;
    }

    fn forget(&mut self) {
        for node in self.touched.drain(..) {
            self.distance[node as usize] = i64::MAX;
        }
        self.queue.clear();
        self.pushed = 0;
    }
}

/// An optimum, its greatest prices, and the edges added to it.
#[derive(Debug, Clone)]
pub struct Standing<'a> {
    edges: &'a Edges,
    added: BTreeMap<u32, Vec<(u32, u32)>>,
    price: Vec<i64>,
    held: Vec<Vec<u32>>,
    matched: Vec<u32>,
    points: Vec<u32>,
    /// Score and worker of the best free candidate of each vacancy.
    free: Vec<Option<(u32, u32)>>,
    paths: Paths,
}

impl<'a> Standing<'a> {
    /// Stands on an optimum of the edges, with any optimal prices.
    pub fn new(edges: &'a Edges, optimum: &Solution) -> Self {
        let vacancies = edges.problem.vacancies() as usize;
        let mut held = vec![vec![]; vacancies];
        for (worker, (vacancy, _)) in (0u32..).zip(&optimum.matched).filter_map(|(w, m)| m.map(|m| (w, m))) {
            held[vacancy as usize].push(worker);
        }
        let paths =
            Paths { distance: vec![i64::MAX; vacancies + 1], via: vec![Via::Empty; vacancies + 1], ..Paths::default() };
        let mut standing = Self {
            edges,
            added: BTreeMap::new(),
            // Prices stay between 0 and the top score.
            price: optimum.prices.iter().map(|price| *price as i64).collect(),
            held,
            matched: optimum.matched.iter().map(|m| m.map_or(FREE, |(vacancy, _)| vacancy)).collect(),
            points: optimum.matched.iter().map(|m| m.map_or(0, |(_, score)| score)).collect(),
            free: vec![],
            paths,
        };
        standing.free = (0..vacancies as u32).map(|vacancy| standing.best_free(vacancy)).collect();
        standing.raise();
        standing
    }

    /// The vacancy that holds a worker, and the score there.
    pub fn held_by(&self, worker: u32) -> Option<(u32, u32)> {
        let vacancy = self.matched[worker as usize];
        (vacancy != FREE).then(|| (vacancy, self.points[worker as usize]))
    }

    /// How many workers hold a place.
    pub fn placed(&self) -> usize {
        self.matched.iter().filter(|vacancy| **vacancy != FREE).count()
    }

    /// Total of the scores.
    pub fn total(&self) -> u64 {
        (0..self.matched.len() as u32).filter_map(|worker| self.held_by(worker)).map(|(_, s)| u64::from(s)).sum()
    }

    /// No rise of the optimum by these edges of a worker exceeds this; of a free worker it is the rise.
    pub fn most(&self, worker: u32, opened: &[(u32, u32)]) -> u64 {
        (self.best_profit(opened) - self.profit(worker)).max(0).unsigned_abs()
    }

    /// The rise of the optimum by these edges of a worker, if it is more than `over`.
    pub fn rise(&mut self, worker: u32, opened: &[(u32, u32)], over: u64) -> Option<u64> {
        if self.matched[worker as usize] == FREE {
            // Every vacancy is at distance 0 from the outside at the greatest prices.
            return Some(self.most(worker, opened)).filter(|rise| *rise > over);
        }
        let rise = self.search(worker, opened, over);
        self.paths.forget();
        rise
    }

    /// Gives a worker these edges, moves whom that moves, and says the rise of the optimum.
    pub fn add(&mut self, worker: u32, opened: &[(u32, u32)]) -> u64 {
        let rise = self.search(worker, opened, 0);
        self.added.entry(worker).or_default().extend(opened);
        self.settle();
        let moved = if rise.is_some() { self.augment(worker) } else { vec![worker] };
        self.paths.forget();
        self.look_for_free(&moved);
        self.raise();
        rise.unwrap_or(0)
    }

    /// The node behind all vacancies.
    fn outside(&self) -> u32 {
        self.price.len() as u32
    }

    fn profit(&self, worker: u32) -> i64 {
        self.held_by(worker).map_or(0, |(vacancy, score)| i64::from(score) - self.price[vacancy as usize])
    }

    /// What the best of these edges leaves above the price of its vacancy; 0 if none does.
    fn best_profit(&self, opened: &[(u32, u32)]) -> i64 {
        let above = opened.iter().map(|(vacancy, score)| i64::from(*score) - self.price[*vacancy as usize]);
        above.max().unwrap_or(0).max(0)
    }

    fn is_open(&self, vacancy: u32) -> bool {
        (self.held[vacancy as usize].len() as u64) < u64::from(self.edges.problem.quota(vacancy))
    }

    /// Shortest path on which `worker` takes one of `opened`; the rise, if it is more than `over`.
    fn search(&mut self, worker: u32, opened: &[(u32, u32)], over: u64) -> Option<u64> {
        let (outside, before, top) = (self.outside(), self.profit(worker), self.best_profit(opened));
        let end = self.held_by(worker).map_or(outside, |(vacancy, _)| vacancy);
        let mut paths = std::mem::take(&mut self.paths);
        // Rises are sums of few scores.
        paths.limit = (top - before - over as i64).max(0);
        let limit = paths.limit;
        for (vacancy, score) in opened {
            let distance = top - i64::from(*score) + self.price[*vacancy as usize];
            paths.reach(*vacancy, distance, Via::Worker(worker, *score));
        }
        let mut rise = None;
        while let Some((Reverse(distance), _, node)) = paths.queue.pop() {
            if distance > paths.distance[node as usize] {
                continue;
            }
            if node == end {
                rise = Some((top - before - distance).unsigned_abs());
                paths.limit = distance;
                break;
            }
            if node == outside {
                for (vacancy, price) in (0u32..).zip(&self.price) {
                    match self.free[vacancy as usize] {
                        Some((score, free)) => {
                            paths.reach(vacancy, distance + price - i64::from(score), Via::Free(free, score));
                        }
                        None => paths.reach(vacancy, distance + price, Via::Empty),
                    }
                }
                continue;
            }
            if self.is_open(node) {
                paths.reach(outside, distance, Via::Fills(node));
            }
            for holder in &self.held[node as usize] {
                let base = distance + self.profit(*holder);
                paths.reach(outside, base, Via::Leaves(*holder));
                let written = self.edges.by_worker.of(*holder);
                let near = written.take_while(|(_, score)| base - i64::from(*score) < limit);
                for (vacancy, score) in near.chain(self.added_to(*holder).copied()) {
                    let further = base - i64::from(score) + self.price[vacancy as usize];
                    paths.reach(vacancy, further, Via::Worker(*holder, score));
                }
            }
        }
        self.paths = paths;
        rise
    }

    /// Raises the prices of what is nearer than the end of the path; all fall by what the outside rose, which stays at 0.
    fn settle(&mut self) {
        let rises = |node: u32| (self.paths.limit - self.paths.distance[node as usize]).max(0);
        let outside = rises(self.outside());
        let new: Vec<i64> = (0u32..).zip(&self.price).map(|(node, price)| price + rises(node) - outside).collect();
        self.price = new;
    }

    /// Moves the workers along the path, from its end back to `origin`; says who may have become free or placed.
    fn augment(&mut self, origin: u32) -> Vec<u32> {
        let outside = self.outside();
        let mut moved = vec![origin];
        let mut node = if self.matched[origin as usize] == FREE { outside } else { self.release(origin) };
        loop {
            node = match self.paths.via[node as usize] {
                Via::Worker(worker, score) if worker == origin => {
                    self.seat(worker, node, score);
                    return moved;
                }
                Via::Worker(worker, score) => {
                    let before = self.release(worker);
                    self.seat(worker, node, score);
                    before
                }
                Via::Free(worker, score) => {
                    self.seat(worker, node, score);
                    moved.push(worker);
                    outside
                }
                Via::Empty => outside,
                Via::Leaves(worker) => {
                    moved.push(worker);
                    self.release(worker)
                }
                Via::Fills(vacancy) => vacancy,
            };
        }
    }

    fn seat(&mut self, worker: u32, vacancy: u32, score: u32) {
        self.matched[worker as usize] = vacancy;
        self.points[worker as usize] = score;
        self.held[vacancy as usize].push(worker);
    }

    /// Takes a worker out of the vacancy that holds them, and says which.
    fn release(&mut self, worker: u32) -> u32 {
        let vacancy = std::mem::replace(&mut self.matched[worker as usize], FREE);
        // Only workers who hold a place are released.
        let list = &mut self.held[vacancy as usize];
        list.retain(|holder| *holder != worker);
        vacancy
    }

    fn added_to(&self, worker: u32) -> impl Iterator<Item = &(u32, u32)> {
        self.added.get(&worker).into_iter().flatten()
    }

    /// Candidates of a vacancy whose edges were added.
    fn added_at(&self, vacancy: u32) -> impl Iterator<Item = (u32, u32)> {
        let of = move |(worker, list): (&u32, &'_ Vec<(u32, u32)>)| {
            let best = list.iter().filter(|(v, _)| *v == vacancy).map(|(_, score)| *score).max();
            best.map(|score| (*worker, score))
        };
        self.added.iter().filter_map(of)
    }

    fn best_free(&self, vacancy: u32) -> Option<(u32, u32)> {
        let is_free = |(worker, _): &(u32, u32)| self.matched[*worker as usize] == FREE;
        let written = self.edges.problem.candidates(vacancy).find(is_free);
        let best = written.into_iter().chain(self.added_at(vacancy).filter(is_free));
        best.map(|(worker, score)| (score, worker)).max_by_key(|(score, worker)| (*score, Reverse(*worker)))
    }

    /// Keeps the best free candidates after these workers moved.
    fn look_for_free(&mut self, moved: &[u32]) {
        for vacancy in 0..self.outside() {
            let gone = |(_, worker): (u32, u32)| self.matched[worker as usize] != FREE;
            if self.free[vacancy as usize].is_some_and(gone) {
                self.free[vacancy as usize] = self.best_free(vacancy);
            }
        }
        for worker in moved.iter().filter(|worker| self.matched[**worker as usize] == FREE) {
            let list = self.edges.by_worker.of(*worker).chain(self.added.get(worker).into_iter().flatten().copied());
            for (vacancy, score) in list {
                let known = &mut self.free[vacancy as usize];
                let order = |(score, worker): (u32, u32)| (score, Reverse(worker));
                if known.is_none_or(|known| order(known) < order((score, *worker))) {
                    *known = Some((score, *worker));
                }
            }
        }
    }

    /// Raises all prices to the greatest: each by its distance to the outside.
    fn raise(&mut self) {
        let leaves = |vacancy: u32| {
            let open = self.is_open(vacancy).then_some(0);
            open.or_else(|| self.held[vacancy as usize].iter().map(|holder| self.profit(*holder)).min())
        };
        // Vacancies without places have no edges and keep their price.
        let mut distance: Vec<i64> = (0..self.outside()).map(|vacancy| leaves(vacancy).unwrap_or(0)).collect();
        let farthest = distance.iter().copied().max().unwrap_or(0);
        let mut queue: BinaryHeap<(Reverse<i64>, u32)> =
            (0u32..).zip(&distance).map(|(vacancy, distance)| (Reverse(*distance), vacancy)).collect();
        while let Some((Reverse(near), vacancy)) = queue.pop() {
            if near > distance[vacancy as usize] {
                continue;
            }
            let base = near + self.price[vacancy as usize];
            let written = self.edges.problem.candidates(vacancy);
            let worth = written.take_while(|(_, score)| base - i64::from(*score) < farthest);
            for (worker, score) in worth.chain(self.added_at(vacancy)) {
                let further = base - i64::from(score) + self.profit(worker);
                if let Some(known) = distance.get_mut(self.matched[worker as usize] as usize)
                    && further < *known
                {
                    *known = further;
                    queue.push((Reverse(further), self.matched[worker as usize]));
                }
            }
        }
        for (price, distance) in self.price.iter_mut().zip(distance) {
            *price += distance;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matching::flow::{places, solve};
    use proptest::prelude::*;

    type Edge = (u32, u32, u32);
    type Case = (Vec<u32>, Vec<Edge>, Vec<(u32, Vec<(u32, u32)>)>);

    fn total(solution: &Solution) -> u64 {
        solution.matched.iter().flatten().map(|(_, score)| u64::from(*score)).sum()
    }

    /// Quotas of up to five vacancies, edges now, and edges that come by worker; few scores, so that many are equal.
    fn a_case() -> impl Strategy<Value = Case> {
        let score = || prop_oneof![1u32..3, 1u32..20, 1000u32..1010];
        let come = proptest::collection::vec((0u32..5, score()), 1..4);
        (
            proptest::collection::vec(1u32..4, 5),
            proptest::collection::vec((0u32..5, 0u32..9, score()), 0..30),
            proptest::collection::vec((0u32..9, come), 1..7),
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(3000))]
        #[test]
        fn a_path_on_the_standing_optimum_gains_what_solving_anew_gains((quotas, mut edges, come) in a_case()) {
            let problem = |edges: &[Edge]| Problem::new(9, quotas.clone(), edges);
            let by_vacancy = Edges::new(problem(&edges));
            let mut standing = Standing::new(&by_vacancy, &solve(by_vacancy.problem()));
            for (worker, opened) in come {
                let before = standing.total();
                edges.extend(opened.iter().map(|(vacancy, score)| (*vacancy, worker, *score)));
                let anew = places::solve(&problem(&edges));
                let rise = total(&anew) - before;
                prop_assert!(standing.most(worker, &opened) >= rise);
                // A question moves nobody, and what does not exceed the bar is not told.
                let asked = standing.clone();
                prop_assert_eq!(standing.rise(worker, &opened, 0), Some(rise).filter(|rise| *rise > 0));
                prop_assert_eq!(standing.rise(worker, &opened, rise), None);
                if rise > 1 {
                    prop_assert_eq!(standing.rise(worker, &opened, rise - 1), Some(rise));
                }
                prop_assert_eq!((&standing.matched, &standing.price), (&asked.matched, &asked.price));
                prop_assert_eq!(standing.add(worker, &opened), rise);
                prop_assert_eq!(standing.total(), total(&anew));
                let prices: Vec<u64> = standing.price.iter().map(|price| price.unsigned_abs()).collect();
                prop_assert_eq!(&prices, &anew.prices, "the greatest prices");
                for vacancy in 0..5u32 {
                    let holders = standing.matched.iter().filter(|held| **held == vacancy).count();
                    prop_assert_eq!(holders, standing.held[vacancy as usize].len());
                    prop_assert!(holders <= quotas[vacancy as usize] as usize);
                    prop_assert_eq!(standing.free[vacancy as usize], standing.best_free(vacancy));
                }
                for worker in 0..9 {
                    if let Some((vacancy, score)) = standing.held_by(worker) {
                        prop_assert!(edges.contains(&(vacancy, worker, score)));
                    }
                }
            }
        }
    }
}
