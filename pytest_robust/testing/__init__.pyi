from .transforms import check_transform

__all__ = ["check_transform"]
