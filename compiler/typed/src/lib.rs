//! The typed tree: what type checking gives and lowering reads.
//!
//! Invariants (of a program that checked without errors): every name is resolved; every expression has its type, in
//! which [`Type::Param`] are the only unknowns, bound by the enclosing definitions; named and default arguments are in
//! place; functions, constructors, distributions and builtins used as values are eta-expanded into lambdas, so that
//! calls of them are saturated; an Int that goes where a Real is wanted is wrapped in [`ExprKind::ToReal`]; matches are
//! exhaustive. Overloaded operations keep their operands' types and are resolved when types are concrete (lowering).

pub mod print;
pub mod verify;

use borel_distributions::Kind as DistKind;
pub use borel_math::special::Special;
use borel_source::{Name, Span};

/// A type. Effects on arrows are checked and then forgotten: they do not change representations.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Type {
    /// `()`
    Unit,
    /// `Bool`
    Bool,
    /// `Int`
    Int,
    /// `Real`
    Real,
    /// `String`
    String,
    /// `Matrix`
    Matrix,
    /// `Method`: a way to infer, such as `smc(particles = 100)`
    Method,
    /// `(A, B)`
    Tuple(Vec<Type>),
    /// `{ a: A, b: B }`, sorted by field name
    Record(Vec<(Name, Type)>),
    /// `[A]`
    Array(Box<Type>),
    /// `(A, B) -> C`, of any effect
    Function(Vec<Type>, Box<Type>),
    /// `Dist[A]`
    Dist(Box<Type>),
    /// `Posterior[A]`
    Posterior(Box<Type>),
    /// `Suspended[A]`
    Suspended(Box<Type>),
    /// A data type with its arguments
    Data(DataId, Vec<Type>),
    /// A type parameter of an enclosing definition. A nested generic local function numbers its own after those of
    /// all definitions around it.
    Param(u32),
}

/// Index into [`Program::datas`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DataId(pub u32);

/// Index into [`Program::functions`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FunctionId(pub u32);

/// Index into [`Program::constants`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConstantId(pub u32);

/// A local variable, unique in the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LocalId(pub u32);

/// A checked program: the files given, what they import, and the standard library.
#[derive(Clone, Debug, Default)]
pub struct Program {
    /// Data types.
    pub datas: Vec<Data>,
    /// Functions and models.
    pub functions: Vec<Function>,
    /// Top-level `let`s, each after those it uses.
    pub constants: Vec<Constant>,
    /// The models of the root file, in the order written.
    pub models: Vec<FunctionId>,
    /// `main` of the root file: no parameters.
    pub main: Option<FunctionId>,
    /// By [`LocalId`]: the name as written and the type.
    pub locals: Vec<Local>,
}

/// What is known of a local variable.
#[derive(Clone, Debug)]
pub struct Local {
    /// As written.
    pub name: Name,
    /// Its type (the function's type for local functions).
    pub ty: Type,
    /// Declared by `var`.
    pub mutable: bool,
}

/// A data type.
#[derive(Clone, Debug)]
pub struct Data {
    /// Its name.
    pub name: Name,
    /// How many parameters; they are `Param(0..n)` in the fields.
    pub params: u32,
    /// Its constructors.
    pub constructors: Vec<Constructor>,
    /// Where it is defined.
    pub span: Span,
}

/// A constructor.
#[derive(Clone, Debug)]
pub struct Constructor {
    /// Its name.
    pub name: Name,
    /// The types of its fields, with their names if they have any.
    pub fields: Vec<(Option<Name>, Type)>,
}

/// A top-level constant.
#[derive(Clone, Debug)]
pub struct Constant {
    /// Its name.
    pub name: Name,
    /// Its value, pure.
    pub value: Expr,
}

