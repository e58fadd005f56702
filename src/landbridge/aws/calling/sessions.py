"""The border to boto3, which has no types: sessions by profile or role, and clients of them."""

from __future__ import annotations

import threading
from functools import partial
from hashlib import sha256
from typing import Any

import boto3  # type: ignore[import-untyped]
from botocore.config import Config  # type: ignore[import-untyped]
from botocore.credentials import AssumeRoleCredentialFetcher, DeferredRefreshableCredentials  # type: ignore[import-untyped]
from botocore.session import get_session  # type: ignore[import-untyped]

from landbridge import __version__
from landbridge.aws.calling.call import Place

CONNECT_S, READ_S = 10, 60
CONNECTIONS = 50
ATTEMPTS = 4
EMULATED = "123456789012"


class Sessions:
    """Clients by place and service, each made once. Credentials of roles are renewed before they expire."""

    def __init__(self, endpoint: str | None) -> None:
        self._endpoint = endpoint
        self._sessions: dict[object, Any] = {}
        self._clients: dict[tuple[Place, str], Any] = {}
        self._making = threading.Lock()  # making sessions and clients isn't safe in threads; using clients is

    def client(self, place: Place, service: str) -> Any:  # noqa: ANN401 - boto3 has no types
        with self._making:
            if (place, service) not in self._clients:
                config = Config(
                    connect_timeout=CONNECT_S,
                    read_timeout=READ_S,
                    max_pool_connections=CONNECTIONS,
                    retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
                    user_agent_extra=f"landbridge/{__version__}",
                    # An emulator on loopback has no name for each bucket.
                    s3={"addressing_style": "path"} if self._endpoint else None,
                )
                session = self._session(place)
                self._clients[place, service] = session.client(service, place.region, endpoint_url=self._endpoint, config=config)
            return self._clients[place, service]

    def _session(self, place: Place) -> Any:  # noqa: ANN401
        if place.account not in self._sessions:
            self._sessions[place.account] = self._make(place)
        return self._sessions[place.account]

    def _make(self, place: Place) -> Any:  # noqa: ANN401
        account = place.account
        profile = None if self._endpoint else account.profile  # an emulator knows no profiles
        # An emulator takes any key, and one of twelve digits for the account of that number.
        number = EMULATED if account.profile is None else f"{int(sha256(account.profile.encode()).hexdigest(), 16) % 10**12:012}"
        keys = {"aws_access_key_id": number, "aws_secret_access_key": "emulated"} if self._endpoint else {}
        session = boto3.Session(profile_name=profile, region_name=place.region, **keys)
        if account.role is None:
            return session
        fetcher = AssumeRoleCredentialFetcher(
            client_creator=partial(session.client, region_name=place.region, endpoint_url=self._endpoint),
            source_credentials=session.get_credentials(),
            role_arn=account.role,
            extra_args={"RoleSessionName": "landbridge"},
        )
        assumed = get_session()
        assumed._credentials = DeferredRefreshableCredentials(fetcher.fetch_credentials, "assume-role")
        return boto3.Session(botocore_session=assumed, region_name=place.region)
