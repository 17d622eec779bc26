from .image._corruption import BySize, CifarC, ImageNetC, MnistC
from .image._direction import Horizontal, Vertical
from .image._fill import Constant, Nearest, Reflect, Wrap
from .image.brightness import Brightness
from .image.channel_shift import ChannelShift
from .image.channel_shuffle import ChannelShuffle
from .image.chroma_subsampling import Chroma410, Chroma420, Chroma422, ChromaSubsampling
from .image.color_jitter import ColorJitter
from .image.contrast import Contrast
from .image.cutout import Cutout
from .image.defocus_blur import DefocusBlur
from .image.downscale import Downscale
from .image.elastic_transform import ElasticTransform
from .image.flip import Flip
from .image.fog import Fog
from .image.frost import Frost
from .image.gaussian_blur import GaussianBlur
from .image.gaussian_noise import GaussianNoise
from .image.glass_blur import GlassBlur
from .image.grey import Grey
from .image.impulse_noise import ImpulseNoise
from .image.jpeg_compression import JpegCompression
from .image.low_light import LowLight
from .image.motion_blur import MotionBlur
from .image.overexposure import Overexposure
from .image.perspective import Perspective
from .image.pixelate import Pixelate
from .image.rotate import Rotate
from .image.salt_and_pepper import SaltAndPepper
from .image.saturate import Saturate
from .image.shear import Shear
from .image.shot_noise import ShotNoise
from .image.snow import Snow
from .image.spatter import Spatter
from .image.speckle_noise import SpeckleNoise
from .image.translate import Translate
from .image.zoom import Zoom
from .image.zoom_blur import ZoomBlur
from .sequence._gap import Hold, Interpolate, SetTo
from .sequence._path import Linear, RandomWalk
from .sequence._side import Left, Right
from .sequence.drop_steps import DropSteps
from .sequence.pad import Pad
from .sequence.repeat_steps import RepeatSteps
from .sequence.sensor_drift import SensorDrift
from .sequence.sensor_spikes import SensorSpikes
from .sequence.time_shift import TimeShift
from .sequence.token_dropout import TokenDropout
from .sequence.token_noise import TokenNoise
from .sequence.truncate import Truncate
from .tabular.column_noise import ColumnNoise
from .tabular.missing_values import MissingValues
from .tabular.out_of_range import OutOfRange
from .tabular.stale_values import StaleValues
from .tabular.swapped_columns import SwappedColumns
from .tabular.unit_mix_up import UnitMixUp
from .tabular.unseen_category import UnseenCategory
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
    "ChannelShift",
    "ChannelShuffle",
    "Chroma410",
    "Chroma420",
    "Chroma422",
    "ChromaSubsampling",
    "CifarC",
    "ColorJitter",
    "ColumnNoise",
    "Constant",
    "Contracted",
    "Contractions",
    "Contrast",
    "Cutout",
    "DefocusBlur",
    "Doubled",
    "Downscale",
    "DropCharacters",
    "DropSteps",
    "DropWords",
    "ElasticTransform",
    "End",
    "ExchangeNames",
    "ExchangeNumbers",
    "Expanded",
    "Flip",
    "Fog",
    "Frost",
    "GaussianBlur",
    "GaussianNoise",
    "GlassBlur",
    "Grey",
    "Hold",
    "Homoglyphs",
    "Horizontal",
    "ImageNetC",
    "ImpulseNoise",
    "InsertCharacters",
    "Interpolate",
    "Joined",
    "JpegCompression",
    "KeyboardTypos",
    "Left",
    "Linear",
    "LowLight",
    "Lower",
    "MissingValues",
    "MnistC",
    "MotionBlur",
    "Nearest",
    "Negate",
    "OcrErrors",
    "OtherCase",
    "OtherForm",
    "OutOfRange",
    "Overexposure",
    "Pad",
    "Perspective",
    "Pixelate",
    "Qwerty",
    "Qwertz",
    "RandomWalk",
    "Reflect",
    "RepeatSteps",
    "RepeatWords",
    "Right",
    "Rotate",
    "SaltAndPepper",
    "Saturate",
    "SensorDrift",
    "SensorSpikes",
    "SetTo",
    "Shear",
    "ShotNoise",
    "ShuffleWords",
    "Snow",
    "Spatter",
    "SpeckleNoise",
    "StaleValues",
    "Start",
    "SwapCharacters",
    "SwappedColumns",
    "Synonyms",
    "TimeShift",
    "TokenDropout",
    "TokenNoise",
    "Translate",
    "Truncate",
    "UnitMixUp",
    "UnseenCategory",
    "Upper",
    "Vertical",
    "WordNet",
    "Wrap",
    "Zoom",
    "ZoomBlur",
]
