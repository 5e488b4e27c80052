//! What a prompt states about its answers, read by plain rules. Every rule is narrow: where a prompt may mean
//! something else, nothing is read from it.

mod null;
mod options;
mod range;
pub(crate) mod text;

pub use null::{allows_null, is_null_word, null_choice};
pub use options::listed_options;
pub use range::integer_range;
