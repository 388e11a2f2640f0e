# SPDX-License-Identifier: GPL-3.0-or-later
# environment.sh: where the tools run. `enter_environment "$0" "$@"` returns at once on a system that has all that
# packages.txt brings, and otherwise starts the tool again in a Debian 13 root, ends with it, and never returns.

source_folder=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
roots=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/coquill/roots
suite=trixie
marker=/etc/coquill-environment
host_files=(resolv.conf hosts localtime) # of /etc, that a root takes from its host

# What the code needs of its system; older ones use the root.
needed_modules=(
  'gtk4 >= 4.18' 'libadwaita-1 >= 1.7' 'gtksourceview-5 >= 5.16' 'libsoup-3.0 >= 3.6' 'nice >= 0.1.22'
  'glib-2.0 >= 2.84' 'libspelling-1' 'json-glib-1.0' 'libdex-1' 'libsodium' 'sqlite3' 'libprotobuf-c' 'libzstd'
  'gnutls' 'libngtcp2' 'libngtcp2_crypto_gnutls' 'avahi-client' 'avahi-glib'
)

fail ()
{
  printf '%s\n' "$@" >&2
  exit 1
}

at_least () # WANTED FOUND
{
  [ "$(printf '%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]
}

system_is_new_enough ()
{
  [ -e "$marker" ] && return
  type pkg-config ninja meson gcc protoc-c msgfmt python3 >/dev/null 2>&1 || return 1
  at_least 1.7 "$(meson --version)" && at_least 14 "$(gcc -dumpversion)" \
    && pkg-config --exists "${needed_modules[@]}"
}

# mmdebstrap and bwrap, and the keys of the newest Debian: of an old one they do not sign what we fetch.
prepare_host ()
{
  if [ "$(id -u)" = 0 ]; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get update || true
    apt-get install --yes --no-install-recommends debian-archive-keyring mmdebstrap bubblewrap
  else
    type mmdebstrap bwrap newuidmap
  fi
}

# The mirror that the host's own apt is set to.
debian_mirror ()
{
  apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' | head -n 1
}

packages ()
{
  sed 's/#.*//' "$source_folder/tools/packages.txt" | xargs | tr ' ' ','
}

# fill_root FOLDER: a Debian of the packages in packages.txt. As an ordinary user it comes as an archive, so that
# all its files end up as the user's own and can be removed again.
fill_root ()
{
  local mirror options
  mirror=$(debian_mirror)
  [ -n "$mirror" ] || { echo 'apt knows no Debian mirror on this system.'; return 1; }
  options=(--variant=apt --include="$(packages)" --aptopt="$1.apt" --dpkgopt=force-unsafe-io)
  apt-config dump --no-empty | grep -E '^Acquire::(https?::|Check-)' >"$1.apt" || true
  mkdir "$1"
  if [ "$(id -u)" = 0 ]; then
    mmdebstrap --mode=root "${options[@]}" "$suite" "$1" "$mirror" || return
  else
    mmdebstrap --mode=unshare --format=tar "${options[@]}" "$suite" - "$mirror" \
      | tar --extract --directory "$1" --exclude './dev/*' || return
  fi
  rm -f "${host_files[@]/#/$1/etc/}" "$1/etc/machine-id"
  touch "${host_files[@]/#/$1/etc/}"
  tr -d - </proc/sys/kernel/random/uuid >"$1/etc/machine-id"
  basename "$root" >"$1$marker"
}

# Roots that nobody has used for a month and nobody uses now.
remove_old_roots ()
{
  local lock
  find "$roots" -maxdepth 1 -name '*.lock' -mtime +31 | while read -r lock; do
    flock --nonblock "$lock" rm -rf "${lock%.lock}" "$lock" || true
  done
}

# Sets `root`, made if it isn't there, and holds a shared lock on it for as long as the tool lives.
find_root ()
{
  local hash name log previous
  command -v apt-get >/dev/null || fail \
    'This system is older than Coquill needs, or its development packages are not installed, and without apt' \
    'no Debian root can be made here. Needed are meson 1.7, gcc 14, protoc-c, gettext and, for pkg-config:' \
    "$(printf '  %s\n' "${needed_modules[@]}")"
  hash=$(sha256sum "$source_folder/tools/packages.txt" | cut -c 1-12)
  name=$suite-$hash-$(date +%Y-%m)
  root=$roots/$name
  log=$root.log
  mkdir -p "$roots"
  exec {root_lock}>>"$root.lock"
  if ! [ -d "$root" ] || ! command -v bwrap >/dev/null; then
    flock "$root_lock"
    if ! command -v bwrap >/dev/null || ! [ -d "$root" ]; then
      echo "Making a Debian 13 root in $roots: some minutes, 1.5 GB, once." >&2
      rm -rf "$root".new*
      if { prepare_host && { [ -d "$root" ] || fill_root "$root.new"; }; } >"$log" 2>&1; then
        [ -d "$root" ] || mv "$root.new" "$root"
        rm -f "$root".new.apt "$log"
        remove_old_roots
      else
        tail -n 20 "$log" >&2
        [ "$(id -u)" = 0 ] || echo 'As an ordinary user this needs mmdebstrap, bubblewrap and uidmap installed.' >&2
        echo "The root could not be made; all that was said is in $log." >&2
        previous=$(find "$roots" -maxdepth 1 -type d -name "$suite-$hash-????-??" | sort | tail -n 1)
        [ -n "$previous" ] || exit 1
        echo "Last month's will do: $previous." >&2
        root=$previous
        exec {root_lock}>>"$root.lock"
      fi
    fi
  fi
  flock --shared "$root_lock"
  touch "$root.lock"
}

# What the command sees: the root's system, read only, and all else of the host at its own place.
set_mounts ()
{
  local entry
  mounts=(--bind "$root" / --proc /proc --dev-bind /dev /dev)
  for entry in /*; do
    case $entry in
      /bin | /boot | /dev | /etc | /lib* | /lost+found | /proc | /sbin | /usr | /var) ;;
      *) if [ -L "$entry" ]; then
           [ -e "$root$entry" ] || mounts+=(--symlink "$(readlink "$entry")" "$entry")
         elif [ -r "$entry" ]; then
           mounts+=(--bind "$entry" "$entry")
         fi ;;
    esac
  done
  for entry in /var/home /var/tmp; do
    if [ -d "$entry" ]; then mounts+=(--bind "$entry" "$entry"); fi
  done
  for entry in "${host_files[@]}"; do
    if [ -e "/etc/$entry" ]; then mounts+=(--ro-bind "/etc/$entry" "/etc/$entry"); fi
  done
  if [ "$(id -u)" != 0 ]; then
    exec {accounts}< <(cat "$root/etc/passwd"; getent passwd "$(id -u)")
    mounts+=(--ro-bind-data "$accounts" /etc/passwd)
  fi
  case $PWD in
    /usr/?* | /var/?* | /etc/?* | /boot/?*) mounts+=(--bind "$PWD" "$PWD") ;;
  esac
  mounts+=(--remount-ro / --chdir "$PWD")
}

# bwrap hands no signal on, so this does. In the namespace bwrap's child is process 1, and the command, its child,
# process 2; which they are out here is looked up when a signal comes (the kernel may lack /proc/…/children).
forward_signal () # NAME
{
  local pid=$bwrap inner found
  for inner in 1 2; do
    until found=$(grep -slzP "\nPPid:\t$pid\n(.*\n)*NSpid:.*\t$inner\n" /proc/[0-9]*/status); do
      kill -0 "$bwrap" 2>/dev/null || return 0
      sleep 0.02
    done
    pid=${found//[!0-9]/}
  done
  kill -s "$1" "$pid" 2>/dev/null || true
}

# Runs the command as the installed program would run: same streams, same signals, same exit status; if this shell is
# killed, all that the command started goes with it. A terminal sends its INT and QUIT to the whole process group, and
# nothing may reach the command twice, so without a terminal it gets a group of its own. bwrap itself
# is deaf to these two, and `env` gives the command its ears back.
run_in_root () # COMMAND…
{
  local signals=(HUP TERM USR1 USR2 INT QUIT) launcher=(setsid) capabilities=() status=0 bwrap name
  if [ -t 0 ]; then signals=("${signals[@]:0:4}") launcher=(); fi
  if [ "$(id -u)" = 0 ]; then capabilities=(--cap-add ALL); fi
  (
    exec {root_lock}>&-
    trap '' INT QUIT
    exec "${launcher[@]}" bwrap --die-with-parent --unshare-pid "${capabilities[@]}" "${mounts[@]}" \
      env --default-signal=INT,QUIT --unset LD_LIBRARY_PATH --unset PKG_CONFIG_PATH --unset XDG_DATA_DIRS \
      PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@"
  ) <&0 &
  bwrap=$!
  trap : INT QUIT
  for name in "${signals[@]}"; do trap "forward_signal $name" "$name"; done
  while kill -0 "$bwrap" 2>/dev/null; do wait "$bwrap" || true; done
  wait "$bwrap" || status=$?
  exit "$status"
}

enter_environment () # COMMAND…
{
  system_is_new_enough && return
  local root root_lock mounts accounts
  find_root
  set_mounts
  run_in_root "$@"
}
