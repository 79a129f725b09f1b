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

/// How far the list of a vacancy has been read in this search.
#[derive(Clone, Copy, Default)]
struct Cursor {
    prefix: usize,
    rest: usize,
}

struct Search<'a> {
    problem: &'a Problem,
    prefixes: Vec<Prefix>,
    price: Vec<i64>,
    matched: Vec<u32>,
    points: Vec<u32>,
    distance: Vec<i64>,
    via: Vec<Via>,
    cursor: Vec<Cursor>,
    touched: Vec<u32>,
    /// Distance up to which a vacancy's list is read next, nearest first, of equal ones the last found; with the
    /// vacancy, and its own distance when it was put here.
    queue: BinaryHeap<(Reverse<i64>, u32, u32, i64)>,
    pushed: u32,
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
            cursor: vec![Cursor::default(); vacancies],
            touched: vec![],
            queue: BinaryHeap::new(),
            pushed: 0,
        }
    }

    /// Places one more unit of `origin`: shortest path to a free worker or to a place that is left empty.
    fn insert(&mut self, origin: u32) {
        let mut best = self.price[origin as usize];
        let mut exit = Exit::Drop(origin);
        self.reach(origin, 0, Via::default());
        while let Some((Reverse(level), _, vacancy, distance)) = self.queue.pop() {
            if level >= best {
                break;
            }
            if distance > self.distance[vacancy as usize] {
                continue;
            }
            let base = distance + self.price[vacancy as usize];
            if base < best {
                (best, exit) = (base, Exit::Drop(vacancy));
            }
            if let Some((shorter, found)) = self.read(vacancy, base, level, best) {
                (best, exit) = (shorter, found);
            }
            if best <= level {
                break;
            }
        }
        self.queue.clear();
        self.pushed = 0;
        let touched = std::mem::take(&mut self.touched);
        self.settle(&touched, best);
        self.augment(origin, exit);
        for vacancy in &touched {
            let read = std::mem::take(&mut self.cursor[*vacancy as usize]);
            let prefix = &self.prefixes[*vacancy as usize];
            if prefix.useless > 2 * prefix.edges.len() + 16 {
                self.rekey(*vacancy, read);
            }
        }
        self.touched = touched;
        self.touched.clear();
    }

    /// Reads the list of a vacancy on as far as the distance `level`, and puts the vacancy back for what follows.
    /// Answers a free worker at once: none can be nearer.
    fn read(&mut self, vacancy: u32, base: i64, level: i64, best: i64) -> Option<(i64, Exit)> {
        let distance = base - self.price[vacancy as usize];
        loop {
            let (promised, worker, score) = match self.next_edge(vacancy, base, level) {
                Ok(edge) => edge,
                Err(next) => {
                    if next < best {
                        self.push(next, vacancy, distance);
                    }
                    return None;
                }
            };
            let held = self.matched[worker as usize];
            if held == FREE {
                return Some((promised, Exit::Take(worker, vacancy, score)));
            }
            let further = base - i64::from(score) + self.profit(worker);
            self.prefixes[vacancy as usize].useless += usize::from(further > level);
            if held != vacancy && further < best && further < self.distance[held as usize] {
                self.reach(held, further, Via { worker, vacancy, score });
            }
        }
    }

    /// The next edge of the list whose worker may be as near as `level`: bound of the distance, worker and score;
    /// or how far the nearest of the unread ones may be.
    fn next_edge(&mut self, vacancy: u32, base: i64, level: i64) -> Result<(i64, u32, u32), i64> {
        let prefix = &self.prefixes[vacancy as usize].edges;
        let cursor = &mut self.cursor[vacancy as usize];
        let mut next = i64::MAX;
        if let Some((bound, worker, score)) = prefix.get(cursor.prefix) {
            next = base - i64::from(*bound);
            if next <= level {
                cursor.prefix += 1;
                return Ok((next, *worker, *score));
            }
        }
        if let Some((worker, score)) = self.problem.candidate(vacancy, prefix.len() + cursor.rest) {
            let promised = base - i64::from(score);
            if promised <= level {
                cursor.rest += 1;
                return Ok((promised, worker, score));
            }
            next = next.min(promised);
        }
        Err(next)
    }

    /// What a worker gains above the price of the place held; 0 when free.
    fn profit(&self, worker: u32) -> i64 {
        match self.matched[worker as usize] {
            FREE => 0,
            held => i64::from(self.points[worker as usize]) - self.price[held as usize],
        }
    }

    /// Sorts what was read by what its workers cost now.
    fn rekey(&mut self, vacancy: u32, read: Cursor) {
        let mut prefix = std::mem::take(&mut self.prefixes[vacancy as usize]);
        let more = self.problem.candidates(vacancy).skip(prefix.edges.len()).take(read.rest);
        prefix.edges.extend(more.map(|(worker, score)| (score, worker, score)));
        for (bound, worker, score) in &mut prefix.edges {
            // Nothing below 0 is ever read, so 0 is bound enough.
            *bound = (i64::from(*score) - self.profit(*worker)).max(0) as u32;
        }
        prefix.edges.sort_unstable_by_key(|(bound, worker, _)| (Reverse(*bound), *worker));
        prefix.useless = 0;
        self.prefixes[vacancy as usize] = prefix;
    }

    fn reach(&mut self, vacancy: u32, distance: i64, via: Via) {
        if self.distance[vacancy as usize] == i64::MAX {
            self.touched.push(vacancy);
        }
        self.distance[vacancy as usize] = distance;
        self.via[vacancy as usize] = via;
        self.cursor[vacancy as usize] = Cursor::default();
        self.push(distance, vacancy, distance);
    }

    fn push(&mut self, level: i64, vacancy: u32, distance: i64) {
        self.queue.push((Reverse(level), self.pushed, vacancy, distance));
        self.pushed += 1;
    }

    /// Lowers the prices of the tree by what the path was shorter, and forgets the distances.
    fn settle(&mut self, touched: &[u32], best: i64) {
        for vacancy in touched {
            let distance = std::mem::replace(&mut self.distance[*vacancy as usize], i64::MAX);
            if distance < best {
                self.price[*vacancy as usize] -= best - distance;
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
