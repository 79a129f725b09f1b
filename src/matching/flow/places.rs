//! Inserts places: a place looks for its best worker, and nearly always a free one is a few steps away.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::{FREE, List, Solution, Source, edge};
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

/// Where a worker stands: vacancy or [`FREE`], and the score there.
#[derive(Clone, Copy)]
struct Seat {
    vacancy: u32,
    score: u32,
}

/// What the loop over edges asks of a vacancy.
#[derive(Clone, Copy)]
struct Node {
    price: i64,
    distance: i64,
    /// Greatest bound of its list: nothing in it brings a worker nearer than `distance + price - head`.
    head: i64,
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
    nodes: Vec<Node>,
    seats: Vec<Seat>,
    via: Vec<Via>,
    cursor: Vec<Cursor>,
    touched: Vec<u32>,
    /// Vacancies whose lists were read in vain too often.
    stale: Vec<u32>,
    /// How near the nearest end is, and what it is.
    best: i64,
    exit: Exit,
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
            search.nodes[*vacancy as usize].price = list.top;
            search.list(*vacancy, list);
        }
        for vacancy in wave {
            tell(RunStage::Solving, done, order.len());
            done += 1;
            for _ in 0..source.quota(*vacancy) {
                // At price 0 a place is worth nothing: this one and all others stay empty.
                if search.nodes[*vacancy as usize].price == 0 {
                    break;
                }
                search.insert(*vacancy);
            }
        }
    }
    Solution::new(
        search.seats.iter().map(|seat| (seat.vacancy, seat.score)),
        search.nodes.iter().map(|node| node.price),
        true,
    )
}

impl<'a, S: Source> Search<'a, S> {
    fn new(source: &'a S) -> Self {
        let (workers, vacancies) = (source.workers() as usize, source.vacancies() as usize);
        Self {
            source,
            prefixes: (0..vacancies).map(|_| Prefix::default()).collect(),
            nodes: vec![Node { price: 0, distance: i64::MAX, head: 0 }; vacancies],
            seats: vec![Seat { vacancy: FREE, score: 0 }; workers],
            via: vec![Via::default(); vacancies],
            cursor: vec![Cursor::default(); vacancies],
            touched: vec![],
            stale: vec![],
            best: 0,
            exit: Exit::Drop(0),
            queue: BinaryHeap::new(),
            pushed: 0,
        }
    }

    /// Places one more unit of `origin`: shortest path to a free worker or to a place that is left empty.
    fn insert(&mut self, origin: u32) {
        self.best = self.nodes[origin as usize].price;
        self.exit = Exit::Drop(origin);
        self.reach(origin, 0, Via::default());
        while let Some((Reverse(level), _, vacancy, distance)) = self.queue.pop() {
            if level >= self.best {
                break;
            }
            if distance == self.nodes[vacancy as usize].distance {
                self.read(vacancy, distance, level);
            }
            if self.best <= level {
                break;
            }
        }
        self.queue.clear();
        self.pushed = 0;
        self.settle();
        self.augment(origin);
        while let Some(vacancy) = self.stale.pop() {
            self.rekey(vacancy);
        }
    }

    /// Reads the list of a vacancy on as far as the distance `level`, and puts the vacancy back for what follows.
    /// Ends at a free worker: none can be nearer.
    fn read(&mut self, vacancy: u32, distance: i64, level: i64) {
        let source = self.source;
        let base = distance + self.nodes[vacancy as usize].price;
        loop {
            // Taken out while its edges are read, so that the rest can change.
            let mut prefix = std::mem::take(&mut self.prefixes[vacancy as usize]);
            let mut cursor = self.cursor[vacancy as usize];
            let (mut found, mut next) = (false, i64::MAX);
            while let Some((bound, worker, score)) = prefix.edges.get(cursor.prefix) {
                next = base - i64::from(*bound);
                if next > level {
                    break;
                }
                (cursor.prefix, next) = (cursor.prefix + 1, i64::MAX);
                found = self.look((vacancy, *worker, *score), base, level, &mut prefix.useless);
                if found {
                    break;
                }
            }
            let written = source.written(vacancy);
            let rest = written.get(prefix.edges.len() + cursor.rest..).filter(|_| !found);
            for packed in rest.unwrap_or_default() {
                let (worker, score) = edge(*packed);
                let promised = base - i64::from(score);
                if promised > level {
                    next = next.min(promised);
                    break;
                }
                cursor.rest += 1;
                found = self.look((vacancy, worker, score), base, level, &mut prefix.useless);
                if found {
                    break;
                }
            }
            let (beyond, length) = (prefix.beyond, prefix.edges.len());
            if prefix.useless > 2 * length + 16 {
                prefix.useless = 0;
                self.stale.push(vacancy);
            }
            self.prefixes[vacancy as usize] = prefix;
            self.cursor[vacancy as usize] = cursor;
            if found {
                return;
            }
            if beyond == 0 || base - beyond > level {
                let next = if beyond == 0 { next } else { next.min(base - beyond) };
                self.push(next, vacancy, distance);
                return;
            }
            // The longer list has today's bounds; what is read twice does no harm.
            let list = source.longer(vacancy, 2 * length, &|worker| self.profit(worker));
            self.list(vacancy, list);
            self.cursor[vacancy as usize] = Cursor::default();
        }
    }

