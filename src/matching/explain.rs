//! Why and why not: one pair taken apart, with what would have to change.

use jiff::civil::Date;
use uuid::Uuid;

use super::change::Change;
use super::columns::Columns;
use super::condition::{CONDITIONS, Pair};
use super::score::PARTS;
use super::sentence::Say;
use super::ways::{Way, ways};

/// A condition of a pair.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// Code of the condition.
    pub code: &'static str,
    /// It does not stand in the way.
    pub ok: bool,
    /// It rests on facts.
    pub known: bool,
    /// Why, or why not.
    pub say: Say,
    /// Cheapest changes that make it true, to be made together; empty when it holds or nothing can be done.
    pub changes: Vec<Change>,
}

/// Points of a part.
#[derive(Debug, Clone, PartialEq)]
pub struct Points {
    /// Code of the part.
    pub code: &'static str,
    /// Points earned.
    pub points: u32,
    /// Greatest points.
    pub max: u32,
    /// Why.
    pub say: Say,
}

/// A pair taken apart.
#[derive(Debug, Clone, PartialEq)]
pub struct Fit {
    /// Every condition holds or only asks.
    pub eligible: bool,
    /// 0 to 1000, the sum of the points; computed for ineligible pairs too.
    pub score: u32,
    /// All conditions in the order of the table.
    pub conditions: Vec<Finding>,
    /// All parts.
    pub parts: Vec<Points>,
    /// Single facts and pairs of facts whose change makes the pair eligible, cheapest first.
    pub ways: Vec<Way>,
}

/// All conditions of a pair with their words and changes.
pub fn findings(pair: &Pair) -> Vec<Finding> {
    CONDITIONS
        .iter()
        .map(|condition| {
            let held = (condition.check)(pair);
            Finding {
                code: condition.code,
                ok: held.ok,
                known: held.known,
                say: (condition.say)(pair, held),
                changes: condition.changes(pair),
            }
        })
        .collect()
}

/// All parts of a pair with their words.
pub fn points(pair: &Pair) -> Vec<Points> {
    PARTS
        .iter()
        .map(|part| Points {
            code: part.code,
            points: part.points(pair),
            max: (part.max)(pair.parameters),
            say: (part.say)(pair),
        })
        .collect()
}

/// Any pair taken apart; `None` if either is not in the columns.
pub fn fit(columns: &Columns, worker: Uuid, vacancy: Uuid, today: Date) -> Option<Fit> {
    let (_, seeker) = columns.seekers.find(worker)?;
    let (slot, opening) = columns.openings.find(vacancy)?;
    let pair = Pair::new(columns, seeker, slot, opening, today);
    let (conditions, parts) = (findings(&pair), points(&pair));
    Some(Fit {
        eligible: conditions.iter().all(|c| c.ok),
        score: parts.iter().map(|p| p.points).sum(),
        ways: ways(&pair, |_| true),
        conditions,
        parts,
    })
}

