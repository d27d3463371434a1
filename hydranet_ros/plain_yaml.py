# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""YAML of small files that may come from anywhere: data alone, and no more than it seems."""

from pathlib import Path
from typing import Any

import yaml

MOST_BYTES = 1 << 20


class _PlainLoader(yaml.SafeLoader):
    """Refuses aliases, of which a few lines can stand for gigabytes."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark
            raise yaml.composer.ComposerError(None, None, 'aliases are not allowed here', mark)
        return super().compose_node(parent, index)


def read_plain_yaml(path: Path) -> Any:
    """Return what a file of up to MOST_BYTES says: no tags that make objects, no aliases.

    ValueError with one line where it cannot be read.
    """
    try:
        with path.open('rb') as file:
            data = file.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            raise ValueError(f'it has more than {MOST_BYTES} bytes')
        return yaml.load(data.decode('utf-8'), _PlainLoader)
    except RecursionError as error:
        raise ValueError('it is nested too deeply') from error
    except (OSError, ValueError, OverflowError, yaml.YAMLError) as error:
        raise ValueError(' '.join(str(error).split())) from error
