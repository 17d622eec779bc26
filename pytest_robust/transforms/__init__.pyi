from .image._corruption import BySize, CifarC, ImageNetC
from .image._fill import Constant, Nearest, Reflect, Wrap
from .image.brightness import Brightness
from .image.contrast import Contrast
from .image.flip import Flip, Horizontal, Vertical
from .image.gaussian_noise import GaussianNoise
from .image.rotate import Rotate
from .image.salt_and_pepper import SaltAndPepper
from .image.shear import Shear
from .image.translate import Translate
from .image.zoom import Zoom
from .text.add_distractor import AddDistractor, End, Start
from .text.change_case import ChangeCase, Lower, OtherCase, Upper
from .text.change_whitespace import AnySpacing, Broken, ChangeWhitespace, Doubled, Joined
from .text.contractions import Contracted, Contractions, Expanded, OtherForm
from .text.drop_characters import DropCharacters
from .text.drop_words import DropWords
from .text.exchange_names import ExchangeNames
from .text.exchange_numbers import ExchangeNumbers
from .text.homoglyphs import Homoglyphs
from .text.insert_characters import InsertCharacters
from .text.keyboard_typos import Azerty, KeyboardTypos, Qwerty, Qwertz
from .text.negate import Negate
from .text.ocr_errors import OcrErrors
from .text.repeat_words import RepeatWords
from .text.shuffle_words import ShuffleWords
from .text.swap_characters import SwapCharacters
from .text.synonyms import Synonyms, WordNet

__all__ = [
    "AddDistractor",
    "AnySpacing",
    "Azerty",
    "Brightness",
    "Broken",
    "BySize",
    "ChangeCase",
    "ChangeWhitespace",
    "CifarC",
    "Constant",
    "Contracted",
    "Contractions",
    "Contrast",
    "Doubled",
    "DropCharacters",
    "DropWords",
    "End",
    "ExchangeNames",
    "ExchangeNumbers",
    "Expanded",
    "Flip",
    "GaussianNoise",
    "Homoglyphs",
    "Horizontal",
    "ImageNetC",
    "InsertCharacters",
    "Joined",
    "KeyboardTypos",
    "Lower",
    "Nearest",
    "Negate",
    "OcrErrors",
    "OtherCase",
    "OtherForm",
    "Qwerty",
    "Qwertz",
    "Reflect",
    "RepeatWords",
    "Rotate",
    "SaltAndPepper",
    "Shear",
    "ShuffleWords",
    "Start",
    "SwapCharacters",
    "Synonyms",
    "Translate",
    "Upper",
    "Vertical",
    "WordNet",
    "Wrap",
    "Zoom",
]
