//! How a type is written as JSON, read back with the place of every mistake, and described by a JSON Schema: the three
//! from one table, so that they cannot part.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::net::IpAddr;

use serde_json::{Map, Value as Json, json};

use crate::interchange::limits::{LISTED_MAX, QUOTED_MAX};

/// A JSON document is not what it has to be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}: expected {expected}, found {found}")]
pub struct FormError {
    /// Where, as `tables.ADM_DHCPScopesTable[3].LeaseDuration`; `the document` for the whole.
    pub path: String,
    /// What could have stood there.
    pub expected: String,
    /// What stands there.
    pub found: String,
    /// What kind of mistake it is.
    pub kind: FormErrorKind,
}

/// What kind of mistake a document has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormErrorKind {
    /// It is not built as it has to be, or a value is not of its type.
    Structure,
    /// A word is no member of the enumeration that it has to be of.
    NoMember,
}

/// A type with a JSON form.
pub trait JsonForm: Sized {
    /// The most entries a list of it may have.
    const LIST_MAX: usize = LISTED_MAX;

    /// As JSON.
    fn write(&self) -> Json;

    /// From JSON.
    ///
    /// # Errors
    /// When something else stands there.
    fn read(at: &At<'_>) -> Result<Self, FormError>;

    /// What a key that is left out means; `None` where it has to be there.
    #[must_use]
    fn absent() -> Option<Self> {
        None
    }

    /// The schema; types with a name are defined once and referred to.
    fn schema(definitions: &mut Definitions) -> Json;
}

/// A value in a document, and where it stands.
#[derive(Debug)]
pub struct At<'a> {
    value: &'a Json,
    parent: Option<&'a Self>,
    step: Step<'a>,
}

#[derive(Debug, Clone, Copy)]
enum Step<'a> {
    Key(&'a str),
    Item(usize),
}

impl<'a> At<'a> {
    /// The whole of a document.
    #[must_use]
    pub const fn root(value: &'a Json) -> Self {
        Self {
            value,
            parent: None,
            step: Step::Key(""),
        }
    }

    /// What stands there.
    #[must_use]
    pub const fn value(&self) -> &'a Json {
        self.value
    }

    const fn below<'b>(&'b self, value: &'b Json, step: Step<'b>) -> At<'b> {
        At {
            value,
            parent: Some(self),
            step,
        }
    }

    fn path(&self) -> String {
        let Some(parent) = self.parent else {
            return String::new();
        };
        let mut path = parent.path();
        match self.step {
            Step::Item(index) => path.push_str(&format!("[{index}]")),
            Step::Key(key) => {
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(&clipped(key));
            }
        }
        path
    }

    /// The mistake that this is not what was expected.
    #[must_use]
    pub fn wrong(&self, expected: impl Into<String>) -> FormError {
        self.error(expected, describe(self.value))
    }

    /// The mistake, with what was found in the caller's words.
    #[must_use]
    pub fn error(&self, expected: impl Into<String>, found: impl Into<String>) -> FormError {
        let path = self.path();
        FormError {
            path: if path.is_empty() {
                "the document".to_owned()
            } else {
                path
            },
            expected: expected.into(),
            found: found.into(),
            kind: FormErrorKind::Structure,
        }
    }

    /// The text that stands there.
    ///
    /// # Errors
    /// When it is no text.
    pub fn text(&self, expected: &str) -> Result<&'a str, FormError> {
        self.value.as_str().ok_or_else(|| self.wrong(expected))
    }

    /// The items of the list that stands there.
    ///
    /// # Errors
    /// When it is no list, or one with too many entries.
    pub fn items(&self, expected: &str, most: usize) -> Result<Items<'_>, FormError> {
        let items = self.value.as_array().ok_or_else(|| self.wrong(expected))?;
        if items.len() > most {
            return Err(self.wrong(format!("at most {most} entries")));
        }
        Ok(Items { at: self, items })
    }

    /// The members of the object that stands there, each of them known.
    ///
    /// # Errors
    /// When it is no object, or has a key that is not among those known.
    pub fn members(&self, known: &[&str]) -> Result<Members<'_>, FormError> {
        let map = self
            .value
            .as_object()
            .ok_or_else(|| self.wrong("an object"))?;
        if let Some((key, value)) = map.iter().find(|(key, _)| !known.contains(&key.as_str())) {
            let keys: Vec<_> = known.iter().map(|key| format!("`{key}`")).collect();
            let expected = match keys.as_slice() {
                [] => "no key at all".to_owned(),
                [only] => format!("no key but {only}"),
                keys => format!("one of the keys {}", keys.join(", ")),
            };
            return Err(self
                .below(value, Step::Key(key))
                .error(expected, "a key that means nothing"));
        }
        Ok(Members {
            at: self,
            map: Some(map),
        })
    }

    /// The members of an object whatever its keys are; without any where it is none.
    #[must_use]
    pub fn any_members(&self) -> Members<'_> {
        Members {
            at: self,
            map: self.value.as_object(),
        }
    }

    /// The word that says which of several forms an object has.
    ///
    /// # Errors
    /// When there is no object, or no such word in it.
    pub fn word(&self, key: &'static str, expected: &str) -> Result<&'a str, FormError> {
        let map = self
            .value
            .as_object()
            .ok_or_else(|| self.wrong("an object"))?;
        let value = map.get(key).unwrap_or(&Json::Null);
        let at = self.below(value, Step::Key(key));
        match value.as_str() {
            Some(word) => Ok(word),
            None if map.contains_key(key) => Err(at.wrong(expected)),
            None => Err(at.error(expected, "nothing")),
        }
    }

    /// The mistake that a key has a value that is none of those expected.
    #[must_use]
    pub fn wrong_word(&self, key: &'static str, expected: &str) -> FormError {
        let value = self.value.get(key).unwrap_or(&Json::Null);
        self.below(value, Step::Key(key)).wrong(expected)
    }
}

