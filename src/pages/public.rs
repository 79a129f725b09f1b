//! Pages for workers and everyone else: search, vacancy, receipt, classes, sign-in, messages, errors.

use askama::Template;

use super::chrome::Chrome;
use super::form::{Choice, Form};
use super::language::code_text;
use super::parts::{Bit, Fact, Link, LogLine, Step, Tone};

/// A vacancy in a list for workers.
#[derive(Clone, Debug, Default)]
pub struct VacancyLine {
    /// Address of the vacancy's page.
    pub href: String,
    /// The title, with what was found marked.
    pub title: Vec<Bit>,
    /// The wage in words: 每月 5500–6800 元.
    pub wage: String,
    /// Where the work is.
    pub place: String,
    /// Lodging, meals, what is asked, places left; short words.
    pub facts: Vec<String>,
    /// Employer, how it hires, day of posting.
    pub foot: Vec<String>,
}

/// Search for work: `/` and `/vacancies`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "page/vacancies.html")]
pub struct VacancySearch {
    /// The page around it.
    pub c: Chrome,
    /// What was typed.
    pub q: String,
    /// Titles offered while typing.
    pub offers: Vec<String>,
    /// What a new search keeps of this one: the way to sort and the place that nearness is counted from.
    pub kept: Vec<(String, String)>,
    /// Places, `region`.
    pub regions: Vec<Choice>,
    /// Least wages, `min_wage`.
    pub wages: Vec<Choice>,
    /// `lodging` is asked for.
    pub lodging: bool,
    /// `meals` are asked for.
    pub meals: bool,
    /// Occupation typed, `occupation`.
    pub occupation: String,
    /// Vacancy kinds, `kind`.
    pub kinds: Vec<Choice>,
    /// Employment forms, `form`.
    pub forms: Vec<Choice>,
    /// Exact number of hits.
    pub total: u64,
    /// Every relaxed filter in words with old and new value; empty if none.
    pub relaxed: Vec<String>,
    /// Searches of similar words ("did you mean").
    pub suggest: Vec<Link>,
    /// The index is being rebuilt; the list comes from SQL.
    pub degraded: bool,
    /// The hits.
    pub items: Vec<VacancyLine>,
    /// Ways to sort.
    pub sorts: Vec<Step>,
    /// Common searches.
    pub common: Vec<Link>,
    /// How many hits were shown up to here.
    pub shown: u64,
    /// Address of the next page; empty on the last.
    pub next: String,
}

impl VacancySearch {
    /// A filter behind "more" is set, so it must be seen.
    fn narrowed(&self) -> bool {
        let set = |choices: &[Choice]| choices.iter().any(|o| o.on && !o.value.is_empty());
        !self.occupation.is_empty() || set(&self.kinds) || set(&self.forms)
    }
}

/// A vacancy: `/vacancies/{ref}`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "page/vacancy.html")]
pub struct VacancyPage {
    /// The page around it.
    pub c: Chrome,
    /// Back to the list.
    pub back: Link,
    /// The code to say on the telephone, such as G-7K2M.
    pub code: String,
    /// The title.
    pub title: String,
    /// The wage in words.
    pub wage: String,
    /// Place, lodging, meals, what is asked, places left.
    pub facts: Vec<Fact>,
    /// What the work is, a paragraph each.
    pub description: Vec<String>,
    /// Pay, contract, insurance, start, employer.
    pub details: Vec<Fact>,
    /// It takes people; else the page says that it is closed and shows no form.
    pub open: bool,
    /// The form of [`super::forms::interest`].
    pub interest: Form,
}

/// How far a worker's interest has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stage {
    /// The station has it.
    #[default]
    Received,
    /// The station has called.
    Called,
    /// The worker was introduced.
    Introduced,
    /// Finished.
    Closed,
    /// Taken back by the worker.
    Withdrawn,
}

