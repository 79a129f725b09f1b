//! Settings from file, environment and flags; an unknown key or a bad value stops the start with one line.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// All settings.
#[derive(Debug, Clone)]
pub struct Config {
    /// Address of the web server.
    pub listen: SocketAddr,
    /// Embedded database, index, mail folder, uploads.
    pub data_dir: PathBuf,
    /// `sqlite://…` or `postgres://…`.
    pub database_url: String,
    /// `file://…`, `smtp://…`, `smtps://…` or `smtp+starttls://…`.
    pub mail_url: String,
    /// Sender address.
    pub mail_from: String,
    /// Base of links.
    pub public_url: String,
    /// Key file for field encryption.
    pub secret_key_file: PathBuf,
    /// Tracing filter.
    pub log: String,
    /// JSON log lines instead of text.
    pub log_json: bool,
    /// Keep matching columns.
    pub matching: bool,
    /// File that moves the clock.
    pub clock_file: Option<PathBuf>,
}

/// A setting at fault: its key and what is wrong with it.
#[derive(Debug, thiserror::Error)]
#[error("{key}: {fault}")]
pub struct Fault {
    key: String,
    fault: String,
}

fn fault(key: &str, fault: impl Into<String>) -> Fault {
    Fault { key: key.to_owned(), fault: fault.into() }
}

/// What a file may say; every key is optional.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Given {
    /// See [`Config`].
    pub listen: Option<String>,
    /// See [`Config`].
    pub data_dir: Option<PathBuf>,
    /// See [`Config`].
    pub database_url: Option<String>,
    /// See [`Config`].
    pub mail_url: Option<String>,
    /// See [`Config`].
    pub mail_from: Option<String>,
    /// See [`Config`].
    pub public_url: Option<String>,
    /// See [`Config`].
    pub secret_key_file: Option<PathBuf>,
    /// See [`Config`].
    pub log: Option<String>,
    /// `text` or `json`.
    pub log_format: Option<String>,
    /// `off`, `staff` or `all`: read and checked now, acted on by the security settings to come.
    pub second_factor: Option<String>,
    /// See [`Config`].
    pub matching: Option<bool>,
    /// Serve a non-loopback address without TLS.
    pub insecure: Option<bool>,
    /// Addresses of proxies in front, which speak TLS.
    pub trusted_proxies: Option<Vec<String>>,
    /// Only by environment: file that moves the clock.
    #[serde(skip)]
    pub clock_file: Option<PathBuf>,
}

