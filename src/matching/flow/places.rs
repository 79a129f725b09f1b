//! Inserts places: a place looks for its best worker, and nearly always a free one is a few steps away.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::{FREE, Solution};
use crate::matching::problem::Problem;

/// How a search ends.
#[derive(Clone, Copy)]
enum Exit {
    /// A place of this vacancy stays empty.
    Drop(u32),
    /// This worker is free and takes this vacancy for this score.
    Take(u32, u32, u32),
}

/// How a vacancy was reached: its worker goes to another vacancy for that score.
#[derive(Clone, Copy, Default)]
struct Via {
    worker: u32,
    vacancy: u32,
    score: u32,
}

/// The part of a list that was read in vain too often, sorted again by what its workers cost since.
#[derive(Default)]
struct Prefix {
    /// Upper bound of `score - profit`, worker, score. Profits only rise, so the bounds hold for ever.
    edges: Vec<(u32, u32, u32)>,
    useless: usize,
}

struct Search<'a> {
    problem: &'a Problem,
    prefixes: Vec<Prefix>,
    price: Vec<i64>,
    matched: Vec<u32>,
    points: Vec<u32>,
    distance: Vec<i64>,
    via: Vec<Via>,
    touched: Vec<u32>,
    /// Nearest first, equal ones by a fixed rule.
    queue: BinaryHeap<(Reverse<i64>, u32, u32)>,
}

/// Solves from the vacancies' side; ends at the greatest optimal prices.
pub fn solve(problem: &Problem) -> Solution {
    let mut search = Search::new(problem);
    let candidates = |v: u32| problem.candidates(v).len();
    let mut order: Vec<u32> = (0..problem.vacancies()).filter(|v| candidates(*v) > 0).collect();
    // Scarce vacancies first: candidates for each place, compared without division.
    order.sort_by(|a, b| {
        let weight = |v: u32| candidates(v) as u128;
        let places = |v: u32| u128::from(problem.quota(v)) + 1;
        (weight(*a) * places(*b), a).cmp(&(weight(*b) * places(*a), b))
    });
    for vacancy in order {
        for _ in 0..problem.quota(vacancy) {
            // At price 0 a place is worth nothing: this one and all others stay empty.
            if search.price[vacancy as usize] == 0 {
                break;
            }
            search.insert(vacancy);
        }
    }
    Solution::new(&search.matched, &search.points, &search.price)
}

impl<'a> Search<'a> {
    fn new(problem: &'a Problem) -> Self {
        let (workers, vacancies) = (problem.workers() as usize, problem.vacancies() as usize);
        let top = |v: u32| problem.candidates(v).next().map_or(0, |(_, score)| i64::from(score));
        Self {
            problem,
            prefixes: (0..vacancies).map(|_| Prefix::default()).collect(),
            price: (0..problem.vacancies()).map(top).collect(),
            matched: vec![FREE; workers],
            points: vec![0; workers],
            distance: vec![i64::MAX; vacancies],
            via: vec![Via::default(); vacancies],
            touched: vec![],
            queue: BinaryHeap::new(),
        }
    }

    /// Places one more unit of `origin`: shortest path to a free worker or to a place that is left empty.
    fn insert(&mut self, origin: u32) {
        let mut best = self.price[origin as usize];
        let mut exit = Exit::Drop(origin);
        self.reach(origin, 0, Via::default());
        while let Some((Reverse(distance), _, vacancy)) = self.queue.pop() {
            if distance >= best {
                break;
            }
            if distance > self.distance[vacancy as usize] {
                continue;
            }
            let base = distance + self.price[vacancy as usize];
            if base < best {
                best = base;
                exit = Exit::Drop(vacancy);
            }
            if let Some((shorter, found)) = self.scan(vacancy, base, best) {
                best = shorter;
                exit = found;
            }
            if best == distance {
                break;
            }
        }
        self.queue.clear();
        self.settle(best);
        self.augment(origin, exit);
    }

