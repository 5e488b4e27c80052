use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "answers")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub analysis_id: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub identifier: String,
    pub call_id: String,
    pub metric_type: String,
    pub status: String,
    pub text: Option<String>,
    pub number: Option<i64>,
    pub boolean: Option<bool>,
    pub time_us: Option<i64>,
    pub confidence: f64,
}

impl ActiveModelBehavior for ActiveModel {}
