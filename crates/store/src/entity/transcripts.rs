use aftercall_core::Turn;
use sea_orm::entity::prelude::*;

use crate::json_text::JsonText;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "transcripts")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub call_id: String,
    pub turns: JsonText<Vec<Turn>>,
    pub variables: JsonText,
    pub extra: JsonText,
}

impl ActiveModelBehavior for ActiveModel {}
