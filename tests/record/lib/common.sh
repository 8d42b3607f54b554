# SPDX-License-Identifier: Apache-2.0
# What the scripts of this folder share: where downloads and server homes lie, and how to say what is wrong.
RECORD=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
NET=${AJAR_RECORD_NET:-record}
CACHE=${AJAR_RECORD_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/ajar-record}
JAVA17=${AJAR_RECORD_JAVA17:-/usr/lib/jvm/java-17-openjdk-amd64}
JAVA21=${AJAR_RECORD_JAVA21:-$(ls -d /usr/lib/jvm/*-2[1-9]-* 2>/dev/null | head -n 1)}
RUNAS=(setpriv --reuid nobody --regid nogroup --clear-groups)

die() {
    echo "$(basename "$0"): $*" >&2
    exit 1
}
