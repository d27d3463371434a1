# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The wheel as pip builds and installs it, and the metadata that is written twice.

colcon is no dependency of the tests: its layout is not verified here, nor that the rosdep keys
of package.xml exist.
"""

from email.message import Message
from email.parser import Parser
import os
from pathlib import Path
import re
import shlex
import subprocess
import sys
from xml.etree import ElementTree
from zipfile import ZipFile

from packaging.requirements import Requirement
import pytest

import hydranet_ros

from .conftest import ROOT
from .source_files import imported_modules
from .source_files import project_files

PIP = [sys.executable, '-m', 'pip', '--disable-pip-version-check', '-q']
EXTRAS = {'cpu', 'torch', 'train', 'view', 'timm', 'bags', 'ros-jazzy', 'ros-kilted', 'test'}
ROS_EXECUTABLES = {'perception', 'camera', 'hydranet'}
OPTIONAL_ROS = {'vision_msgs'}


@pytest.fixture(scope='module')
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from a copy of what git knows, without the network."""
    source = tmp_path_factory.mktemp('source')
    for name in project_files():
        target = source / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((ROOT / name).read_bytes())
        target.chmod((ROOT / name).stat().st_mode)
    folder = tmp_path_factory.mktemp('wheel')
    build = ['wheel', '--no-index', '--no-build-isolation', '--no-deps', '-w', str(folder)]
    subprocess.run([*PIP, *build, str(source)], check=True, timeout=120)
    (path,) = folder.glob('*.whl')
    return path


