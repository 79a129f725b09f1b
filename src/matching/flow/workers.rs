//! Inserts workers: the mirror, for instances with more places than workers.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::{FAR, FREE, NO_MOVES, Solution, edge};
use crate::domain::match_run::RunStage;
use crate::matching::problem::{Problem, pack, sort};
use crate::matching::progress::tell;

/// How a search ends.
#[derive(Clone, Copy)]
enum Exit {
    /// This worker, the new one or one on the path, stays without a vacancy.
    Leave(u32),
    /// This vacancy has a place.
    Take(u32),
}

/// How a vacancy was reached: this worker would come to it for that score.
#[derive(Clone, Copy, Default)]
struct Via {
    worker: u32,
    score: u32,
}

/// A problem turned round: the edges of each worker, best first, equal scores by vacancy.
#[derive(Debug)]
pub struct ByWorker {
    quotas: Vec<u32>,
    starts: Vec<usize>,
    /// `(!score) << 32 | vacancy`
    edges: Vec<u64>,
}

/// Bits of a number below `count`.
fn bits(count: usize) -> u32 {
    usize::BITS - count.leading_zeros()
}

impl ByWorker {
    /// Turns a problem round in its own memory: there may be many millions of edges.
    pub fn new(problem: Problem) -> Self {
        let (workers, quotas, lists, mut edges) = problem.into_lists();
        let low = bits(quotas.len());
        let middle = u64::BITS - low - bits(workers as usize);
        // Worker, score turned round, vacancy, each in its bits: ascending is how they stand in the end.
        for (vacancy, ends) in lists.windows(2).enumerate() {
            for packed in &mut edges[ends[0]..ends[1]] {
                let (worker, score) = edge(*packed);
                let turned = !u64::from(score) & ((1 << middle) - 1);
                *packed = (u64::from(worker) << middle | turned) << low | vacancy as u64;
            }
        }
        drop(lists);
        sort(&mut edges);
        let mut starts = vec![0usize; workers as usize + 1];
        for packed in &mut edges {
            starts[(*packed >> (low + middle)) as usize + 1] += 1;
            let score = !(*packed >> low) & ((1 << middle) - 1);
            *packed = pack((*packed & ((1 << low) - 1)) as u32, score as u32);
        }
        for worker in 0..workers as usize {
            starts[worker + 1] += starts[worker];
        }
        Self { quotas, starts, edges }
    }

    /// True if worker, vacancy and score fit side by side, as they must to turn a problem round.
    pub fn fits(problem: &Problem) -> bool {
        let top =
            (0..problem.vacancies()).filter_map(|v| problem.packed(v).first()).map(|packed| edge(*packed).1).max();
        bits(problem.workers() as usize) + bits(problem.vacancies() as usize) + bits(top.unwrap_or(0) as usize)
            <= u64::BITS
    }

    /// Places of each vacancy.
    pub fn quotas(&self) -> &[u32] {
        &self.quotas
    }

    /// Vacancy, worker and score of each edge.
    pub fn edges(&self) -> impl Iterator<Item = (u32, u32, u32)> + '_ {
        let workers = 0..self.starts.len() as u32 - 1;
        workers.flat_map(|worker| self.of(worker).map(move |(vacancy, score)| (vacancy, worker, score)))
    }

    /// Vacancy and score of each edge of a worker.
    pub fn of(&self, worker: u32) -> impl Iterator<Item = (u32, u32)> + '_ {
        let places = self.starts[worker as usize]..self.starts[worker as usize + 1];
        self.edges[places].iter().map(|packed| edge(*packed))
    }
}

/// What the loop over edges asks of a vacancy. Nothing here exceeds the top score; sums are made in 64 bits.
#[derive(Clone, Copy)]
struct Node {
    price: u32,
    distance: u32,
    /// Places that nobody holds.
    open: u32,
    /// Over how many moves without loss an open place seemed to be when its holders were asked last; 0 = not since the
    /// price rose. Of vacancies that are equally near the one that seems to lead out comes first.
    moves: u32,
}

/// A worker at a vacancy.
#[derive(Clone, Copy)]
struct Holder {
    worker: u32,
    score: u32,
    /// No other vacancy leaves more of its score above its price; prices only rise, so that holds while the worker is here.
    elsewhere: u32,
}

struct Search<'a> {
    by_worker: &'a ByWorker,
    nodes: Vec<Node>,
    held: Vec<Vec<Holder>>,
    matched: Vec<u32>,
    /// Place of a worker among the holders of its vacancy.
    seat: Vec<u32>,
    via: Vec<Via>,
    touched: Vec<u32>,
    /// How near the nearest end is, and what it is.
    best: i64,
    exit: Exit,
    /// Nearest first, of equal ones that with fewest moves to go, then the last found.
    queue: BinaryHeap<(Reverse<u32>, Reverse<u32>, u32, u32)>,
    pushed: u32,
}

/// Solves from the workers' side; ends at the smallest optimal prices.
pub fn solve(by_worker: &ByWorker) -> Solution {
    let mut search = Search::new(by_worker);
    let workers = search.matched.len();
    for worker in 0..workers {
        if !tell(RunStage::Solving, worker, workers) {
            break;
        }
        search.insert(worker as u32);
    }
    let held = |(vacancy, seat): (&u32, &u32)| match search.held.get(*vacancy as usize) {
        Some(holders) => (*vacancy, holders[*seat as usize].score),
        None => (FREE, 0),
    };
    Solution::new(search.matched.iter().zip(&search.seat).map(held), search.nodes.iter().map(|node| node.price), false)
}

