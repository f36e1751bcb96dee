//! Objects on the heap: an 8-byte header (count: u32, layout: u32), then words.
//!
//! | kind   | words after the header |
//! |---|---|
//! | Fields | the slots |
//! | Array  | length, then length x element slots |
//! | Text   | length in bytes, then the bytes (UTF-8), padded |
//! | Matrix | rows, columns, then rows x columns reals in row-major order |
//! | Batch  | how many executions, then their words: [`crate::batch`] |
//!
//! A word of kind [`Slot::Pointer`] is the address of an object, or an odd number `2 * c + 1` that stands for the c-th
//! constructor (which has no fields), or 0 (not yet initialised; never seen by programs).

use crate::shape::ShapeId;

/// Bit of the count of objects that are never freed and shared by all workers.
pub const IMMORTAL: u32 = 1 << 31;

/// Bytes of the header.
pub const HEADER: i32 = 8;

/// Index into [`crate::module::Module::layouts`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct LayoutId(pub u32);

/// What a word is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Slot {
    /// i64
    Int,
    /// f64
    Real,
    /// 0 or 1
    Bool,
    /// A counted reference (or an odd immediate, or 0)
    Pointer,
}

/// The layout of a kind of object.
#[derive(Clone, PartialEq, Debug)]
pub struct Layout {
    /// For people.
    pub name: String,
    /// How its words are arranged.
    pub kind: LayoutKind,
    /// What it represents.
    pub role: Role,
}

/// How the words of an object are arranged.
#[derive(Clone, PartialEq, Debug)]
pub enum LayoutKind {
    /// A fixed number of slots.
    Fields(Vec<Slot>),
    /// Elements of these slots each.
    Array(Vec<Slot>),
    /// Bytes.
    Text,
    /// Reals.
    Matrix,
    /// Suspended executions: see [`crate::batch`].
    Batch(BatchLayout),
}

/// How the particles of a batch are arranged.
#[derive(Clone, Debug, PartialEq)]
pub struct BatchLayout {
    /// Words of a particle.
    pub stride: usize,
    /// By state: which of its words are pointers.
    pub states: Vec<Vec<u32>>,
    /// The same of a particle that has finished.
    pub finished: Vec<u32>,
    /// The type of the value that it comes to.
    pub result: ShapeId,
    /// Whether executions keep traces.
    pub is_traced: bool,
}

/// What an object represents.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Role {
    /// An array, text, matrix, key or box: nothing more to say.
    Plain,
    /// The constructor with this index of its data type.
    Constructor(u32),
    /// A closure (the number is that of its lambda): slots are the captured values.
    Closure(u32),
    /// A distribution of the catalogue (its `Kind` as a number): slots are the parameters in order, arrays and matrices
    /// as pointers.
    Distribution(u32),
    /// One slot sequence: the value.
    Delta,
    /// Pointer to a distribution, Int.
    Iid,
    /// Pointer to an array of distributions.
    Product,
    /// Pointer to an array of values, pointer to an array of weights.
    Empirical,
    /// A distribution made of functions (the number is that of the place that makes it): pointers to closures, then the bounds of
    /// the support.
    Custom(u32),
    /// The rest of a suspended computation; the first slot points to the frame below (or is 0).
    Frame,
}

/// Layouts that every module has, at these indices.
pub mod builtin {
    use super::LayoutId;
    /// Text.
    pub const TEXT: LayoutId = LayoutId(0);
    /// A matrix.
    pub const MATRIX: LayoutId = LayoutId(1);
    /// `[Real]`.
    pub const REALS: LayoutId = LayoutId(2);
    /// `[Int]`.
    pub const INTS: LayoutId = LayoutId(3);
    /// An array of pointers to anything.
    pub const POINTERS: LayoutId = LayoutId(4);
    /// `[Bool]`.
    pub const BOOLS: LayoutId = LayoutId(5);
    /// A recorded choice: next record, scope, choice, index, shape, value (one word or a pointer to a box),
    /// the position of the stream after the draw.
    pub const RECORD: LayoutId = LayoutId(6);
    /// A recorded choice whose value is a pointer.
    pub const RECORD_POINTER: LayoutId = LayoutId(7);
    /// A node of the persistent map behind `mem`: key, value, left, right, hash, height.
    pub const MEMO: LayoutId = LayoutId(8);
    /// The trace of an execution: see [`crate::batch`].
    pub const TRACE: LayoutId = LayoutId(9);
    /// The choices of a trace.
    pub const CHOICES: LayoutId = LayoutId(10);
    /// How many there are.
    pub const COUNT: u32 = 11;
}

/// The builtin layouts, in order.
pub fn builtin_layouts() -> Vec<Layout> {
    use LayoutKind::*;
    use Slot::*;
    let plain = |name: &str, kind| Layout { name: name.into(), kind, role: Role::Plain };
    vec![
        plain("text", Text),
        plain("matrix", Matrix),
        plain("reals", Array(vec![Real])),
        plain("ints", Array(vec![Int])),
        plain("pointers", Array(vec![Pointer])),
        plain("bools", Array(vec![Bool])),
        plain("record", Fields(vec![Pointer, Int, Int, Int, Int, Int, Int])),
        plain("record of a pointer", Fields(vec![Pointer, Int, Int, Int, Int, Pointer, Int])),
        plain("memo", Fields(vec![Pointer, Pointer, Pointer, Pointer, Int, Int])),
        plain("trace", Fields(vec![Pointer; 3])),
        plain("choices", Array(vec![Int; crate::batch::CHOICE_WORDS])),
    ]
}
