//! Core: a monomorphic, higher-order functional language in A-normal form with structured control.
//!
//! Core is what lowering gives and specialisation transforms. `sample`, `observe` and `factor` are still abstract: views
//! give them their meaning. Invariants, which [`verify`] checks:
//!
//! 1. Every [`Var`] is bound once in the program and used only inside the scope of its binding; its type is in
//!    [`Program::vars`].
//! 2. Operands are atoms: variables or constants.
//! 3. A block ends by yielding a value to the construct around it, or by a jump: to an enclosing label of the same
//!    function or lambda, or out of it. Control never falls through.
//! 4. Types are concrete: no type parameters, and operands have exactly the types their operation asks for (an Int never
//!    stands where a Real does).
//! 5. Top-level functions are first order in their linkage: captured variables have become parameters. Only
//!    [`Op::Lambda`] captures, by value; there are no cycles between values.

pub mod build;
pub mod prim;
pub mod print;
pub mod verify;

pub use borel_distributions::Kind as DistKind;
pub use borel_math::special::Special;
use borel_source::{Name, Span};

/// Index into [`Program::types`]; equal types have equal indices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ty(pub u32);

/// Index into [`Program::vars`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Var(pub u32);

/// Index into [`Program::functions`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FunctionId(pub u32);

/// Index into [`Program::datas`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DataId(pub u32);

/// Index into [`Program::choices`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ChoiceId(pub u32);

/// The target of a jump, unique in the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Label(pub u32);

/// A whole program.
#[derive(Clone, Debug, Default)]
pub struct Program {
    /// Interned types.
    pub types: Vec<Type>,
    /// Data types, one per instance.
    pub datas: Vec<Data>,
    /// Functions.
    pub functions: Vec<Function>,
    /// All variables.
    pub vars: Vec<VarInfo>,
    /// Names of choices.
    pub choices: Vec<Choice>,
    /// How many labels have been given out.
    pub labels: u32,
    /// The functions from outside callable: the model or main that is compiled.
    pub root: Option<FunctionId>,
    /// Whether its density is wanted: then draws stay choices of the distributions that they are drawn from, and each of many
    /// observations is scored by itself.
    pub density: bool,
    /// Whether executions keep traces that are read by names: then named draws stay draws of what they are drawn from.
    pub traces: bool,
}

/// A type.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Type {
    /// One value
    Unit,
    /// false, true
    Bool,
    /// 64 bits, signed
    Int,
    /// 64-bit float
    Real,
    /// Text
    String,
    /// Rows x columns of Real
    Matrix,
    /// Unboxed product; records too: fields in sorted order, with their names
    Tuple(Vec<Ty>, Option<Vec<Name>>),
    /// Contiguous
    Array(Ty),
    /// A closure
    Function(Vec<Ty>, Ty),
    /// A distribution value
    Dist(Ty),
    /// Draws, weights, log evidence
    Posterior(Ty),
    /// A batch of suspended executions
    Suspended(Ty),
    /// A way to infer: kind, count, resampling scheme, threshold, mass
    Method,
    /// A data type
    Data(DataId),
}

/// A data type instance.
#[derive(Clone, Debug)]
pub struct Data {
    /// For people, for example `Tree[Real]`.
    pub name: String,
    /// In the order declared.
    pub constructors: Vec<Constructor>,
}

/// A constructor.
#[derive(Clone, Debug)]
pub struct Constructor {
    /// Its name.
    pub name: Name,
    /// The types of its fields.
    pub fields: Vec<Ty>,
}

/// What is known of a variable.
#[derive(Clone, Debug)]
pub struct VarInfo {
    /// For people; not unique.
    pub name: Name,
    /// Its type.
    pub ty: Ty,
}

/// A named choice or prefix: the name in `let x ~ d` or `x ~ d`.
#[derive(Clone, Debug)]
pub struct Choice {
    /// The name as written.
    pub name: Name,
    /// Where.
    pub span: Span,
}

/// A top-level function.
#[derive(Clone, Debug)]
pub struct Function {
    /// For people; not unique.
    pub name: Name,
    /// Parameters.
    pub params: Vec<Var>,
    /// The type of its value.
    pub result: Ty,
    /// Its body; yields its value.
    pub body: Block,
    /// The header.
    pub span: Span,
    /// A model: its parameters are data.
    pub is_model: bool,
}

