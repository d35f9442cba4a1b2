//! `ipamconf new`: a first scenario file that passes as it stands.

use std::io::Write;
use std::path::{Component, Path};

use crate::author::{Name, template};
use crate::cli::args::NewArguments;
use crate::cli::files::write_new;
use crate::cli::{CliError, Exit, snapshots};

pub(super) fn new(arguments: &NewArguments, out: &mut dyn Write) -> Result<Exit, CliError> {
    let name = Name::parse(&arguments.name).map_err(|error| {
        CliError::Usage(format!("`{}`: {error}", arguments.name.escape_debug()))
    })?;
    let here = |folder: &Path| folder.components().all(|part| part == Component::CurDir);
    let path = if here(&arguments.dir) {
        name.file().into()
    } else {
        arguments.dir.join(name.file())
    };
    std::fs::create_dir_all(&arguments.dir).map_err(|error| CliError::Write {
        path: arguments.dir.display().to_string(),
        error,
    })?;
    write_new(&path, &template(&name, &arguments.operation)).map_err(|error| {
        let path = path.display().to_string();
        match error.kind() {
            std::io::ErrorKind::AlreadyExists => {
                CliError::Usage(format!("`{path}` is there already, and is left as it is"))
            }
            _ => CliError::Write { path, error },
        }
    })?;
    let file = path.display();
    writeln!(out, "wrote {file}, which passes as it stands. Next:")?;
    writeln!(
        out,
        "  say in it what should hold: the title, the world, what must follow"
    )?;
    writeln!(out, "  ipamconf explain {file}")?;
    let full = std::path::absolute(&path).unwrap_or_else(|_| path.clone());
    if snapshots::folder_of(&full).is_some_and(|folder| folder.is_dir()) {
        // Without a snapshot it counts as pending there.
        writeln!(out, "  ipamconf run {file} --snapshots off")?;
        writeln!(out, "  ipamconf lint {file}")?;
        writeln!(
            out,
            "  ipamconf run {file} --snapshots update    accepts the trace as it is then"
        )?;
    } else {
        writeln!(out, "  ipamconf run {file}")?;
        writeln!(out, "  ipamconf lint {file}")?;
    }
    Ok(Exit::Conformant)
}
