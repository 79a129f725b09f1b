//! Inserts places: a place looks for its best worker, and nearly always a free one is a few steps away.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::{FAR, FREE, List, NO_MOVES, Solution, Source, edge};
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
    useless: u32,
    /// Upper bound of those who stand nowhere yet; 0 = nobody who matters.
    beyond: u32,
    /// Nobody before this place in the whole list is free; who was placed once never is again.
    free: u32,
}

/// Where a worker stands: vacancy or [`FREE`], and the score there.
#[derive(Clone, Copy)]
struct Seat {
    vacancy: u32,
    score: u32,
}

/// What the loop over edges asks of a vacancy. Nothing here exceeds the top score; sums are made in 64 bits.
#[derive(Clone, Copy)]
struct Node {
    price: u32,
    distance: u32,
    /// Greatest bound of its list: nothing in it brings a worker nearer than `distance + price - head`.
    head: u32,
    /// Score of the best free worker of its list, or more if that one was taken since.
    free: u32,
    /// Over how many moves without loss somebody free seemed to stand when the list was read last; 0 = not read since the
    /// price fell. Of vacancies that are equally near the one that seems to lead out is read first: without it a search
    /// wanders through all that are equal.
    moves: u32,
}

/// Distance up to which a vacancy's list is read next, nearest first, of equal ones that with fewest moves to go, then the
/// last found; with the vacancy, and its own distance when it was put here.
type Turn = (Reverse<i64>, Reverse<u32>, u32, u32, u32);

/// How far the list of a vacancy has been read in this search.
#[derive(Clone, Copy, Default)]
struct Cursor {
    prefix: u32,
    rest: u32,
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
    queue: BinaryHeap<Turn>,
    pushed: u32,
}

/// So many vacancies get their lists together, before the first of them is inserted.
const WAVE: usize = 1024;

/// Vacancies in the order in which they are inserted, without those that nobody could take.
///
/// Those whose best worker is worth more come first, in coarse steps: prices then fall evenly, and later vacancies seldom
/// push earlier ones down again. Within a step scarce ones come first: candidates for each place, compared without division.
fn order(source: &impl Source) -> Vec<u32> {
    const STEPS: u64 = 16;
    let top = |v: u32| source.written(v).first().map_or(0, |packed| u64::from(edge(*packed).1));
    let highest = (0..source.vacancies()).map(top).max().unwrap_or(0);
    let keys: Vec<_> = (0..source.vacancies())
        .map(|v| (top(v) * STEPS / (highest + 1), source.width(v), u64::from(source.quota(v)) + 1))
        .collect();
    let mut order: Vec<u32> = (0..source.vacancies()).filter(|v| keys[*v as usize].1 > 0).collect();
    order.sort_unstable_by(|a, b| {
        let ((step_a, width_a, places_a), (step_b, width_b, places_b)) = (keys[*a as usize], keys[*b as usize]);
        let across = |width: u64, places: u64| u128::from(width) * u128::from(places);
        (step_b, across(width_a, places_b), a).cmp(&(step_a, across(width_b, places_a), b))
    });
    order
}

