//! `ipamconf minimize`: a failing case, as small as it gets, as a file of its own.

use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use crate::check::check;
use crate::cli::args::{MinimizeArguments, readings};
use crate::cli::explain::selected;
use crate::cli::files::{load, render, write_new, write_whole};
use crate::cli::run::{cannot_follow, colour, count};
use crate::cli::subject::{Subject, run_on_simulator};
use crate::cli::{CliError, Exit, embedded};
use crate::minimize::{Minimized, Size, minimize as made_small};
use crate::report::{command_again, trace_lines};
use crate::scenario::{Case, Expect, Head, Scenario, Source, read, write};
use crate::spec::{Readings, RequirementId};
use crate::trace::{Door, Trace};
use crate::verdict::{CheckResult, CheckVerdict, Judge};

pub(super) fn minimize(
    arguments: &MinimizeArguments,
    subject: &Subject<'_>,
    out: &mut dyn Write,
) -> Result<Exit, CliError> {
    let chosen = readings(&arguments.reading).map_err(CliError::Usage)?;
    if arguments.file.is_dir() {
        return Err(CliError::Usage(format!(
            "`{}` is a folder: minimize takes one scenario file",
            arguments.file.display()
        )));
    }
    let output = output(arguments)?;
    let loaded = load(std::slice::from_ref(&arguments.file))?;
    for rejected in &loaded.rejected {
        eprint!("{}", render(rejected, colour(&std::io::stderr(), false)));
    }
    if !loaded.rejected.is_empty() {
        return Ok(Exit::WrongFile);
    }
    let [scenario] = loaded.scenarios.as_slice() else {
        return Err(CliError::Usage(format!(
            "`{}` is not one scenario file",
            arguments.file.display()
        )));
    };
    let judge = Judging {
        subject,
        readings: &chosen,
        strict: arguments.strict,
    };
    let found = match find(scenario, arguments, &judge)? {
        Ok(found) => found,
        Err(exit) => return Ok(exit),
    };
    let Some(failure) = judge.failure(&found) else {
        tell_flaky(&found);
        return Ok(Exit::Broken);
    };
    let case = Case {
        doors: vec![found.door],
        ..found.case.clone()
    };
    let small = made_small(&case, |smaller| judge.fails(smaller, &failure));
    let head = head(scenario, &found, &small);
    let text = match write(&head, &small.case) {
        Ok(text) => text,
        Err(error) => {
            eprintln!("error: the smallest case that was found cannot be written: {error}");
            return Ok(Exit::Broken);
        }
    };
    if !still_fails(&text, &failure, &judge) {
        tell_flaky(&found);
        return Ok(Exit::Broken);
    }
    put(&output, &text, arguments.force)?;
    tell(scenario, &found, &small, arguments, &chosen, &output, out)?;
    Ok(Exit::Conformant)
}

/// Where the smaller file goes; what is there is found out before anything is run.
fn output(arguments: &MinimizeArguments) -> Result<PathBuf, CliError> {
    let output = arguments.output.clone().unwrap_or_else(|| {
        // Built-in scenarios have no folder to stand in.
        let file = match embedded::below(&arguments.file) {
            Some(below) => PathBuf::from(Path::new(below).file_name().unwrap_or_default()),
            None => arguments.file.clone(),
        };
        file.with_extension("min.toml")
    });
    let is_there = output.symlink_metadata().is_ok();
    let is_input = |path: &Path| match (path.canonicalize(), arguments.file.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    };
    if is_input(&output) {
        return Err(CliError::Usage(format!(
            "`{}` is the file to make smaller: say another one with `--output`",
            output.display()
        )));
    }
    if is_there && !arguments.force {
        return Err(already_there(&output));
    }
    Ok(output)
}

fn already_there(output: &Path) -> CliError {
    CliError::Usage(format!(
        "`{}` is there already: say another file with `--output`, or `--force` to write over it",
        output.display()
    ))
}

fn put(output: &Path, text: &str, force: bool) -> Result<(), CliError> {
    if force {
        return write_whole(output, text);
    }
    write_new(output, text).map_err(|error| {
        if error.kind() == std::io::ErrorKind::AlreadyExists {
            already_there(output)
        } else {
            CliError::Write {
                path: output.display().to_string(),
                error,
            }
        }
    })
}

/// A case that fails, through which door, and by which check.
struct Found<'a> {
    case: &'a Case,
    door: Door,
    result: CheckResult,
    trace: Trace,
}

/// What has to go on failing.
struct Failure {
    door: Door,
    requirement: RequirementId,
    /// Where the file's own expectation fails: the check, what it expected, and what it found. A smaller world must not
    /// make the expectation wrong in another way.
    own: Option<(&'static str, String, String)>,
    /// Where that is an expectation that our simulator meets: it has to go on meeting it.
    met_by_simulator: bool,
}

/// How cases are run and judged.
struct Judging<'a> {
    subject: &'a Subject<'a>,
    readings: &'a Readings,
    strict: bool,
}

