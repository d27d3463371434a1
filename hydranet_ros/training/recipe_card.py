# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What a recipe says of the card of its model. Needs no torch."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class CardRecipe:
    """What the card of the published model says beside what follows from the recipe.

    What is left out comes from the card of the model that the recipe starts from, else it is not
    stated. `sample_frames`: frames like those trained on, by which engines are judged.
    """

    title: str | None = None
    licence: str | None = None
    licence_note: str | None = None
    training_data: str | None = None
    sample_frames: str | None = None
