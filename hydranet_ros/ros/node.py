# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The lifecycle node `perception`: a camera's images in, labels and depth out."""

from collections.abc import Callable
import sys
from typing import Any

from rcl_interfaces.msg import SetParametersResult
import rclpy
from rclpy.clock import Clock
from rclpy.clock import ClockType
from rclpy.lifecycle import LifecycleNode
from rclpy.lifecycle import LifecycleState
from rclpy.lifecycle import TransitionCallbackReturn
from rclpy.parameter import Parameter

from hydranet_ros.errors import HydranetError
from hydranet_ros.errors import in_words
from hydranet_ros.frame_counts import Counts
from hydranet_ros.ros.diagnostics import DiagnosticsPublisher
from hydranet_ros.ros.diagnostics import Health
from hydranet_ros.ros.diagnostics import NodeState
from hydranet_ros.ros.diagnostics import PERIOD_S
from hydranet_ros.ros.log_forwarding import forward_logs
from hydranet_ros.ros.log_forwarding import stop_forwarding
from hydranet_ros.ros.preflight import check_model
from hydranet_ros.ros.process import run_node
from hydranet_ros.ros.session import PerceptionSession
from hydranet_ros.ros.settings import declare
from hydranet_ros.ros.settings import on_change
from hydranet_ros.ros.settings import read
from hydranet_ros.ros.settings import Settings

NAME = 'perception'
# A thread that wants the interpreter waits that long for one that runs Python. By default 5 ms,
# which the worker would pay twice a frame: at the hand-over, and back from the network.
SWITCH_INTERVAL_S = 1e-4


class PerceptionNode(LifecycleNode):
    """Configure checks and loads a model, activate subscribes, deactivate stops, cleanup frees.

    HydranetError where a parameter that it is started with cannot be.
    """

    def __init__(self, **arguments: Any) -> None:
        super().__init__(NAME, **arguments)
        self._session: PerceptionSession | None = None
        # The newest callback is asked first: the table's checks, which `declare` adds.
        self.add_on_set_parameters_callback(self._check)
        self.settings = declare(self)
        on_change(self, self._apply)
        forward_logs(self.get_logger())
        self._state = NodeState.UNCONFIGURED
        self._error = ''
        self._diagnostics = DiagnosticsPublisher(self)
        # A steady clock: health is reported also while simulated time stands still.
        self._timer = self.create_timer(
            PERIOD_S, self._report, clock=Clock(clock_type=ClockType.STEADY_TIME)
        )
        # Wakes the executor's thread, because the worker's must not drive the state machine.
        self._failed = self.create_guard_condition(self._on_failure)

    @property
    def counts(self) -> Counts:
        """What became of the frames received since the node was configured."""
        return Counts() if self._session is None else self._session.counts

    def start(self) -> bool:
        """Configure and activate; False where it cannot be configured, as the log explains.

        A network that fails later than that, however soon, leaves the node inactive.
        """
        if self.trigger_configure() != TransitionCallbackReturn.SUCCESS:
            return False
        self.trigger_activate()
        return self._session is not None

    def close(self) -> None:
        """Stop the worker and free the engine; the node can then be destroyed in any state."""
        self._release()
        stop_forwarding(self.get_logger())

    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Check model, weights and backend; loading goes on in the worker."""
        return self._attempt('configure', NodeState.INACTIVE, self._configure)

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Subscribe to the camera; frames are not ready until the engine is there."""
        return self._attempt('activate', NodeState.ACTIVE, self._activate)

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Unsubscribe and publish no more; the engine stays."""
        return self._attempt('deactivate', NodeState.INACTIVE, self._deactivate)

    def on_cleanup(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Free the engine and take the topics back."""
        return self._attempt('clean up', NodeState.UNCONFIGURED, self._clean_up)

    def on_shutdown(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Free all, from any state."""
        return self._attempt('shut down', NodeState.FINALIZED, self._release)

    def on_error(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Free all, so that the node can be configured again."""
        return self._attempt('recover', NodeState.UNCONFIGURED, self._release)

    def _attempt(
        self, what: str, target: NodeState, action: Callable[[], None]
    ) -> TransitionCallbackReturn:
        # rclpy would turn an exception into ERROR without a word.
        try:
            action()
        except HydranetError as error:
            return self._refuse(what, str(error), TransitionCallbackReturn.FAILURE)
        except Exception as error:
            return self._refuse(what, in_words(error), TransitionCallbackReturn.ERROR)
        self._state = target
        return TransitionCallbackReturn.SUCCESS

    def _refuse(
        self, what: str, reason: str, answer: TransitionCallbackReturn
    ) -> TransitionCallbackReturn:
        self._error = reason
        self.get_logger().error(f'Cannot {what}: {reason}')
        return answer

    def _configure(self) -> None:
        self._error = ''
        card = check_model(self.settings)
        self.get_logger().info(f'Model {card.name}: {card.title}.')
        self._session = PerceptionSession(self, self.settings, card, self._failed.trigger)

    def _activate(self) -> None:
        assert self._session is not None, 'only a configured node is activated'
        self._session.activate()

    def _deactivate(self) -> None:
        if self._session is not None:
            self._session.deactivate()

    def _clean_up(self) -> None:
        self._release()
        self._error = ''

    def _release(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            session.close()

    def _on_failure(self) -> None:
        # The wake-up may be of a network that was given up since.
        if self._state is NodeState.ACTIVE and self._session is not None and self._session.failed:
            self.trigger_deactivate()

    def _check(self, changed: list[Parameter]) -> SetParametersResult:
        """Refuse what the configured model cannot follow; the table refuses what no model can."""
        try:
            if self._session is not None:
                self._session.check(read(self, changed))
        # Whatever it is: rclpy would let it end the process.
        except Exception as error:
            return SetParametersResult(successful=False, reason=in_words(error))
        return SetParametersResult(successful=True)

    def _apply(self, settings: Settings) -> None:
        self.settings = settings
        if self._session is not None:
            self._session.apply(settings)

    def _report(self) -> None:
        if self._session is None:
            self._diagnostics.publish(Health(self._state, error=self._error))
        else:
            self._diagnostics.publish(*self._session.health(self._state))


def main(arguments: list[str] | None = None) -> int:
    """Run the node until Ctrl-C; 1 where it cannot start."""
    return run_node(NAME, PerceptionNode, _serve, arguments)


def _serve(node: PerceptionNode) -> int:
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    if node.settings.autostart and not node.start():
        return 1
    rclpy.spin(node)
    return 0


if __name__ == '__main__':
    sys.exit(main())