    /// Follows one edge: to the vacancy where the worker stands, or to a free worker, which it answers.
    #[inline]
    fn look(&mut self, (vacancy, worker, score): (u32, u32, u32), base: i64, level: i64, useless: &mut usize) -> bool {
        let seat = self.seats[worker as usize];
        let free = seat.vacancy == FREE;
        if free {
            (self.best, self.exit) = (base - i64::from(score), Exit::Take(worker, vacancy, score));
        } else {
            let node = self.nodes[seat.vacancy as usize];
            let further = base - i64::from(score) + i64::from(seat.score) - node.price;
            *useless += usize::from(further > level);
            if seat.vacancy != vacancy && further < self.best && further < node.distance {
                self.reach(seat.vacancy, further, Via { worker, vacancy, score });
            }
        }
        free
    }

    /// Puts a list in the place of the one before.
    fn list(&mut self, vacancy: u32, list: List) {
        self.prefixes[vacancy as usize] = Prefix { edges: list.edges, useless: 0, beyond: list.beyond };
        self.head(vacancy);
    }

    /// Notes the greatest bound of the list.
    fn head(&mut self, vacancy: u32) {
        let prefix = &self.prefixes[vacancy as usize];
        let first = prefix.edges.first().map_or(0, |(bound, _, _)| i64::from(*bound));
        let rest = self.source.written(vacancy).get(prefix.edges.len()).map_or(0, |packed| i64::from(edge(*packed).1));
        self.nodes[vacancy as usize].head = first.max(rest).max(prefix.beyond);
    }

    /// What a worker gains above the price of the place held; 0 when free.
    fn profit(&self, worker: u32) -> i64 {
        match self.seats[worker as usize] {
            Seat { vacancy: FREE, .. } => 0,
            seat => i64::from(seat.score) - self.nodes[seat.vacancy as usize].price,
        }
    }

    /// Sorts what was read by what its workers cost now.
    fn rekey(&mut self, vacancy: u32) {
        let read = std::mem::take(&mut self.cursor[vacancy as usize]);
        let mut prefix = std::mem::take(&mut self.prefixes[vacancy as usize]);
        let more = self.source.written(vacancy).iter().skip(prefix.edges.len()).take(read.rest);
        prefix.edges.extend(more.map(|packed| {
            let (worker, score) = edge(*packed);
            (score, worker, score)
        }));
        for (bound, worker, score) in &mut prefix.edges {
            // Nothing below 0 is ever read, so 0 is bound enough.
            *bound = (i64::from(*score) - self.profit(*worker)).max(0) as u32;
        }
        prefix.edges.sort_unstable_by_key(|(bound, worker, _)| (Reverse(*bound), *worker));
        self.prefixes[vacancy as usize] = prefix;
        self.head(vacancy);
    }

    /// A vacancy is so near: a place of it may be left empty, and its list is read from where it may bring something.
    fn reach(&mut self, vacancy: u32, distance: i64, via: Via) {
        let node = &mut self.nodes[vacancy as usize];
        if node.distance == i64::MAX {
            self.touched.push(vacancy);
        }
        node.distance = distance;
        self.via[vacancy as usize] = via;
        let base = distance + node.price;
        let level = distance.max(base - node.head);
        if base < self.best {
            (self.best, self.exit) = (base, Exit::Drop(vacancy));
        }
        if level < self.best {
            self.cursor[vacancy as usize] = Cursor::default();
            self.push(level, vacancy, distance);
        }
    }

    /// Puts a vacancy where its list is read on, if that may bring anything.
    fn push(&mut self, level: i64, vacancy: u32, distance: i64) {
        if level < self.best {
            self.queue.push((Reverse(level), self.pushed, vacancy, distance));
            self.pushed += 1;
        }
    }

    /// Lowers the prices of the tree by what the path was shorter, and forgets the distances.
    fn settle(&mut self) {
        let best = self.best;
        for vacancy in self.touched.drain(..) {
            let node = &mut self.nodes[vacancy as usize];
            node.price -= (best - node.distance).max(0);
            node.distance = i64::MAX;
            if node.price == 0 {
                // Leaving a place empty costs nothing here: the list is never read again.
                self.prefixes[vacancy as usize] = Prefix::default();
            }
        }
    }

    /// Moves the workers along the path back to the origin.
    fn augment(&mut self, origin: u32) {
        let mut vacancy = match self.exit {
            Exit::Drop(vacancy) => vacancy,
            Exit::Take(worker, vacancy, score) => {
                self.seats[worker as usize] = Seat { vacancy, score };
                vacancy
            }
        };
        while vacancy != origin {
            let via = self.via[vacancy as usize];
            self.seats[via.worker as usize] = Seat { vacancy: via.vacancy, score: via.score };
            vacancy = via.vacancy;
        }
    }
}
