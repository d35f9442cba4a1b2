//! IpamException: the details of a fault ([MS-IPAMM2] 2.2.4.247, 2.2.4.252).

use std::fmt;

use crate::spec::IpamExceptionId;

/// [MS-IPAMM2] 2.2.4.247 IpamException with its IpamExceptionData; nests to any depth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IpamException {
    /// IpamExceptionData.ExceptionId.
    pub exception_id: IpamExceptionId,
    /// IpamExceptionData.ExceptionMessage: text for a person.
    pub exception_message: Option<String>,
    /// InnerIpamException: the fault behind this one.
    pub inner_ipam_exception: Option<Box<Self>>,
}

impl IpamException {
    /// An exception without an inner one.
    #[must_use]
    pub fn new(exception_id: IpamExceptionId, message: impl Into<String>) -> Self {
        Self {
            exception_id,
            exception_message: Some(message.into()),
            inner_ipam_exception: None,
        }
    }

    /// An exception of that id around this one.
    #[must_use]
    pub fn wrapped_in(self, exception_id: IpamExceptionId, message: impl Into<String>) -> Self {
        Self {
            exception_id,
            exception_message: Some(message.into()),
            inner_ipam_exception: Some(Box::new(self)),
        }
    }

    /// The ids from the outermost exception to the innermost.
    pub fn ids(&self) -> impl Iterator<Item = IpamExceptionId> {
        let mut next = Some(self);
        std::iter::from_fn(move || {
            let exception = next?;
            next = exception.inner_ipam_exception.as_deref();
            Some(exception.exception_id)
        })
    }
}

impl fmt::Display for IpamException {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (depth, id) in self.ids().enumerate() {
            if depth > 0 {
                f.write_str(" < ")?;
            }
            f.write_str(id.name())?;
        }
        Ok(())
    }
}
