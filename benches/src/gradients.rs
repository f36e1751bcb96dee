//! Log densities with their gradients, by hand in scalar Rust, as one would write them without a library. Points are unconstrained; normalising
//! constants are those of the distributions.

const LOG_SQRT_TWO_PI: f64 = 0.918_938_533_204_672_8;

/// log density and derivatives of Normal(mu, sigma) at x: with respect to x, mu, sigma.
fn normal(x: f64, mu: f64, sigma: f64) -> (f64, [f64; 3]) {
    let z = (x - mu) / sigma;
    (-0.5 * z * z - sigma.ln() - LOG_SQRT_TWO_PI, [-z / sigma, z / sigma, (z * z - 1.0) / sigma])
}

/// A prior HalfNormal(scale) on exp(u), with the Jacobian.
fn half_normal(u: f64, scale: f64) -> (f64, f64) {
    let x = u.exp();
    let (value, [slope, ..]) = normal(x, 0.0, scale);
    (value + std::f64::consts::LN_2 + u, slope * x + 1.0)
}

/// alpha, beta ~ Normal(0, 10), sigma ~ HalfNormal(5), y ~ Normal(alpha + beta x, sigma).
pub fn regression(x: &[f64], y: &[f64], point: &[f64], gradient: &mut [f64]) -> f64 {
    let (alpha, beta, sigma) = (point[0], point[1], point[2].exp());
    let (of_alpha, [slope_alpha, ..]) = normal(alpha, 0.0, 10.0);
    let (of_beta, [slope_beta, ..]) = normal(beta, 0.0, 10.0);
    let (of_sigma, slope_sigma) = half_normal(point[2], 5.0);
    let (inverse, mut squares, mut sum, mut weighted) = (1.0 / sigma, 0.0, 0.0, 0.0);
    for (x, y) in x.iter().zip(y) {
        let z = (y - alpha - beta * x) * inverse;
        squares += z * z;
        sum += z;
        weighted += z * x;
    }
    let n = x.len() as f64;
    gradient[0] = slope_alpha + sum * inverse;
    gradient[1] = slope_beta + weighted * inverse;
    gradient[2] = slope_sigma + squares - n;
    of_alpha + of_beta + of_sigma - 0.5 * squares - n * (sigma.ln() + LOG_SQRT_TWO_PI)
}

/// beta ~ iid Normal(0, 1), y ~ BernoulliLogit(x beta), by rows.
pub fn logistic(x: &[f64], y: &[bool], point: &[f64], gradient: &mut [f64]) -> f64 {
    let columns = point.len();
    let mut value = 0.0;
    for (beta, slope) in point.iter().zip(gradient.iter_mut()) {
        let (term, [own, ..]) = normal(*beta, 0.0, 1.0);
        value += term;
        *slope = own;
    }
    for (row, y) in x.chunks_exact(columns).zip(y) {
        let eta: f64 = row.iter().zip(point).map(|(x, b)| x * b).sum();
        let signed = if *y { eta } else { -eta };
        let small = (-signed.abs()).exp();
        value += signed.min(0.0) - small.ln_1p();
        let p = if signed > 0.0 { small / (1.0 + small) } else { 1.0 / (1.0 + small) };
        let slope = if *y { p } else { -p };
        gradient.iter_mut().zip(row).for_each(|(to, x)| *to += slope * x);
    }
    value
}

/// mu ~ Normal(0, 5), tau ~ HalfCauchy(5), theta ~ iid Normal(0, 1), y ~ Normal(mu + tau theta, sigma).
pub fn schools(y: &[f64], sigma: &[f64], point: &[f64], gradient: &mut [f64]) -> f64 {
    let (mu, tau) = (point[0], point[1].exp());
    let (mut value, [mut of_mu, ..]) = normal(mu, 0.0, 5.0);
    let ratio = tau / 5.0;
    value += (2.0 / (std::f64::consts::PI * 5.0)).ln() - (ratio * ratio).ln_1p() + point[1];
    let mut of_tau = -2.0 * ratio / (1.0 + ratio * ratio) / 5.0;
    for i in 0..y.len() {
        let theta = point[2 + i];
        let (prior, [own, ..]) = normal(theta, 0.0, 1.0);
        let (term, [_, pull, _]) = normal(y[i], mu + tau * theta, sigma[i]);
        value += prior + term;
        of_mu += pull;
        of_tau += pull * theta;
        gradient[2 + i] = own + pull * tau;
    }
    gradient[0] = of_mu;
    gradient[1] = of_tau * tau + 1.0;
    value
}

/// mu ~ Normal(0, 2), tau ~ HalfNormal(1), theta ~ iid Normal(mu, tau), y ~ PoissonLog(theta[group]).
pub fn poisson(group: &[i64], y: &[i64], log_factorials: &[f64], point: &[f64], gradient: &mut [f64]) -> f64 {
    let (mu, tau) = (point[0], point[1].exp());
    let (mut value, [mut of_mu, ..]) = normal(mu, 0.0, 2.0);
    let (prior, slope) = half_normal(point[1], 1.0);
    value += prior;
    let (inverse, log_tau) = (1.0 / tau, point[1]);
    let mut of_tau = 0.0;
    for (theta, to) in point[2..].iter().zip(&mut gradient[2..]) {
        let z = (theta - mu) * inverse;
        value += -0.5 * z * z - log_tau - LOG_SQRT_TWO_PI;
        *to = -z * inverse;
        of_mu += z * inverse;
        of_tau += z * z - 1.0;
    }
    for ((group, y), log_factorial) in group.iter().zip(y).zip(log_factorials) {
        let theta = point[2 + *group as usize];
        let rate = theta.exp();
        value += *y as f64 * theta - rate - log_factorial;
        gradient[2 + *group as usize] += *y as f64 - rate;
    }
    gradient[0] = of_mu;
    gradient[1] = slope + of_tau;
    value
}