/// A top-level function or model.
#[derive(Clone, Debug)]
pub struct Function {
    /// Its name.
    pub name: Name,
    /// `model` rather than `fn`.
    pub is_model: bool,
    /// How many type parameters, constrained or not: `Param(0..n)`.
    pub type_params: u32,
    /// Its parameters.
    pub params: Vec<LocalId>,
    /// What it returns.
    pub result: Type,
    /// Its body.
    pub body: Expr,
    /// Its type for people, effects included, for example `[A, B](A ~> B, [A]) ~> [B]`.
    pub signature: String,
    /// Its documentation comment.
    pub doc: Option<String>,
    /// The header.
    pub span: Span,
}

/// A function inside a function: `fn f(..) { .. }` or `let f = fn(..) ..`. Nothing is allocated for calls of it.
#[derive(Clone, Debug)]
pub struct LocalFunction {
    /// Its name.
    pub local: LocalId,
    /// First type parameter and how many: `Param(first..first + count)`; generalised, so each use gives arguments.
    pub type_params: (u32, u32),
    /// Its parameters and body.
    pub lambda: Lambda,
}

/// An anonymous function.
#[derive(Clone, Debug)]
pub struct Lambda {
    /// Parameters, each an irrefutable pattern.
    pub params: Vec<Pattern>,
    /// Its body; `return` in it returns from it.
    pub body: Expr,
    /// What it returns.
    pub result: Type,
}

/// An expression.
#[derive(Clone, Debug)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Its type.
    pub ty: Type,
    /// Where.
    pub span: Span,
}

/// The kinds of expression.
#[derive(Clone, Debug)]
pub enum ExprKind {
    /// `()`
    Unit,
    /// A literal
    Bool(bool),
    /// A literal of type Int
    Int(i64),
    /// A literal of type Real (an integer literal in a Real place is already one)
    Real(f64),
    /// A literal
    String(String),
    /// An integer literal whose type is a `Param` (it becomes Int or Real when that is known); the type is in `ty`
    Number(i64),
    /// A variable, not a local function
    Local(LocalId),
    /// A local function used as a value, with type arguments for its own type parameters
    LocalFunction(LocalId, Vec<Type>),
    /// A top-level function used as a value
    Function(FunctionId, Vec<Type>),
    /// A top-level constant
    Constant(ConstantId),
    /// `(a, b)`
    Tuple(Vec<Expr>),
    /// Fields in the order written; the type is sorted
    Record(Vec<(Name, Expr)>),
    /// `{ r with a: 2 }`
    RecordUpdate(Box<Expr>, Vec<(Name, Expr)>),
    /// `[a, b]`
    Array(Vec<Expr>),
    /// `[e for .. if ..]`
    Comprehension(Box<Expr>, Vec<Clause>),
    /// `a..b`: an array of Int
    Range(Box<Expr>, Box<Expr>),
    /// A constructor with all its fields
    Construct(DataId, u32, Vec<Expr>),
    /// A call of a known top-level function with its type arguments
    Call(FunctionId, Vec<Type>, Vec<Expr>),
    /// A call of a local function
    CallLocal(LocalId, Vec<Type>, Vec<Expr>),
    /// A call of a function value
    Apply(Box<Expr>, Vec<Expr>),
    /// A builtin
    Builtin(Builtin, Vec<Expr>),
    /// A distribution of the catalogue; an argument may be an array (or Matrix) where the parameter is a scalar: lifted
    Distribution(DistKind, Vec<Expr>),
    /// `a[i]` or `m[i, j]` or `m[i]` (a row)
    Index(Box<Expr>, Vec<Expr>),
    /// `a[lo..hi]` of an array or string
    Slice(Box<Expr>, Option<Box<Expr>>, Option<Box<Expr>>),
    /// Record field
    Field(Box<Expr>, Name),
    /// Tuple component
    Component(Box<Expr>, u32),
    /// `-e`, `!e`; negation lifts over arrays and matrices
    Negate(Box<Expr>),
    /// `!e`
    Not(Box<Expr>),
    /// Arithmetic, lifted over arrays and matrices: operand types say how
    Arithmetic(Arithmetic, Box<Expr>, Box<Expr>),
    /// `==`, `!=` (structural), `<` .. on Int, Real, String; operands may still differ as Int and Real
    Compare(Comparison, Box<Expr>, Box<Expr>),
    /// Short-circuit
    And(Box<Expr>, Box<Expr>),
    /// Short-circuit
    Or(Box<Expr>, Box<Expr>),
    /// `if`; without else the type is Unit
    If(Box<Expr>, Box<Expr>, Option<Box<Expr>>),
    /// A match, exhaustive
    Match(Box<Expr>, Vec<Arm>),
    /// A lambda
    Lambda(Box<Lambda>),
    /// `sample e`: e is a Dist, a Posterior, an array or tuple of these, or a function `() ~> A`
    Sample(Box<Expr>),
    /// Statements, then a value (Unit if absent)
    Block(Vec<Stmt>, Option<Box<Expr>>),
    /// Int to Real (also `[Int]` to `[Real]` and deeper arrays)
    ToReal(Box<Expr>),
}

