//! The table of distributions that the compiler reads: names, parameters with their domains, values, symbols.

use std::fmt;

/// A distribution of the catalogue.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
#[repr(u32)]
pub enum Kind {
    /// The normal distribution.
    Normal,
    /// The absolute value of a Normal(0, sigma).
    HalfNormal,
    /// The exponential of a Normal(mu, sigma).
    LogNormal,
    /// Student's t distribution, located and scaled.
    StudentT,
    /// The Cauchy distribution.
    Cauchy,
    /// The absolute value of a Cauchy(0, sigma).
    HalfCauchy,
    /// The exponential distribution.
    Exponential,
    /// The gamma distribution with mean shape / rate.
    Gamma,
    /// The inverse of a Gamma(shape, rate = scale).
    InverseGamma,
    /// The beta distribution with mean a / (a + b).
    Beta,
    /// The uniform distribution on an interval.
    Uniform,
    /// true with probability p.
    Bernoulli,
    /// The number of successes in n trials.
    Binomial,
    /// The Poisson distribution.
    Poisson,
    /// The number of failures before the first success.
    Geometric,
    /// An index by its probability.
    Categorical,
    /// The integers from lower to upper, both included.
    DiscreteUniform,
    /// The Dirichlet distribution on probabilities.
    Dirichlet,
    /// The multivariate normal by its covariance.
    MvNormal,
}

impl Kind {
    /// All of them, in the order of their numbers.
    pub const ALL: &'static [Kind] = &[
        Kind::Normal,
        Kind::HalfNormal,
        Kind::LogNormal,
        Kind::StudentT,
        Kind::Cauchy,
        Kind::HalfCauchy,
        Kind::Exponential,
        Kind::Gamma,
        Kind::InverseGamma,
        Kind::Beta,
        Kind::Uniform,
        Kind::Bernoulli,
        Kind::Binomial,
        Kind::Poisson,
        Kind::Geometric,
        Kind::Categorical,
        Kind::DiscreteUniform,
        Kind::Dirichlet,
        Kind::MvNormal,
    ];

    /// Its entry.
    pub fn entry(self) -> &'static Entry {
        &CATALOGUE[self as usize]
    }

    /// The distribution with this number.
    pub fn from_u32(number: u32) -> Option<Kind> {
        Kind::ALL.get(number as usize).copied()
    }

    /// The distribution with this name.
    pub fn from_name(name: &str) -> Option<Kind> {
        CATALOGUE.iter().find(|entry| entry.name == name).map(|entry| entry.kind)
    }
}

/// What is known of a distribution.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// The distribution.
    pub kind: Kind,
    /// Its name in programs.
    pub name: &'static str,
    /// Its parameters in order.
    pub parameters: &'static [Parameter],
    /// The type of its values.
    pub value: ValueKind,
    /// One sentence.
    pub summary: &'static str,
    /// Whether its values can be enumerated.
    pub discreteness: Discreteness,
    /// The C entry point that draws.
    pub sample_symbol: &'static str,
    /// The C entry point of the log density.
    pub log_density_symbol: &'static str,
    /// The C entry point that checks parameters.
    pub check_symbol: &'static str,
}

/// A parameter.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// Its name, for named arguments.
    pub name: &'static str,
    /// Its type.
    pub kind: ParameterKind,
    /// What it may be.
    pub domain: Domain,
    /// What it means.
    pub doc: &'static str,
}

/// The type of a parameter.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ParameterKind {
    /// Real
    Real,
    /// Int
    Int,
    /// [Real]
    RealArray,
    /// Matrix
    Matrix,
}

/// The type of a value.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ValueKind {
    /// Real
    Real,
    /// Int
    Int,
    /// Bool
    Bool,
    /// [Real]
    RealArray,
}

/// Whether values can be enumerated.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Discreteness {
    /// Reals
    Continuous,
    /// Finitely many values
    Finite,
    /// Infinitely many values that can be listed
    Countable,
}

