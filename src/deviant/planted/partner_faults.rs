//! Mistakes about what the partner says: refusals that are ignored, tried again or stored all the same ([MS-IPAMM2]
//! 3.19.4.4.1.3 and .4, whose faults are told; 3.19.4.4.1).
//!
//! The partner of the simulator is told other rules than those of the world.

use crate::deviant::planted::scope_tools::end_of;
use crate::deviant::{Deviant, Hooks};
use crate::model::{Callback, Event, RecordId, Terminal};
use crate::spec::RequirementId::{R_3_20, R_4_20, R_PROC_2};
use crate::spec::SubTaskStatus;
use crate::world::RequestKind::{self, Create, Update};
use crate::world::{Does, PartnerRule, Setup};

/// The deviants of this part.
pub(super) const DEVIANTS: &[Deviant] = &[
    Deviant::mistake(
        R_4_20,
        "stores an update that the partner refuses",
        Hooks {
            reset: Some(|_, setup, _| apply_refused(setup, Update)),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_4_20,
        "asks again until an update is not refused any more",
        Hooks {
            reset: Some(|_, setup, _| ask_again(setup, Update)),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_4_20,
        "takes an update whose answer got lost for done",
        Hooks {
            reset: Some(|_, setup, _| {
                change(setup, Update, Does::LoseAnswer, Does::Accept);
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_4_20,
        "waits until a partner is back in reach",
        Hooks {
            reset: Some(|_, setup, _| change(setup, Update, Does::Unreachable, Does::Late)),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_3_20,
        "stores a new scope that the partner refuses",
        Hooks {
            reset: Some(|_, setup, _| apply_refused(setup, Create)),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_3_20,
        "asks again until a new scope is not refused any more",
        Hooks {
            reset: Some(|_, setup, _| ask_again(setup, Create)),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_PROC_2,
        "tells success when at least one scope was replicated",
        Hooks {
            reset: Some(|_, _, readings| {
                readings
                    .choose("OQ-15", "continue")
                    .expect("the table of rulings has it");
            }),
            parameters: Some(|seam, _| seam.memory.count.set(0)),
            event: Some(|seam, session, event| {
                if is_done(&event) {
                    seam.count();
                }
                let any = seam.memory.count.get() > 0;
                let told = if any && end_of(&event) == Some(Terminal::Failure) {
                    Event::Callback(Callback::SetOverallStatus {
                        overall_status: Terminal::Success.status(),
                        completion_status: None,
                    })
                } else {
                    event
                };
                seam.tell(session, told);
            }),
            ..Hooks::NONE
        },
    ),
];

fn is_done(event: &Event) -> bool {
    matches!(
        event.callback(),
        Some(Callback::SetSubTaskStatus {
            status: SubTaskStatus::CompletedWithSuccess,
            ..
        })
    )
}

type Rule = PartnerRule<RecordId>;

/// Whether a rule refuses every request of a kind that it matches, however many.
fn always_refuses(rule: &Rule, kind: RequestKind) -> bool {
    matches!(rule.does, Does::Refuse | Does::Unreachable)
        && rule.on.is_none_or(|on| on == kind)
        && rule.after == 0
        && rule.times.is_none()
}

/// What is always refused is stored all the same.
fn apply_refused(setup: &mut Setup, kind: RequestKind) {
    let rules = std::mem::take(&mut setup.partner);
    for rule in rules {
        if always_refuses(&rule, kind) {
            setup.partner.push(PartnerRule {
                does: Does::LoseAnswer,
                on: Some(kind),
                ..rule.clone()
            });
        }
        setup.partner.push(rule);
    }
}

/// Refusals that end some time are waited for.
fn ask_again(setup: &mut Setup, kind: RequestKind) {
    for rule in &mut setup.partner {
        if rule.does == Does::Refuse && rule.times.is_some() && rule.on.is_none_or(|on| on == kind)
        {
            rule.does = Does::Accept;
        }
    }
}

fn change(setup: &mut Setup, kind: RequestKind, from: Does, to: Does) {
    for rule in &mut setup.partner {
        if rule.does == from && rule.on.is_none_or(|on| on == kind) {
            rule.does = to;
        }
    }
}
