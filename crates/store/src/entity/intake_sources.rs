use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "intake_sources")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub agent_id: String,
    pub source: String,
    pub created_at: i64,
    pub updated_at: i64,
    pub fetch_base: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
