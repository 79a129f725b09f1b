//! `search`: the same answer as the HTTP list.

use anyhow::Result;
use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use super::{Common, open, serve};
use crate::actions::Office;
use crate::actions::follow::{Follower, folder};
use crate::actions::search::{self, ClassAsk, Page, VacancyAsk, WorkerAsk};
use crate::config::Config;
use crate::pages::Lang;
use crate::search::Index;
use crate::web::json;

/// What to search.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Kind {
    /// People.
    Workers,
    /// Open vacancies.
    Vacancies,
    /// Training classes.
    Classes,
}

/// A search.
#[derive(Debug, Args)]
pub struct Search {
    /// What to search
    kind: Kind,
    /// Words
    q: String,
    /// Rows
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=100))]
    limit: u16,
}

/// Opens the index for a command: beside a server it is only read; without one it is brought up to date first.
pub async fn index(config: &Config, office: &Office) -> Result<()> {
    let lock = serve::lock(config).ok();
    if lock.is_some() {
        let mut follower = Follower::open_index(office).await.map_err(open::told)?;
        follower.catch_up(office).await.map_err(open::told)?;
    } else if let Ok(opened) = Index::open_to_read(&folder(office)) {
        office.live.index.store(Some(std::sync::Arc::new(opened.index)));
    }
    Ok(())
}

/// Runs the command.
pub async fn run(common: &Common, ask: Search) -> Result<()> {
    let (config, office, actor) = open::command(common).await?;
    index(&config, &office).await?;
    let page = Page { limit: usize::from(ask.limit), ..Page::default() };
    let lang = Lang::Zh;
    let body = match ask.kind {
        Kind::Workers => {
            let found = search::workers(&office, &actor, WorkerAsk { q: ask.q, page, ..WorkerAsk::default() });
            let found = found.await.map_err(open::told)?;
            let mut rows = Vec::new();
            for (record, _) in &found.items {
                let view = json::worker::view(&office, record).await;
                rows.push(view.map_err(|f| anyhow::anyhow!("{}", f.detail(lang)))?);
            }
            json::list::answer(lang, &found, rows)
        }
        Kind::Vacancies => {
            let found = search::vacancies(&office, &actor, VacancyAsk { q: ask.q, page, ..VacancyAsk::default() });
            let found = found.await.map_err(open::told)?;
            let mut rows = Vec::new();
            for (record, _) in &found.items {
                rows.push(json::vacancy::view(&office, &actor, record).await);
            }
            json::list::answer(lang, &found, rows)
        }
        Kind::Classes => {
            let found = search::classes(&office, ClassAsk { q: ask.q, page, ..ClassAsk::default() });
            let found = found.await.map_err(open::told)?;
            let rows = found.items.iter().map(|(record, _)| json::class::view(record)).collect();
            json::list::answer(lang, &found, rows)
        }
    };
    if common.json {
        say!("{body}");
        return Ok(());
    }
    let text = |row: &Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
    for row in body["items"].as_array().into_iter().flatten() {
        let label = if row["title"].is_string() { text(row, "title") } else { text(row, "name") };
        say!("{}  {label}  {}", text(row, "ref"), text(row, "id"));
    }
    say!("{} {}", body["total"], if body["notice"].is_string() { text(&body, "notice") } else { String::new() });
    let relaxed = json!(body["relaxed"]);
    for r in relaxed.as_array().into_iter().flatten() {
        say!("{}", text(r, "text"));
    }
    Ok(())
}
