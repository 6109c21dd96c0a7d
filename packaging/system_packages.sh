#!/bin/sh
# Makes sure that what Python packages cannot bring is there: a C++ compiler (annoy has no wheels),
# Qt's system libraries, and for the tests a virtual screen and independent DICOM tools.
# As root on Debian or Ubuntu it installs what is missing; otherwise it names the command.
# Usage: system_packages.sh run|test
set -eu

build="g++ python3-venv python3-dev"
qt="libglib2.0-0 libegl1 libgl1 libx11-6 libdbus-1-3 libfontconfig1 libfreetype6 libxkbcommon0
libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0 libxcb-render-util0
libxcb-shape0 libxcb-xkb1 libxcb-xfixes0 libxcb-sync1 libxkbcommon-x11-0 libx11-xcb1 fonts-dejavu-core"
oracles="xvfb xauth xdotool dcmtk dcm2niix libgdcm-tools dicom3tools"

case "${1:-run}" in
    run) wanted="$build $qt" ;;
    test) wanted="$build $qt $oracles" ;;
    *) echo "usage: $0 run|test" >&2; exit 2 ;;
esac

if ! command -v dpkg-query >/dev/null 2>&1; then
    echo "This is no Debian or Ubuntu. If the next step fails, install the counterparts of: $wanted" >&2
    exit 0
fi

missing=""
for package in $wanted; do
    # Ubuntu 24.04 and Debian 13 renamed some libraries with the suffix t64.
    dpkg-query -W -f '${Status}\n' "$package" "${package}t64" 2>/dev/null | grep -q 'ok installed' \
        || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -ne 0 ]; then
    echo "System packages are missing. Please run:  sudo apt-get install$missing" >&2
    [ "${1:-run}" = run ] && exit 1
    echo "Tests that need them are skipped and say so." >&2
    exit 0
fi
echo "Installing system packages:$missing"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# shellcheck disable=SC2086  # a list of words on purpose
apt-get install -y -qq --no-install-recommends $missing >/dev/null
