"""The network on AWS: its stacks, deploying them, reading back what only the cloud knows, quotas and prices."""
