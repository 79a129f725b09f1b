//! Answers of the index's present state: the same question on the same state has the same answer.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::find::Answer;

/// Answers that are remembered at most; a full memory begins anew.
const MOST: usize = 500;
/// Longest question that is remembered, in bytes.
const LONGEST: usize = 1_000;

/// Answers to public questions, by generation of the searcher: a commit that searches see makes them void.
#[derive(Default)]
pub(super) struct Answers(Mutex<Known>);

#[derive(Default)]
struct Known {
    generation: u64,
    answers: HashMap<String, Arc<Answer>>,
}

impl Answers {
    pub fn get(&self, generation: u64, question: &str) -> Option<Arc<Answer>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        (known.generation == generation).then(|| known.answers.get(question).cloned())?
    }

    pub fn put(&self, generation: u64, question: String, answer: &Answer) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // A slow search may come back after a newer state was asked.
        if generation < known.generation || question.len() > LONGEST {
            return;
        }
        if generation > known.generation || known.answers.len() >= MOST {
            *known = Known { generation, answers: HashMap::new() };
        }
        known.answers.insert(question, Arc::new(answer.clone()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(total: u64) -> Answer {
        Answer { total, ..Answer::default() }
    }

    #[test]
    fn a_newer_state_of_the_index_makes_every_answer_void() {
        let answers = Answers::default();
        answers.put(1, "焊工".into(), &answer(3));
        assert_eq!(answers.get(1, "焊工").map(|a| a.total), Some(3));
        assert!(answers.get(2, "焊工").is_none());
        answers.put(2, "电工".into(), &answer(4));
        assert!(answers.get(2, "焊工").is_none());
        // The answer of a search that began before is not kept.
        answers.put(1, "焊工".into(), &answer(3));
        assert!(answers.get(1, "焊工").is_none() && answers.get(2, "焊工").is_none());
    }

    #[test]
    fn the_memory_stays_small() {
        let answers = Answers::default();
        for n in 0..10_000 {
            answers.put(1, format!("{n}"), &answer(n));
        }
        answers.put(1, "x".repeat(LONGEST + 1), &answer(1));
        let known = answers.0.lock().unwrap();
        assert!(known.answers.len() <= MOST && known.answers.keys().all(|question| question.len() <= LONGEST));
    }
}
