#!/usr/bin/env bash
# Installs a package in a fresh Debian, uses it, and purges it again: package-test.sh PACKAGE.deb [SUITE]
#
#   SUITE   bookworm unless told; the one that the package was built on
#
# As root, by debian-root.sh, whose MIRROR counts here too. ROOT: where the Debian is put, and left; unless told, a temporary
# folder that is removed at the end.
set -euo pipefail
cd "$(dirname "$0")/.."

[ $# -ge 1 ] && [ -f "$1" ] || { echo "usage: $0 PACKAGE.deb [SUITE]" >&2; exit 2; }
package=$(realpath "$1") suite=${2:-bookworm}

say() { echo "== $*"; }

root=${ROOT:-$(mktemp -d /tmp/package-test.XXXXXX)}
clean_up() {
  ! mountpoint -q "$root/proc" || umount "$root/proc"
  [ -n "${ROOT:-}" ] || rm -rf --one-file-system "$root"
}
trap clean_up EXIT

in_root() {  # COMMAND ...
  echo "+ $*"
  chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"
}

# What there is in the root but for what apt, dpkg and caches keep of themselves.
listing() {
  (cd "$root" && find . -xdev \( -path ./proc -o -path ./sys -o -path ./dev -o -path ./tmp -o -path ./root \
    -o -path ./var/cache -o -path ./var/log -o -path ./var/lib/apt -o -path ./var/lib/dpkg \) -prune -o -print | LC_ALL=C sort)
}

say "Debian $suite"
mkdir -p "$root"
chmod 755 "$root"  # apt and man read there as users of their own
# minbase has no man-db, and it would be one of the things that apt brings with the package.
scripts/debian-root.sh "$root" "$suite" man-db
mount -t proc proc "$root/proc"  # by which the program finds its modules
echo 'Dpkg::Use-Pty "false";' > "$root/etc/apt/apt.conf.d/90package-test"
mkdir -p "$root/tmp/work"
cp -r tests/data/golden/tiny-vit tests/data/golden/images "$root/tmp/work"
cp "$package" "$root/tmp/work/vit-embed.deb"
listing > "$root/tmp/before"
# What a minimal Debian's dpkg leaves out (documentation, in images for containers) has to be there to be tested.
[ -z "$(grep -rs path-exclude "$root/etc/dpkg/dpkg.cfg.d")" ]

if command -v lintian >/dev/null; then
  say "lintian"
  # Not on info: short runs of machine code that read like a word are among it.
  lintian --allow-root --display-info --pedantic --fail-on error,warning,pedantic "$package"
fi

say "apt-get install"
in_root apt-get install -y -qq /tmp/work/vit-embed.deb >/dev/null
in_root dpkg-query -W vit-embed libopenblas0-openmp
in_root dpkg --verify vit-embed

say "in use"
in_root vit-embed --version
in_root vit-embed export /tmp/work/tiny-vit -o /tmp/work/tiny.pt
for engine in native torchscript; do
  in_root vit-embed extract /tmp/work/images -m /tmp/work/tiny.pt -o /tmp/work/$engine.npy --engine $engine
done
in_root vit-embed info /tmp/work/native.npy
in_root vit-embed sync /tmp/work/images --store /tmp/work/store -m /tmp/work/tiny.pt
in_root vit-embed query /tmp/work/images/photo.webp --store /tmp/work/store -k 1

say "what came with it"
for page in vit-embed vit-embed-{export,extract,sync,status,check,snapshot,query,verify,info,merge}; do
  MANWIDTH=80 in_root man 1 $page | grep -q "$page" || { echo "no page $page" >&2; exit 1; }
done
in_root bash -c 'source /usr/share/bash-completion/completions/vit-embed && complete -p vit-embed'
in_root grep -q '^#compdef vit-embed' /usr/share/zsh/vendor-completions/_vit-embed
in_root grep -q 'complete -c vit-embed' /usr/share/fish/vendor_completions.d/vit-embed.fish
in_root grep -h /usr/bin/vit-embed /usr/share/doc/vit-embed/examples/systemd/vit-embed-sync@.service
in_root find /usr/share/doc/vit-embed -type f
# Nothing runs by itself.
[ -z "$(chroot "$root" dpkg -L vit-embed | grep -E '^/(etc|lib|usr/lib/systemd|usr/lib/cron)(/|$)')" ]

say "apt-get purge"
in_root apt-get purge -y -qq vit-embed >/dev/null
in_root apt-get autoremove --purge -y -qq >/dev/null
listing > "$root/tmp/after"
left=$(LC_ALL=C comm -13 "$root/tmp/before" "$root/tmp/after" | grep -i 'vit.embed' || true)
[ -z "$left" ] || { echo "left behind: $left" >&2; exit 1; }
[ "$(chroot "$root" dpkg-query -W -f '${db:Status-Status}' vit-embed 2>/dev/null || true)" != installed ]
others=$(LC_ALL=C comm -13 "$root/tmp/before" "$root/tmp/after" | wc -l)
say "nothing of it is left ($others files of what it had brought are); all is well on $suite"
