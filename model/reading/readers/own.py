"""The project's own translators: from a text to a Run.

Worth knowing: the translation is searched for on the fast path; then the finished sentence is read once more on the
readable path, all positions at once. That one pass gives the probabilities and the attention, so they belong together.
"""

import copy
import time
from collections.abc import Callable, Iterator
from threading import Lock
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from model.language.tokenizer import END, NONE, Tokenizer, is_punctuation
from model.networks.attention import AttentionRecord
from model.networks.transformer import Transformer
from model.reading.axes import prefix_axis, source_axis, target_axis
from model.reading.device import best_device, device_name
from model.reading.maps import Additive, Dot, Maps, causal_last
from model.reading.passes import forward, padded
from model.reading.reader import Edit, Pass, TextError
from model.reading.run import BEAMS, NO_MEMORY, Asked, Axis, Candidate, Prediction, Reference, Run
from model.reading.search import search

LIMIT = 128  # sub-words in a text; the longest sentence in training has fewer
TOLERANCE = 1e-5  # between weights recomputed from queries and keys and the network's own
LANGUAGE = "fr"  # what is written where nothing else is asked for

Answer = TypeVar("Answer")

# B sentences   S source tokens   T target tokens   V vocabulary


class Translator:
    """A network with its tokenizer on one device. Nothing in it changes once it is made: several people may read at once."""

    task, limit = "translate", LIMIT

    def __init__(
        self,
        network: nn.Module,
        tokenizer: Tokenizer,
        name: str,
        device: torch.device | None = None,
        *,
        weights: str = "",
        notices: tuple[str, ...] = (),
    ):
        self.device = device or best_device()
        self.network = network.to(self.device).eval()
        self.tokenizer, self.name, self.weights, self.notices = tokenizer, name, weights, notices
        self.it_ids = {ids[0] for ids in tokenizer.ids_of_many(["it", "It"]) if len(ids) == 1}
        self.lock, self.spare = Lock(), None

    @property
    def abilities(self) -> frozenset[str]:
        if isinstance(self.network, Transformer):
            return frozenset({"switch", "moved", "gradient", "inside", "trace"})
        return frozenset({"trace", "moved", "gradient"} if self.network.attention else {"trace"})

    # --- what may be asked ---

    def asked(self, text: str, beams: int = BEAMS, language: str = LANGUAGE) -> Asked:
        return Asked(self.name, text, self.weights, language=language, beams=beams)

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
            raise TextError("long", f"The text has {length} sub-words; the limit is {LIMIT}.", length, LIMIT)

    def cut(self, text: str) -> str:
        """The text up to the last whole word that keeps it within LIMIT."""
        words = text.split()
        while words and len(self.ids(" ".join(words))) > LIMIT:
            words.pop()
        return " ".join(words)

    def start(self, language: str) -> int:
        """The token that an output in this language begins with. Raises ValueError for one that is not written here."""
        if language not in self.tokenizer.starts:
            raise ValueError(f"“{self.name}” writes {', '.join(self.tokenizer.starts)}; asked was {language!r}")
        return self.tokenizer.starts[language]

    # --- reading ---

    def read(self, asked: Asked | str, beams: int = BEAMS) -> Run:
        """Translates a text and keeps everything there is to see. A text alone is asked for with so many beams.

        Raises TextError (blank, only punctuation, too long), ValueError if another model was asked. When the GPU's memory
        runs out the CPU does the work, and the Run says so.
        """
        asked = self.asked(asked, beams) if isinstance(asked, str) else asked
        if (asked.model, asked.kind) != (self.name, "text"):
            raise ValueError(f"“{self.name}” reads text; asked was “{asked.model}”, to read {asked.kind}")
        self.check(asked.text)
        return self.with_room(lambda reader: reader.read_on_device(asked))

    @torch.inference_mode()
    def read_on_device(self, asked: Asked) -> Run:
        source = torch.tensor([self.ids(asked.text)], device=self.device)
        start = self.start(asked.language)
        written = search(self.network, source, beams=asked.beams, start=start)[0]
        axes = {
            "source": self.source_axis(asked.text),
            "target": self.target_axis(written, asked.language),
        }
        seen = self.over(*axes.values())
        prefix = prefix_axis(axes["target"], start, self.tokenizer.text_of(start))
        maps = maps_of(seen.records, *axes.values(), prefix)
        check = max((largest_difference(maps[part], seen.records[part]) for part in maps), default=0.0)
        if check > TOLERANCE:
            raise RuntimeError(f"weights recomputed from queries and keys differ from the network's own by {check:.1e}")
        return Run(
            asked=asked,
            axes=axes,
            maps=maps,
            output=self.tokenizer.decode(written),
            predictions=self.predictions(axes["target"], seen.logits[0].softmax(-1)),
            references=tuple(self.references(axes["source"], seen)),
            notices=self.notices,
            device=device_name(self.device),
            check=check,
        )

    @torch.inference_mode()
    def again(self, run: Run, edit: Edit | None = None, record: bool = True) -> Pass:
        """A Run's own source and translation, read once more. Raises ValueError for another model's Run."""
        self.own(run)
        if edit is not None:
            raise ValueError("heads and links are changed in model.evidence.interventions, not here yet")
        return self.with_room(lambda reader: reader.over(run.source, run.target, record))

    def own(self, run: Run) -> None:
        """Raises ValueError for another model's Run."""
        if run.model != self.name:
            raise ValueError(f"the Run is of “{run.model}”, the network is “{self.name}”")

    def over(self, source: Axis, target: Axis, record: bool = True) -> Pass:
        """One pass over what was read and written."""
        return forward(self.network, *self.tensors(source, target), its=self.its(source), record=record)

    def tensors(self, source: Axis, target: Axis) -> tuple[Tensor, Tensor]:
        """What the network is given: the source (1, S), and the target (1, T) that begins with <s>."""
        rows = (
            [token.id for token in source.tokens],
            [
                self.start(target.language),
                *(token.id for token in target.tokens[:-1]),
            ],
        )
        return tuple(torch.tensor([row], device=self.device) for row in rows)

    def its(self, source: Axis) -> Tensor:
        """(1, S), True at every "it"."""
        return torch.tensor([[token.id in self.it_ids for token in source.tokens]], device=self.device)

    def translate_many(
        self, texts: list[str], beams: int = BEAMS, batch: int = 64, language: str = LANGUAGE
    ) -> list[str]:
        """Translations in the order of the texts. Texts of like length are translated together."""
        begin = self.start(language)
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        result = [""] * len(texts)
        for start in range(0, len(order), batch):
            rows = [self.ids(texts[i]) for i in order[start : start + batch]]
            found = search(self.network, *padded(rows, self.device), beams, start=begin)
            for i, ids in zip(order[start:], found, strict=False):
                result[i] = self.tokenizer.decode(ids)
        return result

    def latencies_ms(self, text: str, beams: int = BEAMS, repeats: int = 5) -> list[float]:
        """How long the search for a translation takes, in milliseconds, once to warm up and then `repeats` times.

        Raises TextError as read() does, ValueError if repeats is not positive.
        """
        if repeats < 1:
            raise ValueError(f"repeats must be at least 1; got {repeats}")
        self.check(text)
        source, times = torch.tensor([self.ids(text)], device=self.device), []
        for _ in range(repeats + 1):
            begun = time.perf_counter()
            search(self.network, source, beams=beams)  # its answer is a list, so a GPU has finished when it comes
            times.append(1000 * (time.perf_counter() - begun))
        return times[1:]

    # --- when the GPU's memory runs out ---

    def with_room(self, work: Callable[["Translator"], Answer]) -> Answer:
        """Does the work here or, where the memory runs out, with a second network on the CPU.

        A second one, because this one may be at work for somebody else, who would find its halves on two devices.
        """
        try:
            return work(self)
        except torch.OutOfMemoryError:
            pass  # and what the attempt held is let go of before the next begins
        return work(self.on_cpu())

    def on_cpu(self) -> "Translator":
        """The same translator on the CPU, made once."""
        with self.lock:
            if self.spare is None:
                cpu = torch.device("cpu")
                notices = (*self.notices, NO_MEMORY)
                twin = copied_to_cpu(self.network)
                self.spare = Translator(twin, self.tokenizer, self.name, cpu, weights=self.weights, notices=notices)
            return self.spare

    # --- records ---

    def source_axis(self, text: str) -> Axis:
        return source_axis(self.tokenizer, text, "en")

    def target_axis(self, ids: list[int], language: str = LANGUAGE) -> Axis:
        """Words and tokens of an output. The ids are as the network wrote them, which may not be how we would cut them."""
        return target_axis(self.tokenizer, ids, language)

    def predictions(self, target: Axis, probabilities: Tensor) -> tuple[Prediction, ...]:
        """probabilities: (T, V)."""
        best = probabilities.topk(3)
        own = probabilities[range(len(target)), [token.id for token in target.tokens]].tolist()
        rows = zip(target.tokens, own, best.indices.tolist(), best.values.tolist(), strict=True)
        return tuple(
            Prediction(place, token.shown, p, tuple(zip(map(self.tokenizer.text_of, ids), values, strict=True)))
            for place, (token, p, ids, values) in enumerate(rows)
        )

    def references(self, source: Axis, seen: Pass) -> Iterator[Reference]:
        """What the model says each "it" stands for: probabilities of the source's own words, and of nothing."""
        its = [token for token in source.tokens if token.id in self.it_ids]
        first = {source.tokens[source.tokens_of(i)[0]].id: i for i in reversed(range(len(source.words)))}
        for token, row in zip(its, seen.reference_logits, strict=True):
            probability = row.softmax(-1).tolist()
            named = [
                Candidate(source.words[i].text, i, probability[token_id])
                for token_id, i in first.items()
                if source.words[i].kind == "word" and i != token.word
            ]
            named.append(Candidate("", -1, probability[NONE]))
            yield Reference(token.word, tuple(sorted(named, key=lambda c: -c.probability)[:4]))


