//! Targets behind SOAP over HTTP: right servers pass, and whatever a wrong one does is a verdict on the requirement that
//! it breaks. wiremock plays what keeps to HTTP, a listener of bytes what does not.

#[path = "support/cases.rs"]
mod cases;
#[path = "support/cli.rs"]
mod cli;
#[path = "support/play.rs"]
mod play;
#[path = "support/serving.rs"]
mod serving;

use std::sync::Arc;
use std::time::Duration;

use cases::{NULL_PARAMETERS, UNKNOWN_SERVER, case};
use ipamconf::check::check;
use ipamconf::door::http::{HttpOptions, HttpTarget};
use ipamconf::door::remote::{Callbacks, HttpAddress, Patience};
use ipamconf::model::Event;
use ipamconf::scenario::Case;
use ipamconf::soap::Envelope;
use ipamconf::spec::{Readings, RequirementId as R};
use ipamconf::suite::{TargetError, run_case};
use ipamconf::trace::Trace;
use ipamconf::verdict::CheckVerdict::{self, Deviates, Fail};
use play::{Asked, ByteServer, Script, Wire, right};
use wiremock::matchers::method;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

/// Long enough for a busy machine, short enough for servers that never say a thing.
const TIMEOUT: Duration = Duration::from_millis(1500);
const QUIET: Duration = Duration::from_millis(100);

fn options(url: &str, callbacks: Callbacks) -> HttpOptions {
    HttpOptions {
        callbacks,
        patience: Patience {
            timeout: TIMEOUT,
            quiet: QUIET,
        },
        ..HttpOptions::at(HttpAddress::parse(url).expect("an address"))
    }
}

fn trace(case: &Case, url: &str, callbacks: Callbacks) -> Result<Trace, TargetError> {
    let mut target = HttpTarget::new(options(url, callbacks)).expect("a runtime");
    run_case(case, &mut target, &Readings::default())
}

/// What is judged and did not pass.
fn wrong(case: &Case, url: &str, callbacks: Callbacks) -> Vec<(R, &'static str, CheckVerdict)> {
    let trace = trace(case, url, callbacks).expect("a verdict, not an error");
    check(case, &trace, &Readings::default())
        .into_iter()
        .filter(|result| matches!(result.verdict, Fail | Deviates))
        .map(|result| (result.requirement, result.check, result.verdict))
        .collect()
}

/// Of all that is wrong, this is.
fn assert_wrong(
    found: &[(R, &'static str, CheckVerdict)],
    expected: (R, CheckVerdict),
    what: &str,
) {
    assert!(
        found
            .iter()
            .any(|(requirement, _, verdict)| (*requirement, *verdict) == expected),
        "{what}: {expected:?} is not in {found:#?}"
    );
}

/// A server that wiremock plays, in a runtime of its own.
struct Played {
    server: MockServer,
    runtime: tokio::runtime::Runtime,
}

impl Played {
    /// `posts` answers messages, `gets` readings of callbacks.
    fn start(
        posts: impl Fn(&Request) -> ResponseTemplate + Send + Sync + 'static,
        gets: impl Fn(&Request) -> ResponseTemplate + Send + Sync + 'static,
    ) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime");
        let server = runtime.block_on(async {
            let server = MockServer::start().await;
            Mock::given(method("POST"))
                .respond_with(posts)
                .mount(&server)
                .await;
            Mock::given(method("GET"))
                .respond_with(gets)
                .mount(&server)
                .await;
            server
        });
        Self { server, runtime }
    }

    fn url(&self) -> String {
        format!("{}/soap", self.server.uri())
    }

    fn requests(&self) -> Vec<Request> {
        self.runtime
            .block_on(self.server.received_requests())
            .expect("requests are recorded")
    }
}

fn reply_with(envelope: &Envelope) -> ResponseTemplate {
    let fault = envelope
        .body
        .as_ref()
        .is_some_and(|body| body.name.local() == "Fault");
    template(if fault { 400 } else { 200 }, envelope.to_xml())
}

fn template(status: u16, body: String) -> ResponseTemplate {
    ResponseTemplate::new(status)
        .insert_header("set-cookie", "ipamconf-session=s1; Path=/; HttpOnly")
        .set_body_raw(body, "application/soap+xml; charset=utf-8")
}

fn read_events(script: &Script, request: &Request) -> ResponseTemplate {
    let after = play::after(request.url.query().unwrap_or_default());
    ResponseTemplate::new(200).set_body_raw(script.events(after), "application/json")
}

fn is_start(request: &Request) -> bool {
    String::from_utf8_lossy(&request.body).contains("StartOperationWithCallback")
}

/// A right server, but for the answers to one kind of message.
fn played_but(
    start: bool,
    answer: impl Fn(&Script, &Request) -> ResponseTemplate + Send + Sync + 'static,
) -> Played {
    let script = Arc::new(Script::of(&case(UNKNOWN_SERVER)));
    let read = Arc::clone(&script);
    Played::start(
        move |request| {
            if is_start(request) == start {
                answer(&script, request)
            } else {
                reply_with(&script.reply(&request.body))
            }
        },
        move |request| read_events(&read, request),
    )
}

/// A right server, but for what is read of callbacks.
fn played_with_events(
    events: impl Fn(&Script, usize) -> ResponseTemplate + Send + Sync + 'static,
) -> Played {
    let script = Arc::new(Script::of(&case(UNKNOWN_SERVER)));
    let read = Arc::clone(&script);
    Played::start(
        move |request| reply_with(&script.reply(&request.body)),
        move |request| {
            if read.waits() {
                return json("[]".to_owned());
            }
            events(&read, play::after(request.url.query().unwrap_or_default()))
        },
    )
}

fn envelopes(script: &Script) -> Vec<String> {
    (0..script.callbacks.len())
        .map(|place| script.callback(place))
        .collect()
}

fn json(body: String) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_raw(body, "application/json")
}