    /// Reads the list of a vacancy as far as it can shorten `best`; answers the shortest free exit found.
    fn scan(&mut self, vacancy: u32, base: i64, mut best: i64) -> Option<(i64, Exit)> {
        let mut prefix = std::mem::take(&mut self.prefixes[vacancy as usize]);
        let mut found = None;
        for &(bound, worker, score) in &prefix.edges {
            if base - i64::from(bound) >= best {
                break;
            }
            prefix.useless += usize::from(!self.relax(vacancy, base, worker, score, &mut best, &mut found));
        }
        let (rest, problem) = (prefix.edges.len(), self.problem);
        let mut read = rest;
        for (worker, score) in problem.candidates(vacancy).skip(rest) {
            if base - i64::from(score) >= best {
                break;
            }
            read += 1;
            prefix.useless += usize::from(!self.relax(vacancy, base, worker, score, &mut best, &mut found));
        }
        if prefix.useless > 2 * rest + 16 {
            self.rekey(vacancy, &mut prefix, read);
        }
        self.prefixes[vacancy as usize] = prefix;
        found
    }

    /// Looks at one edge; false if it was of no use.
    fn relax(
        &mut self,
        vacancy: u32,
        base: i64,
        worker: u32,
        score: u32,
        best: &mut i64,
        found: &mut Option<(i64, Exit)>,
    ) -> bool {
        let step = base - i64::from(score);
        let held = self.matched[worker as usize];
        if held == FREE {
            if step < *best {
                *best = step;
                *found = Some((step, Exit::Take(worker, vacancy, score)));
            }
            return true;
        }
        let further = step + self.profit(worker);
        let shorter = held != vacancy && further < *best && further < self.distance[held as usize];
        if shorter {
            self.reach(held, further, Via { worker, vacancy, score });
        }
        shorter
    }

    /// What a worker gains above the price of the place held; 0 when free.
    fn profit(&self, worker: u32) -> i64 {
        match self.matched[worker as usize] {
            FREE => 0,
            held => i64::from(self.points[worker as usize]) - self.price[held as usize],
        }
    }

    /// Sorts what was read by what its workers cost now.
    fn rekey(&self, vacancy: u32, prefix: &mut Prefix, read: usize) {
        let known = prefix.edges.len();
        let more = self.problem.candidates(vacancy).take(read).skip(known);
        prefix.edges.extend(more.map(|(worker, score)| (score, worker, score)));
        for (bound, worker, score) in &mut prefix.edges {
            // Nothing below 0 is ever read, so 0 is bound enough.
            *bound = (i64::from(*score) - self.profit(*worker)).max(0) as u32;
        }
        prefix.edges.sort_unstable_by_key(|(bound, worker, _)| (Reverse(*bound), *worker));
        prefix.useless = 0;
    }

    fn reach(&mut self, vacancy: u32, distance: i64, via: Via) {
        if self.distance[vacancy as usize] == i64::MAX {
            self.touched.push(vacancy);
        }
        self.distance[vacancy as usize] = distance;
        self.via[vacancy as usize] = via;
        self.queue.push((Reverse(distance), self.queue.len() as u32, vacancy));
    }

    /// Lowers the prices of the tree by what the path was shorter, and forgets the distances.
    fn settle(&mut self, best: i64) {
        for vacancy in self.touched.drain(..) {
            let distance = std::mem::replace(&mut self.distance[vacancy as usize], i64::MAX);
            if distance < best {
                self.price[vacancy as usize] -= best - distance;
            }
        }
    }

    /// Moves the workers along the path back to the origin.
    fn augment(&mut self, origin: u32, exit: Exit) {
        let mut vacancy = match exit {
            Exit::Drop(vacancy) => vacancy,
            Exit::Take(worker, vacancy, score) => {
                self.matched[worker as usize] = vacancy;
                self.points[worker as usize] = score;
                vacancy
            }
        };
        while vacancy != origin {
            let via = self.via[vacancy as usize];
            self.matched[via.worker as usize] = via.vacancy;
            self.points[via.worker as usize] = via.score;
            vacancy = via.vacancy;
        }
    }
}
