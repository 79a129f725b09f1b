//! What is wrong with one field of an input, as a stable code with the words the sentence needs.

use serde::{Deserialize, Serialize};

use super::code::Code;

/// One fault at its place; the sentence is made from `code` and `args` in the reader's language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldFault {
    /// Path of the field as in the API body, for example `certificates[1].expires`.
    pub field: String,
    /// Stable code, for example `identity.check`.
    pub code: String,
    /// Words of the sentence; never a whole ID number or phone.
    pub args: Vec<(String, String)>,
}

impl FieldFault {
    /// A fault whose sentence needs no words.
    pub fn new(field: impl Into<String>, code: impl Into<String>) -> Self {
        Self { field: field.into(), code: code.into(), args: Vec::new() }
    }

    /// A code that its list does not have; the sentence names those that it has.
    pub fn unlisted<C: Code>(field: impl Into<String>) -> Self {
        let known: Vec<&str> = C::ALL.iter().map(|code| code.code()).collect();
        Self::new(field, "code.unknown").with("list", known.join("、"))
    }

    /// Adds a word of the sentence.
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.args.push((name.to_owned(), value.to_string()));
        self
    }
}

/// Collects the faults of a whole input, so that all are told at once.
#[derive(Debug, Default)]
pub struct Faults(Vec<FieldFault>);

impl Faults {
    /// Notes a fault.
    pub fn add(&mut self, fault: FieldFault) {
        self.0.push(fault);
    }

    /// Notes a fault that needs no words.
    pub fn at(&mut self, field: &str, code: &str) {
        self.0.push(FieldFault::new(field, code));
    }

    /// Passes a good value on and notes the fault of a bad one.
    pub fn take<T>(&mut self, result: Result<T, FieldFault>) -> Option<T> {
        result.map_err(|fault| self.0.push(fault)).ok()
    }

    /// True while nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value if nothing was wrong, else every fault.
    pub fn finish<T>(self, value: T) -> Result<T, Vec<FieldFault>> {
        if self.0.is_empty() { Ok(value) } else { Err(self.0) }
    }
}
