//! Calls, both ways.

use super::Back;
use crate::activity::Activity;
use crate::rules;
use borel_distributions::{Function as Entry, Kind, ParameterKind, ValueKind};
use borel_flow::runtime::Named;
use borel_flow::{Block, Expr, FunctionId, Local, Operand, Runtime, Stmt, Ty, Unary};

impl Back<'_, '_> {
    /// A call of a function of the program: its two functions are called, with what is active beside the rest.
    pub(super) fn call_function(&mut self, stmt: &Stmt) -> Block {
        let Stmt::Call(results, callee, args) = stmt else { return Vec::new() };
        let instance = Activity::callee(*callee, args, &self.reverse.facts.active);
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
        let [result] = results[..] else { return vec![stmt.clone()] };
        if !self.reverse.is_active_local(result) {
            return vec![stmt.clone()];
        }
        match runtime {
            Runtime::Named(named @ (Named::Unique | Named::Grow)) => return self.successor(stmt, *named, result, args[0]),
            Runtime::Distribution(kind, _) => {
                if let Some(adjoint) = self.taken(result) {
                    self.log_density(*kind, args, adjoint);
                }
            }
            Runtime::Special(special) => {
                if let Some(adjoint) = self.taken(result) {
                    rules::special(self, *special, args, Operand::Local(result), adjoint);
                }
            }
            Runtime::Named(named) => {
                if let Some(adjoint) = self.taken(result) {
                    rules::function(self, *named, args, Operand::Local(result), adjoint);
                }
            }
        }
        vec![stmt.clone()]
    }

    /// An array made unique, or longer: its shadow is that of the array before, if it is the same array still.
    fn successor(&mut self, stmt: &Stmt, _: Named, result: Local, array: Operand) -> Block {
        let mut forward = Vec::new();
        let old = self.forward_shadow(array, &mut forward);
        let before = self.reverse.local("before", Ty::Int, self.region);
        forward.push(Stmt::Let(before, Expr::Unary(Unary::Address, array)));
        forward.push(stmt.clone());
        let shadow = self.reverse.shadow(result);
        let args = vec![Operand::Local(result), Operand::Local(before), old];
        let made = Stmt::Runtime(vec![shadow], Runtime::Named(Named::ShadowUnique), args, self.site);
        if self.is_active(array) {
            let (new, old) = (self.shadow_value(Operand::Local(result)), self.shadow_value(array));
            let fold = Stmt::Runtime(Vec::new(), Runtime::Named(Named::ShadowFold), vec![new, old], self.site);
            self.out.push(fold);
        }
        forward.push(made);
        forward
    }

    /// A log density of the catalogue: value, then parameters.
    fn log_density(&mut self, kind: Kind, args: &[Operand], adjoint: Operand) {
        let entry = kind.entry();
        let mut given: Vec<Operand> = args.iter().map(|arg| self.value(*arg)).collect();
        given.push(adjoint);
        let mut received = Vec::new();
        let value = (args[0], entry.value == ValueKind::Real);
        let parameters = args[1..].iter().zip(entry.parameters);
        let reals = parameters.clone().map(|(arg, parameter)| (*arg, parameter.kind == ParameterKind::Real));
        for (arg, is_real) in std::iter::once(value).chain(reals) {
            if is_real {
                received.push((arg, self.reverse.local("", Ty::Real, self.region)));
            }
        }
        for (arg, parameter) in parameters {
            if matches!(parameter.kind, ParameterKind::RealArray | ParameterKind::Matrix) {
                let shadow = if self.is_active(*arg) { self.shadow_value(*arg) } else { Operand::Null };
                given.push(shadow);
            }
        }
        let locals = received.iter().map(|(_, local)| *local).collect();
        self.out.push(Stmt::Runtime(locals, Runtime::Distribution(kind, Entry::Gradient), given, self.site));
        for (arg, term) in received {
            self.add(arg, Operand::Local(term));
        }
    }
}
