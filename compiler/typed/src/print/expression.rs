//! Expressions and statements.

use std::fmt::Write;

use super::Printer;
use crate::*;

impl Printer<'_> {
    pub(super) fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Unit => self.text("()"),
            ExprKind::Bool(value) => self.text(&value.to_string()),
            ExprKind::Int(value) => self.text(&value.to_string()),
            ExprKind::Number(value) => {
                let _ = write!(self.out, "({value}: ");
                self.ty(&expr.ty);
                self.text(")");
            }
            ExprKind::Real(value) => self.text(&format!("{value:?}")),
            ExprKind::String(value) => self.text(&format!("{value:?}")),
            ExprKind::Local(local) => self.local(*local),
            ExprKind::LocalFunction(local, types) => {
                self.local(*local);
                self.types(types);
            }
            ExprKind::Function(id, types) => {
                self.function_name(*id);
                self.types(types);
            }
            ExprKind::Constant(id) => {
                let name = self.program.constants.get(id.0 as usize).map_or("?", |constant| constant.name.as_str());
                self.out.push_str(name);
            }
            ExprKind::Tuple(items) => self.list("(", items, ")"),
            ExprKind::Array(items) => self.list("[", items, "]"),
            ExprKind::Record(fields) => {
                self.text("{ ");
                self.fields(fields);
                self.text(" }");
            }
            ExprKind::RecordUpdate(base, fields) => {
                self.text("{ ");
                self.expr(base);
                self.text(" with ");
                self.fields(fields);
                self.text(" }");
            }
            ExprKind::Comprehension(element, clauses) => {
                self.text("[");
                self.expr(element);
                clauses.iter().for_each(|clause| self.clause(clause));
                self.text("]");
            }
            ExprKind::Range(from, to) => self.infix(from, "..", to),
            ExprKind::Construct(data, index, items) => {
                self.constructor(*data, *index);
                if !items.is_empty() {
                    self.list("(", items, ")");
                }
            }
            ExprKind::Call(id, types, args) => {
                self.function_name(*id);
                self.types(types);
                self.list("(", args, ")");
            }
            ExprKind::CallLocal(local, types, args) => {
                self.local(*local);
                self.types(types);
                self.list("(", args, ")");
            }
            ExprKind::Apply(function, args) => {
                self.expr(function);
                self.list("(", args, ")");
            }
            ExprKind::Builtin(builtin, args) => {
                self.text(builtin.name());
                self.list("(", args, ")");
            }
            ExprKind::Distribution(kind, args) => {
                self.text(kind.entry().name);
                self.list("(", args, ")");
            }
            ExprKind::Index(base, indices) => {
                self.expr(base);
                self.list("[", indices, "]");
            }
            ExprKind::Slice(base, from, to) => {
                self.expr(base);
                self.text("[");
                from.iter().for_each(|bound| self.expr(bound));
                self.text("..");
                to.iter().for_each(|bound| self.expr(bound));
                self.text("]");
            }
            ExprKind::Field(base, name) => {
                self.expr(base);
                let _ = write!(self.out, ".{name}");
            }
            ExprKind::Component(base, index) => {
                self.expr(base);
                let _ = write!(self.out, ".{index}");
            }
            ExprKind::Negate(operand) => self.prefix("-", operand),
            ExprKind::Not(operand) => self.prefix("!", operand),
            ExprKind::Sample(operand) => self.prefix("sample ", operand),
            ExprKind::ToReal(operand) => {
                self.text("real!(");
                self.expr(operand);
                self.text(")");
            }
            ExprKind::Arithmetic(operator, a, b) => self.infix(a, arithmetic(*operator), b),
            ExprKind::Compare(operator, a, b) => self.infix(a, comparison(*operator), b),
            ExprKind::And(a, b) => self.infix(a, " && ", b),
            ExprKind::Or(a, b) => self.infix(a, " || ", b),
            ExprKind::If(condition, then, otherwise) => {
                self.text("if ");
                self.expr(condition);
                self.text(" ");
                self.expr(then);
                if let Some(otherwise) = otherwise {
                    self.text(" else ");
                    self.expr(otherwise);
                }
            }
            ExprKind::Match(scrutinee, arms) => self.matching(scrutinee, arms),
            ExprKind::Lambda(lambda) => {
                self.text("fn");
                self.lambda(lambda);
            }
            ExprKind::Block(stmts, value) => self.block(stmts, value.as_deref()),
        }
    }

    fn function_name(&mut self, id: FunctionId) {
        let name = self.program.functions.get(id.0 as usize).map_or("?", |function| function.name.as_str());
        self.out.push_str(name);
    }

    fn list(&mut self, open: &str, items: &[Expr], close: &str) {
        self.text(open);
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.text(", ");
            }
            self.expr(item);
        }
        self.text(close);
    }

    fn fields(&mut self, fields: &[(Name, Expr)]) {
        for (index, (name, value)) in fields.iter().enumerate() {
            let _ = write!(self.out, "{}{name}: ", if index > 0 { ", " } else { "" });
            self.expr(value);
        }
    }

    fn prefix(&mut self, operator: &str, operand: &Expr) {
        self.text("(");
        self.text(operator);
        self.expr(operand);
        self.text(")");
    }

    fn infix(&mut self, a: &Expr, operator: &str, b: &Expr) {
        self.text("(");
        self.expr(a);
        self.text(operator);
        self.expr(b);
        self.text(")");
    }

    fn clause(&mut self, clause: &Clause) {
        match clause {
            Clause::For(pattern, over) => {
                self.text(" for ");
                self.pattern(pattern);
                self.text(" in ");
                self.expr(over);
            }
            Clause::If(condition) => {
                self.text(" if ");
                self.expr(condition);
            }
        }
    }

    fn matching(&mut self, scrutinee: &Expr, arms: &[Arm]) {
        self.text("match ");
        self.expr(scrutinee);
        self.text(" {");
        self.depth += 1;
        for arm in arms {
            self.newline();
            self.pattern(&arm.pattern);
            if let Some(guard) = &arm.guard {
                self.text(" if ");
                self.expr(guard);
            }
            self.text(" => ");
            self.expr(&arm.body);
        }
        self.depth -= 1;
        self.newline();
        self.text("}");
    }

    fn block(&mut self, stmts: &[Stmt], value: Option<&Expr>) {
        if stmts.is_empty() {
            match value {
                Some(value) => return self.expr(value),
                None => return self.text("{}"),
            }
        }
        self.text("{");
        self.depth += 1;
        for stmt in stmts {
            self.newline();
            self.stmt(stmt);
        }
        if let Some(value) = value {
            self.newline();
            self.expr(value);
        }
        self.depth -= 1;
        self.newline();
        self.text("}");
    }

    fn stmt(&mut self, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::Let(pattern, value) => {
                self.text("let ");
                self.pattern(pattern);
                self.text(": ");
                self.ty(&pattern.ty);
                self.text(" = ");
                self.expr(value);
            }
            StmtKind::Var(local, value) => {
                self.text("var ");
                self.local(*local);
                self.text(" = ");
                self.expr(value);
            }
            StmtKind::LetSample(pattern, draw) => {
                self.text("let ");
                self.pattern(pattern);
                self.text(": ");
                self.ty(&pattern.ty);
                self.draw(draw);
            }
            StmtKind::Functions(functions) => {
                for (index, function) in functions.iter().enumerate() {
                    if index > 0 {
                        self.newline();
                    }
                    self.text("fn ");
                    self.local(function.local);
                    let (first, count) = function.type_params;
                    let params: Vec<Type> = (first..first + count).map(Type::Param).collect();
                    self.types(&params);
                    self.lambda(&function.lambda);
                }
            }
            StmtKind::Assign(place, value) => {
                self.place(place);
                self.text(" = ");
                self.expr(value);
            }
            StmtKind::AssignSample(place, draw) => {
                self.place(place);
                self.draw(draw);
            }
            StmtKind::Observe(value, distribution) => {
                self.text("observe ");
                self.expr(value);
                self.text(" ~ ");
                self.expr(distribution);
            }
            StmtKind::For(pattern, over, body) => {
                self.text("for ");
                self.pattern(pattern);
                self.text(" in ");
                self.expr(over);
                self.text(" ");
                self.expr(body);
            }
            StmtKind::While(condition, body) => {
                self.text("while ");
                self.expr(condition);
                self.text(" ");
                self.expr(body);
            }
            StmtKind::Return(value) => {
                self.text("return ");
                self.expr(value);
            }
            StmtKind::Break => self.text("break"),
            StmtKind::Continue => self.text("continue"),
            StmtKind::Expr(expr) => self.expr(expr),
        }
    }

    fn draw(&mut self, draw: &Draw) {
        match draw {
            Draw::From(source) => {
                self.text(" ~ ");
                self.expr(source);
            }
            Draw::Run(source) => {
                self.text(" ~ run ");
                self.expr(source);
            }
        }
    }

    fn place(&mut self, place: &Place) {
        self.local(place.local);
        for step in &place.path {
            match step {
                Step::Index(indices, _) => self.list("[", indices, "]"),
                Step::Field(name, _) => {
                    let _ = write!(self.out, ".{name}");
                }
                Step::Component(index, _) => {
                    let _ = write!(self.out, ".{index}");
                }
            }
        }
    }
}

fn arithmetic(operator: Arithmetic) -> &'static str {
    match operator {
        Arithmetic::Add => " + ",
        Arithmetic::Subtract => " - ",
        Arithmetic::Multiply => " * ",
        Arithmetic::Divide => " / ",
        Arithmetic::Remainder => " % ",
        Arithmetic::Power => " ^ ",
        Arithmetic::MatrixProduct => " @ ",
        Arithmetic::Concat => " ++ ",
    }
}

fn comparison(operator: Comparison) -> &'static str {
    match operator {
        Comparison::Equal => " == ",
        Comparison::NotEqual => " != ",
        Comparison::Less => " < ",
        Comparison::LessEqual => " <= ",
        Comparison::Greater => " > ",
        Comparison::GreaterEqual => " >= ",
    }
}
