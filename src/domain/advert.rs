//! The law check of a job advert: what its words and its facts may not say, with the article (rules: `index/law/advert_rules.toml`).

mod rules;
mod text;

use jiff::civil::Date;
use serde::Serialize;

use crate::domain::minimum_wage::{self, Pay};
pub use rules::{Rule, Severity, check_data};

/// One thing that the law, or a rule of good adverts, has against an advert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    pub rule: Rule,
    /// Short citation of the article, in Chinese.
    pub article: &'static str,
    pub severity: Severity,
    /// First character of the quoted words in the checked text, counted in characters.
    pub start: usize,
    /// One past the last character; equal to `start` when a fact, not a text, is at fault.
    pub end: usize,
    /// The words at fault as written, or the Chinese name of the missing or faulty fact.
    pub text: String,
    /// Vacancy field at fault (`title`, `description`, `wage`, …); empty when a bare text was checked.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub field: &'static str,
}

impl Finding {
    /// Whether the vacancy stays closed until a clerk overrules the finding with a reason.
    pub fn blocks(&self) -> bool {
        self.severity == Severity::Block
    }
}

/// The facts of a vacancy that the law check reads; money in fen, texts empty when unknown.
#[derive(Clone, Debug, Default)]
pub struct AdvertFacts<'a> {
    pub title: &'a str,
    pub description: &'a str,
    /// Requirements as written, beside the structured ones.
    pub requirements: &'a str,
    pub employer_known: bool,
    pub headcount: Option<u32>,
    /// At least one requirement or preference, structured or written.
    pub has_conditions: bool,
    /// The work itself is described, or named by an occupation.
    pub has_content: bool,
    pub place_known: bool,
    /// GB/T 2260 code of the work place.
    pub region: Option<&'a str>,
    pub pay: Option<Pay>,
    /// Probation pay, in the period of `pay`.
    pub probation_fen: Option<i64>,
    pub min_age: Option<u8>,
    pub max_age: Option<u8>,
    pub part_time: bool,
    /// Platform work has no minimum wage check (its own checks are for injury cover and fees).
    pub platform: bool,
    /// First day of work, else the day of the check counts for the wage table.
    pub start: Option<Date>,
    pub valid_until: Option<Date>,
    /// The State forbids the post to women (`barred_post`), so a sex condition is lawful.
    pub barred_for_women: bool,
}

/// Upper ages from here on follow the statutory pension age and raise no finding.
const PENSION_AGE: u8 = 55;

/// Checks a text alone; findings are in the order of the text.
pub fn check_text(text: &str) -> Vec<Finding> {
    check_field(text, "", false)
}

/// Checks the texts and the facts of a vacancy as of `today`.
pub fn check_vacancy(facts: &AdvertFacts, today: Date) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (field, text) in
        [("title", facts.title), ("requirements", facts.requirements), ("description", facts.description)]
    {
        findings.extend(check_field(text, field, facts.barred_for_women));
    }
    check_ages(facts, &mut findings);
    check_pay(facts, today, &mut findings);
    let elements = [
        ("employer", "用人单位", facts.employer_known),
        ("headcount", "招聘人数", facts.headcount.is_some_and(|n| n > 0)),
        ("requirements", "招聘条件", facts.has_conditions),
        ("description", "工作内容", facts.has_content),
        ("region", "工作地点", facts.place_known),
        ("wage", "基本工资", facts.pay.is_some()),
        ("valid_until", "有效期", facts.valid_until.is_some()),
    ];
    findings.extend(
        elements
            .into_iter()
            .filter(|(_, _, present)| !present)
            .map(|(field, name, _)| of_fact(Rule::ElementMissing, field, name.to_owned())),
    );
    findings
}

fn check_field(text: &str, field: &'static str, barred_for_women: bool) -> Vec<Finding> {
    if text.is_empty() {
        return Vec::new();
    }
    let plain = text::normalise(text);
    let original: Vec<char> = text.chars().collect();
    let mut findings: Vec<Finding> = rules::all()
        .iter()
        .filter(|rule| !(barred_for_women && rule.code == Rule::Sex))
        .flat_map(|rule| {
            rule.spans(&plain).into_iter().map(|(start, end)| Finding {
                rule: rule.code,
                article: &rule.article,
                severity: rule.severity,
                start,
                end,
                text: original[start..end].iter().collect(),
                field,
            })
        })
        .collect();
    findings.sort_by_key(|f| (f.start, f.end));
    findings
}

fn of_fact(code: Rule, field: &'static str, text: String) -> Finding {
    Finding { rule: code, article: code.article(), severity: code.severity(), start: 0, end: 0, text, field }
}

fn check_ages(facts: &AdvertFacts, findings: &mut Vec<Finding>) {
    let known = |rule| findings.iter().any(|f: &Finding| f.rule == rule);
    let (upper_said, child_said) = (known(Rule::AgeUpper), known(Rule::AgeUnder16));
    if let Some(age) = facts.min_age.filter(|age| *age < 16 && !child_said) {
        findings.push(of_fact(Rule::AgeUnder16, "min_age", format!("{age}岁")));
    }
    if let Some(age) = facts.max_age.filter(|age| *age < PENSION_AGE && !upper_said) {
        findings.push(of_fact(Rule::AgeUpper, "max_age", format!("{age}岁")));
    }
}

fn check_pay(facts: &AdvertFacts, today: Date, findings: &mut Vec<Finding>) {
    let Some(pay) = facts.pay else {
        if !findings.iter().any(|f| f.rule == Rule::WageOpen) {
            findings.push(of_fact(Rule::WageOpen, "wage", "面议".to_owned()));
        }
        return;
    };
    if facts.platform {
        return;
    }
    let day = facts.start.unwrap_or(today);
    let minimum = facts.region.and_then(|region| minimum_wage::lookup(region, day, facts.part_time));
    let mut low = |field, amount: i64, severity| {
        let mut finding = of_fact(Rule::WageLow, field, format!("{}元", yuan(amount)));
        finding.severity = severity;
        findings.push(finding);
    };
    if let Some(minimum) = minimum {
        let severity = if minimum.verified { Severity::Block } else { Severity::Warn };
        if minimum.is_above(pay) {
            low("wage", pay.fen, severity);
        }
        if let Some(fen) = facts.probation_fen
            && minimum.is_above(Pay { fen, ..pay })
        {
            low("probation", fen, severity);
            return;
        }
    }
    // 劳动合同法 20: four fifths of the agreed pay; no confirmed minimum is at stake, so it only warns.
    if let Some(fen) = facts.probation_fen.filter(|fen| fen * 5 < pay.fen * 4) {
        low("probation", fen, Severity::Warn);
    }
}

fn yuan(fen: i64) -> String {
    if fen % 100 == 0 { (fen / 100).to_string() } else { format!("{}.{:02}", fen / 100, fen % 100) }
}

#[cfg(test)]
mod tests;
