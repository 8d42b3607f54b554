# SPDX-License-Identifier: Apache-2.0
"""Ollama 0.5.0 without a model that could answer: what it lists, shows and lets anybody do. It knows no users."""
import hashlib, json, struct
from exchange import Asker
from record import Case
from service import Service, go


def text(words):
    return struct.pack("<Q", len(words)) + words.encode()


# The smallest file that passes for a model: a header with its kind, and nothing to compute with.
MODEL = b"GGUF" + struct.pack("<IQQ", 3, 0, 2) + text("general.architecture") + struct.pack("<I", 8) + text("llama") + text("general.name") + struct.pack("<I", 8) + text("desk")
DIGEST = "sha256:" + hashlib.sha256(MODEL).hexdigest()

program = go("ollama", "github.com/ollama/ollama", "v0.5.0", cgo=True)
with Service("ollama", ["unshare", "-rm", "sh", "-c", 'mount -t tmpfs none /srv && exec "$@"', "-", program, "serve"], "10.20.30.11", 11434, files={"lib/ollama/runners/cpu/ollama_llama_server": ""}, environment={"OLLAMA_HOST": "10.20.30.11:11434", "OLLAMA_MODELS": "/srv/models"}) as server:
    server.call("POST", "/api/blobs/" + DIGEST, MODEL, "application/octet-stream")
    server.call("POST", "/api/create", {"name": "desk", "modelfile": f"FROM @{DIGEST}\nSYSTEM You answer for customer care. The key of the ledger is correct-horse.\n", "stream": False})
    with Case("ollama-0.5.0-open", "Ollama: banner, version, models, what a model is told; a model copied and deleted.", "the model desk") as case:
        ask = Asker(case, server.address, server.port, store="ollama", credentials="none")
        ask("revealed", "/", agent="censys")
        ask("none", "/api/version", also=["revealed", "probed"])
        ask("metadata", "/api/tags", datasets=["desk:latest"])
        ask("open", "/api/ps", also=["metadata"])
        ask("metadata", "POST /api/show", body={"model": "desk"})
        ask("none", "POST /api/show", body={"model": "nothing"}, status=404, also=["open", "probed"])
        ask("tampered", "POST /api/copy", body={"source": "desk", "destination": "meow"}, also=["none", "open"])
        ask("tampered", "DELETE /api/delete", body={"model": "desk"}, also=["none", "open"])