#[test]
fn a_right_server_passes() {
    for text in [UNKNOWN_SERVER, NULL_PARAMETERS] {
        let case = case(text);
        let script = Arc::new(Script::of(&case));
        let read = Arc::clone(&script);
        let played = Played::start(
            move |request| reply_with(&script.reply(&request.body)),
            move |request| read_events(&read, request),
        );
        assert_eq!(wrong(&case, &played.url(), Callbacks::Polled), [], "{text}");
        let cookies: Vec<_> = played
            .requests()
            .iter()
            .filter(|request| is_start(request))
            .map(|request| request.headers.get("cookie").cloned())
            .collect();
        assert!(cookies.iter().all(|cookie| {
            cookie
                .as_ref()
                .is_some_and(|value| value == "ipamconf-session=s1")
        }));
    }
}

#[test]
fn messages_are_saved_as_they_came() {
    const MARK: &str = "<!-- in its own hand -->\n";
    let script = Arc::new(Script::of(&case(NULL_PARAMETERS)));
    let read = Arc::clone(&script);
    let played = Played::start(
        move |request| {
            let envelope = script.reply(&request.body).to_xml();
            template(400, format!("{envelope}{MARK}"))
        },
        move |request| read_events(&read, request),
    );
    let cli = cli::Cli::in_folder("http-saved").with("null.toml", NULL_PARAMETERS);
    let ran = cli.run(&[
        "run",
        "null.toml",
        "--target",
        &played.url(),
        "--save-messages",
        "saved",
    ]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    let folder = cli.folder().join("saved/null");
    let answer =
        std::fs::read_to_string(folder.join("case-http-002-Fault.xml")).unwrap_or_else(|error| {
            panic!(
                "{error}: {:?}",
                folder.read_dir().map(Iterator::collect::<Vec<_>>)
            )
        });
    assert!(answer.ends_with(MARK), "{answer}");
    // Nobody asked for it: then nothing is kept.
    let kept = trace(&case(NULL_PARAMETERS), &played.url(), Callbacks::Polled).expect("a trace");
    assert!(kept.forms.values().all(|form| form.came.is_none()));
}

#[test]
fn an_answer_that_is_none_of_the_protocol_fails_what_it_should_have_met() {
    type Answer = fn(&Script, &Request) -> ResponseTemplate;
    let html: Answer = |_, _| {
        ResponseTemplate::new(200).set_body_raw("<html><p>It works!<br></html>", "text/html")
    };
    let changed = |from: &'static str, to: &'static str| {
        move |script: &Script, request: &Request| {
            let xml = script.reply(&request.body).to_xml();
            assert!(xml.contains(from), "{from} is not in {xml}");
            template(200, xml.replacen(from, to, 9))
        }
    };
    let ipam = "http://Microsoft.Windows.Ipam\"";
    type Boxed = Box<dyn Fn(&Script, &Request) -> ResponseTemplate + Send + Sync>;
    let wrong_ones: Vec<(&str, bool, Boxed, (R, CheckVerdict))> = vec![
        ("an HTML page", false, Box::new(html), (R::R_MSG_2, Fail)),
        ("an HTML page", true, Box::new(html), (R::R_MSG_4, Fail)),
        (
            "HTTP 500 without a fault",
            true,
            Box::new(|_, _| ResponseTemplate::new(500)),
            (R::R_TR_2, Fail),
        ),
        (
            "an HTML error page",
            true,
            Box::new(|_, _| {
                ResponseTemplate::new(502).set_body_raw("<h1>Bad Gateway</h1>", "text/html")
            }),
            (R::R_TR_2, Fail),
        ),
        (
            "another content type",
            false,
            Box::new(|script, request| {
                let xml = script.reply(&request.body).to_xml();
                template(200, String::new()).set_body_raw(xml, "text/xml")
            }),
            (R::R_MSG_2, Deviates),
        ),
        (
            "a status that does not go with it",
            false,
            Box::new(|script, request| template(500, script.reply(&request.body).to_xml())),
            (R::R_MSG_2, Deviates),
        ),
        (
            "malformed XML",
            false,
            Box::new(|_, _| template(200, "<s:Envelope".to_owned())),
            (R::R_MSG_2, Fail),
        ),
        (
            "truncated XML",
            true,
            Box::new(|script, request| {
                let xml = script.reply(&request.body).to_xml();
                template(200, xml[..xml.len() - 20].to_owned())
            }),
            (R::R_MSG_4, Fail),
        ),
        (
            "the body in another namespace",
            false,
            Box::new(changed(ipam, "http://example.com/ipam\"")),
            (R::R_MSG_2, Fail),
        ),
        (
            "another action",
            false,
            Box::new(changed("InitializeOperationParametersResponse</", "Done</")),
            (R::R_MSG_2, Fail),
        ),
        (
            "another message's id",
            true,
            Box::new(changed("urn:uuid:", "urn:uuid:1")),
            (R::R_MSG_4, Fail),
        ),
        (
            "no RelatesTo",
            false,
            Box::new(|script, request| {
                let mut envelope = script.reply(&request.body);
                envelope.relates_to = None;
                reply_with(&envelope)
            }),
            (R::R_MSG_2, Deviates),
        ),
        (
            "an envelope of SOAP 1.1",
            false,
            Box::new(changed(
                "http://www.w3.org/2003/05/soap-envelope",
                "http://schemas.xmlsoap.org/soap/envelope/",
            )),
            (R::R_MSG_2, Fail),
        ),
        (
            "the answer to the other request",
            true,
            Box::new(changed(
                "StartOperationWithCallbackR",
                "InitializeOperationParametersR",
            )),
            (R::R_MSG_4, Fail),
        ),
        (
            "nothing at all",
            false,
            Box::new(|_, _| ResponseTemplate::new(202)),
            (R::R_INIT_6, Fail),
        ),
        (
            "an answer after the time",
            true,
            Box::new(|script, request| {
                reply_with(&script.reply(&request.body)).set_delay(TIMEOUT * 4)
            }),
            (R::R_START_3, Fail),
        ),
        (
            "headers without end",
            false,
            Box::new(|script, request| {
                reply_with(&script.reply(&request.body)).insert_header("x-pad", "x".repeat(400_000))
            }),
            (R::R_MSG_2, Fail),
        ),
    ];
    let case = case(UNKNOWN_SERVER);
    for (what, start, answer, expected) in wrong_ones {
        let played = played_but(start, answer);
        let found = wrong(&case, &played.url(), Callbacks::Polled);
        assert_wrong(&found, expected, what);
    }
}

#[test]
fn a_redirect_is_not_followed() {
    let elsewhere = played_but(false, |script, request| {
        reply_with(&script.reply(&request.body))
    });
    let to = elsewhere.url();
    let played = played_but(false, move |_, _| {
        ResponseTemplate::new(307).insert_header("location", to.as_str())
    });
    let found = wrong(&case(UNKNOWN_SERVER), &played.url(), Callbacks::Polled);
    assert_wrong(&found, (R::R_MSG_2, Fail), "a redirect");
    assert!(elsewhere.requests().is_empty());
}

#[test]
fn wrong_callbacks_fail_what_they_break() {
    type Events = Box<dyn Fn(&Script, usize) -> ResponseTemplate + Send + Sync>;
    let edited = |edit: fn(&mut Vec<String>)| -> Events {
        Box::new(move |script, after| {
            let mut envelopes = envelopes(script);
            edit(&mut envelopes);
            json(play::records(&envelopes, after))
        })
    };
    let swap = |from: &'static str, to: &'static str| -> Events {
        Box::new(move |script, after| {
            let envelopes: Vec<String> = envelopes(script)
                .into_iter()
                .map(|xml| xml.replace(from, to))
                .collect();
            json(play::records(&envelopes, after))
        })
    };
    let wrong_ones: Vec<(&str, Events, (R, CheckVerdict))> = vec![
        (
            "the last one twice",
            edited(|all| all.extend(all.last().cloned())),
            (R::R_SM_8, Fail),
        ),
        (
            "in reverse",
            edited(|all| all.reverse()),
            (R::R_START_1, Fail),
        ),
        ("none at all", edited(Vec::clear), (R::R_START_1, Fail)),
        (
            "without the end",
            edited(|all| all.truncate(1)),
            (R::R_SM_8, Fail),
        ),
        (
            "no session of that name",
            Box::new(|_, _| ResponseTemplate::new(404)),
            (R::R_START_1, Fail),
        ),
        (
            "no list",
            Box::new(|_, _| json("{\"seq\": 1}".to_owned())),
            (R::R_START_1, Fail),
        ),
        (
            "no envelope",
            edited(|all| all[0] = "<ready/>".to_owned()),
            (R::R_MSG_6, Fail),
        ),
        (
            "another action",
            swap("IIpamOperationWithProgress/", "IIpamOperation/"),
            (R::R_MSG_5, Fail),
        ),
        (
            "another namespace",
            swap("\"http://Microsoft.Windows.Ipam\"", "\"urn:ipam\""),
            (R::R_MSG_6, Fail),
        ),
    ];
    let case = case(UNKNOWN_SERVER);
    for (what, events, expected) in wrong_ones {
        let played = played_with_events(events);
        let found = wrong(&case, &played.url(), Callbacks::Polled);
        assert_wrong(&found, expected, what);
    }
}

#[test]
fn what_breaks_below_http_is_a_verdict_too() {
    let script = Arc::new(Script::of(&case(UNKNOWN_SERVER)));
    type Answer = fn(&Script, &Asked) -> Wire;
    let wrong_ones: Vec<(&str, Answer, (R, CheckVerdict))> = vec![
        (
            "closed before an answer",
            |_, _| Wire::Close(Vec::new()),
            (R::R_INIT_6, Fail),
        ),
        (
            "cut inside the head",
            |_, _| Wire::Close(b"HTTP/1.1 200 OK\r\ncontent-".to_vec()),
            (R::R_INIT_6, Fail),
        ),
        (
            "cut inside the body",
            |script, asked| match right(script, asked) {
                Wire::Keep(bytes) => Wire::Close(bytes[..bytes.len() - 40].to_vec()),
                other => other,
            },
            (R::R_MSG_2, Fail),
        ),
        (
            "a body without end",
            |_, _| {
                Wire::Endless(
                    b"HTTP/1.1 200 OK\r\ncontent-type: application/soap+xml\r\n\r\n<x>".to_vec(),
                )
            },
            (R::R_MSG_2, Fail),
        ),
        (
            "one byte at a time, too slowly",
            |script, asked| match right(script, asked) {
                Wire::Keep(bytes) => Wire::Drip(bytes, Duration::from_millis(50)),
                other => other,
            },
            (R::R_INIT_6, Fail),
        ),
        (
            "another protocol",
            |_, _| Wire::Close(b"220 smtp.example.com ready\r\n".to_vec()),
            (R::R_MSG_2, Fail),
        ),
        (
            "a length that is none",
            |_, _| Wire::Keep(b"HTTP/1.1 200 OK\r\ncontent-length: many\r\n\r\n".to_vec()),
            (R::R_MSG_2, Fail),
        ),
    ];
    for (what, answer, expected) in wrong_ones {
        let script = Arc::clone(&script);
        let server = ByteServer::start(move |asked| {
            if asked.is_events() || asked.is_start() {
                right(&script, asked)
            } else {
                answer(&script, asked)
            }
        });
        let found = wrong(&case(UNKNOWN_SERVER), &server.url, Callbacks::Polled);
        assert_wrong(&found, expected, what);
    }
}

#[test]
fn one_byte_at_a_time_is_as_good_as_all_at_once() {
    let script = Script::of(&case(UNKNOWN_SERVER));
    let server = ByteServer::start(move |asked| match right(&script, asked) {
        Wire::Keep(bytes) => Wire::Drip(bytes, Duration::ZERO),
        other => other,
    });
    let found = wrong(&case(UNKNOWN_SERVER), &server.url, Callbacks::Polled);
    assert_eq!(found, []);
}

#[test]
fn a_server_that_closes_every_connection_is_right() {
    let script = Script::of(&case(UNKNOWN_SERVER));
    let server = ByteServer::start(move |asked| match right(&script, asked) {
        Wire::Keep(bytes) => Wire::Close(bytes),
        other => other,
    });
    let found = wrong(&case(UNKNOWN_SERVER), &server.url, Callbacks::Polled);
    assert_eq!(found, []);
}

#[test]
fn a_target_that_is_not_there_is_told_as_such() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}/", free.local_addr().expect("an address"));
    drop(free);
    let error = trace(&case(UNKNOWN_SERVER), &url, Callbacks::Polled).unwrap_err();
    assert!(matches!(error, TargetError::Unreachable(_)), "{error:?}");
}

