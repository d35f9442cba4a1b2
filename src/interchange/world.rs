//! A world as a target takes it: the tables, who calls, how the partner behaves, the readings to follow.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value as Json, json};

use crate::interchange::form::{
    At, Definitions, FormError, JsonForm, member, object_schema, parsed, record, words,
};
use crate::interchange::limits::{LISTED_MAX, ROWS_MAX};
use crate::model::RecordId;
use crate::spec::{IpamExceptionId, RULINGS, Readings};
use crate::world::{Caller, Does, Names, PartnerRule, Policy, RequestKind, Role, Setup, Via};

words!(Does);

/// Words of the scenario language for enumerations without a list of their members.
macro_rules! choices {
    ($($type:ident: $expected:literal, $($word:literal = $member:ident),*;)*) => {
        $(impl JsonForm for $type {
            fn write(&self) -> Json {
                match self { $(Self::$member => $word.into()),* }
            }

            fn read(at: &At<'_>) -> Result<Self, FormError> {
                parsed(at, $expected, |text| match text {
                    $($word => Some(Self::$member),)*
                    _ => None,
                })
            }

            fn schema(_: &mut Definitions) -> Json {
                json!({ "enum": [$($word),*] })
            }
        })*
    };
}
choices! {
    Via: "`user` or `group`", "user" = User, "group" = Group;
    RequestKind: "`create` or `update`", "create" = Create, "update" = Update;
}

record! {
    /// A role that the caller holds, and where; `via`: their own, or that of a group of theirs.
    Policy, list of LISTED_MAX, { role: "role", access_scope: "access_scope", via: "via", }
}

record! {
    /// Who opens a session: what the token and the access policies say.
    Caller, list of LISTED_MAX, {
        groups: "groups",
        policies: "policies",
        local_administrator: "local_administrator",
    }
}

record! {
    /// A role of the world's own, beside the built-in ones.
    Role, list of LISTED_MAX, { name: "name", operations: "operations", }
}

impl JsonForm for IpamExceptionId {
    fn write(&self) -> Json {
        self.name().into()
    }

    fn read(at: &At<'_>) -> Result<Self, FormError> {
        member(at, "a member of IpamExceptionId", Self::from_name)
    }

    fn schema(definitions: &mut Definitions) -> Json {
        definitions.refer("IpamExceptionId", |_| {
            let names: Vec<&str> = Self::all().map(Self::name).collect();
            json!({ "description": "[MS-IPAMM2] 2.2.5.67.", "enum": names })
        })
    }
}

/// Virtual time, in whole milliseconds; a part of one counts as a whole.
impl JsonForm for Duration {
    fn write(&self) -> Json {
        let whole = self.as_nanos().div_ceil(1_000_000);
        u64::try_from(whole).unwrap_or(u64::MAX).into()
    }

    fn read(at: &At<'_>) -> Result<Self, FormError> {
        let milliseconds = at.value().as_u64();
        milliseconds
            .map(Self::from_millis)
            .ok_or_else(|| at.wrong("a whole number of milliseconds"))
    }

    fn schema(_: &mut Definitions) -> Json {
        json!({ "type": "integer", "minimum": 0, "maximum": u64::MAX })
    }
}

/// A rule for the partner, its rows by their record ids.
type Rule = PartnerRule<RecordId>;

record! {
    /// A rule for the failover partner. Of each create or update that reaches it, the first rule that matches and is not
    /// spent takes the request: `after` so many it does what it says, `times` times; without `times` there is no end.
    Rule, list of ROWS_MAX, {
        does: "does",
        server: "server",
        scope: "scope",
        on: "on",
        after: "after",
        times: "times",
        delay: "delay_ms",
        detail: "detail",
    }
}

impl JsonForm for Readings {
    fn write(&self) -> Json {
        let all = self.all();
        Json::Object(
            all.map(|(question, reading)| (question.name().to_owned(), reading.into()))
                .collect(),
        )
    }