/// The items of a list.
#[derive(Debug)]
pub struct Items<'a> {
    at: &'a At<'a>,
    items: &'a [Json],
}

impl Items<'_> {
    /// Reads each.
    ///
    /// # Errors
    /// With the first mistake.
    pub fn each<T>(
        &self,
        mut read: impl FnMut(&At<'_>) -> Result<T, FormError>,
    ) -> Result<Vec<T>, FormError> {
        self.items
            .iter()
            .enumerate()
            .map(|(index, item)| read(&self.at.below(item, Step::Item(index))))
            .collect()
    }
}

/// The members of an object.
#[derive(Debug)]
pub struct Members<'a> {
    at: &'a At<'a>,
    map: Option<&'a Map<String, Json>>,
}

impl Members<'_> {
    /// The value of a key.
    ///
    /// # Errors
    /// When it is missing and has to be there, or is something else.
    pub fn get<T: JsonForm>(&self, key: &str) -> Result<T, FormError> {
        self.get_with(key, T::read, T::absent)
    }

    /// The same, read in another way.
    ///
    /// # Errors
    /// When it is missing and has to be there, or is something else.
    pub fn get_with<T>(
        &self,
        key: &str,
        read: impl FnOnce(&At<'_>) -> Result<T, FormError>,
        absent: impl FnOnce() -> Option<T>,
    ) -> Result<T, FormError> {
        if let Some(value) = self.map.and_then(|map| map.get(key)) {
            return read(&self.at.below(value, Step::Key(key)));
        }
        absent().ok_or_else(|| {
            // What could stand there is said by what refuses null, as nothing without a default takes it.
            let nothing = self.at.below(&Json::Null, Step::Key(key));
            match read(&nothing) {
                Err(error) if error.path == nothing.path() => {
                    nothing.error(error.expected, "nothing")
                }
                _ => nothing.error("a value", "nothing"),
            }
        })
    }

    /// Whether there is such a key.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        self.map.is_some_and(|map| map.contains_key(key))
    }
}

/// The schemas of types that have names.
#[derive(Debug, Default)]
pub struct Definitions {
    defined: BTreeMap<&'static str, Json>,
}

