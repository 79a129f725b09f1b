//! Inserts workers: the mirror, for instances with more places than workers.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::{FREE, Solution};
use crate::domain::match_run::RunStage;
use crate::matching::problem::Problem;
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

/// What the loop over edges asks of a vacancy.
#[derive(Clone, Copy)]
struct Node {
    price: i64,
    distance: i64,
    /// Places that nobody holds.
    open: u32,
}

struct Search {
    by_worker: ByWorker,
    nodes: Vec<Node>,
    /// Workers of each vacancy.
    held: Vec<Vec<u32>>,
    matched: Vec<u32>,
    points: Vec<u32>,
    /// Place of a worker in the list of the vacancy that holds it.
    seat: Vec<u32>,
    via: Vec<Via>,
    touched: Vec<u32>,
    /// Nearest first, equal ones by a fixed rule.
    queue: BinaryHeap<(Reverse<i64>, u32, u32)>,
}

/// Solves from the workers' side; ends at the smallest optimal prices.
pub fn solve(problem: &Problem) -> Solution {
    let mut search = Search::new(problem);
    for worker in 0..problem.workers() {
        tell(RunStage::Solving, worker as usize, problem.workers() as usize);
        search.insert(worker);
    }
    let held = search.matched.iter().copied().zip(search.points.iter().copied());
    Solution::new(held, search.nodes.iter().map(|node| node.price), false)
}

impl Search {
    fn new(problem: &Problem) -> Self {
        let (workers, vacancies) = (problem.workers() as usize, problem.vacancies() as usize);
        Self {
            by_worker: ByWorker::new(problem),
            nodes: (0..problem.vacancies())
                .map(|v| Node { price: 0, distance: i64::MAX, open: problem.quota(v) })
                .collect(),
            held: vec![vec![]; vacancies],
            matched: vec![FREE; workers],
            points: vec![0; workers],
            seat: vec![0; workers],
            via: vec![Via::default(); vacancies],
            touched: vec![],
            queue: BinaryHeap::new(),
        }
    }

    /// What the best vacancy would leave a worker above its price; 0 if none is worth its price.
    fn best_profit(&self, worker: u32) -> i64 {
        let mut best = 0;
        for (vacancy, score) in self.by_worker.of(worker) {
            if i64::from(*score) <= best {
                break;
            }
            best = best.max(i64::from(*score) - self.nodes[*vacancy as usize].price);
        }
        best
    }

    /// Places one more worker: shortest path to a free place or to a worker who is left without one.
    fn insert(&mut self, worker: u32) {
        let profit = self.best_profit(worker);
        let (mut best, mut exit) = (profit, Exit::Leave(worker));
        self.offer(worker, profit, &mut best, &mut exit);
        while let Some((Reverse(distance), _, vacancy)) = self.queue.pop() {
            if distance >= best {
                break;
            }
            if distance > self.nodes[vacancy as usize].distance {
                continue;
            }
            let holders = std::mem::take(&mut self.held[vacancy as usize]);
            for holder in &holders {
                let base = distance + i64::from(self.points[*holder as usize]) - self.nodes[vacancy as usize].price;
                if base < best {
                    (best, exit) = (base, Exit::Leave(*holder));
                }
                self.offer(*holder, base, &mut best, &mut exit);
            }
            self.held[vacancy as usize] = holders;
            if best == distance {
                break;
            }
        }
        self.queue.clear();
        for vacancy in self.touched.drain(..) {
            let node = &mut self.nodes[vacancy as usize];
            node.price += (best - node.distance).max(0);
            node.distance = i64::MAX;
        }
        self.augment(worker, exit);
    }

    /// Relaxes the edges of a worker whose distance and profit add up to `base`.
    fn offer(&mut self, worker: u32, base: i64, best: &mut i64, exit: &mut Exit) {
        for (vacancy, score) in self.by_worker.of(worker).iter().copied() {
            if base - i64::from(score) >= *best {
                break;
            }
            let node = &mut self.nodes[vacancy as usize];
            let further = base - i64::from(score) + node.price;
            if further >= *best || further >= node.distance {
                continue;
            }
            if node.distance == i64::MAX {
                self.touched.push(vacancy);
            }
            node.distance = further;
            self.via[vacancy as usize] = Via { worker, score };
            if node.open > 0 {
                (*best, *exit) = (further, Exit::Take(vacancy));
            } else {
                self.queue.push((Reverse(further), self.queue.len() as u32, vacancy));
            }
        }
    }

    /// Moves the workers along the path back to the new one.
    fn augment(&mut self, origin: u32, exit: Exit) {
        let mut vacancy = match exit {
            Exit::Take(vacancy) => {
                self.nodes[vacancy as usize].open -= 1;
                vacancy
            }
            Exit::Leave(worker) if worker == origin => return,
            Exit::Leave(worker) => self.release(worker),
        };
        loop {
            let via = self.via[vacancy as usize];
            let before = if via.worker == origin { FREE } else { self.release(via.worker) };
            self.matched[via.worker as usize] = vacancy;
            self.points[via.worker as usize] = via.score;
            self.seat[via.worker as usize] = self.held[vacancy as usize].len() as u32;
            self.held[vacancy as usize].push(via.worker);
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
        let list = &mut self.held[vacancy as usize];
        list.swap_remove(seat);
        if let Some(moved) = list.get(seat) {
            self.seat[*moved as usize] = seat as u32;
        }
        vacancy
    }
}
