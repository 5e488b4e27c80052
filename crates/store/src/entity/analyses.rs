use sea_orm::entity::prelude::*;

use crate::json_text::JsonText;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "analyses")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub call_id: String,
    pub agent_id: String,
    pub revision_id: Option<String>,
    pub number: i64,
    pub status: String,
    pub reason: Option<String>,
    pub summary: String,
    pub metrics: JsonText,
    pub result: JsonText,
    pub model: Option<String>,
    pub model_sha256: Option<String>,
    pub prompt_revision: String,
    pub calibration: String,
    pub transcript_hash: String,
    pub milliseconds: i64,
    pub created_at: i64,
}

impl ActiveModelBehavior for ActiveModel {}
