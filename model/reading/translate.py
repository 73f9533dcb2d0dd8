"""From a text to a Run: the translation, its probabilities, and every attention on the way.

    python -m model.reading.translate "The animal didn't cross the street because it was too tired." --json

Worth knowing: the translation is searched for on the fast path; then the finished sentence is read once more on the
readable path, all positions at once. That one pass gives the probabilities and the attention, so they belong together.
"""

import argparse
import json
import time
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file

from model.language.tokenizer import END, NONE, PAD, START, Tokenizer, is_punctuation
from model.networks.build import build, config_from
from model.reading.device import best_device, device_name
from model.reading.recorded import CHECKPOINTS, EXAMPLES, fingerprint
from model.reading.run import Antecedent, AttentionMaps, Axis, Candidate, Run, Token, Word, save_runs
from model.reading.search import search

BEAMS = 4  # where nothing else is said
LIMIT = 128  # sub-words in a text; the longest sentence in training has fewer
FILES = ("card.json", "model.safetensors", "tokenizer.json")  # of a checkpoint
TOLERANCE = 1e-5  # between weights recomputed from queries and keys and the network's own


class TextError(ValueError):
    """A text that cannot be read. reason: "blank", "punctuation" or "long"; then length and limit are in sub-words."""

    def __init__(self, reason: str, message: str, length: int = 0, limit: int = LIMIT):
        super().__init__(message)
        self.reason, self.length, self.limit = reason, length, limit


class CheckpointError(Exception):
    """A checkpoint that cannot be loaded. reason: "missing" or "damaged"; detail: the files, or what went wrong with them."""

    def __init__(self, reason: str, message: str, detail: str):
        super().__init__(message)
        self.reason, self.detail = reason, detail


