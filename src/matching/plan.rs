//! The batch under the terms of a real drive: pins, reserves, caps, people who go together, numbers a post needs to run.
//!
//! Pins, bans, reserves and caps keep the flow, which is exact. People who go together to one employer or stay, and posts
//! that run with a number or not at all, are decided by branch and bound over it: each branch is bounded by the prices of
//! its own flow. What is left open when the effort is spent stands in the bound; nothing is silently worse.

mod search;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::assign::{Ends, solve_with_ends};
use super::problem::Problem;
use super::progress::tell;
use super::proof::Violation;
use crate::domain::match_run::RunStage;
use search::Planner;

/// What is to be greatest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Aim {
    /// The total score.
    #[default]
    Score,
    /// The number of people placed, then the total score.
    MostPlaced,
    /// The number of watched people placed, then the total score.
    WatchedFirst,
}

/// What the plan must keep to; people and vacancies by number.
#[derive(Debug, Clone, Default)]
pub struct Terms {
    /// What is to be greatest.
    pub aim: Aim,
    /// Who goes where in any case.
    pub pin: Vec<(u32, u32)>,
    /// Who does not go where.
    pub forbid: BTreeSet<(u32, u32)>,
    /// Places kept for watched people.
    pub reserve: BTreeMap<u32, u32>,
    /// Most people of one employer.
    pub employer_cap: BTreeMap<u32, u32>,
    /// People who go to one employer together, or stay.
    pub together: Vec<Vec<u32>>,
    /// A vacancy takes so many, or nobody.
    pub min_to_run: BTreeMap<u32, u32>,
}

impl Terms {
    /// Nothing is asked beyond the greatest total.
    pub fn are_none(&self) -> bool {
        self.plain() && self.aim == Aim::Score && self.pin.is_empty() && self.forbid.is_empty()
    }

    fn flow_only(&self) -> bool {
        self.together.is_empty() && self.min_to_run.is_empty()
    }

    fn plain(&self) -> bool {
        self.flow_only() && self.reserve.is_empty() && self.employer_cap.is_empty()
    }
}

/// Places of a vacancy that only some people may take.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Kept {
    /// How many.
    pub places: u32,
    /// For whom.
    pub people: BTreeSet<u32>,
}

/// People, vacancies and the pairs that are possible.
#[derive(Debug)]
pub struct Instance {
    /// Possible pairs and places.
    pub problem: Problem,
    /// Of the places those kept for order classes, by vacancy.
    pub kept: BTreeMap<u32, Kept>,
    /// Watched people.
    pub watched: Vec<bool>,
    /// Employer of each vacancy.
    pub employers: Vec<u32>,
}

impl Instance {
    fn kept(&self, vacancy: u32) -> u32 {
        self.kept.get(&vacancy).map_or(0, |kept| kept.places)
    }

    /// Places of a vacancy that are open to everybody.
    fn open(&self, vacancy: u32) -> u32 {
        self.problem.quota(vacancy) - self.kept(vacancy)
    }

    fn has_kept_place(&self, worker: u32, vacancy: u32) -> bool {
        self.kept.get(&vacancy).is_some_and(|kept| kept.people.contains(&worker))
    }
}

/// Two terms that cannot hold together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Contradiction {
    /// The pair is pinned but not possible.
    PinImpossible(u32, u32),
    /// The pair is pinned and forbidden.
    PinForbidden(u32, u32),
    /// The worker is pinned to both vacancies.
    PinTwice(u32, u32, u32),
    /// More are pinned to the vacancy than it has places.
    PinsOverPlaces(u32, u32, u32),
    /// More who are not watched are pinned than the reserve leaves places.
    PinsOverReserve(u32, u32, u32),
    /// More are pinned to the employer than its cap.
    PinsOverCap(u32, u32, u32),
    /// More places are reserved than there are.
    ReserveOverPlaces(u32, u32, u32),
    /// The vacancy needs more than it has places.
    MinimumOverPlaces(u32, u32, u32),
    /// The vacancy needs more than its employer may take.
    MinimumOverCap(u32, u32, u32),
    /// Somebody is pinned to a vacancy for which too few people are possible.
    PinBelowMinimum(u32, u32, u32),
    /// The worker stands in two groups.
    TogetherTwice(u32),
    /// Two of a group are pinned to different employers.
    TogetherApart(u32, u32),
    /// One of a group is pinned to an employer where another of it is not possible.
    TogetherImpossible(u32, u32),
    /// Each pair of terms may hold, but not all of them at once.
    All,
}

