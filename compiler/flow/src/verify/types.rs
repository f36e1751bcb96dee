//! Types of operands and results, and indices into the tables of the module.

use crate::ownership::units;
use crate::runtime::{Arg, Runtime, distribution_signature};
use crate::visit::each_statement;
use crate::{Binary, Expr, Function, Local, Module, Operand, Stmt, Suspension, Ty, Unary};
use borel_abi::layout::{LayoutId, LayoutKind, Slot};

pub(super) fn check(module: &Module, function: &Function) -> Vec<String> {
    let mut check = Check { module, function, problems: Vec::new() };
    if function.params.len() != function.owned.len() {
        check.problem("params and owned differ in length".into());
    }
    each_statement(&function.body, &mut |stmt| check.stmt(stmt));
    check.problems
}

struct Check<'a> {
    module: &'a Module,
    function: &'a Function,
    problems: Vec<String>,
}

fn word(slot: Slot) -> Ty {
    match slot {
        Slot::Int => Ty::Int,
        Slot::Real => Ty::Real,
        Slot::Bool => Ty::Bool,
        Slot::Pointer => Ty::Pointer,
    }
}

impl Check<'_> {
    fn problem(&mut self, text: String) {
        self.problems.push(text);
    }

    fn local(&mut self, local: Local) -> Ty {
        match self.function.locals.get(local.0 as usize) {
            Some(info) => info.ty,
            None => {
                self.problem(format!("there is no local {}", local.0));
                Ty::Int
            }
        }
    }

    fn operand(&mut self, operand: Operand) -> Ty {
        match operand {
            Operand::Local(local) => self.local(local),
            Operand::Int(_) => Ty::Int,
            Operand::Real(_) => Ty::Real,
            Operand::Bool(_) => Ty::Bool,
            Operand::Static(index) => {
                if index as usize >= self.module.statics.len() {
                    self.problem(format!("there is no constant {index}"));
                }
                Ty::Pointer
            }
            Operand::Immediate(_) | Operand::Null => Ty::Pointer,
        }
    }

    fn expect(&mut self, operand: Operand, wanted: Ty, place: &str) {
        let found = self.operand(operand);
        if found != wanted {
            self.problem(format!("{place}: expected {wanted:?}, found {found:?} ({operand:?})"));
        }
    }

    fn expect_all(&mut self, operands: &[Operand], wanted: &[Ty], place: &str) {
        if operands.len() != wanted.len() {
            self.problem(format!("{place}: expected {} operands, found {}", wanted.len(), operands.len()));
        }
        for (operand, wanted) in operands.iter().zip(wanted) {
            self.expect(*operand, *wanted, place);
        }
    }

    fn locals(&mut self, locals: &[Local], wanted: &[Ty], place: &str) {
        let operands: Vec<Operand> = locals.iter().map(|local| Operand::Local(*local)).collect();
        self.expect_all(&operands, wanted, place);
    }

    fn layout(&mut self, layout: LayoutId) -> Option<&LayoutKind> {
        if layout.0 as usize >= self.module.layouts.len() {
            self.problem(format!("there is no layout {}", layout.0));
        }
        self.module.layouts.get(layout.0 as usize).map(|layout| &layout.kind)
    }

    fn stmt(&mut self, stmt: &Stmt) {
        use Ty::*;
        match stmt {
            Stmt::Let(local, expr) => self.assignment(*local, expr),
            Stmt::Store(object, _, value) => {
                self.expect(*object, Pointer, "store");
                self.operand(*value);
            }
            Stmt::StoreElement(array, index, stride, word, value) => {
                self.expect(*array, Pointer, "store");
                self.expect(*index, Int, "store");
                self.operand(*value);
                if word >= stride {
                    self.problem(format!("word {word} of {stride}"));
                }
            }
            Stmt::New(local, layout, slots) => self.new_object(*local, *layout, slots),
            Stmt::Renew(local, token, layout, slots) => {
                self.new_object(*local, *layout, slots);
                self.token(*token, *layout, slots.len());
            }
            Stmt::Take(token, object, layout, moved) => self.take(*token, *object, *layout, moved),
            Stmt::NewArray(local, layout, length, _) => {
                self.expect(Operand::Local(*local), Pointer, "new array");
                self.expect(*length, Int, "new array");
                if matches!(self.layout(*layout), Some(LayoutKind::Fields(_) | LayoutKind::Text)) {
                    self.problem("new array of a layout that is no array".into());
                }
            }
            Stmt::Call(locals, callee, args) => {
                let Some(callee) = self.module.functions.get(callee.0 as usize) else {
                    return self.problem(format!("there is no function {}", callee.0));
                };
                let params: Vec<Ty> = callee.params.iter().map(|param| callee.locals[param.0 as usize].ty).collect();
                self.expect_all(args, &params, &callee.name);
                self.locals(locals, &callee.results, &callee.name);
            }
            Stmt::Runtime(locals, runtime, args, _) => self.runtime(locals, *runtime, args),
            Stmt::SetContext(_, value) => {
                self.operand(*value);
            }
            Stmt::Release(value) if matches!(self.operand(*value), Token(_)) => {}
            Stmt::Retain(value) | Stmt::Release(value) => self.expect(*value, Pointer, "count"),
            Stmt::If(condition, ..) => self.expect(*condition, Bool, "if"),
            Stmt::Switch(on, ..) => self.expect(*on, Int, "switch"),
            Stmt::Return(values) => {
                let results = self.function.results.clone();
                self.expect_all(values, &results, "return");
            }
            Stmt::Suspend(Suspension::Choice(distribution, local), _) => {
                self.expect(*distribution, Pointer, "choice");
                self.expect(Operand::Local(*local), Int, "choice");
            }
            Stmt::Trap(_, operands, _) => {
                if operands.len() > 2 {
                    self.problem("a trap has two words at most".into());
                }
                for operand in operands {
                    self.operand(*operand);
                }
            }
            Stmt::AddDerivative(index, value) => {
                self.expect(*index, Int, "derivative");
                self.expect(*value, Real, "derivative");
            }
            Stmt::Push(_, operands) => operands.iter().for_each(|operand| {
                self.operand(*operand);
            }),
            Stmt::Pop(_, locals) => locals.iter().for_each(|local| {
                self.local(*local);
            }),
            Stmt::Suspend(..) | Stmt::Loop(..) | Stmt::Block(..) | Stmt::Break(_) | Stmt::Continue(_) => {}
        }
    }

    fn new_object(&mut self, local: Local, layout: LayoutId, slots: &[Operand]) {
        self.expect(Operand::Local(local), Ty::Pointer, "new");
        match self.layout(layout) {
            Some(LayoutKind::Fields(kinds)) => {
                let wanted: Vec<Ty> = kinds.iter().map(|slot| word(*slot)).collect();
                self.expect_all(slots, &wanted, "new");
            }
            _ => self.problem("new object of a layout without fields".into()),
        }
    }

    /// The type of a slot of a layout with fields.
    fn slot(&mut self, layout: LayoutId, slot: u32) -> Option<Ty> {
        let found = match self.layout(layout) {
            Some(LayoutKind::Fields(kinds)) => kinds.get(slot as usize).map(|kind| word(*kind)),
            _ => None,
        };
        if found.is_none() {
            self.problem(format!("layout {} has no slot {slot}", layout.0));
        }
        found
    }

    /// A token of the size of objects with so many slots.
    fn token(&mut self, token: Operand, layout: LayoutId, slots: usize) {
        let found = self.operand(token);
        if found != Ty::Token(units(slots)) && token != Operand::Null {
            self.problem(format!("an object of layout {} is made in a {found:?}", layout.0));
        }
    }

    fn take(&mut self, token: Option<Local>, object: Operand, layout: LayoutId, moved: &[(u32, Operand)]) {
        self.expect(object, Ty::Pointer, "take");
        let slots = match self.layout(layout) {
            Some(LayoutKind::Fields(kinds)) => kinds.len(),
            _ => return self.problem("an object of a layout without fields is taken apart".into()),
        };
        if let Some(token) = token {
            self.token(Operand::Local(token), layout, slots);
        }
        for (index, (slot, local)) in moved.iter().enumerate() {
            if self.slot(layout, *slot) != Some(Ty::Pointer) || moved[..index].iter().any(|other| other.0 == *slot) {
                self.problem(format!("slot {slot} cannot be taken from an object of layout {}", layout.0));
            }
            self.expect(*local, Ty::Pointer, "take");
        }
    }

    fn runtime(&mut self, locals: &[Local], runtime: Runtime, args: &[Operand]) {
        let (wanted, results) = signature(runtime);
        self.expect_all(args, &wanted, runtime.symbol());
        self.locals(locals, &results, runtime.symbol());
    }

    fn assignment(&mut self, local: Local, expr: &Expr) {
        use Ty::*;
        let target = self.local(local);
        let found = match expr {
            Expr::Use(a) => self.operand(*a),
            Expr::Unary(op, a) => {
                let (wanted, result) = unary(*op);
                self.expect(*a, wanted, "operand");
                result
            }
            Expr::Binary(op, a, b) => {
                let (wanted, result) = binary(*op);
                self.expect_all(&[*a, *b], &[wanted, wanted], "operand");
                result
            }
            Expr::Checked(_, a, b, _) => {
                self.expect_all(&[*a, *b], &[Int, Int], "operand");
                Int
            }
            Expr::Select(condition, a, b) => {
                self.expect(*condition, Bool, "select");
                let ty = self.operand(*a);
                self.expect(*b, ty, "select");
                if ty == Pointer {
                    self.problem("pointers are not selected: their counts would be unclear".into());
                }
                ty
            }
            Expr::Load(object, layout, slot) => {
                self.expect(*object, Pointer, "load");
                self.slot(*layout, *slot).unwrap_or(target)
            }
            Expr::LoadElement(array, index, stride, word) => {
                self.expect_all(&[*array, *index], &[Pointer, Int], "load");
                if word >= stride {
                    self.problem(format!("word {word} of {stride}"));
                }
                target
            }
            Expr::Length(object) | Expr::LayoutOf(object) | Expr::Tag(object, _) => {
                self.expect(*object, Pointer, "object");
                Int
            }
            Expr::Context(_) => target,
            Expr::Point(index) => {
                self.expect(*index, Int, "point");
                Real
            }
            Expr::Plan(index) => {
                self.expect(*index, Int, "plan");
                Int
            }
        };
        if found != target {
            self.problem(format!("local {} is {target:?} and is given {found:?}", local.0));
        }
    }
}

