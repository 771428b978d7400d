"""https: certificates are verified, always."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from support import ask, raw_server, text_of

import llmgate
from llmgate.testing import FakeProvider


def make_certificate(folder: Path, name: str, alternative: str) -> tuple[str, str]:
    """A self-signed certificate and its key."""
    cert, key = str(folder / f"{name}.pem"), str(folder / f"{name}.key")
    command = (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 "
        f"-subj /CN={name} -addext subjectAltName={alternative} -keyout {key} -out {cert}"
    )
    subprocess.run(command.split(), check=True, capture_output=True)
    return cert, key


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    return make_certificate(tmp_path_factory.mktemp("tls"), "ours", "IP:127.0.0.1")


@pytest.fixture(scope="module")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    return make_certificate(tmp_path_factory.mktemp("tls"), "foreign", "DNS:elsewhere.example")


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE"])
def test_a_certificate_of_ones_own_authority(
    ours: tuple[str, str], monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, ours[0])
    with FakeProvider(["safe"], tls=ours) as fake:
        assert fake.url.startswith("https://")
        assert text_of(ask(fake, "x" * 300_000)) == "safe"
        stream = ask(fake, stream=True)
        assert "".join(c.choices[0].delta.content or "" for c in stream) == "safe"
        assert fake.connections == 1


def refused(fake: FakeProvider, **more: str) -> llmgate.APIConnectionError:
    with pytest.raises(llmgate.APIConnectionError) as caught:
        ask(fake, **more)
    assert fake.count == 0
    assert caught.value.route[0].maybe_billed is False
    return caught.value


def test_an_unknown_authority_is_refused(ours: tuple[str, str]) -> None:
    with FakeProvider(["x"], tls=ours) as fake:
        assert "certificate" in str(refused(fake)).lower()


def test_another_authoritys_certificate_is_refused(
    ours: tuple[str, str], foreign: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", foreign[0])
    with FakeProvider(["x"], tls=ours) as fake:
        assert "certificate" in str(refused(fake)).lower()


def test_a_certificate_for_another_host_is_refused(
    foreign: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", foreign[0])
    with FakeProvider(["x"], tls=foreign) as fake:
        assert "127.0.0.1" in str(refused(fake))
        by_name = fake.url.replace("127.0.0.1", "localhost")
        assert "localhost" in str(refused(fake, api_base=by_name))


def test_a_missing_file_of_authorities_is_named(
    ours: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = str(tmp_path / "missing.pem")
    monkeypatch.setenv("SSL_CERT_FILE", missing)
    with FakeProvider(["x"], tls=ours) as fake:
        assert missing in str(refused(fake))


def test_a_file_without_certificates_is_named(
    ours: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = tmp_path / "empty.pem"
    empty.write_text("no certificate\n")
    monkeypatch.setenv("SSL_CERT_FILE", os.fspath(empty))
    with FakeProvider(["x"], tls=ours) as fake:
        assert os.fspath(empty) in str(refused(fake))


def test_plain_http_on_a_tls_port_is_an_error(ours: tuple[str, str]) -> None:
    with FakeProvider(["x"], tls=ours) as fake, pytest.raises(llmgate.APIError):
        ask(fake, api_base=fake.url.replace("https:", "http:"))


def test_tls_on_a_plain_port_is_an_error() -> None:
    answer = b"HTTP/1.1 400 Bad Request\r\n\r\n"
    with raw_server(answer) as url, pytest.raises(llmgate.APIConnectionError) as caught:
        llmgate.completion("m", "Hi", api_base=url.replace("http:", "https:"))
    assert type(caught.value) is llmgate.APIConnectionError