impl Definitions {
    /// A reference to a type, which is defined on the first call.
    pub fn refer(&mut self, name: &'static str, schema: impl FnOnce(&mut Self) -> Json) -> Json {
        if !self.defined.contains_key(name) {
            // Types may hold themselves: the name is taken before what it stands for is known.
            self.defined.insert(name, Json::Null);
            let schema = schema(self);
            self.defined.insert(name, schema);
        }
        json!({ "$ref": format!("#/$defs/{name}") })
    }

    /// All of them.
    #[must_use]
    pub fn into_json(self) -> Json {
        Json::Object(
            self.defined
                .into_iter()
                .map(|(name, schema)| (name.to_owned(), schema))
                .collect(),
        )
    }
}

/// The schema of an object with these keys and no others.
pub(super) fn object_schema(about: &str, keys: Vec<(&str, Json, bool)>) -> Json {
    let required: Vec<&str> = keys
        .iter()
        .filter(|(.., required)| *required)
        .map(|(key, ..)| *key)
        .collect();
    let properties: Map<String, Json> = keys
        .iter()
        .map(|(key, schema, _)| ((*key).to_owned(), schema.clone()))
        .collect();
    let mut schema = json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    });
    if !about.is_empty() {
        schema["description"] = about.into();
    }
    schema
}

/// An object with one key whose value says which form it has.
pub(super) fn tagged(key: &str, word: &str, members: Vec<(&str, Json)>) -> Json {
    let mut map = Map::new();
    map.insert(key.to_owned(), word.into());
    for (key, value) in members {
        if !value.is_null() {
            map.insert(key.to_owned(), value);
        }
    }
    Json::Object(map)
}

/// The schema of such an object.
pub(super) fn tagged_schema(key: &str, word: &str, keys: Vec<(&str, Json, bool)>) -> Json {
    let mut all = vec![(key, json!({ "const": word }), true)];
    all.extend(keys);
    object_schema("", all)
}

/// What stands there, in words.
fn describe(value: &Json) -> String {
    match value {
        Json::Null => "null".to_owned(),
        Json::Bool(flag) => flag.to_string(),
        Json::Number(number) => number.to_string(),
        Json::String(text) => format!("the text {:?}", clipped(text)),
        Json::Array(items) if items.len() == 1 => "a list of 1 entry".to_owned(),
        Json::Array(items) => format!("a list of {} entries", items.len()),
        Json::Object(_) => "an object".to_owned(),
    }
}

/// A text as far as a message quotes it.
pub(super) fn clipped(text: &str) -> String {
    if text.chars().count() <= QUOTED_MAX {
        return text.to_owned();
    }
    text.chars().take(QUOTED_MAX).chain(['…']).collect()
}

