# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Recipes that ship are right in themselves; wrong ones are told by file and key."""

from copy import deepcopy
from pathlib import Path
import subprocess
import sys
from typing import Any

import pytest
import yaml

from hydranet_ros.errors import HydranetError
from hydranet_ros.training.recipe import differences
from hydranet_ros.training.recipe import list_recipes
from hydranet_ros.training.recipe import load_recipe
from hydranet_ros.training.recipe import plain
from hydranet_ros.training.recipe_types import domain_of
from hydranet_ros.zoo.card import load_card

from .runs import RECIPE
from .runs import recipe

GAP = [{'name': 'a', 'start': 0, 'stop': 1}, {'name': 'b', 'start': 1, 'stop': 9}]
RANGE = {'min_m': 9.0, 'max_m': 9.0, 'metric': True, 'focal_length_px': 50.0}
SPARSE = [GAP[0], {'name': 'b', 'start': 1, 'stop': 2, 'depth': RANGE}]
WORTHLESS = {'folder': 'labels', 'weight': 0.0}
TOO_SURE = {'folder': 'labels', 'min_confidence': 1.5}


@pytest.mark.parametrize('name', list_recipes())
def test_recipes_that_ship_can_be_read(name: str) -> None:
    assert load_recipe(name).name == name


def test_the_papers_recipes_ship() -> None:
    shipped = {'nyudv2', 'kitti', 'nyudv2_kitti', 'nyudv2_normals', 'street'}
    assert shipped <= set(list_recipes())


def test_a_joint_recipe_has_the_domains_of_the_published_model() -> None:
    joint, card = load_recipe('nyudv2_kitti'), load_card('nyud_kitti')
    assert len(joint.classes) == 46
    slices = [(domain.start, domain.stop) for domain in joint.domains]
    assert slices == [(domain.start, domain.stop) for domain in card.domains]
    assert domain_of(joint, joint.domains[1].name).start == 40


def test_plain_recipes_can_be_read_again(tmp_path: Path) -> None:
    once = recipe(tmp_path)
    (tmp_path / 'again.yaml').write_text(yaml.safe_dump(plain(once)))
    assert load_recipe(tmp_path / 'again.yaml') == once


def test_differences_leave_out_what_does_not_enter_the_result(tmp_path: Path) -> None:
    old = plain(recipe(tmp_path))
    path = tmp_path / 'last.ckpt'
    assert not differences(old, recipe(tmp_path, workers=5, compile=True), path)
    assert differences(old, recipe(tmp_path, epochs=4), path) == ['epochs: 3 became 4']
    job = {'teacher': 'street', 'images': 'kitti:a', 'out': 'labels'}
    assert differences(old, recipe(tmp_path, prepare=[job]), path), 'other labels, other weights'
    del old['clip_norm']  # as if the key were newer than the checkpoint
    assert not differences(old, recipe(tmp_path), path)


