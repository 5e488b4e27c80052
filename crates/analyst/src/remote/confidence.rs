//! How sure a remote model is, where it tells the probabilities of what it wrote.

use std::ops::Range;

use aftercall_models::chat::TokenLogProb;

/// The probability of a part of the text, in bytes: of the whole part where it is one of a closed set, else the geometric
/// mean of its tokens, as a long text is never likely as a whole. `None` where the tokens do not reach so far.
pub(super) fn of_part(tokens: &[TokenLogProb], part: &Range<usize>, closed: bool) -> Option<f64> {
    let mut at = 0;
    let mut sum = 0.0;
    let mut count = 0.0;
    for token in tokens {
        let end = at + token.text.len();
        if end > part.start && at < part.end {
            // Some servers tell an impossible token as a very large negative number, or none at all.
            sum += token.log_prob.clamp(-100.0, 0.0);
            count += 1.0;
        }
        at = end;
    }
    if count == 0.0 || at < part.end {
        return None;
    }
    let log_prob: f64 = if closed { sum } else { sum / count };
    Some(log_prob.exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(list: &[(&str, f64)]) -> Vec<TokenLogProb> {
        list.iter()
            .map(|(text, p)| TokenLogProb {
                text: (*text).into(),
                log_prob: f64::ln(*p),
                top: Vec::new(),
            })
            .collect()
    }

    #[test]
    fn the_tokens_of_the_part_count() {
        let tokens = tokens(&[
            ("{\"v\":", 0.1),
            (" \"re", 0.5),
            ("sol", 0.8),
            ("ved\"", 1.0),
            ("}", 0.2),
        ]);
        let part = 6..16;
        assert!((of_part(&tokens, &part, true).unwrap() - 0.4).abs() < 1e-9);
        let mean = of_part(&tokens, &part, false).unwrap();
        assert!((mean - 0.4_f64.powf(1.0 / 3.0)).abs() < 1e-9);
        assert_eq!(of_part(&tokens[..2], &part, true), None);
        assert_eq!(of_part(&[], &part, true), None);
    }
}
