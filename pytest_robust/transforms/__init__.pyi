from .image._corruption import BySize, CifarC, ImageNetC
from .image._direction import Horizontal, Vertical
from .image._fill import Constant, Nearest, Reflect, Wrap
from .image.brightness import Brightness
from .image.contrast import Contrast
from .image.flip import Flip
from .image.gaussian_noise import GaussianNoise
from .image.perspective import Perspective
from .image.rotate import Rotate
from .image.salt_and_pepper import SaltAndPepper
from .image.shear import Shear
from .image.translate import Translate
from .image.zoom import Zoom

__all__ = [
    "Brightness",
    "BySize",
    "CifarC",
    "Constant",
    "Contrast",
    "Flip",
    "GaussianNoise",
    "Horizontal",
    "ImageNetC",
    "Nearest",
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
