# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""A bag in, the same bag with our topics out, in one run or in several."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from dataclasses import field
import glob
import logging
from pathlib import Path
import shutil
from typing import TYPE_CHECKING

from hydranet_ros.bags.choices import choose_outputs
from hydranet_ros.bags.choices import choose_topics
from hydranet_ros.bags.interruption import Interruption
from hydranet_ros.bags.prediction import BagPrediction
from hydranet_ros.bags.reading import BagReader
from hydranet_ros.bags.unfinished import find
from hydranet_ros.bags.unfinished import identify
from hydranet_ros.bags.unfinished import place_of
from hydranet_ros.bags.writing import BagWriter
from hydranet_ros.errors import HydranetError

if TYPE_CHECKING:
    from collections.abc import Callable

    from hydranet_ros.perception import Perception

_log = logging.getLogger(__name__)


@dataclass
class BagReport:
    """What was done: messages kept, images predicted, and sentences on what went wrong.

    resumed: how many of the messages an earlier run had done. unfinished: where the part that is
    done lies; None where all is.
    """

    kept: int = 0
    answered: int = 0
    problems: list[str] = field(default_factory=list)
    resumed: int = 0
    unfinished: Path | None = None


def predict_bag(
    perception: Perception,
    source: Path,
    out: Path,
    topics: Sequence[str] = (),
    wanted: Sequence[str] = (),
    *,
    fx: float | None = None,
    limit: int | None = None,
    progress: Callable[[int], Callable[[], object]] = lambda count: lambda: None,
) -> BagReport:
    """Write the bag `source` and the model's outputs for some of its image topics to `out`.

    topics: image topics; none: the only one. wanted: outputs; none: DEFAULT. fx: px, in place of
    camera_info's. progress: takes the number of messages, gives what is called after each.
    After Ctrl-C, or an error, what is done lies at OUT.incomplete, and the same call goes on from
    there. HydranetError for what cannot be done; `out` is not there then.
    """
    with BagReader(source) as reader, Interruption() as stop:
        chosen = choose_topics(reader, topics)
        names = choose_outputs(perception, wanted)
        _tell_of_drafts(out)
        job = identify(perception, source, tuple(chosen), names, fx, limit)
        with BagWriter(out, reader) as writer:
            left = find(out, job)
            work = BagPrediction(perception, reader, writer, chosen, names, fx=fx, limit=limit)
            if left is not None:
                work.resume(place_of(out), left)
            resumed = work.progress.kept
            try:
                whole = work.run(progress(reader.count), stop)
            except Exception:
                with suppress(HydranetError):
                    _set_aside(work, writer, job)
                raise
            report = BagReport(
                work.progress.kept, work.progress.answered, work.problems(), resumed
            )
            if whole:
                writer.finish()
                shutil.rmtree(place_of(out), ignore_errors=True)
            else:
                report.unfinished = _set_aside(work, writer, job)
            return report


def _tell_of_drafts(out: Path) -> None:
    for draft in sorted(out.parent.glob(f'{glob.escape(out.name[:100])}.*.part')):
        _log.warning(
            "'%s' was left by a run that was killed, or one is writing it now. Remove it where "
            'none is.',
            draft,
        )


def _set_aside(work: BagPrediction, writer: BagWriter, job: str) -> Path:
    """Make a bag of what is done, from which the next run goes on."""
    path = place_of(writer.path)
    work.progress.problems = work.problems()
    writer.finish(path, work.progress.as_custom(job))
    return path
