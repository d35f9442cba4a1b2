//! Text to JSON: within the limits, and no key twice.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value as Json};

use crate::interchange::form::{FormError, clipped, of_the_whole};
use crate::interchange::limits::{DOCUMENT_BYTES_MAX, NESTING_MAX};

/// Reads one JSON document.
///
/// # Errors
/// When the text is no JSON, has a key twice in one object, or reaches a limit.
pub fn parse(text: &str) -> Result<Json, FormError> {
    if text.len() > DOCUMENT_BYTES_MAX {
        return Err(of_the_whole(
            format!("at most {DOCUMENT_BYTES_MAX} bytes"),
            format!("{} bytes", text.len()),
        ));
    }
    let mut reader = serde_json::Deserializer::from_str(text);
    let read = Tree { depth: 0 }
        .deserialize(&mut reader)
        .and_then(|json| reader.end().map(|()| json));
    read.map_err(|error| {
        let start: String = clipped(text.trim());
        of_the_whole(
            "one JSON document",
            if start.is_empty() {
                "nothing".to_owned()
            } else {
                format!("{start:?} ({error})")
            },
        )
    })
}

#[derive(Clone, Copy)]
struct Tree {
    depth: usize,
}

impl Tree {
    fn below<E: Error>(self) -> Result<Self, E> {
        let depth = self.depth + 1;
        if depth > NESTING_MAX {
            return Err(E::custom(format_args!(
                "more than {NESTING_MAX} lists and objects in each other"
            )));
        }
        Ok(Self { depth })
    }
}

impl<'de> DeserializeSeed<'de> for Tree {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Tree {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Json, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let below = self.below()?;
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(below)? {
            list.push(item);
        }
        Ok(Json::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Json, A::Error> {
        let below = self.below()?;
        let mut map = Map::new();
        while let Some(key) = members.next_key::<String>()? {
            let value = members.next_value_seed(below)?;
            if map.contains_key(&key) {
                return Err(A::Error::custom(format_args!(
                    "the key `{}` twice in one object",
                    clipped(&key)
                )));
            }
            map.insert(key, value);
        }
        Ok(Json::Object(map))
    }
}
