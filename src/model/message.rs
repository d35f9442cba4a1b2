//! What a client says to the server ([MS-IPAMM2] 3.19.4, 2.2.2.2).

use crate::model::Value;

/// A message from the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClientMessage {
    /// [MS-IPAMM2] 3.19.4.3 InitializeOperationParameters.
    InitializeOperationParameters {
        /// The element `paramters` (sic); `None` where it is absent.
        paramters: Option<Value>,
    },
    /// [MS-IPAMM2] 3.19.4.4 StartOperationWithCallback.
    StartOperationWithCallback,
    /// [MS-IPAMM2] 2.2.2.2 Keepalive: never answered.
    Keepalive,
    /// A callback operation, which a client must not invoke and a server must ignore (R-SM-9).
    CallbackOperation {
        /// The name of the operation.
        name: String,
    },
    /// A message as the author wrote it; the door turns it into one of the others or into a refusal.
    Raw {
        /// The SOAP action, where it is not part of the envelope.
        action: Option<String>,
        /// The body's content, or the whole envelope where `action` is left out.
        xml: String,
    },
}

impl ClientMessage {
    /// The message's name in reports.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::InitializeOperationParameters { .. } => "InitializeOperationParameters",
            Self::StartOperationWithCallback => "StartOperationWithCallback",
            Self::Keepalive => "Keepalive",
            Self::CallbackOperation { name } => name,
            Self::Raw { .. } => "a message written by hand",
        }
    }

    /// Whether the server owes an answer: a reply or a fault.
    #[must_use]
    pub const fn is_request(&self) -> bool {
        matches!(
            self,
            Self::InitializeOperationParameters { .. }
                | Self::StartOperationWithCallback
                | Self::Raw { .. }
        )
    }
}