/// What a parameter may be.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Domain {
    /// Not infinite, not NaN
    Finite,
    /// Above 0 and finite
    Positive,
    /// 0 or above, and finite
    NonNegative,
    /// From 0 to 1
    Probability,
    /// Above 0, up to 1
    PositiveProbability,
    /// Above the parameter before it
    Above,
    /// At least the parameter before it
    AtLeast,
    /// Not empty, all from 0 to 1, with sum 1 within 1e-8
    Simplex,
    /// Not empty, all above 0
    PositiveArray,
    /// All finite
    FiniteArray,
    /// Symmetric positive definite, of the size of the parameter before it
    Covariance,
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Domain::Finite => "finite",
            Domain::Positive => "positive",
            Domain::NonNegative => "0 or positive",
            Domain::Probability => "between 0 and 1",
            Domain::PositiveProbability => "above 0 and at most 1",
            Domain::Above => "above the lower bound",
            Domain::AtLeast => "at least the lower bound",
            Domain::Simplex => "probabilities that sum to 1",
            Domain::PositiveArray => "a non-empty array of positive numbers",
            Domain::FiniteArray => "an array of finite numbers",
            Domain::Covariance => "a symmetric positive-definite matrix that fits the mean",
        })
    }
}

const fn parameter(name: &'static str, kind: ParameterKind, domain: Domain, doc: &'static str) -> Parameter {
    Parameter { name, kind, domain, doc }
}

