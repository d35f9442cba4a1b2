//! `ipamconf schema`: the language of scenario files, for editors and for people.

use std::io::Write;

use crate::cli::args::SchemaArguments;
use crate::cli::{CliError, Exit};
use crate::{interchange, schema};

pub(super) fn schema(arguments: &SchemaArguments, out: &mut dyn Write) -> Result<Exit, CliError> {
    let text = if arguments.markdown {
        schema::markdown()
    } else if arguments.exec {
        interchange::json_schema()
    } else {
        schema::json_schema()
    };
    out.write_all(text.as_bytes())?;
    Ok(Exit::Conformant)
}