impl Given {
    /// Reads a TOML file; the default file may be absent, a named one may not.
    pub fn from_file(path: Option<&Path>) -> Result<Self, Fault> {
        let named = path.is_some();
        let path = path.unwrap_or(Path::new("shanhai.toml"));
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(e) if !named && e.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(e) => return Err(fault("--config", format!("{} cannot be read: {e}", path.display()))),
        };
        toml::from_str(&text).map_err(|e| {
            let message = e.message().lines().next().unwrap_or_default().to_owned();
            let line = e.span().map_or(1, |s| text[..s.start.min(text.len())].matches('\n').count() + 1);
            // The key stands before the sign on the line at fault.
            let key =
                text.lines().nth(line - 1).and_then(|l| l.split_once('=')).map_or("config", |(key, _)| key.trim());
            fault(key, format!("{message} ({} line {line})", path.display()))
        })
    }

    /// Reads the environment; `get` looks a variable up.
    pub fn from_env(get: impl Fn(&str) -> Option<String>) -> Result<Self, Fault> {
        let text = |key: &str| get(&format!("SHANHAI_{key}")).filter(|v| !v.is_empty());
        let truth = |key: &str| match text(key).as_deref() {
            None => Ok(None),
            Some("true" | "1") => Ok(Some(true)),
            Some("false" | "0") => Ok(Some(false)),
            Some(_) => Err(fault(&format!("SHANHAI_{key}"), "must be true or false")),
        };
        Ok(Self {
            listen: text("LISTEN"),
            data_dir: text("DATA_DIR").map(Into::into),
            database_url: text("DATABASE_URL"),
            mail_url: text("MAIL_URL"),
            mail_from: text("MAIL_FROM"),
            public_url: text("PUBLIC_URL"),
            secret_key_file: text("SECRET_KEY_FILE").map(Into::into),
            log: text("LOG"),
            log_format: text("LOG_FORMAT"),
            second_factor: text("SECOND_FACTOR"),
            matching: truth("MATCHING")?,
            insecure: truth("INSECURE")?,
            trusted_proxies: text("TRUSTED_PROXIES").map(|t| t.split(',').map(|p| p.trim().to_owned()).collect()),
            clock_file: text("CLOCK_FILE").map(Into::into),
        })
    }

    /// What `over` says wins.
    pub fn overridden_by(self, over: Self) -> Self {
        Self {
            listen: over.listen.or(self.listen),
            data_dir: over.data_dir.or(self.data_dir),
            database_url: over.database_url.or(self.database_url),
            mail_url: over.mail_url.or(self.mail_url),
            mail_from: over.mail_from.or(self.mail_from),
            public_url: over.public_url.or(self.public_url),
            secret_key_file: over.secret_key_file.or(self.secret_key_file),
            log: over.log.or(self.log),
            log_format: over.log_format.or(self.log_format),
            second_factor: over.second_factor.or(self.second_factor),
            matching: over.matching.or(self.matching),
            insecure: over.insecure.or(self.insecure),
            trusted_proxies: over.trusted_proxies.or(self.trusted_proxies),
            clock_file: over.clock_file.or(self.clock_file),
        }
    }

    /// The whole configuration, every value checked.
    pub fn finish(self) -> Result<Config, Fault> {
        let listen: SocketAddr = self
            .listen
            .unwrap_or_else(|| "127.0.0.1:8080".to_owned())
            .parse()
            .map_err(|_| fault("listen", "must be an address and a port, for example 127.0.0.1:8080"))?;
        let open = self.insecure == Some(true) || self.trusted_proxies.as_ref().is_some_and(|p| !p.is_empty());
        if !listen.ip().is_loopback() && !open {
            return Err(fault(
                "listen",
                "a non-loopback address needs `trusted_proxies` (TLS in front) or `insecure = true`",
            ));
        }
        if self.clock_file.is_some() && !listen.ip().is_loopback() {
            return Err(fault("SHANHAI_CLOCK_FILE", "only allowed while `listen` is a loopback address"));
        }
        let data_dir = self.data_dir.unwrap_or_else(|| "data".into());
        let database_url =
            self.database_url.unwrap_or_else(|| format!("sqlite://{}", data_dir.join("shanhai.db").display()));
        if !["sqlite:", "postgres:", "postgresql:"].iter().any(|s| database_url.starts_with(s)) {
            return Err(fault("database_url", "must start with sqlite:// or postgres://"));
        }
        let mail_url = self.mail_url.unwrap_or_else(|| format!("file://{}", data_dir.join("mail").display()));
        if !["file://", "smtp://", "smtps://", "smtp+starttls://"].iter().any(|s| mail_url.starts_with(s)) {
            return Err(fault("mail_url", "must start with file://, smtp://, smtps:// or smtp+starttls://"));
        }
        let mail_from = self.mail_from.unwrap_or_else(|| "shanhai@localhost".to_owned());
        if !mail_from.contains('@') || mail_from.chars().any(char::is_control) {
            return Err(fault("mail_from", "must be a mail address"));
        }
        let public_url = self.public_url.unwrap_or_else(|| format!("http://{listen}")).trim_end_matches('/').to_owned();
        if !public_url.starts_with("http://") && !public_url.starts_with("https://") {
            return Err(fault("public_url", "must start with http:// or https://"));
        }
        let log_json = match self.log_format.as_deref() {
            None | Some("text") => false,
            Some("json") => true,
            Some(_) => return Err(fault("log_format", "must be text or json")),
        };
        if !matches!(self.second_factor.as_deref(), None | Some("off" | "staff" | "all")) {
            return Err(fault("second_factor", "must be off, staff or all"));
        }
        Ok(Config {
            listen,
            secret_key_file: self.secret_key_file.unwrap_or_else(|| data_dir.join("secret.key")),
            data_dir,
            database_url,
            mail_url,
            mail_from,
            public_url,
            log: self.log.unwrap_or_else(|| "info".to_owned()),
            log_json,
            matching: self.matching.unwrap_or(true),
            clock_file: self.clock_file,
        })
    }
}

impl Config {
    /// Makes the data folder (0700) if it is not there, and sees that it can be written.
    pub fn prepare_folder(&self) -> Result<(), Fault> {
        use std::os::unix::fs::DirBuilderExt as _;
        let dir = &self.data_dir;
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(dir)
            .map_err(|e| fault("data_dir", format!("{} cannot be made: {e}", dir.display())))?;
        let probe = dir.join(".probe");
        std::fs::write(&probe, b"")
            .and_then(|()| std::fs::remove_file(&probe))
            .map_err(|e| fault("data_dir", format!("{} cannot be written: {e}", dir.display())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(toml: &str) -> Given {
        toml::from_str(toml).unwrap()
    }

    #[test]
    fn flags_win_over_environment_and_environment_over_file() {
        let file = given("listen = '127.0.0.1:1'\nmail_from = 'a@b'");
        let env = Given::from_env(|k| (k == "SHANHAI_LISTEN").then(|| "127.0.0.1:2".into())).unwrap();
        let flags = Given { data_dir: Some("/x".into()), ..Given::default() };
        let config = file.overridden_by(env).overridden_by(flags).finish().unwrap();
        assert_eq!(config.listen.port(), 2);
        assert_eq!(config.mail_from, "a@b");
        assert_eq!(config.database_url, "sqlite:///x/shanhai.db");
    }

    #[test]
    fn a_bad_value_names_its_key() {
        for (toml, key) in [
            ("listen = 'nowhere'", "listen"),
            ("listen = '0.0.0.0:80'", "listen"),
            ("database_url = 'mysql://x'", "database_url"),
            ("mail_url = 'pigeon://x'", "mail_url"),
            ("public_url = 'x'", "public_url"),
            ("log_format = 'xml'", "log_format"),
        ] {
            let error = given(toml).finish().unwrap_err().to_string();
            assert!(error.starts_with(&format!("{key}: ")), "{error}");
        }
        assert!(toml::from_str::<Given>("colour = 'red'").is_err());
        assert!(given("listen = '0.0.0.0:80'\ninsecure = true").finish().is_ok());
    }
}
