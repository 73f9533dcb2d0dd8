"""A diagram that answers pointer and keyboard, on a Streamlit page."""

from collections.abc import Callable, Mapping

from viz.components.diagram.pack import SCRIPTS, pack_diagram, packed, stage_rows
from viz.components.mount import mounted

__all__ = ["diagram", "pack_diagram", "stage_rows"]


def diagram(picture: bytes, state: Mapping, *, key: str, on_act: Callable[[], None]) -> None:
    """Show a drawing. picture: from pack_diagram; state: "id" of what is shown, "block", "stage", "strings", "wide".

    What a person does comes back as st.session_state[key]["act"]: {"block", "cell", "fold" or "word": its name}.
    """
    data = packed(state, picture)
    mounted(SCRIPTS)(key=key, data=data, default={"act": None}, on_act_change=on_act, height="content")
