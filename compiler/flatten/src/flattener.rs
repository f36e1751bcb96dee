//! The module under construction: one function for each (piece of code, view) that is asked for, by worklist.

use crate::facts::{Effects, Facts, Unit};
use crate::forms::Query;
use crate::reach::Reach;
use crate::representation::Representation;
use crate::{Refusal, Request};
use borel_abi::layout::{LayoutId, builtin};
use borel_core as core;
use borel_core::{Atom, Program, Ty, Type};
use borel_flow::visit::each_statement;
use borel_flow::{Function, FunctionId, Module, Root, Site, Static, Stmt, Trap, View};
use borel_source::{Name, Span};
use std::collections::{HashMap, HashSet, VecDeque};

/// A piece of code that functions are made of.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Code {
    /// A Core function
    Function(core::FunctionId),
    /// The lambda with this number; the closure is its first parameter
    Lambda(u32),
    /// What calling a `mem` of this function type does
    Mem(Ty),
    /// What calling one of several lambdas of one type does, by the number of the group; the closure is the first parameter
    Any(u32),
    /// The answer of a value of this distribution type, to the place that asks
    Query(Query, Ty, Span),
}

/// Lambdas of one function type.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Group {
    /// The type.
    pub ty: Ty,
    /// Their numbers.
    pub lambdas: Vec<u32>,
    /// Whether a `mem` may be among what is called.
    pub has_mem: bool,
}

/// A function of the module.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Instance {
    /// Its code.
    pub code: Code,
    /// Its view.
    pub view: View,
}

/// What becomes a root.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Source {
    /// The root of the program: its parameters are in the environment.
    Program(core::FunctionId),
    /// A lambda: the environment is the closure.
    Lambda(u32),
}

/// See the module.
pub(crate) struct Flattener<'a> {
    /// What is flattened.
    pub program: &'a Program,
    /// What is known of it.
    pub facts: Facts<'a>,
    /// Words and layouts.
    pub representation: Representation<'a>,
    /// What is wanted.
    pub request: Request,
    /// Whether something needs the ambient state of particles.
    pub ambient: bool,
    /// Whether a construct that the enumerate view cannot run is refused now, and not when it is reached.
    pub refuses: bool,
    /// Why the views asked for cannot be made.
    pub refusals: Vec<Refusal>,
    /// Roots made or wanted, in order.
    pub roots: Vec<(Source, Root)>,
    /// Root functions to be made: root, view.
    pub wanted: VecDeque<(usize, View)>,
    functions: Vec<Option<Function>>,
    instances: HashMap<Instance, FunctionId>,
    /// Lambdas that a place may call.
    pub groups: Vec<Group>,
    /// Which lambdas are in values, once that has been asked.
    pub reach: Option<Reach>,
    /// The functions that stand for the gradients of others.
    pub gradients: HashMap<FunctionId, FunctionId>,
    queue: VecDeque<(Instance, FunctionId)>,
    names: HashMap<String, usize>,
    sites: Vec<Span>,
    site_of: HashMap<Span, Site>,
    /// The number of each place where choices are looked up.
    pub draw_of: HashMap<borel_abi::module::Draw, i64>,
    /// The places where choices are looked up.
    pub draws: Vec<borel_abi::module::Draw>,
    /// Whether choices in traces have their names and supports.
    pub labels: bool,
    /// Whether traces are differentiated: the density view of their executions reads the choices of a trace.
    pub differentiates: bool,
    /// Whether the function that is being made does what that cannot run.
    pub is_not_differentiable: bool,
    /// The functions that do.
    not_differentiable: HashSet<FunctionId>,
    /// The functions of the replay and traced views, which read where they are called from the context.
    pub replaying: HashSet<FunctionId>,
    statics: Vec<Static>,
    text_of: HashMap<Name, u32>,
    array_of: HashMap<(LayoutId, Vec<u64>), u32>,
}

