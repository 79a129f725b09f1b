//! Inserts workers: the mirror, for instances with more places than workers.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::{FAR, FREE, NO_MOVES, Solution};
use crate::domain::match_run::RunStage;
use crate::matching::problem::{Problem, TOP_SCORE};
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

/// The edges of a problem by worker: vacancy and score, best first, then by vacancy.
#[derive(Debug)]
pub struct ByWorker {
    starts: Vec<usize>,
    edges: Vec<(u32, u32)>,
}

impl ByWorker {
    /// Turns the edges of a problem round.
    pub fn new(problem: &Problem) -> Self {
        let workers = problem.workers() as usize;
        let mut starts = vec![0usize; workers + 1];
        for vacancy in 0..problem.vacancies() {
            for (worker, _) in problem.candidates(vacancy) {
                starts[worker as usize + 1] += 1;
            }
        }
        for worker in 0..workers {
            starts[worker + 1] += starts[worker];
        }
        let mut next = starts.clone();
        let mut edges = vec![(0, 0); starts[workers]];
        for vacancy in 0..problem.vacancies() {
            for (worker, score) in problem.candidates(vacancy) {
                let place = &mut next[worker as usize];
                edges[*place] = (vacancy, score);
                *place += 1;
            }
        }
        for worker in 0..workers {
            edges[starts[worker]..starts[worker + 1]]
                .sort_unstable_by_key(|(vacancy, score)| (Reverse(*score), *vacancy));
        }
        Self { starts, edges }
    }

    /// The edges of a worker.
    pub fn of(&self, worker: u32) -> &[(u32, u32)] {
        &self.edges[self.starts[worker as usize]..self.starts[worker as usize + 1]]
    }
}

/// What the loop over edges asks of a vacancy. Scores are at most a million, so sums of a few of them fit.
#[derive(Clone, Copy)]
struct Node {
    price: i32,
    distance: i32,
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
    elsewhere: i32,
}

struct Search {
    by_worker: ByWorker,
    nodes: Vec<Node>,
    held: Vec<Vec<Holder>>,
    matched: Vec<u32>,
    /// Place of a worker among the holders of its vacancy.
    seat: Vec<u32>,
    via: Vec<Via>,
    touched: Vec<u32>,
    /// How near the nearest end is, and what it is.
    best: i32,
    exit: Exit,
    /// Nearest first, of equal ones that with fewest moves to go, then the last found.
    queue: BinaryHeap<(Reverse<i32>, Reverse<u32>, u32, u32)>,
    pushed: u32,
}

/// Solves from the workers' side; ends at the smallest optimal prices.
pub fn solve(problem: &Problem) -> Solution {
    let mut search = Search::new(problem);
    for worker in 0..problem.workers() {
        tell(RunStage::Solving, worker as usize, problem.workers() as usize);
        search.insert(worker);
    }
    let held = |(vacancy, seat): (&u32, &u32)| match search.held.get(*vacancy as usize) {
        Some(holders) => (*vacancy, holders[*seat as usize].score),
        None => (FREE, 0),
    };
    Solution::new(search.matched.iter().zip(&search.seat).map(held), search.nodes.iter().map(|node| node.price), false)
}

impl Search {
    fn new(problem: &Problem) -> Self {
        let (workers, vacancies) = (problem.workers() as usize, problem.vacancies() as usize);
        Self {
            by_worker: ByWorker::new(problem),
            nodes: (0..problem.vacancies())
                .map(|v| Node { price: 0, distance: FAR, open: problem.quota(v), moves: 0 })
                .collect(),
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
    fn best_profit(&self, worker: u32) -> i32 {
        let mut best = 0;
        for (vacancy, score) in self.by_worker.of(worker) {
            if *score as i32 <= best {
                break;
            }
            best = best.max(*score as i32 - self.nodes[*vacancy as usize].price);
        }
        best
    }

    /// Places one more worker: shortest path to a free place or to a worker who is left without one.
    fn insert(&mut self, worker: u32) {
        let profit = self.best_profit(worker);
        (self.best, self.exit) = (profit, Exit::Leave(worker));
        self.offer(worker, FREE, profit, 0);
        while let Some((Reverse(distance), _, _, vacancy)) = self.queue.pop() {
            if distance >= self.best {
                break;
            }
            if distance == self.nodes[vacancy as usize].distance {
                self.ask(vacancy, distance);
            }
        }
        self.queue.clear();
        self.pushed = 0;
        for vacancy in self.touched.drain(..) {
            let node = &mut self.nodes[vacancy as usize];
            if node.distance < self.best {
                node.price += self.best - node.distance;
                node.moves = 0;
            }
            node.distance = FAR;
        }
        self.augment(worker);
    }

    /// Asks the holders of a vacancy, which is so near, where else they might go.
    fn ask(&mut self, vacancy: u32, distance: i32) {
        let at = vacancy as usize;
        let mut moves = NO_MOVES;
        // Taken out while its holders are asked, so that the rest can change.
        let mut holders = std::mem::take(&mut self.held[at]);
        for Holder { worker, score, elsewhere } in &mut holders {
            let base = distance + *score as i32 - self.nodes[at].price;
            if base < self.best {
                (self.best, self.exit) = (base, Exit::Leave(*worker));
            }
            if base - *elsewhere < self.best {
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
    fn offer(&mut self, worker: u32, at: u32, base: i32, level: i32) -> (i32, u32) {
        let (mut most, mut moves) = (0, NO_MOVES);
        for (vacancy, score) in self.by_worker.of(worker) {
            let score = *score as i32;
            if base - score >= self.best {
                return (most.max(score), moves);
            }
            if *vacancy == at {
                continue;
            }
            let node = &mut self.nodes[*vacancy as usize];
            most = most.max(score - node.price);
            let further = base - score + node.price;
            if further <= level {
                moves = moves.min(node.moves);
            }
            if further >= self.best || further >= node.distance {
                continue;
            }
            if node.distance == FAR {
                self.touched.push(*vacancy);
            }
            node.distance = further;
            self.via[*vacancy as usize] = Via { worker, score: score as u32 };
            if node.open > 0 {
                (self.best, self.exit) = (further, Exit::Take(*vacancy));
            } else {
                self.queue.push((Reverse(further), Reverse(node.moves), self.pushed, *vacancy));
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
            self.held[vacancy as usize].push(Holder { worker, score, elsewhere: TOP_SCORE as i32 });
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
