//! Distributions over Ints and Bools.

mod bernoulli;
mod binomial;
mod categorical;
mod discrete_uniform;
mod geometric;
mod poisson;
mod search;

pub use bernoulli::Bernoulli;
pub use binomial::Binomial;
pub use categorical::Categorical;
pub use discrete_uniform::DiscreteUniform;
pub use geometric::Geometric;
pub use poisson::Poisson;
