"""A small greedy evaluation on validation data, for the log of a training run: translation, pronouns, names, Bengali.

Worth knowing: nothing here may be chosen from the test splits. The log decides which moment of a run is shipped.
"""

import random

from model.language import copying
from model.language.corpora import PairSet
from model.reading.readers.own import Translator
from model.training import quality
from model.training.evaluate import generated_rows, pick_head, pronoun_scores

SENTENCES = 300  # of each language's validation split, at the most
PAIRS = 100  # generated minimal pairs


def renamed_pairs(held_out, seed: int = 5) -> list[tuple[str, frozenset[str]]]:
    """Validation sentences with a name that was put into both sides: (sentence, what must be copied)."""
    rng, result = random.Random(seed), []
    for english, references in held_out:
        changed, french = copying.rename(english, references[0], "fr", rng)
        put_in = words_of(changed) & words_of(french) - words_of(english)
        if put_in:
            result.append((changed, frozenset(put_in)))
    return result


def words_of(text: str) -> set[str]:
    return {word.strip(".,;:!?\"'") for word in text.replace("'", " ").split()}


def copied_share(translator: Translator, sentences, beams: int = 1) -> float:
    """Share of sentences in which everything that must be copied was."""
    translations = translator.translate_many([sentence for sentence, _ in sentences], beams)
    kept = [names <= words_of(text) for (_, names), text in zip(sentences, translations, strict=True)]
    return sum(kept) / max(len(kept), 1)


def chrf(translator: Translator, held_out, language: str, beams: int = 1) -> float:
    """Corpus chrF in [0, 100] (sacrebleu), each sentence against all its references."""
    translations = translator.translate_many([english for english, _ in held_out], beams, language=language)
    return quality.chrf(translations, [refs for _, refs in held_out])


def quick_scores(network, tokenizer, sets: tuple[PairSet, ...], generator: int = 1) -> dict:
    """All shares in [0, 1], BLEU and chrF in [0, 100]; what the sets do not allow to measure is left out."""
    network.eval()
    translator = Translator(network, tokenizer, "in training", next(network.parameters()).device)
    rows = generated_rows("validation", PAIRS, seed=2, version=generator)
    scores = pronoun_scores(translator, rows, pick_head(translator, PAIRS, version=generator), beams=1)
    row = {name: scores[name] for name in ("pronoun_accuracy", "pair_accuracy", "antecedent_accuracy")}
    if best := scores.get("best_head"):
        row |= {"flip_rate": best["flip_rate"], "head": best["label"]}
    for one in sets:
        held_out = one.corpus.validation
        if held_out and one.language == "fr":
            row["bleu"] = round(quality.translation_scores(translator, held_out[:SENTENCES], beams=1)["bleu"], 2)
            if sentences := renamed_pairs(held_out)[:SENTENCES]:
                row["copied"] = round(copied_share(translator, sentences), 4)
        elif held_out:
            row[f"chrf_{one.language}"] = round(chrf(translator, held_out[:SENTENCES], one.language), 2)
    return row
