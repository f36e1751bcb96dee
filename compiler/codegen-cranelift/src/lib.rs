//! Native code from Flow, by Cranelift: takes a module, gives a compiled one that runs on this machine.
//!
//! Each function that does not suspend becomes a native function: context and parameters in, words out. All functions
//! of a view that suspend become one native function together, the machine that advances particles ([`machine`]).
//! Compiled code calls the runtime by the symbols it is given, and nothing else.
//!
//! Invariants:
//! 1. Compiled code keeps nothing that needs to be dropped on the native stack: an error may skip its frames.
//! 2. A function that can call itself checks the stack, and a loop checks for interrupts.

mod body;
mod callgraph;
mod code;
mod entry;
mod linker;
mod machine;
mod plain;
mod signature;
mod statics;
mod tail;
mod unit;

use borel_abi::layout::{BatchLayout, Layout, LayoutId, LayoutKind, Role, Slot};
use borel_abi::module::{ChoiceInfo, MEMO, Machine, Module, Root, TRACE, frame_start};
use borel_abi::shape::ShapeId;
use borel_abi::value::slots;
use borel_flow::FunctionId;
use code::Code;
use cranelift_module::FuncId;
use linker::{Linker, Texts};
use machine::Built;
use statics::Statics;
use std::sync::Arc;
use unit::Unit;

/// What to do besides compiling.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Keep the code as text: Cranelift's intermediate code and assembly.
    pub texts: bool,
}

/// A compiled module and its native code.
pub struct Compiled {
    module: Arc<Module>,
    texts: Texts,
    /// Behind the function pointers of the module, as are the constants.
    _code: Code,
    _statics: Statics,
}

impl Compiled {
    /// What the runtime runs. Its function pointers are valid as long as this `Compiled` lives: keep it while anything
    /// runs.
    pub fn module(&self) -> &Arc<Module> {
        &self.module
    }

    /// Cranelift's intermediate code, if it was asked for.
    pub fn intermediate_code(&self) -> &str {
        &self.texts.clif
    }

    /// The native code as text, if it was asked for.
    pub fn assembly(&self) -> &str {
        &self.texts.assembly
    }
}

