//! One HTTP/1.1 exchange at a time over one connection, everything bounded in bytes and time.

use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::{HeaderMap, HeaderName};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::door::remote::address::HttpAddress;

/// The most bytes of the head of an answer: status line and headers.
const HEAD_BYTES_MAX: usize = 64 * 1024;

/// The most headers of an answer.
const HEADERS_MAX: usize = 100;

/// How far an exchange may go.
#[derive(Debug, Clone, Copy)]
pub(in crate::door) struct Bounds {
    /// How long connecting may take, and the body of an answer once its head has come.
    pub(in crate::door) part: Duration,
    /// How long the head of the answer may take.
    pub(in crate::door) head: Duration,
    /// The most bytes of a body.
    pub(in crate::door) bytes: usize,
}

/// What is asked.
#[derive(Debug, Clone)]
pub(in crate::door) struct Call {
    pub(in crate::door) method: hyper::Method,
    pub(in crate::door) address: HttpAddress,
    pub(in crate::door) headers: Vec<(&'static str, String)>,
    pub(in crate::door) body: Vec<u8>,
}

impl Call {
    pub(in crate::door) const fn get(address: HttpAddress) -> Self {
        Self {
            method: hyper::Method::GET,
            address,
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    pub(in crate::door) fn post(address: HttpAddress, content_type: &str, body: Vec<u8>) -> Self {
        Self {
            method: hyper::Method::POST,
            address,
            headers: vec![("content-type", content_type.to_owned())],
            body,
        }
    }

    pub(in crate::door) fn with(mut self, header: &'static str, value: String) -> Self {
        self.headers.push((header, value));
        self
    }
}

/// What came back.
#[derive(Debug, Clone, Default)]
pub(in crate::door) struct Answer {
    pub(in crate::door) status: u16,
    pub(in crate::door) content_type: Option<String>,
    pub(in crate::door) location: Option<String>,
    pub(in crate::door) etag: Option<String>,
    /// The header `Ipamconf-Session`.
    pub(in crate::door) session: Option<String>,
    /// Names and values of the cookies that were set.
    pub(in crate::door) cookies: Vec<(String, String)>,
    pub(in crate::door) body: Vec<u8>,
}

/// Why no whole answer came back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(in crate::door) enum Failure {
    /// No connection came about.
    #[error("no connection to {to}: {why}")]
    NotConnected { to: String, why: String },
    /// The connection ended before the head of an answer.
    #[error("the connection was closed before an answer came")]
    Closed,
    /// It ended inside the body.
    #[error("the connection was cut after {got} bytes of the answer's body")]
    Cut { got: usize },
    /// The body is larger than is taken.
    #[error("the answer's body is longer than the {limit} bytes that are read")]
    TooLong { limit: usize },
    /// The body did not come to its end in time.
    #[error("the answer's body had {got} bytes and no end after {} s", .time.as_secs_f32())]
    Slow { got: usize, time: Duration },
    /// The head did not come in time.
    #[error("no answer within {} s", .time.as_secs_f32())]
    Silent { time: Duration },
    /// What came is no answer of HTTP/1.1, or one with more headers than are read.
    #[error("what came is no HTTP answer that can be read: {0}")]
    NotHttp(String),
}

impl Failure {
    /// Whether not a byte of an answer came.
    pub(in crate::door) const fn is_absence(&self) -> bool {
        matches!(
            self,
            Self::NotConnected { .. } | Self::Closed | Self::Silent { .. }
        )
    }
}

/// A connection that is made when it is needed, and kept while the server keeps it.
#[derive(Debug, Default)]
pub(in crate::door) struct Line {
    sender: Option<SendRequest<Full<Bytes>>>,
}

impl Line {
    /// Sees to it that there is a connection.
    pub(in crate::door) async fn connect(
        &mut self,
        to: &HttpAddress,
        bounds: &Bounds,
    ) -> Result<(), Failure> {
        // The server may have closed it meanwhile: its end is seen once the connection has had its turn.
        for _ in 0..2 {
            tokio::task::yield_now().await;
        }
        if self
            .sender
            .as_ref()
            .is_some_and(|sender| !sender.is_closed() && sender.is_ready())
        {
            return Ok(());
        }
        self.sender = None;
        let not_connected = |why: String| Failure::NotConnected {
            to: to.authority(),
            why,
        };
        let connecting = TcpStream::connect((to.host(), to.port()));
        let stream = timeout(bounds.part, connecting)
            .await
            .map_err(|_| not_connected(format!("no answer in {} s", bounds.part.as_secs_f32())))?
            .map_err(|error| not_connected(error.to_string()))?;
        // Small messages one after the other: waiting to fill a packet would cost 40 ms each.
        let _ = stream.set_nodelay(true);
        let (sender, connection) = http1::Builder::new()
            .max_buf_size(HEAD_BYTES_MAX)
            .max_headers(HEADERS_MAX)
            .handshake(TokioIo::new(stream))
            .await
            .map_err(|error| not_connected(error.to_string()))?;
        tokio::spawn(async move {
            // How it ended is told by the exchange that it ended in.
            let _ = connection.await;
        });
        self.sender = Some(sender);
        Ok(())
    }

