//! The secrets of sources.

use aftercall_delivery::seal::OpenError;
use aftercall_store::Store;
use aftercall_store::intake::{IntakeSource, SecretKind};

use crate::deliveries::{Sealed, SealedError};

impl Sealed {
    /// A secret of a source, sealed for it.
    pub(crate) fn intake_secret(
        &self,
        store: &Store,
        agent_id: &str,
        source: &str,
        secret: &str,
    ) -> String {
        self.seal(store, secret, &context(agent_id, source))
    }

    /// The secrets of that kind, the newest first.
    ///
    /// # Errors
    /// Where one cannot be opened.
    pub(crate) fn intake_secrets(
        &self,
        source: &IntakeSource,
        kind: SecretKind,
    ) -> Result<Vec<String>, OpenError> {
        let context = context(&source.agent_id, &source.source);
        source
            .of_kind(kind)
            .map(|secret| self.open(&secret.sealed, &context))
            .collect()
    }

    /// Checks that the key file opens every secret of every source, and seals those anew that an older key sealed.
    ///
    /// # Errors
    /// [`SealedError`].
    pub(crate) async fn check_intake(&self, store: &Store) -> Result<(), SealedError> {
        for source in store.all_intake_sources().await? {
            let context = context(&source.agent_id, &source.source);
            for secret in &source.secrets {
                let opened = self.open(&secret.sealed, &context);
                let opened = opened.map_err(|cause| SealedError::Intake {
                    from: source.source.clone(),
                    agent: source.agent_id.clone(),
                    cause,
                })?;
                if !self.is_current(&secret.sealed) {
                    let sealed = self.seal(store, &opened, &context);
                    store.reseal_intake_secret(&secret.id, &sealed).await?;
                }
            }
        }
        Ok(())
    }
}

/// What a sealed secret is bound to, so that it opens nowhere else. Not the row's id: where two set a source up at once, only one of
/// them makes the row.
fn context(agent_id: &str, source: &str) -> String {
    format!("intake secret {agent_id} {source}")
}
