//! What is told by mail, and where a letter stands.

use crate::code_list;

code_list! {
    /// Kinds of mail of the contract.
    NoticeKind {
        Introduction = "introduction" "推荐",
        Interest = "interest" "有人报名",
        Placement = "placement" "录用",
        DailyDigest = "daily-digest" "每日汇总",
        ClassSeats = "class-seats" "培训名额",
        Expiring = "expiring" "岗位快到期",
        Password = "password" "设密码",
    }
}

code_list! {
    /// Where a letter stands; `dead` ones wait for a person.
    NoticeState {
        Pending = "pending" "等发送",
        Sending = "sending" "正在发",
        Sent = "sent" "已发出",
        Dead = "dead" "没发出",
    }
}

/// Hours after which a letter that could not be sent is given up.
pub const GIVE_UP_HOURS: i64 = 72;

/// Seconds before the next try after so many failed ones: doubling from half a minute to at most an hour.
pub fn back_off(attempts: u32) -> i64 {
    (30_i64 << attempts.saturating_sub(1).min(7)).min(3_600)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_get_rarer_up_to_an_hour() {
        let waits: Vec<i64> = (0..12).map(back_off).collect();
        assert_eq!(waits[..4], [30, 30, 60, 120]);
        assert!(waits.windows(2).all(|w| w[0] <= w[1]));
        assert_eq!(*waits.last().unwrap(), 3_600);
    }
}
