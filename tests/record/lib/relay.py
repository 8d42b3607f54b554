# SPDX-License-Identifier: Apache-2.0
"""relay ADDRESS PORT: hands connections on to 127.0.0.1:PORT, byte by byte, for servers that listen nowhere else. Ends with what is started after these words."""
import socket, subprocess, sys, threading


def hand_on(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def serve(address, port):
    listener = socket.create_server((address, port))
    while True:
        near, _ = listener.accept()
        try:
            far = socket.create_connection(("127.0.0.1", port))
        except OSError:
            near.close()
            continue
        near.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        far.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for pair in ((near, far), (far, near)):
            threading.Thread(target=hand_on, args=pair, daemon=True).start()


threading.Thread(target=serve, args=(sys.argv[1], int(sys.argv[2])), daemon=True).start()
sys.exit(subprocess.run(sys.argv[3:]).returncode)
