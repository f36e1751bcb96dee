//! How values are represented: the words of each type, the layouts of objects, the shapes that the runtime reads.
//!
//! Scalars are words, tuples and records the words of their components in order, a posterior and a method a few words; everything
//! else is one pointer. Equal layouts are one, and the builtin ones are used where they fit.

use borel_abi::layout::{Layout, LayoutId, LayoutKind, Role, Slot, builtin, builtin_layouts};
use borel_abi::shape::{Shape, ShapeId};
use borel_core::{DataId, Program, Ty, Type};
use borel_flow as flow;
use std::collections::HashMap;

/// See the module.
pub(crate) struct Representation<'a> {
    program: &'a Program,
    words: Vec<Vec<flow::Ty>>,
    /// Layouts so far.
    pub layouts: Vec<Layout>,
    arrays: HashMap<Vec<Slot>, LayoutId>,
    constructors: HashMap<(DataId, u32), LayoutId>,
    /// Shapes so far.
    pub shapes: Vec<Shape>,
    shape_of: HashMap<Ty, ShapeId>,
}

/// The kind of a slot that holds a word.
fn slot(ty: flow::Ty) -> Slot {
    match ty {
        flow::Ty::Int => Slot::Int,
        flow::Ty::Real => Slot::Real,
        flow::Ty::Bool => Slot::Bool,
        flow::Ty::Pointer => Slot::Pointer,
        flow::Ty::Token(_) => unreachable!("tokens are not stored"),
    }
}

/// The kinds of slots that hold these words.
pub(crate) fn slots(words: &[flow::Ty]) -> Vec<Slot> {
    words.iter().map(|word| slot(*word)).collect()
}

fn words_of(program: &Program, ty: Ty) -> Vec<flow::Ty> {
    use flow::Ty::*;
    match program.ty(ty) {
        Type::Unit => vec![],
        Type::Bool => vec![Bool],
        Type::Int => vec![Int],
        Type::Real => vec![Real],
        Type::Tuple(parts, _) => parts.iter().flat_map(|part| words_of(program, *part)).collect(),
        Type::Posterior(_) => vec![Pointer, Pointer, Real],
        Type::Method => vec![Int, Int, Int, Real, Real],
        Type::String
        | Type::Matrix
        | Type::Array(_)
        | Type::Function(..)
        | Type::Dist(_)
        | Type::Data(_)
        | Type::Suspended(_) => {
            vec![Pointer]
        }
    }
}

