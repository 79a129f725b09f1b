//! A worker put forward for a vacancy: states, acts, which act fits which state, and how many places allow.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::vacancy::{Vacancy, VacancyState, state_on};
use super::worker::{Experience, Schooling, Sex, Worker, age_on};
use crate::code_list;

code_list! {
    /// Where an introduction stands.
    IntroductionState {
        Asked = "asked" "待征求意见",
        Proposed = "proposed" "等答复",
        Accepted = "accepted" "愿意要",
        Interview = "interview" "约面试",
        Placed = "placed" "录用",
        Declined = "declined" "婉拒",
        NoShow = "no_show" "未到",
        Withdrawn = "withdrawn" "撤回",
    }
}

code_list! {
    /// What is done with an introduction.
    IntroductionAct {
        Consent = "consent" "本人同意",
        Accept = "accept" "愿意要",
        Decline = "decline" "婉拒",
        Interview = "interview" "约面试",
        Place = "place" "录用",
        NoShow = "no_show" "未到",
        Withdraw = "withdraw" "撤回",
        Reopen = "reopen" "撤销上一步",
    }
}

code_list! {
    /// Why an introduction was declined or withdrawn.
    Reason {
        Wage = "wage" "工资",
        Distance = "distance" "太远",
        Skill = "skill" "技能不合",
        AgeMisjudged = "age_misjudged" "年龄看错",
        Unreachable = "unreachable" "联系不上",
        OtherJob = "other_job" "另有工作",
        Family = "family" "家里有事",
        HealthDeclined = "health_declined" "身体原因本人不去",
        EmployerFull = "employer_full" "已招满",
        NoShow = "no_show" "没来",
        Other = "other" "其他",
    }
}

code_list! {
    /// How a call to the worker went.
    CallResult {
        Reached = "reached" "接通",
        NoAnswer = "no_answer" "没人接",
        CallAgain = "call_again" "再打",
    }
}

impl Reason {
    /// True for reasons that an employer may give and read: a person's health, family and age are not for it to judge.
    pub fn is_employers(self) -> bool {
        !matches!(self, Self::AgeMisjudged | Self::Family | Self::HealthDeclined)
    }
}

/// Days within which the last step may be undone.
pub const REOPEN_DAYS: i64 = 7;

/// Days that an employer has to answer, after which the answer is overdue.
pub const ANSWER_DAYS: i64 = 3;

/// Days within which the person should be asked for consent.
pub const ASK_DAYS: i64 = 2;

/// When and where the employer meets the person.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Interview {
    /// Day and time of Asia/Shanghai, as 2026-11-28 09:30.
    pub at: String,
    /// Where.
    pub place: String,
    /// Whom to ask for.
    pub contact: Option<String>,
}

impl IntroductionAct {
    /// True for acts that the employer may do on its own vacancies; station staff may do all.
    pub fn is_employers(self) -> bool {
        matches!(self, Self::Accept | Self::Decline | Self::Interview | Self::Place)
    }
}

/// How the places of a vacancy are taken, counted under its lock.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Places {
    /// Equal posts.
    pub headcount: u32,
    /// Introductions of which something may still come, those that hold a place included.
    pub open: u32,
    /// Introductions that the employer said yes to.
    pub held: u32,
    /// People placed.
    pub placed: u32,
}

impl Places {
    /// Head-count less placed.
    pub fn left(&self) -> u32 {
        self.headcount.saturating_sub(self.placed)
    }

    /// True if one more person may be put forward: at most `per_place` open introductions for each place left.
    pub fn may_introduce(&self, per_place: u32) -> bool {
        self.open < self.left().saturating_mul(per_place)
    }

    /// True if going from one state to another keeps those accepted, invited and placed within the head-count.
    pub fn may_move(&self, from: IntroductionState, to: IntroductionState) -> bool {
        if !to.takes_place() {
            return true;
        }
        let others = (self.held + self.placed).saturating_sub(u32::from(from.takes_place()));
        // A head-count that was lowered afterwards does not undo what was promised, but the last step needs a real place.
        match to {
            IntroductionState::Placed => {
                self.placed < self.headcount && (from.takes_place() || others < self.headcount)
            }
            _ => from.takes_place() || others < self.headcount,
        }
    }
}

