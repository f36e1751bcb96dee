//! What grammar actions need: places as spans, small constructors, and checks that are clearer than grammar rules.

use std::cell::RefCell;

use borel_diagnostics::Diagnostic;
use borel_source::{FileId, Name, Span};

use crate::ast::*;
use crate::lexer::{Lexeme, unescape};

/// The parser's error type besides unexpected tokens: there is none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Never {}

/// What an attempt to parse a token sequence knows and collects.
///
/// The grammar counts places in tokens, not bytes: place `i` is the start of token `i` and the end of token `i - 1`.
pub struct Context<'a> {
    file: FileId,
    tokens: &'a [Lexeme<'a>],
    diagnostics: RefCell<Vec<Diagnostic>>,
}

impl<'a> Context<'a> {
    /// A fresh attempt.
    pub fn new(file: FileId, tokens: &'a [Lexeme<'a>]) -> Context<'a> {
        Context { file, tokens, diagnostics: RefCell::new(Vec::new()) }
    }

    /// What the actions found.
    pub fn into_diagnostics(self) -> Vec<Diagnostic> {
        self.diagnostics.into_inner()
    }

    fn report(&self, diagnostic: Diagnostic) {
        self.diagnostics.borrow_mut().push(diagnostic);
    }

    /// The source from the start of token `left` to the end of the token before `right`.
    pub fn span(&self, left: usize, right: usize) -> Span {
        let start = self.tokens.get(left).or(self.tokens.last()).map_or(0, |lexeme| lexeme.start);
        let end = right.checked_sub(1).and_then(|last| self.tokens.get(last)).map_or(start, |lexeme| lexeme.end);
        Span::new(self.file, start, end.max(start))
    }

    /// An identifier.
    pub fn ident(&self, text: &str, left: usize, right: usize) -> Ident {
        Ident { name: Name::new(text), span: self.span(left, right) }
    }

    /// An expression.
    pub fn expr(&self, left: usize, kind: ExprKind, right: usize) -> Expr {
        Expr { kind, span: self.span(left, right) }
    }

    /// A pattern.
    pub fn pattern(&self, left: usize, kind: PatternKind, right: usize) -> Pattern {
        Pattern { kind, span: self.span(left, right) }
    }

    /// A type.
    pub fn ty(&self, left: usize, kind: TypeExprKind, right: usize) -> TypeExpr {
        TypeExpr { kind, span: self.span(left, right) }
    }

    /// A statement.
    pub fn stmt(&self, left: usize, kind: StmtKind, right: usize) -> Stmt {
        Stmt { kind, span: self.span(left, right) }
    }

    /// `a op b`
    pub fn binary(&self, left: usize, a: Expr, op: BinaryOp, b: Expr, right: usize) -> Expr {
        self.expr(left, ExprKind::Binary(op, Box::new(a), Box::new(b)), right)
    }

    /// `a < b`, where `a` must not be an unparenthesised comparison itself.
    pub fn comparison(&self, left: usize, a: Expr, op: BinaryOp, op_place: usize, b: Expr, right: usize) -> Expr {
        if let ExprKind::Binary(first, ..) = a.kind
            && is_comparison(first)
            && !self.is_parenthesised(left, op_place)
        {
            self.report(chained_comparison(first, op, a.span, self.span(op_place, op_place + 1)));
        }
        self.binary(left, a, op, b, right)
    }

    /// Whether one pair of parentheses spans the tokens from `left` to before `right`.
    fn is_parenthesised(&self, left: usize, right: usize) -> bool {
        let mut depth = 0;
        for (index, lexeme) in self.tokens.iter().enumerate().take(right).skip(left) {
            depth += i64::from(lexeme.token.is_open()) - i64::from(lexeme.token.is_close());
            if depth == 0 {
                return index > left && index + 1 == right;
            }
        }
        false
    }

    /// `-e`, `!e`
    pub fn unary(&self, left: usize, op: UnaryOp, operand: Expr, right: usize) -> Expr {
        self.expr(left, ExprKind::Unary(op, Box::new(operand)), right)
    }

    /// A string literal; bad escapes have been reported by the lexer.
    pub fn string(&self, literal: &str) -> String {
        unescape(literal).unwrap_or_default()
    }

    /// A parenthesised expression is the expression itself, with a wider span.
    pub fn parenthesised(&self, left: usize, inner: Expr, right: usize) -> Expr {
        Expr { span: self.span(left, right), ..inner }
    }

    /// `(a, b)`; `(a,)` is `a`.
    pub fn tuple(&self, first: Expr, rest: Vec<Expr>) -> ExprKind {
        if rest.is_empty() {
            return first.kind;
        }
        let mut elements = vec![first];
        elements.extend(rest);
        ExprKind::Tuple(elements)
    }

    /// The statement of an expression; one that could not be parsed is a statement that could not.
    pub fn expression_statement(&self, left: usize, value: Expr, right: usize) -> Stmt {
        match value.kind {
            ExprKind::Error => self.stmt(left, StmtKind::Error, right),
            _ => self.stmt(left, StmtKind::Expr(value), right),
        }
    }

    /// `place = value` or `place ~ value`
    pub fn assignment(&self, left: usize, place: Expr, sampled: bool, value: Expr, right: usize) -> Stmt {
        self.check_place(&place, if sampled { "~" } else { "=" });
        match sampled {
            true => self.stmt(left, StmtKind::AssignSample(place, value), right),
            false => self.stmt(left, StmtKind::Assign(place, value), right),
        }
    }

    /// `place op= value`, which stands for `place = place op value`; but an index that does more than read is computed once.
    pub fn update(&self, left: usize, mut place: Expr, op: BinaryOp, value: Expr, right: usize) -> Stmt {
        self.check_place(&place, op.symbol());
        let mut stmts = Vec::new();
        name_indices(&mut place, &mut stmts);
        let sum = self.binary(left, place.clone(), op, value, right);
        let update = self.stmt(left, StmtKind::Assign(place, sum), right);
        if stmts.is_empty() {
            return update;
        }
        let span = update.span;
        stmts.push(update);
        let block = ExprKind::Block(Block { stmts, span });
        self.stmt(left, StmtKind::Expr(Expr { kind: block, span }), right)
    }

    fn check_place(&self, place: &Expr, operator: &str) {
        if is_place(place) {
            return;
        }
        let diagnostic = Diagnostic::error("E0007", place.span, "this cannot be assigned to", "not a variable")
            .note("on the left stands a variable, perhaps with indices and fields: `x`, `a[i]`, `r.field`");
        if let Some(bound) = declared_bound(place) {
            let message = format!("`{bound}` does not bound a declaration");
            let diagnostic = Diagnostic::error("E0001", place.span, message, "declaration as in Stan");
            let diagnostic = diagnostic.note("the support of a parameter is that of its distribution");
            return self.report(diagnostic.help("write, for example, `let sigma ~ HalfNormal(5)`"));
        }
        self.report(match (&place.kind, operator) {
            (ExprKind::Error, _) => return,
            (_, "~") => diagnostic.help("to score an observed value, write `observe value ~ distribution`"),
            (_, "=") => diagnostic.help("to compare, write `==`"),
            _ => diagnostic,
        });
    }

    /// An index: a range at its top is a slice.
    pub fn index(&self, index: Expr) -> Index {
        match index.kind {
            ExprKind::Range(low, high) => Index::Slice(Some(*low), Some(*high)),
            _ => Index::At(index),
        }
    }

    /// A written type in parentheses: `(A)` is `A`.
    pub fn parenthesised_type(&self, left: usize, mut types: Vec<TypeExpr>, right: usize) -> TypeExpr {
        match types.pop() {
            Some(only) if types.is_empty() => TypeExpr { span: self.span(left, right), ..only },
            Some(last) => {
                types.push(last);
                self.ty(left, TypeExprKind::Tuple(types), right)
            }
            None => self.ty(left, TypeExprKind::Tuple(types), right),
        }
    }

    /// A pattern in parentheses: `(p)` is `p`.
    pub fn parenthesised_pattern(&self, left: usize, mut patterns: Vec<Pattern>, right: usize) -> Pattern {
        match patterns.pop() {
            Some(only) if patterns.is_empty() => Pattern { span: self.span(left, right), ..only },
            Some(last) => {
                patterns.push(last);
                self.pattern(left, PatternKind::Tuple(patterns), right)
            }
            None => self.pattern(left, PatternKind::Tuple(patterns), right),
        }
    }

    /// A lambda as an expression.
    pub fn lambda(&self, left: usize, function: Function, right: usize) -> Expr {
        self.expr(left, ExprKind::Lambda(Box::new(function)), right)
    }

    /// A block as an expression.
    pub fn block(&self, block: Block) -> Expr {
        Expr { span: block.span, kind: ExprKind::Block(block) }
    }
}

