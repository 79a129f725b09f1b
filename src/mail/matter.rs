//! What letters are about: plain data per kind, in types that cannot carry a number or a full name.

use std::fmt;

use askama::Template;

use crate::domain::identity::masked_name;

/// The language of a letter, a station's setting.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// Chinese.
    #[default]
    Zh,
    /// English.
    En,
}

impl Language {
    /// The BCP 47 tag.
    pub fn tag(self) -> &'static str {
        match self {
            Language::Zh => "zh-CN",
            Language::En => "en",
        }
    }
}

/// Longest run of words that a letter repeats, in characters; titles and names are shorter.
const LONGEST: usize = 120;

/// Words that a letter may repeat: one line, no control characters, no run of eleven or more digits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words(String);

impl Words {
    /// Cleans words of any origin.
    pub fn new(text: &str) -> Words {
        let line: String = text
            .chars()
            .map(|c| match c {
                c if c.is_control() || c.is_whitespace() || matches!(c, '\u{2028}' | '\u{2029}') => ' ',
                // The two marks that templates begin a line with.
                '•' => '·',
                '→' => '-',
                c => c,
            })
            .collect();
        let line = hide_numbers(line.trim());
        match line.char_indices().nth(LONGEST) {
            Some((end, _)) => Words(format!("{}…", &line[..end])),
            None => Words(line),
        }
    }
}

/// Replaces every run of digits (with spaces, dashes, dots or brackets between, a final X) that is as long as a phone.
fn hide_numbers(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let is_digit = |c: char| c.is_ascii_digit() || ('０'..='９').contains(&c);
    let joins = |c: char| matches!(c, ' ' | '-' | '.' | '(' | ')' | '–' | '－' | '·' | '　');
    let mut out = String::with_capacity(text.len());
    let mut i = 0;
    while i < chars.len() {
        if !is_digit(chars[i]) {
            out.push(chars[i]);
            i += 1;
            continue;
        }
        let (mut end, mut digits) = (i, 0);
        let mut j = i;
        while j < chars.len() && (is_digit(chars[j]) || joins(chars[j])) {
            if is_digit(chars[j]) {
                digits += 1;
                end = j + 1;
            }
            j += 1;
        }
        if digits >= 11 {
            out.push_str("***");
            if chars.get(end).is_some_and(|c| matches!(c, 'x' | 'X' | 'ｘ' | 'Ｘ')) {
                end += 1;
            }
        } else {
            out.extend(&chars[i..end]);
        }
        i = end;
    }
    out
}

impl From<&str> for Words {
    fn from(text: &str) -> Words {
        Words::new(text)
    }
}

impl From<String> for Words {
    fn from(text: String) -> Words {
        Words::new(&text)
    }
}

impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A person as a letter names one: 王* and the case ref.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Person {
    name: Words,
    code: Words,
}

impl Person {
    /// Keeps of the name its surname only.
    pub fn new(name: &str, code: &str) -> Person {
        Person { name: Words(masked_name(name)), code: Words::new(code) }
    }
}

impl fmt::Display for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}　{}", self.name, self.code)
    }
}

/// A vacancy or class in a list: title, ref, and a number such as places left.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listed {
    /// Title.
    pub title: Words,
    /// The code to say on the telephone.
    pub code: Words,
    /// Places or seats left.
    pub left: u32,
    /// The day that matters (closes, begins), in words; may be empty.
    pub day: Words,
}

/// A kind of task and how many there are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// What is counted, in the letter's language.
    pub what: Words,
    /// How many.
    pub n: u64,
}

/// People were introduced; to the employer only after consent, to the station for its record.
#[derive(Clone, Debug, Default, PartialEq, Eq, Template)]
#[template(path = "mail/introduction.txt")]
pub struct Introduction {
    /// Language.
    pub lang: Language,
    /// The letter goes to the employer, who is to answer.
    pub to_employer: bool,
    /// The vacancy.
    pub vacancy: Listed,
    /// The employer.
    pub employer: Words,
    /// The people.
    pub people: Vec<Person>,
    /// The day to answer by, in words; may be empty.
    pub answer_by: Words,
}

/// Somebody left a number for a vacancy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Template)]
#[template(path = "mail/interest.txt")]
pub struct Interest {
    /// Language.
    pub lang: Language,
    /// Who, with the receipt code.
    pub person: Person,
    /// The vacancy.
    pub vacancy: Listed,
    /// The day to call by, in words.
    pub call_by: Words,
}

/// Somebody was hired.
#[derive(Clone, Debug, Default, PartialEq, Eq, Template)]
#[template(path = "mail/placement.txt")]
pub struct Placement {
    /// Language.
    pub lang: Language,
    /// Who.
    pub person: Person,
    /// The vacancy.
    pub vacancy: Listed,
    /// The employer.
    pub employer: Words,
    /// First day of work, in words.
    pub from: Words,
}

/// A station's day: its worklist and new vacancies for its people.
#[derive(Clone, Debug, Default, PartialEq, Eq, Template)]
#[template(path = "mail/daily-digest.txt")]
pub struct DailyDigest {
    /// Language.
    pub lang: Language,
    /// The station.
    pub station: Words,
    /// The day, in words.
    pub day: Words,
    /// The worklist by kind.
    pub tasks: Vec<Count>,
    /// How many are overdue.
    pub overdue: u64,
    /// New vacancies that fit people of the station.
    pub vacancies: Vec<Listed>,
    /// What is new for the station's saved searches.
    pub searches: Vec<Found>,
}

/// What is new for a saved search.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The search's name; empty for a search of people.
    pub name: Words,
    /// How many are new.
    pub n: u64,
    /// The first of them, if they are people.
    pub people: Vec<Person>,
    /// The first of them, if they are vacancies.
    pub vacancies: Vec<Listed>,
}

