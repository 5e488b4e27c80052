use aftercall_core::agent_config::Config;
use sea_orm::entity::prelude::*;

use crate::blocks::Blocks;
use crate::json_text::JsonText;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "revisions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub agent_id: String,
    pub branch_id: String,
    pub number: i64,
    pub version_number: i64,
    pub label: Option<String>,
    pub description: Option<String>,
    pub is_pinned: bool,
    pub config: JsonText<Config>,
    pub blocks: JsonText<Blocks>,
    pub slot: String,
    pub parent_id: Option<String>,
    pub source_draft_id: Option<String>,
    pub restored_from_id: Option<String>,
    pub published_by: Option<String>,
    pub published_at: i64,
    pub activated_by: Option<String>,
    pub activated_at: Option<i64>,
    pub created_at: i64,
    pub updated_at: i64,
}

impl ActiveModelBehavior for ActiveModel {}