/// Statements in order, then an end.
#[derive(Clone, Debug, Default)]
pub struct Block {
    /// In order.
    pub stmts: Vec<Stmt>,
    /// How it ends.
    pub end: End,
}

/// `let var = op`.
#[derive(Clone, Debug)]
pub struct Stmt {
    /// The binding; of type Unit where the value does not matter.
    pub var: Var,
    /// What is computed.
    pub op: Op,
    /// The source of it.
    pub span: Span,
}

/// The end of a block.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum End {
    /// The value of the construct around it (branch, lambda, function, [`Op::Block`], [`Op::Build`] element). The body
    /// of an [`Op::Loop`] never yields.
    Yield(Atom),
    /// Leaves the [`Op::Block`] or [`Op::Loop`] of this label with a value.
    Break(Label, Atom),
    /// Next iteration of the [`Op::Loop`] of this label, with new values of its parameters.
    Continue(Label, Vec<Atom>),
    /// Leaves the function or lambda with a value.
    Return(Atom),
    /// Control does not get here: the statement before it (an [`Op::Fail`], or an `if` all of whose branches jump)
    /// does not come back.
    #[default]
    Unreachable,
}

/// An operand.
#[derive(Clone, Debug, PartialEq)]
pub enum Atom {
    /// A variable
    Var(Var),
    /// `()`
    Unit,
    /// A constant
    Bool(bool),
    /// A constant
    Int(i64),
    /// A constant
    Real(f64),
    /// A constant
    String(Name),
}

/// Where a draw or score gets its distribution.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    /// A distribution value (of type Dist).
    Value(Atom),
    /// A distribution of the catalogue with its parameters: nothing is allocated. Lowering gives `Value` of an
    /// [`Op::Dist`]; specialisation makes it `Known`.
    Known(DistKind, Vec<Atom>),
}

/// A computation.
#[derive(Clone, Debug)]
pub enum Op {
    /// A copy
    Atom(Atom),
    /// A primitive on values, pure (or stopping the program with an error at the statement's span)
    Prim(Prim, Vec<Atom>),
    /// A call of a top-level function
    Call(FunctionId, Vec<Atom>),
    /// A call of a closure
    Apply(Atom, Vec<Atom>),
    /// A closure: captures its free variables by value
    Lambda(Box<Lambda>),
    /// An unboxed product (types say whether it is a record)
    Tuple(Vec<Atom>),
    /// A component
    Project(Atom, u32),
    /// A value of a data type: constructor index, fields
    Construct(DataId, u32, Vec<Atom>),
    /// One case per constructor listed: index, fields bound, block; else the default
    Match(Atom, Vec<(u32, Vec<Var>, Block)>, Option<Block>),
    /// A conditional
    If(Atom, Block, Block),
    /// A loop: parameters with their initial values; left by Break or Return
    Loop(Label, Vec<(Var, Atom)>, Block),
    /// A block that can be left early; Yield in it gives its value too
    Block(Label, Block),
    /// The array of the block's values for the index from 0 up to but without the length; iterations in order
    Build(Atom, Var, Block),
    /// An array of given elements
    Array(Vec<Atom>),
    /// A distribution of the catalogue as a value
    Dist(DistKind, Vec<Atom>),
    /// A distribution that combines others, or functions, as a value
    Structural(Structural, Vec<Atom>),
    /// A draw; with the name of the choice, if it has one
    Sample(Source, Option<ChoiceId>),
    /// A Real from the next number of the point of a density, above and below the bounds that there are, or so many as an array (without
    /// bounds); the logarithm of the Jacobian is scored
    Read(Bounds, Option<Atom>),
    /// Names a value as (part of) a choice: what a pattern in `let (a, b) ~ d` binds
    Record(ChoiceId, Atom),
    /// Scores the value under the distribution; SMC may resample after it
    Observe(Source, Atom),
    /// Adds to the log weight; SMC may resample after it
    Factor(Atom),
    /// SMC may resample here
    Checkpoint,
    /// Runs the block with the choice as a prefix of the names of the choices inside: `let f ~ random_line()`
    Scoped(ChoiceId, Block),
    /// The log density of the distribution at a value, pure
    LogDensity(Source, Atom),
    /// A quantity of the distribution, pure, with its operands
    Quantity(Quantity, Source, Vec<Atom>),
    /// Stochastic memoisation of a closure with one parameter
    Mem(Atom),
    /// A new cell of the execution that holds a value; its number
    Cell(Atom),
    /// Takes the value out of a cell; stops the program if it is out already
    Take(Atom),
    /// Puts a value into a cell
    Put(Atom, Atom),
    /// The posterior of a closure without parameters by a method
    Infer(Atom, Atom),
    /// Something done with batches of suspended executions
    Batch(Batch, Vec<Atom>),
    /// The value of a closure at a value, and the derivatives with respect to that: a pair
    Gradient(Atom, Atom),
    /// Prints text; the line is complete
    Print(Atom),
    /// Stops the program
    Fail(Failure),
}

