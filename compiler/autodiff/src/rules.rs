//! The derivatives of functions of Reals in the runtime.

use crate::operations::is_operation;
use crate::reverse::Back;
use borel_distributions::Function as Entry;
use borel_distributions::bounds::{Bound, bounds};
use borel_flow::runtime::{Named, Special};
use borel_flow::{Binary, Operand, Runtime, Unary};
use std::f64::consts::PI;

/// Whether the results depend on the arguments in a way that derivatives are known of.
pub fn carries(runtime: Runtime) -> bool {
    match runtime {
        Runtime::Distribution(_, function) => {
            let of_value =
                matches!(function, Entry::LogDensity | Entry::Cdf | Entry::Ccdf | Entry::LogCdf | Entry::LogCcdf);
            of_value || bound(runtime).is_some_and(|bound| matches!(bound, Bound::Parameter(..)))
        }
        Runtime::Special(special) => has_derivative(special),
        Runtime::Named(named) => is_function(named) || is_operation(named) || named == Named::Constrain,
    }
}

/// Whether the results do not depend on the values of Reals, so that their derivatives are 0.
pub fn is_constant(runtime: Runtime) -> bool {
    bound(runtime).is_some_and(|bound| !matches!(bound, Bound::Parameter(..)))
}

/// The end of a support that a function gives.
pub fn bound(runtime: Runtime) -> Option<Bound> {
    match runtime {
        Runtime::Distribution(kind, Entry::LowerBound) => Some(bounds(kind).0),
        Runtime::Distribution(kind, Entry::UpperBound) => Some(bounds(kind).1),
        _ => None,
    }
}

/// Whether a function is one of Reals.
pub fn is_function(named: Named) -> bool {
    use Named::*;
    matches!(named, Exp | Log | Log1p | Expm1 | Sin | Cos | Tan | Atan | Tanh | Pow)
}

fn has_derivative(special: Special) -> bool {
    use Special::*;
    !matches!(special, Trigamma | GammaP | GammaQ | IncompleteBeta | LogBesselK | Zeta)
}

const ONE: Operand = Operand::Real(1.0);

/// Adds to the adjoints of the arguments of a function of Reals.
pub fn function(back: &mut Back<'_, '_>, named: Named, args: &[Operand], result: Operand, adjoint: Operand) {
    let a = args[0];
    let slope = match named {
        Named::Exp => back.value(result),
        Named::Log => {
            let a = back.value(a);
            return back.add_quotient(args[0], adjoint, a);
        }
        Named::Log1p => {
            let a = back.value(a);
            let below = back.binary(Binary::Add, ONE, a);
            return back.add_quotient(args[0], adjoint, below);
        }
        Named::Expm1 => {
            let value = back.value(result);
            back.binary(Binary::Add, value, ONE)
        }
        Named::Sin => {
            let a = back.value(a);
            back.call(Named::Cos, a)
        }
        Named::Cos => {
            let a = back.value(a);
            let sine = back.call(Named::Sin, a);
            back.unary(Unary::Negate, sine)
        }
        Named::Tan => {
            let value = back.value(result);
            let square = back.binary(Binary::Mul, value, value);
            back.binary(Binary::Add, ONE, square)
        }
        Named::Atan => {
            let a = back.value(a);
            let square = back.binary(Binary::Mul, a, a);
            let below = back.binary(Binary::Add, ONE, square);
            return back.add_quotient(args[0], adjoint, below);
        }
        Named::Tanh => {
            let value = back.value(result);
            let square = back.binary(Binary::Mul, value, value);
            back.binary(Binary::Sub, ONE, square)
        }
        _ => return power(back, args, result, adjoint),
    };
    back.add_product(a, adjoint, slope);
}

/// x = a^b: the derivatives b a^(b - 1) and x log a, which is 0 where a is.
fn power(back: &mut Back<'_, '_>, args: &[Operand], result: Operand, adjoint: Operand) {
    let (a, b) = (back.value(args[0]), back.value(args[1]));
    if back.is_active(args[0]) {
        let less = back.binary(Binary::Sub, b, ONE);
        let power = back.call_with(Named::Pow, vec![a, less]);
        let slope = back.binary(Binary::Mul, b, power);
        back.add_product(args[0], adjoint, slope);
    }
    if back.is_active(args[1]) {
        let value = back.value(result);
        let log = back.call(Named::Log, a);
        let slope = back.binary(Binary::Mul, value, log);
        let is_positive = back.compare(Binary::Lt, Operand::Real(0.0), a);
        let slope = back.select(is_positive, slope, Operand::Real(0.0));
        back.add_product(args[1], adjoint, slope);
    }
}

