//! Files from a model hub that speaks the Hugging Face addresses: `/OWNER/REPO/resolve/main/FILE`, a redirect
//! to the storage, byte ranges, and the headers `x-linked-etag` (SHA-256 of a large file) and `x-linked-size`.
//! Source: the hub's documentation of its HTTP interface and of `huggingface_hub`'s file downloads.

use std::io::Read;
use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use reqwest::blocking::{Client, Response};
use reqwest::header::{CONTENT_RANGE, ETAG, HeaderMap, HeaderValue, LOCATION, RANGE};
use reqwest::{StatusCode, Url};

use crate::disk::{BLOCK, Checked, Part, is_sha256, remove_if_there, write_small};
use crate::error::{SourceError, with_causes};
use crate::progress::Progress;
use crate::reference::Wanted;
use crate::settings::Settings;
use crate::space;

const MAX_REDIRECTS: usize = 10;
/// Connections that may break, one after the other, before a download is given up.
const MAX_BREAKS: u32 = 20;
/// The same for connections that bring nothing at all.
const MAX_IDLE_BREAKS: u32 = 3;

/// The address of a file on the hub.
pub(crate) fn address(hub: &str, repo: &str, file: &str) -> Result<Url, SourceError> {
    let unusable = || SourceError::Unreachable {
        reason: "its address is not an http or https address".into(),
    };
    let mut url = Url::parse(hub).map_err(|_| unusable())?;
    url.path_segments_mut()
        .map_err(|()| unusable())?
        .pop_if_empty()
        .extend(repo.split('/'))
        .extend(["resolve", "main"])
        .extend(file.split('/'));
    Ok(url)
}

/// An address as it may be shown: without user name and password.
pub(crate) fn shown(url: &Url) -> String {
    let mut url = url.clone();
    // Both fail only for addresses that cannot have credentials.
    let _ = url.set_password(None);
    let _ = url.set_username("");
    url.into()
}

/// Fetches a file into `.part`, going on with what is there, and checks it.
pub(crate) fn fetch(
    settings: &Settings,
    url: &Url,
    wanted: &Wanted,
    progress: &mut dyn Progress,
) -> Result<Checked, SourceError> {
    let path = wanted.beside("gguf.part");
    let resumed = path.metadata().is_ok_and(|part| part.len() > 0);
    let hub = Hub::new(settings, url)?;
    match hub.attempt(&path, wanted, progress) {
        Err(
            error @ (SourceError::Hash { .. } | SourceError::Size { .. } | SourceError::NotGguf),
        ) if resumed && !path.exists() => {
            // The fault may lie in what an earlier run left.
            progress.message(&format!("{error}; starting over without what was kept"));
            hub.attempt(&path, wanted, progress)
        }
        outcome => outcome,
    }
}

struct Hub<'a> {
    settings: &'a Settings,
    client: Client,
    url: &'a Url,
}

/// The hub's answer, its body not yet read.
struct Answer {
    response: Response,
    /// Where in the file the body begins.
    offset: u64,
    /// Size of the whole file.
    total: Option<u64>,
    /// The file's SHA-256, where the hub offers it.
    sha256: Option<String>,
    /// What tells this version of the file from another.
    version: Option<String>,
}

impl<'a> Hub<'a> {
    fn new(settings: &'a Settings, url: &'a Url) -> Result<Self, SourceError> {
        let client = Client::builder()
            .user_agent(concat!("aftercall/", env!("CARGO_PKG_VERSION")))
            // Redirects are followed by hand: the hub's own headers are on the first answer, and the token must
            // not travel further.
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(settings.connect_timeout)
            .timeout(settings.idle_timeout)
            .build()
            .map_err(|error| unreachable(&error))?;
        Ok(Self {
            settings,
            client,
            url,
        })
    }

