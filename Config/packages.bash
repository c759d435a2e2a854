# Sourced by Config/quickstart and the commands in Tests: the Debian packages that building and testing need, and how
# they come.

# ca-certificates and git fetch the libraries; gcc, libc6-dev and libstdc++-12-dev are what Swift compiles and links C
# and C++ with; GRDB needs libsqlite3-dev, our clients of MariaDB, memcached and ZooKeeper libmariadb-dev, libmemcached-dev
# and libzookeeper-mt-dev, and the HTTP libraries zlib1g-dev; tests ask for time zones.
packages=(
    ca-certificates git gcc libc6-dev libstdc++-12-dev pkg-config libsqlite3-dev libmariadb-dev
    libmemcached-dev libzookeeper-mt-dev zlib1g-dev tzdata
)
# The servers that tests start for themselves, ZooKeeper as the classes that Java runs, what makes certificates, and what
# reads units.
server_packages=(
    mariadb-server-core mariadb-client-core memcached libzookeeper-java default-jre-headless openssl systemd
)
# What Tests/page needs: a browser without a window, and what drives it.
page_packages=(chromium-headless-shell python3)
# What Tests/guides needs: what their commands are, and a server.
guide_packages=(python3 curl jq openssl sqlite3 mariadb-server-core mariadb-client)
# What Tests/compare-nova and its neighbours need beside the packages for building: the server, and a Python for Nova.
comparison_packages=(mariadb-server-core mariadb-client-core python3-venv)
# The servers that Tests/peers needs beside them, and a Python for what it runs.
etcd_packages=(etcd-server python3)
redis_packages=(redis-server python3)
zookeeper_packages=(libzookeeper-java default-jre-headless python3)
# What Tests/upgrade needs beside them, and Tests/scale where it is on MariaDB.
upgrade_packages=(mariadb-server-core mariadb-client-core python3-pymysql)
# What Config/package needs: what computes dependencies, splits off symbols, and writes man pages.
packaging_packages=(binutils chrpath dpkg-dev git python3)
# What Tests/package needs beside them: what makes a system of its own to install on, and judges packages and pages.
package_test_packages=(lintian man-db mandoc mmdebstrap)

# Sets the array `missing` to those of the packages that are not installed.
find_missing_packages() {
    local package
    missing=()
    for package in "${packages[@]}"; do
        if [[ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" != installed ]]; then
            missing+=("$package")
        fi
    done
}

# Installs what is missing and nothing else: as root without a question, else with sudo, which may ask for a password.
install_packages() {
    local missing as_root=()
    find_missing_packages
    if ((${#missing[@]} == 0)); then
        echo "nothing is missing"
        return
    fi
    echo "installing ${missing[*]}"
    if ((EUID != 0)); then as_root=(sudo); fi
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -q &&
        "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}"
}
