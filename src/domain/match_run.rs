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

impl RunState {
    /// True while it can still be cancelled.
    pub fn is_under_way(self) -> bool {
        matches!(self, Self::Queued | Self::Running)
    }
}
