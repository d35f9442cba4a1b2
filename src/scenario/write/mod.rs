//! A case as the text of a scenario file: the way back from [`read`](crate::scenario::read()).
//!
//! Rows are written out one by one, without `like` and `repeat`; what equals a default of the language is left out. The
//! text is read again before it is handed out: what it says is what the case says, or there is no text.

mod columns;
mod expect;
mod layout;
mod same;
mod scopes;
mod steps;
mod world;

use crate::scenario::error::LoadError;
use crate::scenario::limits::FILE_BYTES_MAX;
use crate::scenario::write::layout::{Document, Entries, Toml};
use crate::scenario::{Case, LoadCode, Source, read};
use crate::spec::RequirementId;
use crate::trace::Door;

/// What stands at the top of a file, beside what the case itself says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Head {
    /// The behaviour as a claim.
    pub title: String,
    /// Why, for the reader.
    pub description: Option<String>,
    /// The requirements it is about, the most telling first. Expectations need one.
    pub requirements: Vec<RequirementId>,
    /// For `--tag`.
    pub tags: Vec<String>,
    /// The doors it is meant for; `None`: all that can carry it.
    pub doors: Option<Vec<Door>>,
}

/// Why a case has no text.
#[derive(Debug, thiserror::Error)]
pub enum NotWritable {
    /// The language has no word for a value.
    #[error("the scenario language cannot say {what}: found {found}")]
    Value {
        /// What the value is of, for a person.
        what: String,
        /// The value.
        found: String,
    },
    /// The text would pass a limit of the reader.
    #[error("too large to be a scenario file: {0}")]
    TooLarge(String),
    /// The reader would refuse the text: the rows do not fit together as the language wants them to.
    #[error("the scenario language does not allow it: {0}")]
    Refused(Box<LoadError>),
    /// The text would mean another case.
    #[error("the scenario language would say something else: other {0}")]
    Differs(&'static str),
}

impl NotWritable {
    fn value(what: impl Into<String>, found: impl Into<String>) -> Self {
        Self::Value {
            what: what.into(),
            found: found.into(),
        }
    }
}

/// The text of a file that holds this case and no other, in the layout of `ipamconf fmt`.
///
/// The case's name, requirements, doors and places are not written: [`Head`] says what stands for the first three.
/// Reading the text gives a case with the same world, steps, expectations, readings and seed.
///
/// # Errors
/// When the language cannot say the case, or the file would be too large to be read.
pub fn write(head: &Head, case: &Case) -> Result<String, NotWritable> {
    let text = text(head, case)?;
    if text.len() > FILE_BYTES_MAX {
        return Err(NotWritable::TooLarge(format!(
            "{} bytes, and a file has at most {FILE_BYTES_MAX}",
            text.len()
        )));
    }
    let back = read("written", Source::new("written.toml", text.as_str())).map_err(|rejected| {
        let first = rejected.errors.into_iter().next();
        match first {
            Some(error) if error.code == LoadCode::OverLimit => {
                NotWritable::TooLarge(error.to_string())
            }
            Some(error) => NotWritable::Refused(Box::new(error)),
            None => NotWritable::Differs("text"),
        }
    })?;
    match back.cases.first() {
        Some(back) => same::same(case, back).map_err(NotWritable::Differs)?,
        None => return Err(NotWritable::Differs("cases")),
    }
    Ok(text)
}

fn text(head: &Head, case: &Case) -> Result<String, NotWritable> {
    let mut document = Document::default();
    document.section("", &top(head, case));
    let world = world::world(&case.world)?;
    if !world.is_empty() {
        document.section("[world]", &world);
    }
    if !steps::is_default(case) {
        for step in &case.steps {
            steps::write(&mut document, step, &case.world)?;
        }
    }
    let expect = expect::expect(&case.expect, &case.world)?;
    if !expect.is_empty() {
        document.section("[expect]", &expect);
    }
    Ok(document.finish())
}

fn top(head: &Head, case: &Case) -> Entries {
    let plain = |text: &str| Toml::Text(text.to_owned());
    let texts = |texts: &mut dyn Iterator<Item = &str>| Toml::List(texts.map(plain).collect());
    let mut entries = Fields::default();
    entries.put("title", plain(&head.title));
    entries.some("description", head.description.as_deref().map(plain));
    if !head.requirements.is_empty() {
        let mut ids = head.requirements.iter().map(|id| id.name());
        entries.put("requirements", texts(&mut ids));
    }
    if !head.tags.is_empty() {
        entries.put("tags", texts(&mut head.tags.iter().map(String::as_str)));
    }
    if let Some(doors) = &head.doors {
        entries.put("doors", texts(&mut doors.iter().map(|door| door.name())));
    }
    let readings: Entries = case
        .readings
        .differing()
        .map(|(question, reading)| (question.name().to_owned(), plain(reading.name)))
        .collect();
    if !readings.is_empty() {
        entries.put("readings", Toml::Table(readings));
    }
    entries.some("seed", case.seed.map(Toml::count));
    entries.0
}

/// The keys of a table as they come together.
#[derive(Debug, Default)]
struct Fields(Entries);

impl Fields {
    fn put(&mut self, key: &str, value: Toml) {
        self.0.push((key.to_owned(), value));
    }

    fn some(&mut self, key: &str, value: Option<Toml>) {
        if let Some(value) = value {
            self.put(key, value);
        }
    }

    /// Text, unless it is the default.
    fn text(&mut self, key: &str, text: &str, default: &str) {
        if text != default {
            self.put(key, Toml::text(text));
        }
    }

    /// A switch, unless it is as it is left alone.
    fn flag(&mut self, key: &str, value: bool, default: bool) {
        if value != default {
            self.put(key, Toml::Bool(value));
        }
    }

    fn table(self) -> Toml {
        Toml::Table(self.0)
    }
}

/// A list of text.
fn texts<'a>(texts: impl IntoIterator<Item = &'a str>) -> Toml {
    Toml::List(texts.into_iter().map(Toml::text).collect())
}