impl<'a> Search<'a> {
    fn new(by_worker: &'a ByWorker) -> Self {
        let (workers, vacancies) = (by_worker.starts.len() - 1, by_worker.quotas.len());
        let node = |open: &u32| Node { price: 0, distance: FAR, open: *open, moves: 0 };
        Self {
            by_worker,
            nodes: by_worker.quotas.iter().map(node).collect(),
            held: vec![vec![]; vacancies],
            matched: vec![FREE; workers],
            seat: vec![0; workers],
            via: vec![Via::default(); vacancies],
            touched: vec![],
            best: 0,
            exit: Exit::Leave(0),
            queue: BinaryHeap::new(),
            pushed: 0,
        }
    }

    /// What the best vacancy would leave a worker above its price; 0 if none is worth its price.
    fn best_profit(&self, worker: u32) -> u32 {
        let mut best = 0;
        for (vacancy, score) in self.by_worker.of(worker) {
            if score <= best {
                break;
            }
            best = best.max(score.saturating_sub(self.nodes[vacancy as usize].price));
        }
        best
    }

    /// Places one more worker: shortest path to a free place or to a worker who is left without one.
    fn insert(&mut self, worker: u32) {
        let profit = i64::from(self.best_profit(worker));
        (self.best, self.exit) = (profit, Exit::Leave(worker));
        self.offer(worker, FREE, profit, 0);
        while let Some((Reverse(distance), _, _, vacancy)) = self.queue.pop() {
            if i64::from(distance) >= self.best {
                break;
            }
            if distance == self.nodes[vacancy as usize].distance {
                self.ask(vacancy, distance.into());
            }
        }
        self.queue.clear();
        self.pushed = 0;
        let best = self.best as u32;
        for vacancy in self.touched.drain(..) {
            let node = &mut self.nodes[vacancy as usize];
            if node.distance < best {
                node.price += best - node.distance;
                node.moves = 0;
            }
            node.distance = FAR;
        }
        self.augment(worker);
    }

    /// Asks the holders of a vacancy, which is so near, where else they might go.
    fn ask(&mut self, vacancy: u32, distance: i64) {
        let at = vacancy as usize;
        let price = i64::from(self.nodes[at].price);
        let mut moves = NO_MOVES;
        // Taken out while its holders are asked, so that the rest can change.
        let mut holders = std::mem::take(&mut self.held[at]);
        for Holder { worker, score, elsewhere } in &mut holders {
            let base = distance + i64::from(*score) - price;
            if base < self.best {
                (self.best, self.exit) = (base, Exit::Leave(*worker));
            }
            if base - i64::from(*elsewhere) < self.best {
                let (most, fewest) = self.offer(*worker, vacancy, base, distance);
                (*elsewhere, moves) = (most, moves.min(fewest));
            }
            if distance >= self.best {
                break;
            }
        }
        self.held[at] = holders;
        self.nodes[at].moves = (moves + 1).min(NO_MOVES);
    }

    /// Relaxes the edges of a worker whose distance and profit add up to `base`, but not that to the vacancy where the worker
    /// is. Answers the most that another would leave above its price, and the fewest moves to go from those within `level`.
    fn offer(&mut self, worker: u32, at: u32, base: i64, level: i64) -> (u32, u32) {
        let (mut most, mut moves) = (0, NO_MOVES);
        for (vacancy, score) in self.by_worker.of(worker) {
            if base - i64::from(score) >= self.best {
                return (most.max(score), moves);
            }
            if vacancy == at {
                continue;
            }
            let node = &mut self.nodes[vacancy as usize];
            most = most.max(score.saturating_sub(node.price));
            let further = base - i64::from(score) + i64::from(node.price);
            if further <= level {
                moves = moves.min(node.moves);
            }
            if further >= self.best || further >= node.distance.into() {
                continue;
            }
            if node.distance == FAR {
                self.touched.push(vacancy);
            }
            node.distance = further as u32;
            self.via[vacancy as usize] = Via { worker, score };
            if node.open > 0 {
                (self.best, self.exit) = (further, Exit::Take(vacancy));
            } else {
                self.queue.push((Reverse(node.distance), Reverse(node.moves), self.pushed, vacancy));
                self.pushed += 1;
            }
        }
        (most, moves)
    }

    /// Moves the workers along the path back to the new one.
    fn augment(&mut self, origin: u32) {
        let mut vacancy = match self.exit {
            Exit::Take(vacancy) => {
                self.nodes[vacancy as usize].open -= 1;
                vacancy
            }
            Exit::Leave(worker) if worker == origin => return,
            Exit::Leave(worker) => self.release(worker),
        };
        loop {
            let Via { worker, score } = self.via[vacancy as usize];
            let before = if worker == origin { FREE } else { self.release(worker) };
            self.matched[worker as usize] = vacancy;
            self.seat[worker as usize] = self.held[vacancy as usize].len() as u32;
            self.held[vacancy as usize].push(Holder { worker, score, elsewhere: u32::MAX });
            if before == FREE {
                return;
            }
            vacancy = before;
        }
    }

    /// Takes a worker out of the vacancy that holds it, and says which.
    fn release(&mut self, worker: u32) -> u32 {
        let vacancy = std::mem::replace(&mut self.matched[worker as usize], FREE);
        let seat = self.seat[worker as usize] as usize;
        let holders = &mut self.held[vacancy as usize];
        holders.swap_remove(seat);
        if let Some(moved) = holders.get(seat) {
            self.seat[moved.worker as usize] = seat as u32;
        }
        vacancy
    }
}
