//! Keys: who may call, and what.

use jiff::{SignedDuration, Timestamp};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect, sea_query::Expr,
};

use crate::entity::{keys as rows, organisations};
use crate::{Store, StoreError, secrets, times};

/// A key's last use is written down at most once in this time.
const USE_NOTED_EVERY: SignedDuration = SignedDuration::from_secs(60);

/// How names of the program's own keys begin, so that none that a user made is taken for one.
const OWN: &str = "aftercall:";

/// What a key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Everything, keys and deletion too.
    Admin,
    /// Change agents, send calls, read.
    Editor,
    /// Read.
    Viewer,
    /// Send calls, and nothing else.
    Intake,
}

impl Role {
    /// Every role, the mightiest first.
    pub const ALL: [Self; 4] = [Self::Admin, Self::Editor, Self::Viewer, Self::Intake];

    /// The name in the API and the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Editor => "editor",
            Self::Viewer => "viewer",
            Self::Intake => "intake",
        }
    }

    /// The role of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
}

/// A key, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// 24 hex digits.
    pub id: String,
    /// Who or what uses it.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// The first characters of the secret.
    pub prefix: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Timestamp>,
    /// When it was taken back.
    pub revoked_at: Option<Timestamp>,
}

/// A key that was just made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewKey {
    /// The key.
    pub key: Key,
    /// `sk_` and 64 hex digits. It is nowhere else: who loses it makes another key.
    pub secret: String,
}

impl Store {
    /// Make a key. Its name must not begin with `aftercall:`.
    ///
    /// # Errors
    /// [`StoreError::Refused`] for such a name, [`StoreError::Database`] or [`StoreError::Busy`].
    pub async fn create_key(&self, name: &str, role: Role) -> Result<NewKey, StoreError> {
        if name.trim_start().starts_with(OWN) {
            let rule = "must not begin with aftercall: as those of the program's own keys do";
            return Err(StoreError::refused("name", name, rule));
        }
        let txn = self.begin().await?;
        let made = self.insert_key(&txn, name, role).await?;
        txn.commit().await?;
        Ok(made)
    }

    /// Make a key of the program's own, named `aftercall:` and what it is for, and take back the one that was there before.
    ///
    /// # Errors
    /// [`StoreError::Database`] or [`StoreError::Busy`].
    pub async fn renew_own_key(&self, what_for: &str, role: Role) -> Result<NewKey, StoreError> {
        let name = format!("{OWN}{what_for}");
        let txn = self.begin().await?;
        rows::Entity::update_many()
            .col_expr(rows::Column::RevokedAt, Expr::value(self.now_us()))
            .filter(rows::COLUMN.name.eq(&name))
            .filter(rows::COLUMN.revoked_at.is_null())
            .exec(&txn)
            .await?;
        let made = self.insert_key(&txn, &name, role).await?;
        txn.commit().await?;
        Ok(made)
    }

    /// Make an admin key if there is no key at all; of several processes that ask at once, one gets it.
    ///
    /// # Errors
    /// [`StoreError::Database`] or [`StoreError::Busy`].
    pub async fn create_first_key(&self, name: &str) -> Result<Option<NewKey>, StoreError> {
        // The organisation's row is what those processes queue for.
        let organisation = self.organisation().await?;
        let txn = self.begin().await?;
        organisations::Entity::find_by_id(organisation.id)
            .lock_exclusive()
            .one(&txn)
            .await?;
        if rows::Entity::find().count(&txn).await? > 0 {
            return Ok(None);
        }
        let made = self.insert_key(&txn, name, Role::Admin).await?;
        txn.commit().await?;
        Ok(Some(made))
    }

    async fn insert_key(
        &self,
        txn: &impl ConnectionTrait,
        name: &str,
        role: Role,
    ) -> Result<NewKey, StoreError> {
        let secret = secrets::new_secret(self.random());
        let row = rows::ActiveModel {
            id: Set(self.id()),
            name: Set(name.to_owned()),
            role: Set(role.name().to_owned()),
            prefix: Set(secrets::prefix(&secret)),
            hash: Set(secrets::hash(&secret)),
            created_at: Set(self.now_us()),
            last_used_at: Set(None),
            revoked_at: Set(None),
        };
        let key = row.insert(txn).await?.try_into()?;
        Ok(NewKey { key, secret })
    }

    /// The key of a secret; none where it is unknown or was taken back.
    ///
    /// # Errors
    /// [`StoreError::Database`] or [`StoreError::Busy`].
    pub async fn find_key(&self, secret: &str) -> Result<Option<Key>, StoreError> {
        // The look-up goes by the hash: how long it takes tells nothing about secrets.
        rows::Entity::find()
            .filter(rows::COLUMN.hash.eq(secrets::hash(secret)))
            .filter(rows::COLUMN.revoked_at.is_null())
            .one(self.reader())
            .await?
            .map(Key::try_from)
            .transpose()
    }

    /// Note that a key is being used; a use less than a minute after the one noted last is left out.
    ///
    /// # Errors
    /// [`StoreError::Database`] or [`StoreError::Busy`].
    pub async fn touch_key(&self, key: &Key) -> Result<(), StoreError> {
        let now = self.now();
        let noted = key
            .last_used_at
            .is_some_and(|last| now.duration_since(last) < USE_NOTED_EVERY);
        if noted {
            return Ok(());
        }
        let txn = self.begin().await?;
        rows::Entity::update_many()
            .col_expr(rows::Column::LastUsedAt, Expr::value(times::to_us(now)))
            .filter(rows::COLUMN.id.eq(&key.id))
            .exec(&txn)
            .await?;
        Ok(txn.commit().await?)
    }

    /// Every key, also those that were taken back, the oldest first.
    ///
    /// # Errors
    /// [`StoreError::Database`] or [`StoreError::Busy`].
    pub async fn list_keys(&self) -> Result<Vec<Key>, StoreError> {
        rows::Entity::find()
            .order_by_asc(rows::Column::CreatedAt)
            .order_by_asc(rows::Column::Id)
            .all(self.reader())
            .await?
            .into_iter()
            .map(Key::try_from)
            .collect()
    }

    /// Take a key back: it opens nothing from now on. Once more changes nothing.
    ///
    /// # Errors
    /// [`StoreError::Missing`] where there is no such key.
    pub async fn revoke_key(&self, id: &str) -> Result<Key, StoreError> {
        let txn = self.begin().await?;
        rows::Entity::update_many()
            .col_expr(rows::Column::RevokedAt, Expr::value(self.now_us()))
            .filter(rows::COLUMN.id.eq(id))
            .filter(rows::COLUMN.revoked_at.is_null())
            .exec(&txn)
            .await?;
        let row = rows::Entity::find_by_id(id).one(&txn).await?;
        txn.commit().await?;
        row.ok_or_else(|| StoreError::missing("Key", id))?
            .try_into()
    }
}

impl TryFrom<rows::Model> for Key {
    type Error = StoreError;

    fn try_from(row: rows::Model) -> Result<Self, StoreError> {
        Ok(Self {
            role: Role::from_name(&row.role)
                .ok_or_else(|| StoreError::corrupt("a role", &row.role))?,
            created_at: times::from_us(row.created_at)?,
            last_used_at: times::from_us_opt(row.last_used_at)?,
            revoked_at: times::from_us_opt(row.revoked_at)?,
            id: row.id,
            name: row.name,
            prefix: row.prefix,
        })
    }
}
