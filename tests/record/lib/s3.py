# SPDX-License-Identifier: Apache-2.0
"""Signatures of S3 requests (AWS4-HMAC-SHA256), as header lines or in the address."""
import datetime, hashlib, hmac, urllib.parse


def _digest(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def _seal(secret, day, scope, time, request):
    key = ("AWS4" + secret).encode()
    for word in (day, "us-east-1", "s3", "aws4_request"):
        key = _digest(key, word)
    return _digest(key, f"AWS4-HMAC-SHA256\n{time}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}").hex()


def _canonical(query):
    pairs = sorted(urllib.parse.parse_qsl(query, keep_blank_values=True))
    return "&".join(f"{urllib.parse.quote(k, safe='')}={urllib.parse.quote(v, safe='')}" for k, v in pairs)


def signed(method, target, host, user, secret, body=b""):
    """The header lines of a signed request."""
    path, _, query = target.partition("?")
    time = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    scope, content = f"{time[:8]}/us-east-1/s3/aws4_request", hashlib.sha256(body).hexdigest()
    request = f"{method}\n{path}\n{_canonical(query)}\nhost:{host}\nx-amz-content-sha256:{content}\nx-amz-date:{time}\n\nhost;x-amz-content-sha256;x-amz-date\n{content}"
    return {"X-Amz-Date": time, "X-Amz-Content-Sha256": content,
            "Authorization": f"AWS4-HMAC-SHA256 Credential={user}/{scope},SignedHeaders=host;x-amz-content-sha256;x-amz-date,Signature={_seal(secret, time[:8], scope, time, request)}"}


def presigned(path, host, user, secret):
    """A target whose query holds the signature: whoever has the link may read."""
    time = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    scope = f"{time[:8]}/us-east-1/s3/aws4_request"
    query = _canonical(f"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={user}/{scope}&X-Amz-Date={time}&X-Amz-Expires=3600&X-Amz-SignedHeaders=host")
    request = f"GET\n{path}\n{query}\nhost:{host}\n\nhost\nUNSIGNED-PAYLOAD"
    return f"{path}?{query}&X-Amz-Signature={_seal(secret, time[:8], scope, time, request)}"
