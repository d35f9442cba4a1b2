//! The corpus through envelopes, and values through the contract.

#[path = "support/corpus.rs"]
mod corpus;
#[path = "support/values.rs"]
mod values;

use std::sync::atomic::{AtomicUsize, Ordering};

use ipamconf::door::{SessionTarget, SoapTarget};
use ipamconf::model::{ClientMessage, DhcpScope, Object, RecordId, ScopeDetails, Value};
use ipamconf::scenario::Case;
use ipamconf::soap::{
    CallbackPrefix, Envelope, Limits, message_id, read_client_message, read_event, read_request,
    write_client_message, write_event,
};
use ipamconf::spec::{AddressFamily, Readings};
use ipamconf::suite::run_case;
use ipamconf::trace::Door;
use proptest::prelude::{ProptestConfig, proptest};

fn through_an_envelope(paramters: &Value) -> Result<ClientMessage, String> {
    let message = ClientMessage::InitializeOperationParameters {
        paramters: Some(paramters.clone()),
    };
    let written = write_client_message(&message, &message_id(0, 0, 0), None, None);
    let envelope = Envelope::read(&written.xml).map_err(|error| error.to_string())?;
    read_client_message(&envelope).map_err(|error| error.to_string())
}

#[test]
fn every_case_of_the_corpus_shows_the_same_through_envelopes() {
    let scenarios = corpus::scenarios();
    let jobs: Vec<_> = scenarios
        .iter()
        .flat_map(|scenario| scenario.cases.iter().map(move |case| (scenario, case)))
        .filter(|(_, case)| case.doors.contains(&Door::Session))
        // What a larger world shows is its size.
        .filter(|(_, case)| case.world.scopes.len() <= 1000)
        .collect();
    let next = AtomicUsize::new(0);
    let envelopes = AtomicUsize::new(0);
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some((scenario, case)) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let name = corpus::case_name(scenario, case);
                    envelopes.fetch_add(compared(&name, case), Ordering::Relaxed);
                }
            });
        }
    });
    let envelopes = envelopes.into_inner();
    assert!(
        jobs.len() > 300 && envelopes > 3 * jobs.len(),
        "{} {envelopes}",
        jobs.len()
    );
    eprintln!("{} cases, {envelopes} envelopes of the server", jobs.len());
}

/// Runs a case with and without envelopes, and gives the number of the server's.
fn compared(name: &str, case: &Case) -> usize {
    let readings = Readings::default();
    let plain = run_case(case, &mut SessionTarget::default(), &readings).unwrap();
    let mut target = SoapTarget::new(SessionTarget::default());
    let mut wrapped = run_case(case, &mut target, &readings).unwrap();
    for form in wrapped.forms.values() {
        assert_eq!(form.deviations, [], "{name}");
    }
    let envelopes = wrapped.forms.len();
    wrapped.forms.clear();
    assert!(wrapped == plain, "{name}:\n{wrapped:#?}\n{plain:#?}");
    envelopes
}

