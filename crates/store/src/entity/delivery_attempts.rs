use sea_orm::entity::prelude::*;

use crate::json_text::JsonText;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "delivery_attempts")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub delivery_id: String,
    pub number: i64,
    pub started_at: i64,
    pub milliseconds: i64,
    pub status: Option<i64>,
    pub headers: JsonText<Vec<(String, String)>>,
    pub body: String,
    pub cut: bool,
    pub error: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
