use sea_orm::entity::prelude::*;

use crate::json_text::JsonText;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "webhooks")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub url: String,
    pub description: String,
    pub status: String,
    pub reason: Option<String>,
    pub paused: bool,
    pub concurrency: i64,
    pub headers: Option<String>,
    pub filters: JsonText<Vec<(String, String)>>,
    pub failing_since: Option<i64>,
    pub held_until: Option<i64>,
    pub created_by: Option<String>,
    pub created_at: i64,
    pub updated_at: i64,
}

impl ActiveModelBehavior for ActiveModel {}
