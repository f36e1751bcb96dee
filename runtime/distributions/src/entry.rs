//! The functions that compiled code calls: C entry points named in the catalogue.
//!
//! Arrays come as address and length, matrices as address, rows and columns; a value that is an array is written to an
//! address, with room for as many elements as the distribution has dimensions.

use crate::{Bernoulli, Categorical, Dirichlet, MvNormal, ParameterError, Scalar, Vector};
use borel_abi::{Ctx, raise_parameter};

/// Stops compiled code if a parameter is outside its domain.
///
/// # Safety
/// As [`raise_parameter`].
unsafe fn accept(ctx: *mut Ctx, site: i64, checked: Result<(), ParameterError>) {
    if let Err(error) = checked {
        // SAFETY: a parameter error owns nothing, and neither do the entry points that call this.
        unsafe { raise_parameter(ctx, site, error.kind as u32, error.parameter, error.found) }
    }
}

/// The array that compiled code passed.
///
/// # Safety
/// `data` is the address of `length` doubles that outlive the call.
unsafe fn array<'a>(data: *const f64, length: i64) -> &'a [f64] {
    if length <= 0 {
        return &[];
    }
    // SAFETY: the caller's promise.
    unsafe { std::slice::from_raw_parts(data, length as usize) }
}

macro_rules! scalars {
    ($($name:ident($($parameter:ident: $ty:ty),*) -> $value:ty: $sample:ident $log_density:ident $check:ident;)*) => {
        $(
            unsafe extern "C" fn $sample(ctx: *mut Ctx, $($parameter: $ty),*) -> $value {
                // SAFETY: compiled code passes its context.
                let stream = unsafe { &mut (*ctx).stream };
                crate::$name { $($parameter),* }.sample(stream)
            }

            extern "C" fn $log_density(_: *mut Ctx, x: $value, $($parameter: $ty),*) -> f64 {
                crate::$name { $($parameter),* }.log_density(x)
            }

            unsafe extern "C" fn $check(ctx: *mut Ctx, site: i64, $($parameter: $ty),*) {
                // SAFETY: compiled code passes its context; nothing here owns anything.
                unsafe { accept(ctx, site, crate::$name { $($parameter),* }.check()) }
            }
        )*

        fn scalar_symbols() -> Vec<(&'static str, *const u8)> {
            vec![$(
                (stringify!($sample), $sample as *const u8),
                (stringify!($log_density), $log_density as *const u8),
                (stringify!($check), $check as *const u8),
            )*]
        }
    };
}

scalars! {
    Normal(mu: f64, sigma: f64) -> f64: borel_sample_normal borel_log_density_normal borel_check_normal;
    HalfNormal(sigma: f64) -> f64: borel_sample_half_normal borel_log_density_half_normal borel_check_half_normal;
    LogNormal(mu: f64, sigma: f64) -> f64: borel_sample_log_normal borel_log_density_log_normal borel_check_log_normal;
    StudentT(nu: f64, mu: f64, sigma: f64) -> f64: borel_sample_student_t borel_log_density_student_t borel_check_student_t;
    Cauchy(mu: f64, sigma: f64) -> f64: borel_sample_cauchy borel_log_density_cauchy borel_check_cauchy;
    HalfCauchy(sigma: f64) -> f64: borel_sample_half_cauchy borel_log_density_half_cauchy borel_check_half_cauchy;
    Exponential(rate: f64) -> f64: borel_sample_exponential borel_log_density_exponential borel_check_exponential;
    Gamma(shape: f64, rate: f64) -> f64: borel_sample_gamma borel_log_density_gamma borel_check_gamma;
    InverseGamma(shape: f64, scale: f64) -> f64: borel_sample_inverse_gamma borel_log_density_inverse_gamma borel_check_inverse_gamma;
    Beta(a: f64, b: f64) -> f64: borel_sample_beta borel_log_density_beta borel_check_beta;
    Uniform(lower: f64, upper: f64) -> f64: borel_sample_uniform borel_log_density_uniform borel_check_uniform;
    Binomial(n: i64, p: f64) -> i64: borel_sample_binomial borel_log_density_binomial borel_check_binomial;
    Poisson(rate: f64) -> i64: borel_sample_poisson borel_log_density_poisson borel_check_poisson;
    Geometric(p: f64) -> i64: borel_sample_geometric borel_log_density_geometric borel_check_geometric;
    DiscreteUniform(lower: i64, upper: i64) -> i64: borel_sample_discrete_uniform borel_log_density_discrete_uniform borel_check_discrete_uniform;
}

unsafe extern "C" fn borel_sample_bernoulli(ctx: *mut Ctx, p: f64) -> u8 {
    // SAFETY: compiled code passes its context.
    u8::from(Bernoulli { p }.sample(unsafe { &mut (*ctx).stream }))
}

extern "C" fn borel_log_density_bernoulli(_: *mut Ctx, x: u8, p: f64) -> f64 {
    Bernoulli { p }.log_density(x != 0)
}

unsafe extern "C" fn borel_check_bernoulli(ctx: *mut Ctx, site: i64, p: f64) {
    // SAFETY: compiled code passes its context; nothing here owns anything.
    unsafe { accept(ctx, site, Bernoulli { p }.check()) }
}

