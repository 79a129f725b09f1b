//! A number that somebody left on the web for a vacancy.

use crate::code_list;

code_list! {
    /// Where an interest that somebody left on the web stands.
    InterestState {
        Received = "received" "已收到",
        Called = "called" "已回电",
        Introduced = "introduced" "已推荐",
        Closed = "closed" "已办结",
        Withdrawn = "withdrawn" "已撤回",
    }
}

impl InterestState {
    /// True while somebody still has to do something.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Received | Self::Called)
    }
}

/// Interests that one phone may leave in a day.
pub const INTERESTS_A_DAY: i64 = 5;