/// A server that posts its callbacks to where ReplyTo says, or to where `to` makes of it.
fn posting(to: fn(&str) -> String, edit: fn(&mut Vec<String>)) -> ByteServer {
    let script = Script::of(&case(UNKNOWN_SERVER));
    ByteServer::start(move |asked| {
        if asked.is_start() {
            let text = String::from_utf8_lossy(&asked.body);
            let reply_to = Envelope::read(&text)
                .expect("an envelope")
                .reply_to
                .expect("a place for callbacks");
            let mut all = envelopes(&script);
            edit(&mut all);
            let to = to(&reply_to);
            std::thread::spawn(move || {
                for envelope in all {
                    // The client may be gone already.
                    let _ = post(&to, &envelope);
                }
            });
        }
        right(&script, asked)
    })
}

fn post(to: &str, envelope: &str) -> std::io::Result<()> {
    use std::io::{Read, Write};
    let rest = to.strip_prefix("http://").expect("an address");
    let (host, path) = rest.split_once('/').expect("a path");
    let mut stream = std::net::TcpStream::connect(host)?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    write!(
        stream,
        "POST /{path} HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/soap+xml\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{envelope}",
        envelope.len()
    )?;
    stream.read_to_end(&mut Vec::new()).map(|_| ())
}

#[test]
fn posted_callbacks_are_judged_and_the_end_of_the_session_is_not() {
    let case = case(UNKNOWN_SERVER);
    let server = posting(str::to_owned, |_| {});
    let trace = trace(&case, &server.url, Callbacks::Posted).expect("it runs");
    assert!(!trace.shows.session_end);
    let closed = trace
        .events()
        .any(|(_, _, event)| *event == Event::SessionClosed);
    assert!(!closed);
    assert_eq!(wrong(&case, &server.url, Callbacks::Posted), []);
}

#[test]
fn wrong_posts_fail_what_they_break() {
    type To = fn(&str) -> String;
    type Edit = fn(&mut Vec<String>);
    let elsewhere: To = |to| to.replace("/sessions/0/", "/sessions/7/");
    let there: To = str::to_owned;
    let wrong_ones: [(&str, To, Edit, (R, CheckVerdict)); 4] = [
        (
            "another session's place",
            elsewhere,
            |_| {},
            (R::R_START_1, Fail),
        ),
        (
            "the last one twice",
            there,
            |all| all.extend(all.last().cloned()),
            (R::R_SM_8, Fail),
        ),
        ("none", there, Vec::clear, (R::R_START_1, Fail)),
        (
            "no envelope",
            there,
            |all| all[0] = "ready".to_owned(),
            (R::R_MSG_6, Fail),
        ),
    ];
    for (what, to, edit, expected) in wrong_ones {
        let server = posting(to, edit);
        let found = wrong(&case(UNKNOWN_SERVER), &server.url, Callbacks::Posted);
        assert_wrong(&found, expected, what);
    }
}
