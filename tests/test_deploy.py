"""deploy/: what the units and the container name is there, so that neither outlives a change of the product."""

import re
from configparser import ConfigParser
from pathlib import Path

import pytest

from dealer.engine.settings import Settings
from tests.house import ROOT, listed
from tests.test_addresses import URLS
from web.cli import _parser

DEPLOY = ROOT / "deploy"
FILES = sorted(DEPLOY.iterdir())
COMMAND = re.compile(r"(?:/srv/dealer|\.)/run ([a-z-]+)")
VARIABLES = {"PORT", "DEALER_KEYS", "DEALER_BACKUPS"} | {f"DEALER_{name.upper()}" for name in Settings.model_fields}


def commands() -> set[str]:
    """Every command there is."""
    found = re.findall(r"^    ([a-z-]+) ", _parser().format_help(), re.MULTILINE)
    assert "serve" in found
    return set(found)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_file_names_only_commands_and_variables_that_there_are(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    lost = set(COMMAND.findall(text)) - commands()
    lost |= set(re.findall(r"\b(?:DEALER_[A-Z_]+|PORT)(?==)", text)) - VARIABLES
    assert not lost, listed(lost)


@pytest.mark.parametrize("path", [each for each in FILES if each.suffix == ".service"], ids=lambda path: path.name)
def test_a_unit_has_no_more_rights_than_it_needs(path: Path) -> None:
    unit = ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]  # keys keep their capitals
    unit.read(path, encoding="utf-8")
    service = unit["Service"]
    assert service["User"] == "dealer"
    assert service["NoNewPrivileges"] == service["PrivateTmp"] == "yes"
    assert (service["ProtectSystem"], service["CapabilityBoundingSet"]) == ("strict", "")
    assert service["ReadWritePaths"].split()[0] == "/var/lib/dealer"
    assert "/etc" not in service["ReadWritePaths"], "the keys are made before, and only read from then on"


@pytest.mark.parametrize("path", [each for each in FILES if each.suffix == ".timer"], ids=lambda path: path.name)
def test_a_timer_starts_something(path: Path) -> None:
    assert path.with_suffix(".service") in FILES
    assert "OnCalendar=" in path.read_text(encoding="utf-8")


def test_the_container_has_what_run_installs_and_starts_as_everywhere() -> None:
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    wanted = re.search(r'^for_papers="(.*)"', (ROOT / "run").read_text(encoding="utf-8"), re.MULTILINE)
    assert wanted
    assert set(wanted[1].split()) <= set(text.split())
    for line in re.findall(r"^COPY (.*)", text, re.MULTILINE):
        *sources, _ = line.split()
        assert all((ROOT / each).exists() for each in sources), line
    assert re.search(r"^USER dealer$", text, re.MULTILINE)
    assert '["/srv/dealer/run"]' in text
    asked = re.search(r"127\.0\.0\.1:8080(/\w+)", text)
    assert asked
    assert re.search(rf"^GET +{asked[1]}$", URLS, re.MULTILINE)
    assert not re.search(r"(?i)password|secret=|BEGIN .*KEY", text), "no secret lies in an image"
