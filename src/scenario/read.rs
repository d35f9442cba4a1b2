//! From the bytes of a file to a [`Scenario`], or to every mistake in it.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use toml::de::DeTable;

use crate::scenario::decode::{self, CaseHead, Context, Decoded, head, names::twice};
use crate::scenario::error::{Errors, LoadCode, LoadError, Rejected, one_of};
use crate::scenario::limits::{
    CASES_MAX, FILE_BYTES_MAX, ROWS_MAX, STEPS_OF_ALL_CASES_MAX, SUBSTITUTED_BYTES_MAX, VALUES_MAX,
};
use crate::scenario::substitute::{self, Substitution, Variables};
use crate::scenario::tree::{self, Entry, Kind, Node, Table};
use crate::scenario::{Scenario, Source, Spanned, Written, nesting, syntax};
use crate::spec::{Readings, RequirementId};
use crate::trace::Door;
use crate::verdict::Span;

const TOP_KEYS: &[&str] = &[
    "version",
    "title",
    "description",
    "requirements",
    "tags",
    "doors",
    "readings",
    "seed",
    "world",
    "steps",
    "expect",
    "cases",
];

/// The keys of a case that are no variables.
const CASE_KEYS: &[&str] = &["name", "requirements", "readings"];

/// The one version there is.
const VERSION: i128 = 1;

/// The start of the file.
const START: Span = Span { start: 0, end: 0 };

impl Source {
    /// A file as it was read from somewhere.
    ///
    /// # Errors
    /// `IC2003` at the start when it is larger than [`FILE_BYTES_MAX`], `IC2001` at the first byte that is no UTF-8.
    #[expect(clippy::result_large_err, reason = "once for each file")]
    pub fn from_bytes(path: impl Into<String>, bytes: &[u8]) -> Result<Self, LoadError> {
        if bytes.len() > FILE_BYTES_MAX {
            return Err(LoadError::new(LoadCode::OverLimit, START, "file too large")
                .found_plain(format!("{} bytes", bytes.len()))
                .expected(format!("at most {FILE_BYTES_MAX} bytes")));
        }
        match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Self::new(path, text)),
            Err(error) => {
                let start = error.valid_up_to();
                let end = start + error.error_len().unwrap_or(bytes.len() - start);
                let found: Vec<String> = bytes[start..end]
                    .iter()
                    .map(|byte| format!("{byte:02X}"))
                    .collect();
                Err(
                    LoadError::new(LoadCode::Unreadable, Span { start, end }, "not UTF-8")
                        .found_plain(format!("byte {}", found.join(" ")))
                        .expected("UTF-8 text"),
                )
            }
        }
    }
}

/// Reads a scenario from the bytes of its file.
///
/// # Errors
/// Every mistake in it. Of a file that is no UTF-8, the source shows what can be shown; of one that is too large, nothing.
pub fn read_bytes(id: &str, path: &str, bytes: &[u8]) -> Result<Scenario, Rejected> {
    match Source::from_bytes(path, bytes) {
        Ok(source) => read(id, source),
        Err(error) => {
            let text = if error.code == LoadCode::Unreadable {
                String::from_utf8_lossy(bytes).into_owned()
            } else {
                String::new()
            };
            Err(Rejected {
                source: Arc::new(Source::new(path, text)),
                errors: vec![error],
            })
        }
    }
}

/// Reads a scenario. `id` is what it is called: its path below the scenarios folder without the ending.
///
/// # Errors
/// Every independent mistake in the file, sorted by position; TOML mistakes come alone.
pub fn read(id: &str, source: Source) -> Result<Scenario, Rejected> {
    let source = Arc::new(source);
    let mut errors = Errors::default();
    let scenario = parse(&source.text, &mut errors).and_then(|tree| {
        let mut reader = Reader {
            source: &source,
            tree: &tree,
            errors: &mut errors,
            rows: 0,
            row_bytes: 0,
            values: 0,
            steps: 0,
            substitution: Substitution::default(),
            shared_world: None,
        };
        reader.scenario(id)
    });
    match scenario {
        Some(scenario) if errors.is_empty() => Ok(scenario),
        _ => Err(Rejected {
            source,
            errors: errors.into_sorted(),
        }),
    }
}

