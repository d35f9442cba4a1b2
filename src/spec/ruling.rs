//! Our rulings on the open questions of the document, as data.
//!
//! Where the text leaves something open, contradicts itself, or means something else than it says, the suite
//! judges by a ruling. Every ruling has other readings; a reader who follows one of those can say so.

use std::collections::BTreeMap;
use std::fmt;

use crate::spec::RequirementId;

/// How a difference from a ruling counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grade {
    /// A difference is a failure.
    Hard,
    /// A difference is a deviation, shown, and a failure only under `--strict`.
    Soft,
    /// Every listed form passes, and the report says which was seen.
    Either,
}

impl Grade {
    /// The word used in scenarios and reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hard => "HARD",
            Self::Soft => "SOFT",
            Self::Either => "EITHER",
        }
    }
}

impl fmt::Display for Grade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl serde::Serialize for Grade {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// One way to read the document on a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// Its name, as in `OQ-1=literal`.
    pub name: &'static str,
    /// What it says, in our words.
    pub meaning: &'static str,
    /// Whether our simulator can be switched to it.
    pub switchable: bool,
}

/// Our ruling on an open question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ruling {
    /// The question.
    pub question: Question,
    /// The question in our words.
    pub asks: &'static str,
    /// How a difference counts.
    pub grade: Grade,
    /// The sections of [MS-IPAMM2] concerned.
    pub sections: &'static [&'static str],
    /// The readings; the first is our ruling.
    pub readings: &'static [Reading],
}

impl Ruling {
    /// The reading of that name, if the question has it.
    #[must_use]
    pub fn reading(&self, name: &str) -> Option<&'static Reading> {
        self.readings.iter().find(|reading| reading.name == name)
    }
}

macro_rules! rulings {
    ($($variant:ident = $id:literal, $asks:literal, $grade:ident, [$($section:literal),*], {
        $($reading:literal => $meaning:literal, $switchable:literal;)*
    })*) => {
        /// An open question of the document.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[expect(missing_docs, reason = "each variant is described by its row of the table")]
        pub enum Question { $($variant,)* }

        /// Every ruling, in the order of the questions.
        pub static RULINGS: &[Ruling] = &[$(Ruling {
            question: Question::$variant,
            asks: $asks,
            grade: Grade::$grade,
            sections: &[$($section),*],
            readings: &[$(Reading { name: $reading, meaning: $meaning, switchable: $switchable },)*],
        },)*];

        impl Question {
            /// The question's name, such as `OQ-1`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $id,)* }
            }
        }
    };
}

impl Question {
    /// Our ruling on it.
    #[must_use]
    pub fn ruling(self) -> &'static Ruling {
        &RULINGS[self as usize]
    }

    /// The question of that name, if there is one.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        RULINGS
            .iter()
            .map(|r| r.question)
            .find(|q| q.name() == name)
    }
}

impl fmt::Debug for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The readings in force: our rulings, except where another was chosen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Readings {
    chosen: BTreeMap<Question, &'static str>,
}

/// Why a reading could not be chosen.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadingError {
    /// No such question.
    #[error("no question is called `{0}`")]
    UnknownQuestion(String),
    /// The question has no such reading.
    #[error("{question} has no reading `{found}`; it has {}", names(*question))]
    UnknownReading {
        /// The question.
        question: Question,
        /// What was asked for.
        found: String,
    },
}

fn names(question: Question) -> String {
    let names: Vec<_> = question
        .ruling()
        .readings
        .iter()
        .map(|r| format!("`{}`", r.name))
        .collect();
    names.join(", ")
}

