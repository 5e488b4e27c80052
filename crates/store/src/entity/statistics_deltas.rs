use sea_orm::entity::prelude::*;

use crate::json_text::JsonText;
use crate::statistics::Delta;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "statistics_deltas")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub quarter: i64,
    pub agent_id: String,
    pub revision_id: String,
    pub sums: JsonText<Delta>,
}

impl ActiveModelBehavior for ActiveModel {}
