//! Who asks, and what each role may do; what is not allowed here is denied.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::code_list;

code_list! {
    /// Role of an account.
    Role {
        Clerk = "clerk" "经办员",
        Head = "head" "站长",
        Village = "village" "村级联络员",
        Leader = "leader" "领导",
        Employer = "employer" "用人单位",
        Admin = "admin" "系统管理员",
        Auditor = "auditor" "审计管理员",
        Security = "security" "安全管理员",
    }
}

code_list! {
    /// What an act needs; a role holds a fixed set of these.
    Right {
        Persons = "persons" "看和登记人员",
        Reveal = "reveal" "看完整号码",
        Export = "export" "导出",
        ExportUnmasked = "export_unmasked" "导出完整号码",
        Vacancies = "vacancies" "办理岗位",
        Overrule = "overrule" "推翻广告检查",
        Employers = "employers" "办理用人单位",
        Training = "training" "办理培训",
        Introductions = "introductions" "推荐",
        Imports = "imports" "导入",
        OwnVacancies = "own_vacancies" "本单位岗位",
        OwnIntroductions = "own_introductions" "答复推荐",
        Parameters = "parameters" "改参数",
        Stations = "stations" "管站点",
        Accounts = "accounts" "管账号",
        Audit = "audit" "看审计",
        Figures = "figures" "看统计",
        Orders = "orders" "村级订单",
        Match = "match" "批量匹配",
    }
}

impl Role {
    /// The rights of a role.
    pub fn rights(self) -> &'static [Right] {
        use Right as R;
        match self {
            Self::Clerk => &[
                R::Persons,
                R::Reveal,
                R::Export,
                R::Vacancies,
                R::Overrule,
                R::Employers,
                R::Training,
                R::Introductions,
                R::Imports,
                R::Match,
            ],
            Self::Head => &[
                R::Persons,
                R::Reveal,
                R::Export,
                R::ExportUnmasked,
                R::Vacancies,
                R::Overrule,
                R::Employers,
                R::Training,
                R::Introductions,
                R::Imports,
                R::Match,
                R::Parameters,
                R::Figures,
            ],
            Self::Village => &[R::Orders],
            Self::Leader => &[R::Figures],
            Self::Employer => &[R::OwnVacancies, R::OwnIntroductions],
            Self::Admin => &[R::Stations, R::Parameters],
            Self::Auditor => &[R::Audit],
            Self::Security => &[R::Accounts],
        }
    }
}

/// Who asks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Actor {
    /// Nobody signed in.
    Anyone,
    /// Somebody with an account.
    Account {
        /// The account.
        id: Uuid,
        /// Its name, for history and audit.
        name: String,
        /// Its role.
        role: Role,
        /// Station of station staff.
        station: Option<Uuid>,
        /// Employer of employer staff.
        employer: Option<Uuid>,
        /// May open confidential notes of the own station.
        confidential: bool,
    },
    /// A command typed on the machine itself.
    Operator,
    /// A background job.
    System,
}

impl Actor {
    /// True if the actor's role holds the right; operator and system hold all.
    pub fn may(&self, right: Right) -> bool {
        match self {
            Self::Anyone => false,
            Self::Account { role, .. } => role.rights().contains(&right),
            Self::Operator | Self::System => true,
        }
    }

    /// Name for history and audit.
    pub fn name(&self) -> &str {
        match self {
            Self::Anyone => "anyone",
            Self::Account { name, .. } => name,
            Self::Operator => "operator",
            Self::System => "system",
        }
    }

    /// The station of station staff.
    pub fn station(&self) -> Option<Uuid> {
        match self {
            Self::Account { station, .. } => *station,
            _ => None,
        }
    }

    /// The employer of employer staff.
    pub fn employer(&self) -> Option<Uuid> {
        match self {
            Self::Account { employer, .. } => *employer,
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_but_station_staff_sees_persons() {
        use crate::domain::code::Code;
        for role in Role::ALL {
            let staff = matches!(role, Role::Clerk | Role::Head);
            assert_eq!(role.rights().contains(&Right::Persons), staff, "{role:?}");
        }
    }
}
