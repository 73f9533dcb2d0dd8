"""A Transformer's blocks, and the order in which a sentence goes through them.

Worth knowing: with pre-norm the norm stands before its sublayer and the stream is what the sum lets out; with post-norm after.
"""

from torch import nn

from model.inside.blocks import Block, Stage
from model.inside.operations import attention_flops
from model.inside.watch import Watch, array, embedding_blocks, made_of, norm_of
from model.networks.transformer import Transformer


def owners(network: Transformer) -> tuple[dict[str, str], dict[str, str]]:
    owners = {"embedding": "*.embedding", "dropout": "*.positions"}
    for side in ("encoder", "decoder"):
        for place, layer in enumerate(getattr(network, side)):
            owners[f"{side}.{place}"] = ""
            for part in sublayers(layer):
                owners[f"{side}.{place}.{part}"] = f"{side}.{place + 1}.{part}"
                owners[f"{side}.{place}.add_{part}"] = f"{side}.{place + 1}.{part}_norm"
                owners[f"{side}.{place}.add_{part}.norm"] = f"{side}.{place + 1}.{part}_norm"
        if network.config.norm == "pre":
            owners[f"{side}_norm"] = f"{side}.norm"
    return owners, {}


def sublayers(layer: nn.Module) -> list[str]:
    return [part for part in ("attention", "cross_attention", "feed_forward") if hasattr(layer, part)]


def blocks(network: Transformer, watch: Watch, lengths: dict[str, int]) -> list[Block]:
    blocks = []
    for side in ("encoder", "decoder"):
        blocks += embedding_blocks(network, watch, side, positions=True)
        for place, layer in enumerate(getattr(network, side)):
            for part in sublayers(layer):
                pair = [
                    sublayer_block(watch, layer, side, place, part, lengths),
                    norm_block(watch, layer, side, place, part),
                ]
                blocks += pair[::-1] if network.config.norm == "pre" else pair
        if network.config.norm == "pre":
            given, made = watch.income(side, f"{side}_norm")[0], watch.outcome(side, f"{side}_norm")
            blocks.append(made_of(f"{side}.norm", "norm", [given], made, getattr(network, f"{side}_norm")))
    return blocks


def sublayer_block(watch: Watch, layer: nn.Module, side: str, place: int, part: str, lengths: dict[str, int]) -> Block:
    path = f"{side}.{place}"
    given, made = watch.income(side, f"{path}.{part}"), watch.outcome(side, f"{path}.{part}")
    residual = getattr(layer, f"add_{part}")
    stream = (
        watch.outcome(side, f"{path}.add_{part}") if residual.pre else watch.income(side, f"{path}.add_{part}.norm")[0]
    )
    tokens, width = made.shape
    if part == "feed_forward":
        kind, flops = part, 4 * tokens * width * layer.feed_forward[0].out_features
    else:
        kind = part if part == "cross_attention" else {"encoder": "self_attention", "decoder": "masked_attention"}[side]
        flops = attention_flops(tokens, lengths["encoder" if part == "cross_attention" else side], width)
        given = given[:2] if part == "cross_attention" else given[:1]
    about = {"flops": flops, "added": norm_of(made), "stream": norm_of(stream)}
    module = getattr(layer, part)
    return made_of(f"{side}.{place + 1}.{part}", kind, given, made, module, vectors=array(stream), **about)


def norm_block(watch: Watch, layer: nn.Module, side: str, place: int, part: str) -> Block:
    path = f"{side}.{place}.add_{part}"
    given, made = watch.income(side, f"{path}.norm"), watch.outcome(side, f"{path}.norm")
    return made_of(f"{side}.{place + 1}.{part}_norm", "norm", given, made, getattr(layer, f"add_{part}").norm)


def stages(network: Transformer, lengths: dict[str, int]):
    """Encoder once, all tokens at once; then the decoder once round for every word it writes."""
    last = "" if network.config.norm == "pre" else "_norm"  # after post-norm the stream is what the norm lets out

    def through(side: str, row: int | None, rows: int):
        yield Stage("source" if side == "encoder" else "target", "", row, rows)
        for name in ("embedding", "positions"):
            yield Stage(f"{side}.{name}", f"{side}.{name}", row, rows)
        for place, layer in enumerate(getattr(network, side), 1):
            for part in sublayers(layer):
                yield Stage(f"{side}.{place}.{part}", f"{side}.{place}.{part}{last}", row, rows)
        if not last:
            yield Stage(f"{side}.norm", f"{side}.norm", row, rows)

    yield from through("encoder", None, lengths["encoder"])
    for word in range(lengths["decoder"]):
        yield from through("decoder", word, word + 1)
        yield Stage("softmax", "", word, word + 1)
