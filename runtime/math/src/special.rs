//! The special functions that programs can call: one table of names, arguments and code, which the compiler reads.

use crate::{bessel, error, gamma, incomplete, logarithm, normal, owens_t, zeta};

macro_rules! special {
    ($($(#[doc = $doc:literal])* $variant:ident $name:literal ($($argument:ident),+) = $function:path;)*) => {
        /// A function of one to three Reals that gives a Real.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Special { $($(#[doc = $doc])* $variant,)* }

        impl Special {
            /// All of them.
            pub const ALL: &'static [Special] = &[$(Special::$variant),*];

            /// The name in programs.
            pub const fn name(self) -> &'static str { match self { $(Special::$variant => $name),* } }

            /// What it is.
            pub const fn doc(self) -> &'static str { match self { $(Special::$variant => concat!($($doc),*)),* } }

            /// The names of its arguments.
            pub const fn arguments(self) -> &'static [&'static str] {
                match self { $(Special::$variant => &[$(stringify!($argument)),+]),* }
            }

            /// The name of the entry point for compiled code.
            pub const fn symbol(self) -> &'static str { match self { $(Special::$variant => concat!("borel_", $name)),* } }

            /// The entry point: `extern "C" fn(ctx, arguments) -> f64`.
            pub fn address(self) -> *const u8 {
                match self {
                    $(Special::$variant => {
                        extern "C" fn entry(_: *mut u8, $($argument: f64),+) -> f64 { $function($($argument),+) }
                        entry as *const u8
                    })*
                }
            }

            /// The value at some arguments; NaN if there are not as many as it takes.
            pub fn call(self, arguments: &[f64]) -> f64 {
                match self {
                    $(Special::$variant => match *arguments {
                        [$($argument),+] => $function($($argument),+),
                        _ => f64::NAN,
                    })*
                }
            }
        }
    };
}

special! {
    /// Logarithm of the gamma function.
    LogGamma "lgamma" (x) = gamma::lgamma;
    /// Derivative of lgamma.
    Digamma "digamma" (x) = gamma::digamma;
    /// Second derivative of lgamma.
    Trigamma "trigamma" (x) = gamma::trigamma;
    /// Logarithm of the beta function, accurate for arguments of any size.
    LogBeta "lbeta" (a, b) = gamma::log_beta;
    /// 1 / (1 + exp(-x)).
    InvLogit "inv_logit" (x) = logarithm::inv_logit;
    /// log(p / (1 - p)).
    Logit "logit" (p) = logarithm::logit;
    /// log(1 + exp(x)).
    Softplus "softplus" (x) = logarithm::softplus;
    /// log(1 / (1 + exp(-x))).
    LogInvLogit "log_inv_logit" (x) = logarithm::log_inv_logit;
    /// log(1 - 1 / (1 + exp(-x))).
    Log1mInvLogit "log1m_inv_logit" (x) = logarithm::log1m_inv_logit;
    /// log(1 - exp(x)), for x up to 0.
    Log1mExp "log1m_exp" (x) = logarithm::log1mexp;
    /// log(exp(a) - exp(b)), for a at least b.
    LogDiffExp "log_diff_exp" (a, b) = logarithm::log_diff_exp;
    /// The standard normal distribution function.
    NormalCdf "normal_cdf" (x) = normal::normal_cdf;
    /// Its logarithm, also where it underflows.
    NormalLogCdf "normal_log_cdf" (x) = normal::log_cdf;
    /// Its inverse.
    NormalQuantile "normal_quantile" (p) = normal::quantile;
    /// The error function.
    Erf "erf" (x) = error::erf;
    /// 1 - erf(x), accurate where that is tiny.
    Erfc "erfc" (x) = error::erfc;
    /// Regularised lower incomplete gamma function P(a, x).
    GammaP "gamma_p" (a, x) = incomplete::gamma_p;
    /// Regularised upper incomplete gamma function Q(a, x).
    GammaQ "gamma_q" (a, x) = incomplete::gamma_q;
    /// Regularised incomplete beta function I_x(a, b).
    IncompleteBeta "inc_beta" (a, b, x) = incomplete::beta_p;
    /// Owen's T function.
    OwensT "owens_t" (h, a) = owens_t;
    /// Logarithm of the modified Bessel function of the first kind of order 0.
    LogBesselI0 "log_bessel_i0" (x) = bessel::log_i0;
    /// Logarithm of the modified Bessel function of the first kind of order 1.
    LogBesselI1 "log_bessel_i1" (x) = bessel::log_i1;
    /// Logarithm of the modified Bessel function of the second kind of real order, for x above 0.
    LogBesselK "log_bessel_k" (nu, x) = bessel::log_k;
    /// Riemann's zeta function, for s above 1.
    Zeta "zeta" (s) = zeta::zeta;
}

#[cfg(test)]
mod tests {
    use super::Special;

    #[test]
    fn functions_are_called_with_their_arguments() {
        assert_eq!(Special::Logit.call(&[0.5]), 0.0);
        assert!(Special::Logit.call(&[]).is_nan());
        assert!(Special::ALL.iter().all(|f| f.symbol().ends_with(f.name()) && !f.address().is_null()));
    }
}