/// `for` or `if` of a comprehension.
#[derive(Clone, Debug)]
pub enum Clause {
    /// `for p in e`: e is an array (a Range in place is a Range)
    For(Pattern, Expr),
    /// `if e`
    If(Expr),
}

/// One case of a match.
#[derive(Clone, Debug)]
pub struct Arm {
    /// The pattern.
    pub pattern: Pattern,
    /// `if guard`
    pub guard: Option<Expr>,
    /// The value.
    pub body: Expr,
}

/// A pattern with its type.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// What it is.
    pub kind: PatternKind,
    /// The type of what it matches.
    pub ty: Type,
    /// Where.
    pub span: Span,
}

/// The kinds of pattern.
#[derive(Clone, Debug)]
pub enum PatternKind {
    /// `_`
    Wildcard,
    /// A variable
    Bind(LocalId),
    /// A constructor with all its fields
    Constructor(DataId, u32, Vec<Pattern>),
    /// `(a, b)`; `()` too
    Tuple(Vec<Pattern>),
    /// Fields mentioned, by name
    Record(Vec<(Name, Pattern)>),
    /// A literal
    Bool(bool),
    /// A literal
    Int(i64),
    /// A literal
    String(String),
}

/// A statement.
#[derive(Clone, Debug)]
pub struct Stmt {
    /// What it is.
    pub kind: StmtKind,
    /// Where.
    pub span: Span,
}

/// The kinds of statement.
#[derive(Clone, Debug)]
pub enum StmtKind {
    /// `let p = e`
    Let(Pattern, Expr),
    /// `var x = e`
    Var(LocalId, Expr),
    /// `let p ~ e` (or `var x ~ e`): samples as `sample e` does, or calls; see [`Draw`]. The variables of the
    /// pattern are named choices (for a distribution) or prefixes (for a call).
    LetSample(Pattern, Draw),
    /// A group of local functions that may call each other (or one that is not recursive)
    Functions(Vec<LocalFunction>),
    /// `x[i].f = e`
    Assign(Place, Expr),
    /// `x[i] ~ e`: a named choice
    AssignSample(Place, Draw),
    /// `observe v ~ d`: d is a Dist, or an array or tuple of Dists of the shape of v, or a Dist of numbers or Bools that
    /// each element of the array v is observed from
    Observe(Expr, Expr),
    /// `for p in e { .. }`
    For(Pattern, Expr, Expr),
    /// `while e { .. }`
    While(Expr, Expr),
    /// `return e`
    Return(Expr),
    /// `break`
    Break,
    /// `continue`
    Continue,
    /// For its effect; its value is dropped
    Expr(Expr),
}

/// The right-hand side of `~` in `let p ~ e`.
#[derive(Clone, Debug)]
pub enum Draw {
    /// A draw from a distribution, posterior, or array or tuple of them.
    From(Expr),
    /// A call of a random function (an expression of kind Call, CallLocal or Apply) whose value is bound and whose
    /// named choices get this name as a prefix.
    Run(Expr),
}

/// What can be assigned: a `var` and a path into it.
#[derive(Clone, Debug)]
pub struct Place {
    /// The variable.
    pub local: LocalId,
    /// From the variable inwards.
    pub path: Vec<Step>,
    /// Where.
    pub span: Span,
}