/// Lets a name stand for each index of a place that calls or draws something, in the order of evaluation. The names have a
/// blank, so no program has them.
fn name_indices(place: &mut Expr, stmts: &mut Vec<Stmt>) {
    match &mut place.kind {
        ExprKind::Field(base, _) => name_indices(base, stmts),
        ExprKind::Index(base, indices) => {
            name_indices(base, stmts);
            for index in indices {
                match index {
                    Index::At(at) if !only_reads(at) => {
                        let span = at.span;
                        let name = Ident { name: Name::new(&format!("index {}", stmts.len())), span };
                        let pattern = Pattern { kind: PatternKind::Name(name.clone()), span };
                        let value = std::mem::replace(at, Expr { kind: ExprKind::Name(name), span });
                        stmts.push(Stmt { kind: StmtKind::Let(pattern, None, value), span });
                    }
                    _ => {}
                }
            }
        }
        _ => {}
    }
}

/// Whether computing an expression twice is the same as computing it once.
fn only_reads(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Int(_) | ExprKind::Real(_) | ExprKind::Name(_) | ExprKind::Error => true,
        ExprKind::Field(base, _) | ExprKind::Unary(_, base) => only_reads(base),
        ExprKind::Binary(_, a, b) => only_reads(a) && only_reads(b),
        ExprKind::Index(base, indices) => {
            only_reads(base) && indices.iter().all(|index| matches!(index, Index::At(at) if only_reads(at)))
        }
        _ => false,
    }
}

