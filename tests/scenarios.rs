//! Every case of the corpus through every door in process, each a test of its own.

#[path = "support/corpus.rs"]
mod corpus;

use libtest_mimic::{Arguments, Failed, Trial};

use ipamconf::verdict::CheckVerdict;

fn main() {
    let arguments = Arguments::from_args();
    let mut trials = Vec::new();
    for scenario in corpus::scenarios() {
        for case in &scenario.cases {
            for door in case
                .doors
                .iter()
                .filter(|door| corpus::DOORS.contains(door))
            {
                let name = format!("{} [{door}]", corpus::case_name(&scenario, case));
                let (scenario, case, door) = (scenario.clone(), case.clone(), *door);
                trials.push(Trial::test(name, move || {
                    let (_, checks) = corpus::run(&case, door);
                    let wrong: Vec<String> = checks
                        .iter()
                        .filter(|check| {
                            matches!(check.verdict, CheckVerdict::Fail | CheckVerdict::Deviates)
                        })
                        .map(|check| {
                            let place = scenario.source.locate(check.span.unwrap_or(case.span));
                            format!(
                                "{place}: {} ({}): expected {}; found {}",
                                check.requirement, check.check, check.expected, check.found
                            )
                        })
                        .collect();
                    if wrong.is_empty() {
                        Ok(())
                    } else {
                        Err(Failed::from(wrong.join("\n")))
                    }
                }));
            }
        }
    }
    libtest_mimic::run(&arguments, trials).exit();
}