/// What can be done with batches of suspended executions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Batch {
    /// Closure, Int: so many executions that have not begun
    Spawn,
    /// The same, each with a trace
    SpawnTraced,
    /// Each execution to its next score or to its end: the batch, and the log weights that they gain
    Advance,
    /// Each execution to its end: the batch, and the log weights that they gain
    Finish,
    /// All that each has gained
    LogWeights,
    /// Batch, \[Int\]: copies of the executions with these numbers
    Select,
    /// The executions of two batches
    Join,
    /// Two batches, \[Int\]: copies of the executions with these numbers of both, joined
    SelectJoined,
    /// Whether all have finished
    IsFinished,
    /// How many there are
    Size,
    /// The values that they have come to
    Results,
    /// Batch, name: the numbers of the choices with the name, for each execution
    Choices,
    /// The names of all choices, for each execution
    Names,
    /// A Real for each choice, for each execution
    Numbers(Number),
    /// A derivative of the log density of everything for each choice, for each execution
    Gradients,
    /// Batch, \[\[Int\]\], \[\[Real\]\]: each execution again, in which these choices have these values; with the log ratios of the densities
    Revise,
    /// Batch, \[\[Int\]\]: each execution again, in which these choices are drawn again; with the log ratios of the densities
    Redraw,
    /// Whether the run is to come to an end, with what there is
    IsStopping,
    /// Two batches: how many choices executions have in common, with their values
    Shared,
    /// Two batches: the executions of the first look up their choices in the traces of the second
    Follow,
}

impl Program {
    /// Whether executions keep traces that the program can read.
    pub fn keeps_traces(&self) -> bool {
        self.does(Batch::SpawnTraced)
    }

    /// Whether it does this with batches anywhere.
    pub fn does(&self, wanted: Batch) -> bool {
        fn does(block: &Block, wanted: Batch) -> bool {
            let is_wanted = |op: &Op| matches!(op, Op::Batch(batch, _) if *batch == wanted);
            block
                .stmts
                .iter()
                .any(|stmt| is_wanted(&stmt.op) || stmt.op.blocks().into_iter().any(|inner| does(inner, wanted)))
        }
        self.functions.iter().any(|function| does(&function.body, wanted))
    }
}

/// What there is to know of a choice of a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Number {
    /// Its value: of a Bool 0 or 1, of what is no scalar NaN
    Value,
    /// Its log density
    LogDensity,
    /// The lower end of its support
    Lower,
    /// The upper end of its support
    Upper,
    /// The distance between its values: 0 of Reals, 1 of Ints and Bools
    Spacing,
}

impl Batch {
    /// Whether it is random.
    pub fn is_random(self) -> bool {
        matches!(self, Batch::Advance | Batch::Finish | Batch::Revise | Batch::Redraw)
    }