class Translator:
    """A network with its tokenizer on one device."""

    def __init__(self, network: torch.nn.Module, tokenizer: Tokenizer, name: str, device: torch.device | None = None):
        self.device = device or best_device()
        self.network = network.to(self.device).eval()
        self.tokenizer, self.name = tokenizer, name
        self.it_ids = {ids[0] for ids in tokenizer.ids_of_many(["it", "It"]) if len(ids) == 1}
        self.fallback = False

    @classmethod
    def load(cls, name: str = "transformer", folder: Path | None = None) -> "Translator":
        """The checkpoint of that name. Raises CheckpointError if it is missing or damaged."""
        # One sentence is too little work to share: threads that wait for each other on a busy machine take many times longer.
        torch.set_num_threads(1)
        folder = folder or CHECKPOINTS / name
        missing = [file for file in FILES if not (folder / file).exists()]
        if missing:
            message = f"The model “{name}” lacks {', '.join(missing)}. Fetch the project again, or train it with: " + (
                f"python -m model.training.train {name} --pairs FILE"
            )
            raise CheckpointError("missing", message, ", ".join(missing))
        try:
            card = json.loads((folder / "card.json").read_text())
            network = build(config_from(card["kind"], card["network"]))
            weights = load_file(folder / "model.safetensors")
            network.load_state_dict({key: tensor.float() for key, tensor in weights.items()})
            tokenizer = Tokenizer.load(folder / "tokenizer.json")
        except Exception as error:  # each library has its own error for a damaged file
            message = f"The model “{name}” is damaged and was not loaded. Fetch the project again."
            raise CheckpointError("damaged", message, type(error).__name__) from None
        return cls(network, tokenizer, name)

    def ids(self, text: str) -> list[int]:
        return self.tokenizer.ids_of_many([text])[0] + [END]

    def check(self, text: str) -> None:
        """Raises TextError if the text is blank, only punctuation, or longer than LIMIT sub-words."""
        words = self.tokenizer.words(text)
        if not words:
            raise TextError("blank", "There is no text to read: type a sentence.")
        if all(map(is_punctuation, words)):
            raise TextError("punctuation", "There are only signs and no words in this text: type a sentence.")
        length = len(self.ids(text))
        if length > LIMIT:
            raise TextError("long", f"The text has {length} sub-words; the limit is {LIMIT}.", length)

    def cut(self, text: str) -> str:
        """The text up to the last whole word that keeps it within LIMIT."""
        words = text.split()
        while words and len(self.ids(" ".join(words))) > LIMIT:
            words.pop()
        return " ".join(words)

    def translate_many(self, texts: list[str], beams: int = BEAMS, batch: int = 64, language: str = "fr") -> list[str]:
        """Translations in the order of the texts. Texts of like length are translated together."""
        start = self.tokenizer.starts[language]
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        result = [""] * len(texts)
        for first in range(0, len(order), batch):
            rows = [self.ids(texts[i]) for i in order[first : first + batch]]
            longest = max(map(len, rows))
            source = torch.tensor([row + [PAD] * (longest - len(row)) for row in rows], device=self.device)
            found = search(self.network, source, source != PAD, beams, start=start)
            for i, ids in zip(order[first:], found, strict=False):
                result[i] = self.tokenizer.decode(ids)
        return result

    def read(self, text: str, beams: int = BEAMS) -> Run:
        """Translates a text and keeps everything there is to see.

        Raises TextError (blank, only punctuation, too long). When the GPU's memory runs out the CPU goes on, and the Run
        says so.
        """
        self.check(text)
        # One sentence is too little work to share: two threads that wait for each other on a busy machine took 16 times longer.
        torch.set_num_threads(1)
        try:
            return self.read_on_device(text, beams)
        except torch.OutOfMemoryError:
            self.network, self.device, self.fallback = self.network.cpu(), torch.device("cpu"), True
            return self.read_on_device(text, beams)

    def latencies_ms(self, text: str, beams: int = BEAMS, repeats: int = 5) -> list[float]:
        """How long the search for a translation takes, in milliseconds, once to warm up and then `repeats` times.

        On one thread, as read() does it. Raises TextError as read() does, ValueError if repeats is not positive.
        """
        if repeats < 1:
            raise ValueError(f"repeats must be at least 1; got {repeats}")
        self.check(text)
        torch.set_num_threads(1)
        source, times = torch.tensor([self.ids(text)], device=self.device), []
        for _ in range(repeats + 1):
            begun = time.perf_counter()
            search(self.network, source, beams=beams)  # its answer is a list, so a GPU has finished when it comes
            times.append(1000 * (time.perf_counter() - begun))
        return times[1:]

    @torch.inference_mode()
    def read_on_device(self, text: str, beams: int) -> Run:
        source = torch.tensor([self.ids(text)], device=self.device)
        target = search(self.network, source, beams=beams)[0]
        prefix = torch.tensor([[START, *target]], device=self.device)
        records = {"encoder": [], "decoder": [], "cross": []}
        memory = self.network.encode(source, record=records["encoder"])
        states = self.network.decode(prefix, memory, record=records["decoder"], cross_record=records["cross"])
        probabilities = self.network.logits(states)[0].softmax(-1)  # (T, V)
        source_axis = self.source_axis(text)
        translation = self.tokenizer.decode(target)
        target_axis = self.target_axis(target)
        prefix_axis = Axis(
            (Word("<s>", "special"), *target_axis.words[:-1]),
            (Token("<s>", START, 0), *(Token(t.text, t.id, t.word + 1) for t in target_axis.tokens[:-1])),
        )
        axes = {
            "encoder": (source_axis, source_axis),
            "decoder": (target_axis, prefix_axis),
            "cross": (target_axis, source_axis),
        }
        maps = {
            part: attention_maps(seen, *axes[part], causal=part == "decoder") for part, seen in records.items() if seen
        }
        check = max((largest_difference(maps[part], records[part]) for part in maps), default=0.0)
        if check > TOLERANCE:
            raise RuntimeError(f"weights recomputed from queries and keys differ from the network's own by {check:.1e}")
        best = probabilities.topk(3)
        return Run(
            model=self.name,
            text=text,
            translation=translation,
            source=source_axis,
            target=target_axis,
            probabilities=tuple(probabilities[range(len(target) + 1), [*target, END]].tolist()),
            alternatives=tuple(
                tuple((self.tokenizer.text_of(i), p) for i, p in zip(ids, values, strict=True))
                for ids, values in zip(best.indices.tolist(), best.values.tolist(), strict=True)
            ),
            antecedents=tuple(self.antecedents(source_axis, memory[0])),
            maps=maps,
            device=device_name(self.device),
            beams=beams,
            check=check,
            fallback=self.fallback,
        )

    def source_axis(self, text: str) -> Axis:
        return axis(self.tokenizer.words(text), self.tokenizer.encode(text))

    def target_axis(self, ids: list[int]) -> Axis:
        """Words and tokens of an output. The ids are as the network wrote them, which may not be how we would cut them."""
        words = self.tokenizer.words(self.tokenizer.decode(ids))
        ends = np.cumsum([len("".join(word.split())) for word in words])
        tokens = []
        for position, token in enumerate(ids):
            written = len("".join(self.tokenizer.decode(ids[: position + 1]).replace("\ufffd", "").split()))
            word = min(int(np.searchsorted(ends, max(written, 1))), max(len(words) - 1, 0))
            tokens.append(Token(self.tokenizer.text_of(token), token, word))
        return axis(words, tokens)

    def antecedents(self, source: Axis, memory: torch.Tensor):
        """What the model says each "it" stands for: probabilities of the source's own words, and of nothing."""
        for position, token in enumerate(source.tokens):
            if token.id not in self.it_ids:
                continue
            probability = self.network.antecedent_logits(memory[position]).softmax(-1).tolist()
            first = {source.tokens[source.tokens_of(i)[0]].id: i for i in reversed(range(len(source.words)))}
            named = [
                Candidate(source.words[i].text, i, probability[token_id])
                for token_id, i in first.items()
                if source.words[i].kind == "word" and i != token.word
            ]
            named.append(Candidate("", -1, probability[NONE]))
            yield Antecedent(token.word, tuple(sorted(named, key=lambda c: -c.probability)[:4]))


