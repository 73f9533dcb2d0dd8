"""What heads do: every head of a model with its scores beside their baselines; one head's card; and heads for two words."""

from collections.abc import Sequence
from html import escape

import streamlit as st

from model.evidence.roles.labels import GROUPS, MARGIN, NO_ROLE, ROLES
from model.evidence.roles.rows import HeadRow, Heads, ScoreRow
from viz.pages import evidence, roles, session
from viz.pages.sections import card, find

NAMED = ("grammar", "semantic", "long_distance")  # the groups that have a name people use
FEW = 4  # heads that are listed by name
ROOM = 320  # px, before the table scrolls


# --- what is known of the model ---


def models() -> list[str]:
    """Those with attention."""
    found = {name: session.card(name) for name in session.available_models()}
    return [
        name
        for name, card in found.items()
        if card.get("kind") == "transformer" or card.get("network", {}).get("attention")
    ]


def choose_model() -> None:
    offered = models()
    if choice.model not in offered:
        st.info(words["no_heads"].format(model=choice.model))
    st.session_state.heads_model = choice.model if choice.model in offered else None
    st.segmented_control(
        words["model"],
        offered,
        key="heads_model",
        on_change=model_chosen,
    )
    if choice.model not in offered:
        st.stop()


def model_chosen() -> None:
    session.choose(model=st.session_state.heads_model or choice.model, part=session.Choice.part, layer=None, heads=None)


def measured() -> Heads | None:
    """The roles of the model's heads; measured here and now if somebody says so. None after saying that they are not known."""
    measurement = roles.measurement(choice.model)
    if measurement.result:
        return measurement.result
    st.markdown(words["unmeasured"].format(model=choice.model))
    if not st.button(words["measure"], type="primary"):
        return None
    try:
        bar = st.progress(0.0)
        measurement.measure(
            lambda done, all_: bar.progress(done / all_, words["measuring"].format(done=done, total=all_))
        )
    except Exception as error:  # whatever it is, the page stays and says so
        st.error(words["failed"].format(message=evidence.plain(str(error))))
        return None
    st.rerun()


# --- the three kinds of heads people speak of ---


def show_groups(rows: Sequence[HeadRow]) -> None:
    st.html("".join(group_html(group, rows) for group in NAMED))


def group_html(group: str, rows: Sequence[HeadRow]) -> str:
    """Its name, how many heads pass for it and which, and what such a head does. A head may pass for several."""
    passing = [row for row in rows if any(GROUPS[role] == group for role in row.roles)]
    counted = words["group_some"].format(passed=len(passing), all=len(rows)) if passing else words["group_none"]
    found = [listed(role, passing) for role in ROLES if GROUPS[role] == group and any(role in r.roles for r in passing)]
    return (
        f'<div class="mj-kind"><h3><i style="background:light-dark({", ".join(roles.colours(group))})"></i>'
        f"{words['letters'][group]} · {words['names'][group]}</h3><p><b>{escape(counted)}</b></p>"
        f"<p>{escape(words['says'][group])}</p>"
        + (f"<p>{escape(plainly(rows))}</p>" if group == "grammar" else "")
        + "".join(f"<p class=mj-of>{escape(one)}</p>" for one in found)
        + "</div>"
    )


def plainly(rows: Sequence[HeadRow]) -> str:
    """What becomes of the grammar heads where words are counted one by one, as the papers do."""
    margins = [
        max(score.plain - score.plain_baseline for score in counted)
        for row in rows
        if (counted := [score for score in row.scores.values() if score.plain is not None])
    ]
    if not margins:
        return ""
    passed = sum(margin >= MARGIN for margin in margins)
    name = "plain_some" if passed else "plain_none" if max(margins) > 0 else "plain_worse"
    return words[name].format(passed=passed, all=len(rows))


def listed(role: str, rows: Sequence[HeadRow]) -> str:
    """The heads of a role by name, or how many they are."""
    heads = [roles.head_name(words, row.place) for row in rows if role in row.roles]
    named = ", ".join(heads) if len(heads) <= FEW else words["group_count"].format(count=len(heads))
    return words["group_role"].format(role=words["roles"][role], heads=named)


# --- all heads ---


def show_table(rows: Sequence[HeadRow]) -> None:
    names = ["role", *dict.fromkeys(name for row in rows for name in row.scores)]
    if choice.score not in names:
        st.warning(words["no_score"].format(name=evidence.plain(choice.score)))
    shown = choice.score if choice.score in names else "role"
    st.session_state.heads_score = shown
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    left.caption(words["table_how"])
    right.selectbox(
        words["score"],
        names,
        format_func=lambda name: words["score_role"] if name == "role" else roles.score_name(words, name),
        key="heads_score",
        on_change=lambda: session.choose(score=st.session_state.heads_score),
    )
    columns = words["columns"]
    st.dataframe(
        table(rows, shown),
        key="heads_table",
        on_select=row_chosen,
        selection_mode="single-row",
        hide_index=True,
        height=min(ROOM, 35 * (len(rows) + 1) + 3),
        placeholder="–",
        column_config={columns[name]: number_column() for name in ("value", "low", "high", "baseline", "threshold")},
    )


