"""The race: what recurrent models and the Transformer can do, side by side, every number measured."""

from viz.pages import session
from viz.parts.race import page

page.show(session.current_choice())
