//! Patterns: their types, and the names that they bind.

use borel_diagnostics::{Diagnostic, suggest};
use borel_source::{Name, Span};
use borel_syntax::ast;
use borel_typed::{DataId, Pattern, PatternKind};

use super::{Checker, hold};
use crate::resolve::Entity;
use crate::types::{Node, Ty, Why};

impl<'a> Checker<'a> {
    /// A pattern for values of type `ty`; its names come into scope.
    pub(super) fn pattern(&mut self, pattern: &'a ast::Pattern, ty: Ty) -> Pattern {
        let mark = self.scope.len();
        self.pattern_from(pattern, ty, mark)
    }

    /// A pattern in a place that has no alternative. Whether it covers everything is checked when types are known.
    pub(super) fn irrefutable(&mut self, pattern: &'a ast::Pattern, ty: Ty) -> Pattern {
        self.pattern(pattern, ty)
    }

    fn pattern_from(&mut self, pattern: &'a ast::Pattern, ty: Ty, mark: usize) -> Pattern {
        let span = pattern.span;
        let ty = self.resolve(ty);
        let kind = match &pattern.kind {
            ast::PatternKind::Wildcard | ast::PatternKind::Error => PatternKind::Wildcard,
            ast::PatternKind::Name(name) if is_constructor_name(&name.name) => {
                self.constructor_pattern(name, &[], ty, mark, span)
            }
            ast::PatternKind::Name(name) => {
                if self.scope[mark..].iter().any(|entry| entry.0 == name.name) {
                    self.report_twice("variable", &name.name, name.span);
                }
                PatternKind::Bind(self.bind(name, ty, false))
            }
            ast::PatternKind::Constructor(name, items) => self.constructor_pattern(name, items, ty, mark, span),
            ast::PatternKind::Tuple(items) => self.tuple_pattern(items, ty, mark, span),
            ast::PatternKind::Record(fields, open) => self.record_pattern(fields, *open, ty, mark, span),
            ast::PatternKind::Bool(value) => self.literal_pattern(PatternKind::Bool(*value), Ty::BOOL, ty, span),
            ast::PatternKind::Int(value) => self.literal_pattern(PatternKind::Int(*value), Ty::INT, ty, span),
            ast::PatternKind::String(value) => {
                self.literal_pattern(PatternKind::String(value.clone()), Ty::STRING, ty, span)
            }
        };
        Pattern { kind, ty: hold(ty), span }
    }

    fn literal_pattern(&mut self, kind: PatternKind, of: Ty, ty: Ty, span: Span) -> PatternKind {
        self.fit_pattern(of, ty, span);
        kind
    }

    /// A pattern for values of type `of` stands where values have type `ty`.
    fn fit_pattern(&mut self, of: Ty, ty: Ty, span: Span) -> bool {
        if self.store.unify(of, ty).is_ok() {
            return true;
        }
        if !self.store.has_error(ty) {
            let (of_text, ty_text) = self.show_pair(of, ty);
            let message = format!("expected {ty_text}, found {of_text}");
            let label = format!("this pattern is for {of_text}, the value is {ty_text}");
            let mut diagnostic = Diagnostic::error("E0201", span, message, label);
            if self.store.is_real(ty) && self.store.is_int(of) {
                diagnostic = diagnostic.help("Reals are compared in a guard: `x if x == 0.0 => ..`");
            }
            self.report(diagnostic);
        }
        false
    }

    fn constructor_pattern(
        &mut self,
        name: &ast::Ident,
        items: &'a [ast::Pattern],
        ty: Ty,
        mark: usize,
        span: Span,
    ) -> PatternKind {
        let Some(Entity::Constructor(data, index)) = self.names.value(self.module, &name.name) else {
            self.unknown_constructor(name, ty);
            self.ignore_patterns(items, mark);
            return PatternKind::Wildcard;
        };
        let (of, fields) = self.constructor_types(data, index);
        let fits = self.fit_pattern(of, ty, span);
        if fields.len() != items.len() {
            self.report_arity(data, index, items.len(), span);
            self.ignore_patterns(items, mark);
            return PatternKind::Wildcard;
        }
        let items = items.iter().zip(fields).map(|(item, field)| self.pattern_from(item, field, mark)).collect();
        if fits { PatternKind::Constructor(data, index, items) } else { PatternKind::Wildcard }
    }

    fn report_arity(&mut self, data: DataId, index: u32, found: usize, span: Span) {
        let info = &self.datas[data.0 as usize].constructors[index as usize];
        let expected = info.fields.len();
        let fields = if expected == 1 { "field" } else { "fields" };
        let message = format!("`{}` has {expected} {fields}, here are {found}", info.name);
        let holes = vec!["_"; expected].join(", ");
        let shape = if expected == 0 { info.name.to_string() } else { format!("{}({holes})", info.name) };
        let diagnostic = Diagnostic::error("E0304", span, message, format!("expected {expected}"))
            .label(info.span, "defined here")
            .help(format!("write `{shape}`"));
        self.report(diagnostic);
    }

