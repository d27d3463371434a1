# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The `hydranet` command: one module a subcommand, imported when it is called.

A subcommand's module has `SUMMARY: str`, `add_arguments(parser) -> None` and
`run(args) -> int`, and imports nothing heavy at its top.
"""

import argparse
from collections.abc import Sequence
import difflib
from importlib import import_module
import os
import sys
from types import ModuleType

from hydranet_ros import __version__
from hydranet_ros.errors import HydranetError

COMMANDS = (
    'demo',
    'predict',
    'view',
    'models',
    'build',
    'benchmark',
    'evaluate',
    'diagnose',
    'train',
    'doctor',
)

USAGE = 2
INTERRUPTED = 128 + 2
PIPE_CLOSED = 128 + 13


def main(argv: Sequence[str] | None = None) -> int:
    """Run one subcommand and return its exit status; a HydranetError becomes one line."""
    try:
        status = _dispatch(sys.argv[1:] if argv is None else list(argv))
        sys.stdout.flush()
    except HydranetError as error:
        print('hydranet:', ' '.join(str(error).split()), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The reader has gone (`hydranet ... | head`): keep the exit's own flush from complaining.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PIPE_CLOSED
    return status


def _dispatch(arguments: list[str]) -> int:
    if not arguments or arguments[0] not in COMMANDS:
        return _explain(arguments)
    name, *rest = arguments
    command = _load(name)
    parser = argparse.ArgumentParser(prog=f'hydranet {name}', description=command.SUMMARY)
    command.add_arguments(parser)
    return int(command.run(parser.parse_args(rest)))


def _explain(arguments: list[str]) -> int:
    """Answer everything that calls no subcommand: help, version, a wrong name."""
    parser = argparse.ArgumentParser(
        prog='hydranet',
        usage='hydranet [-h] [--version] COMMAND ...',
        description='Tells what every pixel of a camera frame is and how far away it is.',
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument('--version', action='version', version=f'hydranet_ros {__version__}')
    if arguments and not arguments[0].startswith('-'):
        parser.error(_unknown(arguments[0]))
    if not arguments or arguments[0] in ('-h', '--help'):
        parser.epilog = _list_commands()
    parser.parse_args(arguments)
    parser.print_help(sys.stderr)
    return USAGE


def _list_commands() -> str:
    width = max(map(len, COMMANDS))
    lines = [f'  {name:{width}}  {_load(name).SUMMARY}' for name in COMMANDS]
    return '\n'.join(['commands:', *lines, '', '`hydranet COMMAND --help` explains one of them.'])


def _load(name: str) -> ModuleType:
    return import_module(f'{__name__}.{name}')


def _unknown(name: str) -> str:
    close = difflib.get_close_matches(name, COMMANDS, n=1)
    hint = f'did you mean {close[0]!r}?' if close else f'choose from {", ".join(COMMANDS)}'
    return f'no command {name!r}; {hint}'
