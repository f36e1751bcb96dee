//! Modules built by hand, compiled and run with the real runtime.

#![allow(dead_code, reason = "each test uses a part of this")]

use borel_abi::layout::{Layout, LayoutId, LayoutKind, Role, Slot, builtin, builtin_layouts};
use borel_abi::module::{DONE, Machine};
use borel_abi::shape::{Shape, ShapeId};
use borel_abi::{Host, RuntimeError, Worker};
use borel_codegen_cranelift::{Compiled, Options, compile};
use borel_flow::{
    Block, Expr, Function, FunctionId, Label, Local, LocalInfo, Module, Operand, Root, Site, Stmt, Ty, View,
};
use borel_source::Span;

pub const SITE: Site = Site(0);

/// The layout of the environment, the first after those that are always there.
pub const ENVIRONMENT: LayoutId = LayoutId(builtin::COUNT);

/// A function in the making.
pub struct Build {
    pub function: Function,
    labels: u32,
}

impl Build {
    pub fn new(name: &str, view: View, params: &[Ty], results: &[Ty]) -> Build {
        let mut build = Build {
            function: Function {
                name: name.into(),
                view,
                params: Vec::new(),
                owned: vec![true; params.len()],
                results: results.to_vec(),
                locals: Vec::new(),
                body: Vec::new(),
                suspends: false,
                environment: Vec::new(),
                counted: true,
                gradient_of: None,
                site: Some(SITE),
            },
            labels: 0,
        };
        build.function.params = params.iter().map(|ty| build.local(*ty)).collect();
        build
    }

    /// A function of a root that loads all slots of the environment.
    pub fn root(name: &str, view: View, slots: &[Ty], results: &[Ty]) -> (Build, Vec<Local>) {
        let mut build = Build::new(name, view, &[Ty::Pointer], results);
        build.function.owned = vec![false];
        let environment = build.param(0);
        let locals: Vec<Local> = slots.iter().map(|ty| build.local(*ty)).collect();
        for (slot, local) in (0..).zip(&locals) {
            build.function.environment.push((*local, slot));
            build.function.body.push(Stmt::Let(*local, Expr::Load(use_of(environment), ENVIRONMENT, slot)));
        }
        (build, locals)
    }

    pub fn local(&mut self, ty: Ty) -> Local {
        let number = self.function.locals.len() as u32;
        self.function.locals.push(LocalInfo { name: format!("v{number}"), ty });
        Local(number)
    }

    pub fn param(&self, index: usize) -> Local {
        self.function.params[index]
    }

    pub fn label(&mut self) -> Label {
        self.labels += 1;
        Label(self.labels)
    }

    pub fn add(&mut self, statements: impl IntoIterator<Item = Stmt>) {
        self.function.body.extend(statements);
    }

    pub fn suspending(mut self) -> Function {
        self.function.suspends = true;
        self.function
    }
}

pub fn use_of(local: Local) -> Operand {
    Operand::Local(local)
}

/// A module with one root whose environment has these slots.
pub struct Program {
    pub module: Module,
}

impl Program {
    pub fn new(environment: &[Slot]) -> Program {
        let mut layouts = builtin_layouts();
        let kind = LayoutKind::Fields(environment.to_vec());
        layouts.push(Layout { name: "environment".into(), kind, role: Role::Plain });
        let root = Root {
            name: "test".into(),
            environment: LayoutId(layouts.len() as u32 - 1),
            parameters: Vec::new(),
            result: ShapeId(0),
            simulate: None,
            weigh: None,
            step: None,
            traced: None,
            enumerate: None,
            density: None,
            replay: None,
            gradient: None,
            observes: true,
        };
        let sites = vec![Span::default(); 8];
        let module = Module { layouts, shapes: vec![Shape::Unit], sites, roots: vec![root], ..Module::default() };
        Program { module }
    }

    pub fn layout(&mut self, slots: &[Slot], role: Role) -> LayoutId {
        let kind = LayoutKind::Fields(slots.to_vec());
        self.module.layouts.push(Layout { name: "object".into(), kind, role });
        LayoutId(self.module.layouts.len() as u32 - 1)
    }

    pub fn function(&mut self, function: Function) -> FunctionId {
        self.module.functions.push(function);
        FunctionId(self.module.functions.len() as u32 - 1)
    }

