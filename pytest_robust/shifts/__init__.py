"""Other mixes of the test set's examples, by the weights they give them; one file each."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
