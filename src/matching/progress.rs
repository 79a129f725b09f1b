//! How far the computation of a thread has come, for whoever waits for it, and whether it is still wanted.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use crate::domain::code::Code as _;
use crate::domain::match_run::RunStage;

/// Stage and count of a computation, read by others while it goes on.
#[derive(Debug, Default)]
pub struct Progress {
    stage: AtomicUsize,
    done: AtomicU64,
    of: AtomicU64,
    stopped: AtomicBool,
}

impl Progress {
    /// Stage, how much of it is done, and how much there is.
    pub fn now(&self) -> (RunStage, u64, u64) {
        let stage = RunStage::ALL[self.stage.load(Ordering::Relaxed)];
        (stage, self.done.load(Ordering::Relaxed), self.of.load(Ordering::Relaxed))
    }

    /// Per cent of the whole.
    pub fn per_cent(&self) -> u8 {
        let (stage, done, of) = self.now();
        let (from, to) = stage.share();
        let part = u64::from(to - from) * done.min(of) / of.max(1);
        from + part as u8
    }

    /// The computation is not wanted any more.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }

    /// True once it was told to stop.
    pub fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }

    /// A stage that is behind stays behind: a search over many flows tells each of them.
    fn set(&self, stage: RunStage, done: u64, of: u64) {
        let place = RunStage::ALL.iter().position(|s| *s == stage).unwrap_or(0);
        if place >= self.stage.fetch_max(place, Ordering::Relaxed) {
            self.done.store(done, Ordering::Relaxed);
            self.of.store(of, Ordering::Relaxed);
        }
    }
}

thread_local! {
    /// Who watches this thread: solvers deep below tell it without every function between them knowing.
    static WATCHED: RefCell<Option<Arc<Progress>>> = const { RefCell::new(None) };
}

/// Does the work, watched.
pub fn watched<T>(progress: &Arc<Progress>, work: impl FnOnce() -> T) -> T {
    WATCHED.set(Some(progress.clone()));
    let done = work();
    WATCHED.set(None);
    done
}

/// Tells where this thread stands, if anybody watches; false = they want it to stop.
pub fn tell(stage: RunStage, done: usize, of: usize) -> bool {
    WATCHED.with_borrow(|watched| {
        if let Some(progress) = watched {
            progress.set(stage, done as u64, of as u64);
        }
        watched.as_ref().is_none_or(|progress| !progress.is_stopped())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_only_goes_forward_and_ends_with_the_work() {
        let progress = Arc::new(Progress::default());
        let seen = watched(&progress, || {
            let steps =
                [(RunStage::Lists, 0, 0), (RunStage::Solving, 1, 2), (RunStage::Lists, 5, 5), (RunStage::Proof, 0, 0)];
            steps.map(|(stage, done, of)| {
                tell(stage, done, of);
                progress.per_cent()
            })
        });
        assert!(seen.is_sorted() && seen[0] < seen[1], "{seen:?}");
        tell(RunStage::Shortages, 0, 0);
        assert_eq!(progress.now().0, RunStage::Proof);
    }
}