def maps_of(records: dict[str, list[AttentionRecord]], source: Axis, target: Axis, prefix: Axis) -> dict[str, Maps]:
    """The maps of one sentence, by part. prefix: what had been written before each token of the target."""
    axes = {"encoder": (source, source), "decoder": (target, prefix), "cross": (target, source)}
    return {part: one_map(part, seen, *axes[part]) for part, seen in records.items()}


def one_map(part: str, records: list[AttentionRecord], query_axis: Axis, key_axis: Axis) -> Maps:
    queries, keys = (stacked([getattr(one, name)[0] for one in records]) for name in ("queries", "keys"))
    if records[0].score is None:
        form = Dot(queries, keys, last=causal_last(len(query_axis)) if part == "decoder" else None)
    else:
        form = Additive(queries, keys, stacked([one.score for one in records]))  # (layer, head, width)
    return Maps(form, query_axis, key_axis, "read" if part == "encoder" else "written")


def stacked(tensors: list[Tensor]) -> np.ndarray:
    return torch.stack(tensors).float().cpu().numpy()


def largest_difference(maps: Maps, records: list[AttentionRecord]) -> float:
    """Between the weights of the record, which the network used, and those recomputed from its queries and keys."""
    own = stacked([record.weights[0] for record in records])
    return float(np.abs(maps.all_weights() - own).max())


def copied_to_cpu(network: nn.Module) -> nn.Module:
    """A second network with the same numbers. Parameter by parameter: a copy on the GPU would need the memory that is lacking."""
    tensors = {id(one): nn.Parameter(one.detach().to("cpu", copy=True)) for one in network.parameters()}
    tensors |= {id(one): one.detach().to("cpu", copy=True) for one in network.buffers()}
    return copy.deepcopy(network, tensors)
