# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Sessions side by side: each hears what TensorRT says of it, after others were closed too.

Over the double, which keeps one logger for the process; whether each release of TensorRT does is
not verified here.
"""

from collections.abc import Callable
from contextlib import closing
import gc
import logging
import threading
from types import ModuleType

import pytest

from hydranet_ros.deploy.options import BuilderOptions
from hydranet_ros.deploy.tensorrt.builder import build_plan
from hydranet_ros.deploy.tensorrt.messages import Messages
from hydranet_ros.deploy.tensorrt.order import BuildOrder
from hydranet_ros.deploy.tensorrt.process_logger import listen
from hydranet_ros.deploy.tensorrt.process_logger import logger_of
from hydranet_ros.deploy.tensorrt.runner import TensorRtRunner
from hydranet_ros.errors import HydranetError

from .conftest import FAULT
from .conftest import run_random


def test_a_second_session_hears_its_own_errors(
    runner: TensorRtRunner, plan: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or an engine that lacks memory only would be taken for one that TensorRT refuses."""
    with closing(runner):
        with monkeypatch.context() as faulty:
            faulty.setenv(FAULT, 'deserialize memory')
            with pytest.raises(HydranetError, match='too little free memory .*OutOfMemory'):
                TensorRtRunner(plan)
        assert runner._session._messages.errors() == 'it gives no reason'
        assert run_random(runner) < 1e-3


def test_the_logger_outlives_the_session_that_brought_it(
    plan: bytes,
    host_cuda: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    first = TensorRtRunner(plan)
    with monkeypatch.context() as faulty:
        faulty.setenv(FAULT, 'capture')  # so that each frame calls TensorRT
        second = TensorRtRunner(plan)
    assert not [one for one in caplog.messages if 'differs from one already' in one]
    first.close()
    del first
    gc.collect()
    with closing(second):
        monkeypatch.setenv(FAULT, 'execute')
        with pytest.raises(HydranetError, match='did not run the engine: Error Code 1: Cask'):
            run_random(second)


def test_a_build_beside_a_session_hears_its_own_errors(
    runner: TensorRtRunner, small_graph: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FAULT, 'build')
    order, messages = BuildOrder(BuilderOptions(), 0), Messages()
    with (
        closing(runner),
        pytest.raises(HydranetError, match='Could not find any implementation'),
    ):
        build_plan(small_graph(), order, messages, lambda line: None)


def test_threads_of_tensorrt_speak_to_who_listened_last(double: ModuleType) -> None:
    logger = logger_of(double)
    assert logger is logger_of(double)
    messages = {name: Messages() for name in ('mine', 'other', 'last')}
    listen(messages['mine'])

    def other() -> None:
        listen(messages['other'])
        logger.log(double.ILogger.ERROR, 'of the other thread')
        listen(messages['last'])

    for work in (other, lambda: logger.log(double.ILogger.ERROR, "of TensorRT's own thread")):
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    logger.log(double.ILogger.INTERNAL_ERROR, 'of this thread')
    assert {name: one.errors() for name, one in messages.items()} == {
        'mine': 'of this thread',
        'other': 'of the other thread',
        'last': "of TensorRT's own thread",
    }


def test_what_is_no_error_is_logged(double: ModuleType, caplog: pytest.LogCaptureFixture) -> None:
    listen(Messages())
    with caplog.at_level(logging.DEBUG):
        logger_of(double).log(double.ILogger.WARNING, ' a warning ')
        logger_of(double).log(double.ILogger.VERBOSE, 'much')
    assert caplog.messages == ['TensorRT: a warning']
