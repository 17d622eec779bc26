from .adapters._embedding_space import EmbeddingSpace, embedding_space
from .core.average_precision import COCO, AveragePrecision, Overlaps
from .core.bounds import UNBOUNDED, Bounds
from .core.box_criteria import BoxesFound, BoxesKept, NoFalseAlarms
from .core.constrained import Constrained
from .core.criteria import ByFunction, Correct, SameAsClean, TopK, WithinTolerance
from .core.dataset import Dataset
from .core.defended import BPDA, Defended
from .core.detections import as_boxes, as_found
from .core.drift import DriftingStream, Gradual, Recurring, Sigmoid, Sudden
from .core.errors import InvalidArgument, InvalidData, InvalidModel, NoGradient, RobustError, UntrustedFile
from .core.goals import Targeted, Untargeted
from .core.lexicon import Lexicon, WordNet
from .core.norms import L0, L1, L2, LInf
from .core.parameters import Between, Exactly, Range
from .core.perplexity_criteria import Perplexity, PerplexityAtMost, PerplexityKept, TokenProbability
from .core.perturbation import WorstOf
from .core.sequences import Tokens
from .core.template import Template
from .core.text_criteria import Bleu, CorpusBleu, ExactMatch, Kept
from .core.within import TiledNoise, Within
from .gates.subject import Subject

__all__ = [
    "Bleu",
    "CorpusBleu",
    "ExactMatch",
    "Kept",
    "Perplexity",
    "PerplexityAtMost",
    "PerplexityKept",
    "TokenProbability",
    "Tokens",
    "as_found",
    "as_boxes",
    "NoFalseAlarms",
    "BoxesKept",
    "BoxesFound",
    "Overlaps",
    "AveragePrecision",
    "COCO",
    "BPDA",
    "L0",
    "L1",
    "L2",
    "UNBOUNDED",
    "Between",
    "Bounds",
    "ByFunction",
    "Constrained",
    "Correct",
    "Dataset",
    "Defended",
    "DriftingStream",
    "EmbeddingSpace",
    "Exactly",
    "Gradual",
    "InvalidArgument",
    "InvalidData",
    "InvalidModel",
    "LInf",
    "Lexicon",
    "NoGradient",
    "Range",
    "Recurring",
    "RobustError",
    "SameAsClean",
    "Sigmoid",
    "Subject",
    "Sudden",
    "Targeted",
    "Template",
    "TiledNoise",
    "TopK",
    "Untargeted",
    "UntrustedFile",
    "Within",
    "WithinTolerance",
    "WordNet",
    "WorstOf",
    "embedding_space",
]
__version__: str
