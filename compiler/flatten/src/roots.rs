//! Roots: what can be run or inferred. Their functions take an environment and nothing else: the data of a model, or the
//! closure of a lambda.

use crate::body::{Body, Destination, operands};
use crate::facts::Unit;
use crate::flattener::{Code, Flattener, Instance, Source};
use borel_abi::layout::{LayoutId, LayoutKind, Role};
use borel_core as core;
use borel_core::{Atom, Batch};
use borel_flow::runtime::Named;
use borel_flow::{Expr, Function, Local, Operand, Root, Runtime, Stmt, Ty, View};

impl Flattener<'_> {
    /// The index of a root, which is added if it is new.
    pub fn root(&mut self, source: Source) -> usize {
        if let Some(index) = self.roots.iter().position(|(known, _)| *known == source) {
            return index;
        }
        let root = match source {
            Source::Program(id) => self.program_root(id),
            Source::Lambda(number) => self.lambda_root(number),
        };
        self.roots.push((source, root));
        self.roots.len() - 1
    }

    fn program_root(&mut self, id: core::FunctionId) -> Root {
        let function = self.program.function(id);
        let var = |var: &core::Var| &self.program.vars[var.0 as usize];
        let parameters: Vec<(String, core::Ty)> =
            function.params.iter().map(|param| (var(param).name.to_string(), var(param).ty)).collect();
        let words: Vec<Ty> = parameters.iter().flat_map(|(_, ty)| self.representation.words(*ty).to_vec()).collect();
        let slots = crate::representation::slots(&words);
        let name = function.name.to_string();
        let layout = format!("environment of {name}");
        let environment = self.representation.layout(&layout, LayoutKind::Fields(slots), Role::Plain);
        let parameters = parameters.into_iter().map(|(name, ty)| (name, self.representation.shape(ty))).collect();
        self.new_root(name, environment, parameters, function.result, Unit::Function(id))
    }

    fn lambda_root(&mut self, number: u32) -> Root {
        let facts = self.facts.lambda(number);
        let (result, name) = (facts.lambda.result, self.program.vars[facts.var.0 as usize].name.to_string());
        let environment = self.closure_layout(number);
        self.new_root(name, environment, Vec::new(), result, Unit::Lambda(number))
    }

    fn new_root(
        &mut self,
        name: String,
        environment: LayoutId,
        parameters: Vec<(String, borel_abi::shape::ShapeId)>,
        result: core::Ty,
        unit: Unit,
    ) -> Root {
        // The runtime makes arrays of results.
        self.representation.array_shape(result);
        Root {
            name,
            environment,
            parameters,
            result: self.representation.shape(result),
            simulate: None,
            weigh: None,
            step: None,
            traced: None,
            enumerate: None,
            density: None,
            replay: None,
            gradient: None,
            observes: self.facts.effects_of(unit).scores,
        }
    }

    /// Makes the function of a root for a view, unless it is there.
    pub fn make_root(&mut self, index: usize, view: View) {
        let (source, root) = &self.roots[index];
        let slot = match view {
            View::Weigh => root.weigh,
            View::Step => root.step,
            View::Traced => root.traced,
            View::Enumerate => root.enumerate,
            View::Density => root.density,
            View::Replay => root.replay,
            View::Simulate | View::Pure => root.simulate,
        };
        if slot.is_some() {
            return;
        }
        let function = self.root_function(*source, root.environment, view);
        let id = Some(self.add(function));
        let root = &mut self.roots[index].1;
        match view {
            View::Weigh => root.weigh = id,
            View::Step => root.step = id,
            View::Traced => root.traced = id,
            View::Enumerate => root.enumerate = id,
            View::Density => root.density = id,
            View::Replay => root.replay = id,
            View::Simulate | View::Pure => root.simulate = id,
        }
    }

    fn root_function(&mut self, source: Source, layout: LayoutId, view: View) -> Function {
        let program = self.program;
        let suspends = view.stops_at_scores() || view == View::Enumerate;
        let (name, block, result, span) = match source {
            Source::Program(id) => {
                let function = program.function(id);
                (function.name.to_string(), &function.body, function.result, function.span)
            }
            Source::Lambda(number) => {
                let facts = self.facts.lambda(number);
                let name = format!("root {number} {}", program.vars[facts.var.0 as usize].name);
                (name.trim_end().to_string(), &facts.lambda.body, facts.lambda.result, facts.span)
            }
        };
        let results = self.representation.words(result).to_vec();
        let mut body = Body::new(self, view, results, span);
        let pointer = body.local("environment", Ty::Pointer);
        let environment = match source {
            Source::Program(id) => body.load_parameters(&program.function(id).params, Operand::Local(pointer), layout),
            Source::Lambda(number) => body.load_captures(number, Operand::Local(pointer)),
        };
        body.core_block(block, &Destination::Return);
        body.finish(&name, vec![pointer], suspends, environment)
    }

    /// The function of an instance.
    pub fn make(&mut self, instance: Instance) -> Function {
        match instance.code {
            Code::Function(id) => self.make_function(id, instance),
            Code::Lambda(number) => self.make_lambda(number, instance),
            Code::Mem(ty) => self.make_mem(ty, instance),
            Code::Any(group) => self.make_any(group, instance),
            Code::Query(query, ty, span) => self.make_query(query, ty, span, instance),
        }
    }

    fn make_function(&mut self, id: core::FunctionId, instance: Instance) -> Function {
        let program = self.program;
        let function = program.function(id);
        let results = self.representation.words(function.result).to_vec();
        let suspends = self.suspends(instance.code, instance.view);
        let mut body = Body::new(self, instance.view, results, function.span);
        let params = function.params.iter().flat_map(|param| body.bind(*param)).collect();
        body.core_block(&function.body, &Destination::Return);
        body.finish(&function.name, params, suspends, Vec::new())
    }
}

