//! The members of a body or of an object in it, in the order of the wire.

use crate::model::Percentage;
use crate::soap::element::Element;
use crate::soap::exception::Problem;
use crate::soap::names::IPAM;

/// The members of an element, and where it stands.
pub(super) struct Members<'a, const N: usize> {
    path: String,
    names: [&'static str; N],
    found: [Option<&'a Element>; N],
}

impl<'a, const N: usize> Members<'a, N> {
    /// Takes the members of those names. What comes out of order is missing, what has no such name is passed over:
    /// both are problems.
    pub(super) fn of(
        element: Option<&'a Element>,
        path: &str,
        names: [&'static str; N],
        problems: &mut Vec<Problem>,
    ) -> Self {
        let mut found = [None; N];
        let mut next = 0;
        for child in element.into_iter().flat_map(Element::children) {
            let name = (child.name.namespace() == IPAM).then_some(child.name.local());
            let place = names.iter().position(|known| Some(*known) == name);
            match place {
                Some(place) if place >= next => {
                    found[place] = Some(child);
                    next = place + 1;
                }
                _ => problems.push(Problem::new(
                    path,
                    match (place, names.is_empty()) {
                        (Some(_), _) => format!("members in the order {}", names.join(", ")),
                        (None, true) => "no members".to_owned(),
                        (None, false) => format!("no members but {}", names.join(", ")),
                    },
                    format!("`{}`", child.name),
                )),
            }
        }
        Self {
            path: path.to_owned(),
            names,
            found,
        }
    }

    /// Where a member stands.
    pub(super) fn path(&self, place: usize) -> String {
        format!("{}/{}", self.path, self.names[place])
    }

    /// A member that is there and not NULL.
    pub(super) fn get(&self, place: usize) -> Option<&'a Element> {
        self.found[place].filter(|element| !element.is_nil())
    }

    /// A member's text as something; `None` where it is missing.
    pub(super) fn parse<T>(
        &self,
        place: usize,
        expected: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, Problem> {
        let Some(element) = self.found[place] else {
            return Ok(None);
        };
        let text = element.text();
        let text = text.trim();
        let plain = !element.is_nil() && element.children().next().is_none();
        let value = plain.then(|| parse(text)).flatten();
        value.map(Some).ok_or_else(|| {
            let found = if element.is_nil() {
                "nil".to_owned()
            } else {
                format!("`{text}`")
            };
            Problem::new(self.path(place), expected, found)
        })
    }

    pub(super) fn boolean(&self, place: usize) -> Result<Option<bool>, Problem> {
        self.parse(place, "true or false", |text| match text {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => None,
        })
    }

    pub(super) fn int(&self, place: usize) -> Result<i32, Problem> {
        let value = self.parse(place, "an int", |text| text.parse().ok())?;
        Ok(value.unwrap_or_default())
    }

    pub(super) fn percentage(&self, place: usize) -> Result<Percentage, Problem> {
        let value = self.parse(place, "a decimal", Percentage::from_lexical)?;
        Ok(value.unwrap_or_default())
    }
}
