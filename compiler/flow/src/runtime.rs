//! The functions of the runtime that compiled code calls: one table of names, types and ownership.
//!
//! Each is `extern "C" fn(ctx, [site: i64,] args..) -> result`; the site is passed where [`Signature::site`] says so.
//! A function with more than one result leaves them in `Ctx::results`.

use crate::Ty;
use borel_distributions::{Function, Kind, ParameterKind, ValueKind};
pub use borel_math::special::Special;

/// A runtime function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Runtime {
    /// A function of a distribution, with the arguments that [`Function`] says; what is no number comes back as a new object
    Distribution(Kind, Function),
    /// A special function: Reals, to a Real
    Special(Special),
    /// Any other
    Named(Named),
}

/// How an argument is passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Arg {
    /// A word that is not a pointer
    Word(Ty),
    /// A pointer that the function only reads
    Borrowed,
    /// A pointer that the function consumes
    Owned,
}

/// The type of a runtime function.
#[derive(Clone, Copy, Debug)]
pub struct Signature {
    /// The symbol.
    pub symbol: &'static str,
    /// Arguments after the context and the site.
    pub args: &'static [Arg],
    /// Results; pointers are owned by the caller.
    pub results: &'static [Ty],
    /// Whether the site is passed (it may raise).
    pub site: bool,
}

