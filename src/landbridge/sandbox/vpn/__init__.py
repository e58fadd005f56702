"""VPN connections that honour their tunnels' options: addresses, keys, algorithms, telemetry, and the configuration to download."""
