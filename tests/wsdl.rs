//! The published description: it holds together, it is what the document's own schema says, and it says what is sent.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};

use ipamconf::soap::wsdl::{schema, wsdl};
use ipamconf::soap::{Element, types};

const XS: &str = "http://www.w3.org/2001/XMLSchema";
const WSDL: &str = "http://schemas.xmlsoap.org/wsdl/";
const SOAP_12: &str = "http://schemas.xmlsoap.org/wsdl/soap12/";
const ADDRESSING: &str = "http://www.w3.org/2006/05/addressing/wsdl";
const IPAM: &str = "http://Microsoft.Windows.Ipam";
const IPAM1: &str = "http://schemas.datacontract.org/2004/07/Microsoft.Windows.Ipam";
const SERIALIZATION: &str = "http://schemas.microsoft.com/2003/10/Serialization/";

/// A name as `{namespace}local`.
type Full = String;

/// Prefixes in force.
type Scope = BTreeMap<String, String>;

fn scope_of(element: &Element, outside: &Scope) -> Scope {
    let mut scope = outside.clone();
    for (prefix, uri) in &element.declarations {
        scope.insert(prefix.to_string(), uri.to_string());
    }
    scope
}

fn resolve(name: &str, scope: &Scope) -> Full {
    let (prefix, local) = name.split_once(':').unwrap_or(("", name));
    let namespace = scope
        .get(prefix)
        .unwrap_or_else(|| panic!("{name}: nothing declares {prefix:?}"));
    format!("{{{namespace}}}{local}")
}

/// Everything in an element, with the prefixes in force there; the element itself comes first.
fn walk<'a>(element: &'a Element, outside: &Scope, visit: &mut impl FnMut(&'a Element, &Scope)) {
    let scope = scope_of(element, outside);
    visit(element, &scope);
    for child in element.children() {
        walk(child, &scope, visit);
    }
}

fn name(element: &Element) -> &str {
    element.attribute("", "name").unwrap_or_default()
}

/// What a schema says about a type, in a form that two schemas can be compared by.
#[derive(Debug, Default, PartialEq, Eq)]
struct Shape {
    base: Option<Full>,
    /// Elements and wildcards in order.
    particles: Vec<String>,
    attributes: BTreeSet<Full>,
    /// Members of an enumeration, other facets, numbers, in order.
    facets: Vec<String>,
    value_type: bool,
}

fn shape(declaration: &Element, outside: &Scope) -> Shape {
    let mut shape = Shape::default();
    walk(declaration, outside, &mut |element, scope| {
        let get = |key| element.attribute("", key);
        match (element.name.namespace(), element.name.local()) {
            (XS, "extension" | "restriction") => {
                shape.base = get("base").map(|base| resolve(base, scope));
            }
            (XS, "element") if get("type").is_some() => shape.particles.push(format!(
                "{} {} {}..{}{}",
                name(element),
                resolve(get("type").unwrap(), scope),
                get("minOccurs").unwrap_or("1"),
                get("maxOccurs").unwrap_or("1"),
                if get("nillable") == Some("true") {
                    " nillable"
                } else {
                    ""
                },
            )),
            (XS, "any") => shape.particles.push(format!(
                "any {:?} {:?} {:?} {:?}",
                get("namespace"),
                get("processContents"),
                get("minOccurs"),
                get("maxOccurs"),
            )),
            (XS, "attribute") => {
                shape.attributes.insert(resolve(get("ref").unwrap(), scope));
            }
            (SERIALIZATION, "IsValueType") => shape.value_type = element.text() == "true",
            (SERIALIZATION, "EnumerationValue") => {
                shape.facets.push(format!("number {}", element.text()));
            }
            (XS, facet) if get("value").is_some() => {
                shape
                    .facets
                    .push(format!("{facet} {}", get("value").unwrap()));
            }
            _ => {}
        }
    });
    shape
}

/// What the global declarations of a schema are.
#[derive(Default)]
struct Declared {
    types: BTreeMap<Full, Shape>,
    elements: BTreeMap<Full, Shape>,
    attributes: BTreeMap<Full, Full>,
}