impl<'a> Representation<'a> {
    /// With the builtin layouts.
    pub fn new(program: &'a Program) -> Representation<'a> {
        use Slot::*;
        let words = (0..program.types.len()).map(|ty| words_of(program, Ty(ty as u32))).collect();
        let arrays = HashMap::from([
            (vec![Real], builtin::REALS),
            (vec![Int], builtin::INTS),
            (vec![Pointer], builtin::POINTERS),
            (vec![Bool], builtin::BOOLS),
        ]);
        Representation {
            program,
            words,
            layouts: builtin_layouts(),
            arrays,
            constructors: HashMap::new(),
            shapes: Vec::new(),
            shape_of: HashMap::new(),
        }
    }

    /// The words of a type.
    pub fn words(&self, ty: Ty) -> &[flow::Ty] {
        &self.words[ty.0 as usize]
    }

    /// A layout, which is added if it is new.
    pub fn layout(&mut self, name: &str, kind: LayoutKind, role: Role) -> LayoutId {
        let wanted = Layout { name: name.into(), kind, role };
        let index = self.layouts.iter().position(|layout| *layout == wanted).unwrap_or_else(|| {
            self.layouts.push(wanted);
            self.layouts.len() - 1
        });
        LayoutId(index as u32)
    }

    /// The layout of arrays whose elements have these words.
    pub fn array_of_words(&mut self, words: &[flow::Ty]) -> LayoutId {
        let slots = slots(words);
        if let Some(layout) = self.arrays.get(&slots) {
            return *layout;
        }
        let layout = self.layout("array", LayoutKind::Array(slots.clone()), Role::Plain);
        self.arrays.insert(slots, layout);
        layout
    }

    /// The layout of arrays with elements of this type.
    pub fn array(&mut self, element: Ty) -> LayoutId {
        let words = self.words(element).to_vec();
        self.array_of_words(&words)
    }

    /// The layout of a constructor that has fields.
    pub fn constructor(&mut self, data: DataId, index: u32) -> LayoutId {
        if let Some(layout) = self.constructors.get(&(data, index)) {
            return *layout;
        }
        let constructor = &self.program.datas[data.0 as usize].constructors[index as usize];
        let slots = constructor.fields.iter().flat_map(|field| slots(self.words(*field))).collect();
        let name = constructor.name.to_string();
        // Each is its own, even if another looks the same: the layout tells the constructor.
        self.layouts.push(Layout { name, kind: LayoutKind::Fields(slots), role: Role::Constructor(index) });
        let layout = LayoutId(self.layouts.len() as u32 - 1);
        self.constructors.insert((data, index), layout);
        layout
    }

    /// The layouts of a data type by constructor; none for those without fields.
    pub fn constructors(&mut self, data: DataId) -> Vec<Option<LayoutId>> {
        let fields: Vec<bool> =
            self.program.datas[data.0 as usize].constructors.iter().map(|c| !c.fields.is_empty()).collect();
        fields.iter().enumerate().map(|(i, fields)| fields.then(|| self.constructor(data, i as u32))).collect()
    }

    /// The shape of a type.
    pub fn shape(&mut self, ty: Ty) -> ShapeId {
        if let Some(shape) = self.shape_of.get(&ty) {
            return *shape;
        }
        // The place is taken first: data types may contain themselves.
        let id = ShapeId(self.shapes.len() as u32);
        self.shapes.push(Shape::Unit);
        self.shape_of.insert(ty, id);
        let shape = self.new_shape(ty);
        self.shapes[id.0 as usize] = shape;
        id
    }

    /// The shape of a type without parts, which the program need not have.
    pub fn scalar_shape(&mut self, ty: &Type) -> ShapeId {
        let wanted = match ty {
            Type::Bool => Shape::Bool,
            Type::Int => Shape::Int,
            Type::Real => Shape::Real,
            _ => Shape::Unit,
        };
        self.add_shape(wanted)
    }

    fn add_shape(&mut self, wanted: Shape) -> ShapeId {
        let index = self.shapes.iter().position(|shape| *shape == wanted).unwrap_or_else(|| {
            self.shapes.push(wanted);
            self.shapes.len() - 1
        });
        ShapeId(index as u32)
    }

    fn new_shape(&mut self, ty: Ty) -> Shape {
        let program = self.program;
        match program.ty(ty) {
            Type::Unit => Shape::Unit,
            Type::Bool => Shape::Bool,
            Type::Int => Shape::Int,
            Type::Real => Shape::Real,
            Type::String => Shape::String,
            Type::Matrix => Shape::Matrix,
            Type::Tuple(parts, None) => Shape::Tuple(parts.iter().map(|part| self.shape(*part)).collect()),
            Type::Tuple(parts, Some(names)) => Shape::Record(
                names.iter().zip(parts).map(|(name, part)| (name.to_string(), self.shape(*part))).collect(),
            ),
            Type::Array(element) => Shape::Array(self.shape(*element), self.array(*element)),
            Type::Function(..) => Shape::Function,
            Type::Dist(of) => Shape::Distribution(self.shape(*of)),
            Type::Posterior(of) => {
                self.array_shape(*of);
                Shape::Posterior(self.shape(*of))
            }
            Type::Suspended(of) => Shape::Suspended(self.shape(*of)),
            Type::Method => Shape::Method,
            Type::Data(data) => self.data_shape(*data),
        }
    }

    fn data_shape(&mut self, id: DataId) -> Shape {
        let data = &self.program.datas[id.0 as usize];
        let constructors = data.constructors.iter().enumerate().map(|(index, constructor)| {
            let shapes = constructor.fields.iter().map(|field| self.shape(*field)).collect();
            let layout = if constructor.fields.is_empty() {
                // Never looked at: a constructor without fields is an immediate.
                builtin::TEXT
            } else {
                self.constructor(id, index as u32)
            };
            (constructor.name.to_string(), shapes, layout)
        });
        let constructors = constructors.collect();
        Shape::Data(data.name.clone(), constructors)
    }

    /// The shape of arrays of a type, which the runtime needs to make arrays of draws, also if the program has no such type.
    pub fn array_shape(&mut self, element: Ty) -> ShapeId {
        let wanted = Shape::Array(self.shape(element), self.array(element));
        self.add_shape(wanted)
    }
}
