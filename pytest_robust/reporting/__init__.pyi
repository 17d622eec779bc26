from ._progress_line import progress_line
from ._reporter import Reporter
from ._summary import Summary
from ._write import append, write
from .html import Html
from .json import Json
from .md import Md
from .terminal import Terminal

__all__ = ["Html", "Json", "Md", "Reporter", "Summary", "Terminal", "append", "progress_line", "write"]
