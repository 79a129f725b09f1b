//! Branch and bound over the flow: who goes together to which employer, and which vacancies run at all.

use std::collections::{BTreeMap, BTreeSet};

use super::{Contradiction, Instance, NoPlan, Plan, Terms, extra, step};
use crate::domain::match_run::RunStage;
use crate::matching::flow::layers::{self, Layer, NONE, Net};
use crate::matching::progress::tell;

/// Leaves of a vacancy: its open places, the reserved and the kept ones.
const LEAVES: u32 = 3;

/// Worker, vacancy and score.
type Pairs = Vec<(u32, u32, u32)>;

/// Where the people of a group go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Choice {
    At(u32),
    Nowhere,
}

/// What a branch has decided.
#[derive(Debug, Clone, Default)]
struct Branch {
    closed: BTreeSet<u32>,
    running: BTreeSet<u32>,
    groups: BTreeMap<usize, Choice>,
    /// Nothing in it is worth more.
    bound: i64,
    /// Prices of its flow, which prove the bound.
    prices: Vec<i64>,
    pairs: Pairs,
}

/// What the people of a group gain above the prices: each alone, and together by where they may go.
struct Gains {
    alone: i64,
    together: BTreeMap<u32, i64>,
}

impl Gains {
    /// How much the group must lose against each of them alone.
    fn loss(&self) -> i64 {
        self.alone - self.together.values().copied().max().unwrap_or(0).max(0)
    }
}

/// What a flow leaves undecided.
enum Open {
    Vacancy(u32),
    Group(usize),
}

pub(super) struct Planner<'a> {
    instance: &'a Instance,
    terms: &'a Terms,
    /// Vacancy and score by worker.
    lists: Vec<Vec<(u32, u32)>>,
    pinned: BTreeMap<u32, u32>,
    group_of: BTreeMap<u32, usize>,
    /// Added to the worth of everybody, or of the watched.
    step: i64,
    /// More than all worths together.
    must: i64,
}

impl<'a> Planner<'a> {
    pub(super) fn new(instance: &'a Instance, terms: &'a Terms) -> Self {
        let problem = &instance.problem;
        let mut lists = vec![vec![]; problem.workers() as usize];
        for v in 0..problem.vacancies() {
            for (w, score) in problem.candidates(v) {
                if !terms.forbid.contains(&(w, v)) {
                    lists[w as usize].push((v, score));
                }
            }
        }
        let step = step(instance, terms.aim);
        let group_of = terms.together.iter().enumerate().flat_map(|(g, group)| group.iter().map(move |w| (*w, g)));
        let must = (i64::from(step) + 1_000) * (i64::from(problem.workers()) + 1);
        Self {
            instance,
            terms,
            lists,
            pinned: terms.pin.iter().copied().collect(),
            group_of: group_of.collect(),
            step: i64::from(step),
            must,
        }
    }

    fn worth(&self, worker: u32, score: u32) -> i64 {
        i64::from(score) + i64::from(extra(self.instance, self.terms.aim, self.step as u32, worker))
    }

    fn total(&self, pairs: &[(u32, u32, u32)]) -> i64 {
        pairs.iter().map(|(w, _, score)| self.worth(*w, *score)).sum()
    }

    /// The net of a branch, and how many musts it holds. Leaves are the open places of each vacancy, those reserved for the
    /// watched and those kept for its order classes.
    fn net(&self, branch: &Branch) -> (Net, i64) {
        let problem = &self.instance.problem;
        let count = problem.vacancies();
        let mut musts = 0;
        let mut layers = Vec::with_capacity((LEAVES + 2) as usize * count as usize);
        for v in 0..count {
            let reserved = self.terms.reserve.get(&v).copied().unwrap_or(0);
            for room in [self.instance.open(v) - reserved, reserved, self.instance.kept(v)] {
                layers.push(Layer { above: LEAVES * count + v, room, wanted: 0 });
            }
        }
        let capped: Vec<(u32, u32)> = self.terms.employer_cap.iter().map(|(e, cap)| (*e, *cap)).collect();
        for v in 0..count {
            let employer = self.instance.employers[v as usize];
            let cap = capped.iter().position(|(e, _)| *e == employer);
            let wanted =
                if branch.running.contains(&v) { self.terms.min_to_run.get(&v).copied().unwrap_or(0) } else { 0 };
            musts += i64::from(wanted);
            let above = cap.map_or(NONE, |place| (LEAVES + 1) * count + place as u32);
            layers.push(Layer { above, room: problem.quota(v), wanted });
        }
        layers.extend(capped.iter().map(|(_, cap)| Layer { above: NONE, room: *cap, wanted: 0 }));
        let mut edges = Vec::with_capacity(self.lists.len());
        for (w, list) in (0u32..).zip(&self.lists) {
            let choice = self.group_of.get(&w).and_then(|g| branch.groups.get(g));
            let pinned = self.pinned.get(&w);
            let must = pinned.is_some() || matches!(choice, Some(Choice::At(_)));
            musts += i64::from(must);
            let mut own = vec![];
            for (v, score) in list {
                let employer = self.instance.employers[*v as usize];
                let apart = match choice {
                    None => false,
                    Some(Choice::Nowhere) => true,
                    Some(Choice::At(e)) => *e != employer,
                };
                if apart || branch.closed.contains(v) || pinned.is_some_and(|p| p != v) {
                    continue;
                }
                let worth = self.worth(w, *score) + if must { self.must } else { 0 };
                own.push((LEAVES * v, worth));
                if self.instance.watched[w as usize] && self.terms.reserve.contains_key(v) {
                    own.push((LEAVES * v + 1, worth));
                }
                if self.instance.has_kept_place(w, *v) {
                    own.push((LEAVES * v + 2, worth));
                }
            }
            edges.push(own);
        }
        (Net { edges, layers, bonus: self.must }, musts)
    }

