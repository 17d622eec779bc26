"""Which commit a release was made of."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

__all__ = ["commit_of"]


def commit_of(root: Path) -> str:
    """Return the git commit checked out, with -dirty where files differ from it; empty where there is none.

    Args:
        root: A folder of the checkout.
    """
    git = shutil.which("git")
    if git is None:
        return ""
    try:
        done = subprocess.run(  # noqa: S603 - fixed arguments
            [git, "describe", "--always", "--abbrev=40", "--exclude=*", "--dirty"],
            cwd=root,
            # Bytes: what git complains of names folders, which the environment's encoding may not read.
            capture_output=True,
            timeout=10,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode(errors="replace").strip() if done.returncode == 0 else ""
