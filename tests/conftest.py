"""Fixtures of all rooms' tests."""

from __future__ import annotations

import os

# Before TensorFlow loads: it writes to stderr on its way in, and a second worker must not
# take both cores.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")

pytest_plugins = ["pytester"]
