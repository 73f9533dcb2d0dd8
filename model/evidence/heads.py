"""The command that measures every head of a model: see roles/heads.py.

python -m model.evidence.heads --model transformer --json
"""

from model.evidence.roles.heads import main

if __name__ == "__main__":
    main()
