"""The carrier of a pair's words: what it sends and hears with the instance's own role, and what it leaves behind."""

from __future__ import annotations

import ast
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.vyos.delivery import fake_aws
from tests.vyos.delivery.test_booting import older

from landbridge.design import Design
from landbridge.vyos import role_scripts
from landbridge.vyos.booting import BOOTSTRAP, bootstrap_script

WORD = "claim=tokyo-a by=tokyo-a prepends=0 at=1700000000 expires=1700000060"
LATER = "claim=tokyo-b by=tokyo-a prepends=2 at=1700000009 expires=1700000069"
OTHERS = "claim=tokyo-a by=tokyo-b prepends=2 at=1700000005 expires=1700000065"
ORDER = "yield=tokyo-a at=1700000007 expires=1700000097"
FAST = {
    "LOOK = 0.1": "LOOK = 0.01",
    "LISTEN = 2.0": "LISTEN = 0.05",
    "FIRST_PAUSE, LONGEST_PAUSE = 0.5, 5.0": "FIRST_PAUSE, LONGEST_PAUSE = 0.02, 0.1",
}


class Router:
    """A router's folder with the carrier and the bootstrap in it, and a state."""

    def __init__(self, folder: Path, files: dict[str, str], aws: fake_aws.FakeAws, python: str) -> None:
        self.folder, self.state, self.aws, self.python = folder, folder / "state", aws, python
        for name, text in files.items():
            (folder / name).write_text(text)
        self.state.mkdir()
        services = ("imds", "s3", "ssm", "secretsmanager", "dynamodb", "lambda")
        (folder / "settings.json").write_text(json.dumps({"endpoints": dict.fromkeys(services, aws.url)}))
        self.running: list[subprocess.Popen[str]] = []

    def command(self, *words: str) -> dict[str, Any]:
        environment = {"PATH": os.environ["PATH"], "STATE": str(self.state)}
        return {"args": [self.python, str(self.folder / "carry.py"), *words], "env": environment, "text": True}

    def start(self) -> subprocess.Popen[str]:
        self.running.append(subprocess.Popen(**self.command("--stay"), stdout=subprocess.PIPE, stderr=subprocess.STDOUT))
        return self.running[-1]

    def end(self) -> str:
        """What every carrier has said."""
        said = ""
        for process in self.running:
            process.kill()
            said += process.communicate(timeout=10)[0]
        self.running.clear()
        return said

    def tells(self, *lines: str) -> None:
        with (self.state / "told").open("a") as told:
            told.write("".join(f"{line}\n" for line in lines))

    def holds(self, name: str) -> str:
        try:
            return (self.state / name).read_text().rstrip("\n")
        except FileNotFoundError:
            return ""


@pytest.fixture
def aws() -> Iterator[fake_aws.FakeAws]:
    with fake_aws.serving() as aws:
        yield aws


@pytest.fixture(params=["this", "older"])
def router(request: pytest.FixtureRequest, tmp_path: Path, aws: fake_aws.FakeAws, files: dict[str, str]) -> Iterator[Router]:
    python = sys.executable if request.param == "this" else older()
    if python is None:
        pytest.skip("no older Python here")
    made = Router(tmp_path, {name: quickly(text) for name, text in files.items()}, aws, python)
    yield made
    made.end()
    with suppress(OSError):  # one that has gone behind our back
        if (number := made.holds("carrier")) and str(tmp_path) in Path(f"/proc/{number}/cmdline").read_text():
            os.kill(int(number), signal.SIGKILL)


@pytest.fixture
def files(designs: dict[str, Design]) -> dict[str, str]:
    site = next(site for site in designs["acquisition"].sites if site.name == "tokyo")
    return {**role_scripts(site, site.gateways[0], "acme"), **bootstrap_script()}


def quickly(text: str) -> str:
    for slow, fast in FAST.items():
        text = text.replace(slow, fast)
    return text


def until(what: Callable[[], Any], seconds: float = 10.0) -> bool:
    end = time.monotonic() + seconds
    while not what() and time.monotonic() < end:
        time.sleep(0.01)
    return bool(what())


