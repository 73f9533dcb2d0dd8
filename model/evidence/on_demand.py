"""Heads measured in a server that goes on serving.

Worth knowing: the measurement works on one thread and says so to torch, which remembers it for everybody; here it is told
again how many it had.
"""

import torch

from model.evidence.heads import head_roles as measured_roles
from model.reading.translate import Translator


def head_roles(translator: Translator, **options) -> dict:
    """As model.evidence.heads.head_roles, with torch's number of threads afterwards as it was."""
    threads = torch.get_num_threads()
    try:
        return measured_roles(translator, **options)
    finally:
        torch.set_num_threads(threads)
