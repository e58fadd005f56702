/* the whole of a small gateway */
interfaces {
    ethernet eth0 {
        address 10.9.0.10/24
        address 10.9.0.11/24
        duplex auto
        hw-id 02:00:00:00:00:01
        smp_affinity auto
    }
    loopback lo {
    }
    vti vti0 {
        address 169.254.12.78/30
        description "VPC tunnel 1"
    }
}
nat {
    source {
        rule 32 {
            destination {
                address !10.0.1.0/24
            }
            outbound-interface vti0
            translation {
                address 10.0.1.0/24
            }
        }
    }
}
service {
    ssh {
        disable-password-authentication
        port 22
    }
}
system {
    host-name singapore
    login {
        banner {
            pre-login "Only \"staff\".
Else: leave \\ go."
        }
        /* made at installation */
        user vyos {
            authentication {
                encrypted-password $1$abc$def/ghi.
                plaintext-password ""
            }
            level admin
        }
    }
    ntp {
        server 192.0.2.1 {
        }
        server 192.0.2.2 {
            prefer
        }
    }
    time-zone UTC
    /* nothing more
       is wanted here */
}


/* Warning: Do not remove the following line. */
/* === vyatta-config-version: "firewall@5:ipsec@4:nat@4:quagga@2:system@6" === */
/* Release version: VyOS 1.1.7 */
