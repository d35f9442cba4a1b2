//! What is odd about a scenario that loads: it runs, but something in it says nothing, or not what it seems to say.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::author::unused;
use crate::check::{Foretold, ForetoldWhat};
use crate::model::{RecordId, RowKey};
use crate::oracle::{Choice, Fate, Write, WriteKind};
use crate::scenario::{
    Case, EventItem, Expect, FaultDetail, FaultStage, OneOrMore, Pattern, PatternItem, PatternKind,
    Scenario, StatusName,
};
use crate::spec::{AddressFamily, OverallProgressStatus, RequirementId, SubTaskStatus};
use crate::trace::{Door, Reply, Trace};
use crate::verdict::{CheckResult, Span};

macro_rules! codes {
    ($($(#[$meta:meta])* $variant:ident = $name:literal, $title:literal;)*) => {
        /// The kinds of warnings. A file with warnings loads and runs.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum WarningCode { $($(#[$meta])* $variant),* }

        impl WarningCode {
            /// Every code, in the order of their numbers.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The code as people quote it, such as `IC2701`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }

            /// What is said of it.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title),* }
            }
        }
    };
}

codes! {
    /// A row that no operation, step, expectation, rule or other row has to do with, in any case.
    UnusedRow = "IC2701", "unused row";
    /// An expectation that accepts whatever happens.
    CannotFail = "IC2702", "expectation that cannot fail";
    /// A requirement that the suite judges by itself, and that no case comes to on our simulator.
    Untouched = "IC2703", "requirement that no check touches";
    /// A case with the same world, steps and expectations as an earlier one.
    SameCase = "IC2704", "case that repeats another";
    /// A variable to which every case gives the same value.
    ConstantVariable = "IC2705", "variable with the same value in every case";
    /// `doors` that names those that would be taken anyway.
    DoorsAsDefault = "IC2706", "`doors` that repeats the default";
    /// A title that does not read as a claim.
    Title = "IC2707", "title that is no claim";
    /// A file name that does not say the behaviour in words.
    FileName = "IC2708", "file name that is not in words";
}

impl WarningCode {
    /// Every code with its title, a line each: for `lint --help`.
    #[must_use]
    pub fn listed() -> String {
        let lines = Self::ALL
            .iter()
            .map(|code| format!("  {}  {}\n", code.name(), code.title()));
        format!("Warnings:\n{}", lines.collect::<String>())
    }
}

/// One warning, at its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// What kind.
    pub code: WarningCode,
    /// Where it stands.
    pub span: Span,
    /// What was found.
    pub found: String,
    /// What to do.
    pub help: &'static str,
    /// A second place that helps, with a few words on it.
    pub label: Option<(Span, String)>,
}

impl Warning {
    pub(super) fn new(
        code: WarningCode,
        span: Span,
        found: impl Into<String>,
        help: &'static str,
    ) -> Self {
        Self {
            code,
            span,
            found: found.into(),
            help,
            label: None,
        }
    }

    fn label(mut self, span: Span, text: impl Into<String>) -> Self {
        self.label = Some((span, text.into()));
        self
    }
}

/// What running a case on our simulator shows about the way it is written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Evidence {
    /// The requirements of the checks that compared something.
    pub judged: BTreeSet<RequirementId>,
    /// The scopes that an operation has to do with: those it is asked to replicate, and the copies it finds.
    pub scopes: BTreeSet<RowKey>,
}

impl Evidence {
    /// Adds what one run of the case shows.
    pub fn add(&mut self, trace: &Trace, checks: &[CheckResult], foretold: &[Foretold]) {
        self.judged.extend(
            checks
                .iter()
                .filter(|result| result.verdict.is_judged())
                .map(|result| result.requirement),
        );
        for fate in foretold.iter().flat_map(|foretold| match &foretold.what {
            ForetoldWhat::Outcomes(allowed) => allowed.fates.as_slice(),
            ForetoldWhat::Replies(_) => &[],
        }) {
            self.add_fate(fate, trace);
        }
    }

    fn add_fate(&mut self, fate: &Fate, trace: &Trace) {
        let mut both = |id: RecordId| {
            for family in [AddressFamily::InterNetwork, AddressFamily::InterNetworkV6] {
                if trace.setup.tables.scopes.contains_key(&(family, id)) {
                    self.scopes.insert((family, id));
                }
            }
        };
        both(fate.source);
        for choice in &fate.choices {
            let (Choice::Write(write)
            | Choice::Fault {
                written: Some(write),
                ..
            }) = choice
            else {
                continue;
            };
            if let Write {
                kind: WriteKind::Update(row),
                ..
            } = write
            {
                both(*row);
            }
        }
    }
}

