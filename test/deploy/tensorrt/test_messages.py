# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What is kept of TensorRT's messages. The builder is the contract double."""

from collections.abc import Callable
import logging
from types import ModuleType

import pytest

from hydranet_ros.deploy.options import BuilderOptions
from hydranet_ros.deploy.tensorrt.builder import build_plan
from hydranet_ros.deploy.tensorrt.messages import KEPT_ERRORS
from hydranet_ros.deploy.tensorrt.messages import Messages
from hydranet_ros.deploy.tensorrt.order import BuildOrder

from .conftest import once


@pytest.fixture
def told() -> list[tuple[int, str]]:
    return []


@pytest.fixture
def messages(told: list[tuple[int, str]]) -> Messages:
    return Messages(lambda level, line: told.append((level, line)))


def test_the_last_errors_are_kept(messages: Messages, told: list[tuple[int, str]]) -> None:
    for i in range(KEPT_ERRORS + 3):
        messages.add(logging.ERROR, f'error {i}')
    assert messages.errors().split('; ') == [f'error {i}' for i in range(3, KEPT_ERRORS + 3)]
    assert messages.errors() == 'it gives no reason'
    assert not told


@once
def test_errors_of_a_build_that_succeeds_are_a_warning(
    double: ModuleType,
    small_graph: Callable[..., bytes],
    messages: Messages,
    told: list[tuple[int, str]],
) -> None:
    messages.add(logging.ERROR, 'a tactic failed')
    build_plan(small_graph(), BuildOrder(BuilderOptions(), 0), messages, lambda line: None)
    assert told == [(logging.WARNING, 'done, in spite of errors: a tactic failed')]
    assert messages.errors() == 'it gives no reason'
