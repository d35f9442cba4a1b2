//! The fault ids of [MS-IPAMM2] 2.2.5.67.

use std::fmt;

static NAMES: &str = include_str!("exception_ids.txt");

/// [MS-IPAMM2] 2.2.5.67 IpamExceptionId: the machine-readable id of a fault.
///
/// Only members of the enumeration can be made, so a misspelt id is found where it is written.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IpamExceptionId(&'static str);

macro_rules! known {
    ($($(#[$meta:meta])* $constant:ident = $name:literal;)*) => {
        impl IpamExceptionId {
            $($(#[$meta])* pub const $constant: Self = Self($name);)*
        }

        #[cfg(test)]
        static KNOWN: &[&str] = &[$($name),*];
    };
}

known! {
    /// A parameter is NULL, of the wrong type, or otherwise not acceptable.
    INVALID_PARAMETER = "IpamApiInvalidParameter";
    /// The caller lacks the right to run the operation.
    INSUFFICIENT_PRIVILEGE = "IpamApiInsufficientPrivilege";
    /// Access is denied.
    ACCESS_DENIED = "IpamApiAccessDenied";
    /// The store is not provisioned.
    NOT_PROVISIONED = "IpamApiCallsAreNotAllowedUntilProvisioningIsDone";
    /// The store's schema has to be converted first.
    CONVERSION_REQUIRED = "IpamApiCallsAreNotAllowedUntilSchemaConversionIsDone";
    /// A fault without a nearer id.
    GENERIC_ERROR = "IpamApiGenericErrorOccurred";
    /// ReplicateServer failed.
    FAILED_TO_REPLICATE_SERVER = "IpamApiDhcpFailoverFailedToReplicateServer";
    /// ReplicateScope failed.
    FAILED_TO_REPLICATE_SCOPES = "IpamApiDhcpFailoverFailedToReplicateScopes";
    /// A DHCP server's row is not there.
    DHCP_SERVER_FAILED_TO_FETCH = "IpamApiDhcpServerFailedToFetchFromIpamDatabase";
    /// A relationship's row is not usable.
    FAILOVER_FAILED_TO_FETCH = "IpamApiDhcpFailoverFailedToFetchFromIpamDatabase";
    /// A scope's row is not there.
    SCOPE_NOT_FOUND = "IpamApiDhcpScopeNotFoundInDB";
    /// A scope could not be inserted.
    SCOPE_FAILED_TO_ADD = "IpamApiDhcpScopeFailedToAddInIpamDatabase";
    /// A scope could not be updated.
    SCOPE_FAILED_TO_UPDATE = "IpamApiDhcpScopeFailedToUpdateInIpamDatabase";
    /// The partner server did not take a new scope.
    SCOPE_FAILED_TO_ADD_REMOTE = "IpamApiDhcpScopeFailedToAddInRemoteServer";
    /// The partner server did not take a changed scope.
    SCOPE_FAILED_TO_UPDATE_REMOTE = "IpamApiDhcpScopeFailedToUpdateInRemoteServer";
    /// A scope's start address does not fit its subnet.
    INVALID_SCOPE_START = "IpamApiInvalidScopeStartAddress";
    /// A scope's end address does not fit its subnet.
    INVALID_SCOPE_END = "IpamApiInvalidScopeEndAddress";
    /// A scope's prefix length is out of bounds.
    INVALID_SCOPE_PREFIX = "IpamApiInvalidScopePrefix";
    /// An option's definition is not known on the server.
    OPTION_DEFINITION_NOT_FOUND = "IpamApiOptionAssociatedOptionDefinitionNotFound";
    /// An option's user class is not known on the server.
    OPTION_USER_CLASS_NOT_FOUND = "IpamApiOptionAssociatedUserClassNotFound";
}

impl IpamExceptionId {
    /// The id with that name, if the enumeration has it.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::all().find(|id| id.0 == name)
    }

    /// The id as it is spelled on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.0
    }

    /// Every member, in the document's order.
    pub fn all() -> impl Iterator<Item = Self> {
        NAMES.lines().map(Self)
    }
}

impl fmt::Debug for IpamExceptionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl fmt::Display for IpamExceptionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0)
    }
}

impl serde::Serialize for IpamExceptionId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_constant_is_a_member() {
        for name in KNOWN {
            assert!(IpamExceptionId::from_name(name).is_some(), "{name}");
        }
    }

    #[test]
    fn the_enumeration_has_its_838_members_once_each() {
        let names: std::collections::BTreeSet<_> = IpamExceptionId::all().collect();
        assert_eq!(names.len(), 838);
        assert_eq!(IpamExceptionId::all().count(), 838);
    }
}
