# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The subcommand `hydranet train`."""

from __future__ import annotations

import argparse
import importlib.util
from pathlib import Path

SUMMARY = 'Train a network by a recipe, on data sets that annotate different tasks.'
_DETAILS = """\
RECIPE is a file (.yaml) or one that comes with the project: street, kitti, nyudv2 and others.
--out gets last.ckpt, best.ckpt, log.csv and TensorBoard's files. The same command goes on from
where it was interrupted.

example: hydranet train street --data ../shared/data --out runs/street
"""
_NEEDS = {
    'torch': 'torch',
    'lightning': 'lightning',
    'tensorboard': 'tensorboard',
    'cv2': 'OpenCV',
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _DETAILS
    parser.add_argument('recipe', metavar='RECIPE', help='a recipe by name or path')
    parser.add_argument(
        '--data',
        type=Path,
        default=Path(),
        metavar='DIR',
        help='where relative paths of data sets and weights begin (here)',
    )
    parser.add_argument(
        '--out', type=Path, metavar='DIR', help='where to write (runs/NAME of the recipe)'
    )


def run(args: argparse.Namespace) -> int:
    """Train; HydranetError where what it needs is not installed."""
    from hydranet_ros.training.recipe import load_recipe

    recipe = load_recipe(args.recipe)
    _require()
    from hydranet_ros.training.fit import fit

    out = args.out or Path('runs') / recipe.name
    fit(recipe, args.data.expanduser(), out.expanduser())
    return 0


def _require() -> None:
    from hydranet_ros.errors import HydranetError

    missing = [name for module, name in _NEEDS.items() if not importlib.util.find_spec(module)]
    if missing:
        raise HydranetError(
            f'Training needs {", ".join(missing)}, missing here. Install torch as its site says '
            "for this machine, then `pip install 'hydranet_ros[train]'` and an OpenCV "
            '(opencv-python-headless where there is none).'
        )
