# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Which files belong to which sample: folders, lists of names and ranges of frames."""

from collections.abc import Mapping
from collections.abc import Sequence
from collections.abc import Set
from dataclasses import dataclass
from pathlib import Path
from pathlib import PurePath
import re

from hydranet_ros.errors import HydranetError
from hydranet_ros.sources.pictures import files_in
from hydranet_ros.sources.pictures import SUFFIXES
from hydranet_ros.training.datasets.lens import Lens

_RANGE = re.compile(r'(\d+)-(\d+)')


@dataclass(frozen=True)
class SampleFiles:
    """Name the files of one sample, and its focal length where that is known."""

    name: str
    rgb: Path
    labels: Path | None = None
    depth: Path | None = None
    normals: Path | None = None
    lens: Lens | None = None


@dataclass(frozen=True)
class Folders:
    """Name the folders, below that of the data set, whose files of the same stem are a sample."""

    rgb: str
    labels: str | None = None
    depth: str | None = None
    normals: str | None = None


def by_stem(folder: Path, suffixes: Set[str] = SUFFIXES) -> dict[str, Path]:
    """List the images of a folder, or what else has one of the suffixes, in natural order."""
    found: dict[str, Path] = {}
    for path in files_in(folder, suffixes):
        if path.stem in found:
            raise HydranetError(
                f"'{folder}' holds both {found[path.stem].name} and {path.name}. Remove one."
            )
        found[path.stem] = path
    return found


def collect(
    root: Path,
    folders: Folders,
    names: Sequence[str] | None = None,
    *,
    lens: Lens | None = None,
    partial: bool = False,
) -> list[SampleFiles]:
    """Match the files of the folders by their stems; all images where `names` is None.

    HydranetError for an image that is missing, and for an annotation that is missing unless
    `partial`.
    """
    images = by_stem(root / folders.rgb)
    if names is None:
        names = list(images)
    if not names:
        raise HydranetError(f"'{root / folders.rgb}' holds no image. Give the right folder.")
    all_there(names, images, root / folders.rgb)
    found: list[dict[str, Path]] = []
    for folder in (folders.labels, folders.depth, folders.normals):
        found.append(by_stem(root / folder, SUFFIXES | {'.npy'}) if folder else {})
        if folder and not partial:
            all_there(names, found[-1], root / folder)
    labels, depth, normals = found
    return [
        SampleFiles(name, images[name], labels.get(name), depth.get(name), normals.get(name), lens)
        for name in names
    ]


def read_rows(path: Path) -> list[list[str]]:
    """Read the words of every line of a list; HydranetError where there is none."""
    try:
        lines = path.read_text(encoding='utf-8').splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise HydranetError(f"cannot read the list of names '{path}': {error}.") from error
    rows = [line.split() for line in lines if line.strip()]
    if not rows:
        raise HydranetError(f"the list '{path}' is empty. Give the list of the whole data set.")
    return rows


def read_names(path: Path) -> list[str]:
    """Read a list of names, one a line: that of the first file that each line names."""
    return [name_of(row[0]) for row in read_rows(path)]


def name_of(word: str) -> str:
    """Return the name of a sample from a file's path, or from the name itself."""
    path = PurePath(word)
    return path.stem if path.suffix.lower() in SUFFIXES else path.name


def frame_range(split: str | None) -> tuple[int, int] | None:
    """Return the first and last frame of a split such as '0-59'; None for any other split."""
    match = _RANGE.fullmatch(split or '')
    return (int(match[1]), int(match[2])) if match else None


def take_split(
    files: list[SampleFiles],
    split: str | None,
    root: Path,
    named: Mapping[str, tuple[int, int]],
) -> list[SampleFiles]:
    """Take a range 'A-B' of frames, both included and counted from 0, or one that has a name."""
    if split is None:
        return files
    frames = named.get(split) or frame_range(split)
    if frames is None:
        known = [*named, f'a range of frames such as 0-{len(files) - 1}']
        raise unknown_split(split, known, root)
    first, last = frames
    if not first <= last < len(files):
        raise HydranetError(
            f"'{root}' has the frames 0-{len(files) - 1}; {first}-{last} is no range of them."
        )
    return files[first : last + 1]


def unknown_split(split: str, known: Sequence[str], root: Path) -> HydranetError:
    """Say which splits there are."""
    return HydranetError(f"'{root}' has no split '{split}'; choose one of: {', '.join(known)}.")


def all_there(
    names: Sequence[str], files: Mapping[str, Path], folder: Path, pattern: str = ''
) -> None:
    """Refuse a folder that lacks the file of a name; the pattern says how it is called."""
    lacking = [name for name in names if name not in files]
    if lacking:
        raise HydranetError(
            f"'{folder}' lacks {len(lacking)} of {len(names)} files{pattern and ' ' + pattern}: "
            f'{", ".join(lacking[:3])}{" ..." if len(lacking) > 3 else ""}. Add them, or take '
            'their names out of the data set.'
        )
