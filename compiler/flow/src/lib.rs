//! Flow: first-order code on machine words, with structured control and explicit memory.
//!
//! Flow is what flattening gives and back ends emit. A [`Module`] is the code of some views of a program. Invariants
//! (checked by [`verify`]):
//!
//! 1. A local has one machine type. It is assigned on every path before it is used; loop-carried locals are assigned
//!    before the loop and again before each Continue; no other local is assigned twice on one path.
//! 2. Labels name enclosing constructs of the same function. Control may fall out of the end of a Block or of the
//!    branches of an If or Switch, never out of the end of a Loop's body or of a function.
//! 3. Before reference counting, no Retain or Release stands in the code, except the Release of a pointer that the
//!    store right after it overwrites (it is loaded from there right before). After it ([`Function::counted`]), every owned
//!    pointer is consumed exactly once on every path, and a borrowed one is used only while its owner is alive.
//! 4. A token is consumed exactly once on every path too, by the object made in its memory or by a Release, and none is
//!    held across a suspension.
//! 5. Only functions with `suspends` contain [`Stmt::Suspend`] or calls of functions with `suspends`. In those, all
//!    pointers live across a suspension are owned (except those of [`Function::environment`]).

pub mod liveness;
pub mod outline;
pub mod ownership;
pub mod print;
pub mod runtime;
pub mod verify;
pub mod visit;

use borel_abi::layout::{Layout, LayoutId};
use borel_abi::shape::{Shape, ShapeId};
use borel_source::Span;
pub use runtime::Runtime;

/// Index into [`Function::locals`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Local(pub u32);

/// Index into [`Module::functions`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FunctionId(pub u32);

/// The target of a jump, unique in its function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Label(pub u32);

/// What one Push moves to the tape: unique in the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Frame(pub u32);

/// Index into [`Module::sites`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Site(pub u32);

/// A machine type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ty {
    /// i64
    Int,
    /// f64
    Real,
    /// 0 or 1; a byte in registers, a word in memory
    Bool,
    /// A counted reference, see `borel_abi::layout`
    Pointer,
    /// The memory of a dead object, of so many words of 16 bytes, or 0: what a new object of that size may be made in
    Token(u32),
}

/// The code of a program.
#[derive(Clone, Debug, Default)]
pub struct Module {
    /// Layouts; the builtin ones come first.
    pub layouts: Vec<Layout>,
    /// Types.
    pub shapes: Vec<Shape>,
    /// Functions.
    pub functions: Vec<Function>,
    /// How many frames there are.
    pub frames: u32,
    /// Where errors can arise.
    pub sites: Vec<Span>,
    /// Names of choices, by the number in [`Runtime::Record`].
    pub choices: Vec<String>,
    /// Constants that are objects.
    pub statics: Vec<Static>,
    /// What can be inferred or run.
    pub roots: Vec<Root>,
    /// Choices of the replay view, by the number in [`Runtime`] calls that look them up.
    pub draws: Vec<borel_abi::module::Draw>,
    /// Whether particles carry a trace, a memo table, a scope and a counter (some function records, memoises or scopes).
    pub ambient: bool,
}

/// A constant that is an object.
#[derive(Clone, Debug, PartialEq)]
pub enum Static {
    /// Text
    Text(String),
    /// A `[Real]`
    Reals(Vec<f64>),
    /// An `[Int]`
    Ints(Vec<i64>),
}

/// What can be inferred or run: the root model or main, and each lambda that may reach `infer`. Each function here takes
/// the environment pointer (borrowed) as its only parameter.
#[derive(Clone, Debug)]
pub struct Root {
    /// For people.
    pub name: String,
    /// The layout of its environment.
    pub environment: LayoutId,
    /// A model's parameters in the order of the environment.
    pub parameters: Vec<(String, ShapeId)>,
    /// The type of its value.
    pub result: ShapeId,
    /// The function of each view that was asked for.
    pub simulate: Option<FunctionId>,
    /// Weigh view.
    pub weigh: Option<FunctionId>,
    /// Step view: a function with `suspends`, called by nothing else; returning from it finishes the particle.
    pub step: Option<FunctionId>,
    /// Traced view: likewise.
    pub traced: Option<FunctionId>,
    /// Enumerate view: likewise.
    pub enumerate: Option<FunctionId>,
    /// Density view.
    pub density: Option<FunctionId>,
    /// Replay view.
    pub replay: Option<FunctionId>,
    /// The density with its derivatives: without results.
    pub gradient: Option<FunctionId>,
    /// Whether anything in it observes, factors or conditions.
    pub observes: bool,
}

impl Root {
    /// The functions of its views.
    pub fn functions(&self) -> impl Iterator<Item = FunctionId> {
        let suspending = [self.step, self.traced, self.enumerate];
        let views = [self.simulate, self.weigh, self.density, self.replay, self.gradient];
        let views = views.into_iter().chain(suspending);
        views.flatten()
    }
}

