//! Types: parameters replaced by what they are, then interned; data types per instance.

use borel_core as core;
use borel_source::Name;
use borel_typed::{DataId, LocalId, Type};

use crate::Lowering;

impl Lowering<'_> {
    /// The type with the parameters of the definitions around replaced.
    pub(crate) fn concrete(&self, ty: &Type) -> Type {
        substitute(ty, &self.scope.types)
    }

    pub(crate) fn concrete_all(&self, types: &[Type]) -> Vec<Type> {
        types.iter().map(|ty| self.concrete(ty)).collect()
    }

    /// The concrete type of a variable.
    pub(crate) fn local_type(&self, local: LocalId) -> Type {
        let index = local.0 as usize;
        match self.typed.locals.get(index) {
            Some(local) => self.concrete(&local.ty),
            None => self.extra_locals[index - self.typed.locals.len()].clone(),
        }
    }

    /// A variable that the program does not have.
    pub(crate) fn extra_local(&mut self, ty: Type) -> LocalId {
        self.extra_locals.push(ty);
        LocalId((self.typed.locals.len() + self.extra_locals.len() - 1) as u32)
    }

    pub(crate) fn local_name(&self, local: LocalId) -> Name {
        match self.typed.locals.get(local.0 as usize) {
            Some(local) => local.name.clone(),
            None => Name::new("items"),
        }
    }

    /// The Core type of a type of the tree.
    pub(crate) fn core_type(&mut self, ty: &Type) -> core::Ty {
        let concrete = self.concrete(ty);
        self.core_concrete(&concrete)
    }

    /// The Core type of a concrete type.
    pub(crate) fn core_concrete(&mut self, ty: &Type) -> core::Ty {
        if let Some(known) = self.types.get(ty) {
            return *known;
        }
        let lowered = match ty {
            Type::Unit | Type::Param(_) => core::Type::Unit,
            Type::Bool => core::Type::Bool,
            Type::Int => core::Type::Int,
            Type::Real => core::Type::Real,
            Type::String => core::Type::String,
            Type::Matrix => core::Type::Matrix,
            Type::Method => core::Type::Method,
            Type::Tuple(items) if items.is_empty() => core::Type::Unit,
            Type::Tuple(items) => core::Type::Tuple(self.core_all(items), None),
            Type::Record(fields) => {
                let names = fields.iter().map(|(name, _)| name.clone()).collect();
                let types = fields.iter().map(|(_, ty)| self.core_concrete(ty)).collect();
                core::Type::Tuple(types, Some(names))
            }
            Type::Array(item) => core::Type::Array(self.core_concrete(item)),
            Type::Function(params, result) => core::Type::Function(self.core_all(params), self.core_concrete(result)),
            Type::Dist(value) => core::Type::Dist(self.core_concrete(value)),
            Type::Posterior(value) => core::Type::Posterior(self.core_concrete(value)),
            Type::Suspended(value) => core::Type::Suspended(self.core_concrete(value)),
            Type::Data(id, arguments) => core::Type::Data(self.data(*id, arguments)),
        };
        let interned = self.core.intern(lowered);
        self.types.insert(ty.clone(), interned);
        interned
    }

    fn core_all(&mut self, types: &[Type]) -> Vec<core::Ty> {
        types.iter().map(|ty| self.core_concrete(ty)).collect()
    }

    /// The instance of a data type for concrete arguments.
    pub(crate) fn data(&mut self, id: DataId, arguments: &[Type]) -> core::DataId {
        let key = (id, arguments.to_vec());
        if let Some(known) = self.datas.get(&key) {
            return *known;
        }
        let instance = core::DataId(self.core.datas.len() as u32);
        // Entered before its fields are known: they may mention it.
        self.datas.insert(key, instance);
        let data = &self.typed.datas[id.0 as usize];
        let name = self.data_name(id, arguments);
        self.core.datas.push(core::Data { name, constructors: Vec::new() });
        for constructor in &data.constructors {
            let types: Vec<Type> = constructor.fields.iter().map(|(_, ty)| substitute(ty, arguments)).collect();
            let fields = self.core_all(&types);
            let constructor = core::Constructor { name: constructor.name.clone(), fields };
            self.core.datas[instance.0 as usize].constructors.push(constructor);
        }
        instance
    }

    fn data_name(&mut self, id: DataId, arguments: &[Type]) -> String {
        let name = self.typed.datas[id.0 as usize].name.to_string();
        if arguments.is_empty() {
            return name;
        }
        let arguments: Vec<String> = arguments
            .iter()
            .map(|ty| {
                let ty = self.core_concrete(ty);
                core::print::ty(&self.core, ty)
            })
            .collect();
        format!("{name}[{}]", arguments.join(", "))
    }
}

/// Replaces type parameters. One that nothing determined (an empty array that is never filled) holds no values: Unit.
pub(crate) fn substitute(ty: &Type, arguments: &[Type]) -> Type {
    let all = |types: &[Type]| types.iter().map(|ty| substitute(ty, arguments)).collect::<Vec<_>>();
    match ty {
        Type::Param(index) => arguments.get(*index as usize).cloned().unwrap_or(Type::Unit),
        Type::Tuple(items) if items.is_empty() => Type::Unit,
        Type::Tuple(items) => Type::Tuple(all(items)),
        Type::Record(fields) => {
            Type::Record(fields.iter().map(|(name, ty)| (name.clone(), substitute(ty, arguments))).collect())
        }
        Type::Array(item) => Type::Array(Box::new(substitute(item, arguments))),
        Type::Function(params, result) => Type::Function(all(params), Box::new(substitute(result, arguments))),
        Type::Dist(value) => Type::Dist(Box::new(substitute(value, arguments))),
        Type::Posterior(value) => Type::Posterior(Box::new(substitute(value, arguments))),
        Type::Suspended(value) => Type::Suspended(Box::new(substitute(value, arguments))),
        Type::Data(id, items) => Type::Data(*id, all(items)),
        Type::Unit | Type::Bool | Type::Int | Type::Real | Type::String | Type::Matrix | Type::Method => ty.clone(),
    }
}

/// `[ty]`
pub(crate) fn array(ty: Type) -> Type {
    Type::Array(Box::new(ty))
}

/// `Dist[ty]`
pub(crate) fn dist(ty: Type) -> Type {
    Type::Dist(Box::new(ty))
}
