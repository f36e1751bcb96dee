//! `borel density`.

use crate::arguments::Density;
use crate::{Status, output, run};
use borel::{Data, Error, Program};

/// Prints the log density at a point.
pub(crate) fn density(options: &Density) -> Status {
    match at_point(options) {
        Ok(text) => {
            output::print(&text);
            Status::Done
        }
        Err(error) => run::failed(&error),
    }
}

fn at_point(options: &Density) -> Result<String, Error> {
    let program = Program::compile_file(&options.file)?;
    output::diagnostics(program.warnings());
    let model = match &options.model {
        Some(name) => program.model(name)?,
        None => program.sole_model()?,
    };
    let bound = model.bind(&run::data(&options.data)?)?;
    output::diagnostics(bound.warnings());
    let at = bound.density_at(&Data::from_file(&options.at)?)?;
    Ok(format!("{:#}\n", at.json()))
}
