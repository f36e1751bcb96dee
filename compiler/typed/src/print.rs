//! The readable text of a typed program, for `borel emit --stage types`.
//!
//! Local variables are written `name.number`, conversions as `real!(e)`, type arguments between brackets.

use std::fmt::Write;

use crate::*;

mod expression;

/// The text of a whole program.
pub fn program(program: &Program) -> String {
    let mut printer = Printer::new(program);
    for data in &program.datas {
        printer.data(data);
    }
    for constant in &program.constants {
        let _ = write!(printer.out, "let {}: {} = ", constant.name, type_text(program, &constant.value.ty));
        printer.expr(&constant.value);
        printer.out.push_str("\n\n");
    }
    for function in &program.functions {
        printer.function(function);
    }
    printer.out
}

/// The text of one function.
pub fn function(program: &Program, function: &Function) -> String {
    let mut printer = Printer::new(program);
    printer.function(function);
    printer.out
}

/// The text of a type.
pub fn type_text(program: &Program, ty: &Type) -> String {
    let list = |items: &[Type]| items.iter().map(|item| type_text(program, item)).collect::<Vec<_>>().join(", ");
    match ty {
        Type::Unit => "()".to_string(),
        Type::Bool => "Bool".to_string(),
        Type::Int => "Int".to_string(),
        Type::Real => "Real".to_string(),
        Type::String => "String".to_string(),
        Type::Matrix => "Matrix".to_string(),
        Type::Method => "Method".to_string(),
        Type::Tuple(items) => format!("({})", list(items)),
        Type::Record(fields) => {
            let fields: Vec<String> =
                fields.iter().map(|(name, ty)| format!("{name}: {}", type_text(program, ty))).collect();
            format!("{{ {} }}", fields.join(", "))
        }
        Type::Array(item) => format!("[{}]", type_text(program, item)),
        Type::Function(params, result) => format!("({}) -> {}", list(params), type_text(program, result)),
        Type::Dist(item) => format!("Dist[{}]", type_text(program, item)),
        Type::Posterior(item) => format!("Posterior[{}]", type_text(program, item)),
        Type::Suspended(item) => format!("Suspended[{}]", type_text(program, item)),
        Type::Data(id, items) => {
            let name = program.datas.get(id.0 as usize).map_or("?", |data| data.name.as_str());
            if items.is_empty() { name.to_string() } else { format!("{name}[{}]", list(items)) }
        }
        Type::Param(param) => format!("'{param}"),
    }
}

struct Printer<'p> {
    program: &'p Program,
    out: String,
    depth: usize,
}

impl<'p> Printer<'p> {
    fn new(program: &'p Program) -> Printer<'p> {
        Printer { program, out: String::new(), depth: 0 }
    }

    fn text(&mut self, text: &str) {
        self.out.push_str(text);
    }

    fn newline(&mut self) {
        self.out.push('\n');
        for _ in 0..self.depth {
            self.out.push_str("  ");
        }
    }

    fn ty(&mut self, ty: &Type) {
        let text = type_text(self.program, ty);
        self.out.push_str(&text);
    }

    fn types(&mut self, types: &[Type]) {
        if types.is_empty() {
            return;
        }
        let text: Vec<String> = types.iter().map(|ty| type_text(self.program, ty)).collect();
        let _ = write!(self.out, "[{}]", text.join(", "));
    }

    fn local(&mut self, local: LocalId) {
        let name = self.program.locals.get(local.0 as usize).map_or("?", |local| local.name.as_str());
        let _ = write!(self.out, "{name}.{}", local.0);
    }

    fn data(&mut self, data: &Data) {
        let params: Vec<String> = (0..data.params).map(|param| format!("'{param}")).collect();
        let params = if params.is_empty() { String::new() } else { format!("[{}]", params.join(", ")) };
        let _ = write!(self.out, "type {}{params} =", data.name);
        for (index, constructor) in data.constructors.iter().enumerate() {
            self.text(if index > 0 { " | " } else { " " });
            self.text(&constructor.name);
            if !constructor.fields.is_empty() {
                let fields: Vec<String> =
                    constructor.fields.iter().map(|field| type_text(self.program, &field.1)).collect();
                let _ = write!(self.out, "({})", fields.join(", "));
            }
        }
        self.text("\n\n");
    }

    fn function(&mut self, function: &Function) {
        let _ = writeln!(self.out, "// {}", function.signature);
        self.text(if function.is_model { "model " } else { "fn " });
        self.text(&function.name);
        let params: Vec<Type> = (0..function.type_params).map(Type::Param).collect();
        self.types(&params);
        self.text("(");
        for (index, &param) in function.params.iter().enumerate() {
            if index > 0 {
                self.text(", ");
            }
            self.local(param);
            self.text(": ");
            if let Some(local) = self.program.locals.get(param.0 as usize) {
                self.ty(&local.ty);
            }
        }
        self.text("): ");
        self.ty(&function.result);
        self.text(" = ");
        self.expr(&function.body);
        self.text("\n\n");
    }

    fn lambda(&mut self, lambda: &Lambda) {
        self.text("(");
        for (index, param) in lambda.params.iter().enumerate() {
            if index > 0 {
                self.text(", ");
            }
            self.pattern(param);
            self.text(": ");
            self.ty(&param.ty);
        }
        self.text("): ");
        self.ty(&lambda.result);
        self.text(" => ");
        self.expr(&lambda.body);
    }

    fn pattern(&mut self, pattern: &Pattern) {
        match &pattern.kind {
            PatternKind::Wildcard => self.text("_"),
            PatternKind::Bind(local) => self.local(*local),
            PatternKind::Constructor(data, index, items) => {
                self.constructor(*data, *index);
                if !items.is_empty() {
                    self.patterns(items);
                }
            }
            PatternKind::Tuple(items) => self.patterns(items),
            PatternKind::Record(fields) => {
                self.text("{ ");
                for (index, (name, pattern)) in fields.iter().enumerate() {
                    let _ = write!(self.out, "{}{name}: ", if index > 0 { ", " } else { "" });
                    self.pattern(pattern);
                }
                self.text(" }");
            }
            PatternKind::Bool(value) => self.text(&value.to_string()),
            PatternKind::Int(value) => self.text(&value.to_string()),
            PatternKind::String(value) => self.text(&format!("{value:?}")),
        }
    }

    fn patterns(&mut self, items: &[Pattern]) {
        self.text("(");
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.text(", ");
            }
            self.pattern(item);
        }
        self.text(")");
    }

    fn constructor(&mut self, data: DataId, index: u32) {
        let constructor =
            self.program.datas.get(data.0 as usize).and_then(|data| data.constructors.get(index as usize));
        let name = constructor.map_or("?", |constructor| constructor.name.as_str());
        self.out.push_str(name);
    }
}
