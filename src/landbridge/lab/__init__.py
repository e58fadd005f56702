"""The packet plane on this machine: real daemons configured from artifacts, in kernels of their own, joined by a fabric of namespaces."""
