//! The SOAP endpoint: a request in, what belongs on its answer out.

use std::sync::Arc;

use hyper::body::{Bytes, Incoming};
use hyper::header::{CACHE_CONTROL, HeaderValue, SET_COOKIE};
use hyper::{HeaderMap, Method, Request as HttpRequest, StatusCode};
use tracing::{Level, debug, enabled, info, trace};

use crate::door::http::server::answer::{self, Answer as HttpAnswer};
use crate::door::http::server::deliver;
use crate::door::http::server::describe;
use crate::door::http::server::edge::Connection;
use crate::door::http::server::head::{self, MediaType};
use crate::door::serving::Shared;
use crate::door::serving::callback::Address;
use crate::door::serving::cell::Cell;
use crate::door::serving::envelope;
use crate::door::serving::session::{Answer, Given, Request};
use crate::door::serving::world::{Refused, SessionId};
use crate::model::{ClientMessage, Event, SoapFault};
use crate::session::refusal;
use crate::soap::{Envelope, RequestError, read_client_message};

/// Where a message came in.
pub(in crate::door) struct Endpoint {
    /// The world whose sessions it has.
    pub(in crate::door) cell: Arc<Cell>,
    /// The caller whose sessions they are.
    pub(in crate::door) caller: usize,
    /// The path without `/soap`.
    pub(in crate::door) base: String,
}

/// What was read from a request.
struct Read {
    message: Result<ClientMessage, RequestError>,
    request: Request,
}

impl Endpoint {
    /// Answers a request.
    pub(in crate::door) async fn answer(
        &self,
        shared: &Arc<Shared>,
        connection: &Connection,
        request: HttpRequest<Incoming>,
    ) -> HttpAnswer {
        if request.method() == Method::GET {
            let query = request.uri().query().unwrap_or_default();
            return describe::get(&self.base, request.headers(), query);
        }
        if request.method() != Method::POST {
            return answer::only("POST");
        }
        let (head, body) = request.into_parts();
        let media = match acceptable(&head.headers) {
            Ok(media) => media,
            Err(answer) => return *answer,
        };
        let limits = &shared.config.limits;
        let read = answer::read(
            &head.headers,
            body,
            limits.envelope_bytes,
            limits.body_time,
            &shared.budget,
        )
        .await;
        let (body, room) = match read {
            Ok(read) => read,
            Err(error) => return error.answer(),
        };
        let asynchronous = head::prefers_async(&head.headers);
        let named = head::session(&head.headers).or_else(|| connection.session());
        let read = shared
            .budget
            .decode(body.len(), || self.read(shared, &media, body, asynchronous));
        let read = match read {
            Ok(read) => read,
            Err(answer) => return *answer,
        };
        drop(room);
        self.take(shared, connection, named, read).await
    }

    fn read(
        &self,
        shared: &Shared,
        media: &MediaType,
        body: Bytes,
        asynchronous: bool,
    ) -> Result<Read, Box<HttpAnswer>> {
        trace!(target: "ipamconf::message", "received\n{}", String::from_utf8_lossy(&body));
        // Bytes that are no text have nothing in common with XML but perhaps the length.
        let xml = std::str::from_utf8(&body).unwrap_or_default();
        let xml = xml.trim_start_matches('\u{feff}');
        let envelope = match Envelope::read(xml) {
            Ok(envelope) => envelope,
            Err(error) => {
                let error = RequestError::from(error);
                if envelope::is_soap_1_1(&error) {
                    info!("refused: an envelope of SOAP 1.1");
                    return Err(Box::new(answer::of_type(
                        StatusCode::INTERNAL_SERVER_ERROR,
                        "text/xml; charset=utf-8",
                        envelope::for_soap_1_1(),
                    )));
                }
                if media.essence != SOAP_TYPE {
                    return Err(wrong_type());
                }
                return Ok(Read {
                    message: Err(error),
                    request: Request::default(),
                });
            }
        };
        if media.essence != SOAP_TYPE {
            return Err(wrong_type());
        }
        let reply_to = Address::of(envelope.reply_to.as_deref(), &shared.config.callback_allow)
            .map_err(|error| {
                let fault = SoapFault {
                    reason: error.to_string(),
                    ..SoapFault::sender(None)
                };
                Box::new(self.fault(shared, &fault, envelope.message_id.as_deref(), None))
            })?;
        let message = match &media.action {
            Some(action) if Some(action) != envelope.action.as_ref() => Err(RequestError::Action {
                action: action.clone(),
                body: envelope.action.clone().unwrap_or_default(),
            }),
            _ => read_client_message(&envelope),
        };
        Ok(Read {
            message,
            request: Request {
                asynchronous: asynchronous && reply_to.is_some(),
                message_id: envelope.message_id,
                reply_to,
            },
        })
    }

