"""The address of one person: old ones are brought up to date, and widgets are read from it and written into it."""

from dataclasses import dataclass, field

import pytest

from viz.scenes.choice import made_of
from viz.scenes.fields import Field
from viz.session import address


class Query(dict):
    """As st.query_params."""

    to_dict = dict.copy

    def from_dict(self, values):
        self.clear()
        self.update(values)


@dataclass
class Streamlit:
    query_params: Query
    session_state: dict = field(default_factory=dict)


@pytest.fixture
def opened(monkeypatch):
    """Monojog two versions later, opened at an address."""
    second = made_of([Field("text", "new", str, "read", read=str, was={1: "old"}), Field("how", "a", str, "", str)], 2)

    def open_(**query):
        monkeypatch.setattr(address, "st", Streamlit(Query(query)))
        monkeypatch.setattr(address, "Choice", second)
        address.bring_up_to_date(second.from_query(query))
        return address.st.query_params

    return open_


def test_old_address_is_written_anew_and_means_the_same(opened):
    assert opened(how="b", embed="true") == {"v": "2", "text": "old", "how": "b", "embed": "true"}


def test_address_of_today_stays(opened):
    assert opened(v="2", how="b") == {"v": "2", "how": "b"}


def test_what_is_chosen_in_an_old_address_keeps_the_rest(opened):
    query = opened(how="b")
    address.choose(how="a")
    assert query == {"v": "2", "text": "old"}
    address.choose(text="new")
    assert address.Choice.from_query(query) == address.Choice()
