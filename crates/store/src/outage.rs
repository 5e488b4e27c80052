//! Whether an error passes by itself.

use std::ops::Deref;

use sea_orm::{DbErr, RuntimeErr, SqlxError};

use crate::StoreError;

impl StoreError {
    /// Whether the database could not be reached, or had no connection or lock to give: the same may go well later. What
    /// comes from the question or from what is stored comes again, however often it is tried.
    #[must_use]
    pub fn is_outage(&self) -> bool {
        match self {
            Self::Busy(_) => true,
            Self::Database(error) => is_outage(error),
            _ => false,
        }
    }
}

fn is_outage(error: &DbErr) -> bool {
    match error {
        DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => true,
        DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error)) => {
            match error.deref() {
                SqlxError::Io(_)
                | SqlxError::Tls(_)
                | SqlxError::PoolTimedOut
                | SqlxError::PoolClosed
                | SqlxError::WorkerCrashed => true,
                SqlxError::Database(error) => error.code().is_some_and(|code| is_away(&code)),
                _ => false,
            }
        }
        _ => false,
    }
}

/// Whether a connection that was there broke off.
pub(crate) fn is_cut_off(error: &DbErr) -> bool {
    let (DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error))) =
        error
    else {
        return false;
    };
    match error.deref() {
        SqlxError::Io(_) => true,
        SqlxError::Database(error) => error.code().is_some_and(|code| is_over(&code)),
        _ => false,
    }
}

/// PostgreSQL: the connection broke (class 08), the server stops or starts (57P0…).
fn is_over(code: &str) -> bool {
    code.len() == 5 && (code.starts_with("08") || code.starts_with("57P0"))
}

/// The same, or SQLite's file cannot be opened.
fn is_away(code: &str) -> bool {
    is_over(code) || code == "14"
}

#[cfg(test)]
mod tests {
    use super::*;
    use sea_orm::ConnAcquireErr;

    #[test]
    fn what_is_stored_is_no_outage() {
        let io = || SqlxError::Io(std::io::ErrorKind::ConnectionReset.into());
        let decode = SqlxError::ColumnNotFound("x".into());
        for (error, outage) in [
            (DbErr::ConnectionAcquire(ConnAcquireErr::Timeout), true),
            (DbErr::Conn(RuntimeErr::SqlxError(io().into())), true),
            (DbErr::Query(RuntimeErr::SqlxError(io().into())), true),
            (DbErr::Query(RuntimeErr::SqlxError(decode.into())), false),
            (DbErr::Type("x".into()), false),
        ] {
            let told = format!("{error}");
            assert_eq!(StoreError::from(error).is_outage(), outage, "{told}");
        }
        assert!(!StoreError::corrupt("a role", "x").is_outage());
        for (code, away) in [
            ("08006", true),
            ("57P01", true),
            ("14", true),
            ("23505", false),
        ] {
            assert_eq!(is_away(code), away, "{code}");
        }
        // A server that was never reached is no busy one: whoever starts the program has to hear why.
        let refused = || RuntimeErr::SqlxError(io().into());
        assert!(is_cut_off(&DbErr::Exec(refused())));
        assert!(!is_cut_off(&DbErr::Conn(refused())));
        assert!(!is_over("14") && is_over("57P03"));
    }
}
