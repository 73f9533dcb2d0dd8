"""How many operations a block takes: one matrix product (n, k) times (k, m) is 2 n k m.

Worth knowing: it is what torch's own counter counts; everything else is small beside it.
"""


def attention_flops(queries: int, keys: int, width: int) -> int:
    """Projections of x to queries and output, of memory to keys and values; then QKᵀ and the mixing of the values."""
    return 4 * width**2 * (queries + keys) + 4 * queries * keys * width


def additive_flops(queries: int, keys: int, state: int, score: int) -> int:
    """Both projections, the score of every pair, and the mixing of the encoder's states."""
    return 2 * state * score * (queries + keys) + 2 * queries * keys * (score + state)


def cell_flops(steps: int, given: int, state: int, gates: int) -> int:
    """W x + U h for all gates, at every step. gates: 1 for an RNN, 3 for a GRU, 4 for an LSTM."""
    return 2 * steps * gates * state * (given + state)
