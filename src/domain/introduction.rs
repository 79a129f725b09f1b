//! A worker put forward for a vacancy: states, acts, and which act fits which state.

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

/// Days within which the last step may be undone.
pub const REOPEN_DAYS: i64 = 7;

/// Open introductions allowed for each place left (a parameter's default).
pub const OPEN_PER_PLACE: u32 = 3;

impl IntroductionState {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::code::Code;

    #[test]
    fn the_employer_is_told_only_after_the_worker_agreed() {
        use IntroductionAct as A;
        for act in IntroductionAct::ALL {
            let allowed = matches!(act, A::Consent | A::Withdraw);
            assert_eq!(IntroductionState::Asked.after(*act).is_some(), allowed, "{act:?}");
        }
    }

    #[test]
    fn nothing_follows_a_closed_introduction_but_reopening() {
        for state in IntroductionState::ALL.iter().filter(|s| !s.is_open()) {
            assert!(IntroductionAct::ALL.iter().all(|act| state.after(*act).is_none()), "{state:?}");
        }
    }
}
