//! A disagreement as a scenario file: made as small as it gets, and written so that `ipamconf run` shows it again.

use crate::explore::judge::judge;
use crate::explore::{Found, Judging, Space};
use crate::minimize::minimize;
use crate::scenario::{Case, Head, NotWritable, write};

impl Found {
    /// The same check failing in a case with as little in it as can be.
    #[must_use]
    pub fn shrunk(self, judging: &Judging<'_>) -> Self {
        let alone = Case {
            doors: vec![self.door],
            ..self.case
        };
        let fails = |case: &Case| {
            let judged = judge(
                case,
                self.door,
                judging.make,
                judging.readings,
                judging.strict,
            );
            judged
                .ok()
                .and_then(|judged| judged.disagreement)
                .is_some_and(|found| found.is_like(&self.disagreement))
        };
        let small = minimize(&alone, fails);
        let again = judge(
            &small.case,
            self.door,
            judging.make,
            judging.readings,
            judging.strict,
        );
        let disagreement = again
            .ok()
            .and_then(|judged| judged.disagreement)
            .unwrap_or(self.disagreement);
        Self {
            place: self.place,
            case: small.case,
            door: self.door,
            disagreement,
        }
    }

    /// The text of a scenario file that shows it. `again` is the command that found it.
    ///
    /// # Errors
    /// When the language cannot say the case.
    pub fn text(&self, space: &Space, again: &str) -> Result<String, NotWritable> {
        let head = Head {
            title: format!(
                "world {} of {} shows what the document does not allow",
                self.place,
                space.name()
            ),
            description: Some(format!("found by `{again}`, and made smaller")),
            requirements: self.disagreement.cited().into_iter().collect(),
            tags: Vec::new(),
            doors: Some(vec![self.door]),
        };
        write(&head, &self.case)
    }
}
