//! How a target is reached.

use std::sync::Arc;

use crate::door::remote::address::HttpAddress;
use crate::door::remote::control::{Capabilities, Control};
use crate::door::remote::conversation::{Callbacks, Patience};
use crate::door::remote::edge::Bounds;
use crate::door::remote::stage::offers;
use crate::soap::ENVELOPE_BYTES_MAX;

/// How a target behind HTTP is reached and waited for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpOptions {
    /// Where messages are sent.
    pub address: HttpAddress,
    /// The control plane, where there is one.
    pub control: Option<Arc<Control>>,
    /// How callbacks reach us.
    pub callbacks: Callbacks,
    /// How long the target may take.
    pub patience: Patience,
    /// What message ids are made of, beside a count.
    pub seed: u64,
    /// How many bytes of messages are kept as they came, in each case; usually none.
    pub kept_bytes: usize,
}

impl HttpOptions {
    /// A target without a control plane, whose callbacks are read, with the usual patience.
    #[must_use]
    pub fn at(address: HttpAddress) -> Self {
        Self {
            address,
            control: None,
            callbacks: Callbacks::Polled,
            patience: Patience::default(),
            seed: 0,
            kept_bytes: 0,
        }
    }

    /// Whether a world can be set.
    #[must_use]
    pub fn sets_worlds(&self) -> bool {
        self.capabilities().sets_worlds()
    }

    /// Whether each case has a store of its own.
    #[must_use]
    pub fn isolates_worlds(&self) -> bool {
        self.capabilities().isolates_worlds()
    }

    /// Whether time passes only when we say so.
    #[must_use]
    pub fn sets_time(&self) -> bool {
        self.capabilities().sets_time()
    }

    /// What its control plane offers: nothing, where there is none.
    #[must_use]
    pub fn capabilities(&self) -> Capabilities {
        offers(self.control.as_deref())
    }

    pub(in crate::door) fn bounds(&self) -> Bounds {
        Bounds {
            part: self.patience.timeout,
            head: self.patience.timeout,
            bytes: ENVELOPE_BYTES_MAX,
        }
    }
}
