//! The building blocks of pages: links, tags, notes, facts, timelines, and the block that holds any of them.

use std::ops::Range;

use askama::Template;

use super::chrome::Chrome;
use super::form::{Field, Form, Kind};
use super::language::{Lang, word};
use super::table::{Pick, Table};

/// Whether something is plain, good, doubtful or bad; always said in words too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// Nothing special.
    #[default]
    Plain,
    /// As it should be.
    Ok,
    /// Look at it.
    Warn,
    /// Wrong.
    Bad,
}

impl Tone {
    pub(super) fn class(self) -> &'static str {
        match self {
            Tone::Plain => "",
            Tone::Ok => " ok",
            Tone::Warn => " warn",
            Tone::Bad => " bad",
        }
    }
}

/// A link.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Link {
    /// Where to.
    pub href: String,
    /// What stands there.
    pub text: String,
}

impl Link {
    /// A link to `href` reading `text`.
    pub fn to(href: impl Into<String>, text: impl Into<String>) -> Link {
        Link { href: href.into(), text: text.into() }
    }
}

/// A state in a word.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tag {
    /// The word.
    pub text: String,
    /// How it is.
    pub tone: Tone,
}

impl Tag {
    /// The word `text` in a tone.
    pub fn new(text: impl Into<String>, tone: Tone) -> Tag {
        Tag { text: text.into(), tone }
    }

    pub(super) fn part(&self) -> TagPart<'_> {
        TagPart { tag: self }
    }
}

/// A boxed message; at most one a screen.
#[derive(Clone, Debug, Default)]
pub struct Note {
    /// How it is.
    pub tone: Tone,
    /// The first words, in bold.
    pub lead: String,
    /// The rest.
    pub text: String,
    /// Where to go on.
    pub links: Vec<Link>,
}

impl Note {
    pub(super) fn part(&self) -> NotePart<'_> {
        NotePart { note: self }
    }
}

/// One run inside a cell, a fact or a title.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bit {
    /// Plain words.
    Text(String),
    /// Bold words.
    Bold(String),
    /// Secondary words.
    Small(String),
    /// A wage.
    Wage(String),
    /// Words that the search found.
    Mark(String),
    /// A value that goes.
    Old(String),
    /// A value that comes.
    New(String),
    /// A link.
    Link(Link),
    /// A link that reads the same in every row: the second text says, hidden, which row.
    RowLink(Link, String),
    /// A state.
    Tag(Tag),
    /// A reason that speaks for (true) or against (false).
    Reason(bool, String),
    /// A new line.
    Break,
    /// A button that posts to an address; the second text says, hidden, which row. Not inside a [`Block::Pick`].
    Post(Link, String),
    /// A field inside a row; its label is for screen readers. Inside a [`Block::Pick`].
    Choose(Box<Field>),
}

impl Bit {
    /// A text with the characters of some ranges marked, as a search gives them; ranges in order, overlaps once.
    pub fn marked(text: &str, spans: &[Range<usize>]) -> Vec<Bit> {
        let chars: Vec<char> = text.chars().collect();
        let mut bits = Vec::new();
        let mut at = 0;
        for span in spans {
            let (from, to) = (span.start.clamp(at, chars.len()), span.end.clamp(at, chars.len()));
            if from >= to {
                continue;
            }
            if from > at {
                bits.push(Bit::Text(chars[at..from].iter().collect()));
            }
            bits.push(Bit::Mark(chars[from..to].iter().collect()));
            at = to;
        }
        if at < chars.len() {
            bits.push(Bit::Text(chars[at..].iter().collect()));
        }
        bits
    }
}

impl From<&str> for Bit {
    fn from(text: &str) -> Bit {
        Bit::Text(text.to_owned())
    }
}

impl From<String> for Bit {
    fn from(text: String) -> Bit {
        Bit::Text(text)
    }
}

impl From<Link> for Bit {
    fn from(link: Link) -> Bit {
        Bit::Link(link)
    }
}

impl From<Tag> for Bit {
    fn from(tag: Tag) -> Bit {
        Bit::Tag(tag)
    }
}

/// A term and what is known about it.
#[derive(Clone, Debug, Default)]
pub struct Fact {
    /// The term, such as 户籍.
    pub term: String,
    /// What is known.
    pub value: Vec<Bit>,
}

impl Fact {
    /// A fact of one run.
    pub fn new(term: impl Into<String>, value: impl Into<Bit>) -> Fact {
        Fact { term: term.into(), value: vec![value.into()] }
    }
}

impl Fact {
    /// A fact of one run under the term `fact-{name}` in the locales.
    pub fn named(lang: Lang, name: &str, value: impl Into<Bit>) -> Fact {
        Fact::new(word(lang, "fact", name), value)
    }
}

/// A number above a table; opens its list.
#[derive(Clone, Debug, Default)]
pub struct Stat {
    /// The number, formatted.
    pub number: String,
    /// What is counted.
    pub text: String,
    /// The list behind it; empty if there is none.
    pub href: String,
}

/// One event of a timeline.
#[derive(Clone, Debug, Default)]
pub struct LogLine {
    /// The instant for machines, RFC 3339.
    pub at: String,
    /// The instant as people read it.
    pub when: String,
    /// Who did what.
    pub text: Vec<Bit>,
}