/// Which view a function with `suspends` belongs to: each becomes part of the machine of its view.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum View {
    /// No sample, observe or factor in it or below: one version serves all views
    Pure,
    /// Draws everything, scores nothing
    Simulate,
    /// Draws, and adds up the log weight
    Weigh,
    /// As weigh, and suspends after each score
    Step,
    /// Suspends at each draw for the explorer to supply the value; adds up the log weight
    Enumerate,
    /// Reads each choice from an unconstrained point; adds up the log density of choices and scores, and the logarithms of the
    /// Jacobians of the transforms
    Density,
    /// Each choice is looked up in a trace by its address, or drawn where it is not there; choices are scored apart from the log weight
    Replay,
    /// As replay, and suspends after each score
    Traced,
}

impl View {
    /// Whether choices are looked up in a trace.
    pub fn looks_up(self) -> bool {
        matches!(self, View::Replay | View::Traced)
    }

    /// Whether scores suspend.
    pub fn stops_at_scores(self) -> bool {
        matches!(self, View::Step | View::Traced)
    }
}

/// A function.
#[derive(Clone, Debug)]
pub struct Function {
    /// For people; unique in the module.
    pub name: String,
    /// The view.
    pub view: View,
    /// Parameters.
    pub params: Vec<Local>,
    /// For each parameter that is a Pointer: whether the callee owns it (true) or borrows it.
    pub owned: Vec<bool>,
    /// The words it returns; returned pointers are owned by the caller.
    pub results: Vec<Ty>,
    /// All locals.
    pub locals: Vec<LocalInfo>,
    /// The code.
    pub body: Block,
    /// Whether it may suspend: it becomes part of its view's machine.
    pub suspends: bool,
    /// For roots: locals that are loads from the environment, with their slot. They are loaded at entry by ordinary
    /// statements of the body, and after a suspension they are loaded again instead of being saved; never counted.
    pub environment: Vec<(Local, u32)>,
    /// Whether reference counting has been inserted.
    pub counted: bool,
    /// Of a function that stands for the value and the gradient of another one, which takes the same: differentiation gives it
    /// its body.
    pub gradient_of: Option<FunctionId>,
    /// Where it is written: what errors name that have no place of their own (the stack overflows, the run is interrupted).
    pub site: Option<Site>,
}

/// What is known of a local.
#[derive(Clone, Debug)]
pub struct LocalInfo {
    /// For people; not unique.
    pub name: String,
    /// Its type.
    pub ty: Ty,
}

/// Statements in order.
pub type Block = Vec<Stmt>;

/// An operand.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Operand {
    /// A local
    Local(Local),
    /// A constant of type Int
    Int(i64),
    /// A constant of type Real
    Real(f64),
    /// A constant of type Bool
    Bool(bool),
    /// The constant with this index (immortal)
    Static(u32),
    /// A pointer constant: the constructor (without fields) with this index, an odd immediate
    Immediate(u32),
    /// A pointer constant: 0
    Null,
}

/// A statement.
#[derive(Clone, Debug)]
pub enum Stmt {
    /// Assigns a local
    Let(Local, Expr),
    /// Writes a slot of an object not yet shared (or unique): object, slot, value (consumed)
    Store(Operand, u32, Operand),
    /// Writes a word of an element of an array not yet shared (or unique): array, index, words per element, word, value
    /// (consumed)
    StoreElement(Operand, Operand, u32, u32, Operand),
    /// A new Fields object with these slots (consumed)
    New(Local, LayoutId, Vec<Operand>),
    /// Takes an object of this layout (consumed) apart: the locals, which have been loaded from these slots, are owned from
    /// here on; what else it refers to is released. If this was its last reference, its memory goes into the token
    Take(Option<Local>, Operand, LayoutId, Vec<(u32, Operand)>),
    /// As New, in the memory of the token (consumed) if it has any
    Renew(Local, Operand, LayoutId, Vec<Operand>),
    /// A new array of this length (checked to be at least 0 and to fit by the site); its pointer slots are 0
    NewArray(Local, LayoutId, Operand, Site),
    /// A call of a function of the module
    Call(Vec<Local>, FunctionId, Vec<Operand>),
    /// A call of the runtime. The site is where an error in it would be
    Runtime(Vec<Local>, Runtime, Vec<Operand>, Site),
    /// Writes a word of the context, by its offset in bytes. A Pointer is moved there; but among the results it is lent
    /// to the call of the runtime that follows
    SetContext(i32, Operand),
    /// Adds to the derivative with respect to a number of the point: index, Real
    AddDerivative(Operand, Operand),
    /// Moves words to the tape
    Push(Frame, Vec<Operand>),
    /// Takes the words that were pushed last back from the tape, in the order in which they were pushed (by the Push of the same
    /// frame); pointers are owned
    Pop(Frame, Vec<Local>),
    /// Adds one to the count
    Retain(Operand),
    /// Takes one from the count; frees at zero. Of a token: gives its memory back
    Release(Operand),
    /// Conditional
    If(Operand, Block, Block),
    /// On an Int
    Switch(Operand, Vec<(i64, Block)>, Block),
    /// Repeats the body until a Break or Return; raises if the run is interrupted
    Loop(Label, Block),
    /// Can be left by Break
    Block(Label, Block),
    /// Leaves the Loop or Block
    Break(Label),
    /// Next iteration of the Loop
    Continue(Label),
    /// Leaves the function with these words (consumed)
    Return(Vec<Operand>),
    /// Suspends the particle; see [`Suspension`]
    Suspend(Suspension, Site),
    /// Stops the program with an error at the site
    Trap(Trap, Vec<Operand>, Site),
}

