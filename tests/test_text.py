"""Both languages say everything, with the same placeholders; nothing on screen is written in the code."""

import re
import tomllib
from pathlib import Path

import pytest

TEXTS = Path(__file__).parent.parent / "viz" / "text"


def flat(node, path=""):
    if isinstance(node, dict):
        return {k: v for name, child in node.items() for k, v in flat(child, f"{path}.{name}").items()}
    if isinstance(node, list):
        return {k: v for i, child in enumerate(node) for k, v in flat(child, f"{path}[{i}]").items()}
    return {path: node}


@pytest.fixture(scope="module")
def texts():
    return {name: flat(tomllib.loads((TEXTS / f"{name}.toml").read_text(encoding="utf-8"))) for name in ("en", "bn")}


def test_both_files_have_the_same_keys(texts):
    assert texts["en"].keys() == texts["bn"].keys()


def test_placeholders_are_the_same(texts):
    for key, english in texts["en"].items():
        assert sorted(re.findall(r"\{[^}]*\}", english)) == sorted(re.findall(r"\{[^}]*\}", texts["bn"][key])), key


def test_bengali_is_bengali(texts):
    words = {key: re.sub(r"\{[^}]*\}|[^a-zA-Z ]", "", english).split() for key, english in texts["en"].items()}
    assert [key for key, text in texts["bn"].items() if text == texts["en"][key] and len(words[key]) > 2] == []


def test_no_sentence_is_empty(texts):
    assert all(text.strip() for language in texts.values() for text in language.values())
