"""Heads and links by name: written and read in one place, nonsense refused with what would be right."""

import pytest

from model.reading.place import Link, Place


@pytest.mark.parametrize(
    ("place", "name", "label"),
    [
        (Place("encoder", 1, 3), "encoder.2.4", "encoder layer 2 head 4"),
        (Place("decoder", 0, 0), "decoder.1.1", "decoder layer 1 head 1"),
        (Place("cross", 11, 15), "cross.12.16", "cross layer 12 head 16"),
    ],
)
def test_place_goes_into_its_name_and_back(place, name, label):
    assert (str(place), place.label, Place.parse(name)) == (name, label, place)
    assert Place.of(place.record) == place and place.record["label"] == label


@pytest.mark.parametrize(
    "text", ["", "encoder", "encoder.0.1", "encoder.1", "middle.1.1", "encoder.1.1.1", "encoder.1.x"]
)
def test_what_is_no_head_is_refused(text):
    with pytest.raises(ValueError, match=r"a head is written encoder\.2\.4"):
        Place.parse(text)


@pytest.mark.parametrize(
    ("link", "name"),
    [
        (Link("encoder", 7, 1), "encoder.8.2"),
        (Link("cross", None, 7), "cross.0.8"),
        (Link("decoder", 2, 0, 1, 4), "decoder.3.1.2.5"),
        (Link("encoder", None, 4, 0, 0), "encoder.0.5.1.1"),
    ],
)
def test_link_goes_into_its_name_and_back(link, name):
    assert str(link) == name and Link.parse(name) == link
    assert link.place == (None if link.layer is None else Place(link.part, link.layer, link.head))


@pytest.mark.parametrize("text", ["", "encoder.1", "encoder.1.0", "encoder.-1.2", "encoder.1.2.3", "encoder.1.2.0.1"])
def test_what_is_no_link_is_refused(text):
    with pytest.raises(ValueError, match=r"a link is written encoder\.8\.2"):
        Link.parse(text)
