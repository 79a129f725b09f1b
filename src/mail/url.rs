//! Reading the mail URL: a folder, or an SMTP server with its TLS mode and credentials.

use std::borrow::Cow;
use std::fmt;
use std::path::PathBuf;

use percent_encoding::percent_decode_str;

use super::Error;

/// How the connection is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tls {
    /// Not at all: `smtp://`.
    None,
    /// From the first byte: `smtps://`.
    Whole,
    /// After STARTTLS, without which nothing is sent: `smtp+starttls://`.
    Start,
}

/// An SMTP server.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Server {
    pub host: String,
    pub port: u16,
    pub tls: Tls,
    pub user: Option<(String, String)>,
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{} {:?}", self.host, self.port, self.tls)
    }
}

/// Where mail goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    Folder(PathBuf),
    Server(Server),
}

pub(super) fn parse(url: &str) -> Result<Target, Error> {
    let (scheme, rest) =
        url.split_once("://").ok_or(Error::Url("must begin with file://, smtp://, smtps:// or smtp+starttls://"))?;
    let (tls, port) = match scheme {
        "file" if rest.is_empty() => return Err(Error::Url("file:// needs a folder")),
        "file" => return Ok(Target::Folder(PathBuf::from(rest))),
        "smtp" => (Tls::None, 25),
        "smtps" => (Tls::Whole, 465),
        "smtp+starttls" => (Tls::Start, 587),
        _ => return Err(Error::Url("must begin with file://, smtp://, smtps:// or smtp+starttls://")),
    };
    let (user, place) = match rest.rsplit_once('@') {
        Some((user, place)) => (Some(credentials(user)?), place),
        None => (None, rest),
    };
    let place = place.strip_suffix('/').unwrap_or(place);
    let (host, port) = match place.rsplit_once(':') {
        Some((host, digits)) if !digits.contains(']') => {
            (host, digits.parse().map_err(|_| Error::Url("the port must be a number from 1 to 65535"))?)
        }
        _ => (place, port),
    };
    let host = host.trim_start_matches('[').trim_end_matches(']');
    if host.is_empty() || host.contains(['/', '?', '#', ' ']) || port == 0 {
        return Err(Error::Url("needs a host, and nothing after the port"));
    }
    Ok(Target::Server(Server { host: host.to_owned(), port, tls, user }))
}

fn credentials(text: &str) -> Result<(String, String), Error> {
    let decode = |part: &str| percent_decode_str(part).decode_utf8().map(Cow::into_owned);
    let wrong = Error::Url("user and password must be user:password, percent-encoded");
    match text.split_once(':').map(|(user, password)| (decode(user), decode(password))) {
        Some((Ok(user), Ok(password))) => Ok((user, password)),
        _ => Err(wrong),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(url: &str) -> Server {
        match parse(url) {
            Ok(Target::Server(server)) => server,
            other => panic!("{url}: {other:?}"),
        }
    }

    #[test]
    fn every_form_of_the_contract_is_read() {
        assert_eq!(parse("file:///var/mail"), Ok(Target::Folder("/var/mail".into())));
        assert_eq!(parse("file://./data/mail"), Ok(Target::Folder("./data/mail".into())));
        let plain = server("smtp://127.0.0.1:2525");
        assert_eq!((plain.host.as_str(), plain.port, plain.tls), ("127.0.0.1", 2525, Tls::None));
        assert_eq!(server("smtps://mail.example").port, 465);
        let full = server("smtp+starttls://u%40x:p%3Aw@mail.example:587");
        assert_eq!((full.tls, full.user), (Tls::Start, Some(("u@x".into(), "p:w".into()))));
        let six = server("smtp://[::1]:25");
        assert_eq!((six.host.as_str(), six.port), ("::1", 25));
        assert_eq!(server("smtp://[::1]").port, 25);
    }

    #[test]
    fn a_wrong_url_is_named_without_being_repeated() {
        for url in [
            "",
            "mail.example",
            "http://x",
            "file://",
            "smtp://",
            "smtp://x:99999",
            "smtp://x:0",
            "smtps://u@x",
            "smtp://x/y",
        ] {
            let error = parse(url).expect_err(url).to_string();
            assert!(error.starts_with("mail_url: "), "{error}");
        }
        let debug = format!("{:?}", server("smtps://user:secret@mail.example"));
        assert!(!debug.contains("secret"), "{debug}");
    }
}
