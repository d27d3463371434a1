# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Any bytes of a message or of a bag are read as far as they go, or refused by a sentence."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
import numpy as np
import pytest

from hydranet_ros.bags import types
from hydranet_ros.bags.messages import RgbReader
from hydranet_ros.bags.reading import BagReader
from hydranet_ros.bags.types import make_typestore
from test.bags.conftest import ODD
from test.bags.conftest import Recorder
from test.fuzz.cases import damaged
from test.fuzz.cases import flat_memory
from test.fuzz.cases import fuzz
from test.fuzz.cases import Outcomes


@pytest.fixture(scope='module')
def recorder() -> Recorder:
    return Recorder()


def test_messages(recorder: Recorder):
    store = make_typestore()
    reader = RgbReader(store)
    whole = {
        types.IMAGE: bytes(recorder.store.serialize_cdr(recorder.image(0), types.IMAGE)),
        types.COMPRESSED_IMAGE: bytes(
            recorder.store.serialize_cdr(recorder.compressed(0), types.COMPRESSED_IMAGE)
        ),
    }
    outcomes = Outcomes()

    @fuzz
    @given(st.sampled_from(sorted(whole)), st.data())
    def run(kind, data):
        count()
        # The head is where the lengths are; the pixels behind it are left, and are many.
        head = data.draw(damaged(whole[kind][:120]) | st.binary(max_size=60))
        answer, refusal = outcomes.of(lambda: reader.read(head + whole[kind][120:], kind))
        if not refusal:
            assert answer[1].ndim == 3
            assert answer[1].dtype == np.uint8

    with flat_memory() as count:
        run()
    outcomes.check()


@pytest.mark.parametrize('storage', ['sqlite3', 'mcap'])
def test_files(recorder: Recorder, tmp_path: Path, storage: str):
    odd = recorder.odd(0)
    messages = [('/odd', ODD, odd), ('/cam/camera_info', types.CAMERA_INFO, recorder.info(0))] * 3
    bag = recorder.write(tmp_path / 'drive', storage, messages)
    whole = {path: path.read_bytes() for path in bag.iterdir()}
    outcomes = Outcomes()

    def read_all():
        with BagReader(bag) as reader:
            return list(reader.messages())

    @fuzz
    @given(st.sampled_from(sorted(whole)), st.data())
    def run(path, data):
        count()
        for other, content in whole.items():
            other.write_bytes(content)
        path.write_bytes(data.draw(damaged(whole[path]) | st.binary(max_size=100)))
        read, refusal = outcomes.of(read_all)
        if refusal:
            assert str(bag) in refusal
            return
        assert all(isinstance(recorded, int) and len(cdr) < 10**6 for _, recorded, cdr in read)

    with flat_memory() as count:
        run()
    outcomes.check()
