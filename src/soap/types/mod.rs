//! The types that the messages are made of, as a table: [MS-IPAMM2] Appendix B for everything that
//! ReplicateServer and the operations beside it can carry.
//!
//! The base's members stand before those of a type; within a type they are in the schema's order, which is the only
//! one a data-contract reader understands.

mod arrays;
mod exceptions;
mod failover;
mod options;
mod parameters;
mod progress;
mod scopes;
mod servers;
mod simple;

use std::fmt;

use crate::soap::names;

/// The namespaces that types and their members live in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the URIs say what they are")]
pub enum Namespace {
    Ipam,
    Ipam1,
    Arrays,
    Serialization,
    Generic,
    Net,
    Sockets,
    System,
    Schema,
}

impl Namespace {
    /// Its URI.
    #[must_use]
    pub const fn uri(self) -> &'static str {
        match self {
            Self::Ipam => names::IPAM,
            Self::Ipam1 => names::IPAM1,
            Self::Arrays => names::ARRAYS,
            Self::Serialization => names::SERIALIZATION,
            Self::Generic => names::GENERIC,
            Self::Net => names::NET,
            Self::Sockets => names::SOCKETS,
            Self::System => names::SYSTEM,
            Self::Schema => names::SCHEMA,
        }
    }
}

/// A type.
pub struct Type {
    /// The namespace it is declared in, which is that of its own members.
    pub namespace: Namespace,
    /// Its name.
    pub name: &'static str,
    /// The type it extends.
    pub base: Option<&'static Self>,
    /// What an element of the type holds.
    pub content: Content,
}

/// What an element of a type holds.
#[derive(Debug, Clone, Copy)]
pub enum Content {
    /// Text: a simple type of XML Schema, a duration.
    Text,
    /// Text: the name of a member of an enumeration.
    Enumeration,
    /// Whatever `i:type` says.
    Any,
    /// Its own members, after those of its base.
    Members(&'static [Member]),
    /// Members of its own that this table leaves out, after those of its base.
    Unlisted,
    /// Any number of one element.
    Items(&'static Member),
    /// A System.Net.IPAddress ([MS-IPAMM2] 2.2.4.441).
    Address(&'static [Member]),
    /// An IpamException ([MS-IPAMM2] 2.2.4.247).
    Exception,
}

/// A member of a type, or the item of an array.
#[derive(Debug)]
pub struct Member {
    /// Its element.
    pub name: &'static str,
    /// Its declared type.
    pub declared: &'static Type,
    /// Whether it may be NULL.
    pub nillable: bool,
}

impl Type {
    /// Whether it is that type or extends it.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        self == other || self.base.is_some_and(|base| base.is(other))
    }

    /// Whether its objects have an identity: they carry `z:Id`.
    #[must_use]
    pub fn has_identity(&self) -> bool {
        self.is(&servers::IpamObject)
    }

    /// Whether members of it are unknown to this table.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        matches!(self.content, Content::Unlisted)
    }

    /// Every member in the order of the wire, each with its namespace.
    #[must_use]
    pub fn members(&self) -> Vec<(Namespace, &'static Member)> {
        let mut members = self.base.map(Self::members).unwrap_or_default();
        if let Content::Members(own) = self.content {
            members.extend(own.iter().map(|member| (self.namespace, member)));
        }
        members
    }
}

impl PartialEq for Type {
    fn eq(&self, other: &Self) -> bool {
        self.namespace == other.namespace && self.name == other.name
    }
}

impl Eq for Type {}

impl fmt::Debug for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}:{}", self.namespace, self.name)
    }
}

/// Every type of the table, in the order of the document's groups.
pub fn all() -> impl Iterator<Item = &'static Type> {
    [
        parameters::ALL,
        servers::ALL,
        scopes::ALL,
        options::ALL,
        failover::ALL,
        progress::ALL,
        exceptions::ALL,
        arrays::ALL,
        simple::ALL,
    ]
    .into_iter()
    .flatten()
    .copied()
}

/// The type of that name, if the table has it.
#[must_use]
pub fn find(namespace: &str, name: &str) -> Option<&'static Type> {
    all().find(|known| known.name == name && known.namespace.uri() == namespace)
}

/// The declared type of `paramters` ([MS-IPAMM2] 3.19.4.3.2.1).
#[must_use]
pub fn paramters() -> &'static Type {
    &parameters::IpamOperationWithProgressParameters
}

