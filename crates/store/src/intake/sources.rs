//! Sources are set up, changed and taken away.

use jiff::Timestamp;
use sea_orm::sea_query::{Expr, ExprTrait, LockType};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel,
    QueryFilter, QueryOrder, QuerySelect,
};

use super::{IntakeSource, SecretKind};
use crate::entity::{agents, intake_secrets as secrets, intake_sources as rows};
use crate::times::to_us;
use crate::{Store, StoreError};

/// What of a source is to be set; `None` leaves it as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IntakePatch {
    /// A new secret that the platform signs with, sealed.
    pub signing: Option<String>,
    /// A new secret for the address, sealed.
    pub path: Option<String>,
    /// A new key for the platform's API, sealed; the inner `None` takes the one that is there away.
    pub fetch: Option<Option<String>>,
    /// Where calls are fetched from; the inner `None` is the platform's own address.
    pub fetch_base: Option<Option<String>>,
}

impl Store {
    /// The sources of an agent, by name.
    ///
    /// # Errors
    /// [`StoreError::Missing`] where there is no such agent; those of the database.
    pub async fn intake_sources(&self, agent_id: &str) -> Result<Vec<IntakeSource>, StoreError> {
        known(self.reader(), agent_id).await?;
        let of_agent = rows::Column::AgentId.eq(agent_id);
        self.found(Condition::all().add(of_agent)).await
    }

    /// One source of an agent, if it is set up.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn intake_source(
        &self,
        agent_id: &str,
        source: &str,
    ) -> Result<Option<IntakeSource>, StoreError> {
        let one = Condition::all()
            .add(rows::Column::AgentId.eq(agent_id))
            .add(rows::Column::Source.eq(source));
        Ok(self.found(one).await?.pop())
    }

    /// Every source of every agent.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn all_intake_sources(&self) -> Result<Vec<IntakeSource>, StoreError> {
        self.found(Condition::all()).await
    }

    /// Sets a source up, or changes the one that is there. Secrets that are replaced count until
    /// `old_until`, or no longer where they would have ended before; what has expired is deleted. Of a key for the platform's API the
    /// newest counts alone.
    ///
    /// # Errors
    /// [`StoreError::Missing`] where there is no such agent; those of the database.
    pub async fn put_intake_source(
        &self,
        agent_id: &str,
        source: &str,
        patch: IntakePatch,
        old_until: Timestamp,
    ) -> Result<IntakeSource, StoreError> {
        let now = self.now_us();
        let txn = self.begin().await?;
        // Two that set the same one up wait for each other here.
        agents::Entity::find_by_id(agent_id)
            .lock(LockType::NoKeyUpdate)
            .one(&txn)
            .await?
            .ok_or_else(|| StoreError::missing("Agent", agent_id))?;
        let row = rows::Entity::find()
            .filter(rows::Column::AgentId.eq(agent_id))
            .filter(rows::Column::Source.eq(source))
            .one(&txn)
            .await?;
        let id = match row {
            None => {
                let id = self.id();
                let row = rows::Model {
                    id: id.clone(),
                    agent_id: agent_id.to_owned(),
                    source: source.to_owned(),
                    created_at: now,
                    updated_at: now,
                    fetch_base: patch.fetch_base.flatten(),
                };
                rows::Entity::insert(row.into_active_model())
                    .exec_without_returning(&txn)
                    .await?;
                id
            }
            Some(mut row) => {
                row.updated_at = now;
                if let Some(base) = patch.fetch_base {
                    row.fetch_base = base;
                }
                let id = row.id.clone();
                row.into_active_model()
                    .reset_all()
                    .update_without_returning(&txn)
                    .await?;
                id
            }
        };
        for (kind, sealed) in [
            (SecretKind::Signing, patch.signing),
            (SecretKind::Path, patch.path),
        ] {
            if let Some(sealed) = sealed {
                replace(&txn, self, &id, kind, sealed, to_us(old_until)).await?;
            }
        }
        if let Some(sealed) = patch.fetch {
            delete(&txn, &id, SecretKind::Fetch).await?;
            if let Some(sealed) = sealed {
                insert(&txn, self, &id, SecretKind::Fetch, sealed).await?;
            }
        }
        txn.commit().await?;
        let changed = self.intake_source(agent_id, source).await?;
        changed.ok_or_else(|| StoreError::missing("Intake source", source))
    }

    /// Takes a source away.
    ///
    /// # Errors
    /// [`StoreError::Missing`] where it is not set up; those of the database.
    pub async fn delete_intake_source(
        &self,
        agent_id: &str,
        source: &str,
    ) -> Result<(), StoreError> {
        let missing = || StoreError::missing("Intake source", source);
        let found = self.intake_source(agent_id, source).await?;
        let found = found.ok_or_else(missing)?;
        let txn = self.begin().await?;
        secrets::Entity::delete_many()
            .filter(secrets::Column::IntakeSourceId.eq(found.id.as_str()))
            .exec(&txn)
            .await?;
        rows::Entity::delete_by_id(found.id).exec(&txn).await?;
        Ok(txn.commit().await?)
    }

    /// Puts a sealed secret in the place of itself as another key sealed it.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn reseal_intake_secret(&self, id: &str, sealed: &str) -> Result<(), StoreError> {
        let txn = self.begin().await?;
        secrets::Entity::update_many()
            .col_expr(secrets::Column::Sealed, Expr::val(sealed))
            .filter(secrets::Column::Id.eq(id))
            .exec(&txn)
            .await?;
        Ok(txn.commit().await?)
    }

    async fn found(&self, which: Condition) -> Result<Vec<IntakeSource>, StoreError> {
        let sources = rows::Entity::find()
            .filter(which)
            .order_by_asc(rows::Column::AgentId)
            .order_by_asc(rows::Column::Source)
            .all(self.reader())
            .await?;
        let now = self.now_us();
        let mut found = Vec::with_capacity(sources.len());
        for row in sources {
            let secrets = secrets::Entity::find()
                .filter(secrets::Column::IntakeSourceId.eq(row.id.as_str()))
                .filter(
                    secrets::Column::ExpiresAt
                        .is_null()
                        .or(secrets::Column::ExpiresAt.gt(now)),
                )
                .order_by_desc(secrets::Column::CreatedAt)
                .order_by_desc(secrets::Column::Id)
                .all(self.reader())
                .await?;
            found.push(IntakeSource::of(row, secrets)?);
        }
        Ok(found)
    }
}

