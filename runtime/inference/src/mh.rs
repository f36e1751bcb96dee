//! Metropolis-Hastings a choice at a time, for any program (Wingate, Stuhlmueller and Goodman, "Lightweight implementations of
//! probabilistic programming languages via transformational compilation", AISTATS 2011; with the acceptance probability as corrected there
//! afterwards: Hur, Nori, Rajamani and Samuel, "A provably correct sampler for probabilistic programs", 2015).
//!
//! A step selects one of the n choices of the trace at random and proposes another value for it: drawn from its prior, or a random walk from
//! the value that it has. Then the program runs: choices at addresses that the trace has keep their values, others are drawn from their
//! priors. Of a proposal with m choices whose kept choices and weight have changed their density by r, the acceptance probability is
//! min(1, r n / m), times the ratio of the densities of the walk: what is drawn and what is dropped cancels with the probability of that.

use crate::control::{ChainProgress, Control, Progress};
use crate::replay::Replay;
use crate::run::Job;
use borel_abi::module::{Draw, Module};
use borel_abi::mutation::{self, Mutation};
use borel_abi::replay::{Change, Choice};
use borel_abi::stream::Stream;
use borel_abi::{ErrorKind, Host, RuntimeError};
use borel_distributions::bounds::{Bound, Transform, bounds, transform};
use borel_distributions::random::normal;
use borel_distributions::{Kind, ValueKind};
use borel_posterior::Draws;

/// Settings.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Mh {
    /// Draws of each chain after the warmup.
    pub draws: usize,
    /// Draws of each chain during which the lengths of the walks are found, and which are thrown away.
    pub warmup: usize,
    /// How many chains.
    pub chains: usize,
    /// Steps for each draw; none: as many as the first trace of the chain has choices.
    pub thin: Option<usize>,
}

/// What a chain has come to.
pub struct Chain {
    /// A row for each draw.
    pub draws: Draws,
    /// Steps after the warmup.
    pub proposals: u64,
    /// Those that were accepted.
    pub accepted: u64,
    /// Those that were accepted and changed something.
    pub moves: u64,
    /// How long the warmup took, in seconds.
    pub warmup_seconds: f64,
    /// Whether it was stopped before its end.
    pub partial: bool,
    /// The last error that made a proposal impossible.
    pub rejection: Option<RuntimeError>,
    /// Objects that are left.
    pub live_objects: usize,
}

/// One chain. Its draws depend on the seed and its number alone.
pub fn chain(
    job: &Job,
    host: &Host,
    settings: &Mh,
    (seed, number): (u64, u64),
    control: &Control<'_>,
) -> Result<Chain, RuntimeError> {
    let start = std::time::Instant::now();
    let mut stream = Stream::derive(seed, number, u64::MAX - 2);
    let mut replay = Replay::new(job, host)?;
    let mut kernel = SingleSite::new(&job.module);
    let mut draws = Draws::new();
    let (mut count, mut warmup_seconds) = (0, 0.0);
    let mut run = || -> Result<(), RuntimeError> {
        replay.begin_unless(&mut stream, || control.stopped())?;
        let thin = settings.thin.unwrap_or(replay.choices().len()).max(1);
        draws.weights = vec![1.0 / settings.draws as f64; settings.draws];
        let total = settings.warmup + settings.draws;
        for draw in 0..total {
            if draw == settings.warmup {
                warmup_seconds = start.elapsed().as_secs_f64();
                kernel.settle();
            }
            if control.stopped() {
                return Err(RuntimeError::new(ErrorKind::Interrupted));
            }
            for _ in 0..thin {
                kernel.step(&mut replay, &mut stream)?;
            }
            if draw >= settings.warmup {
                replay.record(draw - settings.warmup, &mut draws)?;
                count += 1;
            }
            control.tell(Progress {
                chain: Some(ChainProgress {
                    chain: number as usize,
                    divergences: 0,
                    step_size: f64::NAN,
                    is_warmup: draw < settings.warmup,
                }),
                ..Progress::new(draw as u64 + 1, Some(total as u64))
            });
        }
        Ok(())
    };
    let partial = match run() {
        Ok(()) => false,
        // What there is by then.
        Err(error) if error.kind == ErrorKind::Interrupted => true,
        Err(error) => return Err(error),
    };
    Ok(Chain {
        draws: if partial { draws.first(count) } else { draws },
        proposals: kernel.proposals,
        accepted: kernel.accepted,
        moves: kernel.moves,
        warmup_seconds,
        partial,
        rejection: replay.rejection().cloned(),
        live_objects: replay.live_objects(),
    })
}

