//! A small memory of what a text was found to mean: the word lists are part of the program, so an answer never ages.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

/// Texts that one memory holds at most; a full one begins anew.
const MOST: usize = 2_000;
/// Longest text that is remembered, in bytes.
const LONGEST: usize = 300;

/// Text → what it means.
pub(super) struct Memory<V>(LazyLock<Mutex<HashMap<String, V>>>);

impl<V: Clone> Memory<V> {
    pub const fn new() -> Self {
        Self(LazyLock::new(Mutex::default))
    }

    /// What is remembered of the text, or what is now found of it.
    pub fn of(&self, text: &str, find: impl FnOnce(&str) -> V) -> V {
        if text.len() > LONGEST {
            return find(text);
        }
        if let Some(known) = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(text) {
            return known.clone();
        }
        // Found without the lock: two that ask the same at once both look, and nobody else waits.
        let found = find(text);
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(text.to_owned(), found.clone());
        found
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn a_text_is_looked_at_once_and_the_memory_stays_small() {
        let (memory, asked) = (Memory::new(), Cell::new(0));
        let length = |text: &str| {
            asked.set(asked.get() + 1);
            text.len()
        };
        assert_eq!((memory.of("焊工", length), memory.of("焊工", length), asked.get()), (6, 6, 1));
        let long = "x".repeat(LONGEST + 1);
        assert_eq!((memory.of(&long, length), memory.of(&long, length), asked.get()), (301, 301, 3));
        for n in 0..3 * MOST {
            memory.of(&n.to_string(), length);
            assert!(memory.0.lock().unwrap().len() <= MOST);
        }
    }
}