    /// Its name in programs.
    pub fn name(self) -> &'static str {
        match self {
            Batch::Spawn => "spawn",
            Batch::SpawnTraced => "spawn_traced",
            Batch::Advance => "advance",
            Batch::Finish => "finish",
            Batch::LogWeights => "log_weights",
            Batch::Select => "select",
            Batch::Join => "join",
            Batch::SelectJoined => "select_joined",
            Batch::IsFinished => "is_finished",
            Batch::Size => "size",
            Batch::Results => "results",
            Batch::Choices => "choices",
            Batch::Names => "names",
            Batch::Numbers(Number::Value) => "values",
            Batch::Numbers(Number::LogDensity) => "log_densities",
            Batch::Numbers(Number::Lower) => "lower_bounds",
            Batch::Numbers(Number::Upper) => "upper_bounds",
            Batch::Numbers(Number::Spacing) => "spacings",
            Batch::Gradients => "gradients",
            Batch::Revise => "revise",
            Batch::Redraw => "redraw",
            Batch::IsStopping => "is_stopping",
            Batch::Shared => "shared",
            Batch::Follow => "follow",
        }
    }
}

/// An anonymous function.
#[derive(Clone, Debug)]
pub struct Lambda {
    /// Parameters.
    pub params: Vec<Var>,
    /// The type of its value.
    pub result: Ty,
    /// Its body; yields or returns its value.
    pub body: Block,
}

/// Why a program stops.
#[derive(Clone, Debug, PartialEq)]
pub enum Failure {
    /// `fail(message)`
    Message(Atom),
    /// A loop, recursion or match that cannot happen
    Unreachable,
    /// Two arrays or matrices that should have the same length have these
    Lengths(Atom, Atom),
    /// An index outside an array of this length
    OutOfBounds(Atom, Atom),
}

/// Distributions that combine others, or functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Structural {
    /// Always the operand
    Delta,
    /// `iid(d, n)`: n draws of d
    Iid,
    /// Independent draws of an array of distributions
    Product,
    /// A draw of the array (first operand) by the weights (second), which sum to 1: a posterior
    Empirical,
    /// Made of functions: closures for the parts that are given, in the order of [`Part::ALL`], then the lower and the upper
    /// bound of the support
    Custom(Given),
}

/// A function that a distribution is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Part {
    /// `() ~> A`: a draw
    Sample,
    /// `A -> Real`
    LogDensity,
    /// `A -> Real`: log P(X <= x)
    LogCdf,
    /// `A -> Real`: log P(X > x)
    LogCcdf,
    /// `Real -> A`
    Quantile,
    /// `Real -> A`
    QuantileCcdf,
    /// `() -> mean of A`
    Mean,
    /// `() -> mean of A`
    Variance,
    /// `() -> Real`
    Entropy,
    /// `() ~> A`: a value of unconstrained numbers, with the logarithm of the Jacobian as a score
    Transform,
}

impl Part {
    /// All of them, in the order of their operands.
    pub const ALL: [Part; 10] = [
        Part::Sample,
        Part::LogDensity,
        Part::LogCdf,
        Part::LogCcdf,
        Part::Quantile,
        Part::QuantileCcdf,
        Part::Mean,
        Part::Variance,
        Part::Entropy,
        Part::Transform,
    ];
}

/// Which parts a distribution is made of.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Given(u16);

impl Given {
    /// With one more part.
    pub fn with(self, part: Part) -> Given {
        Given(self.0 | 1 << part as u16)
    }

    /// The parts in order.
    pub fn parts(self) -> impl Iterator<Item = Part> {
        Part::ALL.into_iter().filter(move |part| self.0 & 1 << *part as u16 != 0)
    }

    /// The operand that is the part.
    pub fn position(self, wanted: Part) -> Option<usize> {
        self.parts().position(|part| part == wanted)
    }
}

impl std::fmt::Debug for Given {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.parts()).finish()
    }
}

/// A number that a distribution has, or a function of it other than its density.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Quantity {
    /// P(X <= x), of x
    Cdf,
    /// P(X > x), of x
    Ccdf,
    /// log P(X <= x), of x
    LogCdf,
    /// log P(X > x), of x
    LogCcdf,
    /// The smallest x with P(X <= x) >= p, of p, which is known to be from 0 to 1
    Quantile,
    /// The smallest x with P(X > x) <= q, of q, which is known to be from 0 to 1
    QuantileCcdf,
    /// The mean, in the shape of the value
    Mean,
    /// The variance, in the shape of the value
    Variance,
    /// The entropy in nats
    Entropy,
    /// The lower end of the support
    LowerBound,
    /// The upper end of the support
    UpperBound,
    /// What the log density needs of the parameters alone; only of known distributions over numbers. It does not fail,
    /// whatever the parameters
    Normaliser,
    /// The log density, of a value and the normaliser; only of known distributions over numbers
    LogDensityGiven,
}