/// A type whose JSON form is a text that it is parsed from.
pub(super) fn parsed<T>(
    at: &At<'_>,
    expected: &str,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<T, FormError> {
    parse(at.text(expected)?).ok_or_else(|| at.wrong(expected))
}

/// A type whose JSON form is the name of a member of an enumeration.
pub(super) fn member<T>(
    at: &At<'_>,
    expected: &str,
    find: impl FnOnce(&str) -> Option<T>,
) -> Result<T, FormError> {
    find(at.text(expected)?).ok_or_else(|| FormError {
        kind: FormErrorKind::NoMember,
        ..at.wrong(expected)
    })
}

/// A record: a JSON object with a key for each field, all known, and those of `flat` beside its own.
macro_rules! record {
    ($(#[doc = $about:literal])* $type:ident, list of $most:expr, {
        $($field:ident: $key:literal,)* $(; with $flat:ident)?
    }) => {
        impl $crate::interchange::form::Fields for $type {
            fn keys() -> Vec<&'static str> {
                #[allow(unused_mut, reason = "only those with a flat field add to it")]
                let mut keys = vec![$($key),*];
                $(keys.extend($crate::interchange::form::keys_of(|row: &Self| &row.$flat));)?
                keys
            }

            fn write_fields(&self, map: &mut serde_json::Map<String, serde_json::Value>) {
                $(map.insert($key.to_owned(), $crate::interchange::form::JsonForm::write(&self.$field));)*
                $($crate::interchange::form::Fields::write_fields(&self.$flat, map);)?
            }

            fn read_fields(
                members: &$crate::interchange::form::Members<'_>,
            ) -> Result<Self, $crate::interchange::form::FormError> {
                Ok(Self {
                    $($field: members.get($key)?,)*
                    $($flat: $crate::interchange::form::Fields::read_fields(members)?,)?
                })
            }

            fn schema_fields(
                definitions: &mut $crate::interchange::form::Definitions,
            ) -> Vec<(&'static str, serde_json::Value, bool)> {
                #[allow(unused_mut, reason = "only those with a flat field add to it")]
                let mut fields = vec![$({
                    let (schema, required) =
                        $crate::interchange::form::schema_of(|row: &Self| &row.$field, definitions);
                    ($key, schema, required)
                }),*];
                $(fields.extend($crate::interchange::form::fields_of(|row: &Self| &row.$flat, definitions));)?
                fields
            }
        }

        impl $crate::interchange::form::JsonForm for $type {
            const LIST_MAX: usize = $most;

            fn write(&self) -> serde_json::Value {
                let mut map = serde_json::Map::new();
                $crate::interchange::form::Fields::write_fields(self, &mut map);
                serde_json::Value::Object(map)
            }

            fn read(
                at: &$crate::interchange::form::At<'_>,
            ) -> Result<Self, $crate::interchange::form::FormError> {
                let keys = <Self as $crate::interchange::form::Fields>::keys();
                $crate::interchange::form::Fields::read_fields(&at.members(&keys)?)
            }

            fn schema(definitions: &mut $crate::interchange::form::Definitions) -> serde_json::Value {
                definitions.refer(stringify!($type), |definitions| {
                    let fields = <Self as $crate::interchange::form::Fields>::schema_fields(definitions);
                    $crate::interchange::form::object_schema(concat!($($about),*).trim(), fields)
                })
            }
        }
    };
}
pub(super) use record;

/// The fields of a record.
pub(super) trait Fields: Sized {
    fn keys() -> Vec<&'static str>;
    fn write_fields(&self, map: &mut Map<String, Json>);
    fn read_fields(members: &Members<'_>) -> Result<Self, FormError>;
    fn schema_fields(definitions: &mut Definitions) -> Vec<(&'static str, Json, bool)>;
}

/// The keys of a field's type.
pub(super) fn keys_of<S, T: Fields>(_: fn(&S) -> &T) -> Vec<&'static str> {
    T::keys()
}

/// The fields of a field's type.
pub(super) fn fields_of<S, T: Fields>(
    _: fn(&S) -> &T,
    definitions: &mut Definitions,
) -> Vec<(&'static str, Json, bool)> {
    T::schema_fields(definitions)
}

/// The schema of a field's type, and whether the key has to be there.
pub(super) fn schema_of<S, T: JsonForm>(
    _: fn(&S) -> &T,
    definitions: &mut Definitions,
) -> (Json, bool) {
    (T::schema(definitions), T::absent().is_none())
}

/// Enumerations: the member as it is spelled on the wire.
macro_rules! words {
    ($($type:ident)*) => {
        $(impl $crate::interchange::form::JsonForm for $type {
            fn write(&self) -> serde_json::Value {
                self.name().into()
            }

            fn read(
                at: &$crate::interchange::form::At<'_>,
            ) -> Result<Self, $crate::interchange::form::FormError> {
                let expected = concat!("a member of ", stringify!($type));
                $crate::interchange::form::member(at, expected, |text| {
                    Self::ALL.iter().copied().find(|member| member.name() == text)
                })
            }

            fn schema(definitions: &mut $crate::interchange::form::Definitions) -> serde_json::Value {
                definitions.refer(stringify!($type), |_| {
                    let names: Vec<&str> = Self::ALL.iter().map(|member| member.name()).collect();
                    serde_json::json!({ "enum": names })
                })
            }
        })*
    };
}
pub(super) use words;

/// Whole numbers within the bounds of their type.
macro_rules! numbers {
    ($($type:ident)*) => {
        $(impl JsonForm for $type {
            fn write(&self) -> Json {
                (*self).into()
            }

            fn read(at: &At<'_>) -> Result<Self, FormError> {
                let signed = at.value().as_i64().map(Self::try_from);
                let unsigned = at.value().as_u64().map(Self::try_from);
                match (signed, unsigned) {
                    (Some(Ok(number)), _) => Ok(number),
                    (_, Some(Ok(number))) => Ok(number),
                    _ => Err(at.wrong(format!("a whole number from {} to {}", Self::MIN, Self::MAX))),
                }
            }

            fn schema(_: &mut Definitions) -> Json {
                json!({ "type": "integer", "minimum": Self::MIN, "maximum": Self::MAX })
            }
        })*
    };
}
numbers!(i32 i64 u32 u64);

impl JsonForm for bool {
    fn write(&self) -> Json {
        (*self).into()
    }

