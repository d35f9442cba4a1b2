//! Mistakes in a scenario file: what they are, where they stand, what would have been right.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::scenario::Source;
use crate::scenario::limits::{ERRORS_MAX, QUOTED_MAX};
use crate::verdict::Span;

macro_rules! codes {
    ($($(#[$meta:meta])* $variant:ident = $name:literal),* $(,)?) => {
        /// The kinds of mistakes; the first digit is the exit code.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum LoadCode { $($(#[$meta])* $variant),* }

        impl LoadCode {
            /// Every code, in the order of their numbers.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The code as people quote it, such as `IC2101`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }
        }
    };
}

codes! {
    /// The file is not UTF-8, or cannot be read.
    Unreadable = "IC2001",
    /// The file is not TOML 1.0, or gives a key or table twice.
    NotToml = "IC2002",
    /// Something is over a limit of [`crate::scenario::limits`].
    OverLimit = "IC2003",
    /// A key that its table does not know.
    UnknownKey = "IC2101",
    /// A value of the wrong type.
    WrongType = "IC2102",
    /// A required key is missing.
    MissingKey = "IC2103",
    /// A word that is no member, a malformed duration, address, count or hex, an unknown version.
    Malformed = "IC2104",
    /// Keys that exclude each other; a step with two actions, or none.
    Exclusive = "IC2105",
    /// A reference to nothing.
    UnknownName = "IC2201",
    /// A name given twice.
    NameTwice = "IC2202",
    /// A reserved word as a name.
    ReservedName = "IC2203",
    /// A subnet with host bits, of the wrong family, or with a prefix out of bounds.
    Subnet = "IC2204",
    /// A range or an exclusion outside its subnet, or backwards.
    Range = "IC2205",
    /// `invalid` on a row that is valid.
    InvalidYetValid = "IC2206",
    /// The same network address twice on one server.
    SubnetTwice = "IC2207",
    /// A variable that no case gives.
    UnknownVariable = "IC2301",
    /// A variable of a case that nothing uses.
    UnusedVariable = "IC2302",
    /// A variable in longer text that some case does not give, or that is no scalar.
    VariableInText = "IC2303",
    /// An unknown requirement.
    UnknownRequirement = "IC2401",
    /// An unknown question or reading.
    UnknownReading = "IC2402",
    /// An `expect` without `requirements`.
    ExpectWithoutRequirements = "IC2403",
    /// Expectations that contradict each other, or stand where they cannot be met.
    Contradiction = "IC2501",
    /// A malformed pattern.
    Pattern = "IC2502",
    /// A door that cannot carry the file.
    Door = "IC2601",
}

impl std::fmt::Display for LoadCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}

/// One mistake in a scenario file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}{}{}{}", part(", found ", found.as_deref()), part(", expected ", expected.as_deref()), part("; ", help.as_deref()))]
pub struct LoadError {
    /// What kind of mistake.
    pub code: LoadCode,
    /// Where it stands.
    pub span: Span,
    /// What is wrong: a lower-case title without the author's own words.
    pub message: String,
    /// What was found.
    pub found: Option<String>,
    /// What would have been right.
    pub expected: Option<String>,
    /// What to do.
    pub help: Option<String>,
    /// A second place that helps, with a few words on it.
    pub label: Option<(Span, String)>,
}

fn part(before: &str, text: Option<&str>) -> String {
    text.map_or_else(String::new, |text| format!("{before}{text}"))
}

impl LoadError {
    /// A mistake with nothing but its title.
    #[must_use]
    pub fn new(code: LoadCode, span: Span, message: impl Into<String>) -> Self {
        Self {
            code,
            span,
            message: message.into(),
            found: None,
            expected: None,
            help: None,
            label: None,
        }
    }

    /// The same, with what was found: the author's text in back-ticks.
    #[must_use]
    pub fn found(mut self, text: impl AsRef<str>) -> Self {
        self.found = Some(quoted(text.as_ref()));
        self
    }

    /// The same, with what was found in our words.
    #[must_use]
    pub fn found_plain(mut self, text: impl Into<String>) -> Self {
        self.found = Some(text.into());
        self
    }

    /// The same, with what would have been right.
    #[must_use]
    pub fn expected(mut self, text: impl Into<String>) -> Self {
        self.expected = Some(text.into());
        self
    }

    /// The same, with what to do.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    /// The same, offering the closest valid name.
    #[must_use]
    pub fn did_you_mean(mut self, name: Option<&str>) -> Self {
        if let Some(name) = name {
            self.help = Some(format!("did you mean {}", quoted(name)));
        }
        self
    }

    /// The same, with a second place.
    #[must_use]
    pub fn label(mut self, span: Span, text: impl Into<String>) -> Self {
        self.label = Some((span, text.into()));
        self
    }
}

/// Text of the author's in back-ticks, cut where it is long.
pub(super) fn quoted(text: &str) -> String {
    match text.char_indices().nth(QUOTED_MAX) {
        None => format!("`{text}`"),
        Some((cut, _)) => format!("`{}…`", &text[..cut]),
    }
}

/// Words in back-ticks, as `one of …`.
pub(super) fn one_of<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let words: Vec<String> = words.into_iter().map(|word| format!("`{word}`")).collect();
    match words.as_slice() {
        [] => "nothing".to_owned(),
        [word] => word.clone(),
        _ => format!("one of {}", words.join(", ")),
    }
}

