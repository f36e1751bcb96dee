//! Tables for many draws from one list of probabilities (Walker 1977; Vose 1991): one word and one comparison a draw.

use borel_abi::stream::Stream;

/// Draws indices in proportion to weights, in constant time after work in proportion to their number.
#[derive(Clone, Debug)]
pub struct AliasTable {
    columns: Vec<Column>,
}

/// A column stands for its own index below the threshold, for the other from it on.
#[derive(Clone, Copy, Debug)]
struct Column {
    threshold: u64,
    other: u32,
    own: u32,
}

impl AliasTable {
    /// A table of weights; None unless they are finite, 0 or above, not all 0 and fewer than 2^32.
    pub fn new(weights: &[f64]) -> Option<AliasTable> {
        let total: f64 = weights.iter().sum();
        let right = weights.iter().all(|w| *w >= 0.0) && total > 0.0 && total < f64::INFINITY;
        let count = u32::try_from(weights.len()).ok().filter(|_| right)?;
        // Scaled to a mean of 1: what is above 1 fills up what is below. Divided first: the product could overflow.
        let mut left: Vec<f64> = weights.iter().map(|w| w / total * f64::from(count)).collect();
        let mut columns: Vec<Column> = (0..count).map(|own| Column { threshold: u64::MAX, other: own, own }).collect();
        let (mut small, mut large): (Vec<u32>, Vec<u32>) = (0..count).partition(|i| left[*i as usize] < 1.0);
        while let (Some(&poor), Some(&rich)) = (small.last(), large.last()) {
            small.pop();
            let share = left[poor as usize];
            columns[poor as usize].threshold = (share * 2f64.powi(64)) as u64;
            columns[poor as usize].other = rich;
            let rest = (left[rich as usize] + share) - 1.0;
            left[rich as usize] = rest;
            if rest < 1.0 {
                large.pop();
                small.push(rich);
            }
        }
        // What rounding leaves over is full, unless it had no weight at all.
        let heaviest = weights.iter().enumerate().fold(0, |best, (i, w)| if *w > weights[best] { i } else { best });
        for i in small.into_iter().filter(|i| weights[*i as usize] == 0.0) {
            columns[i as usize] = Column { threshold: 0, other: heaviest as u32, own: i };
        }
        Some(AliasTable { columns })
    }

    /// A draw.
    #[inline]
    pub fn sample(&self, stream: &mut Stream) -> i64 {
        // The high word of the product is the column, the low word the place in it.
        let product = u128::from(stream.next_u64()) * self.columns.len() as u128;
        let column = self.columns[(product >> 64) as usize];
        i64::from(if (product as u64) < column.threshold { column.own } else { column.other })
    }
}

#[cfg(test)]
mod tests {
    use super::AliasTable;
    use borel_abi::stream::Stream;

    #[test]
    fn weights_are_checked() {
        for weights in [&[][..], &[0.0], &[1.0, -1.0], &[f64::NAN], &[f64::INFINITY, 1.0]] {
            assert!(AliasTable::new(weights).is_none(), "{weights:?}");
        }
    }

    #[test]
    fn what_has_no_weight_is_never_drawn() {
        let table = AliasTable::new(&[0.0, 0.1, 0.0, 0.2, 0.7, 0.0]).expect("weights");
        let mut stream = Stream::new(5);
        assert!((0..10_000).all(|_| [1, 3, 4].contains(&table.sample(&mut stream))));
    }
}
