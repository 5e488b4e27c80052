//! Open questions: several answers written at once, each under its own grammar.

use std::time::Instant;

use llama_cpp_2::token::LlamaToken;
use llguidance::api::TopLevelGrammar;
use llguidance::{Matcher, ParserFactory};
use toktrie::{SimpleVob, TokEnv};

use super::load::native;
use super::sequences::{Feed, Runner, milliseconds};
use crate::protocol::{Cost, Failure, Grammar, Open, Written};

/// An answer in the making.
struct Pen {
    matcher: Matcher,
    tokens: Vec<LlamaToken>,
    /// How many of them are in the cache.
    read: usize,
    log_probs: Vec<f64>,
    max_tokens: usize,
    complete: bool,
    done: bool,
}

impl Runner<'_> {
    pub(super) fn write(
        &mut self,
        questions: &[Open],
        alive: &mut dyn FnMut(),
    ) -> Result<(Vec<Written>, Cost), Failure> {
        const MOST: usize = 24;
        let mut cost = Cost::default();
        let mut all = Vec::with_capacity(questions.len());
        let mut rest = questions;
        while !rest.is_empty() {
            let mut size = 0;
            let free = {
                let need: usize = rest.iter().take(MOST).map(|q| self.size(q)).sum();
                if need > self.free_cells() {
                    self.drop_leads()?;
                }
                self.free_cells()
            };
            let fit = rest
                .iter()
                .take(MOST)
                .take_while(|q| {
                    size += self.size(q);
                    size <= free
                })
                .count();
            if fit == 0 {
                let need = rest.first().map_or(0, |q| self.size(q));
                return Err(self.too_small(self.prompt_len() + need));
            }
            let (group, later) = rest.split_at(fit);
            all.extend(self.write_group(group, &mut cost, alive)?);
            rest = later;
        }
        Ok((all, cost))
    }

    fn size(&self, question: &Open) -> usize {
        self.count(&question.lead) as usize + question.max_tokens as usize
    }

    fn write_group(
        &mut self,
        questions: &[Open],
        cost: &mut Cost,
        alive: &mut dyn FnMut(),
    ) -> Result<Vec<Written>, Failure> {
        let mut pens = Vec::with_capacity(questions.len());
        for question in questions {
            pens.push(Pen {
                matcher: self.matcher(&question.grammar)?,
                tokens: Vec::new(),
                read: 0,
                log_probs: Vec::new(),
                max_tokens: question.max_tokens as usize,
                complete: false,
                done: false,
            });
        }
        let leads: Vec<_> = questions.iter().map(|q| self.tokens(&q.lead)).collect();
        let spare = questions.iter().map(|q| q.max_tokens as usize).sum();
        let vocabulary = self.model.n_vocab().unsigned_abs() as usize;
        let mut failure = None;
        let seqs = self.open(&leads, spare, cost, alive, &mut |i, row| {
            failure = failure.take().or(pens[i].step(row, vocabulary).err());
        })?;
        let started = Instant::now();
        while failure.is_none() {
            let going: Vec<usize> = (0..pens.len()).filter(|&i| !pens[i].done).collect();
            if going.is_empty() {
                break;
            }
            let feeds: Vec<Feed> = going
                .iter()
                .map(|&i| Feed {
                    seq: seqs[i],
                    at: self.prompt_len() + leads[i].len() + pens[i].read,
                    tokens: pens[i].tokens[pens[i].read..].to_vec(),
                })
                .collect();
            for &i in &going {
                pens[i].read = pens[i].tokens.len();
            }
            self.decode(&feeds, true, alive, &mut |at, row| {
                failure = failure
                    .take()
                    .or(pens[going[at]].step(row, vocabulary).err());
            })?;
        }
        if let Some(failure) = failure {
            return Err(failure);
        }
        cost.write_ms += milliseconds(started);
        for (seq, pen) in seqs.iter().zip(&pens) {
            self.extend(*seq, &pen.tokens[..pen.read]);
            cost.written += pen.tokens.len() as u64;
        }
        Ok(pens.iter().map(|pen| self.written(pen)).collect())
    }

    fn written(&self, pen: &Pen) -> Written {
        let bytes: Vec<u8> = pen
            .tokens
            .iter()
            .flat_map(|&token| self.model.vocab().token_to_piece(token, false, None))
            .collect();
        #[expect(clippy::cast_precision_loss, reason = "a count of tokens")]
        let count = pen.log_probs.len().max(1) as f64;
        Written {
            // A cut in the middle of a character leaves half of it: that half goes.
            text: String::from_utf8_lossy(&bytes)
                .trim_end_matches('\u{fffd}')
                .to_owned(),
            mean_log_prob: pen.log_probs.iter().sum::<f64>() / count,
            tokens: u32::try_from(pen.tokens.len()).unwrap_or(u32::MAX),
            complete: pen.complete,
        }
    }

    /// One factory a model, made when the first grammar comes: it walks the whole vocabulary.
    fn matcher(&mut self, grammar: &Grammar) -> Result<Matcher, Failure> {
        if self.factory.is_none() {
            let vocabulary: TokEnv =
                llama_cpp_2::sampling::LlamaSampler::llguidance_tok_env(self.model);
            let mut factory = ParserFactory::new_simple(&vocabulary).map_err(native)?;
            factory.quiet();
            self.factory = Some(factory);
        }
        let Some(factory) = &self.factory else {
            return Err(Failure::Native("no grammar factory".into()));
        };
        let grammar = match grammar {
            Grammar::Regex(regex) => TopLevelGrammar::from_regex(regex),
            Grammar::Lark(lark) => TopLevelGrammar::from_lark(lark.clone()),
            Grammar::JsonSchema(schema) => TopLevelGrammar::from_json_schema(
                serde_json::from_str(schema).map_err(|e| Failure::Grammar(e.to_string()))?,
            ),
        };
        let parser = factory
            .create_parser(grammar)
            .map_err(|e| Failure::Grammar(e.to_string()))?;
        Ok(Matcher::new(Ok(parser)))
    }
}

