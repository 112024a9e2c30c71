"""Result links that must lead nowhere: this computer, this network, and forms that parsers read in two ways (T-22)."""

# ruff: noqa: SIM905, S104 - a table reads better without quotes, and nothing binds to these addresses

LOOPBACK = (
    "127.0.0.1 127.0.0.1. 127.0.0.1.. 127.1 127.0.1 127.255.255.254 127.000.000.001 0177.0.0.1 0177.0.0.01 00000177.0.0.1"
    " 017700000001 0x7f.0.0.1 0x7f.1 0x7F.0x0.0x0.0x1 0x7f000001 0x7F000001 2130706433 2130706433. 127.0x0.0.01 0177.1"
    " localhost localhost. LOCALHOST LocalHost. x.localhost a.b.LOCALHOST. [::1] [0:0:0:0:0:0:0:1] [::0001]"
    " [::ffff:127.0.0.1] [::ffff:7f00:1] [0:0:0:0:0:ffff:127.0.0.1] [::127.0.0.1] [::7f00:1] [2002:7f00:1::]"
    " [64:ff9b::127.0.0.1] [64:ff9b::7f00:1]"
).split()

UNSPECIFIED = "0.0.0.0 0 0x0 0.0 00 0x0.0x0 [::] [0:0:0:0:0:0:0:0] [::ffff:0.0.0.0] [2002::]".split()

PRIVATE = (
    "10.0.0.1 10.1 0xa.1 012.0.0.1 167772161 0x0a000001 10.255.255.255 172.16.0.1 172.31.255.254 0xac100001 2886729729"
    " 192.168.0.1 192.168.257 0300.0250.0.1 0xc0a80001 3232235521 192.168.1.1. 169.254.169.254 0xa9fea9fe 2852039166"
    " 0251.0376.0251.0376 0xa9.0xfe.0xa9.0xfe 169.254.43518 169.16689662 0xa9fe.0xa9fe 100.64.0.1 100.127.255.254"
    " 100.100.100.200 192.0.0.1 192.0.0.192 192.0.2.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.250"
    " 240.0.0.1 255.255.255.255 0xffffffff 4294967295 [fe80::1] [fe80::a9fe:a9fe] [fec0::1] [fc00::1] [fd00:ec2::254]"
    " [ff02::1] [ff0e::1] [2001:db8::1] [2001::1] [100::1] [::ffff:10.0.0.1] [::ffff:a9fe:a9fe] [::ffff:192.168.0.1]"
    " [::10.0.0.1] [2002:a00:1::] [2002:c0a8:1::1] [2002:a9fe:a9fe::] [64:ff9b::10.0.0.1] [64:ff9b::a9fe:a9fe]"
    " [64:ff9b:1::1] [5f00::1]"
).split()

UNICODE = [
    "\uff11\uff12\uff17.\uff10.\uff10.\uff11",  # full width digits
    "\u2460\u2461\u2466.\u24ea.\u24ea.\u2460",  # circled digits
    "\U0001d7cf\U0001d7d0\U0001d7d5.\U0001d7ce.\U0001d7ce.\U0001d7cf",  # bold digits
    "\u00b9\u00b2\u2077.\u2070.\u2070.\u00b9",  # raised digits
    "127\u30020\u30020\u30021",  # ideographic dots
    "127\uff0e0\uff0e0\uff0e1",
    "127\uff610\uff610\uff611",
    "0\uff58\uff17\uff46000001",
    "\uff12\uff11\uff13\uff10\uff17\uff10\uff16\uff14\uff13\uff13",
    "\u2488\u24ea.0.0.1",
    "\u24db\u24de\u24d2\u24d0\u24db\u24d7\u24de\u24e2\u24e3",  # localhost in circles
    "\uff4c\uff4f\uff43\uff41\uff4c\uff48\uff4f\uff53\uff54",
    "localhost\u3002",
    "\uff11\uff10.\uff10.\uff10.\uff11",
    "\uff11\uff16\uff19.254.169.254",
    "[::\uff11]",
]

