//! Functions of numbers.

use super::table;
use crate::ctx::{Ctx, or_raise};
use crate::error::ErrorKind;
use borel_math::special::Special;

/// Functions of one Real that cannot fail.
macro_rules! unary {
    ($($name:ident = $function:expr;)*) => {
        $(extern "C" fn $name(_: *mut Ctx, x: f64) -> f64 { $function(x) })*

        /// Name and address of every function of this module.
        pub(super) fn symbols() -> Vec<(&'static str, *const u8)> {
            let mut symbols = others();
            symbols.extend([$((stringify!($name), $name as *const u8)),*]);
            symbols.extend(Special::ALL.iter().map(|special| (special.symbol(), special.address())));
            symbols
        }
    };
}

unary! {
    borel_exp = f64::exp;
    borel_log = f64::ln;
    borel_log1p = f64::ln_1p;
    borel_expm1 = f64::exp_m1;
    borel_sin = f64::sin;
    borel_cos = f64::cos;
    borel_tan = f64::tan;
    borel_atan = f64::atan;
    borel_tanh = f64::tanh;
}

mod other_symbols {
    use super::*;
    table![borel_pow, borel_midpoint, borel_special_slope, borel_pow_int, borel_floor, borel_ceil, borel_round];
}
use other_symbols::symbols as others;

extern "C" fn borel_pow(_: *mut Ctx, base: f64, exponent: f64) -> f64 {
    base.powf(exponent)
}

extern "C" fn borel_special_slope(_: *mut Ctx, special: i64, argument: i64, a: f64, b: f64, c: f64) -> f64 {
    let Some(special) = usize::try_from(special).ok().and_then(|number| Special::ALL.get(number)) else {
        return f64::NAN;
    };
    special.slope(argument as usize, &[a, b, c][..special.arguments().len()])
}

extern "C" fn borel_midpoint(_: *mut Ctx, a: f64, b: f64) -> f64 {
    // The bits of doubles, those of negative ones turned around, are in their order.
    let key = |x: f64| (x.to_bits() as i64) ^ ((x.to_bits() as i64 >> 63) as u64 >> 1) as i64;
    if a.is_nan() || b.is_nan() {
        return f64::NAN;
    }
    let (a, b) = (key(a), key(b));
    let middle = (a & b) + ((a ^ b) >> 1);
    f64::from_bits((middle ^ ((middle >> 63) as u64 >> 1) as i64) as u64)
}

unsafe extern "C" fn borel_pow_int(ctx: *mut Ctx, site: i64, base: i64, exponent: i64) -> i64 {
    // SAFETY: called by compiled code with its context.
    unsafe { or_raise(ctx, site, power(base, exponent)) }
}

/// Powers of 0, 1 and -1 have no largest exponent; all others overflow long before 2^32.
fn power(base: i64, exponent: i64) -> Result<i64, ErrorKind> {
    match (base, exponent) {
        (_, ..0) => Err(ErrorKind::Negative(exponent)),
        (-1, _) => Ok(if exponent % 2 == 0 { 1 } else { -1 }),
        _ => {
            let exponent = if matches!(base, 0 | 1) { exponent.min(1) } else { exponent };
            let exponent = u32::try_from(exponent).map_err(|_| ErrorKind::Overflow)?;
            base.checked_pow(exponent).ok_or(ErrorKind::Overflow)
        }
    }
}

/// An integral Real as an Int, if it is one in range.
fn to_int(x: f64) -> Result<i64, ErrorKind> {
    // Both bounds are exact as Reals; the upper one is the first that is too large.
    if (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&x) {
        Ok(x as i64)
    } else {
        Err(ErrorKind::NotAnInt(x))
    }
}

unsafe extern "C" fn borel_floor(ctx: *mut Ctx, site: i64, x: f64) -> i64 {
    // SAFETY: called by compiled code with its context.
    unsafe { or_raise(ctx, site, to_int(x.floor())) }
}

unsafe extern "C" fn borel_ceil(ctx: *mut Ctx, site: i64, x: f64) -> i64 {
    // SAFETY: called by compiled code with its context.
    unsafe { or_raise(ctx, site, to_int(x.ceil())) }
}

unsafe extern "C" fn borel_round(ctx: *mut Ctx, site: i64, x: f64) -> i64 {
    // SAFETY: called by compiled code with its context.
    unsafe { or_raise(ctx, site, to_int(x.round())) }
}
