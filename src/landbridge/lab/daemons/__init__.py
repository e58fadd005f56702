"""What a router's or hub's configuration becomes in its machine: texts for ip, iptables, strongSwan and FRR. Pure."""