impl Pen {
    /// Takes the likeliest token that the grammar allows.
    fn step(&mut self, logits: &[f32], vocabulary: usize) -> Result<(), Failure> {
        let broken = |e: &dyn std::fmt::Display| Failure::Grammar(e.to_string());
        if self.matcher.is_stopped() {
            self.finish(true);
            return Ok(());
        }
        let mask = self.matcher.compute_mask_or_eos().map_err(|e| broken(&e))?;
        let Some((best, log_prob)) = likeliest(logits, &mask, vocabulary) else {
            self.finish(true);
            return Ok(());
        };
        self.log_probs.push(log_prob);
        let token = u32::try_from(best).map_err(native)?;
        self.matcher.consume_token(token).map_err(|e| broken(&e))?;
        if self.matcher.is_stopped() && is_end(&self.matcher, token) {
            self.finish(true);
            return Ok(());
        }
        self.tokens.push(LlamaToken(token.cast_signed()));
        if self.matcher.is_stopped() {
            self.finish(true);
        } else if self.tokens.len() >= self.max_tokens {
            let accepting = self.matcher.is_accepting().map_err(|e| broken(&e))?;
            self.finish(accepting);
        }
        Ok(())
    }

    fn finish(&mut self, complete: bool) {
        self.done = true;
        self.complete = complete;
    }
}

fn is_end(matcher: &Matcher, token: u32) -> bool {
    matcher
        .tok_env()
        .is_ok_and(|env| env.tok_trie().eos_tokens().contains(&token))
}

/// The likeliest allowed token and the logarithm of its probability among the allowed ones.
fn likeliest(logits: &[f32], mask: &SimpleVob, vocabulary: usize) -> Option<(usize, f64)> {
    /// Beyond this distance from the best a token adds less than a millionth.
    const NEGLIGIBLE: f32 = 14.0;
    let allowed = |&(i, _): &(usize, &f32)| u32::try_from(i).is_ok_and(|i| mask.is_allowed(i));
    let among = || logits.iter().enumerate().take(vocabulary);
    let mut best: Option<(usize, f32)> = None;
    for (i, &logit) in among() {
        // The comparison is cheaper than the look into the mask, and mostly enough.
        if best.is_none_or(|(_, top)| logit > top) && allowed(&(i, &logit)) {
            best = Some((i, logit));
        }
    }
    let (best, top) = best?;
    let total: f64 = among()
        .filter(|&(_, &logit)| logit > top - NEGLIGIBLE)
        .filter(allowed)
        .map(|(_, &logit)| f64::from(logit - top).exp())
        .sum();
    Some((best, -total.ln()))
}
