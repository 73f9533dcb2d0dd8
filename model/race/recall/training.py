"""Training and testing one network."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn

from model.race.recall.networks import Network, count_parameters, equal_network
from model.race.recall.tasks import Batch, Task

HELD_OUT_SEED, TEST_SEED = 1_000_003, 2_000_003  # far from the seeds of training


@dataclass(frozen=True)
class Settings:
    """How much, and how. Counts, unless a field says otherwise. The same for every architecture."""

    width: int = 32  # numbers per token
    feed_forward: int = 64  # inner width of the Transformer's blocks: it sets the parameters of all
    batch: int = 64  # sequences a step
    steps: int = 10_000  # at most
    warmup: int = 100  # steps from 0 to the full learning rate
    decay_share: float = 0.3  # of the steps, at the end: down to 0
    clip_norm: float = 1.0  # of the gradient
    learning_rates: tuple[float, ...] = (3e-4, 1e-3, 3e-3, 1e-2)  # one is chosen for each task and architecture
    choosing_steps: int = 3000
    choosing_seed: int = 101  # none of the seeds that count
    seeds: tuple[int, ...] = (0, 1, 2, 3, 4)
    check_every: int = 100  # steps
    held_out: int = 2048  # sequences from the training mixture that decide when to stop
    enough: float = 0.999  # held-out accuracy at which training stops
    learned: float = 0.9  # held-out accuracy below which a run counts as failed
    tested: int = 512  # sequences a point


QUICK = Settings(steps=500, warmup=50, learning_rates=(3e-3,), choosing_steps=0, seeds=(0, 1), held_out=512, tested=256)


def accuracy(network: Network, batch: Batch) -> float:
    with torch.inference_mode():
        named = network(batch.tokens, batch.answers.shape[1]).argmax(-1)
    return float((named == batch.answers).float().mean())


def held_out_batches(task: Task, settings: Settings) -> list[Batch]:
    generator = torch.Generator().manual_seed(HELD_OUT_SEED)
    return [task.mixture(32, generator) for _ in range(settings.held_out // 32)]


def learning_rate(step: int, steps: int, peak: float, settings: Settings) -> float:
    """Up to the peak over the warm-up, down to 0 at the end. step: from 1."""
    fall = (steps - step + 1) / (settings.decay_share * steps)
    return peak * min(1.0, step / settings.warmup, fall)


def training_step(network: Network, optimizer: torch.optim.Optimizer, batch: Batch, clip_norm: float) -> None:
    """Once forward, back, and one step of the optimizer: the cross-entropy of all answers that are due."""
    scores = network(batch.tokens, batch.answers.shape[1])  # (B, Q, answers)
    optimizer.zero_grad()
    F.cross_entropy(scores.flatten(0, 1), batch.answers.flatten()).backward()
    nn.utils.clip_grad_norm_(network.parameters(), clip_norm)
    optimizer.step()


def optimizer_of(network: nn.Module, rate: float) -> torch.optim.Optimizer:
    return torch.optim.AdamW(network.parameters(), lr=rate, betas=(0.9, 0.98), weight_decay=0.0)


def train(network: Network, task: Task, seed: int, rate: float, steps: int, settings: Settings) -> dict:
    """Trains in place until the held-out accuracy is enough, or the steps are used up. Returns what it took."""
    generator, held_out = torch.Generator().manual_seed(seed), held_out_batches(task, settings)
    optimizer = optimizer_of(network, rate)
    wall, cpu, tokens, score = time.perf_counter(), time.process_time(), 0, 0.0
    for step in range(1, steps + 1):
        optimizer.param_groups[0]["lr"] = learning_rate(step, steps, rate, settings)
        batch = task.mixture(settings.batch, generator)
        training_step(network, optimizer, batch, settings.clip_norm)
        tokens += batch.tokens.numel()
        if step % settings.check_every == 0 or step == steps:
            score = sum(accuracy(network, batch) for batch in held_out) / len(held_out)
            if score >= settings.enough:
                break
    took = {"seconds": time.perf_counter() - wall, "cpu_seconds": time.process_time() - cpu}
    return {"held_out": score, "steps": step, "tokens": tokens} | {k: round(v, 2) for k, v in took.items()}


def test_points(network: Network, task: Task, settings: Settings) -> list[float]:
    """Accuracy at each of the task's points, in their order. The sequences are the same for every network."""
    found = []
    for number, point in enumerate(task.points):
        generator = torch.Generator().manual_seed(TEST_SEED + number)
        found.append(accuracy(network, point.draw(settings.tested, generator)))
    return found


def trained(
    make: Callable[[], Network],
    task: Task,
    examine: Callable[[Network], dict],
    settings: Settings,
    seed: int,
    rate: float,
    choosing: bool,
) -> dict:
    """One network, trained and examined. A run that only chooses the learning rate is shorter and not examined."""
    torch.manual_seed(seed)
    network = make()
    steps = settings.choosing_steps if choosing else settings.steps
    record = {"parameters": count_parameters(network)} | train(network, task, seed, rate, steps, settings)
    return record if choosing else record | examine(network)


def run(task: Task, architecture: str, settings: Settings, seed: int, rate: float, choosing: bool) -> dict:
    """One network, trained on a task and tested at each of its points."""
    return trained(
        lambda: equal_network(architecture, task, settings.width, settings.feed_forward),
        task,
        lambda network: {"accuracies": test_points(network, task, settings)},
        settings,
        seed,
        rate,
        choosing,
    )