@pytest.fixture(scope='module')
def prefix(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel under a prefix of its own."""
    folder = tmp_path_factory.mktemp('prefix')
    install = ['install', '--no-index', '--no-deps', '--ignore-installed', '--prefix', str(folder)]
    subprocess.run([*PIP, *install, str(wheel)], check=True, timeout=120)
    return folder


@pytest.fixture(scope='module')
def environment(prefix: Path) -> dict[str, str]:
    """Give the environment in which the installed package goes before the source tree."""
    (site,) = prefix.glob('l*/python3*/site-packages')
    plain = {name: value for name, value in os.environ.items() if name != 'AMENT_PREFIX_PATH'}
    return plain | {'PYTHONPATH': str(site), 'PYTHONDONTWRITEBYTECODE': '1'}


@pytest.fixture(scope='module')
def metadata(wheel: Path) -> Message:
    with ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith('.dist-info/METADATA'))
        return Parser().parsestr(archive.read(name).decode())


@pytest.fixture(scope='module')
def manifest() -> ElementTree.Element:
    return ElementTree.parse(ROOT / 'package.xml').getroot()


def test_wheel_holds_every_module_and_resource(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        held = {re.sub(r'^hydranet_ros-[^/]+\.data/data/', '', n) for n in archive.namelist()}
    files = project_files()
    modules = {name for name in files if name.startswith('hydranet_ros/')}
    resources = {
        f'share/hydranet_ros/{name}'
        for name in files
        if name == 'package.xml' or name.startswith(('models/', 'config/', 'launch/'))
    }
    for name in ('street.onnx', 'street.yaml', 'LICENSE'):
        assert f'share/hydranet_ros/models/street/{name}' in resources
    assert modules | resources <= held
    assert 'share/ament_index/resource_index/packages/hydranet_ros' in held
    assert not {name for name in held if name.startswith(('test/', 'build/'))}


def test_only_hydranet_is_on_the_path(prefix: Path) -> None:
    assert {path.name for path in (prefix / 'bin').iterdir()} == {'hydranet'}


def test_ros2_run_finds_the_executables(prefix: Path) -> None:
    """`ros2 run` looks for executable files in lib/<package> of an ament prefix."""
    folder = prefix / 'lib' / 'hydranet_ros'
    assert {path.name for path in folder.iterdir() if os.access(path, os.X_OK)} == ROS_EXECUTABLES


def test_wrappers_name_modules_with_a_main() -> None:
    for wrapper in (ROOT / 'scripts').iterdir():
        found = re.search(r'-m (\S+)', wrapper.read_text())
        assert found, wrapper
        module = ROOT.joinpath(*found[1].split('.'))
        file = module / '__main__.py' if module.is_dir() else module.with_suffix('.py')
        assert 'main()' in file.read_text(), f'{wrapper} starts {file}, which calls no main()'


def test_installed_command_finds_its_models(prefix: Path, environment: dict[str, str]) -> None:
    program = (
        'from hydranet_ros import resources; print(resources.models_dir(), resources.config_dir())'
    )
    found = call([sys.executable, '-c', program], environment, prefix)
    share = prefix / 'share' / 'hydranet_ros'
    assert found.stdout.split() == [str(share / 'models'), str(share / 'config')]
    assert 'street' in call(['bin/hydranet', 'models', 'list'], environment, prefix).stdout


def test_wrapper_starts_the_command(prefix: Path, environment: dict[str, str]) -> None:
    folder = Path(sys.executable).parent
    on_path = environment | {'PATH': f'{folder}:{environment["PATH"]}'}
    done = call(['lib/hydranet_ros/hydranet', '--version'], on_path, prefix)
    assert done.stdout == f'hydranet_ros {hydranet_ros.__version__}\n'


def test_package_xml_agrees_with_the_wheel(
    manifest: ElementTree.Element, metadata: Message
) -> None:
    assert manifest.get('format') == '3'
    assert manifest.findtext('export/build_type') == 'ament_python'
    assert manifest.findtext('version') == metadata['Version'] == hydranet_ros.__version__
    assert manifest.findtext('description') == metadata['Summary']
    licence = metadata['License-Expression'] or metadata['License']
    assert manifest.findtext('license') == licence == 'Apache-2.0'
    maintainer = manifest.find('maintainer')
    assert maintainer is not None
    # Nobody reads that address, which package.xml must have: it stands nowhere else.
    assert maintainer.text == metadata['Maintainer']
    assert metadata['Maintainer-email'] is None
    # The pattern of package.xml's schema and of colcon, which ignores a package that fails it.
    assert re.fullmatch(
        r'[-a-zA-Z0-9_%+]+(\.[-a-zA-Z0-9_%+]+)*@[-a-zA-Z0-9%]+(\.[-a-zA-Z0-9%]+)*\.[a-zA-Z]{2,}',
        maintainer.get('email', ''),
    )


def test_licence_is_whole() -> None:
    text = (ROOT / 'LICENSE').read_text()
    assert 'Version 2.0, January 2004' in text
    assert 'END OF TERMS AND CONDITIONS' in text


def test_extras_exist(metadata: Message) -> None:
    assert set(metadata.get_all('Provides-Extra', [])) == EXTRAS


def test_requirements_are_pinned_within_their_bounds(metadata: Message) -> None:
    pins: dict[str, list[Requirement]] = {}
    for line in (ROOT / 'constraints.txt').read_text().splitlines():
        if line and not line.startswith('#'):
            pin = Requirement(line)
            pins.setdefault(pin.name.lower(), []).append(pin)
    for wanted in map(Requirement, metadata.get_all('Requires-Dist', [])):
        if wanted.name.startswith('ros-'):
            assert str(wanted.specifier).startswith('=='), f'{wanted.name} has no release'
            continue
        assert wanted.name.lower() in pins, f'constraints.txt has no pin of {wanted.name}'
        for pin in pins[wanted.name.lower()]:
            (release,) = pin.specifier
            assert release.operator == '=='
            assert wanted.specifier.contains(release.version), f'{pin} is outside {wanted}'


def test_the_robots_install_line_has_the_bounds_and_keeps_numpy_1(metadata: Message) -> None:
    (line,) = re.findall(r"^pip install ('numpy<2'.*)$", (ROOT / 'README.md').read_text(), re.M)
    stated = {one.name: str(one.specifier) for one in map(Requirement, shlex.split(line))}
    assert stated.pop('numpy') == '<2'  # apt's cv_bridge was built against NumPy 1
    assert stated.pop('setuptools') == '<80'
    wanted = [Requirement(one) for one in metadata.get_all('Requires-Dist', [])]
    ours = {
        one.name: str(one.specifier)
        for one in wanted
        if one.name.startswith('onnx') or (one.marker and 'cpu' in str(one.marker))
    }
    assert stated == ours


def test_the_jetsons_install_line_is_one_and_has_the_bounds(metadata: Message) -> None:
    """A second command, without the bound of NumPy, would take NumPy 2 for ml_dtypes."""
    page = (ROOT / 'docs' / 'jetson.md').read_text().replace('\\\n', ' ')
    (line,) = re.findall(r'^pip install (.*)$', page, re.M)
    stated = {one.name: str(one.specifier) for one in map(Requirement, shlex.split(line))}
    assert (stated['numpy'], stated['setuptools']) == ('<2', '<80')
    wanted = [Requirement(one) for one in metadata.get_all('Requires-Dist', [])]
    graphs = {
        one.name: str(one.specifier) for one in wanted if 'onnx' in one.name if not one.marker
    }
    assert graphs
    assert graphs.items() <= stated.items()


def test_package_xml_lists_the_ros_packages_that_are_imported(
    manifest: ElementTree.Element,
) -> None:
    depends = {element.text for element in manifest.iter('exec_depend')}
    files = [*(ROOT / 'hydranet_ros').rglob('*.py'), *(ROOT / 'launch').glob('*.py')]
    imported = {name.split('.')[0] for file in files for name in imported_modules(file)}
    ros = {
        n
        for n in imported
        if re.fullmatch(r'rclpy|ament_\w+|launch\w*|\w+_msgs|\w+_interfaces', n)
    }
    assert 'rclpy' in ros
    assert ros - OPTIONAL_ROS <= depends


def call(
    command: list[str], environment: dict[str, str], folder: Path
) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done