async fn known(db: &impl ConnectionTrait, agent_id: &str) -> Result<(), StoreError> {
    let row = agents::Entity::find_by_id(agent_id).one(db).await?;
    row.map(drop)
        .ok_or_else(|| StoreError::missing("Agent", agent_id))
}

async fn replace(
    db: &impl ConnectionTrait,
    store: &Store,
    source_id: &str,
    kind: SecretKind,
    sealed: String,
    until: i64,
) -> Result<(), StoreError> {
    let now = store.now_us();
    let of_kind = Condition::all()
        .add(secrets::Column::IntakeSourceId.eq(source_id))
        .add(secrets::Column::Kind.eq(kind.name()));
    secrets::Entity::delete_many()
        .filter(of_kind.clone())
        .filter(secrets::Column::ExpiresAt.lte(now))
        .exec(db)
        .await?;
    secrets::Entity::update_many()
        .col_expr(secrets::Column::ExpiresAt, Expr::val(until))
        .filter(of_kind)
        .filter(
            secrets::Column::ExpiresAt
                .is_null()
                .or(secrets::Column::ExpiresAt.gt(until)),
        )
        .exec(db)
        .await?;
    insert(db, store, source_id, kind, sealed).await
}

async fn delete(
    db: &impl ConnectionTrait,
    source_id: &str,
    kind: SecretKind,
) -> Result<(), StoreError> {
    secrets::Entity::delete_many()
        .filter(secrets::Column::IntakeSourceId.eq(source_id))
        .filter(secrets::Column::Kind.eq(kind.name()))
        .exec(db)
        .await?;
    Ok(())
}

async fn insert(
    db: &impl ConnectionTrait,
    store: &Store,
    source_id: &str,
    kind: SecretKind,
    sealed: String,
) -> Result<(), StoreError> {
    let row = secrets::Model {
        id: store.id(),
        intake_source_id: source_id.to_owned(),
        kind: kind.name().to_owned(),
        sealed,
        created_at: store.now_us(),
        expires_at: None,
    };
    secrets::Entity::insert(row.into_active_model())
        .exec_without_returning(db)
        .await?;
    Ok(())
}
