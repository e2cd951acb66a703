"""semisup: how accurate a classifier your unlabelled images and a few labels can give."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from semisup.predict.loaded import load

__all__ = ["load"]


def __getattr__(name: str) -> object:
    """What is asked for, and no sooner: stages import this file, and most have no use for torch."""
    if name == "__version__":
        from importlib.metadata import version

        return version("semisup")
    if name != "load":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from semisup.predict import loaded

    return loaded.load
