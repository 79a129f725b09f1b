//! Training: a programme, one class of it with seats and dates, and the enrolment of a person.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::code_list;

code_list! {
    /// How an enrolment went on.
    EnrolmentState {
        Enrolled = "enrolled" "已报名",
        Attending = "attending" "在学",
        Passed = "passed" "结业",
        Failed = "failed" "未结业",
        Certified = "certified" "已发证",
        Left = "left" "退学",
    }
}

impl EnrolmentState {
    /// True while the person sits in the class.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Enrolled | Self::Attending)
    }

    /// True while the enrolment takes a seat.
    pub fn takes_seat(self) -> bool {
        self != Self::Left
    }

    /// The state after an act, or `None` if the act does not fit the state.
    pub fn after(self, act: EnrolmentAct) -> Option<Self> {
        use EnrolmentAct as A;
        match (self, act) {
            (Self::Enrolled, A::Attend) => Some(Self::Attending),
            (Self::Enrolled | Self::Attending, A::Pass) => Some(Self::Passed),
            (Self::Enrolled | Self::Attending, A::Fail) => Some(Self::Failed),
            (Self::Passed, A::Certify) => Some(Self::Certified),
            (Self::Enrolled | Self::Attending, A::Leave) => Some(Self::Left),
            _ => None,
        }
    }
}

code_list! {
    /// What is done with an enrolment.
    EnrolmentAct {
        Attend = "attend" "到班",
        Pass = "pass" "结业",
        Fail = "fail" "未结业",
        Certify = "certify" "发证",
        Leave = "leave" "退学",
    }
}

/// One run of a programme.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Class {
    /// Programme, for example 南粤家政.
    pub programme: String,
    /// Name of the class.
    pub name: String,
    /// Occupation code it leads to.
    pub occupation: Option<String>,
    /// Certificates a graduate gets, by name or code.
    pub certificates: Vec<String>,
    /// Skills a graduate has.
    pub skills: Vec<String>,
    /// First day.
    pub starts: Option<Date>,
    /// Last day.
    pub ends: Option<Date>,
    /// Seats.
    pub seats: u32,
    /// Region code of the place.
    pub region: Option<String>,
    /// Place as written.
    pub place: Option<String>,
    /// School or centre.
    pub provider: Option<String>,
    /// Fee in fen; 0 = free.
    pub fee: Option<i64>,
    /// The vacancy an order class is bound to.
    pub vacancy: Option<Uuid>,
}

/// A class as matching sees it.
#[derive(Debug, Clone)]
pub struct Course {
    /// The class.
    pub id: Uuid,
    /// Its facts.
    pub class: Class,
    /// Seats less enrolments that take one.
    pub seats_left: u32,
}