impl Readings {
    /// The reading of a question that is in force.
    #[must_use]
    pub fn of(&self, question: Question) -> &'static str {
        self.chosen
            .get(&question)
            .copied()
            .unwrap_or_else(|| question.ruling().readings[0].name)
    }

    /// Whether the reading in force is the one named.
    #[must_use]
    pub fn is(&self, question: Question, reading: &str) -> bool {
        debug_assert!(
            question.ruling().reading(reading).is_some(),
            "{question} has no `{reading}`"
        );
        self.of(question) == reading
    }

    /// Chooses a reading.
    ///
    /// # Errors
    /// When the question or the reading is not known.
    pub fn choose(&mut self, question: &str, reading: &str) -> Result<(), ReadingError> {
        let question = Question::from_name(question)
            .ok_or_else(|| ReadingError::UnknownQuestion(question.to_owned()))?;
        let found =
            question
                .ruling()
                .reading(reading)
                .ok_or_else(|| ReadingError::UnknownReading {
                    question,
                    found: reading.to_owned(),
                })?;
        self.chosen.insert(question, found.name);
        Ok(())
    }

    /// The readings that differ from our rulings, in the order of the questions.
    pub fn differing(&self) -> impl Iterator<Item = (Question, &'static Reading)> {
        self.chosen.iter().filter_map(|(question, name)| {
            let ruling = question.ruling();
            let reading = ruling.reading(name)?;
            (ruling.readings[0].name != *name).then_some((*question, reading))
        })
    }

    /// These readings, with those of `other` put over them.
    #[must_use]
    pub fn overlaid_with(&self, other: &Self) -> Self {
        let mut chosen = self.chosen.clone();
        chosen.extend(
            other
                .chosen
                .iter()
                .map(|(question, reading)| (*question, *reading)),
        );
        Self { chosen }
    }

    /// Every question with the reading in force.
    pub fn all(&self) -> impl Iterator<Item = (Question, &'static str)> {
        RULINGS
            .iter()
            .map(|ruling| (ruling.question, self.of(ruling.question)))
    }
}

/// The questions that bear on a requirement.
#[must_use]
pub fn questions_of(requirement: RequirementId) -> &'static [Question] {
    requirement.requirement().questions
}