    fn read(at: &At<'_>) -> Result<Self, FormError> {
        let questions: Vec<&str> = RULINGS
            .iter()
            .map(|ruling| ruling.question.name())
            .collect();
        let members = at.members(&questions)?;
        let mut readings = Self::default();
        for question in questions {
            let read = |at: &At<'_>| {
                let reading = at.text("the name of a reading")?;
                readings
                    .choose(question, reading)
                    .map_err(|error| at.wrong(format!("a reading of it ({error})")))
            };
            members.get_with(question, read, || Some(()))?;
        }
        Ok(readings)
    }

    fn absent() -> Option<Self> {
        Some(Self::default())
    }

    fn schema(definitions: &mut Definitions) -> Json {
        definitions.refer("Readings", |_| {
            let keys = RULINGS
                .iter()
                .map(|ruling| {
                    let names: Vec<&str> =
                        ruling.readings.iter().map(|reading| reading.name).collect();
                    let schema = json!({ "description": ruling.asks, "enum": names });
                    (ruling.question.name(), schema, false)
                })
                .collect();
            object_schema("How open questions of the document are read.", keys)
        })
    }
}

const KEYS: &[&str] = &[
    "tables",
    "ADM_IsIPAMConfigured",
    "ADM_IsSchemaConversionRequired",
    "caller",
    "roles",
    "partner",
    "readings",
];

/// A world with the readings to follow.
#[derive(Debug, Clone, PartialEq)]
pub struct WorldForm {
    /// The world. Read from JSON it has no names: those are for reports.
    pub setup: Setup,
    /// The readings; those that are left out are our rulings.
    pub readings: Readings,
}

/// The world's form, without a copy of it.
pub(super) fn write_world(setup: &Setup, readings: &Readings) -> Json {
    let mut map = Map::new();
    let mut put = |key: &str, value: Json| map.insert(key.to_owned(), value);
    put("tables", setup.tables.write());
    put("ADM_IsIPAMConfigured", setup.provisioned.into());
    put(
        "ADM_IsSchemaConversionRequired",
        setup.schema_conversion_required.into(),
    );
    put("caller", setup.caller.write());
    put("roles", setup.roles.write());
    put("partner", setup.partner.write());
    put("readings", readings.write());
    Json::Object(map)
}

impl JsonForm for WorldForm {
    fn write(&self) -> Json {
        write_world(&self.setup, &self.readings)
    }

    fn read(at: &At<'_>) -> Result<Self, FormError> {
        let members = at.members(KEYS)?;
        let tables = members.get("tables")?;
        let flag = |key, usual| members.get_with(key, bool::read, || Some(usual));
        let setup = Setup {
            tables: Arc::new(tables),
            provisioned: flag("ADM_IsIPAMConfigured", true)?,
            schema_conversion_required: flag("ADM_IsSchemaConversionRequired", false)?,
            caller: members.get_with("caller", Caller::read, || Some(Caller::default()))?,
            roles: members.get_with("roles", Vec::read, || Some(Vec::new()))?,
            partner: members.get_with("partner", Vec::read, || Some(Vec::new()))?,
            server_ids: Vec::new(),
            relation_ids: Vec::new(),
            scope_ids: Vec::new(),
            unknown_id: RecordId(i64::MAX),
            names: Names::default(),
        };
        Ok(Self {
            setup,
            readings: members.get("readings")?,
        })
    }

    fn schema(definitions: &mut Definitions) -> Json {
        definitions.refer("World", |definitions| {
            let flag = |usual: bool| json!({ "type": "boolean", "default": usual });
            let keys = vec![
                ("tables", crate::model::Tables::schema(definitions), true),
                ("ADM_IsIPAMConfigured", flag(true), false),
                ("ADM_IsSchemaConversionRequired", flag(false), false),
                ("caller", Caller::schema(definitions), false),
                ("roles", Vec::<Role>::schema(definitions), false),
                (
                    "partner",
                    Vec::<Rule>::schema(definitions),
                    false,
                ),
                ("readings", Readings::schema(definitions), false),
            ];
            object_schema(
                "All that a target needs to stand for a world. `caller` opens the sessions, unless one is opened by \
                 somebody else; left out, an IPAM MSM administrator.",
                keys,
            )
        })
    }
}
