//! The functions that compiled code calls: C entry points, named in the catalogue.
//!
//! Each is `extern "C" fn(ctx, ..)` with one word for each argument: arrays and matrices are their objects. What is no number comes
//! back as a new object.

#![allow(unsafe_code)]

use crate::gradient::product;
use crate::table;
use crate::{Declared, Multivariate, ParameterError, ParameterKind, Scalar, Shape, ValueKind};
use borel_abi::{Ctx, ErrorKind, Worker, or_raise, raise_parameter};

/// Every entry point by its name, for linking.
pub fn symbols() -> Vec<(&'static str, *const u8)> {
    table::entry_points()
}

/// Stops compiled code if a parameter is outside its domain.
///
/// # Safety
/// As [`raise_parameter`].
pub(crate) unsafe fn accept(ctx: *mut Ctx, site: i64, checked: Result<(), ParameterError>) {
    if let Err(error) = checked {
        // SAFETY: a parameter error owns nothing, and neither do the entry points that call this.
        unsafe { raise_parameter(ctx, site, error.kind as u32, error.parameter, error.found) }
    }
}

/// A new object of a shape, with the elements that a function writes.
///
/// # Safety
/// Called by compiled code with its context, which [`or_raise`] may leave.
pub(crate) unsafe fn new_value<T: crate::Element>(
    ctx: *mut Ctx,
    shape: Shape,
    write: impl FnOnce(&mut [T]),
) -> *mut u64 {
    // SAFETY: by the contract; the object is new, and large enough for the elements, all of 8 bytes.
    unsafe {
        let (object, elements) = or_raise(ctx, -1, new_object::<T>(Worker::of(ctx), shape));
        write(std::slice::from_raw_parts_mut(elements, shape.count()));
        object
    }
}

fn new_object<T: crate::Element>(worker: &mut Worker, shape: Shape) -> Result<(*mut u64, *mut T), ErrorKind> {
    let (object, first) = match shape {
        Shape::Array(length) => (worker.allocate_array(T::LAYOUT.0, length)?, 2),
        Shape::Matrix(rows, columns) => (worker.allocate_matrix(rows, columns)?, 3),
    };
    // SAFETY: the elements begin after the header and the lengths.
    Ok((object, unsafe { object.add(first) } as *mut T))
}

/// The elements of a value, if it has this shape.
///
/// # Safety
/// A live object of the kind of the shape.
pub(crate) unsafe fn elements<'a, T: crate::Element>(object: *const u64, shape: Shape) -> Option<&'a [T]> {
    // SAFETY: by the contract.
    unsafe {
        let word = |index| borel_abi::object::word(object, index) as usize;
        let (fits, first) = match shape {
            Shape::Array(length) => (word(0) == length, 2),
            Shape::Matrix(rows, columns) => ((word(0), word(1)) == (rows, columns), 3),
        };
        fits.then(|| std::slice::from_raw_parts(object.add(first) as *const T, shape.count()))
    }
}

/// The log density at an object; -inf if it has another shape.
///
/// # Safety
/// As [`elements`].
pub(crate) unsafe fn log_density<D: Multivariate>(d: &D, object: *const u64) -> f64 {
    // SAFETY: by the contract.
    unsafe { elements(object, d.shape()) }.map_or(f64::NEG_INFINITY, |x| d.log_density(x))
}

/// Gradients up to this length need no memory of their own.
const FEW: usize = 32;

/// How many of the value and the parameters of a distribution can be arrays.
pub(crate) const SHADOWS: usize = 4;

