//! Parts of long lists.

/// One page of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<T> {
    /// The rows of this page, in the order asked for.
    pub items: Vec<T>,
    /// Rows on all pages together.
    pub total: u64,
}

/// Which end of a list comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// Smallest first.
    Asc,
    /// Greatest first.
    #[default]
    Desc,
}

impl From<Order> for sea_orm::Order {
    fn from(order: Order) -> Self {
        match order {
            Order::Asc => Self::Asc,
            Order::Desc => Self::Desc,
        }
    }
}

/// A number of rows as the databases take it, which count to 2^63 only.
pub(crate) fn capped(n: u64) -> u64 {
    n.min(i64::MAX.cast_unsigned())
}
