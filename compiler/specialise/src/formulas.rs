//! Log densities as formulas, where a density is wanted: their terms are then computed, hoisted out of loops and differentiated
//! like all arithmetic. `observe x ~ Normal(mu, sigma)` becomes `factor(-((x - mu) * (1 / sigma))^2 / 2 - (log(sigma) + c))`.
//!
//! A choice becomes a number that is read from the point, and its score: that of an array is a loop like that of an observation, which
//! nothing has to be kept of.
//!
//! Formulas are of a few distributions whose density is a number everywhere, and quicker so than called.

use borel_core::{Atom, Block, Bounds, DistKind, FunctionId, Op, Prim, Program, Source, Stmt};
use borel_distributions::bounds::{Bound, bounds};
use borel_distributions::{Discreteness, ValueKind};

use crate::code::Code;
use crate::reachable;

/// log(sqrt(2 pi)).
const LOG_SQRT_TWO_PI: f64 = 0.918_938_533_204_672_8;

/// Writes the formulas out in the functions that the root reaches.
pub(crate) fn formulas(program: &mut Program) {
    if program.density {
        let (order, _) = reachable::order(program);
        order.into_iter().for_each(|id| function(program, id));
    }
}

fn function(program: &mut Program, id: FunctionId) {
    let mut body = std::mem::take(&mut program.functions[id.0 as usize].body);
    block(program, &mut body);
    program.functions[id.0 as usize].body = body;
}

fn block(program: &mut Program, given: &mut Block) {
    for mut stmt in std::mem::take(&mut given.stmts) {
        stmt.op.blocks_mut().into_iter().for_each(|inner| block(program, inner));
        let mut code = Code::at(stmt.span);
        if let Op::Sample(Source::Known(kind, parameters), choice) = &stmt.op
            && is_read(*kind)
        {
            let (kind, parameters, choice) = (*kind, parameters.clone(), *choice);
            let bounds = bounds_of(kind, &parameters, program, &mut code);
            given.stmts.extend(std::mem::take(&mut code.stmts));
            let value = Atom::Var(stmt.var);
            given.stmts.push(Stmt { op: Op::Read(bounds, None), ..stmt });
            score(kind, parameters, &value, program, &mut code);
            if let Some(choice) = choice {
                let unit = program.unit();
                code.emit(program, "_", unit, Op::Record(choice, value));
            }
            given.stmts.extend(code.stmts);
            continue;
        }
        let written = match &stmt.op {
            Op::Observe(Source::Known(kind, parameters), value) => {
                formula(*kind, parameters, value, program, &mut code).map(Op::Factor)
            }
            Op::LogDensity(Source::Known(kind, parameters), value) => {
                formula(*kind, parameters, value, program, &mut code).map(Op::Atom)
            }
            _ => None,
        };
        if let Some(op) = written {
            given.stmts.extend(code.stmts);
            stmt = Stmt { op, ..stmt };
        }
        given.stmts.push(stmt);
    }
}

/// Whether choices of a distribution are Reals that are read from the point.
pub(crate) fn is_read(kind: DistKind) -> bool {
    let entry = kind.entry();
    entry.discreteness == Discreteness::Continuous && entry.value == ValueKind::Real
}

/// The bounds of its support.
fn bounds_of(kind: DistKind, parameters: &[Atom], program: &mut Program, code: &mut Code) -> Bounds {
    let (lower, upper) = bounds(kind);
    let mut bound = |bound: Bound| match bound {
        Bound::Infinite => None,
        Bound::Constant(value) => Some(Atom::Real(value)),
        Bound::Parameter(index, 0.0) => Some(parameters[index].clone()),
        Bound::Parameter(index, shift) => {
            let (real, operands) = (program.real(), vec![parameters[index].clone(), Atom::Real(shift)]);
            Some(code.emit(program, "bound", real, Op::Prim(Prim::Add, operands)))
        }
    };
    Bounds { lower: bound(lower), upper: bound(upper) }
}

