//! Where people are short in a plan, and where places are: what would bring more, what one more place is worth; in words.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use uuid::Uuid;

use super::condition::{CONDITIONS, bit_of, failing};
use super::sentence::Lang;
use super::table::{Table, in_parallel};

/// So much more a month is tried, in fen.
const RAISE: i64 = 30_000;
/// So many conditions are named.
const NAMED: usize = 3;
/// So many vacancies are looked into, those that miss the most.
const LOOKED_INTO: usize = 50;

/// Empty places of a vacancy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shortage {
    /// The vacancy.
    pub vacancy: Uuid,
    /// Places that stay empty.
    pub missing: u32,
    /// What one more place would be worth, in points; 0 = people are short, not places.
    pub price: u64,
    /// People without a place for whom only the wage is too low, and would no longer be with 300 yuan more.
    pub by_wage: usize,
    /// People without a place for whom only lodging or meals are missing.
    pub by_needs: usize,
    /// Conditions that alone shut people out, those that shut out the most first, with how many.
    pub shut: Vec<(&'static str, usize)>,
}

/// The empty places of a plan: vacancies that miss the most first, then by id.
pub fn shortages(table: &Table, pairs: &[(u32, u32, u32)], prices: &[u64]) -> Vec<Shortage> {
    let mut taken = vec![0u32; table.posts()];
    let mut placed = BTreeSet::new();
    for (worker, post, _) in pairs {
        taken[*post as usize] += 1;
        placed.insert(*worker);
    }
    let free: Vec<u32> = (0..table.workers() as u32).filter(|worker| !placed.contains(worker)).collect();
    let missing = |post: u32| table.opening(post).places_left.saturating_sub(taken[post as usize]);
    let mut short: Vec<u32> = (0..table.posts() as u32).filter(|post| missing(*post) > 0).collect();
    short.sort_by_key(|post| (Reverse(missing(*post)), *post));
    in_parallel(table.threads(), short.len(), |place| {
        let post = short[place];
        let mut alone = vec![0; CONDITIONS.len()];
        let mut by_wage = 0;
        if place < LOOKED_INTO {
            let reach = table.opening(post).reach;
            for worker in &free {
                let pair = table.pair(*worker, post);
                let fails = failing(&pair);
                if fails.is_power_of_two() {
                    alone[fails.trailing_zeros() as usize] += 1;
                    let nearly = reach.zip(pair.seeker.wage_floor).is_some_and(|(reach, floor)| reach + RAISE >= floor);
                    by_wage += usize::from(fails == bit_of("wage") && nearly);
                }
            }
        }
        let of = |code: &str| alone[bit_of(code).trailing_zeros() as usize];
        let by_needs = of("needs");
        let mut shut: Vec<(&'static str, usize)> =
            CONDITIONS.iter().map(|c| c.code).zip(alone).filter(|(_, count)| *count > 0).collect();
        shut.sort_by_key(|(_, count)| Reverse(*count));
        shut.truncate(NAMED);
        let price = prices.get(post as usize).copied().unwrap_or(0);
        Shortage { vacancy: table.opening(post).id, missing: missing(post), price, by_wage, by_needs, shut }
    })
}

/// A vacancy that is full while people who fit are left over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sought {
    /// The vacancy.
    pub vacancy: Uuid,
    /// Points that one more place gains.
    pub gain: u64,
    /// Points that one place fewer loses, if it is known.
    pub loss: Option<u64>,
}

/// The vacancies where one more place gains the most, then by id; `gains` and `loses` are both ends of the prices.
pub fn sought(table: &Table, gains: &[u64], loses: &[u64]) -> Vec<Sought> {
    let one = |(post, gain): (u32, &u64)| Sought {
        vacancy: table.opening(post).id,
        gain: *gain,
        loss: loses.get(post as usize).copied(),
    };
    let mut all: Vec<Sought> = (0u32..).zip(gains).filter(|(_, gain)| **gain > 0).map(one).collect();
    all.sort_by_key(|one| (Reverse(one.gain), one.vacancy));
    all
}

impl Sought {
    /// As a clerk would say it; points are no money.
    pub fn text(&self, lang: Lang) -> String {
        match (lang, self.loss) {
            (Lang::Zh, None) => format!("名额已满，还有合适的人：多一个名额，总分多 {} 分。", self.gain),
            (Lang::Zh, Some(loss)) => {
                format!("名额已满，还有合适的人：多一个名额，总分多 {} 分；少一个，少 {loss} 分。", self.gain)
            }
            (Lang::En, None) => format!("Full, and people who fit are left: one more place adds {} points.", self.gain),
            (Lang::En, Some(loss)) => format!(
                "Full, and people who fit are left: one more place adds {} points, one fewer costs {loss}.",
                self.gain
            ),
        }
    }
}