rulings! {
    OQ1 = "OQ-1", "which server does a scope's copy go to", Hard, ["3.19.4.4.1.29", "2.2.4.355"], {
        "partner" => "the other server of the relationship", true;
        "literal" => "the server the scope itself belongs to, as step 4 is written", true;
    }
    OQ2 = "OQ-2", "who reports SetOverallStatus, and how often", Hard, ["3.19.4.4.1.31", "3.19.1.1", "3.19"], {
        "outermost" => "only the outermost delegate, once, with a Completed value", true;
        "literal" => "every delegate of the chain, so n + 2 times for n replicated scopes", true;
        "in-progress" => "once at the end, and InProgress before it", true;
    }
    OQ3 = "OQ-3", "what a server without any scope leads to", Either, ["3.19.4.4.1.31", "3.19.4.4.1.29"], {
        "failure" => "an empty collection is a fault of .29", true;
        "success" => "there was nothing to replicate", true;
    }
    OQ4 = "OQ-4", "when does a scope exist on the destination server", Hard, ["3.19.4.4.1.29", "3.3.4.18"], {
        "server-and-subnet" => "a row of that server has the same ScopeId", true;
        "record-id" => "a row of that server has the clone's RecordId, which is the source row's, so none ever has", true;
    }
    OQ5 = "OQ-5", "which RecordId the stored clone carries", Hard, ["3.19.4.4.1.29", "3.19.4.4.1.3"], {
        "partner-row" => "the partner row's, or none where one is created", true;
        "literal" => "the source row's, so that .4 rewrites the source and .3 finds it in the way", true;
    }
    OQ6 = "OQ-6", "the client's state after StartProgressCallback", Hard, ["3.21.1.1", "3.21.4.6"], {
        "started" => "Started", true;
        "literal" => "Callback Initialized, as 3.21.4.6 is written", true;
    }
    OQ7 = "OQ-7", "how 100 percent is told", Soft, ["3.19.4.4.1.31", "3.19.4.8"], {
        "percentage" => "SetCompletionPercentage(100) before SetOverallStatus", true;
        "status-only" => "by SetOverallStatus alone", true;
    }
    OQ8 = "OQ-8", "where a fault shows", Either, ["3.19.4.4", "3.19.4.4.1", "2.2.2.1"], {
        "processing" => "the delegate's faults by SetOverallStatus after the response", true;
        "fault-reply" => "the delegate's faults by SetOverallStatus and by a fault reply as well", true;
        "strict" => "parameters of a wrong type, or without a server, already at InitializeOperationParameters", true;
    }
    OQ9 = "OQ-9", "the SOAP action of the callbacks", Either, ["3.19.4.5", "3.21.4.2"], {
        "service" => "that of the service contract", true;
        "callback" => "that of the callback contract", false;
    }
    OQ10 = "OQ-10", "the reply's place among the callbacks", Soft, ["3.19.4.4"], {
        "after-start" => "right after StartProgressCallback", true;
        "last" => "after SetOverallStatus", true;
        "first" => "before StartProgressCallback", true;
    }
    OQ11 = "OQ-11", "after-effects on associations and FailoverConfigSyncStatus", Soft, ["3.19.4.4.1.29", "3.19.4.4.1.28"], {
        "literal" => "none", true;
        "attach" => "the new scope is attached and both copies are marked InSync", true;
    }
    OQ12 = "OQ-12", "what is copied", Soft, ["3.19.4.4.1.3", "3.19.4.4.1.4"], {
        "configuration" => "the whole configuration of the scope", true;
        "literal" => "the listed columns and the range values only", true;
    }
    OQ13 = "OQ-13", "who may replicate", Soft, ["3.19.6.1", "3.1.1.1.36"], {
        "replicate-only" => "who may replicate, whatever their rights on single scopes", true;
        "local-administrators" => "local administrators as well", true;
    }
    OQ14 = "OQ-14", "what a relationship without a partner id leads to", Either, ["3.19.4.4.1.29", "3.1.1.1.44"], {
        "fault" => "the scope cannot be replicated", true;
        "skip" => "the scope is skipped", true;
    }
    OQ15 = "OQ-15", "what happens to the other scopes when one fails", Either, ["3.19.4.4.1.29"], {
        "stop" => "the first fault ends the operation; what was written stays", true;
        "continue" => "the others are still replicated; the operation fails", true;
    }
    OQ16 = "OQ-16", "whether subtasks are reported", Soft, ["3.19", "3.19.4.9"], {
        "subtasks" => "one for each scope that is replicated", true;
        "none" => "no progress is reported", true;
    }
    OQ17 = "OQ-17", "StartOperationWithCallback without parameters in the session", Either, ["3.19.4.4", "3.19.1.1"], {
        "fault" => "a fault reply without callbacks", true;
        "processing" => "the operation starts, and the delegate faults on NULL parameters", true;
    }
    OQ18 = "OQ-18", "small gaps in the delegates .23 to .28", Soft, ["3.19.4.4.1.23"], {
        "ruled" => "as our digest says", true;
    }
    OQ19 = "OQ-19", "which address family Server names", Hard, ["3.19.4.4.1.31", "2.2.4.355"], {
        "ipv4" => "the IPv4 table, whatever the object's type", true;
    }
    OQ20 = "OQ-20", "whether scope objects that the client sends are believed", Soft, ["3.19.4.4.1.29"], {
        "as-sent" => "their contents are stored as sent", true;
    }
    OQ21 = "OQ-21", "the order of DeleteDhcpScope's deletes", Soft, ["3.19.4.4.1.5"], {
        "idempotent" => "what is gone already is no fault", true;
    }
    OQ22 = "OQ-22", "a scope in two relationships", Either, ["3.19.4.4.1.29", "3.1.1.1.45"], {
        "lowest" => "the association with the lowest RecordId counts", true;
        "highest" => "the association with the highest RecordId counts", true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rulings_stand_in_the_order_of_their_questions() {
        for (index, ruling) in RULINGS.iter().enumerate() {
            assert_eq!(ruling.question as usize, index, "{}", ruling.question);
            assert!(!ruling.readings.is_empty());
            assert!(
                ruling.readings[0].switchable,
                "the simulator plays our own ruling on {}",
                ruling.question
            );
        }
    }

    #[test]
    fn an_unknown_reading_is_refused_with_the_list_of_known_ones() {
        let mut readings = Readings::default();
        let error = readings.choose("OQ-1", "verbatim").unwrap_err();
        assert_eq!(
            error.to_string(),
            "OQ-1 has no reading `verbatim`; it has `partner`, `literal`"
        );
        readings.choose("OQ-1", "literal").unwrap();
        assert!(readings.is(Question::OQ1, "literal"));
        assert_eq!(readings.differing().count(), 1);
    }
}
