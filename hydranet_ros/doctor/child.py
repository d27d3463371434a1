# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""A few lines of Python in a process of their own: what breaks there breaks nothing here."""

import subprocess
import sys

_PATIENCE_S = 120.0


def tried(program: str) -> tuple[bool, str]:
    """Return whether a program ran to its end, and the last line that it printed."""
    try:
        done = subprocess.run(
            [sys.executable, '-c', program],
            capture_output=True,
            text=True,
            errors='replace',
            timeout=_PATIENCE_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False, f'no end within {_PATIENCE_S:g} s'
    if done.returncode < 0:
        return False, f'killed by signal {-done.returncode}'
    lines = (done.stdout if done.returncode == 0 else done.stderr).strip().splitlines()
    return done.returncode == 0, lines[-1] if lines else ''
