"""Auto Scaling: instances launched from their template as it is, and lifecycle hooks that hold them."""
