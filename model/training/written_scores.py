"""Scores on sentences of visitors, and of Bengali: how near the references, and how much is sound.

Worth knowing: nobody who reads no Bengali can say that it reads well. What can be counted without reading is counted: words
repeated, letters of another script, numbers that are lost.
"""

import re
import unicodedata
from pathlib import Path

from model.language.corpora import PairSet
from model.language.tokenizer import normalise
from model.reading.measures import wilson
from model.reading.readers.own import Translator
from model.reading.recorded import EXAMPLES
from model.reading.run import BEAMS
from model.training.copying_scores import digit_groups
from model.training.quality import bleu, chrf, read_table, references_of

COUNTED = 100  # outputs looked at for what is unsound
NEAR = 60  # chrF from which a sentence counts as near its reference
DANDA = re.compile(r"\s*([।,?!])")


def visitor_scores(translator: Translator, folder: Path, beams: int = BEAMS, against: Translator | None = None) -> dict:
    """chrF and BLEU of visitors.tsv, whole and by kind; of another model too, where one is given."""
    rows = read_table(folder / "visitors.tsv", "english", "french", "kind")
    references = [references_of(row["french"]) for row in rows]

    def scores(one: Translator) -> dict:
        written = one.translate_many([row["english"] for row in rows], beams)
        kinds = {}
        for kind in dict.fromkeys(row["kind"] for row in rows):
            chosen = [i for i, row in enumerate(rows) if row["kind"] == kind]
            kinds[kind] = chrf([written[i] for i in chosen], [references[i] for i in chosen])
        return {"n": len(rows), "chrf": chrf(written, references), "bleu": bleu(written, references), "by_kind": kinds}

    own = scores(translator)
    if against is None:
        return own
    other = scores(against)
    return own | {"against": {"model": against.name} | other, "difference": own["chrf"] - other["chrf"]}


def is_repeating(text: str, source: str = "") -> bool:
    """Whether a word stands three times in a row, or two and more words twice, where the source repeats nothing.

    Twice the same word is good Bengali (ধীরে ধীরে) and good French (nous nous levons).
    """
    words = [word for part in text.lower().split() if (word := part.strip(".,;:!?।\"'()"))]
    for size in range(1, len(words) // 2 + 1):
        for first in range(len(words)):
            pieces = [words[first + k * size : first + (k + 1) * size] for k in range(3 if size == 1 else 2)]
            if len(pieces[-1]) == size and all(piece == pieces[0] for piece in pieces):
                return not (source and is_repeating(source))
    return False


def foreign_letters(text: str, source: str, script: str = "BENGALI") -> bool:
    """Whether a letter is of another script, outside the words that the source writes alike (names, abbreviations)."""
    known = {word.lower() for word in re.findall(r"\w+", source)}
    # Python's \w leaves Bengali vowel signs out, which does no harm here: letters are looked at one by one.
    words = [word for word in re.findall(r"\w+", text) if word.lower() not in known]
    letters = [c for word in words for c in word if unicodedata.category(c)[0] == "L"]
    return any(not unicodedata.name(c, "").startswith(script) for c in letters)


def unsound(source: str, written: str) -> list[str]:
    """What can be seen to be wrong with a Bengali output: "repetition", "script", "number", "empty"."""
    checks = {
        "empty": not written.strip(),
        "repetition": is_repeating(written, source),
        "script": foreign_letters(written, source),
        "number": bool(digit_groups(source) - digit_groups(written)),
    }
    return [name for name, fails in checks.items() if fails]


def apart(text: str) -> str:
    """Punctuation as a word of its own: sacrebleu does not know the danda."""
    return DANDA.sub(r" \1", text)


def bengali_scores(translator: Translator, sets: tuple[PairSet, ...], folder: Path | None, beams: int = BEAMS) -> dict:
    """chrF and BLEU on what the Bengali sets hold out for the test, what share of COUNTED outputs is sound, and the app's own
    example sentences; with folder also on its bengali_examples.tsv. Raises ValueError if nothing is held out."""
    held_out = [pair for one in sets if one.language == "bn" for pair in one.corpus.test]
    if not held_out or "bn" not in translator.tokenizer.starts:
        raise ValueError("no set holds Bengali sentences out, or the model writes no Bengali")
    english = [source for source, _ in held_out]
    written = translator.translate_many(english, beams, language="bn")
    references = [tuple(map(normalise, others)) for _, others in held_out]
    faults = [unsound(*pair) for pair in zip(english[:COUNTED], written[:COUNTED], strict=True)]
    sound = sum(not found for found in faults)
    result = {
        "n": len(held_out),
        "chrf": chrf(written, references),
        "bleu": bleu(list(map(apart, written)), [tuple(map(apart, others)) for others in references]),
        "counted": len(faults),
        "sound": sound / len(faults),
        "interval": wilson(sound, len(faults)),
        "faults": {
            name: sum(name in found for found in faults) for name in ("repetition", "script", "number", "empty")
        },
        "examples": dict(zip(EXAMPLES, translator.translate_many(list(EXAMPLES), beams, language="bn"), strict=True)),
    }
    if folder and (file := folder / "bengali_examples.tsv").exists():
        result["written"] = example_scores(translator, file, beams)
    return result


def example_scores(translator: Translator, file: Path, beams: int) -> dict:
    """chrF on sentences with references that somebody wrote, and the share that comes near one."""
    rows = read_table(file, "english", "bengali")
    written = translator.translate_many([row["english"] for row in rows], beams, language="bn")
    references = [tuple(map(normalise, references_of(row["bengali"]))) for row in rows]
    near = sum(chrf([text], [others]) >= NEAR for text, others in zip(written, references, strict=True))
    return {
        "n": len(rows),
        "chrf": chrf(written, references),
        "near": near / len(rows),
        "interval": wilson(near, len(rows)),
    }
