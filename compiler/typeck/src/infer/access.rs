//! Fields, components, members of modules, indices and slices.

use borel_diagnostics::{Diagnostic, suggest};
use borel_source::Span;
use borel_syntax::ast;
use borel_typed::{Expr, ExprKind};

use super::{Checker, node};
use crate::constraint::{Constraint, Kind};
use crate::resolve::Entity;
use crate::types::{Node, Ty, Why};

impl<'a> Checker<'a> {
    /// The module that an expression names, if it is the name of an import.
    pub(super) fn imported(&self, base: &ast::Expr) -> Option<usize> {
        let ast::ExprKind::Name(name) = &base.kind else { return None };
        if self.local(&name.name).is_some() {
            return None;
        }
        self.names.scopes[self.module].imports.get(&name.name).copied()
    }

    /// A member of an imported module; says so if there is none.
    pub(super) fn member(&mut self, import: usize, member: &ast::Ident) -> Option<Entity> {
        let entity = self.names.member(import, &member.name);
        if entity.is_none() {
            let message = format!("the module has no `{}`", member.name);
            let mut diagnostic = Diagnostic::error("E0104", member.span, message, "not defined there");
            let candidates = self.names.scopes[import].values.keys().map(|name| name.as_str());
            diagnostic.help = suggest(&member.name, candidates).map(|near| format!("did you mean `{near}`?"));
            self.report(diagnostic);
        }
        entity
    }

    pub(super) fn field(&mut self, base: &'a ast::Expr, member: &ast::Ident, span: Span) -> Expr {
        if let Some(import) = self.imported(base) {
            return match self.member(import, member) {
                Some(entity) => self.entity_value(entity, span),
                None => self.error(span),
            };
        }
        let base = self.infer(base);
        let ty = self.resolve(self.ty(&base));
        let operands = [base.span];
        if let Ok(index) = member.name.parse::<u32>() {
            let result = self.store.fresh();
            self.require(Constraint::new(Kind::Component(ty, index, result), span, &operands));
            return node(ExprKind::Component(Box::new(base), index), result, span);
        }
        let name = member.name.clone();
        if let Node::Record(fields) = self.store.node(ty)
            && let Some(field) = fields.iter().find(|field| field.0 == name)
        {
            let field = field.1;
            return node(ExprKind::Field(Box::new(base), name), field, span);
        }
        let result = self.store.fresh();
        self.require(Constraint::new(Kind::Field(ty, name.clone(), result), span, &operands));
        node(ExprKind::Field(Box::new(base), name), result, span)
    }

    pub(super) fn index(&mut self, base: &'a ast::Expr, indices: &'a [ast::Index], span: Span) -> Expr {
        let base = self.infer(base);
        if let [ast::Index::Slice(from, to)] = indices {
            return self.slice(base, from.as_ref(), to.as_ref(), span);
        }
        let mut checked = Vec::new();
        for index in indices {
            match index {
                ast::Index::At(at) => checked.push(self.check(at, Ty::INT, Why::Nothing)),
                ast::Index::Slice(..) => {
                    let message = "a slice stands alone between brackets";
                    let diagnostic = Diagnostic::error("E0206", span, message, "here it is one of several indices")
                        .help("take rows first, then their parts: `[row[a..b] for row in to_rows(m)]`");
                    self.report(diagnostic);
                    return self.error(span);
                }
            }
        }
        let ty = self.resolve(self.ty(&base));
        let result = self.index_type(ty, checked.len(), span, base.span);
        node(ExprKind::Index(Box::new(base), checked), result, span)
    }

    /// The type of an element.
    pub(super) fn index_type(&mut self, ty: Ty, count: usize, span: Span, base: Span) -> Ty {
        if let (Node::Array(item), 1) = (self.store.node(ty), count) {
            return *item;
        }
        let result = self.store.fresh();
        self.require(Constraint::new(Kind::Index(ty, count as u32, result), span, &[base]));
        result
    }

    fn slice(&mut self, base: Expr, from: Option<&'a ast::Expr>, to: Option<&'a ast::Expr>, span: Span) -> Expr {
        let from = from.map(|bound| Box::new(self.check(bound, Ty::INT, Why::Nothing)));
        let to = to.map(|bound| Box::new(self.check(bound, Ty::INT, Why::Nothing)));
        let ty = self.resolve(self.ty(&base));
        self.require(Constraint::new(Kind::Slice(ty), span, &[base.span]));
        node(ExprKind::Slice(Box::new(base), from, to), ty, span)
    }
}