    async fn take(
        &self,
        shared: &Arc<Shared>,
        connection: &Connection,
        named: Option<String>,
        read: Read,
    ) -> HttpAnswer {
        let Read { message, request } = read;
        let message_id = request.message_id.clone();
        let relates_to = message_id.as_deref();
        let named = named.as_deref().map(SessionId::named);
        let what = message.as_ref().map_or(
            "a message that is none of the protocol",
            ClientMessage::name,
        );
        let opens = match &message {
            Ok(message) => matches!(message, ClientMessage::InitializeOperationParameters { .. }),
            Err(_) => true,
        };
        let taken = self.cell.with(|world| {
            let goes_on = named
                .as_ref()
                .and_then(|id| Some((id.clone(), world.goes_on(id, self.caller)?)));
            let (id, is_new) = match goes_on {
                Some((id, true)) => (id, false),
                // Whoever names a session and does not begin one means that one.
                _ if named.is_some() && !opens => return Err(None),
                _ => (world.open(self.caller).map_err(Some)?, true),
            };
            let given = match &message {
                Ok(message) => world.message(&id, message, request),
                Err(error) => world.reject(&id, refusal(error), request),
            };
            let begins_to_post = world.begins_to_post(&id);
            let given = given.map_err(Some)?;
            Ok((id, is_new, given, begins_to_post))
        });
        let (id, is_new, given, begins_to_post) = match taken {
            Ok(taken) => taken,
            Err(Some(refused @ (Refused::Full | Refused::Behind))) => {
                return answer::text(StatusCode::SERVICE_UNAVAILABLE, &refused.to_string());
            }
            // Nobody answers these, on any session.
            Err(None) if message.as_ref().is_ok_and(|message| !message.is_request()) => {
                return answer::empty(StatusCode::ACCEPTED);
            }
            Err(_) => {
                info!("refused: {what} on a session that is over, or was never there");
                let fault = SoapFault {
                    reason: "The session is over, or was never there.".to_owned(),
                    ..SoapFault::sender(None)
                };
                return self.fault(shared, &fault, relates_to, None);
            }
        };
        info!(session = %id, "-> {what}");
        connection.remember(&id);
        if begins_to_post {
            tokio::spawn(deliver::deliver(
                Arc::clone(shared),
                Arc::downgrade(&self.cell),
                id.clone(),
            ));
        }
        let given = match given {
            Given::Later => {
                self.cell
                    .wait_for(|world| match world.take_answer(&id) {
                        Answer::Ready(event) => Some(Given::Answer(event)),
                        Answer::Pending => None,
                        Answer::Lost => Some(Given::Over),
                    })
                    .await
            }
            given => given,
        };
        let mut answer = match given {
            Given::Answer(event) => {
                info!(session = %id, "<- {}", event.name());
                self.reply(shared, &event, relates_to, message.as_ref().err())
            }
            Given::Accepted => answer::empty(StatusCode::ACCEPTED),
            Given::Later | Given::Over => answer::text(
                StatusCode::SERVICE_UNAVAILABLE,
                "the session ended before the message was answered",
            ),
        };
        self.name_session(&mut answer, &id, is_new);
        answer
    }

    fn reply(
        &self,
        shared: &Shared,
        event: &Event,
        relates_to: Option<&str>,
        why: Option<&RequestError>,
    ) -> HttpAnswer {
        match event {
            Event::Fault(fault) => self.fault(shared, fault, relates_to, why),
            event => {
                let readings = self.cell.with(|world| world.readings().clone());
                let written = envelope::of(event, relates_to, None, &readings);
                sent(&written.xml);
                answer::of_type(StatusCode::OK, answer::SOAP, written.xml)
            }
        }
    }

    fn fault(
        &self,
        shared: &Shared,
        fault: &SoapFault,
        relates_to: Option<&str>,
        why: Option<&RequestError>,
    ) -> HttpAnswer {
        let xml = envelope::of_fault(fault, relates_to, why);
        sent(&xml);
        let as_told = shared.config.fault_status;
        let status = as_told.unwrap_or_else(|| envelope::status(fault.code));
        answer::of_type(status, answer::SOAP, xml)
    }

    fn name_session(&self, answer: &mut HttpAnswer, id: &SessionId, is_new: bool) {
        let headers = answer.headers_mut();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Ok(value) = HeaderValue::from_str(id.as_str()) {
            headers.insert(head::SESSION_HEADER, value);
        }
        if is_new {
            let path = if self.base.is_empty() {
                "/"
            } else {
                &self.base
            };
            let cookie = format!(
                "{}={id}; Path={path}; HttpOnly; SameSite=Strict",
                head::SESSION_COOKIE
            );
            if let Ok(value) = HeaderValue::from_str(&cookie) {
                headers.insert(SET_COOKIE, value);
            }
        }
    }
}

const SOAP_TYPE: &str = "application/soap+xml";

fn wrong_type() -> Box<HttpAnswer> {
    Box::new(answer::text(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "expected the content type application/soap+xml, in UTF-8 and not compressed",
    ))
}

/// Whether the body is of a kind that we read: the type of SOAP 1.1 too, to be able to say what we speak.
fn acceptable(headers: &HeaderMap) -> Result<MediaType, Box<HttpAnswer>> {
    MediaType::of(headers)
        .filter(|media| matches!(media.essence.as_str(), SOAP_TYPE | "text/xml"))
        .filter(MediaType::is_utf8)
        .filter(|_| !head::is_encoded(headers))
        .ok_or_else(|| {
            debug!("refused: a content type that is not SOAP's");
            wrong_type()
        })
}

fn sent(xml: &str) {
    if enabled!(target: "ipamconf::message", Level::TRACE) {
        trace!(target: "ipamconf::message", "sent\n{xml}");
    }
}