    fn unknown_constructor(&mut self, name: &ast::Ident, ty: Ty) {
        let message = format!("unknown constructor `{}`", name.name);
        let mut diagnostic = Diagnostic::error("E0101", name.span, message, "not defined here");
        if let Node::Data(data, _) = self.store.node(ty) {
            let info = &self.datas[data.0 as usize];
            let all: Vec<&str> = info.constructors.iter().map(|constructor| constructor.name.as_str()).collect();
            diagnostic = match suggest(&name.name, all.iter().copied()) {
                Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                None => diagnostic.note(format!("the constructors of {} are {}", info.name, all.join(", "))),
            };
        }
        self.report(diagnostic);
    }

    /// Brings the names of patterns into scope that stand in a wrong place.
    fn ignore_patterns(&mut self, items: &'a [ast::Pattern], mark: usize) {
        for item in items {
            self.pattern_from(item, Ty::ERROR, mark);
        }
    }

    fn tuple_pattern(&mut self, items: &'a [ast::Pattern], ty: Ty, mark: usize, span: Span) -> PatternKind {
        let types: Vec<Ty> = match self.store.node(ty).clone() {
            Node::Tuple(types) if types.len() == items.len() => types.to_vec(),
            Node::Error => vec![Ty::ERROR; items.len()],
            _ => {
                let types: Vec<Ty> = items.iter().map(|_| self.store.fresh()).collect();
                let tuple = self.store.tuple(&types);
                if self.fit_pattern(tuple, ty, span) { types } else { vec![Ty::ERROR; items.len()] }
            }
        };
        let items = items.iter().zip(types).map(|(item, ty)| self.pattern_from(item, ty, mark)).collect();
        PatternKind::Tuple(items)
    }

    fn record_pattern(
        &mut self,
        fields: &'a [(ast::Ident, ast::Pattern)],
        open: bool,
        ty: Ty,
        mark: usize,
        span: Span,
    ) -> PatternKind {
        let types = self.record_types(fields, open, ty, span);
        let mut patterns: Vec<(Name, Pattern)> = Vec::new();
        for (name, pattern) in fields {
            let field = types.iter().find(|field| field.0 == name.name).map_or(Ty::ERROR, |field| field.1);
            let pattern = self.pattern_from(pattern, field, mark);
            if patterns.iter().any(|field| field.0 == name.name) {
                self.report_twice("field", &name.name, name.span);
            } else {
                patterns.push((name.name.clone(), pattern));
            }
        }
        PatternKind::Record(patterns)
    }

    /// The fields of the record that a pattern is for.
    fn record_types(
        &mut self,
        fields: &'a [(ast::Ident, ast::Pattern)],
        open: bool,
        ty: Ty,
        span: Span,
    ) -> Vec<(Name, Ty)> {
        match self.store.node(ty).clone() {
            Node::Record(types) => {
                for (name, _) in fields {
                    if !types.iter().any(|field| field.0 == name.name) {
                        let message = format!("there is no field `{}` in {}", name.name, self.show(ty));
                        self.report(Diagnostic::error("E0205", name.span, message, "not a field of the value"));
                    }
                }
                let missing = types.iter().find(|field| !fields.iter().any(|(name, _)| name.name == field.0));
                if let (Some((missing, _)), false) = (missing, open) {
                    let message = format!("the pattern leaves out the field `{missing}`");
                    let diagnostic = Diagnostic::error("E0304", span, message, "not all fields are named")
                        .help("write `..` for the other fields: `{ a, .. }`");
                    self.report(diagnostic);
                }
                types.to_vec()
            }
            Node::Error => Vec::new(),
            Node::Var { number: false, .. } if open => {
                let message = "the type of the value must be known here";
                let diagnostic = Diagnostic::error("E0207", span, message, "which other fields there are is unknown")
                    .help("annotate the parameter or variable that is taken apart");
                self.report(diagnostic);
                Vec::new()
            }
            _ => {
                let types: Vec<(Name, Ty)> =
                    fields.iter().map(|(name, _)| (name.name.clone(), self.store.fresh())).collect();
                let record = self.store.record(types.clone());
                if self.fit_pattern(record, ty, span) { types } else { Vec::new() }
            }
        }
    }

    /// The type written for a pattern, or a fresh one.
    pub(super) fn written_type(&mut self, written: Option<&ast::TypeExpr>) -> Option<(Ty, Why)> {
        written.map(|written| {
            let ty = self.annotation(written, crate::annotation::Arrows::Random);
            (ty, Why::Annotation(written.span))
        })
    }
}

/// Constructors start with an upper-case letter.
pub fn is_constructor_name(name: &str) -> bool {
    name.rsplit('.').next().unwrap_or(name).starts_with(char::is_uppercase)
}
