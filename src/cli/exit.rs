//! The exit codes, and which one a run comes to.

/// How a command ended. The number of each is its exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Conformant: everything that was judged passed.
    Conformant = 0,
    /// A requirement failed, or a snapshot changed.
    Failed = 1,
    /// A scenario, baseline or snapshot file is wrong.
    WrongFile = 2,
    /// The command line is wrong, or nothing was selected.
    Usage = 3,
    /// The target could not be reached, the run could not be carried out, or nothing was judged.
    Broken = 4,
    /// A bug of ours.
    Bug = 5,
    /// A stale baseline entry, an orphaned or pending snapshot.
    Stale = 6,
    /// Interrupted; what was finished was reported.
    Interrupted = 130,
}

impl Exit {
    /// The exit code of the process.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }
}

/// What to say when a bug of ours ends a command.
pub(super) const BUG_REPORT: &str = "error: this is a bug in ipamconf, not in your files or your server.\n\
    Please report it with the command line, the scenario file and the lines above.";

/// What a run came to, as far as its exit code goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Outcome {
    /// A bug of ours showed.
    pub bug: bool,
    /// A file was wrong.
    pub wrong_file: bool,
    /// A case could not be carried out, or no check was judged.
    pub broken: bool,
    /// A case failed, or a snapshot changed.
    pub failed: bool,
    /// A snapshot is orphaned or pending.
    pub stale: bool,
    /// The user stopped the run.
    pub interrupted: bool,
}

impl Outcome {
    /// The exit code; when several apply: interrupted, then 5, 2, 4, 1, 6.
    #[must_use]
    pub const fn exit(self) -> Exit {
        if self.interrupted {
            Exit::Interrupted
        } else if self.bug {
            Exit::Bug
        } else if self.wrong_file {
            Exit::WrongFile
        } else if self.broken {
            Exit::Broken
        } else if self.failed {
            Exit::Failed
        } else if self.stale {
            Exit::Stale
        } else {
            Exit::Conformant
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gravest_outcome_decides() {
        let all = Outcome {
            bug: true,
            wrong_file: true,
            broken: true,
            failed: true,
            stale: true,
            interrupted: false,
        };
        assert_eq!(all.exit(), Exit::Bug);
        assert_eq!(Outcome { bug: false, ..all }.exit(), Exit::WrongFile);
        assert_eq!(
            Outcome {
                bug: false,
                wrong_file: false,
                ..all
            }
            .exit(),
            Exit::Broken
        );
        let failed = Outcome {
            failed: true,
            stale: true,
            ..Outcome::default()
        };
        assert_eq!(failed.exit(), Exit::Failed);
        assert_eq!(
            Outcome {
                failed: false,
                ..failed
            }
            .exit(),
            Exit::Stale
        );
        assert_eq!(Outcome::default().exit(), Exit::Conformant);
        assert_eq!(
            Outcome {
                interrupted: true,
                ..all
            }
            .exit(),
            Exit::Interrupted
        );
    }

    #[test]
    fn the_codes_are_those_that_scripts_rely_on() {
        let codes = [
            (Exit::Conformant, 0),
            (Exit::Failed, 1),
            (Exit::WrongFile, 2),
            (Exit::Usage, 3),
            (Exit::Broken, 4),
            (Exit::Bug, 5),
            (Exit::Stale, 6),
            (Exit::Interrupted, 130),
        ];
        for (exit, code) in codes {
            assert_eq!(exit.code(), code, "{exit:?}");
        }
    }
}