def number_column():
    return st.column_config.NumberColumn(format="%.3f")


def table(rows: Sequence[HeadRow], shown: str) -> dict[str, list]:
    """A column each. shown: a score, or "role" for the one that each role rests on; heads without it have empty cells."""
    columns, found = words["columns"], [score_of(row, shown) for row in rows]
    verdict = {True: words["yes"], False: words["no"], None: ""}
    return {
        columns["part"]: [words["parts"][row.place.part] for row in rows],
        columns["layer"]: [row.place.layer + 1 for row in rows],
        columns["head"]: [row.place.head + 1 for row in rows],
        columns["role"]: [words["roles"][row.label] for row in rows],
        columns["group"]: [words["groups"][row.group] for row in rows],
        columns["score"]: [roles.score_name(words, name) if name else None for name, _ in found],
        columns["value"]: [score and score.value for _, score in found],
        columns["low"]: [score and score.low for _, score in found],
        columns["high"]: [score and score.high for _, score in found],
        columns["baseline"]: [score and score.baseline for _, score in found],
        columns["rule"]: [score and roles.rule_name(words, score) for _, score in found],
        columns["n"]: [score and score.n for _, score in found],
        columns["threshold"]: [score and score.threshold for _, score in found],
        columns["passes"]: [verdict[score and score.passes] for _, score in found],
    }


def score_of(row: HeadRow, shown: str) -> tuple[str, ScoreRow | None]:
    """The score's name and numbers; of several that a role rests on, the first that passes; without a role, the nearest."""
    scores = row.scores
    if shown != "role":
        return (shown, scores[shown]) if shown in scores else ("", None)
    if row.label == NO_ROLE:  # one score may pass where a role asks for two; what is missing is shown
        missed = [name for name in scores if name not in roles.OTHERWISE and not scores[name].passes]
        name = min(missed, key=lambda name: roles.nearness(scores[name]))
    else:
        name = next(name for name in ROLES[row.label][1] if name in scores and scores[name].passes)
    return name, scores[name]


def row_chosen() -> None:
    chosen = st.session_state.heads_table.selection.rows
    if chosen:
        part, layer, head = rows[chosen[0]].place
        session.choose(part=part, layer=layer + 1, heads=(head + 1,))


def table_csv(rows: Sequence[HeadRow]) -> None:
    header = (
        *("part", "layer", "head", "label", "group", "score", "value", "low", "high", "baseline", "baseline_is", "n"),
        *("word_by_word", "baseline_word_by_word", "threshold", "passes"),
    )
    lines = [
        (
            *(row.place.part, row.place.layer + 1, row.place.head + 1, row.label, row.group, name),
            *(score.value, score.low, score.high, score.baseline, score.rule, score.n),
            *("" if one is None else one for one in (score.plain, score.plain_baseline, score.threshold, score.passes)),
        )
        for row in rows
        for name, score in row.scores.items()
    ]
    evidence.csv_button(words["csv"], f"heads-{choice.model}.csv", header, lines, "heads csv")


def chosen_row(rows: Sequence[HeadRow]) -> HeadRow:
    """The head that the Choice names; else the one that follows *it* best; else the first with a role."""
    best = session.best_head(choice.model) if choice.part == "encoder" else None
    usual = (best["layer"] + 1, best["head"] + 1) if best else (1, 1)
    wanted = (choice.part, choice.layer or usual[0], choice.heads[0] if choice.heads else usual[1])
    for row in rows:
        if (row.place.part, row.place.layer + 1, row.place.head + 1) == wanted:
            return row
    first = next((row for row in rows if row.roles), rows[0])
    if choice.layer or choice.heads:
        name = words["head_name"].format(part=words["parts"][wanted[0]], layer=wanted[1], head=wanted[2])
        st.warning(words["missing"].format(name=name, shown=roles.head_name(words, first.place)))
    return first


choice = session.current_choice()
words = session.strings(choice.lang)["heads"] | {"parts": session.strings(choice.lang)["switch"]["parts"]}
st.html(evidence.STYLE)
st.title(words["title"])
choose_model()
known = measured()
if known is None:
    st.stop()
rows = known.rows
st.markdown(words["lead"].format(model=choice.model, picked=known.picked_on, reported=known.reported_on))
show_groups(rows)
st.header(words["table"], anchor="table")
show_table(rows)
table_csv(rows)
card.show(choice, words, rows, chosen_row(rows))
find.show(choice, words, known)
