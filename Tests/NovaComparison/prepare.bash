# Sourced by Tests/compare-nova and Tests/import-nova, with `nova`, `bin` and `scratch` set: installs what they need, builds
# rollcalld where `bin` names no directory that has it, and Nova; sets `directory`, `bin` and `environment`.
source Config/packages.bash
if [[ -n $bin ]]; then packages=(); fi
packages+=("${comparison_packages[@]}")
install_packages >&2

directory=$(mktemp -d "${TMPDIR:-/tmp}/rollcall-nova.XXXXXXXX")
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

if [[ -z $bin ]]; then
    echo "Building ..." >&2
    logged build swift build --scratch-path "$scratch" -c release --product rollcalld
    bin=$(swift build --scratch-path "$scratch" -c release --show-bin-path)
fi

# Debian's own Python: the one whose packages apt brings.
environment=${ROLLCALL_NOVA_VENV:-$directory/nova}
if [[ ! -x $environment/bin/nova-manage ]]; then
    echo "Installing Nova $nova ..." >&2
    logged venv /usr/bin/python3 -m venv "$environment"
    logged pip "$environment/bin/python" -m pip install --quiet --disable-pip-version-check "nova==$nova" PyMySQL
fi
