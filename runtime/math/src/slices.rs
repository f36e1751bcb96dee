//! Functions of every element of a slice, in place, with the widest vectors that the machine has. The bits of the result do
//! not depend on the machine.

use crate::{elementary, error, normal};
use multiversion::multiversion;

/// Declares a function of a slice from one of an element, which has to be inlined whatever its size: the loop is compiled for
/// several sets of vector instructions, and what it only calls would not be.
macro_rules! elementwise {
    ($(#[$documentation:meta])* $name:ident, $x:ident => $value:expr) => {
        $(#[$documentation])*
        #[multiversion(targets("x86_64+avx2", "x86_64+avx+avx2+avx512f+avx512dq+avx512vl"))]
        pub fn $name(xs: &mut [f64]) {
            for element in xs {
                let $x = *element;
                *element = $value;
            }
        }
    };
}

elementwise! {
    /// Replaces every x by exp(x).
    exp, x => elementary::exp(x)
}

elementwise! {
    /// Replaces every x by exp(x) - 1.
    exp_m1, x => elementary::exp_m1(x)
}

elementwise! {
    /// Replaces every x by log(x).
    ln, x => elementary::ln(x)
}

elementwise! {
    /// Replaces every x by log(1 + x).
    ln_1p, x => elementary::ln_1p(x)
}

elementwise! {
    /// Replaces every x by erfcx(x), for x >= 0.
    erfcx, x => error::scaled(x)
}

elementwise! {
    /// Replaces every z by P(Z <= z) of the standard normal distribution.
    normal_cdf, z => normal::cdf_by(z, elementary::exp)
}
