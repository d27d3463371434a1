# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The thread that owns a session: calls from any other are handed over to it."""

from __future__ import annotations

from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
import weakref

from hydranet_ros.deploy.tensorrt.session import Session


class TensorRtRunner:
    """A serialised engine between fixed host arrays; may be used from any thread.

    `inputs`, `outputs`: pinned host arrays by name. Everything of TensorRT and CUDA happens on
    one thread of its own, teardown included.
    """

    def __init__(self, plan: bytes, dla_core: int = -1) -> None:
        owner = ThreadPoolExecutor(1, thread_name_prefix='tensorrt')
        try:
            session = owner.submit(Session, plan, dla_core).result()
        except BaseException:
            owner.shutdown()
            raise
        self.inputs = session.inputs
        self.outputs = session.outputs
        self._owner = owner
        self._session = session
        self._close = weakref.finalize(self, _end, owner, session)

    def run(self, wanted: Collection[str]) -> float:
        """Copy in, execute, copy the `wanted` outputs out; give the GPU's seconds for it."""
        return self._owner.submit(self._session.run, wanted).result()

    def close(self) -> None:
        """Free everything; a second call does nothing."""
        self._close()


def _end(owner: ThreadPoolExecutor, session: Session) -> None:
    try:
        try:
            closing = owner.submit(session.close)
        except RuntimeError:  # at the interpreter's end that thread is gone already
            session.close()
        else:
            closing.result()
    finally:
        owner.shutdown()
