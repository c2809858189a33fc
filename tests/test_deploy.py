"""The image, the compose file and the Kubernetes example fit the code: nothing builds them here, so all is read."""

import json
import re
import shlex
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import yaml
from click.testing import CliRunner

from api.commands import group
from api.routes import wellness
from pipelines.settings import ROOT, Settings

DEPLOY = ROOT / "docs" / "deploy"
INSTRUCTIONS = {"FROM", "WORKDIR", "COPY", "RUN", "USER", "VOLUME", "ENV", "EXPOSE", "ENTRYPOINT", "CMD"}
SERVICE = {
    *("image", "build", "restart", "stop_grace_period", "environment", "volumes", "depends_on", "command", "ports"),
    *("healthcheck", "mem_limit"),
}
"""What a service of a compose file may say, of what ours say."""
VARIABLES = {f"FRICTIONARY_{field.name.upper()}" for field in fields(Settings)}
SYSTEM = {"GLIBC_TUNABLES"}
"""Of the C library, not ours."""
GRACE = 5
"""Seconds that a manager waits at least beyond what a server takes to end."""


def dockerfile() -> list[tuple[str, str]]:
    """Instructions with their arguments, in order; comments left out, continued lines joined."""
    text = re.sub(r"^#.*\n", "", (DEPLOY / "Dockerfile").read_text("utf-8"), flags=re.MULTILINE).replace("\\\n", " ")
    lines = [line.strip().split(" ", 1) for line in text.splitlines() if line.strip()]
    return [(word, rest.strip()) for word, rest in lines]


def of(instruction: str) -> list[str]:
    return [rest for word, rest in dockerfile() if word == instruction]


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
    return found


def ours() -> dict[str, dict[str, Any]]:
    return {name: service for name, service in compose()["services"].items() if service["image"] == "frictionary"}


def cluster() -> list[dict[str, Any]]:
    return list(yaml.safe_load_all((DEPLOY / "kubernetes.yaml").read_text("utf-8")))


def kind(name: str) -> list[dict[str, Any]]:
    return [one for one in cluster() if one["kind"] == name]


def containers() -> list[dict[str, Any]]:
    return [one for found in kind("Deployment") for one in found["spec"]["template"]["spec"]["containers"]]


def commands() -> Iterator[list[str]]:
    """Of all three: what `frictionary` is called with."""
    yield json.loads(of("CMD")[0])
    for service in ours().values():
        yield service["command"]
    for container in containers():
        yield container["args"]


def test_the_image_is_made_of_instructions_that_exist_and_of_files_that_are_there() -> None:
    assert {word for word, _ in dockerfile()} <= INSTRUCTIONS
    assert re.fullmatch(r"python:3\.\d+-slim", of("FROM")[0])
    sources = [name for line in of("COPY") for name in shlex.split(line)[:-1]]
    assert [name for name in sources if not (ROOT / name).exists()] == []
    assert {"nlp", "pipelines", "api", "corpora", "models", "pyproject.toml", "constraints.txt"} <= set(sources)
    assert json.loads(of("ENTRYPOINT")[0]) == ["frictionary"]
    assert dockerfile()[-1][0] == "CMD"


def test_the_image_runs_as_nobody_of_weight_and_what_it_installs_is_pinned() -> None:
    (user,) = of("USER")
    made = next(line for line in of("RUN") if line.startswith("useradd"))
    assert user.isdecimal()
    assert f"--uid {user} " in made
    install = next(line for line in of("RUN") if line.startswith("pip install"))
    assert "--no-cache-dir" in install
    assert "-c constraints.txt" in install
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    assert set(re.findall(r"\.\[(.*?)\]", install)[0].split(",")) <= set(extras)


def test_every_variable_is_a_setting() -> None:
    said = [pair.split("=")[0] for line in of("ENV") for pair in shlex.split(line)]
    said += [name for service in ours().values() for name in service["environment"]]
    said += [name for one in kind("ConfigMap") for name in one["data"]]
    said += [variable["name"] for container in containers() for variable in container["env"]]
    assert set(said) - VARIABLES - SYSTEM == set()


def test_every_setting_has_a_value_that_can_be_read() -> None:
    for said in (
        dict(pair.split("=", 1) for line in of("ENV") for pair in shlex.split(line)),
        *(service["environment"] for service in ours().values()),
        *(one["data"] for one in kind("ConfigMap")),
    ):
        assert Settings.from_environment(said).auth == "required"


def test_every_command_exists_with_its_options() -> None:
    found = list(commands())
    assert len(found) >= 7
    for arguments in found:
        assert CliRunner().invoke(group, [*arguments, "--help"]).exit_code == 0, arguments


