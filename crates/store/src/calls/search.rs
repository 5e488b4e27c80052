//! Calls that have a text in their id or in a number.

use sea_orm::Condition;
use sea_orm::sea_query::{Expr, ExprTrait, Func, LikeExpr};

use crate::entity::calls;

/// Bytes of each of the three in an index, at most: PostgreSQL takes some 2,700 altogether.
const MOST: usize = 255;
/// What stands between them. Nobody searches for it.
const BETWEEN: char = '\u{1f}';

/// What is searched of a call, in small letters; `None` where one of the three is too long, and has to be looked at itself.
pub(crate) fn search_text(call_id: &str, from: Option<&str>, to: Option<&str>) -> Option<String> {
    let mut text = String::new();
    for part in [Some(call_id), from, to] {
        let part = part.unwrap_or_default().to_lowercase();
        if part.len() > MOST {
            return None;
        }
        text.push(BETWEEN);
        text.push_str(&part);
    }
    Some(text)
}

/// That a call has the text in its id or in a number.
pub(super) fn has_part(part: &str) -> Condition {
    use calls::Column as C;
    let column = |column: C| Expr::col((calls::Entity, column));
    let like = || LikeExpr::new(format!("%{}%", escaped(&part.to_lowercase()))).escape('|');
    let looked_at = [C::CallId, C::FromNumber, C::ToNumber]
        .into_iter()
        .map(|name| Expr::expr(Func::lower(column(name))).like(like()))
        .fold(Condition::any(), Condition::add);
    let indexed = || Condition::any().add(column(C::SearchText).like(like()));
    Condition::all()
        // Says less than the next, but SQLite asks it of the index and passes over most calls by that.
        .add(indexed().add(column(C::SearchText).is_null()))
        .add(
            indexed().add(
                Condition::all()
                    .add(column(C::SearchText).is_null())
                    .add(looked_at),
            ),
        )
}

/// A text that stands for itself in a pattern whose escape is `|`.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '%' | '_' | '|') {
            escaped.push('|');
        }
        escaped.push(c);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_searched_is_small_and_short() {
        assert_eq!(
            search_text("Call-Ä", Some("+49"), None).as_deref(),
            Some("\u{1f}call-ä\u{1f}+49\u{1f}")
        );
        assert_eq!(search_text("a", None, Some(&"1".repeat(256))), None);
    }

    #[test]
    fn signs_of_patterns_stand_for_themselves() {
        assert_eq!(escaped("a_b%c|d"), "a|_b|%c||d");
    }
}
