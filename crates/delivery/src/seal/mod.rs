//! Secrets at rest: readable with the key file alone, and only in the place that they were sealed for.

mod key_file;

use std::fmt;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

pub use key_file::KeyFileError;

/// The form of a sealed text: this, the key's id, and nonce and cipher text in Base64, parted by dots.
const FORM: &str = "x1";

const NONCE: usize = 24;

/// Keys that seal secrets: the first seals, and all open, so that a new key is put before the others and old texts stay readable.
#[derive(Clone)]
pub struct Keyring(Vec<Key>);

#[derive(Clone)]
struct Key {
    id: String,
    bytes: Zeroizing<[u8; 32]>,
}

/// A keyring needs a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("keys: must not be empty (got [])")]
pub struct NoKeys;

/// Why a sealed text cannot be opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// It is no sealed text.
    #[error("the text is not a sealed secret")]
    Form,
    /// The key that sealed it is not there.
    #[error("the secret was sealed with the key {0}, which the key file does not hold")]
    UnknownKey(String),
    /// It was changed, or sealed for another place.
    #[error("the sealed secret was changed or belongs elsewhere")]
    Changed,
}

impl Keyring {
    /// A keyring of one key.
    #[must_use]
    pub fn of(key: [u8; 32]) -> Self {
        Self(vec![Key::new(key)])
    }

    /// A keyring of keys, newest first.
    ///
    /// # Errors
    /// Where there are none.
    pub fn new(keys: Vec<[u8; 32]>) -> Result<Self, NoKeys> {
        if keys.is_empty() {
            return Err(NoKeys);
        }
        Ok(Self(keys.into_iter().map(Key::new).collect()))
    }

    /// Reads a key file: 64 hex digits a line, newest first. Where the file is missing it is made, with `fresh` in it, for its
    /// owner alone.
    ///
    /// # Errors
    /// Where it cannot be read or made, holds anything else, or others may read it.
    pub fn load(path: &Path, fresh: [u8; 32]) -> Result<Self, KeyFileError> {
        key_file::load(path, fresh)
    }

    /// Seals a secret for the place that `context` names, such as the row it belongs to. `nonce` is random, and new each time.
    #[must_use]
    pub fn seal(&self, secret: &str, context: &str, nonce: [u8; NONCE]) -> String {
        let key = &self.0[0];
        let payload = Payload {
            msg: secret.as_bytes(),
            aad: context.as_bytes(),
        };
        let sealed = key
            .cipher()
            .encrypt(&XNonce::from(nonce), payload)
            .expect("a secret has less than 256 GiB");
        let bytes = [nonce.as_slice(), &sealed].concat();
        format!("{FORM}.{}.{}", key.id, URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Opens what was sealed for `context`, with whichever key that was.
    ///
    /// # Errors
    /// Where the text is none of ours, was changed, belongs elsewhere, or its key is not there.
    pub fn open(&self, sealed: &str, context: &str) -> Result<String, OpenError> {
        let (id, text) = parts(sealed).ok_or(OpenError::Form)?;
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| OpenError::Form)?;
        let (nonce, msg) = bytes.split_first_chunk::<NONCE>().ok_or(OpenError::Form)?;
        let key = self
            .0
            .iter()
            .find(|key| key.id == id)
            .ok_or_else(|| OpenError::UnknownKey(id.into()))?;
        let payload = Payload {
            msg,
            aad: context.as_bytes(),
        };
        let secret = key
            .cipher()
            .decrypt(&XNonce::from(*nonce), payload)
            .map_err(|_| OpenError::Changed)?;
        String::from_utf8(secret).map_err(|_| OpenError::Changed)
    }

    /// Whether a text was sealed with the newest key, so that it need not be sealed again.
    #[must_use]
    pub fn is_current(&self, sealed: &str) -> bool {
        parts(sealed).is_some_and(|(id, _)| id == self.0[0].id)
    }
}

/// Key id and the rest of a sealed text.
fn parts(sealed: &str) -> Option<(&str, &str)> {
    let rest = sealed.strip_prefix(FORM)?.strip_prefix('.')?;
    let (id, text) = rest.split_once('.')?;
    // An id is shown in errors: nothing else may stand in its place.
    let is_id = id.len() == ID_DIGITS && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_id.then_some((id, text))
}

/// Hex digits of a key's id.
const ID_DIGITS: usize = 16;

impl Key {
    fn new(bytes: [u8; 32]) -> Self {
        let bytes = Zeroizing::new(bytes);
        let hash = Sha256::new()
            .chain_update("aftercall key id\0")
            .chain_update(bytes.as_slice())
            .finalize();
        let id = hash.iter().take(ID_DIGITS / 2);
        Self {
            id: id.map(|byte| format!("{byte:02x}")).collect(),
            bytes,
        }
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new((&*self.bytes).into())
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids = self.0.iter().map(|key| &key.id);
        f.debug_list().entries(ids).finish()
    }
}
