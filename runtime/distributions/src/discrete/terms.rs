//! Masses that several distributions share, in forms that lose nothing to cancellation.

use borel_math::gamma::{digamma_step_less_log, lgamma, stirling_error};
use borel_math::incomplete::{beta_p_of_pair, beta_q_of_pair, log_beta_p_of_pair, log_beta_q_of_pair};
use borel_math::logarithm::{log1p_less, x_log_y, x_log1p_y};
use borel_math::saddle::log_binomial;
use std::f64::consts::TAU;

/// log(x!) for x from 0 to 40.
pub static LOG_FACTORIALS: [f64; 41] = [
    0.0,
    0.0,
    std::f64::consts::LN_2,
    1.791_759_469_228_055,
    3.178_053_830_347_945_8,
    4.787_491_742_782_046,
    6.579_251_212_010_101,
    8.525_161_361_065_415,
    10.604_602_902_745_25,
    12.801_827_480_081_469,
    15.104_412_573_075_516,
    17.502_307_845_873_887,
    19.987_214_495_661_885,
    22.552_163_853_123_425,
    25.191_221_182_738_68,
    27.899_271_383_840_89,
    30.671_860_106_080_672,
    33.505_073_450_136_89,
    36.395_445_208_033_05,
    39.339_884_187_199_495,
    42.335_616_460_753_485,
    45.380_138_898_476_91,
    48.471_181_351_835_23,
    51.606_675_567_764_38,
    54.784_729_398_112_32,
    58.003_605_222_980_52,
    61.261_701_761_002,
    64.557_538_627_006_34,
    67.889_743_137_181_54,
    71.257_038_967_168_01,
    74.658_236_348_830_16,
    78.092_223_553_315_3,
    81.557_959_456_115_04,
    85.054_467_017_581_52,
    88.580_827_542_197_68,
    92.136_175_603_687_1,
    95.719_694_542_143_2,
    99.330_612_454_787_43,
    102.968_198_614_513_81,
    106.631_760_260_643_46,
    110.320_639_714_757_39,
];

/// The largest n for which differences of [`LOG_FACTORIALS`] lose nothing that matters.
pub const SMALL: i64 = 40;

/// log(x!) for x from 0 to [`SMALL`]; NaN outside.
#[inline]
pub fn log_factorial_small(x: i64) -> f64 {
    LOG_FACTORIALS.get(x as usize).copied().unwrap_or(f64::NAN)
}

/// log(gamma(x + rest + 1) / (gamma(x + 1) gamma(rest + 1)) p^x q^rest) for x and rest of 0 or more, where q = 1 - p.
pub fn log_term(x: f64, rest: f64, p: f64, q: f64) -> f64 {
    if x == 0.0 || rest == 0.0 {
        return power(x, p, q) + power(rest, q, p);
    }
    if p <= 0.0 || q <= 0.0 {
        return f64::NEG_INFINITY;
    }
    log_binomial(x, rest, p, q)
}

/// log(p^x), where q = 1 - p.
fn power(x: f64, p: f64, q: f64) -> f64 {
    if q < 0.5 { x_log1p_y(x, -q) } else { x_log_y(x, p) }
}

/// What [`log_term`] is at its largest, where p is x / (x + rest): the deviance is 0.
pub fn log_term_at_mode(x: f64, rest: f64) -> f64 {
    if x == 0.0 || rest == 0.0 {
        return 0.0;
    }
    let correction = stirling_error(x + rest) - stirling_error(x) - stirling_error(rest);
    correction - 0.5 * (TAU * x * (rest / (x + rest))).ln()
}

/// The negative binomial with shape `phi` and probabilities p of a stop and q of one more.
#[derive(Clone, Copy)]
pub struct Waiting {
    /// How many stops end the count.
    pub phi: f64,
    /// phi / (phi + mean)
    pub p: f64,
    /// mean / (phi + mean)
    pub q: f64,
}

/// Up to this shape, and for counts up to [`SMALL`], log-gammas are small enough to be subtracted.
const SMALL_SHAPE: f64 = 10.0;

impl Waiting {
    /// The part of the log mass of small counts that does not depend on the count.
    #[inline]
    pub fn normaliser(&self) -> f64 {
        if self.phi <= SMALL_SHAPE { power(self.phi, self.p, self.q) - lgamma(self.phi) } else { 0.0 }
    }

    /// The log mass at x.
    #[inline]
    pub fn log_mass(&self, x: i64, normaliser: f64) -> f64 {
        if x < 0 {
            return f64::NEG_INFINITY;
        }
        if x <= SMALL && self.phi <= SMALL_SHAPE && self.phi > 1e-5 {
            let count = x as f64;
            return lgamma(count + self.phi) - log_factorial_small(x) + x_log_y(count, self.q) + normaliser;
        }
        self.log_mass_large(x as f64)
    }

    fn log_mass_large(&self, x: f64) -> f64 {
        if x == 0.0 {
            return power(self.phi, self.p, self.q);
        }
        log_term(self.phi, x, self.p, self.q) + log_ratio(self.phi, self.phi + x)
    }

    /// The derivative of the log mass in the shape for a given mean, with (x - mean) / (phi + mean), the relative distance from
    /// the mean.
    pub fn by_shape(&self, x: f64, distance: f64) -> f64 {
        // log(1 + distance) is log((phi + x) / (phi + mean)): with the leading term of the digammas it is taken off where they
        // would cancel.
        let logarithms =
            if distance < -0.5 { log_ratio(self.phi + x, self.phi / self.p) - distance } else { log1p_less(distance) };
        logarithms + digamma_step_less_log(self.phi, x)
    }

    /// P(X <= x), an incomplete beta function as its relatives (Abramowitz and Stegun 26.5.26).
    pub fn cdf(&self, x: i64) -> f64 {
        if x < 0 { 0.0 } else { beta_p_of_pair(self.phi, x as f64 + 1.0, self.p, self.q) }
    }

    /// P(X > x).
    pub fn ccdf(&self, x: i64) -> f64 {
        if x < 0 { 1.0 } else { beta_q_of_pair(self.phi, x as f64 + 1.0, self.p, self.q) }
    }

    /// log P(X <= x).
    pub fn log_cdf(&self, x: i64) -> f64 {
        if x < 0 { f64::NEG_INFINITY } else { log_beta_p_of_pair(self.phi, x as f64 + 1.0, self.p, self.q) }
    }

    /// log P(X > x).
    pub fn log_ccdf(&self, x: i64) -> f64 {
        if x < 0 { 0.0 } else { log_beta_q_of_pair(self.phi, x as f64 + 1.0, self.p, self.q) }
    }

    /// The third standardised moment.
    pub fn skewness(&self) -> f64 {
        (1.0 + self.q) / (self.q * self.phi).sqrt()
    }
}

/// log(a / b), also where the ratio is no double.
pub fn log_ratio(a: f64, b: f64) -> f64 {
    let ratio = a / b;
    if ratio.is_normal() { ratio.ln() } else { a.ln() - b.ln() }
}
