//! What lives in memory beside the database: the index and the matching columns, both following the change log.

use super::office::Settings;

/// Index and columns of this node.
#[derive(Debug)]
pub struct Live {}

impl Live {
    /// Nothing loaded yet.
    pub fn new(_settings: &Settings) -> Self {
        Self {}
    }
}

/// The occupation code of a code or title, if it is certain enough.
pub fn occupation_of(text: &str) -> Option<String> {
    Some(text.to_owned())
}

/// The code of a certificate's name.
pub fn certificate_of(_name: &str) -> Option<String> {
    None
}

/// The name of an occupation code.
pub fn occupation_name(_code: &str) -> Option<String> {
    None
}