/// Why a vacancy takes nobody on this day, as the code of a conflict.
pub fn closed_for(state: VacancyState, left: u32, valid_until: Option<Date>, today: Date) -> Option<&'static str> {
    match state_on(state, left, valid_until, today) {
        VacancyState::Open => None,
        VacancyState::Filled => Some("vacancy.full"),
        VacancyState::Draft | VacancyState::InReview | VacancyState::Closed | VacancyState::Expired => {
            Some("vacancy.closed")
        }
    }
}

/// Why the law keeps a person from a post, as the code of a conflict (Labour Law articles 15 and 64; the posts barred
/// for women and minors stand in the vacancy). An unknown birth date excludes, because harm would follow.
pub fn barred(worker: &Worker, vacancy: &Vacancy, today: Date) -> Option<&'static str> {
    let Some(birth) = worker.birth_date else { return Some("worker.age_unknown") };
    let age = age_on(birth, today);
    let barred_for = |group: &str| vacancy.barred_for.iter().any(|b| b == group);
    if age < 16 {
        Some("worker.under_16")
    } else if (age < 18 && (!vacancy.hazards.is_empty() || barred_for("minors")))
        || (worker.sex == Some(Sex::Female) && barred_for("women"))
    {
        Some("worker.barred")
    } else {
        None
    }
}

impl IntroductionState {
    /// True where a place is promised or taken.
    pub fn takes_place(self) -> bool {
        self.holds_place() || self == Self::Placed
    }

    /// The state that undoing the last step leads back to, or `None` where there is nothing to undo: a consent
    /// cannot be unsaid this way, and an undone step is not done again.
    pub fn before(self, last: IntroductionAct, from: Option<Self>) -> Option<Self> {
        let undoable = !matches!(last, IntroductionAct::Reopen | IntroductionAct::Consent);
        from.filter(|_| undoable && !matches!(self, Self::Asked | Self::Proposed))
    }

    /// True while something may still come of it.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Asked | Self::Proposed | Self::Accepted | Self::Interview)
    }

    /// True where the employer has said yes and a place is spoken for.
    pub fn holds_place(self) -> bool {
        matches!(self, Self::Accepted | Self::Interview)
    }

    /// The state after an act, or `None` if the act does not fit the state; `Reopen` depends on history and is not answered here.
    pub fn after(self, act: IntroductionAct) -> Option<Self> {
        use IntroductionAct as A;
        match (self, act) {
            (Self::Asked, A::Consent) => Some(Self::Proposed),
            (Self::Proposed, A::Accept) => Some(Self::Accepted),
            (Self::Proposed | Self::Accepted | Self::Interview, A::Decline) => Some(Self::Declined),
            (Self::Proposed | Self::Accepted | Self::Interview, A::Interview) => Some(Self::Interview),
            (Self::Proposed | Self::Accepted | Self::Interview, A::Place) => Some(Self::Placed),
            (Self::Accepted | Self::Interview, A::NoShow) => Some(Self::NoShow),
            (s, A::Withdraw) if s.is_open() => Some(Self::Withdrawn),
            _ => None,
        }
    }
}

/// What an employer learns of a person who agreed to it: what they can do and when they can come, never wishes, household
/// or health.
#[derive(Debug, Clone, Default, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Offer {
    /// The decade of life, youngest and oldest age; workers begin at 16.
    #[schemars(with = "Option<Vec<i16>>")]
    pub ages: Option<(i16, i16)>,
    /// Schooling.
    pub schooling: Option<Schooling>,
    /// Years of work by occupation.
    pub experience: Vec<Experience>,
    /// Skills.
    pub skills: Vec<String>,
    /// Certificates by name.
    pub certificates: Vec<String>,
    /// First day on which the person can come.
    #[schemars(with = "Option<String>")]
    pub from: Option<Date>,
}

