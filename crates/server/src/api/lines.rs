//! A body line by line.

use std::time::Duration;

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use memchr::memchr;

use crate::body::Pieces;
use crate::refusal::Refusal;

/// One line of a body, without its end.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Line {
    /// Nothing, or white space alone.
    Blank,
    /// Something.
    Text(Bytes),
    /// More bytes than a line may have; they were skipped.
    TooLong,
}

/// The lines of a body.
pub(crate) struct Lines {
    pieces: Pieces,
    max_bytes: usize,
    /// What was read and is not given out.
    rest: BytesMut,
    /// Bytes of `rest` that are known to have no end of a line.
    searched: usize,
    ended: bool,
}

impl Lines {
    /// Lines of at most `max_bytes` bytes each, of a body whose sender may pause for so long.
    pub(crate) fn new(body: Body, pause: Duration, max_bytes: usize) -> Self {
        Self {
            pieces: Pieces::new(body, pause),
            max_bytes,
            rest: BytesMut::new(),
            searched: 0,
            ended: false,
        }
    }

    /// The next line; `None` at the end. What stands behind the last end of a line is a line too.
    ///
    /// # Errors
    /// The body is too slow or broken off; a line that has no end then is not given out.
    pub(crate) async fn next(&mut self) -> Result<Option<Line>, Refusal> {
        let mut too_long = false;
        loop {
            let end = memchr(b'\n', &self.rest[self.searched..]);
            if let Some(end) = end {
                let mut line = self.rest.split_to(self.searched + end + 1);
                self.searched = 0;
                line.truncate(line.len() - 1);
                return Ok(Some(self.told(line, too_long)));
            }
            self.searched = self.rest.len();
            if self.rest.len() > self.max_bytes {
                too_long = true;
                self.rest.clear();
                self.searched = 0;
            }
            if self.ended {
                let line = self.rest.split();
                self.searched = 0;
                return Ok((too_long || !line.is_empty()).then(|| self.told(line, too_long)));
            }
            match self.pieces.next().await? {
                Some(piece) => self.rest.extend_from_slice(&piece),
                None => self.ended = true,
            }
        }
    }

    fn told(&self, line: BytesMut, too_long: bool) -> Line {
        if too_long || line.len() > self.max_bytes {
            Line::TooLong
        } else if line.iter().all(u8::is_ascii_whitespace) {
            Line::Blank
        } else {
            Line::Text(line.freeze())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::stream;

    async fn lines(pieces: &[&'static str], max_bytes: usize) -> Vec<Line> {
        let pieces: Vec<Result<_, std::io::Error>> = pieces
            .iter()
            .map(|piece| Ok(Bytes::from_static(piece.as_bytes())))
            .collect();
        let body = Body::from_stream(stream::iter(pieces));
        let mut lines = Lines::new(body, Duration::from_secs(5), max_bytes);
        let mut read = Vec::new();
        while let Some(line) = lines.next().await.unwrap() {
            read.push(line);
        }
        read
    }

    fn text(line: &'static str) -> Line {
        Line::Text(Bytes::from_static(line.as_bytes()))
    }

    #[tokio::test]
    async fn lines_are_cut_wherever_the_pieces_are() {
        for pieces in [
            &["a\nbc\n\nd"][..],
            &["a", "\nb", "c\n", "\n", "d"],
            &["", "a\nb", "c", "\n\nd", ""],
        ] {
            let read = lines(pieces, 10).await;
            assert_eq!(
                read,
                [text("a"), text("bc"), Line::Blank, text("d")],
                "{pieces:?}"
            );
        }
        assert_eq!(lines(&["a\n"], 10).await, [text("a")]);
        assert_eq!(lines(&[], 10).await, []);
    }

    #[tokio::test]
    async fn a_line_that_is_too_long_is_skipped_and_the_next_is_read() {
        let read = lines(&["abcd", "efgh", "ij\nk\nabcd\n", "long again"], 4).await;
        assert_eq!(
            read,
            [Line::TooLong, text("k"), text("abcd"), Line::TooLong]
        );
    }
}
