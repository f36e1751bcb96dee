//! Commands: lines that begin with a colon.

use borel::{Inference, Method, Resampling};

/// A command.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// `:type e`
    Type(String),
    /// `:load file`
    Load(String),
    /// `:data file`; without a file, what there is
    Data(Option<String>),
    /// `:infer [model] [method] [key=value ..]`
    Infer(Vec<String>),
    /// `:help`
    Help,
    /// `:quit`
    Quit,
}

/// What `:help` prints.
pub const HELP: &str = "\
An expression is evaluated: 1 + 2, map(fn(x) => x * x, [1, 2]), sample Normal(0, 1).
`let x = e`, `let x ~ d`, `var x = e`, assignments and loops are kept; so are definitions: fn, model, type.
  :type e                     the type of an expression, or of a function with its effects
  :load FILE                  the definitions of a program
  :data FILE                  data for :infer, .json or .csv; without FILE, their names; :data clear
  :infer MODEL [METHOD] [KEY=VALUE ..]
                              infer with a model: :infer local_level smc particles=5000 seed=1
                              keys: particles, draws, seed, threads, resampling, threshold, mass, repeats
  :help                       this
  :quit                       the end (Ctrl-D too); Ctrl-C stops an evaluation
";

/// The command that a line is, if it begins with a colon; or why it is none.
pub fn parse(line: &str) -> Option<Result<Command, String>> {
    let line = line.trim();
    let rest = line.strip_prefix(':')?;
    let (name, argument) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let argument = argument.trim();
    let needs = |what: &str, make: fn(String) -> Command| match argument {
        "" => Err(format!("write :{name} {what}")),
        _ => Ok(make(argument.to_string())),
    };
    Some(match name {
        "type" | "t" => needs("EXPRESSION", Command::Type),
        "load" | "l" => needs("FILE", Command::Load),
        "data" | "d" => Ok(Command::Data(Some(argument.to_string()).filter(|file| !file.is_empty()))),
        "infer" | "i" => Ok(Command::Infer(argument.split_whitespace().map(str::to_string).collect())),
        "help" | "h" | "?" => Ok(Command::Help),
        "quit" | "q" | "exit" => Ok(Command::Quit),
        _ => Err(format!("there is no command :{name}; :help lists them")),
    })
}

/// What `:infer` asks for: the model, if named, and how to infer.
pub fn inference(words: &[String]) -> Result<(Option<String>, Inference), String> {
    let mut model = None;
    let mut method = None;
    let mut settings = Vec::new();
    for word in words {
        match word.split_once('=') {
            Some((key, value)) => settings.push((key, value)),
            None if Method::from_name(word).is_some() => method = Method::from_name(word),
            None if model.is_none() => model = Some(word.clone()),
            None => return Err(format!("`{word}` is no method; methods are {}", Method::NAMES.join(", "))),
        }
    }
    let mut inference = match method.or_else(|| implied(&settings)) {
        Some(method) => Inference::new(method),
        None => Inference::automatic(),
    };
    for (key, value) in settings {
        inference = set(inference, key, value)?;
    }
    Ok((model, inference))
}

/// The method to which a setting belongs.
fn implied(settings: &[(&str, &str)]) -> Option<Method> {
    settings.iter().find_map(|(key, _)| match *key {
        "particles" | "resampling" | "threshold" => Method::from_name("smc"),
        "draws" => Method::from_name("importance"),
        "mass" => Method::from_name("enumerate"),
        _ => None,
    })
}

fn set(mut inference: Inference, key: &str, value: &str) -> Result<Inference, String> {
    let wrong = || format!("`{value}` is no value for {key}");
    let count = || value.replace('_', "").parse::<usize>().ok().filter(|count| *count > 0).ok_or_else(wrong);
    let number = || value.parse::<f64>().map_err(|_| wrong());
    match key {
        "seed" => return Ok(inference.seed(value.parse().map_err(|_| wrong())?)),
        "threads" => return Ok(inference.threads(count()?)),
        "repeats" => return Ok(inference.repeats(count()?)),
        _ => {}
    }
    let fits = match (key, inference.method_mut()) {
        ("particles", Some(Method::Smc { particles, .. })) => count().map(|value| *particles = value),
        ("threshold", Some(Method::Smc { threshold, .. })) => number().map(|value| *threshold = value),
        ("resampling", Some(Method::Smc { resampling, .. })) => {
            Resampling::from_name(value).ok_or_else(wrong).map(|value| *resampling = value)
        }
        ("particles", Some(Method::Library(library))) => count().map(|value| library.particles = value),
        ("draws", Some(Method::Library(library))) => count().map(|value| library.draws = value),
        ("warmup", Some(Method::Library(library))) => count().map(|value| library.warmup = value),
        ("chains", Some(Method::Library(library))) => count().map(|value| library.chains = value),
        ("draws", Some(Method::Importance { draws })) => count().map(|value| *draws = value),
        ("mass", Some(Method::Enumerate { mass })) => number().map(|value| *mass = value),
        _ => Err(format!("`{key}` is no setting of this method")),
    };
    fits.map(|()| inference)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_read() {
        assert_eq!(parse("1 + 1"), None);
        assert_eq!(parse(":type  x + 1"), Some(Ok(Command::Type("x + 1".into()))));
        assert_eq!(parse(":q"), Some(Ok(Command::Quit)));
        assert_eq!(parse(":data"), Some(Ok(Command::Data(None))));
        assert!(parse(":frobnicate").is_some_and(|command| command.is_err()));
        assert!(parse(":load").is_some_and(|command| command.is_err()));
    }

    #[test]
    fn settings_of_infer() {
        let words = |text: &str| text.split(' ').map(str::to_string).collect::<Vec<_>>();
        let (model, inference) = inference(&words("m smc particles=50 seed=3")).unwrap();
        assert_eq!(model.as_deref(), Some("m"));
        assert!(matches!(inference.method(), Some(Method::Smc { particles: 50, .. })));
        assert!(super::inference(&words("m smc draws=50")).is_err());
        let (_, inference) = super::inference(&words("m pmmh particles=50 draws=20")).unwrap();
        assert!(
            matches!(inference.method(), Some(Method::Library(library)) if library.particles == 50 && library.draws == 20)
        );
        assert!(super::inference(&words("m smc particles=0")).is_err());
    }
}
