//! Models and their data.

use crate::data::bind::{bind, type_text};
use crate::data::default::constant;
use crate::data::{Data, Field};
use crate::diagnostics::Diagnostics;
use crate::program::Program;
use borel_abi::Value;
use borel_diagnostics::Diagnostic;
use borel_source::SourceMap;
use borel_syntax::ast::{Ident, ItemKind, Param, PatternKind};
use borel_typed::{Function, FunctionId};

/// A model of a program. Cheap to clone.
#[derive(Clone)]
pub struct Model {
    program: Program,
    function: FunctionId,
}

/// A parameter of a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Its type, as programs write it.
    pub ty: String,
}

impl Model {
    pub(crate) fn new(program: Program, function: FunctionId) -> Model {
        Model { program, function }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.definition().name
    }

    /// What it takes as data.
    pub fn parameters(&self) -> Vec<Parameter> {
        let program = &self.program.front().program;
        let parameter = |local: &borel_typed::LocalId| {
            let local = &program.locals[local.0 as usize];
            Parameter { name: local.name.to_string(), ty: type_text(&local.ty, program) }
        };
        self.definition().params.iter().map(parameter).collect()
    }

    /// Its type.
    pub fn signature(&self) -> &str {
        &self.definition().signature
    }

    /// Its documentation comment.
    pub fn documentation(&self) -> Option<&str> {
        self.definition().doc.as_deref()
    }

    /// The program it belongs to.
    pub fn program(&self) -> &Program {
        &self.program
    }

    /// The model with these data. A parameter that they leave out has its default, where that is a written constant.
    pub fn bind(&self, data: &Data) -> Result<Bound, Diagnostics> {
        let (sources, mut data) = self.with_sources(data);
        data.fields.extend(self.defaults(&data));
        let (values, list) = bind(&self.program.front().program, self.definition(), &data);
        let failed = list.iter().any(Diagnostic::is_error);
        let found = Diagnostics::new(sources, list);
        if failed { Err(found) } else { Ok(Bound { model: self.clone(), values, warnings: found }) }
    }

    /// The sources of the program with those of the data after them, and the data with spans that say so.
    fn with_sources(&self, data: &Data) -> (SourceMap, Data) {
        let sources = self.program.front().sources.clone();
        let both = Data { sources, fields: Vec::new() }.followed_by(data.clone());
        (both.sources.clone(), both)
    }

    /// The written defaults of parameters that the data leave out.
    fn defaults(&self, data: &Data) -> Vec<Field> {
        let header = self.definition().span;
        let items = self.program.front().modules.iter().flat_map(|module| &module.module.items);
        let functions = items.filter_map(|item| match &item.kind {
            ItemKind::Function(function) if function.header == header => Some(function),
            _ => None,
        });
        let given = |name: &Ident| data.fields.iter().any(|field| field.name == name.name.as_str());
        let default = |param: &Param| match (&param.pattern.kind, &param.default) {
            (PatternKind::Name(name), Some(default)) if !given(name) => Some(Field {
                name: name.name.as_str().to_string(),
                span: Some(default.span),
                datum: constant(default)?,
            }),
            _ => None,
        };
        functions.flat_map(|function| function.params.iter().filter_map(default)).collect()
    }

    pub(crate) fn definition(&self) -> &Function {
        self.program.function(self.function)
    }

    pub(crate) fn function_id(&self) -> FunctionId {
        self.function
    }
}

/// A model with its data.
#[derive(Clone)]
pub struct Bound {
    pub(crate) model: Model,
    pub(crate) values: Vec<Value>,
    pub(crate) warnings: Diagnostics,
}

impl Bound {
    /// The model.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// The values of its parameters, in their order.
    pub fn values(&self) -> &[Value] {
        &self.values
    }

    /// What looks suspicious in the data.
    pub fn warnings(&self) -> &Diagnostics {
        &self.warnings
    }
}
