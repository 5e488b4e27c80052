use sea_orm::entity::prelude::*;

use crate::json_text::JsonText;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "statistics_calls")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub day: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub agent_id: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub revision_id: String,
    pub sums: JsonText<Vec<Vec<i64>>>,
}

impl ActiveModelBehavior for ActiveModel {}