/// A file that was refused: its text and every mistake in it, sorted by position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    /// The file and its text.
    pub source: Arc<Source>,
    /// Its mistakes; never empty.
    pub errors: Vec<LoadError>,
}

// By hand: thiserror takes a field called `source` for the cause.
impl std::error::Error for Rejected {}

impl std::fmt::Display for Rejected {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (number, error) in self.errors.iter().enumerate() {
            if number > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{}: {error}", self.source.locate(error.span))?;
        }
        Ok(())
    }
}

/// What is said of a required key that is not there.
pub(super) fn missing_key_message(key: &str) -> String {
    format!("required key `{key}` is missing")
}

/// Collects mistakes: the same one found again (in another case, in another row of a `repeat`) is dropped.
#[derive(Debug, Default)]
pub(super) struct Errors {
    list: Vec<LoadError>,
    found: usize,
    seen: BTreeSet<(usize, LoadCode, String)>,
    /// Nothing more can be said about the file: a limit was passed.
    pub(super) stopped: bool,
}

impl Errors {
    /// Adds a mistake.
    pub(super) fn push(&mut self, error: LoadError) {
        self.found += 1;
        if self.list.len() < ERRORS_MAX
            && self
                .seen
                .insert((error.span.start, error.code, error.message.clone()))
        {
            self.list.push(error);
        }
    }

    /// Whether that mistake was reported already; counts it as found once more if so.
    pub(super) fn is_known(&mut self, span: Span, code: LoadCode, message: &str) -> bool {
        let known = self.seen.contains(&(span.start, code, message.to_owned()));
        self.found += usize::from(known);
        known
    }

    /// Whether the next mistake would be dropped anyway, so that nobody need describe it; counts it as found.
    pub(super) const fn skips(&mut self) -> bool {
        self.found += 1;
        self.list.len() >= ERRORS_MAX
    }

    /// Adds a mistake after which reading on is of no use.
    pub(super) fn stop(&mut self, error: LoadError) {
        // Must be seen even if two hundred others came before.
        if self.list.len() >= ERRORS_MAX {
            self.list.pop();
        }
        self.push(error);
        self.stopped = true;
    }

    /// Whether reading on is worth while.
    pub(super) fn is_full(&self) -> bool {
        self.stopped || self.list.len() >= ERRORS_MAX
    }

    /// How many were found, those found again included: whether it grows tells if a part has a mistake in it.
    pub(super) const fn found(&self) -> usize {
        self.found
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// A required key that was misspelt is one mistake, not two: the misspelling is the one to mend.
    fn drop_misspelt_keys_said_to_be_missing(&mut self) {
        let misspelt: Vec<(Span, String)> = self
            .list
            .iter()
            .filter(|error| error.code == LoadCode::UnknownKey)
            .filter_map(|error| Some((error.span, error.help.clone()?)))
            .collect();
        self.list.retain(|error| {
            error.code != LoadCode::MissingKey
                || !misspelt.iter().any(|(span, help)| {
                    let key = help.split('`').nth(1).unwrap_or_default();
                    error.span.start <= span.start
                        && span.end <= error.span.end
                        && error.message == missing_key_message(key)
                })
        });
    }

    /// An unknown key where a required one is missing is one mistake, not two, if there is no other of either kind in
    /// the table: the unknown key stands for the missing one.
    fn join_unknown_keys_and_the_missing_ones_they_stand_for(&mut self) {
        let missing: Vec<(Span, String)> = self
            .list
            .iter()
            .filter(|error| error.code == LoadCode::MissingKey)
            .map(|error| (error.span, error.message.clone()))
            .collect();
        for (table, message) in &missing {
            let is_alone = missing.iter().filter(|(span, _)| span == table).count() == 1;
            let key = message.split('`').nth(1).unwrap_or_default();
            let mut unknown = self.list.iter_mut().filter(|error| {
                error.code == LoadCode::UnknownKey
                    && table.start <= error.span.start
                    && error.span.end <= table.end
            });
            let (Some(first), None, true) = (unknown.next(), unknown.next(), is_alone) else {
                continue;
            };
            // A key of a table within this one has other words to choose from.
            let is_expected = first
                .expected
                .as_ref()
                .is_some_and(|words| words.contains(&format!("`{key}`")));
            if is_expected {
                first.help = Some(message.clone());
                self.list.retain(|error| {
                    error.code != LoadCode::MissingKey
                        || error.span != *table
                        || error.message != *message
                });
            }
        }
    }

    /// All of them, sorted by position.
    pub(super) fn into_sorted(mut self) -> Vec<LoadError> {
        self.drop_misspelt_keys_said_to_be_missing();
        self.join_unknown_keys_and_the_missing_ones_they_stand_for();
        self.list.sort_by(|a, b| {
            (a.span.start, a.code, &a.message).cmp(&(b.span.start, b.code, &b.message))
        });
        self.list
    }
}