/// Why a particle suspends.
#[derive(Clone, Debug)]
pub enum Suspension {
    /// A score or checkpoint has been passed (step view)
    Score,
    /// The explorer chooses a value of the distribution (an object, consumed); it comes back in the local, an Int
    /// (for a Bool 0 or 1; for an Empirical the index)
    Choice(Operand, Local),
}

/// Errors that compiled code finds itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u32)]
pub enum Trap {
    /// Index, length
    OutOfBounds = 1,
    /// Two lengths
    Lengths = 2,
    /// Int overflow
    Overflow = 3,
    /// Int division by zero
    DivisionByZero = 4,
    /// `fail(message)`: text
    Message = 5,
    /// A Real that is not an Int in range
    NotAnInt = 6,
    /// A negative exponent or length: the Int
    Negative = 7,
    /// Something that cannot happen
    Unreachable = 8,
    /// The method cannot run this construct (a continuous draw in the enumerate view)
    Refused = 9,
}

/// A computation without effects on memory.
#[derive(Clone, Debug)]
pub enum Expr {
    /// A copy
    Use(Operand),
    /// One operand
    Unary(Unary, Operand),
    /// Two operands
    Binary(Binary, Operand, Operand),
    /// Int arithmetic that traps with Overflow (or DivisionByZero) at the site
    Checked(Checked, Operand, Operand, Site),
    /// If the first is true the second, else the third
    Select(Operand, Operand, Operand),
    /// A slot of a Fields object of this layout (for a Pointer: borrowed from the object)
    Load(Operand, LayoutId, u32),
    /// A word of an element: array, index, words per element, word (for a Pointer: borrowed from the array)
    LoadElement(Operand, Operand, u32, u32),
    /// The length of an array (also the byte length of text), or the rows of a matrix
    Length(Operand),
    /// The layout number in the header of an object that is not an immediate
    LayoutOf(Operand),
    /// The constructor index of a data value, immediate or object of the data type whose layouts are given by
    /// constructor (None: no fields, so an immediate)
    Tag(Operand, Vec<Option<LayoutId>>),
    /// A word of the context, by its offset in bytes
    Context(i32),
    /// A number of the unconstrained point: a Real
    Point(Operand),
    /// What the plan says that such a number is read for: an Int
    Plan(Operand),
}

/// Operations on one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unary {
    /// Real
    Negate,
    /// Real
    Abs,
    /// Real
    Sqrt,
    /// Bool
    Not,
    /// Int to Real
    IntToReal,
    /// Bool to Int
    BoolToInt,
    /// Int (0 or not) to Bool
    IntToBool,
    /// Real to its bits as an Int
    Bits,
    /// Int to the Real with these bits
    FromBits,
    /// Pointer: is it 0?
    IsNull,
    /// Pointer to its address as an Int
    Address,
}

/// Operations on two words that cannot fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Binary {
    /// Real
    Add,
    /// Real
    Sub,
    /// Real
    Mul,
    /// Real
    Div,
    /// Real: the smaller (NaN if either is)
    Min,
    /// Real
    Max,
    /// Real comparison
    Eq,
    /// Real comparison
    Lt,
    /// Real comparison
    Le,
    /// Int without check (indices known to be in range)
    AddInt,
    /// Int without check
    SubInt,
    /// Int without check
    MulInt,
    /// Int
    MinInt,
    /// Int
    MaxInt,
    /// Int comparison
    EqInt,
    /// Int comparison
    LtInt,
    /// Int comparison
    LeInt,
    /// Int comparison as if unsigned (bounds checks)
    LtUnsigned,
    /// Int: an address from an address and a number
    Mix,
    /// Bool, both evaluated
    And,
    /// Bool
    Or,
    /// Bool
    EqBool,
}

/// Int operations that may trap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Checked {
    /// Overflow
    Add,
    /// Overflow
    Sub,
    /// Overflow
    Mul,
    /// Rounded towards minus infinity; DivisionByZero, Overflow
    Div,
    /// Sign of the divisor; DivisionByZero
    Rem,
}
