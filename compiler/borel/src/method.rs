//! Methods of inference and their settings.

use crate::library::{Algorithm, Library};

/// How to infer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Method {
    /// Explores every finite choice, and countable ones until at most `1 - mass` of the prior is left.
    Enumerate {
        /// The prior mass to explore.
        mass: f64,
    },
    /// Draws from the prior, weighed by the observations.
    Importance {
        /// How many.
        draws: usize,
    },
    /// Sequential Monte Carlo.
    Smc {
        /// How many particles.
        particles: usize,
        /// How they are resampled.
        resampling: Resampling,
        /// They are resampled when the effective sample size is below this fraction of their number.
        threshold: f64,
    },
    /// The No-U-Turn sampler, for models with a differentiable density.
    Nuts(Nuts),
    /// Hamiltonian Monte Carlo with trajectories of a fixed number of steps, for such models.
    Hmc(Hmc),
    /// Unadjusted microcanonical Langevin Monte Carlo, for such models: cheap draws with a bias. Experimental.
    Mclmc(Mclmc),
    /// Metropolis-Hastings, a choice at a time: for any model.
    Mh(Mh),
    /// The mode of the posterior density.
    Optimize(Optimize),
    /// The normal distribution at the mode with the same curvature.
    Laplace(Laplace),
    /// The normal distribution that is nearest to the posterior, by variational inference.
    Advi(Advi),
    /// One that the standard library has in Borel: resample-move SMC, particle Markov chain Monte Carlo, SMC^2.
    Library(Library),
}

/// Settings of Metropolis-Hastings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mh {
    /// Draws of each chain.
    pub draws: usize,
    /// Draws of each chain before those, which find how far values walk and are thrown away.
    pub warmup: usize,
    /// How many chains.
    pub chains: usize,
    /// Steps for each draw; none: as many as there are choices.
    pub thin: Option<usize>,
}

impl Default for Mh {
    fn default() -> Mh {
        Mh { draws: 1000, warmup: 1000, chains: 4, thin: None }
    }
}

/// Settings of Hamiltonian Monte Carlo.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hmc {
    /// Leapfrog steps of each trajectory.
    pub steps: usize,
    /// Draws of each chain.
    pub draws: usize,
    /// Draws of each chain before those, which find step size and metric and are thrown away.
    pub warmup: usize,
    /// How many chains.
    pub chains: usize,
    /// The acceptance probability that the step size is made for.
    pub target_acceptance: f64,
}

impl Default for Hmc {
    fn default() -> Hmc {
        Hmc { steps: 20, draws: 1000, warmup: 1000, chains: 4, target_acceptance: 0.8 }
    }
}

/// Settings of microcanonical Langevin Monte Carlo.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mclmc {
    /// How distances are measured.
    pub metric: Metric,
    /// Draws of each chain.
    pub draws: usize,
    /// Draws of each chain before those, which find the metric and are thrown away.
    pub warmup: usize,
    /// How many chains.
    pub chains: usize,
    /// How far a step goes, where the posterior has unit scale: the bias is of the order of its square.
    pub step_size: f64,
    /// How far it is, in the same unit, until the direction is forgotten; a draw is taken each time.
    pub decoherence_length: f64,
}

impl Default for Mclmc {
    fn default() -> Mclmc {
        Mclmc {
            metric: Metric::Automatic,
            draws: 1000,
            warmup: 1000,
            chains: 4,
            step_size: 0.5,
            decoherence_length: 3.0,
        }
    }
}

/// Settings of the search for the mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Optimize {
    /// How many random points it begins at; the best mode counts.
    pub starts: usize,
    /// Iterations from each.
    pub iterations: usize,
    /// Whether the density is that of the unconstrained numbers, with the Jacobians of their transforms, and not that of the values of the
    /// choices.
    pub jacobian: bool,
}

impl Default for Optimize {
    fn default() -> Optimize {
        Optimize { starts: 4, iterations: 2000, jacobian: false }
    }
}

/// Settings of Laplace's approximation, which is one in unconstrained numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Laplace {
    /// How many random points the search for the mode begins at.
    pub starts: usize,
    /// Iterations from each.
    pub iterations: usize,
    /// How many draws of the approximation are taken.
    pub draws: usize,
}

impl Default for Laplace {
    fn default() -> Laplace {
        Laplace { starts: 4, iterations: 2000, draws: 1000 }
    }
}

/// Settings of variational inference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Advi {
    /// Which normal distributions (over the unconstrained numbers).
    pub family: Family,
    /// Steps of the climb.
    pub iterations: usize,
    /// How many draws of the approximation are taken.
    pub draws: usize,
}

impl Default for Advi {
    fn default() -> Advi {
        Advi { family: Family::MeanField, iterations: 2000, draws: 1000 }
    }
}

/// The normal distributions that variational inference chooses from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// With independent coordinates.
    MeanField,
    /// All.
    FullRank,
}

/// Settings of the No-U-Turn sampler.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Nuts {
    /// How distances are measured.
    pub metric: Metric,
    /// Draws of each chain.
    pub draws: usize,
    /// Draws of each chain before those, which find step size and metric and are thrown away.
    pub warmup: usize,
    /// How many chains.
    pub chains: usize,
    /// The acceptance probability that the step size is made for: nearer to 1 are smaller steps.
    pub target_acceptance: f64,
    /// A trajectory has less than 2 to this power steps.
    pub max_depth: u64,
}

