"""What a template's functions come to: for one stack, with its parameters and whatever of its resources is there already."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_network

from landbridge.sandbox.cloudformation.template import InvalidError
from landbridge.sandbox.server.foreign import Foreign, Props

NOTHING = object()  # AWS::NoValue
_DYNAMIC = re.compile(r"\{\{resolve:(secretsmanager|ssm|ssm-secure):([^{}]+)\}\}")


@dataclass(slots=True)
class Scope:
    """What names mean in one stack. `refs` and `attributes` answer for resources, `exports` for other stacks', `secret` for dynamic
    references (None: they stay as they are, as in a template that is compared)."""

    template: Props
    parameters: Mapping[str, Foreign]
    pseudo: Mapping[str, Foreign]
    ref: Callable[[str], Foreign]
    attribute: Callable[[str, str], Foreign]
    exports: Callable[[str], str]
    secret: Callable[[str, str], str] | None = None
    zones: Callable[[str], list[str]] = lambda region: [f"{region}{letter}" for letter in "abc"]
    _conditions: dict[str, bool] = field(default_factory=dict)

    def condition(self, name: str) -> bool:
        """Whether a condition of the template holds."""
        if name not in self._conditions:
            if name not in (self.template.get("Conditions") or {}):
                raise InvalidError(f"Template format error: Unresolved condition dependency {name}")
            self._conditions[name] = bool(self.value(self.template["Conditions"][name]))
        return self._conditions[name]

    def there(self, resource: Props) -> bool:
        """Whether a resource's or an output's own condition holds."""
        return "Condition" not in resource or self.condition(resource["Condition"])

    def value(self, given: Foreign) -> Foreign:
        """A value of the template, with every function done."""
        if isinstance(given, list):
            return [found for one in given if (found := self.value(one)) is not NOTHING]
        if isinstance(given, str):
            return _DYNAMIC.sub(self._dynamic, given) if self.secret is not None else given
        if not isinstance(given, dict):
            return given
        if len(given) == 1:
            ((name, argument),) = given.items()
            if name == "Ref":
                return self._ref(argument)
            if name == "Condition" and isinstance(argument, str):
                return self.condition(argument)
            if name in _FUNCTIONS:
                found = _FUNCTIONS[name](self, argument)
                return self.value(found) if isinstance(found, str) and "{{resolve:" in found else found
            if name.startswith("Fn::"):
                raise InvalidError(f"Template error: the function {name} is not known here")
        return {key: found for key, one in given.items() if (found := self.value(one)) is not NOTHING}

    def _ref(self, name: str) -> Foreign:
        if name == "AWS::NoValue":
            return NOTHING
        if name.startswith("AWS::"):
            return self.pseudo[name.removeprefix("AWS::")]
        return self.parameters[name] if name in self.parameters else self.ref(name)

    def named(self, name: str) -> Foreign:
        """What `${name}` in a text comes to."""
        if "." in name:
            return self.attribute(*name.split(".", 1))
        return self._ref(name)

    def _dynamic(self, match: re.Match[str]) -> str:
        assert self.secret is not None
        return self.secret(match[1], match[2])


def _sub(scope: Scope, given: Foreign) -> str:
    text, own = (given[0], given[1]) if isinstance(given, list) else (given, {})
    values = {name: scope.value(value) for name, value in own.items()}

    def replaced(match: re.Match[str]) -> str:
        name = match[1].strip()
        return f"${{{name[1:]}}}" if name.startswith("!") else _text(values[name] if name in values else scope.named(name))

    return re.sub(r"\$\{([^}]+)\}", replaced, text)


def _text(value: Foreign) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _attribute(scope: Scope, given: Foreign) -> Foreign:
    name, attribute = given.split(".", 1) if isinstance(given, str) else given
    return scope.attribute(name, scope.value(attribute))


def _cidr(scope: Scope, given: Foreign) -> list[str]:
    block, count, *bits = [scope.value(one) for one in given]
    network = ip_network(block)
    length = network.max_prefixlen - int(bits[0] if bits else 8 if network.version == 4 else 64)
    subnets = network.subnets(new_prefix=length)
    return [str(next(subnets)) for _ in range(int(count))]


def _map(scope: Scope, given: Foreign) -> Foreign:
    name, top, second = [scope.value(one) for one in given[:3]]
    try:
        return scope.template["Mappings"][name][top][second]
    except KeyError:
        if len(given) > 3 and "DefaultValue" in given[3]:
            return scope.value(given[3]["DefaultValue"])
        raise InvalidError(f"Template error: Unable to get mapping for {name}::{top}::{second}") from None


def _select(scope: Scope, given: Foreign) -> Foreign:
    number, found = int(scope.value(given[0])), scope.value(given[1])
    if not 0 <= number < len(found):
        raise InvalidError("Template error: Fn::Select cannot select nonexistent value at index " + str(number))
    return found[number]


_FUNCTIONS: dict[str, Callable[[Scope, Foreign], Foreign]] = {
    "Fn::And": lambda scope, given: all(scope.value(one) for one in given),
    "Fn::Base64": lambda scope, given: base64.b64encode(scope.value(given).encode()).decode(),
    "Fn::Cidr": _cidr,
    "Fn::Equals": lambda scope, given: _text(scope.value(given[0])) == _text(scope.value(given[1])),
    "Fn::FindInMap": _map,
    "Fn::GetAtt": _attribute,
    "Fn::GetAZs": lambda scope, given: scope.zones(scope.value(given) or scope.pseudo["Region"]),
    "Fn::If": lambda scope, given: scope.value(given[1] if scope.condition(given[0]) else given[2]),
    "Fn::ImportValue": lambda scope, given: scope.exports(scope.value(given)),
    "Fn::Join": lambda scope, given: given[0].join(_text(one) for one in scope.value(given[1])),
    "Fn::Length": lambda scope, given: len(scope.value(given)),
    "Fn::Not": lambda scope, given: not scope.value(given[0]),
    "Fn::Or": lambda scope, given: any(scope.value(one) for one in given),
    "Fn::Select": _select,
    "Fn::Split": lambda scope, given: scope.value(given[1]).split(given[0]),
    "Fn::Sub": _sub,
    "Fn::ToJsonString": lambda scope, given: json.dumps(scope.value(given), separators=(",", ":")),
}


def parameters_of(template: Props, given: Mapping[str, str], before: Mapping[str, str], reused: set[str]) -> dict[str, str]:
    """The parameters' texts: as given, or as they were, or by default. Raises Invalid."""
    declared = template.get("Parameters") or {}
    if unknown := sorted(set(given) - set(declared)):
        raise InvalidError(f"Parameters: [{', '.join(unknown)}] do not exist in the template")
    found: dict[str, str] = {}
    missing = []
    for name, parameter in declared.items():
        if name in reused and name in before:
            found[name] = before[name]
        elif name in given:
            found[name] = given[name]
        elif "Default" in parameter:
            found[name] = _text(parameter["Default"])
        else:
            missing.append(name)
            continue
        _check(name, parameter, found[name])
    if missing:
        raise InvalidError(f"Parameters: [{', '.join(missing)}] must have values")
    return found