/// Compiles a module that may call the runtime functions with these names and addresses.
pub fn compile(
    module: &borel_flow::Module,
    symbols: &[(&'static str, *const u8)],
    options: &Options,
) -> Result<Compiled, String> {
    let statics = Statics::new(&module.statics);
    let mut linker = Linker::new(symbols, options.texts)?;
    let natives = define_all(module, &statics, &mut linker)?;
    let (code, texts) = linker.finish()?;
    let module = Arc::new(link(module, natives, &code));
    Ok(Compiled { module, texts, _code: code, _statics: statics })
}

/// What a module has been compiled to.
struct Natives {
    step: Option<Built>,
    traced: Option<Built>,
    enumerate: Option<Built>,
    /// Simulate, weigh, density, replay and gradient, by root.
    runs: Vec<[Option<FuncId>; 5]>,
}

fn define_all(module: &borel_flow::Module, statics: &Statics, linker: &mut Linker) -> Result<Natives, String> {
    let unit = Unit::new(module, statics, linker)?;
    for id in unit.function_numbers() {
        if let Some(native) = unit.function_id(id) {
            plain::define(&unit, linker, id, native)?;
        }
    }
    let mut run = |id: Option<FunctionId>| id.map(|id| plain::define_run(&unit, linker, id)).transpose();
    let mut runs = Vec::with_capacity(module.roots.len());
    for root in &module.roots {
        runs.push([run(root.simulate)?, run(root.weigh)?, run(root.density)?, run(root.replay)?, run(root.gradient)?]);
    }
    let first_frame = module.layouts.len() as u32;
    let step = machine::define(&unit, linker, "step", first_frame, |root| root.step)?;
    let first_frame = first_frame + step.as_ref().map_or(0, |built| built.layouts.len() as u32);
    let traced = machine::define(&unit, linker, "traced", first_frame, |root| root.traced)?;
    let first_frame = first_frame + traced.as_ref().map_or(0, |built| built.layouts.len() as u32);
    let enumerate = machine::define(&unit, linker, "enumerate", first_frame, |root| root.enumerate)?;
    Ok(Natives { step, traced, enumerate, runs })
}

/// The module for the runtime, with the addresses of the code.
fn link(module: &borel_flow::Module, natives: Natives, code: &Code) -> Module {
    let Natives { step, traced, enumerate, runs } = natives;
    let start = |built: &Option<Built>, root: usize| built.as_ref().and_then(|built| built.starts[root]);
    let roots =
        module.roots.iter().zip(runs).enumerate().map(|(i, (root, [simulate, weigh, density, replay, gradient]))| {
            Root {
                name: root.name.clone(),
                environment: root.environment,
                parameters: root.parameters.clone(),
                result: root.result,
                simulate: simulate.and_then(|id| entry::run(code, id)),
                weigh: weigh.and_then(|id| entry::run(code, id)),
                density: density.and_then(|id| entry::run(code, id)),
                replay: replay.and_then(|id| entry::run(code, id)),
                gradient: gradient.and_then(|id| entry::run(code, id)),
                step_start: start(&step, i),
                traced_start: start(&traced, i),
                enumerate_start: start(&enumerate, i),
                batches: [None; 2],
                observes: root.observes,
            }
        });
    let roots = roots.collect();
    let frames = [&step, &traced, &enumerate].into_iter().flatten().flat_map(|built| built.layouts.iter().cloned());
    let mut linked = Module {
        layouts: module.layouts.iter().cloned().chain(frames).collect(),
        shapes: module.shapes.clone(),
        choices: module.choices.iter().map(|name| ChoiceInfo { name: name.clone() }).collect(),
        sites: module.sites.len() as u32,
        roots,
        step: step.and_then(|built| entry::machine(code, built)),
        traced: traced.and_then(|built| entry::machine(code, built)),
        enumerate: enumerate.and_then(|built| entry::machine(code, built)),
        draws: module.draws.clone(),
    };
    add_batches(&mut linked);
    linked
}

/// The layouts of batches of executions, one for each machine and each type of value.
fn add_batches(module: &mut Module) {
    for root in 0..module.roots.len() {
        let info = &module.roots[root];
        let machines = [(info.step_start, &module.step), (info.traced_start, &module.traced)];
        let layouts = machines.map(|(start, machine)| machine.as_ref().filter(|_| start.is_some()));
        let layouts =
            [0, 1].map(|traced| layouts[traced].map(|machine| batch(module, machine, info.result, traced == 1)));
        for (slot, layout) in layouts.into_iter().enumerate() {
            module.roots[root].batches[slot] = layout.map(|layout| {
                let known = module.layouts.iter().position(|known| known.kind == layout.kind);
                let index = known.unwrap_or_else(|| {
                    module.layouts.push(layout);
                    module.layouts.len() - 1
                });
                LayoutId(index as u32)
            });
        }
    }
}

fn batch(module: &Module, machine: &Machine, result: ShapeId, is_traced: bool) -> Layout {
    let start = frame_start(machine.ambient) as u32;
    let ambient = if machine.ambient { vec![TRACE, MEMO] } else { Vec::new() };
    let with_ambient = |pointers: Vec<u32>| ambient.iter().copied().chain(pointers).collect();
    let words = (start..).zip(slots(module, result));
    let finished = words.filter(|(_, slot)| *slot == Slot::Pointer).map(|(at, _)| at).collect();
    let layout = BatchLayout {
        stride: machine.stride,
        states: machine.states.iter().map(|state| with_ambient(state.pointers.clone())).collect(),
        finished: with_ambient(finished),
        result,
        is_traced,
    };
    Layout { name: "batch".into(), kind: LayoutKind::Batch(layout), role: Role::Plain }
}