impl Judging<'_> {
    fn counts(&self, result: &CheckResult) -> bool {
        result.verdict == CheckVerdict::Fail
            || (self.strict && result.verdict == CheckVerdict::Deviates)
    }

    /// Runs a case and judges what it shows.
    fn run(&self, case: &Case, door: Door) -> Result<(Trace, Vec<CheckResult>), String> {
        let ran = catch_unwind(AssertUnwindSafe(|| {
            let trace = self
                .subject
                .run(case, door, self.readings)
                .map_err(|error| error.to_string())?;
            let results = check(case, &trace, self.readings);
            Ok((trace, results))
        }));
        ran.unwrap_or_else(|_| Err("it ended in a panic".to_owned()))
    }

    /// What has to go on failing, found by a second run; `None` where that one fails otherwise.
    fn failure(&self, found: &Found<'_>) -> Option<Failure> {
        let (trace, _) = self.run(found.case, found.door).ok()?;
        if trace_lines(&trace) != trace_lines(&found.trace) {
            eprintln!(
                "note: flaky: a second run of the same case showed something else; \
                 the result may be larger than it has to be"
            );
        }
        let result = &found.result;
        let own = (result.judge == Judge::Scenario)
            .then(|| (result.check, result.expected.clone(), result.found.clone()));
        let mut failure = Failure {
            door: found.door,
            requirement: result.requirement,
            own,
            met_by_simulator: false,
        };
        let fails = self.fails(found.case, &failure);
        failure.met_by_simulator = !self.subject.is_ours
            && failure.own.is_some()
            && self.is_met_by_simulator(found.case, &failure);
        fails.then_some(failure)
    }

    fn fails(&self, case: &Case, failure: &Failure) -> bool {
        let is_it = |result: &CheckResult| {
            let own = failure.own.as_ref().is_none_or(|(check, expected, found)| {
                result.judge == Judge::Scenario
                    && (result.check, &result.expected, &result.found) == (*check, expected, found)
            });
            // An expectation is the author's to keep; the others are asked for in any case.
            let kind = failure.own.is_some() || result.judge != Judge::Scenario;
            result.requirement == failure.requirement && self.counts(result) && own && kind
        };
        let Ok((_, results)) = self.run(case, failure.door) else {
            return false;
        };
        results.iter().any(is_it)
            && (!failure.met_by_simulator || self.is_met_by_simulator(case, failure))
    }

    fn is_met_by_simulator(&self, case: &Case, failure: &Failure) -> bool {
        let is_broken = |result: &CheckResult| {
            result.judge == Judge::Scenario
                && result.requirement == failure.requirement
                && self.counts(result)
        };
        run_on_simulator(case, failure.door, self.readings)
            .is_ok_and(|trace| !check(case, &trace, self.readings).iter().any(is_broken))
    }
}

/// The first case that fails as it is asked for, or how the command ends without one.
fn find<'a>(
    scenario: &'a Scenario,
    arguments: &MinimizeArguments,
    judge: &Judging<'_>,
) -> Result<Result<Found<'a>, Exit>, CliError> {
    let mut judged = 0;
    let mut others: Vec<RequirementId> = Vec::new();
    let mut deviates = false;
    let mut reasons: Vec<String> = Vec::new();
    for case in selected(scenario, arguments.case.as_deref(), arguments.door)? {
        let doors = judge.subject.doors.iter().copied();
        let doors: Vec<Door> = doors
            .filter(|door| case.doors.contains(door))
            .filter(|door| arguments.door.is_none_or(|wanted| wanted == *door))
            .collect();
        if let Some(reason) = cannot_follow(judge.subject, case, judge.readings) {
            reasons.push(reason);
            continue;
        }
        if doors.is_empty() {
            reasons.push("this target has no door that carries it".to_owned());
        }
        for door in doors {
            let (trace, results) = match judge.run(case, door) {
                Ok(ran) => ran,
                Err(reason) => {
                    reasons.push(reason);
                    continue;
                }
            };
            judged += 1;
            deviates |= results
                .iter()
                .any(|result| result.verdict == CheckVerdict::Deviates);
            let failing: Vec<&CheckResult> = results
                .iter()
                .filter(|result| judge.counts(result))
                .collect();
            let wanted = |result: &&&CheckResult| {
                arguments
                    .requirement
                    .is_none_or(|id| id == result.requirement)
            };
            let is_hard = |result: &&&CheckResult| result.verdict == CheckVerdict::Fail;
            let first = failing
                .iter()
                .filter(wanted)
                .find(is_hard)
                .or_else(|| failing.iter().find(wanted));
            if let Some(result) = first {
                return Ok(Ok(Found {
                    case,
                    door,
                    result: (*result).clone(),
                    trace,
                }));
            }
            others.extend(failing.iter().map(|result| result.requirement));
        }
    }
    if judged == 0 {
        reasons.dedup();
        eprintln!(
            "error: `{}` could not be run: {}",
            scenario.source.path,
            reasons.join("; ")
        );
        return Ok(Err(Exit::Broken));
    }
    others.sort();
    others.dedup();
    let hint = match (arguments.requirement, others.as_slice()) {
        (Some(id), [_, ..]) => {
            let names: Vec<&str> = others.iter().map(|id| id.name()).collect();
            format!("{id} does not fail; what fails is {}", names.join(", "))
        }
        (Some(id), []) => format!("{id} does not fail, and nothing else does"),
        (None, _) => "nothing fails".to_owned(),
    };
    let strict = if deviates && !arguments.strict {
        "; `--strict` counts its deviations"
    } else {
        ""
    };
    Err(CliError::Usage(format!(
        "`{}` has nothing to make smaller: {hint}{strict}",
        scenario.source.path
    )))
}

