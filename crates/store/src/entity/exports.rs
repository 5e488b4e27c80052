use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "exports")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    pub done_until: Option<i64>,
    pub lease_until: Option<i64>,
    pub lease_token: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
