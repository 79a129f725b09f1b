//! Composing and sending mail; when to send is decided elsewhere.
//!
//! A [`Letter`] is composed from a [`Matter`] by [`compose`] and handed to a [`Mailer`], which says what became of it:
//!
//! * [`Outcome::Sent`]: the server took it, or the file is on the disk.
//! * [`Outcome::Retry`]: it was not delivered; try again with the same letter.
//! * [`Outcome::Refused`]: it never will be; a person must look.
//! * [`Outcome::MaybeDelivered`]: it was handed over but no answer came; a second try may double it, under the same `Message-ID`.
//!
//! A letter says that something is to be done and links; the facts stand behind the login. The types see to it: a person is
//! a [`Person`], which keeps only 王* and the case ref, and [`Words`] drop everything that looks like an identity number or
//! a telephone, so that neither can stand in a mail even when somebody typed it into a vacancy's title.

mod compose;
mod folder;
mod matter;
mod send;
mod smtp;
mod url;

pub use compose::{Head, Letter, compose};
pub use matter::{
    ClassSeats, Count, DailyDigest, Expiring, Found, Interest, Introduction, Language, Listed, Matter, PasswordLink,
    People, Person, Placement, Seats, Words,
};
pub use send::{Mailer, Outcome};

/// Why mail cannot be set up.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Error {
    /// The mail URL has an unknown form; never holds the URL itself, for it may hold a password.
    #[error("mail_url: {0}")]
    Url(&'static str),
    /// The sender is no mail address.
    #[error("mail_from: not a mail address")]
    From,
    /// The folder for mails cannot be used.
    #[error("mail_url: the folder cannot be used: {0}")]
    Folder(String),
    /// TLS cannot be set up.
    #[error("mail_url: TLS: {0}")]
    Tls(String),
}
