//! A first scenario file: commented, and passing as it stands.

/// The operations there is a template for.
pub const OPERATIONS: [&str; 4] = [
    "ReplicateServer",
    "ReplicateScope",
    "CreateDhcpScope",
    "EditDhcpScope",
];

/// The longest name: file systems take 255 bytes, people far less.
const NAME_MAX: usize = 100;

/// The name of a scenario: a behaviour in words, of small letters and digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name(Vec<String>);

/// Why a text cannot be the name of a scenario.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// There is no word in it.
    #[error("a name needs a word of two letters or more, as in `a-partner-that-refuses`")]
    NoWord,
    /// It is too long.
    #[error("a name has at most {NAME_MAX} characters, not {0}")]
    TooLong(usize),
    /// It holds what no word holds.
    #[error("a name is made of words: letters a to z and digits, joined by hyphens; not {0:?}{hint}", hint = hint(*.0))]
    Character(char),
}

const fn hint(found: char) -> &'static str {
    match found {
        '/' | '\\' => " (the folder is named by --dir)",
        '.' => " (the ending .toml comes by itself)",
        _ => "",
    }
}

impl Name {
    /// Reads a name: words joined by hyphens or blanks.
    ///
    /// # Errors
    /// When it is no text of words; above all, it is never a path.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        let length = text.chars().count();
        if length > NAME_MAX {
            return Err(NameError::TooLong(length));
        }
        if let Some(found) = text
            .chars()
            .find(|c| !c.is_ascii_alphanumeric() && !matches!(c, '-' | ' '))
        {
            return Err(NameError::Character(found));
        }
        let words: Vec<String> = text
            .split(['-', ' '])
            .filter(|word| !word.is_empty())
            .map(str::to_ascii_lowercase)
            .collect();
        let is_word = |word: &String| word.chars().filter(char::is_ascii_lowercase).count() > 1;
        if words.iter().any(is_word) {
            Ok(Self(words))
        } else {
            Err(NameError::NoWord)
        }
    }

    /// The name of the file.
    #[must_use]
    pub fn file(&self) -> String {
        format!("{}.toml", self.0.join("-"))
    }

    /// The title to begin with.
    #[must_use]
    pub fn title(&self) -> String {
        self.0.join(" ")
    }
}

/// The text of a new scenario of that operation, one of [`OPERATIONS`]; another one counts as the first.
#[must_use]
pub fn template(name: &Name, operation: &str) -> String {
    let parts = match operation {
        "ReplicateScope" => &REPLICATE_SCOPE,
        "CreateDhcpScope" => &CREATE_SCOPE,
        "EditDhcpScope" => &EDIT_SCOPE,
        _ => &REPLICATE_SERVER,
    };
    let Parts {
        requirements,
        copy,
        steps,
        store,
    } = parts;
    format!(
        r#"# The behaviour as a claim: it stands over every report.
title = "{title}"
# What the file is about, the most telling first; `ipamconf requirements` lists them all.
requirements = [{requirements}]

# What exists. Rows have names and never ids, and what is left out has a sensible value:
# `ipamconf explain` shows the world with everything filled in.
[world]
servers = [{{ name = "S" }}, {{ name = "P1" }}]
relations = [{{ name = "R1", server1 = "S", server2 = "P1" }}]
scopes = [
  {{ name = "A", server = "S", subnet = "10.0.1.0/24", relation = "R1", lease = "8d" }},
{copy}]

{steps}
# What must follow. Where several values are right, write a list: the first is our ruling.
[expect]
overall = "CompletedWithSuccess"
{store}"#,
        title = name.title(),
    )
}

/// What differs from operation to operation.
struct Parts {
    requirements: &'static str,
    copy: &'static str,
    steps: &'static str,
    store: &'static str,
}

const COPY: &str = "  # the partner's copy: like A, but for the lease time\n  \
    { name = \"A on P1\", server = \"P1\", like = \"A\", lease = \"1h\" },\n";

const CHANGED: &str = "# As soon as `changed`, `created` or `deleted` is written, nothing else may change in the store.\n\
    changed = [{ scope = \"A on P1\", lease = \"8d\" }]\n";

const REPLICATE_SERVER: Parts = Parts {
    requirements: "\"R-29-6a\", \"R-31-4\"",
    copy: COPY,
    steps: "# What the client does. Left out, it is this one step.\n\
        [[steps]]\n\
        replicate = { server = \"S\" }\n",
    store: CHANGED,
};

const REPLICATE_SCOPE: Parts = Parts {
    requirements: "\"R-29-6a\", \"R-29-7\"",
    copy: COPY,
    steps: "# What the client does: `scopes` are those it asks to have replicated.\n\
        [[steps]]\n\
        replicate = { operation = \"ReplicateScope\", scopes = [\"A\"] }\n",
    store: CHANGED,
};

const CREATE_SCOPE: Parts = Parts {
    requirements: "\"R-3-10\", \"R-3-19\"",
    copy: "",
    steps: "# What the client does. The object that is sent is A's; `set` makes it one of another subnet.\n\
        [[steps]]\n\
        replicate = { operation = \"CreateDhcpScope\", scope = \"A\", set = { Scope = { RecordId = 0, ScopeId = \"10.0.9.0\", StartAddress = \"10.0.9.1\", EndAddress = \"10.0.9.254\" } } }\n",
    store: "# As soon as `changed`, `created` or `deleted` is written, nothing else may change in the store.\n\
        created = [{ server = \"S\", like = \"A\", subnet = \"10.0.9.0/24\", range = \"10.0.9.1-10.0.9.254\" }]\n",
};

const EDIT_SCOPE: Parts = Parts {
    requirements: "\"R-4-10\", \"R-4-19\"",
    copy: "",
    steps: "# What the client does. The object that is sent is A's as it is stored; `set` says what is edited.\n\
        [[steps]]\n\
        replicate = { operation = \"EditDhcpScope\", scope = \"A\", set = { Scope = { ScopeName = \"printers\" } } }\n",
    store: "# As soon as `changed`, `created` or `deleted` is written, nothing else may change in the store.\n\
        changed = [{ scope = \"A\", scope_name = \"printers\" }]\n",
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Source, read};

    #[test]
    fn names_are_words_and_never_paths() {
        let file = |text: &str| Name::parse(text).map(|name| name.file());
        assert_eq!(
            file("a-null-server-fails"),
            Ok("a-null-server-fails.toml".to_owned())
        );
        assert_eq!(file("A null  server"), Ok("a-null-server.toml".to_owned()));
        for text in [
            "../x",
            "a/b",
            "a\\b",
            "x.toml",
            "..",
            "a\0b",
            "a\nb",
            "caf\u{e9}",
            "a_b",
            "~ab",
        ] {
            assert!(
                matches!(file(text), Err(NameError::Character(_))),
                "{text:?}"
            );
        }
        for text in ["", "-", " ", "a", "1-2", "--"] {
            assert_eq!(file(text), Err(NameError::NoWord), "{text:?}");
        }
        assert_eq!(file(&"ab".repeat(51)), Err(NameError::TooLong(102)));
    }

    #[test]
    fn every_template_loads() {
        let name = Name::parse("a first scenario").expect("a name");
        for operation in OPERATIONS {
            let text = template(&name, operation);
            let scenario = read("x", Source::new("x.toml", text)).expect("a scenario");
            assert_eq!(scenario.title.value, "a first scenario");
        }
    }
}
