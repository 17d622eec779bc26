from ._annotations import Place, annotation_lines
from ._drawn import check_drawing, drawn
from ._history import Moment, Series, history
from ._output import Target
from ._pictures import png
from ._progress_line import progress_line
from ._reporter import Reporter
from ._runs import keep_run, read_runs
from ._sparklines import sparklines
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
    "Moment",
    "Place",
    "Reporter",
    "Series",
    "Summary",
    "Target",
    "Terminal",
    "annotation_lines",
    "append",
    "check_drawing",
    "drawn",
    "history",
    "keep_run",
    "png",
    "progress_line",
    "read_runs",
    "save",
    "sparklines",
    "write",
]
