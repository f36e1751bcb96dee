//! The special functions that programs can call: one table of names, arguments and code, which the compiler reads.

use crate::{gamma, logarithm, normal};

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
    /// 1 / (1 + exp(-x)).
    InvLogit "inv_logit" (x) = logarithm::inv_logit;
    /// log(p / (1 - p)).
    Logit "logit" (p) = logarithm::logit;
    /// log(1 + exp(x)).
    Softplus "softplus" (x) = logarithm::softplus;
    /// The standard normal distribution function.
    NormalCdf "normal_cdf" (x) = normal::normal_cdf;
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
