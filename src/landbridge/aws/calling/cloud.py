"""AWS as landbridge calls it: every call of every service goes through `Cloud.call`."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError  # type: ignore[import-untyped]
from botocore.parsers import ResponseParserError  # type: ignore[import-untyped]

from landbridge.aws.calling.call import Answer, Call, Place, Unwatched, Watch
from landbridge.aws.calling.refusal import may_pass, refusal
from landbridge.aws.calling.sessions import Sessions

# After botocore's own attempts: CloudFormation throttles a whole account and Region for many seconds.
PAUSES_S = (1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
UNREACHED = 2  # attempts more where nothing was ever reached: rather a wrong Region, or no network, than a passing fault


class Cloud:
    """AWS, or an emulator at `endpoint`. `watch` sees every attempt; `sleep` is what a pause before another attempt takes."""

    def __init__(
        self,
        endpoint: str | None = None,
        watch: Watch | None = None,
        sleep: Callable[[float], object] = time.sleep,
        pauses: Sequence[float] = PAUSES_S,
        sessions: Sessions | None = None,
    ) -> None:
        self.endpoint = endpoint
        self._sessions = sessions or Sessions(endpoint)
        self._watch = watch or Unwatched()
        self._sleep = sleep
        self._pauses = tuple(pauses)
        self._reached = False

    def call(self, place: Place, service: str, operation: str, **arguments: Any) -> Answer:  # noqa: ANN401 - each operation's own
        """Ask AWS, as often as may help. Raises CallError, which says the way out.

        `operation` is named as in Python (`describe_stacks`). Calls that change something must bear being made twice: an attempt
        that got no answer may have been heard.
        """
        named = Call(service, "".join(word.capitalize() for word in operation.split("_")), place)
        for tried, pause in enumerate((*self._pauses, None)):
            try:
                answer = self._once(named, operation, arguments)
                self._reached = True
                return answer
            except (ClientError, BotoCoreError, ResponseParserError) as problem:
                hopeless = isinstance(problem, EndpointConnectionError) and not self._reached and tried >= UNREACHED
                if pause is None or hopeless or not may_pass(problem):
                    raise refusal(problem, named) from None
                self._sleep(pause * random.uniform(0.5, 1.0))  # so that many don't come back at once
        raise AssertionError("unreachable: the last attempt returns or raises")

    def each(self, place: Place, service: str, operation: str, key: str, token: str = "NextToken", **arguments: Any) -> Iterator[Answer]:  # noqa: ANN401
        """What a listing operation lists under `key`, page after page. `token` is what it calls the mark of the next page."""
        answer = self.call(place, service, operation, **arguments)
        yield from answer.get(key) or ()
        while answer.get(token):
            answer = self.call(place, service, operation, **{**arguments, token: answer[token]})
            yield from answer.get(key) or ()

    def _once(self, call: Call, operation: str, arguments: dict[str, Any]) -> Answer:
        self._watch.before(call)
        client = self._sessions.client(call.place, call.service)
        answer: Answer = getattr(client, operation)(**arguments)
        self._watch.after(call)
        return answer
