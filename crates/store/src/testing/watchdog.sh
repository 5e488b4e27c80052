# Stops the test server in the folder $1, and takes it away, ten seconds after its last user has gone.
exec 9>>"$1/users"
idle=0
while sleep 2; do
    if flock -n -x 9; then
        idle=$((idle + 1))
        # The lock is kept from here on: who comes now waits, and starts a new server.
        [ "$idle" -ge 5 ] && break
        flock -u 9
    else
        idle=0
    fi
done
server=$(head -n 1 "$1/data/postmaster.pid")
kill -QUIT "$server"
while kill -0 "$server"; do
    sleep 0.1
done
rm -rf "$1/data" "$1/log"
