//! Secrets of others, those of receivers first: made, opened, and sealed anew when the key changes.

use std::sync::Arc;

use aftercall_delivery::seal::{Keyring, OpenError};
use aftercall_store::webhooks::Webhook;
use aftercall_store::{Store, StoreError};
use serde_json::Value as Json;

/// Bytes of the number that makes two sealings of the same text differ.
const NONCE: usize = 24;

/// Opens and makes secrets. A clone has the same keys.
#[derive(Clone)]
pub struct Sealed(Arc<Keyring>);

/// Why the secrets in the database are of no use.
#[derive(Debug, thiserror::Error)]
pub enum SealedError {
    /// The key file is another than the one that they were sealed with.
    #[error(
        "the key file cannot open the secret of the webhook {webhook}: {cause}; use the key file of the server that made it"
    )]
    Key {
        /// The receiver's id.
        webhook: String,
        /// What is wrong.
        cause: OpenError,
    },
    /// The key file is another than the one that a source's secret was sealed with.
    #[error(
        "the key file cannot open the secret of the source {from} of the agent {agent}: {cause}; use the key file of the server that made it"
    )]
    Intake {
        /// Name of the source.
        from: String,
        /// The agent's id.
        agent: String,
        /// What is wrong.
        cause: OpenError,
    },
    /// The database does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Sealed {
    /// Secrets that this keyring seals.
    #[must_use]
    pub fn new(keyring: Keyring) -> Self {
        Self(Arc::new(keyring))
    }

    /// A new secret, 64 hex digits, as it is and sealed for a receiver.
    pub(crate) fn new_secret(&self, store: &Store, webhook_id: &str) -> (String, String) {
        let mut bytes = [0; 32];
        store.random_bytes(&mut bytes);
        let secret: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let sealed = self.seal(store, &secret, &secret_of(webhook_id));
        (secret, sealed)
    }

    /// A receiver's own headers, sealed; `None` where there are none.
    pub(crate) fn headers(
        &self,
        store: &Store,
        webhook_id: &str,
        headers: &[(String, String)],
    ) -> Option<String> {
        let json = Json::from_iter(headers.iter().cloned());
        (!headers.is_empty()).then(|| self.seal(store, &json.to_string(), &headers_of(webhook_id)))
    }

    /// The secrets that sign for a receiver, the newest first.
    ///
    /// # Errors
    /// Where one cannot be opened.
    pub(crate) fn secrets(&self, webhook: &Webhook) -> Result<Vec<String>, OpenError> {
        let context = secret_of(&webhook.id);
        let open = |secret: &aftercall_store::webhooks::WebhookSecret| {
            self.0.open(&secret.sealed, &context)
        };
        webhook.secrets.iter().map(open).collect()
    }

    /// A receiver's own headers.
    ///
    /// # Errors
    /// Where they cannot be opened.
    pub(crate) fn open_headers(
        &self,
        webhook: &Webhook,
    ) -> Result<Vec<(String, String)>, OpenError> {
        let Some(sealed) = &webhook.headers else {
            return Ok(Vec::new());
        };
        let text = self.0.open(sealed, &headers_of(&webhook.id))?;
        let headers: serde_json::Map<String, Json> =
            serde_json::from_str(&text).unwrap_or_default();
        let text = |value: Json| value.as_str().unwrap_or_default().to_owned();
        Ok(headers
            .into_iter()
            .map(|(name, value)| (name, text(value)))
            .collect())
    }

    /// Checks that the key file opens every secret of the database, and seals those anew that an older key sealed.
    ///
    /// # Errors
    /// [`SealedError`].
    pub async fn check(&self, store: &Store) -> Result<(), SealedError> {
        for webhook in store.webhooks().await? {
            let failed = |cause| SealedError::Key {
                webhook: webhook.id.clone(),
                cause,
            };
            let secrets = self.secrets(&webhook).map_err(failed)?;
            for (row, secret) in webhook.secrets.iter().zip(&secrets) {
                if !self.0.is_current(&row.sealed) {
                    let sealed = self.seal(store, secret, &secret_of(&webhook.id));
                    store.reseal_secret(&row.id, &sealed).await?;
                }
            }
            let headers = self.open_headers(&webhook).map_err(failed)?;
            if let Some(old) = &webhook.headers
                && !self.0.is_current(old)
                && let Some(sealed) = self.headers(store, &webhook.id, &headers)
            {
                store.reseal_headers(&webhook.id, old, &sealed).await?;
            }
        }
        self.check_intake(store).await
    }

    /// Seals a secret for the place that `context` names.
    pub(crate) fn seal(&self, store: &Store, secret: &str, context: &str) -> String {
        let mut nonce = [0; NONCE];
        store.random_bytes(&mut nonce);
        self.0.seal(secret, context, nonce)
    }

    /// Opens what was sealed for that place.
    ///
    /// # Errors
    /// Where it was sealed with another key, or for another place.
    pub(crate) fn open(&self, sealed: &str, context: &str) -> Result<String, OpenError> {
        self.0.open(sealed, context)
    }

    /// Whether it was sealed with the newest key.
    pub(crate) fn is_current(&self, sealed: &str) -> bool {
        self.0.is_current(sealed)
    }
}

/// What a sealed secret is bound to, so that it opens nowhere else.
fn secret_of(webhook_id: &str) -> String {
    format!("webhook secret {webhook_id}")
}

fn headers_of(webhook_id: &str) -> String {
    format!("webhook headers {webhook_id}")
}
