//! Written types to types.

use std::rc::Rc;

use borel_diagnostics::Diagnostic;
use borel_source::{Name, Span};
use borel_syntax::ast::{TypeExpr, TypeExprKind};

use crate::effect::Effect;
use crate::infer::Checker;
use crate::resolve::TypeEntity;
use crate::types::{Node, Ty};

/// What `~>` means where it is written.
#[derive(Clone, Copy, PartialEq)]
pub enum Arrows {
    /// Random.
    Random,
    /// As random as the argument: the type of a parameter of a definition.
    AsGiven,
}

impl Checker<'_> {
    /// The type written, in the module being checked; type parameters in scope are in `self.type_params`.
    pub fn annotation(&mut self, written: &TypeExpr, arrows: Arrows) -> Ty {
        match &written.kind {
            TypeExprKind::Name(name, args) => {
                let args: Vec<Ty> = args.iter().map(|arg| self.annotation(arg, arrows)).collect();
                self.named_type(&name.name, &args, name.span)
            }
            TypeExprKind::Array(item) => {
                let item = self.annotation(item, arrows);
                self.store.array(item)
            }
            TypeExprKind::Tuple(items) => {
                let items: Vec<Ty> = items.iter().map(|item| self.annotation(item, arrows)).collect();
                self.store.tuple(&items)
            }
            TypeExprKind::Record(fields) => {
                let mut types: Vec<(Name, Ty)> = Vec::new();
                for (name, ty) in fields {
                    let ty = self.annotation(ty, arrows);
                    if types.iter().any(|field| field.0 == name.name) {
                        self.report_twice("field", &name.name, name.span);
                    } else {
                        types.push((name.name.clone(), ty));
                    }
                }
                self.store.record(types)
            }
            TypeExprKind::Function(params, random, result) => {
                let params: Vec<Ty> = params.iter().map(|param| self.annotation(param, Arrows::Random)).collect();
                let result = self.annotation(result, Arrows::Random);
                let effect = match (random, arrows) {
                    (false, _) => Effect::Pure,
                    (true, Arrows::Random) => Effect::Random,
                    (true, Arrows::AsGiven) => self.store.effects.fresh_declared(self.store.level, written.span),
                };
                self.store.function(&params, effect, result)
            }
            TypeExprKind::Hole => self.store.fresh(),
            TypeExprKind::Error => Ty::ERROR,
        }
    }

    fn named_type(&mut self, name: &Name, args: &[Ty], span: Span) -> Ty {
        if let Some(ty) = self.type_params.iter().rev().find(|param| param.0 == *name).map(|param| param.1) {
            self.check_type_arguments(name, 0, args.len(), span);
            return ty;
        }
        if let Some(entity) = self.names.type_entity(self.module, name) {
            return self.defined_type(entity, name, args, span);
        }
        let (expected, ty) = match (&**name, args) {
            ("Unit", _) => (0, Ty::UNIT),
            ("Bool", _) => (0, Ty::BOOL),
            ("Int", _) => (0, Ty::INT),
            ("Real", _) => (0, Ty::REAL),
            ("String", _) => (0, Ty::STRING),
            ("Matrix", _) => (0, Ty::MATRIX),
            ("Method", _) => (0, Ty::METHOD),
            ("Dist", [value]) => (1, self.store.dist(*value)),
            ("Posterior", [value]) => (1, self.store.posterior(*value)),
            ("Suspended", [value]) => (1, self.store.suspended(*value)),
            ("Dist" | "Posterior" | "Suspended", _) => (1, Ty::ERROR),
            _ => {
                let params: Vec<&str> = self.type_params.iter().map(|param| param.0.as_str()).collect();
                let diagnostic = self.names.unknown_type(self.module, name, span, &params);
                self.report(diagnostic);
                return Ty::ERROR;
            }
        };
        if self.check_type_arguments(name, expected, args.len(), span) { ty } else { Ty::ERROR }
    }

    fn defined_type(&mut self, entity: TypeEntity, name: &Name, args: &[Ty], span: Span) -> Ty {
        match entity {
            TypeEntity::Data(id) => {
                let expected = self.items.datas[id.0 as usize].1.params.len();
                if !self.check_type_arguments(name, expected, args.len(), span) {
                    return Ty::ERROR;
                }
                self.store.add(Node::Data(id, Rc::from(args)))
            }
            TypeEntity::Alias(index) => self.expand_alias(index, name, args, span),
        }
    }

    fn expand_alias(&mut self, index: usize, name: &Name, args: &[Ty], span: Span) -> Ty {
        let alias = self.names.aliases[index];
        if !self.check_type_arguments(name, alias.item.params.len(), args.len(), span) {
            return Ty::ERROR;
        }
        if self.expanding.contains(&index) {
            let message = format!("the type `{name}` contains itself");
            let diagnostic = Diagnostic::error("E0105", alias.item.name.span, message, "an alias cannot be recursive")
                .help("use a data type, whose constructors name the cases: `type List = Nil | Cons(Real, List)`");
            self.report(diagnostic);
            return Ty::ERROR;
        }
        let outer_params = std::mem::take(&mut self.type_params);
        let outer_module = std::mem::replace(&mut self.module, alias.module);
        self.type_params = alias.item.params.iter().map(|param| param.name.clone()).zip(args.iter().copied()).collect();
        self.expanding.push(index);
        let ty = self.annotation(alias.body, Arrows::Random);
        self.expanding.pop();
        self.module = outer_module;
        self.type_params = outer_params;
        ty
    }

    fn check_type_arguments(&mut self, name: &Name, expected: usize, found: usize, span: Span) -> bool {
        if expected == found {
            return true;
        }
        let arguments = if expected == 1 { "argument" } else { "arguments" };
        let message = format!("the type `{name}` has {expected} {arguments}, here are {found}");
        let mut diagnostic = Diagnostic::error("E0216", span, message, format!("expected {expected}"));
        if expected > 0 {
            let args = ["Real", "Int", "Bool"].iter().cycle().take(expected).copied().collect::<Vec<_>>().join(", ");
            diagnostic = diagnostic.help(format!("for example `{name}[{args}]`"));
        }
        self.report(diagnostic);
        false
    }

    /// Something that may occur once in a list occurs twice.
    pub fn report_twice(&mut self, what: &str, name: &Name, span: Span) {
        let message = format!("the {what} `{name}` is given twice");
        self.report(Diagnostic::error("E0106", span, message, "again here"));
    }
}
