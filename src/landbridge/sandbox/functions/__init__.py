"""Lambda without containers: a function's code in a process of its own, with its role's credentials, kept warm."""
