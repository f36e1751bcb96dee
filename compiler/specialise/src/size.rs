//! How large code is, in statements.

use borel_core::Block;

/// The statements of a block, those of inner blocks included.
pub(crate) fn block(block: &Block) -> usize {
    block.stmts.iter().map(|stmt| 1 + stmt.op.blocks().into_iter().map(self::block).sum::<usize>()).sum::<usize>()
}