    fn attempt(
        &self,
        path: &Path,
        wanted: &Wanted,
        progress: &mut dyn Progress,
    ) -> Result<Checked, SourceError> {
        // What an earlier run left is of use only if the file is still the same. The catalogue's hash says so;
        // for other files the version that the hub named then is kept beside the part.
        let version_path = wanted.beside("gguf.part.version");
        let mut version = std::fs::read_to_string(&version_path).ok();
        let known = wanted.sha256.is_some();
        let keep = if known || version.is_some() {
            u64::MAX
        } else {
            0
        };
        let mut part = Part::open(path, keep)?;
        let mut size = wanted.size;
        let mut sha256 = wanted.sha256.clone();
        let (mut breaks, mut idle_breaks) = (0, 0);
        loop {
            let from = part.len();
            if from > 0 && size == Some(from) {
                break;
            }
            let Some(mut answer) = self.ask(from)? else {
                part.restart()?;
                continue;
            };
            if !known {
                if from > 0 && (answer.version.is_none() || answer.version != version) {
                    part.restart()?;
                    version = None;
                    remove_if_there(&version_path)?;
                    breaks += 1;
                    if breaks > MAX_BREAKS {
                        return Err(cut(0, "the file on the hub keeps changing"));
                    }
                    continue;
                }
                if from == 0
                    && let Some(named) = &answer.version
                {
                    write_small(&version_path, named)?;
                    version = Some(named.clone());
                }
            }
            agree(&mut size, answer.total, &mut sha256, answer.sha256.take())?;
            if answer.offset != from {
                part.restart()?;
            }
            if let Some(size) = size {
                space::check(self.settings, path, size.saturating_sub(part.len()))?;
            }
            progress.start(&wanted.name, size);
            progress.advance(part.len());
            let Some(reason) = receive(&mut answer.response, &mut part, size, progress)? else {
                break;
            };
            breaks += 1;
            idle_breaks = if part.len() > from {
                0
            } else {
                idle_breaks + 1
            };
            if breaks >= MAX_BREAKS || idle_breaks >= MAX_IDLE_BREAKS {
                part.sync()?;
                return Err(cut(part.len(), &reason));
            }
            progress.message(&format!(
                "the connection broke after {} bytes ({reason}); going on",
                part.len()
            ));
            sleep(Duration::from_millis(500) * idle_breaks);
        }
        let outcome = part.check(size, sha256.as_deref());
        remove_if_there(&version_path)?;
        progress.finish();
        outcome
    }

    /// Asks for the file from an offset on. `None`: the file is not that long.
    fn ask(&self, from: u64) -> Result<Option<Answer>, SourceError> {
        let mut url = self.url.clone();
        let mut first: Option<HeaderMap> = None;
        for _ in 0..=MAX_REDIRECTS {
            let mut request = self.client.get(url.clone());
            if from > 0 {
                request = request.header(RANGE, format!("bytes={from}-"));
            }
            let token = self.settings.hub_token.as_ref();
            let token = token.filter(|_| url.origin() == self.url.origin());
            if let Some(token) = token {
                let mut value = HeaderValue::from_str(&format!("Bearer {}", token.secret()))
                    .map_err(|_| SourceError::Unreachable {
                        reason: "HF_TOKEN has characters that a token cannot have".into(),
                    })?;
                value.set_sensitive(true);
                request = request.header(reqwest::header::AUTHORIZATION, value);
            }
            let response = request
                .send()
                .map_err(|error| unreachable(&error.without_url()))?;
            let status = response.status();
            let headers = first.get_or_insert_with(|| response.headers().clone());
            if status.is_redirection() && response.headers().contains_key(LOCATION) {
                url = redirected(&url, response.headers())?;
                continue;
            }
            let offset = match status {
                StatusCode::OK => 0,
                StatusCode::PARTIAL_CONTENT => from,
                StatusCode::RANGE_NOT_SATISFIABLE if from > 0 => return Ok(None),
                _ => {
                    return Err(SourceError::Status {
                        status: status.as_u16(),
                        with_token: token.is_some(),
                    });
                }
            };
            let range = text(response.headers(), CONTENT_RANGE.as_str()).and_then(content_range);
            if status == StatusCode::PARTIAL_CONTENT && range.is_none_or(|(start, _)| start != from)
            {
                return Ok(None);
            }
            let linked = text(headers, "x-linked-etag").map(unquoted);
            return Ok(Some(Answer {
                offset,
                total: match range {
                    Some((_, total)) => total,
                    None => response.content_length(),
                },
                sha256: linked.clone().filter(|etag| is_sha256(etag)),
                version: linked.or_else(|| text(headers, ETAG.as_str()).map(unquoted)),
                response,
            }));
        }
        Err(SourceError::Redirect {
            reason: "there are more than ten, one after the other",
        })
    }
}