/// mu ~ Normal(0, 2), phi ~ Uniform(-1, 1), sigma ~ HalfNormal(1), h[t] ~ Normal(mu + phi (h[t-1] - mu), sigma), y[t] ~ Normal(0, exp(h[t] / 2)).
pub fn volatility(y: &[f64], point: &[f64], gradient: &mut [f64]) -> f64 {
    let mu = point[0];
    let share = 1.0 / (1.0 + (-point[1]).exp());
    let (phi, sigma) = (2.0 * share - 1.0, point[2].exp());
    let (mut value, [mut of_mu, ..]) = normal(mu, 0.0, 2.0);
    value += share.ln() + (1.0 - share).ln();
    let (prior, slope) = half_normal(point[2], 1.0);
    value += prior;
    let (inverse, log_sigma) = (1.0 / sigma, point[2]);
    let (mut of_phi, mut of_sigma, mut before) = (0.0, 0.0, mu);
    gradient[3..].fill(0.0);
    for t in 0..y.len() {
        let h = point[3 + t];
        let z = (h - mu - phi * (before - mu)) * inverse;
        let pull = z * inverse;
        let scaled = y[t] * (-0.5 * h).exp();
        value += -0.5 * z * z - log_sigma - 0.5 * scaled * scaled - 0.5 * h - 2.0 * LOG_SQRT_TWO_PI;
        gradient[3 + t] += -pull + 0.5 * (scaled * scaled - 1.0);
        of_mu += pull * (1.0 - phi);
        of_phi += pull * (before - mu);
        of_sigma += z * z - 1.0;
        if t > 0 {
            gradient[2 + t] += pull * phi;
        } else {
            of_mu += pull * phi;
        }
        before = h;
    }
    gradient[0] = of_mu;
    gradient[1] = of_phi * 2.0 * share * (1.0 - share) + 1.0 - 2.0 * share;
    gradient[2] = slope + of_sigma;
    value
}

/// mu[k] ~ Normal(k, 1), row[k] = softmax of K numbers ~ Normal(0, 1); y by the forward algorithm with Normal(mu[k], 1), starting evenly.
pub fn hidden_markov(y: &[f64], states: usize, point: &[f64], gradient: &mut [f64]) -> f64 {
    let (mu, logits) = point.split_at(states);
    gradient.fill(0.0);
    let mut value = 0.0;
    for (k, mu) in mu.iter().enumerate() {
        let (term, [own, ..]) = normal(*mu, k as f64, 1.0);
        value += term;
        gradient[k] = own;
    }
    let mut rows = vec![0.0; states * states];
    for i in 0..states {
        let own = &logits[i * states..(i + 1) * states];
        for (j, u) in own.iter().enumerate() {
            let (term, [slope, ..]) = normal(*u, 0.0, 1.0);
            value += term;
            gradient[states + i * states + j] = slope;
        }
        let top = own.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let sum = own.iter().map(|u| (u - top).exp()).sum::<f64>().ln() + top;
        own.iter().enumerate().for_each(|(j, u)| rows[i * states + j] = u - sum);
    }
    // Forwards, in logarithms.
    let steps = y.len();
    let mut ahead = vec![0.0; (steps + 1) * states];
    ahead[..states].fill(-(states as f64).ln());
    let mut terms = vec![0.0; states];
    for t in 0..steps {
        let (done, next) = ahead.split_at_mut((t + 1) * states);
        let now = &done[t * states..];
        for j in 0..states {
            for i in 0..states {
                let z = y[t] - mu[i];
                terms[i] = now[i] - 0.5 * z * z - LOG_SQRT_TWO_PI + rows[i * states + j];
            }
            let top = terms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            next[j] = terms.iter().map(|x| (x - top).exp()).sum::<f64>().ln() + top;
        }
    }
    let last = &ahead[steps * states..];
    let top = last.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let total = last.iter().map(|x| (x - top).exp()).sum::<f64>().ln() + top;
    value += total;
    // Back.
    let mut adjoint: Vec<f64> = last.iter().map(|x| (x - total).exp()).collect();
    let mut of_rows = vec![0.0; states * states];
    for t in (0..steps).rev() {
        let mut before = vec![0.0; states];
        for i in 0..states {
            let z = y[t] - mu[i];
            let seen = ahead[t * states + i] - 0.5 * z * z - LOG_SQRT_TWO_PI;
            for j in 0..states {
                let share = (seen + rows[i * states + j] - ahead[(t + 1) * states + j]).exp() * adjoint[j];
                before[i] += share;
                of_rows[i * states + j] += share;
            }
            gradient[i] += before[i] * z;
        }
        adjoint = before;
    }
    for i in 0..states {
        let sum: f64 = of_rows[i * states..(i + 1) * states].iter().sum();
        for j in 0..states {
            gradient[states + i * states + j] += of_rows[i * states + j] - rows[i * states + j].exp() * sum;
        }
    }
    value
}
