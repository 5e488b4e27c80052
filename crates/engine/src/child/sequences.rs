//! The context and its sequences: one prompt that all questions share, and the questions that branch off it.
//!
//! Sequence 0 holds the prompt. A question's lead is a sequence that shares the prompt's cells and adds its own; it stays
//! until the next prompt, so that a question that goes on where an earlier one ended is not read again.

use std::num::NonZeroU32;
use std::time::Instant;

use llama_cpp_2::context::LlamaContext;
use llama_cpp_2::context::params::LlamaContextParams;
use llama_cpp_2::llama_batch::LlamaBatch;
use llama_cpp_2::model::LlamaModel;
use llama_cpp_2::token::LlamaToken;
use llguidance::ParserFactory;

use super::gguf::read_facts;
use super::load::{Loaded, native};
use crate::EngineConfig;
use crate::protocol::{Cost, Failure, ModelInfo, Segment};

/// Tokens in one step through the model.
const BATCH: usize = 512;
/// Sequences in the context.
const SEQUENCES: i32 = 128;
/// The prompt's sequence.
const PROMPT: i32 = 0;

/// A branch of the prompt that is kept.
pub(super) struct Lead {
    pub(super) seq: i32,
    /// Its tokens after the prompt that are in the cache.
    pub(super) tokens: Vec<LlamaToken>,
}

/// Tokens to be added to a sequence.
pub(super) struct Feed {
    pub(super) seq: i32,
    /// Position of the first one.
    pub(super) at: usize,
    pub(super) tokens: Vec<LlamaToken>,
}

pub(super) struct Runner<'m> {
    pub(super) model: &'m LlamaModel,
    pub(super) factory: Option<ParserFactory>,
    context: LlamaContext<'m>,
    batch: LlamaBatch<'static>,
    prompt: Vec<LlamaToken>,
    leads: Vec<Lead>,
    free: Vec<i32>,
    /// Cells of the cache in use, at most: shared ones are counted once, freed ones of forks only when all leads go.
    cells: usize,
}

impl<'m> Runner<'m> {
    pub(super) fn new(loaded: &'m Loaded, config: &EngineConfig) -> Result<Self, Failure> {
        let threads = i32::try_from(config.threads.max(1)).unwrap_or(1);
        let batch = u32::try_from(BATCH).unwrap_or(512);
        let params = LlamaContextParams::default()
            .with_n_ctx(NonZeroU32::new(loaded.context_tokens))
            .with_n_batch(batch)
            .with_n_ubatch(batch)
            .with_n_seq_max(SEQUENCES.unsigned_abs())
            .with_kv_unified(true)
            .with_n_threads(threads)
            .with_n_threads_batch(threads);
        Ok(Self {
            model: &loaded.model,
            factory: None,
            context: loaded
                .model
                .new_context(&loaded.backend, params)
                .map_err(native)?,
            batch: LlamaBatch::new(BATCH, 1),
            prompt: Vec::new(),
            leads: Vec::new(),
            free: (1..SEQUENCES).rev().collect(),
            cells: 0,
        })
    }

    pub(super) fn info(&self, config: &EngineConfig) -> ModelInfo {
        let model = self.model;
        let vocab = model.vocab();
        let piece =
            |token| String::from_utf8_lossy(&vocab.token_to_piece(token, true, None)).into_owned();
        let end = match vocab.eot() {
            LlamaToken(-1) => vocab.eos(),
            token => token,
        };
        let facts = read_facts(&config.model);
        ModelInfo {
            architecture: facts
                .as_ref()
                .map_or_else(String::new, |f| f.architecture.clone()),
            chat_template: model
                .chat_template(None)
                .ok()
                .and_then(|t| t.to_string().ok()),
            bos: vocab.should_add_bos().then(|| piece(vocab.bos())),
            eos: piece(end),
            context_tokens: self.context.n_ctx(),
            vocabulary: model.n_vocab().unsigned_abs(),
            cache_bytes: facts.map_or(0, |f| f.cache_bytes_per_token)
                * u64::from(self.context.n_ctx()),
        }
    }

    pub(super) fn tokens(&self, segments: &[Segment]) -> Vec<LlamaToken> {
        let vocab = self.model.vocab();
        segments
            .iter()
            .flat_map(|s| vocab.tokenize(s.text.as_bytes(), false, s.control))
            .collect()
    }

    pub(super) fn count(&self, segments: &[Segment]) -> u32 {
        u32::try_from(self.tokens(segments).len()).unwrap_or(u32::MAX)
    }

