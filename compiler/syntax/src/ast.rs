//! The syntax tree: what the grammar builds and type checking reads. It keeps everything that was written, spans included.

use borel_source::{Name, Span};

/// A name where it was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Ident {
    /// The text.
    pub name: Name,
    /// Where.
    pub span: Span,
}

/// One file.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Module {
    /// In the order written.
    pub items: Vec<Item>,
}

/// A definition at the top of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// The text of the `///` lines before it.
    pub doc: Option<String>,
    /// What it is.
    pub kind: ItemKind,
    /// All of it.
    pub span: Span,
}

/// The kinds of definition.
#[derive(Clone, Debug, PartialEq)]
pub enum ItemKind {
    /// `import seq.hmm`
    Import(Vec<Ident>),
    /// `type Tree[A] = Leaf(A) | Node(Tree[A], Tree[A])`, or `type Point = { x: Real, y: Real }` (an alias)
    Type(TypeItem),
    /// `fn f(x: Real) -> Real { .. }` or `model m(y: [Real]) { .. }`
    Function(Function),
    /// `let limit = 10` at the top: a pure constant
    Let(Ident, Option<TypeExpr>, Expr),
    /// What could not be parsed; a diagnostic has been given.
    Error,
}

/// A data type or an alias.
#[derive(Clone, Debug, PartialEq)]
pub struct TypeItem {
    /// Its name.
    pub name: Ident,
    /// Its parameters: `[A, B]`.
    pub params: Vec<Ident>,
    /// What it stands for.
    pub body: TypeBody,
}

/// The right-hand side of a `type` item.
#[derive(Clone, Debug, PartialEq)]
pub enum TypeBody {
    /// Constructors: anything of the form `Name`, `Name(..)` or several with `|`. A single bare `Name` that names a
    /// known type is still a constructor: aliases of named types are written with parentheses, `type T = (Real)`.
    Data(Vec<Constructor>),
    /// Another name for a type that is not a bare name: a record, tuple, array or function type.
    Alias(TypeExpr),
}

/// One constructor of a data type. Fields may be named: `Circle(radius: Real)`.
#[derive(Clone, Debug, PartialEq)]
pub struct Constructor {
    /// Its name.
    pub name: Ident,
    /// Its fields.
    pub fields: Vec<(Option<Ident>, TypeExpr)>,
}

/// A type as written.
#[derive(Clone, Debug, PartialEq)]
pub struct TypeExpr {
    /// What it is.
    pub kind: TypeExprKind,
    /// Where.
    pub span: Span,
}

/// The kinds of written type.
#[derive(Clone, Debug, PartialEq)]
pub enum TypeExprKind {
    /// `Real`, `Tree[A]`, `Dist[Int]`
    Name(Ident, Vec<TypeExpr>),
    /// `[A]`
    Array(Box<TypeExpr>),
    /// `(A, B)`; `()` is Unit; `(A)` is A itself (the parser unwraps it)
    Tuple(Vec<TypeExpr>),
    /// `{ a: Real, b: Int }`
    Record(Vec<(Ident, TypeExpr)>),
    /// `A -> B`, `(A, B) ~> C` (two parameters), `() ~> A` (none); the flag says random
    Function(Vec<TypeExpr>, bool, Box<TypeExpr>),
    /// `_`: to be inferred
    Hole,
    /// What could not be parsed.
    Error,
}

/// A function, model or lambda.
#[derive(Clone, Debug, PartialEq)]
pub struct Function {
    /// `fn` or `model`.
    pub kind: FunctionKind,
    /// Its name; none for a lambda.
    pub name: Option<Ident>,
    /// `[A, B]` after the name: declared type parameters.
    pub type_params: Vec<Ident>,
    /// Parameters.
    pub params: Vec<Param>,
    /// `-> T` (not random) or `~> T` (random); none: inferred.
    pub result: Option<(Arrow, TypeExpr)>,
    /// The body: a block, or the expression after `=>`.
    pub body: Expr,
    /// From `fn` to the end of the header.
    pub header: Span,
}