/// Adds to the adjoints of the arguments of a special function.
pub fn special(back: &mut Back<'_, '_>, special: Special, args: &[Operand], result: Operand, adjoint: Operand) {
    let first = args[0];
    let of = |back: &mut Back<'_, '_>, function, x| back.special(function, vec![x]);
    let slope = match special {
        Special::LogGamma => {
            let x = back.value(first);
            of(back, Special::Digamma, x)
        }
        Special::Digamma => {
            let x = back.value(first);
            of(back, Special::Trigamma, x)
        }
        Special::InvLogit => {
            let p = back.value(result);
            let rest = back.binary(Binary::Sub, ONE, p);
            back.binary(Binary::Mul, p, rest)
        }
        Special::Logit => {
            let p = back.value(first);
            let rest = back.binary(Binary::Sub, ONE, p);
            let below = back.binary(Binary::Mul, p, rest);
            return back.add_quotient(first, adjoint, below);
        }
        Special::Softplus => {
            let x = back.value(first);
            of(back, Special::InvLogit, x)
        }
        Special::LogInvLogit => {
            let x = back.value(first);
            let negative = back.unary(Unary::Negate, x);
            of(back, Special::InvLogit, negative)
        }
        Special::Log1mInvLogit => {
            let x = back.value(first);
            let share = of(back, Special::InvLogit, x);
            back.unary(Unary::Negate, share)
        }
        Special::Log1mExp => {
            // -exp(x) / (1 - exp(x)) = -1 / expm1(-x)
            let x = back.value(first);
            let negative = back.unary(Unary::Negate, x);
            let below = back.call(Named::Expm1, negative);
            back.binary(Binary::Div, Operand::Real(-1.0), below)
        }
        Special::NormalCdf => {
            let x = back.value(first);
            normal_density(back, x)
        }
        Special::NormalLogCdf => {
            // The density over the distribution function, by their logarithms.
            let (x, log) = (back.value(first), back.value(result));
            let half_square = half_square(back, x);
            let above = back.binary(Binary::Add, half_square, Operand::Real(0.5 * (2.0 * PI).ln()));
            let sum = back.binary(Binary::Add, above, log);
            let exponent = back.unary(Unary::Negate, sum);
            back.call(Named::Exp, exponent)
        }
        Special::NormalQuantile => {
            let x = back.value(result);
            let density = normal_density(back, x);
            return back.add_quotient(first, adjoint, density);
        }
        Special::Erf | Special::Erfc => {
            let x = back.value(first);
            let square = back.binary(Binary::Mul, x, x);
            let exponent = back.unary(Unary::Negate, square);
            let bell = back.call(Named::Exp, exponent);
            let sign = if special == Special::Erf { 1.0 } else { -1.0 };
            back.binary(Binary::Mul, Operand::Real(sign * 2.0 / PI.sqrt()), bell)
        }
        Special::LogBesselI0 => {
            let (x, log) = (back.value(first), back.value(result));
            let other = of(back, Special::LogBesselI1, x);
            let difference = back.binary(Binary::Sub, other, log);
            back.call(Named::Exp, difference)
        }
        Special::LogBesselI1 => {
            // I0 / I1 - 1 / x
            let (x, log) = (back.value(first), back.value(result));
            let other = of(back, Special::LogBesselI0, x);
            let difference = back.binary(Binary::Sub, other, log);
            let ratio = back.call(Named::Exp, difference);
            let inverse = back.binary(Binary::Div, ONE, x);
            back.binary(Binary::Sub, ratio, inverse)
        }
        _ => return of_two(back, special, args, result, adjoint),
    };
    back.add_product(first, adjoint, slope);
}

fn half_square(back: &mut Back<'_, '_>, x: Operand) -> Operand {
    let square = back.binary(Binary::Mul, x, x);
    back.binary(Binary::Mul, Operand::Real(0.5), square)
}

fn normal_density(back: &mut Back<'_, '_>, x: Operand) -> Operand {
    let half_square = half_square(back, x);
    let exponent = back.unary(Unary::Negate, half_square);
    let bell = back.call(Named::Exp, exponent);
    back.binary(Binary::Mul, Operand::Real(1.0 / (2.0 * PI).sqrt()), bell)
}

/// Special functions of two Reals.
fn of_two(back: &mut Back<'_, '_>, special: Special, args: &[Operand], result: Operand, adjoint: Operand) {
    let [first, second] = args[..] else { return };
    let (a, b) = (back.value(first), back.value(second));
    let slopes = match special {
        Special::LogBeta => {
            let sum = back.binary(Binary::Add, a, b);
            let whole = back.special(Special::Digamma, vec![sum]);
            [a, b].map(|x| {
                let own = back.special(Special::Digamma, vec![x]);
                back.binary(Binary::Sub, own, whole)
            })
        }
        Special::LogDiffExp => {
            let result = back.value(result);
            [(a, 1.0), (b, -1.0)].map(|(x, sign)| {
                let difference = back.binary(Binary::Sub, x, result);
                let share = back.call(Named::Exp, difference);
                back.binary(Binary::Mul, Operand::Real(sign), share)
            })
        }
        Special::OwensT => {
            // With respect to h: -phi(h) erf(a h / sqrt 2) / 2; to a: exp(-h^2 (1 + a^2) / 2) / (2 pi (1 + a^2)).
            let product = back.binary(Binary::Mul, a, b);
            let scaled = back.binary(Binary::Mul, Operand::Real(0.5f64.sqrt()), product);
            let inside = back.special(Special::Erf, vec![scaled]);
            let density = normal_density(back, a);
            let half = back.binary(Binary::Mul, Operand::Real(-0.5), inside);
            let by_h = back.binary(Binary::Mul, half, density);
            let square = back.binary(Binary::Mul, b, b);
            let below = back.binary(Binary::Add, ONE, square);
            let half_square = half_square(back, a);
            let exponent = back.binary(Binary::Mul, half_square, below);
            let negative = back.unary(Unary::Negate, exponent);
            let bell = back.call(Named::Exp, negative);
            let share = back.binary(Binary::Div, bell, below);
            let by_a = back.binary(Binary::Mul, Operand::Real(0.5 / PI), share);
            [by_h, by_a]
        }
        _ => return,
    };
    for (argument, slope) in [first, second].into_iter().zip(slopes) {
        back.add_product(argument, adjoint, slope);
    }
}
