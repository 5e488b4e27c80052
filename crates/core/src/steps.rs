//! The steps of a chart of whole numbers.

use std::collections::BTreeMap;

/// Steps of a chart, at most.
const MOST: i128 = 20;

/// How many numbers lie between two bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// The least number in it.
    pub from: i64,
    /// The least number behind it; of the last step the greatest in it.
    pub to: i64,
    /// How many there are.
    pub count: i64,
}

/// Steps of the same width from the least number to the greatest, at most twenty and as narrow as that allows, with how many
/// of the numbers lie in each.
#[must_use]
pub fn steps(numbers: &BTreeMap<i64, i64>) -> Vec<Step> {
    let (Some((&min, _)), Some((&max, _))) = (numbers.first_key_value(), numbers.last_key_value())
    else {
        return Vec::new();
    };
    let (low, high) = (i128::from(min), i128::from(max));
    let all = high - low + 1;
    let width = (all + MOST - 1) / MOST;
    let mut steps = Vec::new();
    let mut from = low;
    while from <= high {
        // Neither is beyond the least and the greatest number.
        let to = (from + width).min(high);
        steps.push(Step {
            from: i64::try_from(from).unwrap_or(min),
            to: i64::try_from(to).unwrap_or(max),
            count: 0,
        });
        from += width;
    }
    for (&number, &count) in numbers {
        let place = usize::try_from((i128::from(number) - low) / width).unwrap_or_default();
        steps[place].count += count;
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn few_numbers_have_a_step_each() {
        let step = |from, to, count| Step { from, to, count };
        assert_eq!(
            steps(&BTreeMap::from([(1, 4), (3, 2)])),
            [step(1, 2, 4), step(2, 3, 0), step(3, 3, 2)]
        );
        assert_eq!(steps(&BTreeMap::from([(-7, 1)])), [step(-7, -7, 1)]);
        assert_eq!(steps(&BTreeMap::new()), []);
        let all = steps(&BTreeMap::from([(i64::MIN, 1), (0, 1), (i64::MAX, 1)]));
        assert_eq!(all.len(), 20);
        assert_eq!((all[0].from, all[19].to), (i64::MIN, i64::MAX));
    }

    proptest! {
        #[test]
        fn every_number_lies_in_one_step(numbers: BTreeMap<i64, u8>, small: BTreeMap<i8, u8>) {
            let small = small.into_iter().map(|(n, count)| (i64::from(n), count)).collect();
            for numbers in [numbers, small] {
                let numbers: BTreeMap<i64, i64> =
                    numbers.into_iter().map(|(n, count)| (n, i64::from(count))).collect();
                let steps = steps(&numbers);
                prop_assert!(steps.len() <= 20);
                for (place, step) in steps.iter().enumerate() {
                    let last = place + 1 == steps.len();
                    let inside = numbers
                        .iter()
                        .filter(|(n, _)| **n >= step.from && (**n < step.to || last && **n <= step.to));
                    prop_assert_eq!(inside.map(|(_, count)| count).sum::<i64>(), step.count);
                }
                prop_assert!(steps.windows(2).all(|pair| pair[0].to == pair[1].from));
            }
        }
    }
}
