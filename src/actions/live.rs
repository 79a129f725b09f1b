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
