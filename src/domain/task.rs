//! Kinds of things that wait for somebody at a station.

use crate::code_list;

code_list! {
    /// Kinds of waiting things, in the order of the page.
    TaskKind {
        Interest = "interest" "网页意向",
        Consent = "consent" "问本人同意",
        Remind = "remind" "催单位答复",
        Answer = "answer" "单位答复",
        Call = "call" "回电",
        Review = "review" "审岗位",
        Occupation = "occupation" "选工种",
        Employer = "employer" "核单位",
        Duplicate = "duplicate" "查重",
        Import = "import" "导入待核",
        Expiring = "expiring" "快到期岗位",
        Mail = "mail" "邮件失败",
    }
}
