//! Handing a letter to the folder or server of the mail URL, within one deadline.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use lettre::message::Mailbox;

use super::compose::{Letter, address};
use super::smtp::Relay;
use super::url::{Target, parse};
use super::{Error, folder};

/// A letter costs at most this long, however slowly the server drips: lettre's own timeout is per read.
const DEADLINE: Duration = Duration::from_secs(30);

/// What became of a letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The server took it, or the file is on the disk.
    Sent,
    /// It was not delivered; try again later.
    Retry {
        /// What happened, in one line.
        reason: String,
    },
    /// The server refused it for good (5xx), or its address cannot be used.
    Refused {
        /// What happened, in one line.
        reason: String,
    },
    /// It was handed over but no answer came.
    MaybeDelivered {
        /// What happened, in one line.
        reason: String,
    },
}

enum Transport {
    Folder(PathBuf),
    Relay(Relay),
}

/// Sends letters; one for the whole program, shared by its tasks.
pub struct Mailer {
    from: Mailbox,
    transport: Transport,
    deadline: Duration,
}

impl Mailer {
    /// A mailer for the URL and sender of the settings; makes the folder of a `file://` URL.
    pub fn open(url: &str, from: &str) -> Result<Mailer, Error> {
        let from = address(from).ok_or(Error::From)?;
        let transport = match parse(url)? {
            Target::Folder(dir) => {
                std::fs::create_dir_all(&dir).map_err(|e| Error::Folder(e.to_string()))?;
                Transport::Folder(dir)
            }
            Target::Server(server) => Transport::Relay(Relay::new(server)?),
        };
        Ok(Mailer { from, transport, deadline: DEADLINE })
    }

    /// Sends a letter once; never longer than 30 seconds once it is its turn.
    pub async fn send(&self, letter: &Letter) -> Outcome {
        let message = match letter.message(&self.from) {
            Ok(message) => message,
            Err(reason) => return Outcome::Refused { reason: reason.to_owned() },
        };
        match &self.transport {
            Transport::Folder(dir) => match folder::write(dir, &letter.message_id, &message.formatted()).await {
                Ok(()) => Outcome::Sent,
                Err(error) => Outcome::Retry { reason: error.to_string() },
            },
            Transport::Relay(relay) => {
                let Some(_turn) = relay.turn().await else {
                    return Outcome::Retry { reason: "the program is stopping".to_owned() };
                };
                let handed_over = AtomicBool::new(false);
                match tokio::time::timeout(self.deadline, relay.send(&message, &handed_over)).await {
                    Ok(outcome) => outcome,
                    Err(_) if handed_over.load(Ordering::Relaxed) => {
                        Outcome::MaybeDelivered { reason: "no answer in time after the message".to_owned() }
                    }
                    Err(_) => Outcome::Retry { reason: "no answer in time".to_owned() },
                }
            }
        }
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