impl Declared {
    fn add(&mut self, schema: &Element, outside: &Scope) {
        assert!(schema.name.is(XS, "schema"), "{}", schema.name);
        assert_eq!(
            schema.attribute("", "elementFormDefault"),
            Some("qualified")
        );
        let scope = scope_of(schema, outside);
        let namespace = schema.attribute("", "targetNamespace").unwrap();
        for child in schema.children() {
            let full = format!("{{{namespace}}}{}", name(child));
            let twice = match child.name.local() {
                "complexType" | "simpleType" => {
                    self.types.insert(full, shape(child, &scope)).is_some()
                }
                "element" => self.elements.insert(full, shape(child, &scope)).is_some(),
                "attribute" => {
                    let kind = resolve(child.attribute("", "type").unwrap(), &scope);
                    self.attributes.insert(full, kind).is_some()
                }
                "import" => false,
                other => panic!("{other} in the schema of {namespace}"),
            };
            assert!(!twice, "{} is declared twice", name(child));
        }
    }
}

fn read(text: &str) -> Element {
    Element::read(text).unwrap_or_else(|error| panic!("not XML: {error}"))
}

fn ours() -> (Element, Declared) {
    let description = read(&wsdl("http://127.0.0.1:8080/soap"));
    let mut declared = Declared::default();
    let scope = scope_of(&description, &Scope::new());
    let schemas = description.child(WSDL, "types").expect("types");
    for schema in schemas.children() {
        declared.add(schema, &scope_of(schemas, &scope));
    }
    (description, declared)
}

#[test]
fn every_name_that_a_schema_uses_is_declared_and_imported() {
    let (description, declared) = ours();
    let mut used = 0;
    for schema in description.child(WSDL, "types").unwrap().children() {
        let target = schema.attribute("", "targetNamespace").unwrap();
        let imports: BTreeSet<_> = schema
            .children()
            .filter(|child| child.name.is(XS, "import"))
            .map(|import| import.attribute("", "namespace").unwrap())
            .collect();
        let mut needed = BTreeSet::new();
        walk(schema, &Scope::new(), &mut |element, scope| {
            for (key, kind) in [("type", "type"), ("base", "type"), ("ref", "attribute")] {
                let Some(value) = element.attribute("", key) else {
                    continue;
                };
                used += 1;
                let full = resolve(value, scope);
                let namespace = full[1..].split('}').next().unwrap().to_owned();
                if namespace == XS {
                    continue;
                }
                match kind {
                    "type" => assert!(declared.types.contains_key(&full), "{full}"),
                    _ => assert!(declared.attributes.contains_key(&full), "{full}"),
                }
                if namespace != target {
                    needed.insert(namespace);
                }
            }
        });
        assert_eq!(
            imports,
            needed.iter().map(String::as_str).collect(),
            "imports of {target}"
        );
    }
    assert!(used > 300, "{used}");
}

#[test]
fn every_type_of_the_table_whose_members_are_known_is_in_it() {
    let (_, declared) = ours();
    for known in types::all() {
        let full = format!("{{{}}}{}", known.namespace.uri(), known.name);
        let expected = known.namespace.uri() != XS && !known.is_open();
        assert_eq!(declared.types.contains_key(&full), expected, "{full}");
    }
}

#[test]
fn a_schema_alone_is_the_one_in_the_wsdl() {
    let (description, _) = ours();
    let mut count = 0;
    for inside in description.child(WSDL, "types").unwrap().children() {
        let namespace = inside.attribute("", "targetNamespace").unwrap();
        let (mut alone, mut together) = (Declared::default(), Declared::default());
        alone.add(&read(&schema(namespace).unwrap()), &Scope::new());
        together.add(inside, &scope_of(&description, &Scope::new()));
        assert_eq!(alone.types, together.types);
        assert_eq!(alone.elements, together.elements);
        count += 1;
    }
    assert_eq!(count, 8);
    assert_eq!(schema("http://example.com/"), None);
}

/// The global names of one kind of WSDL component.
fn components(description: &Element, kind: &str) -> BTreeSet<Full> {
    description
        .children()
        .filter(|child| child.name.is(WSDL, kind))
        .map(|child| format!("{{{IPAM}}}{}", name(child)))
        .collect()
}

