//! The namespaces and fixed names of the messages ([MS-IPAMM2] 2.2.1, SOAP 1.2, WS-Addressing 1.0).

/// The messages, and most types.
pub const IPAM: &str = "http://Microsoft.Windows.Ipam";
/// The types of faults, and a few enumerations.
pub const IPAM1: &str = "http://schemas.datacontract.org/2004/07/Microsoft.Windows.Ipam";
/// Arrays of simple types.
pub const ARRAYS: &str = "http://schemas.microsoft.com/2003/10/Serialization/Arrays";
/// Object identity (`Id`, `Ref`) and durations.
pub const SERIALIZATION: &str = "http://schemas.microsoft.com/2003/10/Serialization/";
/// Key/value pairs.
pub const GENERIC: &str = "http://schemas.datacontract.org/2004/07/System.Collections.Generic";
/// IP addresses.
pub const NET: &str = "http://schemas.datacontract.org/2004/07/System.Net";
/// The family of an IP address.
pub const SOCKETS: &str = "http://schemas.datacontract.org/2004/07/System.Net.Sockets";
/// Exceptions and tuples.
pub const SYSTEM: &str = "http://schemas.datacontract.org/2004/07/System";
/// XML Schema's simple types.
pub const SCHEMA: &str = "http://www.w3.org/2001/XMLSchema";
/// `i:type` and `i:nil`.
pub const INSTANCE: &str = "http://www.w3.org/2001/XMLSchema-instance";
/// SOAP 1.2.
pub const SOAP: &str = "http://www.w3.org/2003/05/soap-envelope";
/// SOAP 1.1, which the protocol does not speak.
pub const SOAP_1_1: &str = "http://schemas.xmlsoap.org/soap/envelope/";
/// WS-Addressing 1.0.
pub const ADDRESSING: &str = "http://www.w3.org/2005/08/addressing";
/// `xml:lang` and its like.
pub const XML: &str = "http://www.w3.org/XML/1998/namespace";

/// The address that stands for the connection a message came on (WS-Addressing 1.0, 2.1).
pub const ANONYMOUS: &str = "http://www.w3.org/2005/08/addressing/anonymous";
/// The action of a fault: the document names none, so the general one of WS-Addressing is sent and none is expected.
pub const FAULT_ACTION: &str = "http://www.w3.org/2005/08/addressing/soap/fault";
/// What every action of IIpamOperationWithProgress begins with.
pub const SERVICE: &str = "http://Microsoft.Windows.Ipam/IIpamOperationWithProgress/";
/// What the actions of callbacks begin with by 3.21.4 (OQ-9).
pub const CALLBACK: &str = "http://Microsoft.Windows.Ipam/IIpamOperationWithProgressCallback/";
/// The action of a keepalive ([MS-IPAMM2] 2.2.2.2).
pub const KEEPALIVE: &str = "Microsoft.WindowsServerSolutions.Common.ProviderFramework.Keepalive";

/// The prefix that a namespace gets where nothing else asks for one; `None` for the namespace of the messages, which
/// is the default one.
pub(super) fn usual_prefix(namespace: &str) -> Option<&'static str> {
    Some(match namespace {
        SOAP => "s",
        ADDRESSING => "a",
        INSTANCE => "i",
        SERIALIZATION => "z",
        ARRAYS => "b",
        GENERIC => "c",
        NET => "d",
        SOCKETS => "e",
        SYSTEM => "f",
        IPAM1 => "g",
        SCHEMA => "x",
        _ => return None,
    })
}