impl Body<'_, '_> {
    fn load_parameters(&mut self, params: &[core::Var], environment: Operand, layout: LayoutId) -> Vec<(Local, u32)> {
        let mut loaded = Vec::new();
        for param in params {
            for local in self.bind(*param) {
                let slot = loaded.len() as u32;
                self.emit(Stmt::Let(local, Expr::Load(environment, layout, slot)));
                loaded.push((local, slot));
            }
        }
        loaded
    }

    /// The posterior of a closure; the views its method needs become wanted for all lambdas it may be.
    pub fn infer(&mut self, closure: &Atom, method: &Atom) -> Vec<Operand> {
        let (pointer, method) = (self.word(closure), self.atom(method));
        self.refuse_estimates(method.first());
        self.replay_seed(method.first());
        let views: &[View] = match method.first() {
            Some(Operand::Int(0)) => &[View::Enumerate],
            Some(Operand::Int(1)) => &[View::Weigh],
            Some(Operand::Int(2)) => &[View::Step],
            Some(Operand::Int(3)) => &[View::Replay],
            _ => &[View::Enumerate, View::Weigh, View::Step, View::Replay],
        };
        self.want(closure, views);
        let results = self.locals_for("posterior", Named::Infer.signature().results);
        let args = std::iter::once(pointer).chain(method).collect();
        let site = self.site();
        self.emit(Stmt::Runtime(results.clone(), Runtime::Named(Named::Infer), args, site));
        operands(&results)
    }

    /// Wants views of the lambdas that a closure may be.
    fn want(&mut self, closure: &Atom, views: &[View]) {
        for number in self.inferred(closure) {
            let root = self.flattener.root(Source::Lambda(number));
            for view in views {
                if !self.flattener.wanted.contains(&(root, *view)) {
                    self.flattener.wanted.push_back((root, *view));
                }
            }
        }
    }

    /// What is done with a batch of executions: all of it by the runtime.
    pub fn batch(&mut self, batch: Batch, atoms: &[Atom], ty: core::Ty) -> Vec<Operand> {
        let mut args = self.atoms(atoms);
        if batch.is_random() {
            self.refuse_estimates(None);
            self.replay_seed(None);
        }
        let named = match batch {
            Batch::Spawn | Batch::SpawnTraced => {
                let is_traced = batch == Batch::SpawnTraced;
                let views: &[View] = match is_traced {
                    true if self.flattener.differentiates => &[View::Traced, View::Density],
                    true => &[View::Traced],
                    false => &[View::Step],
                };
                self.want(&atoms[0], views);
                args.push(Operand::Bool(is_traced));
                Named::Spawn
            }
            Batch::Advance => Named::Advance,
            Batch::Finish => Named::Finish,
            Batch::LogWeights => Named::BatchLogWeights,
            Batch::Select => Named::Select,
            Batch::Join => Named::JoinBatches,
            Batch::SelectJoined => Named::SelectJoined,
            Batch::IsFinished => Named::IsFinished,
            Batch::Size => Named::BatchSize,
            Batch::Results => Named::BatchResults,
            Batch::Choices => Named::BatchChoices,
            Batch::Names => Named::BatchNames,
            Batch::Numbers(number) => {
                args.push(Operand::Int(number as i64));
                Named::BatchNumbers
            }
            Batch::Gradients => Named::BatchGradients,
            Batch::Revise => Named::Revise,
            Batch::Redraw => Named::Redraw,
            Batch::IsStopping => Named::IsStopping,
            Batch::Shared => Named::Shared,
            Batch::Follow => Named::Follow,
        };
        if batch == Batch::Results {
            // The runtime makes the array.
            self.shape(ty);
        }
        let results = self.locals_for("batch", named.signature().results);
        let site = self.site();
        self.emit(Stmt::Runtime(results.clone(), Runtime::Named(named), args, site));
        operands(&results)
    }

    /// The lambdas that a closure to be inferred may be.
    fn inferred(&self, closure: &Atom) -> Vec<u32> {
        let facts = &self.flattener.facts;
        let Atom::Var(var) = closure else { return Vec::new() };
        match facts.lambda_of.get(var) {
            Some(number) => vec![*number],
            None => facts.lambdas_of.get(&self.flattener.program.var_ty(*var)).cloned().unwrap_or_default(),
        }
    }
}
