"""Makes pride_and_prejudice.txt.xz from a package of Debian; needs rdata, which nothing else does.

Run `python -m reference_models.data.make_pride_and_prejudice FOLDER`, the folder being where this was run:

    apt-get download r-cran-janeaustenr
    dpkg-deb --extract r-cran-janeaustenr_*.deb .

DATA.md says where the text comes from.
"""

from __future__ import annotations

import lzma
import sys
import zlib
from pathlib import Path
from typing import Any

import rdata

from reference_models.data.novel import EMBEDDED

_DATA = Path("usr/lib/R/site-library/janeaustenr/data")
_NOVEL = "prideprejudice"
# A segment of an .rdb file begins with the length of what is compressed in it.
_HEAD = 4


def make(package: Path, path: Path) -> None:
    """Write the novel as R's package has it, line by line."""
    index = _objects((package / _DATA / "Rdata.rdx").read_bytes())
    start, length = index["variables"][_NOVEL]
    segment = (package / _DATA / "Rdata.rdb").read_bytes()[start : start + length]
    lines = _objects(zlib.decompress(segment[_HEAD:]))
    text = "\n".join(str(line) for line in lines).strip() + "\n"
    path.write_bytes(lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME))


def _objects(serialised: bytes) -> Any:
    return rdata.conversion.convert(rdata.parser.parse_data(serialised, extension=".rds"))


if __name__ == "__main__":
    make(Path(sys.argv[1]), EMBEDDED)