def test_no_secret_is_written_down() -> None:
    for service in compose()["services"].values():
        for name, value in service.get("environment", {}).items():
            if re.search("KEY|SECRET|PASSWORD", name):
                assert re.fullmatch(r"\$\{\w+:\?[^}]+\}", value), name
    secret = [v for c in containers() for v in c["env"] if re.search("KEY|SECRET|STORE", v["name"])]
    assert all(set(variable) == {"name", "valueFrom"} for variable in secret)
    asked = {variable["valueFrom"]["secretKeyRef"]["key"] for variable in secret}
    head = (DEPLOY / "kubernetes.yaml").read_text("utf-8").split("apiVersion")[0]
    assert set(re.findall(r"--from-literal=([\w-]+)=", head)) == asked


def test_services_say_only_what_compose_knows_and_name_what_there_is() -> None:
    found = compose()
    assert set(found) <= {"name", "services", "volumes", "x-frictionary"}
    assert set(found["services"]) == {"api", "worker", "jobs", "postgres", "nats"}
    for name, service in found["services"].items():
        assert set(service) <= SERVICE, name
        assert set(service.get("depends_on", {})) <= set(found["services"])
        for other, asked in service.get("depends_on", {}).items():
            if asked["condition"] == "service_healthy":
                assert "healthcheck" in found["services"][other]
        named = [place.split(":")[0] for place in service.get("volumes", [])]
        assert set(named) <= set(found["volumes"])
        image = service["image"]
        assert image == "frictionary" or re.fullmatch(r"\w+:\d[\d.]*", image)
    assert (DEPLOY / ours()["api"]["build"]["context"]).resolve() == ROOT
    assert (ROOT / ours()["api"]["build"]["dockerfile"]).is_file()


def test_a_database_or_broker_is_called_by_the_name_of_its_service() -> None:
    for service in ours().values():
        assert "@postgres/" in service["environment"]["FRICTIONARY_STORE"]
    assert ours()["worker"]["command"][1].startswith("nats://nats:")
    assert "--jetstream" in compose()["services"]["nats"]["command"]


def test_whoever_ends_a_server_waits_for_it() -> None:
    for service in ours().values():
        assert int(service["stop_grace_period"].removesuffix("s")) >= Settings().drain + GRACE
    drain = int(kind("ConfigMap")[0]["data"]["FRICTIONARY_DRAIN"])
    for found in kind("Deployment"):
        spec = found["spec"]["template"]["spec"]
        before = [c.get("lifecycle", {}).get("preStop", {}).get("exec", {}).get("command") for c in spec["containers"]]
        pause = sum(int(command[1]) for command in before if command)
        assert spec["terminationGracePeriodSeconds"] >= drain + pause + GRACE


def test_what_is_asked_for_health_is_there() -> None:
    known = {route.path for route in wellness.router.routes}  # type: ignore[attr-defined]
    (port,) = [port["containerPort"] for container in containers() for port in container.get("ports", [])]
    asked = [probe["httpGet"] for c in containers() for name, probe in c.items() if name.endswith("Probe")]
    assert {probe["path"] for probe in asked} == {"/healthz", "/readyz"} <= known
    assert {probe["port"] for probe in asked} == {port}
    assert kind("Service")[0]["spec"]["ports"][0]["targetPort"] == port == int(of("EXPOSE")[0])
    assert str(port) == kind("ConfigMap")[0]["data"]["FRICTIONARY_PORT"]
    scrape = kind("Deployment")[0]["spec"]["template"]["metadata"]["annotations"]
    assert scrape["prometheus.io/path"] in known
    assert "/readyz" in " ".join(ours()["api"]["healthcheck"]["test"])


def test_the_parts_of_the_cluster_fit_one_another() -> None:
    claims = {one["metadata"]["name"] for one in kind("PersistentVolumeClaim")}
    for found in kind("Deployment"):
        labels = found["spec"]["template"]["metadata"]["labels"]
        assert found["spec"]["selector"]["matchLabels"] == labels == found["metadata"]["labels"]
        spec = found["spec"]["template"]["spec"]
        assert spec["securityContext"]["runAsUser"] == int(of("USER")[0])
        volumes = {volume["name"]: volume["persistentVolumeClaim"]["claimName"] for volume in spec["volumes"]}
        assert set(volumes.values()) <= claims
        for container in spec["containers"]:
            assert {mount["name"] for mount in container.get("volumeMounts", [])} <= set(volumes)
            assert {one["configMapRef"]["name"] for one in container["envFrom"]} == {"frictionary"}
            assert container["securityContext"]["allowPrivilegeEscalation"] is False
            assert container["image"].split(":")[1] not in ("", "latest")
    api = kind("Deployment")[0]["spec"]["template"]["metadata"]["labels"]
    assert kind("Service")[0]["spec"]["selector"] == api
    assert kind("ConfigMap")[0]["metadata"]["name"] == "frictionary"


def test_each_says_that_it_was_not_built_here() -> None:
    for name in ("Dockerfile", "compose.yaml", "kubernetes.yaml"):
        assert (DEPLOY / name).read_text("utf-8").startswith("# Not built here")
