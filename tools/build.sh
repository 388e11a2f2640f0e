# SPDX-License-Identifier: GPL-3.0-or-later
# build.sh: the build folders, to be sourced inside the environment. build/plain is for use, build/sanitized finds
# faults, build/coverage counts the lines that tests run, build/bench is measured,
# build/fuzz looks for faults with clang's fuzzer. With CI=true warnings are errors.

# Checkouts share what ccache has compiled, wherever they lie.
export CCACHE_BASEDIR=$source_folder CCACHE_NOHASHDIR=1

# A build folder belongs to the system that it was made on.
system_name ()
{
  if [ -e "$marker" ]; then cat "$marker"; else gcc -dumpfullversion; fi
}

# prepare_build KIND: build/KIND, set up.
prepare_build ()
{
  local folder=$source_folder/build/$1 options=() compiler=()
  case $1 in
    sanitized) options+=(-Db_sanitize=address,undefined -Db_lundef=false) ;;
    coverage) options+=(-Db_coverage=true -Doptimization=0) ;;
    fuzz) # not fuzzer-no-link: it traces compares too, those of the sanitizers, which takes longer than all the rest
      options+=(-Db_sanitize=address,undefined -Db_lundef=false)
      options+=(-Dc_args=-fsanitize-coverage=inline-8bit-counters,pc-table)
      compiler=(env 'CC=ccache clang') ;;
    bench) options+=(-Dbuildtype=release -Db_ndebug=true -Db_lto=true) ;; # as packages are built
  esac
  case ${CI-}:$1 in
    *:bench) options+=(-Dwerror=false) ;; # without assertions, what they alone use is unused
    true:*) options+=(-Dwerror=true) ;;
  esac
  if ! [ -e "$folder/build.ninja" ] || [ "$(cat "$folder/system")" != "$(system_name)" ]; then
    rm -rf "$folder"
    "${compiler[@]}" meson setup "${options[@]}" "$folder" "$source_folder"
    system_name >"$folder/system"
  elif [ ${#options[@]} != 0 ]; then
    meson configure "${options[@]}" "$folder"
  fi
}

# build KIND [TARGET…]: says nothing unless it fails. Only one build at a time in a folder.
build ()
{
  local kind=$1 log=$source_folder/build/$1.log
  shift
  mkdir -p "$source_folder/build"
  if ! (flock 9 && prepare_build "$kind" && ninja -C "$source_folder/build/$kind" "$@") \
       9>>"$source_folder/build/$kind.lock" >"$log" 2>&1; then
    cat "$log" >&2
    return 1
  fi
}
