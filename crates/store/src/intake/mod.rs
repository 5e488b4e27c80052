//! Which platforms may send an agent's calls, and how they show that it is them.

mod notices;
mod payloads;
mod sources;

use jiff::Timestamp;
use sea_orm::ConnectionTrait;

use crate::StoreError;
use crate::entity::{intake_secrets, intake_sources};
use crate::times::{from_us, from_us_opt};

pub use notices::{
    IntakeNotice, KeptNotice, NewNotice, NoticeEnd, NoticeLease, NoticeState, RecordedNotice,
};
pub use payloads::KeptPayload;
pub use sources::IntakePatch;

/// Deletes what platforms sent of a call, by the sender's id of it.
pub(crate) async fn delete_of_call(
    db: &impl ConnectionTrait,
    call_id: &str,
) -> Result<(), StoreError> {
    notices::delete_of_call(db, call_id).await?;
    payloads::delete_of_call(db, call_id).await
}

/// A platform that may send an agent's calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntakeSource {
    /// 24 hex digits.
    pub id: String,
    /// The agent.
    pub agent_id: String,
    /// Name of the source.
    pub source: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Scheme, host and port in the place of the platform's own to fetch calls from.
    pub fetch_base: Option<String>,
    /// Its secrets, the newest first; those that have expired are left out.
    pub secrets: Vec<IntakeSecret>,
}

/// A secret that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntakeSecret {
    /// Its row's id.
    pub id: String,
    /// What it is for.
    pub kind: SecretKind,
    /// The secret, sealed.
    pub sealed: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stops to count; `None` for the newest of its kind.
    pub expires_at: Option<Timestamp>,
}

/// What a secret is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SecretKind {
    /// The platform signs with it.
    Signing,
    /// It stands in the address.
    Path,
    /// It opens the platform's API, to fetch calls from there.
    Fetch,
}

impl SecretKind {
    /// The name in the database.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Signing => "signing",
            Self::Path => "path",
            Self::Fetch => "fetch",
        }
    }
}

impl IntakeSource {
    /// The secrets of a kind, the newest first.
    pub fn of_kind(&self, kind: SecretKind) -> impl Iterator<Item = &IntakeSecret> {
        self.secrets.iter().filter(move |one| one.kind == kind)
    }

    fn of(
        row: intake_sources::Model,
        secrets: Vec<intake_secrets::Model>,
    ) -> Result<Self, StoreError> {
        Ok(Self {
            created_at: from_us(row.created_at)?,
            updated_at: from_us(row.updated_at)?,
            secrets: secrets
                .into_iter()
                .map(IntakeSecret::try_from)
                .collect::<Result<_, _>>()?,
            id: row.id,
            agent_id: row.agent_id,
            source: row.source,
            fetch_base: row.fetch_base,
        })
    }
}

impl TryFrom<intake_secrets::Model> for IntakeSecret {
    type Error = StoreError;

    fn try_from(row: intake_secrets::Model) -> Result<Self, StoreError> {
        let kinds = [SecretKind::Signing, SecretKind::Path, SecretKind::Fetch];
        let kind = kinds.into_iter().find(|kind| kind.name() == row.kind);
        Ok(Self {
            kind: kind.ok_or_else(|| StoreError::corrupt("a secret's kind", &row.kind))?,
            created_at: from_us(row.created_at)?,
            expires_at: from_us_opt(row.expires_at)?,
            id: row.id,
            sealed: row.sealed,
        })
    }
}