/// Everything that is odd about a scenario, sorted by position. `evidence` holds one entry for each case: `None` where
/// our simulator has no door for it, so that nothing can be told.
#[must_use]
pub fn lint(scenario: &Scenario, evidence: &[Option<Evidence>]) -> Vec<Warning> {
    let mut found = Vec::new();
    title(scenario, &mut found);
    file_name(scenario, &mut found);
    doors(scenario, &mut found);
    constants(scenario, &mut found);
    same_cases(scenario, &mut found);
    untouched(scenario, evidence, &mut found);
    found.extend(unused::rows(scenario, evidence));
    for case in &scenario.cases {
        for step in &case.steps {
            if let Some(expect) = &step.expect {
                expectations(expect, &mut found);
            }
        }
        // An `expect` that is not written stands at the title.
        if case.expect.span != scenario.title.span {
            expectations(&case.expect, &mut found);
        }
    }
    found.sort_by(|a, b| (a.span.start, a.code, &a.found).cmp(&(b.span.start, b.code, &b.found)));
    found.dedup_by(|b, a| a.span == b.span && a.code == b.code);
    found
}

/// The words that begin a title which tells of the test and not of the behaviour.
const NO_CLAIM: &[&str] = &[
    "test", "tests", "testing", "check", "checks", "verify", "verifies",
];

fn title(scenario: &Scenario, found: &mut Vec<Warning>) {
    let title = scenario.title.value.trim();
    let first = title
        .split(|c: char| !c.is_alphanumeric())
        .next()
        .unwrap_or_default()
        .to_lowercase();
    let what = if title.is_empty() {
        "an empty title"
    } else if title.ends_with('.') && !title.ends_with("...") {
        "a full stop at the end"
    } else if NO_CLAIM.contains(&first.as_str()) {
        "a title about the test"
    } else {
        return;
    };
    found.push(Warning::new(
        WarningCode::Title,
        scenario.title.span,
        what,
        "say what holds, as in `a partner that refuses makes the operation fail`",
    ));
}

fn file_name(scenario: &Scenario, found: &mut Vec<Warning>) {
    let path = &scenario.source.path;
    let file = path.rsplit(['/', '\\']).next().unwrap_or(path);
    let stem = file.strip_suffix(".toml").unwrap_or(file);
    let is_word = |word: &str| {
        !word.is_empty() && word.chars().all(|c| c.is_lowercase() || c.is_ascii_digit())
    };
    let words: Vec<&str> = stem.split('-').collect();
    let says_something = words
        .iter()
        .any(|word| word.chars().filter(|c| c.is_lowercase()).count() > 1);
    if words.iter().all(|word| is_word(word)) && says_something {
        return;
    }
    found.push(Warning::new(
        WarningCode::FileName,
        Span::default(),
        format!("`{file}`"),
        "name the file for the behaviour: small words joined by hyphens, as in `a-partner-that-refuses.toml`",
    ));
}

fn doors(scenario: &Scenario, found: &mut Vec<Warning>) {
    let Some(written) = &scenario.written.doors else {
        return;
    };
    let named: BTreeSet<Door> = written.value.iter().copied().collect();
    let is_default = |case: &Case| {
        let cannot: Vec<Door> = case.cannot.iter().map(|cannot| cannot.door).collect();
        Door::ALL
            .iter()
            .all(|door| named.contains(door) != cannot.contains(door))
    };
    if scenario.cases.iter().all(is_default) {
        found.push(Warning::new(
            WarningCode::DoorsAsDefault,
            written.span,
            "exactly the doors that can carry the file",
            "leave `doors` out",
        ));
    }
}

fn constants(scenario: &Scenario, found: &mut Vec<Warning>) {
    for name in &scenario.written.constants {
        found.push(Warning::new(
            WarningCode::ConstantVariable,
            name.span,
            format!("`{}` in each of {} cases", name.value, scenario.cases.len()),
            "write the value in its place",
        ));
    }
}