def axis(words: list[str], tokens: list) -> Axis:
    """The words and tokens of a text, closed by </s>."""
    kinds = [Word(word, "punctuation" if is_punctuation(word) else "word") for word in words]
    pieces = [Token(token.text, token.id, token.word) for token in tokens]
    return Axis((*kinds, Word("</s>", "special")), (*pieces, Token("</s>", END, len(words))))


def attention_maps(records: list, query_axis: Axis, key_axis: Axis, causal: bool = False) -> AttentionMaps:
    return AttentionMaps(
        queries=torch.stack([record.queries[0] for record in records]).cpu().numpy(),
        keys=torch.stack([record.keys[0] for record in records]).cpu().numpy(),
        query_axis=query_axis,
        key_axis=key_axis,
        causal=causal,
        score=None
        if records[0].score is None
        else torch.stack([record.score for record in records]).cpu().numpy(),  # (layer, head, width)
    )


def largest_difference(maps: AttentionMaps, records: list) -> float:
    """Between the weights of the record, which the network used, and those recomputed from its queries and keys."""
    own = torch.stack([record.weights[0] for record in records]).cpu().numpy()
    return float(np.abs(maps.all_weights() - own).max())


def as_json(run: Run) -> dict:
    """The Run without its arrays: what it read, what it wrote, how sure it was."""
    return {
        "source": run.text,
        "translation": run.translation,
        "tokens": [
            {
                "text": token.text,
                "word": run.target.words[token.word].text,
                "probability": probability,
                "alternatives": [{"text": text, "probability": p} for text, p in three],
            }
            for token, probability, three in zip(run.target.tokens, run.probabilities, run.alternatives, strict=True)
        ],
        "antecedents": [asdict(antecedent) for antecedent in run.antecedents],
        "model": run.model,
        "device": run.device,
        "beams": run.beams,
        "largest_difference": run.check,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("text", nargs="?", help="an English sentence")
    parser.add_argument("--model", default="transformer")
    parser.add_argument("--beams", type=int, default=BEAMS, help="1 is greedy search")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--record", action="store_true", help="write the example sentences' Runs beside the checkpoint")
    arguments = parser.parse_args()
    try:
        translator = Translator.load(arguments.model)
        if arguments.record:
            runs = [translator.read(text, beams) for text in EXAMPLES for beams in (1, BEAMS)]
            save_runs(runs, CHECKPOINTS / arguments.model / "recorded.npz", fingerprint=fingerprint(arguments.model))
        elif arguments.text is not None:
            run = translator.read(arguments.text, arguments.beams)
            print(json.dumps(as_json(run), indent=1, ensure_ascii=False) if arguments.json else run.translation)
        else:
            parser.error("give a text, or --record")
    except (TextError, CheckpointError) as error:
        raise SystemExit(str(error)) from None


if __name__ == "__main__":
    main()
