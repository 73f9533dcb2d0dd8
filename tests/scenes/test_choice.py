"""A Choice goes into the address and back without loss, nonsense in an address does no harm, and old addresses stay."""

import pickle
from dataclasses import FrozenInstanceError, fields, replace
from urllib.parse import parse_qsl

import pytest

from model.reading.place import Link, Place
from viz.scenes.choice import FIELDS, Choice, made_of
from viz.scenes.fields import Field, one_of

CHOICES = [
    Choice(),
    Choice(text="<img src=x onerror=alert(1)>", lang="bn", beams=1, part="cross", view="matrix", unit="tokens"),
    Choice(text="", threshold=0.37, hide=False, layer=3, heads=(2, 7), word=9, step=11),
    Choice(text="a=b&c d+é মন 😀", heads=(), word=0),
    Choice(
        second="",
        nouns=(7, 3),
        off=(Place("cross", 0, 1), Place("encoder", 10, 4)),
        how="mean",
        cut=(Link("cross", None, 2), Link("encoder", 7, 1, 0, 4)),
        opened=("causal",),
    ),
    Choice(meaning="gradient", link=(3, 3), score="long_arcs"),
]


@pytest.mark.parametrize("choice", CHOICES)
def test_choice_survives_the_address(choice):
    assert Choice.from_query(choice.to_query()) == choice


def test_default_choice_leaves_the_address_empty():
    assert Choice().to_query() == {}


@pytest.mark.parametrize("value", ["", "-1", "99999999", "nan", "x", "1,,2", "1e400", "None", "<b>", "🙂"])
def test_nonsense_gives_the_default(value):
    names = ["lang", "model", "beams", "part", "view", "unit", "threshold", "hide", "layer", "heads", "word", "step"]
    names += ["nouns", "off", "how", "cut", "opened", "meaning", "link"]
    query = dict.fromkeys(names, value)
    choice = Choice.from_query(query | {"unknown": value})
    assert replace(choice, threshold=Choice.threshold) == Choice()
    assert 0 <= choice.threshold <= 1  # a number that is too large or small is taken as the nearest possible one


def test_choice_is_hashable():
    assert len({*CHOICES, *CHOICES}) == len(CHOICES)


def test_choice_is_frozen_readable_and_travels():
    with pytest.raises(FrozenInstanceError):
        Choice().text = "another"
    assert repr(Choice(text="A dog.")).startswith("Choice(text='A dog.', lang='en'")
    for choice in CHOICES:
        assert pickle.loads(pickle.dumps(choice)) == choice


def test_every_field_is_declared_once_and_told():
    names = [one.name for one in FIELDS]
    assert len(set(names)) == len(names) and "v" not in names
    assert [one.name for one in fields(Choice)] == names
    assert all(one.says and f"{one.name}: {one.says}" in Choice.__doc__ for one in FIELDS)


@pytest.mark.parametrize("one", FIELDS, ids=lambda one: one.name)
def test_defaults_can_be_written_and_read(one):
    for value in (one.default, *one.was.values()):
        if value not in (None, (), ""):
            assert one.read(one.write(value)) == value


# --- addresses that people saved, one of each page, before addresses had a version ---