    fn gains(&self, net: &Net, prices: &[i64], group: &[u32]) -> Gains {
        let mut alone = 0;
        let mut together: Option<BTreeMap<u32, i64>> = None;
        for worker in group {
            let mut best: BTreeMap<u32, i64> = BTreeMap::new();
            for (leaf, worth) in &net.edges[*worker as usize] {
                let gain = worth - prices[*leaf as usize];
                let known = best.entry(self.instance.employers[(leaf / LEAVES) as usize]).or_insert(i64::MIN);
                *known = (*known).max(gain);
            }
            alone += best.values().copied().max().unwrap_or(0).max(0);
            together = Some(match together {
                None => best,
                Some(mut all) => {
                    all.retain(|employer, _| best.contains_key(employer));
                    for (employer, gain) in &mut all {
                        *gain += best[employer];
                    }
                    all
                }
            });
        }
        Gains { alone, together: together.unwrap_or_default() }
    }

    /// Solves the flow of a branch; false if its musts cannot all be met.
    ///
    /// The bound lets each group that is not decided gain only what it gains at one employer: that too holds for any prices.
    fn solve(&self, branch: &mut Branch) -> bool {
        let (net, musts) = self.net(branch);
        let solved = layers::solve(&net);
        let pair = |(w, held): (u32, &Option<(u32, i64)>)| {
            let v = held.map(|(leaf, _)| leaf / LEAVES)?;
            let score = self.lists[w as usize].iter().find(|(vacancy, _)| *vacancy == v)?.1;
            Some((w, v, score))
        };
        branch.pairs = (0u32..).zip(&solved.matched).filter_map(pair).collect();
        let undecided = self.terms.together.iter().enumerate().filter(|(g, _)| !branch.groups.contains_key(g));
        let losses: i64 = undecided.map(|(_, group)| self.gains(&net, &solved.prices, group).loss()).sum();
        branch.bound = layers::bound(&net, &solved.prices) - losses - musts * self.must;
        let met = solved.value(&net) - self.total(&branch.pairs);
        branch.prices = solved.prices;
        met >= musts * self.must
    }

    /// What the flow of a branch leaves undecided: vacancies first, then the group that must lose the most.
    fn open(&self, branch: &Branch) -> Option<Open> {
        let mut taken: BTreeMap<u32, u32> = BTreeMap::new();
        let mut held = BTreeMap::new();
        for (w, v, _) in &branch.pairs {
            *taken.entry(*v).or_insert(0) += 1;
            held.insert(*w, self.instance.employers[*v as usize]);
        }
        let short = |(v, min): (&u32, &u32)| taken.get(v).is_some_and(|n| n < min).then_some(*v);
        if let Some(v) = self.terms.min_to_run.iter().find_map(short) {
            return Some(Open::Vacancy(v));
        }
        let apart = |(_, group): &(usize, &Vec<u32>)| {
            let places: BTreeSet<Option<u32>> = group.iter().map(|w| held.get(w).copied()).collect();
            places.len() > 1
        };
        let mut groups = self.terms.together.iter().enumerate().filter(apart).peekable();
        groups.peek()?;
        let net = self.net(branch).0;
        let loss = |(_, group): &(usize, &Vec<u32>)| self.gains(&net, &branch.prices, group).loss();
        // Of equal ones the first, so that the search is the same on every run.
        groups.rev().max_by_key(loss).map(|(g, _)| Open::Group(g))
    }

