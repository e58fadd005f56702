"""An embedded AWS: the API emulator in a process of its own, with what it lacks.

Any AWS client talks to it at `Sandbox.endpoint`. docs/sandbox.md says which behaviour of AWS it follows, and what it doesn't have.
"""

from landbridge.sandbox.running import Sandbox, environment, folder_of, running, start, stop
from landbridge.sandbox.telling import Learnt, set_tunnel

__all__ = ["Learnt", "Sandbox", "environment", "folder_of", "running", "set_tunnel", "start", "stop"]
