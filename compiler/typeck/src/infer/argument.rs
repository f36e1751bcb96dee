//! Arguments: positional, named and default ones put into the order of the parameters.

use borel_diagnostics::{Diagnostic, suggest};
use borel_source::Span;
use borel_syntax::ast;
use borel_typed::Expr;

use super::{Checker, node};
use crate::types::{Ty, Why};

/// A parameter of what is called.
#[derive(Clone, Copy)]
pub struct Parameter<'a> {
    /// None for a parameter that is a pattern or has no name.
    pub name: Option<&'a str>,
    pub default: Default<'a>,
}

/// What to take where an argument is missing.
#[derive(Clone, Copy)]
pub enum Default<'a> {
    Required,
    Expr(&'a ast::Expr),
    Int(i64),
    Real(f64),
    String(&'a str),
    /// Nothing: an optional argument of a builtin, `()` of type Unit in the typed tree
    Absent,
}

/// Where an argument comes from.
#[derive(Clone, Copy)]
pub enum Source<'a> {
    Given(&'a ast::Expr),
    Default(Default<'a>),
}

impl<'a> Parameter<'a> {
    /// A parameter that must be given.
    pub fn required(name: Option<&'a str>) -> Parameter<'a> {
        Parameter { name, default: Default::Required }
    }

    /// The parameters of a function as written.
    pub fn of(function: &'a ast::Function) -> Vec<Parameter<'a>> {
        function
            .params
            .iter()
            .map(|param| Parameter {
                name: match &param.pattern.kind {
                    ast::PatternKind::Name(name) => Some(name.name.as_str()),
                    _ => None,
                },
                default: param.default.as_ref().map_or(Default::Required, Default::Expr),
            })
            .collect()
    }
}

/// What is called, for messages.
#[derive(Clone, Copy)]
pub struct Called<'n> {
    pub name: &'n str,
    pub defined: Option<Span>,
}

impl<'a> Checker<'a> {
    /// Puts arguments into the order of the parameters; none if they do not fit, which has been said.
    pub(super) fn arrange(
        &mut self,
        called: Called,
        parameters: &[Parameter<'a>],
        args: &'a [ast::Argument],
        span: Span,
    ) -> Option<Vec<Source<'a>>> {
        let mut slots: Vec<Option<Source<'a>>> = vec![None; parameters.len()];
        let mut next = 0;
        let mut fits = true;
        for arg in args {
            let slot = match &arg.name {
                None => {
                    next += 1;
                    if next > parameters.len() {
                        self.report_count(called, parameters, args.len(), arg.value.span);
                        return None;
                    }
                    next - 1
                }
                Some(name) => match parameters.iter().position(|parameter| parameter.name == Some(&*name.name)) {
                    Some(slot) => slot,
                    None => {
                        self.report_unknown_argument(called, parameters, name);
                        fits = false;
                        continue;
                    }
                },
            };
            if slots[slot].is_some() {
                let shown = parameters[slot].name.unwrap_or("_");
                let message = format!("the argument `{shown}` of `{}` is given twice", called.name);
                self.report(Diagnostic::error("E0202", arg.value.span, message, "given again here"));
                fits = false;
            }
            slots[slot] = Some(Source::Given(&arg.value));
        }
        let missing = slots
            .iter()
            .zip(parameters)
            .any(|(slot, parameter)| slot.is_none() && matches!(parameter.default, Default::Required));
        if missing && fits {
            self.report_missing(called, parameters, &slots, args.len(), span);
        }
        if missing || !fits {
            return None;
        }
        Some(
            slots
                .into_iter()
                .zip(parameters)
                .map(|(slot, parameter)| slot.unwrap_or(Source::Default(parameter.default)))
                .collect(),
        )
    }

    fn report_count(&mut self, called: Called, parameters: &[Parameter], found: usize, span: Span) {
        let expected = parameters.len();
        let arguments = if expected == 1 { "argument" } else { "arguments" };
        let message = format!("`{}` takes {expected} {arguments}, here are {found}", called.name);
        let diagnostic = Diagnostic::error("E0202", span, message, "one too many");
        self.report_called(diagnostic, called, parameters);
    }

    fn report_missing(
        &mut self,
        called: Called,
        parameters: &[Parameter],
        slots: &[Option<Source>],
        found: usize,
        span: Span,
    ) {
        let expected = parameters.len();
        let arguments = if expected == 1 { "argument" } else { "arguments" };
        let missing: Vec<String> = slots
            .iter()
            .zip(parameters)
            .filter(|(slot, parameter)| slot.is_none() && matches!(parameter.default, Default::Required))
            .map(|(_, parameter)| parameter.name.map_or("one argument".to_string(), |name| format!("`{name}`")))
            .collect();
        let message = format!("`{}` takes {expected} {arguments}, here are {found}", called.name);
        let diagnostic = Diagnostic::error("E0202", span, message, format!("missing: {}", missing.join(", ")));
        self.report_called(diagnostic, called, parameters);
    }

    fn report_unknown_argument(&mut self, called: Called, parameters: &[Parameter], name: &ast::Ident) {
        let names: Vec<&str> = parameters.iter().filter_map(|parameter| parameter.name).collect();
        let message = format!("`{}` has no parameter `{}`", called.name, name.name);
        let diagnostic = Diagnostic::error("E0202", name.span, message, "unknown name");
        match suggest(&name.name, names.iter().copied()) {
            Some(near) => self.report(diagnostic.help(format!("did you mean `{near}`?"))),
            None => self.report_called(diagnostic, called, parameters),
        }
    }

    fn report_called(&mut self, diagnostic: Diagnostic, called: Called, parameters: &[Parameter]) {
        let shown: Vec<&str> = parameters.iter().map(|parameter| parameter.name.unwrap_or("_")).collect();
        let diagnostic = diagnostic.note(format!("it is `{}({})`", called.name, shown.join(", ")));
        let diagnostic = match called.defined {
            Some(defined) => diagnostic.label(defined, "defined here"),
            None => diagnostic,
        };
        self.report(diagnostic);
    }

    /// Checks arguments against parameter types: lambdas last, when the other arguments have told what they take.
    pub(super) fn check_sources(
        &mut self,
        sources: &[Source<'a>],
        types: &[Ty],
        module: usize,
        span: Span,
    ) -> Vec<Expr> {
        let is_lambda =
            |source: &Source| matches!(source, Source::Given(ast::Expr { kind: ast::ExprKind::Lambda(_), .. }));
        let mut checked: Vec<Option<Expr>> = sources.iter().map(|_| None).collect();
        for lambdas in [false, true] {
            for (index, source) in sources.iter().enumerate() {
                if is_lambda(source) == lambdas {
                    let ty = types.get(index).copied().unwrap_or(Ty::ERROR);
                    checked[index] = Some(self.check_source(*source, ty, module, span));
                }
            }
        }
        checked.into_iter().flatten().collect()
    }

    fn check_source(&mut self, source: Source<'a>, ty: Ty, module: usize, span: Span) -> Expr {
        use borel_typed::ExprKind;
        match source {
            Source::Given(expr) => self.check(expr, ty, Why::Nothing),
            Source::Default(Default::Expr(expr)) => self.check_default(expr, ty, module),
            Source::Default(Default::Int(value)) => node(ExprKind::Int(value), Ty::INT, span),
            Source::Default(Default::Real(value)) => node(ExprKind::Real(value), Ty::REAL, span),
            Source::Default(Default::String(value)) => node(ExprKind::String(value.to_string()), Ty::STRING, span),
            Source::Default(Default::Absent) => node(ExprKind::Unit, Ty::UNIT, span),
            Source::Default(Default::Required) => self.error(span),
        }
    }

    /// A default is evaluated in the scope of the definition: nothing local is visible to it.
    pub(super) fn check_default(&mut self, default: &'a ast::Expr, ty: Ty, module: usize) -> Expr {
        let scope = std::mem::take(&mut self.scope);
        let module = std::mem::replace(&mut self.module, module);
        let value = self.check(default, ty, Why::Nothing);
        self.module = module;
        self.scope = scope;
        value
    }

    /// Looks at arguments that do not fit their call, for the errors in them.
    pub(super) fn infer_arguments(&mut self, args: &'a [ast::Argument]) {
        for arg in args {
            self.infer(&arg.value);
        }
    }

    /// The arguments of something without names; none if a name is given.
    pub(super) fn positional(&mut self, args: &'a [ast::Argument]) -> bool {
        match args.iter().find_map(|arg| arg.name.as_ref()) {
            Some(name) => {
                let message = format!("there is no parameter `{}` here", name.name);
                let diagnostic = Diagnostic::error("E0202", name.span, message, "a named argument")
                    .note("only functions called by their own name have named parameters");
                self.report(diagnostic);
                false
            }
            None => true,
        }
    }
}