    fn capacity(&self) -> usize {
        self.context.n_ctx() as usize
    }

    pub(super) fn prompt_len(&self) -> usize {
        self.prompt.len()
    }

    /// Makes `segments` the prompt. What its first `same` segments share with the last one is kept.
    ///
    /// A token's numbers depend in their last digits on the tokens that it is computed with. So that an answer does not depend
    /// on the call before it, the prompt is always read in the same steps, and only whole steps are kept.
    pub(super) fn read(
        &mut self,
        segments: &[Segment],
        same: usize,
        alive: &mut dyn FnMut(),
    ) -> Result<Cost, Failure> {
        let started = Instant::now();
        let (first, rest) = segments.split_at(same.min(segments.len()));
        let mut tokens = self.tokens(first);
        let turn = tokens.len();
        tokens.extend(self.tokens(rest));
        if tokens.len() >= self.capacity() {
            return Err(self.too_small(tokens.len()));
        }
        self.drop_leads()?;
        let steps = steps(turn, tokens.len());
        let shared = common(&self.prompt, &tokens);
        let kept = steps
            .iter()
            .copied()
            .filter(|&at| at <= shared)
            .max()
            .unwrap_or(0);
        let from = u32::try_from(kept).map_err(native)?;
        self.context
            .kv_cache_seq_rm(PROMPT, Some(from), None)
            .map_err(native)?;
        self.prompt.truncate(kept);
        for pair in steps.windows(2).filter(|pair| pair[0] >= kept) {
            let feed = Feed {
                seq: PROMPT,
                at: pair[0],
                tokens: tokens[pair[0]..pair[1]].to_vec(),
            };
            self.decode(&[feed], false, alive, &mut |_, _| {})?;
        }
        self.cells = tokens.len();
        self.prompt = tokens;
        Ok(Cost {
            read: (self.prompt.len() - kept) as u64,
            cached: kept as u64,
            read_ms: milliseconds(started),
            ..Cost::default()
        })
    }

    /// Opens a lead for each token list and hands the logits after its last token to `see`. Returns the sequences, in order.
    /// `spare` cells are kept free beside them.
    pub(super) fn open(
        &mut self,
        wanted: &[Vec<LlamaToken>],
        spare: usize,
        cost: &mut Cost,
        alive: &mut dyn FnMut(),
        see: &mut dyn FnMut(usize, &[f32]),
    ) -> Result<Vec<i32>, Failure> {
        let started = Instant::now();
        let need: usize = wanted.iter().map(Vec::len).sum::<usize>() + spare;
        if self.cells + need > self.capacity() || self.free.len() < 2 * wanted.len() {
            self.drop_leads()?;
        }
        if self.cells + need > self.capacity() {
            return Err(self.too_small(self.cells + need));
        }
        let mut feeds = Vec::with_capacity(wanted.len());
        for tokens in wanted {
            // The last token is always read, for its logits.
            let most = tokens.len().saturating_sub(1);
            let (from, shared) = self
                .leads
                .iter()
                .map(|lead| (lead.seq, common(&lead.tokens, tokens).min(most)))
                .max_by_key(|&(_, shared)| shared)
                .unwrap_or((PROMPT, 0));
            let seq = self.fork(from, self.prompt.len() + shared)?;
            cost.cached += shared as u64;
            cost.read += (tokens.len() - shared) as u64;
            feeds.push(Feed {
                seq,
                at: self.prompt.len() + shared,
                tokens: tokens[shared..].to_vec(),
            });
        }
        self.decode(&feeds, true, alive, see)?;
        let seqs: Vec<i32> = feeds.iter().map(|f| f.seq).collect();
        for (seq, tokens) in seqs.iter().zip(wanted) {
            self.keep(*seq, tokens.clone())?;
        }
        cost.read_ms += milliseconds(started);
        Ok(seqs)
    }

    /// Keeps a sequence as a lead and lets go of those that it continues.
    fn keep(&mut self, seq: i32, tokens: Vec<LlamaToken>) -> Result<(), Failure> {
        let (gone, kept) = std::mem::take(&mut self.leads)
            .into_iter()
            .partition(|lead| tokens.starts_with(&lead.tokens));
        self.leads = kept;
        for lead in gone {
            let lead: Lead = lead;
            self.release(lead.seq)?;
        }
        self.leads.push(Lead { seq, tokens });
        Ok(())
    }

