//! An employment that came from an introduction.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// What is agreed when a worker takes the post.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Placement {
    /// First day of work.
    pub from: Option<Date>,
    /// Agreed wage in fen.
    pub wage: Option<i64>,
    /// What the wage is paid for.
    pub period: Option<super::vacancy::Period>,
    /// Contract length in months.
    pub contract_months: Option<u32>,
    /// Travelled with organised transport (点对点).
    pub organised: bool,
}
