//! How a target is reached, and whether it is there.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Builder;

use crate::door::nettcp::client::link::{Link, connect};
use crate::door::remote::address::HttpAddress;
use crate::door::remote::control::{Capabilities, Control, look};
use crate::door::remote::conversation::Patience;
use crate::door::remote::edge::Bounds;
use crate::door::remote::stage::offers;
use crate::soap::ENVELOPE_BYTES_MAX;
use crate::suite::TargetError;
use crate::wire::nmf::Via;

/// How a target over net.tcp is reached and waited for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetTcpOptions {
    /// Where sessions are opened.
    pub via: Via,
    /// The control plane, where there is one.
    pub control: Option<Arc<Control>>,
    /// How long the target may take.
    pub patience: Patience,
    /// What message ids are made of, beside a count.
    pub seed: u64,
    /// Whether what goes over the connections is listed on the standard error while it goes.
    pub follow: bool,
    /// How many bytes of messages are kept as they came, in each case; usually none.
    pub kept_bytes: usize,
}

impl NetTcpOptions {
    /// A target without a control plane, with the usual patience.
    #[must_use]
    pub fn at(via: Via) -> Self {
        Self {
            via,
            control: None,
            patience: Patience::default(),
            seed: 0,
            follow: false,
            kept_bytes: 0,
        }
    }

    /// What its control plane offers: nothing, where there is none.
    #[must_use]
    pub fn capabilities(&self) -> Capabilities {
        offers(self.control.as_deref())
    }

    pub(super) fn bounds(&self) -> Bounds {
        Bounds {
            part: self.patience.timeout,
            // The control plane holds an answer for some seconds until a message has arrived.
            head: self.patience.timeout + Duration::from_secs(5),
            bytes: ENVELOPE_BYTES_MAX,
        }
    }

    /// The same host under HTTP, for the paths that a control plane names.
    pub(super) fn host(&self) -> Result<HttpAddress, TargetError> {
        let text = format!("http://{}:{}/", self.via.host(), self.via.port());
        HttpAddress::parse(&text).map_err(|error| TargetError::Broken(error.to_string()))
    }

    /// Another path of the same server.
    pub(super) fn at_path(&self, path: &str) -> Result<Via, TargetError> {
        let text = format!("net.tcp://{}:{}{path}", self.via.host(), self.via.port());
        Via::read(&text).map_err(|error| TargetError::Broken(format!("`{text}`: {error}")))
    }
}

/// Looks whether a session can be opened, and what the control plane offers.
///
/// # Errors
/// When nobody is there, or somebody else: what was expected and what to do.
pub fn reach(
    mut options: NetTcpOptions,
    control: Option<HttpAddress>,
) -> Result<NetTcpOptions, String> {
    let time = options.patience.timeout;
    let looking = async {
        let opening = async {
            let stream = connect(&options.via, time).await?;
            let (mut link, _input) = Link::open(stream, options.via.clone(), time, false).await?;
            link.end().await;
            Ok::<_, TargetError>(())
        };
        let via = &options.via;
        opening
            .await
            .map_err(|error| format!("the target {via} cannot be reached: {error}"))?;
        match control {
            Some(address) => look(address, &options.bounds()).await.map(Some),
            None => Ok(None),
        }
    };
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| error.to_string())?;
    options.control = runtime.block_on(looking)?;
    Ok(options)
}
