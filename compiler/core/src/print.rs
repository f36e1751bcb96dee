//! The readable text of Core, for `borel emit --stage core`.

use crate::*;
use std::fmt::{self, Display, Formatter, Write};

/// A program as text.
pub fn program(program: &Program) -> String {
    let mut text = String::new();
    for data in &program.datas {
        let _ = writeln!(text, "type {} = {}", data.name, constructors(program, data));
    }
    for (index, function) in program.functions.iter().enumerate() {
        let _ = writeln!(text, "{}", self::function(program, FunctionId(index as u32), function));
    }
    text
}

/// A type as text.
pub fn ty(program: &Program, index: Ty) -> String {
    let list = |tys: &[Ty]| tys.iter().map(|t| ty(program, *t)).collect::<Vec<_>>().join(", ");
    match program.ty(index) {
        Type::Unit => "()".into(),
        Type::Bool => "Bool".into(),
        Type::Int => "Int".into(),
        Type::Real => "Real".into(),
        Type::String => "String".into(),
        Type::Matrix => "Matrix".into(),
        Type::Method => "Method".into(),
        Type::Tuple(parts, None) => format!("({})", list(parts)),
        Type::Tuple(parts, Some(names)) => {
            let fields: Vec<String> = names.iter().zip(parts).map(|(n, t)| format!("{n}: {}", ty(program, *t))).collect();
            format!("{{{}}}", fields.join(", "))
        }
        Type::Array(item) => format!("[{}]", ty(program, *item)),
        Type::Function(params, result) => format!("({}) -> {}", list(params), ty(program, *result)),
        Type::Dist(value) => format!("Dist[{}]", ty(program, *value)),
        Type::Posterior(value) => format!("Posterior[{}]", ty(program, *value)),
        Type::Data(id) => program.datas[id.0 as usize].name.clone(),
    }
}

fn constructors(program: &Program, data: &Data) -> String {
    let one = |c: &Constructor| {
        let fields: Vec<String> = c.fields.iter().map(|t| ty(program, *t)).collect();
        if fields.is_empty() { c.name.to_string() } else { format!("{}({})", c.name, fields.join(", ")) }
    };
    data.constructors.iter().map(one).collect::<Vec<_>>().join(" | ")
}

fn function(program: &Program, id: FunctionId, function: &Function) -> String {
    let printer = Printer { program };
    let mut text = String::new();
    let keyword = if function.is_model { "model" } else { "fn" };
    let _ = write!(text, "{keyword} {}_{}({}) -> {} ", function.name, id.0, printer.params(&function.params), ty(program, function.result));
    printer.block(&mut text, &function.body, 0);
    text
}

struct Printer<'a> {
    program: &'a Program,
}

struct Shown<'a>(&'a Program, Var);

impl Display for Shown<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}%{}", self.0.vars[self.1.0 as usize].name, self.1.0)
    }
}