impl Quantity {
    /// How many operands it takes.
    pub fn operands(self) -> usize {
        match self {
            Quantity::Cdf | Quantity::Ccdf | Quantity::LogCdf | Quantity::LogCcdf => 1,
            Quantity::Quantile | Quantity::QuantileCcdf => 1,
            Quantity::LogDensityGiven => 2,
            _ => 0,
        }
    }

    /// What it is called in messages.
    pub fn name(self) -> &'static str {
        match self {
            Quantity::Cdf => "cdf",
            Quantity::Ccdf => "ccdf",
            Quantity::LogCdf => "log_cdf",
            Quantity::LogCcdf => "log_ccdf",
            Quantity::Quantile => "quantile",
            Quantity::QuantileCcdf => "quantile_ccdf",
            Quantity::Mean => "mean",
            Quantity::Variance => "variance",
            Quantity::Entropy => "entropy",
            Quantity::LowerBound => "lower_bound",
            Quantity::UpperBound => "upper_bound",
            Quantity::Normaliser => "normaliser",
            Quantity::LogDensityGiven => "log_density",
        }
    }

    /// The part of a distribution made of functions that it is got from, if it is a function.
    pub fn part(self) -> Option<Part> {
        Some(match self {
            Quantity::Cdf | Quantity::LogCdf => Part::LogCdf,
            Quantity::Ccdf | Quantity::LogCcdf => Part::LogCcdf,
            Quantity::Quantile => Part::Quantile,
            Quantity::QuantileCcdf => Part::QuantileCcdf,
            Quantity::Mean => Part::Mean,
            Quantity::Variance => Part::Variance,
            Quantity::Entropy => Part::Entropy,
            Quantity::LogDensityGiven => Part::LogDensity,
            Quantity::LowerBound | Quantity::UpperBound | Quantity::Normaliser => return None,
        })
    }
}

/// What to say where a distribution made of functions is asked for a part that it was not given.
pub fn missing(part: Part) -> &'static str {
    match part {
        Part::Sample => {
            "this distribution is improper: no one can draw from it; score it with `observe`, or draw from a proper one such as Normal"
        }
        Part::LogDensity => "this distribution has no density",
        Part::LogCdf => "this distribution has no cdf",
        Part::LogCcdf => "this distribution has no ccdf",
        Part::Quantile | Part::QuantileCcdf => "this distribution has no quantiles",
        Part::Mean => "the mean of this distribution is not known",
        Part::Variance => "the variance of this distribution is not known",
        Part::Entropy => "the entropy of this distribution is not known",
        Part::Transform => "the transform of this distribution is not known",
    }
}

/// Finite bounds of a Real, lower and upper, where it has any.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Bounds {
    /// What it is above.
    pub lower: Option<Atom>,
    /// What it is below.
    pub upper: Option<Atom>,
}

