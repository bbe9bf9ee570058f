"""Writes the vectors beside this file: fixed bytes, and what a reader must make of them.

    python specs/vectors/make.py            write all files again; nothing changes unless the formats did
    python specs/vectors/make.py --fresh    also seal the envelopes anew, which are random

Each file is one JSON object: `name`, what is given, and `expect`: either what comes out or, for a refusal, `refused`
with the step that refuses and words from the reason Comity gives. Other programs need not use the same words, but must
refuse at the same step. Sealing is random: ten envelopes were sealed once and are kept; everything else follows from
fixed keys.
"""

import json
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))


def all_vectors(fresh: bool = False) -> dict[str, dict]:
    """Give every vector by its path below this folder."""
    import envelopes
    import journals
    import pouches
    import relays
    import strict_json

    import cards

    made: dict[str, dict] = {}
    for folder, vectors in (
        ("json", strict_json.vectors()),
        ("card", cards.vectors()),
        ("envelope", envelopes.vectors(HERE / "envelope", fresh)),
        ("pouch", pouches.vectors()),
        ("relay", relays.vectors(HERE / "relay", fresh)),
        *journals.vectors().items(),
    ):
        made |= {f"{folder}/{name}.json": vector for name, vector in vectors.items()}
    return made


def text(vector: dict) -> str:
    """Give a vector as it stands in its file."""
    return json.dumps(vector, indent=1, ensure_ascii=False) + "\n"


def main() -> None:
    """Write every file."""
    for path, vector in all_vectors("--fresh" in sys.argv).items():
        target = HERE / path
        target.parent.mkdir(exist_ok=True)
        target.write_text(text(vector), encoding="utf-8")


if __name__ == "__main__":
    main()
