"""What a stack's template refers to, looked up: its resources, other stacks' exports, secrets, parameters; and how failures are told."""

from __future__ import annotations

import json
from collections.abc import Mapping

from landbridge.sandbox.cloudformation.evaluation import Scope
from landbridge.sandbox.cloudformation.kind import Work
from landbridge.sandbox.cloudformation.stack import Stack, Wanted, exports_of
from landbridge.sandbox.cloudformation.template import InvalidError
from landbridge.sandbox.server.foreign import Foreign, Props


def scope_of(stack: Stack, wanted: Wanted) -> Scope:
    """What names mean while a stack is brought to what is wanted. Dynamic references stay as they are."""

    def ref(name: str) -> Foreign:
        if name not in stack.resources:
            raise InvalidError(f"Unresolved resource dependencies [{name}]")
        return stack.resources[name].ref

    def attribute(name: str, wanted_one: str) -> Foreign:
        if name not in stack.resources:
            raise InvalidError(f"Template error: instance of Fn::GetAtt references undefined resource {name}")
        resource = stack.resources[name]
        return attribute_of(resource.attributes, wanted_one, resource.type)

    def exported(name: str) -> str:
        found = exports_of(stack.account, stack.region).get(name)
        if found is None:
            raise InvalidError(f"No export named {name} found.")
        stack.imports.add(name)
        return found[1]

    return Scope(wanted.template, wanted.values, stack.pseudo(), ref, attribute, exported)


def attribute_of(attributes: Mapping[str, Foreign], name: str, type_name: str) -> Foreign:
    """One attribute; `A.B` is B of A. Raises Invalid."""
    if name in attributes:
        return attributes[name]
    raise InvalidError(f"Template error: resource of type {type_name} does not support attribute type {name} in Fn::GetAtt")


def resolved(work: Work, value: Foreign) -> Foreign:
    """The value with what its dynamic references refer to now, for a call of the API."""

    def looked_up(service: str, path: str) -> str:
        return _secret(work, path) if service == "secretsmanager" else parameter(work, path)

    return Scope({}, {}, {}, _none, _none, _none, looked_up).value(value) if "{{resolve:" in json.dumps(value, default=str) else value


def _none(*_: str) -> str:
    raise AssertionError("what is resolved has no functions left")


def _secret(work: Work, path: str) -> str:
    """`SECRET:SecretString:KEY:STAGE:VERSION`, where SECRET may be an ARN, and all but SECRET may be left out."""
    words = path.split(":")
    length = 7 if path.startswith("arn:") else 1
    secret, rest = ":".join(words[:length]), words[length:]
    region = words[3] if length == 7 else work.region
    kind, key, stage, version = [*rest, "", "", "", ""][:4]
    if kind not in ("", "SecretString"):
        raise InvalidError(f"Could not parse SecretString dynamic reference: {kind}")
    asked = {"SecretId": secret, **({"VersionStage": stage} if stage else {}), **({"VersionId": version} if version else {})}
    text: str = work.call("secretsmanager", region).get_secret_value(**asked)["SecretString"]
    if not key:
        return text
    try:
        return str(json.loads(text)[key])
    except (ValueError, KeyError, TypeError):
        raise InvalidError("Could not find a value associated with JSONKey in SecretString") from None


def parameter(work: Work, path: str) -> str:
    """The value of a parameter of Systems Manager, `NAME` or `NAME:VERSION`."""
    value: str = work.call("ssm").get_parameter(Name=path, WithDecryption=True)["Parameter"]["Value"]
    return value


def failure(problem: Exception) -> str:
    """A failure as a stack's event tells it."""
    answer: Props | None = getattr(problem, "response", None)
    if answer is None:
        return str(problem) or type(problem).__name__
    said, meta = answer.get("Error", {}), answer.get("ResponseMetadata", {})
    return (
        f'Resource handler returned message: "{said.get("Message", problem)} (Error Code: {said.get("Code")}, '
        f'Status Code: {meta.get("HTTPStatusCode")})"'
    )
