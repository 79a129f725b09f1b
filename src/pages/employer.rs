//! The employer's home: who was introduced and what to answer.

use askama::Template;

use super::chrome::Chrome;
use super::form::{Choice, Form};
use super::parts::{Link, Note, Step, Tag};

/// A person introduced to an employer; only what the person's consent allows.
#[derive(Clone, Debug, Default)]
pub struct Introduced {
    /// Id of the introduction; its acts are posted to `/employer/introductions/{id}`.
    pub id: String,
    /// The name in full after consent, else 王*.
    pub name: String,
    /// The case ref.
    pub code: String,
    /// Which station introduces, and since when.
    pub from: String,
    /// What the person can do and when they can come, in one line.
    pub summary: String,
    /// The state in words, such as 等您答复，第 4 天.
    pub tag: Tag,
    /// Until when to answer, the interview, the reason of a no, the first day of work: a line each.
    pub notes: Vec<String>,
    /// The phone may be asked for.
    pub can_call: bool,
    /// Which answers are offered.
    pub answers: Answers,
    /// There is an invitation to print or read out.
    pub invited: bool,
    /// Ticked for an answer to several at once.
    pub on: bool,
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

/// The people introduced for one vacancy.
#[derive(Clone, Debug, Default)]
pub struct IntroducedGroup {
    /// The vacancy.
    pub vacancy: Link,
    /// Its code and the places left.
    pub about: String,
    /// The people, those who wait first.
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
    /// Code of the chosen state, `state`; empty: whatever is to be done.
    pub state: String,
    /// States with counts.
    pub states: Vec<Step>,
    /// Who waits too long.
    pub note: Option<Note>,
    /// What became of an answer to several: who, what, and whether it was done.
    pub outcomes: Vec<(String, String, bool)>,
    /// The people by vacancy.
    pub groups: Vec<IntroducedGroup>,
    /// Codes of the reasons to decline.
    pub reasons: Vec<Choice>,
    /// What was wrong with an answer to several; empty if nothing.
    pub fault: String,
    /// Query of this page, sent along with each answer so that it comes back here.
    pub query: String,
    /// Address of the next page; empty on the last.
    pub next: String,
}

impl EmployerHome {
    fn waiting(&self) -> usize {
        self.groups.iter().flat_map(|g| &g.people).filter(|p| p.answers == Answers::Proposed).count()
    }

    fn faults(&self) -> usize {
        let forms = self.groups.iter().flat_map(|g| &g.people).filter_map(|p| p.form.as_ref());
        forms.map(Form::faults).sum::<usize>() + usize::from(!self.fault.is_empty())
    }
}