fn same_cases(scenario: &Scenario, found: &mut Vec<Warning>) {
    let mut seen: HashMap<String, Vec<&Case>> = HashMap::new();
    if scenario.cases.len() < 2 {
        return;
    }
    for case in &scenario.cases {
        let said = format!(
            "{:?}",
            (&case.steps, &case.expect, &case.readings, case.seed)
        );
        let earlier = seen.entry(without_places(&said)).or_default();
        if let Some(other) = earlier.iter().find(|other| other.world == case.world) {
            let name = other.name.as_deref().unwrap_or_default();
            let warning = Warning::new(
                WarningCode::SameCase,
                case.span,
                format!("the world, steps and expectations of `{name}`"),
                "leave it out, or give it the value that makes it another one",
            );
            found.push(warning.label(other.span, "the same as here"));
        } else {
            earlier.push(case);
        }
    }
}

/// The debug form of something without the places in the file.
fn without_places(text: &str) -> String {
    const PLACE: &str = "Span { start: ";
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(PLACE) {
        let end = rest[at..].find('}').map_or(rest.len(), |end| at + end + 1);
        out.push_str(&rest[..at]);
        rest = &rest[end..];
    }
    out.push_str(rest);
    out
}

/// Requirements that grammar and oracle judge wherever a run comes to them, asked or not: a file that cites one and
/// does not come to it is about something else than it says. Of the others a file may be about without a check of
/// its own for each.
pub const JUDGED_UNASKED: &[RequirementId] = {
    use RequirementId::*;
    &[
        R_FAULT_1, R_PRE_3, R_PRE_4, R_KA_1, R_FAULT_2, R_PRE_5, R_INIT_2, R_INIT_3, R_INIT_4,
        R_INIT_6, R_INIT_7, R_START_1, R_START_3, R_START_4, R_PROC_1, R_PROC_2, R_PROC_3, R_SM_1,
        R_SM_2, R_SM_3, R_SM_4, R_SM_5, R_SM_6, R_SM_8, R_SM_10, R_CB_3, R_CB_4, R_CB_5, R_CB_6,
        R_CB_9, R_AUTH_11, R_31_1a, R_31_1b, R_31_2, R_31_4, R_31_7, R_29_1a, R_29_1b, R_29_2a,
        R_29_2b, R_29_3a, R_29_3b, R_29_4, R_29_5a, R_29_5b, R_29_6a, R_29_6b, R_29_7, R_3_1a,
        R_3_1b, R_3_2, R_3_6, R_3_8, R_3_10, R_3_12, R_3_13, R_3_15, R_3_17a, R_3_19, R_3_20,
        R_4_1a, R_4_1b, R_4_2, R_4_6, R_4_8, R_4_10, R_4_12, R_4_13, R_4_15, R_4_17a, R_4_19,
        R_4_20, R_VAL_1, R_VAL_2, R_VAL_3, R_VAL_4,
    ]
};

/// A requirement that the file cites, at whatever place, has to be touched by one of its cases.
fn untouched(scenario: &Scenario, evidence: &[Option<Evidence>], found: &mut Vec<Warning>) {
    if evidence.iter().any(Option::is_none) {
        return;
    }
    let touched: BTreeSet<RequirementId> = evidence
        .iter()
        .flatten()
        .flat_map(|evidence| &evidence.judged)
        .copied()
        .collect();
    let mut cited: BTreeMap<Span, RequirementId> = BTreeMap::new();
    for case in &scenario.cases {
        let places = case.requirement_spans.iter().copied();
        cited.extend(places.zip(case.requirements.iter().copied()));
    }
    for (span, id) in cited {
        if JUDGED_UNASKED.contains(&id) && !touched.contains(&id) {
            found.push(Warning::new(
                WarningCode::Untouched,
                span,
                format!("`{id}`: no check came to it when the file was run on our simulator"),
                "leave it out, add the case that comes to it, or say by `cites` which expectation tests it",
            ));
        }
    }
}

