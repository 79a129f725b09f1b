//! The general page: heading, tags, ways on, and blocks in one or two columns; for lists, forms and single rows of every audience.

use askama::Template;

use super::chrome::Chrome;
use super::form::Form;
use super::parts::{Bit, Block, Link, Step, Tag};

/// A page made of blocks.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "page/desk.html")]
pub struct Desk {
    /// The page around it.
    pub c: Chrome,
    /// The heading, also the window's title.
    pub heading: String,
    /// Where this page lies; the last entry is this page and no link.
    pub crumb: Vec<Link>,
    /// States beside the heading.
    pub tags: Vec<Tag>,
    /// Short facts beside the heading.
    pub lead: Vec<Bit>,
    /// Ways on beside the heading; outlined.
    pub links: Vec<Link>,
    /// In-page links or steps.
    pub jump: Vec<Step>,
    /// The content.
    pub blocks: Vec<Block>,
    /// The side column; empty: one column.
    pub aside: Vec<Block>,
}

impl Desk {
    /// A page that is one form.
    pub fn form(c: Chrome, heading: impl Into<String>, form: Form) -> Desk {
        Desk { c, heading: heading.into(), blocks: vec![Block::Form(form)], ..Desk::default() }
    }

    /// How many fields are wrong on this page: the window's title begins with it.
    fn faults(&self) -> usize {
        self.blocks
            .iter()
            .map(|block| match block {
                Block::Form(form) | Block::Fold(_, form) => form.faults(),
                _ => 0,
            })
            .sum()
    }
}
