"""From text and tokens to axes: which characters a word and a token cover, in the reader's own spelling.

Worth knowing: a network reads a tidied text (one spelling of each letter, no invisible joiners, a space after l'). What is shown
is cut out of the text as it was typed, so every character of the tidied text is led back to where it came from.
"""

import unicodedata
from collections.abc import Iterator

from model.language.tokenizer import (
    END,
    INVISIBLE,
    SPELLINGS,
    START,
    Tokenizer,
    is_punctuation,
    join_at_tokens,
    prepare,
    split_words,
    word_at,
)
from model.reading.run import Axis, Token, Word

Span = tuple[int, int]
JOINERS = "\u200c\u200d"  # invisible, and part of the spelling in Bengali and in emoji


def source_axis(tokenizer: Tokenizer, text: str, language: str = "") -> Axis:
    """Words and tokens of a text that is read, closed by </s>."""
    prepared, (words, tokens) = prepare(text), tokenizer.cut(text)
    typed = spelled(text, prepared)
    pieces = []
    for token_id, start, end in tokens:
        span = cover(typed, start, end)
        shown, read = text[slice(*span)] or "␣", prepared[start:end]
        pieces.append(Token(shown, token_id, word_at(words, start), "" if read == shown else read, span))
    return closed(text, [cover(typed, *word) for word in words], pieces, language)


def target_axis(tokenizer: Tokenizer, ids: list[int], language: str = "") -> Axis:
    """Words and tokens of an output. The ids are as the network wrote them, which may not be how we would cut them."""
    text = tokenizer.decode(ids)
    spans, behind = [], 0
    for position in range(len(ids)):
        start = after_spaces(text, behind)
        behind = max(start, alike(tokenizer.decode(ids[: position + 1]), text))
        spans.append((start, behind))
    prepared = prepare(text)
    typed = spelled(text, prepared)
    words = join_at_tokens([cover(typed, start, end) for _, start, end in split_words(prepared)], spans)
    pieces = [
        Token(tokenizer.text_of(token_id), token_id, word_at(words, span[0]), "", span)
        for token_id, span in zip(ids, spans, strict=True)
    ]
    return closed(text, words, pieces, language)


def prefix_axis(target: Axis, start: int = START, shown: str = "<s>") -> Axis:
    """What had been written before each token of the target: what an output begins with, and then all but the last."""
    tokens = (Token(t.shown, t.id, t.word + 1, t.read, t.span) for t in target.tokens[:-1])
    words = (Word(shown, "special"), *target.words[:-1])
    return Axis(words, (Token(shown, start, 0), *tokens), language=target.language)


def closed(text: str, spans: list[Span], tokens: list[Token], language: str) -> Axis:
    words = [text[slice(*span)] for span in spans]
    kinds = ["punctuation" if is_punctuation(word) else "word" for word in words]
    marked = (Word(word, kind, span) for word, kind, span in zip(words, kinds, spans, strict=True))
    return Axis(
        (*marked, Word("</s>", "special")), (*tokens, Token("</s>", END, len(words))), "text", language=language
    )


def alike(first: str, second: str) -> int:
    """How many characters two texts have in common from their beginning."""
    pairs = enumerate(zip(first, second, strict=False))
    return next((place for place, (one, other) in pairs if one != other), min(len(first), len(second)))


def after_spaces(text: str, start: int) -> int:
    while text[start : start + 1] == " ":
        start += 1
    return start


# --- the tidied text led back to the one that was typed ---


def spelled(text: str, prepared: str) -> list[Span]:
    """For each character of prepare(text), the characters of text that it was made of; for a space that was put in, none."""
    made, spans = [], []
    for start, end in units(text):
        for place, letter in enumerate(tidied := tidy(text[start:end])):
            if not letter.isspace():
                made.append(letter)
                kept = tidied == text[start:end]  # nothing was composed: letter by letter
                spans.append((start + place, start + place + 1) if kept else (start, end))
        if not tidied and spans and spans[-1][1] == start:
            spans[-1] = (spans[-1][0], end)  # what cannot be seen goes with what it follows
    behind, result, found = 0, [], iter(zip(made, spans, strict=True))
    for letter in prepared:
        span = (behind, behind) if letter.isspace() else next_span(found, letter)
        behind = span[1]
        result.append(span)
    return with_joiners(text, prepared, result)


def next_span(found: Iterator[tuple[str, Span]], letter: str) -> Span:
    """Of the next letter; joiners that prepare() took out are passed over."""
    for made, span in found:
        if made == letter:
            return span
        if made not in JOINERS:
            break
    raise ValueError("these are not the characters that prepare() makes of this text")


def with_joiners(text: str, prepared: str, spans: list[Span]) -> list[Span]:
    """A joiner that was taken out is shown with what it follows."""
    result = []
    for place, (start, end) in enumerate(spans):
        kept = place + 1 < len(prepared) and prepared[place + 1] in JOINERS
        while start < end and not kept and text[end : end + 1] in JOINERS and text[end : end + 1]:
            end += 1
        result.append((start, end))
    return result


def tidy(unit: str) -> str:
    return unicodedata.normalize("NFC", unit).translate(INVISIBLE).translate(str.maketrans(SPELLINGS))


def units(text: str) -> list[Span]:
    """Where a text can be parted without changing how its letters are composed: the parts normalise as the whole does."""
    result, start = [], 0
    for place in range(1, len(text)):
        whole = unicodedata.normalize("NFC", text[start : place + 1])
        parts = unicodedata.normalize("NFC", text[start:place]) + unicodedata.normalize("NFC", text[place])
        if not unicodedata.combining(text[place]) and whole == parts:
            result.append((start, place))
            start = place
    return [*result, (start, len(text))] if text else []


def cover(typed: list[Span], start: int, end: int) -> Span:
    """The characters of the text behind these of the tidied text."""
    if start == end:  # a space alone stands at what comes after it
        here = typed[start][0] if start < len(typed) else typed[-1][1]
        return here, here
    return typed[start][0], typed[end - 1][1]
