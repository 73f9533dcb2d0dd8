"""AttentionMaps against the softmax written out; Run keeps its own shapes and survives a file."""

from dataclasses import replace

import numpy as np
import pytest

from model.reading.run import AttentionMaps, Axis, Token, Word, load_runs, save_runs

L, H, T, S, D = 2, 3, 5, 7, 11


def axis_of(count: int) -> Axis:
    return Axis(tuple(Word(f"w{i}") for i in range(count)), tuple(Token(f"w{i}", i, i) for i in range(count)))


def make_maps(queries=T, keys=S, causal=False) -> AttentionMaps:
    random = np.random.default_rng(0)
    return AttentionMaps(
        queries=random.normal(size=(L, H, queries, D)),
        keys=random.normal(size=(L, H, keys, D)),
        query_axis=axis_of(queries),
        key_axis=axis_of(keys),
        causal=causal,
    )


def softmax(scores):
    weights = np.exp(scores)
    return weights / weights.sum(-1, keepdims=True)


def test_weights_are_the_softmax_of_scaled_products():
    maps = make_maps()
    expected = softmax(maps.queries[1, 2] @ maps.keys[1, 2].T / np.sqrt(D))
    np.testing.assert_allclose(maps.weights(1, 2), expected, atol=1e-6)
    np.testing.assert_allclose(maps.all_weights().sum(-1), 1, atol=1e-6)


def test_additive_weights_follow_bahdanau():
    random, maps = np.random.default_rng(1), make_maps()
    additive = replace(maps, score=random.normal(size=(L, H, D)))
    scores = [[additive.score[1, 2] @ np.tanh(q + k) for k in maps.keys[1, 2]] for q in maps.queries[1, 2]]
    np.testing.assert_allclose(additive.weights(1, 2), softmax(np.array(scores)), atol=1e-6)
    assert (maps.kind, additive.kind) == ("softmax", "additive")


def test_score_of_another_width_is_refused():
    with pytest.raises(ValueError, match=r"score must be \(layer, head, width\) = \(2, 3, 11\); got \(2, 3, 7\)"):
        replace(make_maps(), score=np.zeros((L, H, 7)))


def test_causal_row_sees_only_the_past():
    weights = make_maps(T, T, causal=True).all_weights()
    assert (np.triu(weights, 1) == 0).all()
    np.testing.assert_allclose(weights.sum(-1), 1, atol=1e-6)


@pytest.mark.parametrize("bits, error", [(8, 0.004), (16, 1.6e-5)])
def test_codes_come_back_within_their_error(bits, error):
    maps = make_maps()
    decoded = (maps.codes(bits) / (2**bits - 1.0)) ** 2
    assert np.abs(decoded.reshape(L, H, T, S) - maps.all_weights()).max() < error


@pytest.mark.parametrize("causal", [False, True])
def test_tile_is_the_maximum_of_each_rectangle(causal):
    maps = make_maps(S, S, causal)
    weights = maps.weights(1, 0)[1:7, 2:7]  # 6 rows in 3 groups of 2; 5 columns in 2 groups: 2 and 3
    expected = [[weights[r : r + 2, :2].max(), weights[r : r + 2, 2:].max()] for r in (0, 2, 4)]
    np.testing.assert_allclose(maps.tile(1, 0, slice(1, 7), slice(2, 7), (3, 2)), expected, atol=1e-6)


def test_a_word_sums_its_columns_and_averages_its_rows():
    words = (Word("did"), Word("n't"))
    axis = Axis(words, (Token("d", 0, 0), Token("id", 1, 0), Token("n't", 2, 1)))
    random = np.random.default_rng(0)
    maps = AttentionMaps(random.normal(size=(1, 1, 3, D)), random.normal(size=(1, 1, 3, D)), axis, axis)
    weights = np.array([[0.5, 0.3, 0.2], [0.1, 0.1, 0.8], [0.2, 0.2, 0.6]])
    # row "did": mean of 0.5 + 0.3 = 0.8 and 0.1 + 0.1 = 0.2 is 0.5; row "n't": 0.2 + 0.2 = 0.4
    np.testing.assert_allclose(maps.by_word(weights), [[0.5, 0.5], [0.4, 0.6]])


def test_tile_of_a_small_rectangle_is_the_weights():
    maps = make_maps()
    np.testing.assert_allclose(maps.tile(0, 1, slice(None), slice(None), (99, 99)), maps.weights(0, 1), atol=1e-6)


def test_arrays_are_read_only():
    with pytest.raises(ValueError, match="read-only"):
        make_maps().queries[0] = 0


def test_shapes_are_checked():
    maps = make_maps()
    with pytest.raises(ValueError, match=r"keys must be .* = \(2, 3, 7, 11\); got \(2, 3, 5, 11\)"):
        AttentionMaps(maps.queries, maps.keys[:, :, :5], maps.query_axis, maps.key_axis)
    with pytest.raises(ValueError, match="names word 3, but there are 1"):
        Axis((Word("a"),), (Token("a", 0, 3),))


def test_runs_survive_a_file(translator, tmp_path):
    run = translator.read("The animal didn't cross <s> because it slept.", beams=2)
    save_runs([run], tmp_path / "runs.npz", fingerprint="abc")
    (loaded,), about = load_runs(tmp_path / "runs.npz")
    assert about == {"fingerprint": "abc"} and loaded.recorded
    for name in ("text", "translation", "source", "target", "probabilities", "alternatives", "antecedents", "check"):
        assert getattr(loaded, name) == getattr(run, name)
    for part, maps in run.maps.items():
        np.testing.assert_array_equal(loaded.maps[part].all_weights(), maps.all_weights())
