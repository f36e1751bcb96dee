//! Ways through a function: the operands a statement reads, the locals it assigns, the blocks inside it.

use crate::{Block, Expr, Local, Operand, Stmt, Suspension};

impl Operand {
    /// The local it reads, if it is one.
    pub fn local(self) -> Option<Local> {
        match self {
            Operand::Local(local) => Some(local),
            _ => None,
        }
    }
}

impl Expr {
    /// Calls `f` with each operand.
    pub fn each_operand(&self, f: &mut dyn FnMut(Operand)) {
        // The one list of operands is that of the version that may change them; the clone is small.
        self.clone().each_operand_mut(&mut |operand| f(*operand));
    }

    /// Calls `f` with each operand, to change it.
    pub fn each_operand_mut(&mut self, f: &mut dyn FnMut(&mut Operand)) {
        match self {
            Expr::Use(a)
            | Expr::Unary(_, a)
            | Expr::Load(a, ..)
            | Expr::Length(a)
            | Expr::LayoutOf(a)
            | Expr::Point(a)
            | Expr::Plan(a)
            | Expr::Tag(a, _) => f(a),
            Expr::Binary(_, a, b) | Expr::Checked(_, a, b, _) | Expr::LoadElement(a, b, _, _) => {
                f(a);
                f(b);
            }
            Expr::Select(a, b, c) => {
                f(a);
                f(b);
                f(c);
            }
            Expr::Context(_) => {}
        }
    }
}

impl Stmt {
    /// Calls `f` with each operand that the statement itself reads, not those in its blocks.
    pub fn each_operand(&self, f: &mut dyn FnMut(Operand)) {
        match self {
            Stmt::Let(_, expr) => expr.each_operand(f),
            Stmt::Store(a, _, b) => {
                f(*a);
                f(*b);
            }
            Stmt::StoreElement(a, b, _, _, c) => {
                f(*a);
                f(*b);
                f(*c);
            }
            Stmt::New(_, _, operands)
            | Stmt::Call(_, _, operands)
            | Stmt::Runtime(_, _, operands, _)
            | Stmt::Return(operands)
            | Stmt::Push(_, operands)
            | Stmt::Trap(_, operands, _) => operands.iter().for_each(|operand| f(*operand)),
            Stmt::AddDerivative(a, b) => {
                f(*a);
                f(*b);
            }
            Stmt::Renew(_, token, _, slots) => {
                f(*token);
                slots.iter().for_each(|slot| f(*slot));
            }
            Stmt::Take(_, object, _, moved) => {
                f(*object);
                moved.iter().for_each(|(_, local)| f(*local));
            }
            Stmt::NewArray(_, _, a, _)
            | Stmt::SetContext(_, a)
            | Stmt::Retain(a)
            | Stmt::Release(a)
            | Stmt::If(a, ..)
            | Stmt::Switch(a, ..)
            | Stmt::Suspend(Suspension::Choice(a, _), _) => f(*a),
            Stmt::Suspend(Suspension::Score, _)
            | Stmt::Loop(..)
            | Stmt::Block(..)
            | Stmt::Break(_)
            | Stmt::Pop(..)
            | Stmt::Continue(_) => {}
        }
    }

    /// The same, to change them.
    pub fn each_operand_mut(&mut self, f: &mut dyn FnMut(&mut Operand)) {
        match self {
            Stmt::Let(_, expr) => expr.each_operand_mut(f),
            Stmt::Store(a, _, b) => {
                f(a);
                f(b);
            }
            Stmt::StoreElement(a, b, _, _, c) => {
                f(a);
                f(b);
                f(c);
            }
            Stmt::New(_, _, operands)
            | Stmt::Call(_, _, operands)
            | Stmt::Runtime(_, _, operands, _)
            | Stmt::Return(operands)
            | Stmt::Push(_, operands)
            | Stmt::Trap(_, operands, _) => operands.iter_mut().for_each(f),
            Stmt::AddDerivative(a, b) => {
                f(a);
                f(b);
            }
            Stmt::NewArray(_, _, a, _)
            | Stmt::SetContext(_, a)
            | Stmt::Retain(a)
            | Stmt::Release(a)
            | Stmt::If(a, ..)
            | Stmt::Switch(a, ..)
            | Stmt::Suspend(Suspension::Choice(a, _), _) => f(a),
            Stmt::Renew(_, token, _, slots) => {
                f(token);
                slots.iter_mut().for_each(f);
            }
            Stmt::Take(_, object, _, moved) => {
                f(object);
                moved.iter_mut().for_each(|(_, local)| f(local));
            }
            Stmt::Suspend(Suspension::Score, _)
            | Stmt::Loop(..)
            | Stmt::Block(..)
            | Stmt::Break(_)
            | Stmt::Pop(..)
            | Stmt::Continue(_) => {}
        }
    }

    /// Calls `f` with each local that the statement itself assigns.
    pub fn each_definition(&self, f: &mut dyn FnMut(Local)) {
        match self {
            Stmt::Let(local, _)
            | Stmt::New(local, ..)
            | Stmt::Renew(local, ..)
            | Stmt::Take(Some(local), ..)
            | Stmt::NewArray(local, ..)
            | Stmt::Suspend(Suspension::Choice(_, local), _) => f(*local),
            Stmt::Call(locals, ..) | Stmt::Runtime(locals, ..) | Stmt::Pop(_, locals) => {
                locals.iter().for_each(|local| f(*local))
            }
            _ => {}
        }
    }

    /// The blocks inside it, in the order of the text.
    pub fn blocks(&self) -> Vec<&Block> {
        match self {
            Stmt::If(_, yes, no) => vec![yes, no],
            Stmt::Switch(_, cases, default) => cases.iter().map(|case| &case.1).chain([default]).collect(),
            Stmt::Loop(_, body) | Stmt::Block(_, body) => vec![body],
            _ => Vec::new(),
        }
    }

    /// The same, to change them.
    pub fn blocks_mut(&mut self) -> Vec<&mut Block> {
        match self {
            Stmt::If(_, yes, no) => vec![yes, no],
            Stmt::Switch(_, cases, default) => cases.iter_mut().map(|case| &mut case.1).chain([default]).collect(),
            Stmt::Loop(_, body) | Stmt::Block(_, body) => vec![body],
            _ => Vec::new(),
        }
    }

    /// Whether control never goes from it to the next statement by itself.
    pub fn is_jump(&self) -> bool {
        matches!(self, Stmt::Break(_) | Stmt::Continue(_) | Stmt::Return(_) | Stmt::Trap(..))
    }
}

/// Calls `f` with every statement of a block, in the order of the text (a statement before those inside it).
pub fn each_statement<'a>(block: &'a [Stmt], f: &mut dyn FnMut(&'a Stmt)) {
    for stmt in block {
        f(stmt);
        for inner in stmt.blocks() {
            each_statement(inner, f);
        }
    }
}