/// A finding of the law check beside a field or a vacancy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Finding {
    /// It stops the posting; else it only warns.
    pub blocks: bool,
    /// The quoted words; empty when something is missing.
    pub quote: String,
    /// What is wrong and what to write.
    pub text: String,
    /// The article.
    pub article: String,
}

/// A step of a journey or an in-page link.
#[derive(Clone, Debug, Default)]
pub struct Step {
    /// Where to; empty for a step that is not open yet.
    pub href: String,
    /// What it is called.
    pub text: String,
    /// We are here.
    pub here: bool,
}

/// How a button looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Weight {
    /// The one main button of a page.
    Main,
    /// Outlined.
    #[default]
    Second,
    /// Takes back or throws away.
    Red,
}

/// A button that submits its form.
#[derive(Clone, Debug, Default)]
pub struct Button {
    /// Verb and object.
    pub text: String,
    /// How it looks.
    pub weight: Weight,
    /// Name of the value sent; empty if none.
    pub name: String,
    /// The value sent.
    pub value: String,
}

impl Button {
    /// The main button.
    pub fn main(text: impl Into<String>) -> Button {
        Button { text: text.into(), weight: Weight::Main, ..Button::default() }
    }

    /// Another button, sending `name=value`.
    pub fn second(text: impl Into<String>, name: impl Into<String>, value: impl Into<String>) -> Button {
        Button { text: text.into(), name: name.into(), value: value.into(), ..Button::default() }
    }

    pub(super) fn class(&self) -> &'static str {
        match self.weight {
            Weight::Main => "btn",
            Weight::Second => "btn two",
            Weight::Red => "btn red",
        }
    }
}

/// A search box above a list; the words stand in the address, so nothing about people is searched with it.
#[derive(Clone, Debug, Default)]
pub struct Find {
    /// Address of the list.
    pub action: String,
    /// What is looked for.
    pub label: String,
    /// What was typed.
    pub q: String,
    /// Filters that stay.
    pub kept: Vec<(String, String)>,
    /// Operators work here, and are explained beside the box.
    pub help: bool,
}

/// Any part of a general page.
#[derive(Clone, Debug)]
pub enum Block {
    /// A heading with the id that in-page links go to.
    Heading(String, String),
    /// A paragraph.
    Text(String),
    /// A boxed message.
    Note(Note),
    /// Links in a line, the first as the main way.
    Links(Vec<Link>),
    /// A search box.
    Find(Find),
    /// A paragraph with links and emphasis.
    Words(Vec<Bit>),
    /// Counts.
    Stats(Vec<Stat>),
    /// Facts.
    Facts(Vec<Fact>),
    /// A table.
    Table(Table),
    /// A table to pick from.
    Pick(Box<Pick>),
    /// Next page of a list: what was shown, and the address of the rest.
    More(String, String),
    /// A form.
    Form(Form),
    /// A form that opens on demand, under its summary.
    Fold(String, Form),
    /// Menus that narrow what is shown: address, what is narrowed, the menus.
    Filter(String, String, Vec<Field>),
    /// How far something has come: what, and per cent.
    Progress(String, u8),
    /// A paragraph that opens on demand, under its summary.
    Explained(String, String),
    /// A timeline.
    Log(Vec<LogLine>),
    /// Findings of the law check.
    Findings(Vec<Finding>),
}

#[derive(Template)]
#[template(path = "part/bits.html")]
pub(super) struct Bits<'a> {
    pub c: &'a Chrome,
    pub bits: &'a [Bit],
}

#[derive(Template)]
#[template(path = "part/facts.html")]
pub(super) struct FactsPart<'a> {
    pub c: &'a Chrome,
    pub rows: &'a [Fact],
}

#[derive(Template)]
#[template(path = "part/log.html")]
pub(super) struct LogPart<'a> {
    pub c: &'a Chrome,
    pub lines: &'a [LogLine],
}

#[derive(Template)]
#[template(path = "part/note.html")]
pub(super) struct NotePart<'a> {
    pub note: &'a Note,
}

#[derive(Template)]
#[template(source = r#"<span class="tag{{ tag.tone.class() }}">{{ tag.text }}</span>"#, ext = "html")]
pub(super) struct TagPart<'a> {
    pub tag: &'a Tag,
}

#[derive(Template)]
#[template(path = "part/block.html")]
pub(super) struct BlockPart<'a> {
    pub c: &'a Chrome,
    pub block: &'a Block,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn words(bit: &Bit) -> &str {
        match bit {
            Bit::Text(words) | Bit::Mark(words) => words,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn found_words_are_marked_and_others_are_not() {
        let marked = Bit::marked("𠮷村护理员", &[2..4, 3..5]);
        assert_eq!(marked, [Bit::Text("𠮷村".into()), Bit::Mark("护理".into()), Bit::Mark("员".into())]);
        assert_eq!(Bit::marked("焊工", &[]), [Bit::Text("焊工".into())]);
    }

    proptest! {
        #[test]
        fn marking_never_loses_a_character(text in "\\PC{0,20}", spans in prop::collection::vec((0..25usize, 0..25usize), 0..4)) {
            let spans: Vec<Range<usize>> = spans.into_iter().map(|(a, b)| a..b).collect();
            let joined: String = Bit::marked(&text, &spans).iter().map(words).collect();
            prop_assert_eq!(joined, text);
        }
    }
}
