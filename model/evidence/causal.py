"""The command that switches off the heads that carry *it*: see causes/causal.py.

python -m model.evidence.causal --suggest --out model/checkpoints/transformer/suggestions.json
"""

from model.evidence.causes.causal import main

if __name__ == "__main__":
    main()
