//! The derivatives of functions of Reals in the runtime.

use crate::emit::Emit;
use crate::operations::is_operation;
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
        Runtime::Special(_) => true,
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

/// A derivative.
#[derive(Clone, Copy, Debug)]
pub enum Slope {
    /// This
    Times(Operand),
    /// 1 over this
    Over(Operand),
    /// Not wanted
    None,
}

const ONE: Operand = Operand::Real(1.0);

/// The derivative of a function of Reals with respect to each argument that it is wanted of.
pub fn function(
    code: &mut impl Emit,
    named: Named,
    args: &[Operand],
    result: Operand,
    wanted: impl Fn(Operand) -> bool,
) -> Vec<Slope> {
    let a = args[0];
    let slope = match named {
        Named::Exp => code.value(result),
        Named::Log => {
            let a = code.value(a);
            return vec![Slope::Over(a)];
        }
        Named::Log1p => {
            let a = code.value(a);
            let below = code.binary(Binary::Add, ONE, a);
            return vec![Slope::Over(below)];
        }
        Named::Expm1 => {
            let value = code.value(result);
            code.binary(Binary::Add, value, ONE)
        }
        Named::Sin => {
            let a = code.value(a);
            code.call(Named::Cos, a)
        }
        Named::Cos => {
            let a = code.value(a);
            let sine = code.call(Named::Sin, a);
            code.unary(Unary::Negate, sine)
        }
        Named::Tan => {
            let value = code.value(result);
            let square = code.binary(Binary::Mul, value, value);
            code.binary(Binary::Add, ONE, square)
        }
        Named::Atan => {
            let a = code.value(a);
            let square = code.binary(Binary::Mul, a, a);
            let below = code.binary(Binary::Add, ONE, square);
            return vec![Slope::Over(below)];
        }
        Named::Tanh => {
            let value = code.value(result);
            let square = code.binary(Binary::Mul, value, value);
            code.binary(Binary::Sub, ONE, square)
        }
        _ => return power(code, args, result, wanted),
    };
    vec![Slope::Times(slope)]
}

/// x = a^b: the derivatives b a^(b - 1) and x log a, which is 0 where a is.
fn power(code: &mut impl Emit, args: &[Operand], result: Operand, wanted: impl Fn(Operand) -> bool) -> Vec<Slope> {
    let (a, b) = (code.value(args[0]), code.value(args[1]));
    let mut slopes = vec![Slope::None, Slope::None];
    if wanted(args[0]) {
        let less = code.binary(Binary::Sub, b, ONE);
        let power = code.call_with(Named::Pow, vec![a, less]);
        slopes[0] = Slope::Times(code.binary(Binary::Mul, b, power));
    }
    if wanted(args[1]) {
        let value = code.value(result);
        let log = code.call(Named::Log, a);
        let slope = code.binary(Binary::Mul, value, log);
        let is_positive = code.compare(Binary::Lt, Operand::Real(0.0), a);
        slopes[1] = Slope::Times(code.select(is_positive, slope, Operand::Real(0.0)));
    }
    slopes
}

/// The derivative of a special function with respect to each argument.
pub fn special<E: Emit>(code: &mut E, special: Special, args: &[Operand], result: Operand) -> Vec<Slope> {
    let first = args[0];
    let of = |code: &mut E, function, x| code.special(function, vec![x]);
    let slope = match special {
        Special::LogGamma => {
            let x = code.value(first);
            of(code, Special::Digamma, x)
        }
        Special::Digamma => {
            let x = code.value(first);
            of(code, Special::Trigamma, x)
        }
        Special::InvLogit => {
            let p = code.value(result);
            let rest = code.binary(Binary::Sub, ONE, p);
            code.binary(Binary::Mul, p, rest)
        }
        Special::Logit => {
            let p = code.value(first);
            let rest = code.binary(Binary::Sub, ONE, p);
            let below = code.binary(Binary::Mul, p, rest);
            return vec![Slope::Over(below)];
        }
        Special::Softplus => {
            let x = code.value(first);
            of(code, Special::InvLogit, x)
        }
        Special::LogInvLogit => {
            let x = code.value(first);
            let negative = code.unary(Unary::Negate, x);
            of(code, Special::InvLogit, negative)
        }
        Special::Log1mInvLogit => {
            let x = code.value(first);
            let share = of(code, Special::InvLogit, x);
            code.unary(Unary::Negate, share)
        }
        Special::Log1mExp => {
            // -exp(x) / (1 - exp(x)) = -1 / expm1(-x)
            let x = code.value(first);
            let negative = code.unary(Unary::Negate, x);
            let below = code.call(Named::Expm1, negative);
            code.binary(Binary::Div, Operand::Real(-1.0), below)
        }
        Special::NormalCdf => {
            let x = code.value(first);
            normal_density(code, x)
        }
        Special::NormalLogCdf => {
            // The density over the distribution function, by their logarithms.
            let (x, log) = (code.value(first), code.value(result));
            let half_square = half_square(code, x);
            let above = code.binary(Binary::Add, half_square, Operand::Real(0.5 * (2.0 * PI).ln()));
            let sum = code.binary(Binary::Add, above, log);
            let exponent = code.unary(Unary::Negate, sum);
            code.call(Named::Exp, exponent)
        }
        Special::NormalQuantile => {
            let x = code.value(result);
            let density = normal_density(code, x);
            return vec![Slope::Over(density)];
        }
        Special::Erf | Special::Erfc => {
            let x = code.value(first);
            let square = code.binary(Binary::Mul, x, x);
            let exponent = code.unary(Unary::Negate, square);
            let bell = code.call(Named::Exp, exponent);
            let sign = if special == Special::Erf { 1.0 } else { -1.0 };
            code.binary(Binary::Mul, Operand::Real(sign * 2.0 / PI.sqrt()), bell)
        }
        Special::LogBesselI0 => {
            let (x, log) = (code.value(first), code.value(result));
            let other = of(code, Special::LogBesselI1, x);
            let difference = code.binary(Binary::Sub, other, log);
            code.call(Named::Exp, difference)
        }
        Special::LogBesselI1 => {
            // I0 / I1 - 1 / x
            let (x, log) = (code.value(first), code.value(result));
            let other = of(code, Special::LogBesselI0, x);
            let difference = code.binary(Binary::Sub, other, log);
            let ratio = code.call(Named::Exp, difference);
            let inverse = code.binary(Binary::Div, ONE, x);
            code.binary(Binary::Sub, ratio, inverse)
        }
        Special::LogBeta | Special::LogDiffExp | Special::OwensT => return of_two(code, special, args, result),
        _ => return by_table(code, special, args),
    };
    vec![Slope::Times(slope)]
}

