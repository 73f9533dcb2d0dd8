"""What a small network must copy, in one place: names and numbers exchanged in a pair, and pairs made freshly.

Worth knowing: everything here depends on its arguments alone; a random.Random, or a seed, goes in.
"""

from .frames import sentences
from .names import rename
from .numbers import renumber

__all__ = ["rename", "renumber", "sentences"]
