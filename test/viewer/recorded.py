# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Read what a Rerun recording holds."""

from pathlib import Path
from typing import Any

import pyarrow as pa
from rerun.chunk import RrdReader


def rows(path: Path, entity: str, static: bool = False) -> list[dict[str, Any]]:
    """Return the rows of an entity, component name to values, in the order of their stamps.

    What is static has a place for each of its components, and no order.
    """
    found: list[dict[str, Any]] = []
    for chunk in RrdReader(path).stream():
        if chunk.entity_path == f'/{entity}' and chunk.is_static == static:
            found += _with_whole_stamps(chunk.to_record_batch()).to_pylist()
    return found if static else sorted(found, key=lambda row: row['stamp'])


def stamps(path: Path, entity: str) -> list[int]:
    """Return the stamps of an entity's rows in nanoseconds."""
    return [row['stamp'] for row in rows(path, entity)]


def classes(path: Path, root: str) -> dict[int, tuple[str, tuple[int, ...]]]:
    """Return the names and RGB colours of the class ids that hold below an entity."""
    told = [row for row in rows(path, root, static=True) if 'AnnotationContext:context' in row]
    if not told:
        return {}
    ((context,),) = (row['AnnotationContext:context'] for row in told[-1:])
    infos = (entry['class_description']['info'] for entry in context)
    return {one['id']: (one['label'], tuple(one['color'].to_bytes(4, 'big')[:3])) for one in infos}


def _with_whole_stamps(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return stamps as nanoseconds, which Python's datetime cannot hold."""
    names = batch.schema.names
    if 'stamp' not in names:
        return batch
    place = names.index('stamp')
    return batch.set_column(place, 'stamp', batch.column(place).cast('int64'))