fn expectations(expect: &Expect, found: &mut Vec<Warning>) {
    let mut warn = |span, what: &str, help| {
        found.push(Warning::new(WarningCode::CannotFail, span, what, help));
    };
    if asks_nothing(expect) {
        warn(
            expect.span,
            "an `expect` that asks for nothing",
            "say what must follow, or leave it out: grammar and oracle judge every scenario",
        );
    }
    if let Some(reply) = &expect.reply
        && holds_all(reply, Reply::ALL)
    {
        warn(reply.span, EVERY, LEAVE_OUT);
    }
    if let Some(fault) = &expect.fault {
        if let Some(stage) = &fault.stage
            && holds_all(stage, FaultStage::ALL)
        {
            warn(stage.span, EVERY, LEAVE_OUT);
        }
        // With an id first, it says our ruling, and the report what was seen.
        let is_id = |detail: &FaultDetail| matches!(detail, FaultDetail::Id(_));
        if let Some(detail) = &fault.detail
            && holds_all(detail, &[FaultDetail::Any, FaultDetail::None])
            && !detail.values.iter().any(|value| is_id(&value.value))
        {
            warn(
                detail.span,
                "any IpamException, and none",
                "leave out `IpamException` or `none`, or `detail` altogether",
            );
        }
        if fault.stage.is_none() && fault.code.is_none() && fault.detail.is_none() {
            warn(fault.span, "a `fault` that asks for nothing", LEAVE_OUT);
        }
    }
    if let Some(tracker) = &expect.tracker
        && tracker.state.is_none()
        && tracker.overall.is_none()
        && tracker.subtasks.is_none()
        && tracker.percent.is_none()
    {
        warn(tracker.span, "a `tracker` that asks for nothing", LEAVE_OUT);
    }
    for pattern in [&expect.callbacks, &expect.events].into_iter().flatten() {
        of_pattern(pattern, &mut warn);
    }
    for item in &expect.never {
        of_item(item, &mut warn);
    }
}

const EVERY: &str = "every value there is";
const LEAVE_OUT: &str = "leave it out, or leave out the values that would be wrong";

fn holds_all<T: PartialEq>(given: &OneOrMore<T>, all: &[T]) -> bool {
    all.iter()
        .all(|value| given.values.iter().any(|given| given.value == *value))
}

/// Whether nothing could come of it. Written store keys ask that nothing else changes, except under `others = "any"`.
fn asks_nothing(expect: &Expect) -> bool {
    let lists_rows = expect
        .changed
        .as_ref()
        .is_some_and(|items| !items.value.is_empty())
        || expect
            .created
            .as_ref()
            .is_some_and(|items| !items.value.is_empty())
        || expect
            .deleted
            .as_ref()
            .is_some_and(|items| !items.value.is_empty());
    let writes_store =
        expect.changed.is_some() || expect.created.is_some() || expect.deleted.is_some();
    expect.overall.is_none()
        && expect.fault.is_none()
        && expect.reply.is_none()
        && expect.callbacks.is_none()
        && expect.events.is_none()
        && expect.never.is_empty()
        && expect.percentages.is_none()
        && expect.closed.is_none()
        && expect.tracker.is_none()
        && !lists_rows
        && (!writes_store || expect.others_any)
}

