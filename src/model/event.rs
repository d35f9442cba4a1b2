//! What a client sees: replies, faults, callbacks, the end of the session ([MS-IPAMM2] 3.19.4, 3.21.4, 2.2.2.1).

use std::fmt;

use crate::model::IpamException;
use crate::spec::{OverallProgressStatus, SubTaskStatus};

/// One thing observed on a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// [MS-IPAMM2] 3.19.4.3 InitializeOperationParametersResponse.
    InitializeOperationParametersResponse,
    /// [MS-IPAMM2] 3.19.4.4 StartOperationWithCallbackResponse.
    StartOperationWithCallbackResponse,
    /// A SOAP fault in answer to a request ([MS-IPAMM2] 2.2.2.1).
    Fault(SoapFault),
    /// A callback.
    Callback(Callback),
    /// The server, or the transport below it, ended the session.
    SessionClosed,
    /// Something that is no message of the protocol; says what it is instead.
    Unintelligible(String),
}

impl Event {
    /// The event's name, as scenarios write it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::InitializeOperationParametersResponse => "InitializeOperationParametersResponse",
            Self::StartOperationWithCallbackResponse => "StartOperationWithCallbackResponse",
            Self::Fault(_) => "Fault",
            Self::Callback(callback) => callback.name(),
            Self::SessionClosed => "SessionClosed",
            Self::Unintelligible(_) => "Unintelligible",
        }
    }

    /// The names of the protocol's events, for messages that list them.
    pub const NAMES: &'static [&'static str] = &[
        "InitializeOperationParametersResponse",
        "StartOperationWithCallbackResponse",
        "Fault",
        "SessionClosed",
        "StartProgressCallback",
        "AddSubTask",
        "SetSubTaskStatus",
        "SetCompletionPercentage",
        "SetOverallStatus",
    ];

    /// Whether it answers a request.
    #[must_use]
    pub const fn is_reply(&self) -> bool {
        matches!(
            self,
            Self::InitializeOperationParametersResponse
                | Self::StartOperationWithCallbackResponse
                | Self::Fault(_)
        )
    }

    /// The callback, if it is one.
    #[must_use]
    pub const fn callback(&self) -> Option<&Callback> {
        match self {
            Self::Callback(callback) => Some(callback),
            _ => None,
        }
    }
}

/// A SOAP fault ([MS-IPAMM2] 2.2.2.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SoapFault {
    /// s:Code.
    pub code: FaultCode,
    /// s:Reason.
    pub reason: String,
    /// The IpamException in s:Detail, if there is one.
    pub detail: Option<IpamException>,
}

impl SoapFault {
    /// The reason text that 2.2.2.1 gives.
    pub const REASON: &'static str = "The creator of this fault did not specify a Reason.";

    /// A fault as 2.2.2.1 describes it.
    #[must_use]
    pub fn sender(detail: Option<IpamException>) -> Self {
        Self {
            code: FaultCode::Sender,
            reason: Self::REASON.to_owned(),
            detail,
        }
    }
}

/// The fault codes of SOAP 1.2 part 1, 5.4.6.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the members are those of SOAP 1.2")]
pub enum FaultCode {
    Sender,
    Receiver,
    MustUnderstand,
    VersionMismatch,
    DataEncodingUnknown,
}

impl FaultCode {
    /// Every code.
    pub const ALL: &'static [Self] = &[
        Self::Sender,
        Self::Receiver,
        Self::MustUnderstand,
        Self::VersionMismatch,
        Self::DataEncodingUnknown,
    ];

    /// The code's local name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sender => "Sender",
            Self::Receiver => "Receiver",
            Self::MustUnderstand => "MustUnderstand",
            Self::VersionMismatch => "VersionMismatch",
            Self::DataEncodingUnknown => "DataEncodingUnknown",
        }
    }
}

