//! Functions of every element of a slice, in place, with the widest vectors that the machine has. The bits of the result do
//! not depend on the machine.

use crate::{elementary, error, normal};
use pulp::{Arch, WithSimd};

/// A function of every element.
struct Map<'a, F>(&'a mut [f64], F);

impl<F: Fn(f64) -> f64> WithSimd for Map<'_, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) {
        for x in self.0 {
            *x = (self.1)(*x);
        }
    }
}

/// Replaces every x by exp(x).
pub fn exp(xs: &mut [f64]) {
    Arch::new().dispatch(Map(xs, elementary::exp));
}

/// Replaces every x by exp(x) - 1.
pub fn exp_m1(xs: &mut [f64]) {
    Arch::new().dispatch(Map(xs, elementary::exp_m1));
}

/// Replaces every x by log(x).
pub fn ln(xs: &mut [f64]) {
    Arch::new().dispatch(Map(xs, elementary::ln));
}

/// Replaces every x by log(1 + x).
pub fn ln_1p(xs: &mut [f64]) {
    Arch::new().dispatch(Map(xs, elementary::ln_1p));
}

/// Replaces every x by erfcx(x), for x >= 0.
pub fn erfcx(xs: &mut [f64]) {
    Arch::new().dispatch(Map(xs, error::scaled));
}

/// Replaces every z by P(Z <= z) of the standard normal distribution.
pub fn normal_cdf(zs: &mut [f64]) {
    Arch::new().dispatch(Map(zs, cdf));
}

#[inline(always)]
fn cdf(z: f64) -> f64 {
    normal::cdf_by(z, elementary::exp)
}
