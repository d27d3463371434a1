# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Building in a child process: options, progress, and every way it can end.

The builder is the contract double; how well TensorRT builds is not verified here.
"""

from collections.abc import Callable
import os
from pathlib import Path
import resource
import subprocess
import sys
import threading
import time
from types import ModuleType

import pytest

from hydranet_ros.deploy.tensorrt.build import build_in_child

from .conftest import FAULT
from .conftest import header_of
from .conftest import ignore
from .conftest import once
from .conftest import order
from .conftest import refusal

Small = Callable[..., bytes]


@pytest.fixture
def fail(double: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    return lambda fault: monkeypatch.setenv(FAULT, fault)


def test_options_reach_the_builder(double: ModuleType, small_graph: Small, version: str) -> None:
    lines: list[str] = []
    plan = build_in_child(
        small_graph(), order(optimization_level=5, workspace_mb=64), lines.append
    )
    header = header_of(plan)
    assert header['version'] == version
    assert header['optimization_level'] == 5
    assert header['workspace'] == 64 << 20
    assert header['flags'] == [], 'TF32 is on by default, and no fp32'
    assert header['oom_score_adj'] == 1000
    assert lines[0] == 'TensorRT: Building engine 0 of 2'
    assert plan.endswith(small_graph())


def test_the_parser_names_every_node_that_it_refuses(
    double: ModuleType, small_graph: Small
) -> None:
    said = refusal(small_graph(operators=('NonZeroish', 'Folded')))
    assert "node 4 'node_0' (NonZeroish): No importer registered for op: NonZeroish" in said
    assert "node 5 'node_1' (Folded): No importer registered for op: Folded" in said
    assert '[UNSUPPORTED_NODE]. Try another precision or backend' in said


def test_bytes_that_are_no_graph(double: ModuleType) -> None:
    said = refusal(b'no graph at all')
    assert 'parser refuses the graph: Failed to parse the ONNX model' in said


def test_a_build_that_fails_says_what_tensorrt_says(fail: Callable, small_graph: Small) -> None:
    fail('build')
    said = refusal(small_graph())
    assert 'Could not find any implementation for node {ForeignNode}' in said
    fail('memory')
    assert 'OutOfMemory (requested size was 4294967296 bytes.)' in refusal(small_graph())


@once
def test_a_builder_that_does_not_start(fail: Callable, small_graph: Small) -> None:
    fail('start')
    assert 'returned nullptr; TensorRT: CUDA initialization failure: 35.' in refusal(small_graph())


def test_a_killed_build_leaves_this_process_alive(
    fail: Callable, small_graph: Small, temporary: Path
) -> None:
    fail('kill')
    said = refusal(small_graph())
    assert "was killed after 'TensorRT: Building engine 0 of 2'" in said
    assert 'memory of this machine most likely ran out. Close other programs' in said
    assert not list(temporary.iterdir())


def test_an_aborted_build_gives_its_last_words(fail: Callable, small_graph: Small) -> None:
    fail('abort')
    said = refusal(small_graph())
    assert 'ended by SIGABRT' in said
    assert (
        "its last words: terminate called after throwing an instance of 'std::bad_alloc'" in said
    )


@once
def test_a_build_that_hangs_is_given_up(
    fail: Callable, small_graph: Small, temporary: Path
) -> None:
    fail('hang')
    # long enough for the child to start on a busy machine
    said = refusal(small_graph(), stall_s=20.0)
    assert 'was given up' in said
    assert "after 'TensorRT: Building engine 0 of 2'" in said
    assert not list(temporary.iterdir())


@once
def test_what_libraries_print_is_no_report(fail: Callable, small_graph: Small) -> None:
    fail('print')
    assert build_in_child(small_graph(), order(), ignore)


@once
def test_a_builder_that_cannot_be_imported(
    double: ModuleType, small_graph: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv('TENSORRT_DOUBLE_API', '/nowhere/tensorrt-10.3.0.json')
    assert '/nowhere/tensorrt-10.3.0.json' in refusal(small_graph())


@once
def test_progress_that_raises_ends_the_build(
    double: ModuleType, small_graph: Small, temporary: Path
) -> None:
    def stop(line: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build_in_child(small_graph(), order(), stop)
    assert not list(temporary.iterdir())


@pytest.mark.parametrize('writer', ['parent', 'child'])
def test_a_full_disk(double: ModuleType, small_graph: Small, temporary: Path, writer: str) -> None:
    """The parent writes the graph, the child the engine, which is a little larger."""
    graph = small_graph(ballast=100_000)
    room = len(graph) + (100 if writer == 'child' else -100)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, before[1]))
    try:
        said = refusal(graph)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert 'File too large' in said
    assert 'Make room there, or set TMPDIR' in said
    assert not list(temporary.iterdir())


ORPHAN = """
import os, sys
from hydranet_ros.deploy.options import BuilderOptions
from hydranet_ros.deploy.tensorrt.build import build_in_child
from hydranet_ros.deploy.tensorrt.order import BuildOrder

def say(line):
    print(line, flush=True)

build_in_child(sys.stdin.buffer.read(), BuildOrder(BuilderOptions(), os.getpid()), say)
"""


@once
def test_no_orphan_stays(fail: Callable, small_graph: Small, tmp_path: Path) -> None:
    """The process that waits is killed: the one that builds goes with it."""
    fail('hang')
    environment = {
        **os.environ,
        'PYTHONPATH': os.pathsep.join(filter(None, sys.path)),
        'TMPDIR': str(tmp_path),
    }
    with subprocess.Popen(
        [sys.executable, '-c', ORPHAN],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
    ) as waiting:
        assert waiting.stdin is not None
        assert waiting.stdout is not None
        waiting.stdin.write(small_graph())
        waiting.stdin.close()
        assert b'Building engine' in waiting.stdout.readline()
        (builder,) = Path(f'/proc/{waiting.pid}/task/{waiting.pid}/children').read_text().split()
        waiting.kill()
    deadline = time.monotonic() + 60
    while _runs(builder):
        assert time.monotonic() < deadline, 'the builder outlives who asked for it'
        threading.Event().wait(0.05)


def _runs(process: str) -> bool:
    try:
        state = Path(f'/proc/{process}/stat').read_text().rpartition(')')[2].split()[0]
    except FileNotFoundError:
        return False
    return state != 'Z'
