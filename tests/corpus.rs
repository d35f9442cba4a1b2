//! What the corpus as a whole owes: every variant of the sequences, no case twice, every requirement cited.

#[path = "support/corpus.rs"]
mod corpus;

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use ipamconf::spec::{REQUIREMENTS, RequirementId};

/// The variants of sequences S1 to S9: each has to have a case. S1 comes with several scopes; S2 also with an id that
/// is 0, absent or unknown; S4 to S6 with each form of nothing; S7 with each kind of caller; S9b with each rule of
/// ValidateDhcpScope, on creation and on update; S9d with each callback. Left out is S9s, rights that change during a
/// session: no step takes a right away.
const VARIANTS: &[(&str, usize)] = &[
    ("S1", 3),
    ("S2", 4),
    ("S3", 1),
    ("S4", 2),
    ("S4b", 1),
    ("S4c", 1),
    ("S4d", 1),
    ("S5", 2),
    ("S5b", 1),
    ("S6", 2),
    ("S7", 7),
    ("S8a", 1),
    ("S8b", 2),
    ("S8c", 1),
    ("S8d", 1),
    ("S8e", 1),
    ("S8f", 1),
    ("S9a", 2),
    ("S9b", 16),
    ("S9c", 3),
    ("S9d", 5),
    ("S9e", 3),
    ("S9f", 3),
    ("S9g", 1),
    ("S9h", 3),
    ("S9i", 2),
    ("S9j", 3),
    ("S9k", 3),
    ("S9l", 1),
    ("S9m", 3),
    ("S9n", 2),
    ("S9o", 1),
    ("S9p", 2),
    ("S9q", 1),
    ("S9r", 3),
    ("S9t", 2),
    ("S9u", 1),
    ("S9v", 1),
];

/// A case shows a variant when its name begins with it; else when its file is tagged with it and none of the file's
/// cases is named for a variant.
fn shows(tags: &[String], case: Option<&str>, variant: &str) -> bool {
    let named = |name: &str| {
        let first = name.split(' ').next().unwrap_or("");
        VARIANTS
            .iter()
            .any(|(variant, _)| *variant == first)
            .then(|| first.to_owned())
    };
    match case.and_then(named) {
        Some(first) => first == variant,
        None => tags.iter().any(|tag| tag == variant),
    }
}

#[test]
fn every_variant_of_the_sequences_has_its_cases() {
    let scenarios = corpus::scenarios();
    let mut missing = Vec::new();
    for (variant, least) in VARIANTS {
        let found = scenarios
            .iter()
            .flat_map(|scenario| scenario.cases.iter().map(move |case| (scenario, case)))
            .filter(|(scenario, case)| shows(&scenario.tags, case.name.as_deref(), variant))
            .count();
        if found < *least {
            missing.push(format!("{variant}: {found} cases, {least} wanted"));
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn no_two_cases_ask_the_same() {
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    for scenario in corpus::scenarios() {
        for case in &scenario.cases {
            let name = corpus::case_name(&scenario, case);
            let asks = format!(
                "{:?} {:?} {:?} {:?} {:?}",
                case.world,
                without_places(&case.steps),
                without_places(&case.expect),
                case.readings,
                case.doors
            );
            if let Some(other) = seen.insert(asks, name.clone()) {
                panic!("`{name}` and `{other}` have equal world, steps and expectation");
            }
        }
    }
}

/// The debug text of something without the places in it.
fn without_places(value: &impl std::fmt::Debug) -> String {
    let text = format!("{value:?}");
    let mut out = String::new();
    let mut rest = text.as_str();
    while let Some(at) = rest.find("Span {") {
        out.push_str(&rest[..at]);
        let end = rest[at..].find('}').map_or(rest.len(), |end| at + end + 1);
        rest = &rest[end..];
    }
    out + rest
}

/// Requirements that nothing cites yet, each with the reason.
const NOT_CITED: &[(RequirementId, &str)] = &[
    (
        RequirementId::R_TR_3,
        "what a client knows beforehand shows nowhere",
    ),
    (
        RequirementId::R_MSG_3,
        "the form of envelopes shows at SOAP doors only",
    ),
];

#[test]
fn every_requirement_is_cited_by_code_or_by_a_scenario() {
    let mut cited: BTreeSet<&str> = BTreeSet::new();
    let mut texts: Vec<String> = corpus::files()
        .iter()
        .map(|file| std::fs::read_to_string(file).unwrap())
        .collect();
    let mut folders = vec![corpus::root().join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if !path.ends_with("spec/requirement.rs") {
                texts.push(
                    std::fs::read_to_string(path)
                        .unwrap()
                        .replace("R_", "R-")
                        .replace('_', "-"),
                );
            }
        }
    }
    for requirement in REQUIREMENTS {
        let name = requirement.id.name();
        let is_whole = |text: &str, at: usize| {
            let after = text[at + name.len()..].chars().next();
            !after.is_some_and(|c| c.is_ascii_alphanumeric())
        };
        if texts
            .iter()
            .any(|text| text.match_indices(name).any(|(at, _)| is_whole(text, at)))
        {
            cited.insert(name);
        }
    }
    let mut mistakes = Vec::new();
    for requirement in REQUIREMENTS {
        let excused = NOT_CITED.iter().any(|(id, _)| *id == requirement.id);
        match (cited.contains(requirement.id.name()), excused) {
            (false, false) => mistakes.push(format!("{} is cited nowhere", requirement.id)),
            (true, true) => {
                mistakes.push(format!("{} is cited: take it off the list", requirement.id))
            }
            _ => {}
        }
    }
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n"));
}
