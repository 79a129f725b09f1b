//! From a matter to a letter, and from a letter to the bytes that are sent.

use std::time::{Duration, UNIX_EPOCH};

use askama::Template;
use jiff::Timestamp;
use lettre::Message;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};

use super::matter::{Language, Matter, Words};

/// What every letter has, whatever it is about.
#[derive(Clone, Debug)]
pub struct Head {
    /// Id of the event, in `X-Shanhai-Event` after the kind.
    pub event_id: String,
    /// The stable `Message-ID` without its angle brackets, such as `<outbox id>@<host>`; the same at each try.
    pub message_id: String,
    /// The instant of the event, in `Date`.
    pub at: Timestamp,
    /// The mailbox that it goes to.
    pub to: String,
    /// The station's mailbox that answers go to.
    pub reply_to: String,
    /// The station in whose name the letter is written.
    pub station: Words,
    /// The absolute address behind the letter's link.
    pub link: String,
}

/// A letter, ready to be sent any number of times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// The stable name of the kind.
    pub kind: &'static str,
    /// Id of the event.
    pub event_id: String,
    /// The `Message-ID` without its angle brackets.
    pub message_id: String,
    /// The instant of the event.
    pub at: Timestamp,
    /// The mailbox that it goes to.
    pub to: String,
    /// The mailbox that answers go to.
    pub reply_to: String,
    /// The language.
    pub lang: Language,
    /// The subject, one line.
    pub subject: String,
    /// The text part.
    pub text: String,
    /// The HTML part.
    pub html: String,
}

/// A line of a letter.
enum Line<'a> {
    Paragraph(&'a str),
    Items(Vec<&'a str>),
    Link(&'a str),
}

#[derive(Template)]
#[template(path = "mail/letter.html")]
struct Html<'a> {
    lang: Language,
    subject: &'a str,
    station: &'a str,
    lines: &'a [Line<'a>],
    link: &'a str,
}

#[derive(Template)]
#[template(path = "mail/letter.txt")]
struct Text<'a> {
    lang: Language,
    station: &'a str,
    lines: &'a [Line<'a>],
    link: &'a str,
}

/// Writes the letter about a matter.
pub fn compose(head: Head, matter: &Matter) -> Letter {
    let script = matter.script();
    let (subject, body) = script.split_once('\n').unwrap_or((&script, ""));
    let mut lines: Vec<Line> = Vec::new();
    for line in body.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if let Some(item) = line.strip_prefix("• ") {
            if let Some(Line::Items(items)) = lines.last_mut() {
                items.push(item);
            } else {
                lines.push(Line::Items(vec![item]));
            }
        } else if let Some(label) = line.strip_prefix("→ ") {
            lines.push(Line::Link(label));
        } else {
            lines.push(Line::Paragraph(line));
        }
    }
    let lang = matter.lang();
    let station = head.station.to_string();
    let link: String = head.link.chars().filter(|c| !c.is_control() && !c.is_whitespace()).collect();
    let text = Text { lang, station: &station, lines: &lines, link: &link }.render();
    let html = Html { lang, subject, station: &station, lines: &lines, link: &link }.render();
    Letter {
        kind: matter.kind(),
        event_id: head.event_id,
        message_id: head.message_id,
        at: head.at,
        to: head.to,
        reply_to: head.reply_to,
        lang,
        subject: subject.to_owned(),
        // Rendering fails only where a `Display` fails; strings do not.
        text: text.unwrap_or_default(),
        html: html.unwrap_or_default(),
    }
}

/// Only characters that may stand bare in a header and in a file's name.
pub(super) fn plain(id: &str) -> bool {
    !id.is_empty()
        && id.len() <= 200
        && id.chars().all(|c| c.is_ascii_alphanumeric() || "-._@".contains(c))
        && !id.starts_with('.')
}

impl Letter {
    /// The message to send from a mailbox, or what is wrong with it; no header can be smuggled in.
    pub(super) fn message(&self, from: &Mailbox) -> Result<Message, &'static str> {
        if !plain(&self.message_id) || !plain(&self.event_id) {
            return Err("the letter's id cannot stand in a header");
        }
        let to = address(&self.to).ok_or("the recipient is no mail address")?;
        let reply_to = address(&self.reply_to).ok_or("the station's mailbox is no mail address")?;
        let subject: String = self.subject.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let header = |name, value: &str| HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned());
        // The boundary follows from the id, so that the same letter is the same bytes at each try.
        let boundary = format!("=_{}", self.message_id.replace('@', "_").chars().take(60).collect::<String>());
        let parts = MultiPart::alternative().boundary(boundary);
        Message::builder()
            .message_id(Some(format!("<{}>", self.message_id)))
            .date(UNIX_EPOCH + Duration::from_secs(self.at.as_second().max(0).unsigned_abs()))
            .from(from.clone())
            .reply_to(reply_to)
            .to(to)
            .subject(subject)
            .raw_header(header("X-Shanhai-Event", &format!("{} {}", self.kind, self.event_id)))
            .raw_header(header("Content-Language", self.lang.tag()))
            .raw_header(header("Auto-Submitted", "auto-generated"))
            .multipart(
                parts.singlepart(SinglePart::plain(self.text.clone())).singlepart(SinglePart::html(self.html.clone())),
            )
            .map_err(|_| "the letter cannot be put together")
    }
}

/// A bare mail address of ASCII characters; SMTP without extensions carries no others.
pub(super) fn address(text: &str) -> Option<Mailbox> {
    let text = text.trim();
    (text.is_ascii() && !text.contains(char::is_control)).then(|| text.parse().ok()).flatten()
}
