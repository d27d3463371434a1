# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Predict frames of several cameras at once, each into the messages of its own camera."""

from collections.abc import Sequence
from typing import Any

from hydranet_ros.perception import Perception
from hydranet_ros.prediction import Prediction
from hydranet_ros.ros.answering import FrameAnswerer
from hydranet_ros.ros.frames import DecodedFrame


def predict_batch(
    perception: Perception, batch: Sequence[tuple[FrameAnswerer, DecodedFrame]]
) -> list[Prediction]:
    """Fill what any of the frames, all of one size, is wanted for; HydranetError."""
    fields: set[str] = set()
    for answerer, decoded in batch:
        fields |= answerer.fields(perception, decoded)
    # Of each frame all these are filled, so its limits take part in all.
    for _, decoded in batch:
        fields = decoded.rules.limits.needs(fields)
    out = [answerer.buffers(fields, decoded) for answerer, decoded in batch]
    scaling = _scaling(perception, batch) if 'depth' in fields else {'depth_scale': 1.0}
    perception.predict([one.rgb for _, one in batch], out=out, wanted=fields, **scaling)
    return out


def _scaling(
    perception: Perception, batch: Sequence[tuple[FrameAnswerer, DecodedFrame]]
) -> dict[str, Any]:
    lengths = [answerer.focal_length(perception, decoded) for answerer, decoded in batch]
    if all(lengths):
        return {'fx': lengths}
    size = batch[0][1].size
    scales = [perception.depth_scale_for(fx, *size) if fx else 1.0 for fx in lengths]
    return {'depth_scale': scales}
