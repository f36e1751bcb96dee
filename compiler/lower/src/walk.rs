//! Walks over the typed tree: which variables a piece of code assigns or mentions, and whether it jumps.

use borel_typed::{Clause, Draw, Expr, ExprKind, LocalId, Place, Step, Stmt, StmtKind};

/// What a piece of code does to the variables and the control around it; lambdas and local functions in it, which cannot
/// assign or jump out, count only as mentions.
#[derive(Default)]
pub(crate) struct Effects {
    /// Assigned variables, perhaps repeated.
    pub assigned: Vec<LocalId>,
    /// Whether there is a return, break or continue.
    pub jumps: bool,
}

impl Effects {
    pub(crate) fn of<'e>(exprs: impl IntoIterator<Item = &'e Expr>) -> Effects {
        let mut effects = Effects::default();
        for expr in exprs {
            effects.expr(expr);
        }
        effects
    }

    fn expr(&mut self, expr: &Expr) {
        if !matches!(expr.kind, ExprKind::Lambda(_)) {
            children(expr, &mut |child| match child {
                Node::Expr(expr) => self.expr(expr),
                Node::Stmt(stmt) => self.stmt(stmt),
            });
        }
    }

    fn stmt(&mut self, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::Assign(place, _) | StmtKind::AssignSample(place, _) => self.assigned.push(place.local),
            StmtKind::Return(_) | StmtKind::Break | StmtKind::Continue => self.jumps = true,
            StmtKind::Functions(_) => return,
            _ => {}
        }
        children_of_stmt(stmt, &mut |child| self.expr(child));
    }
}

/// Every variable and local function mentioned, lambdas and local functions inside included; perhaps repeated.
pub(crate) fn mentioned(expr: &Expr, found: &mut Vec<LocalId>) {
    match &expr.kind {
        ExprKind::Local(local) | ExprKind::LocalFunction(local, _) | ExprKind::CallLocal(local, _, _) => {
            found.push(*local);
        }
        _ => {}
    }
    children(expr, &mut |child| match child {
        Node::Expr(expr) => mentioned(expr, found),
        Node::Stmt(stmt) => {
            if let StmtKind::Assign(place, _) | StmtKind::AssignSample(place, _) = &stmt.kind {
                found.push(place.local);
            }
            children_of_stmt(stmt, &mut |child| mentioned(child, found));
        }
    });
}

/// A direct part of an expression.
enum Node<'e> {
    Expr(&'e Expr),
    Stmt(&'e Stmt),
}

fn children<'e>(expr: &'e Expr, visit: &mut dyn FnMut(Node<'e>)) {
    use ExprKind::*;
    match &expr.kind {
        Unit | Bool(_) | Int(_) | Real(_) | String(_) | Number(_) | Local(_) | LocalFunction(..) | Function(..)
        | Constant(_) => {}
        Tuple(items)
        | Array(items)
        | Construct(_, _, items)
        | Call(_, _, items)
        | CallLocal(_, _, items)
        | Builtin(_, items)
        | Distribution(_, items) => items.iter().for_each(|item| visit(Node::Expr(item))),
        Record(fields) => fields.iter().for_each(|(_, value)| visit(Node::Expr(value))),
        RecordUpdate(record, fields) => {
            visit(Node::Expr(record));
            fields.iter().for_each(|(_, value)| visit(Node::Expr(value)));
        }
        Comprehension(element, clauses) => {
            for clause in clauses {
                match clause {
                    Clause::For(_, source) | Clause::If(source) => visit(Node::Expr(source)),
                }
            }
            visit(Node::Expr(element));
        }
        Range(a, b) | Arithmetic(_, a, b) | Compare(_, a, b) | And(a, b) | Or(a, b) => {
            visit(Node::Expr(a));
            visit(Node::Expr(b));
        }
        Apply(function, items) | Index(function, items) => {
            visit(Node::Expr(function));
            items.iter().for_each(|item| visit(Node::Expr(item)));
        }
        Slice(base, low, high) => {
            visit(Node::Expr(base));
            low.iter().chain(high).for_each(|bound| visit(Node::Expr(bound)));
        }
        Field(inner, _) | Component(inner, _) | Negate(inner) | Not(inner) | Sample(inner) | ToReal(inner) => {
            visit(Node::Expr(inner));
        }
        If(condition, then, otherwise) => {
            visit(Node::Expr(condition));
            visit(Node::Expr(then));
            otherwise.iter().for_each(|branch| visit(Node::Expr(branch)));
        }
        Match(scrutinee, arms) => {
            visit(Node::Expr(scrutinee));
            for arm in arms {
                arm.guard.iter().for_each(|guard| visit(Node::Expr(guard)));
                visit(Node::Expr(&arm.body));
            }
        }
        Lambda(lambda) => visit(Node::Expr(&lambda.body)),
        Block(stmts, value) => {
            stmts.iter().for_each(|stmt| visit(Node::Stmt(stmt)));
            value.iter().for_each(|value| visit(Node::Expr(value)));
        }
    }
}

fn children_of_stmt<'e>(stmt: &'e Stmt, visit: &mut dyn FnMut(&'e Expr)) {
    match &stmt.kind {
        StmtKind::Let(_, value) | StmtKind::Var(_, value) | StmtKind::Return(value) | StmtKind::Expr(value) => {
            visit(value);
        }
        StmtKind::LetSample(_, draw) => visit(drawn(draw)),
        StmtKind::Functions(functions) => functions.iter().for_each(|function| visit(&function.lambda.body)),
        StmtKind::Assign(place, value) => {
            indices(place).for_each(&mut *visit);
            visit(value);
        }
        StmtKind::AssignSample(place, draw) => {
            indices(place).for_each(&mut *visit);
            visit(drawn(draw));
        }
        StmtKind::Observe(a, b) | StmtKind::For(_, a, b) | StmtKind::While(a, b) => {
            visit(a);
            visit(b);
        }
        StmtKind::Break | StmtKind::Continue => {}
    }
}

/// The expression to the right of `~`.
pub(crate) fn drawn(draw: &Draw) -> &Expr {
    match draw {
        Draw::From(expr) | Draw::Run(expr) => expr,
    }
}

fn indices(place: &Place) -> impl Iterator<Item = &Expr> {
    place.path.iter().flat_map(|step| match step {
        Step::Index(indices, _) => indices.as_slice(),
        Step::Field(..) | Step::Component(..) => &[],
    })
}