impl fmt::Display for FaultCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A callback of the server ([MS-IPAMM2] 3.19.4.5 to 3.19.4.9, 3.21.4.2 to 3.21.4.6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Callback {
    /// 3.19.4.5 StartProgressCallback.
    StartProgressCallback {
        /// True when the operation cannot report a percentage; `None` where the element is absent.
        is_non_deterministic: Option<bool>,
    },
    /// 3.19.4.9 AddSubTask.
    AddSubTask {
        /// The subtask being added.
        sub_task_instance: SubTaskInstance,
    },
    /// 3.19.4.7 SetSubTaskStatus.
    SetSubTaskStatus {
        /// The subtask concerned.
        sub_task_instance: SubTaskInstance,
        /// Its new status.
        status: SubTaskStatus,
        /// Its percentage.
        percent_complete: Percentage,
        /// The exception, if any.
        completion_status: Option<IpamException>,
    },
    /// 3.19.4.6 SetCompletionPercentage.
    SetCompletionPercentage {
        /// The percentage of the whole operation.
        completion_percentage: Percentage,
    },
    /// 3.19.4.8 SetOverallStatus.
    SetOverallStatus {
        /// The status.
        overall_status: OverallProgressStatus,
        /// Details of the result or of the fault; `None` where nil or absent.
        completion_status: Option<CompletionStatus>,
    },
}

impl Callback {
    /// The name of the callback operation.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::StartProgressCallback { .. } => "StartProgressCallback",
            Self::AddSubTask { .. } => "AddSubTask",
            Self::SetSubTaskStatus { .. } => "SetSubTaskStatus",
            Self::SetCompletionPercentage { .. } => "SetCompletionPercentage",
            Self::SetOverallStatus { .. } => "SetOverallStatus",
        }
    }

    /// The names of the five callback operations.
    pub const NAMES: &'static [&'static str] = &[
        "StartProgressCallback",
        "AddSubTask",
        "SetSubTaskStatus",
        "SetCompletionPercentage",
        "SetOverallStatus",
    ];

    /// Whether it only tells progress: nobody must send it (OQ-16).
    #[must_use]
    pub const fn is_progress(&self) -> bool {
        matches!(
            self,
            Self::AddSubTask { .. }
                | Self::SetSubTaskStatus { .. }
                | Self::SetCompletionPercentage { .. }
        )
    }

    /// The Completed value, if this is the SetOverallStatus that ends an operation (R-SM-8).
    #[must_use]
    pub const fn terminal(&self) -> Option<Terminal> {
        match self {
            Self::SetOverallStatus {
                overall_status: OverallProgressStatus::CompletedWithSuccess,
                ..
            } => Some(Terminal::Success),
            Self::SetOverallStatus {
                overall_status: OverallProgressStatus::CompletedWithFailure,
                ..
            } => Some(Terminal::Failure),
            _ => None,
        }
    }
}

/// How an operation ended: one of the two Completed members of OverallProgressStatus.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Terminal {
    /// CompletedWithSuccess.
    Success,
    /// CompletedWithFailure.
    Failure,
}

impl Terminal {
    /// The member of OverallProgressStatus.
    #[must_use]
    pub const fn status(self) -> OverallProgressStatus {
        match self {
            Self::Success => OverallProgressStatus::CompletedWithSuccess,
            Self::Failure => OverallProgressStatus::CompletedWithFailure,
        }
    }
}

impl fmt::Display for Terminal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.status().fmt(f)
    }
}

/// [MS-IPAMM2] 2.2.4.399 SubTaskInstance.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SubTaskInstance {
    /// The number of this instance; what later callbacks refer to.
    pub sub_task_instance_id: i32,
    /// The number of the KIND of subtask.
    pub sub_task_unique_id: i32,
    /// A name for people.
    pub sub_task_name: Option<String>,
    /// The object the subtask works on.
    pub sub_task_instance_details: Option<SubTaskDetails>,
}