FORMS = [
    "https:///a.png",
    "https://",
    "https:a.png",
    "https:/127.0.0.1/a.png",
    "//127.0.0.1/a.png",
    "http://files.example.org/a.png",
    "http://8.8.8.8/a.png",
    "HTTP://127.0.0.1/a.png",
    "ftp://files.example.org/a.png",
    "file:///etc/passwd",
    "file://127.0.0.1/etc/passwd",
    "gopher://127.0.0.1:70/_x",
    "javascript:alert(1)",
    "ws://127.0.0.1/",
    "unix:///run/docker.sock",
    "http+unix://%2Frun%2Fdocker.sock/info",
    "https://user@files.example.org/a.png",
    "https://user:secret@files.example.org/a.png",
    "https://:@127.0.0.1/a.png",
    "https://@127.0.0.1/a.png",
    "https://files.example.org@127.0.0.1/a.png",
    "https://files.example.org:443@127.0.0.1/a.png",
    "https://127.0.0.1@files.example.org/a.png",
    "https://127.0.0.1#@files.example.org/a.png",
    "https://127.0.0.1?@files.example.org/a.png",
    "https://127.0.0.1\\@files.example.org/a.png",
    "https://files.example.org\\.127.0.0.1/a.png",
    "https://%31%32%37.0.0.1/a.png",
    "https://127%2e0.0.1/a.png",
    "https://127.0.0.1%00.example.org/a.png",
    "https://127.0.0.1\x00.example.org/a.png",
    "https://127.0.0.1\t/a.png",
    "https://127.0.0.1\r\nHost: files.example.org/a.png",
    "https://127.0.0.1 .example.org/a.png",
    "https://[::1%25lo]/a.png",
    "https://[fe80::1%25eth0]/a.png",
    "https://[::1]x/a.png",
    "https://[::1/a.png",
    "https://::1]/a.png",
    "https://[v1.127]/a.png",
    "https://127.0.0.1:0/a.png",
    "https://files.example.org:0/a.png",
    "https://files.example.org:65536/a.png",
    "https://files.example.org:-1/a.png",
    "https://files.example.org:x/a.png",
    "https://127.0.0.1:8443/a.png",
    "https://[::1]:8443/a.png",
    "https://localhost:22/a.png",
    "https://256.256.256.256.256/a.png",
    "https://" + "a" * 64 + ".127.0.0.1/a.png",
]

NAMES = {
    "localtest.example": ["127.0.0.1"],
    "metadata.google.internal": ["169.254.169.254"],
    "127.0.0.1.nip.example": ["127.0.0.1"],
    "six.example": ["::1"],
    "mapped.example": ["::ffff:127.0.0.1"],
    "mapped-private.example": ["::ffff:10.0.0.1"],
    "both.example": ["8.8.8.8", "10.0.0.1"],
    "later.example": ["8.8.8.8", "2606:4700::1111", "fd00::1"],
    "nat.example": ["64:ff9b::a9fe:a9fe"],
    "sixtofour.example": ["2002:7f00:1::"],
    "zero.example": ["0.0.0.0"],
    "site.example": ["fec0::1"],
    "link.example": ["fe80::1%2"],
    "shared.example": ["100.64.0.1"],
    "multicast.example": ["239.1.1.1"],
    "xn--80ak6aa92e.example": ["192.168.0.1"],
    "\u0430\u0440\u0440\u04cf\u0435.example": ["192.168.0.1"],  # the same in Cyrillic letters that look like apple
    "router": ["192.168.0.1"],
    "router.local.": ["192.168.0.1"],
    "1.2.3.4.5": ["10.0.0.1"],
}
"""Harmless names -> what they turn out to be when they are looked up."""

LITERALS = [f"https://{host}/a.png" for host in (*LOOPBACK, *UNSPECIFIED, *PRIVATE, *UNICODE)]
NAMED = [f"https://{host}/a.png" for host in NAMES]
FORBIDDEN = [*LITERALS, *FORMS, *NAMED]
