# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Show how far a download is."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from contextlib import contextmanager

# Bytes that are there, and all of them (None where that is unknown).
Progress = Callable[[int, int | None], None]


@contextmanager
def shown_progress(progress: Progress | None, name: str) -> Iterator[Progress]:
    """Give the caller's progress, or a bar (silent where stderr is no terminal)."""
    if progress is not None:
        yield progress
        return
    from tqdm import tqdm

    with tqdm(desc=name, unit='B', unit_scale=True, unit_divisor=1024, disable=None) as bar:

        def report(done: int, total: int | None) -> None:
            bar.total = total
            bar.update(done - bar.n)

        yield report
