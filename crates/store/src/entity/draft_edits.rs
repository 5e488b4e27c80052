use aftercall_core::agent_config::Config;
use sea_orm::entity::prelude::*;

use crate::json_text::JsonText;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "draft_edits")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub draft_id: String,
    pub number: i64,
    pub config: JsonText<Config>,
    pub changed_sections: JsonText<Vec<String>>,
    pub changed_fields: JsonText<Vec<String>>,
    pub editor: Option<String>,
    pub created_at: i64,
}

impl ActiveModelBehavior for ActiveModel {}
