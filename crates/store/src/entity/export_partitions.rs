use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "export_partitions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub export: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub agent_id: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub day: String,
    pub fingerprint: String,
    pub path: String,
    pub calls: i64,
    pub written_at: i64,
}

impl ActiveModelBehavior for ActiveModel {}
