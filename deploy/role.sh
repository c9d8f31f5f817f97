#!/bin/sh
# Entry point of the image. `exec` makes Node process 1, so that it gets the signals itself.
set -eu
role=${1:-api}
case $role in
  api) set -- dist/src/main.js ;;
  worker) set -- dist/src/worker.main.js ;;
  migrate) set -- dist/tools/migrate.js ;;
  schedules) set -- dist/tools/declare-schedules.js ;;
  *)
    echo "unknown role \"$role\": api, worker, migrate or schedules" >&2
    exit 64
    ;;
esac
exec node --enable-source-maps "$@"