impl<'a> Flattener<'a> {
    /// For a program with this root.
    pub fn new(program: &'a Program, root: core::FunctionId, request: &Request) -> Flattener<'a> {
        Flattener {
            program,
            facts: Facts::of(program, root),
            representation: Representation::new(program),
            request: *request,
            ambient: false,
            refuses: true,
            refusals: Vec::new(),
            roots: Vec::new(),
            wanted: VecDeque::new(),
            functions: Vec::new(),
            instances: HashMap::new(),
            groups: Vec::new(),
            reach: None,
            gradients: HashMap::new(),
            queue: VecDeque::new(),
            names: HashMap::new(),
            sites: Vec::new(),
            site_of: HashMap::new(),
            draws: Vec::new(),
            draw_of: HashMap::new(),
            labels: program.traces,
            differentiates: program.does(core::Batch::Gradients) && !request.density,
            is_not_differentiable: false,
            not_differentiable: HashSet::new(),
            replaying: HashSet::new(),
            statics: Vec::new(),
            text_of: HashMap::new(),
            array_of: HashMap::new(),
        }
    }

    /// Makes the views of the root that were asked for, and all they reach.
    pub fn run(mut self, root: core::FunctionId) -> Result<Module, Vec<Refusal>> {
        let asked = [
            (self.request.simulate, View::Simulate),
            (self.request.weigh, View::Weigh),
            (self.request.step, View::Step),
            (self.request.enumerate, View::Enumerate),
            (self.request.density, View::Density),
            (self.request.replay, View::Replay),
        ];
        let index = self.root(Source::Program(root));
        for (_, view) in asked.into_iter().filter(|(asked, _)| *asked) {
            self.wanted.push_back((index, view));
        }
        while let Some((root, view)) = self.wanted.pop_front() {
            // What `infer` reaches in the program is refused where it happens: closures are told apart by type only, and one that is
            // not inferred this way may look as if it were.
            self.refuses = matches!(self.roots[root].0, Source::Program(_));
            self.make_root(root, view);
            while let Some((instance, id)) = self.queue.pop_front() {
                let function = self.make(instance);
                self.functions[id.0 as usize] = Some(function);
                self.made(id);
            }
        }
        if !self.refusals.is_empty() {
            self.refusals.dedup();
            return Err(self.refusals);
        }
        Ok(self.finish())
    }

    fn finish(mut self) -> Module {
        self.drop_densities();
        Module {
            layouts: self.representation.layouts,
            shapes: self.representation.shapes,
            functions: self.functions.into_iter().flatten().collect(),
            frames: 0,
            sites: self.sites,
            choices: self.program.choices.iter().map(|choice| choice.name.to_string()).collect(),
            statics: self.statics,
            roots: self.roots.into_iter().map(|(_, root)| root).collect(),
            draws: self.draws,
            ambient: self.ambient,
        }
    }

    /// Notes what has been found out about a function that is made now.
    fn made(&mut self, id: FunctionId) {
        if std::mem::take(&mut self.is_not_differentiable) {
            self.not_differentiable.insert(id);
        }
    }

    /// Leaves out the densities of traces that come to what they cannot run.
    fn drop_densities(&mut self) {
        let mut dropped = std::mem::take(&mut self.not_differentiable);
        if dropped.is_empty() {
            return;
        }
        let mut before = usize::MAX;
        while before != dropped.len() {
            before = dropped.len();
            for (id, function) in (0..).map(FunctionId).zip(self.functions.iter().flatten()) {
                each_statement(&function.body, &mut |stmt| {
                    if matches!(stmt, Stmt::Call(_, callee, _) if dropped.contains(callee)) {
                        dropped.insert(id);
                    }
                });
            }
        }
        for (_, root) in &mut self.roots {
            root.density = root.density.filter(|density| !dropped.contains(density));
        }
        for id in dropped {
            if let Some(function) = &mut self.functions[id.0 as usize] {
                function.body = vec![Stmt::Trap(Trap::Refused, Vec::new(), function.site.unwrap_or(Site(0)))];
            }
        }
    }

    /// Adds a function that is no instance.
    pub fn add(&mut self, function: Function) -> FunctionId {
        self.functions.push(Some(function));
        let id = FunctionId(self.functions.len() as u32 - 1);
        self.made(id);
        id
    }

    /// The function of an instance, which will be made if it is not yet.
    pub fn instance(&mut self, code: Code, view: View) -> FunctionId {
        let instance = Instance { code, view: self.needed_view(code, view) };
        if let Some(id) = self.instances.get(&instance) {
            return *id;
        }
        let id = FunctionId(self.functions.len() as u32);
        self.functions.push(None);
        self.instances.insert(instance, id);
        if instance.view.looks_up() {
            self.replaying.insert(id);
        }
        self.queue.push_back((instance, id));
        id
    }

    /// The view that makes a difference to the code: fewer instances, and less that suspends.
    pub fn needed_view(&self, code: Code, view: View) -> View {
        let effects = match code {
            Code::Function(id) => self.facts.effects_of(Unit::Function(id)),
            Code::Lambda(number) => self.facts.effects_of(Unit::Lambda(number)),
            Code::Mem(ty) => self.facts.effects_of_closure(ty),
            // Those are what is differentiated, which neither draws nor scores.
            Code::Any(_) => return View::Pure,
            Code::Query(Query::Draw, ty, _) => return self.drawing_view(ty, view),
            Code::Query(..) => return View::Pure,
        };
        match view {
            View::Traced if effects.scores && !matches!(code, Code::Mem(_)) => View::Traced,
            View::Replay | View::Traced if effects.meets(Effects::CHOICES) => View::Replay,
            _ if !effects.draws && !effects.scores => View::Pure,
            View::Enumerate if !effects.draws => View::Weigh,
            View::Weigh | View::Step if !effects.scores => View::Simulate,
            View::Replay | View::Traced => View::Weigh,
            // What happens inside a memoised call is scored, but the particle is not stopped there.
            View::Step if matches!(code, Code::Mem(_)) => View::Weigh,
            view => view,
        }
    }

    /// A draw is a draw in every view, unless the explorer chooses; only where it might score must the weight be kept.
    fn drawing_view(&self, ty: Ty, view: View) -> View {
        match view {
            View::Enumerate => View::Enumerate,
            View::Density => View::Density,
            View::Replay | View::Traced => View::Replay,
            _ if self.facts.draw_may_score(self.program, ty) => View::Weigh,
            _ => View::Simulate,
        }
    }

    /// Whether the function of an instance may suspend.
    pub fn suspends(&self, code: Code, view: View) -> bool {
        matches!(self.needed_view(code, view), View::Step | View::Traced | View::Enumerate)
    }

    /// A name that no other function of the module has.
    pub fn unique_name(&mut self, name: &str, view: View) -> String {
        let suffix = match view {
            View::Pure => "",
            View::Simulate => ".simulate",
            View::Weigh => ".weigh",
            View::Step => ".step",
            View::Enumerate => ".enumerate",
            View::Density => ".density",
            View::Replay => ".replay",
            View::Traced => ".traced",
        };
        let name = format!("{name}{suffix}");
        let count = self.names.entry(name.clone()).or_insert(0);
        *count += 1;
        if *count == 1 { name } else { format!("{name}#{count}") }
    }

    /// The site of a span.
    pub fn site(&mut self, span: Span) -> Site {
        *self.site_of.entry(span).or_insert_with(|| {
            self.sites.push(span);
            Site(self.sites.len() as u32 - 1)
        })
    }

    /// The text constant.
    pub fn text_constant(&mut self, text: &Name) -> u32 {
        *self.text_of.entry(text.clone()).or_insert_with(|| {
            self.statics.push(Static::Text(text.to_string()));
            self.statics.len() as u32 - 1
        })
    }

    /// The constant of an array of numbers with this layout, if these all are constants.
    pub fn array_constant(&mut self, layout: LayoutId, atoms: &[Atom]) -> Option<u32> {
        let word = |atom: &Atom| match atom {
            Atom::Real(x) if layout == builtin::REALS => Some(x.to_bits()),
            Atom::Int(n) if layout == builtin::INTS => Some(*n as u64),
            _ => None,
        };
        let words = atoms.iter().map(word).collect::<Option<Vec<u64>>>().filter(|words| !words.is_empty())?;
        Some(*self.array_of.entry((layout, words)).or_insert_with_key(|(layout, words)| {
            self.statics.push(match *layout == builtin::REALS {
                true => Static::Reals(words.iter().map(|word| f64::from_bits(*word)).collect()),
                false => Static::Ints(words.iter().map(|word| *word as i64).collect()),
            });
            self.statics.len() as u32 - 1
        }))
    }

    /// The parameter types and the result type of a function type.
    pub fn function_type(&self, ty: Ty) -> (&'a [Ty], Ty) {
        let program = self.program;
        match program.ty(ty) {
            Type::Function(params, result) => (params, *result),
            _ => (&[], ty),
        }
    }
}