/// The tree of a text, or the one mistake that keeps it from being TOML.
pub(super) fn parse(text: &str, errors: &mut Errors) -> Option<Table> {
    if text.len() > FILE_BYTES_MAX {
        errors.push(
            LoadError::new(LoadCode::OverLimit, START, "file too large")
                .found_plain(format!("{} bytes", text.len()))
                .expected(format!("at most {FILE_BYTES_MAX} bytes")),
        );
        return None;
    }
    match parse_toml(text) {
        Ok(table) => Some(tree::from_toml(table.get_ref())),
        Err(error) => {
            errors.push(error);
            None
        }
    }
}

/// The table of a text of TOML 1.0 that does not nest too deep, or the one mistake that keeps it from being that.
#[expect(clippy::result_large_err, reason = "once for each file")]
pub(crate) fn parse_toml(text: &str) -> Result<toml::Spanned<DeTable<'_>>, LoadError> {
    let look = nesting::look_at(text);
    if let Some(error) = look.too_deep {
        return Err(error);
    }
    match DeTable::parse(text) {
        Ok(table) => look.newer_toml.map_or(Ok(table), Err),
        Err(error) => Err(syntax::mistake(text, &error)),
    }
}

struct Reader<'a> {
    source: &'a Arc<Source>,
    tree: &'a Table,
    errors: &'a mut Errors,
    rows: u64,
    row_bytes: u64,
    values: u64,
    steps: u64,
    substitution: Substitution,
    /// The world, where no case puts anything into it.
    shared_world: Option<Rc<Decoded>>,
}

/// What the top level says.
struct Head {
    title: Spanned<String>,
    description: Option<String>,
    tags: Vec<String>,
    requirements: Vec<Spanned<RequirementId>>,
    has_requirements: bool,
    readings: Readings,
    seed: Option<u64>,
    doors: Option<Vec<Spanned<Door>>>,
}

