"""What a function's process runs: `python runtime.py HANDLER`. A line of JSON in is an event, a line out its result."""

import importlib
import json
import os
import sys
import time
import traceback


class Context:
    """What a handler is told of its invocation."""

    def __init__(self, number: str, arn: str, until: float) -> None:
        self.aws_request_id = number
        self.invoked_function_arn = arn
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = "$LATEST"
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
        self._until = until

    def get_remaining_time_in_millis(self) -> int:
        """How long it may still take."""
        return max(0, int((self._until - time.time()) * 1000))


def main() -> None:
    """Loads the handler once, then answers event after event."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    sys.path[0] = os.environ["LAMBDA_TASK_ROOT"]
    module, name = sys.argv[1].rsplit(".", 1)
    handler = None
    for line in sys.stdin:
        said = json.loads(line)
        try:
            if handler is None:
                handler = getattr(importlib.import_module(module.replace("/", ".")), name)
            result = handler(said["event"], Context(said["id"], said["arn"], said["until"]))
            answer = json.dumps({"result": result})
        except BaseException as problem:
            traceback.print_exc()
            told = {"errorMessage": str(problem), "errorType": type(problem).__name__, "stackTrace": traceback.format_exc().splitlines()}
            answer = json.dumps({"error": told})
        sys.stdout.flush()
        sys.stderr.flush()
        out.write(answer + "\n")
        out.flush()


if __name__ == "__main__":
    main()
