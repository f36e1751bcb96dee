//! Constants as immortal objects.

use borel_abi::layout::{IMMORTAL, LayoutId, builtin};
use borel_abi::object::header;
use borel_flow::Static;

/// The constants of a module; they stay where they are as long as this lives.
#[derive(Debug)]
pub(crate) struct Statics {
    objects: Vec<Box<[u64]>>,
}

impl Statics {
    pub(crate) fn new(statics: &[Static]) -> Statics {
        Statics { objects: statics.iter().map(object).collect() }
    }

    /// The address of the object with this index.
    pub(crate) fn address(&self, index: u32) -> i64 {
        self.objects[index as usize].as_ptr() as i64
    }
}

/// The header, the length (of text in bytes), and the elements.
fn object(constant: &Static) -> Box<[u64]> {
    match constant {
        Static::Text(text) => with_words(builtin::TEXT, text.len(), text.as_bytes().chunks(8).map(padded)),
        Static::Reals(numbers) => with_words(builtin::REALS, numbers.len(), numbers.iter().map(|x| x.to_bits())),
        Static::Ints(numbers) => with_words(builtin::INTS, numbers.len(), numbers.iter().map(|n| *n as u64)),
    }
}

fn with_words(layout: LayoutId, length: usize, words: impl Iterator<Item = u64>) -> Box<[u64]> {
    [header(IMMORTAL | 1, layout.0), length as u64].into_iter().chain(words).collect()
}

/// Up to eight bytes as a word.
fn padded(chunk: &[u8]) -> u64 {
    let mut bytes = [0; 8];
    bytes[..chunk.len()].copy_from_slice(chunk);
    u64::from_le_bytes(bytes)
}