/// A condition in two or three words.
fn name(code: &str) -> (&'static str, &'static str) {
    match code {
        "occupation" => ("工种", "occupation"),
        "region" => ("地区", "region"),
        "leave_home" => ("离不开家", "cannot leave home"),
        "wage" => ("工资", "wage"),
        "certificates" => ("证书", "certificates"),
        "age" => ("年龄", "age"),
        "skills" => ("技能", "skills"),
        "experience" => ("经验", "experience"),
        "schooling" => ("学历", "schooling"),
        "capacity" | "no_capacity" => ("劳动能力", "labour capacity"),
        "start" => ("到岗时间", "first day"),
        "shift" => ("倒班", "shifts"),
        "needs" => ("食宿", "lodging and meals"),
        "public_welfare" => ("公益岗对象", "circle of public-welfare posts"),
        "workshop" => ("离车间太远", "too far from the workshop"),
        "barred" => ("法律禁止", "barred by law"),
        "partner" => ("夫妻同去", "couple"),
        "introduced" => ("已推荐", "introduced already"),
        "status" => ("不在找工作", "not looking"),
        "opted_out" => ("不参加匹配", "opted out"),
        "under_16" => ("未满16岁", "under 16"),
        _ => ("岗位状态", "state of the post"),
    }
}

impl Shortage {
    /// The shortage as a clerk would say it.
    pub fn text(&self, lang: Lang) -> String {
        let mut parts = vec![match lang {
            Lang::Zh => format!("还差 {} 人。", self.missing),
            Lang::En => format!("{} people are missing.", self.missing),
        }];
        let more = [
            (self.by_wage, "月薪高 300 元", "300 yuan more a month"),
            (self.by_needs, "解决食宿", "lodging and meals"),
        ];
        for (count, zh, en) in more.into_iter().filter(|(count, _, _)| *count > 0) {
            parts.push(match lang {
                Lang::Zh => format!("{zh}，可多 {count} 人能去。"),
                Lang::En => format!(" With {en}, {count} more could go."),
            });
        }
        if !self.shut.is_empty() {
            let named = self.shut.iter().map(|(code, count)| match lang {
                Lang::Zh => format!("{}（{count} 人）", name(code).0),
                Lang::En => format!("{} ({count})", name(code).1),
            });
            let named: Vec<String> = named.collect();
            parts.push(match lang {
                Lang::Zh => format!("只差这一条的人最多的是：{}。", named.join("、")),
                Lang::En => format!(" What alone shuts out the most: {}.", named.join(", ")),
            });
        } else if self.missing > 0 {
            let nobody = match lang {
                Lang::Zh => "没有人只差一条，要另外找人。",
                Lang::En => " Nobody misses only one condition: look for other people.",
            };
            parts.push(nobody.to_owned());
        }
        parts.concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matching::sample::{columns, opening, seeker, today};

    #[test]
    fn a_shortage_says_what_would_bring_more_and_what_shuts_out_the_most() {
        let mut columns = columns();
        let mut post = opening(20);
        post.places_left = 3;
        columns.upsert_opening(&post);
        for id in 1..=5 {
            let mut person = seeker(id);
            match id {
                1 | 2 => person.worker.wage_floor = Some(620_000),
                3 => person.worker.wage_floor = Some(900_000),
                4 => person.worker.regions_wanted = vec!["520500".into()],
                _ => {}
            }
            columns.upsert_seeker(&person);
        }
        let table = Table::new(&columns, None, None, today());
        let found = shortages(&table, &[(4, 0, 500)], &[0]).remove(0);
        assert_eq!((found.missing, found.by_wage), (2, 2));
        assert_eq!(found.shut, [("wage", 3), ("region", 1)]);
        let words = "还差 2 人。月薪高 300 元，可多 2 人能去。只差这一条的人最多的是：工资（3 人）、地区（1 人）。";
        assert_eq!(found.text(Lang::Zh), words);
        assert!(sought(&table, &[0], &[0]).is_empty());
        let wanted = sought(&table, &[7], &[9]);
        assert_eq!((wanted[0].gain, wanted[0].loss), (7, Some(9)));
        assert_eq!(wanted[0].text(Lang::Zh), "名额已满，还有合适的人：多一个名额，总分多 7 分；少一个，少 9 分。");
        assert!(shortages(&table, &[(0, 0, 1), (1, 0, 1), (2, 0, 1)], &[0]).is_empty());
    }
}