def _check(name: str, parameter: Props, text: str) -> None:
    told = parameter.get("ConstraintDescription")
    allowed = [_text(one) for one in parameter.get("AllowedValues", [])]
    if allowed and text not in allowed:
        raise InvalidError(told or f"Parameter '{name}' must be one of AllowedValues")
    if "AllowedPattern" in parameter and not re.fullmatch(parameter["AllowedPattern"], text):
        raise InvalidError(
            f"Parameter '{name}' must match pattern {parameter['AllowedPattern']}"
            if not told
            else f"Parameter {name} failed to satisfy constraint: {told}"
        )
    if len(text) < int(parameter.get("MinLength", 0)):
        raise InvalidError(f"Parameter '{name}' must contain at least {parameter['MinLength']} characters")
    if len(text) > int(parameter.get("MaxLength", 4096)):
        raise InvalidError(f"Parameter '{name}' must contain at most {parameter.get('MaxLength', 4096)} characters")
    if parameter["Type"] == "Number" and not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text):
        raise InvalidError(f"Parameter '{name}' must be a number.")


def typed(template: Props, parameters: Mapping[str, str], ssm: Callable[[str], str]) -> dict[str, Foreign]:
    """The parameters' values: lists split, SSM parameters looked up."""
    found: dict[str, Foreign] = {}
    for name, text in parameters.items():
        kind = template["Parameters"][name]["Type"]
        if kind.startswith("AWS::SSM::Parameter::Value"):
            text = ssm(text)
            kind = kind.removeprefix("AWS::SSM::Parameter::Value<").removesuffix(">")
        listed = kind == "CommaDelimitedList" or kind.startswith("List<")
        found[name] = [one.strip() for one in text.split(",")] if listed and text else [] if listed else text
    return found