/// A step into a value.
#[derive(Clone, Debug)]
pub enum Step {
    /// `[i]` of an array, or `[i, j]` of a matrix; with the type of what is indexed
    Index(Vec<Expr>, Type),
    /// `.field`; with the type of the record
    Field(Name, Type),
    /// `.0`; with the type of the tuple
    Component(u32, Type),
}

/// Arithmetic operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Arithmetic {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `%` of Ints: the sign of the divisor
    Remainder,
    /// `^`
    Power,
    /// `@`
    MatrixProduct,
    /// `++`
    Concat,
}

/// Comparisons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Comparison {
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
}

macro_rules! builtins {
    ($($(#[doc = $doc:literal])* $variant:ident $name:literal $signature:literal;)*) => {
        /// Functions that the compiler knows. Everything that can be written in Borel is in the standard library instead.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Builtin {
            $($(#[doc = $doc])* $variant,)*
            /// A special function; those of one argument lift.
            Special(Special),
        }

        impl Builtin {
            /// All of them.
            pub fn all() -> impl Iterator<Item = Builtin> {
                [$(Builtin::$variant),*].into_iter().chain(Special::ALL.iter().copied().map(Builtin::Special))
            }
            /// The name in programs.
            pub fn name(self) -> &'static str {
                match self { $(Builtin::$variant => $name,)* Builtin::Special(special) => special.name() }
            }
            /// The type in the notation of the spec.
            pub fn signature(self) -> &'static str {
                match self {
                    $(Builtin::$variant => $signature,)*
                    Builtin::Special(special) => match special.arguments().len() {
                        1 => "lift(Real) -> Real",
                        2 => "(Real, Real) -> Real",
                        _ => "(Real, Real, Real) -> Real",
                    },
                }
            }
            /// What it does.
            pub fn doc(self) -> &'static str {
                match self { $(Builtin::$variant => concat!($($doc),*),)* Builtin::Special(special) => special.doc() }
            }
        }
    };
}

