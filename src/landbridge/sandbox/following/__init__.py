"""The lab follows the cloud: what the emulator holds becomes machines, namespaces, routes, filters and tunnels, by reconciling.

emulator ──Estate──▶ plan ──▶ what the fabric and the machines should be ──difference──▶ packets
    ▲                                                                                      │
    └───────────────────────── tunnels and routes as they really are ◀─────────────────────┘
"""
