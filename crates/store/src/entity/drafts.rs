use aftercall_core::agent_config::Config;
use sea_orm::entity::prelude::*;

use crate::blocks::Blocks;
use crate::json_text::JsonText;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "drafts")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub agent_id: String,
    pub branch_id: String,
    pub name: Option<String>,
    pub source_revision_id: String,
    pub follows: Option<String>,
    pub number: i64,
    pub config: JsonText<Config>,
    pub blocks: JsonText<Blocks>,
    pub state: String,
    pub created_by: Option<String>,
    pub updated_by: Option<String>,
    pub created_at: i64,
    pub updated_at: i64,
}

impl ActiveModelBehavior for ActiveModel {}
