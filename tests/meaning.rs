//! XML compared by meaning: however a tree is written it equals itself, and every single change of meaning is found
//! where it was made.
//!
//! `IPAMCONF_ROUNDS` says how many trees (2,000 where nothing is said; CI's long run takes 100,000).

use ipamconf::soap::{Element, Name, Node, first_difference};

const URIS: [&str; 4] = ["", "urn:one", "urn:two", "http://Microsoft.Windows.Ipam"];
const INSTANCE: &str = "http://www.w3.org/2001/XMLSchema-instance";
const SERIALIZATION: &str = "http://schemas.microsoft.com/2003/10/Serialization/";

/// A generator of numbers that is the same on every machine (SplitMix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit as u64).unwrap()
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }
}

fn rounds() -> u64 {
    std::env::var("IPAMCONF_ROUNDS").map_or(2_000, |rounds| rounds.parse().unwrap())
}

/// A tree. Ids are handed out in order, references name one that stands before.
fn tree(random: &mut Random, depth: usize, ids: &mut usize) -> Element {
    let name = Name::new(random.pick(&URIS), random.pick(&["a", "b", "c", "Scope"]));
    let mut element = Element::named(name, None);
    for (uri, local) in [("", "k"), ("urn:one", "k"), ("urn:two", "l")] {
        if random.chance(15) {
            let value = random.pick(&["", "1", "two words", "<&>\"'"]);
            element = element.with_attribute(uri, local, value);
        }
    }
    if random.chance(10) {
        let uri = random.pick(&URIS[1..]);
        element = element.with_type(uri, random.pick(&["T", "U"]));
    }
    if random.chance(10) {
        *ids += 1;
        element = element.with_attribute(SERIALIZATION, "Id", &format!("i{ids}"));
    } else if *ids > 0 && random.chance(10) {
        let one = 1 + random.below(*ids);
        element = element.with_attribute(SERIALIZATION, "Ref", &format!("i{one}"));
    }
    if random.chance(5) {
        element = element.with_attribute(INSTANCE, "nil", "true");
    }
    if depth == 0 || random.chance(30) {
        let text = random.pick(&["", "text", " kept ", "a<b&c>d", "]]>", "\u{e9}\u{4e2d}"]);
        return element.with_text(text);
    }
    for _ in 0..random.below(4) {
        let child = tree(random, depth - 1, ids);
        element.push(child);
    }
    element
}

/// Writes a tree in one of the many ways that mean the same.
struct Scribe<'a> {
    random: &'a mut Random,
    out: String,
    prefixes: usize,
    rename: usize,
}

impl Scribe<'_> {
    fn space(&mut self) {
        match self.random.below(8) {
            0 => self.out.push_str("\n  "),
            1 => self.out.push_str("<!-- no meaning -->"),
            2 => self.out.push_str("<?nor here?>\t"),
            _ => {}
        }
    }

    /// Text in pieces: as it is, by number, in CDATA.
    fn text(&mut self, text: &str) {
        for c in text.chars() {
            match self.random.below(6) {
                0 => self.out.push_str(&format!("&#{};", u32::from(c))),
                1 => self.out.push_str(&format!("&#x{:X};", u32::from(c))),
                2 if c != ']' && c != '>' => self.out.push_str(&format!("<![CDATA[{c}]]>")),
                3 => {
                    self.out.push_str("<!---->");
                    self.escaped(c);
                }
                _ => self.escaped(c),
            }
        }
    }

    fn escaped(&mut self, c: char) {
        match c {
            '<' => self.out.push_str("&lt;"),
            '>' => self.out.push_str("&gt;"),
            '&' => self.out.push_str("&amp;"),
            '"' => self.out.push_str("&quot;"),
            '\'' => self.out.push_str("&apos;"),
            c => self.out.push(c),
        }
    }

    fn value(&mut self, value: &str) -> String {
        let quote = self.random.pick(&["'", "\""]);
        let mut inner = Scribe {
            random: self.random,
            out: String::new(),
            prefixes: 0,
            rename: 0,
        };
        for c in value.chars() {
            if inner.random.chance(20) {
                inner.out.push_str(&format!("&#{};", u32::from(c)));
            } else {
                inner.escaped(c);
            }
        }
        format!("={quote}{}{quote}", inner.out)
    }

    fn prefix(&mut self, uri: &str, declarations: &mut Vec<String>) -> String {
        self.prefixes += 1;
        let prefix = format!("p{}", self.prefixes);
        let value = self.value(uri);
        declarations.push(format!("xmlns:{prefix}{value}"));
        prefix
    }

    fn element(&mut self, element: &Element) {
        let mut attributes = Vec::new();
        let name = if element.name.namespace().is_empty() || self.random.chance(50) {
            let value = self.value(element.name.namespace());
            attributes.push(format!("xmlns{value}"));
            element.name.local().to_owned()
        } else {
            let prefix = self.prefix(element.name.namespace(), &mut attributes);
            format!("{prefix}:{}", element.name.local())
        };
        if let Some(type_name) = &element.type_name {
            let instance = self.prefix(INSTANCE, &mut attributes);
            let prefix = self.prefix(type_name.namespace(), &mut attributes);
            attributes.push(format!(
                "{instance}:type=\"{prefix}:{}\"",
                type_name.local()
            ));
        }
        for attribute in &element.attributes {
            let mut value = attribute.value.clone();
            if attribute.name.namespace() == SERIALIZATION {
                value = format!("{value}x{}", self.rename).into();
            }
            if attribute.name.namespace() == INSTANCE && self.random.chance(50) {
                value = "1".into();
            }
            let key = if attribute.name.namespace().is_empty() {
                attribute.name.local().to_owned()
            } else {
                let prefix = self.prefix(attribute.name.namespace(), &mut attributes);
                format!("{prefix}:{}", attribute.name.local())
            };
            let value = self.value(&value);
            attributes.push(format!("{key}{value}"));
        }
        for place in (1..attributes.len()).rev() {
            let other = self.random.below(place + 1);
            attributes.swap(place, other);
        }
        self.out
            .push_str(&format!("<{name} {}", attributes.join(" ")));
        if element.nodes.is_empty() && self.random.chance(50) {
            self.out.push_str("/>");
            return;
        }
        self.out.push('>');
        for node in &element.nodes {
            match node {
                Node::Element(child) => {
                    self.space();
                    self.element(child);
                    self.space();
                }
                Node::Text(text) => self.text(text),
            }
        }
        self.out.push_str(&format!("</{name}>"));
    }
}