/// The declared type of objects of any type ([MS-IPAMM2] 2.2.4.285).
#[must_use]
pub fn ipam_object() -> &'static Type {
    &servers::IpamObject
}

/// What stands for a type that the table does not have: text, or whatever is in it.
#[must_use]
pub(super) fn untyped() -> &'static Type {
    static UNTYPED: Type = Type {
        namespace: Namespace::Schema,
        name: "",
        base: None,
        content: Content::Text,
    };
    &UNTYPED
}

/// Turns `Namespace Identifier "Name": Base { member: Type null; … }`, with `= item: Type;` for arrays and `..;` for
/// members that are left out, into statics and the list of all of them.
macro_rules! types {
    (@null) => { false };
    (@null null) => { true };
    (@base -) => { None };
    (@base $base:ident) => { Some(&$base) };
    (@all [$($known:ident)*]) => {
        pub(super) static ALL: &[&Type] = &[$(&$known),*];
    };
    (@all [$($known:ident)*] $namespace:ident $id:ident $name:literal: $base:tt
        = $item:ident: $declared:ident $($null:ident)?; $($rest:tt)*) => {
        #[allow(non_upper_case_globals, reason = "spelled as on the wire")]
        pub(super) static $id: Type = Type {
            namespace: Namespace::$namespace,
            name: $name,
            base: types!(@base $base),
            content: Content::Items(&Member {
                name: stringify!($item),
                declared: &$declared,
                nillable: types!(@null $($null)?),
            }),
        };
        types! { @all [$($known)* $id] $($rest)* }
    };
    (@all [$($known:ident)*] $namespace:ident $id:ident $name:literal: $base:tt
        { $($member:ident: $declared:ident $($null:ident)?;)* } $($rest:tt)*) => {
        #[allow(non_upper_case_globals, reason = "spelled as on the wire")]
        pub(super) static $id: Type = Type {
            namespace: Namespace::$namespace,
            name: $name,
            base: types!(@base $base),
            content: Content::Members(&[$(Member {
                name: stringify!($member),
                declared: &$declared,
                nillable: types!(@null $($null)?),
            }),*]),
        };
        types! { @all [$($known)* $id] $($rest)* }
    };
    (@all [$($known:ident)*] $namespace:ident $id:ident $name:literal: $base:tt ..; $($rest:tt)*) => {
        #[allow(non_upper_case_globals, reason = "spelled as on the wire")]
        pub(super) static $id: Type = Type {
            namespace: Namespace::$namespace,
            name: $name,
            base: types!(@base $base),
            content: Content::Unlisted,
        };
        types! { @all [$($known)* $id] $($rest)* }
    };
    ($namespace:ident $($rest:tt)*) => {
        types! { @all [] $namespace $($rest)* }
    };
}
use types;

/// What the files of the table build on.
mod prelude {
    pub(super) use super::{Content, Member, Namespace, Type, types};
    pub(super) use super::{
        arrays::*, failover::*, options::*, progress::*, scopes::*, servers::*, simple::*,
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::parameters::{BASE_TYPE, PARAMETERS_TYPES};

    #[test]
    fn every_parameters_type_is_known_and_no_other() {
        let mut known: Vec<_> = all()
            .filter(|known| known.is(paramters()) && known.name != BASE_TYPE)
            .map(|known| known.name)
            .collect();
        known.sort_unstable();
        assert_eq!(known, PARAMETERS_TYPES);
    }

    #[test]
    fn names_are_unique_and_own_members_are_in_ordinal_order() {
        let names: std::collections::BTreeSet<_> =
            all().map(|known| (known.namespace, known.name)).collect();
        assert_eq!(names.len(), all().count());
        for known in all() {
            if let Content::Members(own) = known.content {
                assert!(own.is_sorted_by_key(|member| member.name), "{known:?}");
            }
        }
    }

    #[test]
    fn a_scope_has_the_members_of_its_base_first() {
        let names: Vec<_> = find(names::IPAM, "DhcpScopeV4")
            .unwrap()
            .members()
            .iter()
            .map(|(_, member)| member.name)
            .collect();
        assert_eq!(names.len(), 35);
        assert_eq!(
            names[..3],
            ["ModifiedProperties", "SetProperties", "AccessScopeId"]
        );
        assert_eq!(names[34], "SuperscopeRecordId");
    }
}
