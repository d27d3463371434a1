# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What an interrupted prediction of a bag leaves, and whether the next one can go on from it.

It is a bag itself, whole as far as it goes: OUT.incomplete. Its metadata.yaml says how far.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from dataclasses import dataclass
from dataclasses import field
import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

from hydranet_ros import __version__
from hydranet_ros.bags.files import files_of
from hydranet_ros.bags.reading import BagReader
from hydranet_ros.errors import HydranetError
from hydranet_ros.zoo.checksums import sha256

if TYPE_CHECKING:
    from hydranet_ros.perception import Perception

_KEY = 'hydranet_ros.unfinished'
_SUFFIX = '.incomplete'
_PROBE = (960, 1280)  # any size: what the network makes of it tells input_size and input_scale


@dataclass
class Progress:
    """How far a prediction is.

    Attributes:
        kept: messages of the source that are done.
        written: messages of the unfinished bag that belong to them.
        taken: images that --limit counts.
        answered: images predicted.
        problems: sentences so far.

    """

    kept: int = 0
    written: int = 0
    taken: int = 0
    answered: int = 0
    problems: list[str] = field(default_factory=list)

    def as_custom(self, job: str) -> dict[str, str]:
        """Return what the metadata of the unfinished bag holds."""
        return {_KEY: json.dumps({'job': job, **asdict(self)})}


def identify(
    perception: Perception,
    source: Path,
    topics: Sequence[str],
    wanted: Sequence[str],
    fx: float | None,
    limit: int | None,
) -> str:
    """Return a hash of all that the written bag depends on."""
    states = [(one.name, one.stat().st_size, one.stat().st_mtime_ns) for one in files_of(source)]
    network = (
        __version__,
        perception.model_file.sha256,
        sha256(perception.card.path),
        perception.domain,
        perception.backend,
        perception.precision,
        perception.input_size_for(*_PROBE),
    )
    text = json.dumps([str(source.resolve()), states, network, [*topics], [*wanted], fx, limit])
    return hashlib.sha256(text.encode()).hexdigest()


def place_of(out: Path) -> Path:
    """Return where the unfinished bag of an output is."""
    return out.with_name(out.name + _SUFFIX)


def find(out: Path, job: str) -> Progress | None:
    """Return how far an interrupted run of the same job came; None where there was none.

    HydranetError where what lies there is of another job, or damaged.
    """
    path = place_of(out)
    if not path.exists():
        return None
    try:
        with BagReader(path) as reader:
            stated = json.loads(reader.custom.get(_KEY, '{}'))
            damage = reader.damage
        if stated.pop('job', '') == job and not damage:
            return Progress(**stated)
    except (HydranetError, ValueError, TypeError):
        damage = 'damaged'
    lack = (
        'is damaged'
        if damage
        else 'was made of another bag, with another model or version, or with other options'
    )
    raise HydranetError(
        f"'{path}', which an interrupted run has left, {lack}, so that this one cannot go on from "
        'it. Rename or remove it, or choose another --out.'
    )
