"""What a call asks a stack to become: its template, from the text or a bucket; its parameters; its tags. And what of that is refused."""

from __future__ import annotations

from urllib.parse import unquote, urlparse

from landbridge.sandbox.cloudformation.evaluation import parameters_of, typed
from landbridge.sandbox.cloudformation.kinds import KINDS
from landbridge.sandbox.cloudformation.resolving import parameter
from landbridge.sandbox.cloudformation.stack import Stack, Wanted, exports_of
from landbridge.sandbox.cloudformation.template import InvalidError, order, parse
from landbridge.sandbox.server.foreign import Props

LONGEST = 51_200  # of a template given in the call
LARGEST = 1_048_576  # of one in a bucket
_NAMED = {"RoleName", "ManagedPolicyName", "InstanceProfileName", "UserName", "GroupName"}


def text_of(params: Props, account: str) -> str | None:
    """The template's text, from the call or from the bucket that it names. The caller holds the lock."""
    text = params.get("TemplateBody")
    if text is not None:
        if len(text.encode()) > LONGEST:
            must = f"Member must have length less than or equal to {LONGEST}"
            raise InvalidError(f"1 validation error detected: Value at 'templateBody' failed to satisfy constraint: {must}")
        return str(text)
    address = params.get("TemplateURL")
    if address is None:
        return None
    from moto.s3.models import s3_backends

    parsed = urlparse(address)
    path = unquote(parsed.path).lstrip("/")
    host = parsed.netloc.split(".s3")[0] if ".s3" in parsed.netloc else ""
    bucket, key = (host, path) if host else tuple(path.split("/", 1)) if "/" in path else (path, "")
    try:
        found = s3_backends[account]["aws"].get_object(bucket, key) or s3_backends[account]["aws-cn"].get_object(bucket, key)
    except Exception:
        found = None
    if found is None:
        raise InvalidError("S3 error: Access Denied")
    body: bytes = found.value
    if len(body) > LARGEST:
        raise InvalidError(f"Template may not exceed {LARGEST} bytes in size.")
    return body.decode()


def wanted_of(stack: Stack, params: Props, creating: bool) -> Wanted:
    """What is asked for. Raises Invalid."""
    before = stack.wanted
    text = text_of(params, stack.account)
    if text is None:
        if before is None or not params.get("UsePreviousTemplate"):
            raise InvalidError("Either Template URL or Template Body must be specified.")
        text = before.text
    template = parse(text)
    unknown = sorted({one["Type"] for one in template["Resources"].values()} - set(KINDS))
    if unknown:
        raise InvalidError(f"Template format error: Unrecognized resource types: [{', '.join(unknown)}]")
    order(template, set(template["Resources"]))  # what goes in a circle is said now
    _capable(template, params.get("Capabilities") or [])
    given = {one["ParameterKey"]: str(one["ParameterValue"]) for one in params.get("Parameters") or [] if "ParameterValue" in one}
    reused = {one["ParameterKey"] for one in params.get("Parameters") or [] if one.get("UsePreviousValue")}
    held = {} if creating or before is None else before.parameters
    found = parameters_of(template, given, held, reused)
    work = stack.work("")
    values = typed(template, found, lambda name: parameter(work, name))
    tags = {tag["Key"]: tag["Value"] for tag in params.get("Tags") or []}
    if "Tags" not in params and before is not None and not creating:
        tags = before.tags
    return Wanted(text, template, found, values, tags)


def _capable(template: Props, capabilities: list[str]) -> None:
    roles = [one for one in template["Resources"].values() if one["Type"].startswith("AWS::IAM::")]
    named = any(_NAMED & set(one.get("Properties") or {}) for one in roles)
    needed = "CAPABILITY_NAMED_IAM" if named else "CAPABILITY_IAM"
    if roles and needed not in capabilities and "CAPABILITY_NAMED_IAM" not in capabilities:
        raise LackingError(f"Requires capabilities : [{needed}]")


class LackingError(InvalidError):
    """What is answered as InsufficientCapabilitiesException."""


def same(stack: Stack, wanted: Wanted) -> bool:
    """Whether the stack is what is asked for already, down to the template's every value."""
    held = stack.wanted
    return held is not None and (held.template, held.parameters, held.tags) == (wanted.template, wanted.parameters, wanted.tags)


def summary(template: Props) -> Props:
    """What GetTemplateSummary and ValidateTemplate say."""
    declared = (template.get("Parameters") or {}).items()
    roles = any(one["Type"].startswith("AWS::IAM::") for one in template["Resources"].values())
    named = any(_NAMED & set(one.get("Properties") or {}) for one in template["Resources"].values() if one["Type"].startswith("AWS::IAM::"))
    found: Props = {
        "Description": template.get("Description"),
        "Parameters": [
            {
                "ParameterKey": name,
                "DefaultValue": str(one["Default"]) if "Default" in one else None,
                "NoEcho": str(one.get("NoEcho", False)).lower() == "true",
                "Description": one.get("Description"),
                "ParameterType": one["Type"],
            }
            for name, one in declared
        ],
        "ResourceTypes": sorted({one["Type"] for one in template["Resources"].values()}),
    }
    if roles:
        found["Capabilities"] = ["CAPABILITY_NAMED_IAM" if named else "CAPABILITY_IAM"]
    return found


def exports(account: str, region: str) -> list[Props]:
    """What ListExports says."""
    return [
        {"ExportingStackId": stack.id, "Name": name, "Value": value} for name, (stack, value) in sorted(exports_of(account, region).items())
    ]