/// Scores a value.
fn score(kind: DistKind, parameters: Vec<Atom>, value: &Atom, program: &mut Program, code: &mut Code) {
    let op = match formula_of_choice(kind, &parameters, value, program, code) {
        Some(log_density) => Op::Factor(log_density),
        None => Op::Observe(Source::Known(kind, parameters), value.clone()),
    };
    let unit = program.unit();
    code.emit(program, "_", unit, op);
}

/// The log density at a value.
fn formula(kind: DistKind, parameters: &[Atom], x: &Atom, program: &mut Program, code: &mut Code) -> Option<Atom> {
    let real = program.real();
    let mut prim = |name: &str, prim, operands: &[&Atom]| {
        let operands = operands.iter().map(|atom| (*atom).clone()).collect();
        code.emit(program, name, real, Op::Prim(prim, operands))
    };
    let constant = Atom::Real;
    match (kind, parameters) {
        (DistKind::Normal, [mu, sigma]) => {
            let (inverse, normaliser) = match sigma {
                Atom::Real(sigma) => (constant(sigma.recip()), constant(sigma.ln() + LOG_SQRT_TWO_PI)),
                _ => {
                    let log_sigma = prim("log_sigma", Prim::Log, &[sigma]);
                    let inverse = prim("inverse", Prim::Div, &[&constant(1.0), sigma]);
                    (inverse, prim("normaliser", Prim::Add, &[&log_sigma, &constant(LOG_SQRT_TWO_PI)]))
                }
            };
            let distance = match mu {
                Atom::Real(0.0) => x.clone(),
                _ => prim("distance", Prim::Sub, &[x, mu]),
            };
            let z = match inverse {
                Atom::Real(1.0) => distance,
                _ => prim("z", Prim::Mul, &[&distance, &inverse]),
            };
            let square = prim("square", Prim::Mul, &[&z, &z]);
            let half = prim("half", Prim::Mul, &[&constant(-0.5), &square]);
            Some(prim("log_density", Prim::Sub, &[&half, &normaliser]))
        }
        _ => None,
    }
}

/// The same of a choice, which is known to be in the support.
fn formula_of_choice(
    kind: DistKind,
    parameters: &[Atom],
    x: &Atom,
    program: &mut Program,
    code: &mut Code,
) -> Option<Atom> {
    let real = program.real();
    let mut prim = |name: &str, prim, operands: &[&Atom]| {
        let operands = operands.iter().map(|atom| (*atom).clone()).collect();
        code.emit(program, name, real, Op::Prim(prim, operands))
    };
    let constant = Atom::Real;
    match (kind, parameters) {
        // Scales that are not known are checked where the density is called.
        (DistKind::HalfNormal, [Atom::Real(sigma)]) if *sigma > 0.0 => {
            let z = prim("z", Prim::Mul, &[x, &constant(sigma.recip())]);
            let square = prim("square", Prim::Mul, &[&z, &z]);
            let half = prim("half", Prim::Mul, &[&constant(-0.5), &square]);
            let normaliser = sigma.ln() + LOG_SQRT_TWO_PI - std::f64::consts::LN_2;
            Some(prim("log_density", Prim::Sub, &[&half, &constant(normaliser)]))
        }
        (DistKind::HalfCauchy, [Atom::Real(sigma)]) if *sigma > 0.0 => {
            let z = prim("z", Prim::Mul, &[x, &constant(sigma.recip())]);
            let square = prim("square", Prim::Mul, &[&z, &z]);
            let log = prim("log", Prim::Log1p, &[&square]);
            let normaliser = (2.0 / (std::f64::consts::PI * sigma)).ln();
            Some(prim("log_density", Prim::Sub, &[&constant(normaliser), &log]))
        }
        (DistKind::Exponential, [Atom::Real(rate)]) if *rate > 0.0 => {
            let product = prim("product", Prim::Mul, &[x, &constant(*rate)]);
            Some(prim("log_density", Prim::Sub, &[&constant(rate.ln()), &product]))
        }
        _ => formula(kind, parameters, x, program, code),
    }
}