fn write(random: &mut Random, element: &Element) -> String {
    let rename = random.below(3);
    let mut scribe = Scribe {
        random,
        out: String::new(),
        prefixes: 0,
        rename,
    };
    scribe.element(element);
    scribe.out
}

/// What an element is called among its siblings.
fn step(parent: &Element, place: usize) -> String {
    let children: Vec<&Element> = parent.children().collect();
    let name = children[place].name.local();
    let same = |child: &&&Element| child.name.local() == name;
    if children.iter().filter(same).count() == 1 {
        return name.to_owned();
    }
    let before = children[..place].iter().filter(same).count();
    format!("{name}[{}]", before + 1)
}

/// Changes the meaning in one place; `None` where the change drawn cannot be made. The answer is the path.
fn change(random: &mut Random, element: &mut Element) -> Option<String> {
    let mut path = element.name.local().to_owned();
    let mut here = element;
    loop {
        let children = here.children().count();
        if children == 0 || random.chance(30) {
            return changed_here(random, here, path);
        }
        let place = random.below(children);
        path = format!("{path}/{}", step(here, place));
        here = here
            .nodes
            .iter_mut()
            .filter_map(|node| match node {
                Node::Element(child) => Some(&mut **child),
                Node::Text(_) => None,
            })
            .nth(place)?;
    }
}

fn changed_here(random: &mut Random, here: &mut Element, path: String) -> Option<String> {
    let children = here.children().count();
    match random.below(8) {
        0 => {
            let namespace = format!("{}urn:other", here.name.namespace());
            here.name = Name::new(namespace, here.name.local());
            Some(path)
        }
        1 if children == 0 => {
            let more = if here.text() == "x" { "y" } else { "x" };
            here.push_text(more);
            Some(path)
        }
        2 => {
            let kept = |name: &Name| name.namespace() != SERIALIZATION;
            let place = here.attributes.iter().position(|one| kept(&one.name))?;
            let gone = here.attributes.remove(place);
            Some(format!("{path}/@{}", gone.name.local()))
        }
        3 => {
            *here = here.clone().with_attribute("urn:new", "new", "");
            Some(format!("{path}/@new"))
        }
        4 => {
            here.type_name = match here.type_name.take() {
                Some(_) => None,
                None => Some(Name::new("urn:one", "T")),
            };
            Some(format!("{path}/@type"))
        }
        5 if children > 0 => {
            // The last one: the path of another would be that of its successor.
            let place = children - 1;
            let name = step(here, place);
            here.nodes.pop();
            Some(format!("{path}/{name}"))
        }
        6 if here.text().is_empty() => {
            here.push(Element::new("urn:new", "new"));
            Some(format!("{path}/new"))
        }
        7 => {
            let place = here.attributes.iter().position(|one| {
                one.name.namespace() != SERIALIZATION && one.name.namespace() != INSTANCE
            })?;
            let changed = &mut here.attributes[place];
            changed.value = format!("{}!", changed.value).into();
            let local = changed.name.local();
            Some(format!("{path}/@{local}"))
        }
        _ => None,
    }
}

#[test]
fn however_a_tree_is_written_it_means_the_same() {
    let mut with_space = 0;
    for seed in 0..rounds() {
        let random = &mut Random(seed);
        let tree = tree(random, 4, &mut 0);
        let text = write(random, &tree);
        with_space += usize::from(text.contains("<!-- no"));
        let read =
            Element::read(&text).unwrap_or_else(|error| panic!("seed {seed}: {error}\n{text}"));
        let difference = first_difference(&tree, &read);
        assert_eq!(difference, None, "seed {seed}\n{text}");
        let other = Element::read(&write(random, &tree)).unwrap();
        assert_eq!(first_difference(&read, &other), None, "seed {seed}");
        // Our own writer is one of the ways.
        let own = Element::read(&tree.to_xml()).unwrap();
        assert_eq!(first_difference(&tree, &own), None, "seed {seed}");
    }
    assert!(with_space > 0);
}

#[test]
fn every_single_change_of_meaning_is_found_where_it_was_made() {
    let mut found = 0;
    let mut seed = 0;
    while found < rounds() {
        seed += 1;
        let random = &mut Random(seed);
        let tree = tree(random, 4, &mut 0);
        let mut changed = tree.clone();
        let Some(path) = change(random, &mut changed) else {
            continue;
        };
        found += 1;
        let text = write(random, &changed);
        let read = Element::read(&text).unwrap();
        let difference = first_difference(&tree, &read)
            .unwrap_or_else(|| panic!("seed {seed}: the change at {path} is not found\n{text}"));
        assert_eq!(difference.path, path, "seed {seed}: {difference}\n{text}");
    }
}
