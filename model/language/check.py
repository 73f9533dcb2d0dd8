"""What is wrong with the tables of the generator, for whoever writes them.

    python -m model.language.pronouns --check --version 2

Worth knowing: grammar() refuses malformed rows; the rest is no mistake for it, only poor.
"""

from collections import Counter

from model.language.families import load_families
from model.language.french import Grammar

FEWEST_PAIRS = 4  # a family with fewer pairs of nouns repeats itself


def problems(version: int) -> list[str]:
    """Sentences, each naming a file and line or a family: malformed rows first, then families and rows written twice."""
    words = Grammar(version, lenient=True)
    return [*words.problems, *_twice(words), *_poor_families(words), *_poor_objects(words)]


def _twice(words: Grammar):
    """Rows that say the same thing again; only of the wider tables, for the first is what it is."""
    for name, key in (("predicates", lambda row: row[0]), ("templates", lambda row: tuple(row))):
        first: dict = {}
        for where, row in words.table(name):
            before = first.setdefault(key(list(row.values())), where)
            if before != where and not where.startswith("1/"):
                yield f"{where}: stands in {before} already: {' | '.join(filter(None, row.values()))}"


def _poor_families(words: Grammar):
    try:
        families, _ = load_families(words)
    except KeyError as missing:
        yield f"a family has no row {missing}"
        return
    for family in families:
        said, other = {one.key for one in family.says_noun}, {one.key for one in family.says_other}
        rows = Counter(row for row, *_ in words.templates[family.name])
        pairs = sum(noun.gender != rival.gender for noun in family.nouns for rival in family.others if noun != rival)
        if pairs < FEWEST_PAIRS:
            yield f"family {family.name} has {pairs} pairs of nouns of two genders"
        if not said or not other or not family.groups:
            yield f"family {family.name} has {len(said)} and {len(other)} predicates and {len(family.groups)} clauses"
        if rows["A"] and rows["B"]:
            both = _keys(words, family.name, "A") & _keys(words, family.name, "B")
            if both:
                yield f"family {family.name} says of both, so of neither: {' '.join(sorted(both))}"


def _keys(words: Grammar, family: str, row: str) -> set[str]:
    return {key for one, *_ in words.rows(family, row) for key in one.split()}


def _poor_objects(words: Grammar):
    for where, row in words.table("objects"):
        called = f"{row['one']} {row['two']}".split() if row["row"] == "nouns" else ()
        for word in called:
            if not words.nouns_called(word):
                yield f"{where}: {row['family']} matches no noun with {word}"
