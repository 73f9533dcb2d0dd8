"""Switch off: the heads that are off, the links that are cut, and which of them a run has."""

from model.reading.place import Link, Place
from model.reading.run import Run
from viz.scenes.fields import Field, one_of, several

HOWS = ("zero", "mean", "uniform")  # what a head that is switched off does instead

FIELDS = (
    Field("off", (), tuple[Place, ...], "heads that are switched off", read=several(Place.parse)),
    Field("how", "zero", str, "what they do instead", read=one_of(HOWS), widget="how"),
    Field("cut", (), tuple[Link, ...], "links that are cut, in all heads or in one", read=several(Link.parse)),
)


def has_link(run: Run, link: Link) -> bool:
    """Whether both words of a link are there, with tokens to cut, and the head if it names one."""
    axes = run.maps[link.part]
    fits = (link.query or 0) < len(axes.query_axis.words) and link.key < len(axes.key_axis.words)
    fits &= link.place is None or has_head(run, link.place)
    return fits and all(tokens != () for tokens in tokens_of_link(run, link))


def tokens_of_link(run: Run, link: Link) -> tuple[tuple[int, ...], tuple[int, ...] | None]:
    """The tokens of both words: keys, and queries or None for all of them."""
    axes = run.maps[link.part]
    queries = None if link.query is None else tuple(axes.query_axis.tokens_of(link.query))
    return tuple(axes.key_axis.tokens_of(link.key)), queries


def has_head(run: Run, place: Place) -> bool:
    return place.layer < run.maps[place.part].layers and place.head < run.maps[place.part].heads


def all_heads(run: Run) -> tuple[Place, ...]:
    return tuple(
        sorted(
            Place(part, layer, head)
            for part, maps in run.maps.items()
            for layer in range(maps.layers)
            for head in range(maps.heads)
        )
    )