impl Found {
    fn of_people(&self) -> bool {
        self.name.0.is_empty()
    }
}

impl DailyDigest {
    /// True if there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.tasks.is_empty() && self.vacancies.is_empty() && self.searches.is_empty()
    }

    fn all(&self) -> u64 {
        self.tasks.iter().map(|t| t.n).sum()
    }
}

/// The first of some people, and how many more there are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct People {
    /// The first of them.
    pub first: Vec<Person>,
    /// How many more there are.
    pub more: usize,
}

/// A class with free seats, and the people of the station whom it would help.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seats {
    /// The class with the seats left and the day it begins.
    pub class: Listed,
    /// Whom to enrol: each of them is one more who is placed.
    pub enrol: People,
    /// Who would go to a better vacancy by it, without one more being placed.
    pub better: People,
}

/// Seats are free in training classes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Template)]
#[template(path = "mail/class-seats.txt")]
pub struct ClassSeats {
    /// Language.
    pub lang: Language,
    /// The classes.
    pub classes: Vec<Seats>,
}

/// Vacancies close soon.
#[derive(Clone, Debug, Default, PartialEq, Eq, Template)]
#[template(path = "mail/expiring.txt")]
pub struct Expiring {
    /// Language.
    pub lang: Language,
    /// The vacancies with places left and the day they close.
    pub vacancies: Vec<Listed>,
}

/// A link to set a password; the letter's link is it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Template)]
#[template(path = "mail/password.txt")]
pub struct PasswordLink {
    /// Language.
    pub lang: Language,
    /// Name of the account.
    pub account: Words,
    /// How many hours the link lasts.
    pub hours: u32,
}

/// What a letter is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Matter {
    /// People were introduced.
    Introduction(Introduction),
    /// Somebody left a number.
    Interest(Interest),
    /// Somebody was hired.
    Placement(Placement),
    /// A station's day.
    DailyDigest(DailyDigest),
    /// Seats are free.
    ClassSeats(ClassSeats),
    /// Vacancies close soon.
    Expiring(Expiring),
    /// A link to set a password.
    Password(PasswordLink),
}

impl Matter {
    /// The stable name of the kind, as in `X-Shanhai-Event`.
    pub fn kind(&self) -> &'static str {
        match self {
            Matter::Introduction(_) => "introduction",
            Matter::Interest(_) => "interest",
            Matter::Placement(_) => "placement",
            Matter::DailyDigest(_) => "daily-digest",
            Matter::ClassSeats(_) => "class-seats",
            Matter::Expiring(_) => "expiring",
            Matter::Password(_) => "password",
        }
    }

    /// The language of the letter.
    pub fn lang(&self) -> Language {
        match self {
            Matter::Introduction(m) => m.lang,
            Matter::Interest(m) => m.lang,
            Matter::Placement(m) => m.lang,
            Matter::DailyDigest(m) => m.lang,
            Matter::ClassSeats(m) => m.lang,
            Matter::Expiring(m) => m.lang,
            Matter::Password(m) => m.lang,
        }
    }

    /// Subject in the first line, then the letter's lines: `• ` begins an item, `→ ` names the link.
    pub(super) fn script(&self) -> String {
        let script = match self {
            Matter::Introduction(m) => m.render(),
            Matter::Interest(m) => m.render(),
            Matter::Placement(m) => m.render(),
            Matter::DailyDigest(m) => m.render(),
            Matter::ClassSeats(m) => m.render(),
            Matter::Expiring(m) => m.render(),
            Matter::Password(m) => m.render(),
        };
        // Rendering fails only where a `Display` fails; words, people and numbers do not.
        script.unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_person_is_a_family_name_and_a_star() {
        assert_eq!(Person::new("王小明", "R-7K2M").to_string(), "王*　R-7K2M");
        assert_eq!(Person::new("", "R-7K2M").to_string(), "*　R-7K2M");
        assert_eq!(Person::new("𠮷田", "R-1").to_string(), "𠮷*　R-1");
        assert_eq!(Person::new("欧阳小山", "R-1").to_string(), "欧阳*　R-1");
        assert_eq!(Person::new("14600000071", "R-1").to_string(), "*　R-1");
    }

    #[test]
    fn words_are_one_line_without_numbers_of_people() {
        for (typed, shown) in [
            ("焊工，电话146 0000-0071 找老王", "焊工，电话*** 找老王"),
            ("证号52052519790312996X", "证号***"),
            ("１４６０００００００７１", "***"),
            ("每月 5500–6800 元，招 30 人", "每月 5500–6800 元，招 30 人"),
            ("2026-12-20", "2026-12-20"),
            ("a\r\nBcc: x@y", "a  Bcc: x@y"),
            ("→ 点这里 • 啊", "- 点这里 · 啊"),
        ] {
            assert_eq!(Words::new(typed).to_string(), shown, "{typed}");
        }
        assert_eq!(Words::new(&"长".repeat(300)).to_string().chars().count(), LONGEST + 1);
    }

    proptest! {
        #[test]
        fn words_never_hold_a_line_end_or_eleven_digits(text in "\\PC{0,30}[0-9 ]{0,30}[\\r\\n\\t]{0,3}\\PC{0,30}") {
            let shown = Words::new(&text).to_string();
            prop_assert!(!shown.contains(['\r', '\n', '\0']));
            let mut run = 0;
            for c in shown.chars() {
                run = if c.is_ascii_digit() { run + 1 } else { 0 };
                prop_assert!(run < 11, "{}", shown);
            }
        }
    }
}
