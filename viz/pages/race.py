"""The race: what recurrent models and the Transformer can do, side by side, every number measured."""

from viz.parts.race import page
from viz.session import address

page.show(address.current_choice())
