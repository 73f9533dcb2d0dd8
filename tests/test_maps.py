"""Maps: every form against its formula written out on numbers of paper size, and what is built on rows."""

from dataclasses import replace

import numpy as np
import pytest

from model.reading.maps import Additive, Dense, Dot, Maps, causal_last, to_words
from model.reading.run import Axis, Token, Word

L, H, K, T, S, D = 2, 6, 3, 5, 7, 11  # K: key heads, where there are fewer


def axis_of(count: int) -> Axis:
    return Axis(tuple(Word(f"w{i}") for i in range(count)), tuple(Token(f"w{i}", i, i) for i in range(count)))


def random(*shape, seed=0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def dot(heads=H, queries=T, keys=S, **more) -> Dot:
    return Dot(random(L, H, queries, D), random(L, heads, keys, D, seed=1), **more)


def maps_of(form) -> Maps:
    return Maps(form, axis_of(form.shape[2]), axis_of(form.shape[3]))


def softmax(scores):
    weights = np.exp(scores)
    return weights / weights.sum(-1, keepdims=True)


# --- the forms ---


def test_products_worked_on_paper():
    queries, keys = np.array([[[[1.0, 0.0]]]]), np.array([[[[np.log(3.0), 5.0], [0.0, 7.0]]]])
    # scores 1 · ln 3 and 0, scale 1: e^ln 3 = 3 and e^0 = 1, so 3/4 and 1/4
    np.testing.assert_allclose(Dot(queries, keys, scale=1).rows(0, 0, slice(None)), [[0.75, 0.25]], atol=1e-7)


def test_dot_is_the_softmax_of_scaled_products():
    form = dot()
    expected = softmax(form.queries[1, 2].astype(float) @ form.keys[1, 2].T / np.sqrt(D))
    np.testing.assert_allclose(form.rows(1, 2, slice(None)), expected, atol=1e-6)


def test_several_heads_read_one_key_head():
    form = dot(heads=K, scale=0.5)  # heads 0 and 1 read key head 0, 2 and 3 key head 1, 4 and 5 key head 2
    expected = softmax(0.5 * form.queries[1, 3] @ form.keys[1, 1].T)
    np.testing.assert_allclose(form.rows(1, 3, slice(None)), expected, atol=1e-6)


def test_softcap_bends_scores_before_the_softmax():
    form = dot(softcap=0.7)
    scores = form.queries[0, 5] @ form.keys[0, 5].T / np.sqrt(D)
    np.testing.assert_allclose(form.rows(0, 5, slice(None)), softmax(0.7 * np.tanh(scores / 0.7)), atol=1e-6)


def test_sinks_take_their_share_of_every_row():
    form = dot(sinks=random(L, H, seed=2))
    scores = form.queries[1, 4] @ form.keys[1, 4].T / np.sqrt(D)
    whole = softmax(np.concatenate([scores, np.full((T, 1), form.sinks[1, 4])], 1))
    np.testing.assert_allclose(form.rows(1, 4, slice(None)), whole[:, :-1], atol=1e-6)


@pytest.mark.parametrize("layers", [1, L])
def test_bias_stands_at_the_distance_of_the_key(layers):
    form = dot(bias=random(layers, H, T + S - 1, seed=3))
    scores = form.queries[1, 0] @ form.keys[1, 0].T / np.sqrt(D)
    for query in range(T):
        for key in range(S):
            scores[query, key] += form.bias[-1, 0, key - query + T - 1]
    np.testing.assert_allclose(form.rows(1, 0, slice(None)), softmax(scores), atol=1e-6)


def test_a_row_sees_what_lies_between_first_and_last():
    first, last = np.array([[0, 0, 1, 2, 3], [0] * T]), np.array([[0, 1, 2, 3, 4], [6] * T])  # a window, then all
    form = dot(first=first, last=last)
    for layer in range(L):
        for query, row in enumerate(form.rows(layer, 1, slice(None))):
            seen = slice(first[layer, query], last[layer, query] + 1)
            scores = form.queries[layer, 1, query] @ form.keys[layer, 1, seen].T / np.sqrt(D)
            np.testing.assert_allclose(row[seen], softmax(scores), atol=1e-6)
            assert np.delete(row, np.arange(S)[seen]).sum() == 0


def test_additive_follows_bahdanau():
    form = Additive(random(L, H, T, D), random(L, H, S, D, seed=1), random(L, H, D, seed=2))
    scores = [[form.score[1, 2] @ np.tanh(q + k) for k in form.keys[1, 2]] for q in form.queries[1, 2]]
    np.testing.assert_allclose(form.rows(1, 2, slice(None)), softmax(np.array(scores)), atol=1e-6)
    assert (maps_of(form).kind, maps_of(dot()).kind) == ("additive", "softmax")


def test_dense_gives_back_what_it_was_given():
    weights = softmax(random(L, H, T, S))
    form = Dense(weights)
    np.testing.assert_allclose(form.rows(1, 3, slice(None)), weights[1, 3], atol=5e-4)  # 16 bits hold 11 of a number
    assert form.weights.nbytes == weights.nbytes / 2 and form.rows(0, 0, slice(None)).dtype == np.float32


FORMS = {
    "dot": lambda: dot(heads=K, softcap=3.0, sinks=random(L, H), bias=random(1, H, T + S - 1), last=causal_last(T)),
    "additive": lambda: Additive(random(L, H, T, D), random(L, H, S, D, seed=1), random(L, H, D, seed=2)),
    "dense": lambda: Dense(softmax(random(L, H, T, S))),
}


@pytest.mark.parametrize("name", FORMS)
def test_some_rows_are_rows_of_the_whole(name):
    maps = maps_of(FORMS[name]())
    whole = maps.weights(1, 4)
    for some in (slice(1, 4), slice(4, None), np.array([3, 0]), slice(0, 0)):
        np.testing.assert_allclose(maps.rows(1, 4, some), whole[some], atol=1e-6)


@pytest.mark.parametrize("name", FORMS)
def test_numbers_of_a_form_make_it_again(name):
    form = FORMS[name]()
    again = type(form)(**form.arrays, **form.numbers)
    np.testing.assert_array_equal(maps_of(again).all_weights(), maps_of(form).all_weights())


# --- what is checked ---


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: dot(heads=4), "as many heads as queries, 6, or a divisor"),
        (lambda: Dot(random(L, H, T, D), random(L, H, S, 3)), r"keys must be .* = \(2, 6, 7, 11\); got \(2, 6, 7, 3\)"),
        (lambda: dot(sinks=random(H, L)), r"sinks must be \(layer, head\) = \(2, 6\); got \(6, 2\)"),
        (lambda: dot(bias=random(1, H, S)), r"bias must be .* = \(1, 6, 11\); got \(1, 6, 7\)"),
        (
            lambda: dot(last=causal_last(S)),
            r"last must be \(query,\) = \(5,\) or \(layer, query\) = \(2, 5\); got \(7,\)",
        ),
        (lambda: dot(last=np.full(T, S)), "last must name keys from 0 to 6"),
        (lambda: dot(first=np.full(T, 2), last=causal_last(T)), "every row must see a key"),
        (
            lambda: Additive(random(L, H, T, D), random(L, H, S, D), random(L, H, S)),
            r"score must be \(layer, head, width\) = \(2, 6, 11\); got \(2, 6, 7\)",
        ),
        (lambda: Dense(np.ones((L, H, T, S))), "a row that sums to 7"),
        (lambda: Dense(np.full((L, H, T, S), np.nan)), "a row that sums to nan"),
        (lambda: Maps(dot(), axis_of(S), axis_of(T)), r"\(query, key\) = \(7, 5\) for these tokens; got \(5, 7\)"),
        (lambda: Maps(dot(), axis_of(T), axis_of(S), "told"), "row_names must be one of read, written; got 'told'"),
        (lambda: Maps(dot(), axis_of(T), axis_of(S), layer_numbers=(3,)), "layer_numbers must name 2 layers; got 1"),
    ],
)
def test_what_disagrees_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_arrays_are_read_only():
    for name, form in FORMS.items():
        for array in form().arrays.values():
            with pytest.raises(ValueError, match="read-only"):
                array[0] = 0
            assert not array.flags.writeable, name


