//! A datum as a value of a type.

use super::datum::{Datum, Kind};
use super::problem::Problem;
use borel_abi::Value;
use borel_source::Name;
use borel_typed::{DataId, Program, Type};

type Result<T> = std::result::Result<T, Box<Problem>>;

/// Whether data can be of the type; else the part of it that cannot, for people.
pub(super) fn bindable(ty: &Type, program: &Program) -> std::result::Result<(), String> {
    let mut visited = Vec::new();
    part_bindable(ty, program, &mut visited)
}

fn part_bindable(ty: &Type, program: &Program, visited: &mut Vec<DataId>) -> std::result::Result<(), String> {
    match ty {
        Type::Unit | Type::Bool | Type::Int | Type::Real | Type::String | Type::Matrix | Type::Param(_) => Ok(()),
        Type::Tuple(parts) => parts.iter().try_for_each(|part| part_bindable(part, program, visited)),
        Type::Record(fields) => fields.iter().try_for_each(|(_, part)| part_bindable(part, program, visited)),
        Type::Array(element) => part_bindable(element, program, visited),
        Type::Data(id, arguments) => {
            arguments.iter().try_for_each(|argument| part_bindable(argument, program, visited))?;
            if visited.contains(id) {
                return Ok(());
            }
            visited.push(*id);
            let mut fields = program.datas[id.0 as usize].constructors.iter().flat_map(|c| &c.fields);
            fields.try_for_each(|(_, field)| part_bindable(field, program, visited))
        }
        Type::Function(..) => Err("functions".into()),
        Type::Dist(_) => Err("distributions".into()),
        Type::Posterior(_) => Err("posteriors".into()),
        Type::Suspended(_) => Err("suspended executions".into()),
        Type::Method => Err("methods".into()),
    }
}

/// The value.
pub(super) fn convert(ty: &Type, datum: &Datum, program: &Program) -> Result<Value> {
    match ty {
        Type::Bool => boolean(datum).map(Value::Bool),
        Type::Int => integer(datum).map(Value::Int),
        Type::Real => real(datum).map(Value::Real),
        Type::String => text(datum).map(Value::String),
        Type::Array(element) => array(element, datum, program),
        Type::Matrix => matrix(datum),
        Type::Tuple(parts) => tuple(parts, datum, program).map(Value::Tuple),
        Type::Record(fields) => record(fields, datum, program),
        Type::Data(id, arguments) => constructor(*id, arguments, datum, program),
        Type::Unit if matches!(&datum.kind, Kind::Array(elements) if elements.is_empty()) => Ok(Value::Unit),
        _ => Err(Problem::expected("E0502", "()", datum)),
    }
}

fn real(datum: &Datum) -> Result<f64> {
    match &datum.kind {
        Kind::Int(value) => Ok(*value as f64),
        Kind::BigInt(value) | Kind::Real(value) if value.is_finite() => Ok(*value),
        Kind::BigInt(_) | Kind::Real(_) | Kind::Null => Err(not_finite(datum, "a Real")),
        _ => {
            let problem = Problem::expected("E0502", "a Real", datum);
            Err(match &datum.kind {
                Kind::Text(text) if text.trim().parse::<f64>().is_ok() => problem.help("numbers stand without quotes"),
                Kind::Array(_) | Kind::Reals(_) | Kind::Ints(_) => problem.help("one number is expected, not an array"),
                _ => problem,
            })
        }
    }
}

fn not_finite(datum: &Datum, expected: &str) -> Box<Problem> {
    let problem = Problem::expected("E0504", expected, datum);
    match datum.kind {
        Kind::Null => problem.help("there are no missing values: leave the row out, or model what is missing"),
        _ => problem.help("data are finite numbers"),
    }
}

