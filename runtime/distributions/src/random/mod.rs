//! Draws from the standard distributions that the others are made of. All take any numbers, and give a NaN or 0 where these are
//! no parameters.

mod alias;
mod binomial;
mod constant;
mod gamma;
mod hypergeometric;
mod inversion;
mod poisson;
mod ziggurat;
mod zipf;

pub use alias::AliasTable;
pub use binomial::binomial;
pub use gamma::{gamma, gamma_parts, log_gamma};
pub use hypergeometric::hypergeometric;
pub use poisson::poisson;
pub use ziggurat::{exponential, normal};
pub use zipf::zipf;
