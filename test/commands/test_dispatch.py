# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The dispatcher of `hydranet`; what each command does is tested with the command."""

import argparse
from collections.abc import Callable
from importlib import import_module
import subprocess
import sys
from types import ModuleType

import pytest

from hydranet_ros import __version__
from hydranet_ros import commands
from hydranet_ros import HydranetError

HEAVY = ('cv2', 'numpy', 'onnx', 'onnxruntime', 'openvino', 'rclpy', 'requests', 'torch')
SCREEN = 60  # lines


@pytest.fixture
def models_does(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[..., int]], None]:
    """Put a command of the test's own in the place of `hydranet models`."""

    def replace(run: Callable[..., int]) -> None:
        module = ModuleType('hydranet_ros.commands.models')
        module.SUMMARY = 'Do what the test asks.'
        module.add_arguments = lambda parser: parser.add_argument('--number', type=int)
        module.run = run
        monkeypatch.setitem(sys.modules, module.__name__, module)

    return replace


def test_arguments_and_status_go_through(models_does: Callable) -> None:
    models_does(lambda args: args.number)
    assert commands.main(['models', '--number', '3']) == 3


def test_error_is_one_line(models_does: Callable, capsys: pytest.CaptureFixture) -> None:
    def fail(args: argparse.Namespace) -> int:
        raise HydranetError('The card is bad.\n  Mend it.')

    models_does(fail)
    assert commands.main(['models']) == 1
    assert capsys.readouterr().err == 'hydranet: The card is bad. Mend it.\n'


def test_interrupt(models_does: Callable) -> None:
    def interrupt(args: argparse.Namespace) -> int:
        raise KeyboardInterrupt

    models_does(interrupt)
    assert commands.main(['models']) == 130


def test_unknown_command_is_told_the_nearest(capsys: pytest.CaptureFixture) -> None:
    with pytest.raises(SystemExit) as caught:
        commands.main(['predcit'])
    assert caught.value.code == 2
    assert "did you mean 'predict'?" in capsys.readouterr().err


def test_no_command_shows_the_help(capsys: pytest.CaptureFixture) -> None:
    assert commands.main([]) == 2
    assert 'benchmark' in capsys.readouterr().err


def test_version(capsys: pytest.CaptureFixture) -> None:
    with pytest.raises(SystemExit) as caught:
        commands.main(['--version'])
    assert caught.value.code == 0
    assert capsys.readouterr().out == f'hydranet_ros {__version__}\n'


@pytest.mark.parametrize('command', [(), *((name,) for name in commands.COMMANDS)])
def test_help_fits_a_screen_and_imports_nothing_heavy(command: tuple[str, ...]) -> None:
    program = (
        'import sys\n'
        'from hydranet_ros.commands import main\n'
        'try:\n'
        '    main(sys.argv[1:])\n'
        'finally:\n'
        f'    print(sorted(set({HEAVY!r}) & set(sys.modules)), file=sys.stderr)\n'
    )
    done = run([sys.executable, '-c', program, *command, '--help'])
    assert done.returncode == 0
    assert done.stderr.splitlines()[-1] == '[]'
    assert len(done.stdout.splitlines()) <= SCREEN
    summary = import_module(f'hydranet_ros.commands.{(*command, "demo")[0]}').SUMMARY
    assert summary.split()[0] in done.stdout


def test_reader_that_leaves_is_no_error() -> None:
    program = (
        'import sys, types\n'
        'from hydranet_ros.commands import main\n'
        'module = types.ModuleType("models")\n'
        'module.SUMMARY = ""\n'
        'module.add_arguments = lambda parser: None\n'
        'module.run = lambda args: [print("line") for _ in range(100000)] and 0\n'
        'sys.modules["hydranet_ros.commands.models"] = module\n'
        'sys.exit(main(["models"]))\n'
    )
    child = subprocess.Popen(
        [sys.executable, '-c', program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    assert child.stdout.readline() == 'line\n'
    child.stdout.close()
    assert child.stderr is not None
    with child.stderr:
        assert child.stderr.read() == ''
    assert child.wait(timeout=60) == 141


def test_module_is_the_command() -> None:
    done = run([sys.executable, '-m', 'hydranet_ros', '--version'])
    assert done.stdout == f'hydranet_ros {__version__}\n'


def run(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, timeout=60)