/// How a function was introduced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FunctionKind {
    /// `fn`
    Function,
    /// `model`
    Model,
}

/// The effect written on an arrow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrow {
    /// `->`
    Pure,
    /// `~>`
    Random,
}

/// A parameter: `x: Real = 1.0`. Type and default are optional.
#[derive(Clone, Debug, PartialEq)]
pub struct Param {
    /// A name or, in lambdas, any irrefutable pattern.
    pub pattern: Pattern,
    /// The declared type.
    pub ty: Option<TypeExpr>,
    /// The default value, evaluated at the call in the scope of the definition.
    pub default: Option<Expr>,
}

/// A sequence of statements; its value is that of a last expression statement, else Unit.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// The statements.
    pub stmts: Vec<Stmt>,
    /// Braces included.
    pub span: Span,
}

/// One statement.
#[derive(Clone, Debug, PartialEq)]
pub struct Stmt {
    /// What it is.
    pub kind: StmtKind,
    /// Where.
    pub span: Span,
}

/// The kinds of statement.
#[derive(Clone, Debug, PartialEq)]
pub enum StmtKind {
    /// `let p: T = e`
    Let(Pattern, Option<TypeExpr>, Expr),
    /// `let p: T ~ e`: samples, and names the choice after the pattern
    LetSample(Pattern, Option<TypeExpr>, Expr),
    /// `var x: T = e`
    Var(Ident, Option<TypeExpr>, Expr),
    /// `var x: T ~ e`
    VarSample(Ident, Option<TypeExpr>, Expr),
    /// `place = e`: the place is a variable followed by any `[i]` and `.field`
    Assign(Expr, Expr),
    /// `place ~ e`
    AssignSample(Expr, Expr),
    /// `observe v ~ d`
    Observe(Expr, Expr),
    /// `for p in e { .. }`
    For(Pattern, Expr, Block),
    /// `while e { .. }`
    While(Expr, Block),
    /// `return e`
    Return(Option<Expr>),
    /// `break`
    Break,
    /// `continue`
    Continue,
    /// `fn f(..) { .. }` inside a block; may be recursive
    Function(Function),
    /// An expression for its effect or, last in a block, its value.
    Expr(Expr),
    /// What could not be parsed.
    Error,
}

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where.
    pub span: Span,
}

/// The kinds of expression.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// `()`
    Unit,
    /// `true`, `false`
    Bool(bool),
    /// `42`
    Int(i64),
    /// `1.5`, `1e-3`
    Real(f64),
    /// `"text"` with its escapes resolved
    String(String),
    /// A variable, function or constructor; resolution decides which
    Name(Ident),
    /// `(a, b)`
    Tuple(Vec<Expr>),
    /// `{ a: 1, b }`: `b` alone stands for `b: b`
    Record(Vec<(Ident, Expr)>),
    /// `{ r with a: 2 }`
    RecordUpdate(Box<Expr>, Vec<(Ident, Expr)>),
    /// `[a, b]`
    Array(Vec<Expr>),
    /// `[e for p in xs for q in ys if c]`
    Comprehension(Box<Expr>, Vec<Clause>),
    /// `a..b`: the integers from a up to but without b
    Range(Box<Expr>, Box<Expr>),
    /// `f(x, name = y)`
    Call(Box<Expr>, Vec<Argument>),
    /// `a[i]`, `m[i, j]`, `a[lo..hi]`; an index may be missing around `..` : `a[1..]` gives `None` as its end
    Index(Box<Expr>, Vec<Index>),
    /// `r.field`, `t.0`, and a module's member `hmm.forward`
    Field(Box<Expr>, Ident),
    /// `-e`, `!e`
    Unary(UnaryOp, Box<Expr>),
    /// `a + b`
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// `if c { .. } else { .. }`; the else branch is a block or another `if`
    If(Box<Expr>, Block, Option<Box<Expr>>),
    /// `match e { p => e, p if guard { .. } }`
    Match(Box<Expr>, Vec<Arm>),
    /// `fn(x) => e`, `fn(x) { .. }`
    Lambda(Box<Function>),
    /// `sample d`
    Sample(Box<Expr>),
    /// A block where the grammar has one: a body or a branch
    Block(Block),
    /// `e : T`
    Ascribe(Box<Expr>, TypeExpr),
    /// What could not be parsed.
    Error,
}