/// Why there is no plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoPlan {
    /// The terms contradict each other.
    Contradictions(Vec<Contradiction>),
    /// Whoever asked does not want it any more.
    Cancelled,
    /// The plan broke a term: a fault of this program.
    Fault(String),
}

/// A plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Worker, vacancy and score, by worker.
    pub pairs: Vec<(u32, u32, u32)>,
    /// Sum of the scores.
    pub objective: u64,
    /// By the measure of the aim no plan is better by more than `bound - objective`.
    pub bound: u64,
    /// Nothing is better.
    pub optimal: bool,
    /// What one more place of each vacancy gains, 0 to 1000; of the terms that keep the flow.
    pub gains: Vec<u64>,
    /// What one place fewer of each vacancy loses, likewise; empty where it is not known.
    pub loses: Vec<u64>,
}

/// Which terms contradict each other, as far as two or three of them show it.
pub fn contradictions(instance: &Instance, terms: &Terms) -> Vec<Contradiction> {
    let mut found = vec![];
    let problem = &instance.problem;
    let possible = |w: u32, v: u32| problem.candidates(v).any(|(worker, _)| worker == w);
    let employer = |v: u32| instance.employers[v as usize];
    let mut pinned: BTreeMap<u32, u32> = BTreeMap::new();
    let (mut at, mut plain_at, mut at_employer) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    // Of an order class: who is not watched, and who is.
    let mut of_class: BTreeMap<u32, [u32; 2]> = BTreeMap::new();
    for (w, v) in &terms.pin {
        match pinned.insert(*w, *v) {
            Some(other) if other != *v => found.push(Contradiction::PinTwice(*w, other, *v)),
            Some(_) => continue,
            None => {}
        }
        if terms.forbid.contains(&(*w, *v)) {
            found.push(Contradiction::PinForbidden(*w, *v));
        } else if !possible(*w, *v) {
            found.push(Contradiction::PinImpossible(*w, *v));
        }
        let watched = instance.watched[*w as usize];
        if instance.has_kept_place(*w, *v) {
            of_class.entry(*v).or_default()[usize::from(watched)] += 1;
        }
        *at.entry(*v).or_insert(0u32) += 1;
        *plain_at.entry(*v).or_insert(0u32) += u32::from(!watched);
        *at_employer.entry(employer(*v)).or_insert(0u32) += 1;
    }
    // Kept places go first to those who may not take the reserved ones.
    for (v, [plain, watched]) in of_class {
        let plain = plain.min(instance.kept(v));
        let all = plain + watched.min(instance.kept(v) - plain);
        at.entry(v).and_modify(|n| *n -= all);
        plain_at.entry(v).and_modify(|n| *n -= plain);
    }
    for (v, kept) in &terms.reserve {
        if *kept > instance.open(*v) {
            found.push(Contradiction::ReserveOverPlaces(*v, *kept, instance.open(*v)));
        }
    }
    for (v, pins) in &at {
        let kept = terms.reserve.get(v).copied().unwrap_or(0);
        let plain = plain_at.get(v).copied().unwrap_or(0);
        if *pins > instance.open(*v) {
            found.push(Contradiction::PinsOverPlaces(*v, *pins, instance.open(*v)));
        } else if plain > instance.open(*v).saturating_sub(kept) {
            found.push(Contradiction::PinsOverReserve(*v, plain, instance.open(*v).saturating_sub(kept)));
        }
        let candidates = problem
            .candidates(*v)
            .filter(|(w, _)| !terms.forbid.contains(&(*w, *v)) && pinned.get(w).is_none_or(|p| p == v));
        let candidates = candidates.count() as u32;
        if let Some(min) = terms.min_to_run.get(v)
            && candidates < *min
        {
            found.push(Contradiction::PinBelowMinimum(*v, *min, candidates));
        }
    }
    for (e, pins) in &at_employer {
        if let Some(cap) = terms.employer_cap.get(e)
            && pins > cap
        {
            found.push(Contradiction::PinsOverCap(*e, *pins, *cap));
        }
    }
    for (v, min) in &terms.min_to_run {
        if *min > problem.quota(*v) {
            found.push(Contradiction::MinimumOverPlaces(*v, *min, problem.quota(*v)));
        } else if let Some(cap) = terms.employer_cap.get(&employer(*v))
            && min > cap
        {
            found.push(Contradiction::MinimumOverCap(*v, *min, *cap));
        }
    }
    let mut grouped = BTreeSet::new();
    for group in &terms.together {
        for w in group {
            if !grouped.insert(*w) {
                found.push(Contradiction::TogetherTwice(*w));
            }
        }
        let mut places = group.iter().filter_map(|w| pinned.get(w).map(|v| (*w, employer(*v))));
        let Some((first, where_to)) = places.next() else { continue };
        found.extend(places.filter(|(_, e)| *e != where_to).map(|(w, _)| Contradiction::TogetherApart(first, w)));
        let reaches = |w: u32| {
            let mut vacancies = (0..problem.vacancies()).filter(|v| employer(*v) == where_to);
            vacancies.any(|v| possible(w, v) && !terms.forbid.contains(&(w, v)))
        };
        let others = group.iter().filter(|w| !pinned.contains_key(w) && !reaches(**w));
        found.extend(others.map(|w| Contradiction::TogetherImpossible(first, *w)));
    }
    found
}

