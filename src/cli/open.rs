//! Opening the office for a command: settings, log, key, database, clock, actor.

use anyhow::Result;

use super::Common;
use crate::actions::clock::Clock;
use crate::actions::office::{Office, Settings};
use crate::config::{Config, Given};
use crate::domain::actor::Actor;
use crate::store::crypt::Keys;
use crate::store::{self, Db};

/// Something that stops the start with status 2 and leaves everything untouched.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Unusable(pub String);

/// The configuration of a command.
#[expect(clippy::disallowed_methods, reason = "this is where settings are read")]
pub fn config(common: &Common, flags: Given) -> Result<Config> {
    let file = Given::from_file(common.config.as_deref())?;
    let env = Given::from_env(|key| std::env::var(key).ok())?;
    let flags = Given { data_dir: common.data_dir.clone().or(flags.data_dir.clone()), ..flags };
    Ok(file.overridden_by(env).overridden_by(flags).finish()?)
}

/// Starts logging to stderr.
pub fn logging(config: &Config, default: &str) -> Result<()> {
    let text = if config.log == "info" { default } else { &config.log };
    let filter = tracing_subscriber::EnvFilter::try_new(text)
        .map_err(|_| Unusable("log: not a tracing filter, for example info or shanhai=debug".into()))?;
    // Its trace names the path asked for, and what people paste into an address may be a number.
    let quiet = "tower_http::csrf=warn".parse().map_err(|_| Unusable("log: not a tracing filter".into()))?;
    let filter = filter.add_directive(quiet);
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()));
    // A second start within one process keeps the first subscriber.
    let _ = if config.log_json { builder.json().try_init() } else { builder.try_init() };
    Ok(())
}

/// Opens the office; the schema is brought up to date.
pub async fn office(config: &Config) -> Result<Office> {
    config.prepare_folder()?;
    let unusable = |key: &str, why: String| Unusable(format!("{key}: {why}"));
    let db = Db::open(&config.database_url).await.map_err(|e| unusable("database_url", e.to_string()))?;
    store::schema::migrate(&db).await.map_err(|e| unusable("database_url", e.to_string()))?;
    let keys = Keys::open(&config.secret_key_file)
        .map_err(|e| unusable("secret_key_file", format!("{}: {e}", config.secret_key_file.display())))?;
    store::schema::check_key(&db, &keys).await.map_err(|e| unusable("secret_key_file", e.to_string()))?;
    let clock = match &config.clock_file {
        Some(path) => Clock::file(path.clone()).map_err(|e| unusable("SHANHAI_CLOCK_FILE", e))?,
        None => Clock::System,
    };
    let settings = Settings {
        data_dir: config.data_dir.clone(),
        public_url: config.public_url.clone(),
        matching: config.matching,
    };
    Ok(Office::open(db, keys, clock, settings).await?)
}

/// The office and the actor of a command that works beside a server.
pub async fn command(common: &Common) -> Result<(Config, Office, Actor)> {
    let config = config(common, Given::default())?;
    logging(&config, "warn")?;
    let office = office(&config).await?;
    let actor = match &common.account {
        Some(name) => crate::actions::account::of_name(&office, name)
            .await
            .map_err(|e| anyhow::anyhow!("--account {name}: {e}"))?,
        None => Actor::Operator,
    };
    Ok((config, office, actor))
}

/// The sentences of an act's error, in Chinese, on one line.
pub fn told(error: crate::actions::Error) -> anyhow::Error {
    use crate::actions::Error;
    use crate::pages::Lang;
    use crate::web::fault::Fault;
    let fault = Fault::Act(error);
    let fields: Vec<String> =
        fault.fields().iter().map(|f| format!("{}: {}", f.field, crate::web::fault::sentence(Lang::Zh, f))).collect();
    match &fault {
        // The operator is who can mend it.
        Fault::Act(Error::Internal(why) | Error::Busy(why)) => anyhow::anyhow!("{}{why}", fault.detail(Lang::Zh)),
        _ if fields.is_empty() => anyhow::anyhow!("{}", fault.detail(Lang::Zh)),
        _ => anyhow::anyhow!(fields.join("; ")),
    }
}
