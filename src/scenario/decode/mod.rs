//! From the tree of one case to the types that the rest of the suite works with.
//!
//! Decoders never stop at the first mistake: they report it, go on with something harmless, and the file is
//! refused in the end.

mod columns;
mod context;
mod contradictions;
mod doors;
mod expect;
pub(super) mod head;
pub(super) mod names;
mod pattern;
mod rows;
mod scope_keys;
mod scopes;
mod servers;
mod steps;
mod validity;
mod values;
mod world;

use std::net::IpAddr;
use std::rc::Rc;
use std::sync::Arc;

pub(super) use context::Context;
pub(crate) use scopes::MANAGED_BY;
pub(super) use scopes::defaults;
pub(super) use validity::is_valid;
pub(super) use values::Subnet;
pub(super) use world::Decoded;
pub(crate) use world::PARTNER_DELAY;

use crate::scenario::error::{LoadCode, LoadError};
use crate::scenario::tree::{Entry, Node};
use crate::scenario::{Case, Expect, Spanned};
use crate::spec::{Readings, RequirementId};
use crate::trace::Door;
use crate::verdict::Span;

/// What is the same for the whole case, whatever is put into it.
pub(super) struct CaseHead<'a> {
    pub(super) name: Option<String>,
    pub(super) span: Span,
    pub(super) title: Span,
    pub(super) requirements: Vec<Spanned<RequirementId>>,
    /// `requirements` is there and not empty, well-formed or not.
    pub(super) has_requirements: bool,
    pub(super) readings: Readings,
    pub(super) seed: Option<u64>,
    pub(super) doors: Option<&'a [Spanned<Door>]>,
}

/// The columns of a scope of which nothing is said but its subnet.
pub(crate) fn scope_defaults(network: IpAddr, prefix: i32) -> crate::model::ScopeDetails {
    defaults(Subnet { network, prefix })
}

/// Reads a world.
pub(super) fn world(cx: &mut Context<'_>, node: Option<&Node>) -> Rc<Decoded> {
    Rc::new(world::decode(cx, node))
}

/// Reads the steps and expectations of a case over its world.
pub(super) fn case(
    cx: &mut Context<'_>,
    head: CaseHead<'_>,
    world: &Decoded,
    steps_node: Option<&Node>,
    expect_entry: Option<&Entry>,
) -> Case {
    let steps = steps::decode(cx, steps_node, world, head.title);
    let mut expect = Expect {
        span: head.title,
        ..Expect::default()
    };
    let mut first_expect = steps.first_expect;
    if let Some(entry) = expect_entry {
        let at = cx.header_or_key(entry);
        first_expect = Some(first_expect.map_or(at, |first| first.min(at)));
        if steps.sessions > 1 {
            session_keys_of_several(cx, &entry.value);
        }
        let reader = expect::Reader {
            world,
            created: &steps.created,
            top_level: true,
        };
        if let Some(read) = reader.expect(cx, entry) {
            expect = read;
        }
    }
    if let Some(at) = first_expect.filter(|_| !head.has_requirements) {
        cx.push(
            LoadError::new(
                LoadCode::ExpectWithoutRequirements,
                at,
                "`expect` without `requirements`",
            )
            .expected("`requirements` of the file or the case, the most telling first"),
        );
    }
    let needs = doors::Needs {
        world,
        steps: &steps.steps,
        expect: &expect,
    };
    // A step that is left out may be the very one that decides.
    let can_tell = match head.doors {
        Some(_) => !steps.has_gaps,
        None => cx.errors.is_empty(),
    };
    let doors = if can_tell {
        doors::doors(cx, head.doors, &needs, head.title)
    } else {
        Vec::new()
    };
    let cannot = if can_tell {
        needs.against_any()
    } else {
        Vec::new()
    };
    Case {
        name: head.name,
        span: head.span,
        requirements: head.requirements.iter().map(|id| id.value).collect(),
        requirement_spans: head.requirements.iter().map(|id| id.span).collect(),
        doors,
        cannot,
        readings: head.readings,
        seed: head.seed,
        world: Arc::clone(&world.world),
        row_spans: Arc::clone(&world.spans),
        steps: steps.steps,
        expect,
    }
}

fn session_keys_of_several(cx: &mut Context<'_>, node: &Node) {
    let crate::scenario::tree::Kind::Table(table) = &node.kind else {
        return;
    };
    for entry in &table.entries {
        // `reply` at the top level is complained about on its own.
        if expect::SESSION_KEYS.contains(&&*entry.key) && &*entry.key != "reply" {
            cx.push(
                LoadError::new(
                    LoadCode::Contradiction,
                    entry.key_span,
                    "session key at the top level with several sessions",
                )
                .found(&entry.key)
                .expected("the key in the `expect` of the step it is about"),
            );
        }
    }
}
