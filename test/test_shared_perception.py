# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Who loads, who builds and who frees what several users share; with the real Perception."""

import threading

import numpy as np
import pytest

from hydranet_ros import shared_perception
from hydranet_ros.deploy.engine_pool import KEPT
from hydranet_ros.deploy.request import Shape
from hydranet_ros.errors import HydranetError
from hydranet_ros.perception import Perception
from hydranet_ros.shared_perception import Recipe
from hydranet_ros.shared_perception import SharedPerception

RECIPE = Recipe('street', backend='onnxruntime', precision='fp32', threads=1)
OTHER = Recipe('street', backend='onnxruntime', precision='fp32', threads=2)
RGB = np.zeros((48, 64, 3), np.uint8)


@pytest.fixture(autouse=True)
def _nothing_is_left():
    yield
    left = dict(shared_perception._entries)
    shared_perception._entries.clear()
    assert not left


@pytest.fixture
def loads(monkeypatch):
    """Note each call of the real Perception.load."""
    noted = []
    real = Perception.load

    def load(*arguments, **options):
        noted.append(options)
        return real(*arguments, **options)

    monkeypatch.setattr(Perception, 'load', load)
    return noted


def test_equal_recipes_share_until_the_last_goes(loads):
    first, second = SharedPerception(RECIPE), SharedPerception(RECIPE)
    assert first.perception is second.perception
    assert len(loads) == 1
    first.close()
    first.close()
    second.perception.predict(RGB)
    second.close()
    with pytest.raises(HydranetError, match='closed'):
        second.perception.predict(RGB)
    third = SharedPerception(RECIPE)
    assert third.perception is not second.perception
    third.close()
    assert len(loads) == 2


def test_other_recipes_do_not(loads):
    first, second = SharedPerception(RECIPE), SharedPerception(OTHER)
    assert first.perception is not second.perception
    first.close()
    second.perception.predict(RGB)
    second.close()


def test_users_that_come_at_once_load_once(loads):
    together = threading.Barrier(4)
    users = []

    def come():
        together.wait(20)
        users.append(SharedPerception(RECIPE))

    threads = [threading.Thread(target=come) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(users) == 4
    assert len({id(one.perception) for one in users}) == 1
    assert len(loads) == 1
    for one in users:
        one.close()


def test_a_user_that_gives_up_stops_no_other(monkeypatch):
    real, entered, leave = Perception.load, threading.Event(), threading.Event()

    def load(*arguments, progress, **options):
        entered.set()
        assert leave.wait(20)
        if progress is not None:
            progress(1, None)
        return real(*arguments, **options)

    def give_up(done, total):
        raise HydranetError('stopped')

    monkeypatch.setattr(Perception, 'load', load)
    errors, users = [], []

    def come(**options):
        try:
            users.append(SharedPerception(RECIPE, **options))
        except HydranetError as error:
            errors.append(str(error))

    first = threading.Thread(target=come, kwargs={'progress': give_up})
    first.start()
    assert entered.wait(20)
    second = threading.Thread(target=come)
    second.start()
    leave.set()
    first.join(60)
    second.join(60)
    assert errors == ['stopped']
    (user,) = users
    user.perception.predict(RGB)
    user.close()


def test_the_end_of_a_build_is_told_to_its_user_good_or_bad():
    ends = []
    user = SharedPerception(RECIPE, on_built=lambda: ends.append(user.perception.engines.infos))
    user.prepare(48, 64)
    with pytest.raises(HydranetError):
        user.prepare(0, 0)
    user.close()
    assert [len(infos) for infos in ends] == [1, 1]


def test_what_is_built_is_there_for_all_and_told_to_its_user(loads):
    told = {'first': [], 'second': []}
    first = SharedPerception(RECIPE, on_build=told['first'].append)
    second = SharedPerception(RECIPE, on_build=told['second'].append)
    build_lines = loads[0]['on_build']
    first.prepare(48, 64)
    build_lines('one')
    second.prepare(48, 64)
    build_lines('two')
    assert told['first'][-1:] == ['one']
    assert told['second'][-1:] == ['two']
    assert second.perception.engines.info(Shape(48, 64)) is not None
    first.close()
    second.close()


def test_engines_are_kept_for_all(loads):
    first = SharedPerception(RECIPE, engines=KEPT)
    assert first.perception.engines.kept == KEPT
    second = SharedPerception(RECIPE, engines=3)
    assert first.perception.engines.kept == KEPT + 3
    first.close()
    second.close()


def test_what_cannot_be_loaded_leaves_nothing(loads):
    for _ in range(2):
        with pytest.raises(HydranetError, match='no_such_model'):
            SharedPerception(Recipe('no_such_model'))
    assert len(loads) == 2