SAVED = {
    "explore?text=The+dog+sleeps.&part=cross&view=atlas&layer=1&heads=2%2C3&step=4&unit=tokens": {
        "text": "The dog sleeps.",
        "part": "cross",
        "view": "atlas",
        "layer": 1,
        "heads": (2, 3),
        "step": 4,
        "unit": "tokens",
    },
    "explore?lang=bn&threshold=0.37&hide=0&word=none&heads=all&meaning=gradient": {
        "lang": "bn",
        "threshold": 0.37,
        "hide": False,
        "word": 0,
        "heads": (),
        "meaning": "gradient",
    },
    "architecture?architecture=transformer&block=encoder.1.self_attention&unfold=decoder,encoder&between=s3,t5": {
        "block": "encoder.1.self_attention",
        "unfold": ("decoder", "encoder"),
        "between": ("s3", "t5"),
    },
    "architecture?show=steps&stage=7&cell=b8": {"show": "steps", "stage": 7, "cell": "b8"},
    "head?part=decoder&layer=1&heads=2&query=4&key=3&change=temperature&temperature=0.5": {
        "part": "decoder",
        "layer": 1,
        "heads": (2,),
        "query": 4,
        "key": 3,
        "change": "temperature",
        "temperature": 0.5,
    },
    "heads?model=transformer-twin&part=cross&layer=1&heads=3&score=long_arcs&link=8,2": {
        "model": "transformer-twin",
        "part": "cross",
        "layer": 1,
        "heads": (3,),
        "score": "long_arcs",
        "link": (8, 2),
    },
    "pair?text=A+dog.&second=A+cat.&word=4&nouns=2%2C3&opened=causal%2Cpatching&meaning=moved": {
        "text": "A dog.",
        "second": "A cat.",
        "word": 4,
        "nouns": (2, 3),
        "opened": ("causal", "patching"),
        "meaning": "moved",
    },
    "switch-off?off=encoder.2.4,cross.1.8&how=mean&cut=cross.0.2&beams=1": {
        "off": (Place("cross", 0, 7), Place("encoder", 1, 3)),
        "how": "mean",
        "cut": (Link.parse("cross.0.2"),),
        "beams": 1,
    },
    "race?section=path&length=1024&width=512": {"section": "path", "length": 1024, "width": 512},
    "model?model=gru": {"model": "gru"},
}
FIRST_DEFAULTS = {
    "text": "The animal didn't cross the street because it was too tired.",
    "lang": "en",
    "model": "transformer",
    "beams": 4,
    "part": "encoder",
    "view": "lines",
    "unit": "words",
    "threshold": 0.05,
    "hide": True,
    "section": "sentence",
    "length": 64,
    "width": 256,
    "change": "none",
    "temperature": 2.0,
    "architecture": "transformer",
    "show": "blocks",
    "block": "",
    "unfold": (),
    "stage": 1,
    "between": (),
    "cell": "",
    "second": "The animal didn't cross the street because it was too wide.",
    "off": (),
    "how": "zero",
    "cut": (),
    "opened": (),
    "meaning": "weights",
    "score": "role",
} | dict.fromkeys(("layer", "heads", "word", "step", "query", "key", "nouns", "link"))


@pytest.mark.parametrize("address", SAVED, ids=lambda address: address.split("?")[0])
def test_saved_address_shows_what_it_showed(address):
    query = dict(parse_qsl(address.split("?")[1]))
    assert vars(Choice.from_query(query)) == {one.name: one.default for one in FIELDS} | FIRST_DEFAULTS | SAVED[address]


# --- a default that changes ---

MODELS = ("gru", "transformer", "twin")


def with_new_default(version: int = 3, was: tuple = ((1, "gru"), (2, "transformer"))) -> type:
    """As if the model's default had been the GRU in version 1 and the Transformer in version 2."""
    model = Field("model", "twin", str, "that reads", read=one_of(MODELS), was=dict(was))
    return made_of([model, Field("text", "Hi.", str, "that is read", read=str)], version)


@pytest.mark.parametrize(
    "query, model",
    [
        ({"text": "A dog."}, "gru"),  # no version is the first
        ({"text": "A dog.", "v": "1"}, "gru"),
        ({"text": "A dog.", "v": "2"}, "transformer"),
        ({"text": "A dog.", "v": "3"}, "twin"),
        ({"text": "A dog.", "v": "4"}, "twin"),  # made by a newer Monojog
        ({"text": "A dog.", "v": "x"}, "gru"),
        ({"model": "nonsense"}, "gru"),
        ({"model": "twin"}, "twin"),
        ({}, "twin"),  # says nothing: nobody's address
    ],
)
def test_old_address_keeps_its_old_default(query, model):
    assert with_new_default().from_query(query).model == model


def test_new_address_says_its_version():
    chosen = with_new_default()
    assert chosen(model="gru").to_query() == {"v": "3", "model": "gru"}
    assert chosen.from_query(chosen().to_query()) == chosen()


def test_first_version_is_not_written():
    assert with_new_default(version=1, was=()).from_query({"text": "A dog."}).to_query() == {"text": "A dog."}


def test_default_that_changed_twice_is_told_from_one_that_changed_once():
    once = with_new_default(was=((2, "gru"),))  # the same in versions 1 and 2
    assert [once.from_query({"v": str(version)}).model for version in (1, 2, 3)] == ["gru", "gru", "twin"]