/// What a pair adds beside its score, so that one person more outweighs all scores that a change can cost.
fn step(instance: &Instance, aim: Aim) -> u32 {
    let most = u64::from(instance.problem.workers()).min(instance.problem.places());
    let step = 1_000 * (most + 1);
    if aim == Aim::Score { 0 } else { u32::try_from(step).unwrap_or(u32::MAX - 1_000) }
}

fn extra(instance: &Instance, aim: Aim, step: u32, worker: u32) -> u32 {
    match aim {
        Aim::Score => 0,
        Aim::MostPlaced => step,
        Aim::WatchedFirst => step * u32::from(instance.watched[worker as usize]),
    }
}

/// The best plan that keeps to the terms. `effort` limits the branches; `go_on` is asked between them.
pub fn plan(instance: &Instance, terms: &Terms, effort: usize, go_on: &dyn Fn() -> bool) -> Result<Plan, NoPlan> {
    let contradictions = contradictions(instance, terms);
    if !contradictions.is_empty() {
        return Err(NoPlan::Contradictions(contradictions));
    }
    if !go_on() {
        return Err(NoPlan::Cancelled);
    }
    let ordinary = terms.plain() && instance.kept.is_empty();
    let found = if ordinary { plain(instance, terms) } else { Planner::new(instance, terms).search(effort, go_on) }?;
    tell(RunStage::Proof, 0, 0);
    match broken(instance, terms, &found.pairs) {
        None => Ok(found),
        Some(term) => Err(NoPlan::Fault(term)),
    }
}

