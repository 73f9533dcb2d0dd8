"""A page through Streamlit's own tester: open it at an address, and read what it says and what it draws."""

import json
from pathlib import Path

from streamlit.testing.v1 import AppTest

APP = str(Path(__file__).parent.parent / "app.py")


def opened(script: str, path: str, **query) -> AppTest:
    """The app with the page open whose script is viz/pages/SCRIPT.py, at /PATH and with this query."""
    app = AppTest.from_file(APP, default_timeout=120)
    app.context["url"] = "http://127.0.0.1/"
    app.run()
    app.context["url"] = f"http://127.0.0.1/{path}"  # as a browser says it
    for name, value in query.items():
        app.query_params[name] = str(value)
    return app.switch_page(f"viz/pages/{script}.py").run()


def component(app: AppTest, name: str) -> dict:
    """What a component was sent."""
    (found,) = (one for one in app.get("bidi_component") if one.proto.component_name == f"monojog_{name}")
    return json.loads(found.proto.json)


def figures(app: AppTest) -> list[dict]:
    return [json.loads(one.proto.spec) for one in app.get("plotly_chart")]


def said(app: AppTest) -> str:
    kinds = (app.info, app.warning, app.error, app.caption, app.markdown)
    page = [element.value for kind in kinds for element in kind]
    return "\n".join([*page, *(one.proto.body for one in app.get("html"))])