def test_a_word_comes_into_the_table_and_heal_is_woken_after_it(router: Router, aws: fake_aws.FakeAws) -> None:
    router.tells(LATER, WORD)
    router.start()
    assert until(lambda: aws.woken)
    assert aws.records == {"tokyo-a": (WORD, 1700000000)}
    event = {"detail-type": "landbridge claim", "source": "landbridge.gateway", "detail": {"gateway": "tokyo-a"}}
    assert aws.woken == [("/2015-03-31/functions/acme-heal/invocations", event)]
    assert [call for call in aws.calls if call != "BatchGetItem"] == ["PutItem", "Invoke"]
    router.tells(LATER)
    assert until(lambda: len(aws.woken) == 2)
    assert aws.records == {"tokyo-a": (LATER, 1700000009)}
    assert not aws.wrong


def test_what_cannot_be_sent_is_tried_until_it_is(router: Router, aws: fake_aws.FakeAws) -> None:
    aws.failures = 12
    router.tells(WORD)
    router.start()
    assert until(lambda: aws.woken)
    assert len(aws.woken) == 1
    time.sleep(0.3)
    assert len(aws.woken) == 1
    said = router.end()
    assert "answers 503" in said
    assert "they travel again" in said


def test_a_word_that_was_outrun_by_a_newer_one_is_not_sent_any_more(router: Router, aws: fake_aws.FakeAws) -> None:
    aws.failures = 1_000_000
    router.tells(WORD)
    router.start()
    assert until(lambda: aws.failures < 999_990)
    router.tells(LATER)
    time.sleep(0.2)
    aws.failures = 0
    assert until(lambda: aws.woken)
    assert aws.calls.count("PutItem") == 1
    assert aws.records["tokyo-a"][0] == LATER


def test_a_later_word_of_its_name_stays_and_role_sh_hears_of_it(router: Router, aws: fake_aws.FakeAws) -> None:
    aws.records["tokyo-a"] = (LATER, 1700000009)
    router.tells(WORD)
    router.start()
    assert until(lambda: "PutItem" in aws.calls)
    assert until(lambda: router.holds("past") == "1700000009")
    time.sleep(0.2)
    assert aws.calls.count("PutItem") == 1
    assert aws.records["tokyo-a"] == (LATER, 1700000009)
    assert aws.woken == []
    router.tells(last := WORD.replace("1700000000", "1700000010"))
    assert until(lambda: aws.records["tokyo-a"][0] == last)
    time.sleep(0.2)
    assert router.holds("past") == "1700000009"  # its own words are no former gateway's
    assert "a later word was said" in router.end()


def test_the_others_word_and_the_orders_of_its_site_are_heard(router: Router, aws: fake_aws.FakeAws) -> None:
    aws.records |= {"paris-b": (OTHERS.replace("tokyo", "paris"), 1700000005), "order/paris": (ORDER, 1700000007)}
    router.start()
    assert until(lambda: router.holds("past") == "0")
    assert (router.holds("heard"), router.holds("order")) == ("", "")
    aws.records["tokyo-b"] = (OTHERS, 1700000005)
    assert until(lambda: router.holds("heard") == OTHERS)
    aws.records["order/tokyo"] = (ORDER, 1700000007)
    assert until(lambda: router.holds("order") == ORDER)
    del aws.records["order/tokyo"], aws.records["tokyo-b"]
    assert until(lambda: not (router.state / "order").exists())
    assert router.holds("heard") == OTHERS
    assert not aws.wrong


@pytest.mark.parametrize(
    "word", [OTHERS.replace("by=tokyo-b", "by=tokyo-a"), OTHERS + "\nx", OTHERS + " $(id)", OTHERS.replace("prepends=2", "prepends=9"), ""]
)
def test_what_is_no_word_of_the_other_is_not_heard(router: Router, aws: fake_aws.FakeAws, word: str) -> None:
    aws.records |= {"tokyo-b": (word, 1700000005), "order/tokyo": (f"{ORDER}\n", 1700000007)}
    router.start()
    assert until(lambda: aws.calls.count("BatchGetItem") > 2)
    assert (router.holds("heard"), router.holds("order")) == ("", "")