/// Primitives. Those marked (!) may stop the program at the span of the statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Prim {
    /// Int arithmetic; overflow (!)
    AddInt,
    /// The next Int after one that is known to be below another
    NextInt,
    /// (!)
    SubInt,
    /// (!)
    MulInt,
    /// Rounded down; by zero (!)
    DivInt,
    /// Sign of the divisor; by zero (!)
    RemInt,
    /// Int to a non-negative Int (!)
    PowInt,
    /// (!)
    NegInt,
    /// (!)
    AbsInt,
    /// Smaller
    MinInt,
    /// Larger
    MaxInt,
    /// Comparison
    EqInt,
    /// Comparison
    LtInt,
    /// Comparison
    LeInt,
    /// Real arithmetic
    Add,
    /// Real arithmetic
    Sub,
    /// Real arithmetic
    Mul,
    /// Real arithmetic
    Div,
    /// Real arithmetic
    Pow,
    /// Of two Reals the one halfway between in their order
    Midpoint,
    /// Real arithmetic
    Neg,
    /// Real arithmetic
    Abs,
    /// Real arithmetic
    Min,
    /// Real arithmetic
    Max,
    /// Comparison (IEEE: false on NaN)
    Eq,
    /// Comparison
    Lt,
    /// Comparison
    Le,
    /// Function of a Real
    Exp,
    /// Function of a Real
    Log,
    /// Function of a Real
    Log1p,
    /// Function of a Real
    Expm1,
    /// Function of a Real
    Sqrt,
    /// Function of a Real
    Sin,
    /// Function of a Real
    Cos,
    /// Function of a Real
    Tan,
    /// Function of a Real
    Atan,
    /// Function of a Real
    Tanh,
    /// Function of Reals
    Special(Special),
    /// Real to Int; out of range (!)
    Floor,
    /// (!)
    Ceil,
    /// (!)
    Round,
    /// Real to Bool
    IsNan,
    /// Int to Real
    IntToReal,
    /// Bool to Int
    BoolToInt,
    /// Bool
    Not,
    /// Bool equality
    EqBool,
    /// Structural equality of two values of one type (strings, arrays, tuples, data ...)
    EqAny,
    /// Order of strings
    LtString,
    /// Order of strings
    LeString,
    /// Array length
    Len,
    /// Array, index; out of bounds (!)
    Index,
    /// Array, index, known to be in bounds
    IndexUnchecked,
    /// Array, index, value: the array with that element (in place when unique) (!)
    Set,
    /// Array, lo, hi: elements lo..hi (!)
    Slice,
    /// Two arrays
    Concat,
    /// Array, element: the array with one more (in place when unique)
    Push,
    /// `a..b` as an array of Int
    Range,
    /// Sum of [Real]
    SumReal,
    /// Sum of [Int] (!)
    SumInt,
    /// Draws, weights, p: the smallest draw below or at which the mass is at least p, or the largest; of none (!)
    WeightedQuantile,
    /// Any value as text
    Str,
    /// Two strings
    ConcatString,
    /// Characters
    LenString,
    /// String, lo, hi (!)
    SliceString,
    /// Matrix, i, j (!)
    IndexMatrix,
    /// Matrix, i: a row (!)
    RowMatrix,
    /// Matrix, i, j, value (!)
    SetMatrix,
    /// [[Real]] of equal lengths (!) to Matrix
    Matrix,
    /// Matrix to [[Real]]
    ToRows,
    /// Rows
    RowsMatrix,
    /// Columns
    ColumnsMatrix,
    /// Matrix
    Transpose,
    /// Int to Matrix (!)
    Identity,
    /// [Real] to Matrix
    Diagonal,
    /// Matrix (!)
    Cholesky,
    /// Matrix, [Real] (!)
    Solve,
    /// Lower triangular Matrix, [Real] (!)
    SolveLower,
    /// Upper triangular Matrix, [Real] (!)
    SolveUpper,
    /// Matrix (!)
    Inverse,
    /// Matrix (!)
    LogDeterminant,
    /// Matrix (!): shapes
    AddMatrix,
    /// (!)
    SubMatrix,
    /// elementwise (!)
    MulMatrix,
    /// elementwise (!)
    DivMatrix,
    /// Matrix and Matrix (!)
    MatMul,
    /// Matrix and [Real] (!)
    MatVec,
    /// [Real] and Matrix (!)
    VecMat,
    /// [Real] and [Real] (!)
    Dot,
    /// Sum of the elements of a Matrix
    SumMatrix,
    /// The elements of a Matrix as [Real] in row-major order
    MatrixElements,
    /// [Real] in row-major order, rows, columns: a Matrix
    MatrixFromElements,
    /// Posterior to [A]
    Draws,
    /// Posterior to [Real]
    Weights,
    /// Posterior to Real
    LogEvidence,
    /// [A], [Real], Real to Posterior[A]
    Posterior,
    /// kind (0 enumerate, 1 importance, 2 smc, 3 mh), count, resampling (0 systematic, 1 stratified, 2 multinomial, 3 residual) or steps
    /// for each draw, threshold or length of the warmup, mass to Method
    Method,
}
