# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Any card and any calibration file is read, or refused by a sentence that names the file."""

import copy
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
import yaml

from hydranet_ros.resources import models_dir
from hydranet_ros.sources import read_calibration
from hydranet_ros.zoo import load_card
from hydranet_ros.zoo.card_types import ModelCard
from test.fuzz.cases import damaged
from test.fuzz.cases import flat_memory
from test.fuzz.cases import fuzz
from test.fuzz.cases import Outcomes

CARDS = [models_dir() / name for name in ('nyud_kitti.yaml', 'kitti.yaml', 'street/street.yaml')]
CALIBRATION = b"""image_width: 64
image_height: 48
camera_matrix: {rows: 3, cols: 3, data: [80.0, 0, 32, 0, 80.0, 24, 0, 0, 1]}
projection_matrix: {rows: 3, cols: 4, data: [80, 0, 32, 0, 0, 80, 24, 0, 0, 0, 1, 0]}
"""

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from([10**400, -1, '../x.onnx', 'https://[', '\0', 'x y z', 'street', '.onnx']),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=6,
)


def places_of(content: Any, path: tuple = ()) -> list[tuple]:
    """List where in a YAML structure a value can be changed."""
    if not isinstance(content, dict | list):
        return []
    found = []
    for key, value in content.items() if isinstance(content, dict) else enumerate(content):
        found += [(*path, key), *places_of(value, (*path, key))]
    return found


@st.composite
def cards(draw):
    content = copy.deepcopy(draw(st.sampled_from(CONTENTS)))
    for _ in range(draw(st.integers(0, 2))):
        *way, last = draw(st.sampled_from(places_of(content)))
        parent = content
        for step in way:
            parent = parent[step]
        if isinstance(parent, dict) and draw(st.booleans()):
            del parent[last]
        else:
            parent[last] = draw(values)
    return yaml.safe_dump(content).encode()


CONTENTS = [yaml.safe_load(path.read_text(encoding='utf-8')) for path in CARDS]
WHOLE = [path.read_bytes() for path in CARDS]


def test_cards(tmp_path: Path):
    file = tmp_path / 'any.yaml'
    outcomes = Outcomes()

    @fuzz
    @given(cards() | st.sampled_from(WHOLE).flatmap(damaged))
    def run(data):
        count()
        file.write_bytes(data)
        card, refusal = outcomes.of(lambda: load_card(file))
        if refusal:
            assert str(file) in refusal
            return
        assert isinstance(card, ModelCard)
        assert card.palette().shape == (256, 3)
        if not card.weights.is_url:
            place = (file.parent / card.weights.location).resolve()
            assert place.is_relative_to(tmp_path.resolve())

    with flat_memory() as count:
        run()
    outcomes.check()


def test_calibrations(tmp_path: Path):
    file = tmp_path / 'any.yaml'
    outcomes = Outcomes()

    @fuzz
    @given(damaged(CALIBRATION) | values.map(lambda value: yaml.safe_dump(value).encode()))
    def run(data):
        count()
        file.write_bytes(data)
        camera, refusal = outcomes.of(lambda: read_calibration(file))
        if refusal:
            assert str(file) in refusal
            return
        assert min(camera.fx, camera.fy, camera.width, camera.height) > 0

    with flat_memory() as count:
        run()
    outcomes.check()
