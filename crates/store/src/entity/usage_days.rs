use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "usage_days")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub agent_id: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub day: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub endpoint: String,
    pub analyses: i64,
    pub requests: i64,
    pub tokens_read: i64,
    pub tokens_cached: i64,
    pub tokens_written: i64,
    pub milliseconds: i64,
    pub cost_nanos: i64,
}

impl ActiveModelBehavior for ActiveModel {}