unsafe extern "C" fn borel_sample_categorical(ctx: *mut Ctx, probs: *const f64, length: i64) -> i64 {
    // SAFETY: compiled code passes its context and an array.
    unsafe { Categorical { probs: array(probs, length) }.sample(&mut (*ctx).stream) }
}

unsafe extern "C" fn borel_log_density_categorical(_: *mut Ctx, x: i64, probs: *const f64, length: i64) -> f64 {
    // SAFETY: compiled code passes an array.
    Categorical { probs: unsafe { array(probs, length) } }.log_density(x)
}

unsafe extern "C" fn borel_check_categorical(ctx: *mut Ctx, site: i64, probs: *const f64, length: i64) {
    // SAFETY: compiled code passes its context and an array; nothing here owns anything.
    unsafe { accept(ctx, site, Categorical { probs: array(probs, length) }.check()) }
}

unsafe extern "C" fn borel_sample_dirichlet(ctx: *mut Ctx, alpha: *const f64, length: i64, out: *mut f64) {
    // SAFETY: compiled code passes its context, an array, and room for as many elements.
    unsafe {
        let out = std::slice::from_raw_parts_mut(out, length.max(0) as usize);
        Dirichlet { alpha: array(alpha, length) }.sample(&mut (*ctx).stream, out);
    }
}

unsafe extern "C" fn borel_log_density_dirichlet(
    _: *mut Ctx,
    x: *const f64,
    x_length: i64,
    alpha: *const f64,
    length: i64,
) -> f64 {
    // SAFETY: compiled code passes arrays.
    unsafe { Dirichlet { alpha: array(alpha, length) }.log_density(array(x, x_length)) }
}

unsafe extern "C" fn borel_check_dirichlet(ctx: *mut Ctx, site: i64, alpha: *const f64, length: i64) {
    // SAFETY: compiled code passes its context and an array; nothing here owns anything.
    unsafe { accept(ctx, site, Dirichlet { alpha: array(alpha, length) }.check()) }
}

/// The covariance as passed by compiled code; empty, and so refused, if it is not square.
///
/// # Safety
/// As [`array`], for rows x columns doubles.
unsafe fn covariance<'a>(data: *const f64, rows: i64, columns: i64) -> &'a [f64] {
    if rows != columns {
        return &[];
    }
    // SAFETY: the caller's promise.
    unsafe { array(data, rows * columns) }
}

unsafe extern "C" fn borel_sample_mv_normal(
    ctx: *mut Ctx,
    mu: *const f64,
    length: i64,
    sigma: *const f64,
    rows: i64,
    columns: i64,
    out: *mut f64,
) {
    // SAFETY: compiled code passes its context, an array, a matrix, and room for as many elements as the array has.
    unsafe {
        let out = std::slice::from_raw_parts_mut(out, length.max(0) as usize);
        let distribution = MvNormal { mu: array(mu, length), sigma: covariance(sigma, rows, columns) };
        distribution.sample(&mut (*ctx).stream, out);
    }
}

unsafe extern "C" fn borel_log_density_mv_normal(
    _: *mut Ctx,
    x: *const f64,
    x_length: i64,
    mu: *const f64,
    length: i64,
    sigma: *const f64,
    rows: i64,
    columns: i64,
) -> f64 {
    // SAFETY: compiled code passes arrays and a matrix.
    unsafe {
        let distribution = MvNormal { mu: array(mu, length), sigma: covariance(sigma, rows, columns) };
        distribution.log_density(array(x, x_length))
    }
}

unsafe extern "C" fn borel_check_mv_normal(
    ctx: *mut Ctx,
    site: i64,
    mu: *const f64,
    length: i64,
    sigma: *const f64,
    rows: i64,
    columns: i64,
) {
    // SAFETY: compiled code passes its context, an array and a matrix; `check` has dropped its factor when this raises.
    unsafe {
        let distribution = MvNormal { mu: array(mu, length), sigma: covariance(sigma, rows, columns) };
        accept(ctx, site, distribution.check());
    }
}

/// Every entry point by its name, for linking.
pub fn symbols() -> Vec<(&'static str, *const u8)> {
    let mut symbols = scalar_symbols();
    macro_rules! add {
        ($($name:ident)*) => { $(symbols.push((stringify!($name), $name as *const u8));)* };
    }
    add!(borel_sample_bernoulli borel_log_density_bernoulli borel_check_bernoulli);
    add!(borel_sample_categorical borel_log_density_categorical borel_check_categorical);
    add!(borel_sample_dirichlet borel_log_density_dirichlet borel_check_dirichlet);
    add!(borel_sample_mv_normal borel_log_density_mv_normal borel_check_mv_normal);
    symbols
}

#[cfg(test)]
mod tests {
    use super::symbols;
    use crate::CATALOGUE;

    #[test]
    fn every_symbol_of_the_catalogue_exists_once() {
        let names: Vec<&str> = symbols().into_iter().map(|s| s.0).collect();
        for entry in CATALOGUE {
            for symbol in [entry.sample_symbol, entry.log_density_symbol, entry.check_symbol] {
                assert_eq!(names.iter().filter(|n| **n == symbol).count(), 1, "{symbol}");
            }
        }
        assert_eq!(names.len(), 3 * CATALOGUE.len());
    }
}
