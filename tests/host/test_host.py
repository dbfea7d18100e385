"""Plugins come from three places; one that does not load names its file and line."""

from collections.abc import Iterator
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path

import pytest

from vibehq_smoke import host as host_module
from vibehq_smoke.errors import PluginError
from vibehq_smoke.host import Host, shipped

CHECK = '''
from vibehq_smoke import P2, check

@check("{id}", component="orchestrator", priority=P2)
async def it_holds(hq):
    """It holds."""
'''


@pytest.fixture
def host() -> Iterator[Host]:
    host = Host()
    yield host
    host.close()


def write(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / name
    file.write_text(text)
    return file


def test_a_folder_of_plugins_is_scanned_for_checks(host: Host, tmp_path: Path) -> None:
    write(tmp_path, "mine.py", CHECK.format(id="MY-01"))
    write(tmp_path, "_helper.py", "raise RuntimeError('helpers are not plugins')")
    host.load_folder(tmp_path)
    found = host.graph().checks["MY-01"].spec
    assert (found.category, found.title, found.location) == ("mine", "it holds", f"{tmp_path}/mine.py:4")


def test_a_check_imported_from_elsewhere_is_collected_once(host: Host, tmp_path: Path) -> None:
    write(tmp_path, "mine.py", CHECK.format(id="MY-01"))
    write(tmp_path, "other.py", "from .mine import it_holds")
    host.load_folder(tmp_path)
    assert list(host.graph().checks) == ["MY-01"]


def test_shipped_plugins_come_first_then_the_users_then_distributions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "plugins", "mine.py", CHECK.format(id="MY-01"))
    write(tmp_path / "dist", "their_checks.py", CHECK.format(id="TH-01"))
    monkeypatch.syspath_prepend(tmp_path / "dist")
    entry = EntryPoint(name="theirs", value="their_checks", group="vibehq_smoke")
    monkeypatch.setattr(host_module, "entry_points", lambda group: EntryPoints([entry]).select(group=group))
    host = Host.load(tmp_path)
    names = [name for name, _ in host.manager.list_name_plugin()]
    host.close()
    assert names[-2:] == [str(tmp_path / "plugins" / "mine.py"), "theirs"]
    assert names[0].startswith(str(shipped("plugins")))
    assert {"MY-01", "TH-01"} <= set(host.graph().checks)


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("import vibehq_smoke\n\n1 / 0\n", 3, "ZeroDivisionError: division by zero"),
        ("def broken(:\n", 1, "SyntaxError"),
        ("\nimport no_such_module\n", 2, "ModuleNotFoundError: No module named 'no_such_module'"),
    ],
)
def test_a_plugin_that_does_not_load_names_its_file_and_line(
    host: Host, tmp_path: Path, text: str, line: int, problem: str
) -> None:
    file = write(tmp_path, "broken.py", text)
    with pytest.raises(PluginError) as caught:
        host.load_folder(tmp_path)
    assert str(caught.value).startswith(f"{file}:{line}: this plugin does not load: {problem}")


def test_a_misspelled_hook_is_refused(host: Host, tmp_path: Path) -> None:
    write(tmp_path, "mine.py", "from vibehq_smoke import hookimpl\n@hookimpl\ndef vibehq_chekcs(): ...\n")
    host.load_folder(tmp_path)
    with pytest.raises(PluginError, match=r"mine\.py.*vibehq_chekcs.*vibehq_checks"):
        host.validate()


def test_a_hook_with_an_unknown_parameter_is_refused(host: Host, tmp_path: Path) -> None:
    text = "from vibehq_smoke import hookimpl\n@hookimpl\ndef vibehq_check_finish(reslt): ...\n"
    write(tmp_path, "mine.py", text)
    with pytest.raises(PluginError, match=r"mine\.py.*reslt"):
        host.load_folder(tmp_path)


def test_two_plugins_cannot_provide_the_same_resource(host: Host, tmp_path: Path) -> None:
    text = "from vibehq_smoke import hookimpl\n@hookimpl\ndef vibehq_resources(): return {'box': lambda hq: 1}\n"
    write(tmp_path, "one.py", text)
    write(tmp_path, "two.py", text)
    host.load_folder(tmp_path)
    with pytest.raises(PluginError, match="two plugins provide the resource 'box'"):
        host.resources()


def test_a_host_can_be_loaded_again_after_a_plugin_was_edited(tmp_path: Path) -> None:
    for id_ in ("MY-01", "MY-002"):
        write(tmp_path, "mine.py", CHECK.format(id=id_))
        host = Host()
        host.load_folder(tmp_path)
        assert list(host.graph().checks) == [id_]
        host.close()
