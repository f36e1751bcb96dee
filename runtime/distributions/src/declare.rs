//! The declaration of a distribution: its struct, its row in the catalogue, its checks and its entry points, from one text.

/// Declares a distribution. The comments of the struct and of the parameters are what users read; the first sentence stands alone.
///
/// ```text
///     distribution! {
///         /// The normal distribution.
///         pub struct Normal: f64, Continuous {
///             /// location: the mean
///             mu: f64 => Finite,
///             /// scale: the standard deviation
///             sigma: f64 => Positive,
///         }
///     }
/// ```
///
/// After the colon stands the type of its values: f64, i64, bool; `[f64]`, `[i64]` or `Matrix`; then whether they can be listed.
macro_rules! distribution {
    ($(#[doc = $doc:literal])* pub struct $name:ident $(<$life:lifetime>)?: Matrix, $($rest:tt)*) => {
        distribution!(@declare multivariate, Matrix, $(#[doc = $doc])* $name [$($life)?] $($rest)*);
    };
    ($(#[doc = $doc:literal])* pub struct $name:ident $(<$life:lifetime>)?: [f64], $($rest:tt)*) => {
        distribution!(@declare multivariate, RealArray, $(#[doc = $doc])* $name [$($life)?] $($rest)*);
    };
    ($(#[doc = $doc:literal])* pub struct $name:ident $(<$life:lifetime>)?: [i64], $($rest:tt)*) => {
        distribution!(@declare multivariate, IntArray, $(#[doc = $doc])* $name [$($life)?] $($rest)*);
    };
    ($(#[doc = $doc:literal])* pub struct $name:ident $(<$life:lifetime>)?: f64, $($rest:tt)*) => {
        distribution!(@declare scalar, Real, $(#[doc = $doc])* $name [$($life)?] $($rest)*);
    };
    ($(#[doc = $doc:literal])* pub struct $name:ident $(<$life:lifetime>)?: i64, $($rest:tt)*) => {
        distribution!(@declare scalar, Int, $(#[doc = $doc])* $name [$($life)?] $($rest)*);
    };
    ($(#[doc = $doc:literal])* pub struct $name:ident $(<$life:lifetime>)?: bool, $($rest:tt)*) => {
        distribution!(@declare scalar, Bool, $(#[doc = $doc])* $name [$($life)?] $($rest)*);
    };
    (@declare $family:ident, $value:ident, $(#[doc = $doc:literal])* $name:ident [$($life:lifetime)?] $discreteness:ident {
        $($(#[doc = $parameter_doc:literal])* $parameter:ident: $ty:ty => $domain:ident,)*
    }) => {
        $(#[doc = $doc])*
        #[derive(Clone, Copy, PartialEq, Debug)]
        pub struct $name $(<$life>)? {
            $($(#[doc = $parameter_doc])* pub $parameter: $ty,)*
        }

        impl $(<$life>)? $crate::Declared for $name $(<$life>)? {
            const ENTRY: $crate::Entry = $crate::Entry {
                kind: $crate::Kind::$name,
                name: stringify!($name),
                documentation: concat!($($doc, "\n"),*),
                parameters: &[$($crate::ParameterEntry {
                    name: stringify!($parameter),
                    kind: <$ty as $crate::Parameter>::KIND,
                    domain: $crate::Domain::$domain,
                    doc: concat!($($parameter_doc),*),
                }),*],
                value: $crate::ValueKind::$value,
                discreteness: $crate::Discreteness::$discreteness,
                symbols: $crate::entry::symbols_of!($name),
            };

            fn check_domains(&self) -> Result<(), $crate::ParameterError> {
                let before = f64::NAN;
                let index = 0;
                $(
                    if let Some(found) = $crate::Parameter::misfit(self.$parameter, $crate::Domain::$domain, before) {
                        return Err($crate::ParameterError { kind: $crate::Kind::$name, parameter: index, found });
                    }
                    #[allow(unused_variables)]
                    let (before, index) = ($crate::Parameter::number(self.$parameter), index + 1);
                )*
                Ok(())
            }

            fn gradient_length(&self) -> usize {
                0 $(+ $crate::Parameter::reals(self.$parameter))*
            }

            fn reals(&self, parameter: usize) -> usize {
                [$($crate::Parameter::reals(self.$parameter)),*].get(parameter).copied().unwrap_or(0)
            }

            fn real(&self, parameter: usize) -> f64 {
                [$($crate::Parameter::real(self.$parameter)),*].get(parameter).copied().unwrap_or(f64::NAN)
            }

            fn with_real(self, parameter: usize, value: f64) -> Self {
                let index = 0;
                $(
                    let $parameter = if index == parameter {
                        $crate::Parameter::with_real(self.$parameter, value)
                    } else {
                        self.$parameter
                    };
                    #[allow(unused_variables)]
                    let index = index + 1;
                )*
                $name { $($parameter),* }
            }
        }

        distribution!(@build $name [$($life)?] $($parameter)*);
        $crate::entry::entries!($family, $name [$($life)?] $($parameter: $ty),*);
    };
    (@build $name:ident [] $($parameter:ident)*) => {
        impl $crate::dynamic::Build<'_> for $name {
            distribution!(@from_arguments '_, $name $($parameter)*);
        }
    };
    (@build $name:ident [$life:lifetime] $($parameter:ident)*) => {
        impl<$life> $crate::dynamic::Build<$life> for $name<$life> {
            distribution!(@from_arguments $life, $name $($parameter)*);
        }
    };
    (@from_arguments $life:lifetime, $name:ident $($parameter:ident)*) => {
        fn build(arguments: &[$crate::Argument<$life>]) -> Option<Self> {
            let [$($parameter),*] = arguments else { return None };
            Some($name { $($parameter: $crate::parameter::FromArgument::from_argument($parameter)?),* })
        }
    };
}
pub(crate) use distribution;
