//! The search behind patterns: held against a plain one that prunes nothing, and kept within its bounds.

use std::collections::BTreeSet;

use super::patterns::pattern;
use super::*;
use crate::scenario::evaluate::Seen;
use crate::scenario::evaluate::matcher::{Answer, Matcher};
use crate::scenario::evaluate::program::{Fit, Program, Reading, Token, fit};
use crate::scenario::{EventItem, Pattern, PatternItem, PatternKind};

/// What is left of a pattern after some events.
#[derive(Debug, Clone)]
enum Rest<'p> {
    Event(&'p EventItem, u32, Option<u32>),
    Dots,
    Order(Vec<Self>),
    Mixed(Vec<Self>),
}

type Words = Vec<(String, i32)>;

impl<'p> Rest<'p> {
    fn of(item: &'p PatternItem) -> Self {
        match &item.kind {
            PatternKind::AnyProgress => Self::Dots,
            PatternKind::Event { item, least, most } => Self::Event(item, *least, *most),
            PatternKind::InOrder(items) => Self::Order(items.iter().map(Self::of).collect()),
            PatternKind::AnyOrder(items) => Self::Mixed(items.iter().map(Self::of).collect()),
        }
    }

    fn done(&self) -> bool {
        match self {
            Self::Event(_, least, _) => *least == 0,
            Self::Dots => true,
            Self::Order(parts) | Self::Mixed(parts) => parts.iter().all(Self::done),
        }
    }

    fn after(&self, token: &Token<'_>, words: &Words, case: &Case) -> Vec<(Self, Words)> {
        match self {
            Self::Event(item, least, most) => {
                if *most == Some(0) || fit(item, token, case) != Fit::Yes {
                    return Vec::new();
                }
                let mut words = words.clone();
                if let Some(word) = &item.task {
                    let Some(id) = token.task else {
                        return Vec::new();
                    };
                    let of_word = words.iter().find(|(own, _)| *own == word.value);
                    let of_id = words.iter().find(|(_, bound)| *bound == id);
                    match (of_word, of_id) {
                        (None, None) => words.push((word.value.clone(), id)),
                        (Some(left), Some(right)) if left == right => {}
                        _ => return Vec::new(),
                    }
                    words.sort();
                }
                let rest = Self::Event(item, least.saturating_sub(1), most.map(|most| most - 1));
                vec![(rest, words)]
            }
            Self::Dots if token.progress => vec![(Self::Dots, words.clone())],
            Self::Dots => Vec::new(),
            Self::Order(parts) => {
                let mut found = Vec::new();
                for (index, part) in parts.iter().enumerate() {
                    for (next, words) in part.after(token, words, case) {
                        let rest = std::iter::once(next).chain(parts[index + 1..].to_vec());
                        found.push((Self::Order(rest.collect()), words));
                    }
                    if !part.done() {
                        break;
                    }
                }
                found
            }
            Self::Mixed(parts) => {
                let mut found = Vec::new();
                for (index, part) in parts.iter().enumerate() {
                    for (next, words) in part.after(token, words, case) {
                        let mut rest = parts.clone();
                        rest[index] = next;
                        found.push((Self::Mixed(rest), words));
                    }
                }
                found
            }
        }
    }
}

fn plain(pattern: &Pattern, tokens: &[Token<'_>], case: &Case) -> bool {
    let mut states = vec![(
        Rest::Order(pattern.items.iter().map(Rest::of).collect()),
        Words::new(),
    )];
    for token in tokens {
        let mut met = BTreeSet::new();
        states = states
            .iter()
            .flat_map(|(rest, words)| rest.after(token, words, case))
            .filter(|state| met.insert(format!("{state:?}")))
            .collect();
    }
    states.iter().any(|(rest, _)| rest.done())
}

fn tokens<'a>(events: &'a [Event]) -> Vec<Token<'a>> {
    let seen: Vec<Seen<'a>> = events
        .iter()
        .enumerate()
        .map(|(number, event)| Seen {
            number,
            step: 0,
            session: Some(0),
            event,
            answers: crate::scenario::evaluate::Request::Other,
        })
        .collect();
    Token::all(&seen)
}

/// A generator of small numbers (xorshift), so that a run is the same every time.
struct Draw(u64);

impl Draw {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }

    fn of<'t>(&mut self, words: &[&'t str]) -> &'t str {
        let at = self.below(words.len() as u64);
        words[usize::try_from(at).unwrap()]
    }

    fn items(&mut self, depth: u32, text: &mut String) {
        for _ in 0..=self.below(3) {
            match self.below(if depth < 3 { 9 } else { 5 }) {
                0 => text.push_str(" ..."),
                8 => text.push_str(" {(A#d U+#d) (A#e U+#e) ...}"),
                kind @ 1..=4 => {
                    text.push(' ');
                    text.push_str(self.of(&["A", "A", "U+", "Ui", "U", "P", "E", "S"]));
                    let task = self.of(&["", "#a", "#b", "#c"]);
                    text.push_str(if kind < 3 { task } else { "" });
                    text.push_str(self.of(&["", "", "", "*2", "*0..1", "*1..2", "*0..", "*2.."]));
                }
                5 => {
                    text.push_str(" (");
                    self.items(depth + 1, text);
                    text.push(')');
                }
                _ => {
                    text.push_str(" {");
                    self.items(depth + 1, text);
                    text.push('}');
                }
            }
        }
    }
}

