//! What is known of Ints in scope: upper limits, which are not negative, and which are equal. A log that is cut back on leaving a scope.

use borel_core::{Atom, Var};

#[derive(Default)]
pub(crate) struct Bounds {
    known: Vec<Bound>,
}

enum Bound {
    Below(Var, Atom),
    NotNegative(Atom),
    Equal(Atom, Atom),
}

impl Bounds {
    pub(crate) fn len(&self) -> usize {
        self.known.len()
    }

    pub(crate) fn truncate(&mut self, len: usize) {
        self.known.truncate(len);
    }

    /// The variable is less than the limit.
    pub(crate) fn below(&mut self, var: Var, limit: Atom) {
        self.known.push(Bound::Below(var, limit));
    }

    /// The operand is at least 0.
    pub(crate) fn not_negative(&mut self, atom: Atom) {
        self.known.push(Bound::NotNegative(atom));
    }

    /// The two are the same.
    pub(crate) fn equal(&mut self, left: Atom, right: Atom) {
        self.known.push(Bound::Equal(left, right));
    }

    /// Whether the two are known to be the same.
    pub(crate) fn are_equal(&self, a: &Atom, b: &Atom) -> bool {
        a == b
            || self.known.iter().any(|bound| match bound {
                Bound::Equal(left, right) => (left == a && right == b) || (left == b && right == a),
                _ => false,
            })
    }

    /// Whether the operand is known to be at least 0; `is_length` knows lengths.
    pub(crate) fn is_not_negative(&self, atom: &Atom, is_length: impl Fn(&Atom) -> bool) -> bool {
        match atom {
            Atom::Int(value) => *value >= 0,
            _ => {
                is_length(atom)
                    || self.known.iter().any(|bound| matches!(bound, Bound::NotNegative(found) if found == atom))
            }
        }
    }

    /// The limits that the variable is known to be below.
    pub(crate) fn limits(&self, var: Var) -> impl Iterator<Item = &Atom> {
        self.known.iter().rev().filter_map(move |bound| match bound {
            Bound::Below(found, limit) if *found == var => Some(limit),
            _ => None,
        })
    }
}
