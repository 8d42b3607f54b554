#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""check.py RULE [ROOT]: the rules of the source tree that a machine can check. Prints every breach; exit status 1 if any.

  includes  a stage includes itself, base/, include/ajar/ and earlier stages only
  libraries a library's header is included by the file that the table LIBRARIES names, and by no header
  sizes     functions of at most 100 lines, files of at most 600
  calls     no call that cannot be bounded (sprintf, strcpy, ...)
  licence   the first line names the licence
  format    clang-format (version 19, see deploy/packages) would change nothing"""
import os
import re
import shutil
import subprocess
import sys

STAGES = ["base", "capture", "decode", "flow", "classify", "inspect", "scan", "detect", "enrich", "ledger", "journal", "emit", "report"]
# These stand above the stages and may use them all; no stage may use them.
TOP = ["config", "process"]

# Library: pattern of its headers, and the only files under sensor/ that may include them: by name, or FOLDER/*.c for any one of them.
LIBRARIES = {
    "libpcap": (r"pcap(/.*)?\.h|pcap/.*", ["capture/file.c", "capture/filter.c", "capture/live.c"]),
    "nDPI": (r"(lib)?ndpi.*", ["classify/*.c"]),
    "libmaxminddb": (r"maxminddb.*", ["enrich/*.c"]),
    "jansson": (r"jansson\.h", ["report/*.c"]),
    "SQLite": (r"sqlite3\.h", ["journal/*.c"]),
    "hiredis": (r"hiredis/hiredis_ssl\.h", ["emit/redis_tls.c"]),
    "hiredis core": (r"hiredis.*", ["emit/redis_link.c", "emit/redis_tls.c"]),
    "OpenSSL": (r"openssl/.*", ["emit/redis_tls.c"]),
    "libseccomp": (r"seccomp\.h", ["process/*.c"]),
    "libcap-ng": (r"cap-ng\.h", ["process/*.c"]),
    "libyaml": (r"yaml\.h", ["base/*.c"]),
    "zlib": (r"zlib\.h", ["capture/*.c", "inspect/*.c"]),
    "brotli decoder": (r"brotli/decode\.h", ["inspect/http_brotli.c"]),
    "nghttp2": (r"nghttp2/.*", ["inspect/http2_hpack.c"]),
    "Vectorscan": (r"hs/.*|hs\.h", ["scan/*.c"]),
    "zstd": (r"zstd.*\.h", ["capture/*.c"]),
}
# xxHash is header-only and part of hot loops; the C library, the kernel's and the compiler's headers are everybody's.
EVERYBODY = re.compile(
    r"(assert|byteswap|ctype|dirent|endian|errno|fcntl|float|fnmatch|getopt|glob|inttypes|limits|locale|math|poll|pthread|sched|semaphore|setjmp"
    r"|signal|stdalign|stdarg|stdatomic|stdio_ext|stdbool|stddef|stdint|stdio|stdlib|stdnoreturn|string|strings|syslog|termios|threads|time|unistd"
    r"|netdb|pwd|grp|ifaddrs|err|xxhash|[a-z]mmintrin|arm_neon|(sys|linux|net|netinet|netpacket|arpa|asm|bits)/[a-z0-9_/-]+)\.h")

FUNCTION_LINES = 100
FILE_LINES = 600
CALLS = re.compile(r"(?<![\w.>])(v?sprintf|strcpy|stpcpy|strcat|strncat|strtok|atoi|atol|atoll|atof|gets|alloca)\s*\(")
CLANG_FORMAT = "clang-format-19"


def sources(root, *folders):
    """Paths of the C files below the folders, relative to root."""
    for folder in folders:
        for path, names, files in os.walk(os.path.join(root, folder)):
            names[:] = sorted(n for n in names if not n.startswith(("build", ".")))
            for name in sorted(files):
                if name.endswith((".c", ".h")):
                    yield os.path.relpath(os.path.join(path, name), root)


def lines_of(root, path):
    with open(os.path.join(root, path), encoding="utf-8") as file:
        return file.read().splitlines()


def includes_of(root, path):
    """(line number, '<' or '"', header) for each #include."""
    for number, line in enumerate(lines_of(root, path), 1):
        match = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
        if match:
            yield number, match[1], match[2]


def rank(folder):
    return STAGES.index(folder) if folder in STAGES else len(STAGES)


def folder_of(path):
    """The stage of sensor/STAGE/x.c; 'top' for sensor/x.c; 'ajar' for include/ajar/x.h."""
    parts = path.split(os.sep)
    if parts[0] == "include":
        return "ajar"
    return parts[1] if len(parts) > 2 else "top"


