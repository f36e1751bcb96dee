//! Calls, both ways.

use super::Back;
use crate::activity::{self, Activity};
use crate::emit::Emit;
use crate::{operations, rules};
use borel_abi::ctx::offset;
use borel_distributions::bounds::Bound;
use borel_distributions::{Function as Entry, Kind, ParameterKind, ValueKind};
use borel_flow::runtime::{Named, SHADOWS, parameter_types, value_type};
use borel_flow::{Binary, Block, Expr, FunctionId, Local, Operand, Runtime, Stmt, Ty};

impl Back<'_, '_> {
    /// A call of a function of the program: its two functions are called, with what is active beside the rest.
    pub(super) fn call_function(&mut self, stmt: &Stmt) -> Block {
        let Stmt::Call(results, callee, args) = stmt else { return Vec::new() };
        let instance = Activity::callee(*callee, args, &self.reverse.facts.active);
        if let Some(way_back) = self.reverse.activity.gradients.get(&instance).copied() {
            return self.call_gradient(stmt, results, way_back, args);
        }
        let Some(pair) = self.reverse.pairs.get(&instance).copied() else { return vec![stmt.clone()] };
        let active = &self.reverse.activity.instances[&instance];
        let active_results: Vec<Local> =
            results.iter().zip(&active.results).filter(|(_, active)| **active).map(|(local, _)| *local).collect();
        self.back_through_call(pair.backward, &active_results, args);
        let mut forward = Vec::new();
        let mut given = args.clone();
        for arg in args {
            if self.is_active(*arg) && self.reverse.type_of(*arg) == Ty::Pointer {
                given.push(self.forward_shadow(*arg, &mut forward));
            }
        }
        let mut received = results.clone();
        for local in active_results {
            if self.reverse.type_of(Operand::Local(local)) == Ty::Pointer {
                received.push(self.reverse.shadow(local));
            }
        }
        forward.push(Stmt::Call(received, pair.forward, given));
        forward
    }

    /// A call of the gradient of a function, some of whose arguments are active.
    fn call_gradient(&mut self, stmt: &Stmt, results: &[Local], way_back: FunctionId, args: &[Operand]) -> Block {
        let mut given: Vec<Operand> = args.iter().map(|arg| self.value(*arg)).collect();
        for local in results {
            given.push(match self.reverse.type_of(Operand::Local(*local)) {
                Ty::Real => self.taken(*local).unwrap_or(Operand::Real(0.0)),
                _ => {
                    self.hold(Operand::Local(*local));
                    self.shadow_value(Operand::Local(*local))
                }
            });
        }
        let mut received = Vec::new();
        for arg in args.iter().filter(|arg| self.is_active(**arg)).copied().collect::<Vec<_>>() {
            match self.reverse.type_of(arg) {
                Ty::Pointer => given.push(self.shadow_value(arg)),
                _ => received.push((arg, self.reverse.local("", Ty::Real, self.region))),
            }
        }
        self.out.push(Stmt::Call(received.iter().map(|(_, local)| *local).collect(), way_back, given));
        for (arg, adjoint) in received {
            self.add(arg, Operand::Local(adjoint));
        }
        let mut forward = vec![stmt.clone()];
        for local in results {
            if self.reverse.type_of(Operand::Local(*local)) == Ty::Pointer {
                let shadow = self.reverse.shadow(*local);
                forward.push(self.named(shadow, Named::Shadow, vec![Operand::Local(*local)]));
            }
        }
        forward
    }

    fn back_through_call(&mut self, callee: FunctionId, results: &[Local], args: &[Operand]) {
        let mut given = Vec::new();
        for local in results {
            if self.reverse.type_of(Operand::Local(*local)) == Ty::Real {
                given.push(self.taken(*local).unwrap_or(Operand::Real(0.0)));
            }
        }
        let mut received = Vec::new();
        for arg in args {
            if self.is_active(*arg) && self.reverse.type_of(*arg) == Ty::Real {
                received.push((*arg, self.reverse.local("", Ty::Real, self.region)));
            }
        }
        self.out.push(Stmt::Call(received.iter().map(|(_, local)| *local).collect(), callee, given));
        for (arg, adjoint) in received {
            self.add(arg, Operand::Local(adjoint));
        }
    }

