//! Numbers that look drawn: the same from the same seed, on every machine and in every version.

/// SplitMix64 (Steele, Lea, Flood 2014): a counter, and a function that spreads its bits.
#[derive(Debug, Clone)]
pub(super) struct Rng(u64);

const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

const fn spread(state: u64) -> u64 {
    let z = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl Rng {
    /// Those of one item of a seed: items have nothing in common with their neighbours.
    pub(super) const fn of(seed: u64, item: u64) -> Self {
        Self(spread(
            spread(seed.wrapping_add(STEP)).wrapping_add(item.wrapping_mul(STEP)),
        ))
    }

    pub(super) const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        spread(self.0)
    }

    /// A number below `end`; 0 where there is none. The bias of so small an `end` is below one in 2^50.
    pub(super) fn below(&mut self, end: usize) -> usize {
        match u64::try_from(end) {
            Ok(0) | Err(_) => 0,
            Ok(end) => usize::try_from(self.next() % end).unwrap_or(0),
        }
    }

    /// From `least` up to `most`.
    pub(super) fn between(&mut self, least: usize, most: usize) -> usize {
        least + self.below(most.saturating_sub(least) + 1)
    }

    /// True in so many of a hundred.
    pub(super) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of a list that is not empty.
    pub(super) fn pick<T: Clone>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())].clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_never_change() {
        // The first values that the authors' own code gives for the seed 1234567.
        let mut rng = Rng(1_234_567);
        let drawn: Vec<u64> = (0..3).map(|_| rng.next()).collect();
        assert_eq!(
            drawn,
            [
                6_457_827_717_110_365_317,
                3_203_168_211_198_807_973,
                9_817_491_932_198_370_423
            ]
        );
    }

    #[test]
    fn items_of_a_seed_differ_and_come_again() {
        let first = |seed, item| Rng::of(seed, item).next();
        assert_eq!(first(7, 3), first(7, 3));
        let all: std::collections::BTreeSet<u64> = (0..10)
            .flat_map(|seed| (0..100).map(move |item| first(seed, item)))
            .collect();
        assert_eq!(all.len(), 1000);
    }

    #[test]
    fn numbers_stay_below_their_end() {
        let mut rng = Rng::of(1, 2);
        assert!((0..1000).all(|_| rng.below(3) < 3 && (2..=4).contains(&rng.between(2, 4))));
        assert_eq!(rng.below(0), 0);
    }
}
