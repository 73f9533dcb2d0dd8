r"""The formulas of attention with the numbers of one cell put in, as LaTeX.

Worth knowing: numbers are cut to three digits here and nowhere before, so what stands right of an equals sign is the computed
value, not the sum of the rounded ones. A word goes into \text{} with every sign escaped that LaTeX would read.
"""

import math
from collections.abc import Sequence

SIGNS = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
} | {sign: "\\" + sign for sign in "{}$&#%_"}
LONGEST = 14  # letters of a word in a formula


def decimal(value: float) -> str:
    """Three digits that count: 0.0312, 1.20, 28.4, 161; a power of ten where that would be long."""
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else ("-" if value < 0 else "") + r"\infty"
    mantissa, exponent = f"{value:.2e}".split("e")
    if not -3 <= int(exponent) < 4:
        return rf"{mantissa} \cdot 10^{{{int(exponent)}}}"
    return f"{float(f'{value:.2e}'):.{max(0, 2 - int(exponent))}f}"


def factor(value: float) -> str:
    """A number inside a product or a sum: in brackets if it is negative."""
    return f"({decimal(value)})" if value < 0 else decimal(value)


def word(text: str) -> str:
    r"""A token as \text{}: whatever was typed stays text."""
    text = text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
    return r"\text{" + "".join(SIGNS.get(sign, sign) for sign in text) + "}"


def lines(left: str, *right: str) -> str:
    r"""One equation over several lines, equals signs under each other; a line that begins with \quad goes on from the last."""
    joined = r" \\ ".join(f" & {line}" if line.startswith(r"\quad") else f" &= {line}" for line in right)
    return rf"\begin{{aligned}}{left}{joined}\end{{aligned}}"


def terms(one: Sequence[float], other: Sequence[float]) -> tuple[str, str]:
    """A sum of products on two lines, for narrow pages: the first and dots, then the last."""
    first, last = (rf"{factor(one[place])} \cdot {factor(other[place])}" for place in (0, -1))
    return first + r" + \cdots", rf"\quad {{}} + {last}"


def embedding_formula(place: int, embedding: float, position: float, placed: float, width: int) -> str:
    """First number of the vector and of its position. place: from 0; position is 0 everywhere where positions are off."""
    code = rf"\sin({place}) = {decimal(position)}" if position or not place else "0"
    first = rf"P_1 &= {code} \\ x_1"
    return lines(
        first, rf"\sqrt{{{width}}}\,E_1 + P_1", f"{factor(embedding)} + {factor(position)} = {decimal(placed)}"
    )


def norm_formula(x: float, mean: float, spread: float, gain: float, shift: float, entered: float) -> str:
    """First number after the norm. mean, spread: of the whole vector; gain, shift: the norm's first parameters."""
    return lines(
        r"\hat x_1",
        r"\gamma_1 \, \frac{x_1 - \mu}{\sigma} + \beta_1",
        rf"{factor(gain)} \cdot \frac{{{decimal(x)} - {factor(mean)}}}{{{decimal(spread)}}}",
        rf"\quad {{}} + {factor(shift)} = {decimal(entered)}",
    )


def projection_formula(entered: Sequence[float], column: Sequence[float], bias: float, result: float) -> str:
    """First number of the query. column: the first column of the head's slice of the matrix."""
    first, last = terms(entered, column)
    total = rf"\sum_{{c=1}}^{{{len(entered)}}} \hat x_c W^Q_{{c1}} + b_1"
    return lines("q_1", total, first, f"{last} + {factor(bias)}", decimal(result))


def product_formula(query: Sequence[float], key: Sequence[float], product: float) -> str:
    """All of q · k: its first and its last term are written out."""
    return lines(r"q \cdot k", rf"\sum_{{d=1}}^{{{len(query)}}} q_d k_d", *terms(query, key), decimal(product))


def scale_formula(product: float, width: int, score: float, *, scaled: bool = True, temperature: float = 1.0) -> str:
    """The score as it is divided: by √d, by √d and a temperature, or not at all."""
    root, heat = (
        (rf"\sqrt{{{width}}}" if scaled else "1"),
        (rf" \cdot {decimal(temperature)}" if temperature != 1 else ""),
    )
    divisor = (width**0.5 if scaled else 1) * temperature
    return lines(
        "s",
        rf"\frac{{q \cdot k}}{{{root}{heat}}}",
        rf"\frac{{{decimal(product)}}}{{{decimal(divisor)}}} = {decimal(score)}",
    )


def mask_formula(score: float, seen: bool) -> str:
    """score: before the mask."""
    added, result = ("0", score) if seen else (r"(-\infty)", -math.inf)
    return rf"s + m = {decimal(score)} + {added} = {decimal(result)}"


def softmax_formula(score: float, highest: float, total: float, weight: float) -> str:
    """highest: the row's greatest score, taken off before the power so that nothing overflows; total: the sum of the powers."""
    power = rf"e^{{{decimal(score)} - {factor(highest)}}}" if math.isfinite(score) else r"e^{-\infty}"
    return lines(
        "a",
        r"\frac{e^{s - s_{\max}}}{\sum_j e^{s_j - s_{\max}}}",
        rf"\frac{{{power}}}{{{decimal(total)}}} = {decimal(weight)}",
    )


def mixture_formula(weight: float, value: float, mixed: float, name: str) -> str:
    """First number of the mixture: the chosen key's share, and that of all others together."""
    own, rest = rf"{decimal(weight)} \cdot {factor(value)}", factor(mixed - weight * value)
    split = rf"\underbrace{{{own}}}_{{{word(name)}}} + \underbrace{{{rest}}}_{{\cdots}}"
    return lines("z_1", r"\sum_j a_j v_{j1}", split, decimal(mixed))


def writing_formula(mixed: Sequence[float], column: Sequence[float], written: float) -> str:
    """First number of what is written. column: the first column of the head's slice of the matrix."""
    return lines("w_1", rf"\sum_{{d=1}}^{{{len(mixed)}}} z_d W^O_{{d1}}", *terms(mixed, column), decimal(written))


def push_formula(kind: str, spread: float | None, value: float, name: str) -> str:
    """How one word's number comes from what was written. kind: "output", "antecedent" or "nearest"."""
    table = rf"E_{{{word(name)}}}"
    if kind == "nearest":
        return lines(r"\cos", rf"\frac{{{table} \cdot w}}{{\lVert {table} \rVert \, \lVert w \rVert}}", decimal(value))
    through = rf"\gamma \odot \frac{{w - \bar w}}{{{decimal(spread)}}}"
    through = rf"A\left({through}\right)" if kind == "antecedent" else rf"\left({through}\right)"
    return lines(r"\Delta", rf"{table} \cdot {through} - \bar\Delta", decimal(value))