    /// A call of the runtime.
    pub(super) fn call_runtime(&mut self, stmt: &Stmt) -> Block {
        let Stmt::Runtime(results, runtime, args, site) = stmt else { return Vec::new() };
        self.site = *site;
        if *runtime == Runtime::Named(Named::Constrain) {
            return self.constrained(stmt, results, args[0]);
        }
        let [result] = results[..] else { return vec![stmt.clone()] };
        if !self.reverse.is_active_local(result) {
            return vec![stmt.clone()];
        }
        match runtime {
            Runtime::Named(named) if operations::is_operation(*named) => {
                return operations::operation(self, stmt, *named, result, args);
            }
            Runtime::Distribution(kind, function) => {
                if let Some(Bound::Parameter(index, _)) = rules::bound(*runtime) {
                    if let Some(adjoint) = self.taken(result) {
                        self.add(args[index], adjoint);
                    }
                } else if let Some(adjoint) = self.taken(result) {
                    if adjoint == Operand::Real(1.0) && *function == Entry::LogDensity && !has_arrays(*kind) {
                        return self.density_and_gradient(*kind, args, result);
                    }
                    self.of_distribution(*kind, *function, args, Operand::Local(result), adjoint);
                }
            }
            Runtime::Special(special) => {
                if let Some(adjoint) = self.taken(result) {
                    let slopes = rules::special(self, *special, args, Operand::Local(result));
                    self.add_slopes(args, slopes, adjoint);
                }
            }
            Runtime::Named(named) => {
                if let Some(adjoint) = self.taken(result) {
                    let active = self.reverse.facts.active.clone();
                    let wanted = |arg| activity::is_active(arg, &active);
                    let slopes = rules::function(self, *named, args, Operand::Local(result), wanted);
                    self.add_slopes(args, slopes, adjoint);
                }
            }
        }
        vec![stmt.clone()]
    }

    /// An array or matrix that is read from the point.
    fn constrained(&mut self, stmt: &Stmt, results: &[Local], transform: Operand) -> Block {
        let (value, log_jacobian) = (Operand::Local(results[0]), results[1]);
        let of_jacobian = self.taken(log_jacobian).unwrap_or(Operand::Real(0.0));
        let position = self.reverse.local("position", Ty::Int, self.region);
        let given = [self.value(Operand::Local(position)), self.value(transform), self.value(value)];
        let of_value = self.shadow_value(value);
        let given = given.into_iter().chain([of_value, of_jacobian]).collect();
        self.out.push(Stmt::Runtime(Vec::new(), Runtime::Named(Named::ConstrainAdjoint), given, self.site));
        let shadow = self.reverse.shadow(results[0]);
        vec![
            Stmt::Let(position, Expr::Context(offset::POSITION)),
            stmt.clone(),
            self.named(shadow, Named::ShadowArray, vec![value]),
        ]
    }

    /// A log density of numbers that is scored: its derivatives are found with it on the way forward.
    fn density_and_gradient(&mut self, kind: Kind, args: &[Operand], result: Local) -> Block {
        let types = std::iter::once(value_type(kind)).chain(parameter_types(kind));
        let mut received = vec![result];
        for (arg, _) in args.iter().zip(types).filter(|(_, ty)| *ty == Ty::Real) {
            let derivative = self.reverse.local("", Ty::Real, self.region);
            received.push(derivative);
            if self.is_active(*arg) {
                let derivative = self.value(Operand::Local(derivative));
                self.add(*arg, derivative);
            }
        }
        let both = Runtime::Distribution(kind, Entry::DensityAndGradient);
        vec![Stmt::Runtime(received, both, args.to_vec(), self.site)]
    }

    /// A log density or the (logarithm of the) mass on a side of the catalogue: value, then parameters.
    fn of_distribution(
        &mut self,
        kind: Kind,
        function: Entry,
        args: &[Operand],
        result: Operand,
        mut adjoint: Operand,
    ) {
        if matches!(function, Entry::Cdf | Entry::Ccdf) {
            // dP = P d log P
            let mass = self.value(result);
            adjoint = self.binary(Binary::Mul, adjoint, mass);
        }
        let gradient = match function {
            Entry::Cdf | Entry::LogCdf => Entry::LogCdfGradient,
            Entry::Ccdf | Entry::LogCcdf => Entry::LogCcdfGradient,
            _ => Entry::Gradient,
        };
        let entry = kind.entry();
        let mut given: Vec<Operand> = args.iter().map(|arg| self.value(*arg)).collect();
        given.push(adjoint);
        let mut received = Vec::new();
        let value = (args[0], entry.value == ValueKind::Real);
        let parameters = args[1..].iter().zip(entry.parameters);
        let reals = parameters.map(|(arg, parameter)| (*arg, parameter.kind == ParameterKind::Real));
        for (arg, is_real) in std::iter::once(value).chain(reals) {
            if is_real {
                received.push((arg, self.reverse.local("", Ty::Real, self.region)));
            }
        }
        let arrays: Vec<Operand> = std::iter::once((args[0], value_type(kind)))
            .chain(args[1..].iter().copied().zip(parameter_types(kind)))
            .filter(|(_, ty)| *ty == Ty::Pointer)
            .map(|(arg, _)| arg)
            .collect();
        if !arrays.is_empty() {
            for at in 0..SHADOWS {
                let arg = arrays.get(at).copied().filter(|arg| self.is_active(*arg));
                given.push(arg.map_or(Operand::Null, |arg| self.shadow_value(arg)));
            }
        }
        let locals = received.iter().map(|(_, local)| *local).collect();
        self.out.push(Stmt::Runtime(locals, Runtime::Distribution(kind, gradient), given, self.site));
        for (arg, term) in received {
            self.add(arg, Operand::Local(term));
        }
    }
}

fn has_arrays(kind: Kind) -> bool {
    std::iter::once(value_type(kind)).chain(parameter_types(kind)).any(|ty| ty == Ty::Pointer)
}
