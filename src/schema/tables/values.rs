//! What values look like that stand in more than one table.

use crate::schema::kind::Kind;
use crate::spec::{IpamExceptionId, REQUIREMENTS};

const IPV4: &str = concat!(
    r"(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){3}",
    r"(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
);
const IPV6: &str = r"[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*";

fn any_address() -> String {
    format!("(?:{IPV4}|{IPV6})")
}

fn form(name: &'static str, called: &'static str, pattern: &str) -> Kind {
    Kind::Form {
        name,
        called,
        pattern: format!("^(?:{pattern})$"),
    }
}

/// Units in falling order, each at most once; not empty.
fn duration_pattern() -> String {
    let units = ["d", "h", "m", "s", "ms"];
    let from = |first: usize| -> String {
        let mut text = format!("[0-9]+{}", units[first]);
        for unit in &units[first + 1..] {
            text.push_str(&format!("(?:[0-9]+{unit})?"));
        }
        text
    };
    (0..units.len()).map(from).collect::<Vec<_>>().join("|")
}

pub(super) fn duration() -> Kind {
    form("duration", "duration", &duration_pattern())
}

pub(super) fn lease() -> Kind {
    form(
        "lease",
        "duration or `\"unlimited\"`",
        &format!("unlimited|{}", duration_pattern()),
    )
}

pub(super) fn address() -> Kind {
    form("address", "address", &any_address())
}

pub(super) fn subnet() -> Kind {
    form(
        "subnet",
        "subnet `a/n`",
        &format!("{}/(?:0|[1-9][0-9]{{0,2}})", any_address()),
    )
}

pub(super) fn range() -> Kind {
    let address = any_address();
    form("range", "range `a-b`", &format!("{address}-{address}"))
}

pub(super) fn exclusion() -> Kind {
    let address = any_address();
    form(
        "exclusion",
        "range `a-b` or address",
        &format!("{address}(?:-{address})?"),
    )
}

pub(super) fn hex() -> Kind {
    form(
        "hex",
        "hex digits in pairs",
        r"(?:[ \t\r\n\f]*[0-9A-Fa-f][ \t\r\n\f]*[0-9A-Fa-f])*[ \t\r\n\f]*",
    )
}

/// `2..4`, `2..`.
pub(super) fn times() -> Kind {
    form("bounds", "bounds `a..b` or `a..`", r"[0-9]+\.\.(?:[0-9]+)?")
}

/// `0..50`.
pub(super) fn percent() -> Kind {
    let number = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)";
    form(
        "percentBounds",
        "bounds `a..b`",
        &format!(r"{number}\.\.{number}"),
    )
}

pub(super) fn exception_id() -> Kind {
    Kind::named_words(
        "IpamExceptionId",
        IpamExceptionId::all().map(IpamExceptionId::name),
    )
}

pub(super) fn requirement() -> Kind {
    Kind::named_words(
        "requirement",
        REQUIREMENTS.iter().map(|requirement| requirement.id.name()),
    )
}

/// What a row may be called: anything but the words that mean something else where a row is named.
pub(super) fn row_name() -> Kind {
    Kind::Name("new name")
}
