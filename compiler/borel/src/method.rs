//! Methods of inference and their settings.

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

    /// The method of this name with the usual settings.
    pub fn from_name(name: &str) -> Option<Method> {
        Some(match name {
            "enumerate" => Method::enumerate(),
            "importance" => Method::importance(Method::DRAWS),
            "smc" => Method::smc(Method::PARTICLES),
            _ => return None,
        })
    }

    /// Its name.
    pub fn name(&self) -> &'static str {
        match self {
            Method::Enumerate { .. } => "enumerate",
            Method::Importance { .. } => "importance",
            Method::Smc { .. } => "smc",
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