impl Reader<'_> {
    fn context(&mut self) -> Context<'_> {
        Context {
            text: &self.source.text,
            errors: self.errors,
            rows: &mut self.rows,
            row_bytes: &mut self.row_bytes,
            count: 1,
        }
    }

    fn scenario(&mut self, id: &str) -> Option<Scenario> {
        let tree = self.tree;
        if !self.version_is_known() {
            return None;
        }
        let head = self.head();
        let cases_node = tree.get("cases");
        let items = self.context().tables(cases_node, "cases");
        if let Some((over, _)) = items.get(CASES_MAX) {
            self.errors.stop(
                LoadError::new(LoadCode::OverLimit, *over, "too many cases")
                    .expected(format!("at most {CASES_MAX}")),
            );
            return None;
        }
        let variables: Vec<Variables<'_>> = items
            .iter()
            .map(|(span, table)| Variables::of(*span, table, CASE_KEYS))
            .collect();
        let roots: Vec<&Node> = ["world", "steps", "expect"]
            .iter()
            .filter_map(|key| tree.get(key))
            .collect();
        substitute::check(&roots, &variables, self.errors);

        let written = Written {
            doors: head
                .doors
                .as_ref()
                .zip(tree.get("doors"))
                .map(|(doors, node)| {
                    let doors = doors.iter().map(|door| door.value).collect();
                    Spanned::new(doors, node.span)
                }),
            constants: constants(&items),
        };
        let mut cases = Vec::new();
        if items.is_empty() {
            let case = self.case_head(&head, None);
            cases.extend(self.case(case, &Variables::none()));
        }
        let mut names: HashMap<String, Span> = HashMap::new();
        for ((span, table), variables) in items.iter().zip(&variables) {
            let case = self.case_head(&head, Some((*span, table, &mut names)));
            cases.extend(self.case(case, variables));
            if self.errors.is_full() {
                break;
            }
        }
        Some(Scenario {
            id: id.to_owned(),
            source: Arc::clone(self.source),
            title: head.title,
            description: head.description,
            tags: head.tags,
            cases,
            written,
        })
    }

    /// A file of another version is not read at all: its keys may mean something else.
    fn version_is_known(&mut self) -> bool {
        let tree = self.tree;
        let Some(node) = tree.get("version") else {
            return true;
        };
        let mut cx = self.context();
        let version = cx.number(node);
        if version.is_some_and(|version| version != VERSION) {
            cx.malformed(node, "unknown version of the scenario language", "1");
        }
        version == Some(VERSION)
    }

    fn head(&mut self) -> Head {
        let tree = self.tree;
        let mut cx = self.context();
        cx.keys(tree, TOP_KEYS);
        let title_node = cx.required(tree, START, "title");
        let title = title_node.and_then(|node| Some(Spanned::new(cx.text(node)?, node.span)));
        let description = tree.get("description").and_then(|node| cx.text(node));
        let tags = tree.get("tags").and_then(|node| cx.texts(node));
        let requirements = tree
            .get("requirements")
            .map_or_else(Vec::new, |node| head::requirements(&mut cx, node));
        let readings = tree
            .get("readings")
            .map_or_else(Readings::default, |node| head::readings(&mut cx, node));
        let seed = tree
            .get("seed")
            .and_then(|node| cx.count_between(node, 0, i64::MAX as u64));
        let doors = tree.get("doors").and_then(|node| doors(&mut cx, node));
        Head {
            title: title.unwrap_or_else(|| {
                Spanned::new(String::new(), title_node.map_or(START, |node| node.span))
            }),
            description,
            tags: tags.into_iter().flatten().map(|tag| tag.value).collect(),
            requirements,
            has_requirements: is_filled(tree.get("requirements")),
            readings,
            seed,
            doors,
        }
    }

    /// What a case says of itself, over what the file says.
    fn case_head<'h>(
        &mut self,
        head: &'h Head,
        case: Option<(Span, &Rc<Table>, &mut HashMap<String, Span>)>,
    ) -> CaseHead<'h> {
        let mut result = CaseHead {
            name: None,
            span: head.title.span,
            title: head.title.span,
            requirements: head.requirements.clone(),
            has_requirements: head.has_requirements,
            readings: head.readings.clone(),
            seed: head.seed,
            doors: head.doors.as_deref(),
        };
        let Some((span, table, names)) = case else {
            return result;
        };
        let mut cx = self.context();
        result.span = span;
        result.name = cx
            .required(table, span, "name")
            .and_then(|node| cx.text(node));
        if let (Some(name), Some(node)) = (&result.name, table.get("name"))
            && let Some(earlier) = names.insert(name.clone(), node.span)
        {
            cx.push(twice(node.span, name, earlier, "case"));
        }
        if let Some(node) = table.get("requirements") {
            result.requirements = head::requirements(&mut cx, node);
            result.has_requirements = is_filled(Some(node));
        }
        if let Some(node) = table.get("readings") {
            result.readings = head::readings(&mut cx, node);
        }
        result
    }

    /// A case with its values put in; `None` once a limit is passed.
    fn case(
        &mut self,
        head: CaseHead<'_>,
        variables: &Variables<'_>,
    ) -> Option<crate::scenario::Case> {
        let tree = self.tree;
        let span = head.span;
        let mut put_in = |key: &str| -> Option<Entry> {
            let entry = tree.entry(key)?;
            let value = self.substitution.apply(&entry.value, variables)?;
            Some(Entry {
                key: Rc::clone(&entry.key),
                key_span: entry.key_span,
                value,
            })
        };
        let (steps, expect) = (put_in("steps"), put_in("expect"));
        let shared = self.shared_world.is_some();
        let world = if shared { None } else { put_in("world") };
        let parts = [&steps, &expect, &world];
        self.values += parts
            .iter()
            .filter_map(|entry| entry.as_ref())
            .map(|entry| entry.value.values())
            .sum::<u64>();
        if let Some(Kind::List(list)) = steps.as_ref().map(|entry| &entry.value.kind) {
            self.steps += list.items.len() as u64;
        }
        if self.values > VALUES_MAX
            || self.steps > STEPS_OF_ALL_CASES_MAX
            || self.substitution.too_much
        {
            self.errors.stop(
                LoadError::new(LoadCode::OverLimit, span, "cases too large together").expected(format!(
                    "at most {VALUES_MAX} values, {STEPS_OF_ALL_CASES_MAX} steps and {SUBSTITUTED_BYTES_MAX} bytes put into longer text, in all cases"
                )),
            );
            return None;
        }
        let decoded = match &self.shared_world {
            Some(world) => {
                let world = Rc::clone(world);
                self.rows += world.rows;
                if self.rows > ROWS_MAX {
                    let at = largest_repeat(tree.get("world")).unwrap_or(span);
                    self.context().too_many_rows(at);
                    return None;
                }
                world
            }
            None => {
                let decoded = decode::world(
                    &mut self.context(),
                    world.as_ref().map(|entry| &entry.value),
                );
                if tree
                    .get("world")
                    .is_none_or(|node| !substitute::uses_cases(node))
                {
                    self.shared_world = Some(Rc::clone(&decoded));
                }
                decoded
            }
        };
        if self.errors.stopped {
            return None;
        }
        let mut cx = self.context();
        let case = decode::case(
            &mut cx,
            head,
            &decoded,
            steps.as_ref().map(|entry| &entry.value),
            expect.as_ref(),
        );
        (!self.errors.stopped).then_some(case)
    }
}

