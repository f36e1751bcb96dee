//! The posteriors of posteriordb: the programs are in `tests/posteriordb`, data and references in a folder like the one there.

use borel::{Bound, Data, Program};
use serde_json::Value as Json;
use std::path::Path;

type Error = Box<dyn std::error::Error>;

/// Parameters and data whose names begin with a capital in Stan's programs.
pub const RENAMED: [(&str, &str); 3] = [("Intercept", "intercept"), ("X", "x"), ("Y", "y")];

/// What is known of a posterior: its data, and the moments of its parameters.
pub fn reference(folder: &Path, name: &str) -> Result<Json, Error> {
    let mut references: Json = serde_json::from_str(&read(&folder.join("reference.json"))?)?;
    Ok(references.get_mut(name).ok_or(format!("reference.json has no {name}"))?.take())
}

fn read(path: &Path) -> Result<String, Error> {
    Ok(std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?)
}

/// The model of a posterior, with its data.
pub fn bound(folder: &Path, name: &str, reference: &Json) -> Result<Bound, Error> {
    let data = folder.join("data").join(reference["data"].as_str().ok_or("no data")?);
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("posteriordb").join(name.replace('-', "_") + ".ppl");
    let program = Program::compile_file(program)?;
    let Json::Object(mut values) = serde_json::from_str(&read(&data)?)? else { return Err("no object".into()) };
    for (theirs, ours) in RENAMED {
        if let Some(value) = values.remove(theirs) {
            values.insert(ours.into(), value);
        }
    }
    let model = program.sole_model()?;
    values.retain(|name, _| model.parameters().iter().any(|parameter| parameter.name == *name));
    let data = Data::from_json("data.json", &Json::Object(values).to_string())?;
    Ok(model.bind(&data)?)
}
