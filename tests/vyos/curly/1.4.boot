interfaces {
    ethernet eth0 {
        address "dhcp"
        offload {
            gro
            tso
        }
    }
    loopback lo {
    }
    vti vti0 {
        address "169.254.12.78/30"
        description "it's ours"
        ip {
            adjust-mss "1379"
        }
    }
}
protocols {
    bgp {
        address-family {
            ipv4-unicast {
                network 10.0.1.0/24 {
                }
                network 172.88.0.0/24 {
                }
            }
        }
        neighbor 169.254.12.77 {
            address-family {
                ipv4-unicast {
                    soft-reconfiguration {
                        inbound
                    }
                }
            }
            remote-as "64512"
        }
        system-as "65400"
    }
}
system {
    host-name "singapore-a"
    task-scheduler {
        task keep {
            executable {
                arguments "-e '^\\d+$'"
                path "/config/scripts/keep"
            }
        }
    }
}


// Warning: Do not remove the following line.
// vyos-config-version: "bgp@5:firewall@15:interfaces@32:ipsec@13:nat@7"
// Release version: 1.4.0
