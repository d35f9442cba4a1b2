//! The corpus through envelopes, and values through the contract.

#[path = "support/corpus.rs"]
mod corpus;
#[path = "support/values.rs"]
mod values;

use ipamconf::door::{SessionTarget, SoapTarget};
use ipamconf::model::{ClientMessage, Object, Value};
use ipamconf::soap::{Envelope, Limits, message_id, read_client_message, write_client_message};
use ipamconf::spec::Readings;
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
    let mut cases = 0;
    let mut envelopes = 0;
    for scenario in corpus::scenarios() {
        for case in &scenario.cases {
            if !case.doors.contains(&Door::Session) {
                continue;
            }
            let readings = Readings::default();
            let plain = run_case(case, &mut SessionTarget::default(), &readings).unwrap();
            let mut target = SoapTarget::new(SessionTarget::default());
            let mut wrapped = run_case(case, &mut target, &readings).unwrap();
            let name = corpus::case_name(&scenario, case);
            for form in wrapped.forms.values() {
                assert_eq!(form.deviations, [], "{name}");
            }
            cases += 1;
            envelopes += wrapped.forms.len();
            wrapped.forms.clear();
            assert_eq!(wrapped, plain, "{name}");
        }
    }
    assert!(cases > 300 && envelopes > 3 * cases, "{cases} {envelopes}");
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

#[test]
fn ten_thousand_scopes_fit_into_one_envelope() {
    let scope = |number: usize| {
        let address = format!("10.{}.{}.0", number / 256, number % 256);
        let mut scope = Object::of_type("DhcpScopeV4");
        for name in ["EndAddress", "ScopeId", "StartAddress", "SubnetMask"] {
            scope = scope.with(name, address.as_str());
        }
        for name in ["Description", "ScopeName", "RecordId", "LeaseDuration"] {
            scope = scope.with(name, "123456789012345678901234567890");
        }
        Value::from(scope)
    };
    let parameters = |count| {
        Value::from(
            Object::of_type("ReplicateScopeParameters")
                .with("OperationId", "ReplicateScope")
                .with("Scopes", Value::List((0..count).map(scope).collect())),
        )
    };
    let read = through_an_envelope(&parameters(10_000));
    let Ok(ClientMessage::InitializeOperationParameters {
        paramters: Some(Value::Object(object)),
    }) = read
    else {
        panic!("{:?}", read.err());
    };
    assert!(matches!(object.member("Scopes"), Some(Value::List(scopes)) if scopes.len() == 10_000));
}

#[test]
fn each_limit_is_told_by_name() {
    let limits = Limits {
        bytes: 400,
        elements: 5,
        nesting: 4,
        attributes: 3,
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
}
