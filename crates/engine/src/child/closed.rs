//! Closed questions: the probabilities of all allowed answers, without writing any.

use llama_cpp_2::token::LlamaToken;

use super::sequences::{Feed, Runner, milliseconds};
use super::trie::{ROOT, Trie};
use crate::protocol::{Closed, Cost, Failure, Scores};

/// A branch less likely than this is not looked into: its answers share its probability.
const LEAST: f64 = 0.002;

/// A place in a question's tree whose branches are to be weighed.
struct Place {
    question: usize,
    node: usize,
    /// Logarithm of the probability of coming here.
    log_prob: f64,
    /// The sequence that leads here once `way` is added at `at`.
    from: i32,
    at: usize,
    way: Vec<LlamaToken>,
}

impl Runner<'_> {
    pub(super) fn score(
        &mut self,
        questions: &[Closed],
        alive: &mut dyn FnMut(),
    ) -> Result<(Vec<Scores>, Cost), Failure> {
        let mut cost = Cost::default();
        let mut all = Vec::with_capacity(questions.len());
        let mut rest = questions;
        while !rest.is_empty() {
            let (group, later) = rest.split_at(self.fitting(rest)?);
            all.extend(self.score_group(group, &mut cost, alive)?);
            rest = later;
        }
        Ok((all, cost))
    }

    /// How many of the questions fit into the context together: at least one, else an error.
    fn fitting(&mut self, questions: &[Closed]) -> Result<usize, Failure> {
        const MOST: usize = 24;
        const TREE: usize = 48;
        let sizes: Vec<usize> = questions
            .iter()
            .take(MOST)
            .map(|q| self.count(&q.lead) as usize + TREE)
            .collect();
        if sizes.iter().sum::<usize>() > self.free_cells() {
            self.drop_leads()?;
        }
        let mut left = self.free_cells();
        let fit = sizes
            .iter()
            .take_while(|&&size| {
                let fits = size <= left;
                left = left.saturating_sub(size);
                fits
            })
            .count();
        if fit == 0 {
            return Err(self.too_small(self.prompt_len() + sizes.first().copied().unwrap_or(0)));
        }
        Ok(fit)
    }

    fn score_group(
        &mut self,
        questions: &[Closed],
        cost: &mut Cost,
        alive: &mut dyn FnMut(),
    ) -> Result<Vec<Scores>, Failure> {
        let end = self.model.vocab().nl();
        let leads: Vec<_> = questions.iter().map(|q| self.tokens(&q.lead)).collect();
        let tries: Vec<Trie> = questions
            .iter()
            .map(|q| {
                let answers: Vec<_> = q
                    .choices
                    .iter()
                    .map(|c| self.model.vocab().tokenize(c.as_bytes(), false, false))
                    .collect();
                Trie::new(&answers, end)
            })
            .collect();
        let mut scores: Vec<Scores> = questions
            .iter()
            .map(|q| Scores {
                log_probs: vec![f64::NEG_INFINITY; q.choices.len()],
                mass: 1.0,
            })
            .collect();
        let mut logits = vec![Vec::new(); questions.len()];
        let seqs = self.open(&leads, 0, cost, alive, &mut |i, row| {
            logits[i] = row.to_vec();
        })?;
        let started = std::time::Instant::now();
        let mut places = Vec::new();
        for (question, trie) in tries.iter().enumerate() {
            scores[question].mass = mass(&logits[question], trie);
            let (way, node) = trie.descend(ROOT);
            let place = Place {
                question,
                node,
                log_prob: 0.0,
                from: seqs[question],
                at: self.prompt_len() + leads[question].len(),
                way,
            };
            if place.way.is_empty() {
                weigh(
                    &place,
                    &logits[question],
                    trie,
                    place.from,
                    &mut scores[question],
                    &mut places,
                );
            } else if trie.parts(node) {
                places.push(place);
            } else {
                // A single allowed answer needs no model.
                scores[question].log_probs.fill(0.0);
            }
        }
        let mut forks: Vec<i32> = Vec::new();
        while !places.is_empty() {
            // The latest places first, and only some of the free sequences at once, so that there are always some left for
            // what lies deeper.
            let most = (self.free_sequences() / 4).max(1);
            let batch = places.split_off(places.len().saturating_sub(most));
            let mut feeds = Vec::with_capacity(batch.len());
            for place in &batch {
                let seq = self.fork(place.from, place.at)?;
                forks.push(seq);
                cost.read += place.way.len() as u64;
                feeds.push(Feed {
                    seq,
                    at: place.at,
                    tokens: place.way.clone(),
                });
            }
            let mut deeper = Vec::new();
            self.decode(&feeds, true, alive, &mut |i, row| {
                let place = &batch[i];
                weigh(
                    place,
                    row,
                    &tries[place.question],
                    feeds[i].seq,
                    &mut scores[place.question],
                    &mut deeper,
                );
            })?;
            places.extend(deeper);
            // A fork is needed while a place starts from it.
            let (used, unused) = forks
                .drain(..)
                .partition(|seq| places.iter().any(|place| place.from == *seq));
            forks = used;
            for seq in unused {
                let seq: i32 = seq;
                self.release(seq)?;
            }
        }
        cost.read_ms += milliseconds(started);
        Ok(scores)
    }
}

/// Shares a place's probability among its branches. `seq` leads to the place.
fn weigh(
    place: &Place,
    logits: &[f32],
    trie: &Trie,
    seq: i32,
    scores: &mut Scores,
    deeper: &mut Vec<Place>,
) {
    let logit = |token: LlamaToken| f64::from(logits[token.0.unsigned_abs() as usize]);
    let branches: Vec<_> = trie.children(place.node).collect();
    let total = log_sum_exp(branches.iter().map(|&(token, _)| logit(token)));
    for (token, child) in branches {
        let log_prob = place.log_prob + logit(token) - total;
        let (way, node) = trie.descend(child);
        if trie.parts(node) && log_prob.exp() >= LEAST {
            deeper.push(Place {
                question: place.question,
                node,
                log_prob,
                from: seq,
                at: place.at + place.way.len(),
                way: std::iter::once(token).chain(way).collect(),
            });
        } else {
            let answers = trie.answers(child);
            #[expect(clippy::cast_precision_loss, reason = "a count of answers")]
            let share = log_prob - (answers.len() as f64).ln();
            for answer in answers {
                scores.log_probs[answer] = share;
            }
        }
    }
}

/// The share of the whole distribution that the first allowed tokens have.
fn mass(logits: &[f32], trie: &Trie) -> f64 {
    let allowed = log_sum_exp(
        trie.children(ROOT)
            .map(|(token, _)| f64::from(logits[token.0.unsigned_abs() as usize])),
    );
    (allowed - log_sum_exp(logits.iter().map(|&l| f64::from(l)))).exp()
}

pub(super) fn log_sum_exp(values: impl Iterator<Item = f64> + Clone) -> f64 {
    let top = values.clone().fold(f64::NEG_INFINITY, f64::max);
    if top == f64::NEG_INFINITY {
        return top;
    }
    top + values.map(|v| (v - top).exp()).sum::<f64>().ln()
}

#[cfg(test)]
mod tests {
    use super::log_sum_exp;

    #[test]
    fn log_sum_exp_is_exact_on_large_numbers() {
        let sum = log_sum_exp([1000.0, 1000.0].into_iter());
        assert!((sum - 1000.0 - 2f64.ln()).abs() < 1e-12);
        assert_eq!(log_sum_exp(std::iter::empty()), f64::NEG_INFINITY);
    }
}
