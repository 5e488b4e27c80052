use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "organisations")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub name: String,
    /// Always true, and unique: there is one organisation.
    pub single: bool,
    pub created_at: i64,
}

impl ActiveModelBehavior for ActiveModel {}
