//! Every way in which data can be wrong, each with its message.

use super::bind::bind;
use super::{Data, Datum};
use borel_abi::Value;
use borel_source::{FileId, Name, Span};
use borel_typed::{Constructor, DataId, Expr, ExprKind, Function, Local, LocalId, Program, Type};

fn array(element: Type) -> Type {
    Type::Array(Box::new(element))
}

fn construct(name: &str, fields: Vec<Value>) -> Value {
    Value::Data { constructor: name.into(), fields }
}

fn tree() -> Type {
    Type::Data(DataId(0), vec![Type::Real])
}

/// A program with one data type, `Tree[A] = Leaf(A) | Node(left, right) | Empty`, and a model of these parameters.
fn program(parameters: &[(&str, Type)]) -> Program {
    let span = Span::new(FileId(0), 0, 0);
    let recursive = Type::Data(DataId(0), vec![Type::Param(0)]);
    let constructor = |name: &str, fields: Vec<(Option<Name>, Type)>| Constructor { name: Name::new(name), fields };
    let data = borel_typed::Data {
        name: Name::new("Tree"),
        params: 1,
        constructors: vec![
            constructor("Leaf", vec![(None, Type::Param(0))]),
            constructor("Node", vec![(Some("left".into()), recursive.clone()), (Some("right".into()), recursive)]),
            constructor("Empty", vec![]),
        ],
        span,
    };
    let local = |(name, ty): &(&str, Type)| Local { name: Name::new(name), ty: ty.clone(), mutable: false };
    let model = Function {
        name: Name::new("m"),
        is_model: true,
        type_params: 0,
        params: (0..parameters.len() as u32).map(LocalId).collect(),
        result: Type::Unit,
        body: Expr { kind: ExprKind::Unit, ty: Type::Unit, span },
        signature: String::new(),
        doc: None,
        span,
    };
    Program {
        datas: vec![data],
        functions: vec![model],
        locals: parameters.iter().map(local).collect(),
        ..Program::default()
    }
}

fn bound(ty: Type, data: &Data) -> Result<Value, String> {
    let program = program(&[("x", ty)]);
    let (mut values, diagnostics) = bind(&program, &program.functions[0], data);
    match diagnostics.first() {
        None => Ok(values.remove(0)),
        Some(diagnostic) => Err(format!("{} {}", diagnostic.code, diagnostic.message)),
    }
}

fn json(ty: Type, text: &str) -> Result<Value, String> {
    bound(ty, &Data::from_json("d.json", &format!("{{\"x\": {text}}}")).map_err(|d| d.to_string())?)
}

fn csv(ty: Type, text: &str) -> Result<Value, String> {
    bound(ty, &Data::from_csv("d.csv", text).map_err(|d| d.iter().next().unwrap().message.clone())?)
}

fn fails(result: Result<Value, String>, text: &str) {
    match result {
        Err(message) => assert!(message.contains(text), "`{message}` does not contain `{text}`"),
        Ok(value) => panic!("{value:?}, where `{text}` was expected"),
    }
}

