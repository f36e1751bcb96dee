//! Data to the values of a model's parameters.

use super::convert::{bindable, convert, listed};
use super::datum::Kind;
use super::problem::diagnostic;
use super::{Data, Field};
use borel_abi::Value;
use borel_diagnostics::{Diagnostic, Severity, suggest};
use borel_source::{SourceMap, Span};
use borel_typed::{Function, Program, Type};

/// The values of the model's parameters in order (empty if there is an error) and what is to be said. The sources of the
/// data are those of the program first, so that messages can point to both.
pub(crate) fn bind(program: &Program, model: &Function, data: &Data) -> (Vec<Value>, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let mut values = Vec::new();
    let mut near = Vec::new();
    for parameter in &model.params {
        let local = &program.locals[parameter.0 as usize];
        if let Err(part) = bindable(&local.ty, program) {
            diagnostics.push(refused(model, &local.name, &type_text(&local.ty, program), &part));
            continue;
        }
        let Some(field) = data.fields.iter().find(|field| field.name == *local.name) else {
            let suggestion = suggest(&local.name, unused(program, model, data).map(|field| field.name.as_str()));
            near.extend(suggestion);
            diagnostics.push(missing(model, &local.name, &type_text(&local.ty, program), data, suggestion));
            continue;
        };
        match convert(&local.ty, &field.datum, program) {
            Ok(value) => values.push(value),
            Err(problem) => diagnostics.push(problem.diagnostic(&local.name, file_name(&data.sources, field.span))),
        }
    }
    if diagnostics.iter().any(Diagnostic::is_error) {
        values.clear();
    }
    // A table may have more columns than a model needs; but where a default steps in, one may be a misspelled name.
    let defaulted = data.fields.iter().any(|field| field.span.is_some_and(|span| span.file == model.span.file));
    let is_column = |field: &Field| matches!(field.datum.kind, Kind::Column(_)) && !defaulted;
    let extra = unused(program, model, data).filter(|field| !near.contains(&field.name.as_str()) && !is_column(field));
    diagnostics.extend(extra.map(|field| unknown(model, program, field)));
    (values, diagnostics)
}

/// The type as programs write it.
pub(crate) fn type_text(ty: &Type, program: &Program) -> String {
    let all = |types: &[Type]| types.iter().map(|ty| type_text(ty, program)).collect::<Vec<_>>().join(", ");
    match ty {
        Type::Unit => "()".into(),
        Type::Bool => "Bool".into(),
        Type::Int => "Int".into(),
        Type::Real => "Real".into(),
        Type::String => "String".into(),
        Type::Matrix => "Matrix".into(),
        Type::Method => "Method".into(),
        Type::Tuple(parts) => format!("({})", all(parts)),
        Type::Record(fields) => {
            let fields: Vec<String> =
                fields.iter().map(|(name, ty)| format!("{name}: {}", type_text(ty, program))).collect();
            format!("{{ {} }}", fields.join(", "))
        }
        Type::Array(element) => format!("[{}]", type_text(element, program)),
        Type::Function(parameters, result) => format!("({}) -> {}", all(parameters), type_text(result, program)),
        Type::Dist(of) => format!("Dist[{}]", type_text(of, program)),
        Type::Posterior(of) => format!("Posterior[{}]", type_text(of, program)),
        Type::Suspended(of) => format!("Suspended[{}]", type_text(of, program)),
        Type::Data(id, arguments) if arguments.is_empty() => program.datas[id.0 as usize].name.to_string(),
        Type::Data(id, arguments) => format!("{}[{}]", program.datas[id.0 as usize].name, all(arguments)),
        Type::Param(index) => char::from_u32('A' as u32 + index % 26).unwrap_or('A').to_string(),
    }
}

fn unused<'a>(program: &'a Program, model: &'a Function, data: &'a Data) -> impl Iterator<Item = &'a Field> {
    let names: Vec<&str> = model.params.iter().map(|p| program.locals[p.0 as usize].name.as_str()).collect();
    data.fields.iter().filter(move |field| !names.contains(&field.name.as_str()))
}

fn file_name(sources: &SourceMap, span: Option<Span>) -> Option<&str> {
    span.map(|span| sources.file(span.file).name.as_str())
}

fn missing(model: &Function, name: &str, ty: &str, data: &Data, near: Option<&str>) -> Diagnostic {
    let message = format!("the data lack `{name}`, which the model `{}` takes as {ty}", model.name);
    let mut diagnostic = Diagnostic::error("E0501", model.span, message, format!("takes `{name}: {ty}`"));
    let names: Vec<&str> = data.names().collect();
    if names.is_empty() {
        diagnostic = diagnostic.note("no data were given");
    } else {
        diagnostic = diagnostic.note(format!("the data have {}", listed(&names)));
    }
    diagnostic.help(match near {
        Some(near) => format!("did you mean `{near}` in the data to be `{name}`?"),
        None => format!("give a value for `{name}` in a JSON or CSV file"),
    })
}

fn refused(model: &Function, name: &str, ty: &str, part: &str) -> Diagnostic {
    let message = format!("`{name}` of the model `{}` cannot come from data: {part} are not data", model.name);
    Diagnostic::error("E0511", model.span, message, format!("takes `{name}: {ty}`"))
        .help("make it a `let` in the model, or call the model from `main` with it")
}

fn unknown(model: &Function, program: &Program, field: &Field) -> Diagnostic {
    let names: Vec<&str> = model.params.iter().map(|p| program.locals[p.0 as usize].name.as_str()).collect();
    let message = format!("the model `{}` has no parameter `{}`: it is not used", model.name, field.name);
    let mut warning = diagnostic("W0501", field.span, message, "not used").note(match names.as_slice() {
        [] => "the model takes no data".to_string(),
        names => format!("the model takes {}", listed(names)),
    });
    warning.severity = Severity::Warning;
    warning.help = suggest(&field.name, names.iter().copied()).map(|near| format!("did you mean `{near}`?"));
    warning
}
