//! Where a model is and how it is asked.

use std::time::Duration;

use reqwest::Url;
use reqwest::header::{
    AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HOST, HeaderMap, HeaderName, HeaderValue,
    TRANSFER_ENCODING,
};
use serde_json::{Map, Value as Json};

use super::error::{ChatError, shortened};
use crate::secret::Secret;

const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);
/// Members of the body that are the client's own.
const OWN: [&str; 9] = [
    "model",
    "messages",
    "max_tokens",
    "max_completion_tokens",
    "n",
    "response_format",
    "stream",
    "tools",
    "tool_choice",
];

/// An endpoint and a model there.
#[derive(Debug, Clone)]
pub struct ChatSettings {
    /// Such as `https://api.openai.com/v1`; `/chat/completions` is appended.
    pub base_url: String,
    /// The model's name at the endpoint.
    pub model: String,
    /// Sent as a bearer token.
    pub key: Option<Secret>,
    /// Further headers, such as Azure's `api-key`.
    pub headers: Vec<(String, Secret)>,
    /// Parameters of the address, such as Azure's `api-version`. They are no place for secrets.
    pub query: Vec<(String, String)>,
    /// How long one request may take, from the connection to the last byte.
    pub timeout: Duration,
    /// How long one [`ask`](super::Chat::ask) may take with all its repetitions.
    pub deadline: Duration,
    /// How often one request is sent at most.
    pub attempts: u32,
    /// `reasoning_effort` of every request.
    pub reasoning_effort: Option<String>,
    /// Further members of every request's body, such as `chat_template_kwargs`. They go before the client's own
    /// `temperature`, `logprobs` and `top_logprobs`; null takes one out.
    pub extra: Map<String, Json>,
}

impl ChatSettings {
    /// Settings without a key: two minutes a request, five in all, at most four attempts.
    pub fn new(base_url: impl Into<String>, model: impl Into<String>) -> Self {
        Self {
            base_url: base_url.into(),
            model: model.into(),
            key: None,
            headers: Vec::new(),
            query: Vec::new(),
            timeout: Duration::from_secs(120),
            deadline: Duration::from_secs(300),
            attempts: 4,
            reasoning_effort: None,
            extra: Map::new(),
        }
    }

    /// Finds what no request could be sent with.
    pub(super) fn check(&self) -> Result<(), ChatError> {
        if self.model.trim().is_empty() {
            return Err(wrong("model is empty"));
        }
        for (name, value) in [("timeout", self.timeout), ("deadline", self.deadline)] {
            if value.is_zero() || value > LONGEST {
                return Err(wrong(format!(
                    "{name} is {value:?}: it must be more than nothing and at most 24 hours"
                )));
            }
        }
        if self.attempts == 0 {
            return Err(wrong("attempts is 0: it must be at least 1"));
        }
        if let Some(name) = OWN.iter().find(|name| self.extra.contains_key(**name)) {
            return Err(wrong(format!(
                "extra has {name}, which the client sets itself"
            )));
        }
        Ok(())
    }

    /// The address that requests go to.
    pub(super) fn url(&self) -> Result<Url, ChatError> {
        let rule = |rule: &str| wrong(format!("base_url {rule}"));
        let not_http = || rule("must be an http or https address such as https://host/v1");
        let mut url = Url::parse(self.base_url.trim()).map_err(|_| not_http())?;
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
            return Err(not_http());
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(rule(
                "must not hold a user name or password: give them as a header",
            ));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(rule(
                "must not have a ? or # part: give its parameters as query",
            ));
        }
        if url
            .path()
            .trim_end_matches('/')
            .ends_with("/chat/completions")
        {
            return Err(rule("must be given without /chat/completions"));
        }
        url.path_segments_mut()
            .map_err(|()| not_http())?
            .pop_if_empty()
            .extend(["chat", "completions"]);
        if !self.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&self.query);
        }
        Ok(url)
    }

    /// The headers of every request.
    pub(super) fn header_map(&self) -> Result<HeaderMap, ChatError> {
        let mut map = HeaderMap::new();
        map.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Some(key) = &self.key {
            if key.secret().is_empty() {
                return Err(wrong("key is empty"));
            }
            let value = hidden(&format!("Bearer {}", key.secret()));
            map.insert(
                AUTHORIZATION,
                value.ok_or_else(|| wrong("key has characters that a header cannot have"))?,
            );
        }
        for (name, value) in &self.headers {
            let shown = shortened(name);
            let name = HeaderName::from_bytes(name.as_bytes())
                .map_err(|_| wrong(format!("headers: {shown:?} is no name of a header")))?;
            if [CONTENT_TYPE, CONTENT_LENGTH, TRANSFER_ENCODING, HOST].contains(&name) {
                return Err(wrong(format!(
                    "headers has {name}, which the client sets itself"
                )));
            }
            let value = hidden(value.secret()).ok_or_else(|| {
                wrong(format!(
                    "headers: the value of {name} has characters that a header cannot have"
                ))
            })?;
            map.insert(name, value);
        }
        Ok(map)
    }
}

/// A header value that logs leave out. Only visible ASCII and spaces: a byte beyond is a slip of copying.
fn hidden(text: &str) -> Option<HeaderValue> {
    let plain = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    let mut value = HeaderValue::from_str(text).ok().filter(|_| plain)?;
    value.set_sensitive(true);
    Some(value)
}

fn wrong(text: impl Into<String>) -> ChatError {
    ChatError::Settings(text.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_marked_as_not_to_be_logged() {
        let mut settings = ChatSettings::new("https://host/v1", "tiny");
        settings.key = Some(Secret::new("sk-hidden"));
        settings.headers = vec![("api-key".into(), Secret::new("sk-hidden"))];
        let map = settings.header_map().unwrap();
        assert_eq!(map[AUTHORIZATION], "Bearer sk-hidden");
        assert!(!format!("{map:?}").contains("sk-hidden"));
    }

    #[test]
    fn the_address_is_that_of_chat_completions() {
        for base_url in [
            "https://host/v1",
            "https://host/v1/",
            " https://host/v1/chat/../\n",
        ] {
            let url = ChatSettings::new(base_url, "tiny").url().unwrap();
            assert_eq!(url.as_str(), "https://host/v1/chat/completions");
        }
    }
}
