# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What no file of the project may carry, and the header that every Python file does."""

import re

import pytest

from .conftest import ROOT
from .source_files import project_files

FORBIDDEN = {
    'a package registry': re.compile(
        r'\b(pypi\.org|pythonhosted\.org|download\.pytorch\.org|packages\.ros\.org|anaconda\.org'
        r'|registry\.npmjs\.org|docker\.io|ghcr\.io|nvcr\.io|developer\.download\.nvidia)',
    ),
    'a path of one machine': re.compile(r'(?<![\w.~$}*)-])/(?:work|root|tmp|home(?!/user/))/\w'),
    'something left to do': re.compile(r'\b(?:[T]ODO|[F]IXME|[X]XX|[H]ACK)\b'),
}
HEADER = '# Copyright 2026 hydranet_ros maintainers\n# SPDX-License-Identifier: Apache-2.0\n'


@pytest.fixture(scope='module')
def texts() -> dict[str, str]:
    found = {}
    for name in project_files():
        data = (ROOT / name).read_bytes()
        if b'\0' not in data:
            found[name] = data.decode('utf-8')
    assert 'package.xml' in found
    return found


@pytest.mark.parametrize('what', FORBIDDEN)
def test_no_file_carries(what: str, texts: dict[str, str]) -> None:
    lines = [
        f'{name}:{number}: {line.strip()}'
        for name, text in texts.items()
        for number, line in enumerate(text.splitlines(), 1)
        if FORBIDDEN[what].search(line)
    ]
    assert not lines, f'{what} in\n' + '\n'.join(lines)


def test_python_files_carry_the_header(texts: dict[str, str]) -> None:
    bare = [n for n, text in texts.items() if n.endswith('.py') and not text.startswith(HEADER)]
    assert not bare


def test_no_file_is_named_after_nothing(texts: dict[str, str]) -> None:
    vague = re.compile(r'(^|/)(utils?|helpers?|common|misc)(\.py|/)')
    assert not [name for name in texts if vague.search(name)]


@pytest.mark.parametrize(
    ('what', 'line'),
    [
        ('a package registry', 'pip install -i https://pypi' + '.org/simple'),
        ('a path of one machine', "open('" + '/wor' + "k/data.npz')"),
        ('something left to do', '# TO' + 'DO: later'),
    ],
)
def test_patterns_find_what_they_look_for(what: str, line: str) -> None:
    assert FORBIDDEN[what].search(line)
