//! Text constants as immortal objects.

use borel_abi::layout::{IMMORTAL, builtin};
use borel_abi::object::header;

/// The text constants of a module; they stay where they are as long as this lives.
#[derive(Debug)]
pub(crate) struct Statics {
    objects: Vec<Box<[u64]>>,
}

impl Statics {
    pub(crate) fn new(texts: &[String]) -> Statics {
        Statics { objects: texts.iter().map(|text| object(text)).collect() }
    }

    /// The address of the object with this index.
    pub(crate) fn address(&self, index: u32) -> i64 {
        self.objects[index as usize].as_ptr() as i64
    }
}

/// Header, length in bytes, the bytes padded to words.
fn object(text: &str) -> Box<[u64]> {
    let mut words = vec![header(IMMORTAL | 1, builtin::TEXT.0), text.len() as u64];
    words.extend(text.as_bytes().chunks(8).map(|chunk| {
        let mut bytes = [0; 8];
        bytes[..chunk.len()].copy_from_slice(chunk);
        u64::from_le_bytes(bytes)
    }));
    words.into_boxed_slice()
}