/// Gives compiled code a gradient times an adjoint, as [`crate::Function::Gradient`] says. `of_value` is how many derivatives with respect
/// to the value `write` begins with.
///
/// # Safety
/// Called by compiled code with its context; each of `shadows` is null or an object as large as its value or parameter.
pub(crate) unsafe fn give_gradient<D: Declared>(
    ctx: *mut Ctx,
    d: &D,
    adjoint: f64,
    of_value: usize,
    shadows: &[*mut u64],
    write: impl FnOnce(&mut [f64]),
) {
    let length = of_value + d.gradient_length();
    let (mut few, mut many) = ([0.0; FEW], Vec::new());
    let out = if length <= FEW {
        &mut few[..length]
    } else {
        many.resize(length, 0.0);
        &mut many[..]
    };
    // Not 0 times what may be infinite.
    if adjoint != 0.0 {
        write(out);
        out.iter_mut().for_each(|derivative| *derivative = product(adjoint, *derivative));
    }
    // That of a value which is no Real is not asked for.
    let skipped = usize::from(matches!(D::ENTRY.value, ValueKind::Int | ValueKind::Bool));
    let (mut rest, mut result, mut shadows) = (&out[skipped..], 0, shadows.iter());
    let mut give = |is_array: bool, first: usize, count: usize| {
        let (these, others) = rest.split_at(count);
        rest = others;
        // SAFETY: by the contract. No distribution has as many Reals as there are results.
        unsafe {
            if is_array {
                add_to(shadows.next().copied().unwrap_or(std::ptr::null_mut()), first, these);
            } else {
                these.iter().for_each(|number| {
                    (&mut (*ctx).results)[result] = number.to_bits();
                    result += 1;
                });
            }
        }
    };
    match D::ENTRY.value {
        ValueKind::Real => give(false, 0, 1),
        ValueKind::Int | ValueKind::Bool => {}
        ValueKind::RealArray | ValueKind::IntArray => give(true, 2, of_value),
        ValueKind::Matrix => give(true, 3, of_value),
    }
    for (index, parameter) in D::ENTRY.parameters.iter().enumerate() {
        match parameter.kind {
            ParameterKind::Real => give(false, 0, 1),
            ParameterKind::Int => {}
            ParameterKind::RealArray => give(true, 2, d.reals(index)),
            ParameterKind::Matrix => give(true, 3, d.reals(index)),
        }
    }
}

/// Gives compiled code the log density and its derivatives with respect to Reals, as [`crate::Function::DensityAndGradient`] says.
///
/// # Safety
/// Called by compiled code with its context.
pub(crate) unsafe fn give_both<D: Scalar>(ctx: *mut Ctx, d: &D, x: D::Value) {
    let length = 1 + d.gradient_length();
    let (mut few, mut many) = ([0.0; FEW], Vec::new());
    let out = if length <= FEW {
        &mut few[..length]
    } else {
        many.resize(length, 0.0);
        &mut many[..]
    };
    let log_density = d.log_density(x);
    d.gradient(x, out);
    // SAFETY: by the contract. No distribution has as many Reals as there are results.
    let results = unsafe { &mut (*ctx).results };
    results[0] = log_density.to_bits();
    let mut result = 1;
    let mut give = |number: f64| {
        results[result] = number.to_bits();
        result += 1;
    };
    if D::ENTRY.value == ValueKind::Real {
        give(out[0]);
    }
    let mut rest = &out[1..];
    for (index, parameter) in D::ENTRY.parameters.iter().enumerate() {
        let (these, others) = rest.split_at(d.reals(index));
        rest = others;
        if parameter.kind == ParameterKind::Real {
            give(these[0]);
        }
    }
}

/// The gradient of a distribution over arrays or matrices at an object; nothing if it has another shape.
///
/// # Safety
/// As [`give_gradient`] and [`elements`].
pub(crate) unsafe fn give_multivariate<D: Multivariate>(
    ctx: *mut Ctx,
    d: &D,
    object: *const u64,
    adjoint: f64,
    shadows: [*mut u64; SHADOWS],
) {
    // SAFETY: by the contract.
    unsafe {
        let x = elements::<D::Element>(object, d.shape());
        let of_value = if D::ENTRY.value == ValueKind::IntArray { 0 } else { d.shape().count() };
        let write = |out: &mut [f64]| {
            if let Some(x) = x {
                d.gradient(x, out)
            }
        };
        // The shadow of a value of another shape has other elements.
        let shadows = if x.is_some() { shadows } else { [std::ptr::null_mut(); SHADOWS] };
        give_gradient(ctx, d, adjoint, of_value, &shadows, write)
    }
}

/// Adds numbers to the elements of an object, the first of which is at word `first`, unless it is null.
///
/// # Safety
/// Null, or an object with as many elements, which nobody else reads or writes meanwhile.
unsafe fn add_to(array: *mut u64, first: usize, numbers: &[f64]) {
    if array.is_null() {
        return;
    }
    // SAFETY: by the contract.
    let elements = unsafe { std::slice::from_raw_parts_mut(array.add(first) as *mut f64, numbers.len()) };
    elements.iter_mut().zip(numbers).for_each(|(element, number)| *element += number);
}