    fn read(at: &At<'_>) -> Result<Self, FormError> {
        at.value()
            .as_bool()
            .ok_or_else(|| at.wrong("true or false"))
    }

    fn schema(_: &mut Definitions) -> Json {
        json!({ "type": "boolean" })
    }
}

impl JsonForm for String {
    fn write(&self) -> Json {
        self.as_str().into()
    }

    fn read(at: &At<'_>) -> Result<Self, FormError> {
        Ok(at.text("a text")?.to_owned())
    }

    fn schema(_: &mut Definitions) -> Json {
        json!({ "type": "string" })
    }
}

impl JsonForm for IpAddr {
    fn write(&self) -> Json {
        self.to_string().into()
    }

    fn read(at: &At<'_>) -> Result<Self, FormError> {
        parsed(at, "an IP address", |text| text.parse().ok())
    }

    fn schema(_: &mut Definitions) -> Json {
        json!({ "type": "string", "anyOf": [{ "format": "ipv4" }, { "format": "ipv6" }] })
    }
}

/// An absent key and null say the same.
impl<T: JsonForm> JsonForm for Option<T> {
    fn write(&self) -> Json {
        self.as_ref().map_or(Json::Null, JsonForm::write)
    }

    fn read(at: &At<'_>) -> Result<Self, FormError> {
        match at.value() {
            Json::Null => Ok(None),
            _ => T::read(at).map(Some),
        }
    }

    fn absent() -> Option<Self> {
        Some(None)
    }

    fn schema(definitions: &mut Definitions) -> Json {
        json!({ "anyOf": [T::schema(definitions), { "type": "null" }] })
    }
}

impl<T: JsonForm> JsonForm for Box<T> {
    fn write(&self) -> Json {
        T::write(self)
    }

    fn read(at: &At<'_>) -> Result<Self, FormError> {
        T::read(at).map(Self::new)
    }

    fn schema(definitions: &mut Definitions) -> Json {
        T::schema(definitions)
    }
}

impl<T: JsonForm> JsonForm for Vec<T> {
    fn write(&self) -> Json {
        self.iter().map(JsonForm::write).collect()
    }

    fn read(at: &At<'_>) -> Result<Self, FormError> {
        at.items("a list", T::LIST_MAX)?.each(T::read)
    }

    fn schema(definitions: &mut Definitions) -> Json {
        json!({ "type": "array", "items": T::schema(definitions), "maxItems": T::LIST_MAX })
    }
}

impl<T: JsonForm + Ord> JsonForm for BTreeSet<T> {
    fn write(&self) -> Json {
        self.iter().map(JsonForm::write).collect()
    }

    fn read(at: &At<'_>) -> Result<Self, FormError> {
        let mut set = Self::new();
        at.items("a list", T::LIST_MAX)?.each(|item| {
            if set.insert(T::read(item)?) {
                Ok(())
            } else {
                Err(item.error("no two entries alike", "an entry that stood there before"))
            }
        })?;
        Ok(set)
    }

    fn schema(definitions: &mut Definitions) -> Json {
        json!({
            "type": "array", "items": T::schema(definitions), "maxItems": T::LIST_MAX, "uniqueItems": true,
        })
    }
}

/// A mistake that has no value to stand at: of the text as a whole.
pub(super) fn of_the_whole(expected: impl Display, found: impl Display) -> FormError {
    FormError {
        path: "the document".to_owned(),
        expected: expected.to_string(),
        found: found.to_string(),
        kind: FormErrorKind::Structure,
    }
}