fn integer(datum: &Datum) -> Result<i64> {
    let problem = |code| Problem::expected(code, "an Int", datum);
    match &datum.kind {
        Kind::Int(value) => Ok(*value),
        Kind::BigInt(_) => Err(problem("E0505").note("an Int is from -9223372036854775808 to 9223372036854775807")),
        Kind::Real(value) if !value.is_finite() => Err(not_finite(datum, "an Int")),
        Kind::Real(value) if value.fract() == 0.0 && value.abs() < 9e15 => {
            Err(problem("E0505").help(format!("write {value:.0}, without a fraction or exponent")))
        }
        Kind::Real(_) => Err(problem("E0505").help("declare the parameter as Real if it is not a whole number")),
        Kind::Null => Err(not_finite(datum, "an Int")),
        Kind::Bool(value) => Err(problem("E0502").help(format!("write {}", i64::from(*value)))),
        _ => Err(problem("E0502")),
    }
}

fn boolean(datum: &Datum) -> Result<bool> {
    match &datum.kind {
        Kind::Bool(value) => Ok(*value),
        Kind::Int(value @ (0 | 1)) => {
            Err(Problem::expected("E0502", "a Bool", datum).help(format!("write {}", *value == 1)))
        }
        Kind::Null => Err(not_finite(datum, "a Bool")),
        _ => Err(Problem::expected("E0502", "a Bool, true or false", datum)),
    }
}

fn text(datum: &Datum) -> Result<String> {
    match &datum.kind {
        Kind::Text(text) => Ok(text.clone()),
        Kind::Null => Err(not_finite(datum, "a String")),
        _ => Err(Problem::expected("E0502", "a String", datum)),
    }
}

fn array(element: &Type, datum: &Datum, program: &Program) -> Result<Value> {
    if matches!(element, Type::Real) {
        return reals(datum, program).map(Value::Reals);
    }
    let elements: Vec<Value> = match &datum.kind {
        Kind::Array(elements) => each(elements, |datum| convert(element, datum, program))?,
        Kind::Column(cells) => each(cells, |datum| cell(element, datum, program))?,
        Kind::Ints(elements) if matches!(element, Type::Int) => elements.iter().copied().map(Value::Int).collect(),
        Kind::Ints(elements) => each_scalar(elements, |&value| convert(element, &value.into(), program))?,
        Kind::Reals(elements) => each_scalar(elements, |&value| convert(element, &value.into(), program))?,
        _ => return Err(not_an_array(element, datum, program)),
    };
    Ok(Value::Array(elements))
}

fn reals(datum: &Datum, program: &Program) -> Result<Vec<f64>> {
    match &datum.kind {
        Kind::Array(elements) => each(elements, real),
        Kind::Column(cells) => each(cells, |datum| real(&number_cell(datum)?)),
        Kind::Reals(elements) => each_scalar(elements, |&value| real(&value.into())),
        Kind::Ints(elements) => Ok(elements.iter().map(|&value| value as f64).collect()),
        _ => Err(not_an_array(&Type::Real, datum, program)),
    }
}

fn not_an_array(element: &Type, datum: &Datum, program: &Program) -> Box<Problem> {
    let expected = format!("an array, {}", super::bind::type_text(&Type::Array(Box::new(element.clone())), program));
    let problem = Problem::expected(if matches!(datum.kind, Kind::Null) { "E0504" } else { "E0502" }, &expected, datum);
    match &datum.kind {
        Kind::Int(_) | Kind::Real(_) | Kind::Bool(_) | Kind::Text(_) => {
            problem.help("an array of one element is written [value]")
        }
        _ => problem,
    }
}

fn each<T>(elements: &[Datum], convert: impl Fn(&Datum) -> Result<T>) -> Result<Vec<T>> {
    each_scalar(elements, convert)
}

fn each_scalar<S, T>(elements: &[S], convert: impl Fn(&S) -> Result<T>) -> Result<Vec<T>> {
    let convert = |(index, element)| convert(element).map_err(|problem: Box<Problem>| problem.in_element(index));
    elements.iter().enumerate().map(convert).collect()
}

/// A CSV cell as a value of the type.
fn cell(ty: &Type, datum: &Datum, program: &Program) -> Result<Value> {
    match ty {
        Type::Real | Type::Int => convert(ty, &number_cell(datum)?, program),
        Type::Bool => match trimmed(datum) {
            "true" | "True" | "TRUE" => Ok(Value::Bool(true)),
            "false" | "False" | "FALSE" => Ok(Value::Bool(false)),
            "" => Err(empty_cell(datum)),
            _ => Err(Problem::expected("E0502", "a Bool, true or false", datum)),
        },
        Type::String => text(datum).map(Value::String),
        _ => {
            let ty = super::bind::type_text(ty, program);
            let text = format!("expected {ty}, found a CSV cell");
            Err(Problem::because("E0502", text, datum.span).help("a CSV column gives an array of scalars: use JSON"))
        }
    }
}

