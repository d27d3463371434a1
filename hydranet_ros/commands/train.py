# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The subcommand `hydranet train`."""

from __future__ import annotations

import argparse
import importlib.util
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hydranet_ros.training.recipe_types import Recipe

SUMMARY = 'Train a network by a recipe, on data sets that annotate different tasks.'
_DETAILS = """\
RECIPE is a file (.yaml) or one that comes with the project: street, kitti, nyudv2 and others.
--out gets last.ckpt, best.ckpt, log.csv, TensorBoard's files and at the end model/: the model
file and its card. The same command goes on from where it was interrupted.

--label runs a teacher over images instead, and stores what it says of them as annotations, which
recipes name: --out gets labels/, confidence/, depth/ and provenance.json.

examples:
  hydranet train street --data DIR --out runs/street
  hydranet train --label --teacher segmenter.tflite --class-map cityscapes_to_camvid \\
      --images kitti:DIR/kitti/sfnd_seq --split train --out runs/kitti_labels
"""
_LABELLING = ('teacher', 'class_map', 'images', 'split')
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
    parser.add_argument('recipe', nargs='?', metavar='RECIPE', help='a recipe by name or path')
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
    parser.add_argument(
        '--publish', action='store_true', help='do not train: write model/ of what is in --out'
    )
    label = parser.add_argument_group('labelling')
    label.add_argument('--label', action='store_true', help='run a teacher instead of training')
    label.add_argument('--teacher', metavar='T', help='a model card, an .onnx or a .tflite file')
    label.add_argument('--class-map', metavar='MAP', help="from the teacher's classes to others")
    label.add_argument(
        '--images', metavar='SPEC', help='a data set such as kitti:PATH, or a folder'
    )
    label.add_argument('--split', help='of the data set (all of it)')


def run(args: argparse.Namespace) -> int:
    """Train or label; HydranetError where what it needs is not installed."""
    from hydranet_ros.errors import HydranetError
    from hydranet_ros.training.recipe import load_recipe

    if args.label:
        return _label(args)
    if args.recipe is None:
        raise HydranetError('There is no RECIPE; name one, or a teacher with --label --teacher.')
    if options := [name for name in _LABELLING if getattr(args, name) is not None]:
        raise HydranetError(f'--{options[0].replace("_", "-")} belongs to --label, not to RECIPE.')
    recipe = load_recipe(args.recipe)
    _require()
    from hydranet_ros.training.fit import begun
    from hydranet_ros.training.fit import fit
    from hydranet_ros.training.publishing import publish
    from hydranet_ros.training.run_checks import check_run

    data, out = _expanded(args.data), _expanded(args.out or Path('runs') / recipe.name)
    if not args.publish:
        begun(recipe, out)  # refuses another recipe's folder before teachers work for hours
        check_run(recipe, data, out)
        _prepare(recipe, data, out)
        if not fit(recipe, data, out):
            return 0  # the first process publishes
    print(publish(recipe, data, out))
    return 0


def _expanded(path: Path) -> Path:
    return Path(os.path.expanduser(path))  # unlike pathlib's, never an error


def _label(args: argparse.Namespace) -> int:
    from hydranet_ros.errors import HydranetError

    needed = {'--teacher': args.teacher, '--images': args.images, '--out': args.out}
    lacking = [name for name, value in needed.items() if value is None]
    if lacking or args.recipe is not None:
        problem = f'needs {", ".join(lacking)}' if lacking else f'takes no RECIPE ({args.recipe})'
        raise HydranetError(f'--label {problem}; see `hydranet train --help`.')
    _label_images(
        args.teacher,
        args.images,
        _expanded(args.out),
        split=args.split,
        class_map=args.class_map,
        root=_expanded(args.data),
    )
    return 0


def _prepare(recipe: Recipe, data: Path, out: Path) -> None:
    """Make what the recipe builds on, as far as it is not there yet."""
    from hydranet_ros.training.recipe_run import check_chain
    from hydranet_ros.training.recipe_run import PREFIX
    from hydranet_ros.training.recipe_run import START
    from hydranet_ros.training.recipe_run import TEACHERS
    from hydranet_ros.training.recipe_run import trained

    check_chain(recipe)
    if recipe.start.recipe:
        trained(recipe.start.recipe, data, out / START)
    for job in recipe.prepare:
        teacher = job.teacher
        if teacher.startswith(PREFIX):
            card = trained(teacher.removeprefix(PREFIX), data, out / TEACHERS)
            teacher = str(card.absolute())
        _label_images(
            teacher,
            job.images,
            out / job.out,
            split=job.split,
            class_map=job.class_map,
            root=data,
        )


def _label_images(
    teacher: str,
    images: str,
    out: Path,
    *,
    split: str | None,
    class_map: str | None,
    root: Path,
) -> None:
    from tqdm import tqdm

    from hydranet_ros.training.distillation.labelling import run_labelling

    with tqdm(desc=f'labelling {images}', unit='image', disable=None) as bar:

        def report(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        run_labelling(
            teacher, images, out, split=split, class_map=class_map, root=root, progress=report
        )


def _require() -> None:
    from hydranet_ros.errors import HydranetError

    missing = [name for module, name in _NEEDS.items() if not importlib.util.find_spec(module)]
    if missing:
        raise HydranetError(
            f'Training needs {", ".join(missing)}, missing here. Install torch as its site says '
            "for this machine, then `pip install 'hydranet_ros[train]'` and an OpenCV "
            '(opencv-python-headless where there is none).'
        )
