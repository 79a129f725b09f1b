//! Alive, ready, and figures for Prometheus; no personal labels.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{LazyLock, Mutex, PoisonError};

use serde_json::json;

use super::ask::Ask;
use super::fault::Fault;
use super::reply::Answer;
use super::route::{Audience, Route};
use crate::handler;
use crate::store;

/// Routes of this file.
pub static ROUTES: &[Route] = &[
    Route::get("/healthz", Audience::Anyone, "alive", handler!(alive)),
    Route::get("/readyz", Audience::Anyone, "database and index usable", handler!(ready)),
    Route::get("/metrics", Audience::Anyone, "figures for Prometheus", handler!(metrics)),
];

/// Requests by route pattern and status.
static REQUESTS: LazyLock<Mutex<BTreeMap<(&'static str, u16), u64>>> = LazyLock::new(Mutex::default);

/// Requests that are being answered.
static UNDER_WAY: AtomicI64 = AtomicI64::new(0);

/// A request that is being answered; dropped without [`UnderWay::answered`] its peer went away.
#[derive(Debug)]
pub struct UnderWay(());

impl UnderWay {
    /// Counts a request as begun.
    pub fn begin() -> Self {
        UNDER_WAY.fetch_add(1, Ordering::Relaxed);
        Self(())
    }

    /// Counts the answer.
    pub fn answered(self, pattern: &'static str, status: u16) {
        let mut requests = REQUESTS.lock().unwrap_or_else(PoisonError::into_inner);
        *requests.entry((pattern, status)).or_default() += 1;
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        UNDER_WAY.fetch_sub(1, Ordering::Relaxed);
    }
}

async fn alive(_: Ask) -> Result<Answer, Fault> {
    Ok(Answer::text(200, "ok"))
}

async fn ready(ask: Ask) -> Result<Answer, Fault> {
    let database = store::change::heads(&ask.office.db).await.is_ok();
    let away = ask.office.live.away.load();
    let index = away.as_ref().map_or("ok", |why| **why);
    let matching = match (ask.office.settings.matching, ask.office.live.matching_ready()) {
        (false, _) => "off",
        (true, true) => "ok",
        (true, false) => "loading",
    };
    let ready = database && index == "ok";
    let body =
        json!({"ready": ready, "database": if database { "ok" } else { "away" }, "index": index, "matching": matching});
    let answer = Answer::json(if ready { 200 } else { 503 }, &body);
    Ok(if ready { answer } else { answer.header("retry-after", "2") })
}

async fn metrics(ask: Ask) -> Result<Answer, Fault> {
    let mut out = String::new();
    out.push_str("# HELP shanhai_requests_total Answered requests.\n# TYPE shanhai_requests_total counter\n");
    for ((pattern, status), n) in REQUESTS.lock().unwrap_or_else(PoisonError::into_inner).iter() {
        let _ = writeln!(out, "shanhai_requests_total{{route=\"{pattern}\",status=\"{status}\"}} {n}");
    }
    out.push_str("# HELP shanhai_requests_in_flight Requests being answered, this one too.\n");
    out.push_str("# TYPE shanhai_requests_in_flight gauge\n");
    let _ = writeln!(out, "shanhai_requests_in_flight {}", UNDER_WAY.load(Ordering::Relaxed));
    let heads = store::change::heads(&ask.office.db).await?;
    let changes: i64 = heads.values().sum();
    out.push_str("# HELP shanhai_changes_total Numbered transactions.\n# TYPE shanhai_changes_total counter\n");
    let _ = writeln!(out, "shanhai_changes_total {changes}");
    let index = i32::from(ask.office.live.index.load().is_some());
    out.push_str("# HELP shanhai_index_up The index answers.\n# TYPE shanhai_index_up gauge\n");
    let _ = writeln!(out, "shanhai_index_up {index}");
    if let Some(lag) = ask.office.live.lag(&heads) {
        out.push_str("# HELP shanhai_index_lag Numbered transactions that the index has not read yet.\n");
        let _ = writeln!(out, "# TYPE shanhai_index_lag gauge\nshanhai_index_lag {lag}");
    }
    out.push_str("# HELP shanhai_letters Letters by state.\n# TYPE shanhai_letters gauge\n");
    for (state, n) in store::outbox::by_state(&mut &ask.office.db).await? {
        let _ = writeln!(out, "shanhai_letters{{state=\"{state}\"}} {n}");
    }
    Ok(Answer::text(200, out).header("content-type", "text/plain; version=0.0.4; charset=utf-8"))
}
