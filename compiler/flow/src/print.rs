//! Flow as text, for people: one statement a line, locals as `name%number`.

use crate::{Block, Expr, Function, Local, Module, Operand, Root, Stmt, Suspension, Ty};
use borel_abi::layout::LayoutId;
use std::fmt::{self, Display, Formatter, Write};

/// The text of a module.
pub fn module(module: &Module) -> String {
    let mut out = String::new();
    for (index, layout) in module.layouts.iter().enumerate().skip(borel_abi::layout::builtin::COUNT as usize) {
        line(&mut out, format_args!("layout {index} {:?}: {:?} {:?}", layout.name, layout.kind, layout.role));
    }
    for root in &module.roots {
        line(&mut out, format_args!("{}", describe_root(module, root)));
    }
    for each in &module.functions {
        out.push('\n');
        out.push_str(&function(module, each));
    }
    out
}

/// The text of a function.
pub fn function(module: &Module, function: &Function) -> String {
    let mut printer = Printer { module, function, out: String::new(), depth: 1 };
    printer.header();
    printer.block(&function.body);
    printer.out.push_str("}\n");
    printer.out
}

fn line(out: &mut String, text: fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = writeln!(out, "{text}");
}

fn describe_root(module: &Module, root: &Root) -> String {
    let views = [
        ("simulate", root.simulate),
        ("weigh", root.weigh),
        ("step", root.step),
        ("traced", root.traced),
        ("enumerate", root.enumerate),
        ("density", root.density),
        ("replay", root.replay),
        ("gradient", root.gradient),
    ];
    let mut text = format!("root {:?} environment {}", root.name, root.environment.0);
    for (view, id) in views {
        if let Some(function) = id.and_then(|id| module.functions.get(id.0 as usize)) {
            let _ = write!(text, " {view}={:?}", function.name);
        }
    }
    text
}

struct Printer<'a> {
    module: &'a Module,
    function: &'a Function,
    out: String,
    depth: usize,
}

/// Something of a function, to be written with the names of its locals.
struct In<'a, T>(&'a Function, T);

impl Display for In<'_, Local> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let name = self.0.locals.get(self.1.0 as usize).map_or("?", |info| info.name.as_str());
        write!(f, "{name}%{}", self.1.0)
    }
}

impl Display for In<'_, Operand> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.1 {
            Operand::Local(local) => In(self.0, local).fmt(f),
            Operand::Int(value) => write!(f, "{value}"),
            Operand::Real(value) => write!(f, "{value:?}"),
            Operand::Bool(value) => write!(f, "{value}"),
            Operand::Static(index) => write!(f, "static#{index}"),
            Operand::Immediate(index) => write!(f, "constructor#{index}"),
            Operand::Null => f.write_str("null"),
        }
    }
}

impl Display for In<'_, &[Operand]> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (i, operand) in self.1.iter().enumerate() {
            write!(f, "{}{}", if i == 0 { "" } else { ", " }, In(self.0, *operand))?;
        }
        Ok(())
    }
}

impl Display for In<'_, &Expr> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let operand = |operand: &Operand| In(self.0, *operand);
        match self.1 {
            Expr::Use(a) => write!(f, "{}", operand(a)),
            Expr::Unary(op, a) => write!(f, "{op:?} {}", operand(a)),
            Expr::Binary(op, a, b) => write!(f, "{op:?} {}, {}", operand(a), operand(b)),
            Expr::Checked(op, a, b, site) => write!(f, "checked {op:?} {}, {} @{}", operand(a), operand(b), site.0),
            Expr::Select(a, b, c) => write!(f, "select {}, {}, {}", operand(a), operand(b), operand(c)),
            Expr::Load(a, _, slot) => write!(f, "{}.{slot}", operand(a)),
            Expr::LoadElement(a, i, stride, word) => {
                write!(f, "{}[{}]{}", operand(a), operand(i), Part(*stride, *word))
            }
            Expr::Length(a) => write!(f, "length {}", operand(a)),
            Expr::LayoutOf(a) => write!(f, "layout {}", operand(a)),
            Expr::Tag(a, _) => write!(f, "tag {}", operand(a)),
            Expr::Context(offset) => write!(f, "context+{offset}"),
            Expr::Point(index) => write!(f, "point[{}]", operand(index)),
            Expr::Plan(index) => write!(f, "plan[{}]", operand(index)),
        }
    }
}

/// Which word of an element, where it has several.
struct Part(u32, u32);

impl Display for Part {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.0 == 1 { Ok(()) } else { write!(f, ".{} of {}", self.1, self.0) }
    }
}

fn type_name(ty: Ty) -> &'static str {
    match ty {
        Ty::Int => "Int",
        Ty::Real => "Real",
        Ty::Bool => "Bool",
        Ty::Pointer => "Pointer",
        Ty::Token(_) => "Token",
    }
}