impl Printer<'_> {
    fn var(&self, var: Var) -> Shown<'_> {
        Shown(self.program, var)
    }

    fn params(&self, params: &[Var]) -> String {
        let one = |v: &Var| format!("{}: {}", self.var(*v), ty(self.program, self.program.var_ty(*v)));
        params.iter().map(one).collect::<Vec<_>>().join(", ")
    }

    fn atom(&self, atom: &Atom) -> String {
        match atom {
            Atom::Var(var) => self.var(*var).to_string(),
            Atom::Unit => "()".into(),
            Atom::Bool(b) => b.to_string(),
            Atom::Int(n) => n.to_string(),
            Atom::Real(x) => format!("{x:?}"),
            Atom::String(s) => format!("{:?}", s.as_str()),
        }
    }

    fn atoms(&self, atoms: &[Atom]) -> String {
        atoms.iter().map(|a| self.atom(a)).collect::<Vec<_>>().join(", ")
    }

    fn source(&self, source: &Source) -> String {
        match source {
            Source::Value(atom) => self.atom(atom),
            Source::Known(kind, atoms) => format!("{}({})", kind.entry().name, self.atoms(atoms)),
        }
    }

    fn choice(&self, choice: ChoiceId) -> &str {
        &self.program.choices[choice.0 as usize].name
    }

    fn block(&self, text: &mut String, block: &Block, indent: usize) {
        let pad = "  ".repeat(indent + 1);
        text.push_str("{\n");
        for stmt in &block.stmts {
            let is_unit = matches!(self.program.ty(self.program.var_ty(stmt.var)), Type::Unit);
            let _ = if is_unit { write!(text, "{pad}") } else { write!(text, "{pad}{} = ", self.var(stmt.var)) };
            self.op(text, &stmt.op, indent + 1);
            text.push('\n');
        }
        let end = match &block.end {
            End::Yield(a) => format!("yield {}", self.atom(a)),
            End::Break(label, a) => format!("break L{} {}", label.0, self.atom(a)),
            End::Continue(label, atoms) => format!("continue L{}({})", label.0, self.atoms(atoms)),
            End::Return(a) => format!("return {}", self.atom(a)),
            End::Unreachable => "unreachable".into(),
        };
        let _ = write!(text, "{pad}{end}\n{}}}", "  ".repeat(indent));
    }

    fn op(&self, text: &mut String, op: &Op, indent: usize) {
        let line = match op {
            Op::Atom(a) => self.atom(a),
            Op::Prim(prim, atoms) => format!("{prim:?}({})", self.atoms(atoms)),
            Op::Call(id, atoms) => format!("{}_{}({})", self.program.function(*id).name, id.0, self.atoms(atoms)),
            Op::Apply(f, atoms) => format!("apply {}({})", self.atom(f), self.atoms(atoms)),
            Op::Lambda(lambda) => format!("lambda({}) ", self.params(&lambda.params)),
            Op::Tuple(atoms) => format!("({})", self.atoms(atoms)),
            Op::Project(a, i) => format!("{}.{i}", self.atom(a)),
            Op::Construct(data, c, atoms) => {
                let name = &self.program.datas[data.0 as usize].constructors[*c as usize].name;
                format!("{name}({})", self.atoms(atoms))
            }
            Op::Match(a, arms, default) => return self.arms(text, a, arms, default.as_ref(), indent),
            Op::If(a, ..) => format!("if {} ", self.atom(a)),
            Op::Loop(label, params, _) => {
                let one = |(v, a): &(Var, Atom)| format!("{} = {}", self.var(*v), self.atom(a));
                format!("loop L{}({}) ", label.0, params.iter().map(one).collect::<Vec<_>>().join(", "))
            }
            Op::Block(label, _) => format!("block L{} ", label.0),
            Op::Build(n, i, _) => format!("build {} < {} ", self.var(*i), self.atom(n)),
            Op::Array(atoms) => format!("[{}]", self.atoms(atoms)),
            Op::Dist(kind, atoms) => format!("dist {}({})", kind.entry().name, self.atoms(atoms)),
            Op::Structural(kind, atoms) => format!("dist {kind:?}({})", self.atoms(atoms)),
            Op::Sample(source, None) => format!("sample {}", self.source(source)),
            Op::Sample(source, Some(c)) => format!("sample {} named {}", self.source(source), self.choice(*c)),
            Op::Record(c, a) => format!("record {} = {}", self.choice(*c), self.atom(a)),
            Op::Observe(source, a) => format!("observe {} ~ {}", self.atom(a), self.source(source)),
            Op::Factor(a) => format!("factor {}", self.atom(a)),
            Op::Checkpoint => "checkpoint".into(),
            Op::Scoped(c, _) => format!("scoped {} ", self.choice(*c)),
            Op::LogDensity(source, a) => format!("log_density {} at {}", self.source(source), self.atom(a)),
            Op::Mem(a) => format!("mem {}", self.atom(a)),
            Op::Infer(f, m) => format!("infer {} by {}", self.atom(f), self.atom(m)),
            Op::Print(a) => format!("print {}", self.atom(a)),
            Op::Fail(Failure::Message(a)) => format!("fail {}", self.atom(a)),
            Op::Fail(Failure::Unreachable) => "fail unreachable".into(),
            Op::Fail(Failure::Lengths(a, b)) => format!("fail lengths {} {}", self.atom(a), self.atom(b)),
        };
        text.push_str(&line);
        for (i, block) in op.blocks().into_iter().enumerate() {
            if i > 0 {
                text.push_str(" else ");
            }
            self.block(text, block, indent);
        }
    }

    fn arms(&self, text: &mut String, a: &Atom, arms: &[(u32, Vec<Var>, Block)], default: Option<&Block>, indent: usize) {
        let pad = "  ".repeat(indent);
        let _ = writeln!(text, "match {} {{", self.atom(a));
        for (constructor, vars, block) in arms {
            let vars: Vec<String> = vars.iter().map(|v| self.var(*v).to_string()).collect();
            let _ = write!(text, "{pad}  #{constructor}({}) ", vars.join(", "));
            self.block(text, block, indent + 1);
            text.push('\n');
        }
        if let Some(block) = default {
            let _ = write!(text, "{pad}  _ ");
            self.block(text, block, indent + 1);
            text.push('\n');
        }
        let _ = write!(text, "{pad}}}");
    }
}