    /// Notes that more tokens of a lead are in the cache now.
    pub(super) fn extend(&mut self, seq: i32, tokens: &[LlamaToken]) {
        if let Some(lead) = self.leads.iter_mut().find(|lead| lead.seq == seq) {
            lead.tokens.extend_from_slice(tokens);
        }
    }

    /// A new sequence that shares the first `len` cells of another.
    pub(super) fn fork(&mut self, from: i32, len: usize) -> Result<i32, Failure> {
        let seq = self
            .free
            .pop()
            .ok_or_else(|| Failure::Native("out of sequences".into()))?;
        let end = u32::try_from(len).map_err(native)?;
        self.context
            .copy_kv_cache_seq(from, seq, Some(0), Some(end))
            .map_err(native)?;
        Ok(seq)
    }

    pub(super) fn release(&mut self, seq: i32) -> Result<(), Failure> {
        self.context
            .kv_cache_seq_rm(seq, None, None)
            .map_err(native)?;
        self.free.push(seq);
        Ok(())
    }

    pub(super) fn free_sequences(&self) -> usize {
        self.free.len()
    }

    pub(super) fn free_cells(&self) -> usize {
        self.capacity().saturating_sub(self.cells)
    }

    pub(super) fn drop_leads(&mut self) -> Result<(), Failure> {
        for lead in std::mem::take(&mut self.leads) {
            self.release(lead.seq)?;
        }
        self.cells = self.prompt.len();
        // A question that failed halfway has left its sequences behind.
        let mut left: Vec<i32> = (1..SEQUENCES).filter(|s| !self.free.contains(s)).collect();
        while let Some(seq) = left.pop() {
            self.release(seq)?;
        }
        Ok(())
    }

    /// Runs tokens through the model. With `logits`, those after each feed's last token are shown to `see`.
    pub(super) fn decode(
        &mut self,
        feeds: &[Feed],
        logits: bool,
        alive: &mut dyn FnMut(),
        see: &mut dyn FnMut(usize, &[f32]),
    ) -> Result<(), Failure> {
        let mut shown: Vec<(usize, i32)> = Vec::new();
        self.batch.clear();
        for (index, feed) in feeds.iter().enumerate() {
            for (i, &token) in feed.tokens.iter().enumerate() {
                let last = logits && i + 1 == feed.tokens.len();
                if last {
                    shown.push((index, self.batch.n_tokens()));
                }
                let position = i32::try_from(feed.at + i).map_err(native)?;
                self.batch
                    .add(token, position, &[feed.seq], last)
                    .map_err(native)?;
                if self.batch.n_tokens() as usize == BATCH {
                    self.flush(&mut shown, alive, see)?;
                }
            }
            self.cells += feed.tokens.len();
        }
        self.flush(&mut shown, alive, see)
    }

    fn flush(
        &mut self,
        shown: &mut Vec<(usize, i32)>,
        alive: &mut dyn FnMut(),
        see: &mut dyn FnMut(usize, &[f32]),
    ) -> Result<(), Failure> {
        if self.batch.n_tokens() > 0 {
            self.context.decode(&mut self.batch).map_err(native)?;
            for (index, at) in shown.drain(..) {
                see(index, self.context.get_logits_ith(at));
            }
            self.batch.clear();
            alive();
        }
        Ok(())
    }

    pub(super) fn too_small(&self, needed: usize) -> Failure {
        Failure::ContextTooSmall {
            needed: u32::try_from(needed).unwrap_or(u32::MAX),
            available: self.context.n_ctx(),
        }
    }
}

/// Where the steps of reading begin and end: every [`BATCH`] tokens up to `turn`, and again from there on.
fn steps(turn: usize, end: usize) -> Vec<usize> {
    let mut steps: Vec<usize> = (0..turn).step_by(BATCH).collect();
    steps.extend((turn..end).step_by(BATCH));
    steps.push(end);
    steps
}

/// Length of the common beginning.
fn common(a: &[LlamaToken], b: &[LlamaToken]) -> usize {
    a.iter().zip(b).take_while(|(x, y)| x == y).count()
}

pub(super) fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1000.0
}

#[cfg(test)]
mod tests {
    use super::{BATCH, steps};

    #[test]
    fn steps_break_where_the_call_begins() {
        assert_eq!(steps(700, 1500), [0, BATCH, 700, 700 + BATCH, 1500]);
        assert_eq!(steps(0, 10), [0, 10]);
        assert_eq!(steps(10, 10), [0, 10]);
    }
}
