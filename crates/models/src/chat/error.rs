//! What can go wrong with a model elsewhere.

use std::time::Duration;

/// Characters of foreign text that an error shows at most.
const SHOWN: usize = 200;

/// Why a model gave no answer. The text holds neither keys nor anything of the messages.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChatError {
    /// The settings cannot be used.
    #[error("the model's settings cannot be used: {0}")]
    Settings(String),
    /// No connection came about, or it broke before there was an answer.
    #[error("the model server cannot be reached: {0}")]
    Unreachable(String),
    /// The connection could not be secured.
    #[error("no secure connection to the model server: {0}")]
    Tls(String),
    /// There was no whole answer in time.
    #[error("the model server did not answer in time")]
    TimedOut,
    /// HTTP status 401 or 403.
    #[error("the model server refused the key")]
    Key,
    /// HTTP status 404.
    #[error("the model server knows no such model or address (HTTP status 404)")]
    UnknownModel,
    /// HTTP status 429.
    #[error("the model server has had too many requests{}", again(*retry_after))]
    RateLimited {
        /// How long the server wants to be left alone.
        retry_after: Option<Duration>,
    },
    /// HTTP status 5xx.
    #[error("the model server failed (HTTP status {status})")]
    Server {
        /// The HTTP status.
        status: u16,
    },
    /// Another HTTP status 4xx.
    #[error(
        "the model server refused the request (HTTP status {status}){}{message}",
        if message.is_empty() { "" } else { ": " }
    )]
    Rejected {
        /// The HTTP status.
        status: u16,
        /// The server's own short message.
        message: String,
    },
    /// The answer is none that can be read.
    #[error("the model server's answer cannot be used: {0}")]
    Reply(String),
    /// The server failed too often just now; nothing was sent.
    #[error("the model server is left alone after failures{}", again(Some(*wait)))]
    Paused {
        /// How long from now.
        wait: Duration,
    },
}

impl ChatError {
    /// Whether any other request would fare the same.
    pub fn is_of_the_endpoint(&self) -> bool {
        match self {
            Self::Settings(_)
            | Self::Unreachable(_)
            | Self::Tls(_)
            | Self::Key
            | Self::UnknownModel
            | Self::RateLimited { .. }
            | Self::Server { .. }
            // Nothing is left to pay with.
            | Self::Rejected { status: 402, .. }
            | Self::Paused { .. } => true,
            Self::TimedOut | Self::Rejected { .. } | Self::Reply(_) => false,
        }
    }

    /// How long to wait before another request has a chance, where that is known.
    pub fn wait(&self) -> Option<Duration> {
        match self {
            Self::RateLimited { retry_after } => *retry_after,
            Self::Paused { wait } => Some(*wait),
            _ => None,
        }
    }
}

fn again(wait: Option<Duration>) -> String {
    wait.map_or_else(String::new, |wait| {
        format!("; again in {:.1} s", wait.as_secs_f64())
    })
}

/// Foreign text as it may be shown: one line, printable, not long.
pub(super) fn shortened(text: &str) -> String {
    let hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    // What is never shown is not gone through.
    let text: String = text
        .chars()
        .take(20 * SHOWN)
        .map(|c| if hidden(c) { ' ' } else { c })
        .collect();
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= SHOWN {
        return line;
    }
    line.chars().take(SHOWN - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_is_shown_short_and_on_one_line() {
        assert_eq!(shortened(" a\r\n\u{1b}[31mb\u{202e}c "), "a [31mb c");
        let long = shortened(&"ä".repeat(500));
        assert_eq!(long.chars().count(), SHOWN);
        assert!(long.ends_with('…'));
    }
}