/// The names of the entry points of a distribution.
macro_rules! symbols_of {
    ($name:ident) => {
        &[
            concat!("borel_sample_", stringify!($name)),
            concat!("borel_log_density_", stringify!($name)),
            concat!("borel_check_", stringify!($name)),
            concat!("borel_mean_", stringify!($name)),
            concat!("borel_variance_", stringify!($name)),
            concat!("borel_entropy_", stringify!($name)),
            concat!("borel_gradient_", stringify!($name)),
            concat!("borel_normaliser_", stringify!($name)),
            concat!("borel_log_density_given_", stringify!($name)),
            concat!("borel_cdf_", stringify!($name)),
            concat!("borel_ccdf_", stringify!($name)),
            concat!("borel_log_cdf_", stringify!($name)),
            concat!("borel_log_ccdf_", stringify!($name)),
            concat!("borel_quantile_", stringify!($name)),
            concat!("borel_quantile_ccdf_", stringify!($name)),
            concat!("borel_lower_bound_", stringify!($name)),
            concat!("borel_upper_bound_", stringify!($name)),
            concat!("borel_log_cdf_gradient_", stringify!($name)),
            concat!("borel_log_ccdf_gradient_", stringify!($name)),
            concat!("borel_density_and_gradient_", stringify!($name)),
        ]
    };
}
pub(crate) use symbols_of;

