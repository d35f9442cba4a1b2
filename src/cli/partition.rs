//! Dividing a corpus between machines: each case belongs to one partition, whatever else there is.

/// One of several parts of the cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Partition {
    /// Which part, from 1.
    pub(super) part: u64,
    /// How many parts there are.
    pub(super) of: u64,
}

/// More parts than that are no help to anybody.
const PARTS_MAX: u64 = 10_000;

impl Partition {
    /// Reads `k/n`.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let numbers = text.split_once('/').and_then(|(part, of)| {
            Some(Self {
                part: part.parse().ok()?,
                of: of.parse().ok()?,
            })
        });
        match numbers {
            None => Err("expected K/N, such as 1/4".to_owned()),
            Some(Self { of, .. }) if of > PARTS_MAX => {
                Err(format!("there can be at most {PARTS_MAX} parts"))
            }
            Some(Self { part, of }) if part == 0 || part > of => {
                Err("the part has to be from 1 up to the number of parts".to_owned())
            }
            Some(partition) => Ok(partition),
        }
    }

    /// Whether a case belongs to this part. All doors of a case stay together.
    pub(super) fn holds(self, scenario: &str, case: Option<&str>) -> bool {
        hash(scenario, case) % self.of == self.part - 1
    }
}

impl std::fmt::Display for Partition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.part, self.of)
    }
}

/// FNV-1a of 64 bits: of the scenario's id, and where the case has a name, of a zero byte and the name.
fn hash(scenario: &str, case: Option<&str>) -> u64 {
    const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0000_0100_0000_01b3;
    let case = case
        .into_iter()
        .flat_map(|case| [0].into_iter().chain(case.bytes()));
    scenario.bytes().chain(case).fold(OFFSET, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(PRIME)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_never_changes() {
        // The first three are FNV-1a's published values.
        assert_eq!(hash("", None), 0xcbf2_9ce4_8422_2325);
        assert_eq!(hash("a", None), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(hash("foobar", None), 0x8594_4171_f739_67e8);
        let case = hash("replicate-server/null-server", Some("nil"));
        assert_ne!(case, hash("replicate-server/null-server", None));
        assert_ne!(case, hash("replicate-server/null-servern", Some("il")));
        let parts: Vec<u64> = ["a", "b", "c", "d", "replicate-server/lease-time"]
            .map(|id| hash(id, Some("eight days")) % 4)
            .to_vec();
        assert_eq!(parts, [2, 1, 0, 3, 1]);
    }

    #[test]
    fn every_case_is_in_exactly_one_part() {
        for of in 1..=7 {
            for number in 0..100 {
                let name = format!("case {number}");
                let parts = (1..=of)
                    .filter(|part| Partition { part: *part, of }.holds("a/b", Some(&name)))
                    .count();
                assert_eq!(parts, 1);
            }
        }
    }

    #[test]
    fn a_part_is_one_of_its_number() {
        assert_eq!(Partition::parse("2/4"), Ok(Partition { part: 2, of: 4 }));
        for wrong in ["0/4", "5/4", "1/0", "1", "a/b", "1/2/3", "-1/2", "1/10001"] {
            assert!(Partition::parse(wrong).is_err(), "{wrong}");
        }
    }
}
