use sea_orm::entity::prelude::*;

use crate::json_text::JsonText;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "calls")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub call_id: String,
    pub agent_id: String,
    pub revision_id: Option<String>,
    #[sea_orm(column_name = "type")]
    pub kind: Option<String>,
    pub status: Option<String>,
    pub finished: bool,
    pub started_at: Option<i64>,
    pub ended_at: Option<i64>,
    pub timezone: Option<String>,
    pub from_number: Option<String>,
    pub to_number: Option<String>,
    pub language: Option<String>,
    pub recording_url: Option<String>,
    pub duration_us: Option<i64>,
    pub latency_us: Option<i64>,
    pub disconnection_reason: Option<String>,
    pub campaign_id: Option<String>,
    pub retry_of: Option<String>,
    pub is_test: bool,
    pub content_hash: String,
    pub listed: JsonText,
    pub cancelled: bool,
    pub cancel_reason: Option<String>,
    pub current_analysis_id: Option<String>,
    pub created_at: i64,
    pub updated_at: i64,
    pub cost: Option<f64>,
    pub answer_lines: Option<String>,
    pub search_text: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
