//! Effects: two points, pure <= random, and variables between them with inequalities (a graph of lower and upper bounds).
//!
//! Invariants: whatever is above a random effect is random, whatever is below a pure one is pure; [`EffectGraph::below`]
//! keeps that by propagation and reports a conflict, after which the graph is still consistent to read.

use borel_source::Span;

/// What calling a function may do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Effect {
    /// Neither samples nor scores.
    Pure,
    /// May sample and score.
    Random,
    /// As its arguments decide, or not known yet.
    Var(u32),
}

/// A random effect where a pure one is required.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct EffectConflict {
    /// Where the randomness comes from.
    pub random: Option<Span>,
}

#[derive(Clone, Copy, PartialEq, Debug)]
enum Known {
    Nothing,
    Pure,
    Random(Option<Span>),
}

#[derive(Debug)]
struct EffectNode {
    level: u32,
    known: Known,
    /// Declared `~>` there: it must not become pure behind the author's back.
    declared_random: Option<Span>,
    above: Vec<u32>,
    below: Vec<u32>,
}

/// All effect variables.
#[derive(Default, Debug)]
pub struct EffectGraph {
    nodes: Vec<EffectNode>,
}

impl EffectGraph {
    /// A new variable.
    pub fn fresh(&mut self, level: u32) -> Effect {
        self.nodes.push(EffectNode {
            level,
            known: Known::Nothing,
            declared_random: None,
            above: Vec::new(),
            below: Vec::new(),
        });
        Effect::Var(self.nodes.len() as u32 - 1)
    }

    /// A new variable for an arrow `~>` written in a parameter's type: it stands for pure and random arguments.
    pub fn fresh_declared(&mut self, level: u32, span: Span) -> Effect {
        let effect = self.fresh(level);
        self.nodes.last_mut().expect("just added").declared_random = Some(span);
        effect
    }

    /// The effect, a solved variable being replaced by its value.
    pub fn find(&self, effect: Effect) -> Effect {
        match effect {
            Effect::Var(var) => match self.nodes[var as usize].known {
                Known::Nothing => effect,
                Known::Pure => Effect::Pure,
                Known::Random(_) => Effect::Random,
            },
            known => known,
        }
    }

    /// Where a random effect comes from, if known.
    pub fn random_origin(&self, effect: Effect) -> Option<Span> {
        match effect {
            Effect::Var(var) => match self.nodes[var as usize].known {
                Known::Random(span) => span,
                _ => None,
            },
            _ => None,
        }
    }

    /// Requires `low <= high`; `origin` is the place to blame for randomness that comes from `low`.
    pub fn at_most(&mut self, low: Effect, high: Effect, origin: Option<Span>) -> Result<(), EffectConflict> {
        let random_from = self.random_origin(low).or(origin);
        match (self.find(low), self.find(high)) {
            (Effect::Pure, _) | (_, Effect::Random) => Ok(()),
            (Effect::Random, Effect::Pure) => Err(EffectConflict { random: random_from }),
            (Effect::Random, Effect::Var(var)) => self.raise(var, random_from),
            (Effect::Var(var), Effect::Pure) => self.lower(var),
            (Effect::Var(low), Effect::Var(high)) => {
                if low != high && !self.nodes[low as usize].above.contains(&high) {
                    self.nodes[low as usize].above.push(high);
                    self.nodes[high as usize].below.push(low);
                }
                Ok(())
            }
        }
    }

    /// Requires equality.
    pub fn equal(&mut self, a: Effect, b: Effect) -> Result<(), EffectConflict> {
        self.at_most(a, b, None)?;
        self.at_most(b, a, None)
    }

    fn raise(&mut self, var: u32, origin: Option<Span>) -> Result<(), EffectConflict> {
        let mut work = vec![var];
        let mut result = Ok(());
        while let Some(var) = work.pop() {
            let node = &mut self.nodes[var as usize];
            match node.known {
                Known::Random(_) => {}
                Known::Pure => result = Err(EffectConflict { random: origin }),
                Known::Nothing => {
                    node.known = Known::Random(origin);
                    work.extend_from_slice(&node.above);
                }
            }
        }
        result
    }

    fn lower(&mut self, var: u32) -> Result<(), EffectConflict> {
        let mut work = vec![var];
        let mut result = Ok(());
        while let Some(var) = work.pop() {
            let node = &mut self.nodes[var as usize];
            match (node.known, node.declared_random) {
                (Known::Pure, _) => {}
                (Known::Random(origin), _) => result = Err(EffectConflict { random: origin }),
                (Known::Nothing, Some(span)) => result = Err(EffectConflict { random: Some(span) }),
                (Known::Nothing, None) => {
                    node.known = Known::Pure;
                    work.extend_from_slice(&node.below);
                }
            }
        }
        result
    }

    /// Makes a variable belong to an outer definition if it belonged to an inner one.
    pub fn limit_level(&mut self, effect: Effect, level: u32) {
        if let Effect::Var(var) = effect {
            let node = &mut self.nodes[var as usize];
            node.level = node.level.min(level);
        }
    }

    /// Whether it is an unsolved variable of a definition deeper than `level`.
    pub fn is_inner(&self, effect: Effect, level: u32) -> bool {
        matches!(self.find(effect), Effect::Var(var) if self.nodes[var as usize].level > level)
    }

    /// The unsolved variables that bound `var` from above (or below), found through variables deeper than `level` that
    /// are not in `stops`.
    pub fn bounds(&self, var: u32, level: u32, stops: &[u32], from_above: bool) -> Vec<u32> {
        let next = |var: u32| {
            let node = &self.nodes[var as usize];
            if from_above { &node.above } else { &node.below }
        };
        let mut seen = vec![var];
        let mut work: Vec<u32> = next(var).clone();
        let mut found = Vec::new();
        while let Some(at) = work.pop() {
            if seen.contains(&at) || self.nodes[at as usize].known != Known::Nothing {
                continue;
            }
            seen.push(at);
            if stops.contains(&at) || self.nodes[at as usize].level <= level {
                found.push(at);
            } else {
                work.extend_from_slice(next(at));
            }
        }
        found
    }
}