/// The variables to which every case gives the same value.
fn constants(cases: &[(Span, &Rc<Table>)]) -> Vec<Spanned<String>> {
    let Some(((_, first), others)) = cases.split_first().filter(|(_, others)| !others.is_empty())
    else {
        return Vec::new();
    };
    let same = |entry: &&Entry| {
        others.iter().all(|(_, table)| {
            table
                .get(&entry.key)
                .is_some_and(|node| node.has_value_of(&entry.value))
        })
    };
    first
        .entries
        .iter()
        .filter(|entry| !CASE_KEYS.contains(&&*entry.key))
        .filter(same)
        .map(|entry| Spanned::new(entry.key.to_string(), entry.key_span))
        .collect()
}

fn is_filled(node: Option<&Node>) -> bool {
    node.is_some_and(|node| !matches!(&node.kind, Kind::List(list) if list.items.is_empty()))
}

/// Where the most rows of a world come from.
fn largest_repeat(world: Option<&Node>) -> Option<Span> {
    let Kind::Table(world) = &world?.kind else {
        return None;
    };
    let mut largest: Option<(i128, Span)> = None;
    for entry in &world.entries {
        let Kind::List(list) = &entry.value.kind else {
            continue;
        };
        for item in &list.items {
            let Kind::Table(row) = &item.kind else {
                continue;
            };
            if let Some(node) = row.get("repeat")
                && let Kind::Int(number) = node.kind
                && largest.is_none_or(|(most, _)| number > most)
            {
                largest = Some((number, node.span));
            }
        }
    }
    largest.map(|(_, span)| span)
}

fn doors(cx: &mut Context<'_>, node: &Node) -> Option<Vec<Spanned<Door>>> {
    let items = cx.list(node, "doors")?;
    let words: Vec<&str> = Door::ALL.iter().map(|door| door.name()).collect();
    if items.is_empty() {
        cx.push(
            LoadError::new(LoadCode::Malformed, node.span, "empty list")
                .expected(one_of(words.iter().copied())),
        );
    }
    let doors = items
        .iter()
        .filter_map(|item| {
            let door = cx.member(item, "door", &words, Door::from_name)?;
            Some(Spanned::new(door, item.span))
        })
        .collect();
    Some(doors)
}
