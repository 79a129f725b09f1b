//! Sealing of ID numbers, phones and uploads, and the keyed hash that finds them again.

use std::path::Path;

use aes_gcm_siv::aead::{Aead, KeyInit, Payload};
use aes_gcm_siv::{Aes256GcmSiv, Nonce};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::Error;

/// The keys of one installation; never printed.
#[derive(Clone)]
pub struct Keys {
    seal: Aes256GcmSiv,
    lookup: Hmac<Sha256>,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys")
    }
}

/// Number of the sealing key, first byte of every sealed value, so that keys can rotate.
const KEY_ID: u8 = 1;

/// Where a sealed value belongs; it opens nowhere else.
#[derive(Debug, Clone, Copy)]
pub struct Cell<'a> {
    /// Table.
    pub table: &'a str,
    /// Column.
    pub column: &'a str,
    /// Row.
    pub id: Uuid,
}

impl Cell<'_> {
    fn associated(self) -> Vec<u8> {
        let mut data = format!("{}.{}.", self.table, self.column).into_bytes();
        data.extend_from_slice(self.id.as_bytes());
        data
    }
}

impl Keys {
    /// Keys from 64 secret bytes: sealing key, then look-up key.
    pub fn from_secret(secret: &[u8; 64]) -> Self {
        let lookup = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(&secret[32..])
            .unwrap_or_else(|_| unreachable!("HMAC takes keys of any length"));
        let mut seal = [0; 32];
        seal.copy_from_slice(&secret[..32]);
        Self { seal: Aes256GcmSiv::new(&seal.into()), lookup }
    }

    /// Reads the key file, or makes it (mode 0600) when it does not exist.
    pub fn open(path: &Path) -> Result<Self, String> {
        use std::io::Write as _;
        use std::os::unix::fs::OpenOptionsExt as _;
        match std::fs::read(path) {
            Ok(bytes) => {
                let secret =
                    bytes.try_into().map_err(|_| "it does not hold 64 bytes, so it is no key file".to_owned())?;
                Ok(Self::from_secret(&secret))
            }
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
                let secret: [u8; 64] = rand::random();
                let mut file = std::fs::OpenOptions::new()
                    .write(true)
                    .create_new(true)
                    .mode(0o600)
                    .open(path)
                    .map_err(|e| e.to_string())?;
                file.write_all(&secret).and_then(|()| file.sync_all()).map_err(|e| e.to_string())?;
                Ok(Self::from_secret(&secret))
            }
            Err(e) => Err(e.to_string()),
        }
    }

    /// Seals a value for one cell: key number, nonce, ciphertext.
    pub fn seal(&self, cell: Cell<'_>, value: &[u8]) -> Result<Vec<u8>, Error> {
        let nonce: [u8; 12] = rand::random();
        let payload = Payload { msg: value, aad: &cell.associated() };
        let sealed = self.seal.encrypt(&Nonce::from(nonce), payload).map_err(|_| Error::Unsealable)?;
        let mut out = Vec::with_capacity(13 + sealed.len());
        out.push(KEY_ID);
        out.extend_from_slice(&nonce);
        out.extend_from_slice(&sealed);
        Ok(out)
    }

    /// Opens a value sealed for this cell.
    pub fn open_sealed(&self, cell: Cell<'_>, sealed: &[u8]) -> Result<Vec<u8>, Error> {
        let (head, body) = sealed.split_at_checked(13).ok_or(Error::Sealed)?;
        if head[0] != KEY_ID {
            return Err(Error::Sealed);
        }
        let nonce: [u8; 12] = head[1..].try_into().map_err(|_| Error::Sealed)?;
        self.seal
            .decrypt(&Nonce::from(nonce), Payload { msg: body, aad: &cell.associated() })
            .map_err(|_| Error::Sealed)
    }

    /// Opens a text sealed for this cell.
    pub fn open_text(&self, cell: Cell<'_>, sealed: &[u8]) -> Result<String, Error> {
        String::from_utf8(self.open_sealed(cell, sealed)?).map_err(|_| Error::Sealed)
    }

    /// Keyed hash that finds a value again; `what` keeps kinds apart. Half of HMAC-SHA-256 (RFC 2104, section 5):
    /// 16 bytes tell everybody on earth apart, and the indexes over them are the ones that an import writes all over.
    pub fn lookup(&self, what: &str, value: &str) -> Vec<u8> {
        let mut mac = self.lookup.clone();
        mac.update(what.as_bytes());
        mac.update(&[0]);
        mac.update(value.as_bytes());
        mac.finalize().into_bytes()[..16].to_vec()
    }
}

/// Plain hash, for values that are secret by their own randomness (tokens) or no secret (files).
pub fn hash(value: &[u8]) -> Vec<u8> {
    Sha256::digest(value).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(n: u128) -> Cell<'static> {
        Cell { table: "worker", column: "id_sealed", id: Uuid::from_u128(n) }
    }

    #[test]
    fn a_sealed_value_opens_in_its_own_cell_only() {
        let keys = Keys::from_secret(&[7; 64]);
        let sealed = keys.seal(cell(1), b"520524199001019961").unwrap();
        assert_eq!(keys.open_text(cell(1), &sealed).unwrap(), "520524199001019961");
        assert!(matches!(keys.open_sealed(cell(2), &sealed), Err(Error::Sealed)));
        let elsewhere = Cell { column: "phone_sealed", ..cell(1) };
        assert!(keys.open_sealed(elsewhere, &sealed).is_err());
        assert!(Keys::from_secret(&[8; 64]).open_sealed(cell(1), &sealed).is_err());
        assert!(keys.open_sealed(cell(1), &sealed[..5]).is_err());
    }

    #[test]
    fn the_lookup_hash_is_stable_and_keeps_kinds_apart() {
        let keys = Keys::from_secret(&[7; 64]);
        assert_eq!(keys.lookup("id", "1"), keys.lookup("id", "1"));
        assert_ne!(keys.lookup("id", "1"), keys.lookup("phone", "1"));
        assert_ne!(keys.lookup("id", "1"), Keys::from_secret(&[8; 64]).lookup("id", "1"));
    }
}