def test_layers_keep_the_models_own_numbers():
    assert maps_of(dot()).layer_numbers == (0, 1)
    assert replace(maps_of(dot()), layer_numbers=(2, 5)).layer_numbers == (2, 5)


# --- what is built on rows ---


def test_causal_row_sees_only_the_past():
    maps = maps_of(dot(queries=S, last=causal_last(S)))
    weights = maps.all_weights()
    assert (np.triu(weights, 1) == 0).all() and maps.causal and not maps_of(dot()).causal
    np.testing.assert_allclose(weights.sum(-1), 1, atol=1e-6)


@pytest.mark.parametrize("bits, error", [(8, 0.004), (16, 1.6e-5)])
def test_codes_come_back_within_their_error(bits, error):
    maps = maps_of(dot())
    decoded = (maps.codes(bits) / (2**bits - 1.0)) ** 2
    assert np.abs(decoded.reshape(L, H, T, S) - maps.all_weights()).max() < error


@pytest.mark.parametrize("last", [None, causal_last(S)])
def test_tile_is_the_maximum_of_each_rectangle(last):
    maps = maps_of(dot(queries=S, last=last))
    weights = maps.weights(1, 0)[1:7, 2:7]  # 6 rows in 3 groups of 2; 5 columns in 2 groups: 2 and 3
    expected = [[weights[r : r + 2, :2].max(), weights[r : r + 2, 2:].max()] for r in (0, 2, 4)]
    np.testing.assert_allclose(maps.tile(1, 0, slice(1, 7), slice(2, 7), (3, 2)), expected, atol=1e-6)


def test_tile_of_a_small_rectangle_is_the_weights():
    maps = maps_of(dot())
    np.testing.assert_allclose(maps.tile(0, 1, slice(None), slice(None), (99, 99)), maps.weights(0, 1), atol=1e-6)


def test_no_more_than_some_rows_are_made_at_a_time(monkeypatch):
    long, asked, rows = 401, [], Dot.rows
    monkeypatch.setattr(
        Dot, "rows", lambda self, layer, head, queries: asked.append(len(queries)) or rows(self, layer, head, queries)
    )
    maps = maps_of(dot(queries=long, keys=long, last=causal_last(long)))
    assert maps.tile(0, 0, slice(None), slice(None), (3, 3)).shape == (3, 3)
    assert sum(asked) == long and max(asked) == 64


def test_a_word_sums_its_columns_and_averages_its_rows():
    words = (Word("did"), Word("n't"))
    axis = Axis(words, (Token("d", 0, 0), Token("id", 1, 0), Token("n't", 2, 1)))
    weights = np.array([[0.5, 0.3, 0.2], [0.1, 0.1, 0.8], [0.2, 0.2, 0.6]])
    # row "did": mean of 0.5 + 0.3 = 0.8 and 0.1 + 0.1 = 0.2 is 0.5; row "n't": 0.2 + 0.2 = 0.4
    np.testing.assert_allclose(to_words(weights, axis, axis), [[0.5, 0.5], [0.4, 0.6]], atol=1e-7)
    maps = Maps(Dense(weights[None, None]), axis, axis)
    np.testing.assert_allclose(maps.by_word(weights), to_words(weights, axis, axis))