/// The words of a change, with the names of occupations and regions.
pub fn say_change(columns: &Columns, change: &Change) -> Say {
    let lexicon = columns.words.lexicon();
    change.say(&|change| match change {
        Change::OccupationsWanted(codes) => codes.iter().map(|c| (lexicon.occupation_name)(c)).collect(),
        Change::RegionsWanted(codes) => codes.iter().map(|c| (lexicon.region_name)(c)).collect(),
        _ => vec![],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::vacancy::VacancyState;
    use crate::domain::worker::{Capacity, Schooling, Status};
    use crate::matching::columns::Columns;
    use crate::matching::sample::{any_opening, any_seeker, columns, opening, seeker, today};
    use crate::matching::sentence::{Lang, Voice};
    use proptest::prelude::*;

    fn with(person: &crate::domain::worker::Seeker, posts: &[crate::domain::vacancy::Opening]) -> Columns {
        let mut columns = columns();
        columns.upsert_seeker(person);
        for post in posts {
            columns.upsert_opening(post);
        }
        columns
    }

    #[test]
    fn a_pair_that_fits_says_so_in_both_languages() {
        let (person, post) = (seeker(1), opening(2));
        let fit = fit(&with(&person, std::slice::from_ref(&post)), person.id, post.id, today()).unwrap();
        assert!(fit.eligible && fit.conditions.iter().all(|c| c.changes.is_empty()));
        let wage = fit.conditions.iter().find(|c| c.code == "wage").unwrap();
        assert_eq!(wage.say.staff(Lang::Zh), "工资够：6000，要 4500");
        assert_eq!(wage.say.staff(Lang::En), "wage reaches 6000, floor 4500");
        assert_eq!(fit.score, fit.parts.iter().map(|p| p.points).sum::<u32>());
    }

    #[test]
    fn a_change_names_side_field_and_value_of_the_api() {
        let (mut person, mut post) = (seeker(1), opening(2));
        person.worker.wage_floor = Some(620_000);
        post.vacancy.requirements.schooling = Some(Schooling::College);
        let columns = with(&person, std::slice::from_ref(&post));
        let fit = fit(&columns, person.id, post.id, today()).unwrap();
        let change = |code: &str| {
            let finding = fit.conditions.iter().find(|c| c.code == code).unwrap();
            let change = &finding.changes[0];
            (change.side().code(), change.field(), change.value())
        };
        assert_eq!(change("wage"), ("worker", "wage_floor", 6000.into()));
        assert_eq!(change("schooling"), ("vacancy", "requirements.schooling", "junior_middle".into()));
        let finding = fit.conditions.iter().find(|c| c.code == "wage").unwrap();
        let say = say_change(&columns, &finding.changes[0]);
        assert_eq!(say.staff(Lang::Zh), "问本人 6000 元肯不肯");
    }

    #[test]
    fn a_missing_certificate_is_added_to_the_held_ones_and_named_alone() {
        let (person, mut post) = (seeker(1), opening(2));
        post.vacancy.requirements.certificates = vec!["健康证".into(), "焊工证".into()];
        let columns = with(&person, std::slice::from_ref(&post));
        let fit = fit(&columns, person.id, post.id, today()).unwrap();
        let finding = fit.conditions.iter().find(|c| c.code == "certificates").unwrap();
        assert_eq!(finding.changes[0].value(), serde_json::json!([{"name": "健康证"}, {"name": "焊工证"}]));
        assert_eq!(say_change(&columns, &finding.changes[0]).staff(Lang::En), "obtain 焊工证");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]
        #[test]
        fn making_the_listed_changes_makes_the_pair_eligible(
            mut person in any_seeker(), mut post in any_opening(),
        ) {
            let before = fit(&with(&person, std::slice::from_ref(&post)), person.id, post.id, today()).unwrap();
            let failed: Vec<_> = before.conditions.iter().filter(|c| !c.ok).collect();
            if failed.iter().any(|c| c.changes.is_empty()) {
                prop_assert!(!before.eligible);
                return Ok(());
            }
            for change in failed.iter().flat_map(|c| &c.changes) {
                change.apply_to_seeker(&mut person);
                change.apply_to_opening(&mut post);
            }
            let after = fit(&with(&person, std::slice::from_ref(&post)), person.id, post.id, today()).unwrap();
            prop_assert!(after.eligible, "{before:#?}\n{after:#?}");
        }

        #[test]
        fn a_pair_without_a_protected_obstacle_can_always_be_made_eligible(
            mut person in any_seeker(), mut post in any_opening(),
        ) {
            person.worker.birth_date = seeker(1).worker.birth_date;
            person.worker.capacity = Some(Capacity::Weak);
            person.opted_out = false;
            if matches!(person.status, Status::Training | Status::Closed) {
                person.status = Status::Away;
            }
            post.vacancy.hazards.clear();
            post.vacancy.kind = None;
            post.vacancy.requirements.min_age = None;
            post.vacancy.requirements.max_age = None;
            if post.state != VacancyState::Filled {
                post.state = VacancyState::Expired;
            }
            let before = fit(&with(&person, std::slice::from_ref(&post)), person.id, post.id, today()).unwrap();
            for finding in before.conditions.iter().filter(|c| !c.ok) {
                prop_assert!(!finding.changes.is_empty(), "{}", finding.code);
                for change in &finding.changes {
                    change.apply_to_seeker(&mut person);
                    change.apply_to_opening(&mut post);
                }
            }
            let after = fit(&with(&person, std::slice::from_ref(&post)), person.id, post.id, today()).unwrap();
            prop_assert!(after.eligible, "{before:#?}\n{after:#?}");
        }

        #[test]
        fn every_finding_can_be_said_with_no_value_left_open(
            person in any_seeker(), post in any_opening(),
        ) {
            let columns = with(&person, std::slice::from_ref(&post));
            let fit = fit(&columns, person.id, post.id, today()).unwrap();
            let says = fit.conditions.iter().flat_map(|c| {
                std::iter::once(c.say.clone()).chain(c.changes.iter().map(|x| say_change(&columns, x)))
            });
            for say in says.chain(fit.parts.iter().map(|p| p.say.clone())) {
                for (lang, voice) in [(Lang::Zh, Voice::Staff), (Lang::En, Voice::Staff), (Lang::Zh, Voice::Worker), (Lang::En, Voice::Worker)] {
                    let text = say.text(lang, voice);
                    prop_assert!(voice == Voice::Worker || text.is_some(), "{}", say.code);
                    prop_assert!(!text.unwrap_or_default().contains(['{', '}']), "{}", say.code);
                }
            }
            for c in &fit.conditions {
                prop_assert_eq!(c.say.code.split('.').next(), Some(c.code));
                for change in &c.changes {
                    for word in ["birth", "sex", "ethnicity", "health", "origin", "_age"] {
                        prop_assert!(!change.key().contains(word));
                    }
                }
            }
        }
    }
}