@pytest.mark.parametrize(
    ('place', 'value', 'message'),
    [
        (['optimizer'], {}, r'optimizer is no key here; did you mean optimiser\?'),
        (['optimiser', 'lr_encodr'], 1, r'optimiser.lr_encodr is no key here; .*lr_encoder'),
        (['streams', 0, 'data', 1, 'batch'], 0, r'streams\[0\].data\[1\].batch must be at least'),
        (['streams', 0, 'crop'], [32], r'streams\[0\].crop must have 2 items, not 1'),
        (['streams'], [], 'streams must have at least one'),
        (['tasks'], ['semantic', 'speed'], r'tasks\[1\] must be one of semantic, depth, normals'),
        (['tasks'], ['semantic'], 'depth must be given with the task depth, and only then'),
        (['classes'], [], 'classes must list 1 to 255 classes'),
        (['depth', 'focal_length_px'], None, 'depth.focal_length_px must be the focal length'),
        (['epochs'], 1.5, r'epochs must be a whole number from 0, not 1.5'),
        (['ema'], 1.0, 'ema must lie between 0 and 1'),
        (['optimiser', 'lr_encoder'], 'fast', "lr_encoder must be a number, not 'fast'"),
        (['losses'], {'fixed': {'speed': 1}}, 'losses.fixed has speed'),
        (['losses'], {'berhu_over': 'none'}, 'losses.berhu_over must be'),
        (['start'], {'imagenet': 'a', 'model': 'b'}, 'start must name one of'),
        (['streams', 0, 'data', 0, 'domain'], 'kitti', 'domain must be left out'),
        (['streams', 0, 'data', 0, 'classes'], {'a': 'lihgt'}, r'did you mean light\?'),
        (['name'], '../small', 'name must be letters'),
        (['depth', 'max_m'], -1.0, 'depth.max_m must be larger than min_m'),
        (['domains'], GAP, 'domains must cover the 2 classes one after the other'),
        (['domains'], SPARSE, r'domains\[1\].depth.max_m must be larger than min_m'),
        (['validation', 0, 'every'], 0, r'validation\[0\].every must be at least 1'),
        (['steps_per_epoch'], 0, 'steps_per_epoch must be at least 1'),
        (['optimiser', 'lr_encoder'], -1e-3, 'optimiser.lr_encoder must not be negative'),
        (['optimiser', 'weight_decay'], -1.0, 'optimiser.weight_decay must not be negative'),
        (['optimiser', 'momentum'], 1.0, 'optimiser.momentum must be below 1'),
        (['clip_norm'], 0.0, 'clip_norm must be above 0'),
        (['losses'], {'fixed': {'depth': -1}}, 'losses.fixed.depth must not be negative'),
        (
            ['losses'],
            {'weighting': 'uncertainty', 'fixed': {'depth': 1}},
            'losses.fixed has no effect with weighting: uncertainty',
        ),
        (['streams', 0, 'crop'], [0, 5], r'streams\[0\].crop must be at least one pixel'),
        (['streams', 0, 'scale'], [2, 0.5], r'streams\[0\].scale .* the smaller one first'),
        (['streams', 0, 'scale'], [0, 1], r'streams\[0\].scale must be two factors above 0'),
        (['streams', 0, 'colour'], 1.5, r'streams\[0\].colour must be from 0 to 1'),
        (['streams', 0, 'data', 0, 'annotations'], [WORTHLESS], r'\[0\].weight must be above 0'),
        (['streams', 0, 'data', 0, 'annotations'], [TOO_SURE], 'min_confidence must be from 0'),
        (['card'], {'sample_frames': '/dev/video0'}, 'card.sample_frames must not be a camera'),
        (['schedule'], {'kind': 'cosine'}, 'schedule.kind must be one of poly, step, constant'),
    ],
)
def test_wrong_keys_are_named(tmp_path: Path, place: list[Any], value: Any, message: str) -> None:
    changed: Any = deepcopy(RECIPE)
    inner = changed
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    (tmp_path / 'wrong.yaml').write_text(yaml.safe_dump(changed))
    with pytest.raises(HydranetError, match=message) as raised:
        load_recipe(tmp_path / 'wrong.yaml')
    assert 'wrong.yaml' in str(raised.value)


def test_recipes_are_read_without_torch() -> None:
    program = (
        "import sys; sys.modules['torch'] = sys.modules['lightning'] = None\n"
        'from hydranet_ros.training import recipe, sets\n'
        "print(recipe.load_recipe('kitti').name)"
    )
    done = subprocess.run([sys.executable, '-c', program], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ('kitti\n', '')


def test_missing_and_unreadable_recipes_are_told(tmp_path: Path) -> None:
    with pytest.raises(HydranetError, match='choose one of .*street'):
        load_recipe('stret')
    with pytest.raises(HydranetError, match='There is no recipe'):
        load_recipe(tmp_path / 'none.yaml')
    (tmp_path / 'broken.yaml').write_text('a: [')
    with pytest.raises(HydranetError, match='cannot be read'):
        load_recipe(tmp_path / 'broken.yaml')