// Signature notation: `lift(Real) -> Real` lifts over arrays and matrices elementwise (an Int argument becomes Real);
// `lift(Number)` keeps Int. Capital letters are type variables.
builtins! {
    /// e to the x.
    Exp "exp" "lift(Real) -> Real";
    /// Natural logarithm; -inf at 0, NaN below.
    Log "log" "lift(Real) -> Real";
    /// log(1 + x), accurate near 0.
    Log1p "log1p" "lift(Real) -> Real";
    /// exp(x) - 1, accurate near 0.
    Expm1 "expm1" "lift(Real) -> Real";
    /// Square root.
    Sqrt "sqrt" "lift(Real) -> Real";
    /// Sine of radians.
    Sin "sin" "lift(Real) -> Real";
    /// Cosine of radians.
    Cos "cos" "lift(Real) -> Real";
    /// Tangent of radians.
    Tan "tan" "lift(Real) -> Real";
    /// Arc tangent, in radians.
    Atan "atan" "lift(Real) -> Real";
    /// Hyperbolic tangent.
    Tanh "tanh" "lift(Real) -> Real";
    /// Absolute value.
    Abs "abs" "lift(Number) -> Number";
    /// The smaller of two.
    Min "min" "lift(Number, Number) -> Number";
    /// The larger of two.
    Max "max" "lift(Number, Number) -> Number";
    /// The value halfway between two: of Reals as they are ordered, so that bisection ends after 64 steps wherever the bounds are; of Ints
    /// rounded down.
    Midpoint "midpoint" "lift(Number, Number) -> Number";
    /// The largest Int below an Int; a Real itself. So P(X < x) is cdf(d, just_below(x)) of distributions over both.
    JustBelow "just_below" "lift(Number) -> Number";
    /// The largest Int not above x.
    Floor "floor" "lift(Real) -> Int";
    /// The smallest Int not below x.
    Ceil "ceil" "lift(Real) -> Int";
    /// The nearest Int; halves go away from zero.
    Round "round" "lift(Real) -> Int";
    /// An Int as a Real, 0 or 1 for a Bool.
    Real "real" "lift(Int | Bool) -> Real";
    /// 0 or 1 for a Bool.
    Int "int" "lift(Bool) -> Int";
    /// Whether it is NaN.
    IsNan "is_nan" "Real -> Bool";
    /// Integer division, rounded towards minus infinity.
    Div "div" "(Int, Int) -> Int";
    /// The length of an array or string (in characters).
    Len "len" "[A] | String -> Int";
    /// The sum of an array or matrix; 0 for an empty one.
    Sum "sum" "[Number] | Matrix -> Number";
    /// A value as text.
    Str "str" "A -> String";
    /// Prints its arguments, separated by spaces, and ends the line.
    Print "print" "(A, ..) -> Unit";
    /// Stops the program with a message.
    Fail "fail" "String -> A";
    /// Adds to the log weight of the execution.
    Factor "factor" "Real ~> Unit";
    /// Gives weight zero to executions where it is false.
    Condition "condition" "Bool ~> Unit";
    /// The log density of a distribution at a point.
    LogDensity "log_density" "(Dist[A], A) -> Real";
    /// A distribution made of functions: a sampler, a log density, and what else is known of it. What is not given, it does not
    /// have: to ask for it stops the program. One without a sampler is improper: it can be scored, and not drawn from. A
    /// sampler draws and does not score. The bounds are those of the support.
    Distribution "distribution" "(sampler: () ~> A = none, log_density: A -> Real = none, log_cdf: A -> Real = none, log_ccdf: A -> Real = none, quantile: Real -> A = none, quantile_ccdf: Real -> A = none, mean: () -> mean of A = none, variance: () -> variance of A = none, entropy: () -> Real = none, transform: () ~> A = none, lower: Real = -infinity, upper: Real = infinity) -> Dist[A]";
    /// P(X <= x) of a distribution over Reals, Ints or Bools.
    Cdf "cdf" "(Dist[A], A) -> Real";
    /// P(X > x) of a distribution over Reals, Ints or Bools, accurate also where it is tiny.
    Ccdf "ccdf" "(Dist[A], A) -> Real";
    /// log P(X <= x), also where P(X <= x) underflows.
    LogCdf "log_cdf" "(Dist[A], A) -> Real";
    /// log P(X > x), also where P(X > x) underflows.
    LogCcdf "log_ccdf" "(Dist[A], A) -> Real";
    /// The smallest x with P(X <= x) >= p, for p from 0 to 1.
    Quantile "quantile" "(Dist[A], Real) -> A";
    /// The smallest x with P(X > x) <= q, for q from 0 to 1: quantiles far in the upper tail.
    QuantileCcdf "quantile_ccdf" "(Dist[A], Real) -> A";
    /// The entropy of a distribution in nats: differential, of densities; NaN where there is no closed form.
    Entropy "entropy" "Dist[A] -> Real";
    /// The lower end of the support of a distribution over Reals, Ints or Bools, as a Real.
    LowerBound "lower_bound" "Dist[A] -> Real";
    /// The upper end of the support of a distribution over Reals, Ints or Bools, as a Real.
    UpperBound "upper_bound" "Dist[A] -> Real";
    /// The distribution that is always x.
    Delta "Delta" "A -> Dist[A]";
    /// n independent draws of d, as an array.
    Iid "iid" "(Dist[A], Int) -> Dist[[A]]";
    /// Stochastic memoisation: a random function that draws f(x) when first called at x.
    Mem "mem" "(A ~> B) ~> (A -> B)";
    /// As `mem`, with a memory: where the function is first called at x, draw(state, x) gives its value there and the next
    /// state; the first state is `initial`. While it draws, it may not call itself.
    MemState "mem_state" "(initial: S, draw: (S, A) ~> (B, S)) ~> (A -> B)";
    /// The posterior of a random function with no parameters.
    Infer "infer" "(() ~> A, Method) ~> Posterior[A]";
    /// Exact enumeration, to `mass` of the prior.
    MethodEnumerate "enumerate" "(mass: Real = 1.0 - 1e-9) -> Method";
    /// Importance sampling from the prior.
    MethodImportance "importance" "(draws: Int = 1000) -> Method";
    /// Sequential Monte Carlo; resampling is one of "systematic", "stratified", "multinomial", "residual".
    MethodSmc "smc" "(particles: Int = 1000, resampling: String = \"systematic\", threshold: Real = 0.5) -> Method";
    /// Metropolis-Hastings, a choice at a time: one chain, whose draws are taken after `thin` steps each. It estimates no evidence.
    MethodMh "mh" "(draws: Int = 1000, warmup: Int = 1000, thin: Int = 10) -> Method";
    /// The draws of a posterior (with weights).
    Draws "draws" "Posterior[A] -> [A]";
    /// The normalised weights of the draws.
    Weights "weights" "Posterior[A] -> [Real]";
    /// The log evidence that the method estimated.
    LogEvidence "log_evidence" "Posterior[A] -> Real";
    /// The mean of an array, or of a distribution or posterior of Reals, Ints, Bools, arrays, tuples or records of these.
    Mean "mean" "[Number] | Dist[A] | Posterior[A] -> mean of A";
    /// The variance of an array (divided by n), or of a distribution or posterior, elementwise.
    Variance "variance" "[Number] | Dist[A] | Posterior[A] -> variance of A";
    /// The square root of the variance.
    Stddev "stddev" "[Number] | Dist[A] | Posterior[A] -> sd of A";
    /// A matrix from its rows.
    Matrix "matrix" "[[Real]] -> Matrix";
    /// The rows of a matrix.
    ToRows "to_rows" "Matrix -> [[Real]]";
    /// The number of rows.
    Rows "rows" "Matrix -> Int";
    /// The number of columns.
    Columns "columns" "Matrix -> Int";
    /// The transpose.
    Transpose "transpose" "Matrix -> Matrix";
    /// The identity of n rows.
    Identity "identity" "Int -> Matrix";
    /// The diagonal matrix of a vector.
    Diagonal "diagonal" "[Real] -> Matrix";
    /// The lower Cholesky factor of a symmetric positive-definite matrix.
    Cholesky "cholesky" "Matrix -> Matrix";
    /// The solution x of a @ x = b, for a vector b.
    Solve "solve" "(Matrix, [Real]) -> [Real]";
    /// The solution x of l @ x = b for a lower triangular matrix; what is above its diagonal is not read.
    SolveLower "solve_lower" "(Matrix, [Real]) -> [Real]";
    /// The solution x of u @ x = b for an upper triangular matrix; what is below its diagonal is not read.
    SolveUpper "solve_upper" "(Matrix, [Real]) -> [Real]";
    /// The inverse.
    Inverse "inverse" "Matrix -> Matrix";
    /// The logarithm of the absolute determinant.
    LogDeterminant "log_determinant" "Matrix -> Real";
    /// The gradient of a function, as a function: derivatives in the form of the argument, which is made of Reals.
    Grad "grad" "(A -> Real) -> (A -> A)";
    /// A function that gives the value of another one together with its gradient.
    ValueAndGrad "value_and_grad" "(A -> Real) -> (A -> (Real, A))";
    /// So many executions of a random function that have not begun. Each has its own choices; none is scored yet.
    Spawn "spawn" "(() ~> A, Int) -> Suspended[A]";
    /// As `spawn`, where each execution keeps a trace of its choices.
    SpawnTraced "spawn_traced" "(() ~> A, Int) -> Suspended[A]";
    /// Each execution runs to its next score (`observe`, `factor`, `condition` or `checkpoint`) or to its end. Gives the batch, and the log weight that each
    /// has gained: 0 where it had finished already, minus infinity where it has become impossible, and is finished without a value.
    Advance "advance" "Suspended[A] ~> (Suspended[A], [Real])";
    /// As `advance`, to the end of each execution.
    Finish "finish" "Suspended[A] ~> (Suspended[A], [Real])";
    /// The log weights of executions: the sums of all that each has gained.
    LogWeights "log_weights" "Suspended[A] -> [Real]";
    /// Copies of the executions with these numbers, in this order: each goes on by itself.
    Select "select" "(Suspended[A], [Int]) -> Suspended[A]";
    /// The executions of two batches, one after the other. Both have traces, or neither has.
    Join "join" "(Suspended[A], Suspended[A]) -> Suspended[A]";
    /// The same as `select(join(first, second), numbers)`, without the batch in between.
    SelectJoined "select_joined" "(Suspended[A], Suspended[A], [Int]) -> Suspended[A]";
    /// Whether all executions of a batch have finished.
    IsFinished "is_finished" "Suspended[A] -> Bool";
    /// How many executions a batch has.
    Size "size" "Suspended[A] -> Int";
    /// The values of executions, all of which must have finished and be possible.
    Results "results" "Suspended[A] -> [A]";
    /// Of each execution with a trace, the numbers of its choices with this name (`x` is also the name of `x[0]` and `x.a`; the empty name that of all). Each
    /// element of an array or matrix that is drawn at once has a number.
    Choices "choices" "(Suspended[A], String) -> [[Int]]";
    /// Of each execution with a trace, the names of its choices; those without one have an empty one.
    Names "names" "Suspended[A] -> [[String]]";
    /// Of each execution with a trace, the values of its choices: of a Bool 0 or 1.
    Values "values" "Suspended[A] -> [[Real]]";
    /// Of each execution with a trace, the log densities of its choices, each given those before. That of an array or matrix stands at its first element, and 0
    /// at the others.
    LogDensities "log_densities" "Suspended[A] -> [[Real]]";
    /// Of each finished execution with a trace, the derivatives with respect to its choices of the log density of all that it has chosen and scored. NaN
    /// for choices that are no Reals, and where the compiler cannot differentiate what the execution does (`mem`, for one).
    Gradients "gradients" "Suspended[A] -> [[Real]]";
    /// Of each execution with a trace, the lower ends of the supports of its choices; NaN of elements that depend on each other, as those of a simplex.
    LowerBounds "lower_bounds" "Suspended[A] -> [[Real]]";
    /// Of each execution with a trace, the upper ends of the supports of its choices; NaN of elements that depend on each other.
    UpperBounds "upper_bounds" "Suspended[A] -> [[Real]]";
    /// Of each execution with a trace, the distances between the values of its choices: 0 of Reals, 1 of Ints and Bools, NaN of elements that depend on each
    /// other.
    Spacings "spacings" "Suspended[A] -> [[Real]]";
    /// Each execution with a trace again, up to where it is: of its choices those with these numbers get these values, the others keep theirs, and choices that
    /// it did not make before are drawn. Gives the new executions, and by how much the log of their weights times the densities of all choices but the drawn
    /// ones is above the old one.
    Revise "revise" "(Suspended[A], [[Int]], [[Real]]) ~> (Suspended[A], [Real])";
    /// As `revise`, but the choices with these numbers are drawn again too, from their priors; of an array or matrix all elements.
    Redraw "redraw" "(Suspended[A], [[Int]]) ~> (Suspended[A], [Real])";
    /// How many choices each execution of the first batch has in common with that of the second, their values included.
    Shared "shared" "(Suspended[A], Suspended[A]) -> [Int]";
    /// Whether somebody has asked the run to stop, or its time is up: long methods then give what they have.
    IsStopping "is_stopping" "() ~> Bool";
    /// The posterior of values with weights (which are divided by their sum) and a log evidence.
    Weighted "weighted" "([A], [Real], Real) -> Posterior[A]";
    /// The executions of the first batch, which from here on make the choices that the executions of the second batch have made, where those have made them. Where
    /// the second has one execution, all follow that.
    Follow "follow" "(Suspended[A], Suspended[A]) -> Suspended[A]";
    /// A point where SMC may resample, without a weight.
    Checkpoint "checkpoint" "() ~> Unit";
}
