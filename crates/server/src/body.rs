//! Reading a body within its limits of length and time.

use std::time::Duration;

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use tokio::time::{Instant, timeout, timeout_at};

use crate::refusal::Refusal;

/// How much longer a whole body may take than one pause in it.
const WHOLE: u32 = 4;
/// Bytes of a refused body that are read and thrown away. Most senders look for an answer only once they have sent
/// everything: closing the connection before that takes the answer from them.
const DISCARDED: usize = 32 * 1024 * 1024;

/// Reads a whole body.
///
/// # Errors
/// The body is too long, too slow or broken off.
pub(crate) async fn whole(body: Body, max_bytes: usize, pause: Duration) -> Result<Bytes, Refusal> {
    let mut pieces = Pieces::new(body, pause);
    let end = Instant::now() + pause * WHOLE;
    let mut whole = BytesMut::new();
    loop {
        let Some(piece) = timeout_at(end, pieces.next())
            .await
            .map_err(|_| Refusal::Slow)??
        else {
            return Ok(whole.freeze());
        };
        if whole.len() + piece.len() > max_bytes {
            discard(pieces, end).await;
            return Err(Refusal::Length(max_bytes));
        }
        if whole.is_empty() {
            // Most bodies are one piece, and are not copied.
            match piece.try_into_mut() {
                Ok(piece) => whole = piece,
                Err(piece) => whole.extend_from_slice(&piece),
            }
        } else {
            whole.extend_from_slice(&piece);
        }
    }
}

/// Reads the body of a request that is refused without a look at it.
pub(crate) async fn refuse(body: Body, pause: Duration) {
    discard(Pieces::new(body, pause), Instant::now() + pause * WHOLE).await;
}

async fn discard(mut pieces: Pieces, end: Instant) {
    let mut left = DISCARDED;
    while let Ok(Ok(Some(piece))) = timeout_at(end, pieces.next()).await {
        if piece.len() > left {
            return;
        }
        left -= piece.len();
    }
}

/// A body piece by piece, as it comes.
pub(crate) struct Pieces {
    body: Body,
    pause: Duration,
}

impl Pieces {
    /// A body whose sender may pause this long.
    pub(crate) fn new(body: Body, pause: Duration) -> Self {
        Self { body, pause }
    }

    /// The next piece; `None` at the end.
    ///
    /// # Errors
    /// The body is too slow or broken off.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, Refusal> {
        loop {
            let frame = timeout(self.pause, self.body.frame())
                .await
                .map_err(|_| Refusal::Slow)?;
            match frame {
                None => return Ok(None),
                Some(Err(_)) => return Err(Refusal::Broken),
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        return Ok(Some(data));
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::stream;

    fn body(pieces: &[&'static str]) -> Body {
        let pieces: Vec<Result<_, std::io::Error>> = pieces
            .iter()
            .map(|piece| Ok(Bytes::from_static(piece.as_bytes())))
            .collect();
        Body::from_stream(stream::iter(pieces))
    }

    #[tokio::test]
    async fn pieces_are_put_together() {
        let read = whole(body(&["ab", "", "c"]), 3, Duration::from_secs(5)).await;
        assert_eq!(read, Ok(Bytes::from_static(b"abc")));
    }

    #[tokio::test]
    async fn a_body_that_is_too_long_is_refused() {
        let read = whole(body(&["ab", "cd"]), 3, Duration::from_secs(5)).await;
        assert_eq!(read, Err(Refusal::Length(3)));
    }

    #[tokio::test]
    async fn a_pause_that_is_too_long_ends_it() {
        let read = whole(
            Body::from_stream(stream::pending::<Result<Bytes, std::io::Error>>()),
            3,
            Duration::from_millis(10),
        )
        .await;
        assert_eq!(read, Err(Refusal::Slow));
    }

    #[tokio::test]
    async fn a_body_that_breaks_off_is_refused() {
        let broken = stream::iter([
            Ok(Bytes::from_static(b"a")),
            Err(std::io::Error::other("gone")),
        ]);
        let read = whole(Body::from_stream(broken), 3, Duration::from_secs(5)).await;
        assert_eq!(read, Err(Refusal::Broken));
    }
}
