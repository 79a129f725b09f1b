//! The employer's home: who was introduced and what to answer.

use askama::Template;

use super::chrome::Chrome;
use super::form::{Choice, Form};
use super::parts::{Note, Step, Tag};

/// A person introduced to an employer; only what the person's consent allows.
#[derive(Clone, Debug, Default)]
pub struct Introduced {
    /// Id of the introduction; its acts are posted to `/employer/introductions/{id}`.
    pub id: String,
    /// The name in full after consent, else 王*.
    pub name: String,
    /// The case ref.
    pub code: String,
    /// Which station introduces, or when the interview is.
    pub from: String,
    /// What the person can do and wants, in one line.
    pub summary: String,
    /// How to reach the person, once consented and accepted; else empty.
    pub reach: String,
    /// The state in words, such as 等您答复，第 4 天.
    pub tag: Tag,
    /// Which answers are offered.
    pub answers: Answers,
    /// The interview as text to print or read out; empty if none.
    pub invitation: String,
    /// What was wrong with the last answer to this one; `fill`ed and `mark`ed.
    pub form: Option<Form>,
}

/// Which answers an introduction takes from the employer now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Answers {
    /// None.
    #[default]
    None,
    /// Accept, interview or decline.
    Proposed,
    /// Hire, interview again or decline.
    Going,
}

/// A group of introduced people.
#[derive(Clone, Debug, Default)]
pub struct IntroducedGroup {
    /// The heading with its count.
    pub heading: String,
    /// The people.
    pub people: Vec<Introduced>,
}

/// The employer's home: `/employer`. Several may be accepted or declined at once: `POST /employer/introductions` with `pick` ids and `act`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "page/introduced.html")]
pub struct EmployerHome {
    /// The page around it.
    pub c: Chrome,
    /// Own vacancies with places left, `vacancy`.
    pub vacancies: Vec<Choice>,
    /// States with counts.
    pub states: Vec<Step>,
    /// Who waits too long.
    pub note: Option<Note>,
    /// The people by what is to be done.
    pub groups: Vec<IntroducedGroup>,
    /// Codes of the reasons to decline.
    pub reasons: Vec<Choice>,
}

impl EmployerHome {
    fn waiting(&self) -> usize {
        self.groups.iter().flat_map(|g| &g.people).filter(|p| p.answers == Answers::Proposed).count()
    }
}
