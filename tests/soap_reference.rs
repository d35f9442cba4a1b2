//! The type table and the envelopes against the protocol's own schema and vectors, where they are at hand:
//! `IPAMCONF_REFERENCE_DATA` names the folder that holds `schema/` and `vectors/`. `PYTHON` names a Python with lxml
//! if the usual `python3` has none.

#[path = "support/corpus.rs"]
mod corpus;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use ipamconf::door::SessionTarget;
use ipamconf::model::{ClientMessage, Event};
use ipamconf::soap::types::{self, Content, Member, Namespace, Type};
use ipamconf::soap::{
    CallbackPrefix, Element, Envelope, message_id, names, read_client_message, read_event,
    write_client_message, write_event,
};
use ipamconf::spec::Readings;
use ipamconf::suite::run_case;
use ipamconf::trace::{Door, What};

const XS: &str = names::SCHEMA;

/// The folder, or a word that nothing was compared.
fn reference() -> Option<PathBuf> {
    let folder = std::env::var_os("IPAMCONF_REFERENCE_DATA").map(PathBuf::from);
    if folder.is_none() {
        eprintln!("not compared: IPAMCONF_REFERENCE_DATA is not set");
    }
    folder
}

/// Every named type of the schema, by namespace and name.
fn schema(folder: &Path) -> BTreeMap<(String, String), (Element, Element)> {
    let mut found = BTreeMap::new();
    for file in std::fs::read_dir(folder.join("schema")).expect("the schema's folder") {
        let path = file.expect("a file").path();
        if path.extension().is_none_or(|ending| ending != "xsd") {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("a schema file");
        let root =
            Element::read(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let namespace = root
            .attribute("", "targetNamespace")
            .unwrap_or_default()
            .to_owned();
        let mut head = root.clone();
        head.nodes.clear();
        for child in root.children() {
            if let Some(name) = child.attribute("", "name")
                && child.name.local().ends_with("Type")
            {
                found.insert(
                    (namespace.clone(), name.to_owned()),
                    (head.clone(), child.clone()),
                );
            }
        }
    }
    found
}

/// A QName of the schema as `{namespace}name`, by the declarations of these, the innermost first.
fn resolved(scopes: &[&Element], text: &str) -> String {
    let (prefix, local) = text.split_once(':').unwrap_or(("", text));
    let namespace = scopes.iter().find_map(|scope| scope.declared(prefix));
    format!("{{{}}}{local}", namespace.unwrap_or_default())
}

fn qualified(known: &Type) -> String {
    format!("{{{}}}{}", known.namespace.uri(), known.name)
}

fn row(name: &str, declared: &str, nillable: bool, many: bool) -> String {
    let null = if nillable { " null" } else { "" };
    let many = if many { " many" } else { "" };
    format!("{name}: {declared}{null}{many}")
}

fn ours(member: &Member, many: bool) -> String {
    row(
        member.name,
        &qualified(member.declared),
        member.nillable,
        many,
    )
}

/// The elements that a type of the schema adds to its base, in order, and the base.
fn theirs(head: &Element, complex: &Element) -> (Option<String>, Vec<String>) {
    let extension = complex
        .child(XS, "complexContent")
        .and_then(|content| content.child(XS, "extension"));
    let holder = extension.unwrap_or(complex);
    let elements = holder
        .child(XS, "sequence")
        .into_iter()
        .flat_map(Element::children)
        .map(|element| {
            let attribute = |name| element.attribute("", name);
            row(
                attribute("name").unwrap_or("?"),
                &attribute("type")
                    .map_or_else(|| "?".to_owned(), |text| resolved(&[element, head], text)),
                attribute("nillable") == Some("true"),
                attribute("maxOccurs") == Some("unbounded"),
            )
        })
        .collect();
    let base = extension.and_then(|extension| extension.attribute("", "base"));
    (base.map(|base| resolved(&[head], base)), elements)
}

#[test]
fn the_type_table_is_that_of_the_schema() {
    let Some(folder) = reference() else { return };
    let schema = schema(&folder);
    let mut wrong = Vec::new();
    let (mut compared, mut members) = (0, 0);
    for known in types::all() {
        if known.namespace == Namespace::Schema || known.name == "duration" {
            continue;
        }
        let key = (known.namespace.uri().to_owned(), known.name.to_owned());
        let Some((head, declared)) = schema.get(&key) else {
            wrong.push(format!("{}: the schema has no such type", qualified(known)));
            continue;
        };
        compared += 1;
        let (base, elements) = theirs(head, declared);
        if matches!(known.content, Content::Enumeration) {
            if declared.name.local() != "simpleType" {
                wrong.push(format!("{}: no simple type", qualified(known)));
            }
            continue;
        }
        if !matches!(known.content, Content::Exception) && base != known.base.map(qualified) {
            wrong.push(format!("{}: the base is {base:?}", qualified(known)));
        }
        let own: Vec<String> = match known.content {
            Content::Members(own) | Content::Address(own) => {
                own.iter().map(|member| ours(member, false)).collect()
            }
            Content::Items(item) => vec![ours(item, true)],
            _ => continue,
        };
        members += own.len();
        if own != elements {
            wrong.push(format!(
                "{}:\n  ours   {own:?}\n  schema {elements:?}",
                qualified(known)
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(compared > 150 && members > 300, "{compared} {members}");
    eprintln!("compared {compared} types with {members} members");
}

#[test]
fn the_vectors_of_the_document_are_read() {
    let Some(folder) = reference() else { return };
    let text =
        std::fs::read_to_string(folder.join("vectors/ipam-envelopes.json")).expect("the vectors");
    let vectors: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let mut sections = BTreeSet::new();
    for vector in vectors["vectors"].as_array().expect("a list") {
        let section = vector["section"].as_str().expect("a section");
        let envelope =
            Envelope::read(vector["infoset"].as_str().expect("an envelope")).expect(section);
        assert_eq!(
            envelope.action.as_deref(),
            vector["action"].as_str(),
            "{section}"
        );
        let again = Envelope::read(&envelope.to_xml()).expect("what we write can be read");
        assert_eq!(again.action, envelope.action);
        sections.insert(section.to_owned());
        match section {
            "MS-IPAMM2 2.2.2.1" => {
                let Ok(Event::Fault(fault)) = read_event(&envelope).event else {
                    panic!("{section}");
                };
                assert_eq!(fault, ipamconf::model::SoapFault::sender(None));
            }
            "MS-IPAMM2 2.2.2.2" => {
                assert_eq!(read_client_message(&envelope), Ok(ClientMessage::Keepalive));
            }
            // Of other port types.
            _ => {
                assert!(read_client_message(&envelope).is_err(), "{section}");
                assert!(read_event(&envelope).event.is_err(), "{section}");
            }
        }
    }
    assert!(sections.len() >= 5, "{sections:?}");
}

/// Scenarios that send what the schema does not allow, because that is what they are about.
const WRONG_ON_PURPOSE: &[&str] = &[
    "create-scope/parameters-it-cannot-use",
    "replicate-server/a-parameters-type-nobody-knows",
    "replicate-server/an-ipv6-server-cannot-be-sent",
    "replicate-server/an-operation-id-that-is-no-member-is-refused",
    "replicate-server/messages-nobody-can-use",
    "replicate-server/nothing-starts-after-a-refused-initialize",
    "replicate-server/rights-are-asked-before-the-parameters-are-used",
    "replicate-server/the-parameters-of-another-operation",
    "replicate-scope/the-parameters-of-another-operation",
    "update-scope/parameters-it-cannot-use",
];

/// Larger worlds say nothing new about envelopes.
const SCOPES_MAX: usize = 60;

#[test]
fn every_envelope_of_the_corpus_is_valid_but_those_wrong_on_purpose() {
    let Some(folder) = reference() else { return };
    let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let has_lxml = Command::new(&python)
        .args(["-c", "import lxml.etree"])
        .output()
        .is_ok_and(|output| output.status.success());
    if !has_lxml {
        eprintln!(
            "not validated: `{python}` is not there or has no lxml; set PYTHON to one that has"
        );
        return;
    }
    let target =
        Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("envelopes-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&target);
    std::fs::create_dir_all(&target).expect("a folder");
    let written = write_corpus(&target);
    let output = Command::new(&python)
        .arg(folder.join("../tools/validate_envelopes.py"))
        .arg(&target)
        .output()
        .expect("the validator runs");
    let _ = std::fs::remove_dir_all(&target);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut failed = BTreeSet::new();
    let mut unexpected = Vec::new();
    for line in said.lines().filter(|line| line.contains(".xml: ")) {
        let name = line.split(".xml: ").next().unwrap_or_default();
        let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
        let scenario = name
            .split('@')
            .next()
            .unwrap_or_default()
            .replace("__", "/");
        let is_request = name.ends_with("-request");
        match WRONG_ON_PURPOSE.iter().find(|known| **known == scenario) {
            Some(known) if is_request => {
                failed.insert(*known);
            }
            _ => unexpected.push(line.to_owned()),
        }
    }
    assert!(unexpected.is_empty(), "{}", unexpected.join("\n"));
    let last = said.lines().last().unwrap_or_default();
    assert!(
        last.ends_with(" failed"),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert_eq!(failed, WRONG_ON_PURPOSE.iter().copied().collect());
    eprintln!("{written} envelopes: {last}");
}

/// Writes the envelopes of every small case at the door `session`, each a file.
fn write_corpus(target: &Path) -> usize {
    let mut written = 0;
    for scenario in corpus::scenarios() {
        for (place, case) in scenario.cases.iter().enumerate() {
            if !case.doors.contains(&Door::Session) || case.world.scopes.len() > SCOPES_MAX {
                continue;
            }
            let readings = Readings::default();
            let trace = run_case(case, &mut SessionTarget::default(), &readings).expect("it runs");
            for (number, record) in trace.log.iter().enumerate() {
                let id = message_id(0, 0, number);
                let (xml, kind) = match &record.what {
                    What::Sent { message, .. } => (
                        write_client_message(message, &id, None, None).xml,
                        "request",
                    ),
                    What::Received(event) => {
                        let prefix = CallbackPrefix::Service;
                        let Some(envelope) = write_event(event, Some(&id), prefix) else {
                            continue;
                        };
                        (envelope.to_xml(), "event")
                    }
                    _ => continue,
                };
                let name = scenario.id.replace('/', "__");
                let file = format!("{name}@{place}-{number:03}-{kind}.xml");
                std::fs::write(target.join(file), xml).expect("a file");
                written += 1;
            }
        }
    }
    written
}
