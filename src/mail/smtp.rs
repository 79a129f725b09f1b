//! Talking to an SMTP server: a few connections kept open, and an exact account of how far a letter got.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use lettre::Message;
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::ClientId;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;

use super::url::{Server, Tls};
use super::{Error, Outcome};

/// Connections at once: lettre writes body and final dot apart, so that one connection waits about 47 ms a mail.
const CONNECTIONS: usize = 4;

/// A server and the connections to it that wait for the next letter.
pub(super) struct Relay {
    server: Server,
    tls: Option<TlsParameters>,
    hello: ClientId,
    idle: Mutex<Vec<AsyncSmtpConnection>>,
    gate: Semaphore,
}

/// How a conversation broke off.
enum Break {
    /// The server answered, or could not be reached: nothing was delivered.
    Said(SmtpError),
    /// The network failed before anybody spoke SMTP.
    Network(String),
    /// Signing in failed: a fault of the settings, not of the letter.
    Auth(SmtpError),
}

impl Relay {
    pub fn new(server: Server) -> Result<Relay, Error> {
        let tls = match server.tls {
            Tls::None => None,
            Tls::Whole | Tls::Start => {
                Some(TlsParameters::new(server.host.clone()).map_err(|e| Error::Tls(e.to_string()))?)
            }
        };
        Ok(Relay {
            server,
            tls,
            hello: ClientId::default(),
            idle: Mutex::new(Vec::new()),
            gate: Semaphore::new(CONNECTIONS),
        })
    }

    /// Waits for a free connection; the caller's deadline begins after it.
    pub async fn turn(&self) -> Option<tokio::sync::SemaphorePermit<'_>> {
        self.gate.acquire().await.ok()
    }

    /// Sends a letter; sets `handed_over` before the first byte of the message goes out.
    pub async fn send(&self, message: &Message, handed_over: &AtomicBool) -> Outcome {
        let mut conn = match self.connection().await {
            Ok(conn) => conn,
            Err(broken) => return judge(broken, false),
        };
        match converse(&mut conn, message, handed_over).await {
            Ok(()) => {
                self.keep(conn);
                Outcome::Sent
            }
            // The connection is dropped: after a refusal the server may be in the middle of a transaction.
            Err(error) => judge(Break::Said(error), handed_over.load(Ordering::Relaxed)),
        }
    }

    async fn connection(&self) -> Result<AsyncSmtpConnection, Break> {
        while let Some(mut conn) = self.take() {
            if conn.test_connected().await {
                return Ok(conn);
            }
        }
        let place = (self.server.host.as_str(), self.server.port);
        let mut conn = match (&self.server.tls, &self.tls) {
            (Tls::Whole, tls) => AsyncSmtpConnection::connect_tokio1(place, None, &self.hello, tls.clone(), None)
                .await
                .map_err(Break::Said)?,
            (Tls::None | Tls::Start, _) => {
                let stream = TcpStream::connect(place).await.map_err(|e| Break::Network(e.to_string()))?;
                stream.set_nodelay(true).map_err(|e| Break::Network(e.to_string()))?;
                AsyncSmtpConnection::connect_with_transport(Box::new(stream), &self.hello).await.map_err(Break::Said)?
            }
        };
        if let (Tls::Start, Some(tls)) = (self.server.tls, &self.tls) {
            conn.starttls(tls.clone(), &self.hello).await.map_err(Break::Auth)?;
        }
        if let Some((user, password)) = &self.server.user {
            let credentials = Credentials::new(user.clone(), password.clone());
            conn.auth(DEFAULT_MECHANISMS, &credentials).await.map_err(Break::Auth)?;
        }
        Ok(conn)
    }

    // A poisoned list is only a list of connections: another letter's panic does not make them wrong.
    fn take(&self) -> Option<AsyncSmtpConnection> {
        self.idle.lock().unwrap_or_else(std::sync::PoisonError::into_inner).pop()
    }

    fn keep(&self, conn: AsyncSmtpConnection) {
        self.idle.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(conn);
    }
}

async fn converse(
    conn: &mut AsyncSmtpConnection,
    message: &Message,
    handed_over: &AtomicBool,
) -> Result<(), SmtpError> {
    conn.command(Mail::new(message.envelope().from().cloned(), vec![])).await?;
    for to in message.envelope().to() {
        conn.command(Rcpt::new(to.clone(), vec![])).await?;
    }
    conn.command(Data).await?;
    handed_over.store(true, Ordering::Relaxed);
    conn.message(&message.formatted()).await?;
    Ok(())
}

/// Only a 5xx about the letter stops it; whatever else happened before the message went out can be tried again.
fn judge(broken: Break, handed_over: bool) -> Outcome {
    match broken {
        Break::Said(e) if e.is_permanent() => Outcome::Refused { reason: reason(&e.to_string()) },
        Break::Said(e) if e.is_transient() || !handed_over => Outcome::Retry { reason: reason(&described(&e)) },
        Break::Said(e) => Outcome::MaybeDelivered { reason: reason(&described(&e)) },
        Break::Network(e) => Outcome::Retry { reason: reason(&e) },
        Break::Auth(e) => Outcome::Retry { reason: reason(&described(&e)) },
    }
}

fn described(error: &SmtpError) -> String {
    match std::error::Error::source(error) {
        Some(source) if error.status().is_none() => format!("{error}: {source}"),
        _ => error.to_string(),
    }
}

/// What the server said, in one short line without long numbers.
fn reason(said: &str) -> String {
    super::Words::new(said).to_string()
}
