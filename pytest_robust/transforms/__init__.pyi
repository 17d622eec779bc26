from .image._corruption import BySize, CifarC, ImageNetC
from .image._direction import Horizontal, Vertical
from .image._fill import Constant, Nearest, Reflect, Wrap
from .image.brightness import Brightness
from .image.channel_shift import ChannelShift
from .image.channel_shuffle import ChannelShuffle
from .image.chroma_subsampling import Chroma410, Chroma420, Chroma422, ChromaSubsampling
from .image.color_jitter import ColorJitter
from .image.contrast import Contrast
from .image.cutout import Cutout
from .image.downscale import Downscale
from .image.flip import Flip
from .image.gaussian_noise import GaussianNoise
from .image.grey import Grey
from .image.low_light import LowLight
from .image.overexposure import Overexposure
from .image.perspective import Perspective
from .image.rotate import Rotate
from .image.salt_and_pepper import SaltAndPepper
from .image.shear import Shear
from .image.translate import Translate
from .image.zoom import Zoom

__all__ = [
    "Brightness",
    "BySize",
    "ChannelShift",
    "ChannelShuffle",
    "Chroma410",
    "Chroma420",
    "Chroma422",
    "ChromaSubsampling",
    "CifarC",
    "ColorJitter",
    "Constant",
    "Contrast",
    "Cutout",
    "Downscale",
    "Flip",
    "GaussianNoise",
    "Grey",
    "Horizontal",
    "ImageNetC",
    "LowLight",
    "Nearest",
    "Overexposure",
    "Perspective",
    "Reflect",
    "Rotate",
    "SaltAndPepper",
    "Shear",
    "Translate",
    "Vertical",
    "Wrap",
    "Zoom",
]