fn of_pattern(pattern: &Pattern, warn: &mut impl FnMut(Span, &str, &'static str)) {
    let is_rest = |item: &PatternItem| matches!(item.kind, PatternKind::AnyProgress);
    if !pattern.items.is_empty() && pattern.items.iter().all(is_rest) {
        // Strictly, it forbids what is no progress; that is not what it looks like.
        warn(
            pattern.span,
            "nothing but `...`, which does not care about progress",
            "say by `never` what must not come, or by `[]` that nothing comes",
        );
    }
    fn each(items: &[PatternItem], warn: &mut impl FnMut(Span, &str, &'static str)) {
        for item in items {
            match &item.kind {
                PatternKind::AnyProgress => {}
                PatternKind::Event { item, .. } => of_item(item, warn),
                PatternKind::AnyOrder(items) | PatternKind::InOrder(items) => each(items, warn),
            }
        }
    }
    each(&pattern.items, warn);
}

fn of_item(item: &EventItem, warn: &mut impl FnMut(Span, &str, &'static str)) {
    if let Some(status) = &item.status {
        let overall: Vec<StatusName> = OverallProgressStatus::ALL
            .iter()
            .map(|status| StatusName::Overall(*status))
            .collect();
        let of_task: Vec<StatusName> = SubTaskStatus::ALL
            .iter()
            .map(|status| StatusName::SubTask(*status))
            .collect();
        if holds_all(status, &overall) || holds_all(status, &of_task) {
            warn(status.span, EVERY, LEAVE_OUT);
        }
    }
    if let Some(percent) = &item.percent
        && percent.value.0.to_string() == "0"
        && percent.value.1.to_string() == "100"
    {
        warn(percent.span, EVERY, LEAVE_OUT);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Source, read};

    const WORLD: &str = "world = { servers = [{ name = \"S\" }] }\n";

    fn head() -> String {
        format!("title = \"a claim\"\nrequirements = [\"R-31-2\"]\n{WORLD}")
    }

    fn warnings(name: &str, text: &str) -> Vec<(&'static str, String)> {
        let scenario = read("x", Source::new(name, text)).expect("a scenario that loads");
        let evidence = vec![None; scenario.cases.len()];
        lint(&scenario, &evidence)
            .iter()
            .map(|warning| {
                let place = scenario.source.position(warning.span.start);
                (warning.code.name(), place.to_string())
            })
            .collect()
    }

    #[test]
    fn titles_and_file_names_say_a_behaviour_in_words() {
        for (title, good) in [
            ("a null server fails", true),
            ("nothing more comes...", true),
            ("a null server fails.", false),
            ("Test a null server", false),
            ("testimony is no test", true),
            ("", false),
        ] {
            let found = warnings("a-claim.toml", &format!("title = \"{title}\"\n{WORLD}"));
            let expected: &[(&str, String)] = &[("IC2707", "1:9".to_owned())];
            assert_eq!(found, if good { &[] } else { expected }, "{title}");
        }
        for (file, good) in [
            ("x/a-null-server-fails.toml", true),
            ("lease.toml", true),
            ("after-2-faults.toml", true),
            ("Test1.toml", false),
            ("a_null_server.toml", false),
            ("1-2.toml", false),
            ("a--b.toml", false),
        ] {
            let found = warnings(file, &format!("title = \"a claim\"\n{WORLD}"));
            let expected: &[(&str, String)] = &[("IC2708", "1:1".to_owned())];
            assert_eq!(found, if good { &[] } else { expected }, "{file}");
        }
    }

    #[test]
    fn expectations_that_accept_everything_are_found_where_they_stand() {
        for (expect, column) in [
            (
                "fault = { stage = [\"none\", \"start\", \"initialize\", \"processing\"] }",
                Some(19),
            ),
            (
                "fault = { detail = [\"IpamException\", \"none\"] }",
                Some(20),
            ),
            ("fault = { detail = \"IpamException\" }", None),
            ("callbacks = [\"...\"]", Some(13)),
            ("callbacks = []", None),
            (
                "callbacks = [{ name = \"SetCompletionPercentage\", percent = \"0..100\" }]",
                Some(60),
            ),
            (
                "never = [{ name = \"SetCompletionPercentage\", percent = \"0..99\" }]",
                None,
            ),
            ("changed = []", None),
        ] {
            let found = warnings("a-claim.toml", &format!("{}[expect]\n{expect}\n", head()));
            let expected: Vec<_> = column
                .map(|column| ("IC2702", format!("5:{column}")))
                .into_iter()
                .collect();
            assert_eq!(found, expected, "{expect}");
        }
        let found = warnings(
            "a-claim.toml",
            &format!("{}[expect]\nothers = \"any\"\nchanged = []\n", head()),
        );
        assert_eq!(found, [("IC2702", "4:1".to_owned())]);
    }

    #[test]
    fn cases_are_compared_without_their_names_and_places() {
        let text = format!(
            "{}[[steps]]\nreplicate = {{ server = \"${{x}}\" }}\n[expect]\noverall = \"${{y}}\"\n\
             [[cases]]\nname = \"1\"\nx = \"nil\"\ny = \"CompletedWithFailure\"\n\
             [[cases]]\nname = \"2\"\nx = \"absent\"\ny = \"CompletedWithFailure\"\n\
             [[cases]]\nname = \"3\"\nx = \"nil\"\ny = \"CompletedWithFailure\"\n",
            head()
        );
        let found = warnings("a-claim.toml", &text);
        assert_eq!(
            found,
            [("IC2705", "11:1".to_owned()), ("IC2704", "16:1".to_owned())]
        );
    }

    #[test]
    fn doors_that_would_be_taken_anyway_need_no_naming() {
        let step = "[[steps]]\nkeepalive = {}\n";
        let named = |doors: &str| {
            warnings(
                "a-claim.toml",
                &format!("title = \"a claim\"\ndoors = [{doors}]\n{step}"),
            )
        };
        let all = "\"exec\", \"session\", \"http\", \"net.tcp\"";
        assert_eq!(named(all), [("IC2706", "2:9".to_owned())]);
        assert_eq!(named("\"session\""), []);
    }

    #[test]
    fn codes_begin_with_the_exit_code_and_are_unique() {
        let names: BTreeSet<&str> = WarningCode::ALL.iter().map(|code| code.name()).collect();
        assert_eq!(names.len(), WarningCode::ALL.len());
        assert!(names.iter().all(|name| name.starts_with("IC27")));
    }
}
