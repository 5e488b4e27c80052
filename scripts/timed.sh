#!/bin/sh
# timed.sh TITLE COMMAND...: runs the command and says how long it took.
set -eu

title=$1
shift
printf '==> %s\n' "$title" >&2
begin=$(date +%s)
status=0
"$@" || status=$?
seconds=$(($(date +%s) - begin))
if [ "$seconds" -ge 60 ]; then
    took="$((seconds / 60)) min $((seconds % 60)) s"
else
    took="$seconds s"
fi
if [ "$status" -eq 0 ]; then
    printf '==> %s: done in %s\n\n' "$title" "$took" >&2
else
    printf '==> %s: failed after %s (exit code %s)\n\n' "$title" "$took" "$status" >&2
fi
exit "$status"
