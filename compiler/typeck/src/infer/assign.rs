//! Assignments: a `var` and a path into it.

use borel_diagnostics::Diagnostic;
use borel_source::Span;
use borel_syntax::ast;
use borel_typed::{LocalId, Place, Step, StmtKind};

use super::{Checker, hold};
use crate::constraint::{Constraint, Kind};
use crate::types::{Ty, Why};

impl<'a> Checker<'a> {
    pub(super) fn assign(&mut self, place: &'a ast::Expr, value: &'a ast::Expr, span: Span) -> StmtKind {
        match self.place(place) {
            Some((place, ty)) => {
                let why = self.variable_why(place.local);
                let value = self.check(value, ty, why);
                StmtKind::Assign(place, value)
            }
            None => {
                let value = self.infer(value);
                let _ = span;
                StmtKind::Expr(value)
            }
        }
    }

    pub(super) fn assign_sample(&mut self, place: &'a ast::Expr, source: &'a ast::Expr) -> StmtKind {
        let target = self.place(place);
        let (draw, ty) = self.draw(source);
        match target {
            Some((place, wanted)) => {
                let why = self.variable_why(place.local);
                if let Err(mismatch) = self.equal(ty, wanted) {
                    self.report_mismatch(mismatch, ty, wanted, source.span, why);
                }
                StmtKind::AssignSample(place, draw)
            }
            None => StmtKind::Expr(self.error(source.span)),
        }
    }

    /// What is assigned, and its type.
    fn place(&mut self, place: &'a ast::Expr) -> Option<(Place, Ty)> {
        let mut steps = Vec::new();
        let mut at = place;
        loop {
            match &at.kind {
                ast::ExprKind::Index(base, indices) => {
                    steps.push((Some(indices), None, at.span));
                    at = base;
                }
                ast::ExprKind::Field(base, name) => {
                    steps.push((None, Some(name), at.span));
                    at = base;
                }
                ast::ExprKind::Name(name) => {
                    let local = self.assigned_local(name)?;
                    return self.path(local, steps, at.span, place.span);
                }
                ast::ExprKind::Error => return None,
                _ => {
                    let diagnostic = Diagnostic::error("E0311", at.span, "this cannot be assigned", "not a variable")
                        .help("assign to a `var`, or to a part of one: `x = ..`, `x[i] = ..`, `x.field = ..`");
                    self.report(diagnostic);
                    return None;
                }
            }
        }
    }

    fn assigned_local(&mut self, name: &ast::Ident) -> Option<LocalId> {
        match self.local(&name.name) {
            Some(local) => self.check_assignable(local, name).then_some(local),
            None => {
                let diagnostic = if self.names.value(self.module, &name.name).is_some() {
                    let message = format!("`{}` cannot be assigned", name.name);
                    Diagnostic::error("E0311", name.span, message, "not a local variable")
                } else {
                    let locals: Vec<&str> = self.scope.iter().map(|entry| entry.0.as_str()).collect();
                    let unknown = self.names.unknown_value(self.module, &name.name, name.span, &locals);
                    match unknown.help {
                        Some(_) => unknown,
                        None => unknown.help(format!("declare it with `var {} = ..`", name.name)),
                    }
                };
                self.report(diagnostic);
                None
            }
        }
    }

    #[allow(clippy::type_complexity)]
    fn path(
        &mut self,
        local: LocalId,
        steps: Vec<(Option<&'a Vec<ast::Index>>, Option<&'a ast::Ident>, Span)>,
        base: Span,
        span: Span,
    ) -> Option<(Place, Ty)> {
        let mut ty = self.locals[local.0 as usize].ty;
        let mut path = Vec::new();
        for (indices, field, at) in steps.into_iter().rev() {
            ty = self.resolve(ty);
            let of = hold(ty);
            if let Some(indices) = indices {
                let indices = self.assigned_indices(indices, at)?;
                ty = self.index_type(ty, indices.len(), at, base);
                path.push(Step::Index(indices, of));
            } else if let Some(field) = field {
                let result = self.store.fresh();
                let (kind, step) = match field.name.parse::<u32>() {
                    Ok(index) => (Kind::Component(ty, index, result), Step::Component(index, of)),
                    Err(_) => (Kind::Field(ty, field.name.clone(), result), Step::Field(field.name.clone(), of)),
                };
                self.require(Constraint::new(kind, at, &[base]));
                ty = result;
                path.push(step);
            }
        }
        Some((Place { local, path, span }, ty))
    }

    fn assigned_indices(&mut self, indices: &'a [ast::Index], span: Span) -> Option<Vec<borel_typed::Expr>> {
        let mut checked = Vec::new();
        for index in indices {
            match index {
                ast::Index::At(at) => checked.push(self.check(at, Ty::INT, Why::Nothing)),
                ast::Index::Slice(..) => {
                    let diagnostic = Diagnostic::error("E0206", span, "a slice cannot be assigned", "assigned here")
                        .help("assign the elements in a loop, or build the array anew with `++`");
                    self.report(diagnostic);
                    return None;
                }
            }
        }
        Some(checked)
    }
}
