//! The incomplete gamma and beta functions, regularised: both tails, their logarithms and their inverses.
//!
//! Every function computes a tail as a factor times an exponential, and the exponent is never evaluated where the logarithm
//! is asked for: logarithms stay exact far beyond the underflow of the functions. The smaller tail is computed, the other
//! one is its complement.

mod beta;
mod beta_uniform;
mod gamma;
mod newton;

pub use beta::{
    beta_p, beta_p_inverse, beta_p_of_pair, beta_q, beta_q_inverse, beta_q_of_pair, log_beta_p, log_beta_p_of_pair,
    log_beta_q, log_beta_q_of_pair,
};
pub use gamma::{gamma_p, gamma_p_inverse, gamma_q, gamma_q_inverse, log_gamma_p, log_gamma_q};

/// factor exp(log).
#[derive(Clone, Copy)]
struct Scaled {
    log: f64,
    factor: f64,
}

impl Scaled {
    const ZERO: Scaled = Scaled { log: f64::NEG_INFINITY, factor: 1.0 };

    fn of(factor: f64) -> Scaled {
        Scaled { log: 0.0, factor }
    }

    fn value(self) -> f64 {
        self.log.exp() * self.factor
    }

    fn ln(self) -> f64 {
        self.log + self.factor.ln()
    }

    fn times(self, factor: f64) -> Scaled {
        Scaled { factor: self.factor * factor, ..self }
    }

    fn over(self, other: Scaled) -> f64 {
        (self.log - other.log).exp() * (self.factor / other.factor)
    }
}

/// What was computed of a distribution function and its complement.
#[derive(Clone, Copy)]
enum Tails {
    Lower(Scaled),
    Upper(Scaled),
    Both(Scaled, Scaled),
}

impl Tails {
    const UNDEFINED: Tails = Tails::Lower(Scaled { log: f64::NAN, factor: 1.0 });

    /// The tails of the mirrored distribution.
    fn mirrored(self) -> Tails {
        match self {
            Tails::Lower(tail) => Tails::Upper(tail),
            Tails::Upper(tail) => Tails::Lower(tail),
            Tails::Both(lower, upper) => Tails::Both(upper, lower),
        }
    }

    /// The lower tail with its own exponent.
    fn lower_scaled(self) -> Scaled {
        match self {
            Tails::Lower(tail) | Tails::Both(tail, _) => tail,
            Tails::Upper(tail) => Scaled::of(1.0 - tail.value()),
        }
    }

    fn lower(self) -> f64 {
        self.lower_scaled().value()
    }

    fn log_lower(self) -> f64 {
        match self {
            Tails::Upper(tail) => (-tail.value()).ln_1p(),
            // Near 1 the complement has more digits.
            Tails::Both(lower, upper) if lower.ln() > -0.7 => (-upper.value()).ln_1p(),
            Tails::Lower(tail) | Tails::Both(tail, _) => tail.ln(),
        }
    }

    fn upper(self) -> f64 {
        self.mirrored().lower()
    }

    fn log_upper(self) -> f64 {
        self.mirrored().log_lower()
    }
}
