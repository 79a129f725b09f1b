//! The files that pages link to, embedded in the program and named by a hash of their content.

use std::fmt::Write;
use std::sync::LazyLock;

use sha2::{Digest, Sha256};

const STYLESHEET: &str = include_str!("../../templates/assets/shanhai.css");

static STYLESHEET_PATH: LazyLock<String> = LazyLock::new(|| {
    let digest = Sha256::digest(STYLESHEET.as_bytes());
    let mut path = String::from("/assets/shanhai-");
    for byte in &digest[..6] {
        let _ = write!(path, "{byte:02x}"); // writing into a String cannot fail
    }
    path + ".css"
});

/// A file with its media type; its path changes with its content, so it may be cached for good.
#[derive(Clone, Copy, Debug)]
pub struct Asset {
    /// The `Content-Type`.
    pub media_type: &'static str,
    /// The body.
    pub body: &'static [u8],
}

/// The path of the one stylesheet: `/assets/shanhai-<hash>.css`.
pub fn stylesheet_path() -> &'static str {
    &STYLESHEET_PATH
}

/// The embedded file at a path such as [`stylesheet_path`]; nothing for any other path.
pub fn asset(path: &str) -> Option<Asset> {
    (path == stylesheet_path()).then_some(Asset { media_type: "text/css; charset=utf-8", body: STYLESHEET.as_bytes() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stylesheet_is_found_under_its_hashed_path_only() {
        assert!(asset(stylesheet_path()).is_some_and(|a| a.body.len() > 10_000));
        assert!(asset("/assets/shanhai.css").is_none());
        assert!(asset("/assets/../Cargo.toml").is_none());
    }
}
