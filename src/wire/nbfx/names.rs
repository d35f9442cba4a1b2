//! What XML calls a name and a character.

/// The prefix that stands for itself.
pub(crate) const XML_PREFIX: &str = "xml";
/// What it stands for.
pub(crate) const XML: &str = "http://www.w3.org/XML/1998/namespace";
/// What the prefix of declarations stands for.
pub(crate) const XMLNS: &str = "http://www.w3.org/2000/xmlns/";

/// Whether a text can be a prefix or a name without one: an NCName, and not the one of declarations.
pub(crate) fn is_name(text: &str) -> bool {
    let mut characters = text.chars();
    characters.next().is_some_and(starts_name)
        && characters.all(|c| {
            starts_name(c)
                || matches!(c, '-' | '.' | '0'..='9' | '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
        })
        && text != "xmlns"
}

fn starts_name(c: char) -> bool {
    matches!(c, 'A'..='Z' | '_' | 'a'..='z'
        | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}' | '\u{370}'..='\u{37D}'
        | '\u{37F}'..='\u{1FFF}' | '\u{200C}'..='\u{200D}' | '\u{2070}'..='\u{218F}' | '\u{2C00}'..='\u{2FEF}'
        | '\u{3001}'..='\u{D7FF}' | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}' | '\u{10000}'..='\u{EFFFF}')
}

/// The first character of a text that XML cannot have, not even as a reference.
pub(crate) fn forbidden_character(text: &str) -> Option<char> {
    text.chars().find(|c| {
        matches!(c, '\0'..='\u{8}' | '\u{B}' | '\u{C}' | '\u{E}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}')
    })
}

/// Whether a declaration may say that.
pub(crate) fn may_declare(prefix: &str, uri: &str) -> bool {
    uri != XMLNS && (prefix == XML_PREFIX) == (uri == XML) && (prefix.is_empty() || !uri.is_empty())
}
