"""What AWS' errors mean to a user: what is wrong, and the way out. Nothing of a request is quoted."""

from __future__ import annotations

import re
from dataclasses import dataclass

from botocore import exceptions as raised  # type: ignore[import-untyped]
from botocore.parsers import ResponseParserError  # type: ignore[import-untyped]

from landbridge.aws.calling.call import Call, Place
from landbridge.findings import Finding, LandbridgeError, error

AGAIN = "run the same command again: it goes on from where it stopped"
LONGEST = 400

THROTTLED = {
    *("Throttling", "ThrottlingException", "ThrottledException", "RequestThrottledException", "TooManyRequestsException"),
    *("RequestLimitExceeded", "RequestThrottled", "SlowDown", "EC2ThrottledException", "ProvisionedThroughputExceededException"),
    *("PriorRequestNotComplete", "BandwidthLimitExceeded", "TransactionInProgressException"),
}
TRANSIENT = {
    *("InternalError", "InternalFailure", "ServiceUnavailable", "ServiceUnavailableException", "Unavailable", "RequestTimeout"),
    *("RequestTimeoutException", "InternalServerError", "ServerException"),
}
EXPIRED = {"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"}
UNKNOWN_KEY = {"InvalidClientTokenId", "UnrecognizedClientException", "AuthFailure", "SignatureDoesNotMatch", "InvalidAccessKeyId"}
SKEWED = {"InvalidSignatureException", "RequestTimeTooSkewed"}
OFF = ("Signature expired", "Signature not yet current")  # what AWS says of a clock, under the code of a wrong signature
DENIED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "UnauthorizedAccess", "403", "Forbidden"}
TAKEN = {"AlreadyExistsException", "BucketAlreadyExists", "EntityAlreadyExists", "ResourceInUseException", "ResourceExistsException"}
# What each quota is called in Service Quotas, by the error where it is reached.
QUOTAS = {
    "AddressLimitExceeded": ("ec2", "L-0263D0A3"),
    "VpnConnectionLimitExceeded": ("ec2", "L-3E6EC3A3"),
    "CustomerGatewayLimitExceeded": ("ec2", "L-4FB7FF5D"),
    "TransitGatewayLimitExceeded": ("ec2", "L-A2478D36"),
    "VpcLimitExceeded": ("vpc", "L-F678F1CE"),
    "InternetGatewayLimitExceeded": ("vpc", "L-A4707A72"),
    "SubnetLimitExceeded": ("vpc", "L-407747CB"),
    "RouteTableLimitExceeded": ("vpc", "L-589F43AA"),
    "RouteLimitExceeded": ("vpc", "L-93826ACB"),
    "SecurityGroupLimitExceeded": ("vpc", "L-E79EC296"),
    "RulesPerSecurityGroupLimitExceeded": ("vpc", "L-0EA8095F"),
}
# Operations that are allowed under other names.
ACTIONS = {"s3:HeadObject": "s3:GetObject and s3:ListBucket", "s3:ListObjectVersions": "s3:ListBucketVersions"}
NO_CREDENTIALS = (
    raised.NoCredentialsError,
    raised.PartialCredentialsError,
    raised.CredentialRetrievalError,
    raised.ProfileNotFound,
    raised.TokenRetrievalError,
    raised.SSOError,
    raised.UnauthorizedSSOTokenError,
)
CONNECTION = (raised.ConnectionError, raised.HTTPClientError, raised.EndpointConnectionError)


class CallError(LandbridgeError):
    """A call that AWS refused, or that never got an answer (then `aws_code` is empty)."""

    def __init__(self, finding: Finding, aws_code: str, aws_message: str, call: Call) -> None:
        super().__init__(finding)
        self.aws_code = aws_code
        self.aws_message = aws_message
        self.call = call


@dataclass(frozen=True, slots=True)
class Advice:
    """The code of the finding that an error of AWS becomes, what it means, and the way out."""

    code: str
    meaning: str
    remedy: str


def code_of(problem: Exception) -> str:
    """AWS' own code of an error; empty where there was no answer."""
    return str(problem.response.get("Error", {}).get("Code", "")) if isinstance(problem, raised.ClientError) else ""


def may_pass(problem: Exception) -> bool:
    """Whether the same call may well be answered in a while."""
    if isinstance(problem, raised.ClientError):
        status = problem.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return code_of(problem) in THROTTLED | TRANSIENT or status in (429, 500, 502, 503, 504)
    if isinstance(problem, ResponseParserError):  # a page in place of an answer, as what stands before AWS gives in a fault
        return True
    return isinstance(problem, CONNECTION) and not isinstance(problem, raised.ProxyConnectionError)


def refusal(problem: Exception, call: Call) -> CallError:
    """The error that a user sees in place of botocore's."""
    aws_code = code_of(problem)
    message = harmless(str(problem.response.get("Error", {}).get("Message", ""))) if isinstance(problem, raised.ClientError) else ""
    given = _without_answer(problem, call) if not aws_code else advice(aws_code, message, call)
    text = f"{given.meaning} ({call} in {call.place})" + (f": {aws_code}: {message}" if aws_code else "")
    return CallError(error(given.code, text.rstrip(": "), None, given.remedy), aws_code, message, call)