    pub fn compile(&self) -> Running {
        let mut symbols = borel_abi::symbols();
        symbols.extend(borel_distributions::entry::symbols());
        let options = Options { texts: std::env::var_os("BOREL_TEXTS").is_some() };
        let compiled = compile(&self.module, &symbols, &options).expect("the module compiles");
        if options.texts {
            println!("{}\n{}", compiled.intermediate_code(), compiled.assembly());
        }
        let worker = Worker::new(compiled.module().clone(), Host::default(), 1);
        Running { worker, compiled, environment: self.module.roots[0].environment }
    }
}

/// A module that returns what the body computes from its inputs, compiled.
pub fn simulation(inputs: &[Ty], results: &[Ty], body: impl FnOnce(&mut Build, &[Local]) -> Block) -> Running {
    let mut program = Program::new(&inputs.iter().map(|ty| slot(*ty)).collect::<Vec<_>>());
    let (mut build, locals) = Build::root("main", View::Simulate, inputs, results);
    let block = body(&mut build, &locals);
    build.add(block);
    let id = program.function(build.function);
    program.module.roots[0].simulate = Some(id);
    program.compile()
}

fn slot(ty: Ty) -> Slot {
    match ty {
        Ty::Int => Slot::Int,
        Ty::Real => Slot::Real,
        Ty::Bool => Slot::Bool,
        Ty::Pointer => Slot::Pointer,
        Ty::Token(_) => unreachable!("tokens are not stored"),
    }
}

/// A compiled module with a worker.
pub struct Running {
    pub worker: Worker,
    pub compiled: Compiled,
    environment: LayoutId,
}

impl Running {
    /// The environment, which is never freed.
    pub fn environment(&mut self, words: &[u64]) -> *const u64 {
        let object = self.worker.allocate(self.environment.0, 8 + 8 * words.len()).expect("memory");
        for (i, word) in words.iter().enumerate() {
            unsafe { *object.add(1 + i) = *word };
        }
        object
    }

    /// Runs the simulate view.
    pub fn run(&mut self, inputs: &[u64]) -> Result<Vec<u64>, RuntimeError> {
        let environment = self.environment(inputs);
        let run = self.compiled.module().roots[0].simulate.expect("a simulate view");
        let mut out = [0u64; 16];
        let address = out.as_mut_ptr();
        unsafe { self.worker.enter(move |ctx| run(ctx, environment, address)) }?;
        Ok(out.to_vec())
    }

    /// Runs the simulate view of Ints; the first word of the result.
    pub fn int(&mut self, inputs: &[i64]) -> Result<i64, RuntimeError> {
        let words: Vec<u64> = inputs.iter().map(|input| *input as u64).collect();
        Ok(self.run(&words)?[0] as i64)
    }

    /// Runs the simulate view of Reals; the first word of the result.
    pub fn real(&mut self, inputs: &[f64]) -> Result<f64, RuntimeError> {
        let words: Vec<u64> = inputs.iter().map(|input| input.to_bits()).collect();
        Ok(f64::from_bits(self.run(&words)?[0]))
    }

    pub fn step_machine(&self) -> Machine {
        self.compiled.module().step.clone().expect("a step view")
    }

    /// Advances particles by the machine.
    pub fn advance(
        &mut self,
        machine: &Machine,
        environment: *const u64,
        particles: &mut [u64],
    ) -> Result<(), RuntimeError> {
        let count = (particles.len() / machine.stride) as i64;
        let (advance, address) = (machine.advance, particles.as_mut_ptr());
        unsafe { self.worker.enter(move |ctx| advance(ctx, environment, address, count)) }
    }

    /// Copies a particle as resampling does.
    pub fn clone_particle(&self, machine: &Machine, particle: &[u64]) -> Vec<u64> {
        if particle[0] != DONE {
            for word in &machine.states[particle[0] as usize].pointers {
                unsafe { borel_abi::object::retain(particle[*word as usize]) };
            }
        }
        particle.to_vec()
    }

    /// Drops a particle that is not done.
    pub fn drop_particle(&mut self, machine: &Machine, particle: &[u64]) {
        for word in &machine.states[particle[0] as usize].pointers {
            unsafe { self.worker.release(particle[*word as usize]) };
        }
    }
}