    /// The branches that decide it, but for those that the prices show to be worth no more than `best`.
    fn branches(&self, branch: &Branch, open: &Open, best: Option<i64>) -> Vec<Branch> {
        let with = |change: &dyn Fn(&mut Branch)| {
            let mut next = Branch { pairs: vec![], prices: vec![], ..branch.clone() };
            change(&mut next);
            next
        };
        match open {
            Open::Vacancy(v) => vec![
                with(&|next| {
                    next.closed.insert(*v);
                }),
                with(&|next| {
                    next.running.insert(*v);
                }),
            ],
            Open::Group(g) => {
                let gains = self.gains(&self.net(branch).0, &branch.prices, &self.terms.together[*g]);
                let others = branch.bound + gains.loss() - gains.alone;
                let choices = gains.together.iter().map(|(employer, gain)| (Choice::At(*employer), others + gain));
                let choices = choices.chain([(Choice::Nowhere, others)]);
                let worth_it = choices.filter(|(_, bound)| best.is_none_or(|best| *bound > best));
                let one = |(choice, _)| {
                    with(&|next| {
                        next.groups.insert(*g, choice);
                    })
                };
                worth_it.map(one).collect()
            }
        }
    }

    /// Follows the branch with the greatest bound down to a plan, so that there is a good one early.
    fn dive(&self, mut branch: Branch, go_on: &dyn Fn() -> bool) -> Option<Branch> {
        while let Some(open) = self.open(&branch) {
            if !go_on() {
                return None;
            }
            let mut next = self.branches(&branch, &open, None);
            next.retain_mut(|next| self.solve(next));
            branch = next.into_iter().rev().max_by_key(|next| next.bound)?;
        }
        Some(branch)
    }

    /// Decides everything that is open against it, so that there is some plan early.
    fn simplest(&self, mut branch: Branch) -> Option<Branch> {
        loop {
            if !self.solve(&mut branch) {
                return None;
            }
            let Some(open) = self.open(&branch) else { return Some(branch) };
            match open {
                Open::Vacancy(v) => {
                    branch.closed.insert(v);
                }
                Open::Group(g) => {
                    branch.groups.insert(g, Choice::Nowhere);
                }
            }
        }
    }

    /// The best plan within the effort.
    pub(super) fn search(&self, effort: usize, go_on: &dyn Fn() -> bool) -> Result<Plan, NoPlan> {
        let mut root = Branch::default();
        if !self.solve(&mut root) {
            return Err(NoPlan::Contradictions(vec![Contradiction::All]));
        }
        let price = |v: u32| root.prices[(LEAVES * v) as usize].clamp(0, 1_000).unsigned_abs();
        let gains = (0..self.instance.problem.vacancies()).map(price).collect();
        let mut best: Option<(i64, Pairs)> = None;
        let mut early = vec![];
        if !self.terms.flow_only() {
            early.extend(self.simplest(root.clone()));
            // A dive solves as many flows as there are choices on its way.
            if effort > self.terms.together.len() * 8 {
                early.extend(self.dive(root.clone(), go_on));
            }
        }
        for plan in early {
            let value = self.total(&plan.pairs);
            if best.as_ref().is_none_or(|(known, _)| value > *known) {
                best = Some((value, plan.pairs));
            }
        }
        let mut waiting = vec![root];
        let mut branches = 0;
        while let Some(place) = next(&waiting, best.as_ref().map(|(value, _)| *value)) {
            if !go_on() {
                return Err(NoPlan::Cancelled);
            }
            tell(RunStage::Branching, branches, effort);
            if branches > effort {
                break;
            }
            let branch = waiting.swap_remove(place);
            let Some(open) = self.open(&branch) else {
                let value = self.total(&branch.pairs);
                if best.as_ref().is_none_or(|(known, _)| value > *known) {
                    best = Some((value, branch.pairs));
                }
                continue;
            };
            let known = best.as_ref().map(|(value, _)| *value);
            let mut next = self.branches(&branch, &open, known);
            branches += next.len();
            next.retain_mut(|next| self.solve(next) && known.is_none_or(|value| next.bound > value));
            waiting.extend(next);
        }
        let Some((value, pairs)) = best else {
            return Err(NoPlan::Contradictions(vec![Contradiction::All]));
        };
        let bound = waiting.iter().map(|branch| branch.bound).fold(value, i64::max);
        let objective = pairs.iter().map(|(_, _, score)| u64::from(*score)).sum();
        Ok(Plan {
            pairs,
            objective,
            bound: objective + (bound - value).unsigned_abs(),
            optimal: bound == value,
            gains,
            loses: vec![],
        })
    }
}

/// The waiting branch with the greatest bound, of equal ones the last, if it may still be better than the best plan.
fn next(waiting: &[Branch], best: Option<i64>) -> Option<usize> {
    let (place, branch) = waiting.iter().enumerate().max_by_key(|(place, branch)| (branch.bound, *place))?;
    best.is_none_or(|value| branch.bound > value).then_some(place)
}
