"""Sub-words for the network, words for the reader: one tokenizer for all languages of a model.

Worth knowing: sub-words are cut at the apostrophe ("it's" is it + 's, so that *it* is always a token), words on screen are
not ("didn't" is one word), except after a French elision ("l'animal" is l' + animal).
"""

import json
import re
import unicodedata
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter
from pathlib import Path

from tokenizers import Regex, decoders, models, pre_tokenizers, trainers
from tokenizers import Tokenizer as FastTokenizer

SPECIALS = ("<pad>", "<s>", "</s>", "<unk>", "<none>")
PAD, START, END, UNKNOWN, NONE = range(len(SPECIALS))  # <none>: what "it" stands for in "it is raining"
STARTS = {"fr": "<s>", "bn": "<bn>"}  # the token an output in this language begins with

LETTERS = (
    r"(?:[\p{L}\p{M}]|(?<=\p{L}|\p{M})[\u200c\u200d])"  # Bengali vowel signs are marks, its conjuncts may hold joiners
)
ELISION = r"(?i:jusqu|lorsqu|puisqu|quoiqu|qu|[ldjmtsnc])'"
PUNCTUATION = r"[^\s\p{L}\p{M}\p{N}]+"
# A digit is a sub-word of its own, so that a number never seen before is copied like any other.
SUBWORD = rf" ?{ELISION}(?= )| ?{LETTERS}+|'{LETTERS}+| ?\p{{N}}| ?{PUNCTUATION}|\s+"
WORD = rf"{ELISION}(?= )|{LETTERS}+(?:['-]{LETTERS}+)*|\p{{N}}+(?:[.,]\p{{N}}+)*|{PUNCTUATION}"

# Inside, a space stands after an elision: "l' animal" shares its sub-words with "un animal". decode() takes it out.
OPEN_ELISION = re.compile(rf"\b({ELISION})(?=[^\W\d_])")
CLOSE_ELISION = re.compile(rf"\b({ELISION}) (?=[^\W\d_])")

SPELLINGS = {"\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2019": "'", "\u02bc": "'", "\u2018": "'", "\u2026": "..."} | {
    "\u201c": '"', "\u201d": '"', "\u201e": '"', "\u2013": "-", "\u2010": "-", "\u2011": "-", "\u2212": "-", "\u2014": " - "
}  # fmt: skip
INVISIBLE = dict.fromkeys(map(ord, "\u200b\u2060\ufeff\u00ad"))
JOINED = {"Lo", "Mn", "Mc", "So", "Sk"}  # categories of what a zero-width joiner may follow: র‍্যাঙ্ক, ক্ষ, an emoji
JOINER = re.compile("(.)[\u200c\u200d]+", re.DOTALL)


@dataclass(frozen=True)
class Token:
    """One sub-word. text: its slice of the sentence; word: index into the sentence's words, -1 for a special token."""

    id: int
    text: str
    word: int


def normalise(text: str) -> str:
    """One spelling for each character the data spells in several ways; no space before ? ! : ; as in English."""
    text = unicodedata.normalize("NFC", text).translate(INVISIBLE).translate(str.maketrans(SPELLINGS))
    text = JOINER.sub(lambda found: found[0] if unicodedata.category(found[1]) in JOINED else found[1], " " + text)
    text = " ".join(text.split())
    for mark in "?!:;।":
        text = text.replace(" " + mark, mark)
    return text


def prepare(text: str) -> str:
    """The text the sub-words are cut from: normalised, a space before every word, also the first and after an elision."""
    return " " + OPEN_ELISION.sub(r"\1 ", normalise(text))


def split_words(prepared: str) -> list[tuple[str, int, int]]:
    """The words a reader sees, each with its first and last character position in the prepared text."""
    splitter = pre_tokenizers.Split(Regex(WORD), "isolated")
    return [(word, *span) for word, span in splitter.pre_tokenize_str(prepared) if word.strip()]


