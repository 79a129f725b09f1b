//! The batch: the best total under quotas, proved, over given edges or over all eligible pairs of the columns.

use std::cell::{Cell, RefCell};

use uuid::Uuid;

use super::condition::Pair;
use super::flow::workers::ByWorker;
use super::flow::{self, List, Solution, Source};
use super::problem::Problem;
use super::progress::tell;
use super::proof::{Violation, check, check_all};
use super::score::score;
use super::table::{Table, in_parallel};
use crate::domain::match_run::RunStage;

/// An assignment with its proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// Worker, vacancy and score, by worker.
    pub pairs: Vec<(u32, u32, u32)>,
    /// Sum of the scores.
    pub objective: u64,
    /// Price of each vacancy, an optimal dual. Points, not money.
    pub prices: Vec<u64>,
    /// What one more place of each vacancy gains, and what one fewer loses.
    pub ends: Option<Ends>,
    /// No assignment can be worth more.
    pub bound: u64,
    /// `bound` is reached.
    pub optimal: bool,
}

/// Both ends of the optimal prices, by vacancy. Points, not money.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ends {
    /// What one more place gains: 0 where people are short.
    pub gains: Vec<u64>,
    /// What one place fewer loses.
    pub loses: Vec<u64>,
}

impl Ends {
    fn of(edges: &impl flow::ends::Edges, solution: &Solution) -> Option<Self> {
        if !tell(RunStage::Proof, 0, 0) {
            return None;
        }
        let (own, other) = (solution.prices.clone(), flow::ends::other(edges, solution)?);
        let (loses, gains) = if solution.greatest { (own, other) } else { (other, own) };
        Some(Self { gains, loses })
    }
}

/// The greatest total score, at most one vacancy a worker and at most the quota a vacancy; checked against its own prices.
/// An error would be a fault of the solver. Where workers are inserted, the problem is turned round in its own memory.
pub fn solve(problem: Problem) -> Result<Assignment, Violation> {
    let workers = problem.workers();
    if flow::workers_are_scarce(&problem) {
        let turned = ByWorker::new(problem);
        let Solution { matched: held, prices, .. } = flow::workers::solve(&turned);
        proved(workers, turned.quotas(), turned.edges(), matched(held), prices)
    } else {
        let Solution { matched: held, prices, .. } = flow::places::solve(&problem);
        proved(workers, problem.quotas(), problem.edges(), matched(held), prices)
    }
}

fn proved(
    workers: u32,
    quotas: &[u32],
    edges: impl Iterator<Item = (u32, u32, u32)>,
    pairs: Vec<(u32, u32, u32)>,
    prices: Vec<u64>,
) -> Result<Assignment, Violation> {
    if !tell(RunStage::Proof, 0, 0) {
        return Err(Violation::Stopped);
    }
    let proof = check(workers, quotas, edges, &pairs, &prices)?;
    let optimal = proof.optimal();
    Ok(Assignment { pairs, objective: proof.objective, prices, bound: proof.bound, optimal, ends: None })
}

/// The same with both ends of the prices.
pub fn solve_with_ends(problem: &Problem) -> Result<Assignment, Violation> {
    let solution = flow::solve(problem);
    let ends = Ends::of(problem, &solution);
    let (pairs, prices) = (matched(solution.matched), solution.prices);
    let assignment = proved(problem.workers(), problem.quotas(), problem.edges(), pairs, prices)?;
    Ok(Assignment { ends, ..assignment })
}

/// Worker, vacancy and score of those who have one.
fn matched(held: Vec<Option<(u32, u32)>>) -> Vec<(u32, u32, u32)> {
    let pair = |(worker, held): (usize, Option<_>)| held.map(|(vacancy, score)| (worker as u32, vacancy, score));
    held.into_iter().enumerate().filter_map(pair).collect()
}

/// An assignment of people to posts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// People in scope.
    pub workers: usize,
    /// Open posts in scope.
    pub vacancies: usize,
    /// Their places left.
    pub places: u64,
    /// Person, post and score, by person.
    pub pairs: Vec<(Uuid, Uuid, u32)>,
    /// Price of each post, by post.
    pub prices: Vec<(Uuid, u64)>,
    /// Both ends of the prices; `None` where more hangs together than can be kept.
    pub ends: Option<Ends>,
    /// Sum of the scores.
    pub objective: u64,
    /// No assignment can be worth more.
    pub bound: u64,
    /// `bound` is reached.
    pub optimal: bool,
}