@pytest.mark.parametrize("line", ["", OTHERS, WORD + "; id", "x" * 5000])
def test_what_is_no_word_of_its_own_is_not_sent(router: Router, aws: fake_aws.FakeAws, line: str) -> None:
    router.tells(line)
    with (router.state / "told").open("a") as told:
        told.write(WORD)  # not whole yet
    router.start()
    assert until(lambda: aws.calls.count("BatchGetItem") > 5)
    assert "PutItem" not in aws.calls


def test_credentials_are_renewed_before_they_end(router: Router, aws: fake_aws.FakeAws) -> None:
    aws.ends = (datetime.now(UTC) + timedelta(seconds=301)).strftime("%Y-%m-%dT%H:%M:%SZ")
    router.start()
    assert until(lambda: aws.calls)
    aws.metadata_asked = 0
    assert until(lambda: aws.metadata_asked > 3)  # the last five minutes have begun: there may be new ones
    assert not aws.wrong


def test_credentials_that_are_refused_are_renewed(router: Router, aws: fake_aws.FakeAws) -> None:
    router.start()
    assert until(lambda: aws.calls)
    aws.session = "another/session=="  # the first would be good for a quarter of an hour
    router.tells(WORD)
    assert until(lambda: aws.woken)
    assert len(aws.wrong) <= 4  # each thread's own, perhaps once more
    aws.wrong.clear()
    router.tells(LATER)
    assert until(lambda: len(aws.woken) == 2)
    assert aws.wrong == []


def test_no_credential_is_in_a_file_an_argument_the_environment_or_a_log(router: Router, aws: fake_aws.FakeAws) -> None:
    aws.records["tokyo-b"] = (OTHERS, 1700000005)
    router.tells(WORD)
    process = router.start()
    assert until(lambda: aws.woken and router.holds("heard"))
    aws.session = "another/session=="  # what is refused is answered with all that was sent
    assert until(lambda: aws.wrong)
    place = Path(f"/proc/{process.pid}")
    seen = (place / "cmdline").read_bytes() + (place / "environ").read_bytes() + router.end().encode()
    seen += b"".join(path.read_bytes() for path in router.folder.rglob("*") if path.is_file())
    for secret in (fake_aws.ACCESS, fake_aws.SECRET, fake_aws.SESSION, aws.session, fake_aws.TOKEN):
        assert secret.encode() not in seen


def test_there_is_one_at_a_time_behind_the_back_of_who_started_it(router: Router, aws: fake_aws.FakeAws) -> None:
    began = time.monotonic()
    for _ in range(2):
        done = subprocess.run(**router.command(), capture_output=True, timeout=10, check=False)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert time.monotonic() - began < 5
    assert until(lambda: router.holds("carrier"))
    number = int(router.holds("carrier"))
    try:
        assert until(lambda: "BatchGetItem" in aws.calls)
        assert os.getsid(number) == number
        second = router.start()
        assert second.wait(timeout=10) == 0
        assert router.holds("carrier") == str(number)
    finally:
        os.kill(number, signal.SIGKILL)
    router.start()
    assert until(lambda: router.holds("carrier") == str(router.running[-1].pid))


def test_the_carrier_is_python_3_4(files: dict[str, str]) -> None:
    tree = ast.parse(files["carry.py"], feature_version=(3, 4))
    assert not [node for node in ast.walk(tree) if isinstance(node, (ast.JoinedStr, ast.AnnAssign))]
    assert "subprocess" not in files["carry.py"]


def test_its_settings_say_who_it_is_and_nothing_else(files: dict[str, str]) -> None:
    assert json.loads(files["carry.json"]) == {
        "gateway": "tokyo-a",
        "other": "tokyo-b",
        "site": "tokyo",
        "table": "acme-words",
        "function": "acme-heal",
    }
    assert BOOTSTRAP in files
