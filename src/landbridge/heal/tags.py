"""The tags by which landbridge knows what it made, and its lifecycle hooks. The only names that `heal` shares with the rest."""

NETWORK = "landbridge:network"  # the network's name, on everything
OWNER = "landbridge:owner"  # the hub or site that a resource belongs to; "" for what an account and Region share
STACK = "landbridge:stack"  # the kind of stack that made it
GATEWAY = "landbridge:gateway"  # the gateway that an instance, Elastic IP, group, connection or secret belongs to
TUNNEL = "landbridge:tunnel"  # the tunnel that a secret or an alarm belongs to
SECONDARY = "landbridge:secondary"  # on an Auto Scaling group: the fixed private address of its gateway
ROLE = "landbridge:role"  # on an Auto Scaling group: active or standby, as it begins

LAUNCH_HOOK = "landbridge-launch"  # the lifecycle hook that holds a new gateway back until it is what it must be
TERMINATE_HOOK = "landbridge-terminate"  # the one that holds a leaving gateway until nothing is sent to it any more
