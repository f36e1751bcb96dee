//! The tape: a stack of words on which the way forward through a program leaves what the way back needs.

use crate::ctx::Ctx;

/// How many words there are at first.
const WORDS: usize = 1 << 12;

/// See the module. Compiled code pushes and pops by the pointers in the context.
#[derive(Clone, Debug, Default)]
pub struct Tape {
    words: Vec<u64>,
}

impl Tape {
    /// Makes the context use this tape, which is empty then.
    pub fn begin(&mut self, ctx: &mut Ctx) {
        if self.words.is_empty() {
            self.words = vec![0; WORDS];
        }
        self.place(ctx, 0);
    }

    fn place(&mut self, ctx: &mut Ctx, used: usize) {
        let range = self.words.as_mut_ptr_range();
        ctx.tape = range.start.wrapping_add(used);
        ctx.tape_end = range.end;
    }

    /// Makes room for so many more words.
    pub fn grow(&mut self, ctx: &mut Ctx, more: usize) {
        if self.words.is_empty() {
            // The first use, of a function of the program that is differentiated.
            self.begin(ctx);
        }
        // The pointer is within the words or at their end.
        let used = (ctx.tape as usize - self.words.as_ptr() as usize) / 8;
        let size = (2 * self.words.len()).max(used + more);
        self.words.resize(size, 0);
        self.place(ctx, used);
    }
}
