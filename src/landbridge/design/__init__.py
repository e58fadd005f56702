"""A network with every choice made: translations, ASNs, inside addresses, tunnels, routes, security rules; and the lock."""