fn tell_flaky(found: &Found<'_>) {
    eprintln!(
        "error: flaky: {} failed through the door {}, and then it did not; \
         a case that does not fail twice alike cannot be made smaller",
        found.result.requirement, found.door
    );
}

fn head(scenario: &Scenario, found: &Found<'_>, small: &Minimized) -> Head {
    let case = found.case.name.as_ref();
    let name = case.map_or_else(String::new, |name| format!(", case `{name}`,"));
    let title = &scenario.title.value;
    let plain = Expect {
        span: small.case.expect.span,
        ..Expect::default()
    };
    let has_expectations =
        small.case.expect != plain || small.case.steps.iter().any(|step| step.expect.is_some());
    Head {
        title: case.map_or_else(|| title.clone(), |case| format!("{title}: {case}")),
        description: Some(format!(
            "The smallest of `{}`{name} that fails {} through the door {}.",
            scenario.source.path, found.result.requirement, found.door
        )),
        // Expectations cite the first of them.
        requirements: if has_expectations {
            small.case.requirements.clone()
        } else {
            vec![found.result.requirement]
        },
        tags: scenario.tags.clone(),
        doors: scenario.written.doors.is_some().then_some(vec![found.door]),
    }
}

/// Whether the file, as somebody else will read it, fails in the same way.
fn still_fails(text: &str, failure: &Failure, judge: &Judging<'_>) -> bool {
    read("minimized", Source::new("minimized.toml", text)).is_ok_and(|scenario| {
        scenario
            .cases
            .iter()
            .any(|case| case.doors.contains(&failure.door) && judge.fails(case, failure))
    })
}

fn tell(
    scenario: &Scenario,
    found: &Found<'_>,
    small: &Minimized,
    arguments: &MinimizeArguments,
    readings: &Readings,
    output: &Path,
    out: &mut dyn Write,
) -> Result<(), CliError> {
    let result = &found.result;
    let word = match result.verdict {
        CheckVerdict::Deviates => "deviates from",
        _ => "fails",
    };
    let case = found.case.name.as_ref();
    let case = case.map_or_else(String::new, |name| format!(", case `{name}`,"));
    writeln!(
        out,
        "{}{case} {word} {} through the door {}, by check `{}` of the {}",
        scenario.source.path,
        result.requirement,
        found.door,
        result.check,
        result.judge.name()
    )?;
    writeln!(out, "\n{:<16}{:>8}{:>8}", "", "before", "after")?;
    let (before, after) = (Size::of(found.case), Size::of(&small.case));
    let lines = [
        ("servers", before.servers, after.servers),
        ("relations", before.relations, after.relations),
        ("scopes", before.scopes, after.scopes),
        ("partner rules", before.rules, after.rules),
        ("steps", before.steps, after.steps),
        ("expectations", before.expectations, after.expectations),
        ("other values", before.values, after.values),
    ];
    for (what, before, after) in lines.iter().filter(|(_, before, _)| *before > 0) {
        writeln!(out, "{what:<16}{before:>8}{after:>8}")?;
    }
    let tries = count(small.tries as usize, "smaller case");
    let end = if small.is_minimal {
        "nothing more can be left out"
    } else {
        "more might be left out: the search was ended at its limit"
    };
    writeln!(out, "\n{tries} tried; {end}")?;
    let seed = small.case.seed.unwrap_or(0);
    let path = output.display().to_string();
    let again = command_again(&path, None, found.door, seed, readings, arguments.strict);
    writeln!(out, "written to {path}; to run it: `{again}`")?;
    out.flush()?;
    Ok(())
}