fn trimmed(datum: &Datum) -> &str {
    match &datum.kind {
        Kind::Text(text) => text.trim(),
        _ => "",
    }
}

/// A CSV cell as a number: what JSON would have for the same text.
fn number_cell(datum: &Datum) -> Result<Datum> {
    let text = trimmed(datum);
    if text.is_empty() {
        return Err(empty_cell(datum));
    }
    if matches!(text, "NA" | "N/A" | "null" | "NULL" | ".") {
        return Err(Problem::expected("E0504", "a number", datum)
            .help("there are no missing values: leave the row out, or model what is missing"));
    }
    let kind = if let Ok(value) = text.parse::<i64>() {
        Kind::Int(value)
    } else if let Ok(value) = text.parse::<f64>() {
        let whole = text.trim_start_matches(['+', '-']).bytes().all(|c| c.is_ascii_digit());
        if whole { Kind::BigInt(value) } else { Kind::Real(value) }
    } else {
        return Err(Problem::expected("E0502", "a number", datum));
    };
    Ok(Datum { kind, span: datum.span })
}

fn empty_cell(datum: &Datum) -> Box<Problem> {
    Problem::because("E0504", "this cell is empty".into(), datum.span)
        .help("there are no missing values: leave the row out, or model what is missing")
}

fn matrix(datum: &Datum) -> Result<Value> {
    let Kind::Array(rows) = &datum.kind else {
        return Err(Problem::expected("E0502", "a Matrix as an array of rows", datum));
    };
    let row = |row: &Datum| match &row.kind {
        Kind::Array(elements) => each(elements, real),
        Kind::Reals(elements) => each_scalar(elements, |&value| real(&value.into())),
        Kind::Ints(elements) => Ok(elements.iter().map(|&value| value as f64).collect()),
        _ => Err(Problem::expected("E0502", "a row, an array of numbers", row)),
    };
    let elements: Vec<Vec<f64>> = each(rows, row)?;
    let columns = elements.first().map_or(0, Vec::len);
    if let Some(ragged) = elements.iter().position(|row| row.len() != columns) {
        let length = elements[ragged].len();
        let text = format!("a Matrix has rows of one length, and this row has {length} where the first has {columns}");
        return Err(Problem::because("E0503", text, rows[ragged].span)
            .in_element(ragged)
            .help("declare the parameter as [[Real]] if its rows differ in length"));
    }
    Ok(Value::Matrix { rows: elements.len(), columns, elements: elements.concat() })
}

fn tuple(parts: &[Type], datum: &Datum, program: &Program) -> Result<Vec<Value>> {
    let scalars;
    let elements = match &datum.kind {
        Kind::Array(elements) => elements,
        Kind::Reals(values) => {
            scalars = values.iter().map(|&value| value.into()).collect();
            &scalars
        }
        Kind::Ints(values) => {
            scalars = values.iter().map(|&value| value.into()).collect();
            &scalars
        }
        _ => return Err(Problem::expected("E0502", &format!("an array of {} components", parts.len()), datum)),
    };
    if elements.len() != parts.len() {
        return Err(Problem::expected("E0502", &format!("an array of {} components", parts.len()), datum));
    }
    let component = |(index, (part, element))| {
        convert(part, element, program).map_err(|problem: Box<Problem>| problem.in_part(format!(".{index}")))
    };
    parts.iter().zip(elements).enumerate().map(component).collect()
}

fn record(fields: &[(Name, Type)], datum: &Datum, program: &Program) -> Result<Value> {
    let names: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
    let Kind::Object(members) = &datum.kind else {
        return Err(Problem::expected("E0502", &format!("an object with {}", listed(&names)), datum));
    };
    let types: Vec<&Type> = fields.iter().map(|(_, ty)| ty).collect();
    let values = object(&names, &types, members, datum, program)?;
    Ok(Value::Record(names.into_iter().map(str::to_string).zip(values).collect()))
}

