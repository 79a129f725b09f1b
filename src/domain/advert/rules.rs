//! The advert rules read from `index/law/advert_rules.toml`, compiled once.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::{Regex, RegexBuilder};
use serde::{Deserialize, Serialize};
use toml::Spanned;

use super::text::{FOLDED, Plain};

const DATA: &str = include_str!("../../../index/law/advert_rules.toml");

/// What a finding is about (DOMAIN §4); the code is stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    Sex,
    Ethnicity,
    Religion,
    Origin,
    Marriage,
    Infection,
    Disability,
    Appearance,
    AgeUpper,
    #[serde(rename = "age_under_16")]
    AgeUnder16,
    Deposit,
    IdKept,
    Fee,
    Bait,
    WageOpen,
    WageLow,
    ElementMissing,
}

/// `block`: stays closed until a clerk overrules with a reason; `warn`: shown only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Block,
    Warn,
}

impl Rule {
    /// All rules, in the order of DOMAIN §4.
    pub const ALL: [Rule; 17] = [
        Rule::Sex,
        Rule::Ethnicity,
        Rule::Religion,
        Rule::Origin,
        Rule::Marriage,
        Rule::Infection,
        Rule::Disability,
        Rule::Appearance,
        Rule::AgeUpper,
        Rule::AgeUnder16,
        Rule::Deposit,
        Rule::IdKept,
        Rule::Fee,
        Rule::Bait,
        Rule::WageOpen,
        Rule::WageLow,
        Rule::ElementMissing,
    ];

    /// The stable code, as in `check-advert`.
    pub fn code(self) -> &'static str {
        match self {
            Rule::Sex => "sex",
            Rule::Ethnicity => "ethnicity",
            Rule::Religion => "religion",
            Rule::Origin => "origin",
            Rule::Marriage => "marriage",
            Rule::Infection => "infection",
            Rule::Disability => "disability",
            Rule::Appearance => "appearance",
            Rule::AgeUpper => "age_upper",
            Rule::AgeUnder16 => "age_under_16",
            Rule::Deposit => "deposit",
            Rule::IdKept => "id_kept",
            Rule::Fee => "fee",
            Rule::Bait => "bait",
            Rule::WageOpen => "wage_open",
            Rule::WageLow => "wage_low",
            Rule::ElementMissing => "element_missing",
        }
    }

    /// The rule of a stable code.
    pub fn from_code(code: &str) -> Option<Rule> {
        Rule::ALL.into_iter().find(|rule| rule.code() == code)
    }

    /// Short citation of the article, in Chinese.
    pub fn article(self) -> &'static str {
        &self.compiled().article
    }

    /// Severity of a finding when its facts do not lower it.
    pub fn severity(self) -> Severity {
        self.compiled().severity
    }

    /// What to write instead, in Chinese.
    pub fn suggestion_zh(self) -> &'static str {
        &self.compiled().zh
    }

    /// What to write instead, in English.
    pub fn suggestion_en(self) -> &'static str {
        &self.compiled().en
    }

    fn compiled(self) -> &'static Compiled {
        let rules = all();
        // check_data, which a test runs, guarantees one entry a code.
        rules.iter().find(|rule| rule.code == self).unwrap_or(&rules[0])
    }
}

/// One rule ready to search with.
pub struct Compiled {
    pub code: Rule,
    pub severity: Severity,
    pub article: String,
    zh: String,
    en: String,
    /// Words that the patterns read as one character.
    fold: Option<Regex>,
    innocent: Option<Regex>,
    unlawful: Option<Regex>,
}

/// Stands for an innocent phrase that was blanked out; the patterns' gaps do not cross it.
const BLANK: char = '\u{1}';

impl Compiled {
    /// Original spans at fault, in order, overlapping ones joined.
    pub fn spans(&self, plain: &Plain) -> Vec<(usize, usize)> {
        let Some(unlawful) = &self.unlawful else {
            return Vec::new();
        };
        let folded = self.fold.as_ref().map(|words| {
            let text = Indexed::new(&plain.chars);
            let spans: Vec<_> = words.find_iter(&text.text).map(|m| text.chars_of(&m)).collect();
            plain.folded(&spans)
        });
        let plain = folded.as_ref().unwrap_or(plain);
        let mut text = Indexed::new(&plain.chars);
        if let Some(innocent) = &self.innocent {
            let blanks: Vec<_> = innocent.find_iter(&text.text).map(|m| text.chars_of(&m)).collect();
            if !blanks.is_empty() {
                let mut chars = plain.chars.clone();
                for span in blanks {
                    chars[span].fill(BLANK);
                }
                text = Indexed::new(&chars);
            }
        }
        unlawful
            .find_iter(&text.text)
            .filter_map(|found| {
                let span = text.chars_of(&found);
                plain.original_span(span.start, span.end)
            })
            .collect()
    }
}

/// A text with the character index of each byte.
struct Indexed {
    text: String,
    char_at: Vec<usize>,
}

impl Indexed {
    fn new(chars: &[char]) -> Indexed {
        let text: String = chars.iter().collect();
        let mut char_at: Vec<usize> =
            chars.iter().enumerate().flat_map(|(i, c)| std::iter::repeat_n(i, c.len_utf8())).collect();
        char_at.push(chars.len());
        Indexed { text, char_at }
    }

