//! Where a batch run stands.

use crate::code_list;

code_list! {
    /// State of a batch run.
    RunState {
        Queued = "queued" "排队中",
        Running = "running" "计算中",
        Done = "done" "已完成",
        Cancelled = "cancelled" "已取消",
        Failed = "failed" "没有完成",
    }
}

code_list! {
    /// What a batch run is busy with, in the order of the work.
    RunStage {
        Reading = "reading" "读取人和岗位",
        Tables = "tables" "比对条件",
        Lists = "lists" "列出人选",
        Solving = "solving" "分配岗位",
        Branching = "branching" "试同去和起步人数",
        Proof = "proof" "验算",
        Shortages = "shortages" "算缺什么",
    }
}

impl RunStage {
    /// Between which per cents of a run the stage lies.
    pub fn share(self) -> (u8, u8) {
        match self {
            Self::Reading => (1, 5),
            Self::Tables => (5, 12),
            Self::Lists => (12, 30),
            Self::Solving => (30, 80),
            Self::Branching => (80, 90),
            Self::Proof => (90, 93),
            Self::Shortages => (93, 99),
        }
    }
}

impl RunState {
    /// True while it can still be cancelled.
    pub fn is_under_way(self) -> bool {
        matches!(self, Self::Queued | Self::Running)
    }
}
