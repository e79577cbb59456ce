"""The container files follow the rules of a small and safe image. They are not built here."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.cli import COMMANDS
from bot.runtime.settings import SECRETS_FOLDER, Settings, find_variable

ROOT = Path(__file__).parents[1]
SECRET = re.compile(r"TOKEN|SECRET|PASSWORD|KEY", re.IGNORECASE)


def read_dockerfile() -> list[tuple[str, str]]:
    """The instructions of the Dockerfile with their arguments; continued lines are joined."""
    text = (ROOT / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(line.split(maxsplit=1)[0], line.split(maxsplit=1)[1]) for line in lines]


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
    return loaded


def is_pinned(image: str) -> bool:
    """Whether an image has a tag with a number of at least two parts."""
    return re.search(r":\d+\.\d+", image.split(" ")[0]) is not None


def test_the_images_are_pinned_and_the_last_stage_has_no_build_tools() -> None:
    images = [rest for word, rest in read_dockerfile() if word == "FROM"]
    assert len(images) == 2
    assert all(is_pinned(image) and "slim" in image for image in images)
    assert images[0].split()[0] == images[1]


def test_the_image_runs_as_a_user_that_is_not_root_and_has_a_health_check() -> None:
    steps = read_dockerfile()
    last_stage = steps[max(at for at, (word, _) in enumerate(steps) if word == "FROM") :]
    words = dict(last_stage)
    assert int(words["USER"]) >= 1000
    assert "/healthz" in words["HEALTHCHECK"]
    order = [word for word, _ in last_stage]
    assert order.index("RUN") < order.index("USER") < order.index("ENTRYPOINT")
    assert "RUN" not in order[order.index("USER") :]


def test_the_image_has_no_secrets() -> None:
    for word, rest in read_dockerfile():
        assert word not in ("ADD", "ARG")
        assert word != "ENV" or not SECRET.search(rest)
    kept = [line for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line]
    rules = [line for line in kept if not line.startswith("#")]
    assert rules[0] == "*"
    assert not any(re.search(r"\.env|secrets|\.git", rule) for rule in rules)
    assert "secrets/" in (ROOT / ".gitignore").read_text("utf-8").splitlines()


def test_the_files_that_are_copied_exist_and_are_not_ignored() -> None:
    rules = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    for word, rest in read_dockerfile():
        if word != "COPY" or rest.startswith("--from"):
            continue
        for source in rest.split()[:-1]:
            assert (ROOT / source).exists()
            assert f"!{source}" in rules


def test_packages_are_installed_with_their_hashes() -> None:
    installs = [rest for word, rest in read_dockerfile() if word == "RUN" and "pip install" in rest]
    assert all("--require-hashes" in each or "--no-deps" in each for each in installs)
    assert any("--require-hashes" in each for each in installs)


def test_every_package_that_the_program_needs_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    needed = [*project["dependencies"], *extras["build"], *extras["postgres"]]
    names = {re.split(r"[^\w.-]", each)[0].lower() for each in needed}
    pinned = (ROOT / "requirements" / "run.txt").read_text("utf-8")
    assert names - set(re.findall(r"^([\w.-]+)(?=\[|==)", pinned, re.MULTILINE)) == set()


@pytest.mark.parametrize("is_complete", [False, True])
def test_a_set_up_that_lacks_packages_is_tried_again(tmp_path: Path, is_complete: bool) -> None:
    for name in ("Makefile", "pyproject.toml", "requirements"):
        (tmp_path / name).symlink_to(ROOT / name)
    programs = tmp_path / ".venv" / "bin"
    programs.mkdir(parents=True)
    python = programs / "python"
    python.write_text(f'#!/bin/sh\ncase "$*" in *" check") exit {int(not is_complete)};; esac\n')
    python.chmod(0o755)
    make = ["make", f"PYTHON={sys.executable}", "install"]
    run = subprocess.run(make, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (run.returncode == 0) == is_complete, run.stderr
    assert (tmp_path / ".venv" / ".run-ready").exists() == is_complete


def test_the_compose_file_follows_its_schema() -> None:
    check = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    run = subprocess.run(
        [*check, ROOT / "compose.yaml"], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_the_services_are_those_of_the_procfile_and_two_workers(compose: dict[str, Any]) -> None:
    services = compose["services"]
    procfile = (ROOT / "Procfile").read_text("utf-8")
    roles = re.findall(r"^(\w+): tariffwire (\w+)$", procfile, re.MULTILINE)
    assert {name: services[name]["command"] for name, _ in roles} == {
        name: [command] for name, command in roles
    }
    assert {command for _, command in roles} <= COMMANDS.keys()
    assert services["worker"]["deploy"]["replicas"] == 2
    for name in ("web", "worker"):
        waits = services[name]["depends_on"]["release"]
        assert waits == {"condition": "service_completed_successfully"}
    assert services["release"]["depends_on"]["database"] == {"condition": "service_healthy"}


def test_one_service_builds_the_image_of_all(compose: dict[str, Any]) -> None:
    """Compose builds services at once, and a second export of one tag fails."""
    services = compose["services"]
    built = {name for name, service in services.items() if "build" in service}
    assert built == {"release"}
    for name in ("web", "worker"):
        assert services[name]["image"] == services["release"]["image"]
        assert services[name]["pull_policy"] == "never"


def test_no_service_has_more_rights_than_it_needs(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert is_pinned(service["image"])
        assert not service.get("privileged")
        for port in service.get("ports", ()):
            assert port.startswith("127.0.0.1:")
        if name != "database":
            assert service["read_only"]
            assert service["cap_drop"] == ["ALL"]
    assert "ports" not in compose["services"]["database"]


def test_secrets_are_files_whose_names_are_settings(compose: dict[str, Any]) -> None:
    text = (ROOT / "compose.yaml").read_text("utf-8")
    variables = {find_variable(name).lower() for name in Settings.model_fields}
    for service in compose["services"].values():
        for name, value in service.get("environment", {}).items():
            assert not SECRET.search(name) or str(value).startswith(f"{SECRETS_FOLDER}/")
    for name in compose["services"]["web"]["secrets"]:
        assert name in variables
    assert {secret["file"] for secret in compose["secrets"].values()} == {
        f"secrets/{name}" for name in compose["secrets"]
    }
    assert "xoxb-" not in text