macro_rules! named {
    ($($(#[doc = $doc:literal])* $variant:ident $symbol:literal ($($arg:ident),*) -> ($($result:ident),*) $site:literal;)*) => {
        /// Runtime functions other than distributions.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Named { $($(#[doc = $doc])* $variant,)* }

        impl Named {
            /// All of them.
            pub const ALL: &'static [Named] = &[$(Named::$variant),*];
            /// Its type.
            pub fn signature(self) -> Signature {
                match self {
                    $(Named::$variant => Signature {
                        symbol: $symbol, args: &[$(arg!($arg)),*], results: &[$(Ty::$result),*], site: $site,
                    }),*
                }
            }
        }
    };
}

macro_rules! arg {
    (Int) => {
        Arg::Word(Ty::Int)
    };
    (Real) => {
        Arg::Word(Ty::Real)
    };
    (Bool) => {
        Arg::Word(Ty::Bool)
    };
    (Borrowed) => {
        Arg::Borrowed
    };
    (Owned) => {
        Arg::Owned
    };
}

named! {
    /// exp
    Exp "borel_exp" (Real) -> (Real) false;
    /// log
    Log "borel_log" (Real) -> (Real) false;
    /// log1p
    Log1p "borel_log1p" (Real) -> (Real) false;
    /// expm1
    Expm1 "borel_expm1" (Real) -> (Real) false;
    /// sin
    Sin "borel_sin" (Real) -> (Real) false;
    /// cos
    Cos "borel_cos" (Real) -> (Real) false;
    /// tan
    Tan "borel_tan" (Real) -> (Real) false;
    /// atan
    Atan "borel_atan" (Real) -> (Real) false;
    /// tanh
    Tanh "borel_tanh" (Real) -> (Real) false;
    /// Real power
    Pow "borel_pow" (Real, Real) -> (Real) false;
    /// The derivative of a special function, by its number in [`Special::ALL`], with respect to an argument, by its number, at these arguments
    SpecialSlope "borel_special_slope" (Int, Int, Real, Real, Real) -> (Real) false;
    /// The double halfway between two in their order
    Midpoint "borel_midpoint" (Real, Real) -> (Real) false;
    /// Int power; raises on overflow or a negative exponent
    PowInt "borel_pow_int" (Int, Int) -> (Int) true;
    /// Raises when out of range
    Floor "borel_floor" (Real) -> (Int) true;
    /// Raises when out of range
    Ceil "borel_ceil" (Real) -> (Int) true;
    /// Raises when out of range
    Round "borel_round" (Real) -> (Int) true;
    /// A unique array whose elements may be written: the same one if it is unique, else a copy with its pointers retained
    Unique "borel_unique" (Owned) -> (Pointer) false;
    /// The array with room for one more element and its length one more (the new words are 0)
    Grow "borel_grow" (Owned) -> (Pointer) true;
    /// Elements lo..hi; raises when out of bounds
    Slice "borel_slice" (Borrowed, Int, Int) -> (Pointer) true;
    /// Two arrays of one layout
    Concat "borel_concat" (Owned, Borrowed) -> (Pointer) true;
    /// `a..b` as `[Int]`
    Range "borel_range" (Int, Int) -> (Pointer) true;
    /// Draws, weights, p: the smallest draw below or at which the mass is at least p, or the largest; raises if there is none
    WeightedQuantile "borel_weighted_quantile" (Borrowed, Borrowed, Real) -> (Real) true;
    /// Structural equality of two objects of one type
    Equal "borel_equal" (Borrowed, Borrowed) -> (Bool) false;
    /// Order of texts: -1, 0, 1
    CompareText "borel_compare_text" (Borrowed, Borrowed) -> (Int) false;
    /// Text of a value whose words are in `Ctx::results`; the shape; whether a string itself is bare (not quoted)
    Show "borel_show" (Int, Bool) -> (Pointer) true;
    /// Two texts
    ConcatText "borel_concat_text" (Borrowed, Borrowed) -> (Pointer) true;
    /// Characters
    LengthText "borel_length_text" (Borrowed) -> (Int) false;
    /// Characters lo..hi; raises when out of bounds
    SliceText "borel_slice_text" (Borrowed, Int, Int) -> (Pointer) true;
    /// A line of output
    Print "borel_print" (Borrowed) -> () false;
    /// Matrix, i, j; raises when out of bounds
    MatrixAt "borel_matrix_at" (Borrowed, Int, Int) -> (Real) true;
    /// A row as `[Real]`
    MatrixRow "borel_matrix_row" (Borrowed, Int) -> (Pointer) true;
    /// Matrix, i, j, value
    MatrixSet "borel_matrix_set" (Owned, Int, Int, Real) -> (Pointer) true;
    /// `[[Real]]` to Matrix; raises when ragged
    MatrixFromRows "borel_matrix_from_rows" (Borrowed) -> (Pointer) true;
    /// Matrix to `[[Real]]`
    MatrixToRows "borel_matrix_to_rows" (Borrowed) -> (Pointer) true;
    /// Columns
    MatrixColumns "borel_matrix_columns" (Borrowed) -> (Int) false;
    /// Transpose
    MatrixTranspose "borel_matrix_transpose" (Borrowed) -> (Pointer) true;
    /// Identity
    MatrixIdentity "borel_matrix_identity" (Int) -> (Pointer) true;
    /// Diagonal
    MatrixDiagonal "borel_matrix_diagonal" (Borrowed) -> (Pointer) true;
    /// Lower factor; raises when not symmetric positive definite
    MatrixCholesky "borel_matrix_cholesky" (Borrowed) -> (Pointer) true;
    /// Which part of the matrix is read (`borel_math::linear::Part`), matrix, vector
    MatrixSolve "borel_matrix_solve" (Int, Borrowed, Borrowed) -> (Pointer) true;
    /// Inverse
    MatrixInverse "borel_matrix_inverse" (Borrowed) -> (Pointer) true;
    /// log |det|
    MatrixLogDeterminant "borel_matrix_log_determinant" (Borrowed) -> (Real) true;
    /// 0 add, 1 subtract, 2 multiply, 3 divide: elementwise; raises when shapes differ
    MatrixArithmetic "borel_matrix_arithmetic" (Int, Borrowed, Borrowed) -> (Pointer) true;
    /// Product
    MatrixProduct "borel_matrix_product" (Borrowed, Borrowed) -> (Pointer) true;
    /// Matrix, vector
    MatrixVector "borel_matrix_vector" (Borrowed, Borrowed) -> (Pointer) true;
    /// Vector, matrix
    VectorMatrix "borel_vector_matrix" (Borrowed, Borrowed) -> (Pointer) true;
    /// Inner product
    Dot "borel_dot" (Borrowed, Borrowed) -> (Real) true;
    /// Sum of elements
    MatrixSum "borel_matrix_sum" (Borrowed) -> (Real) false;
    /// Elements in row-major order
    MatrixElements "borel_matrix_elements" (Borrowed) -> (Pointer) true;
    /// Elements, rows, columns
    MatrixFromElements "borel_matrix_from_elements" (Borrowed, Int, Int) -> (Pointer) true;
    /// An index drawn by weights (`[Real]`, summing to 1)
    SampleIndex "borel_sample_index" (Borrowed) -> (Int) true;
    /// A fresh number for a `mem`
    MemNew "borel_mem_new" () -> (Int) false;
    /// The value object for a key object in the memo table of the particle, or 0 (retained for the caller)
    MemFind "borel_mem_find" (Borrowed) -> (Pointer) false;
    /// Key object, value object
    MemInsert "borel_mem_insert" (Owned, Owned) -> () false;
    /// Takes the value object for a key object out of the memo table; 0 if it is out already
    CellTake "borel_cell_take" (Borrowed) -> (Pointer) false;
    /// Key object, value object: replaces what is there
    CellPut "borel_cell_put" (Owned, Owned) -> () false;
    /// Records a choice in the trace: choice, index of the innermost loop (or -1), shape, value as a word
    Record "borel_record" (Int, Int, Int, Int) -> () false;
    /// The same for a value that is a pointer
    RecordPointer "borel_record_pointer" (Int, Int, Int, Owned) -> () false;
    /// Enters a scope of names: choice, loop index or -1; gives the scope to restore
    ScopeEnter "borel_scope_enter" (Int, Int) -> (Int) false;
    /// Restores a scope
    ScopeLeave "borel_scope_leave" (Int) -> () false;
    /// A number for an object used as a key
    KeyHash "borel_key_hash" (Borrowed) -> (Int) false;
    /// Looks up a choice in the trace: address, number of the draw, fingerprint of the parameters (0: none). Gives whether it has a value, the
    /// value as a word, and its log density if that is known, else NaN
    ChoiceFind "borel_choice_find" (Int, Int, Int) -> (Bool, Int, Real) false;
    /// The same for values that are pointers, without a fingerprint: null if there is none
    ChoiceFindPointer "borel_choice_find_pointer" (Int, Int) -> (Pointer) false;
    /// Puts the choice that was looked up last into the new trace: its value as a word, its log density
    ChoiceScore "borel_choice_score" (Int, Real) -> () false;
    /// The same for values that are pointers
    ChoiceScorePointer "borel_choice_score_pointer" (Owned, Real) -> () false;
    /// The seed of the inference that comes next is a choice: address, number of the draw
    ChoiceSeed "borel_choice_seed" (Int, Int) -> () false;
    /// The choices that come have this name, or none (-1): choice, index of the innermost loop (or -1)
    ChoiceLabel "borel_choice_label" (Int, Int) -> () false;
    /// There can be several of these choices
    ChoiceMany "borel_choice_many" () -> () false;
    /// The support of the next choice: its lower and its upper end
    ChoiceSupport "borel_choice_support" (Real, Real) -> () false;
    /// What the trace had for the choice that was looked up last is of another shape: it is drawn
    ChoiceReject "borel_choice_reject" () -> () false;
    /// The plan of the point says something else than this: site of the choice, how many numbers it reads
    PointExtend "borel_point_extend" (Int, Int) -> () false;
    /// The log density is no longer finite at a site
    PointBlame "borel_point_blame" (Int) -> () false;
    /// The next number of the point is a value between these bounds
    PointBetween "borel_point_between" (Real, Real) -> () true;
    /// The next numbers of the point are an array or a matrix that this transform makes: transform, rows, columns (-1 for an array)
    PointIn "borel_point_in" (Int, Int, Int) -> () true;
    /// Transform, rows, columns (-1 for an array): an array or matrix from the next numbers of the point, and the logarithm of the Jacobian
    Constrain "borel_constrain" (Int, Int, Int) -> (Pointer, Real) true;
    /// Back through [`Named::Constrain`]: where its numbers begin, transform, value, its shadow, adjoint of the log-Jacobian
    ConstrainAdjoint "borel_constrain_adjoint" (Int, Int, Borrowed, Borrowed, Real) -> () false;
    /// A shadow of an object and of all that it points to, of zeros
    Shadow "borel_shadow" (Borrowed) -> (Pointer) false;
    /// A shadow of an array or matrix alone, of zeros
    ShadowArray "borel_shadow_array" (Borrowed) -> (Pointer) false;
    /// The shadow of an array that was made unique or longer: the array, the address it had before, its shadow before
    ShadowUnique "borel_shadow_unique" (Borrowed, Int, Borrowed) -> (Pointer) false;
    /// Adds the Reals of a shadow to those of another, unless they are the same
    ShadowFold "borel_shadow_fold" (Borrowed, Borrowed) -> () false;
    /// The shadow of a slice: the slice, where it begins, the shadow of the array
    ShadowSlice "borel_shadow_slice" (Borrowed, Int, Borrowed) -> (Pointer) false;
    /// The shadow of two arrays joined: the whole, the shadows of the parts
    ShadowJoin "borel_shadow_join" (Borrowed, Borrowed, Borrowed) -> (Pointer) false;
    /// Back through [`Named::Slice`]: shadow of the array, beginning, shadow of the slice
    SliceAdjoint "borel_slice_adjoint" (Borrowed, Int, Borrowed) -> () false;
    /// Back through [`Named::Concat`]: shadows of the parts and of the whole
    JoinAdjoint "borel_join_adjoint" (Borrowed, Borrowed, Borrowed) -> () false;
    /// Shadow of a matrix, i, j, adjoint
    MatrixAtAdjoint "borel_matrix_at_adjoint" (Borrowed, Int, Int, Real) -> () false;
    /// Shadow of a matrix, i, shadow of the row
    MatrixRowAdjoint "borel_matrix_row_adjoint" (Borrowed, Int, Borrowed) -> () false;
    /// Shadow of the matrix afterwards, i, j: takes the adjoint of the element
    MatrixSetAdjoint "borel_matrix_set_adjoint" (Borrowed, Int, Int) -> (Real) false;
    /// Shadows of the rows and of the matrix
    MatrixFromRowsAdjoint "borel_matrix_from_rows_adjoint" (Borrowed, Borrowed) -> () false;
    /// Shadows of the matrix and of its rows
    MatrixToRowsAdjoint "borel_matrix_to_rows_adjoint" (Borrowed, Borrowed) -> () false;
    /// Shadows of a matrix and of its transpose
    MatrixTransposeAdjoint "borel_matrix_transpose_adjoint" (Borrowed, Borrowed) -> () false;
    /// Shadows of a `[Real]` and of its diagonal matrix
    MatrixDiagonalAdjoint "borel_matrix_diagonal_adjoint" (Borrowed, Borrowed) -> () false;
    /// Factor, its shadow, that of the matrix
    MatrixCholeskyAdjoint "borel_matrix_cholesky_adjoint" (Borrowed, Borrowed, Borrowed) -> () false;
    /// The part read, matrix, solution, its shadow, those of matrix and vector (or null)
    MatrixSolveAdjoint "borel_matrix_solve_adjoint" (Int, Borrowed, Borrowed, Borrowed, Borrowed, Borrowed) -> () false;
    /// Inverse, its shadow, that of the matrix
    MatrixInverseAdjoint "borel_matrix_inverse_adjoint" (Borrowed, Borrowed, Borrowed) -> () false;
    /// Matrix, adjoint, its shadow
    MatrixLogDeterminantAdjoint "borel_matrix_log_determinant_adjoint" (Borrowed, Real, Borrowed) -> () false;
    /// As [`Named::MatrixArithmetic`], then the shadow of the result, and those of the operands (or null)
    MatrixArithmeticAdjoint "borel_matrix_arithmetic_adjoint" (Int, Borrowed, Borrowed, Borrowed, Borrowed, Borrowed) -> () false;
    /// Operands, shadow of the product, those of the operands (or null)
    MatrixProductAdjoint "borel_matrix_product_adjoint" (Borrowed, Borrowed, Borrowed, Borrowed, Borrowed) -> () false;
    /// Operands, shadow of the product, those of the operands (or null)
    MatrixVectorAdjoint "borel_matrix_vector_adjoint" (Borrowed, Borrowed, Borrowed, Borrowed, Borrowed) -> () false;
    /// Operands, shadow of the product, those of the operands (or null)
    VectorMatrixAdjoint "borel_vector_matrix_adjoint" (Borrowed, Borrowed, Borrowed, Borrowed, Borrowed) -> () false;
    /// Operands, adjoint, shadows of the operands (or null)
    DotAdjoint "borel_dot_adjoint" (Borrowed, Borrowed, Real, Borrowed, Borrowed) -> () false;
    /// Shadow of a matrix, adjoint of the sum of its elements
    MatrixSumAdjoint "borel_matrix_sum_adjoint" (Borrowed, Real) -> () false;
    /// Whether the first is a matrix and the second a `[Real]` (1), or the other way round (0); shadows of the operand and of the result
    ElementsAdjoint "borel_elements_adjoint" (Int, Borrowed, Borrowed) -> () false;
    /// Infers: closure, then kind, count, resampling, threshold, mass; results: draws, weights, log evidence
    Infer "borel_infer" (Borrowed, Int, Int, Int, Real, Real) -> (Pointer, Pointer, Real) true;
    /// Executions that have not begun: closure, how many, whether they keep traces
    Spawn "borel_spawn" (Borrowed, Int, Bool) -> (Pointer) true;
    /// Executions to their next scores: the batch, and the log weights gained
    Advance "borel_advance" (Owned) -> (Pointer, Pointer) true;
    /// Copies of executions by their numbers
    Select "borel_select" (Borrowed, Borrowed) -> (Pointer) true;
    /// The executions of two batches
    JoinBatches "borel_join" (Borrowed, Borrowed) -> (Pointer) true;
    /// Two batches, \[Int\]: copies of the executions with these numbers of both
    SelectJoined "borel_select_joined" (Borrowed, Borrowed, Borrowed) -> (Pointer) true;
    /// Whether all executions have finished
    IsFinished "borel_is_finished" (Borrowed) -> (Bool) false;
    /// How many executions there are
    BatchSize "borel_batch_size" (Borrowed) -> (Int) false;
    /// The array of their values
    BatchResults "borel_batch_results" (Borrowed) -> (Pointer) true;
    /// The numbers of choices by name: batch, name
    BatchChoices "borel_batch_choices" (Borrowed, Borrowed) -> (Pointer) true;
    /// The names of choices
    BatchNames "borel_batch_names" (Borrowed) -> (Pointer) true;
    /// The derivatives of log densities with respect to choices
    BatchGradients "borel_batch_gradients" (Borrowed) -> (Pointer) true;
    /// What is known of choices, by the number of `borel_core::Number`
    BatchNumbers "borel_batch_numbers" (Borrowed, Int) -> (Pointer) true;
    /// Executions to their ends: the batch, and the log weights gained
    Finish "borel_finish" (Owned) -> (Pointer, Pointer) true;
    /// All that executions have gained
    BatchLogWeights "borel_batch_log_weights" (Borrowed) -> (Pointer) true;
    /// Executions again, with choices that have other values: batch, numbers of choices, values
    Revise "borel_revise" (Owned, Borrowed, Borrowed) -> (Pointer, Pointer) true;
    /// Executions again, with choices that are drawn again: batch, numbers of choices
    Redraw "borel_redraw" (Owned, Borrowed) -> (Pointer, Pointer) true;
    /// Whether the run is to come to an end
    IsStopping "borel_is_stopping" () -> (Bool) false;
    /// How many choices executions have in common
    Shared "borel_shared" (Borrowed, Borrowed) -> (Pointer) true;
    /// Executions that look up their choices in other traces from here on
    Follow "borel_follow" (Owned, Borrowed) -> (Pointer) true;
}

impl Runtime {
    /// The symbol to link to.
    pub fn symbol(self) -> &'static str {
        match self {
            Runtime::Distribution(kind, function) => kind.symbol(function),
            Runtime::Special(special) => special.symbol(),
            Runtime::Named(named) => named.signature().symbol,
        }
    }
}

/// The word of a value of a distribution.
pub fn value_type(kind: Kind) -> Ty {
    match kind.entry().value {
        ValueKind::Real => Ty::Real,
        ValueKind::Int => Ty::Int,
        ValueKind::Bool => Ty::Bool,
        ValueKind::RealArray | ValueKind::IntArray | ValueKind::Matrix => Ty::Pointer,
    }
}

/// The words of its parameters.
pub fn parameter_types(kind: Kind) -> impl Iterator<Item = Ty> {
    kind.entry().parameters.iter().map(|parameter| match parameter.kind {
        ParameterKind::Real => Ty::Real,
        ParameterKind::Int => Ty::Int,
        ParameterKind::RealArray | ParameterKind::Matrix => Ty::Pointer,
    })
}

/// How many arrays the adjoints of a distribution's value and parameters are in; null stands for those that are not there.
pub const SHADOWS: usize = 4;

/// What comes last among the arguments of a gradient: the adjoint that it is multiplied by and, where the value or a parameter is an
/// array or a matrix, the arrays that their adjoints are added to, in order.
fn gradient_arguments(kind: Kind) -> Vec<Ty> {
    let has_arrays = std::iter::once(value_type(kind)).chain(parameter_types(kind)).any(|ty| ty == Ty::Pointer);
    let shadows = if has_arrays { SHADOWS } else { 0 };
    std::iter::once(Ty::Real).chain(std::iter::repeat_n(Ty::Pointer, shadows)).collect()
}

/// The arguments of a function of a distribution (without the site of [`Function::Check`]), and its results.
pub fn distribution_signature(kind: Kind, function: Function) -> (Vec<Ty>, Vec<Ty>) {
    let value = value_type(kind);
    // The moments of what is no number have its shape.
    let moment = if value == Ty::Pointer { Ty::Pointer } else { Ty::Real };
    if function == Function::DensityAndGradient {
        let words = std::iter::once(value).chain(parameter_types(kind)).collect();
        let reals = std::iter::once(value).chain(parameter_types(kind)).filter(|ty| *ty == Ty::Real);
        return (words, std::iter::once(Ty::Real).chain(reals).collect());
    }
    if function.is_gradient() {
        let words = std::iter::once(value).chain(parameter_types(kind)).chain(gradient_arguments(kind)).collect();
        let reals = std::iter::once(value).chain(parameter_types(kind)).filter(|ty| *ty == Ty::Real).collect();
        return (words, reals);
    }
    let (before, result) = match function {
        Function::Sample => (vec![], Some(value)),
        Function::Check => (vec![], None),
        Function::Mean | Function::Variance => (vec![], Some(moment)),
        Function::Entropy | Function::Normaliser | Function::LowerBound | Function::UpperBound => {
            (vec![], Some(Ty::Real))
        }
        Function::LogDensityGiven => (vec![value, Ty::Real], Some(Ty::Real)),
        Function::Quantile | Function::QuantileCcdf => (vec![Ty::Real], Some(value)),
        Function::LogDensity | Function::Cdf | Function::Ccdf | Function::LogCdf | Function::LogCcdf => {
            (vec![value], Some(Ty::Real))
        }
        Function::Gradient | Function::LogCdfGradient | Function::LogCcdfGradient | Function::DensityAndGradient => {
            (vec![], None)
        }
    };
    (before.into_iter().chain(parameter_types(kind)).collect(), result.into_iter().collect())
}
