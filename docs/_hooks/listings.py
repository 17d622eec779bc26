"""Shows whole files of the repository: `<!-- listing: PATH -->` becomes the file's text."""

import re
from pathlib import Path

_PLACE = re.compile(r"^<!-- listing: ([\w/.]+\.py) -->$", re.MULTILINE)
_ROOT = Path(__file__).parents[2]


def on_page_markdown(markdown, **_):
    """Return a page with its listings filled in: mkdocs calls this."""
    return _PLACE.sub(lambda found: f"```python\n{(_ROOT / found[1]).read_text(encoding='utf-8')}```", markdown)