/// How NUTS and MCLMC measure distances.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metric {
    /// As suits the dimension: of low rank up to [`Nuts::LOW_RANK_DIMENSION`], else diagonal.
    Automatic,
    /// By a diagonal matrix.
    Diagonal,
    /// By a diagonal matrix and the directions in which the posterior is correlated.
    LowRank,
}

impl Nuts {
    /// Up to this dimension the metric is of low rank where nothing is said.
    pub const LOW_RANK_DIMENSION: usize = borel_inference::LOW_RANK_DIMENSION;
}

impl Default for Nuts {
    fn default() -> Nuts {
        Nuts { metric: Metric::Automatic, draws: 1000, warmup: 1000, chains: 4, target_acceptance: 0.8, max_depth: 10 }
    }
}

impl Metric {
    /// The metric of this name.
    pub fn from_name(name: &str) -> Option<Metric> {
        Some(match name {
            "auto" => Metric::Automatic,
            "diagonal" => Metric::Diagonal,
            "low-rank" => Metric::LowRank,
            _ => return None,
        })
    }
}

/// How particles are resampled (Douc, Cappe and Moulines 2005 compare the four).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resampling {
    /// One uniform number for all.
    Systematic,
    /// One per stratum.
    Stratified,
    /// Independent.
    Multinomial,
    /// The whole parts of the expected numbers, the rest multinomial.
    Residual,
}

impl Method {
    /// Particles of SMC where nothing else is said.
    pub const PARTICLES: usize = 2_000;
    /// Draws of importance sampling where nothing else is said.
    pub const DRAWS: usize = 10_000;
    /// The prior mass that enumeration explores where nothing else is said.
    pub const MASS: f64 = 1.0 - 1e-9;

    /// The names of all methods, in the order in which they are listed.
    pub const NAMES: [&'static str; 15] = [
        "enumerate",
        "importance",
        "smc",
        "rmsmc",
        "pimh",
        "pmmh",
        "particle_gibbs",
        "smc2",
        "mh",
        "nuts",
        "hmc",
        "mclmc",
        "optimize",
        "laplace",
        "advi",
    ];

    /// SMC with the usual settings.
    pub fn smc(particles: usize) -> Method {
        Method::Smc { particles, resampling: Resampling::Systematic, threshold: 0.5 }
    }

    /// Importance sampling.
    pub fn importance(draws: usize) -> Method {
        Method::Importance { draws }
    }

    /// Enumeration.
    pub fn enumerate() -> Method {
        Method::Enumerate { mass: Method::MASS }
    }

    /// The No-U-Turn sampler with the usual settings.
    pub fn nuts() -> Method {
        Method::Nuts(Nuts::default())
    }

    /// The method of this name with the usual settings.
    pub fn from_name(name: &str) -> Option<Method> {
        Some(match name {
            "enumerate" => Method::enumerate(),
            "importance" => Method::importance(Method::DRAWS),
            "smc" => Method::smc(Method::PARTICLES),
            "nuts" => Method::nuts(),
            "mh" => Method::Mh(Mh::default()),
            "hmc" => Method::Hmc(Hmc::default()),
            "mclmc" => Method::Mclmc(Mclmc::default()),
            "optimize" => Method::Optimize(Optimize::default()),
            "laplace" => Method::Laplace(Laplace::default()),
            "advi" => Method::Advi(Advi::default()),
            _ => {
                let algorithm = Algorithm::ALL.into_iter().find(|algorithm| algorithm.name() == name)?;
                Method::Library(Library::new(algorithm))
            }
        })
    }

    /// Whether it works on the density of the model, and by its gradient.
    pub fn is_by_gradient(&self) -> bool {
        let others = matches!(self, Method::Optimize(_) | Method::Laplace(_) | Method::Advi(_));
        others || self.has_chains() && !matches!(self, Method::Mh(_) | Method::Library(_))
    }

    /// Whether its draws are Markov chains.
    pub(crate) fn has_chains(&self) -> bool {
        match self {
            Method::Nuts(_) | Method::Hmc(_) | Method::Mclmc(_) | Method::Mh(_) => true,
            Method::Library(library) => library.has_chains(),
            _ => false,
        }
    }

    /// Its name.
    pub fn name(&self) -> &'static str {
        match self {
            Method::Enumerate { .. } => "enumerate",
            Method::Importance { .. } => "importance",
            Method::Smc { .. } => "smc",
            Method::Nuts(_) => "nuts",
            Method::Mh(_) => "mh",
            Method::Hmc(_) => "hmc",
            Method::Mclmc(_) => "mclmc",
            Method::Optimize(_) => "optimize",
            Method::Laplace(_) => "laplace",
            Method::Advi(_) => "advi",
            Method::Library(library) => library.algorithm.name(),
        }
    }
}

impl Resampling {
    /// The scheme of this name.
    pub fn from_name(name: &str) -> Option<Resampling> {
        Some(match name {
            "systematic" => Resampling::Systematic,
            "stratified" => Resampling::Stratified,
            "multinomial" => Resampling::Multinomial,
            "residual" => Resampling::Residual,
            _ => return None,
        })
    }
}