def advice(aws_code: str, message: str, call: Call | None = None, place: Place | None = None) -> Advice:
    """What an error code of AWS means, in an answer or in the reason of a stack's event in `place`."""
    who = f"the credentials of account {call.place.account.alias!r}" if call else "the credentials"
    if aws_code in SKEWED or any(words in message for words in OFF):
        return Advice("credentials", "the clock of this machine is wrong", f"Set it (`timedatectl set-ntp true`) and {AGAIN}.")
    if aws_code in EXPIRED:
        clock = " (or this machine's clock is wrong)" if aws_code == "RequestExpired" else ""
        return Advice("credentials", f"{who} have expired{clock}", f"Log in again ({_login(call)}) and {AGAIN}.")
    if aws_code in UNKNOWN_KEY or aws_code == "OptInRequired":
        remedy = "See that they are those of the account, and that the Region is enabled there (`aws account list-regions`)."
        return Advice("credentials", f"{who} aren't known in this Region", remedy)
    if aws_code in DENIED:
        action = _action(message) or (ACTIONS.get(str(call), str(call)) if call else "the action")
        return Advice("permission", f"{who} don't allow {action}", f"Allow {action} to them, and {AGAIN}.")
    if aws_code in THROTTLED:
        return Advice("cloud", "AWS asks to slow down, again and again", f"Wait a few minutes and {AGAIN}.")
    if is_quota(aws_code, message):
        remedy = f"Ask for more (`{_increase(aws_code, call.place if call else place)}`), or free some; then {AGAIN}."
        return Advice("quota", "a quota of AWS is reached", remedy)
    if aws_code in TAKEN or "already exists" in message:
        return Advice("name", "a name is taken", "Remove what has that name if it isn't needed, or give the network another name.")
    if aws_code in TRANSIENT:
        return Advice("cloud", "AWS has a fault of its own", f"Wait a few minutes and {AGAIN}.")
    return Advice("cloud", "AWS refuses this", f"Mend what it names, and {AGAIN}.")


def _increase(aws_code: str, place: Place | None) -> str:
    service, quota = QUOTAS.get(aws_code, ("SERVICE", "QUOTA"))
    where = f" --region {place.region}" if place else ""
    whose = f" --profile {place.account.profile}" if place and place.account.profile else ""
    numbers = f"--service-code {service} --quota-code {quota} --desired-value NUMBER"
    return f"aws service-quotas request-service-quota-increase {numbers}{where}{whose}"


def is_quota(aws_code: str, message: str) -> bool:
    """Whether an error is about a quota: each service has codes of its own for that."""
    return "LimitExceeded" in aws_code or "QuotaExceeded" in aws_code or "maximum number of" in message.lower()


def harmless(message: str) -> str:
    """AWS' message without what is of no use to a reader, or could be a token."""
    message = message.partition("Encoded authorization failure message")[0]
    message = re.sub(r"[A-Za-z0-9+/=_-]{80,}", "…", message)
    return (message if len(message) <= LONGEST else f"{message[:LONGEST]}…").strip()


def _without_answer(problem: Exception, call: Call) -> Advice:
    account = call.place.account
    if isinstance(problem, raised.ProfileNotFound):
        remedy = "Write it into ~/.aws/config (`aws configure sso`), or name another in `account:`."
        return Advice("credentials", f"there is no profile {account.profile!r}", remedy)
    if isinstance(problem, NO_CREDENTIALS):
        remedy = f"Log in ({_login(call)}), or name a profile or a role in the network file's `account:`."
        return Advice("credentials", f"there are no usable credentials for account {account.alias!r}", remedy)
    if isinstance(problem, raised.InvalidRegionError | raised.EndpointConnectionError | raised.NoRegionError):
        remedy = f"See that {call.place.region!r} is a Region and is spelled right, and that this machine reaches AWS; then {AGAIN}."
        return Advice("cloud", f"AWS can't be reached in {call.place.region}", remedy)
    if isinstance(problem, ResponseParserError):
        return Advice("cloud", "AWS answers what can't be read", f"See that nothing stands between, and {AGAIN}.")
    if isinstance(problem, CONNECTION):
        return Advice("cloud", f"AWS didn't answer ({type(problem).__name__})", f"See to the connection, and {AGAIN}.")
    return Advice("cloud", f"AWS can't be asked ({type(problem).__name__}: {harmless(str(problem))})", "")


def _login(call: Call | None) -> str:
    profile = call.place.account.profile if call else None
    return f"`aws sso login --profile {profile}`" if profile else "`aws login`, `aws sso login` or new AWS_… variables"


def _action(message: str) -> str | None:
    found = re.search(r"perform:? ([a-z0-9-]+:[A-Za-z0-9*]+)", message)
    return found[1] if found else None
