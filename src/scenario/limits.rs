//! The limits on a scenario file, each with its reason. Reaching one is `IC2003`, never an abort.

/// The size of a file in bytes: 4 MiB holds some 70,000 rows written one by one, more than anybody reads.
pub const FILE_BYTES_MAX: usize = 4 * 1024 * 1024;

/// How deep tables and lists may stand in each other. The language needs ten levels; the bound keeps every
/// walk over the tree, which is recursive, within a small stack.
pub const NESTING_MAX: usize = 32;

/// The rows of all cases of a file together, repeats unfolded, those of `changed` and `created` included: a
/// row takes about half a kilobyte, so a file stays near a gigabyte at worst.
pub const ROWS_MAX: u64 = 2_000_000;

/// The bytes of text in the rows of all cases together, repeats unfolded: a row may hold a long text, but two million
/// rows may not.
pub const ROW_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// The entries of one list of roles, policies, access scopes, classes, option definitions or options: looked up one by
/// one, and more than a DHCP server has.
pub const LISTED_MAX: usize = 1_000;

/// The cases of a file: each is a run of its own on every door.
pub const CASES_MAX: usize = 1_000;

/// The steps of a case: each takes two copies of the store's pointers.
pub const STEPS_MAX: usize = 10_000;

/// The steps of all cases together: each takes some two kilobytes.
pub const STEPS_OF_ALL_CASES_MAX: u64 = 200_000;

/// The keepalives of one step: each is a message, so as many as there may be steps.
pub const KEEPALIVES_MAX: u64 = 10_000;

/// The items of one pattern, groups and what is in them counted alike: matching takes time with the square of them.
pub const PATTERN_ITEMS_MAX: usize = 1_000;

/// How deep the groups of a pattern may nest: the language says four, and nobody reads more.
pub const PATTERN_GROUPS_MAX: usize = 4;

/// The values (tables, lists and what is in them; long text counts once for every [`VALUE_BYTES`]) of all cases together after their variables are put in, a world
/// without variables counted once: no file without cases can have more, and with cases it bounds the time a small file with many cases can take.
pub const VALUES_MAX: u64 = 2_200_000;

/// The bytes of text that count as one more value.
pub const VALUE_BYTES: usize = 64;

/// The bytes of text that variables may put into longer text, over all cases: a long text put in many times
/// would otherwise grow a small file without bound.
pub const SUBSTITUTED_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// The mistakes reported for one file: a person corrects the first few and tries again.
pub const ERRORS_MAX: usize = 200;

/// The valid names a misspelt one is compared with, of those in a world: keeps the search for the closest name short.
pub const CLOSEST_NAMES_MAX: usize = 1_000;

/// The code points up to which a word is compared for the closest name: nobody misspells a longer one by a letter or two.
pub const CLOSEST_WORD_MAX: usize = 80;

/// The code points up to which a message quotes the author's text.
pub const QUOTED_MAX: usize = 80;
