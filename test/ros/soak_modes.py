# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What is done to the processes in each mode, and what became of the frames."""

from collections.abc import Callable
import time
from typing import Any

from test.ros.frame_recorder import balance
from test.ros.soak_rig import IMAGE
from test.ros.soak_rig import Rig

START_PATIENCE_S = 300.0
Frames = dict[str, Any]


def steady(rig: Rig) -> Frames:
    """Let both run; the camera stands still at the end, so that every frame has an outcome."""
    rig.start_perception()
    rig.start_camera()
    _wait_for_output(rig, time.monotonic())
    rig.run(rig.plan.seconds)
    rig.pause_camera()
    counts = rig.settle()
    rig.stop('camera')
    rig.stop('perception')
    begun, published = rig.published
    missing = published - counts['received'] - counts['lost']
    return {
        'begun': begun,
        'published': published,
        'counts': counts,
        'without_outcome': balance(counts),
        'uncounted': [missing],
        'unseen_answers': _unseen(rig, counts['answered']),
    }


def camera_restarts(rig: Rig) -> Frames:
    """Kill the camera, wait for the account to stand still, start the next one."""
    rig.start_perception()
    end = time.monotonic() + rig.plan.seconds
    lives: list[dict[str, int]] = []
    counts = dict.fromkeys(('received', 'lost', 'answered'), 0)
    while not lives or time.monotonic() < end:
        rig.start_camera()
        _wait_for_output(rig, time.monotonic())
        rig.run(rig.plan.every_s)
        rig.kill('camera')
        begun, published = rig.published
        before, counts = counts, rig.settle()
        came = counts['received'] - before['received']
        lost = counts['lost'] - before['lost']
        lives.append(
            {
                'begun': begun,
                'published': published,
                'received': came,
                'lost': lost,
                'uncounted': published - came - lost,
            }
        )
    rig.stop('perception')
    return {
        'lives': lives,
        'begun': sum(one['begun'] for one in lives),
        'published': sum(one['published'] for one in lives),
        'counts': counts,
        'without_outcome': balance(counts),
        'uncounted': [one['uncounted'] for one in lives],
        'unseen_answers': _unseen(rig, counts['answered']),
    }


def node_killed(rig: Rig) -> Frames:
    """Kill the node while the camera runs on; what it counted last is one period old."""
    rig.start_camera()
    end = time.monotonic() + rig.plan.seconds
    lives: list[dict[str, Any]] = []
    without_outcome = 0
    killed_at: float | None = None
    absent_s = 0.0
    known: set[bytes] = set()
    while not lives or time.monotonic() < end:
        started_at = time.monotonic()
        rig.start_perception()
        rig.wait(
            lambda old=known: _readers(rig) - old, 'subscription of the node', START_PATIENCE_S
        )
        subscribed_at = time.monotonic()
        absent_s += subscribed_at - killed_at if killed_at else 0.0
        output_at = _wait_for_output(rig, started_at)
        rig.run(rig.plan.every_s)
        rig.kill('perception')
        known |= _readers(rig)
        counts = rig.recorder.counts()
        absent_s += time.monotonic() - rig.recorder.reported_at
        without_outcome += balance(counts)
        lives.append(
            {
                'start_to_subscription_s': round(subscribed_at - started_at, 3),
                'start_to_first_output_s': round(output_at - started_at, 3),
                'kill_to_first_output_s': killed_at and round(output_at - killed_at, 3),
                'counts': counts,
            }
        )
        killed_at = time.monotonic()
        rig.run(0.5)  # what was on its way must not be taken for the next node's
    rig.stop('camera')
    begun, published = rig.published
    counted = sum(one['counts']['received'] + one['counts']['lost'] for one in lives)
    return {
        'lives': lives,
        'begun': begun,
        'published': published,
        'counted': counted,
        'while_no_node_could_tell': published - counted,
        'seconds_without_a_node_or_after_its_last_report': round(absent_s, 1),
        'frames_of_those_seconds': round(absent_s * rig.plan.rate),
        'without_outcome': without_outcome,
    }


def _wait_for_output(rig: Rig, since: float) -> float:
    """Return when the first `semantic` came after a moment (time.monotonic)."""
    record = rig.recorder.outputs['semantic']
    before = record.received
    rig.wait(lambda: record.received > before, 'output of the node', START_PATIENCE_S)
    return max(record.last_at, since)


def _readers(rig: Rig) -> set[bytes]:
    infos = rig.node.get_subscriptions_info_by_topic(IMAGE)
    return {bytes(one.endpoint_gid) for one in infos}


def _unseen(rig: Rig, answered: int) -> dict[str, int]:
    return {topic: answered - one.received for topic, one in rig.recorder.outputs.items()}


MODES: dict[str, Callable[[Rig], Frames]] = {
    'steady': steady,
    'camera-restarts': camera_restarts,
    'node-killed': node_killed,
}
