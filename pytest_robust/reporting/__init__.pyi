from ._annotations import Place, annotation_lines
from ._pictures import png
from ._progress_line import progress_line
from ._reporter import Reporter
from ._summary import Summary
from ._write import append, save, write
from .html import Html
from .json import Json
from .md import Md
from .terminal import Terminal

__all__ = [
    "Html",
    "Json",
    "Md",
    "Place",
    "Reporter",
    "Summary",
    "Terminal",
    "annotation_lines",
    "append",
    "png",
    "progress_line",
    "save",
    "write",
]
