//! The list of distributions.

use crate::catalogue::Entry;
use crate::dynamic::{Argument, Build};
use crate::{Declared, Multivariate, Scalar};

/// Something that is done with a distribution, whichever it is.
pub trait Visitor {
    /// What comes of it.
    type Output;

    /// With one whose values are numbers.
    fn scalar<D: Scalar>(self, distribution: D) -> Self::Output;

    /// With one whose values are arrays or matrices.
    fn multivariate<D: Multivariate>(self, distribution: D) -> Self::Output;
}

macro_rules! table {
    (scalar [$($scalar:ident $(<$scalar_life:lifetime>)?,)*] multivariate [$($multivariate:ident $(<$multivariate_life:lifetime>)?,)*]) => {
        /// A distribution of the catalogue. Its entry says what it is.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
        #[repr(u32)]
        #[allow(missing_docs)]
        pub enum Kind { $($scalar,)* $($multivariate,)* }

        impl Kind {
            /// All of them, in the order of their numbers.
            pub const ALL: &'static [Kind] = &[$(Kind::$scalar,)* $(Kind::$multivariate,)*];
        }

        /// All distributions, by number.
        pub static CATALOGUE: &[&Entry] = &[
            $(&<crate::$scalar $(<$scalar_life>)? as Declared>::ENTRY,)*
            $(&<crate::$multivariate $(<$multivariate_life>)? as Declared>::ENTRY,)*
        ];

        /// Visits the distribution of a kind with these arguments. None if they do not fit the kind.
        pub fn visit<V: Visitor>(kind: Kind, arguments: &[Argument<'_>], visitor: V) -> Option<V::Output> {
            match kind {
                $(Kind::$scalar => crate::$scalar::build(arguments).map(|d| visitor.scalar(d)),)*
                $(Kind::$multivariate => crate::$multivariate::build(arguments).map(|d| visitor.multivariate(d)),)*
            }
        }

        /// The entry points of all, by name.
        pub(crate) fn entry_points() -> Vec<(&'static str, *const u8)> {
            let mut points = Vec::new();
            let mut add = |entry: &Entry, own: Vec<*const u8>| points.extend(entry.symbols.iter().copied().zip(own));
            $(add(&crate::$scalar::ENTRY, crate::$scalar::entry_points());)*
            $(add(&crate::$multivariate::ENTRY, crate::$multivariate::entry_points());)*
            points
        }
    };
}

table! {
    scalar [
    Normal,
    HalfNormal,
    LogNormal,
    StudentT,
    Cauchy,
    HalfCauchy,
    Exponential,
    Gamma,
    InverseGamma,
    Beta,
    Uniform,
    HalfStudentT,
    Laplace,
    Logistic,
    Gumbel,
    ChiSquared,
    InverseChiSquared,
    ScaledInverseChiSquared,
    Weibull,
    Frechet,
    Pareto,
    ParetoType2,
    Rayleigh,
    VonMises,
    SkewNormal,
    ExpModNormal,
    AsymmetricLaplace,
    SkewDoubleExponential,
    Triangular,
    BetaProportion,
    Wiener,
    Bernoulli,
    Binomial,
    Poisson,
    Geometric,
    Categorical<'static>,
    DiscreteUniform,
    BernoulliLogit,
    BinomialLogit,
    BetaBinomial,
    NegativeBinomial,
    NegativeBinomialRate,
    PoissonLog,
    Hypergeometric,
    CategoricalLogit<'static>,
    OrderedLogistic<'static>,
    OrderedProbit<'static>,
    Zipf,
    ZeroInflatedPoisson,
    ZeroInflatedNegativeBinomial,
    ]
    multivariate [
    Ar<'static>,
    Dirichlet<'static>,
    DirichletMultinomial<'static>,
    GaussianRandomWalk,
    InverseWishart<'static>,
    LKJ,
    LKJCholesky,
    MatrixNormal<'static>,
    Multinomial<'static>,
    MvNormal<'static>,
    MvNormalCholesky<'static>,
    MvNormalPrecision<'static>,
    MvStudentT<'static>,
    MvStudentTCholesky<'static>,
    Wishart<'static>,
    ]
}