/// Whether an expression is a variable followed by indices and fields.
fn is_place(expr: &Expr) -> bool {
    let mut expr = expr;
    loop {
        match &expr.kind {
            ExprKind::Name(_) => return true,
            ExprKind::Index(inner, _) | ExprKind::Field(inner, _) => expr = inner,
            _ => return false,
        }
    }
}

/// `real<lower` of Stan's `real<lower=0> sigma` reads as a comparison.
fn declared_bound(place: &Expr) -> Option<&str> {
    let ExprKind::Binary(BinaryOp::Less, ty, bound) = &place.kind else { return None };
    match (&ty.kind, &bound.kind) {
        (ExprKind::Name(ty), ExprKind::Name(bound))
            if matches!(ty.name.as_str(), "real" | "int") && matches!(bound.name.as_str(), "lower" | "upper") =>
        {
            Some(&bound.name)
        }
        _ => None,
    }
}

fn is_comparison(op: BinaryOp) -> bool {
    use BinaryOp::*;
    matches!(op, Equal | NotEqual | Less | LessEqual | Greater | GreaterEqual)
}

fn chained_comparison(first: BinaryOp, second: BinaryOp, left: Span, place: Span) -> Diagnostic {
    let (first, second) = (first.symbol(), second.symbol());
    Diagnostic::error("E0001", place, "comparisons do not chain", format!("`{second}` would compare a Bool"))
        .label(left, format!("this `{first}` comparison is a Bool"))
        .help(format!("write `a {first} b && b {second} c`"))
}
