"""Writes diagnostics.json: draws, and what ArviZ 0.23.4 (SciPy 1.17, NumPy 2.4) says of them."""

import json
import warnings

import arviz as az
import numpy as np
from arviz.stats.diagnostics import _bfmi, _ess, _ess_quantile, _ess_sd, _mcse_mean, _mcse_quantile, _mcse_sd
from arviz.stats.diagnostics import _ess_bulk, _ess_mean, _ess_tail, _rhat_rank

warnings.simplefilter("ignore")
random = np.random.default_rng(20)


def autoregression(phi, chains, draws):
    x = np.zeros((chains, draws))
    noise = random.normal(size=(chains, draws))
    x[:, 0] = noise[:, 0]
    for t in range(1, draws):
        x[:, t] = phi * x[:, t - 1] + noise[:, t]
    return x


def rounded(x):
    return np.round(x, 6)


stuck = autoregression(0.3, 4, 200)
stuck[2] = stuck[2, 0] + 3.0
shifted = autoregression(0.5, 4, 250)
shifted[0] += 1.5
scaled = autoregression(0.2, 4, 250)
scaled[1] *= 4
cases = {
    "independent": autoregression(0.0, 4, 250),
    "slow": autoregression(0.97, 4, 500),
    "antithetic": autoregression(-0.8, 4, 250),
    "heavy tails": random.standard_t(1.2, size=(3, 300)),
    "a chain that is stuck": stuck,
    "a chain that is elsewhere": shifted,
    "a chain that is wider": scaled,
    "odd length": autoregression(0.6, 2, 151),
    "one chain": autoregression(0.6, 1, 300),
    "short": random.normal(size=(4, 5)),
    "shortest": random.normal(size=(2, 4)),
    "counts with ties": random.poisson(2.0, size=(4, 200)).astype(float),
    "a coin": (random.uniform(size=(4, 200)) < 0.1).astype(float),
    "constant": np.full((4, 20), 1.5),
}


def number(x):
    x = float(np.asarray(x).squeeze())
    return x if np.isfinite(x) else None


result = {"chains": [], "predictive": []}
for name, draws in cases.items():
    draws = rounded(draws)
    result["chains"].append(
        {
            "name": name,
            "draws": draws.tolist(),
            "r_hat": number(_rhat_rank(draws)) if len(draws) > 1 else None,
            "ess_bulk": number(_ess_bulk(draws)),
            "ess_tail": number(_ess_tail(draws)),
            "ess_mean": number(_ess_mean(draws)),
            "ess_quantile": number(_ess_quantile(draws, 0.3)),
            "mcse_mean": number(_mcse_mean(draws)),
            "mcse_sd": number(_mcse_sd(draws)),
            "mcse_quantile": number(_mcse_quantile(draws, 0.3)),
            "bfmi": [number(x) for x in _bfmi(draws)],
        }
    )

for name, spread, draws in [("well behaved", 0.2, 400), ("influential", 1.5, 400), ("few draws", 0.5, 12)]:
    observations = 8
    values = rounded(-1.0 - 0.5 * (spread * random.normal(size=(observations, draws)) + 0.3) ** 2 * np.arange(1, 9)[:, None])
    data = az.from_dict(
        posterior={"x": random.normal(size=(1, draws))}, log_likelihood={"y": values.T[None]}
    )
    loo = az.loo(data, pointwise=True, reff=0.8)
    waic = az.waic(data, pointwise=True)
    result["predictive"].append(
        {
            "name": name,
            "log_likelihoods": values.tolist(),
            "loo": {
                "elpd": number(loo.elpd_loo),
                "se": number(loo.se),
                "p": number(loo.p_loo),
                "pointwise": [number(x) for x in loo.loo_i.values],
                "shapes": [number(x) for x in loo.pareto_k.values],
            },
            "waic": {
                "elpd": number(waic.elpd_waic),
                "se": number(waic.se),
                "p": number(waic.p_waic),
                "pointwise": [number(x) for x in waic.waic_i.values],
            },
        }
    )

with open("diagnostics.json", "w") as file:
    json.dump(result, file, separators=(",", ":"))
