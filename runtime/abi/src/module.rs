//! A compiled program as the runtime sees it.

use crate::ctx::Ctx;
use crate::layout::{Layout, LayoutId};
use crate::shape::{Shape, ShapeId};

/// A compiled program. Native code is behind the function pointers; whoever made them keeps it alive.
#[derive(Clone, Debug, Default)]
pub struct Module {
    /// Layouts by [`LayoutId`]; the builtin ones come first.
    pub layouts: Vec<Layout>,
    /// Types by [`ShapeId`].
    pub shapes: Vec<Shape>,
    /// Choice names, with the shape recorded for each.
    pub choices: Vec<ChoiceInfo>,
    /// How many source places errors can name; the driver maps them to spans.
    pub sites: u32,
    /// Everything that can be inferred: the model run, and each lambda that may reach `infer`.
    pub roots: Vec<Root>,
    /// Advances particles to their next observation (step view).
    pub step: Option<Machine>,
    /// The same, on the trace of the worker (traced view).
    pub traced: Option<Machine>,
    /// Advances particles to their next finite choice (enumerate view).
    pub enumerate: Option<Machine>,
    /// Where the program draws, in the replay view.
    pub draws: Vec<Draw>,
}

/// A place where a program draws.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Draw {
    /// The distribution, by its number in the catalogue; none: a draw of a posterior, by its index, or the seed of an
    /// inference.
    pub distribution: Option<u32>,
    /// The name of the choice, by its number, if it has one.
    pub choice: Option<u32>,
    /// The source place.
    pub site: u32,
    /// Whether the value is a pointer.
    pub is_pointer: bool,
}

/// A name for choices.
#[derive(Clone, Debug, PartialEq)]
pub struct ChoiceInfo {
    /// As written.
    pub name: String,
}

/// A random function without parameters that can be inferred. Its environment is an object: captured values for a
/// lambda, the data for a model.
#[derive(Clone, Debug)]
pub struct Root {
    /// For people.
    pub name: String,
    /// The layout of the environment.
    pub environment: LayoutId,
    /// The names and shapes of a model's parameters, in the order of the environment's slots; empty for lambdas.
    pub parameters: Vec<(String, ShapeId)>,
    /// The type of the value.
    pub result: ShapeId,
    /// Runs it to its end without scoring (simulate view).
    pub simulate: Option<Run>,
    /// Runs it to its end, with the weight of its observations (weigh view).
    pub weigh: Option<Run>,
    /// Runs it to its end at the point of the worker, with its log density (density view). Named choices are recorded if the program
    /// was compiled to record.
    pub density: Option<Run>,
    /// Runs it to its end on the trace of the worker (replay view).
    pub replay: Option<Run>,
    /// Adds the derivatives of the log density to those of the point; without results (gradient of the density view).
    pub gradient: Option<Run>,
    /// The state of a particle that has not begun, in [`Module::step`].
    pub step_start: Option<u64>,
    /// The same in [`Module::traced`].
    pub traced_start: Option<u64>,
    /// The same in [`Module::enumerate`].
    pub enumerate_start: Option<u64>,
    /// The layouts of batches of its executions: in [`Module::step`], and in [`Module::traced`].
    pub batches: [Option<LayoutId>; 2],
    /// Whether anything in it observes, factors or conditions.
    pub observes: bool,
}

/// Runs a root once: context, environment (borrowed), where the words of the result go (owned by the caller after).
/// The log weight is left in [`Ctx::log_weight`], which the caller set to 0.
pub type Run = unsafe extern "C" fn(*mut Ctx, *const u64, *mut u64);

/// Advances `count` particles of `stride` words each from `particles`: each that is not [`DONE`] goes to its next
/// suspension or to its end. The environment is borrowed.
pub type Advance = unsafe extern "C" fn(*mut Ctx, *const u64, *mut u64, i64);

/// A state machine over flat particles.
///
/// Words of a particle: 0 the state, 1 the log weight gained in this advance (bits of an f64), then if `ambient` 2 the
/// trace, 3 the memo table (both pointers), 4 the scope, 5 the number of `mem`s made; then the frame.
#[derive(Clone, Debug)]
pub struct Machine {
    /// The code.
    pub advance: Advance,
    /// Words of a particle.
    pub stride: usize,
    /// Whether particles carry a trace, a memo table, a scope and a counter.
    pub ambient: bool,
    /// By state: what the frame holds.
    pub states: Vec<State>,
}

/// A particle that has not begun, one that is suspended at some point, or one that is [`DONE`].
#[derive(Clone, Debug, Default)]
pub struct State {
    /// Words of the frame that are owned pointers, as indices into the particle.
    pub pointers: Vec<u32>,
    /// The site of the observation or choice it is suspended at.
    pub site: Option<u32>,
}

/// The state of a finished particle: the words of its result start the frame.
pub const DONE: u64 = u64::MAX;

/// The word of an ambient particle that is the trace of names.
pub const TRACE: u32 = 2;
/// The word of an ambient particle that is the memo table.
pub const MEMO: u32 = 3;

/// First word of the frame.
pub fn frame_start(ambient: bool) -> usize {
    if ambient { 6 } else { 2 }
}