#[test]
fn the_prefix_of_callbacks_follows_the_reading() {
    let scenarios = corpus::scenarios();
    let case = scenarios
        .iter()
        .flat_map(|scenario| &scenario.cases)
        .find(|case| {
            case.doors.contains(&Door::Session) && case.readings.differing().next().is_none()
        })
        .unwrap();
    for (reading, part) in [("service", "Progress/"), ("callback", "ProgressCallback/")] {
        let mut readings = Readings::default();
        readings.choose("OQ-9", reading).unwrap();
        let mut target = SoapTarget::new(SessionTarget::default());
        let trace = run_case(case, &mut target, &readings).unwrap();
        let mut callbacks = 0;
        for (number, _, event) in trace.events() {
            if event.callback().is_some() {
                let action = trace.forms[&number].action.as_deref().unwrap();
                assert!(action.contains(part), "{action}");
                callbacks += 1;
            }
        }
        assert!(callbacks > 0);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn parameters_of_every_type_survive_a_round_trip(value in values::parameters()) {
        let expected = ClientMessage::InitializeOperationParameters { paramters: Some(value.clone()) };
        assert_eq!(through_an_envelope(&value), Ok(expected));
    }
}

/// A tenth of them is tried, with every column of a row; a test has no time for more.
#[test]
fn ten_thousand_scopes_fit_into_one_envelope() {
    let scope = |number: usize| {
        let address = |last: u8| format!("10.{}.{}.{last}", number / 256, number % 256);
        let details = ScopeDetails {
            scope_id: address(0).parse().unwrap(),
            start_address: address(1).parse().unwrap(),
            end_address: address(254).parse().unwrap(),
            subnet_mask: "255.255.255.0".parse().ok(),
            scope_name: "a scope with a name of the usual length".to_owned(),
            description: "and a description that is somewhat longer than the name is".to_owned(),
            ..scope_details()
        };
        let scope = DhcpScope {
            family: AddressFamily::InterNetwork,
            record_id: RecordId(1_000_000 + i64::try_from(number).unwrap()),
            parent_dhcp_server_record_id: RecordId(17),
            details,
            modified_properties: Vec::new(),
            option_operations: Vec::new(),
            exclusion_operations: Vec::new(),
        };
        Value::from(scope.encode())
    };
    let scopes: Vec<_> = (0..1000).map(scope).collect();
    let parameters = Object::of_type("ReplicateScopeParameters")
        .with("OperationId", "ReplicateScope")
        .with("Scopes", Value::List(scopes));
    let message = ClientMessage::InitializeOperationParameters {
        paramters: Some(parameters.into()),
    };
    let written = write_client_message(&message, "urn:uuid:1", None, None);
    let envelope = Envelope::read(&written.xml).unwrap();
    assert_eq!(read_client_message(&envelope), Ok(message));
    let (bytes, elements) = (written.xml.len(), written.xml.matches("</").count());
    assert!(10 * bytes < Limits::DEFAULT.bytes, "{bytes} bytes");
    assert!(
        10 * elements < Limits::DEFAULT.elements,
        "{elements} elements"
    );
    eprintln!("1000 scopes: {bytes} bytes, {elements} elements");
}

fn scope_details() -> ScopeDetails {
    let scope = Object::of_type("DhcpScopeV4");
    DhcpScope::decode(&scope).unwrap().details
}

/// The fuzzer's corpus: the messages of a run as files. Those called `odd-…` were not written by us.
fn vectors() -> Vec<(String, String)> {
    let folder = corpus::root().join("tools/fuzz/corpus/envelope");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    files.sort();
    files
        .iter()
        .map(|path| {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read_to_string(path).unwrap())
        })
        .collect()
}

#[test]
fn messages_are_written_to_the_byte_as_they_were() {
    let mut compared = 0;
    for (name, text) in vectors() {
        if name.starts_with("odd-") {
            continue;
        }
        let envelope = Envelope::read(&text).unwrap();
        assert_eq!(envelope.to_xml(), text, "{name}: the envelope");
        let written = match read_client_message(&envelope) {
            Ok(
                message @ (ClientMessage::Keepalive | ClientMessage::StartOperationWithCallback),
            )
            | Ok(message @ ClientMessage::InitializeOperationParameters { .. }) => {
                let id = envelope.message_id.as_deref().unwrap_or_default();
                write_client_message(&message, id, None, None).xml
            }
            _ => {
                let event = read_event(&envelope).event.unwrap();
                let relates_to = envelope.relates_to.as_deref();
                write_event(&event, relates_to, CallbackPrefix::Service)
                    .unwrap()
                    .to_xml()
            }
        };
        assert_eq!(written, text, "{name}");
        compared += 1;
    }
    assert!(compared >= 13);
}

#[test]
fn what_others_write_in_other_words_is_read_the_same() {
    let vectors: std::collections::BTreeMap<_, _> = vectors().into_iter().collect();
    let parameters = |name: &str| {
        let envelope = Envelope::read(&vectors[name]).unwrap();
        match read_client_message(&envelope) {
            Ok(ClientMessage::InitializeOperationParameters {
                paramters: Some(Value::Object(object)),
            }) => object,
            other => panic!("{name}: {other:?}"),
        }
    };
    let server = Object::default().with("RecordId", "78");
    assert_eq!(
        parameters("odd-prefixes-comments-and-cdata"),
        Object::of_type("ReplicateServerParameters")
            .with("OperationId", "ReplicateServer")
            .with("Server", server)
    );
    let scope = Value::from(Object::of_type("DhcpScopeV4").with("RecordId", "1"));
    assert_eq!(
        parameters("odd-references").member("Scopes"),
        Some(&Value::List(vec![scope.clone(), scope, Value::Nil]))
    );
    let undeclared = parameters("odd-undeclared-type");
    assert_eq!(undeclared.type_name.as_deref(), Some("{}no:Such"));
    for name in ["odd-document-type", "odd-soap-1.1"] {
        assert!(Envelope::read(&vectors[name]).is_err(), "{name}");
    }
}

