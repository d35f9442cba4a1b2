//! Random values, made by the type table.

use ipamconf::model::{Object, Value};
use ipamconf::soap::types::{self, Content, Namespace, Type};
use proptest::prelude::{Strategy, any};

/// How deep objects nest: past it only plain members are made.
const DEPTH: usize = 9;

/// Texts that a careless writer spoils.
const TEXTS: &[&str] = &[
    "",
    " ",
    "S",
    " two  blanks ",
    "<&>\"']]>",
    "line\r\nend\ttab",
    "é\u{1f600}\u{202e}",
    "-7.5",
];

/// The content of `paramters`: half of the time ReplicateServerParameters.
pub(crate) fn parameters() -> impl Strategy<Value = Value> {
    any::<u64>().prop_map(|seed| {
        let mut source = Source(seed);
        let name = if source.below(2) == 0 {
            "ReplicateServerParameters"
        } else {
            let all: Vec<_> = types::all()
                .filter(|known| known.is(types::paramters()))
                .map(|known| known.name)
                .collect();
            all[source.below(all.len())]
        };
        let known = types::find(Namespace::Ipam.uri(), name).unwrap();
        Value::Object(source.object(known, Some(name), 0))
    })
}

struct Source(u64);

impl Source {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }

    fn object(&mut self, known: &'static Type, stated: Option<&str>, depth: usize) -> Object {
        let mut object = Object {
            type_name: stated.map(str::to_owned),
            members: Vec::new(),
        };
        for (_, member) in known.members() {
            let leaf = !matches!(
                member.declared.content,
                Content::Members(_) | Content::Items(_)
            );
            // The deeper, the fewer: a policy holds a scope, which holds options, which hold policies.
            if self.below(if leaf { 2 } else { 1 + depth / 2 }) > 0 || (depth >= DEPTH && !leaf) {
                continue;
            }
            let value = if member.nillable && self.below(6) == 0 {
                Value::Nil
            } else {
                self.value(member.declared, depth + 1)
            };
            object.members.push((member.name.to_owned(), value));
        }
        object
    }

    fn value(&mut self, declared: &'static Type, depth: usize) -> Value {
        match declared.content {
            Content::Items(item) => {
                let count = self.below(3);
                Value::List(
                    (0..count)
                        .map(|_| self.value(item.declared, depth))
                        .collect(),
                )
            }
            Content::Address(_) if self.below(2) == 0 => {
                let bits = u32::try_from(self.below(1 << 31)).unwrap();
                Value::Text(std::net::Ipv4Addr::from(bits).to_string())
            }
            Content::Address(_) => {
                let bits = self.below(1 << 31) as u128 * self.below(1 << 31) as u128;
                Value::Text(std::net::Ipv6Addr::from(bits << 60).to_string())
            }
            Content::Members(_) => {
                let kinds: Vec<_> = types::all().filter(|kind| kind.is(declared)).collect();
                let kind = kinds[self.below(kinds.len())];
                let stated = (kind != declared).then_some(kind.name);
                Value::Object(self.object(kind, stated, depth))
            }
            _ => Value::Text(TEXTS[self.below(TEXTS.len())].to_owned()),
        }
    }
}