/// The values of draws of a chain, as the words of finished particles that the caller owns: how many draws, how many draws of a warmup, and
/// how many steps for each.
pub(crate) fn values(
    replay: &mut Replay,
    (draws, warmup, thin): (usize, usize, usize),
    stream: &mut Stream,
) -> Result<Vec<Vec<u64>>, RuntimeError> {
    replay.begin(stream)?;
    let mut kernel = SingleSite::new(replay.module());
    let mut found = Vec::with_capacity(draws);
    for draw in 0..warmup + draws {
        if draw == warmup {
            kernel.settle();
        }
        for _ in 0..thin {
            kernel.step(replay, stream)?;
        }
        if draw >= warmup {
            found.push(replay.value()?);
        }
    }
    Ok(found)
}

/// The acceptance rate that walks are made for: the best one in one dimension (Gelman, Roberts and Gilks 1996).
const ACCEPTANCE: f64 = 0.44;

/// The kernel that changes one choice.
pub struct SingleSite {
    /// By place of the draw.
    walks: Vec<Walk>,
    adapts: bool,
    /// Steps since the warmup.
    pub proposals: u64,
    /// Those that were accepted.
    pub accepted: u64,
    /// Those that were accepted and changed something.
    pub moves: u64,
}

/// How values from a place of a program walk.
#[derive(Clone, Copy, Debug)]
struct Walk {
    coordinates: Coordinates,
    /// The log of the standard deviation.
    log_length: f64,
    /// How often it was adapted.
    adapted: u32,
}

/// In which coordinates values walk.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Coordinates {
    /// Not at all
    None,
    /// To the other value
    Bool,
    /// To the next Int
    Int,
    /// Their own
    Real,
    /// Logarithms of distances to a lower bound
    Above(f64),
    /// Logarithms of distances to an upper bound
    Below(f64),
    /// Log-odds between bounds
    Between(f64, f64),
    /// All elements of an array or matrix together
    Elements,
}

impl Coordinates {
    fn of(draw: &Draw) -> Coordinates {
        let Some(kind) = draw.distribution.and_then(Kind::from_u32) else { return Coordinates::None };
        match kind.entry().value {
            ValueKind::Bool => Coordinates::Bool,
            ValueKind::Int => Coordinates::Int,
            ValueKind::Real => match bounds(kind) {
                (Bound::Constant(lower), Bound::Constant(upper)) => Coordinates::Between(lower, upper),
                (Bound::Constant(lower), Bound::Infinite) => Coordinates::Above(lower),
                (Bound::Infinite, Bound::Constant(upper)) => Coordinates::Below(upper),
                // Beyond bounds that depend on parameters the density is 0.
                _ => Coordinates::Real,
            },
            ValueKind::RealArray | ValueKind::Matrix if transform(kind) == Transform::Reals => Coordinates::Elements,
            _ => Coordinates::None,
        }
    }

    /// The coordinate of a Real, and the log of the derivative of the Real with respect to it.
    fn coordinate(self, x: f64) -> (f64, f64) {
        match self {
            Coordinates::Above(lower) => ((x - lower).ln(), (x - lower).ln()),
            Coordinates::Below(upper) => ((upper - x).ln(), (upper - x).ln()),
            Coordinates::Between(lower, upper) => {
                let (left, right) = ((x - lower).ln(), (upper - x).ln());
                (left - right, left + right - (upper - lower).ln())
            }
            _ => (x, 0.0),
        }
    }

    fn value(self, u: f64) -> f64 {
        match self {
            Coordinates::Above(lower) => lower + u.exp(),
            Coordinates::Below(upper) => upper - u.exp(),
            Coordinates::Between(lower, upper) => lower + (upper - lower) / (1.0 + (-u).exp()),
            _ => u,
        }
    }
}

/// A change, and the log of the ratio of the probabilities of proposing it backwards and forwards.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Move {
    /// The change.
    pub change: Change,
    /// The log of the ratio of the probabilities.
    pub log_proposal_ratio: f64,
    is_walk: bool,
}

impl SingleSite {
    /// For the choices of a program.
    pub fn new(module: &Module) -> SingleSite {
        let walk = |draw| Walk { coordinates: Coordinates::of(draw), log_length: 0.0, adapted: 0 };
        let walks = module.draws.iter().map(walk).collect();
        SingleSite { walks, adapts: true, proposals: 0, accepted: 0, moves: 0 }
    }