    fn chars_of(&self, found: &regex::Match) -> std::ops::Range<usize> {
        self.char_at[found.start()]..self.char_at[found.end()]
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Data {
    class: BTreeMap<String, Spanned<String>>,
    rule: Vec<RuleData>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleData {
    code: Spanned<Rule>,
    severity: Severity,
    article: String,
    #[serde(default)]
    fold: Option<Spanned<String>>,
    innocent: Vec<Spanned<String>>,
    patterns: Vec<Spanned<String>>,
    zh: String,
    en: String,
}

static RULES: LazyLock<Vec<Compiled>> = LazyLock::new(|| {
    // The data is part of the program and check_data is tested, so it always compiles.
    compile(DATA).unwrap_or_else(|faults| panic!("advert_rules.toml: {}", faults.join("; ")))
});

/// The shipped rules.
pub fn all() -> &'static [Compiled] {
    &RULES
}

/// Whether the shipped rules are well formed; each fault names its line.
pub fn check_data() -> Result<(), Vec<String>> {
    let data: Data = toml::from_str(DATA).map_err(|e| vec![e.to_string()])?;
    let mut faults = Vec::new();
    for rule in &data.rule {
        let fold = rule.fold.as_ref().map(|name| name.get_ref().as_str());
        if let (Some(name), Some(Err(fault))) = (&rule.fold, fold.map(|name| data.class_regex(name))) {
            faults.push(format!("line {}: {fault}", line_of(DATA, name.span().start)));
        }
        for pattern in rule.innocent.iter().chain(&rule.patterns) {
            let line = line_of(DATA, pattern.span().start);
            match data.expand(pattern.get_ref(), fold, 0) {
                Err(fault) => faults.push(format!("line {line}: {fault}")),
                Ok(text) => match regex(&text) {
                    Err(e) => faults.push(format!("line {line}: {}: {e}", pattern.get_ref())),
                    Ok(regex) if regex.is_match("") => {
                        faults.push(format!("line {line}: {} matches nothing at all", pattern.get_ref()));
                    }
                    Ok(_) => {}
                },
            }
        }
    }
    for code in Rule::ALL {
        let count = data.rule.iter().filter(|r| *r.code.get_ref() == code).count();
        if count != 1 {
            faults.push(format!("rule {} stands {count} times", code.code()));
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

fn compile(data: &str) -> Result<Vec<Compiled>, Vec<String>> {
    let data: Data = toml::from_str(data).map_err(|e| vec![e.to_string()])?;
    let mut faults = Vec::new();
    let mut compiled = Vec::new();
    for rule in &data.rule {
        let fold = rule.fold.as_ref().map(|name| name.get_ref().as_str());
        let any = |patterns: &[Spanned<String>]| data.any_of(patterns, fold);
        let folded = fold.map(|name| data.class_regex(name)).transpose();
        match (folded, any(&rule.innocent), any(&rule.patterns)) {
            (Ok(fold), Ok(innocent), Ok(unlawful)) => compiled.push(Compiled {
                code: *rule.code.get_ref(),
                severity: rule.severity,
                article: rule.article.clone(),
                zh: rule.zh.clone(),
                en: rule.en.clone(),
                fold,
                innocent,
                unlawful,
            }),
            (fold, innocent, unlawful) => {
                faults.extend([fold.err(), innocent.err(), unlawful.err()].into_iter().flatten());
            }
        }
    }
    if faults.is_empty() { Ok(compiled) } else { Err(faults) }
}

impl Data {
    /// One expression for all of these patterns, none if there are none.
    fn any_of(&self, patterns: &[Spanned<String>], fold: Option<&str>) -> Result<Option<Regex>, String> {
        if patterns.is_empty() {
            return Ok(None);
        }
        let parts = patterns.iter().map(|p| self.expand(p.get_ref(), fold, 0)).collect::<Result<Vec<_>, _>>()?;
        regex(&parts.join("|")).map(Some).map_err(|e| e.to_string())
    }

    fn class_regex(&self, name: &str) -> Result<Regex, String> {
        regex(&self.expand(&format!("{{{name}}}"), None, 0)?).map_err(|e| e.to_string())
    }

    /// Replaces each `{name}` by its class, the folded one by its character; counts such as `{0,4}` and `\p{Han}` stay.
    fn expand(&self, pattern: &str, fold: Option<&str>, depth: u8) -> Result<String, String> {
        if depth > 4 {
            return Err(format!("classes of {pattern} go in a circle"));
        }
        let mut out = String::with_capacity(pattern.len() * 4);
        let mut rest = pattern;
        while let Some(open) = rest.find('{') {
            let (before, tail) = rest.split_at(open);
            out.push_str(before);
            let close = tail.find('}').ok_or_else(|| format!("no }} in {pattern}"))?;
            let name = &tail[1..close];
            if fold == Some(name) {
                out.push(FOLDED);
            } else if name.starts_with(|c: char| c.is_ascii_lowercase()) {
                let class = self.class.get(name).ok_or_else(|| format!("no class {name}"))?;
                out.push_str(&self.expand(class.get_ref(), fold, depth + 1)?);
            } else {
                out.push_str(&tail[..=close]);
            }
            rest = &tail[close + 1..];
        }
        out.push_str(rest);
        Ok(out)
    }
}

fn regex(pattern: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(pattern).size_limit(64 << 20).dfa_size_limit(16 << 20).build()
}

fn line_of(data: &str, at: usize) -> usize {
    1 + data[..at.min(data.len())].matches('\n').count()
}