/// The entry points of a distribution, in the order of [`crate::Function`].
macro_rules! entries {
    ($family:ident, $name:ident [$($life:lifetime)?] $($p:ident: $ty:ty),*) => {
        // SAFETY of all: compiled code passes its context and live objects.
        impl $(<$life>)? $name $(<$life>)? {
            unsafe fn received($($p: <$ty as $crate::Parameter>::Passed),*) -> Self {
                // SAFETY: by the contract of the entry points.
                unsafe { $name { $($p: <$ty as $crate::Parameter>::receive($p)),* } }
            }

            unsafe extern "C" fn entry_check(ctx: *mut borel_abi::Ctx, site: i64, $($p: <$ty as $crate::Parameter>::Passed),*) {
                unsafe { $crate::entry::accept(ctx, site, Self::received($($p),*).check()) }
            }

            unsafe extern "C" fn entry_entropy(_: *mut borel_abi::Ctx, $($p: <$ty as $crate::Parameter>::Passed),*) -> f64 {
                unsafe { Self::received($($p),*) }.entropy()
            }
        }

        $crate::entry::entries!(@$family $name [$($life)?] $($p: $ty),*);
    };
    (@scalar $name:ident [$($life:lifetime)?] $($p:ident: $ty:ty),*) => {
        impl $(<$life>)? $name $(<$life>)? {
            unsafe extern "C" fn entry_sample(
                ctx: *mut borel_abi::Ctx,
                $($p: <$ty as $crate::Parameter>::Passed),*
            ) -> <<Self as $crate::Scalar>::Value as $crate::ScalarValue>::Passed {
                unsafe { $crate::ScalarValue::pass(Self::received($($p),*).sample(&mut (*ctx).stream)) }
            }

            unsafe extern "C" fn entry_log_density_given(
                _: *mut borel_abi::Ctx,
                x: <<Self as $crate::Scalar>::Value as $crate::ScalarValue>::Passed,
                normaliser: f64,
                $($p: <$ty as $crate::Parameter>::Passed),*
            ) -> f64 {
                let x = $crate::ScalarValue::receive(x);
                unsafe { Self::received($($p),*) }.log_density_given(x, normaliser)
            }

            $crate::entry::entries!(@of_probability quantile entry_quantile, $($p: $ty),*);
            $crate::entry::entries!(@of_probability quantile_ccdf entry_quantile_ccdf, $($p: $ty),*);
            $crate::entry::entries!(@of_parameters mean entry_mean, $($p: $ty),*);
            $crate::entry::entries!(@of_parameters variance entry_variance, $($p: $ty),*);
            $crate::entry::entries!(@of_parameters normaliser entry_normaliser, $($p: $ty),*);
            $crate::entry::entries!(@of_value log_density entry_log_density, $($p: $ty),*);
            $crate::entry::entries!(@of_value cdf entry_cdf, $($p: $ty),*);
            $crate::entry::entries!(@of_value ccdf entry_ccdf, $($p: $ty),*);
            $crate::entry::entries!(@of_value log_cdf entry_log_cdf, $($p: $ty),*);
            $crate::entry::entries!(@of_value log_ccdf entry_log_ccdf, $($p: $ty),*);

            unsafe extern "C" fn entry_lower_bound(_: *mut borel_abi::Ctx, $($p: <$ty as $crate::Parameter>::Passed),*) -> f64 {
                unsafe { Self::received($($p),*) }.support().bounds().0
            }

            unsafe extern "C" fn entry_upper_bound(_: *mut borel_abi::Ctx, $($p: <$ty as $crate::Parameter>::Passed),*) -> f64 {
                unsafe { Self::received($($p),*) }.support().bounds().1
            }

            $crate::entry::entries!(@gradient gradient entry_gradient, [$($life)?] $($p: $ty),*);
            $crate::entry::entries!(@gradient log_cdf_gradient entry_log_cdf_gradient, [$($life)?] $($p: $ty),*);
            $crate::entry::entries!(@gradient log_ccdf_gradient entry_log_ccdf_gradient, [$($life)?] $($p: $ty),*);

            unsafe extern "C" fn entry_density_and_gradient(
                ctx: *mut borel_abi::Ctx,
                x: <<Self as $crate::Scalar>::Value as $crate::ScalarValue>::Passed,
                $($p: <$ty as $crate::Parameter>::Passed),*
            ) {
                unsafe { $crate::entry::give_both(ctx, &Self::received($($p),*), $crate::ScalarValue::receive(x)) }
            }

            pub(crate) fn entry_points() -> Vec<*const u8> {
                vec![
                    Self::entry_sample as *const u8,
                    Self::entry_log_density as *const u8,
                    Self::entry_check as *const u8,
                    Self::entry_mean as *const u8,
                    Self::entry_variance as *const u8,
                    Self::entry_entropy as *const u8,
                    Self::entry_gradient as *const u8,
                    Self::entry_normaliser as *const u8,
                    Self::entry_log_density_given as *const u8,
                    Self::entry_cdf as *const u8,
                    Self::entry_ccdf as *const u8,
                    Self::entry_log_cdf as *const u8,
                    Self::entry_log_ccdf as *const u8,
                    Self::entry_quantile as *const u8,
                    Self::entry_quantile_ccdf as *const u8,
                    Self::entry_lower_bound as *const u8,
                    Self::entry_upper_bound as *const u8,
                    Self::entry_log_cdf_gradient as *const u8,
                    Self::entry_log_ccdf_gradient as *const u8,
                    Self::entry_density_and_gradient as *const u8,
                ]
            }
        }
    };
    (@of_parameters $function:ident $entry:ident, $($p:ident: $ty:ty),*) => {
        unsafe extern "C" fn $entry(_: *mut borel_abi::Ctx, $($p: <$ty as $crate::Parameter>::Passed),*) -> f64 {
            unsafe { Self::received($($p),*) }.$function()
        }
    };
    (@of_probability $function:ident $entry:ident, $($p:ident: $ty:ty),*) => {
        unsafe extern "C" fn $entry(
            _: *mut borel_abi::Ctx,
            probability: f64,
            $($p: <$ty as $crate::Parameter>::Passed),*
        ) -> <<Self as $crate::Scalar>::Value as $crate::ScalarValue>::Passed {
            unsafe { $crate::ScalarValue::pass(Self::received($($p),*).$function(probability)) }
        }
    };
    (@of_value $function:ident $entry:ident, $($p:ident: $ty:ty),*) => {
        unsafe extern "C" fn $entry(
            _: *mut borel_abi::Ctx,
            x: <<Self as $crate::Scalar>::Value as $crate::ScalarValue>::Passed,
            $($p: <$ty as $crate::Parameter>::Passed),*
        ) -> f64 {
            unsafe { Self::received($($p),*) }.$function($crate::ScalarValue::receive(x))
        }
    };
    (@gradient $function:ident $entry:ident, [] $($p:ident: $ty:ty),*) => {
        unsafe extern "C" fn $entry(
            ctx: *mut borel_abi::Ctx,
            x: <<Self as $crate::Scalar>::Value as $crate::ScalarValue>::Passed,
            $($p: <$ty as $crate::Parameter>::Passed,)*
            adjoint: f64,
        ) {
            unsafe {
                let d = Self::received($($p),*);
                let write = |out: &mut [f64]| d.$function($crate::ScalarValue::receive(x), out);
                $crate::entry::give_gradient(ctx, &d, adjoint, 1, &[], write)
            }
        }
    };
    (@gradient $function:ident $entry:ident, [$life:lifetime] $($p:ident: $ty:ty),*) => {
        unsafe extern "C" fn $entry(
            ctx: *mut borel_abi::Ctx,
            x: <<Self as $crate::Scalar>::Value as $crate::ScalarValue>::Passed,
            $($p: <$ty as $crate::Parameter>::Passed,)*
            adjoint: f64,
            first: *mut u64,
            second: *mut u64,
            third: *mut u64,
            fourth: *mut u64,
        ) {
            unsafe {
                let d = Self::received($($p),*);
                let write = |out: &mut [f64]| d.$function($crate::ScalarValue::receive(x), out);
                $crate::entry::give_gradient(ctx, &d, adjoint, 1, &[first, second, third, fourth], write)
            }
        }
    };
    (@multivariate $name:ident [$($life:lifetime)?] $($p:ident: $ty:ty),*) => {
        impl $(<$life>)? $name $(<$life>)? {
            unsafe extern "C" fn entry_sample(ctx: *mut borel_abi::Ctx, $($p: <$ty as $crate::Parameter>::Passed),*) -> *mut u64 {
                unsafe {
                    let d = Self::received($($p),*);
                    $crate::entry::new_value(ctx, d.shape(), |out| d.sample(&mut (*ctx).stream, out))
                }
            }

            unsafe extern "C" fn entry_log_density(
                _: *mut borel_abi::Ctx,
                x: *const u64,
                $($p: <$ty as $crate::Parameter>::Passed),*
            ) -> f64 {
                unsafe { $crate::entry::log_density(&Self::received($($p),*), x) }
            }

            unsafe extern "C" fn entry_mean(ctx: *mut borel_abi::Ctx, $($p: <$ty as $crate::Parameter>::Passed),*) -> *mut u64 {
                unsafe {
                    let d = Self::received($($p),*);
                    $crate::entry::new_value(ctx, d.shape(), |out| d.mean(out))
                }
            }

            unsafe extern "C" fn entry_variance(ctx: *mut borel_abi::Ctx, $($p: <$ty as $crate::Parameter>::Passed),*) -> *mut u64 {
                unsafe {
                    let d = Self::received($($p),*);
                    $crate::entry::new_value(ctx, d.shape(), |out| d.variance(out))
                }
            }

            #[allow(clippy::too_many_arguments)]
            unsafe extern "C" fn entry_gradient(
                ctx: *mut borel_abi::Ctx,
                x: *const u64,
                $($p: <$ty as $crate::Parameter>::Passed,)*
                adjoint: f64,
                first: *mut u64,
                second: *mut u64,
                third: *mut u64,
                fourth: *mut u64,
            ) {
                unsafe {
                    let d = Self::received($($p),*);
                    $crate::entry::give_multivariate(ctx, &d, x, adjoint, [first, second, third, fourth])
                }
            }

            pub(crate) fn entry_points() -> Vec<*const u8> {
                vec![
                    Self::entry_sample as *const u8,
                    Self::entry_log_density as *const u8,
                    Self::entry_check as *const u8,
                    Self::entry_mean as *const u8,
                    Self::entry_variance as *const u8,
                    Self::entry_entropy as *const u8,
                    Self::entry_gradient as *const u8,
                ]
            }
        }
    };
}
pub(crate) use entries;

#[cfg(test)]
mod tests {
    use super::symbols;
    use crate::{CATALOGUE, Function};
    use std::collections::HashSet;

    #[test]
    fn every_symbol_of_the_catalogue_exists_once() {
        let names: HashSet<&str> = symbols().into_iter().map(|s| s.0).collect();
        let mut count = 0;
        for entry in CATALOGUE {
            let functions = if entry.value.is_multivariate() { Function::OF_MULTIVARIATE } else { Function::ALL.len() };
            entry.symbols[..functions].iter().for_each(|symbol| assert!(names.contains(symbol), "{symbol}"));
            count += functions;
        }
        assert_eq!((names.len(), symbols().len()), (count, count));
    }
}