/// The object in SubTaskInstance.SubTaskInstanceDetails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SubTaskDetails {
    /// [MS-IPAMM2] 2.2.4.360 ScopeDataFormatter: one scope.
    ScopeDataFormatter {
        /// The scope as address text.
        scope_id: String,
        /// The name of the server that holds it.
        server_name: String,
    },
    /// An object of another type.
    Other {
        /// Its type.
        type_name: String,
    },
}

/// The object in SetOverallStatus.completionStatus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CompletionStatus {
    /// [MS-IPAMM2] 2.2.4.119 DhcpMsmOverallCompletionStatus.
    DhcpMsmOverallCompletionStatus {
        /// ErrorInfo: the exception raised during the operation.
        error_info: Option<IpamException>,
        /// HasIpamUpdateError: true when the data store's part failed.
        has_ipam_update_error: bool,
    },
    /// An object of another type.
    Other {
        /// Its type.
        type_name: String,
    },
}

impl CompletionStatus {
    /// The exception it tells of, if any.
    #[must_use]
    pub const fn exception(&self) -> Option<&IpamException> {
        match self {
            Self::DhcpMsmOverallCompletionStatus { error_info, .. } => error_info.as_ref(),
            Self::Other { .. } => None,
        }
    }
}

/// An xsd:decimal percentage, exact to a millionth of a percent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Percentage(i64);

impl Percentage {
    const ONE: i64 = 1_000_000;

    /// Nothing done.
    pub const ZERO: Self = Self(0);
    /// All done.
    pub const HUNDRED: Self = Self(100 * Self::ONE);

    /// The share of `done` in `total`, to a tenth of a percent; 100 where there is nothing to do.
    #[must_use]
    pub fn of(done: usize, total: usize) -> Self {
        if total == 0 {
            return Self::HUNDRED;
        }
        let tenths = (done as u128 * 1000 + total as u128 / 2) / total as u128;
        Self(i64::try_from(tenths).unwrap_or(1000) * (Self::ONE / 10))
    }

    /// Reads a decimal; digits past the sixth place are dropped.
    #[must_use]
    pub fn from_lexical(text: &str) -> Option<Self> {
        let (sign, digits) = match text.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let all_digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
        if !all_digits(whole) || !all_digits(fraction) || whole.len() + fraction.len() == 0 {
            return None;
        }
        let whole: i64 = if whole.is_empty() {
            0
        } else {
            whole.parse().ok()?
        };
        let fraction: i64 = format!("{fraction:0<6}").get(..6)?.parse().ok()?;
        Some(Self(
            sign * whole.checked_mul(Self::ONE)?.checked_add(fraction)?,
        ))
    }

    /// Whether it lies within 0 and 100.
    #[must_use]
    pub fn is_in_range(self) -> bool {
        (Self::ZERO..=Self::HUNDRED).contains(&self)
    }
}

impl fmt::Display for Percentage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let value = self.0.unsigned_abs();
        let one = Self::ONE.unsigned_abs();
        let fraction = format!("{:06}", value % one);
        let fraction = fraction.trim_end_matches('0');
        if fraction.is_empty() {
            write!(f, "{sign}{}", value / one)
        } else {
            write!(f, "{sign}{}.{fraction}", value / one)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_are_exact_decimals() {
        assert_eq!(Percentage::of(1, 3).to_string(), "33.3");
        assert_eq!(Percentage::of(3, 3), Percentage::HUNDRED);
        assert_eq!(
            Percentage::from_lexical("33.30"),
            Percentage::from_lexical("33.3")
        );
        assert_eq!(
            Percentage::from_lexical("-0.5")
                .map(|p| p.to_string())
                .as_deref(),
            Some("-0.5")
        );
        for text in ["", ".", "1e3", "one", "1.2.3"] {
            assert_eq!(Percentage::from_lexical(text), None, "{text}");
        }
        assert!(
            !Percentage::from_lexical("100.000001")
                .unwrap()
                .is_in_range()
        );
    }
}
