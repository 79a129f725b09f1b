//! Inserts places: a place looks for its best worker, and nearly always a free one is a few steps away.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::{FREE, Solution, Source};
use crate::domain::match_run::RunStage;
use crate::matching::progress::tell;

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
    /// Upper bound of those who stand nowhere yet; 0 = nobody who matters.
    beyond: i64,
}

/// How far the list of a vacancy has been read in this search.
#[derive(Clone, Copy, Default)]
struct Cursor {
    prefix: usize,
    rest: usize,
}

struct Search<'a, S> {
    source: &'a S,
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

/// So many vacancies get their lists together, before the first of them is inserted.
const WAVE: usize = 1024;

/// Solves from the vacancies' side; ends at the greatest optimal prices.
pub fn solve(source: &impl Source) -> Solution {
    let mut search = Search::new(source);
    let widths: Vec<u64> = (0..source.vacancies()).map(|v| source.width(v)).collect();
    let mut order: Vec<u32> = (0..source.vacancies()).filter(|v| widths[*v as usize] > 0).collect();
    // Scarce vacancies first: candidates for each place, compared without division.
    order.sort_by(|a, b| {
        let width = |v: u32| u128::from(widths[v as usize]);
        let places = |v: u32| u128::from(source.quota(v)) + 1;
        (width(*a) * places(*b), a).cmp(&(width(*b) * places(*a), b))
    });
    let mut done = 0;
    for wave in order.chunks(WAVE) {
        let profits: Vec<i64> = (0..source.workers()).map(|worker| search.profit(worker)).collect();
        for (vacancy, list) in wave.iter().zip(source.lists(wave, &profits)) {
            search.price[*vacancy as usize] = list.top;
            search.prefixes[*vacancy as usize] = Prefix { edges: list.edges, useless: 0, beyond: list.beyond };
        }
        for vacancy in wave {
            tell(RunStage::Solving, done, order.len());
            done += 1;
            for _ in 0..source.quota(*vacancy) {
                // At price 0 a place is worth nothing: this one and all others stay empty.
                if search.price[*vacancy as usize] == 0 {
                    break;
                }
                search.insert(*vacancy);
            }
        }
    }
    Solution::new(&search.matched, &search.points, &search.price)
}

impl<'a, S: Source> Search<'a, S> {
    fn new(source: &'a S) -> Self {
        let (workers, vacancies) = (source.workers() as usize, source.vacancies() as usize);
        Self {
            source,
            prefixes: (0..vacancies).map(|_| Prefix::default()).collect(),
            price: vec![0; vacancies],
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
        loop {
            let prefix = &self.prefixes[vacancy as usize];
            let cursor = &mut self.cursor[vacancy as usize];
            let mut next = i64::MAX;
            if let Some((bound, worker, score)) = prefix.edges.get(cursor.prefix) {
                next = base - i64::from(*bound);
                if next <= level {
                    cursor.prefix += 1;
                    return Ok((next, *worker, *score));
                }
            }
            if let Some((worker, score)) = self.source.written(vacancy, prefix.edges.len() + cursor.rest) {
                let promised = base - i64::from(score);
                if promised <= level {
                    cursor.rest += 1;
                    return Ok((promised, worker, score));
                }
                next = next.min(promised);
            }
            if prefix.beyond == 0 {
                return Err(next);
            }
            if base - prefix.beyond > level {
                return Err(next.min(base - prefix.beyond));
            }
            // The longer list has today's bounds; what is read twice does no harm.
            let list = self.source.longer(vacancy, 2 * prefix.edges.len(), &|worker| self.profit(worker));
            self.prefixes[vacancy as usize] = Prefix { edges: list.edges, useless: 0, beyond: list.beyond };
            self.cursor[vacancy as usize] = Cursor::default();
        }
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
        for _ in 0..read.rest {
            // What was read stands there.
            let more = self.source.written(vacancy, prefix.edges.len());
            prefix.edges.extend(more.map(|(worker, score)| (score, worker, score)));
        }
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
