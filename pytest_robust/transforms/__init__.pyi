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
from .image.defocus_blur import DefocusBlur
from .image.downscale import Downscale
from .image.flip import Flip
from .image.gaussian_blur import GaussianBlur
from .image.gaussian_noise import GaussianNoise
from .image.glass_blur import GlassBlur
from .image.grey import Grey
from .image.impulse_noise import ImpulseNoise
from .image.low_light import LowLight
from .image.motion_blur import MotionBlur
from .image.overexposure import Overexposure
from .image.perspective import Perspective
from .image.rotate import Rotate
from .image.salt_and_pepper import SaltAndPepper
from .image.shear import Shear
from .image.shot_noise import ShotNoise
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
    "DefocusBlur",
    "Downscale",
    "DropSteps",
    "Flip",
    "GaussianBlur",
    "GaussianNoise",
    "GlassBlur",
    "Grey",
    "Hold",
    "Horizontal",
    "ImageNetC",
    "ImpulseNoise",
    "Interpolate",
    "Left",
    "Linear",
    "LowLight",
    "MotionBlur",
    "Nearest",
    "Overexposure",
    "Pad",
    "Perspective",
    "RandomWalk",
    "Reflect",
    "RepeatSteps",
    "Right",
    "Rotate",
    "SaltAndPepper",
    "SensorDrift",
    "SensorSpikes",
    "SetTo",
    "Shear",
    "ShotNoise",
    "SpeckleNoise",
    "TimeShift",
    "TokenDropout",
    "TokenNoise",
    "Translate",
    "Truncate",
    "Vertical",
    "Wrap",
    "Zoom",
    "ZoomBlur",
]
