use sea_orm::entity::prelude::*;

use crate::json_text::JsonText;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "transcripts")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub call_id: String,
    /// The turns as in a call file, a JSON list. A text, so that it is written once and read only where it is wanted.
    pub turns: String,
    pub variables: JsonText,
    pub extra: JsonText,
}

impl ActiveModelBehavior for ActiveModel {}