/// Solves from the vacancies' side; ends at the greatest optimal prices.
pub fn solve(source: &impl Source) -> Solution {
    let mut search = Search::new(source);
    let order = order(source);
    let mut done = 0;
    for wave in order.chunks(WAVE) {
        let profits = || (0..source.workers()).map(|worker| search.profit(worker)).collect();
        for (vacancy, list) in wave.iter().zip(source.lists(wave, &profits)) {
            search.nodes[*vacancy as usize].price = list.top as u32;
            search.list(*vacancy, list);
        }
        for vacancy in wave {
            if !tell(RunStage::Solving, done, order.len()) {
                break;
            }
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
            nodes: vec![Node { price: 0, distance: FAR, head: 0, free: 0, moves: 0 }; vacancies],
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
        self.best = self.nodes[origin as usize].price.into();
        self.exit = Exit::Drop(origin);
        self.reach(origin, 0, Via::default());
        while let Some((Reverse(level), _, _, vacancy, distance)) = self.queue.pop() {
            if level >= self.best {
                break;
            }
            if distance == self.nodes[vacancy as usize].distance {
                self.read(vacancy, distance, level);
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
    fn read(&mut self, vacancy: u32, distance: u32, level: i64) {
        let (source, at) = (self.source, vacancy as usize);
        let base = i64::from(distance) + i64::from(self.nodes[at].price);
        // Its own workers lead nowhere.
        self.nodes[at].moves = NO_MOVES;
        let mut moves = NO_MOVES;
        loop {
            // Taken out while its edges are read, so that the rest can change.
            let mut prefix = std::mem::take(&mut self.prefixes[at]);
            let mut cursor = self.cursor[at];
            let mut next = i64::MAX;
            for (bound, worker, score) in &prefix.edges[cursor.prefix as usize..] {
                let promised = base - i64::from(*bound);
                if promised > level || level >= self.best {
                    next = promised;
                    break;
                }
                cursor.prefix += 1;
                moves = moves.min(self.look((vacancy, *worker, *score), base, level, &mut prefix.useless));
            }
            let written = source.written(vacancy).get(prefix.edges.len() + cursor.rest as usize..);
            for packed in written.unwrap_or_default() {
                let (worker, score) = edge(*packed);
                let promised = base - i64::from(score);
                if promised > level || level >= self.best {
                    next = next.min(promised);
                    break;
                }
                cursor.rest += 1;
                moves = moves.min(self.look((vacancy, worker, score), base, level, &mut prefix.useless));
            }
            let (beyond, length) = (prefix.beyond, prefix.edges.len());
            if prefix.useless as usize > 2 * length + 16 {
                prefix.useless = 0;
                self.stale.push(vacancy);
            }
            self.prefixes[at] = prefix;
            self.cursor[at] = cursor;
            if beyond == 0 || base - i64::from(beyond) > level || level >= self.best {
                let next = if beyond == 0 { next } else { next.min(base - i64::from(beyond)) };
                // Never nearer than what was read: where the search has found its end, edges within that are left unread.
                self.push(next.max(level + 1), vacancy, distance, 0);
                self.nodes[at].moves = (moves + 1).min(NO_MOVES);
                return;
            }
            // The longer list has today's bounds; what is read twice does no harm.
            let list = source.longer(vacancy, 2 * length, &|worker| self.profit(worker));
            self.list(vacancy, list);
            self.cursor[at] = Cursor::default();
            self.take_free(vacancy, base);
        }
    }

    /// Follows one edge to the vacancy where the worker stands, and says how many moves that one is from somebody free if
    /// nothing is lost on the way there. Who is free was looked at when the vacancy was reached.
    #[inline]
    fn look(&mut self, (vacancy, worker, score): (u32, u32, u32), base: i64, level: i64, useless: &mut u32) -> u32 {
        let seat = self.seats[worker as usize];
        if seat.vacancy == FREE {
            return NO_MOVES;
        }
        let node = self.nodes[seat.vacancy as usize];
        let further = base - i64::from(score) + i64::from(seat.score) - i64::from(node.price);
        if further < self.best && further < node.distance.into() {
            self.reach(seat.vacancy, further as u32, Via { worker, vacancy, score });
        }
        if further > level {
            *useless += 1;
            return NO_MOVES;
        }
        node.moves
    }

    /// Puts a list in the place of the one before.
    fn list(&mut self, vacancy: u32, list: List) {
        self.prefixes[vacancy as usize] = Prefix { edges: list.edges, beyond: list.beyond as u32, ..Prefix::default() };
        self.head(vacancy);
        self.best_free(vacancy);
    }

    /// Notes the greatest bound of the list.
    fn head(&mut self, vacancy: u32) {
        let prefix = &self.prefixes[vacancy as usize];
        let first = prefix.edges.first().map_or(0, |(bound, _, _)| *bound);
        let rest = self.source.written(vacancy).get(prefix.edges.len()).map_or(0, |packed| edge(*packed).1);
        self.nodes[vacancy as usize].head = first.max(rest).max(prefix.beyond);
    }

    /// The best free worker of the list and the score, noted; who is free has the score as bound, so the first is the best.
    fn best_free(&mut self, vacancy: u32) -> Option<(u32, u32)> {
        let (prefix, written) = (&mut self.prefixes[vacancy as usize], self.source.written(vacancy));
        let node = &mut self.nodes[vacancy as usize];
        loop {
            let place = prefix.free as usize;
            let listed = prefix.edges.get(place).map(|(_, worker, score)| (*worker, *score));
            let Some((worker, score)) = listed.or_else(|| written.get(place).map(|packed| edge(*packed))) else {
                node.free = 0;
                return None;
            };
            if self.seats[worker as usize].vacancy == FREE {
                node.free = score;
                return Some((worker, score));
            }
            prefix.free += 1;
        }
    }

    /// Ends the search at the best free worker of a vacancy, if that is nearer than all before.
    fn take_free(&mut self, vacancy: u32, base: i64) {
        if base - i64::from(self.nodes[vacancy as usize].free) < self.best
            && let Some((worker, score)) = self.best_free(vacancy)
            && base - i64::from(score) < self.best
        {
            (self.best, self.exit) = (base - i64::from(score), Exit::Take(worker, vacancy, score));
        }
    }

    /// What a worker gains above the price of the place held; 0 when free.
    fn profit(&self, worker: u32) -> i64 {
        match self.seats[worker as usize] {
            Seat { vacancy: FREE, .. } => 0,
            seat => i64::from(seat.score) - i64::from(self.nodes[seat.vacancy as usize].price),
        }
    }

    /// Sorts what was read by what its workers cost now.
    fn rekey(&mut self, vacancy: u32) {
        let read = std::mem::take(&mut self.cursor[vacancy as usize]);
        let mut prefix = std::mem::take(&mut self.prefixes[vacancy as usize]);
        let more = self.source.written(vacancy).iter().skip(prefix.edges.len()).take(read.rest as usize);
        prefix.edges.extend(more.map(|packed| {
            let (worker, score) = edge(*packed);
            (score, worker, score)
        }));
        for (bound, worker, score) in &mut prefix.edges {
            // Nothing below 0 is ever read, so 0 is bound enough.
            *bound = (i64::from(*score) - self.profit(*worker)).max(0) as u32;
        }
        prefix.edges.sort_unstable_by_key(|(bound, worker, _)| (Reverse(*bound), *worker));
        if (prefix.free as usize) < prefix.edges.len() {
            prefix.free = 0;
        }
        self.prefixes[vacancy as usize] = prefix;
        self.head(vacancy);
    }

    /// A vacancy is so near: a place of it may be left empty, somebody free may take one, and its list is read from where
    /// it may bring something.
    fn reach(&mut self, vacancy: u32, distance: u32, via: Via) {
        let node = &mut self.nodes[vacancy as usize];
        if node.distance == FAR {
            self.touched.push(vacancy);
        }
        node.distance = distance;
        self.via[vacancy as usize] = via;
        let base = i64::from(distance) + i64::from(node.price);
        let level = i64::from(distance).max(base - i64::from(node.head));
        if base < self.best {
            (self.best, self.exit) = (base, Exit::Drop(vacancy));
        }
        self.take_free(vacancy, base);
        if level < self.best {
            self.cursor[vacancy as usize] = Cursor::default();
            let moves = self.nodes[vacancy as usize].moves;
            self.push(level, vacancy, distance, moves);
        }
    }

    /// Puts a vacancy where its list is read on, if that may bring anything.
    fn push(&mut self, level: i64, vacancy: u32, distance: u32, moves: u32) {
        if level < self.best {
            self.queue.push((Reverse(level), Reverse(moves), self.pushed, vacancy, distance));
            self.pushed += 1;
        }
    }

    /// Lowers the prices of the tree by what the path was shorter, and forgets the distances.
    fn settle(&mut self) {
        let best = self.best as u32;
        for vacancy in self.touched.drain(..) {
            let node = &mut self.nodes[vacancy as usize];
            if node.distance < best {
                node.price -= best - node.distance;
                node.moves = 0;
                if node.price == 0 {
                    // Leaving a place empty costs nothing here: the list is never read again.
                    self.prefixes[vacancy as usize] = Prefix::default();
                }
            }
            node.distance = FAR;
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