/// The members of an object that must have exactly these names, in the order of the names.
fn object(
    names: &[&str],
    types: &[&Type],
    members: &[(String, Datum)],
    datum: &Datum,
    program: &Program,
) -> Result<Vec<Value>> {
    if let Some((unknown, extra)) = members.iter().find(|(name, _)| !names.contains(&name.as_str())) {
        let text = format!("there is no field `{unknown}`: expected {}", listed(names));
        let problem = Problem::because("E0502", text, extra.span);
        return Err(match borel_diagnostics::suggest(unknown, names.iter().copied()) {
            Some(near) => problem.help(format!("did you mean `{near}`?")),
            None => problem,
        });
    }
    let field = |(name, ty): (&&str, &&Type)| match members.iter().find(|(other, _)| other == name) {
        Some((_, member)) => convert(ty, member, program).map_err(|problem| problem.in_part(format!(".{name}"))),
        None => Err(Problem::because("E0502", format!("the field `{name}` is missing"), datum.span)),
    };
    names.iter().zip(types).map(field).collect()
}

fn constructor(id: DataId, arguments: &[Type], datum: &Datum, program: &Program) -> Result<Value> {
    let data = &program.datas[id.0 as usize];
    let names: Vec<&str> = data.constructors.iter().map(|constructor| constructor.name.as_str()).collect();
    let form = || format!("a value of {} such as {}", data.name, example(data));
    let none = Datum::from(Kind::Array(Vec::new()));
    let (name, fields) = match &datum.kind {
        Kind::Text(name) => (name, &none),
        Kind::Object(members) if members.len() == 1 => (&members[0].0, &members[0].1),
        _ => return Err(Problem::expected("E0502", &form(), datum)),
    };
    let Some(index) = names.iter().position(|other| other == name) else {
        let text = format!("{} has no constructor `{name}`: expected one of {}", data.name, listed(&names));
        return Err(Problem::because("E0502", text, datum.span));
    };
    let constructor = &data.constructors[index];
    let types: Vec<Type> = constructor.fields.iter().map(|(_, ty)| substituted(ty, arguments)).collect();
    let values = match &fields.kind {
        Kind::Object(members) if constructor.fields.iter().all(|(name, _)| name.is_some()) => {
            let names: Vec<&str> = constructor.fields.iter().flat_map(|(name, _)| name).map(Name::as_str).collect();
            object(&names, &types.iter().collect::<Vec<_>>(), members, fields, program)
        }
        _ if matches!(datum.kind, Kind::Text(_)) && !types.is_empty() => {
            Err(Problem::expected("E0502", &format!("the {} fields of {name}", types.len()), datum)
                .help(format!("write {{\"{name}\": [..]}}")))
        }
        _ => tuple(&types, fields, program),
    };
    let values = values.map_err(|problem| problem.in_part(format!(".{name}")))?;
    Ok(Value::Data { constructor: name.clone(), fields: values })
}

/// How a value of the type is written, for messages.
fn example(data: &borel_typed::Data) -> String {
    let Some(constructor) = data.constructors.first() else { return "(it has none)".into() };
    match constructor.fields.len() {
        0 => format!("\"{}\"", constructor.name),
        count => format!("{{\"{}\": [{}]}}", constructor.name, vec![".."; count].join(", ")),
    }
}

/// The type with the arguments of its data type in place of the parameters.
fn substituted(ty: &Type, arguments: &[Type]) -> Type {
    let all = |types: &[Type]| types.iter().map(|ty| substituted(ty, arguments)).collect();
    match ty {
        Type::Param(index) => arguments.get(*index as usize).cloned().unwrap_or_else(|| ty.clone()),
        Type::Tuple(parts) => Type::Tuple(all(parts)),
        Type::Record(fields) => {
            Type::Record(fields.iter().map(|(name, ty)| (name.clone(), substituted(ty, arguments))).collect())
        }
        Type::Array(element) => Type::Array(Box::new(substituted(element, arguments))),
        Type::Data(id, parts) => Type::Data(*id, all(parts)),
        _ => ty.clone(),
    }
}

pub(super) fn listed(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        None => "nothing".into(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}
