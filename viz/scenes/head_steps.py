"""The steps from a word to what a head writes: for each a sentence, a formula with its real numbers, and a picture.

Worth knowing: `texts` are those of the page. Where something was changed, the formulas show the changed numbers, and the pictures
both.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from viz.figures import formula, head
from viz.scenes.head import Worked
from viz.scenes.texts import plain


@dataclass(frozen=True)
class Step:
    """name: which it is; sentence, note: Markdown; latex: its formula; drawn: pieces of its picture."""

    name: str
    sentence: str
    latex: str
    drawn: tuple[str, ...]
    note: str = ""


def head_steps(work: Worked, texts: Mapping) -> list[Step]:
    """All of them, in their order. Only the decoder has a mask."""
    masked = [mask(work, texts)] if work.spot.part == "decoder" else []
    first = [embedding(work, texts), stream(work, texts), projection(work, texts), product(work, texts)]
    last = [softmax(work, texts), mixture(work, texts), writing(work, texts), pushes(work, texts)]
    return [*first, scaling(work, texts), *masked, *last]


# --- down to the block ---


def embedding(work: Worked, texts: Mapping) -> Step:
    row, shown = work.spot.row, work.shown
    says = texts["embedding_says" if work.spot.part == "encoder" else "embedding_written"]
    return Step(
        "embedding",
        says.format(**head_facts(work)),
        formula.embedding_formula(row, shown.embedding[0], shown.position[0], shown.placed[0], len(work.own.placed)),
        (
            vectors(
                work,
                texts,
                ("vector_embedding", work.stands_at, lambda steps: steps.embedding),
                ("vector_position", str(row), lambda steps: steps.position),
                ("vector_placed", "", lambda steps: steps.placed),
            ),
        ),
        note=texts["legend_strip"],
    )


def stream(work: Worked, texts: Mapping) -> Step:
    own, shown = work.own, work.shown
    untouched = np.array_equal(own.stream, own.placed)
    says = "stream_post" if own.mean is None else "stream_first" if untouched else "stream_later"
    normed = (shown.stream[0], shown.mean, shown.spread, shown.gain[0], shown.shift[0], shown.entered[0])
    return Step(
        "stream",
        texts[says],
        r"\hat x = x" if own.mean is None else formula.norm_formula(*normed),
        (
            vectors(work, texts, ("vector_stream", work.stands_at, lambda steps: steps.stream)),
            vectors(work, texts, ("vector_entered", work.stands_at, lambda steps: steps.entered)),
        ),
    )


def projection(work: Worked, texts: Mapping) -> Step:
    shown, key = work.shown, work.key
    says = texts["projection_cross" if work.spot.part == "cross" else "projection_says"]
    return Step(
        "projection",
        says.format(**head_facts(work)),
        formula.projection_formula(shown.entered, shown.query_matrix[:, 0], shown.query_bias[0], shown.query[0]),
        (
            vectors(
                work,
                texts,
                ("vector_query", work.stands_at, lambda steps: steps.query),
                ("vector_key", work.keys[key], lambda steps: steps.keys[key]),
                ("vector_value", work.keys[key], lambda steps: steps.values[key]),
            ),
        ),
    )


# --- from scores to weights ---


def product(work: Worked, texts: Mapping) -> Step:
    shown, key = work.shown, work.key
    name = f"{work.stands_at} × {work.keys[key]}"
    return Step(
        "product",
        texts["product_says"],
        formula.product_formula(shown.query, shown.keys[key], shown.products[key]),
        (
            vectors(work, texts, ("vector_product", name, lambda steps: steps.query * steps.keys[key])),
            rows(work, texts, lambda steps: steps.products, mask=False),
        ),
    )


def scaling(work: Worked, texts: Mapping) -> Step:
    product, score = work.shown.products[work.key], unmasked(work)
    how = {"scaled": work.change != "unscaled", "temperature": work.heat}
    return Step(
        "scaling",
        texts["scaling_says"].format(**head_facts(work)),
        formula.scale_formula(product, len(work.own.query), score, **how),
        (rows(work, texts, lambda steps: steps.products / steps.divisor, mask=False),),
    )


def mask(work: Worked, texts: Mapping) -> Step:
    return Step(
        "mask",
        texts["mask_says"],
        formula.mask_formula(unmasked(work), bool(work.shown.seen[work.key])),
        (rows(work, texts, lambda steps: steps.scores),),
    )


def softmax(work: Worked, texts: Mapping) -> Step:
    scores, weights = work.shown.scores, work.shown.weights
    total = np.exp(scores - scores.max()).sum()
    return Step(
        "softmax",
        texts["softmax_says"],
        formula.softmax_formula(scores[work.key], scores.max(), total, weights[work.key]),
        (rows(work, texts, lambda steps: steps.weights, weights=True),),
        note=spread(work, texts),
    )


# --- what is carried over ---


def mixture(work: Worked, texts: Mapping) -> Step:
    shown, key, keys = work.shown, work.key, work.keys
    named = {"total": texts["sum"], "scale_text": texts["scale"]}
    drawn = [
        head.mixture(steps.weights, steps.values, keys, steps.mixed, changed=steps is not work.own, **named)
        for steps in work.variants
    ]
    latex = formula.mixture_formula(shown.weights[key], shown.values[key, 0], shown.mixed[0], keys[key])
    return Step("mixture", texts["mixture_says"], latex, tuple(drawn))


def writing(work: Worked, texts: Mapping) -> Step:
    shown = work.shown
    lengths = {"written": np.linalg.norm(shown.written), "stream": np.linalg.norm(shown.stream)}
    facts = {name: f"{length:.1f}" for name, length in lengths.items()} | {"width": len(work.own.written)}
    return Step(
        "writing",
        texts["writing_says"].format(**head_facts(work) | facts),
        formula.writing_formula(shown.mixed, shown.output_matrix[:, 0], shown.written[0]),
        (
            vectors(work, texts, ("vector_mixed", "", lambda steps: steps.mixed)),
            vectors(work, texts, ("vector_written", "", lambda steps: steps.written)),
        ),
    )


def pushes(work: Worked, texts: Mapping) -> Step:
    own = work.own.pushes
    nearest = own.kind == "nearest"
    up, down = ("same_way", "other_way") if nearest else ("up", "down")
    asked = texts[f"named_{own.kind}"] if own.named else texts[up]
    groups = [(texts[up], own.up, False), (texts[down], own.down, False)]
    if own.named:
        groups.insert(0, (asked, own.named, False))
    if work.change != "none":
        changed = work.changed.pushes
        groups.insert(1, (texts["group_changed"].format(title=asked), changed.named or changed.up, True))
    named = [(title, [(word_of(push, texts), push.value) for push in found], amber) for title, found, amber in groups]
    first = (own.named or own.up)[0]
    return Step(
        "pushes",
        texts[f"pushes_{own.kind}"],
        formula.push_formula(own.kind, own.spread, first.value, word_of(first, texts)),
        (head.pushed_words(named, scale_text=texts["cosine" if nearest else "logits"]),),
        note="" if nearest else texts["pushes_caveat"],
    )


# --- pieces ---


def head_facts(work: Worked) -> dict:
    """What the sentences about queries and keys name."""
    names = {"word": work.stands_at, "query": work.query, "key": work.keys[work.key]}
    width = len(work.own.query)
    facts = {"place": work.spot.row, "width": width, "root": f"{width**0.5:.2f}"}
    return {name: plain(text) for name, text in names.items()} | facts


def unmasked(work: Worked) -> float:
    return work.shown.products[work.key] / work.shown.divisor


def vectors(work: Worked, texts: Mapping, *strips: tuple[str, str, Callable]) -> str:
    """Strips of the steps' vectors: (what to call it, whose it is, which vector of the steps)."""
    drawn = []
    for title, note, values in strips:
        changed = [values(work.changed)] if work.differs(values) else []
        drawn.append((texts[title], note, values(work.own), *changed))
    return head.strips(drawn, texts["scale"])


def rows(work: Worked, texts: Mapping, values: Callable, *, mask: bool = True, weights: bool = False) -> str:
    """Bars over the keys, with a second one where something was changed. mask: the mask has been put on by now."""
    second = values(work.changed) if work.differs(values) else None
    hidden = [~steps.seen for steps in (work.own, work.changed)] if mask else []
    more = {"kept": work.kept, "chosen": work.key, "hidden": hidden, "masked": texts["masked"]}
    return head.bars(values(work.own), work.keys, changed=second, weights=weights, **more)


def word_of(push, texts: Mapping) -> str:
    return texts["nothing"] if push.text == "<none>" else push.text


def spread(work: Worked, texts: Mapping) -> str:
    """How many words the row is spread over."""
    bits = [head.small_text(steps.entropy_bits) for steps in (work.own, work.changed)]
    if work.change == "none":
        return texts["answer_spread"].format(own=bits[0], most=f"{np.log2(max(1, work.own.seen.sum())):.2f}")
    weight = head.weight_text(work.changed.weights[work.key])
    facts = {"change": texts[work.change], "weight": weight, "own": bits[0], "changed": bits[1]}
    return texts["answer_changed"].format(**facts)
