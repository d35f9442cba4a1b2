//! How many rows of each kind a world has, and the sizes of a set from small to large.

/// How many rows of each kind a world has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Shape {
    /// Servers, the source among them: never 0.
    pub servers: usize,
    /// Relationships.
    pub relations: usize,
    /// Scopes of the source, in the order in which they are collected.
    pub sources: usize,
    /// Scopes of other servers, and associations whose scope row is gone.
    pub others: usize,
}

impl Shape {
    /// All rows.
    #[must_use]
    pub const fn rows(self) -> usize {
        self.servers + self.relations + self.sources + self.others
    }

    /// Every shape of up to so many servers, relationships and scopes; those with fewer rows first.
    #[must_use]
    pub fn up_to(servers: usize, relations: usize, scopes: usize) -> Vec<Self> {
        let mut shapes = Vec::new();
        for servers in 1..=servers {
            for relations in 0..=relations {
                for sources in 0..=scopes {
                    for others in 0..=scopes - sources {
                        shapes.push(Self {
                            servers,
                            relations,
                            sources,
                            others,
                        });
                    }
                }
            }
        }
        shapes.sort_by_key(|shape| (shape.rows(), *shape));
        shapes
    }
}