/// Score of an eligible pair in the batch, 1 to 1000: being placed is worth something even where nothing is known.
pub fn batch_score(pair: &Pair) -> u32 {
    score(pair).max(1)
}

/// Writing down more edges than this takes more memory than making lists on demand takes time.
const WRITTEN: u64 = 48 << 20;

/// Most searches end within so many workers of a post, besides those whom its places take.
const LENGTH: usize = 48;

/// The table as the places' side reads it.
struct OnDemand<'a> {
    table: &'a Table<'a>,
    /// Length of a first list beyond what the places of the post ask.
    length: usize,
    /// The least profit in each block of people when lists were last made. Profits only rise.
    least: RefCell<Vec<i64>>,
}

impl<'a> OnDemand<'a> {
    fn new(table: &'a Table<'a>, length: usize) -> Self {
        Self { table, length, least: RefCell::default() }
    }
}

/// The `length` best workers of a post by score less profit, equal ones by number; `least` is at most the profit in each
/// block of people.
fn best(table: &Table, post: u32, length: usize, least: &[i64], profit: impl Fn(u32) -> i64) -> List {
    // Score less profit, worker, score, each in its bits: greater is better.
    let pack = |key: i64, worker: u32, score: u32| (key as u64) << 48 | u64::from(!worker) << 16 | u64::from(score);
    let key = |entry: u64| (entry >> 48) as i64;
    let (mut seen, floor, beyond) = (Vec::<u64>::with_capacity(2 * length), Cell::new(0), Cell::new(0));
    let cut = |seen: &mut Vec<u64>| {
        seen.select_nth_unstable_by(length - 1, |a, b| b.cmp(a));
        seen.truncate(length);
        beyond.set(key(seen[length - 1]));
        // An equal one gets in with a smaller number.
        floor.set((beyond.get() - 1).max(0));
    };
    table.beside(post).gaining(&profit, least, &floor, |worker, score| {
        let score = score.max(1);
        seen.push(pack(i64::from(score) - profit(worker), worker, score));
        if seen.len() == 2 * length {
            cut(&mut seen);
        }
    });
    if seen.len() > length {
        cut(&mut seen);
    }
    seen.sort_unstable_by(|a, b| b.cmp(a));
    let edge = |entry: u64| ((entry >> 48) as u32, !((entry >> 16) as u32), entry as u32 & 0xffff);
    List {
        top: seen.first().map_or(0, |best| key(*best)),
        beyond: beyond.get(),
        edges: seen.into_iter().map(edge).collect(),
    }
}

impl Source for OnDemand<'_> {
    fn workers(&self) -> u32 {
        self.table.workers() as u32
    }

    fn vacancies(&self) -> u32 {
        self.table.posts() as u32
    }

    fn quota(&self, vacancy: u32) -> u32 {
        self.table.opening(vacancy).places_left
    }

    fn width(&self, vacancy: u32) -> u64 {
        self.table.beside(vacancy).width()
    }

    fn written(&self, _: u32) -> &[u64] {
        &[]
    }

    fn lists(&self, vacancies: &[u32], profits: &dyn Fn() -> Vec<i64>) -> Vec<List> {
        let profits = profits();
        let (table, least) = (self.table, self.table.least(|worker| profits[worker as usize]));
        let beyond_places = self.length;
        let lists = in_parallel(table.threads(), vacancies.len(), |place| {
            let vacancy = vacancies[place];
            // Enough for most searches; what is missing is asked for.
            let length = beyond_places + table.opening(vacancy).places_left.min(1 << 16) as usize * 3 / 2;
            best(table, vacancy, length, &least, |worker| profits[worker as usize])
        });
        self.least.replace(least);
        lists
    }

    fn longer(&self, vacancy: u32, length: usize, profit: &dyn Fn(u32) -> i64) -> List {
        best(self.table, vacancy, length, &self.least.borrow(), profit)
    }
}