impl Printer<'_> {
    fn header(&mut self) {
        let function = self.function;
        let param = |(i, local): (usize, &Local)| {
            let ty = function.locals[local.0 as usize].ty;
            let owned = if ty == Ty::Pointer && function.owned[i] { "owned " } else { "" };
            format!("{}: {owned}{}", In(function, *local), type_name(ty))
        };
        let params: Vec<String> = function.params.iter().enumerate().map(param).collect();
        let results: Vec<&str> = function.results.iter().map(|ty| type_name(*ty)).collect();
        let suspends = if function.suspends { " suspends" } else { "" };
        let (params, results) = (params.join(", "), results.join(", "));
        line(&mut self.out, format_args!("fn {:?}({params}) -> ({results}){suspends} {{", function.name));
    }

    fn line(&mut self, text: fmt::Arguments<'_>) {
        let _ = writeln!(self.out, "{:width$}{text}", "", width = 2 * self.depth);
    }

    fn block(&mut self, block: &Block) {
        block.iter().for_each(|stmt| self.stmt(stmt));
    }

    fn indented(&mut self, block: &Block) {
        self.depth += 1;
        self.block(block);
        self.depth -= 1;
    }

    fn layout(&self, layout: LayoutId) -> String {
        let name = self.module.layouts.get(layout.0 as usize).map_or("?", |layout| &layout.name);
        format!("{}{name:?}", layout.0)
    }

    fn defined(&self, locals: &[Local]) -> String {
        let name = |local: &Local| {
            format!("{}: {}", In(self.function, *local), type_name(self.function.locals[local.0 as usize].ty))
        };
        let names: Vec<String> = locals.iter().map(name).collect();
        if names.is_empty() { String::new() } else { format!("{} = ", names.join(", ")) }
    }

    fn stmt(&mut self, stmt: &Stmt) {
        let function = self.function;
        let one = |operand: &Operand| In(function, *operand);
        let many = |operands: &[Operand]| format!("{}", In(function, operands));
        match stmt {
            Stmt::Let(local, expr) => {
                let defined = self.defined(&[*local]);
                self.line(format_args!("{defined}{}", In(function, expr)));
            }
            Stmt::Store(a, slot, b) => self.line(format_args!("{}.{slot} := {}", one(a), one(b))),
            Stmt::StoreElement(a, i, stride, word, b) => {
                self.line(format_args!("{}[{}]{} := {}", one(a), one(i), Part(*stride, *word), one(b)));
            }
            Stmt::New(local, layout, slots) => {
                let defined = self.defined(&[*local]);
                self.line(format_args!("{defined}new {}({})", self.layout(*layout), many(slots)));
            }
            Stmt::Renew(local, token, layout, slots) => {
                let (defined, token) = (self.defined(&[*local]), one(token));
                self.line(format_args!("{defined}new {} in {token}({})", self.layout(*layout), many(slots)));
            }
            Stmt::Take(token, object, layout, moved) => {
                let defined = self.defined(token.as_slice());
                let moved: Vec<String> = moved.iter().map(|(slot, local)| format!("{slot}: {}", one(local))).collect();
                let layout = self.layout(*layout);
                self.line(format_args!("{defined}take {} as {layout}({})", one(object), moved.join(", ")));
            }
            Stmt::NewArray(local, layout, length, site) => {
                let defined = self.defined(&[*local]);
                self.line(format_args!("{defined}new array {}[{}] @{}", layout.0, one(length), site.0));
            }
            Stmt::Call(locals, callee, args) => {
                let defined = self.defined(locals);
                let name = self.module.functions.get(callee.0 as usize).map_or("?", |function| &function.name);
                self.line(format_args!("{defined}call {name:?}({})", many(args)));
            }
            Stmt::Runtime(locals, runtime, args, site) => {
                let defined = self.defined(locals);
                self.line(format_args!("{defined}{}({}) @{}", runtime.symbol(), many(args), site.0));
            }
            Stmt::SetContext(offset, a) => self.line(format_args!("context+{offset} := {}", one(a))),
            Stmt::AddDerivative(index, a) => self.line(format_args!("derivative[{}] += {}", one(index), one(a))),
            Stmt::Push(frame, words) => self.line(format_args!("push {} #{}", many(words), frame.0)),
            Stmt::Pop(frame, locals) => {
                let defined = self.defined(locals);
                self.line(format_args!("{defined}pop #{}", frame.0));
            }
            Stmt::Retain(a) => self.line(format_args!("retain {}", one(a))),
            Stmt::Release(a) => self.line(format_args!("release {}", one(a))),
            Stmt::Break(label) => self.line(format_args!("break {}", label.0)),
            Stmt::Continue(label) => self.line(format_args!("continue {}", label.0)),
            Stmt::Return(values) => self.line(format_args!("return {}", many(values))),
            Stmt::Suspend(Suspension::Score, site) => self.line(format_args!("suspend @{}", site.0)),
            Stmt::Suspend(Suspension::Choice(a, local), site) => {
                let defined = self.defined(&[*local]);
                self.line(format_args!("{defined}suspend choice {} @{}", one(a), site.0));
            }
            Stmt::Trap(trap, args, site) => self.line(format_args!("trap {trap:?}({}) @{}", many(args), site.0)),
            Stmt::If(..) | Stmt::Switch(..) | Stmt::Loop(..) | Stmt::Block(..) => self.nested(stmt),
        }
    }

    fn nested(&mut self, stmt: &Stmt) {
        match stmt {
            Stmt::If(condition, yes, no) => {
                self.line(format_args!("if {} {{", In(self.function, *condition)));
                self.indented(yes);
                if !no.is_empty() {
                    self.line(format_args!("}} else {{"));
                    self.indented(no);
                }
            }
            Stmt::Switch(on, cases, default) => {
                self.line(format_args!("switch {} {{", In(self.function, *on)));
                for (number, block) in cases {
                    self.line(format_args!("{number}:"));
                    self.indented(block);
                }
                self.line(format_args!("else:"));
                self.indented(default);
            }
            Stmt::Loop(label, body) => {
                self.line(format_args!("loop {} {{", label.0));
                self.indented(body);
            }
            Stmt::Block(label, body) => {
                self.line(format_args!("block {} {{", label.0));
                self.indented(body);
            }
            _ => return,
        }
        self.line(format_args!("}}"));
    }
}