#[test]
fn the_wsdl_refers_to_what_it_has() {
    let (description, declared) = ours();
    let messages = components(&description, "message");
    let port_types = components(&description, "portType");
    let bindings = components(&description, "binding");
    let mut seen = BTreeMap::<String, usize>::new();
    for child in description
        .children()
        .filter(|child| !child.name.is(WSDL, "types"))
    {
        walk(
            child,
            &scope_of(&description, &Scope::new()),
            &mut |element, scope| {
                for (key, known) in [
                    ("message", &messages),
                    ("type", &port_types),
                    ("binding", &bindings),
                    ("element", &declared.elements.keys().cloned().collect()),
                ] {
                    if let Some(value) = element.attribute("", key) {
                        let full = resolve(value, scope);
                        assert!(known.contains(&full), "{key} {full}");
                        *seen.entry(key.to_owned()).or_default() += 1;
                    }
                }
            },
        );
    }
    assert_eq!(
        seen.into_iter().collect::<Vec<_>>(),
        [
            ("binding", 1),
            ("element", 10),
            ("message", 11),
            ("type", 2)
        ]
        .map(|(key, count)| (key.to_owned(), count))
    );
}

#[test]
fn operations_of_port_type_and_binding_are_the_same_and_soap_1_2() {
    let (description, _) = ours();
    for binding in description
        .children()
        .filter(|child| child.name.is(WSDL, "binding"))
    {
        let port_type = description
            .children()
            .find(|child| child.name.is(WSDL, "portType") && name(child) == name(binding))
            .expect("a port type of the same name");
        let operations = |of: &Element| -> Vec<(String, Vec<String>)> {
            of.children()
                .filter(|child| child.name.is(WSDL, "operation"))
                .map(|operation| {
                    let directions = operation
                        .children()
                        .filter(|child| child.name.namespace() == WSDL)
                        .map(|child| child.name.local().to_owned())
                        .collect();
                    (name(operation).to_owned(), directions)
                })
                .collect()
        };
        assert_eq!(operations(port_type), operations(binding));
        assert!(binding.child(ADDRESSING, "UsingAddressing").is_some());
        assert!(binding.child(SOAP_12, "binding").is_some());
        for operation in port_type.children() {
            let bound = binding
                .children()
                .find(|child| name(child) == name(operation))
                .unwrap();
            assert_eq!(
                bound
                    .child(SOAP_12, "operation")
                    .unwrap()
                    .attribute("", "soapAction"),
                operation
                    .child(WSDL, "input")
                    .unwrap()
                    .attribute(ADDRESSING, "Action"),
            );
        }
    }
}

#[test]
fn the_address_is_the_endpoint_whatever_is_in_it() {
    let endpoint = "http://[::1]:1/w\"<&>/soap?a=b&c";
    let description = read(&wsdl(endpoint));
    let address = description
        .child(WSDL, "service")
        .and_then(|service| service.child(WSDL, "port"))
        .and_then(|port| port.child(SOAP_12, "address"))
        .unwrap();
    assert_eq!(address.attribute("", "location"), Some(endpoint));
}

/// The folder of the document's own schema, where there is one: it is not part of the project.
fn reference() -> Option<PathBuf> {
    let folder = Path::new(&std::env::var_os("IPAMCONF_REFERENCE_DATA")?).join("schema");
    Some(folder)
}

#[test]
fn every_type_is_as_the_documents_schema_has_it() {
    let Some(folder) = reference() else {
        // not eprintln!, which the test runner keeps to itself
        let _ = writeln!(
            std::io::stderr(),
            "not compared: IPAMCONF_REFERENCE_DATA does not name a folder with the document's schema"
        );
        return;
    };
    let mut theirs = Declared::default();
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "xsd") {
            let text = std::fs::read_to_string(&path).unwrap();
            theirs.add(&read(text.trim_start_matches('\u{feff}')), &Scope::new());
        }
    }
    let (_, ours) = ours();
    let differences: Vec<_> = ours
        .types
        .iter()
        .filter(|(name, shape)| theirs.types.get(*name) != Some(shape))
        .map(|(name, shape)| {
            format!(
                "{name}\nours   {shape:?}\ntheirs {:?}",
                theirs.types.get(name)
            )
        })
        .collect();
    assert!(differences.is_empty(), "{}", differences.join("\n\n"));
    // the element that faults carry, which the document shows but its schema lacks
    let fault = format!("{{{IPAM1}}}IpamException");
    assert!(!theirs.elements.contains_key(&fault));
    for (name, shape) in ours.elements.iter().filter(|(name, _)| **name != fault) {
        assert_eq!(Some(shape), theirs.elements.get(name), "{name}");
    }
    for (name, kind) in &ours.attributes {
        assert_eq!(Some(kind), theirs.attributes.get(name), "{name}");
    }
    assert_eq!(ours.elements.len(), 10);
    assert!(ours.types.len() > 150, "{}", ours.types.len());
}
