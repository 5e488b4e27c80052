//! How long-running work tells a person how far it is.

/// Hears how far a download or a check is. All calls come from the thread that asked for the work.
pub trait Progress {
    /// A piece of work begins, or begins again: the count goes back to zero. `total` is its size in
    /// bytes where that is known.
    fn start(&mut self, what: &str, total: Option<u64>);
    /// So many more bytes are done.
    fn advance(&mut self, bytes: u64);
    /// One sentence for the person who waits.
    fn message(&mut self, text: &str);
    /// The piece of work that began last is over.
    fn finish(&mut self);
}

/// Says nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn start(&mut self, _what: &str, _total: Option<u64>) {}
    fn advance(&mut self, _bytes: u64) {}
    fn message(&mut self, _text: &str) {}
    fn finish(&mut self) {}
}