fn unary(op: Unary) -> (Ty, Ty) {
    match op {
        Unary::Negate | Unary::Abs | Unary::Sqrt => (Ty::Real, Ty::Real),
        Unary::Not => (Ty::Bool, Ty::Bool),
        Unary::IntToReal => (Ty::Int, Ty::Real),
        Unary::BoolToInt => (Ty::Bool, Ty::Int),
        Unary::IntToBool => (Ty::Int, Ty::Bool),
        Unary::Bits => (Ty::Real, Ty::Int),
        Unary::FromBits => (Ty::Int, Ty::Real),
        Unary::IsNull => (Ty::Pointer, Ty::Bool),
        Unary::Address => (Ty::Pointer, Ty::Int),
    }
}

fn binary(op: Binary) -> (Ty, Ty) {
    match op {
        Binary::Add | Binary::Sub | Binary::Mul | Binary::Div | Binary::Min | Binary::Max => (Ty::Real, Ty::Real),
        Binary::Eq | Binary::Lt | Binary::Le => (Ty::Real, Ty::Bool),
        Binary::Mix | Binary::AddInt | Binary::SubInt | Binary::MulInt | Binary::MinInt | Binary::MaxInt => {
            (Ty::Int, Ty::Int)
        }
        Binary::EqInt | Binary::LtInt | Binary::LeInt | Binary::LtUnsigned => (Ty::Int, Ty::Bool),
        Binary::And | Binary::Or | Binary::EqBool => (Ty::Bool, Ty::Bool),
    }
}

/// Arguments and results of a runtime function.
fn signature(runtime: Runtime) -> (Vec<Ty>, Vec<Ty>) {
    match runtime {
        Runtime::Distribution(kind, function) => distribution_signature(kind, function),
        Runtime::Special(special) => (vec![Ty::Real; special.arguments().len()], vec![Ty::Real]),
        Runtime::Named(named) => {
            let signature = named.signature();
            let arg = |arg: &Arg| match arg {
                Arg::Word(ty) => *ty,
                Arg::Borrowed | Arg::Owned => Ty::Pointer,
            };
            (signature.args.iter().map(arg).collect(), signature.results.to_vec())
        }
    }
}
