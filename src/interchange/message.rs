//! Messages of a client, and the objects in them as they stand on the wire ([MS-IPAMM2] 3.19.4).

use serde_json::{Value as Json, json};

use crate::interchange::form::{
    At, Definitions, FormError, JsonForm, object_schema, tagged, tagged_schema,
};
use crate::interchange::limits::ROWS_MAX;
use crate::model::{ClientMessage, Object, Value};

/// `null` is nil, a text is text, a list an array, an object one with members.
impl JsonForm for Value {
    const LIST_MAX: usize = ROWS_MAX;

    fn write(&self) -> Json {
        match self {
            Self::Nil => Json::Null,
            Self::Text(text) => text.as_str().into(),
            Self::List(items) => items.iter().map(JsonForm::write).collect(),
            Self::Object(object) => object.write(),
        }
    }

    fn read(at: &At<'_>) -> Result<Self, FormError> {
        match at.value() {
            Json::Null => Ok(Self::Nil),
            Json::String(text) => Ok(Self::Text(text.clone())),
            Json::Array(_) => Vec::read(at).map(Self::List),
            Json::Object(_) => Object::read(at).map(Self::Object),
            Json::Bool(_) | Json::Number(_) => {
                Err(at.wrong("null, a text (numbers too are written as text), a list or an object"))
            }
        }
    }

    fn schema(definitions: &mut Definitions) -> Json {
        definitions.refer("Value", |definitions| {
            let object = Object::schema(definitions);
            json!({
                "description": "The content of an element: null is nil; numbers, flags, addresses, durations and members of enumerations are texts, as on the wire.",
                "anyOf": [
                    { "type": "null" },
                    { "type": "string" },
                    { "type": "array", "items": { "$ref": "#/$defs/Value" } },
                    object,
                ],
            })
        })
    }
}

/// Members are pairs in a list: their order counts, and a name may come twice.
impl JsonForm for Object {
    fn write(&self) -> Json {
        let members: Vec<Json> = self
            .members
            .iter()
            .map(|(name, value)| json!([name, value.write()]))
            .collect();
        json!({ "type": self.type_name, "members": members })
    }

    fn read(at: &At<'_>) -> Result<Self, FormError> {
        let object = at.members(&["type", "members"])?;
        let read_pair = |at: &At<'_>| {
            let expected = "a pair of a name and a value";
            let (mut name, mut value) = (None, None);
            at.items(expected, 2)?.each(|item| {
                if name.is_none() {
                    name = Some(String::read(item)?);
                } else {
                    value = Some(Value::read(item)?);
                }
                Ok(())
            })?;
            name.zip(value).ok_or_else(|| at.wrong(expected))
        };
        Ok(Self {
            type_name: object.get("type")?,
            members: object.get_with(
                "members",
                |at| at.items("a list of pairs", ROWS_MAX)?.each(read_pair),
                || None,
            )?,
        })
    }

    fn schema(definitions: &mut Definitions) -> Json {
        definitions.refer("Object", |_| {
            let pair = json!({
                "type": "array",
                "prefixItems": [{ "type": "string" }, { "$ref": "#/$defs/Value" }],
                "minItems": 2,
                "maxItems": 2,
            });
            let keys = vec![
                ("type", json!({ "type": ["string", "null"] }), false),
                ("members", json!({ "type": "array", "items": pair }), true),
            ];
            object_schema(
                "An element with members. `type` is the local name in i:type, null where the attribute is left out. \
                 A member that is not listed is absent.",
                keys,
            )
        })
    }
}

const MESSAGES: &str = "`InitializeOperationParameters`, `StartOperationWithCallback`, `Keepalive`, `CallbackOperation` or `Raw`";

impl JsonForm for ClientMessage {
    fn write(&self) -> Json {
        match self {
            Self::InitializeOperationParameters { paramters } => {
                let mut message = tagged("message", "InitializeOperationParameters", Vec::new());
                if let Some(paramters) = paramters {
                    // nil is not the same as absent
                    message["paramters"] = paramters.write();
                }
                message
            }
            Self::StartOperationWithCallback => {
                tagged("message", "StartOperationWithCallback", Vec::new())
            }
            Self::Keepalive => tagged("message", "Keepalive", Vec::new()),
            Self::CallbackOperation { name } => {
                tagged("message", "CallbackOperation", vec![("name", name.write())])
            }
            Self::Raw { action, xml } => tagged(
                "message",
                "Raw",
                vec![("action", action.write()), ("xml", xml.write())],
            ),
        }
    }

    fn read(at: &At<'_>) -> Result<Self, FormError> {
        match at.word("message", MESSAGES)? {
            "InitializeOperationParameters" => {
                let members = at.members(&["message", "paramters"])?;
                let read = |at: &At<'_>| Value::read(at).map(Some);
                Ok(Self::InitializeOperationParameters {
                    paramters: members.get_with("paramters", read, || Some(None))?,
                })
            }
            "StartOperationWithCallback" => {
                at.members(&["message"])?;
                Ok(Self::StartOperationWithCallback)
            }
            "Keepalive" => {
                at.members(&["message"])?;
                Ok(Self::Keepalive)
            }
            "CallbackOperation" => Ok(Self::CallbackOperation {
                name: at.members(&["message", "name"])?.get("name")?,
            }),
            "Raw" => {
                let members = at.members(&["message", "action", "xml"])?;
                Ok(Self::Raw {
                    action: members.get("action")?,
                    xml: members.get("xml")?,
                })
            }
            _ => Err(at.wrong_word("message", MESSAGES)),
        }
    }

    fn schema(definitions: &mut Definitions) -> Json {
        definitions.refer("ClientMessage", |definitions| {
            let value = Value::schema(definitions);
            let text = || json!({ "type": "string" });
            let action = json!({ "type": ["string", "null"] });
            let of = |word, keys| tagged_schema("message", word, keys);
            json!({
                "description": "What a client says. In InitializeOperationParameters a key `paramters` that is left out is an element that is absent. Raw: the body's content, or the whole envelope where `action` is left out.",
                "oneOf": [
                    of("InitializeOperationParameters", vec![("paramters", value, false)]),
                    of("StartOperationWithCallback", Vec::new()),
                    of("Keepalive", Vec::new()),
                    of("CallbackOperation", vec![("name", text(), true)]),
                    of("Raw", vec![("action", action, false), ("xml", text(), true)]),
                ],
            })
        })
    }
}