#[test]
fn references_cannot_stand_for_more_than_memory_holds() {
    let scope = |id: usize, inside: &str| {
        format!(
            r#"<DhcpScope i:type="DhcpScopeV4" z:Id="i{id}"><Options><OptionsInCollection>{inside}</OptionsInCollection></Options></DhcpScope>"#
        )
    };
    let policy = |id: usize, referred: usize| {
        format!(
            r#"<DhcpOption i:type="DhcpOptionV4"><PolicyOwner><Scope z:Ref="i{referred}"/></PolicyOwner></DhcpOption><DhcpOption i:type="DhcpOptionV4"><PolicyOwner><Scope z:Ref="i{referred}"/></PolicyOwner></DhcpOption><!-- {id} -->"#
        )
    };
    let mut scopes = scope(0, "");
    for id in 1..40 {
        scopes.push_str(&scope(id, &policy(id, id - 1)));
    }
    let read = |scopes: &str| {
        let body = format!(
            r#"<InitializeOperationParameters xmlns="http://Microsoft.Windows.Ipam" xmlns:i="http://www.w3.org/2001/XMLSchema-instance" xmlns:z="http://schemas.microsoft.com/2003/10/Serialization/"><paramters i:type="ReplicateScopeParameters"><Scopes>{scopes}</Scopes></paramters></InitializeOperationParameters>"#
        );
        let action = "http://Microsoft.Windows.Ipam/IIpamOperationWithProgress/InitializeOperationParameters";
        read_request(Some(action), &body).unwrap_err().to_string()
    };
    let error = read(&scopes);
    assert!(error.contains("references followed"), "{error}");
    // One long text in an object that is referred to for as much memory as there is.
    let long = "x".repeat(1 << 20);
    let object = format!(r#"<DhcpScope i:type="unknown" z:Id="i1"><a>{long}</a></DhcpScope>"#);
    let error = read(&(object + &r#"<DhcpScope z:Ref="i1"/>"#.repeat(300)));
    assert!(
        error.contains("more than 268435456 bytes of memory"),
        "{error}"
    );
    let error = read(&scope(1, &policy(1, 1)));
    assert!(error.contains("part of itself"), "{error}");
    let error = read(&scope(1, &policy(1, 2)));
    assert!(error.contains("no object before"), "{error}");
}

#[test]
fn each_limit_is_told_by_name() {
    let limits = Limits {
        bytes: 400,
        elements: 5,
        nesting: 4,
        attributes: 3,
        ..Limits::DEFAULT
    };
    let read = |xml: &str| {
        ipamconf::soap::Element::read_within(xml, &limits)
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        read(&" ".repeat(401)),
        "the message has 401 bytes, 400 are allowed"
    );
    assert_eq!(
        read("<a><b/><b/><b/><b/><b/></a>"),
        "the message has more than 5 elements"
    );
    assert_eq!(
        read("<a><a><a><a><a/></a></a></a></a>"),
        "elements nest deeper than 4 levels"
    );
    assert_eq!(
        read("<a b='' c='' d='' e=''/>"),
        "the element `a` has more than 3 attributes"
    );
    let small = Limits {
        memory: 700,
        ..Limits::DEFAULT
    };
    assert_eq!(
        ipamconf::soap::Element::read_within(&format!("<a>{}</a>", "x".repeat(200)), &small)
            .unwrap_err()
            .to_string(),
        "byte 203: the message takes more than 700 bytes of memory up to here; expected a smaller one: what it asks for \
        can be divided among several"
    );
    let long = "x".repeat(5000);
    let error = ipamconf::soap::Element::read(&format!("<a><{long}/></a>")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "byte 5006: expected names and namespaces of at most 4096 bytes, found one of 5000"
    );
}
