//! The text form of Core: takes a program, gives text that [`crate::parse`] reads back.
//!
//! Variables are written `name.number`, functions, data types and choices `name#number`, labels `'number`. Spans are not
//! written.

use std::fmt::Write;

use borel_source::Name;

use crate::*;

/// The whole program.
pub fn program(program: &Program) -> String {
    let mut printer = Printer { program, text: String::new(), indent: 0 };
    for id in 0..program.datas.len() {
        printer.data(DataId(id as u32));
    }
    for id in 0..program.functions.len() {
        printer.function(FunctionId(id as u32));
    }
    if let Some(root) = program.root {
        printer.line(&format!("root {}", printer.function_name(root)));
    }
    printer.text
}

/// One function.
pub fn function(program: &Program, id: FunctionId) -> String {
    let mut printer = Printer { program, text: String::new(), indent: 0 };
    printer.function(id);
    printer.text
}

/// A type, as it is written in the text form.
pub fn ty(program: &Program, ty: Ty) -> String {
    Printer { program, text: String::new(), indent: 0 }.ty(ty)
}

struct Printer<'a> {
    program: &'a Program,
    text: String,
    indent: usize,
}

impl Printer<'_> {
    fn line(&mut self, line: &str) {
        let _ = writeln!(self.text, "{:width$}{line}", "", width = 2 * self.indent);
    }

    fn data(&mut self, id: DataId) {
        let data = &self.program.datas[id.0 as usize];
        let constructors: Vec<String> = data
            .constructors
            .iter()
            .map(|constructor| format!("{}({})", constructor.name, self.types(&constructor.fields)))
            .collect();
        self.line(&format!("data {} {:?} = {}", self.data_name(id), data.name, constructors.join(" | ")));
    }

    fn data_name(&self, id: DataId) -> String {
        let name = &self.program.datas[id.0 as usize].name;
        format!("{}#{}", identifier(name.split('[').next().unwrap_or_default()), id.0)
    }

    fn function_name(&self, id: FunctionId) -> String {
        let name = self.program.functions.get(id.0 as usize).map_or("missing", |function| function.name.as_str());
        format!("{}#{}", identifier(name), id.0)
    }

    fn choice_name(&self, id: ChoiceId) -> String {
        format!("{}#{}", identifier(&self.program.choices[id.0 as usize].name), id.0)
    }

    fn function(&mut self, id: FunctionId) {
        let function = self.program.function(id);
        let keyword = if function.is_model { "model" } else { "fn" };
        let head = format!(
            "{keyword} {}({}) -> {} {{",
            self.function_name(id),
            self.binders(&function.params),
            self.ty(function.result)
        );
        self.line(&head);
        self.block(&function.body);
        self.line("}");
    }

    fn binders(&self, vars: &[Var]) -> String {
        vars.iter().map(|var| self.binder(*var)).collect::<Vec<_>>().join(", ")
    }

    fn binder(&self, var: Var) -> String {
        format!("{}: {}", self.var(var), self.ty(self.program.var_ty(var)))
    }

    fn var(&self, var: Var) -> String {
        format!("{}.{}", identifier(&self.program.vars[var.0 as usize].name), var.0)
    }

    fn types(&self, types: &[Ty]) -> String {
        types.iter().map(|ty| self.ty(*ty)).collect::<Vec<_>>().join(", ")
    }

    fn ty(&self, ty: Ty) -> String {
        match self.program.ty(ty) {
            Type::Unit => "Unit".into(),
            Type::Bool => "Bool".into(),
            Type::Int => "Int".into(),
            Type::Real => "Real".into(),
            Type::String => "String".into(),
            Type::Matrix => "Matrix".into(),
            Type::Method => "Method".into(),
            Type::Tuple(components, None) => format!("({})", self.types(components)),
            Type::Tuple(components, Some(names)) => self.record(components, names),
            Type::Array(element) => format!("[{}]", self.ty(*element)),
            Type::Function(params, result) => format!("fn({}) -> {}", self.types(params), self.ty(*result)),
            Type::Dist(value) => format!("Dist[{}]", self.ty(*value)),
            Type::Posterior(value) => format!("Posterior[{}]", self.ty(*value)),
            Type::Suspended(value) => format!("Suspended[{}]", self.ty(*value)),
            Type::Data(id) => self.data_name(*id),
        }
    }

    fn record(&self, components: &[Ty], names: &[Name]) -> String {
        let fields: Vec<String> =
            names.iter().zip(components).map(|(name, ty)| format!("{name}: {}", self.ty(*ty))).collect();
        format!("{{{}}}", fields.join(", "))
    }

    fn atom(&self, atom: &Atom) -> String {
        match atom {
            Atom::Var(var) => self.var(*var),
            Atom::Unit => "()".into(),
            Atom::Bool(value) => value.to_string(),
            Atom::Int(value) => value.to_string(),
            Atom::Real(value) => format!("{value:?}"),
            Atom::String(text) => format!("{:?}", text.as_str()),
        }
    }

    fn atoms(&self, atoms: &[Atom]) -> String {
        atoms.iter().map(|atom| self.atom(atom)).collect::<Vec<_>>().join(", ")
    }

    fn block(&mut self, block: &Block) {
        self.indent += 1;
        for stmt in &block.stmts {
            self.stmt(stmt);
        }
        let end = self.end(&block.end);
        self.line(&end);
        self.indent -= 1;
    }

    fn end(&self, end: &End) -> String {
        match end {
            End::Yield(value) => format!("yield {}", self.atom(value)),
            End::Break(label, value) => format!("break '{} {}", label.0, self.atom(value)),
            End::Continue(label, values) => format!("continue '{} ({})", label.0, self.atoms(values)),
            End::Return(value) => format!("return {}", self.atom(value)),
            End::Unreachable => "unreachable".into(),
        }
    }

    fn stmt(&mut self, stmt: &Stmt) {
        let binder = self.binder(stmt.var);
        match &stmt.op {
            Op::Lambda(lambda) => {
                let head = format!("lambda ({}) -> {}", self.binders(&lambda.params), self.ty(lambda.result));
                self.nested(&format!("{binder} = {head}"), &lambda.body);
            }
            Op::Match(scrutinee, cases, default) => self.cases(&binder, scrutinee, cases, default.as_ref()),
            Op::If(condition, then, otherwise) => {
                self.line(&format!("{binder} = if {} {{", self.atom(condition)));
                self.block(then);
                self.line("} else {");
                self.block(otherwise);
                self.line("}");
            }
            Op::Loop(label, params, body) => {
                let params: Vec<String> =
                    params.iter().map(|(var, first)| format!("{} = {}", self.binder(*var), self.atom(first))).collect();
                self.nested(&format!("{binder} = loop '{} ({})", label.0, params.join(", ")), body);
            }
            Op::Block(label, body) => self.nested(&format!("{binder} = block '{}", label.0), body),
            Op::Build(length, index, body) => {
                self.nested(&format!("{binder} = build {} ({})", self.atom(length), self.binder(*index)), body);
            }
            Op::Scoped(choice, body) => self.nested(&format!("{binder} = scoped {}", self.choice_name(*choice)), body),
            op => self.line(&format!("{binder} = {}", self.flat(op))),
        }
    }

    fn nested(&mut self, head: &str, body: &Block) {
        self.line(&format!("{head} {{"));
        self.block(body);
        self.line("}");
    }

    fn cases(&mut self, binder: &str, scrutinee: &Atom, cases: &[(u32, Vec<Var>, Block)], default: Option<&Block>) {
        self.line(&format!("{binder} = match {} {{", self.atom(scrutinee)));
        self.indent += 1;
        for (constructor, fields, block) in cases {
            self.nested(&format!("{constructor}({})", self.binders(fields)), block);
        }
        if let Some(block) = default {
            self.nested("else", block);
        }
        self.indent -= 1;
        self.line("}");
    }

    fn flat(&self, op: &Op) -> String {
        match op {
            Op::Atom(atom) => format!("copy {}", self.atom(atom)),
            Op::Prim(prim, operands) => format!("{prim:?}({})", self.atoms(operands)),
            Op::Call(function, arguments) => {
                format!("call {}({})", self.function_name(*function), self.atoms(arguments))
            }
            Op::Apply(closure, arguments) => format!("apply {}({})", self.atom(closure), self.atoms(arguments)),
            Op::Tuple(components) => format!("tuple({})", self.atoms(components)),
            Op::Project(tuple, component) => format!("project {} {component}", self.atom(tuple)),
            Op::Construct(data, constructor, fields) => {
                format!("construct {} {constructor}({})", self.data_name(*data), self.atoms(fields))
            }
            Op::Array(elements) => format!("array({})", self.atoms(elements)),
            Op::Dist(kind, parameters) => format!("dist {kind:?}({})", self.atoms(parameters)),
            Op::Structural(kind, operands) => format!("structural {kind:?}({})", self.atoms(operands)),
            _ => self.effect(op),
        }
    }

    fn effect(&self, op: &Op) -> String {
        match op {
            Op::Sample(source, None) => format!("sample {}", self.source(source)),
            Op::Sample(source, Some(choice)) => {
                format!("sample {} as {}", self.source(source), self.choice_name(*choice))
            }
            Op::Read(bounds, count) => {
                let bound = |bound: &Option<Atom>| bound.as_ref().map_or("..".into(), |bound| self.atom(bound));
                let count = count.as_ref().map_or(String::new(), |count| format!(", {} of them", self.atom(count)));
                format!("read from {} to {}{count}", bound(&bounds.lower), bound(&bounds.upper))
            }
            Op::Record(choice, value) => format!("record {} {}", self.choice_name(*choice), self.atom(value)),
            Op::Observe(source, value) => format!("observe {} at {}", self.source(source), self.atom(value)),
            Op::Factor(weight) => format!("factor {}", self.atom(weight)),
            Op::Checkpoint => "checkpoint".into(),
            Op::LogDensity(source, value) => format!("log_density {} at {}", self.source(source), self.atom(value)),
            Op::Quantity(quantity, source, operands) => match operands.as_slice() {
                [] => format!("{} {}", quantity.name(), self.source(source)),
                [x, normaliser] => {
                    format!("log_density {} at {} given {}", self.source(source), self.atom(x), self.atom(normaliser))
                }
                _ => format!("{} {} at {}", quantity.name(), self.source(source), self.atoms(operands)),
            },
            Op::Mem(closure) => format!("mem {}", self.atom(closure)),
            Op::Cell(value) => format!("cell {}", self.atom(value)),
            Op::Take(cell) => format!("take {}", self.atom(cell)),
            Op::Put(cell, value) => format!("put {} {}", self.atom(cell), self.atom(value)),
            Op::Gradient(closure, x) => format!("gradient {} {}", self.atom(closure), self.atom(x)),
            Op::Infer(closure, method) => format!("infer {} {}", self.atom(closure), self.atom(method)),
            Op::Batch(batch, operands) => format!("{} {}", batch.name(), self.atoms(operands)),
            Op::Print(text) => format!("print {}", self.atom(text)),
            Op::Fail(Failure::Message(text)) => format!("fail {}", self.atom(text)),
            Op::Fail(Failure::Unreachable) => "fail unreachable".into(),
            Op::Fail(Failure::OutOfBounds(index, length)) => {
                format!("fail out of bounds({}, {})", self.atom(index), self.atom(length))
            }
            Op::Fail(Failure::Lengths(left, right)) => {
                format!("fail lengths({}, {})", self.atom(left), self.atom(right))
            }
            _ => String::new(),
        }
    }

    fn source(&self, source: &Source) -> String {
        match source {
            Source::Value(atom) => self.atom(atom),
            Source::Known(kind, parameters) => format!("{kind:?}({})", self.atoms(parameters)),
        }
    }
}

/// The name with every character that the text form does not allow in names replaced.
fn identifier(name: &str) -> String {
    let text: String = name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '_' }).collect();
    if text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') { text } else { format!("_{text}") }
}