    /// Asks, and reads the whole answer.
    pub(in crate::door) async fn exchange(
        &mut self,
        call: &Call,
        bounds: &Bounds,
    ) -> Result<Answer, Failure> {
        self.connect(&call.address, bounds).await?;
        let Some(mut sender) = self.sender.take() else {
            return Err(Failure::Closed);
        };
        let mut request = hyper::Request::builder()
            .method(call.method.clone())
            .uri(call.address.path())
            .header("host", call.address.authority())
            .header(
                "user-agent",
                concat!("ipamconf/", env!("CARGO_PKG_VERSION")),
            );
        for (name, value) in &call.headers {
            request = request.header(*name, value);
        }
        let request = request
            .body(Full::new(Bytes::from(call.body.clone())))
            .map_err(|error| Failure::NotHttp(error.to_string()))?;
        let head = timeout(bounds.head, sender.send_request(request))
            .await
            .map_err(|_| Failure::Silent { time: bounds.head })?;
        let response = head.map_err(|error| without_answer(&error))?;
        let (parts, mut body) = response.into_parts();
        let mut answer = Answer {
            status: parts.status.as_u16(),
            content_type: text_of(&parts.headers, hyper::header::CONTENT_TYPE),
            location: text_of(&parts.headers, hyper::header::LOCATION),
            etag: text_of(&parts.headers, hyper::header::ETAG),
            session: text_of(&parts.headers, HeaderName::from_static("ipamconf-session")),
            cookies: cookies(&parts.headers),
            body: Vec::new(),
        };
        let reading = async {
            while let Some(frame) = body.frame().await {
                let frame = frame.map_err(|_| Failure::Cut {
                    got: answer.body.len(),
                })?;
                if let Ok(data) = frame.into_data() {
                    if answer.body.len() + data.len() > bounds.bytes {
                        return Err(Failure::TooLong {
                            limit: bounds.bytes,
                        });
                    }
                    answer.body.extend_from_slice(&data);
                }
            }
            Ok(())
        };
        let read = timeout(bounds.part, reading).await;
        match read {
            Ok(Ok(())) => {
                self.sender = Some(sender);
                Ok(answer)
            }
            Ok(Err(failure)) => Err(failure),
            Err(_) => Err(Failure::Slow {
                got: answer.body.len(),
                time: bounds.part,
            }),
        }
    }
}

/// What an error before the end of the head says.
fn without_answer(error: &hyper::Error) -> Failure {
    if error.is_parse() || error.is_parse_too_large() || error.is_parse_status() {
        return Failure::NotHttp(error.to_string());
    }
    Failure::Closed
}

fn text_of(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    headers
        .get(name)
        .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
}

/// Names and values of the cookies; attributes are of no use within one run against one server.
fn cookies(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .get_all(hyper::header::SET_COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .filter_map(|text| text.split(';').next()?.split_once('='))
        .map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()))
        .filter(|(name, _)| !name.is_empty())
        .collect()
}
