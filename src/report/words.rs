//! How the words of other floors stand in JSON: by the names they have in reports.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde::ser::{Serialize, Serializer};

macro_rules! word {
    ($module:ident, $type:ty, $what:literal, $all:expr) => {
        pub(super) mod $module {
            use super::*;

            pub(in crate::report) fn serialize<S: Serializer>(
                word: &$type,
                serializer: S,
            ) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(word.name())
            }

            pub(in crate::report) fn deserialize<'de, D: Deserializer<'de>>(
                deserializer: D,
            ) -> Result<$type, D::Error> {
                let name = String::deserialize(deserializer)?;
                named(&name).ok_or_else(|| Error::custom(format!("`{name}` is no {}", $what)))
            }

            pub(super) fn named(name: &str) -> Option<$type> {
                $all.find(|word: &$type| word.name() == name)
            }
        }
    };
}

word!(
    check_verdict,
    crate::verdict::CheckVerdict,
    "verdict of a check",
    {
        use crate::verdict::CheckVerdict::*;
        [Pass, Fail, Deviates, NotObservable, NotReached].into_iter()
    }
);
word!(judge, crate::verdict::Judge, "judge", {
    use crate::verdict::Judge::*;
    [Grammar, Oracle, Scenario].into_iter()
});
word!(grade, crate::spec::Grade, "grade", {
    use crate::spec::Grade::*;
    [Hard, Soft, Either].into_iter()
});
word!(strength, crate::spec::Strength, "strength", {
    use crate::spec::Strength::*;
    [Must, Should, Statement, Derived].into_iter()
});
word!(door, crate::trace::Door, "door", {
    crate::trace::Door::ALL.iter().copied()
});
word!(
    requirement,
    crate::spec::RequirementId,
    "requirement",
    crate::spec::REQUIREMENTS.iter().map(|row| row.id)
);

/// Lists of requirements.
pub(super) mod requirements {
    use super::{Deserialize, Deserializer, Error, Serialize, Serializer, requirement};
    use crate::spec::RequirementId;

    pub(in crate::report) fn serialize<S: Serializer>(
        ids: &[RequirementId],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        ids.serialize(serializer)
    }

    pub(in crate::report) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<RequirementId>, D::Error> {
        Vec::<String>::deserialize(deserializer)?
            .iter()
            .map(|name| {
                requirement::named(name)
                    .ok_or_else(|| Error::custom(format!("`{name}` is no requirement")))
            })
            .collect()
    }
}

/// A JSON object whose keys keep the order they were given in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ordered<V>(pub Vec<(String, V)>);

impl<V> Default for Ordered<V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<V> Ordered<V> {
    /// Adds a key at the end.
    pub fn push(&mut self, key: &str, value: impl Into<V>) {
        self.0.push((key.to_owned(), value.into()));
    }

    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&V> {
        let (_, value) = self.0.iter().find(|(name, _)| name == key)?;
        Some(value)
    }

    /// Keys and values in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &V)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value))
    }
}

impl<V: Serialize> Serialize for Ordered<V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de, V: Deserialize<'de>> Deserialize<'de> for Ordered<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder<V>(PhantomData<V>);

        impl<'de, V: Deserialize<'de>> Visitor<'de> for InOrder<V> {
            type Value = Ordered<V>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Ordered(entries))
            }
        }

        deserializer.deserialize_map(InOrder(PhantomData))
    }
}
