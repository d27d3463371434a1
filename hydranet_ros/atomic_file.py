# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Files that are whole or not there."""

import os
from pathlib import Path
from uuid import uuid4


def write_atomically(path: Path, data: bytes) -> Path:
    """Replace the file at `path` at once; return the path.

    OSError where that is not possible: what was there stays, and no draft is left behind.
    """
    draft = path.with_name(f'{path.name[:100]}.{uuid4().hex}.part')
    try:
        draft.write_bytes(data)
        os.replace(draft, path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    return path
