//! The mistakes that are planted in the oracle.

use std::sync::Arc;

use super::{OracleDeviant, may_succeed, only, other_kind, other_reply, writes};
use crate::model::{SerDuration, Terminal};
use crate::oracle::{Choice, PartnerBounds, ReplyKind, Stage};
use crate::spec::RequirementId::R_29_3a;
use crate::spec::authorization::IPAM_MSM_ADMINISTRATORS;
use crate::spec::{
    AddressFamily, DhcpLeaseDurationType, DhcpScopeStatus, DhcpServingClientsType, Grade,
};
use crate::world::Caller;

/// Why a reading that is named here can be chosen.
const READINGS: &str = "the table of rulings has it";

/// No mistake.
const NONE: OracleDeviant = OracleDeviant {
    name: "",
    asked: None,
    allowed: None,
    replies: None,
};

/// Every oracle with a mistake.
#[must_use]
pub const fn deviants() -> &'static [OracleDeviant] {
    DEVIANTS
}

const DEVIANTS: &[OracleDeviant] = &[
    OracleDeviant {
        name: "expects another name on the copy",
        allowed: Some(|allowed| {
            for write in writes(&mut allowed.fates) {
                write.copy.details.scope_name.push('x');
            }
        }),
        ..NONE
    },
    OracleDeviant {
        name: "expects another status on the copy",
        allowed: Some(|allowed| {
            for write in writes(&mut allowed.fates) {
                write.copy.details.status = DhcpScopeStatus::None;
            }
        }),
        ..NONE
    },
    OracleDeviant {
        name: "expects another delay on the copy",
        allowed: Some(|allowed| {
            for write in writes(&mut allowed.fates) {
                write.copy.details.subnet_delay += 1;
            }
        }),
        ..NONE
    },
    OracleDeviant {
        name: "expects another lease type on the copy",
        allowed: Some(|allowed| {
            for write in writes(&mut allowed.fates) {
                write.copy.details.lease_duration_type = DhcpLeaseDurationType::None;
            }
        }),
        ..NONE
    },
    OracleDeviant {
        name: "expects another lease on the copy",
        allowed: Some(|allowed| {
            for write in writes(&mut allowed.fates) {
                write.copy.details.lease_duration = SerDuration::ZERO;
            }
        }),
        ..NONE
    },
    OracleDeviant {
        name: "expects another serving type on the copy",
        allowed: Some(|allowed| {
            for write in writes(&mut allowed.fates) {
                write.copy.details.serving_clients_type = DhcpServingClientsType::None;
            }
        }),
        ..NONE
    },
    OracleDeviant {
        name: "forgets the last scope",
        allowed: Some(|allowed| {
            allowed.fates.pop();
        }),
        ..NONE
    },
    OracleDeviant {
        name: "forgets the first scope",
        allowed: Some(|allowed| {
            if !allowed.fates.is_empty() {
                allowed.fates.remove(0);
            }
        }),
        ..NONE
    },
    OracleDeviant {
        name: "lets every scope be skipped and none be written",
        allowed: Some(|allowed| {
            for fate in &mut allowed.fates {
                fate.choices = vec![Choice::Skip {
                    requirement: R_29_3a,
                    grade: Grade::Hard,
                }];
            }
        }),
        ..NONE
    },
    OracleDeviant {
        name: "takes every operation for a success",
        allowed: Some(|allowed| only(allowed, Stage::Processing(Terminal::Success))),
        ..NONE
    },
    OracleDeviant {
        name: "takes every operation for a failure",
        allowed: Some(|allowed| only(allowed, Stage::Processing(Terminal::Failure))),
        ..NONE
    },
    OracleDeviant {
        name: "takes every failure for a fault of the start",
        allowed: Some(|allowed| {
            if !may_succeed(allowed) {
                only(allowed, Stage::StartFault);
            }
        }),
        ..NONE
    },
    OracleDeviant {
        name: "takes every fault of the start for a failure in processing",
        allowed: Some(|allowed| {
            if allowed
                .ends
                .iter()
                .all(|end| end.stage == Stage::StartFault)
            {
                only(allowed, Stage::Processing(Terminal::Failure));
            }
        }),
        ..NONE
    },
    OracleDeviant {
        name: "lets nothing be written by an operation that fails",
        allowed: Some(|allowed| {
            let all = (0..allowed.fates.len()).collect();
            allowed.at_most_written = vec![(all, 0)];
        }),
        ..NONE
    },
    OracleDeviant {
        name: "mixes up created and updated",
        allowed: Some(|allowed| {
            for write in writes(&mut allowed.fates) {
                write.kind = other_kind(write.kind);
            }
        }),
        ..NONE
    },
    OracleDeviant {
        name: "expects the copy on the source's server",
        asked: Some(|asked| {
            asked.readings.choose("OQ-1", "literal").expect(READINGS);
        }),
        ..NONE
    },
    OracleDeviant {
        name: "looks for the copy by its RecordId",
        asked: Some(|asked| {
            asked.readings.choose("OQ-4", "record-id").expect(READINGS);
        }),
        ..NONE
    },
    OracleDeviant {
        name: "lets the copy keep the RecordId of its source",
        asked: Some(|asked| {
            asked.readings.choose("OQ-5", "literal").expect(READINGS);
        }),
        ..NONE
    },
    OracleDeviant {
        name: "lets everybody in",
        asked: Some(|asked| {
            asked.caller = Caller {
                groups: vec![IPAM_MSM_ADMINISTRATORS.to_owned()],
                ..Caller::nobody()
            };
        }),
        ..NONE
    },
    OracleDeviant {
        name: "lets nobody in",
        asked: Some(|asked| asked.caller = Caller::nobody()),
        ..NONE
    },
    OracleDeviant {
        name: "overlooks the policies",
        asked: Some(|asked| asked.caller.policies.clear()),
        ..NONE
    },
    OracleDeviant {
        name: "overlooks the groups",
        asked: Some(|asked| asked.caller.groups.clear()),
        ..NONE
    },
    OracleDeviant {
        name: "overlooks the own roles",
        asked: Some(|asked| asked.roles.clear()),
        ..NONE
    },
    OracleDeviant {
        name: "takes local administrators for administrators of IPAM",
        asked: Some(|asked| {
            if asked.caller.local_administrator {
                asked.caller.groups.push(IPAM_MSM_ADMINISTRATORS.to_owned());
            }
        }),
        ..NONE
    },
    OracleDeviant {
        name: "overlooks that the store is not provisioned",
        asked: Some(|asked| asked.provisioned = true),
        ..NONE
    },
    OracleDeviant {
        name: "overlooks that the schema has to be converted",
        asked: Some(|asked| asked.schema_conversion_required = false),
        ..NONE
    },
    OracleDeviant {
        name: "overlooks the partner's rules",
        asked: Some(|asked| asked.partner.clear()),
        ..NONE
    },
    OracleDeviant {
        name: "forgets what earlier operations took of the partner's rules",
        asked: Some(|asked| asked.taken = PartnerBounds::default()),
        ..NONE
    },
    OracleDeviant {
        name: "overlooks the first rule of the partner",
        asked: Some(|asked| {
            if !asked.partner.is_empty() {
                asked.partner.remove(0);
            }
        }),
        ..NONE
    },
    OracleDeviant {
        name: "overlooks who is associated with a relationship",
        asked: Some(|asked| asked.tables.scope_failovers.clear()),
        ..NONE
    },
    OracleDeviant {
        name: "sees the first association of a store only",
        asked: Some(|asked| {
            let first = asked.tables.scope_failovers.keys().next().copied();
            asked
                .tables
                .scope_failovers
                .retain(|id, _| Some(*id) == first);
        }),
        ..NONE
    },
    OracleDeviant {
        name: "overlooks the relationships",
        asked: Some(|asked| asked.tables.relations.clear()),
        ..NONE
    },
    OracleDeviant {
        name: "takes the first server of a relationship for the second",
        asked: Some(|asked| {
            for relation in asked.tables.relations.values_mut() {
                let relation = Arc::make_mut(relation);
                relation.server2_record_id = relation.server1_record_id;
            }
        }),
        ..NONE
    },
    OracleDeviant {
        name: "overlooks the servers",
        asked: Some(|asked| asked.tables.servers.clear()),
        ..NONE
    },
    OracleDeviant {
        name: "overlooks the scopes of IPv4",
        asked: Some(|asked| {
            asked
                .tables
                .scopes
                .retain(|key, _| key.0 != AddressFamily::InterNetwork)
        }),
        ..NONE
    },
    OracleDeviant {
        name: "takes IPv6 rows for IPv4 rows",
        asked: Some(|asked| {
            let rows: Vec<_> = asked
                .tables
                .scopes
                .values()
                .filter(|row| row.family == AddressFamily::InterNetworkV6)
                .cloned()
                .collect();
            for mut row in rows {
                Arc::make_mut(&mut row).family = AddressFamily::InterNetwork;
                asked
                    .tables
                    .scopes
                    .entry((AddressFamily::InterNetwork, row.record_id))
                    .or_insert(row);
            }
        }),
        ..NONE
    },
    OracleDeviant {
        name: "reads no subnet mask",
        asked: Some(|asked| {
            for row in asked.tables.scopes.values_mut() {
                let row = Arc::make_mut(row);
                row.details.subnet_mask = None;
                row.details.prefix_length = 24;
            }
        }),
        ..NONE
    },
    OracleDeviant {
        name: "answers InitializeOperationParameters the other way",
        replies: Some(|replies| {
            for reply in replies {
                reply.reply = other_reply(reply.reply);
            }
        }),
        ..NONE
    },
    OracleDeviant {
        name: "takes every InitializeOperationParameters for right",
        replies: Some(|replies| {
            replies.truncate(1);
            for reply in replies {
                reply.reply = ReplyKind::Response;
            }
        }),
        ..NONE
    },
    OracleDeviant {
        name: "takes every InitializeOperationParameters for wrong",
        replies: Some(|replies| {
            replies.truncate(1);
            for reply in replies {
                reply.reply = ReplyKind::Fault;
            }
        }),
        ..NONE
    },
];