/// All distributions, by number.
pub static CATALOGUE: &[Entry] = &[
    Entry {
        kind: Kind::Normal,
        name: "Normal",
        parameters: &[
            parameter("mu", ParameterKind::Real, Domain::Finite, "location: the mean"),
            parameter("sigma", ParameterKind::Real, Domain::Positive, "scale: the standard deviation"),
        ],
        value: ValueKind::Real,
        summary: "The normal distribution.",
        discreteness: Discreteness::Continuous,
        sample_symbol: "borel_sample_normal",
        log_density_symbol: "borel_log_density_normal",
        check_symbol: "borel_check_normal",
    },
    Entry {
        kind: Kind::HalfNormal,
        name: "HalfNormal",
        parameters: &[parameter("sigma", ParameterKind::Real, Domain::Positive, "scale of the underlying normal")],
        value: ValueKind::Real,
        summary: "The absolute value of a Normal(0, sigma).",
        discreteness: Discreteness::Continuous,
        sample_symbol: "borel_sample_half_normal",
        log_density_symbol: "borel_log_density_half_normal",
        check_symbol: "borel_check_half_normal",
    },
    Entry {
        kind: Kind::LogNormal,
        name: "LogNormal",
        parameters: &[
            parameter("mu", ParameterKind::Real, Domain::Finite, "mean of the logarithm"),
            parameter("sigma", ParameterKind::Real, Domain::Positive, "standard deviation of the logarithm"),
        ],
        value: ValueKind::Real,
        summary: "The exponential of a Normal(mu, sigma).",
        discreteness: Discreteness::Continuous,
        sample_symbol: "borel_sample_log_normal",
        log_density_symbol: "borel_log_density_log_normal",
        check_symbol: "borel_check_log_normal",
    },
    Entry {
        kind: Kind::StudentT,
        name: "StudentT",
        parameters: &[
            parameter("nu", ParameterKind::Real, Domain::Positive, "degrees of freedom"),
            parameter("mu", ParameterKind::Real, Domain::Finite, "location"),
            parameter("sigma", ParameterKind::Real, Domain::Positive, "scale"),
        ],
        value: ValueKind::Real,
        summary: "Student's t distribution, located and scaled.",
        discreteness: Discreteness::Continuous,
        sample_symbol: "borel_sample_student_t",
        log_density_symbol: "borel_log_density_student_t",
        check_symbol: "borel_check_student_t",
    },
    Entry {
        kind: Kind::Cauchy,
        name: "Cauchy",
        parameters: &[
            parameter("mu", ParameterKind::Real, Domain::Finite, "location: the median"),
            parameter("sigma", ParameterKind::Real, Domain::Positive, "scale"),
        ],
        value: ValueKind::Real,
        summary: "The Cauchy distribution.",
        discreteness: Discreteness::Continuous,
        sample_symbol: "borel_sample_cauchy",
        log_density_symbol: "borel_log_density_cauchy",
        check_symbol: "borel_check_cauchy",
    },
    Entry {
        kind: Kind::HalfCauchy,
        name: "HalfCauchy",
        parameters: &[parameter("sigma", ParameterKind::Real, Domain::Positive, "scale of the underlying Cauchy")],
        value: ValueKind::Real,
        summary: "The absolute value of a Cauchy(0, sigma).",
        discreteness: Discreteness::Continuous,
        sample_symbol: "borel_sample_half_cauchy",
        log_density_symbol: "borel_log_density_half_cauchy",
        check_symbol: "borel_check_half_cauchy",
    },
    Entry {
        kind: Kind::Exponential,
        name: "Exponential",
        parameters: &[parameter("rate", ParameterKind::Real, Domain::Positive, "the inverse of the mean")],
        value: ValueKind::Real,
        summary: "The exponential distribution.",
        discreteness: Discreteness::Continuous,
        sample_symbol: "borel_sample_exponential",
        log_density_symbol: "borel_log_density_exponential",
        check_symbol: "borel_check_exponential",
    },
    Entry {
        kind: Kind::Gamma,
        name: "Gamma",
        parameters: &[
            parameter("shape", ParameterKind::Real, Domain::Positive, "shape"),
            parameter("rate", ParameterKind::Real, Domain::Positive, "inverse scale"),
        ],
        value: ValueKind::Real,
        summary: "The gamma distribution with mean shape / rate.",
        discreteness: Discreteness::Continuous,
        sample_symbol: "borel_sample_gamma",
        log_density_symbol: "borel_log_density_gamma",
        check_symbol: "borel_check_gamma",
    },
    Entry {
        kind: Kind::InverseGamma,
        name: "InverseGamma",
        parameters: &[
            parameter("shape", ParameterKind::Real, Domain::Positive, "shape"),
            parameter("scale", ParameterKind::Real, Domain::Positive, "scale"),
        ],
        value: ValueKind::Real,
        summary: "The inverse of a Gamma(shape, rate = scale).",
        discreteness: Discreteness::Continuous,
        sample_symbol: "borel_sample_inverse_gamma",
        log_density_symbol: "borel_log_density_inverse_gamma",
        check_symbol: "borel_check_inverse_gamma",
    },
    Entry {
        kind: Kind::Beta,
        name: "Beta",
        parameters: &[
            parameter("a", ParameterKind::Real, Domain::Positive, "first shape"),
            parameter("b", ParameterKind::Real, Domain::Positive, "second shape"),
        ],
        value: ValueKind::Real,
        summary: "The beta distribution with mean a / (a + b).",
        discreteness: Discreteness::Continuous,
        sample_symbol: "borel_sample_beta",
        log_density_symbol: "borel_log_density_beta",
        check_symbol: "borel_check_beta",
    },
    Entry {
        kind: Kind::Uniform,
        name: "Uniform",
        parameters: &[
            parameter("lower", ParameterKind::Real, Domain::Finite, "lower bound"),
            parameter("upper", ParameterKind::Real, Domain::Above, "upper bound"),
        ],
        value: ValueKind::Real,
        summary: "The uniform distribution on an interval.",
        discreteness: Discreteness::Continuous,
        sample_symbol: "borel_sample_uniform",
        log_density_symbol: "borel_log_density_uniform",
        check_symbol: "borel_check_uniform",
    },
    Entry {
        kind: Kind::Bernoulli,
        name: "Bernoulli",
        parameters: &[parameter("p", ParameterKind::Real, Domain::Probability, "probability of true")],
        value: ValueKind::Bool,
        summary: "true with probability p.",
        discreteness: Discreteness::Finite,
        sample_symbol: "borel_sample_bernoulli",
        log_density_symbol: "borel_log_density_bernoulli",
        check_symbol: "borel_check_bernoulli",
    },
    Entry {
        kind: Kind::Binomial,
        name: "Binomial",
        parameters: &[
            parameter("n", ParameterKind::Int, Domain::NonNegative, "number of trials"),
            parameter("p", ParameterKind::Real, Domain::Probability, "probability of success"),
        ],
        value: ValueKind::Int,
        summary: "The number of successes in n trials.",
        discreteness: Discreteness::Finite,
        sample_symbol: "borel_sample_binomial",
        log_density_symbol: "borel_log_density_binomial",
        check_symbol: "borel_check_binomial",
    },
    Entry {
        kind: Kind::Poisson,
        name: "Poisson",
        parameters: &[parameter("rate", ParameterKind::Real, Domain::NonNegative, "the mean")],
        value: ValueKind::Int,
        summary: "The Poisson distribution.",
        discreteness: Discreteness::Countable,
        sample_symbol: "borel_sample_poisson",
        log_density_symbol: "borel_log_density_poisson",
        check_symbol: "borel_check_poisson",
    },
    Entry {
        kind: Kind::Geometric,
        name: "Geometric",
        parameters: &[parameter("p", ParameterKind::Real, Domain::PositiveProbability, "probability of success")],
        value: ValueKind::Int,
        summary: "The number of failures before the first success.",
        discreteness: Discreteness::Countable,
        sample_symbol: "borel_sample_geometric",
        log_density_symbol: "borel_log_density_geometric",
        check_symbol: "borel_check_geometric",
    },
    Entry {
        kind: Kind::Categorical,
        name: "Categorical",
        parameters: &[parameter("probs", ParameterKind::RealArray, Domain::Simplex, "probabilities of 0, 1, ..")],
        value: ValueKind::Int,
        summary: "An index by its probability.",
        discreteness: Discreteness::Finite,
        sample_symbol: "borel_sample_categorical",
        log_density_symbol: "borel_log_density_categorical",
        check_symbol: "borel_check_categorical",
    },
    Entry {
        kind: Kind::DiscreteUniform,
        name: "DiscreteUniform",
        parameters: &[
            parameter("lower", ParameterKind::Int, Domain::Finite, "smallest value"),
            parameter("upper", ParameterKind::Int, Domain::AtLeast, "largest value"),
        ],
        value: ValueKind::Int,
        summary: "The integers from lower to upper, both included.",
        discreteness: Discreteness::Finite,
        sample_symbol: "borel_sample_discrete_uniform",
        log_density_symbol: "borel_log_density_discrete_uniform",
        check_symbol: "borel_check_discrete_uniform",
    },
    Entry {
        kind: Kind::Dirichlet,
        name: "Dirichlet",
        parameters: &[parameter("alpha", ParameterKind::RealArray, Domain::PositiveArray, "concentrations")],
        value: ValueKind::RealArray,
        summary: "The Dirichlet distribution on probabilities.",
        discreteness: Discreteness::Continuous,
        sample_symbol: "borel_sample_dirichlet",
        log_density_symbol: "borel_log_density_dirichlet",
        check_symbol: "borel_check_dirichlet",
    },
    Entry {
        kind: Kind::MvNormal,
        name: "MvNormal",
        parameters: &[
            parameter("mu", ParameterKind::RealArray, Domain::FiniteArray, "mean vector"),
            parameter("sigma", ParameterKind::Matrix, Domain::Covariance, "covariance matrix"),
        ],
        value: ValueKind::RealArray,
        summary: "The multivariate normal by its covariance.",
        discreteness: Discreteness::Continuous,
        sample_symbol: "borel_sample_mv_normal",
        log_density_symbol: "borel_log_density_mv_normal",
        check_symbol: "borel_check_mv_normal",
    },
];
