"""The corruptions of the literature, by the names of their files."""

from __future__ import annotations

__all__ = ["FIFTEEN"]

FIFTEEN = (
    "gaussian_noise",
    "shot_noise",
    "impulse_noise",
    "defocus_blur",
    "glass_blur",
    "motion_blur",
    "zoom_blur",
    "snow",
    "frost",
    "fog",
    "brightness",
    "contrast",
    "elastic_transform",
    "pixelate",
    "jpeg_compression",
)
"""What the mean of the literature is taken over; the other four are for validation."""