/// A worker's receipt: `/receipts/{code}`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "page/receipt.html")]
pub struct Receipt {
    /// The page around it.
    pub c: Chrome,
    /// The receipt code, to say on the telephone; the page's own address.
    pub code: String,
    /// The vacancy asked for.
    pub vacancy: Link,
    /// Just made: says 记下了.
    pub fresh: bool,
    /// Name and phone as masked text.
    pub who: String,
    /// How far it has come.
    pub stage: Stage,
    /// The day until which the station calls, in words.
    pub by: String,
    /// What happened, newest first.
    pub log: Vec<LogLine>,
}

impl Receipt {
    fn steps(&self) -> [(&'static str, bool); 4] {
        let at = |stage| self.stage == stage;
        [
            ("stage-received", at(Stage::Received)),
            ("stage-called", at(Stage::Called)),
            ("stage-introduced", at(Stage::Introduced)),
            ("stage-closed", at(Stage::Closed) || at(Stage::Withdrawn)),
        ]
    }

    fn going(&self) -> bool {
        !matches!(self.stage, Stage::Closed | Stage::Withdrawn)
    }

    fn address(&self) -> String {
        format!("/receipts/{}/withdraw", self.code)
    }
}

/// A training class in a list.
#[derive(Clone, Debug, Default)]
pub struct ClassLine {
    /// Address of its page.
    pub href: String,
    /// The name.
    pub name: String,
    /// Days, place, seats left, fee; short words.
    pub facts: Vec<String>,
    /// What it opens: occupation, certificates.
    pub opens: String,
}

/// Training classes: `/classes`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "page/classes.html")]
pub struct ClassSearch {
    /// The page around it.
    pub c: Chrome,
    /// What was typed.
    pub q: String,
    /// Places, `region`.
    pub regions: Vec<Choice>,
    /// Programmes, `programme`.
    pub programmes: Vec<Choice>,
    /// Exact number of classes.
    pub total: u64,
    /// The classes.
    pub items: Vec<ClassLine>,
    /// How many were shown up to here.
    pub shown: u64,
    /// Address of the next page; empty on the last.
    pub next: String,
}

/// A training class: `/classes/{ref}`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "page/class.html")]
pub struct ClassPage {
    /// The page around it.
    pub c: Chrome,
    /// The name.
    pub name: String,
    /// The code to say on the telephone.
    pub code: String,
    /// Days, place, seats, fee, provider.
    pub facts: Vec<Fact>,
    /// What it opens.
    pub opens: Vec<Link>,
    /// Seats are left and it has not begun.
    pub open: bool,
}

/// Sign-in: `/login`.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "page/login.html")]
pub struct Login {
    /// The page around it.
    pub c: Chrome,
    /// The form of [`super::forms::login`].
    pub form: Form,
    /// A form that was posted after the session ended is kept and comes again after signing in.
    pub kept: bool,
}

/// A message with what comes next: thanks pages, sign-up received, password set.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "page/message.html")]
pub struct Message {
    /// The page around it.
    pub c: Chrome,
    /// How it went.
    pub tone: Tone,
    /// The heading.
    pub heading: String,
    /// What happened.
    pub text: String,
    /// What comes next, in order.
    pub steps: Vec<String>,
    /// Where to go on, the first as the main way.
    pub links: Vec<Link>,
}

/// An error page: what happened, what became of the input, what to do.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "page/error.html")]
pub struct ErrorPage {
    /// The page around it.
    pub c: Chrome,
    /// The status; 400, 403, 404, 409, 410, 500 and 503 have own words; others have an own heading and speak as 400 or 500.
    pub status: u16,
    /// What exactly happened, in the page's language; may be empty.
    pub detail: String,
    /// A short code to read out; for 500.
    pub code: String,
    /// Where to go on, the first as the main way; empty: back home.
    pub links: Vec<Link>,
}

impl ErrorPage {
    fn word(&self, part: &str) -> String {
        let own = matches!(self.status, 400 | 403 | 404 | 409 | 410 | 500 | 503);
        let heading = || code_text(self.c.lang, &format!("status.{}", self.status)).filter(|_| part == "head");
        let speaks_as = match self.status {
            status if own => status,
            ..500 => 400,
            _ => 500,
        };
        heading().filter(|_| !own).unwrap_or_else(|| self.c.t(&format!("status-{speaks_as}-{part}")))
    }
}