def join_at_tokens(spans: list[tuple[int, int]], tokens: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Words, cut only where tokens are: two words that share a token become one. All are (first, behind the last) characters.

    The two cutters disagree in a few places ("1980's" is 1980 + ' + s to one and 1980 + 's to the other), and a word without a
    token of its own would be a word that the network never read.
    """
    joined = []
    for start, end in spans:
        # Tokens stand in order, so of those that begin before the border only the last can reach over it.
        last = bisect_left(tokens, joined[-1][1], key=itemgetter(0)) - 1 if joined else -1
        if last >= 0 and tokens[last][1] > start:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def word_at(spans: list[tuple[int, int]], start: int) -> int:
    """The word that a token falls in which begins at this character; white space belongs to the word behind it."""
    return min(bisect_right(spans, start, key=itemgetter(1)), max(len(spans) - 1, 0))


def is_punctuation(word: str) -> bool:
    return bool(word) and all(unicodedata.category(character)[0] in "PSZ" for character in word)


class Tokenizer:
    """Byte-level byte-pair encoding (Sennrich et al. 2016): no text is out of its vocabulary, emoji and Bengali included."""

    def __init__(self, fast: FastTokenizer):
        self.fast = fast
        self.fast.encode_special_tokens = True  # text such as "<s>" stays text, it never becomes the special token

    @classmethod
    def train(cls, sentences, vocabulary: int, languages: tuple[str, ...] = ("fr",)) -> "Tokenizer":
        """Learns the sub-words from an iterable of sentences. vocabulary: number of sub-words, specials included.

        languages: those the model writes, of STARTS.
        """
        fast = FastTokenizer(models.BPE())
        fast.pre_tokenizer = pre_tokenizers.Sequence(
            [
                pre_tokenizers.Split(Regex(SUBWORD), "isolated"),
                pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
            ]
        )
        fast.decoder = decoders.ByteLevel()
        trainer = trainers.BpeTrainer(
            vocab_size=vocabulary,
            special_tokens=list(dict.fromkeys((*SPECIALS, *(STARTS[language] for language in languages)))),
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        )
        fast.train_from_iterator(map(prepare, sentences), trainer)
        return cls(fast)

    @classmethod
    def load(cls, path: Path) -> "Tokenizer":
        return cls(FastTokenizer.from_file(str(path)))

    def save(self, path: Path) -> None:
        self.fast.save(str(path), pretty=False)

    def __len__(self) -> int:
        return self.fast.get_vocab_size()

    @cached_property
    def starts(self) -> dict[str, int]:
        """For each language this tokenizer's model writes, the token its output begins with."""
        ids = {language: self.fast.token_to_id(start) for language, start in STARTS.items()}
        return {language: token for language, token in ids.items() if token is not None and token < self.first_text_id}

    @cached_property
    def first_text_id(self) -> int:
        """Ids from here on are text, those below are special."""
        return 1 + max(self.fast.get_added_tokens_decoder())

    @cached_property
    def parts(self) -> dict[int, tuple[int, int]]:
        """The two sub-words that each merged sub-word was put together from."""
        merges = json.loads(self.fast.to_str())["model"]["merges"]
        number = self.fast.token_to_id
        return {number(left + right): (number(left), number(right)) for left, right in merges}

    def ids_of_many(self, texts: list[str]) -> list[list[int]]:
        return [encoding.ids for encoding in self.fast.encode_batch([prepare(text) for text in texts])]

    def cut(self, text: str) -> tuple[list[tuple[int, int]], list[tuple[int, int, int]]]:
        """Words (start, end) and tokens (id, start, end), both in characters of prepare(text); every word has a token."""
        prepared = prepare(text)
        encoding = self.fast.encode(prepared)
        tokens = []
        for token_id, (start, end) in zip(encoding.ids, encoding.offsets, strict=True):
            while prepared[start:end].startswith(" "):
                start += 1
            tokens.append((token_id, start, end))
        spans = [(start, end) for _, start, end in split_words(prepared)]
        return join_at_tokens(spans, [token[1:] for token in tokens]), tokens if spans else []

    def encode(self, text: str) -> list[Token]:
        """Every sub-word with the text it covers and the index of its word in words(text)."""
        prepared, (spans, tokens) = prepare(text), self.cut(text)
        return [Token(id, prepared[start:end] or "␣", word_at(spans, start)) for id, start, end in tokens]

    def words(self, text: str) -> list[str]:
        prepared = prepare(text)
        return [prepared[start:end] for start, end in self.cut(text)[0]]

    def decode(self, ids: list[int]) -> str:
        text = self.fast.decode([i for i in ids if i >= self.first_text_id], skip_special_tokens=False)
        return CLOSE_ELISION.sub(r"\1", text).strip()

    def text_of(self, token_id: int) -> str:
        """A sub-word as a reader may see it, on its own."""
        if token_id < self.first_text_id:
            return self.fast.id_to_token(token_id)
        return self.fast.decode([token_id]).strip()