fn half_square(code: &mut impl Emit, x: Operand) -> Operand {
    let square = code.binary(Binary::Mul, x, x);
    code.binary(Binary::Mul, Operand::Real(0.5), square)
}

fn normal_density(code: &mut impl Emit, x: Operand) -> Operand {
    let half_square = half_square(code, x);
    let exponent = code.unary(Unary::Negate, half_square);
    let bell = code.call(Named::Exp, exponent);
    code.binary(Binary::Mul, Operand::Real(1.0 / (2.0 * PI).sqrt()), bell)
}

/// Special functions whose derivatives are functions of the runtime too.
fn by_table(code: &mut impl Emit, special: Special, args: &[Operand]) -> Vec<Slope> {
    let number = Special::ALL.iter().position(|known| *known == special).unwrap_or_default() as i64;
    let values: Vec<Operand> = args.iter().map(|arg| code.value(*arg)).collect();
    let slope = |(argument, _): (usize, &Operand)| {
        let mut given = vec![Operand::Int(number), Operand::Int(argument as i64)];
        given.extend(&values);
        given.resize(5, Operand::Real(0.0));
        Slope::Times(code.call_with(Named::SpecialSlope, given))
    };
    args.iter().enumerate().map(slope).collect()
}

/// Special functions of two Reals.
fn of_two(code: &mut impl Emit, special: Special, args: &[Operand], result: Operand) -> Vec<Slope> {
    let [first, second] = args[..] else { return Vec::new() };
    let (a, b) = (code.value(first), code.value(second));
    let slopes = match special {
        Special::LogBeta => {
            let sum = code.binary(Binary::Add, a, b);
            let whole = code.special(Special::Digamma, vec![sum]);
            [a, b].map(|x| {
                let own = code.special(Special::Digamma, vec![x]);
                code.binary(Binary::Sub, own, whole)
            })
        }
        Special::LogDiffExp => {
            let result = code.value(result);
            [(a, 1.0), (b, -1.0)].map(|(x, sign)| {
                let difference = code.binary(Binary::Sub, x, result);
                let share = code.call(Named::Exp, difference);
                code.binary(Binary::Mul, Operand::Real(sign), share)
            })
        }
        Special::OwensT => {
            // With respect to h: -phi(h) erf(a h / sqrt 2) / 2; to a: exp(-h^2 (1 + a^2) / 2) / (2 pi (1 + a^2)).
            let product = code.binary(Binary::Mul, a, b);
            let scaled = code.binary(Binary::Mul, Operand::Real(0.5f64.sqrt()), product);
            let inside = code.special(Special::Erf, vec![scaled]);
            let density = normal_density(code, a);
            let half = code.binary(Binary::Mul, Operand::Real(-0.5), inside);
            let by_h = code.binary(Binary::Mul, half, density);
            let square = code.binary(Binary::Mul, b, b);
            let below = code.binary(Binary::Add, ONE, square);
            let half_square = half_square(code, a);
            let exponent = code.binary(Binary::Mul, half_square, below);
            let negative = code.unary(Unary::Negate, exponent);
            let bell = code.call(Named::Exp, negative);
            let share = code.binary(Binary::Div, bell, below);
            let by_a = code.binary(Binary::Mul, Operand::Real(0.5 / PI), share);
            [by_h, by_a]
        }
        _ => return Vec::new(),
    };
    slopes.map(Slope::Times).to_vec()
}
