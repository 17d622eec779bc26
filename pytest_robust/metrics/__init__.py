"""What is measured on outcomes; the file's name is the measurement's."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
