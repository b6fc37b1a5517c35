#!/usr/bin/env bash
# What one job of a scheduler does: its share of the Dockerfiles and of the images. Here the jobs run side by side;
# elsewhere each is a job of a CI matrix, a Kubernetes Job or a task of Spark or Ray with its own SHARD.
#   docs/fleet/run.sh FOLDER [SHARDS]
set -euo pipefail
cd "$1"
shards=${2:-8}
export CACHALOT_CACHE_URL=${CACHALOT_CACHE_URL:-$PWD/cache}

find repos -name Dockerfile | sort >dockerfiles.txt
find images -name '*.tar' | sort >images.txt

job() {
    local status=0
    cachalot lint --files-from dockerfiles.txt --shard "$1/$shards" --format ndjson --exit-zero >"lint-$1.ndjson" || status=$?
    cachalot image --files-from images.txt --shard "$1/$shards" --format ndjson --fail-on never >"image-$1.ndjson" || status=$?
    # 2 says that something could not be looked at: the scheduler should run the job again.
    return "$status"
}

jobs=()
for ((shard = 1; shard <= shards; shard++)); do
    job "$shard" &
    jobs+=($!)
done
for job in "${jobs[@]}"; do wait "$job"; done
# The order of the parts does not matter.
cat lint-*.ndjson image-*.ndjson >fleet.ndjson
