//! Who hires: enterprise, agency, workshop, public body, family or platform, and how far it is verified.

use serde::{Deserialize, Serialize};

use crate::code_list;

code_list! {
    /// Kind of an employer; a household has no credit code and hires only through a station.
    EmployerKind {
        Own = "own" "自招单位",
        Agency = "agency" "人力资源机构",
        PublicService = "public_service" "公共服务机构",
        Workshop = "workshop" "帮扶车间",
        Cooperative = "cooperative" "合作社",
        Household = "household" "家庭",
        Platform = "platform" "平台企业",
    }
}

impl EmployerKind {
    /// True for kinds that have a unified social credit code.
    pub fn has_credit_code(self) -> bool {
        self != Self::Household
    }
}

code_list! {
    /// Whether an employer may open vacancies and take introductions.
    EmployerState {
        Waiting = "waiting" "待核实",
        Unverified = "unverified" "只知名称",
        Approved = "approved" "已核实",
        Rejected = "rejected" "未通过",
    }
}

/// An employer's own facts.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Employer {
    /// Registered name.
    pub name: String,
    /// Kind; a guess until somebody says.
    pub kind: Option<EmployerKind>,
    /// Unified social credit code (GB 32100), checked.
    pub credit_code: Option<String>,
    /// Region code of the seat.
    pub region: Option<String>,
    /// Address as written.
    pub address: Option<String>,
    /// Industry as written.
    pub industry: Option<String>,
    /// Person to ask.
    pub contact: Option<String>,
    /// Office telephone, shown to stations.
    pub phone: Option<String>,
    /// Where introductions are told, if the employer asked for mail.
    pub email: Option<String>,
    /// Licence number of an agency.
    pub licence: Option<String>,
    /// People employed.
    pub size: Option<u32>,
    /// Remark of the station.
    pub remark: Option<String>,
}

/// Days an approval lasts before the employer must be verified again (notice of five ministries, 2026-01-13: six months).
pub const REVERIFY_DAYS: i64 = 182;
