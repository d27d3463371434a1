# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What the process that asks for an engine and the one that builds it say to each other.

They share a folder: the graph and the order go in, the engine comes out. On the child's standard
output go lines of JSON, each a Report.
"""

from __future__ import annotations

from dataclasses import asdict
from dataclasses import dataclass
from enum import Enum
import json
from pathlib import Path

from hydranet_ros.deploy.options import BuilderOptions

GRAPH, ORDER, ENGINE, WORDS = 'graph.onnx', 'order.json', 'engine', 'stderr.txt'


@dataclass(frozen=True)
class BuildOrder:
    """How the graph is to be built; parent: the process that waits for it.

    timing_cache: a file, '' for none.
    """

    builder: BuilderOptions
    parent: int
    timing_cache: str = ''

    def write(self, folder: Path) -> None:
        """Leave the order in the shared folder."""
        (folder / ORDER).write_text(json.dumps(asdict(self)), encoding='utf-8')

    @classmethod
    def read(cls, folder: Path) -> BuildOrder:
        """Take the order from the shared folder."""
        value = json.loads((folder / ORDER).read_text(encoding='utf-8'))
        return cls(**{**value, 'builder': BuilderOptions(**value['builder'])})


class Topic(str, Enum):
    """What a report is about."""

    PROGRESS = 'progress'
    WARNING = 'warning'
    DEBUG = 'debug'
    ERROR = 'error'
    DONE = 'done'


@dataclass(frozen=True)
class Report:
    """A line from the child; after an error, or when it is done, it ends."""

    topic: Topic
    text: str

    def line(self) -> str:
        """Give the line, without its end."""
        return json.dumps({self.topic.value: self.text})

    @classmethod
    def parse(cls, line: str) -> Report | None:
        """Read a line; None for anything else, as a library may print."""
        try:
            ((topic, text),) = json.loads(line).items()
            return cls(Topic(topic), str(text))
        except (ValueError, AttributeError):
            return None
