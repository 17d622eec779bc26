from .image._corruption import BySize, CifarC, ImageNetC
from .image._fill import Constant, Nearest, Reflect, Wrap
from .image.brightness import Brightness
from .image.contrast import Contrast
from .image.defocus_blur import DefocusBlur
from .image.flip import Flip, Horizontal, Vertical
from .image.gaussian_blur import GaussianBlur
from .image.gaussian_noise import GaussianNoise
from .image.glass_blur import GlassBlur
from .image.impulse_noise import ImpulseNoise
from .image.motion_blur import MotionBlur
from .image.rotate import Rotate
from .image.salt_and_pepper import SaltAndPepper
from .image.shear import Shear
from .image.shot_noise import ShotNoise
from .image.speckle_noise import SpeckleNoise
from .image.translate import Translate
from .image.zoom import Zoom
from .image.zoom_blur import ZoomBlur

__all__ = [
    "Brightness",
    "BySize",
    "CifarC",
    "Constant",
    "Contrast",
    "DefocusBlur",
    "Flip",
    "GaussianBlur",
    "GaussianNoise",
    "GlassBlur",
    "Horizontal",
    "ImageNetC",
    "ImpulseNoise",
    "MotionBlur",
    "Nearest",
    "Reflect",
    "Rotate",
    "SaltAndPepper",
    "Shear",
    "ShotNoise",
    "SpeckleNoise",
    "Translate",
    "Vertical",
    "Wrap",
    "Zoom",
    "ZoomBlur",
]