impl Offer {
    /// What a person's facts offer on this day.
    pub fn of(worker: &Worker, today: Date) -> Self {
        let ages = worker.birth_date.map(|born| {
            let decade = age_on(born, today) / 10 * 10;
            (decade.max(16), decade + 9)
        });
        Self {
            ages,
            schooling: worker.schooling,
            experience: worker.experience.clone(),
            skills: worker.skills.clone(),
            certificates: worker.certificates.iter().map(|c| c.name.clone()).collect(),
            from: worker.available_from.filter(|day| *day > today),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::code::Code;
    use proptest::prelude::*;

    #[test]
    fn the_employer_is_told_only_after_the_worker_agreed() {
        use IntroductionAct as A;
        for act in IntroductionAct::ALL {
            let allowed = matches!(act, A::Consent | A::Withdraw);
            assert_eq!(IntroductionState::Asked.after(*act).is_some(), allowed, "{act:?}");
        }
    }

    proptest! {
        /// Whatever is clicked in whatever order, accepted, invited and placed people never exceed the head-count,
        /// and undoing a step never leads to a state that was not there before.
        #[test]
        fn no_order_of_acts_promises_more_places_than_there_are(
            headcount in 0..4u32,
            acts in proptest::collection::vec((0..6usize, 0..IntroductionAct::ALL.len()), 0..80),
        ) {
            let mut cases = [(IntroductionState::Asked, None::<(IntroductionAct, IntroductionState)>); 6];
            for (who, act) in acts {
                let act = IntroductionAct::ALL[act];
                let (state, last) = cases[who];
                let count = |f: fn(IntroductionState) -> bool| cases.iter().filter(|(s, _)| f(*s)).count() as u32;
                let places = Places {
                    headcount,
                    open: count(IntroductionState::is_open),
                    held: count(IntroductionState::holds_place),
                    placed: count(|s| s == IntroductionState::Placed),
                };
                let to = match (act, last) {
                    (IntroductionAct::Reopen, Some((act, from))) => state.before(act, Some(from)),
                    (act, _) => state.after(act),
                };
                let Some(to) = to.filter(|to| places.may_move(state, *to)) else { continue };
                if act == IntroductionAct::Reopen {
                    prop_assert_eq!(Some(to), last.map(|(_, from)| from));
                }
                cases[who] = (to, Some((act, state)));
                let taken = cases.iter().filter(|(s, _)| s.takes_place()).count();
                prop_assert!(taken <= headcount as usize);
            }
        }
    }

    #[test]
    fn three_may_be_put_forward_for_each_place_left() {
        let places = Places { headcount: 2, open: 2, held: 1, placed: 1 };
        assert!(places.may_introduce(3));
        assert!(!Places { open: 3, ..places }.may_introduce(3));
        assert!(!Places { placed: 2, open: 0, ..places }.may_introduce(3));
    }

    #[test]
    fn the_law_keeps_children_out_and_minors_from_hazards() {
        use jiff::civil::date;
        let today = date(2026, 11, 24);
        let worker = |y, m, d| Worker { birth_date: Some(date(y, m, d)), ..Worker::default() };
        let plain = Vacancy::default();
        let hazard = Vacancy { hazards: vec!["dust".into()], ..Vacancy::default() };
        assert_eq!(barred(&worker(2010, 11, 25), &plain, today), Some("worker.under_16"));
        assert_eq!(barred(&worker(2010, 11, 24), &plain, today), None);
        assert_eq!(barred(&worker(2008, 11, 25), &hazard, today), Some("worker.barred"));
        assert_eq!(barred(&worker(2008, 11, 24), &hazard, today), None);
        assert_eq!(barred(&Worker::default(), &plain, today), Some("worker.age_unknown"));
        let woman = Worker { sex: Some(Sex::Female), ..worker(1990, 1, 1) };
        let barred_post = Vacancy { barred_for: vec!["women".into()], ..Vacancy::default() };
        assert_eq!(barred(&woman, &barred_post, today), Some("worker.barred"));
        assert_eq!(barred(&worker(1990, 1, 1), &barred_post, today), None);
    }

    #[test]
    fn an_offer_tells_the_decade_of_life_and_no_birthday() {
        use jiff::civil::date;
        let today = date(2026, 11, 24);
        let ages = |y| Offer::of(&Worker { birth_date: Some(date(y, 1, 1)), ..Worker::default() }, today).ages;
        assert_eq!((ages(2009), ages(1988), ages(1976)), (Some((16, 19)), Some((30, 39)), Some((50, 59))));
        assert_eq!(Offer::of(&Worker::default(), today), Offer::default());
    }

    #[test]
    fn nothing_follows_a_closed_introduction_but_reopening() {
        for state in IntroductionState::ALL.iter().filter(|s| !s.is_open()) {
            assert!(IntroductionAct::ALL.iter().all(|act| state.after(*act).is_none()), "{state:?}");
        }
    }
}
