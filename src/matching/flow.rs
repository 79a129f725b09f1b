//! Exact assignment under quotas: successive shortest paths from the vacancies' side with implicit profits.
//!
//! State is a price for each vacancy and the match of each worker. A worker's profit is never stored: free 0, else
//! the matched score less the price there, so a price change keeps every held worker tight. Prices start at the top
//! of each list and only fall; profits only rise. After every insertion the assignment of the places tried so far is
//! optimal: `price + profit >= score` on all edges, equality on matched ones, price 0 where a tried place stays empty.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::problem::Problem;

/// No vacancy.
const FREE: u32 = u32::MAX;

/// Vacancy and score of each worker, and the price of each vacancy.
pub struct Solution {
    /// Vacancy and score by worker.
    pub matched: Vec<Option<(u32, u32)>>,
    /// Greatest optimal price by vacancy.
    pub prices: Vec<i64>,
}

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

/// A list of candidates, the read part re-keyed by what its workers would cost now.
struct List {
    /// Upper bound of `score - profit`, worker, score: a sorted prefix, then the rest by falling score.
    edges: Vec<(u32, u32, u32)>,
    prefix: usize,
    useless: usize,
}

struct Search {
    lists: Vec<List>,
    price: Vec<i64>,
    matched: Vec<u32>,
    points: Vec<u32>,
    distance: Vec<i64>,
    via: Vec<Via>,
    touched: Vec<u32>,
    queue: BinaryHeap<(Reverse<i64>, u32)>,
}

/// Solves the problem exactly.
pub fn solve(problem: &Problem) -> Solution {
    let mut search = Search::new(problem);
    let mut order: Vec<u32> =
        (0..problem.vacancies()).filter(|v| !search.lists[*v as usize].edges.is_empty()).collect();
    // Scarce vacancies first: candidates for each place, compared without division.
    order.sort_by(|a, b| {
        let weight = |v: u32| search.lists[v as usize].edges.len() as u128;
        let places = |v: u32| u128::from(problem.quota(v)) + 1;
        (weight(*a) * places(*b), a).cmp(&(weight(*b) * places(*a), b))
    });
    for vacancy in order {
        for _ in 0..problem.quota(vacancy) {
            if search.price[vacancy as usize] == 0 {
                break;
            }
            search.insert(vacancy);
        }
    }
    let matched = search
        .matched
        .iter()
        .zip(&search.points)
        .map(|(vacancy, score)| (*vacancy != FREE).then_some((*vacancy, *score)))
        .collect();
    Solution { matched, prices: search.price }
}

impl Search {
    fn new(problem: &Problem) -> Self {
        let (workers, vacancies) = (problem.workers() as usize, problem.vacancies() as usize);
        let lists: Vec<List> = (0..problem.vacancies())
            .map(|v| List {
                edges: problem.candidates(v).map(|(worker, score)| (score, worker, score)).collect(),
                prefix: 0,
                useless: 0,
            })
            .collect();
        Self {
            price: lists.iter().map(|list| list.edges.first().map_or(0, |edge| i64::from(edge.0))).collect(),
            lists,
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
        while let Some((Reverse(distance), vacancy)) = self.queue.pop() {
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
        let mut list =
            std::mem::replace(&mut self.lists[vacancy as usize], List { edges: vec![], prefix: 0, useless: 0 });
        let mut found = None;
        let mut longer = list.prefix;
        for (from, to) in [(0, list.prefix), (list.prefix, list.edges.len())] {
            for (place, (key, worker, score)) in (from..to).zip(&list.edges[from..to]) {
                if base - i64::from(*key) >= best {
                    break;
                }
                longer = longer.max(place + 1);
                let step = base - i64::from(*score);
                let held = self.matched[*worker as usize];
                if held == FREE {
                    if step < best {
                        best = step;
                        found = Some((best, Exit::Take(*worker, vacancy, *score)));
                    }
                } else if held != vacancy {
                    let profit = i64::from(self.points[*worker as usize]) - self.price[held as usize];
                    let further = step + profit;
                    if further < best && further < self.distance[held as usize] {
                        let via = Via { worker: *worker, vacancy, score: *score };
                        self.reach(held, further, via);
                        continue;
                    }
                    list.useless += 1;
                }
            }
        }
        // Many useless reads: sort what was read by what its workers cost now. Profits only rise, so the keys stay bounds.
        if list.useless > 2 * list.prefix + 16 {
            list.useless = 0;
            for edge in &mut list.edges[..longer] {
                let held = self.matched[edge.1 as usize];
                if held != FREE {
                    let profit = i64::from(self.points[edge.1 as usize]) - self.price[held as usize];
                    // No candidate below 0 is ever read, so 0 is bound enough.
                    edge.0 = (i64::from(edge.2) - profit).max(0) as u32;
                }
            }
            list.prefix = longer;
            list.edges[..longer].sort_unstable_by_key(|edge| (Reverse(edge.0), edge.1));
        }
        self.lists[vacancy as usize] = list;
        found
    }

    fn reach(&mut self, vacancy: u32, distance: i64, via: Via) {
        if self.distance[vacancy as usize] == i64::MAX {
            self.touched.push(vacancy);
        }
        self.distance[vacancy as usize] = distance;
        self.via[vacancy as usize] = via;
        self.queue.push((Reverse(distance), vacancy));
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
