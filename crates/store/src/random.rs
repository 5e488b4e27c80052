//! Where the store's ids, secrets and jitter come from.

use std::sync::atomic::{AtomicU64, Ordering};

/// Gives random bytes.
pub trait Random: Send + Sync {
    /// Fill `out`.
    fn bytes(&self, out: &mut [u8]);

    /// A random number over the whole range.
    fn u64(&self) -> u64 {
        let mut bytes = [0; 8];
        self.bytes(&mut bytes);
        u64::from_be_bytes(bytes)
    }
}

/// The operating system's generator, fit for secrets.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    /// # Panics
    /// Where the system has no random numbers: no key and no id could be trusted then.
    fn bytes(&self, out: &mut [u8]) {
        getrandom::fill(out).expect("the operating system gives random bytes");
    }
}

/// The same numbers in every run, for tests. Not for secrets.
#[derive(Debug)]
pub struct SeededRandom(AtomicU64);

impl SeededRandom {
    /// Numbers that follow from `seed`.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }

    /// The next number of the SplitMix64 sequence.
    fn next(&self) -> u64 {
        const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
        let mut z = self.0.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

impl Random for SeededRandom {
    fn bytes(&self, out: &mut [u8]) {
        for chunk in out.chunks_mut(8) {
            let bytes = self.next().to_be_bytes();
            chunk.copy_from_slice(&bytes[..chunk.len()]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_numbers() {
        let (a, b) = (SeededRandom::new(7), SeededRandom::new(7));
        let (mut x, mut y) = ([0; 21], [0; 21]);
        a.bytes(&mut x);
        b.bytes(&mut y);
        assert_eq!(x, y);
        a.bytes(&mut x);
        assert_ne!(x, y);
    }
}