    /// Ends the warmup.
    pub fn settle(&mut self) {
        (self.adapts, self.proposals, self.accepted, self.moves) = (false, 0, 0, 0);
    }

    /// One step. A trace without choices stays as it is.
    pub fn step(&mut self, replay: &mut Replay, stream: &mut Stream) -> Result<(), RuntimeError> {
        let count = replay.choices().len();
        if count == 0 {
            return Ok(());
        }
        let index = ((u128::from(stream.next_u64()) * count as u128) >> 64) as usize;
        let choice = replay.choices()[index];
        let chosen = self.choose(index, choice, stream);
        let walk = self.walks[choice.draw as usize];
        let proposal = match walk.coordinates {
            Coordinates::Elements if chosen.is_walk => replay.propose_step(index, walk.log_length.exp(), stream)?,
            _ => replay.propose(chosen.change, stream)?,
        };
        let acceptance = acceptance(proposal.log_ratio + chosen.log_proposal_ratio, count, proposal.length);
        let is_accepted = acceptance >= 1.0 || stream.uniform() < acceptance;
        if is_accepted {
            let same = |after: &Choice| (after.address, after.word) == (choice.address, choice.word);
            let is_same = proposal.keeps_structure && same(&replay.proposed()[index]);
            self.moves += u64::from(!is_same);
            replay.accept();
        } else {
            replay.reject();
        }
        self.proposals += 1;
        self.accepted += u64::from(is_accepted);
        if self.adapts && chosen.is_walk {
            self.walks[choice.draw as usize].adapt(acceptance);
        }
        Ok(())
    }

    /// One of the moves at random; steps of arrays are not here yet.
    fn choose(&self, index: usize, choice: Choice, stream: &mut Stream) -> Move {
        let chosen = self.move_at(index, choice, stream.next_u64() >> 62);
        let is_scalar = self.walks[choice.draw as usize].coordinates != Coordinates::Elements;
        if chosen.is_walk && is_scalar { self.walk(index, choice, stream) } else { chosen }
    }

    /// Four moves that are equally probable for a choice: draws from the prior and, where values walk, steps of that half of the time. Those of
    /// Reals are not here yet: each is drawn.
    pub fn moves(&self, index: usize, choice: Choice) -> [Move; 4] {
        [0, 1, 2, 3].map(|number| self.move_at(index, choice, number))
    }

    #[inline]
    fn move_at(&self, index: usize, choice: Choice, number: u64) -> Move {
        let redraw = Move { change: Change::Redraw(index), log_proposal_ratio: 0.0, is_walk: false };
        let set = |word| Move { change: Change::Set(index, word), ..redraw };
        match self.walks[choice.draw as usize].coordinates {
            _ if number < 2 => redraw,
            Coordinates::None => redraw,
            Coordinates::Bool => set(1 - choice.word),
            Coordinates::Int if number == 2 => set(choice.word.wrapping_add(1)),
            Coordinates::Int => set(choice.word.wrapping_sub(1)),
            _ => Move { is_walk: true, ..redraw },
        }
    }

    /// A step of the walk of a Real.
    pub fn walk(&self, index: usize, choice: Choice, stream: &mut Stream) -> Move {
        let Walk { coordinates, log_length, .. } = self.walks[choice.draw as usize];
        let (u, before) = coordinates.coordinate(f64::from_bits(choice.word));
        let x = coordinates.value(u + log_length.exp() * normal(stream));
        let after = if mutation::is_active(Mutation::WalkJacobian) { before } else { coordinates.coordinate(x).1 };
        Move { change: Change::Set(index, x.to_bits()), log_proposal_ratio: after - before, is_walk: true }
    }
}

/// The probability that a proposal from `count` to `length` choices is accepted, from the log of the ratio of the densities times that of the
/// proposals.
#[inline]
pub fn acceptance(log_ratio: f64, count: usize, length: usize) -> f64 {
    let same = count == length || mutation::is_active(Mutation::LengthRatio);
    let lengths = if same { 1.0 } else { count as f64 / length as f64 };
    // Often there is nothing to observe, or what is observed does not change.
    let ratio = if log_ratio == 0.0 { lengths } else { log_ratio.exp() * lengths };
    if ratio.is_nan() { 0.0 } else { ratio.min(1.0) }
}

impl Walk {
    /// Robbins and Monro (1951), with steps that become small.
    fn adapt(&mut self, acceptance: f64) {
        self.adapted += 1;
        self.log_length += (acceptance - ACCEPTANCE) / f64::from(self.adapted).sqrt();
        self.log_length = self.log_length.clamp(-30.0, 30.0);
    }
}