/// Takes what the hub says of the file where nothing was known, and refuses what contradicts what was.
fn agree(
    size: &mut Option<u64>,
    offered_size: Option<u64>,
    sha256: &mut Option<String>,
    offered_sha256: Option<String>,
) -> Result<(), SourceError> {
    match (&*sha256, offered_sha256) {
        (Some(expected), Some(found)) if *expected != found => {
            return Err(SourceError::Hash {
                expected: expected.clone(),
                found,
            });
        }
        (None, offered) => *sha256 = offered,
        _ => {}
    }
    match (*size, offered_size) {
        (Some(expected), Some(found)) if expected != found => {
            return Err(SourceError::Size { expected, found });
        }
        (None, offered) => *size = offered,
        _ => {}
    }
    Ok(())
}

/// Reads the body to its end. A connection that breaks is not an error here: its reason comes back.
fn receive(
    response: &mut Response,
    part: &mut Part,
    size: Option<u64>,
    progress: &mut dyn Progress,
) -> Result<Option<String>, SourceError> {
    let mut block = vec![0; BLOCK];
    loop {
        match response.read(&mut block) {
            Ok(0) if size.is_some_and(|size| part.len() < size) => {
                return Ok(Some("the connection was closed".into()));
            }
            Ok(0) => return Ok(None),
            Ok(count) => {
                part.append(&block[..count])?;
                progress.advance(count as u64);
                if size.is_some_and(|size| part.len() > size) {
                    // The check that follows refuses the file; a body without an end is not waited for.
                    return Ok(None);
                }
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Ok(Some(broken(error))),
        }
    }
}

fn redirected(url: &Url, headers: &HeaderMap) -> Result<Url, SourceError> {
    let reason = |reason| SourceError::Redirect { reason };
    let next = text(headers, LOCATION.as_str())
        .and_then(|location| url.join(location).ok())
        .ok_or_else(|| reason("it has no usable address"))?;
    if url.scheme() == "https" && next.scheme() != "https" {
        return Err(reason("it leads from https to an unprotected address"));
    }
    Ok(next)
}

/// `bytes 5-9/10` as start and total.
fn content_range(text: &str) -> Option<(u64, Option<u64>)> {
    let (range, total) = text.strip_prefix("bytes ")?.split_once('/')?;
    Some((range.split_once('-')?.0.parse().ok()?, total.parse().ok()))
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

fn unquoted(etag: &str) -> String {
    etag.trim_start_matches("W/").trim_matches('"').into()
}

fn unreachable(error: &reqwest::Error) -> SourceError {
    SourceError::Unreachable {
        reason: with_causes(error),
    }
}

/// Why a body broke off. The address is left out: a redirect's may carry a signature.
fn broken(error: std::io::Error) -> String {
    match error.downcast::<reqwest::Error>() {
        Ok(error) => with_causes(&error.without_url()),
        Err(error) => with_causes(&error),
    }
}

fn cut(received: u64, reason: &str) -> SourceError {
    SourceError::Cut {
        received,
        reason: reason.into(),
    }
}
