//! A household of the official register: type, watch class, place in it, and what may go wrong in its sheet.

use serde::{Deserialize, Serialize};

use crate::code_list;

code_list! {
    /// 户类型; others are kept as text beside it.
    HouseholdType {
        OutOfPoverty = "out_of_poverty" "脱贫户",
        Ordinary = "ordinary" "一般农户",
        Urban = "urban" "城镇户",
    }
}

code_list! {
    /// 监测对象类别.
    WatchClass {
        Unstable = "unstable" "脱贫不稳定户",
        Borderline = "borderline" "边缘易致贫户",
        Sudden = "sudden" "突发严重困难户",
    }
}

/// What the register says of a person's household; unknown is `None`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct HouseholdFacts {
    /// 户编号.
    pub number: Option<String>,
    /// Name of the head.
    pub head: Option<String>,
    /// 与户主关系 as written.
    pub relation: Option<String>,
    /// 户类型: a code, or other words as written.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// 监测对象类别.
    pub watch_class: Option<WatchClass>,
    /// 风险是否已消除.
    pub risk_cleared: Option<bool>,
    /// 是否易地扶贫搬迁.
    pub relocated: Option<bool>,
    /// Settlement of a relocated household.
    pub settlement: Option<String>,
    /// People in it.
    pub members: Option<u32>,
    /// Of them under 16.
    pub minors: Option<u32>,
}
