# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The project's own files and what they import."""

import ast
from collections.abc import Iterator
from pathlib import Path
import subprocess

import pytest

from .conftest import ROOT


def project_files() -> list[str]:
    """Give the files that git knows or would take in, relative to the root."""
    git = ['git', 'ls-files', '--cached', '--others', '--exclude-standard']
    done = subprocess.run(git, cwd=ROOT, capture_output=True, text=True)
    if done.returncode != 0:
        pytest.skip('not a git checkout')
    return [name for name in done.stdout.splitlines() if (ROOT / name).is_file()]


def imported_modules(file: Path) -> Iterator[str]:
    """Give the full name of every module that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(file.read_text(encoding='utf-8'))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from _imported_from(node, file)


def _imported_from(node: ast.ImportFrom, file: Path) -> Iterator[str]:
    package = list(file.resolve().relative_to(ROOT).parent.parts)
    start = package[: len(package) - node.level + 1] if node.level else []
    module = '.'.join([*start, *([node.module] if node.module else [])])
    yield module
    # `from package import module` imports a module too.
    yield from (f'{module}.{alias.name}' for alias in node.names)
