# Sourced by the scripts of Tests that run rollcalld beside other programs, with `bin`, `scratch` and `packages` for the
# builds set: installs and builds what they need. Sets `directory`, a temporary one that is gone in the end.
source Config/packages.bash

directory=$(mktemp -d "${TMPDIR:-/tmp}/rollcall-tests.XXXXXXXX")
trap 'rm -rf -- "$directory"' EXIT

# logged NAME COMMAND…: runs it quietly; when it fails, shows the end of what it said.
logged() {
    local log="$directory/$1.log"
    shift
    if ! "$@" >"$log" 2>&1; then
        { grep -a 'error:' "$log" | sort -u | head -n 20 || true; } >&2
        { echo "..." && tail -n 20 "$log"; } >&2
        exit 1
    fi
}

# prepare PACKAGE…: installs these, and where `bin` names no directory that has rollcalld what building needs; builds it.
prepare() {
    if [[ -n $bin ]]; then packages=(); fi
    packages+=("$@")
    install_packages >&2
    if [[ -z $bin ]]; then
        echo "Building ..." >&2
        logged build swift build --scratch-path "$scratch" -c release --product rollcalld
        bin=$(swift build --scratch-path "$scratch" -c release --show-bin-path)
    fi
}

# python_packages DIRECTORY PACKAGE…: an environment of Debian's own Python, the one whose packages apt brings, with these
# from PyPI; sets `environment`. One that is there already is used as it is.
python_packages() {
    environment=$1
    shift
    if [[ ! -e $environment/complete ]]; then
        echo "Installing $* ..." >&2
        logged venv /usr/bin/python3 -m venv "$environment"
        logged pip "$environment/bin/python" -m pip install --quiet --disable-pip-version-check "$@"
        touch "$environment/complete"
    fi
}
