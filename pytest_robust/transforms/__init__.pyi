from .image._corruption import BySize, CifarC, ImageNetC
from .image._fill import Constant, Nearest, Reflect, Wrap
from .image.brightness import Brightness
from .image.contrast import Contrast
from .image.elastic_transform import ElasticTransform
from .image.flip import Flip, Horizontal, Vertical
from .image.fog import Fog
from .image.frost import Frost
from .image.gaussian_noise import GaussianNoise
from .image.jpeg_compression import JpegCompression
from .image.pixelate import Pixelate
from .image.rotate import Rotate
from .image.salt_and_pepper import SaltAndPepper
from .image.saturate import Saturate
from .image.shear import Shear
from .image.snow import Snow
from .image.spatter import Spatter
from .image.translate import Translate
from .image.zoom import Zoom

__all__ = [
    "Brightness",
    "BySize",
    "CifarC",
    "Constant",
    "Contrast",
    "ElasticTransform",
    "Flip",
    "Fog",
    "Frost",
    "GaussianNoise",
    "Horizontal",
    "ImageNetC",
    "JpegCompression",
    "Nearest",
    "Pixelate",
    "Reflect",
    "Rotate",
    "SaltAndPepper",
    "Saturate",
    "Shear",
    "Snow",
    "Spatter",
    "Translate",
    "Vertical",
    "Wrap",
    "Zoom",
]