#[test]
fn json_of_every_type() {
    assert_eq!(json(Type::Real, "1.5"), Ok(Value::Real(1.5)));
    assert_eq!(json(Type::Real, "-2"), Ok(Value::Real(-2.0)));
    assert_eq!(json(Type::Real, "100000000000000000000"), Ok(Value::Real(1e20)));
    assert_eq!(json(Type::Int, "-3"), Ok(Value::Int(-3)));
    assert_eq!(json(Type::Bool, "true"), Ok(Value::Bool(true)));
    assert_eq!(json(Type::String, r#""a\n\u00e9\ud83d\ude00""#), Ok(Value::String("a\né😀".into())));
    assert_eq!(json(array(Type::Real), "[1, 2.5]"), Ok(Value::Reals(vec![1.0, 2.5])));
    assert_eq!(json(array(Type::Int), "[]"), Ok(Value::Array(vec![])));
    assert_eq!(
        json(array(array(Type::Real)), "[[1], [], [2, 3]]"),
        Ok(Value::Array(vec![Value::Reals(vec![1.0]), Value::Reals(vec![]), Value::Reals(vec![2.0, 3.0])]))
    );
    assert_eq!(
        json(Type::Matrix, "[[1, 2, 3], [4, 5, 6]]"),
        Ok(Value::Matrix { rows: 2, columns: 3, elements: vec![1., 2., 3., 4., 5., 6.] })
    );
    assert_eq!(
        json(Type::Tuple(vec![Type::Int, Type::Bool]), "[1, false]"),
        Ok(Value::Tuple(vec![Value::Int(1), Value::Bool(false)]))
    );
    let record = Type::Record(vec![("a".into(), Type::Int), ("b".into(), Type::Real)]);
    assert_eq!(
        json(record, r#"{"b": 2, "a": 1}"#),
        Ok(Value::Record(vec![("a".into(), Value::Int(1)), ("b".into(), Value::Real(2.0))]))
    );
    let leaf = construct("Leaf", vec![Value::Real(1.0)]);
    let empty = construct("Empty", vec![]);
    assert_eq!(json(tree(), r#"{"Leaf": [1]}"#), Ok(leaf.clone()));
    assert_eq!(
        json(tree(), r#"{"Node": {"right": "Empty", "left": {"Leaf": [1.0]}}}"#),
        Ok(construct("Node", vec![leaf, empty]))
    );
}

#[test]
fn json_of_a_wrong_type() {
    fails(
        json(array(Type::Real), r#"[1, 2, 3, "abc"]"#),
        r#"E0502 d.json: `x[3]`: expected a Real, found the text "abc""#,
    );
    fails(json(Type::Real, "[1]"), "expected a Real, found an array of 1 element");
    fails(json(array(Type::Real), "1"), "expected an array, [Real], found the Int 1");
    fails(json(Type::Int, "1.0"), "E0505 d.json: `x`: expected an Int, found the number 1.0");
    fails(json(Type::Int, "9223372036854775808"), "E0505");
    fails(json(Type::Int, "true"), "expected an Int, found the Bool true");
    fails(json(Type::Bool, "1"), "expected a Bool, found the Int 1");
    fails(json(Type::String, "1"), "expected a String, found the Int 1");
    fails(json(Type::Matrix, "[[1, 2], [3]]"), "E0503 d.json: `x[1]`: a Matrix has rows of one length");
    fails(json(Type::Matrix, "[[1, 2], [3, null]]"), "`x[1][1]`: expected a Real, found null");
    fails(json(Type::Tuple(vec![Type::Int, Type::Int]), "[1]"), "expected an array of 2 components");
    fails(json(Type::Tuple(vec![Type::Int, Type::Int]), "[1, 2.5]"), "`x.1`: expected an Int");
    let record = || Type::Record(vec![("a".into(), Type::Int), ("b".into(), Type::Real)]);
    fails(json(record(), r#"{"a": 1}"#), "the field `b` is missing");
    fails(json(record(), r#"{"a": 1, "b": 2, "c": 3}"#), "there is no field `c`: expected `a` and `b`");
    fails(json(array(record()), r#"[{"a": "1", "b": 2}]"#), "`x[0].a`: expected an Int");
    fails(json(tree(), "1"), r#"expected a value of Tree such as {"Leaf": [..]}"#);
    fails(json(tree(), r#""Leef""#), "Tree has no constructor `Leef`");
    fails(json(tree(), r#""Leaf""#), "expected the 1 fields of Leaf");
    fails(json(tree(), r#"{"Node": ["Empty", {"Leaf": ["a"]}]}"#), "`x.Node.1.Leaf.0`: expected a Real");
}

#[test]
fn numbers_that_are_none() {
    for text in ["null", "NaN", "Infinity", "-Infinity", "1e999"] {
        fails(json(Type::Real, text), "E0504");
        fails(json(array(Type::Real), &format!("[1, {text}]")), "`x[1]`");
    }
    fails(bound(Type::Real, &Data::new().real("x", f64::NAN)), "E0504 `x`: expected a Real, found the number NaN");
    fails(bound(array(Type::Real), &Data::new().reals("x", &[1.0, f64::INFINITY])), "`x[1]`");
}

#[test]
fn text_that_is_not_json() {
    let message = |text: &str| Data::from_json("d.json", text).unwrap_err().iter().next().unwrap().message.clone();
    for (text, expected) in [
        ("", "d.json is empty"),
        (" \n", "d.json is empty"),
        ("[1, 2]", "data are a JSON object"),
        ("{\"x\": 1", "expected `,` or `}`, found the end of the file"),
        ("{\"x\": }", "expected a value, found `}`"),
        ("{\"x\": [1, 2,]}", "expected another element after the comma"),
        ("{\"x\": 1,}", "expected another element after the comma"),
        ("{x: 1}", "expected a name in double quotes"),
        ("{\"x\": True}", "`True`"),
        ("{\"x\": 01}", "`01` is not a number"),
        ("{\"x\": 1.}", "`1.` is not a number"),
        ("{\"x\": +1}", "expected a value, found `+`"),
        ("{\"x\": \"a}", "no closing quote"),
        ("{\"x\": \"\\q\"}", "this escape does not exist"),
        ("{\"x\": \"\\ud800\"}", "this escape does not exist"),
        ("{\"x\": 1} 2", "expected nothing after the object"),
        ("{\"x\": 1, \"x\": 2}", "`x` is given twice"),
        ("{\"x\": {\"a\": 1, \"a\": 2}}", "`a` is given twice"),
        ("{\"é\": é}", "expected a value, found `é`"),
    ] {
        let found = message(text);
        assert!(found.contains(expected), "{text}: `{found}` does not contain `{expected}`");
    }
    assert!(message(&format!("{{\"x\": {}", "[".repeat(100_000))).contains("nested"));
    assert!(Data::from_json("d.json", "\u{feff}{\"x\": 1}").is_ok());
}

#[test]
fn csv_columns() {
    let table = "\u{feff}x, y ,z\r\n1,true,\"a, \"\"b\"\"\"\r\n2.5,FALSE,\n\n";
    let data = Data::from_csv("d.csv", table).unwrap();
    assert_eq!(data.names().collect::<Vec<_>>(), ["x", "y", "z"]);
    let program = program(&[("x", array(Type::Real)), ("y", array(Type::Bool)), ("z", array(Type::String))]);
    let (values, diagnostics) = bind(&program, &program.functions[0], &data);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    let texts = vec![Value::String("a, \"b\"".into()), Value::String("".into())];
    let flags = vec![Value::Bool(true), Value::Bool(false)];
    assert_eq!(values, [Value::Reals(vec![1.0, 2.5]), Value::Array(flags), Value::Array(texts)]);
    assert_eq!(csv(array(Type::Int), "x\n1\n-2\n"), Ok(Value::Array(vec![Value::Int(1), Value::Int(-2)])));
    assert_eq!(csv(array(Type::Int), "x\n"), Ok(Value::Array(vec![])));
}

#[test]
fn csv_that_is_wrong() {
    fails(csv(array(Type::Real), "x,y\n1,2\n3\n"), "this row has 1 cell, where the header has 2");
    fails(csv(array(Type::Real), "x,y\n1,2\n3,4,5\n"), "this row has 3 cells");
    fails(csv(array(Type::Real), "x\n1\n\n2\n"), "this cell is empty");
    fails(csv(array(Type::Real), "x,y\n1,2\n\n3,4\n"), "this line is empty");
    fails(csv(array(Type::Real), "x\n1\nNA\n"), "`x[1]`: expected a number, found the text \"NA\"");
    fails(csv(array(Type::Real), "x,y\n1,2\n,2\n"), "`x[1]`: this cell is empty");
    fails(csv(array(Type::Real), "x\nnan\n"), "E0504");
    fails(csv(array(Type::Int), "x\n1.0\n"), "E0505");
    fails(csv(array(Type::Bool), "x\nyes\n"), "expected a Bool");
    fails(csv(Type::Real, "x\n1\n"), "expected a Real, found a CSV column of 1 row");
    fails(csv(Type::Matrix, "x\n1\n"), "expected a Matrix as an array of rows, found a CSV column");
    fails(csv(array(array(Type::Real)), "x\n1\n"), "expected [Real], found a CSV cell");
    fails(csv(array(Type::Real), "1,2\n3,4\n"), "the first line of a CSV file names its columns");
    fails(csv(array(Type::Real), "x;y\n1;2\n"), "separated by commas");
    fails(csv(array(Type::Real), "\"\",x\n1,2\n"), "column 1 has no name");
    fails(csv(array(Type::Real), "x,x\n1,2\n"), "`x` is given twice");
    fails(csv(array(Type::Real), "x\n\"1\n"), "no closing quote");
    fails(csv(array(Type::Real), "x\n\"1\"2\n"), "text follows the closing quote");
    fails(csv(array(Type::Real), ""), "is empty");
}

#[test]
fn names() {
    let program = program(&[("sigma", Type::Real), ("y", array(Type::Real))]);
    let messages = |data: &Data| -> Vec<String> {
        let (_, diagnostics) = bind(&program, &program.functions[0], data);
        diagnostics.into_iter().map(|d| format!("{} {} {}", d.code, d.message, d.help.unwrap_or_default())).collect()
    };
    assert_eq!(messages(&Data::new()).len(), 2);
    let misspelt = messages(&Data::new().real("sigma_2", 1.0).real("sigms", 1.0).reals("y", &[]));
    assert!(misspelt[0].contains("E0501") && misspelt[0].contains("`sigms`"), "{misspelt:?}");
    let extra = messages(&Data::new().real("sigma", 1.0).reals("y", &[]).real("year", 1.0));
    assert_eq!(extra.len(), 1);
    assert!(extra[0].starts_with("W0501 the model `m` has no parameter `year`"), "{extra:?}");
}

#[test]
fn merging() {
    let first = Data::from_json("a.json", r#"{"x": 1}"#).unwrap();
    let second = Data::from_csv("b.csv", "y\n1\nq\n").unwrap();
    let both = first.clone().merge(second).unwrap();
    let wrong = bound(array(Type::Real), &Data { fields: both.fields[1..].to_vec(), ..both.clone() });
    assert!(wrong.is_err());
    let program = program(&[("x", Type::Int), ("y", array(Type::Real))]);
    let (_, diagnostics) = bind(&program, &program.functions[0], &both);
    assert_eq!(both.sources.text(diagnostics[0].span().unwrap()), "q");
    assert!(diagnostics[0].message.starts_with("b.csv: `y[1]`"), "{}", diagnostics[0].message);
    let twice = first.clone().merge(first).unwrap_err();
    assert_eq!(twice.iter().next().unwrap().code, "E0509");
}

#[test]
fn types_that_are_no_data() {
    let function = Type::Function(vec![Type::Real], Box::new(Type::Real));
    fails(bound(function.clone(), &Data::new().real("x", 1.0)), "E0511");
    fails(bound(array(Type::Dist(Box::new(Type::Real))), &Data::new()), "distributions are not data");
    fails(bound(Type::Data(DataId(0), vec![function]), &Data::new()), "functions are not data");
}

#[test]
fn rust_values() {
    assert_eq!(bound(array(Type::Int), &Data::new().ints("x", &[1, 2])), json(array(Type::Int), "[1, 2]"));
    assert_eq!(bound(array(Type::Real), &Data::new().ints("x", &[1, 2])), json(array(Type::Real), "[1, 2]"));
    assert_eq!(
        bound(Type::Matrix, &Data::new().matrix("x", &[vec![1.0], vec![2.0]])),
        json(Type::Matrix, "[[1], [2]]")
    );
    let leaf = Datum::object([("Leaf", vec![1.0].into())]);
    assert_eq!(bound(tree(), &Data::new().with("x", leaf)), json(tree(), r#"{"Leaf": [1]}"#));
    fails(bound(array(Type::Int), &Data::new().reals("x", &[1.0])), "`x[0]`: expected an Int, found the number 1.0");
}
