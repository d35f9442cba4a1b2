//! One connection to a server over net.tcp, from its preamble on.

use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadHalf, WriteHalf};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::door::nettcp::follow::Follower;
use crate::soap::Element;
use crate::suite::TargetError;
use crate::wire::Direction;
use crate::wire::infoset;
use crate::wire::nbfse::{Decoder, Encoder};
use crate::wire::nmf::{
    FaultName, Initiator, InitiatorConfig, InitiatorEvent, NmfError, NmfFault, Via,
};

/// What is under the framing: any stream of bytes.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// How much is read at once.
pub(super) const PIECE: usize = 16 * 1024;

/// The side of a connection that is read.
pub(super) type Input = ReadHalf<Box<dyn Stream>>;

/// The side of a connection that is written, with the state of its session.
pub(super) struct Link {
    initiator: Initiator,
    encoder: Encoder,
    pub(super) decoder: Decoder,
    output: Option<WriteHalf<Box<dyn Stream>>>,
    time: Duration,
    follower: Option<Follower>,
}

impl std::fmt::Debug for Link {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Link")
            .field("initiator", &self.initiator)
            .finish_non_exhaustive()
    }
}

/// A connection to a host and port.
pub(super) async fn connect(via: &Via, time: Duration) -> Result<Box<dyn Stream>, TargetError> {
    let host = via.host().trim_start_matches('[').trim_end_matches(']');
    let unreachable = |why: String| {
        TargetError::Unreachable(format!("no connection to {host}:{}: {why}", via.port()))
    };
    let stream = timeout(time, TcpStream::connect((host, via.port())))
        .await
        .map_err(|_| unreachable(format!("no answer in {} s", time.as_secs_f32())))?
        .map_err(|error| unreachable(error.to_string()))?;
    // Small messages one after the other: waiting to fill a packet would cost 40 ms each.
    let _ = stream.set_nodelay(true);
    Ok(Box::new(stream))
}

impl Link {
    /// Opens a session on a stream: the preamble, up to its acknowledgement.
    pub(super) async fn open(
        stream: Box<dyn Stream>,
        via: Via,
        time: Duration,
        follow: bool,
    ) -> Result<(Self, Input), TargetError> {
        let to = via.to_string();
        let (mut input, output) = tokio::io::split(stream);
        let mut link = Self {
            initiator: Initiator::new(InitiatorConfig::new(via)),
            encoder: Encoder::default(),
            decoder: Decoder::default(),
            output: Some(output),
            time,
            follower: Follower::if_wanted(follow),
        };
        let opening = async {
            link.flush().await.map_err(|error| error.to_string())?;
            let mut piece = vec![0; PIECE];
            loop {
                match link.initiator.next_event() {
                    Ok(Some(InitiatorEvent::Open)) => return Ok(()),
                    Ok(Some(_)) => {}
                    Ok(None) => match input.read(&mut piece).await {
                        Ok(0) => return Err("it closed the connection".to_owned()),
                        Ok(count) => link.feed(&piece[..count]),
                        Err(error) => return Err(error.to_string()),
                    },
                    Err(error) => return Err(refusal(&error)),
                }
            }
        };
        let opened = timeout(time, opening)
            .await
            .unwrap_or_else(|_| Err(format!("it said nothing for {} s", time.as_secs_f32())));
        match opened {
            Ok(()) => Ok((link, input)),
            Err(why) => Err(TargetError::Broken(format!(
                "expected the server to open a session for {to}: {why}"
            ))),
        }
    }

    /// Takes what came.
    pub(super) fn feed(&mut self, bytes: &[u8]) {
        if let Some(follower) = &mut self.follower {
            follower.saw(Direction::FromReceiver, bytes);
        }
        self.initiator.feed(bytes);
    }

    /// What the bytes so far mean.
    pub(super) fn next_event(&mut self) -> Result<Option<InitiatorEvent>, NmfError> {
        self.initiator.next_event()
    }

    /// The connection ended.
    pub(super) fn eof(&mut self) -> Result<(), NmfError> {
        self.initiator.eof()
    }

    /// Sends a message; text that is no XML goes as the bytes that it has. A connection that is gone takes nothing: it
    /// shows where it is read.
    pub(super) async fn send(&mut self, xml: &str) {
        let message = Element::read(xml)
            .ok()
            .and_then(|element| infoset::encode(&mut self.encoder, &element).ok())
            .unwrap_or_else(|| xml.as_bytes().to_vec());
        if self.initiator.send(&message).is_ok() {
            let _ = self.flush().await;
        }
    }

    /// Sends bytes as they are.
    pub(super) async fn send_bytes(&mut self, bytes: &[u8]) {
        self.follow(bytes);
        if let Some(output) = &mut self.output {
            let _ = timeout(self.time, output.write_all(bytes)).await;
        }
    }

    fn follow(&mut self, bytes: &[u8]) {
        if let Some(follower) = &mut self.follower {
            follower.saw(Direction::FromInitiator, bytes);
        }
    }

    /// Gives the server what the framing has for it.
    pub(super) async fn flush(&mut self) -> std::io::Result<()> {
        let bytes = self.initiator.take_output();
        self.follow(&bytes);
        let Some(output) = &mut self.output else {
            return Ok(());
        };
        timeout(self.time, output.write_all(&bytes))
            .await
            .unwrap_or_else(|_| Err(std::io::ErrorKind::TimedOut.into()))
    }

    /// Ends the session, and closes our side of the connection.
    pub(super) async fn end(&mut self) {
        if self.initiator.end().is_ok() {
            let _ = self.flush().await;
        }
        if let Some(mut output) = self.output.take() {
            let _ = timeout(self.time, output.shutdown()).await;
        }
    }

    /// Lets go of the connection, without a word.
    pub(super) fn drop_output(&mut self) {
        self.output = None;
    }
}

/// What a server means that opens no session, and what to do.
fn refusal(error: &NmfError) -> String {
    let NmfFault::Fault { uri } = &error.fault else {
        return error.to_string();
    };
    let known = |name: FaultName| *uri == name.uri();
    let advice = if known(FaultName::EndpointNotFound) {
        "correct the path of the address"
    } else if known(FaultName::UpgradeInvalid) {
        "it asks for transport security, which ipamconf does not speak yet: let it go without"
    } else if known(FaultName::ContentTypeInvalid) {
        "let it speak binary XML with a session's dictionary (0x08)"
    } else {
        "its own log may say more"
    };
    format!("it refused with the fault {uri}: {advice}")
}
