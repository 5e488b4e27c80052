//! The allowed answers of a closed question as a tree of tokens.
//!
//! An answer's probability is the product, over the places where answers part ways, of the model's probability of its
//! branch among the branches that are allowed there. Tokens on which no two answers differ count for nothing, so a long
//! answer is not at a disadvantage, and only the places where answers part have to be computed.

use std::collections::BTreeMap;

use llama_cpp_2::token::LlamaToken;

/// A node: the answers below it share the tokens above it.
#[derive(Debug, Default)]
pub(super) struct Node {
    pub(super) children: BTreeMap<i32, usize>,
    /// Index of the answer that ends here.
    answer: Option<usize>,
}

#[derive(Debug)]
pub(super) struct Trie {
    nodes: Vec<Node>,
}

pub(super) const ROOT: usize = 0;

impl Trie {
    /// `end` closes an answer that another one continues; without such a pair no answer needs an end.
    pub(super) fn new(answers: &[Vec<LlamaToken>], end: LlamaToken) -> Self {
        let ends = answers.iter().enumerate().any(|(i, a)| {
            answers
                .iter()
                .enumerate()
                .any(|(j, b)| i != j && b.starts_with(a))
        });
        let mut trie = Self {
            nodes: vec![Node::default()],
        };
        for (index, answer) in answers.iter().enumerate() {
            let mut at = ROOT;
            for token in answer.iter().chain(ends.then_some(&end)) {
                let next = trie.nodes.len();
                at = *trie.nodes[at].children.entry(token.0).or_insert(next);
                if at == next {
                    trie.nodes.push(Node::default());
                }
            }
            trie.nodes[at].answer = Some(index);
        }
        trie
    }

    /// Follows the only way down from `node` until answers part or end. Returns the tokens on the way and where it leads.
    pub(super) fn descend(&self, mut node: usize) -> (Vec<LlamaToken>, usize) {
        let mut way = Vec::new();
        while self.nodes[node].children.len() == 1 {
            if let Some((&token, &child)) = self.nodes[node].children.first_key_value() {
                way.push(LlamaToken(token));
                node = child;
            }
        }
        (way, node)
    }

    pub(super) fn children(
        &self,
        node: usize,
    ) -> impl Iterator<Item = (LlamaToken, usize)> + Clone + '_ {
        self.nodes[node]
            .children
            .iter()
            .map(|(&token, &child)| (LlamaToken(token), child))
    }

    pub(super) fn parts(&self, node: usize) -> bool {
        self.nodes[node].children.len() > 1
    }

    /// The answers at and below a node.
    pub(super) fn answers(&self, node: usize) -> Vec<usize> {
        let mut found = Vec::new();
        let mut open = vec![node];
        while let Some(at) = open.pop() {
            found.extend(self.nodes[at].answer);
            open.extend(self.nodes[at].children.values());
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(ids: &[i32]) -> Vec<LlamaToken> {
        ids.iter().copied().map(LlamaToken).collect()
    }

    #[test]
    fn answers_part_only_where_they_differ() {
        let trie = Trie::new(
            &[tokens(&[1, 2, 3]), tokens(&[1, 2, 4, 5]), tokens(&[9])],
            LlamaToken(0),
        );
        assert!(trie.parts(ROOT));
        let one = trie.children(ROOT).find(|(t, _)| t.0 == 1).unwrap().1;
        let (way, node) = trie.descend(one);
        assert_eq!(way, tokens(&[2]));
        assert!(trie.parts(node));
        let mut below = trie.answers(one);
        below.sort_unstable();
        assert_eq!(below, [0, 1]);
    }

    #[test]
    fn an_answer_that_another_continues_gets_an_end() {
        let trie = Trie::new(&[tokens(&[1]), tokens(&[1, 2])], LlamaToken(7));
        let (way, node) = trie.descend(ROOT);
        assert_eq!(way, tokens(&[1]));
        let next: Vec<_> = trie.children(node).map(|(t, _)| t.0).collect();
        assert_eq!(next, [2, 7]);
    }
}