/// `for p in e` or `if e` of a comprehension.
#[derive(Clone, Debug, PartialEq)]
pub enum Clause {
    /// `for p in e`
    For(Pattern, Expr),
    /// `if e`
    If(Expr),
}

/// An argument, perhaps named.
#[derive(Clone, Debug, PartialEq)]
pub struct Argument {
    /// `name =`
    pub name: Option<Ident>,
    /// The value.
    pub value: Expr,
}

/// One index between brackets.
#[derive(Clone, Debug, PartialEq)]
pub enum Index {
    /// `i`
    At(Expr),
    /// `lo..hi`, `..hi`, `lo..`, `..`
    Slice(Option<Expr>, Option<Expr>),
}

/// A case of a match.
#[derive(Clone, Debug, PartialEq)]
pub struct Arm {
    /// What it matches.
    pub pattern: Pattern,
    /// `if guard`
    pub guard: Option<Expr>,
    /// Its value.
    pub body: Expr,
}

/// A pattern.
#[derive(Clone, Debug, PartialEq)]
pub struct Pattern {
    /// What it is.
    pub kind: PatternKind,
    /// Where.
    pub span: Span,
}

/// The kinds of pattern.
#[derive(Clone, Debug, PartialEq)]
pub enum PatternKind {
    /// `_`
    Wildcard,
    /// A variable, or a constructor without fields; resolution decides (constructors start with an upper-case letter)
    Name(Ident),
    /// `Node(l, r)`
    Constructor(Ident, Vec<Pattern>),
    /// `(a, b)`; `()` matches Unit
    Tuple(Vec<Pattern>),
    /// `{ a, b: p }`; the flag says that `..` was written, so that other fields may exist
    Record(Vec<(Ident, Pattern)>, bool),
    /// `true`
    Bool(bool),
    /// `3`, `-3`
    Int(i64),
    /// `"text"`
    String(String),
    /// What could not be parsed.
    Error,
}

/// Prefix operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnaryOp {
    /// `-`
    Negate,
    /// `!`
    Not,
}

/// Infix operators, loosest first: `||`, `&&`, comparisons, `..`, `++`, `+ -`, `* / % @`, `^` (right).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BinaryOp {
    /// `||`, short-circuit
    Or,
    /// `&&`, short-circuit
    And,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`, elementwise
    Multiply,
    /// `/`: always Real
    Divide,
    /// `%`: remainder of Ints with the sign of the divisor
    Remainder,
    /// `^`: Int to a non-negative Int, or Real
    Power,
    /// `@`: matrix product, matrix-vector product, inner product
    MatrixProduct,
    /// `++`: concatenation of arrays or strings
    Concat,
}

impl BinaryOp {
    /// The operator as written.
    pub fn symbol(self) -> &'static str {
        match self {
            BinaryOp::Or => "||",
            BinaryOp::And => "&&",
            BinaryOp::Equal => "==",
            BinaryOp::NotEqual => "!=",
            BinaryOp::Less => "<",
            BinaryOp::LessEqual => "<=",
            BinaryOp::Greater => ">",
            BinaryOp::GreaterEqual => ">=",
            BinaryOp::Add => "+",
            BinaryOp::Subtract => "-",
            BinaryOp::Multiply => "*",
            BinaryOp::Divide => "/",
            BinaryOp::Remainder => "%",
            BinaryOp::Power => "^",
            BinaryOp::MatrixProduct => "@",
            BinaryOp::Concat => "++",
        }
    }
}
