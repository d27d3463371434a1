# `make demo` and `make test` need Python 3.10 to 3.14 on x86_64 Linux, and nothing else: no ROS.

PYTHON ?= python3
DISTRO ?= jazzy
DURATION ?=
PYTEST_ARGS ?=

VENV := $(if $(filter jazzy,$(DISTRO)),.venv,.venv-$(DISTRO))
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --disable-pip-version-check -q -c constraints.txt

# The ROS wheels live in the virtual environment; what a sourced ROS installation exports would
# send Python, the loader or the middleware to the other one. ROS_DOMAIN_ID stays.
unexport ROS_DISTRO ROS_VERSION ROS_PYTHON_VERSION ROS_LOCALHOST_ONLY
unexport ROS_AUTOMATIC_DISCOVERY_RANGE ROS_STATIC_PEERS ROS_DISCOVERY_SERVER
unexport ROS_SECURITY_ENABLE ROS_SECURITY_KEYSTORE ROS_SECURITY_STRATEGY
unexport RMW_IMPLEMENTATION CYCLONEDDS_URI
unexport FASTRTPS_DEFAULT_PROFILES_FILE FASTDDS_DEFAULT_PROFILES_FILE FASTDDS_BUILTIN_TRANSPORTS
unexport RMW_FASTRTPS_USE_QOS_FROM_XML RMW_FASTRTPS_PUBLICATION_MODE
unexport AMENT_PREFIX_PATH CMAKE_PREFIX_PATH COLCON_PREFIX_PATH COLCON_DEFAULTS_FILE
unexport COLCON_HOME COLCON_LOG_PATH COLCON_EXTENSION_BLOCKLIST
unexport PYTHONPATH PYTHONHOME LD_LIBRARY_PATH _ROS_WHEELS_BOOTSTRAP_COMPLETE
unexport PIP_USER PIP_TARGET PIP_PREFIX

ifeq ($(filter jazzy kilted,$(DISTRO)),)
$(error DISTRO is jazzy or kilted, not '$(DISTRO)')
endif

.PHONY: help demo test lint clean

help:
	@echo 'make demo [DURATION=seconds]   a street through the node, over real DDS, until Ctrl-C'
	@echo 'make test [DISTRO=kilted]      lint and all tests, against Jazzy unless told'
	@echo 'make lint                      formatting, style and types alone'
	@echo 'make clean                     remove what make has made, .venv included'
	@echo 'PYTHON=python3.12 chooses the interpreter of a new .venv.'

demo: $(VENV)/.for-demo
	$(BIN)/hydranet demo $(if $(DURATION),--duration $(DURATION))

# What trains brings libraries that robots do not have: it runs in a process of its own.
TRAINS := test/training test/commands/test_train.py test/commands/test_label.py

test: lint
ifeq ($(PYTEST_ARGS),)
	$(BIN)/python -m pytest $(TRAINS:%=--ignore=%)
	$(BIN)/python -m pytest $(TRAINS)
else
	$(BIN)/python -m pytest $(PYTEST_ARGS)
endif

lint: $(VENV)/.for-test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

clean:
	rm -rf .venv .venv-kilted build dist *.egg-info install log
	rm -f out/demo.png out/demo.png.part && { rmdir out 2>/dev/null || true; }  # predictions stay
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.made:
	@test "$$(uname -s) $$(uname -m)" = 'Linux x86_64' || { echo >&2 "The ROS wheels are\
	 for x86_64 Linux, and this is $$(uname -s) $$(uname -m). Install ROS 2 and build the package\
	 with colcon: README.md, Installation."; exit 1; }
	@command -v $(PYTHON) >/dev/null || { echo >&2 "There is no $(PYTHON) here. Install Python\
	 3.10 to 3.14, or name it: make $(MAKECMDGOALS) PYTHON=/path/to/python3.12"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 14))' || { \
	 echo >&2 "$(PYTHON) is $$($(PYTHON) --version 2>&1), but Python 3.10 to 3.14 is needed.\
	 Name another one: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo >&2 "$(PYTHON) cannot make\
	 virtual environments. On Debian and Ubuntu: sudo apt install python3-venv"; exit 1; }
	@echo 'Making $(VENV) with what hydranet_ros needs; this downloads a few hundred megabytes.'
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.for-demo: $(VENV)/.made setup.py constraints.txt
	$(PIP) setuptools
	$(PIP) --no-build-isolation -e '.[cpu,ros-$(DISTRO)]' opencv-python-headless
	@touch $@

$(VENV)/.for-test: $(VENV)/.for-demo
	@$(BIN)/python -c 'import torch' 2>/dev/null || echo "The tests need torch. Unless pip has\
 another index, this downloads its build for CUDA, several gigabytes: docs/install.md says how to\
 get the one for CPUs."
	$(PIP) --no-build-isolation -e '.[cpu,torch,train,ros-$(DISTRO),test]'
	@touch $@
