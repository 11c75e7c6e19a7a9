"""URLs with which somebody tries to reach this machine and its networks."""

# Ways to write addresses of this machine and of private networks.
HOSTS = [
    "127.0.0.1", "127.1", "127.0.1", "0", "0.0.0.0", "2130706433", "0x7f000001", "0x7f.1", "017700000001", "0177.0.0.1",
    "localhost", "LOCALHOST", "localhost.", "127.127.127.127", "10.0.0.1", "10.1", "0xa000001", "167772161",
    "172.16.0.1", "172.31.255.255", "192.168.0.1", "192.168.1", "3232235521", "169.254.169.254", "2852039166",
    "0xa9fea9fe", "0251.0376.0251.0376", "100.64.0.1", "100.127.255.255", "192.0.0.1", "192.0.2.1", "198.18.0.1",
    "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
    "[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::ffff:169.254.169.254]",
    "[::ffff:10.0.0.1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b::10.0.0.1]", "[2002:7f00:1::]",
    "[2002:a00:1::]", "[2001:0:7f00:1::]", "[fe80::1]", "[fc00::1]", "[fd12:3456::1]", "[ff02::1]", "[fec0::1]",
    "[2001:db8::1]", "[100::1]", "[fd00:ec2::254]", "[::ffff:0:127.0.0.1]",
]  # fmt: skip

# What is refused before any name is looked up: users, ports, schemes, and hosts in other alphabets.
NO_URLS = [
    "http://user@{trap}/", "http://user:password@{trap}/", "http://example.com@{trap}/", "http://example.com:80@{trap}/",
    "http://{trap}\\@example.com/", "http:\\\\{trap}/", "http://example.com\t@{trap}/", "http://{trap}/\r\nHost: x",
    "http:///{trap}/", "//{trap}/", "ftp://{trap}/", "gopher://{trap}/_x", "file://{trap}/etc/passwd", "dict://{trap}/",
    "jar:http://{trap}/!/", "http://[::1", "http://localhost:0/", "http://localhost:65536/", "http://localhost:-1/",
    "http://１２７.0.0.1/", "http://ⓛocalhost/", "http://127。0。0。1/", "http://loc\u00adalhost/", "http://①②⑦.0.0.1/",
]  # fmt: skip