/// Pins and bans leave an ordinary problem.
fn plain(instance: &Instance, terms: &Terms) -> Result<Plan, NoPlan> {
    let problem = &instance.problem;
    let step = step(instance, terms.aim);
    let pinned: BTreeMap<u32, u32> = terms.pin.iter().copied().collect();
    let mut quotas: Vec<u32> = (0..problem.vacancies()).map(|v| problem.quota(v)).collect();
    let (mut edges, mut pairs) = (vec![], vec![]);
    for v in 0..problem.vacancies() {
        for (w, score) in problem.candidates(v) {
            match pinned.get(&w) {
                Some(where_to) if *where_to == v => {
                    pairs.push((w, v, score));
                    quotas[v as usize] -= 1;
                }
                Some(_) => {}
                None if terms.forbid.contains(&(w, v)) => {}
                None => edges.push((v, w, score + extra(instance, terms.aim, step, w))),
            }
        }
    }
    let solved = solve_with_ends(&Problem::new(problem.workers(), quotas, &edges));
    let solved = solved.map_err(|fault| match fault {
        Violation::Stopped => NoPlan::Cancelled,
        fault => NoPlan::Fault(fault.to_string()),
    })?;
    let ends = solved.ends.unwrap_or(Ends { gains: solved.prices, loses: vec![] });
    let points = |prices: Vec<u64>| prices.into_iter().map(|price| price.min(1_000)).collect();
    let free = solved.pairs.iter().map(|(w, v, worth)| (*w, *v, worth - extra(instance, terms.aim, step, *w)));
    pairs.extend(free);
    pairs.sort_unstable();
    let objective = pairs.iter().map(|(_, _, score)| u64::from(*score)).sum();
    Ok(Plan {
        pairs,
        objective,
        bound: objective + (solved.bound - solved.objective),
        optimal: solved.optimal,
        gains: points(ends.gains),
        loses: points(ends.loses),
    })
}

/// A term that the pairs break, in words for whoever mends this program.
fn broken(instance: &Instance, terms: &Terms, pairs: &[(u32, u32, u32)]) -> Option<String> {
    let (mut held, mut taken, mut by_employer) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    for (w, v, score) in pairs {
        if held.insert(*w, *v).is_some() {
            return Some(format!("worker {w} has two vacancies"));
        }
        if !instance.problem.candidates(*v).any(|edge| edge == (*w, *score)) || terms.forbid.contains(&(*w, *v)) {
            return Some(format!("worker {w} and vacancy {v} are not possible"));
        }
        let [all, plain, strange, both] = taken.entry(*v).or_insert([0u32; 4]);
        let (is_plain, is_strange) = (!instance.watched[*w as usize], !instance.has_kept_place(*w, *v));
        *all += 1;
        *plain += u32::from(is_plain);
        *strange += u32::from(is_strange);
        *both += u32::from(is_plain && is_strange);
        *by_employer.entry(instance.employers[*v as usize]).or_insert(0u32) += 1;
    }
    for (v, [all, plain, strange, both]) in &taken {
        // Reserved places are for the watched, kept ones for the people of the order class, the others for everybody.
        let reserved = terms.reserve.get(v).copied().unwrap_or(0);
        let (places, open) = (instance.problem.quota(*v), instance.open(*v));
        if *all > places
            || *strange > open
            || plain + reserved > places
            || both + reserved > open
            || terms.min_to_run.get(v).is_some_and(|min| all < min)
        {
            return Some(format!("vacancy {v} takes {all}"));
        }
    }
    if let Some((e, n)) = by_employer.iter().find(|(e, n)| terms.employer_cap.get(*e).is_some_and(|cap| *n > cap)) {
        return Some(format!("employer {e} takes {n}"));
    }
    if let Some((w, v)) = terms.pin.iter().find(|(w, v)| held.get(w) != Some(v)) {
        return Some(format!("worker {w} is not at vacancy {v}"));
    }
    let split = |group: &&Vec<u32>| {
        let places: BTreeSet<Option<u32>> =
            group.iter().map(|w| held.get(w).map(|v| instance.employers[*v as usize])).collect();
        places.len() > 1
    };
    terms.together.iter().find(split).map(|group| format!("{group:?} are apart"))
}

#[cfg(test)]
mod tests;