def check_includes(root):
    for path in sources(root, "sensor", "include"):
        mine = folder_of(path)
        if mine not in STAGES + TOP + ["ajar", "top"]:
            yield path, 1, f"{mine}/ is no stage: name it in tests/style/check.py"
            continue
        for number, kind, header in includes_of(root, path):
            if kind != '"':
                continue
            theirs = header.split("/")[0] if "/" in header else "top"
            if theirs == "top" and mine != "top":
                yield path, number, f'"{header}": write the folder, "{mine}/{header}"'
            elif theirs in ("ajar", mine) or mine == "top":
                continue
            elif theirs not in STAGES + TOP:
                yield path, number, f'"{header}" is in no folder of sensor/ or include/'
            elif mine == "ajar":
                if theirs != "base":
                    yield path, number, f'a contract in include/ajar may not know {theirs}/'
            elif rank(theirs) >= rank(mine) and mine not in TOP:
                yield path, number, f'{mine}/ comes before {theirs}/ on the packet\'s road and may not include "{header}"'


def library_of(header):
    for name, (pattern, allowed) in LIBRARIES.items():
        if re.fullmatch(pattern, header):
            return name, allowed
    return None, []


def allowed_there(path, allowed):
    """An allowed entry is a path below sensor/, or FOLDER/*.c for a folder of which one file may."""
    inside = os.path.relpath(path, "sensor")
    return inside in allowed or os.path.join(os.path.dirname(inside), "*.c") in allowed


def check_libraries(root):
    users = {}
    for path in sources(root, "sensor", "include"):
        for number, kind, header in includes_of(root, path):
            if kind != "<" or EVERYBODY.fullmatch(header):
                continue
            library, allowed = library_of(header)
            if library is None:
                yield path, number, f"<{header}> is of no library that tests/style/check.py knows"
            elif path.endswith(".h"):
                yield path, number, f"<{header}>: {library} may not be in a header"
            elif not allowed_there(path, allowed):
                yield path, number, f"<{header}>: {library} belongs to {' and '.join(allowed)} alone"
            elif os.path.relpath(path, "sensor") not in allowed:
                first = users.setdefault((library, os.path.dirname(path)), path)
                if first != path:
                    yield path, number, f"<{header}>: {library} is used by {first} already; one file knows a library"


def check_sizes(root):
    if not shutil.which("ctags"):
        yield "ctags", 0, "missing: apt-get install universal-ctags"
        return
    paths = list(sources(root, "sensor", "include", "tests"))
    for path in paths:
        count = len(lines_of(root, path))
        if count > FILE_LINES:
            yield path, count, f"{count} lines; at most {FILE_LINES}: split it by noun"
    tags = subprocess.run(["ctags", "-x", "--languages=C", "--langmap=C:.c.h", "--kinds-C=f", "--_xformat=%F\t%n\t%{end}\t%N", "-L", "-"],
                          cwd=root, input="\n".join(paths), capture_output=True, text=True, check=True).stdout
    for tag in tags.splitlines():
        path, first, last, name = tag.split("\t")
        length = int(last or first) - int(first) + 1
        if length > FUNCTION_LINES:
            yield path, first, f"{name}() has {length} lines; at most {FUNCTION_LINES}"


def without_comments(text):
    """Comments and the contents of strings blanked, line numbers kept."""
    pattern = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)
    return pattern.sub(lambda m: re.sub(r"[^\n]", " ", m[0]), text)


def check_calls(root):
    for path in sources(root, "sensor", "include", "tests"):
        for number, line in enumerate(without_comments("\n".join(lines_of(root, path))).split("\n"), 1):
            for match in CALLS.finditer(line):
                yield path, number, f"{match[1]}() has no bound or no error; use snprintf, memcpy with a length, strtoul"


def check_licence(root):
    for path in sources(root, "sensor", "include", "tests"):
        if lines_of(root, path)[:1] != ["/* SPDX-License-Identifier: Apache-2.0 */"]:
            yield path, 1, "the first line is not /* SPDX-License-Identifier: Apache-2.0 */"


def check_format(root):
    if not shutil.which(CLANG_FORMAT):
        yield CLANG_FORMAT, 0, f"missing: apt-get install {CLANG_FORMAT}"
        return
    paths = list(sources(root, "sensor", "include", "tests"))
    if not paths:
        return
    run = subprocess.run([CLANG_FORMAT, "--dry-run", "-Werror", "--style=file", *paths], cwd=root, capture_output=True, text=True)
    seen = set()
    for line in run.stderr.splitlines():
        match = re.match(r"(.+?):(\d+):\d+: error: code should be clang-formatted", line)
        if match and match[1] not in seen:
            seen.add(match[1])
            yield match[1], match[2], f"run {CLANG_FORMAT} -i on it"
    if run.returncode and not seen:
        yield CLANG_FORMAT, 0, run.stderr.strip()


RULES = {"includes": check_includes, "libraries": check_libraries, "sizes": check_sizes, "calls": check_calls,
         "licence": check_licence, "format": check_format}


def main():
    if len(sys.argv) not in (2, 3) or sys.argv[1] not in RULES:
        sys.exit(__doc__)
    root = sys.argv[2] if len(sys.argv) == 3 else os.path.join(os.path.dirname(__file__), "..", "..")
    if not any(True for _ in sources(root, "sensor")):
        sys.exit(f"check.py: no sources below {root}/sensor")
    breaches = [f"{path}:{line}: {what}" for path, line, what in RULES[sys.argv[1]](root)]
    if breaches:
        print("\n".join(breaches))
    sys.exit(1 if breaches else 0)


if __name__ == "__main__":
    main()
