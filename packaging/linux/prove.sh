#!/bin/bash
# Proves the .deb on a machine that has nothing: no Python, no Qt, no compiler, no desktop.
#   sudo packaging/linux/prove.sh [FILE.deb]        without a file: the one in dist/, made by "make package"
# A bare Debian 12 is made with debootstrap in a folder (300 MB to fetch the first time; kept as build/prove/bare.tar). In it
# the .deb is installed with apt, started, used with keys and mouse (drive.sh), and removed again; nothing of it may stay,
# and nothing of the person's may go. Pictures of the screen are put into build/prove/installed.
# DEBIAN_MIRROR and DEBIAN_SUITE choose another mirror or release (trixie, jammy with Ubuntu's mirror).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd); project=$(cd "$here/../.." && pwd)
suite=${DEBIAN_SUITE:-bookworm}; mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}
package=${1:-$(ls "$project"/dist/slowlight_*.deb 2>/dev/null | tail -1)}
say() { echo "prove: $*"; }
fail() { echo "prove: FAILED: $*" >&2; exit 1; }
[ -f "$package" ] || fail "there is no .deb; run make package first"
[ "$(id -u)" = 0 ] || fail "making a root needs the rights of root: sudo $0"
if ! command -v debootstrap >/dev/null; then
    apt-get install -y -q --no-install-recommends debootstrap >/dev/null || fail "debootstrap is missing and cannot be installed"
fi

build=$project/build/prove; mkdir -p "$build"
root=$(mktemp -d "$build/root.XXXXXX")
log=$build/log.txt; : >"$log"
undo() {
    status=$?
    [ $status = 0 ] || tail -n 15 "$log" >&2
    for point in dev/pts dev/shm dev proc sys; do mountpoint -q "$root/$point" && umount -l "$root/$point"; done
    rm -rf --one-file-system "$root"
    exit $status
}
trap undo EXIT

# --- a machine that has nothing -------------------------------------------------------------------------------------------
bare=$build/bare-$suite.tar
if [ ! -f "$bare" ]; then
    say "making a bare $suite"
    debootstrap --variant=minbase "$suite" "$root" "$mirror" >>"$log" 2>&1 || fail "debootstrap did not work"
    tar -C "$root" --exclude=./dev/* -cf "$bare.new" . && mv "$bare.new" "$bare"
else
    tar -C "$root" -xf "$bare"
fi
chmod 755 "$root" # it becomes the folder / of everybody inside
mount -t proc proc "$root/proc"
mount --rbind --make-rslave /dev "$root/dev"
mount -t sysfs sys "$root/sys" 2>/dev/null || true
cp -L /etc/resolv.conf "$root/etc/resolv.conf"
# this machine's way out, where it needs one
apt-config dump | grep -E '^Acquire::https?::(Proxy|CaInfo)' >"$root/etc/apt/apt.conf.d/90way-out" || true
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"; chmod 755 "$root/usr/sbin/policy-rc.d" # no services in here
inside() { env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
    ${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} chroot "$root" "$@"; }
apt() { inside apt-get -q -y --no-install-recommends "$@" >>"$log" 2>&1; }
has_nothing() {
    for tool in python3 python pip gcc cc make qmake6 qmake; do ! inside which "$tool" >/dev/null || return 1; done
    ! inside dpkg-query -W -f '${Package}\n' | grep -E '^(libqt|python3|libpython)'
}
traces() { # every file that bears its name, apart from the person's own and what apt keeps of each package it had
    find "$root" -xdev -iname '*slowlight*' ! -path "$root/home/*" ! -path "$root/proc/*" ! -path "$root/tmp/*" ! -path "$root/root/*"
}
apt update || fail "the package lists cannot be fetched"
has_nothing || fail "the bare root is not bare"

# --- installed with apt ---------------------------------------------------------------------------------------------------
file=$(basename "$package"); cp "$package" "$root/root/$file"
apt install "/root/$file" || fail "apt cannot install the .deb"
has_nothing || fail "the .deb brought Python or Qt packages"
say "installed: $(inside dpkg-query -W -f '${Package} ${Version}, ${Installed-Size} KB' slowlight)"
missing=$(inside sh -c 'find /usr/lib/slowlight -type f \( -name "*.so*" -o -name slowlight \) ! -name libqgtk3.so |
    LD_LIBRARY_PATH=/usr/lib/slowlight/_internal xargs ldd 2>/dev/null | grep "not found" | sort -u' || true)
[ -z "$missing" ] || fail "libraries are missing: $missing"
inside useradd -m creator
as_creator() { inside runuser -u creator -- env HOME=/home/creator "$@"; }
as_creator slowlight --version
as_creator slowlight --self-test || fail "the self-test, on a machine without a screen"
say "the self-test passes with nothing but what the .deb asks for"

# --- used -----------------------------------------------------------------------------------------------------------------
apt install xvfb xdotool imagemagick dbus-daemon gnome-keyring libsecret-tools pulseaudio pulseaudio-utils ||
    fail "the tools to use it cannot be installed"
has_nothing || fail "the tools brought Python or Qt packages"
cp "$here/drive.sh" "$root/usr/local/bin/drive.sh"
inside install -d -o creator /home/creator/pictures
as_creator env DRIVE_KEEP_HOME=/home/creator /usr/local/bin/drive.sh /home/creator/pictures slowlight && used=0 || used=$?
rm -rf "$build/installed"; mkdir -p "$build/installed"; cp "$root"/home/creator/pictures/*.png "$build/installed/"
[ $used = 0 ] || fail "using it; the last picture is build/prove/installed/failed.png"

# --- removed --------------------------------------------------------------------------------------------------------------
before=$(cd "$root/home/creator" && find . -type f | sort | xargs -d '\n' sha256sum)
find "$root/home/creator/Documents/Slowlight" -type f | grep -q . || fail "there are no results to keep"
inside apt-get -q -y remove slowlight >>"$log" 2>&1 || fail "apt cannot remove it"
[ -z "$(traces)" ] || fail "apt remove leaves: $(traces)"
! inside dpkg-query -W slowlight >/dev/null 2>&1 || fail "dpkg still knows it: it left configuration files"
inside apt-get -q -y autoremove --purge >>"$log" 2>&1 || fail "apt cannot remove what it brought along"
[ "$before" = "$(cd "$root/home/creator" && find . -type f | sort | xargs -d '\n' sha256sum)" ] ||
    fail "removing it changed something of the person's"
say "removed: nothing of it stays, and the results and settings of the person are as they were"
say "passed; the pictures are in build/prove/installed"