/// The table after the solution, with the profits of its workers.
struct Settled<'a> {
    table: &'a Table<'a>,
    profits: Vec<i64>,
}

impl<'a> Settled<'a> {
    fn new(table: &'a Table<'a>, solution: &Solution) -> Self {
        let profit = |held: &Option<(u32, u32)>| {
            held.map_or(0, |(vacancy, score)| i64::from(score) - solution.prices[vacancy as usize].cast_signed())
        };
        Self { table, profits: solution.matched.iter().map(profit).collect() }
    }
}

impl flow::ends::Edges for Settled<'_> {
    fn places(&self, vacancy: u32) -> u32 {
        self.table.opening(vacancy).places_left
    }

    fn gather<T: Default + Send>(
        &self,
        floor: impl Fn(u32) -> i64 + Sync,
        show: impl Fn(&mut T, u32, u32, u32) + Sync,
    ) -> Vec<T> {
        in_parallel(self.table.threads(), self.table.blocks(), |block| {
            let (mut gathered, people) = (T::default(), self.table.block(block));
            let profit = |place: usize| self.profits[people[place] as usize];
            self.table.crowd(block, &floor, profit, |place, vacancy, score| {
                show(&mut gathered, vacancy, people[place], score.max(1));
            });
            gathered
        })
    }
}

/// Shows every eligible pair as post, person and score, post by post, people by id.
pub fn each_edge<E>(table: &Table, mut show: impl FnMut(u32, u32, u32) -> Result<(), E>) -> Result<(), E> {
    /// Posts whose edges wait at once to be shown.
    const TOGETHER: usize = 64;
    for from in (0..table.posts()).step_by(TOGETHER) {
        let lists = in_parallel(table.threads(), TOGETHER.min(table.posts() - from), |place| {
            table.beside((from + place) as u32).all()
        });
        for (post, list) in (from as u32..).zip(lists) {
            for (worker, score) in list {
                show(post, worker, score.max(1))?;
            }
        }
    }
    Ok(())
}

/// All eligible pairs of a table, written down.
pub fn all_pairs(table: &Table) -> Problem {
    let quotas = (0..table.posts() as u32).map(|post| table.opening(post).places_left).collect();
    Problem::gathered(table.workers() as u32, quotas, table.threads(), |post| {
        table.beside(post).all().into_iter().map(|(worker, score)| (worker, score.max(1))).collect()
    })
}

/// One batch over all eligible pairs of a table.
pub fn assign_table(table: &Table) -> Result<Batch, Violation> {
    let widths: Vec<u64> = (0..table.posts() as u32).map(|post| table.beside(post).width()).collect();
    let places = |post: usize| u64::from(table.opening(post as u32).places_left);
    let usable: u64 = widths.iter().enumerate().map(|(post, width)| places(post).min(*width)).sum();
    // Where workers are scarce they are inserted, and read their own lists, which must be written down.
    let scarce_workers = usable >= table.workers() as u64 && widths.iter().sum::<u64>() <= WRITTEN;
    let (solution, ends) = if scarce_workers {
        let problem = all_pairs(table);
        let solution = flow::solve(&problem);
        let ends = Ends::of(&problem, &solution);
        (solution, ends)
    } else {
        let solution = flow::places::solve(&OnDemand::new(table, LENGTH));
        let ends = Ends::of(&Settled::new(table, &solution), &solution);
        (solution, ends)
    };
    let pairs: Vec<(u32, u32, u32)> = matched(solution.matched);
    if !tell(RunStage::Proof, 0, 0) {
        return Err(Violation::Stopped);
    }
    let proof = check_all(table, &pairs, &solution.prices)?;
    let pair = |(w, v, score): (u32, u32, u32)| (table.worker(w), table.opening(v).id, score);
    Ok(Batch {
        workers: table.workers(),
        vacancies: table.posts(),
        places: (0..table.posts()).map(places).sum(),
        pairs: pairs.into_iter().map(pair).collect(),
        prices: (0u32..).zip(solution.prices).map(|(v, price)| (table.opening(v).id, price)).collect(),
        ends,
        objective: proof.objective,
        bound: proof.bound,
        optimal: proof.optimal(),
    })
}

#[cfg(test)]
mod tests;
