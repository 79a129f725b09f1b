//! What the law check finds in an advert, and a clerk's decision to open it in spite of that.

use serde::{Deserialize, Serialize};

use super::advert::{self, Rule, Severity};
use super::fault::FieldFault;

/// A finding of the law check as it is kept with the vacancy and answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What it is about.
    pub rule: Rule,
    /// The article.
    pub article: String,
    /// The words or the fact at fault.
    pub text: String,
    /// Whether it blocks.
    pub severity: Severity,
    /// Field of the vacancy.
    pub field: String,
}

impl Finding {
    /// True if the vacancy may not open before a clerk overrules the finding.
    pub fn blocks(&self) -> bool {
        self.severity == Severity::Block
    }

    /// The same fault: rule and words.
    pub fn same(&self, other: &Self) -> bool {
        self.rule == other.rule && self.text == other.text
    }

    /// As a warning of a row: `advert.sex` and so on.
    pub fn warning(&self) -> FieldFault {
        FieldFault::new(self.field.clone(), format!("advert.{}", self.rule.code()))
            .with("text", &self.text)
            .with("article", &self.article)
    }
}

impl From<advert::Finding> for Finding {
    fn from(f: advert::Finding) -> Self {
        Self {
            rule: f.rule,
            article: f.article.to_owned(),
            text: f.text,
            severity: f.severity,
            field: f.field.to_owned(),
        }
    }
}

/// A clerk's decision to open an advert in spite of its findings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overruled {
    /// Why.
    pub reason: String,
    /// Who.
    pub by: String,
    /// When, microseconds UTC.
    pub at: i64,
    /// The findings it covers.
    pub findings: Vec<Finding>,
}

/// True if a finding blocks that nobody has overruled.
pub fn is_blocked(findings: &[Finding], overruled: Option<&Overruled>) -> bool {
    findings.iter().filter(|f| f.blocks()).any(|f| !overruled.is_some_and(|o| o.findings.iter().any(|c| c.same(f))))
}
