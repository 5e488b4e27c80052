//! Many rows in few statements.

/// Rows of one statement at most; SQLite takes 32,766 parameters in one.
const MOST: usize = 128;

/// The list in parts whose lengths are powers of two, the largest first. So there are only a few statements of a kind,
/// which stay prepared; one for every length there is would fill the memory.
pub(crate) fn chunks<T>(mut list: &[T]) -> impl Iterator<Item = &[T]> {
    std::iter::from_fn(move || {
        let length = list.len().min(MOST).checked_ilog2()?;
        let (part, rest) = list.split_at(1 << length);
        list = rest;
        Some(part)
    })
}

/// The same with the rows themselves, which then need not be copied into a statement.
pub(crate) fn owned_chunks<T>(mut list: Vec<T>) -> impl Iterator<Item = Vec<T>> {
    std::iter::from_fn(move || {
        let length = list.len().min(MOST).checked_ilog2()?;
        let rest = list.split_off(1 << length);
        Some(std::mem::replace(&mut list, rest))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_are_the_list() {
        for (count, lengths) in [
            (0, &[][..]),
            (1, &[1]),
            (7, &[4, 2, 1]),
            (128, &[128]),
            (300, &[128, 128, 32, 8, 4]),
        ] {
            let list: Vec<usize> = (0..count).collect();
            let parts: Vec<&[usize]> = chunks(&list).collect();
            assert_eq!(parts.concat(), list);
            assert!(owned_chunks(list.clone()).eq(parts.iter().copied()));
            assert_eq!(
                parts.iter().map(|part| part.len()).collect::<Vec<_>>(),
                lengths
            );
        }
    }
}
