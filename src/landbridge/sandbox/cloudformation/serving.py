"""CloudFormation's place among the emulator's services."""

from __future__ import annotations

from landbridge.sandbox.server.foreign import Foreign


def application() -> Foreign:
    """What answers CloudFormation's calls, instead of the emulator's own."""
    from flask import Flask
    from moto.core.utils import convert_to_flask_response
    from moto.moto_server.werkzeug_app import BackendRequest

    from landbridge.sandbox.cloudformation.answers import StackAnswers

    made = Flask("cloudformation")
    made.request_class = BackendRequest
    made.add_url_rule("/", view_func=convert_to_flask_response(StackAnswers.dispatch), methods=["GET", "POST"])
    return made
