//! Data-contract objects as they stand in a message, before anybody decides what they mean.
//!
//! The scenario builds these, a door writes them, a server decodes them. Keeping the form of the wire lets a
//! scenario say what a typed object could not: an unknown type, an absent member, a text that is no number.

/// The content of an element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// `i:nil="true"`.
    Nil,
    /// Text content: numbers, names, enumeration members in their lexical form.
    Text(String),
    /// The items of an array type.
    List(Vec<Self>),
    /// Members, and perhaps a stated type.
    Object(Object),
}

/// An element with members.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Object {
    /// The local name in `i:type`; `None` where the attribute is left out, so that the declared type holds.
    pub type_name: Option<String>,
    /// The members by their wire names, in order. A member that is not listed is absent.
    pub members: Vec<(String, Value)>,
}

impl Object {
    /// An object of a stated type without members.
    #[must_use]
    pub fn of_type(type_name: &str) -> Self {
        Self {
            type_name: Some(type_name.to_owned()),
            members: Vec::new(),
        }
    }

    /// The first member of that name; a data-contract reader takes no second one.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<&Value> {
        self.members
            .iter()
            .find(|(member, _)| member == name)
            .map(|(_, value)| value)
    }

    /// Adds a member at the end.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.members.push((name.to_owned(), value.into()));
        self
    }

    /// Puts a member in the place of the one of that name, or at the end.
    pub fn set(&mut self, name: &str, value: Value) {
        match self.members.iter_mut().find(|(member, _)| member == name) {
            Some((_, old)) => *old = value,
            None => self.members.push((name.to_owned(), value)),
        }
    }

    /// Takes a member out, so that it is absent.
    pub fn remove(&mut self, name: &str) {
        self.members.retain(|(member, _)| member != name);
    }
}

impl From<Object> for Value {
    fn from(object: Object) -> Self {
        Self::Object(object)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}