#[test]
fn the_search_agrees_with_a_plain_one() {
    let case = case(Expect::default());
    let mut draw = Draw(0x9e37_79b9_7f4a_7c15);
    let (mut matches, mut mismatches) = (0, 0);
    for _ in 0..6000 {
        let mut text = String::new();
        draw.items(0, &mut text);
        let pattern = pattern(&text);
        for _ in 0..4 {
            let words: Vec<_> = (0..draw.below(7))
                .map(|_| {
                    draw.of(&[
                        "A1", "A2", "A3", "U1+", "U2+", "U1i", "U2i", "P1", "E+", "S",
                    ])
                })
                .collect();
            let events = events(&words.join(" "));
            let tokens = tokens(&events);
            let expected = plain(&pattern, &tokens, &case);
            let program = Program::new(&pattern, Reading::Exact);
            let answer = Matcher::new(&program, &tokens, &case, false).run();
            match answer {
                Answer::Match(path) => {
                    assert!(expected, "[{text}] over {words:?} is no match");
                    assert_eq!(path.len(), tokens.len());
                    matches += 1;
                }
                Answer::NoMatch(_) => {
                    assert!(!expected, "[{text}] over {words:?} is a match");
                    mismatches += 1;
                }
                Answer::TooHard => panic!("[{text}] over {words:?} is too hard"),
            }
        }
    }
    assert!(matches > 500 && mismatches > 500, "{matches} {mismatches}");
}

fn verdict(text: &str, events: Vec<Event>) -> CheckVerdict {
    let case = case(Expect {
        callbacks: Some(pattern(text)),
        ..Expect::default()
    });
    let trace = trace_of(&case, events, |_, _| {});
    only(evaluate(&case, &trace)).verdict
}

#[test]
fn long_sequences_and_large_groups_come_to_an_end() {
    use CheckVerdict::{Deviates, Fail, Pass};
    let long = |end: &str| events(&format!("S {} {end}", "A1 U1i U1+ P10 ".repeat(5_000)));
    assert_eq!(verdict("S ... E", long("E+")), Pass);
    assert_eq!(verdict("S ... E-", long("E+")), Fail);
    assert_eq!(
        verdict("S ... A ... U ... P ... U+ ... E", long("E+")),
        Pass
    );
    assert_eq!(
        verdict("S ... A ... U ... U- ... U+ ... E", long("E+")),
        Deviates
    );
    assert_eq!(verdict("S {A*5000 P*5000 ...} E", long("E+")), Pass);
    assert_eq!(verdict("S {A*5001 P*5000 ...} E", long("E+")), Deviates);
    assert_eq!(verdict("S {A*0.. U*0.. P*0..} E", long("E+")), Pass);

    // Two hundred subtasks, interleaved, told apart by their words once they are bound.
    let chains: String = (0..200)
        .map(|n| format!("(A#t{n} Ui#t{n} U+#t{n})"))
        .collect();
    let all = |what: &str| -> String {
        (0..200)
            .map(|n| what.replace('N', &n.to_string()))
            .collect()
    };
    let run = |third: &str| events(&format!("S {}{}{third} E+", all("AN "), all("UNi ")));
    assert_eq!(
        verdict(&format!("S {{{chains}}} E"), run(&all("UN+ "))),
        Pass
    );
    assert_eq!(
        verdict(&format!("S {{{chains} ...}} E"), run(&all("UN+ "))),
        Pass
    );
    let short = all("UN+ ").replacen("U77+ ", "", 1);
    assert_eq!(verdict(&format!("S {{{chains}}} E"), run(&short)), Deviates);
}

#[test]
fn a_search_past_its_bounds_says_so() {
    // Which of thirty subtasks are the fifteen meant? None fits, and there are many ways to find out.
    let chains: String = (0..15)
        .map(|n| format!("(A#t{n} U+#t{n} U-#t{n})"))
        .collect();
    let all =
        |what: &str| -> String { (0..30).map(|n| what.replace('N', &n.to_string())).collect() };
    let sequence = format!("S {}{} E+", all("AN "), all("UN+ "));
    let found = verdict(&format!("S {{{chains} ...}} E"), events(&sequence));
    assert!(
        matches!(found, CheckVerdict::NotObservable | CheckVerdict::Deviates),
        "{found:?}"
    );
    // Where even the loose reading fails, nothing is left open.
    let found = verdict(&format!("S {{{chains} ...}} E-"), events(&sequence));
    assert_eq!(found, CheckVerdict::Fail);
}
